"""A line with a band for what is to come, as SVG: known weeks, the expected ones, and the range of four in five."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from markupsafe import Markup

from client_web.charts import grid_line, scale

__all__ = ["WEEKS_SHOWN", "band"]

WEEKS_SHOWN: Final = 26
"""Known weeks that are drawn."""
TOP, BASE, HEIGHT, LEFT = 14, 160, 190, 7.5
LABELS: Final = 6
"""About so many days are written below the chart."""


def band(outlook: Any) -> Markup:
    """The newest known weeks of an ``Outlook`` and those ahead; its words say the same, so it is one picture."""
    known = list(outlook.known[-WEEKS_SHOWN:])
    ahead = outlook.ahead
    gap = max(0, (ahead[0].monday - outlook.last).days // 7 - 1)
    total = len(known) + gap + len(ahead)
    top, ticks = scale(max([*known, *(week.high or week.expected for week in ahead)]))
    expected = [(len(known) + gap + place, week.expected) for place, week in enumerate(ahead)]
    inside = [
        _range(ahead, len(known) + gap, total, top),
        _line("known", list(enumerate(known)), total, top),
        _line("expected", [(len(known) - 1, known[-1]), *expected] if not gap else expected, total, top),
    ]
    days = [outlook.last + timedelta(weeks=place - len(known) + 1) for place in range(total)]
    return Markup(
        '<svg class="chart" role="img" aria-label="{}" width="100%" height="{}">{}'
        '<svg x="{}%" y="{}" width="{}%" height="{}" viewBox="0 0 100 100" preserveAspectRatio="none">{}</svg>{}</svg>'
    ).format(
        outlook.words,
        HEIGHT,
        Markup().join(grid_line(tick, top) for tick in ticks),
        LEFT,
        TOP,
        100 - LEFT,
        BASE - TOP,
        Markup().join(inside),
        Markup().join(_labels(days)),
    )


def _points(places: Sequence[tuple[int, float]], total: int, top: float) -> str:
    across = [100 * (place + 0.5) / total for place, _ in places]
    down = [100 - 100 * max(0.0, value) / top for _, value in places]
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in zip(across, down, strict=True))


def _line(name: str, places: Sequence[tuple[int, float]], total: int, top: float) -> Markup:
    return Markup('<polyline class="{}" points="{}" vector-effect="non-scaling-stroke"/>').format(
        name, _points(places, total, top)
    )


def _range(ahead: Sequence[Any], first: int, total: int, top: float) -> Markup:
    """The band of the weeks ahead, a step wide where there is one week; none where the history is too short."""
    if any(week.low is None or week.high is None for week in ahead):
        return Markup()
    low = [(first + place, week.low) for place, week in enumerate(ahead)]
    high = [(first + place, week.high) for place, week in enumerate(ahead)]
    return Markup('<polygon class="range" points="{}"/>').format(_points([*high, *reversed(low)], total, top))


def _labels(days: Sequence[date]) -> list[Markup]:
    every = max(1, len(days) // LABELS)
    step = (100 - LEFT) / len(days)
    return [
        Markup('<text class="tick" x="{:.2f}%" y="{}" text-anchor="middle" aria-hidden="true">{}</text>').format(
            LEFT + step * (place + 0.5), BASE + 18, f"{day.day} {day:%b}"
        )
        for place, day in enumerate(days)
        if place % every == 0 and place + every / 2 < len(days)
    ]
