"""What moves on a made-up person's account and cards, day by day.

Each day is drawn from its own random numbers, so the same day looks alike in every export that covers it.
"""

from __future__ import annotations

import calendar
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pod_agent.synthetic.baskets import Basket, fill_basket
from pod_agent.synthetic.household import FAIRPRICE, FAIRPRICE_ONLINE, FOREIGN_SHOPS, LAZADA, Household, Shop

__all__ = ["Movement", "account_movements", "card_movements", "second_card_movements"]

WEEKEND = 5
SECOND_BILL_DAY = 22
"""The account pays the other bank's card on this day; it arrives on the next."""

REFERENCE = "23456789ACEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Movement:
    """One row of a statement: ``cents`` < 0 went out. ``lines`` is the text as the bank prints it.

    ``kind`` and ``category`` say what it was, for those who check what an import makes of it. ``basket`` is what was
    bought, where the shop tells it: the order and the charge are one and the same money.
    """

    day: date
    lines: tuple[str, ...]
    cents: int
    kind: str
    category: str
    basket: Basket | None = None


def account_movements(person: Household, first: date, last: date) -> Iterator[Movement]:
    """Movements on the bank account from ``first`` to ``last``, both included, oldest first."""
    for day in _days(max(first, person.opened), last):
        draw = _random(person, "account", day)
        yield from _fixed(person, day, draw)
        for _ in range(_count(draw, person.pace * 0.6)):
            yield from _stall(person, day, draw)
        if draw.random() < 0.15 * person.pace * (2 if day.weekday() >= WEEKEND else 0.6):
            shop = draw.choice(person.grocers)
            yield _groceries(person, day, draw, shop)
        if draw.random() < 0.04 * person.pace:
            yield _friend(person, day, draw)
        if draw.random() < 0.01 * person.pace:
            lines = ("CASH WITHDRAWAL  ATM", f"OCBC ATM {draw.choice(person.branches):<16}SINGAPORE")
            yield Movement(day, lines, -5000 * draw.randint(1, 4), "cash", "cash")


def card_movements(person: Household, first: date, last: date) -> Iterator[Movement]:
    """Movements on the credit card from ``first`` to ``last``, both included, oldest first."""
    for day in _days(max(first, person.opened), last):
        draw = _random(person, "card", day)
        for shop, due in person.plans:
            if day.day == due:
                yield _purchase(person, day, draw, shop, cents=shop.low)
        yield from _purchases(person, day, draw, person.shops, person.pace * 0.25)
        if draw.random() < 0.01 * person.pace:
            yield _foreign(day, draw)
        if draw.random() < 0.006 * person.pace:
            bought = _purchase(person, day, draw, Shop("UNIQLO {branch}", "shopping", 1990, 9900))
            yield Movement(day, bought.lines, -bought.cents, "refund", bought.category)
        if day.day == 12:
            owed = _card_bill(person, day, card_movements)
            if owed:
                yield Movement(day, ("PAYMENT BY INTERNET",), owed, "transfer", "transfers")


def second_card_movements(person: Household, first: date, last: date) -> Iterator[Movement]:
    """Movements on the card of the other bank, both days included, oldest first; its bill is paid from the account."""
    for day in _days(max(first, person.opened), last):
        draw = _random(person, "second card", day)
        yield from _purchases(person, day, draw, person.second_shops, person.pace * 0.15)
        if day.day == SECOND_BILL_DAY + 1:
            owed = _card_bill(person, day, second_card_movements)
            if owed:
                yield Movement(day, ("PAYMENT - DBS INTERNET/WIRELESS",), owed, "transfer", "transfers")


