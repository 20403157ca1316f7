"""What a study asks of this person and what would leave for it, in plain words and exact numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import compress

from pod_agent.federation.measuring.computing import Answer
from vocab.query import Filter, QuerySpec
from vocab.statistics import (
    CentredPairs,
    CoPurchase,
    Histogram,
    ItemCounts,
    ItemVectors,
    ModelUpdate,
    Rfm,
    Segment,
    Statistic,
    Sum,
)
from vocab.statistics.segments import Leaf, Predicate
from vocab.training import OFFER_RESPONSE
from vocab.vdaf.co_purchase import CoPurchase as Together
from vocab.wording import day_text

__all__ = ["OPERATORS", "UNITS", "Told", "told"]


@dataclass(frozen=True, slots=True)
class Unit:
    """How one measure is spoken of: its unit, one and many, and what the person did with it."""

    one: str
    many: str
    did: str


UNITS = {
    "spend": Unit("dollar", "dollars", "you spent"),
    "fees": Unit("dollar", "dollars", "you paid in fees"),
    "purchases": Unit("purchase", "purchases", "you made"),
    "items": Unit("item", "items", "you bought"),
    "product_spend": Unit("dollar", "dollars", "you spent on goods"),
    "plays": Unit("song", "songs", "you played"),
    "listening_minutes": Unit("minute", "minutes", "you listened"),
    "podcast_minutes": Unit("minute", "minutes", "you listened to podcasts"),
}
OPERATORS = {
    "eq": "is",
    "ne": "is not",
    "in": "is one of",
    "not_in": "is none of",
    "gt": "is after",
    "ge": "is, or is after,",
    "lt": "is before",
    "le": "is, or is before,",
    "between": "lies between (both included)",
}
"""What each operator that a study may use (``public.FILTERS``) says in words."""
PLURALS: Mapping[str, str] = {
    "category": "categories",
    "merchant": "merchants",
    "group": "kinds of goods",
    "offer": "offers",
}
FIELDS: Mapping[str, str] = {"weekend": "part of the week", "group": "kind of goods"}
NAMED = 6
"""As many cells or items are named in what is asked; more are counted. What leaves is always named in full."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is asked and what leaves, one line each; ``label`` names the person's cell or items."""

    lines: tuple[str, ...]
    label: tuple[str, ...] = ()


def told(statistic: Statistic, answer: Answer | None) -> Told:
    """The words for an answer; ``answer`` is what ``computing.measure`` gave."""
    match statistic, answer:
        case Histogram(), int(cell):
            words = _histogram(statistic, cell)
        case Sum(), int(total):
            words = _sum(statistic, total)
        case Segment(), int(truth):
            words = _segment(statistic, truth)
        case Rfm(), int(cell):
            words = _grid(statistic, cell)
        case ItemVectors(items=items), tuple(bits):
            ever, lately = (tuple(compress(items, part)) for part in (bits[: len(items)], bits[len(items) :]))
            words = _vectors(statistic, ever, lately)
        case CentredPairs(items=items), tuple(vector):
            words = _beyond(statistic, tuple(item for item, value in zip(items, vector, strict=True) if value > 0))
        case ItemCounts() | CoPurchase(), tuple(bits):
            words = _items(statistic, tuple(compress(statistic.items, bits)))
        case _:
            words = _training(statistic)
    return words


def _histogram(statistic: Histogram, cell: int) -> Told:
    label = statistic.cells[cell] if cell < len(statistic.cells) else ()
    unit = UNITS[statistic.query.measures[0]]
    picked = (
        f"Your agent picks one {unit.one} {unit.did} {_days(statistic.query)} by chance{_only(statistic.query.filters)}"
        f"{',' if statistic.query.filters else ''} and says in which of {_cells(statistic)} it lies,"
        " or that it lies elsewhere or you have none."
    )
    if label:
        return Told((picked, f"This time it is: {', '.join(label)}. That cell holds 1, {_others(statistic)}."), label)
    drawn = "This time it is none of these: the last cell, for that and for having none, holds 1"
    return Told((picked, f"{drawn}, {_others(statistic)}."))


