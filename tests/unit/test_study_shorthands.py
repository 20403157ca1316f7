"""Terms files: the short forms of statistics become the one form that a manifest has, or are refused."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from aggregator.config import LeaderConfig, init_helper, init_leader
from aggregator.studies import make_study
from vocab.errors import VocabularyError
from vocab.products import PUBLIC_GROUPS
from vocab.statistics import CATALOGUE, CoPurchase, ItemCounts, ItemVectors, Rfm, Segment
from vocab.statistics.segments import Group
from vocab.study import Study
from vocab.taxonomy import SPENDING_CATEGORIES
from vocab.vdaf.encoding import report_bytes

PERIOD = ["2026-01-01", "2026-03-31"]
ITEMS = {"type": "ItemCounts", "query": {"dimensions": ["category"], "period": PERIOD}, "max_weight": 3}
LEAF = {"measure": "spend", "at_least": 100}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> LeaderConfig:
    home: Path = tmp_path_factory.mktemp("terms")
    invitation = init_helper(home, url="http://helper.test/", helper="https://pods.example/profile#us")
    return init_leader(home, invitation, url="http://leader.test/", controller="https://shop.example/profile#us")


def made(config: LeaderConfig, statistic: dict[str, Any]) -> Study:
    terms = {
        "title": "A test",
        "purpose": "https://w3id.org/pod-agent#AggregateReporting",
        "data": ["https://w3id.org/dpv/pd#PurchasesAndSpendingHabit"],
        "min_batch": 5,
        "opens": "2026-11-01T00:00:00Z",
        "closes": "2026-11-30T00:00:00Z",
        "noise": {"epsilon": 1.0},
        "demo": True,
        "statistic": statistic,
    }
    return make_study(terms, config)


def test_all_public_kinds_of_goods_have_a_short_name(config: LeaderConfig) -> None:
    asked = {"dimensions": ["group"], "measures": ["items"], "period": PERIOD}
    counts = made(config, {**ITEMS, "query": asked, "items": "groups"}).statistic
    assert isinstance(counts, ItemCounts)
    assert counts.items == PUBLIC_GROUPS


def test_all_categories_of_spending_have_a_short_name(config: LeaderConfig) -> None:
    counts = made(config, {**ITEMS, "items": "categories"}).statistic
    assert isinstance(counts, ItemCounts)
    assert (counts.items, counts.query.measures) == (SPENDING_CATEGORIES, ("purchases",))
    together = {"type": "CoPurchase", "query": ITEMS["query"], "items": "categories"}
    found = made(config, together).statistic
    assert isinstance(found, CoPurchase)
    assert found.fraction_bits == 14
    vectors = made(config, {**together, "type": "ItemVectors"}).statistic
    assert isinstance(vectors, ItemVectors)
    assert (vectors.lately_days, vectors.ever_percent, vectors.ever_most, vectors.lately_most) == (56, 20, 81, 36)
    query = {"dimensions": ["group"], "period": PERIOD}
    goods = made(config, {"type": "ItemVectors", "query": query, "items": "groups"}).statistic
    assert isinstance(goods, ItemVectors)
    assert goods.query.measures == ("items",)
    assert made(config, {**together, "type": "ItemVectors", "lately_days": 28}).statistic.to_json()["lately_days"] == 28


def test_a_grid_without_money_names_its_measure_by_itself(config: LeaderConfig) -> None:
    grid = {"type": "Rfm", "query": {"period": PERIOD}, "recency": [14, 45], "frequency": [2, 5]}
    found = made(config, grid).statistic
    assert isinstance(found, Rfm)
    assert (found.money, found.query.measures) == ((), ("purchases",))


def test_a_predicate_is_brought_into_normal_form_and_shares_its_period(config: LeaderConfig) -> None:
    rides = {"measure": "spend", "below": 50, "filters": [{"field": "category", "op": "eq", "value": "transport"}]}
    ways = [
        {"and": [LEAF, {"and": [rides]}, LEAF]},
        {"and": [rides, LEAF]},
        {"or": [{"and": [{**LEAF, "period": PERIOD}, rides]}]},
    ]
    studies = [made(config, {"type": "Segment", "period": PERIOD, "predicate": way}) for way in ways]
    assert len({study.question for study in studies}) == 1
    found = studies[0].statistic
    assert isinstance(found, Segment)
    assert isinstance(found.predicate, Group)
    assert len(found.predicate.parts) == 2


@pytest.mark.parametrize(
    "statistic",
    [
        {"type": "Segment", "period": PERIOD, "predicate": {**LEAF, "below": 3}},
        {"type": "Segment", "period": PERIOD, "predicate": {"measure": "spend"}},
        {"type": "Segment", "period": PERIOD, "predicate": {**LEAF, "at_least": 101}},
        {"type": "Segment", "period": PERIOD, "predicate": {**LEAF, "person": "Alice"}},
        {"type": "Segment", "period": PERIOD, "predicate": {"and": "all"}},
        {"type": "Segment", "period": PERIOD},
        {"type": "Segment", "predicate": LEAF},
        {**ITEMS, "items": "merchants"},
        {"type": "Histogram", "query": {"measures": ["spend"], "dimensions": ["month"]}, "cells_of": {"week": []}},
        {"type": "Histogram", "query": {"measures": ["spend"], "dimensions": ["month"]}, "cells_of": 3},
        {"type": ["Sum"]},
        "Sum",
    ],
)
def test_a_short_form_that_means_nothing_is_refused(config: LeaderConfig, statistic: dict[str, Any]) -> None:
    with pytest.raises(VocabularyError):
        made(config, statistic)


def test_every_example_of_the_page_is_a_study_and_no_statistic_lacks_one(config: LeaderConfig) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/reference/statistics.md").read_text(encoding="utf-8")
    examples = [tomllib.loads(block)["statistic"] for block in re.findall(r"```toml\n(.*?)```", page, re.DOTALL)]
    studies = [made(config, example) for example in examples if example["type"] != "ModelUpdate"]
    assert {example["type"] for example in examples} == set(CATALOGUE)
    assert all(report_bytes(study) > 0 for study in studies)
