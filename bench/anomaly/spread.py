"""The rule and the isolation forest on several injections: how much a figure owes to what was injected."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.anomaly.protocol import Household, judged_baskets, learned_baskets, precision
from pod_agent.models.anomaly import ForestDetector, Surprise
from pod_agent.models.protocol import Array
from pod_agent.models.strange import lessons

__all__ = ["spread"]


def spread(people: list[Household], first: int, count: int, start: int) -> dict[str, Any]:
    """PR-AUC of both for each seed from ``first`` on, and how many times the forest's the rule's is."""
    rows = np.concatenate([lessons(*learned_baskets(one, start))[0] for one in people])
    rule, forest = np.empty(count), np.empty(count)
    for place in range(count):
        judged = judged_baskets(people, first + place, start)
        rule[place] = precision(Surprise().fit(rows).score(judged.rows), judged.strange)
        forest[place] = precision(ForestDetector(seed=first + place).fit(rows).score(judged.rows), judged.strange)
    return {
        "seeds": [first + place for place in range(count)],
        "rule, no training": _summary(rule),
        "isolation forest": _summary(forest),
        "rule / isolation forest": _summary(rule / forest),
    }


def _summary(values: Array) -> dict[str, Any]:
    return {
        "mean": round(float(values.mean()), 4),
        "deviation": round(float(values.std(ddof=1)), 4) if len(values) > 1 else None,
        "least": round(float(values.min()), 4),
        "each": np.round(values, 4).tolist(),
    }
