"""The statistics that a study may ask for: a closed catalogue whose code ships with the agent.

Each bounds what one person can add to the sum (``norm_squared``), which is what the noise and its cost rest on, and has
a normal form that is the same for every way of asking the same thing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from vocab.decoding import canonical_json
from vocab.errors import VocabularyError
from vocab.statistics.cells import Histogram, Rfm
from vocab.statistics.items import CoPurchase, ItemCounts, ItemVectors
from vocab.statistics.pairs import CentredPairs
from vocab.statistics.segments import Segment
from vocab.statistics.totals import ModelUpdate, Sum

__all__ = [
    "CATALOGUE",
    "CentredPairs",
    "CoPurchase",
    "Histogram",
    "ItemCounts",
    "ItemVectors",
    "ModelUpdate",
    "Rfm",
    "Segment",
    "Statistic",
    "Sum",
    "question_of",
    "statistic_from_json",
    "statistic_to_json",
]

Statistic = Histogram | Sum | Segment | Rfm | ItemCounts | ItemVectors | CoPurchase | CentredPairs | ModelUpdate
"""Any statistic of the catalogue."""

CATALOGUE: Mapping[str, type[Statistic]] = {
    kind.__name__: kind
    for kind in (Histogram, Sum, Segment, Rfm, ItemCounts, ItemVectors, CoPurchase, CentredPairs, ModelUpdate)
}
"""The statistics by the name that a manifest gives them."""


def statistic_to_json(statistic: Statistic) -> dict[str, Any]:
    """The statistic as plain JSON values; ``statistic_from_json`` reads it back."""
    return {"type": type(statistic).__name__, **statistic.to_json()}


def statistic_from_json(value: object) -> Statistic:
    """Decode a statistic of the catalogue; VocabularyError for anything else."""
    kind = CATALOGUE.get(str(value.get("type"))) if isinstance(value, Mapping) else None
    if kind is None or not isinstance(value, Mapping):
        raise VocabularyError(
            "the statistic is not in the catalogue", hint="Update pod-agent, or leave this study out."
        )
    return kind.from_json(value)


def question_of(statistic: Statistic) -> str:
    """SHA-256 of the normal form, in hexadecimal: two studies that ask the same of the same days share it.

    The title, the noise, the batch and the time to answer are no part of it. Empty in a training round.
    """
    form = statistic.normal_form()
    if form is None:
        return ""
    return hashlib.sha256(canonical_json({"statistic": statistic.name, **form})).hexdigest()
