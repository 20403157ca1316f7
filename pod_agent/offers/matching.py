"""Offers matched to the person's own shops and categories, on this machine, each with its reason and records.

An offer for a shop where the person buys counts most; an offer of another shop counts if it lies in a category where
they buy often. Anything else is no match: no advertising. The saving is what the offer would have taken off the
person's own purchases of the last 90 days, computed from the records and never guessed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeAlias

from pod_agent.offers.offer import Offer
from vocab.query import Filter, QuerySpec, Table
from vocab.records import IRI, Money, TransactionKind

__all__ = ["OfferMatch", "match_offers"]

LOOKS_BACK = timedelta(days=365)
SAVING_WINDOW = timedelta(days=90)
MIN_CATEGORY_PURCHASES = 3
CATEGORY_WEIGHT = 0.4
RECENT_DAYS = 60
CURRENCY = "SGD"
"""The currency of every total (docs/reference/query.md)."""
NEVER_OFFERED = frozenset({"transfers", "cash", "income", "fees", "other"})
"""Categories in which nothing is bought, or which say nothing about what is."""

Run: TypeAlias = Callable[[QuerySpec], Table]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMatch:
    """An offer that fits, why, and the records that say so.

    ``score`` runs from 0 to 1; ``known_shop`` says that the person buys there already. ``saving`` is in the currency of
    totals, None where nothing can be computed; ``saving_basis`` says in words what it was computed on.
    """

    offer: Offer
    title: str
    score: float
    reason: str
    saving: Money | None
    saving_basis: str
    evidence: tuple[IRI, ...]
    known_shop: bool

    def to_json(self) -> dict[str, Any]:
        """The form that outside programs read; money in major units."""
        return {
            "offer": self.offer.iri,
            "title": self.title,
            "score": round(self.score, 4),
            "reason": self.reason,
            "saving": None if self.saving is None else float(self.saving.amount),
            "evidence": list(self.evidence),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Habit:
    """What the person bought at one shop or in one category in the last year; ``last`` is the newest purchase."""

    name: str
    purchases: int
    last: date
    first: date
    evidence: tuple[IRI, ...]


def match_offers(offers: Iterable[Offer], run: Run, today: date) -> list[OfferMatch]:
    """Offers that hold today and fit what the person buys, best first; ``run`` answers queries over the records."""
    habits = _Habits(run, today)
    matches = [match for offer in offers if offer.holds_on(today) for match in habits.matches(offer)]
    return sorted(matches, key=lambda match: (-match.score, match.offer.iri))


class _Habits:
    """The person's shops and categories, read once, and the matches that follow from them."""

    def __init__(self, run: Run, today: date) -> None:
        self._run = run
        self._today = today
        table = run(
            QuerySpec(
                measures=("purchases",), dimensions=("merchant", "category", "day"), period=(today - LOOKS_BACK, today)
            )
        )
        self.shops = _habits(table, 0)
        self.categories = {name: habit for name, habit in _habits(table, 1).items() if name not in NEVER_OFFERED}

    def matches(self, offer: Offer) -> list[OfferMatch]:
        shop = self.shops.get(_folded(offer.seller))
        if shop is not None:
            return [self._shop_match(offer, shop)]
        category = self.categories.get(_folded(offer.category or ""))
        if category is not None and category.purchases >= MIN_CATEGORY_PURCHASES:
            return [self._category_match(offer, category)]
        return []

    def _shop_match(self, offer: Offer, shop: _Habit) -> OfferMatch:
        saving, basis = self._saving_here(offer, shop)
        return OfferMatch(
            offer=offer,
            title=offer.title,
            score=self._strength(shop) * _worth(offer, saving),
            reason=f"You bought at {shop.name} {_times(shop.purchases)} since {shop.first:%B %Y}, "
            f"last on {_day(shop.last)}.",
            saving=saving,
            saving_basis=basis,
            evidence=shop.evidence,
            known_shop=True,
        )

    def _category_match(self, offer: Offer, category: _Habit) -> OfferMatch:
        saving, basis = self._saving_elsewhere(offer, category)
        return OfferMatch(
            offer=offer,
            title=offer.title,
            score=CATEGORY_WEIGHT * self._strength(category) * _worth(offer, saving),
            reason=f"{offer.seller} is new to you, but you bought in {_words(category.name)} "
            f"{_times(category.purchases)} since {category.first:%B %Y}.",
            saving=saving,
            saving_basis=basis,
            evidence=category.evidence,
            known_shop=False,
        )

    def _strength(self, habit: _Habit) -> float:
        often = 1 - math.exp(-habit.purchases / 6)
        recent: float = 0.5 ** ((self._today - habit.last).days / RECENT_DAYS)
        return often * (0.5 + 0.5 * recent)

    def _saving_here(self, offer: Offer, shop: _Habit) -> tuple[Money | None, str]:
        """What the offer would have taken off this shop's purchases of the last 90 days, or off the largest of them."""
        if not _can_be_counted(offer):
            return None, ""
        shop_only = Filter("merchant", "eq", shop.name)
        if offer.once:
            largest = self._recent(("largest_purchase",), shop_only)[0]
            saving, basis = offer.saving_on(_money(largest)), "saved on your largest purchase here in the last 90 days"
        else:
            saving, counted = self._saving_on_each(offer, shop_only)
            basis = f"saved on {counted} of your purchases here in the last 90 days"
        if not saving.minor:
            return None, "no purchase of your last 90 days here was large enough"
        return saving, basis

    def _saving_on_each(self, offer: Offer, where: Filter) -> tuple[Money, int]:
        """Sum of the savings on every purchase that is large enough, exact to the cent before rounding down once."""
        percent = Decimal(100) if offer.percent is None else offer.percent
        cap = offer.off if offer.percent is None else offer.cap
        enough = (where, Filter("amount", "ge", float(offer.minimum.amount))) if offer.minimum else (where,)
        if cap is None:
            spent, purchases = self._recent(("spend", "purchases"), *enough)
            return Money(int(_money(spent).minor * percent / 100), CURRENCY), int(purchases)
        limit = float(cap.amount * 100 / percent)
        below, few = self._recent(("spend", "purchases"), *enough, Filter("amount", "le", limit))
        _, many = self._recent(("spend", "purchases"), *enough, Filter("amount", "gt", limit))
        return Money(int(_money(below).minor * percent / 100) + cap.minor * int(many), CURRENCY), int(few + many)

    def _saving_elsewhere(self, offer: Offer, category: _Habit) -> tuple[Money | None, str]:
        """What one purchase of the person's average size in this category would save."""
        if not _can_be_counted(offer):
            return None, ""
        average = self._recent(("average_purchase",), Filter("category", "eq", category.name))[0]
        saving = offer.saving_on(_money(average))
        if not saving.minor:
            return None, f"your usual {_words(category.name)} purchase is too small for it"
        return saving, f"saved on one {_words(category.name)} purchase of your average size"

    def _recent(self, measures: tuple[str, ...], *filters: Filter) -> tuple[float, ...]:
        """These measures over the purchases of the last 90 days that pass the filters; 0 where there are none."""
        table = self._run(
            QuerySpec(
                measures=measures,
                filters=(Filter("kind", "eq", TransactionKind.SPEND.value), *filters),
                period=(self._today - SAVING_WINDOW + timedelta(days=1), self._today),
            )
        )
        row = table.rows[0] if table.rows else (0,) * len(measures)
        return tuple(float(cell or 0) for cell in row)