def _sum(statistic: Sum, total: int) -> Told:
    unit = UNITS[statistic.query.measures[0]]
    asked = f"Your agent adds up the {unit.many} {unit.did} {_days(statistic.query)}{_only(statistic.query.filters)}"
    bounds = f"rounds the total to a whole number, and counts nothing below 0 and nothing above {statistic.maximum:,}"
    return Told((f"{asked}, {bounds}.", f"This time the number is {total:,}."))


def _segment(statistic: Segment, truth: int) -> Told:
    asked = f"Your agent looks whether this holds for you: {_predicate(statistic.predicate)}."
    said = "it does: the number is 1" if truth else "it does not: the number is 0"
    return Told((asked, f"This time {said}. People for whom it does not hold answer too, by a message like yours."))


def _grid(statistic: Rfm, cell: int) -> Told:
    label = statistic.cells[cell] if cell < len(statistic.cells) else ()
    much = " and how much you spent" if statistic.money else ""
    asked = (
        f"Your agent looks at the purchases you made {_days(statistic.query)}{_only(statistic.query.filters)}: how long"
        f" before the last of these days the latest one was, how many there were{much}, in"
        f" {statistic.length - 1} classes."
    )
    if label:
        return Told((asked, f"This time it is: {', '.join(label)}. That cell holds 1, {_others(statistic)}."), label)
    return Told((asked, f"This time there is none: the last cell, for that, holds 1, {_others(statistic)}."))


def _looking(statistic: ItemCounts | ItemVectors | CoPurchase | CentredPairs) -> str:
    kind = PLURALS.get(statistic.query.dimensions[0], statistic.query.dimensions[0])
    names = f": {'; '.join(statistic.items)}" if len(statistic.items) <= NAMED else ""
    unit = UNITS[statistic.query.measures[0]]
    return (
        f"Your agent looks for which of {len(statistic.items)} {kind}{names} there are {unit.many} {unit.did}"
        f" {_days(statistic.query)}{_only(statistic.query.filters)}"
    )


def _items(statistic: ItemCounts | CoPurchase, owned: tuple[str, ...]) -> Told:
    asked = _looking(statistic)
    rest = len(statistic.items) - len(owned)
    if isinstance(statistic, CoPurchase):
        return Told((f"{asked}, and for which of them together.", _together(statistic, owned)), owned)
    most = f". Where there are more than {statistic.max_weight}, it picks {statistic.max_weight} of them by chance."
    if statistic.query.dimensions == ("offer",):
        most += " An offer counts where such a purchase fits its terms, and also where you said that you used it."
    if owned:
        return Told((asked + most, f"This time 1 is sent for: {', '.join(owned)}. The other {rest} hold 0."), owned)
    return Told((asked + most, f"This time there is none: all {rest} numbers are 0."))


def _vectors(statistic: ItemVectors, ever: tuple[str, ...], lately: tuple[str, ...]) -> Told:
    asked = f"{_looking(statistic)}, and for which of them {_days(statistic.lately)}."
    everyone = f"One number holds {statistic.person:,} for everybody"
    zeros = f"the other {statistic.length - 1 - len(ever) - len(lately):,} hold 0"
    if not ever:
        return Told((asked, f"This time there is none. {everyone}; {zeros}."))
    encoding = statistic.encoding
    first = f"This time it is: {', '.join(ever)}. One number holds {encoding.ever_weight(len(ever)):,} for each of them"
    last = f", and another {encoding.lately_weight(len(lately)):,} for each of these: {', '.join(lately)}"
    return Told((asked, f"{first}{last if lately else ''}. {everyone}; {zeros}."), ever)


