"""Offers asked about: which fit, why one is shown, and what of the catalogue is cheaper than what the person pays.

Nothing is made up here: reasons, savings and records are those of the desk of offers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from pod_agent.assistant.beside import Beside
from pod_agent.assistant.figures import Outcome, rounded
from pod_agent.assistant.plan import Plan
from pod_agent.errors import AgentError
from pod_agent.index.local import LocalIndex
from pod_agent.offers.desk import OfferDesk
from pod_agent.offers.match import OfferMatch
from vocab.records import IRI, OrderLine, Record, Transaction
from vocab.wording import folded, unhidden

__all__ = ["offers"]

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
        return _ANSWERS[plan.ask](index, plan, desk, beside.relative)
    except AgentError as error:
        return Outcome(None, (), None, f"The offers cannot be read now: {error}.")


Relative = Callable[[str], IRI]


def _fitting(_: LocalIndex, plan: Plan, desk: OfferDesk, relative: Relative) -> Outcome:
    found = [match for match in desk.matches() if not plan.names or _is_named(match, plan.names)]
    if not found:
        return Outcome(None, (), None, f"No offer{_at(plan)} fits what you buy.")
    return _ranked(found[:MOST], relative, f"{len(found)} offers fit what you buy, best first")


def _why(_: LocalIndex, plan: Plan, desk: OfferDesk, relative: Relative) -> Outcome:
    found = [match for match in desk.matches() if not plan.names or _is_named(match, plan.names)]
    if len({match.offer.iri for match in found}) > 1:
        choices = tuple(f"why did I get the offer {_clean(match.title)}" for match in found[:3])
        return Outcome(None, (), None, "Which offer do you mean?", choices=choices)
    if found:
        told = desk.why(found[0].offer.iri)
    else:
        named = plan.names[0] if plan.names else ""
        told = next((desk.why(offer.iri) for offer in desk.offers() if folded(offer.seller) == folded(named)), {})
    if not told:
        return Outcome(None, (), None, f"No offer{_at(plan)} is shown to you.")
    reason = _clean(told.get("reason") or told["now"])
    return Outcome(reason, _relative(told.get("evidence", ()), relative), None, told=_lines(told))


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


def _cheaper(index: LocalIndex, plan: Plan, desk: OfferDesk, relative: Relative) -> Outcome:
    """Offers with a saving on the person's own purchases of what is named, made by someone else where it is a shop."""
    names = [folded(name) for name in plan.names]
    found = []
    for match in desk.matches():
        records = index.get(_relative(match.evidence, relative))
        at_shop = folded(match.offer.seller) in names
        if match.saving is not None and match.saving.minor > 0 and not at_shop and _concerns(records, names):
            found.append(match)
    if not found:
        return Outcome(
            (), (), "SGD", told=f"No offer of the catalogue is cheaper than {', '.join(plan.names)} for you."
        )
    found.sort(key=lambda match: (-(match.saving.minor if match.saving else 0), match.offer.iri))
    return _ranked(found[:MOST], relative, f"Cheaper than {', '.join(plan.names)}, by what it would have saved you")


def _concerns(records: Iterable[Record], names: Sequence[str]) -> bool:
    """Whether any of these records is of a merchant, a category, a shop or a product of these names."""
    for record in records:
        if isinstance(record, Transaction) and {folded(record.merchant), folded(record.category)} & set(names):
            return True
        if isinstance(record, OrderLine) and any(name in folded(record.product) for name in names):
            return True
    return False


def _ranked(found: Sequence[OfferMatch], relative: Relative, what: str) -> Outcome:
    value = tuple((_clean(match.title), _saving(match)) for match in found)
    lines = "; ".join(
        f"{name}: {f'saves SGD {saving:,.2f}, {match.saving_basis}' if saving else _clean(match.reason)}"
        for match, (name, saving) in zip(found, value, strict=True)
    )
    citations = tuple(iri for match in found for iri in _relative(match.evidence, relative))
    return Outcome(value, citations, "SGD", told=f"{what}: {_clean(lines, most=5 * LONGEST)}.")


def _saving(match: OfferMatch) -> float | int:
    return rounded(Fraction(match.saving.amount) if match.saving else Fraction(0), "SGD")


def _is_named(match: OfferMatch, names: Iterable[str]) -> bool:
    told = f"{folded(match.title)} {folded(match.offer.seller)} {folded(match.offer.name)}"
    return all(folded(name) in told for name in names)


def _relative(iris: object, relative: Relative) -> tuple[IRI, ...]:
    return tuple(relative(str(iri)) for iri in iris) if isinstance(iris, list | tuple) else ()


def _at(plan: Plan) -> str:
    return f" of {', '.join(plan.names)}" if plan.names else ""


def _clean(text: str, *, most: int = LONGEST) -> str:
    """Text of a catalogue, which a stranger wrote: one line, nothing hidden, no longer than a reason is."""
    line = " ".join(unhidden(text).split())
    return line if len(line) <= most else f"{line[: most - 1]}\u2026"


_ANSWERS: dict[str, Callable[[LocalIndex, Plan, OfferDesk, Relative], Outcome]] = {
    "list": _fitting,
    "why": _why,
    "cheaper": _cheaper,
}
