"""Sketches: their closed sets, and that the planner by rules plans the question of each as what the sketch says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from pod_agent.assistant.plan import Plan
from pod_agent.assistant.rules.planner import RulePlanner
from pod_agent.assistant.sketch import MEASURES, Sketch, SketchError
from pod_agent.index.local import LocalIndex
from tests.support.asked import TODAY, household
from tests.support.households import SINGAPORE

YEAR = {"periods": ("this year",)}
MONTHS = {"periods": ("March 2026", "April 2026")}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RulePlanner]:
    with LocalIndex(tmp_path_factory.mktemp("sketches") / "index.sqlite", SINGAPORE) as opened:
        opened.rebuild(household())
        yield RulePlanner(opened)


def _sketches() -> Iterator[Sketch]:  # noqa: C901, PLR0912 - a table
    def one(topic: str, operation: str, measure: str, **more: Any) -> Sketch:
        return Sketch(topic=topic, operation=operation, measure=measure, **({**YEAR, **more}))  # type: ignore[arg-type]

    for measure in (
        "spend",
        "purchases",
        "transactions",
        "income",
        "salary",
        "net",
        "refunds",
        "cash",
        "average_purchase",
    ):
        yield one("money", "value", measure)
    for measure in ("spend", "income", "cash", "refunds", "net"):
        yield one("money", "difference", measure, **MONTHS)
        yield one("money", "change", measure, **MONTHS)
        yield one("money", "series", measure, per="month")
    yield one("money", "value", "transfers_out", names=("Lim Mei",))
    yield one("money", "value", "savings")
    yield one("money", "value", "days", names=("Fresh Mart",))
    yield one("money", "value", "distinct", group="merchant", categories=("groceries",))
    yield one("money", "value", "spend", names=("Fresh Mart", "Corner Greens"), days=("weekends",))
    yield one("money", "value", "spend", limits=("over 20",), conditions=("on the card",), without=("Noodle House",))
    for sign in ("", "more", "less"):
        yield one("money", "difference", "spend", sign=sign, names=("Fresh Mart", "Corner Greens"))
        yield one("money", "difference", "purchases", sign=sign, **MONTHS)
    yield one("money", "exceeds", "spend", names=("Fresh Mart", "Corner Greens"), sign="more")
    yield one("money", "exceeds", "spend", limits=("over 500",), categories=("groceries",))
    yield one("money", "share", "spend", categories=("groceries",))
    yield one("money", "share", "spend", categories=("groceries",), names=("Fresh Mart",))
    yield one("money", "share", "spend", days=("weekends",))
    yield one("money", "mean", "spend", per="week")
    for group in ("merchant", "category"):
        for low in (False, True):
            yield one("money", "ranking", "spend", group=group, top=3, low=low)
            yield one("money", "leader", "spend", group=group, low=low)
    yield one("money", "ranking", "purchases", group="merchant", top=3)
    for group in ("month", "day", "weekday"):
        yield one("money", "peak", "spend", group=group)
    yield one("money", "list", "purchases", limits=("over $50",))
    yield one("money", "list", "income")
    for show in ("amount", "merchant", "date"):
        yield one("money", "extreme", "purchases", show=show)
    for low in (False, True):
        yield one("money", "occasion", "purchases", names=("Fresh Mart",), low=low)
    yield one("money", "any", "purchases", names=("Fresh Mart",))
    for measure in ("plays", "skips", "listening_minutes", "listening_hours", "podcast_minutes", "podcast_hours"):
        yield one("music", "value", measure)
        yield one("music", "difference", measure, **MONTHS)
        yield one("music", "peak", measure, group="month")
        yield one("music", "exceeds", measure, **MONTHS)
    yield one("music", "series", "plays", names=("Blue Kites",))
    for group in ("artist", "track", "album", "podcast"):
        yield one("music", "value", "distinct", group=group)
        yield one("music", "ranking", "podcast_minutes" if group == "podcast" else "plays", group=group, top=2)
        yield one("music", "leader", "podcast_minutes" if group == "podcast" else "plays", group=group)
    yield one("music", "share", "plays", names=("Blue Kites",))
    yield one("music", "share", "podcast_minutes")
    yield one("music", "difference", "plays", names=("Blue Kites", "Tin Parade"), sign="more")
    yield one("music", "occasion", "plays", names=("Tin Parade",), low=True)
    yield one("music", "any", "plays", names=("Tin Parade",))
    for measure in ("videos", "music_videos", "ads"):
        yield one("video", "value", measure)
        yield one("video", "series", measure)
    yield one("video", "ranking", "videos", group="channel", top=2)
    yield one("video", "leader", "videos", group="channel")
    yield one("video", "value", "distinct", group="channel")
    yield one("video", "share", "videos", names=("Tin Robots",))
    yield one("video", "occasion", "videos", names=("Tin Robots",))
    yield one("video", "follows", "channels", periods=())
    yield one("video", "follows", "videos", periods=())
    for measure in ("steps", "sleep", "resting_heart_rate", "weight"):
        yield one("health", "value", measure)
        yield one("health", "difference", measure, per="day", **MONTHS)
        yield one("health", "peak", measure, group="day")
        yield one("health", "peak", measure, group="day", low=True)
        yield one("health", "series", measure, per="day")
    yield one("health", "value", "steps", limits=("over 9000",))
    yield one("health", "share", "sleep", limits=("at least 7",))
    yield one("health", "any", "steps", limits=("over 9000",))
    for measure in ("orders", "order_value", "items", "product_spend"):
        yield one("shops", "value", measure)
        yield one("shops", "series", measure)
    yield one("shops", "value", "items", categories=("oats",), names=("GreenGrocer",))
    yield one("shops", "difference", "product_spend", categories=("oats",), periods=("April 2026", "May 2026"))
    yield one("shops", "ranking", "items", group="product", top=2)
    yield one("shops", "leader", "product_spend", group="product")
    yield one("shops", "ratio", "order_value")
    yield one("shops", "price", "items", categories=("oats",), periods=())
    yield one("shops", "orders", "orders", conditions=("cancelled",))
    yield one("shops", "extreme", "orders")
    yield one("shops", "occasion", "items", categories=("oats",), periods=())
    yield one("shops", "any", "items", categories=("oats",))
    for measure in ("list", "count", "monthly", "rises", "dearer", "changes", "top"):
        yield one("subscriptions", "subscriptions", measure, periods=())
    for measure in ("active", "cost"):
        yield one("subscriptions", "subscriptions", measure, names=("Streamly",), periods=())


SKETCHES = list(_sketches())
SAID_OTHERWISE = {("extreme", "list"), ("mean", "value"), ("extreme", "value"), ("difference", "value")}
"""Operations of plans that say the same: a figure of days is folded within the step."""
COUNTED_IN = {
    "listening_hours": "listening_minutes", "podcast_hours": "podcast_minutes", "savings": "transfers_out",
    "ads": "videos", "sleep": "sleep_minutes",
}  # fmt: skip


@pytest.mark.parametrize("sketch", SKETCHES, ids=lambda sketch: f"{sketch.topic} {sketch.operation} {sketch.measure}")
def test_the_question_of_a_sketch_is_planned_as_what_the_sketch_says(rules: RulePlanner, sketch: Sketch) -> None:
    plan = rules.plan(sketch.question(), TODAY)
    assert isinstance(plan, Plan), f"{sketch.question()} -> {plan}"
    assert plan.operation == sketch.operation or (sketch.operation, plan.operation) in SAID_OTHERWISE, sketch.question()
    if sketch.topic in {"money", "music", "video", "health"} and sketch.operation not in {
        "follows",
        "any",
        "extreme",
        "list",
    }:
        assert plan.steps[0].spec.measures[0] == COUNTED_IN.get(sketch.measure, sketch.measure), sketch.question()
    assert plan.smallest == sketch.low or sketch.operation == "difference"
    if sketch.periods and plan.operation not in {"subscriptions", "follows"}:
        assert len({step.spec.period for step in plan.steps} - {None}) == len(sketch.periods)


@pytest.mark.parametrize(
    "sketch", SKETCHES[:40], ids=lambda sketch: f"{sketch.topic} {sketch.operation} {sketch.measure}"
)
def test_a_sketch_is_read_back_from_its_json(sketch: Sketch) -> None:
    assert Sketch.from_json(json.loads(json.dumps(sketch.to_json()))) == sketch


PLAIN: dict[str, Any] = {"topic": "money", "operation": "value", "measure": "spend"}


@pytest.mark.parametrize(
    "change",
    [
        {"topic": "weather"},
        {"operation": "delete"},
        {"measure": "plays"},
        {"group": "person"},
        {"top": 0},
        {"top": 3.5},
        {"top": True},
        {"low": "yes"},
        {"names": "Fresh Mart"},
        {"names": [3]},
        {"names": [""]},
        {"names": ["x" * 61]},
        {"names": ["a"] * 7},
        {"names": ["a\nb"]},
        {"names": ["see <b>this</b>"]},
        {"names": ["zero\u200bwidth"]},
        {"conditions": ["by magic"]},
        {"sql": "drop table"},
        {"topic": None},
        {"topic": ["money"]},
    ],
)
def test_what_lies_outside_the_closed_sets_and_caps_is_no_sketch(change: dict[str, Any]) -> None:
    with pytest.raises(SketchError):
        Sketch.from_json({**PLAIN, **change})


@pytest.mark.parametrize("missing", ["topic", "operation", "measure"])
def test_a_sketch_without_its_closed_part_is_none(missing: str) -> None:
    with pytest.raises(SketchError, match=missing):
        Sketch.from_json({name: value for name, value in PLAIN.items() if name != missing})


def test_the_schema_names_every_measure() -> None:
    enum = set(Sketch.schema()["properties"]["measure"]["enum"])
    assert enum == {measure for measures in MEASURES.values() for measure in measures}


def test_parts_that_make_no_question_say_so() -> None:
    with pytest.raises(SketchError, match="makes no question"):
        Sketch(topic="money", operation="ranking", measure="spend").question()
