"""What the person said of suggestions and offers, and what they switched off: ``feedback/`` and ``settings/inputs/``.

A verdict lies in the document of the month in which it was said (UTC), ``feedback/<yyyy-mm>.ttl``; the same verdicts
give the same bytes. A new opinion takes the place of an older one of the same thing: it is written first, then the
older one goes, so that a crash between the two leaves both, and the later one holds. What is taken back is removed,
the oldest first, so that a crash never brings an older word back into force.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final

from pod_agent.errors import PodDamagedError, UsageError
from pod_agent.ingest.switched import INPUTS, REMEDY, nodes_of, read_switched, switch
from pod_agent.pods.changing import change_resource
from pod_agent.pods.pod import Pod, Resource
from vocab import terms
from vocab.terms import curie
from vocab.turtle import HEADER, literal

__all__ = [
    "FEEDBACK", "INPUTS", "OFFER", "Feedback", "Opinion", "change_feedback", "check_feedback", "read_feedback",
    "read_switched_off", "switch_inputs",
]  # fmt: skip

FEEDBACK: Final = "feedback/"
OFFER: Final = "offer"
"""The kind of a verdict on an offer; all others are kinds of suggestions."""
LONGEST: Final = 2000

_DOCUMENT: Final = re.compile(r"feedback/\d{4}-\d{2}\.ttl")
_IRI: Final = re.compile(r"[a-z][a-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+")
_YEARS: Final = range(2000, 3000)


class Opinion(StrEnum):
    """What can be said of a thing."""

    UP = "up"
    DOWN = "down"
    HIDE = "hide"
    NOT_MY_TASTE = "not-my-taste"
    BOUGHT = "bought"


_ACTIONS: Final = {
    Opinion.UP: terms.LIKE_ACTION,
    Opinion.DOWN: terms.DISLIKE_ACTION,
    Opinion.HIDE: terms.IGNORE_ACTION,
    Opinion.NOT_MY_TASTE: terms.NOT_MY_TASTE,
    Opinion.BOUGHT: terms.BUY_ACTION,
}
_OPINIONS: Final = {iri: opinion for opinion, iri in _ACTIONS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One verdict on one thing.

    ``kind`` is ``offer`` or a kind of suggestion, ``item`` the offer's IRI or the thing's name; ``title`` what an offer
    is called. ``at`` is UTC in whole milliseconds. ``context`` holds the numbers under which the thing was shown, by
    name, ``traits`` what it shares with others (its maker, its shop), ``sources`` where the records behind it are from.
    """

    kind: str
    item: str
    opinion: Opinion
    at: datetime
    title: str = ""
    context: Mapping[str, float] = field(default_factory=dict)
    traits: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def target(self) -> tuple[str, str]:
        """What it is about."""
        return self.kind, self.item

    @property
    def identifier(self) -> str:
        """The name in its IRI: 26 characters that depend on thing, opinion and time."""
        told = "\0".join((self.kind, self.item, self.opinion, _stamp(self.at)))
        return base64.b32encode(hashlib.sha256(told.encode()).digest())[:26].decode().lower()

    def replaces(self, other: Feedback) -> bool:
        """Whether an older verdict is void since: an opinion ends opinions of the thing; each purchase counts."""
        if self.target != other.target or Opinion.BOUGHT in {self.opinion, other.opinion}:
            return False
        return (self.opinion is Opinion.HIDE) == (other.opinion is Opinion.HIDE)


def read_feedback(pod: Pod) -> tuple[Feedback, ...]:
    """Every verdict that is in force, oldest first; PodDamagedError where a document cannot be read."""
    found: dict[str, Feedback] = {}
    for path in _documents(pod):
        resource = pod.read(path)
        for each in _parsed(resource.content if resource else b"", path):
            found[each.identifier] = each
    ordered = sorted(found.values(), key=_order)
    last = {(each.target, each.opinion is Opinion.HIDE): each for each in ordered if each.opinion is not Opinion.BOUGHT}
    return tuple(
        each
        for each in ordered
        if each.opinion is Opinion.BOUGHT or last[each.target, each.opinion is Opinion.HIDE] is each
    )


def change_feedback(pod: Pod, *, add: Iterable[Feedback] = (), remove: Callable[[Feedback], bool]) -> list[Feedback]:
    """Enter verdicts, then take back all others of which ``remove`` says so; those that were taken back.

    UsageError for one that cannot be written.
    """
    new = {each.identifier: each for each in map(_checked, add)}
    months: dict[str, dict[str, Feedback]] = {}
    for name, each in new.items():
        months.setdefault(_path(each), {})[name] = each
    for path in sorted(months):
        _change(pod, path, lambda held, path=path: {**held, **months[path]})  # type: ignore[misc]
    gone: dict[str, Feedback] = {}

    def without(held: dict[str, Feedback]) -> dict[str, Feedback]:
        left = {name: each for name, each in held.items() if name not in new and remove(each)}
        gone.update(left)
        return {name: each for name, each in held.items() if name not in left}

    for path in _documents(pod):
        _change(pod, path, without)
    return sorted(gone.values(), key=_order)


