"""A candidate: a suggestion before its evidence is looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pod_agent.features.baskets import Habit, Records
from pod_agent.suggesting.suggestion import CONTEXT, Suggestion
from pod_agent.suggesting.words import kind_title
from vocab.records import IRI

__all__ = ["FEWEST", "Candidate", "as_suggestions", "habit_context", "ranked"]

EVIDENCE: Final = 5
"""Most records that a suggestion names."""
FEWEST: Final = 5
"""Days of shopping or listening below which a suggestion says how little it rests on."""
MEDIA: Final = frozenset({"artist", "track", "channel", "video"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A thing with what each input adds to its score, and the records behind it.

    ``rows`` are those of the index in ``family``, oldest first; ``iris`` are records of other kinds. ``context`` holds
    numbers from 0 to 1 by their name in ``suggestion.CONTEXT``.
    """

    kind: str
    item: str
    parts: Mapping[str, float]
    reason: str
    novel: bool = False
    family: str = ""
    rows: Sequence[int] = ()
    iris: tuple[IRI, ...] = ()
    context: Mapping[str, float] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """The sum of the parts, from 0 to 1."""
        return min(1.0, max(0.0, sum(self.parts.values())))

    @property
    def numbers(self) -> tuple[float, ...]:
        """The context in the order of ``suggestion.CONTEXT``."""
        known = {
            **self.context,
            "one": 1.0,
            "score": self.score,
            "novel": float(self.novel),
            "shared": self.parts.get("shared", 0.0),
            "shop": self.parts.get("shop", 0.0),
            "text": self.parts.get("text", 0.0),
            "media": float(self.kind in MEDIA),
        }
        return tuple(round(min(1.0, max(0.0, known.get(name, 0.0))), 6) for name in CONTEXT)

    def without(self, inputs: frozenset[str]) -> Candidate:
        """The candidate without what these inputs add."""
        return replace(self, parts={name: value for name, value in self.parts.items() if name not in inputs})


def ranked(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those with a score, best first; of several for one item the best. Equal scores go by name."""
    best: dict[str, Candidate] = {}
    for each in sorted(candidates, key=lambda each: (-each.score, each.item, each.reason)):
        if each.score > 0:
            best.setdefault(each.item, each)
    return list(best.values())


def habit_context(habit: Habit, today: int, gap: float | None) -> dict[str, float]:
    """What a policy may learn from about a habit; see docs/how-to/get-suggestions.md."""
    since = today - habit.last
    same = sum(count for day, count in zip(habit.days, habit.counts, strict=True) if day % 7 == today % 7)
    return {
        "often": 1 - 0.5 ** (habit.times / 5),
        "recent": 0.5 ** (since / 30),
        "due": min(1.0, since / (2 * gap)) if gap else 0.0,
        "weekday": same / habit.times,
    }


def as_suggestions(candidates: Sequence[Candidate], records: Records) -> list[Suggestion]:
    """The candidates as suggestions, with the IRIs of the newest records behind each."""
    wanted: dict[str, set[int]] = {}
    for each in candidates:
        if each.rows:
            wanted.setdefault(each.family, set()).update(each.rows[-EVIDENCE:])
    found = {family: records.iris(family, sorted(rows)) for family, rows in wanted.items()}
    return [_suggestion(each, found.get(each.family, {})) for each in candidates]


def _suggestion(each: Candidate, iris: Mapping[int, IRI]) -> Suggestion:
    newest = tuple(iris[row] for row in reversed(each.rows[-EVIDENCE:]) if row in iris)
    return Suggestion(
        kind=each.kind,
        item=each.item,
        title=kind_title(each.kind, each.item),
        score=each.score,
        reason=each.reason,
        inputs=tuple((name, value) for name, value in each.parts.items() if value),
        evidence=(*newest, *each.iris)[:EVIDENCE],
        novel=each.novel,
        records=len(each.rows) + len(each.iris),
        context=each.numbers,
    )