def _fixed(person: Household, day: date, draw: random.Random) -> Iterator[Movement]:
    """What comes every month on its day."""
    last_day = calendar.monthrange(day.year, day.month)[1]
    if day.day == 1 and person.rent:
        lines = ("FUND TRANSFER", _columns(f"OTHR-RENT {day:%b}".upper(), "via PayNow-UEN", f"to {person.landlord}"))
        yield Movement(day, lines, -person.rent, "spend", "household")
    if day.day == 3:
        lines = ("IBG GIRO", _columns(person.insurer, f"PREM{draw.randrange(10**9):09}"))
        yield Movement(day, lines, -person.salary // 40, "spend", "insurance")
    if day.day == 12 and (owed := _card_bill(person, day, card_movements)):
        lines = ("BILL PAYMENT  INB", _columns("OCBC CARDS", str(draw.randrange(10**8, 10**9)), "I-BANK"))
        yield Movement(day, lines, -owed, "transfer", "transfers")
    if day.day == SECOND_BILL_DAY and (owed := _card_bill(person, day, second_card_movements)):
        lines = ("BILL PAYMENT  INB", _columns("DBS CARDS", person.second_card.replace("-", ""), "I-BANK"))
        yield Movement(day, lines, -owed, "transfer", "transfers")
    if day.day == 18:
        lines = ("GIRO", _columns(f"TX-BILL-{draw.randrange(10**9):09}", person.power, f"C{draw.randrange(10**9)}"))
        yield Movement(day, lines, -draw.randrange(60_00, 160_00), "spend", "utilities")
    if day.day == min(25, last_day):
        lines = ("GIRO - SALARY", _columns(person.employer, "SALA"))
        yield Movement(day, lines, person.salary, "income", "income")
    if day.day == last_day:
        yield Movement(day, ("INTEREST CREDIT", _columns("")), draw.randrange(10, 900), "income", "income")


def _card_bill(person: Household, day: date, card: Callable[[Household, date, date], Iterator[Movement]]) -> int:
    """What the card's purchases of the calendar month before cost, in cents."""
    end = day.replace(day=1) - timedelta(days=1)
    moves = card(person, end.replace(day=1), end)
    return max(0, -sum(move.cents for move in moves if move.kind != "transfer"))


def _stall(person: Household, day: date, draw: random.Random) -> Iterator[Movement]:
    """A meal or a coffee; one in eight is two equal ones, as two coffees are."""
    stall = draw.choice(person.stalls)
    bought = _qr(day, draw, stall, draw.randrange(140, 980, 10), "eating-out")
    yield bought
    if draw.random() < 0.125:
        yield bought


def _groceries(person: Household, day: date, draw: random.Random, shop: Shop) -> Movement:
    if shop != FAIRPRICE:
        return _qr(day, draw, shop.text, _price(draw, shop), shop.category)
    branch = draw.choice(person.branches)
    basket = fill_basket(shop, branch, day, _price(draw, shop), draw)
    return replace(_qr(day, draw, f"{shop.text}-{branch}", basket.cents, shop.category), basket=basket)


def _friend(person: Household, day: date, draw: random.Random) -> Movement:
    note = draw.choice(("Lunch", "Dinner", "Cab fare", "Birthday gift", "Groupbuy"))
    outgoing = draw.random() < 0.7
    friend = f"{'to' if outgoing else 'from'} {draw.choice(person.friends)}"
    cents = draw.randrange(500, 8000, 10) * (-1 if outgoing else 1)
    return Movement(
        day, ("FAST PAYMENT", _columns(f"OTHR-{note}", "via PayNow-Mobile", friend)), cents, "transfer", "transfers"
    )


def _qr(day: date, draw: random.Random, shop: str, cents: int, category: str) -> Movement:
    lines = ("NETS QR", _columns(shop, str(draw.randrange(10**7, 10**8)), "NETS QR PURCHASE"))
    return Movement(day, lines, -cents, "spend", category)


def _purchases(
    person: Household, day: date, draw: random.Random, usual: tuple[tuple[Shop, float], ...], mean: float
) -> Iterator[Movement]:
    """What was bought with a card on a day, at the shops where it is used."""
    shops, weights = zip(*usual, strict=True)
    for shop in draw.choices(shops, weights, k=_count(draw, mean)):
        if shop in {LAZADA, FAIRPRICE_ONLINE}:
            basket = fill_basket(shop, "", day, _price(draw, shop), draw)
            yield replace(_purchase(person, day, draw, shop, cents=basket.cents), basket=basket)
        else:
            yield _purchase(person, day, draw, shop)


def _purchase(person: Household, day: date, draw: random.Random, shop: Shop, cents: int | None = None) -> Movement:
    text = shop.text.format(
        ref="".join(draw.choices(REFERENCE, k=8)) + str(draw.randrange(10)),
        number=draw.randrange(10**8, 10**9),
        branch=draw.choice(person.branches),
    )
    price = _price(draw, shop) if cents is None else cents
    return Movement(day, (f"{text:<25}SINGAPORE     SGP",), -price, "spend", shop.category)


def _foreign(day: date, draw: random.Random) -> Movement:
    shop = draw.choice(FOREIGN_SHOPS)
    text, currency, rate = shop.text.split("|")
    cents = _price(draw, shop)
    abroad = cents / 100 * float(rate)
    amount = f"{abroad:.0f}" if currency == "JPY" else f"{abroad:.2f}"
    return Movement(day, (f"{text} {currency} {amount}",), -cents, "spend", shop.category)


def _columns(*parts: str) -> str:
    """A line of details padded to columns, as the bank prints it."""
    first, second, third = (*parts, "", "")[:3]
    return f"{first:<34}{second:<19}{third:<19}"


def _price(draw: random.Random, shop: Shop) -> int:
    return round(shop.low + (shop.high - shop.low) * draw.random() ** 2)


def _count(draw: random.Random, mean: float) -> int:
    whole = int(mean)
    return sum(draw.random() < 0.5 for _ in range(2 * whole)) + (draw.random() < mean - whole)


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _random(person: Household, what: str, day: date) -> random.Random:
    return random.Random(f"{person.seed} {what} {day}")  # noqa: S311 - made-up people need no secrecy
