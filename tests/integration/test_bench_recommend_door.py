"""What the benchmark sums for its households is what both servers come to for the same pods, in both rounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from bench.recommend.protocol import past
from bench.recommend.release import Terms, pair_total, release, sets, total
from tests.support.journeys import journey_of, made_tables
from tests.support.pair import Pair, send, upload
from tests.support.studies import histogram_study
from vocab.query import QuerySpec
from vocab.statistics import CentredPairs, ItemVectors, Statistic

HOUSEHOLDS = 7
QUERY = QuerySpec(
    measures=("purchases",), dimensions=("category",), period=(date(2025, 1, 1), date(2025, 1, 1) + timedelta(days=111))
)


def summed(pair: Pair, statistic: Statistic, answers: list[list[int]]) -> list[int]:
    """What the two servers release for these answers, without noise."""
    study = pair.fitted(replace(histogram_study(), statistic=statistic))
    pair.leader.publish(study, pair.channel)
    for answer in answers:
        assert upload(pair.agents, send(study, answer)) == 201
    return list(pair.collect(study).values)


def test_the_benchmark_sums_what_the_servers_sum(tmp_path: Path) -> None:
    known = past(journey_of(made_tables()), 16, "category")
    people, items = np.arange(HOUSEHOLDS), tuple(map(str, known.items))
    ever, lately = sets(known, people)
    vectors = ItemVectors(query=QUERY, items=items)
    prior = release(known, Terms(epsilon=1.0))
    pairs = CentredPairs.about(prior, QUERY)
    pair = Pair(tmp_path)
    try:
        counted = summed(
            pair, vectors, [[*one, *other] for one, other in zip(ever.tolist(), lately.tolist(), strict=True)]
        )
        together = summed(pair, pairs, [pairs.vectors.encode(prior, row).tolist() for row in ever])
    finally:
        pair.close()
    assert counted == [*total(known, vectors.encoding, people).tolist(), HOUSEHOLDS * vectors.person]
    assert together == pair_total(known, prior, pairs.vectors, people).tolist()
    assert any(together)
