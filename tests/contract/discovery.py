"""Cases of finding a person's storage, identity provider and the services of a server (Solid Protocol section 4)."""

from __future__ import annotations

from urllib.parse import urldefrag

import httpx

from pod_agent.errors import PodError
from pod_agent.pods.links import STORAGE_DESCRIPTION, STORAGE_TYPE, TYPE, link_targets, parent
from pod_agent.pods.webid.discovery import discover
from tests.contract.case import case
from tests.contract.world import World, objects


def _links(response: httpx.Response, relation: str) -> tuple[str, ...]:
    return link_targets(response.headers.get_list("link"), relation, str(response.request.url))


def _said_of_owner(world: World, predicate: str) -> list[str]:
    address = urldefrag(world.owner.webid).url
    found = world.anonymous("GET", address, headers={"accept": "text/turtle"})
    return objects(found.content, address, predicate)


@case("The profile, for anyone", "200 text/turtle")
def profile_is_public(world: World) -> str:
    address = urldefrag(world.owner.webid).url
    found = world.anonymous("GET", address, headers={"accept": "text/turtle"})
    return f"{found.status_code} {found.headers['content-type'].partition(';')[0]}"


@case("The profile names its storage", "the pod")
def profile_names_storage(world: World) -> str:
    found = _said_of_owner(world, "http://www.w3.org/ns/pim/space#storage")
    return "the pod" if found == [world.owner.storage] else "no storage"


@case("The profile names its identity provider", "this server")
def profile_names_issuer(world: World) -> str:
    found = _said_of_owner(world, "http://www.w3.org/ns/solid/terms#oidcIssuer")
    return "this server" if found == [world.address] else ", ".join(found) or "none"


@case("The profile names type indexes", "none")
def profile_names_indexes(world: World) -> str:
    names = ("publicTypeIndex", "privateTypeIndex")
    named = [name for name in names if _said_of_owner(world, f"http://www.w3.org/ns/solid/terms#{name}")]
    return ", ".join(named) or "none"


@case("Walking up from a document to a storage", "the pod")
def walk_up(world: World) -> str:
    place: str | None = world.folder() + "a.ttl"
    while place is not None:
        if STORAGE_TYPE in _links(world.owner.send("HEAD", place), TYPE):
            return "the pod" if place == world.owner.storage else "elsewhere"
        place = parent(place)
    return "no storage"


@case("A document links to the description of its storage", "200")
def storage_description(world: World) -> str:
    places = _links(world.owner.send("HEAD", world.folder() + "a.ttl"), STORAGE_DESCRIPTION)
    return str(world.owner.send("GET", places[0]).status_code) if places else "no link"


@case("The server's root is described", "501")
def root_description(world: World) -> str:
    return str(world.anonymous("GET", f"{world.address}.well-known/solid").status_code)


@case("The identity provider's configuration", "PKCE, client credentials, registration")
def provider(world: World) -> str:
    found = world.anonymous("GET", f"{world.address}.well-known/openid-configuration").json()
    offers = {
        "PKCE": "S256" in found.get("code_challenge_methods_supported", []),
        "client credentials": "client_credentials" in found.get("grant_types_supported", []),
        "registration": "registration_endpoint" in found,
    }
    return ", ".join(name for name, offered in offers.items() if offered)


@case("solid_oidc_supported is advertised", "no")
def solid_oidc(world: World) -> str:
    found = world.anonymous("GET", f"{world.address}.well-known/openid-configuration").json()
    return "yes" if "solid_oidc_supported" in found else "no"


@case("Our discovery from the WebID", "the pod and this server")
def our_discovery(world: World) -> str:
    try:
        found = discover(world.owner.webid)
    except PodError as error:
        return error.code
    right = found.storages == (world.owner.storage,) and found.issuers == (world.address,)
    return "the pod and this server" if right else "something else"
