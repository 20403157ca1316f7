"""Charts as SVG, drawn on this side: no script, sharp at every size, light and dark by the style sheet.

Horizontal places are percentages and vertical ones pixels, so a chart fills its column while its text keeps its size.
Every chart takes a title that says its main figure; the page shows the same values as a table beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

__all__ = ["Column", "bar", "columns", "grid_line", "parts_bar", "scale"]

HEIGHT = 190
TOP = 14
BASE = 160
LEFT = 7.5
"""Percent of the width that the numbers of the axis take."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its label, its value, that as text, where a click leads if it does, and whether it stands out."""

    label: str
    value: float
    text: str
    href: str
    marked: bool = False


def columns(values: Sequence[Column], *, title: str) -> Markup:
    """A column chart from zero. Empty for no values."""
    if not values:
        return Markup()
    top, ticks = scale(max(item.value for item in values))
    lines = [grid_line(tick, top) for tick in ticks]
    step = (100 - LEFT) / len(values)
    every = 1 if len(values) <= 7 else 2
    drawn = [
        _column(item, number, step, top, "tick" if (len(values) - 1 - number) % every == 0 else "tick between")
        for number, item in enumerate(values)
    ]
    return Markup('<svg class="chart" role="group" aria-label="{}" width="100%" height="{}">{}{}</svg>').format(
        title, HEIGHT, Markup().join(lines), Markup().join(drawn)
    )


def bar(share: float) -> Markup:
    """A bar in a table cell, ``share`` of its width from 0 to 1; says nothing itself, the figure stands beside it."""
    width = 100 * min(max(share, 0.0), 1.0)
    return Markup(
        '<svg class="bar" aria-hidden="true" width="100%" height="8">'
        '<rect class="track" width="100%" height="8" rx="4"/>'
        '<rect class="fill" width="{:.1f}%" height="8" rx="4"/></svg>'
    ).format(width)


def parts_bar(parts: Sequence[tuple[str, int]], whole: int = 0) -> Markup:
    """One bar cut into the shares of its parts, each with its name as a class; the figures stand beside it.

    The bar stands for ``whole``, or for all parts together where they are more; what lacks stays empty.
    """
    total = max(whole, sum(count for _, count in parts))
    drawn, left = [], 0.0
    for name, count in parts:
        width = 100 * count / total if total else 0.0
        drawn.append(Markup('<rect class="part-{}" x="{:.2f}%" width="{:.2f}%" height="8"/>').format(name, left, width))
        left += width
    return Markup(
        '<svg class="bar parts" aria-hidden="true" width="100%" height="8">'
        '<rect class="track" width="100%" height="8"/>{}</svg>'
    ).format(Markup().join(drawn))


def scale(largest: float) -> tuple[float, list[float]]:
    """A round top for an axis from 0, and its ticks: the smallest of 1, 2, 2.5, 5 x 10^n in four steps that reaches."""
    if largest <= 0:
        return 1.0, [0.0]
    power = 10.0 ** math.floor(math.log10(largest / 4))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10, 20) if factor * power * 4 >= largest)
    count = math.ceil(largest / step - 1e-9)
    return step * count, [step * number for number in range(count + 1)]


def _height(value: float, top: float) -> float:
    return (BASE - TOP) * max(value, 0.0) / top


def grid_line(tick: float, top: float) -> Markup:
    """A line across the chart with its figure at the axis."""
    y = BASE - _height(tick, top)
    text = f"{tick / 1000:g}k" if tick >= 1000 else f"{tick:g}"
    return Markup(
        '<line class="grid" x1="{}%" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>'
        '<text class="tick" x="{}%" y="{:.1f}" text-anchor="end" aria-hidden="true">{}</text>'
    ).format(LEFT, LEFT - 1.5, y + 4, text, y=y)


def _column(item: Column, number: int, step: float, top: float, tick: str) -> Markup:
    x, height = LEFT + step * number, _height(item.value, top)
    opened = Markup('<a href="{}"').format(item.href) if item.href else Markup('<g role="img"')
    closed = Markup("</a>") if item.href else Markup("</g>")
    return Markup(
        '{} aria-label="{}: {}" class="column{}"><title>{}: {}</title>'
        '<rect class="hit" x="{:.2f}%" y="{}" width="{:.2f}%" height="{}"/>'
        '<rect class="fill" x="{:.2f}%" y="{:.1f}" width="{:.2f}%" height="{:.1f}" rx="3"/>'
        '<text class="{}" x="{:.2f}%" y="{}" text-anchor="middle" aria-hidden="true">{}</text>{}'
    ).format(
        opened,
        item.label,
        item.text,
        " marked" if item.marked else "",
        item.label,
        item.text,
        x,
        TOP,
        step,
        BASE - TOP,
        x + step * 0.16,
        BASE - height,
        step * 0.68,
        height,
        tick,
        x + step / 2,
        BASE + 18,
        item.label.split(" ")[0][:3],
        closed,
    )
