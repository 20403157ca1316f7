"""What is public of the model that finds strange purchases: features, shape, and the weights that training starts from.

A purchase is described relative to the same person's earlier ones (``pod_agent.features.purchases``). The model is a
linear rule and what one hidden layer adds to it: it starts as the rule, which needs no training.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ANOMALY_FEATURES", "ANOMALY_GROUPS", "ANOMALY_HIDDEN", "ANOMALY_NAME", "ANOMALY_OFFSET", "ANOMALY_RULE"]

ANOMALY_NAME = "purchase-anomaly-1"

ANOMALY_GROUPS: Mapping[str, tuple[str, ...]] = {
    "amount": (
        "amount against the usual",
        "rank of the amount",
        "amount over nine in ten",
        "amount over the largest",
        "amount against the usual at the shop",
        "amount over the largest at the shop",
        "surprise of the amount",
        "amount past the largest",
    ),
    "shop": (
        "new shop",
        "surprise of the shop",
        "share of the shop",
        "visits to the shop",
        "how often a shop is new",
        "days since a shop was new",
        "number of shops",
    ),
    "hour": ("rarity of the hour", "hours from the nearest", "hour, sine", "hour, cosine"),
    "rhythm": ("pause before it", "number of purchases"),
}
"""The features by what they tell of, in their order; there is none of how many things were bought."""

ANOMALY_FEATURES = tuple(feature for features in ANOMALY_GROUPS.values() for feature in features)

ANOMALY_HIDDEN = 16
"""Rectified units of the hidden layer."""

ANOMALY_RULE: Mapping[str, float] = {
    "surprise of the amount": 1.0,
    "amount past the largest": 6.0,
    "surprise of the shop": 0.7,
    "rarity of the hour": 2.0,
}
"""The rule: surprises in natural logarithms add up as for independent events, and twice the largest is strange.

The four factors are the best of a grid of 48 on weeks 34 to 45 (docs/decisions/0026).
"""

ANOMALY_OFFSET = -3.0
"""Log odds of a purchase of which nothing is strange."""
