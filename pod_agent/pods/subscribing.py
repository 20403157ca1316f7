"""Subscribing to changes of resources on a Solid server: Solid Notifications Protocol, WebSocketChannel2023."""

from __future__ import annotations

import email.utils
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import pyoxigraph as ox

from pod_agent.errors import PodAccessError, PodError
from pod_agent.pods.addresses import is_loopback, origin
from pod_agent.pods.links import STORAGE_DESCRIPTION, link_targets, parent, resolved
from pod_agent.pods.pod import TURTLE
from pod_agent.pods.session import Session

__all__ = ["Channel", "Service", "find_service", "subscribe", "unsubscribe"]

_NOTIFY = "http://www.w3.org/ns/solid/notifications#"
_WEB_SOCKET: Final = _NOTIFY + "WebSocketChannel2023"
_CONTEXT = "https://www.w3.org/ns/solid/notification/v1"
_JSON_LD = "application/ld+json"
_SHORTEST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Service:
    """Where to subscribe, and whether it tells at once that a topic is not in the ``state`` named any more."""

    address: str
    knows_states: bool


@dataclass(frozen=True, slots=True)
class Channel:
    """A subscription. ``receive_from`` needs no login and so is a secret; ``seconds`` is how long it lasts."""

    iri: str
    receive_from: str
    seconds: float | None


def find_service(session: Session, topic: str, also: Iterable[str] = ()) -> Service | None:
    """The subscription service of the storage that holds this resource; None where it offers none that we know.

    The service must lie on the storage's own host, a domain above it, or a host in ``also``: PodAccessError otherwise,
    since it is shown the person's login and what they watch.
    """
    description = _description(session, topic)
    if description is None:
        return None
    response = session.send("GET", description, {"accept": TURTLE})
    try:
        triples = list(ox.parse(response.content, format=ox.RdfFormat.TURTLE, base_iri=description))
    except SyntaxError:
        return None
    offered = [triple.object for triple in triples if triple.predicate.value == _NOTIFY + "subscription"]
    for triple in triples:
        told = (triple.predicate.value, triple.object) == (_NOTIFY + "channelType", ox.NamedNode(_WEB_SOCKET))
        if told and triple.subject in offered and isinstance(triple.subject, ox.NamedNode):
            address = _near(triple.subject.value, topic, also, secure="https")
            state = ox.NamedNode(_NOTIFY + "state")
            return Service(address, any((each.subject, each.object) == (triple.subject, state) for each in triples))
    return None


def subscribe(
    session: Session,
    service: Service,
    topic: str,
    *,
    state: str | None = None,
    seconds: float | None = None,
    also: Iterable[str] = (),
) -> Channel:
    """Ask to be told of changes of a resource, which the login must be allowed to read.

    ``state`` is the ETag last seen, ``seconds`` how long the channel is wanted. PodAccessError where reading is not
    allowed or the channel lies elsewhere, PodError where the answer is no channel.
    """
    wanted: dict[str, Any] = {"@context": [_CONTEXT], "type": _WEB_SOCKET, "topic": topic}
    if state is not None and service.knows_states:
        wanted["state"] = state
    if seconds is not None:
        wanted["endAt"] = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
    headers = {"content-type": _JSON_LD, "accept": _JSON_LD}
    response = session.send("POST", service.address, headers, json.dumps(wanted).encode())
    try:
        answer = json.loads(response.content) if response.is_success else None
    except ValueError:
        answer = None
    found = answer if isinstance(answer, dict) else {}
    receive_from = _text(found, "receiveFrom")
    if not receive_from:
        raise PodError("the pod's server gives no address for notifications", hint="Notifications are left out.")
    ends = _seconds_left(_text(found, "endAt"), response.headers.get("date", ""))
    if ends is not None and ends < _SHORTEST_SECONDS:
        raise PodError("the pod's server gives a channel for notifications that has ended already")
    return Channel(_text(found, "id"), _near(receive_from, topic, also, secure="wss"), ends)


def unsubscribe(session: Session, service: Service, channel: Channel) -> None:
    """Give a channel back; PodError where the server refuses."""
    address = resolved(service.address, channel.iri)
    if channel.iri and address and origin(address) == origin(service.address):
        session.send("DELETE", address)


def _description(session: Session, topic: str) -> str | None:
    """The storage's description, as the resource or the nearest container above it names it."""
    place: str | None = topic
    while place is not None:
        try:
            response = session.send("HEAD", place)
        except PodAccessError:
            if place == topic:
                raise
            return None
        found = link_targets(response.headers.get_list("link"), STORAGE_DESCRIPTION, place)
        if found:
            return _near(found[0], topic, (), secure="https")
        place = parent(place)
    return None


def _near(address: str, topic: str, also: Iterable[str], *, secure: str) -> str:
    """The address, if the person's data may be watched from there."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError as error:
        raise PodAccessError("the pod's notifications come from what is no web address") from error
    host, home = parts.hostname or "", urlsplit(topic).hostname or ""
    plain = secure.removesuffix("s")
    if parts.scheme != secure and not (parts.scheme == plain and is_loopback(address)):
        raise PodAccessError(f"the pod's notifications would come without encryption, from {host}")
    above = home.endswith("." + host) and ("." in host or is_loopback(topic))
    if host != home and not above and host not in set(also):
        raise PodAccessError(f"the pod's notifications come from another server: {host}")
    return address


def _text(answer: Mapping[str, Any], name: str) -> str:
    """A term of the notification context, under the names that servers give it."""
    for key in (name, f"notify:{name}", _NOTIFY + name, f"@{name}"):
        value = answer.get(key)
        if isinstance(value, dict):
            value = value.get("@id", value.get("@value"))
        if isinstance(value, str):
            return value
    return ""


def _seconds_left(end: str, date: str) -> float | None:
    """How long until ``end`` by the server's own clock; None where it does not say."""
    try:
        ends = datetime.fromisoformat(end).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    try:
        now = email.utils.parsedate_to_datetime(date).astimezone(UTC)
    except (ValueError, OverflowError):
        now = datetime.now(UTC)
    return (ends - now).total_seconds()
