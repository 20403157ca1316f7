"""How many weeks lie within their 80 % range, after a long history and after short ones."""

from __future__ import annotations

import numpy as np

from bench.forecast.weeks import Panel
from pod_agent.models.forecast import WeeklySpending
from pod_agent.models.outlook import own_errors, range_of
from vocab.training import WEEKLY_SPENDING

__all__ = ["LENGTHS", "coverage"]

LENGTHS = (44, 26, 13)
"""Weeks of history; a range needs 13."""


def coverage(held: Panel) -> dict[str, dict[str, float]]:
    """For each length of history: the share of the 8 weeks within, below and above, and the median relative width."""
    return {f"{length} weeks": _coverage(held, length) for length in LENGTHS if length <= held.history.shape[1]}


def _coverage(held: Panel, length: int) -> dict[str, float]:
    within, below, above, widths = [], [], [], []
    for history, future in zip(held.history[:, -length:], held.future, strict=True):
        expected = float(WeeklySpending().fit([]).forecast(history.tolist())[0])
        low, high = range_of(expected, own_errors(history, WEEKLY_SPENDING.start))
        if low is None or high is None:
            continue
        below.append((future < low).mean())
        above.append((future > high).mean())
        within.append(1 - below[-1] - above[-1])
        widths.append((high - low) / max(float(history.mean()), 1e-9))
    shares = {"within": np.mean(within), "below": np.mean(below), "above": np.mean(above), "width": np.median(widths)}
    return {name: round(float(share), 4) for name, share in shares.items()}
