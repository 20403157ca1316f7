"""Hypothesis strategies for videos, orders and what devices measured: few names and days, so that they meet."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from tests.support.daily_life import LifeMaker
from vocab.records import Record

__all__ = ["health", "life", "shopping"]

DAYS = st.dates(date(2026, 2, 27), date(2026, 3, 2)) | st.dates(date(2026, 1, 20), date(2026, 5, 10))
TWO_DAYS = st.dates(date(2026, 2, 28), date(2026, 3, 1))
CLOCK = st.builds("{:02d}:{:02d}:00".format, st.integers(0, 23), st.sampled_from([0, 30]))
STATUSES = ["delivered", "delivered", "placed", "cancelled", "refunded"]
PATHS = [("Dairy", "Milk", "Fresh  Milk"), ("Rice & Noodles", "Long Rice"), ("Milk",), ()]
VALUES = {"steps": ["4000", "8123", "12"], "resting_heart_rate": ["58", "61.5"], "weight": ["70.35", "69.9", "71"]}
GLUCOSE = ["5.1", "6.25", "4.90"]
RECORDERS = st.sampled_from(["Watch", "Phone", ""])
SOURCES = st.sampled_from(["watch", "phone"])


@st.composite
def views(draw: st.DrawFn, maker: LifeMaker) -> list[Record]:
    title = draw(st.sampled_from(["Laksa at home", "laksa AT home", "Night train", None]))
    channel = draw(st.sampled_from(["Wok Diaries", "Slow Trains", None]))
    is_ad, is_music = draw(st.sampled_from([(False, False), (False, False), (True, False), (False, True)]))
    start = f"{draw(DAYS)}T{draw(CLOCK)}"
    return [maker.watched(start, title, channel, is_ad=is_ad, is_music=is_music)]


@st.composite
def orders(draw: st.DrawFn, maker: LifeMaker) -> list[Record]:
    order = maker.ordered(
        f"{draw(DAYS)}T{draw(CLOCK)}",
        draw(st.integers(0, 9999)) / 100,
        draw(st.sampled_from(["FairPrice", "Lazada"])),
        status=draw(st.sampled_from(STATUSES)),
        currency=draw(st.sampled_from(["SGD", "SGD", "MYR"])),
    )
    lines = [
        maker.bought(
            order,
            draw(st.sampled_from(["Fresh Milk 1L", "Soy-Milk", "Rice 5kg", "Almond (milled)", "Zzyzx"])),
            draw(st.sampled_from(["1", "2", "0.532"])),
            draw(st.integers(0, 3000)) / 100,
            draw(st.sampled_from(PATHS)),
            status=draw(st.sampled_from([None, *STATUSES])),
        )
        for _ in range(draw(st.integers(0, 3)))
    ]
    return [order, *lines]


@st.composite
def readings(draw: st.DrawFn, maker: LifeMaker, days: st.SearchStrategy[date] = DAYS) -> list[Record]:
    measure = draw(st.sampled_from([*VALUES, "glucose"]))
    value, recorder, source = draw(st.sampled_from(VALUES.get(measure, GLUCOSE))), draw(RECORDERS), draw(SOURCES)
    day = draw(days).isoformat()
    if draw(st.booleans()):
        return [maker.weighed(f"{day}T{draw(CLOCK)}", value, recorder, measure=measure, source=source)]
    samples = draw(st.sampled_from([None, 1, 2, 500]))
    return [maker.measured(day, measure, value, recorder, samples=samples, source=source)]


@st.composite
def sleeps(draw: st.DrawFn, maker: LifeMaker, days: st.SearchStrategy[date] = DAYS) -> list[Record]:
    start = f"{draw(days)}T{draw(CLOCK)}"
    minutes, is_main = draw(st.integers(0, 600)), draw(st.booleans())
    return [maker.slept(start, minutes, draw(RECORDERS), is_main=is_main, source=draw(SOURCES))]


@st.composite
def life(draw: st.DrawFn) -> list[Record]:
    """Records of all these kinds."""
    maker = LifeMaker()
    kinds = views(maker) | orders(maker) | readings(maker) | readings(maker) | sleeps(maker)
    return [record for records in draw(st.lists(kinds, max_size=20)) for record in records]


@st.composite
def health(draw: st.DrawFn) -> list[Record]:
    """What several devices recorded on two days."""
    maker = LifeMaker()
    kinds = readings(maker, TWO_DAYS) | readings(maker, TWO_DAYS) | sleeps(maker, TWO_DAYS)
    return [record for records in draw(st.lists(kinds, min_size=4, max_size=16)) for record in records]


@st.composite
def shopping(draw: st.DrawFn) -> list[Record]:
    """Orders and their lines."""
    return [record for records in draw(st.lists(orders(LifeMaker()), min_size=1, max_size=5)) for record in records]
