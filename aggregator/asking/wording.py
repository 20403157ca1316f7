"""Numbers, cells and sources as sentences. Every number in a text is one of the answer's figures or facts."""

from __future__ import annotations

from collections.abc import Iterable

from aggregator.asking.answer import Figure, Source
from aggregator.asking.holdings import Held
from aggregator.asking.names import label_text
from aggregator.asking.periods import period_text
from vocab.statistics import Histogram, Sum

__all__ = [
    "cell_text",
    "figure_text",
    "loss_text",
    "names_text",
    "number_text",
    "origin_text",
    "source_of",
    "title_text",
    "unit_of",
]

MONEY = frozenset(
    "spend average_purchase largest_purchase income salary net refunds transfers_out transfers_in cash fees"
    " order_value product_spend".split()
)


def number_text(value: float, unit: str) -> str:
    """``1,234``, ``12.3 %`` or ``ε 0.98``."""
    if unit == "percent":
        return f"{value:.1f} %"
    if unit == "epsilon":
        return f"\N{GREEK SMALL LETTER EPSILON} {value:.2f}"
    plain = f"{value:,.0f}" if value == round(value) or abs(value) >= 100 else f"{value:,.1f}"
    return plain.replace("-", "\N{MINUS SIGN}")


def figure_text(figure: Figure) -> str:
    """``Groceries: 140 people (95 % interval 125 to 155)``."""
    if figure.value is None:
        return f"{figure.label}: withheld, too small to show"
    unit = "" if figure.unit in {"percent", "epsilon"} else f" {figure.unit}"
    text = f"{figure.label}: {number_text(figure.value, figure.unit)}{unit}"
    if figure.low is None or figure.high is None:
        return text
    if figure.low == figure.value == figure.high:
        return f"{text}, exact"
    low, high = (number_text(edge, figure.unit) for edge in (figure.low, figure.high))
    return f"{text} (95 % interval {low} to {high})"


def cell_text(labels: Iterable[tuple[str, str]], held: Held) -> str:
    """A cell as people read it; of a release with one number, what that is."""
    named = ", ".join(label_text(label) for _, label in labels)
    if named:
        return named
    return "Total" if held.release.statistic == Sum.name else "In the segment"


def unit_of(held: Held) -> str:
    """What the numbers of a release count."""
    if held.release.statistic != Sum.name:
        return "people"
    return "SGD" if held.release.measure in MONEY else held.release.measure.replace("_", " ")


def title_text(held: Held) -> str:
    """The title in quotes."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{held.release.title}\N{RIGHT DOUBLE QUOTATION MARK}"


def names_text(names: Iterable[str]) -> str:
    """``a, b and c``."""
    listed = list(names)
    return " and ".join(filter(None, [", ".join(listed[:-1]), listed[-1]])) if listed else ""


def source_of(held: Held) -> Source:
    """What stands beside every answer from this release."""
    made = held.release
    return Source(
        release=made.id,
        title=made.title,
        statistic=made.statistic,
        asked=made.asked,
        period=tuple(day.isoformat() for day in held.period) if held.period else (),
        cohort=made.batch,
        epsilon=made.epsilon,
        delta=made.delta,
        noise_variance=made.noise_variance,
        task=made.lineage.task,
        published=made.published,
        demo=made.demo,
    )


def loss_text(loss: float | None, delta: float) -> str:
    """``ε 0.98 at δ 1e-06``."""
    if loss is None:
        return "no noise was added"
    return f"{number_text(loss, 'epsilon')} at \N{GREEK SMALL LETTER DELTA} {delta:g}"


def origin_text(held: Held) -> str:
    """Where a figure comes from: title, days, people, privacy loss."""
    made = held.release
    days = f" for {period_text(held.period)}" if held.period else ""
    loss = loss_text(made.epsilon, made.delta)
    counted = f"It counts {made.asked}." if made.statistic != Histogram.name else f"It tells {made.asked}."
    return f"From {title_text(held)}{days}: {made.batch} people answered, {loss}. {counted}"
