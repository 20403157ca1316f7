"""Small made-up records of videos, shops and devices, with the IRIs that importers would give them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tests.support.households import SINGAPORE
from vocab.records import (
    DailyMeasure,
    Measurement,
    Money,
    Occurrences,
    Order,
    OrderLine,
    OrderStatus,
    Sleep,
    View,
    record_iri,
)

__all__ = ["LifeMaker"]


class LifeMaker:
    """Makes records; times are local in Singapore."""

    def __init__(self) -> None:
        self._seen = Occurrences()

    def watched(
        self, start: str, title: str | None, channel: str | None = None, *, is_ad: bool = False, is_music: bool = False
    ) -> View:
        """A view of a video."""
        at = datetime.fromisoformat(start).replace(tzinfo=SINGAPORE).astimezone(UTC)
        iri = record_iri(View, "youtube", at, (str(title),), self._seen)
        return View(iri=iri, source="youtube", at=at, title=title, channel=channel, is_ad=is_ad, is_music=is_music)

    def ordered(
        self, start: str, total: float, shop: str = "FairPrice", *, status: str = "delivered", currency: str = "SGD"
    ) -> Order:
        """An order at a shop."""
        at = datetime.fromisoformat(start).replace(tzinfo=SINGAPORE)
        iri = record_iri(Order, shop.casefold(), at, (str(total),), self._seen)
        return Order(
            iri=iri,
            source=shop.casefold(),
            at=at,
            shop=shop,
            number=iri[-6:],
            status=OrderStatus(status),
            total=Money(round(total * 100), currency),
        )

    def bought(
        self,
        order: Order,
        product: str,
        quantity: str,
        total: float,
        section: tuple[str, ...] = (),
        *,
        status: str | None = None,
    ) -> OrderLine:
        """A line of an order."""
        iri = record_iri(OrderLine, order.source, order.at, (order.number, product), self._seen)
        return OrderLine(
            iri=iri,
            source=order.source,
            at=order.at,
            order=order.iri,
            shop=order.shop,
            number=order.number,
            line=iri[-4:],
            product=product,
            quantity=Decimal(quantity),
            unit_price=Money(100, order.total.currency),
            total=Money(round(total * 100), order.total.currency),
            status=OrderStatus(status) if status else order.status,
            section=section,
        )

    def measured(
        self,
        day: str,
        measure: str,
        value: str,
        recorder: str = "",
        *,
        samples: int | None = None,
        source: str = "watch",
    ) -> DailyMeasure:
        """A value of a day."""
        at = datetime.combine(date.fromisoformat(day), datetime.min.time(), SINGAPORE)
        iri = record_iri(DailyMeasure, source, at, (measure, recorder), self._seen)
        return DailyMeasure(
            iri=iri, source=source, at=at, measure=measure, value=Decimal(value), recorder=recorder, samples=samples
        )

    def weighed(
        self, start: str, value: str, recorder: str = "", *, measure: str = "weight", source: str = "watch"
    ) -> Measurement:
        """A value at an instant."""
        at = datetime.fromisoformat(start).replace(tzinfo=SINGAPORE).astimezone(UTC)
        iri = record_iri(Measurement, source, at, (measure, recorder), self._seen)
        return Measurement(iri=iri, source=source, at=at, measure=measure, value=Decimal(value), recorder=recorder)

    def slept(
        self, start: str, minutes: int, recorder: str = "", *, is_main: bool = True, source: str = "watch"
    ) -> Sleep:
        """A sleep without waking."""
        at = datetime.fromisoformat(start).replace(tzinfo=SINGAPORE)
        iri = record_iri(Sleep, source, at, (recorder,), self._seen)
        end = at + timedelta(minutes=minutes)
        return Sleep(iri=iri, source=source, at=at, end=end, asleep=minutes, is_main=is_main, recorder=recorder)
