"""Cases of notifications: WebSocketChannel2023, and the older protocol that some servers speak instead."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin

import httpx
import pyoxigraph as ox
from websockets.sync.client import ClientConnection, connect

from pod_agent.pods.links import STORAGE_DESCRIPTION, link_targets
from tests.contract.case import case
from tests.contract.world import TURTLE, Person, World

_CHANNEL = "http://www.w3.org/ns/solid/notifications#WebSocketChannel2023"
_TYPE = ox.NamedNode("http://www.w3.org/ns/solid/notifications#channelType")
_OTHER = '<#a> <http://schema.org/name> "teh" .\n'
_SECONDS = 10.0
_QUIET_SECONDS = 0.7
_NONE = "no such service"


def _service(world: World) -> str:
    """The subscription service; "" where the server has none."""
    response = world.owner.send("HEAD", world.owner.private)
    for place in link_targets(response.headers.get_list("link"), STORAGE_DESCRIPTION, world.owner.private):
        found = world.owner.send("GET", place, headers={"accept": "text/turtle"})
        for quad in ox.parse(found.content, format=ox.RdfFormat.TURTLE, base_iri=place):
            if quad.predicate == _TYPE and quad.object == ox.NamedNode(_CHANNEL):
                return urljoin(place, str(quad.subject.value))
    return ""


def _subscribe(world: World, topic: str, who: Person | None, state: str = "") -> httpx.Response | None:
    service = _service(world)
    if not service:
        return None
    wanted = {"@context": ["https://www.w3.org/ns/solid/notification/v1"], "type": _CHANNEL, "topic": topic}
    text = json.dumps({**wanted, **({"state": state} if state else {})})
    headers = {"content-type": "application/ld+json"}
    if who is None:
        return world.anonymous("POST", service, content=text, headers=headers)
    return who.send("POST", service, text, headers)


@contextmanager
def _channel(answer: httpx.Response) -> Iterator[ClientConnection]:
    with connect(answer.json()["receiveFrom"], proxy=None) as socket:
        yield socket


def _next(socket: ClientConnection, seconds: float = _SECONDS) -> str:
    try:
        message = json.loads(socket.recv(seconds))
    except TimeoutError:
        return "nothing"
    return str(message["type"])


@case("Subscribing to a document one may read", "200")
def subscribe(world: World) -> str:
    answer = _subscribe(world, world.folder() + "a.ttl", world.owner)
    return _NONE if answer is None else str(answer.status_code)


@case("Subscribing without a login", "401")
def subscribe_stranger(world: World) -> str:
    answer = _subscribe(world, world.folder() + "a.ttl", None)
    return _NONE if answer is None else str(answer.status_code)


@case("Subscribing without access", "403")
def subscribe_friend(world: World) -> str:
    answer = _subscribe(world, world.folder() + "a.ttl", world.friend)
    return _NONE if answer is None else str(answer.status_code)


@case("A subscription to what one may read wakes up at a change", "Update")
def wakes_up(world: World) -> str:
    address = world.folder() + "a.ttl"
    answer = _subscribe(world, address, world.owner)
    if answer is None:
        return _NONE
    with _channel(answer) as socket:
        world.owner.send("PUT", address, _OTHER)
        return _next(socket)


@case("A subscription with an old state wakes up at once", "Update")
def stale_state(world: World) -> str:
    answer = _subscribe(world, world.folder() + "a.ttl", world.owner, '"1"')
    if answer is None:
        return _NONE
    with _channel(answer) as socket:
        return _next(socket)


@case("A container's subscription hears of new members", "Add")
def container_hears_new(world: World) -> str:
    folder = world.folder()
    answer = _subscribe(world, folder, world.owner)
    if answer is None:
        return _NONE
    with _channel(answer) as socket:
        world.owner.send("PUT", folder + "b.ttl", TURTLE)
        return _next(socket)


@case("A container's subscription hears of changed members", "nothing")
def container_hears_change(world: World) -> str:
    folder = world.folder()
    answer = _subscribe(world, folder, world.owner)
    if answer is None:
        return _NONE
    with _channel(answer) as socket:
        world.owner.send("PUT", folder + "a.ttl", _OTHER)
        return _next(socket, _QUIET_SECONDS)


@case("A friend's subscription after access is withdrawn", "Update")
def withdrawn_subscription(world: World) -> str:
    folder = world.folder()
    world.share(folder, (world.friend.webid, ("Read",)))
    answer = _subscribe(world, folder + "a.ttl", world.friend)
    if answer is None:
        return _NONE
    with _channel(answer) as socket:
        world.share(folder)
        world.owner.send("PUT", folder + "a.ttl", _OTHER)
        return _next(socket)


@case("The older protocol (Updates-Via)", "not offered")
def older_protocol(world: World) -> str:
    address = world.folder() + "a.ttl"
    place = world.owner.send("HEAD", address).headers.get("updates-via")
    if not place:
        return "not offered"
    with connect(place, proxy=None) as socket:
        greeting = str(socket.recv(_SECONDS))
        socket.send(f"sub {address}")
        said = str(socket.recv(_SECONDS)).replace(address, "it")
    return f"{greeting}, stranger told {said}"


@case("The older protocol wakes up at a change", "not offered")
def older_protocol_wakes(world: World) -> str:
    address = world.folder() + "a.ttl"
    place = world.owner.send("HEAD", address).headers.get("updates-via")
    if not place:
        return "not offered"
    signed = world.owner.client.auth
    assert signed is not None
    request = httpx.Request("GET", place.replace("ws://", "http://", 1))
    login = next(signed.sync_auth_flow(request)).headers
    headers = {name: login[name] for name in ("authorization", "dpop")}
    with connect(place, proxy=None, additional_headers=headers) as socket:
        heard = [socket.recv(_SECONDS)]
        socket.send(f"sub {address}")
        heard.append(socket.recv(_SECONDS))
        world.owner.send("PUT", address, _OTHER)
        heard.append(socket.recv(_SECONDS))
    return ", ".join(str(word).replace(address, "it") for word in heard[1:])
