"""Studies for tests, with the helper's key at hand."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import lru_cache

from vocab.query import QuerySpec
from vocab.statistics import Histogram, ModelUpdate
from vocab.study import Noise, Study
from vocab.vdaf import sealing

__all__ = ["HELPER_KEY", "histogram_study", "update_study"]

HELPER_KEY = bytes(range(96))
"""A private sealing key; its public half is in every study made here."""


@lru_cache
def _public() -> str:
    return sealing.public_key(HELPER_KEY).hex()


def histogram_study(cells: int = 8, *, variance: int = 0, min_batch: int = 5, demo: bool = True, **terms: str) -> Study:
    """A study over ``cells`` cells and the last one; ``terms`` replaces text fields of the manifest."""
    return _study(
        Histogram(
            query=QuerySpec(measures=("spend",), dimensions=("category",)),
            cells=tuple((f"cell {number}",) for number in range(cells)),
        ),
        variance,
        min_batch,
        demo,
        terms,
    )


def update_study(
    length: int = 6, clip: int = 100, *, variance: int = 0, min_batch: int = 2, demo: bool = True, **terms: str
) -> Study:
    """A training round with ``length`` parameters."""
    statistic = ModelUpdate(model="weekly spending", length=length, clip=clip, fraction_bits=8)
    return _study(statistic, variance, min_batch, demo, terms)


def _study(statistic: Histogram | ModelUpdate, variance: int, batch: int, demo: bool, terms: dict[str, str]) -> Study:
    text = {
        "title": f"A test {os.urandom(4).hex()}",
        "controller": "https://shop.example/profile#us",
        "leader_url": "http://127.0.0.1:1/",
        "helper": "https://operator.example/profile#us",
        "helper_url": "http://127.0.0.1:2/",
        "helper_key": _public(),
        "purpose": "https://w3id.org/dpv#ServiceOptimisation",
        **terms,
    }
    return Study(
        title=text["title"],
        controller=text["controller"],
        leader_url=text["leader_url"],
        helper=text["helper"],
        helper_url=text["helper_url"],
        helper_key=text["helper_key"],
        purpose=text["purpose"],
        data=("https://w3id.org/dpv/pd#Purchase",),
        statistic=statistic,
        noise=Noise(variance),
        min_batch=batch,
        opens=datetime(2020, 1, 1, tzinfo=UTC),
        closes=datetime(2100, 1, 1, tzinfo=UTC),
        demo=demo,
    )
