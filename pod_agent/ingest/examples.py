"""What the person said that a question of theirs means: ``settings/examples/examples.ttl``.

An example has the question and the plain question that is meant by it, or that is not. Of one question one meaning
holds, the latest; a reading that was turned down stays so until the same is said to be meant. The same examples give
the same bytes. They are words of the person, none of any record, and hold until the person takes them back.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from pod_agent.errors import PodDamagedError, UsageError
from pod_agent.ingest.switched import REMEDY, nodes_of
from pod_agent.pods.changing import change_resource
from pod_agent.pods.pod import Pod, Resource
from vocab import terms
from vocab.terms import curie
from vocab.turtle import HEADER, literal

__all__ = ["EXAMPLES", "MOST", "Example", "check_examples", "enter_example", "forget_examples", "read_examples"]

EXAMPLES: Final = "settings/examples/examples.ttl"
MOST: Final = 1000
"""Examples that are kept: the oldest make room."""
LONGEST: Final = 500
"""Characters of a question."""

_NAME: Final = re.compile("[a-z2-7]{26}")
_WORD: Final = re.compile(r"[^\W_]+(?: [^\W_]+)?")
_YEARS: Final = range(2000, 3000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """That ``question`` means ``meant``, or, where ``wanted`` is false, that it does not.

    Both are canonical spelling, on one line. ``at`` is UTC in whole milliseconds. ``words`` are pairs of a word of the
    question and what it stands for, the empty text where that is nothing, as they were learnt from the example.
    """

    question: str
    meant: str
    at: datetime
    wanted: bool = True
    words: tuple[tuple[str, str], ...] = ()

    @property
    def identifier(self) -> str:
        """The name in its IRI: 26 characters that depend on the question, what is meant and the verdict."""
        told = "\0".join((self.question, self.meant, "yes" if self.wanted else "no"))
        return base64.b32encode(hashlib.sha256(told.encode()).digest())[:26].decode().lower()

    def replaces(self, other: Example) -> bool:
        """Whether an older example is void since: another meaning of the question, or the opposite of this one."""
        if self.question != other.question:
            return False
        return self.meant == other.meant or (self.wanted and other.wanted)


def read_examples(pod: Pod) -> tuple[Example, ...]:
    """Every example that holds, oldest first; PodDamagedError where the document cannot be read."""
    resource = pod.read(EXAMPLES)
    return _parsed(resource.content if resource else b"", EXAMPLES)


def enter_example(pod: Pod, new: Example) -> None:
    """Enter an example in place of those that it makes void; UsageError for one that cannot be written."""
    _checked(new)

    def changed(held: tuple[Example, ...]) -> list[Example]:
        left = [each for each in held if not new.replaces(each)]
        return [*left, new][-MOST:]

    _change(pod, changed)


def forget_examples(pod: Pod, forget: Callable[[Example], bool]) -> list[Example]:
    """Take back the examples of which ``forget`` says so; those that were taken back."""
    gone: list[Example] = []

    def changed(held: tuple[Example, ...]) -> list[Example]:
        gone[:] = [each for each in held if forget(each)]
        return [each for each in held if each not in gone]

    _change(pod, changed)
    return gone


def check_examples(content: bytes, path: str) -> None:
    """PodDamagedError where the document of examples cannot be read."""
    _parsed(content, path)


def _change(pod: Pod, change: Callable[[tuple[Example, ...]], Iterable[Example]]) -> None:
    def changed(resource: Resource | None) -> bytes | None:
        held = _parsed(resource.content if resource else b"", EXAMPLES)
        after = tuple(change(held))
        return None if after == held else _render(after)

    change_resource(pod, EXAMPLES, changed)


def _checked(each: Example) -> None:
    for text in (each.question, each.meant):
        if not text or text != " ".join(text.split()) or len(text) > LONGEST or not _is_text(text):
            raise UsageError("a question of an example is empty, too long or no text")
    if not all(_WORD.fullmatch(word) and _WORD.fullmatch(other or "x") for word, other in each.words):
        raise UsageError("a word of an example is none")
    if each.at.year not in _YEARS or each.at.microsecond % 1000:
        raise UsageError("the time of an example is none that can be kept")


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _render(examples: Iterable[Example]) -> bytes:
    ordered = sorted(examples, key=lambda each: each.identifier)
    parts = [HEADER, f"\n<> {curie(terms.RECORD_COUNT)} {len(ordered)} .\n"]
    for each in ordered:
        verdict = terms.MEANT if each.wanted else terms.NOT_MEANT
        parts.append(
            f"\n<#{each.identifier}> a {curie(terms.EXAMPLE)} ;\n"
            f"  {curie(verdict)} {literal(each.meant)} ;\n"
            f"  {curie(terms.QUERY)} {literal(each.question)} ;\n"
            f'  {curie(terms.START_TIME)} "{_stamp(each.at)}"^^{curie(terms.XSD_DATE_TIME)}'
        )
        words = sorted(literal(f"{word} = {other}".strip()) for word, other in each.words)
        parts.append(f" ;\n  {curie(terms.READS_AS)} {', '.join(words)} .\n" if words else " .\n")
    return "".join(parts).encode()


@lru_cache(maxsize=8)
def _parsed(content: bytes, path: str) -> tuple[Example, ...]:
    """The examples in a document, oldest first; kept, for every question that is asked looks for them."""
    found = nodes_of(content, path, terms.EXAMPLE)
    try:
        return tuple(sorted((_example(name, node) for name, node in found.items()), key=_order))
    except (KeyError, ValueError, OverflowError, UsageError) as error:
        raise PodDamagedError(f"{path} holds an example that cannot be read", hint=REMEDY) from error


def _order(each: Example) -> tuple[datetime, str]:
    return each.at, each.identifier


def _example(name: str, node: Mapping[str, list[str]]) -> Example:
    wanted = terms.MEANT in node
    [meant], [question], [stamp] = (
        node[terms.MEANT if wanted else terms.NOT_MEANT],
        node[terms.QUERY],
        node[terms.START_TIME],
    )
    at = datetime.fromisoformat(stamp).astimezone(UTC)
    pairs = (text.partition(" =") for text in sorted(node.get(terms.READS_AS, [])))
    words = tuple((word, other.strip()) for word, _, other in pairs)
    found = Example(question=question, meant=meant, at=at, wanted=wanted, words=words)
    _checked(found)
    if not _NAME.fullmatch(name.rpartition("#")[2]):
        raise ValueError("a name that no agent writes")
    return found
