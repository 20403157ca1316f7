"""Suggestions: what the person may want next, and what is new to them, each with its reason and its records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from pod_agent.errors import UsageError
from pod_agent.features.baskets import EventSource, Records
from pod_agent.features.inputs import SHOP, TEXT, switched_off
from pod_agent.suggesting.buying import buying
from pod_agent.suggesting.candidate import Candidate, as_suggestions, ranked
from pod_agent.suggesting.enjoying import enjoying
from pod_agent.suggesting.policy import NoFeedback, Policy
from pod_agent.suggesting.returns import MOST, OWN
from pod_agent.suggesting.seasons import kept_in
from pod_agent.suggesting.suggestion import KINDS, Suggestion
from pod_agent.suggesting.telling import notes
from pod_agent.suggesting.trying import Stock
from vocab.prior import ItemPrior
from vocab.records import Record

if TYPE_CHECKING:
    from pod_agent.embedding import Embedder

__all__ = ["KINDS", "LIMIT", "RecordSource", "Suggested", "Suggestions"]

LIMIT: Final = 5
Kept = TypeVar("Kept", bound=Record)


class RecordSource(EventSource, Protocol):
    """What gives rows as numbers, and whole records of the rarer kinds: the local index."""

    def kept(self, kind: type[Kept], /) -> tuple[Kept, ...]:
        """All records of a kind."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """Suggestions, those of a kind together and known things before new ones, and sentences about what is missing."""

    suggestions: tuple[Suggestion, ...]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The form that outside programs read."""
        return {"suggestions": [each.to_json() for each in self.suggestions], "notes": list(self.notes)}


class Suggestions:
    """What one person's records suggest on a day.

    ``priors`` are shared models by their dimension, ``stock`` what public catalogues offer, ``embedder`` the text
    model; none of them is needed. They are functions, called only where a kind and the inputs ask for them. ``policy``
    reorders by feedback; it is told itself where feedback is switched off, for what is hidden stays hidden. ``zone`` is
    the name of the person's time zone: it tells whether the public seasons are theirs.
    """

    def __init__(
        self,
        index: RecordSource,
        today: date,
        *,
        zone: str = "",
        priors: Callable[[], Mapping[str, ItemPrior]] = dict,
        stock: Callable[[], Iterable[Stock]] = tuple,
        embedder: Callable[[], Embedder | None] = lambda: None,
        policy: Policy | None = None,
    ) -> None:
        self._index = index
        self._today = today
        self._seasons = kept_in(zone)
        self._priors = priors
        self._stock = stock
        self._embedder = embedder
        self._policy = policy or NoFeedback()

    def recommend(
        self,
        kinds: Iterable[str] = KINDS,
        *,
        new: bool | None = None,
        without: Iterable[str] = (),
        limit: int = LIMIT,
    ) -> Suggested:
        """At most ``limit`` known and ``limit`` new things of each kind; ``new`` keeps one half only.

        Inputs in ``without`` are not even read. UsageError for a kind or an input that there is not.
        """
        wanted, off = _kinds(kinds), switched_off(without)
        records = Records(self._index, self._today, sections=SHOP not in off)
        found: list[Suggestion] = []
        for kind in wanted:
            for half in (False, True) if new is None else (new,):
                found += self._half(kind, records, off, new=half)[:limit]
        said = notes(records, [kind for kind in wanted if OWN[kind] not in off], bool(found))
        return Suggested(tuple(found), said)

    def _half(self, kind: str, records: Records, off: frozenset[str], *, new: bool) -> Sequence[Suggestion]:
        candidates = ranked(self._candidates(kind, records, off, new=new))[:MOST]
        return self._policy.reorder(as_suggestions(candidates, records))

    def _candidates(self, kind: str, records: Records, off: frozenset[str], *, new: bool) -> list[Candidate]:
        if OWN[kind] in off:
            return []
        embedder = None if TEXT in off else self._embedder
        if OWN[kind] == "history":
            found = buying(
                kind,
                records,
                off,
                priors=self._priors,
                stock=self._stock,
                embedder=embedder,
                seasons=self._seasons,
                new=new,
            )
        else:
            found = enjoying(kind, records, off, kept=self._index.kept, embedder=embedder, new=new)
        return [each.without(off) for each in found if each.novel is new]


def _kinds(names: Iterable[str]) -> list[str]:
    wanted = list(dict.fromkeys(names))
    unknown = sorted(set(wanted) - set(KINDS))
    if unknown:
        raise UsageError(f"{unknown[0]!r} is not a kind of suggestion", hint=f"One of: {', '.join(KINDS)}.")
    return [kind for kind in KINDS if kind in wanted]
