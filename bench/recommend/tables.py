"""What was measured, as text in Markdown and as plain JSON values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bench.recommend.comparing import Comparison, GroupRow
from bench.recommend.intervals import Estimate

__all__ = ["COLUMNS", "RATIOS", "as_json", "as_text", "group_text", "markdown"]

COLUMNS = (
    ("next", "recall"),
    ("next", "ndcg"),
    ("win", "recall"),
    ("win", "ndcg"),
    ("repeat", "ndcg"),
    ("novel", "recall"),
    ("novel", "ndcg"),
)
"""What the table of all models shows; JSON has all of it."""

RATIOS = (("next", "recall"), ("next", "ndcg"), ("win", "ndcg"), ("novel", "ndcg"))
"""What is compared, pair by pair."""

SHORT = {"recall": "R@10", "ndcg": "N@10"}


def as_text(compared: Comparison, ours: Sequence[str], others: Sequence[str]) -> str:
    """Every model's means with half the width of their intervals, then the ratios of ours to the others."""
    weeks = ", ".join(str(week.known.week) for week in compared.weeks)
    pods = " / ".join(str(len(week.told.cohort)) for week in compared.weeks)
    head = f"Weeks {weeks}; households {pods}; level {compared.weeks[0].known.level}. Mean ± half of the 95 % interval."
    header = ["model", "seeds", *(f"{question} {SHORT[metric]}" for question, metric in COLUMNS)]
    rows = [
        [model, str(compared.weeks[0].seeds[model]), *(_mean(compared.value(model, *column)) for column in COLUMNS)]
        for model in compared.models
    ]
    header_of_ratios = ["ratio", *(f"{question} {SHORT[metric]}" for question, metric in RATIOS)]
    ratios = [
        [f"{one} / {other}", *(_range(compared.ratio(one, other, *column)) for column in RATIOS)]
        for one in ours
        for other in others
    ]
    return "\n\n".join([head, markdown(header, rows), markdown(header_of_ratios, ratios)])


def group_text(rows: Sequence[GroupRow], least: int = 100) -> str:
    """Groups of at least ``least`` households."""
    header = ["group", "households", "next R@10", "of LightGBM's", "novel N@10, of no noise"]
    body = [
        [f"{row.kind} {row.group}", str(row.households), _mean(row.recall), _range(row.central), _range(row.novel)]
        for row in rows
        if row.households >= least
    ]
    return markdown(header, body)


def as_json(compared: Comparison, ours: Sequence[str], others: Sequence[str]) -> dict[str, Any]:
    """Everything, with the intervals."""
    questions = list(compared.weeks[0].quality[compared.models[0]])
    return {
        "level": compared.weeks[0].known.level,
        "weeks": [week.known.week for week in compared.weeks],
        "households": [len(week.told.cohort) for week in compared.weeks],
        "models": {
            model: {" ".join(question): asdict(compared.value(model, *question)) for question in questions}
            for model in compared.models
        },
        "ratios": {
            f"{one} / {other}": {
                " ".join(question): asdict(compared.ratio(one, other, *question)) for question in questions
            }
            for one in ours
            for other in others
        },
    }


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with aligned columns."""
    widths = [max(len(line[number]) for line in [header, *rows]) for number in range(len(header))]
    lines = [header, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    )


def _mean(estimate: Estimate) -> str:
    return f"{estimate.value:.4f} ± {(estimate.high - estimate.low) / 2:.4f}"


def _range(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"