def _beyond(statistic: CentredPairs, above: tuple[str, ...]) -> Told:
    asked = (
        f"{_looking(statistic)}, and compares them with what the shared model lets expect of somebody with as many: one"
        f" whole number below {1 << statistic.fraction_bits:,} for each, all of them together no longer than that."
    )
    sent = f"What leaves is the product of each two of these {len(statistic.items)} numbers, and the square of each"
    if not above:
        return Told((asked, f"{sent}. This time there is nothing above what was to be expected."))
    return Told((asked, f"{sent}. This time you have more than was to be expected of: {', '.join(above)}."), above)


def _together(statistic: CoPurchase, owned: tuple[str, ...]) -> str:
    if not owned:
        return f"This time there is none: all {statistic.length:,} numbers are 0."
    weights = Together(items=len(statistic.items), fraction_bits=statistic.fraction_bits, chunk=2).weights
    pair, popularity, diagonal = (int(weight) for weight in weights[len(owned)])
    pairs = len(owned) * (len(owned) - 1) // 2
    zeros = statistic.length - 2 * len(owned) - (pairs if pair else 0)
    each = f"Two numbers hold {popularity:,} and {diagonal:,} for each of them"
    both = f", and one holds {pair:,} for each of their {pairs:,} pairs" if pairs else ""
    return f"This time it is: {', '.join(owned)}. {each}{both}; the other {zeros:,} hold 0."


def _training(statistic: Statistic) -> Told:
    responds = isinstance(statistic, ModelUpdate) and statistic.model == OFFER_RESPONSE.name
    offers = ", on the offers it showed you and on those you said you used" if responds else ""
    return Told(
        (
            f"Your agent improves a shared model on your records{offers}, on this machine.",
            f"What leaves is {statistic.length} bounded whole numbers: how the model should change.",
            "While you take part, later rounds of the same business, purpose and data are answered too.",
            "To let you in once, and nobody twice, the business learns your WebID, but nothing of what you learned.",
        )
    )


def _others(statistic: Histogram | Rfm) -> str:
    return f"the other {statistic.length - 1} {'holds' if statistic.length == 2 else 'hold'} 0"


def _days(query: QuerySpec) -> str:
    first, last = query.period or (date.min, date.max)
    return f"from {day_text(first)} to {day_text(last)}"


def _only(filters: tuple[Filter, ...]) -> str:
    """Every filter in words, for what is left out narrows the question as much as what is asked."""
    if not filters:
        return ""
    return f", only from those of which {', and '.join(map(_condition, filters))}"


def _condition(item: Filter) -> str:
    values = item.value if isinstance(item.value, tuple) else (item.value,)
    alone = {"in": "eq", "not_in": "ne"}.get(item.op, item.op) if len(values) == 1 else item.op
    return f"the {FIELDS.get(item.field, item.field)} {OPERATORS[alone]} {' and '.join(map(str, values))}"


def _cells(statistic: Histogram) -> str:
    """The cells by name where they are few."""
    kind = " and ".join(FIELDS.get(name, name) for name in statistic.query.dimensions)
    if len(statistic.cells) > NAMED:
        return f"{len(statistic.cells)} cells ({kind})"
    named = "; ".join(", ".join(labels) for labels in statistic.cells)
    return f"{len(statistic.cells)} cell{'' if len(statistic.cells) == 1 else 's'} ({kind}: {named})"


def _predicate(predicate: Predicate, *, inner: bool = False) -> str:
    """The predicate in words; groups inside groups stand in brackets."""
    if isinstance(predicate, Leaf):
        unit = UNITS[predicate.query.measures[0]]
        bound = f"{predicate.comparison.replace('_', ' ')} {predicate.threshold:,}"
        counted = unit.one if predicate.threshold == 1 else unit.many
        return f"{bound} {counted} {unit.did} {_days(predicate.query)}{_only(predicate.query.filters)}"
    joined = f"; {predicate.kind} ".join(_predicate(part, inner=True) for part in predicate.parts)
    return f"({joined})" if inner else joined