def read_switched_off(pod: Pod) -> frozenset[str]:
    """The inputs of suggestions that are switched off for good."""
    return read_switched(pod, INPUTS)


def switch_inputs(pod: Pod, *, off: Collection[str] = (), on: Collection[str] = ()) -> frozenset[str]:
    """Switch inputs off and on; all that are off since."""
    return switch(pod, INPUTS, off=off, on=on)


def check_feedback(content: bytes, path: str) -> None:
    """PodDamagedError where a document of verdicts cannot be read."""
    _parsed(content, path)


def _documents(pod: Pod) -> list[str]:
    return sorted(entry.path for entry in pod.list(FEEDBACK) if _DOCUMENT.fullmatch(entry.path))


def _change(pod: Pod, path: str, change: Callable[[dict[str, Feedback]], dict[str, Feedback]]) -> None:
    def changed(resource: Resource | None) -> bytes | None:
        held = {each.identifier: each for each in _parsed(resource.content if resource else b"", path)}
        after = change(held)
        return None if after == held else _render(after.values())

    change_resource(pod, path, changed)


def _order(each: Feedback) -> tuple[datetime, str]:
    return each.at, each.identifier


def _path(each: Feedback) -> str:
    return f"{FEEDBACK}{each.at.astimezone(UTC):%Y-%m}.ttl"


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _checked(each: Feedback) -> Feedback:
    texts = (each.kind, each.item, each.title, *each.traits, *each.sources)
    if not each.item.strip() or any(len(text) > LONGEST or not _is_text(text) for text in texts):
        raise UsageError("the name of what you speak of is empty, too long or no text")
    if each.kind == OFFER and not _IRI.fullmatch(each.item):
        raise UsageError("an offer is named by its IRI")
    return each


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _render(entries: Iterable[Feedback]) -> bytes:
    ordered = sorted(entries, key=lambda each: each.identifier)
    parts = [HEADER, f"\n<> {curie(terms.RECORD_COUNT)} {len(ordered)} .\n"]
    for each in ordered:
        properties = [
            f"{curie(terms.SUGGESTED_KIND)} {literal(each.kind)}",
            f'{curie(terms.START_TIME)} "{_stamp(each.at)}"^^{curie(terms.XSD_DATE_TIME)}',
        ]
        if each.kind == OFFER:
            properties += [f"{curie(terms.OBJECT)} <{each.item}>", f"{curie(terms.NAME)} {literal(each.title)}"]
        else:
            properties.append(f"{curie(terms.NAME)} {literal(each.item)}")
        numbers = (f"{name}={value:.3f}" for name, value in sorted(each.context.items()))
        for term, values in (
            (terms.SHOWN_UNDER, numbers),
            (terms.TRAIT, each.traits),
            (terms.FROM_SOURCE, each.sources),
        ):
            texts = sorted({literal(value) for value in values})
            if texts:
                properties.append(f"{curie(term)} {', '.join(texts)}")
        kinds = f"{curie(_ACTIONS[each.opinion])}, {curie(terms.FEEDBACK)}"
        parts.append(f"\n<#{each.identifier}> a {kinds} ;\n  " + " ;\n  ".join(properties) + " .\n")
    return "".join(parts).encode()


@lru_cache(maxsize=64)
def _parsed(content: bytes, path: str) -> tuple[Feedback, ...]:
    """The verdicts in a document; kept, for every list that is shown asks for them."""
    try:
        return tuple(_entry(node) for node in nodes_of(content, path, terms.FEEDBACK).values())
    except (KeyError, ValueError, OverflowError) as error:
        raise PodDamagedError(f"{path} holds a verdict that cannot be read", hint=REMEDY) from error


def _entry(node: Mapping[str, list[str]]) -> Feedback:
    [opinion] = [_OPINIONS[name] for name in node[terms.TYPE] if name in _OPINIONS]
    [kind], [name] = node[terms.SUGGESTED_KIND], node[terms.NAME]
    pairs = (text.rpartition("=") for text in node.get(terms.SHOWN_UNDER, []))
    context = {name: float(value) for name, _, value in sorted(pairs)}
    at = datetime.fromisoformat(node[terms.START_TIME][0]).astimezone(UTC)
    if not all(map(math.isfinite, context.values())) or at.year not in _YEARS:
        raise ValueError("a number or a year that no agent writes")
    return Feedback(
        kind=kind,
        item=node[terms.OBJECT][0] if kind == OFFER else name,
        title=name if kind == OFFER else "",
        opinion=opinion,
        at=at,
        context=context,
        traits=tuple(sorted(node.get(terms.TRAIT, []))),
        sources=tuple(sorted(node.get(terms.FROM_SOURCE, []))),
    )