def _habits(table: Table, column: int) -> dict[str, _Habit]:
    """The habit behind each value of one column (shop or category), by its folded name; days come third."""
    groups: dict[str, list[int]] = {}
    for number, row in enumerate(table.rows):
        if row[column] and int(row[3] or 0) > 0:
            groups.setdefault(_folded(str(row[column])), []).append(number)
    return {name: _habit(table, column, numbers) for name, numbers in groups.items()}


def _habit(table: Table, column: int, numbers: list[int]) -> _Habit:
    days = [date.fromisoformat(str(table.rows[number][2])) for number in numbers]
    return _Habit(
        name=str(table.rows[numbers[0]][column]),
        purchases=sum(int(table.rows[number][3] or 0) for number in numbers),
        first=min(days),
        last=max(days),
        evidence=tuple(iri for number in numbers for iri in table.evidence[number]),
    )


def _can_be_counted(offer: Offer) -> bool:
    """Whether the offer is a discount in the currency in which purchases are billed."""
    amounts = [amount for amount in (offer.off, offer.minimum, offer.cap) if amount is not None]
    return (offer.percent is not None or offer.off is not None) and all(a.currency == CURRENCY for a in amounts)


def _worth(offer: Offer, saving: Money | None) -> float:
    """Half for a discount that the person's own purchases do not reach."""
    return 0.5 if saving is None and _can_be_counted(offer) else 1.0


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _money(amount: float) -> Money:
    return Money.of(Decimal(str(amount)).quantize(Decimal("0.01"), ROUND_HALF_UP), CURRENCY)


def _words(category: str) -> str:
    return category.replace("-", " ")


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"
