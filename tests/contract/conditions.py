"""Cases of ETags and conditional requests (RFC 9110 sections 8.8 and 13)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.contract.case import case
from tests.contract.world import TURTLE, World

_OTHER = '<#a> <http://schema.org/name> "teh" .\n'
_PREFIX = "@prefix solid: <http://www.w3.org/ns/solid/terms#>."
_INSERT = _PREFIX + '_:p a solid:InsertDeletePatch; solid:inserts { <#n> <#p> "q". }.'


def _etag(world: World, address: str, accept: str = "text/turtle") -> str:
    return str(world.owner.send("HEAD", address, headers={"accept": accept}).headers.get("etag", ""))


@case("PUT tells the new ETag", "no")
def put_tells_etag(world: World) -> str:
    return "yes" if "etag" in world.owner.send("PUT", world.folder() + "b.ttl", TURTLE).headers else "no"


@case("If-None-Match: * on what is there", "412")
def create_again(world: World) -> str:
    return str(world.owner.send("PUT", world.folder() + "a.ttl", _OTHER, {"if-none-match": "*"}).status_code)


@case("If-None-Match: * on what is new", "201")
def create(world: World) -> str:
    return str(world.owner.send("PUT", world.folder() + "b.ttl", TURTLE, {"if-none-match": "*"}).status_code)


@case("PUT with the ETag that was read", "205, another ETag")
def put_matching(world: World) -> str:
    address = world.folder() + "a.ttl"
    before = _etag(world, address)
    said = world.owner.send("PUT", address, _OTHER, {"if-match": before}).status_code
    return f"{said}, {'another' if _etag(world, address) != before else 'the same'} ETag"


@case("PUT with an old ETag", "412")
def put_stale(world: World) -> str:
    address = world.folder() + "a.ttl"
    before = _etag(world, address)
    world.owner.send("PUT", address, TURTLE + _OTHER)
    return str(world.owner.send("PUT", address, _OTHER, {"if-match": before}).status_code)


@case("PUT with an ETag where nothing is any more", "412")
def put_match_missing(world: World) -> str:
    return str(world.owner.send("PUT", world.folder() + "none.ttl", TURTLE, {"if-match": '"1"'}).status_code)


@case("PATCH with an old ETag", "412")
def patch_stale(world: World) -> str:
    address = world.folder() + "a.ttl"
    headers = {"if-match": '"1"', "content-type": "text/n3"}
    return str(world.owner.send("PATCH", address, _INSERT, headers).status_code)


@case("PATCH with an ETag where nothing is any more", "412")
def patch_match_missing(world: World) -> str:
    headers = {"if-match": '"1"', "content-type": "text/n3"}
    return str(world.owner.send("PATCH", world.folder() + "none.ttl", _INSERT, headers).status_code)


@case("DELETE with an old ETag", "412")
def delete_stale(world: World) -> str:
    return str(world.owner.send("DELETE", world.folder() + "a.ttl", headers={"if-match": '"1"'}).status_code)


@case("GET with the ETag of what is there", "304")
def get_unchanged(world: World) -> str:
    address = world.folder() + "a.ttl"
    headers = {"if-none-match": _etag(world, address), "accept": "text/turtle"}
    return str(world.owner.send("GET", address, headers=headers).status_code)


@case("GET of a container with its ETag", "304")
def get_container_unchanged(world: World) -> str:
    folder = world.folder()
    headers = {"if-none-match": _etag(world, folder), "accept": "text/turtle"}
    return str(world.owner.send("GET", folder, headers=headers).status_code)


@case("GET with If-Modified-Since", "304")
def get_unmodified(world: World) -> str:
    address = world.folder() + "a.ttl"
    headers = {"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT", "accept": "text/turtle"}
    return str(world.owner.send("GET", address, headers=headers).status_code)


@case("A container's ETag when a member is added", "another")
def container_etag_of_new_member(world: World) -> str:
    folder = world.folder()
    before = _etag(world, folder)
    world.owner.send("PUT", folder + "b.ttl", TURTLE)
    return "another" if _etag(world, folder) != before else "the same"


@case("A container's ETag when a member's content changes", "the same")
def container_etag_of_changed_member(world: World) -> str:
    folder = world.folder()
    before = _etag(world, folder)
    world.owner.send("PUT", folder + "a.ttl", TURTLE + _OTHER)
    return "another" if _etag(world, folder) != before else "the same"


@case("Turtle and JSON-LD of one document", "two ETags")
def etag_of_each_type(world: World) -> str:
    address = world.folder() + "a.ttl"
    return "one ETag" if _etag(world, address) == _etag(world, address, "application/ld+json") else "two ETags"


@case("Five writers with one ETag, four rounds", "one wins each round")
def put_race(world: World) -> str:
    address = world.folder() + "a.ttl"

    def write(number: int, etag: str) -> bool:
        body = f'<#a> <http://schema.org/name> "{number}" .\n'
        return world.owner.send("PUT", address, body, {"if-match": etag}).is_success

    with ThreadPoolExecutor(5) as threads:
        for _ in range(4):
            won = sum(threads.map(write, range(5), [_etag(world, address)] * 5))
            if won != 1:
                return "several win"
    return "one wins each round"


@case("Five programs make one document, four rounds", "one wins each round")
def create_race(world: World) -> str:
    folder = world.folder()

    def write(number: int, address: str) -> bool:
        body = f'<#a> <http://schema.org/name> "{number}" .\n'
        return world.owner.send("PUT", address, body, {"if-none-match": "*"}).is_success

    with ThreadPoolExecutor(5) as threads:
        for number in range(4):
            won = sum(threads.map(write, range(5), [f"{folder}r{number}.ttl"] * 5))
            if won != 1:
                return "several win"
    return "one wins each round"
