"""A few made-up records of every kind that the assistant answers about, besides money and listening."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from tests.support.households import SINGAPORE, RecordMaker
from vocab.records import (
    DailyMeasure,
    Follow,
    Measurement,
    Money,
    Occurrences,
    Order,
    OrderLine,
    OrderStatus,
    Record,
    Sleep,
    Subject,
    View,
    record_iri,
)
from vocab.records.base import UNDATED

__all__ = ["whole_life"]


class LifeMaker:
    """Makes records with the IRIs that importers would give them."""

    def __init__(self) -> None:
        self._seen = Occurrences()

    def measured(self, day: str, measure: str, value: float, recorder: str = "Watch") -> DailyMeasure:
        """What a device says of a whole day."""
        at = datetime.combine(date.fromisoformat(day), time(), SINGAPORE)
        key = (measure, recorder)
        return DailyMeasure(
            iri=record_iri(DailyMeasure, "fitbit", at, key, self._seen),
            source="fitbit",
            at=at,
            measure=measure,
            value=Decimal(str(value)),
            recorder=recorder,
        )

    def weighed(self, moment: str, kilograms: float) -> Measurement:
        """One weighing."""
        at = datetime.fromisoformat(moment).replace(tzinfo=SINGAPORE).astimezone(UTC)
        return Measurement(
            iri=record_iri(Measurement, "fitbit", at, ("weight",), self._seen),
            source="fitbit",
            at=at,
            measure="weight",
            value=Decimal(str(kilograms)),
            recorder="Scale",
        )

    def slept(self, woke: str, minutes: int, *, main: bool = True) -> Sleep:
        """A sleep that ended at seven, or a nap at three in the afternoon."""
        end = datetime.combine(date.fromisoformat(woke), time(7 if main else 15), SINGAPORE)
        start = end - timedelta(minutes=minutes + 20)
        return Sleep(
            iri=record_iri(Sleep, "fitbit", start, (woke, str(main)), self._seen),
            source="fitbit",
            at=start,
            end=end,
            asleep=minutes,
            is_main=main,
            recorder="Watch",
        )

    def watched(self, moment: str, title: str | None, channel: str | None, *, kind: str = "video") -> View:
        """A video, an advertisement or a play in YouTube Music."""
        at = datetime.fromisoformat(moment).replace(tzinfo=SINGAPORE).astimezone(UTC)
        return View(
            iri=record_iri(View, "youtube", at, (title or "",), self._seen),
            source="youtube",
            at=at,
            title=title,
            channel=channel,
            is_ad=kind == "ad",
            is_music=kind == "music",
        )

    def followed(self, name: str) -> Follow:
        """A channel that the person follows."""
        iri = record_iri(Follow, "youtube", UNDATED, (name,), self._seen)
        return Follow(iri=iri, source="youtube", at=UNDATED, subject=Subject.CHANNEL, name=name)

    def ordered(self, moment: str, shop: str, number: str, lines: list[str], status: str = "delivered") -> list[Record]:
        """An order with lines such as ``"2 x Plain Oats 1kg @ 4.50 in Pantry > Oats"``."""
        at = datetime.fromisoformat(moment).replace(tzinfo=SINGAPORE)
        source = shop.lower()
        order = record_iri(Order, source, at, (number,), self._seen)
        out: list[Record] = []
        total = Decimal(0)
        for place, text in enumerate(lines, 1):
            count, _, rest = text.partition(" x ")
            product, _, rest = rest.partition(" @ ")
            price, _, path = rest.partition(" in ")
            cost = Decimal(count) * Decimal(price)
            total += cost
            out.append(
                OrderLine(
                    iri=record_iri(OrderLine, source, at, (number, str(place)), self._seen),
                    source=source,
                    at=at,
                    order=order,
                    shop=shop,
                    number=number,
                    line=str(place),
                    product=product,
                    quantity=Decimal(count),
                    unit_price=Money.of(Decimal(price), "SGD"),
                    total=Money.of(cost, "SGD"),
                    status=OrderStatus(status),
                    section=tuple(path.split(" > ")),
                )
            )
        paid = Money.of(total, "SGD")
        state = OrderStatus(status)
        return [Order(iri=order, source=source, at=at, shop=shop, number=number, status=state, total=paid), *out]


def _money() -> list[Record]:
    make = RecordMaker()
    card = {"account": "World Card -9754", "source": "dbs"}
    out: list[Record] = []
    for month, price in (("01", 10), ("02", 10), ("03", 12), ("04", 12), ("05", 12)):
        out.append(make.paid(f"2026-{month}-09", price, "Streamly", "subscriptions", **card))  # type: ignore[arg-type]
        out.append(make.paid(f"2026-{month}-02", 50, "Iron Gym", "subscriptions"))
    out.extend(make.paid(f"{year}-04-20", 80, "Cloud Box", "subscriptions") for year in (2025, 2026))
    out.extend(make.paid(f"2026-0{month}-05", 5, "Old News", "subscriptions") for month in (1, 2))
    out.append(make.paid("2026-04-11", 90, "GreenGrocer", "groceries", **card))  # type: ignore[arg-type]
    return out


def whole_life() -> list[Record]:
    """Spring 2026 of one person."""
    make = LifeMaker()
    steps = {"2026-03-30": 4000, "2026-03-31": 6000, "2026-04-04": 12000, "2026-04-05": 15000, "2026-04-06": 9000,
             "2026-05-19": 10000}  # fmt: skip
    nights = {"2026-03-31": 420, "2026-04-04": 540, "2026-04-05": 300, "2026-04-06": 450, "2026-05-20": 400}
    pulse = {"2026-03-31": 61, "2026-04-04": 60, "2026-04-05": 64, "2026-05-19": 58}
    out: list[Record] = [make.measured(day, "steps", value) for day, value in steps.items()]
    out.append(make.measured("2026-04-04", "steps", 11000, "Phone"))
    out.extend(make.slept(day, minutes) for day, minutes in nights.items())
    out.append(make.slept("2026-04-06", 60, main=False))
    out.extend(make.measured(day, "resting_heart_rate", value) for day, value in pulse.items())
    out.extend([make.weighed("2026-03-01T08:00:00", 70.4), make.weighed("2026-04-20T08:00:00", 69.1)])
    out.append(make.weighed("2026-05-10T08:00:00", 69.5))
    for moment, channel in (("04-03T21:10", "Slow Boats"), ("04-04T09:00", "Slow Boats"), ("04-05T22:30", "Tin Robots"),
                            ("05-18T22:00", "Tin Robots"), ("05-19T22:00", "Tin Robots")):  # fmt: skip
        out.append(make.watched(f"2026-{moment}:00", f"All about {channel} knots", channel))
    out.append(make.watched("2026-04-05T23:00:00", None, None))
    out.append(make.watched("2026-04-05T23:10:00", "Buy shoes", None, kind="ad"))
    out.append(make.watched("2026-04-06T23:10:00", "Quiet Song", "Blue Kites", kind="music"))
    out.extend(make.followed(name) for name in ("Slow Boats", "Never Seen"))
    first = ["2 x Plain Oats 1kg @ 4.50 in Pantry > Oats", "3 x Ripe Mango @ 2.00 in Fresh > Fruit > Mango"]
    second = ["1 x Oat Drink 1L @ 3.20 in Drinks > Plant Milk", "4 x Plain Oats 1kg @ 4.70 in Pantry > Oats"]
    out.extend(make.ordered("2026-04-02T10:00:00", "GreenGrocer", "9", first))
    out.extend(make.ordered("2026-04-20T10:00:00", "GreenGrocer", "2", second))
    lamp = ["1 x Desk Lamp @ 30.00 in Home", "1 x Mango Shampoo @ 6.00 in Bath > Hair"]
    out.extend(make.ordered("2026-05-03T10:00:00", "Shoply", "3", lamp))
    out.extend(make.ordered("2026-05-04T10:00:00", "Shoply", "4", ["1 x Desk Lamp @ 35.00 in Home"], "cancelled"))
    return [*_money(), *out]
