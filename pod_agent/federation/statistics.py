"""What is sent instead of records: one drawn cell, and the words that show it to the person first.

The draw is a function of a secret of this agent and of the task id. So the preview shows exactly what is sent, asking
again changes nothing, and nobody else can tell or steer the draw.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from dataclasses import dataclass
from typing import Any, Protocol

from consent.budget import Limits
from consent.purposes import DATA, PURPOSES
from pod_agent.federation.checking import cost
from vocab.privacy import DELTA, epsilon
from vocab.query import Filter, QuerySpec, Table
from vocab.statistics import Histogram
from vocab.study import Study
from vocab.vdaf.encoding import report_bytes

__all__ = ["Preview", "QueryIndex", "cell_weights", "encode_histogram", "preview"]

UNITS = {
    "spend": "dollar you spent",
    "fees": "dollar you paid in fees",
    "purchases": "purchase you made",
    "plays": "song you played",
    "listening_minutes": "minute you listened",
    "podcast_minutes": "minute you listened to podcasts",
}
OPERATORS = {
    "eq": "is",
    "ne": "is not",
    "in": "is one of",
    "not_in": "is none of",
    "gt": "is after",
    "ge": "is, or is after,",
    "lt": "is before",
    "le": "is, or is before,",
    "between": "lies between (both included)",
}
"""What each operator that a study may use (``checking.FILTERS``) says in words."""
NAMED_CELLS = 6
"""As many cells are named in the preview; more are counted."""
MAX_TELLING = 10.0
"""Above this epsilon the preview no longer gives a ratio of chances, which would be above 20,000."""


class QueryIndex(Protocol):
    """The part of the local index that a study needs."""

    def run(self, spec: QuerySpec, *, evidence: bool = True) -> Table:
        """Answer a query."""
        ...


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly what would leave for one study, and what it means; ``cell`` counts from 0, the last is "none of these".

    ``label`` holds the drawn cell's labels, empty for the last cell. ``epsilon`` is at delta 1e-6, infinite
    where the study adds no noise.
    """

    lines: tuple[str, ...]
    cell: int
    label: tuple[str, ...]
    cells: int
    size: int
    micro_rho: int
    epsilon: float

    @property
    def digest(self) -> str:
        """Digest of the text: what a grant keeps of what was shown, and how a later yes names what it is a yes to."""
        return "sha-256:" + hashlib.sha256("\n".join(self.lines).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """The preview as plain values; an infinite epsilon is None."""
        return {
            "lines": list(self.lines),
            "notice": self.digest,
            "cell": self.cell,
            "label": list(self.label),
            "cells": self.cells,
            "bytes": self.size,
            "micro_rho": self.micro_rho,
            "epsilon": round(self.epsilon, 4) if math.isfinite(self.epsilon) else None,
        }


def cell_weights(statistic: Histogram, table: Table) -> list[int]:
    """The person's own total in every cell and, last, outside all of them, in hundredths of the measure's unit.

    Cells in which refunds outweigh spending count as nothing, listed or not.
    """
    query = statistic.query
    places = [table.columns.index(name) for name in (*query.dimensions, query.measures[0])]
    numbers = {labels: number for number, labels in enumerate(statistic.cells)}
    weights = [0] * statistic.length
    for row in table.rows:
        *labels, value = (row[place] for place in places)
        number = numbers.get(tuple(str(label) for label in labels), len(statistic.cells))
        if isinstance(value, int | float):
            weights[number] += max(0, round(value * 100))
    return weights


def encode_histogram(study: Study, table: Table, agent_secret: bytes) -> int:
    """The cell to report: one unit of the measure, drawn uniformly from all in the study's days and filters.

    The last cell where it lies in none of the study's cells, or there is none. Were it drawn among the listed cells
    alone, a study of one cell would ask whether there is anything in it. ``table`` is the answer to the study's own
    query. HMAC-SHA-256 of the task id gives 256 uniform bits, so the chance of every cell is right to 2**-190.
    """
    if not isinstance(study.statistic, Histogram):
        raise TypeError("the study is not a histogram")
    weights = cell_weights(study.statistic, table)
    drawn = int.from_bytes(hmac.digest(agent_secret, b"pod-agent draw" + study.task_id, hashlib.sha256), "big")
    unit = drawn * sum(weights) >> 256
    for number, weight in enumerate(weights):
        if unit < weight:
            return number
        unit -= weight
    return len(weights) - 1


def preview(study: Study, cell: int | None, limits: Limits) -> Preview:
    """What would leave for this study, in plain words and exact numbers; ``limits`` are the person's.

    ``cell`` is what ``encode_histogram`` drew, None for a training round.
    """
    statistic = study.statistic
    if not isinstance(statistic, Histogram) or cell is None:
        return _training_preview(study, limits)
    label = statistic.cells[cell] if cell < len(statistic.cells) else ()
    what = UNITS[statistic.query.measures[0]]
    first, last = statistic.query.period or ("", "")
    others = f"the other {statistic.length - 1} {'holds' if statistic.length == 2 else 'hold'} 0"
    drawn = (
        f"This time it is: {', '.join(label)}. That cell holds 1, {others}."
        if label
        else f"This time it is none of these: the last cell, for that and for having none, holds 1, {others}."
    )
    picked = (
        f"Your agent picks one {what} from {first} to {last} by chance{_only(statistic.query.filters)} and says in"
        f" which of {_cells(statistic)} it lies, or that it lies elsewhere or you have none."
    )
    return _finished(study, (picked, drawn), cell, label, limits)


def _only(filters: tuple[Filter, ...]) -> str:
    """Every filter in words, for what is left out narrows the question as much as what is asked."""
    if not filters:
        return ""
    said = [
        f"the {'part of the week' if item.field == 'weekend' else item.field} {OPERATORS[item.op]} "
        + " and ".join(map(str, item.value if isinstance(item.value, tuple) else (item.value,)))
        for item in filters
    ]
    return f", only from those of which {', and '.join(said)},"


def _cells(statistic: Histogram) -> str:
    """The cells by name where they are few."""
    kind = " and ".join(statistic.query.dimensions)
    if len(statistic.cells) > NAMED_CELLS:
        return f"{len(statistic.cells)} cells ({kind})"
    named = "; ".join(", ".join(labels) for labels in statistic.cells)
    return f"{len(statistic.cells)} cell{'' if len(statistic.cells) == 1 else 's'} ({kind}: {named})"


def _training_preview(study: Study, limits: Limits) -> Preview:
    lines = (
        "Your agent improves a shared model on your records, on this machine.",
        f"What leaves is {_length(study)} bounded whole numbers: how the model should change.",
        "While you take part, later rounds of the same business, purpose and data are answered under the same grant.",
    )
    return _finished(study, lines, 0, (), limits)


def _finished(study: Study, first: tuple[str, ...], cell: int, label: tuple[str, ...], limits: Limits) -> Preview:
    size, charge = report_bytes(study), cost(study, limits)
    loss = epsilon(charge) if study.noise.variance else math.inf
    kinds = ", ".join(DATA[term].title for term in study.data)
    parts = f"one for {study.controller}, one sealed for {study.helper}"
    lines = (
        f"Asked by {study.controller}, to {PURPOSES[study.purpose].sentence}. Uses {kinds}.",
        *first,
        f"These numbers leave as two parts that look random: {parts}. Only together could they read yours.",
        f"They may publish only the sum over at least {study.min_batch} people{_noise(study)}.",
        _meaning(loss),
        f"{size:,} bytes leave, the same for everyone who takes part, whatever their records say.",
        f"You can answer until {study.closes:%Y-%m-%d %H:%M} UTC and withdraw at any time; what is published stays.",
    )
    return Preview(lines, cell, label, _length(study), size, charge, loss)


def _length(study: Study) -> int:
    return study.statistic.length


def _noise(study: Study) -> str:
    if study.noise.variance == 0:
        return ", without noise"
    return f", with noise added to every number (standard deviation {math.sqrt(2 * study.noise.variance):.1f})"


def _meaning(loss: float) -> str:
    if math.isinf(loss):
        return "Nothing bounds what the sum can tell about one person: this study is for made-up people."
    if loss > MAX_TELLING:
        return f"Epsilon {loss:,.0f}: the noise is too small to hide anything about you."
    return (
        f"Epsilon {loss:.2f}: whatever anyone concludes about you from the result is at most {math.exp(loss):.2f} times"
        f" as likely as if you had not taken part, but for a chance of {DELTA:.0e}."
    )
