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
    "hour": ("surprise of the hour", "hours from the nearest", "hour, sine", "hour, cosine"),
    "rhythm": ("pause before it", "number of purchases"),
}
"""The features by what they tell of, in their order; there is none of how many things were bought."""

ANOMALY_FEATURES = tuple(feature for features in ANOMALY_GROUPS.values() for feature in features)

ANOMALY_HIDDEN = 16
"""Rectified units of the hidden layer."""

ANOMALY_RULE: Mapping[str, float] = {
    "surprise of the amount": 3.0,
    "surprise of the shop": 3.0,
    "surprise of the hour": 3.0,
}
"""The rule: three surprises, of which each counts from two natural logarithms on, add up; the factor is their unit.

That is the logarithm of how much likelier a purchase is where amount, shop or hour, or several of them, are anybody's
(docs/decisions/0026).
"""

ANOMALY_OFFSET = -3.0
"""Log odds of a purchase of which nothing is strange."""
