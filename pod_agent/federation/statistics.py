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
from vocab.query import QuerySpec, Table
from vocab.study import Histogram, Study
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


class QueryIndex(Protocol):
    """The part of the local index that a study needs."""

    def run(self, spec: QuerySpec, *, evidence: bool = True) -> Table:
        """Answer a query."""
        ...


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly what would leave for one study, and what it means; ``cell`` counts from 0, the last is "nothing".

    ``label`` holds the drawn cell's labels, empty for nothing to report. ``epsilon`` is at delta 1e-6, infinite
    where the study adds no noise.
    """

    lines: tuple[str, ...]
    cell: int
    label: tuple[str, ...]
    cells: int
    size: int
    micro_rho: int
    epsilon: float

    def to_json(self) -> dict[str, Any]:
        """The preview as plain values; an infinite epsilon is None."""
        return {
            "lines": list(self.lines),
            "cell": self.cell,
            "label": list(self.label),
            "cells": self.cells,
            "bytes": self.size,
            "micro_rho": self.micro_rho,
            "epsilon": round(self.epsilon, 4) if math.isfinite(self.epsilon) else None,
        }


def cell_weights(statistic: Histogram, table: Table) -> list[int]:
    """The person's own total in every cell, in hundredths of the measure's unit.

    Cells in which refunds outweigh spending count as nothing; rows outside the study's cells are left out.
    """
    query = statistic.query
    places = [table.columns.index(name) for name in (*query.dimensions, query.measures[0])]
    numbers = {labels: number for number, labels in enumerate(statistic.cells)}
    weights = [0] * len(statistic.cells)
    for row in table.rows:
        *labels, value = (row[place] for place in places)
        number = numbers.get(tuple(str(label) for label in labels))
        if number is not None and isinstance(value, int | float):
            weights[number] += max(0, round(value * 100))
    return weights


def encode_histogram(study: Study, table: Table, agent_secret: bytes) -> int:
    """The cell to report: one unit of the measure, drawn uniformly; the last cell where there is none.

    ``table`` is the answer to the study's own query. HMAC-SHA-256 of the task id gives 256 uniform bits, so the
    chance of every cell is right to 2**-190.
    """
    if not isinstance(study.statistic, Histogram):
        raise TypeError("the study is not a histogram")
    weights = cell_weights(study.statistic, table)
    total = sum(weights)
    drawn = int.from_bytes(hmac.digest(agent_secret, b"pod-agent draw" + study.task_id, hashlib.sha256), "big")
    unit = drawn * total >> 256
    for number, weight in enumerate(weights):
        if unit < weight:
            return number
        unit -= weight
    return len(weights)


def preview(study: Study, table: Table, agent_secret: bytes, limits: Limits) -> Preview:
    """What would leave for this study, in plain words and exact numbers; ``limits`` are the person's."""
    statistic = study.statistic
    if not isinstance(statistic, Histogram):
        return _training_preview(study, limits)
    cell = encode_histogram(study, table, agent_secret)
    label = statistic.cells[cell] if cell < len(statistic.cells) else ()
    what = UNITS[statistic.query.measures[0]]
    first, last = statistic.query.period or ("", "")
    drawn = (
        f"This time it is: {', '.join(label)}. That cell holds 1, the other {statistic.length - 1} hold 0."
        if label
        else f"You have none there, so the cell for 'nothing' holds 1 and the other {statistic.length - 1} hold 0."
    )
    cells = f"{len(statistic.cells)} cells ({' and '.join(statistic.query.dimensions)})"
    picked = f"Your agent picks one {what} from {first} to {last} by chance and says in which of {cells} it lies."
    return _finished(study, (picked, drawn), cell, label, limits)


def _training_preview(study: Study, limits: Limits) -> Preview:
    lines = (
        "Your agent improves a shared model on your records, on this machine.",
        f"What leaves is {_length(study)} bounded whole numbers: how the model should change.",
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
    return (
        f"Epsilon {loss:.2f}: whatever anyone concludes about you from the result is at most {math.exp(loss):.2f} times"
        f" as likely as if you had not taken part, but for a chance of {DELTA:.0e}."
    )
