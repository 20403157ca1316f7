"""Bars with interval whiskers as SVG that fills its table cell; no script, light and dark by the style sheet."""

from __future__ import annotations

from markupsafe import Markup

from aggregator.releases import Row

__all__ = ["bar", "interval_bar"]


def interval_bar(row: Row, largest: float) -> Markup:
    """The bar of one released cell from 0 to ``largest``, with its 95 % interval; hatched where it is withheld."""
    return bar(row.value, row.low, row.high, largest)


def bar(value: float | None, low: float | None, high: float | None, largest: float) -> Markup:
    """A bar from 0 to ``largest`` with its interval where there is one; hatched without a value."""
    if value is None:
        return Markup('<svg class="bar withheld" aria-hidden="true"><rect width="100%" height="12" rx="3"/></svg>')
    return Markup(
        '<svg class="bar" aria-hidden="true"><rect class="fill" width="{:.2f}%" height="12" rx="3"/>'
        '<line x1="{low:.2f}%" x2="{high:.2f}%" y1="6" y2="6"/><line x1="{low:.2f}%" x2="{low:.2f}%" y1="2" y2="10"/>'
        '<line x1="{high:.2f}%" x2="{high:.2f}%" y1="2" y2="10"/></svg>'
    ).format(
        _share(value, largest),
        low=_share(value if low is None else low, largest),
        high=_share(value if high is None else high, largest),
    )


def _share(value: float, largest: float) -> float:
    return 0.0 if largest <= 0 else 99.5 * min(max(value / largest, 0.0), 1.0)
