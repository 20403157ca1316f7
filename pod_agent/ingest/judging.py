"""What a document in the pod is: ours, another program's edit, or damage.

A server may keep half of a write, and any program with access may change, remove or break a document. The manifest
says what we wrote, the mirror what was there before; together they tell an edit from damage.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

import pyoxigraph as ox

from pod_agent.errors import PodDamagedError
from pod_agent.ingest.budgets import check_budgets
from pod_agent.ingest.examples import check_examples
from pod_agent.ingest.feedback import check_feedback
from pod_agent.ingest.layout import entry_of, is_document, is_series
from pod_agent.ingest.manifest import Entry, digest
from pod_agent.ingest.mappings import parse_mapping
from pod_agent.ingest.parts import links_of, salvage, take_apart
from pod_agent.ingest.report_turtle import report_from_turtle
from pod_agent.ingest.switched import check_switched
from pod_agent.ingest.word import check_corrections, check_rules
from vocab.errors import VocabularyError
from vocab.mapping import BASE
from vocab.turtle import Document, join

__all__ = ["Edit", "Judgement", "Verdict", "can_mend", "fault_of", "is_counted", "judge", "mended"]


class Verdict(Enum):
    """What a document turned out to be."""

    KNOWN = "known"
    """As the manifest says, or of a kind that the manifest does not list, and whole."""
    EDITED = "edited"
    """Whole, and changed or made by another program."""
    BROKEN = "broken"
    """Cut short, or not to be read."""
    UNCLEAR = "unclear"
    """Whole, but with fewer records than the manifest says, and this machine never saw the edition it speaks of."""


@dataclass(frozen=True, slots=True)
class Edit:
    """How many records an edit added, changed and removed."""

    added: int = 0
    changed: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on a document, with the edit where it is one and the reason where it is refused."""

    verdict: Verdict
    edit: Edit = Edit()
    reason: str = ""


def is_counted(path: str) -> bool:
    """Whether the manifest lists documents of this kind."""
    return is_document(path) or is_series(path)


def judge(path: str, content: bytes, *, base: bytes | None, entry: Entry | None) -> Judgement:
    """What these bytes of the pod are, given what the mirror (``base``) and the manifest (``entry``) have."""
    if entry is not None and digest(content) == entry.sha256:
        return Judgement(Verdict.KNOWN)
    # No program of ours writes a document of no bytes, though many readers take it for an empty one.
    reason = "is cut short" if base and not content else fault_of(path, content)
    if reason:
        return Judgement(Verdict.BROKEN, reason=reason)
    if not is_counted(path):
        return Judgement(Verdict.KNOWN)
    if base is not None and content != base and base.startswith(content):
        return Judgement(Verdict.BROKEN, reason="is cut short")
    if is_series(path):
        return _judge_count(path, content, base, entry)
    return _judge_records(path, content, base, entry)


def can_mend(path: str, base: bytes, content: bytes, entry: Entry | None) -> bool:
    """Whether the mirror's edition, with what is whole in the damaged one, is all that the manifest speaks of."""
    if entry is None or digest(base) == entry.sha256:
        return True
    return entry_of(path, mended(path, base, content)).records >= entry.records


def mended(path: str, base: bytes, content: bytes) -> bytes:
    """The mirror's edition of a damaged document, with the records that are whole in the damaged one and new."""
    if not is_document(path):
        return base
    held = take_apart(base, path, known=True)
    whole = salvage(content, path).blocks
    new = {name: text for name, text in whole.items() if name not in held.blocks}
    if not new:
        return base
    return join(Document({**held.blocks, **new}, held.foreign), path, tuple(links_of(base)))


def fault_of(path: str, content: bytes) -> str:
    """Why a document cannot be read, ``""`` where it can."""
    for pattern, check in _CHECKS:
        if pattern.fullmatch(path):
            try:
                check(content, path)
            except (PodDamagedError, VocabularyError, SyntaxError, ValueError, OSError, EOFError, zlib.error):
                return "is cut short or cannot be read"
            return ""
    return ""


def _judge_count(path: str, content: bytes, base: bytes | None, entry: Entry | None) -> Judgement:
    return _unclear(entry_of(path, content).records, base, entry) or Judgement(Verdict.EDITED)


def _judge_records(path: str, content: bytes, base: bytes | None, entry: Entry | None) -> Judgement:
    theirs = take_apart(content, path).blocks
    unclear = _unclear(len(theirs), base, entry)
    if unclear is not None:
        return unclear
    ours = take_apart(base, path, known=True).blocks if base is not None else {}
    gone = ours.keys() - theirs.keys()
    if gone and _looks_cut(content, path, gone, theirs.keys() & ours.keys()):
        return Judgement(Verdict.BROKEN, reason="is cut short")
    changed = sum(theirs[name] != ours[name] for name in theirs.keys() & ours.keys())
    return Judgement(Verdict.EDITED, Edit(len(theirs.keys() - ours.keys()), changed, len(gone)))


def _unclear(number: int, base: bytes | None, entry: Entry | None) -> Judgement | None:
    if entry is None or number >= entry.records or (base is not None and digest(base) == entry.sha256):
        return None
    return Judgement(Verdict.UNCLEAR, reason=f"holds {number} of the {entry.records} records that were noted")


def _looks_cut(content: bytes, path: str, gone: set[str], kept: set[str]) -> bool:
    """Whether a document as we write it lacks just its end, as when a write of ours was cut between two records."""
    if kept and min(gone) < max(kept):
        return False
    try:
        document = take_apart(content, path, known=True)
        return join(document, path, tuple(links_of(content))) == content
    except VocabularyError:
        return True


def _check_gzip(content: bytes, _path: str) -> None:
    gzip.decompress(content)


def _check_report(content: bytes, _path: str) -> None:
    report_from_turtle(content)


def _check_document(content: bytes, path: str) -> None:
    take_apart(content, path)


def _check_turtle(content: bytes, path: str) -> None:
    for _ in ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=BASE + path):
        pass


_CHECKS: Final[tuple[tuple[re.Pattern[str], Callable[[bytes, str], object]], ...]] = (
    (re.compile(r"data/.*/(?:undated|\d{4}-\d{2})(?:-[a-z]+)?\.ttl"), _check_document),
    (re.compile(r"imports/.*\.ttl"), _check_report),
    (re.compile(r"corrections/.*\.ttl"), check_corrections),
    (re.compile(r"settings/rules/rules\.ttl"), check_rules),
    (re.compile(r"feedback/\d{4}-\d{2}\.ttl"), check_feedback),
    (re.compile(r"settings/(?:inputs/inputs|answers)\.ttl"), check_switched),
    (re.compile(r"settings/examples/examples\.ttl"), check_examples),
    (re.compile(r"settings/budgets\.ttl"), check_budgets),
    (re.compile(r"settings/mappings/.*\.ttl"), parse_mapping),
    (re.compile(r".*\.gz"), _check_gzip),
    (re.compile(r".*\.ttl"), _check_turtle),
)
"""How documents of a kind are read, the first that fits."""
