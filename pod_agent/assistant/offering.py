"""Offers asked about: which fit, why one is shown, and what of the catalogue is cheaper than what the person pays.

Nothing is made up here: reasons, savings and records are those of the desk of offers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from pod_agent.assistant.beside import Beside
from pod_agent.assistant.figures import Outcome, rounded
from pod_agent.assistant.plan import Plan
from pod_agent.assistant.rules.text import canonical
from pod_agent.errors import AgentError
from pod_agent.index.local import LocalIndex
from vocab.records import IRI, OrderLine, Record, Transaction
from vocab.wording import folded, unhidden

if TYPE_CHECKING:
    from pod_agent.offers.desk import OfferDesk
    from pod_agent.offers.match import OfferMatch

__all__ = ["NO_CATALOGUE", "offers"]

NO_CATALOGUE = "There is no catalogue of offers yet. Set its address or file with POD_AGENT_CATALOGUE."
MOST = 5
LONGEST = 200


def offers(index: LocalIndex, plan: Plan, beside: Beside) -> Outcome:
    """What a plan asks of the offers; declined where there is no catalogue or nothing fits."""
    if beside.offers is None:
        return Outcome(None, (), None, NO_CATALOGUE)
    desk = beside.offers()
    try:
        if desk.edition() is None:
            return Outcome(None, (), None, NO_CATALOGUE)
        return _ANSWERS[plan.ask](plan, desk, _Records(index, beside.relative))
    except AgentError as error:
        return Outcome(None, (), None, f"The offers cannot be read now: {error}.")


@dataclass(frozen=True, slots=True)
class _Records:
    """The records that answers may use; a source that is switched off for answers is not among them."""

    index: LocalIndex
    relative: Callable[[str], IRI]

    def iris(self, absolute: object) -> tuple[IRI, ...]:
        """The IRIs of evidence as the index has them."""
        return tuple(self.relative(str(iri)) for iri in absolute) if isinstance(absolute, list | tuple) else ()

    def behind(self, match: OfferMatch) -> tuple[Record, ...]:
        """The records behind an offer."""
        return self.index.get(self.iris(match.evidence))

    def usable(self, found: Iterable[OfferMatch], names: Sequence[str] = ()) -> list[OfferMatch]:
        """Of these offers those of these names, where some are given, whose records may all be used."""
        named = (match for match in found if not names or _is_named(match, names))
        return [match for match in named if len(self.behind(match)) == len(match.evidence)]


def _fitting(plan: Plan, desk: OfferDesk, records: _Records) -> Outcome:
    found = records.usable(desk.matches(), plan.names)
    if not found:
        return Outcome(None, (), None, f"No offer{_at(plan)} fits what you buy.")
    return _ranked(found[:MOST], records, f"Offers that fit what you buy, the best of {len(found)} first")


def _why(plan: Plan, desk: OfferDesk, records: _Records) -> Outcome:
    found = records.usable(desk.fitting(), plan.names)
    if len({match.offer.iri for match in found}) > 1:
        choices = tuple(f"why did I get the offer {_clean(match.title)}" for match in found[:3])
        return Outcome(None, (), None, "Which offer do you mean?", choices=choices)
    if found:
        told = desk.why(found[0].offer.iri)
    else:
        named = plan.names[0] if plan.names else ""
        told = next((desk.why(each.iri) for each in desk.offers() if canonical(each.seller) == canonical(named)), {})
    if not told:
        return Outcome(None, (), None, f"No offer{_at(plan)} is shown to you.")
    reason = _clean(told.get("reason") or told["now"])
    citations = records.iris(told.get("evidence", ()))
    if len(records.index.get(citations)) < len(citations):
        return Outcome(None, (), None, "The records behind that offer are not used for answers.")
    return Outcome(reason, citations, None, told=_lines(told))


def _lines(told: dict[str, object]) -> str:
    """The reason, the saving and how it was computed, as they are kept."""
    lines = [f"{told['title']} ({told['seller']})."]
    if not told["fits"]:
        lines.append(f"It does not fit now: {told['now']}")
    lines += [str(told[name]) for name in ("reason",) if told.get(name)]
    saving = told.get("saving")
    if isinstance(saving, float):
        lines.append(f"It saves SGD {saving:,.2f}: {told['saving_basis']}.")
    steps = told.get("steps")
    lines += map(str, steps) if isinstance(steps, list | tuple) else ()
    return _clean(" ".join(lines), most=5 * LONGEST)


def _cheaper(plan: Plan, desk: OfferDesk, records: _Records) -> Outcome:
    """Offers with a saving on the person's own purchases of what is named, made by someone else where it is a shop."""
    names = [folded(name) for name in plan.names]
    found = []
    for match in records.usable(desk.matches()):
        at_shop = folded(match.offer.seller) in names
        if match.saving and match.saving.minor > 0 and not at_shop and _concerns(records.behind(match), names):
            found.append(match)
    if not found:
        return Outcome(
            (), (), "SGD", told=f"No offer of the catalogue is cheaper than {', '.join(plan.names)} for you."
        )
    found.sort(key=lambda match: (-(match.saving.minor if match.saving else 0), match.offer.iri))
    return _ranked(found[:MOST], records, f"Cheaper than {', '.join(plan.names)}, by what it would have saved you")


def _concerns(records: Iterable[Record], names: Sequence[str]) -> bool:
    """Whether any of these records is of a merchant, a category, a shop or a product of these names."""
    for record in records:
        if isinstance(record, Transaction) and {folded(record.merchant), folded(record.category)} & set(names):
            return True
        if isinstance(record, OrderLine) and any(name in folded(record.product) for name in names):
            return True
    return False


def _ranked(found: Sequence[OfferMatch], records: _Records, what: str) -> Outcome:
    value = tuple((_clean(match.title), _saving(match)) for match in found)
    lines = "; ".join(
        f"{name}: {f'saves SGD {saving:,.2f}, {match.saving_basis}' if saving else _clean(match.reason)}"
        for match, (name, saving) in zip(found, value, strict=True)
    )
    citations = tuple(iri for match in found for iri in records.iris(match.evidence))
    return Outcome(value, citations, "SGD", told=f"{what}: {_clean(lines, most=5 * LONGEST)}.")


def _saving(match: OfferMatch) -> float | int:
    return rounded(Fraction(match.saving.amount) if match.saving else Fraction(0), "SGD")


def _is_named(match: OfferMatch, names: Iterable[str]) -> bool:
    """Whether every word of the names is a word of the offer's title, shop or name."""
    told = set(canonical(f"{match.title} {match.offer.seller} {match.offer.name}").split())
    return all(word in told for name in names for word in canonical(name).split())


def _at(plan: Plan) -> str:
    return f" of {', '.join(plan.names)}" if plan.names else ""


def _clean(text: str, *, most: int = LONGEST) -> str:
    """Text of a catalogue, which a stranger wrote: one line, nothing hidden, no longer than a reason is."""
    line = " ".join(unhidden(text).split())
    return line if len(line) <= most else f"{line[: most - 1]}\u2026"


_ANSWERS: dict[str, Callable[[Plan, OfferDesk, _Records], Outcome]] = {
    "list": _fitting,
    "why": _why,
    "cheaper": _cheaper,
}
