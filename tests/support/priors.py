"""A shared model as a leader publishes it, over names that are public."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.support.door import LEADER
from vocab.prior import ItemPrior
from vocab.query import QuerySpec
from vocab.shared_model import SharedModel
from vocab.statistics import CentredPairs

__all__ = ["CENTRED_PAIRS", "MODEL", "NOW", "PRIOR", "SHOP", "model_of"]

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SHOP = "https://shop.example/profile#us"
PRIOR = ItemPrior(
    dimension="category",
    items=("groceries", "transport", "travel"),
    ever=(0.9, 0.5, 0.125),
    lately=(0.75, 0.25, 0.0625),
    people=2_469,
    epsilon=1.0,
    delta=1e-6,
    released_at=NOW - timedelta(days=3),
    tasks=("ab" * 32,),
)
PERIOD = (date(2026, 1, 1), date(2026, 3, 31))
CENTRED_PAIRS = CentredPairs.about(PRIOR, QuerySpec(measures=("purchases",), dimensions=("category",), period=PERIOD))
"""A second round about the prior."""
MODEL = SharedModel(controller=SHOP, leader_url=LEADER, noise_variances=(18 * 4**14,), demo=False, prior=PRIOR)


def model_of(**changes: Any) -> SharedModel:
    """The model with other fields of its own, or of its prior."""
    own = {name: changes.pop(name) for name in tuple(changes) if name in SharedModel.__slots__}
    return replace(MODEL, prior=replace(PRIOR, **changes), **own)
