"""The catalogue: manifests read back, everything malformed is refused, one question has one name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.policy import STATISTICS
from tests.support.priors import CENTRED_PAIRS, PRIOR
from tests.support.questions import (
    GROCERIES,
    HISTOGRAM,
    ITEM_COUNTS,
    ITEM_VECTORS,
    ITEMS,
    PERIOD,
    QUESTIONS,
    SUM,
    query,
    segment,
)
from tests.support.studies import histogram_study, update_study
from vocab.errors import VocabularyError
from vocab.item_pairs import PairVectors
from vocab.query import Filter, QuerySpec
from vocab.statistics import CATALOGUE, CentredPairs, Segment, question_of, statistic_from_json, statistic_to_json
from vocab.statistics.segments import LADDER, Group, Leaf, Predicate, normal_predicate, predicate_from_json
from vocab.study import Study

LEAF = {"query": query().to_json(), "comparison": "at_least", "threshold": 100}


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_statistic_is_read_back_as_it_was_written(name: str) -> None:
    study = replace(histogram_study(), statistic=QUESTIONS[name])
    assert Study.from_json(study.to_json()) == study
    assert statistic_to_json(QUESTIONS[name])["type"] in CATALOGUE


def test_the_gate_knows_the_whole_catalogue_and_nothing_else() -> None:
    assert {*QUESTIONS, CENTRED_PAIRS.name, "update"} == STATISTICS


EVERY = {**QUESTIONS, CENTRED_PAIRS.name: CENTRED_PAIRS}


def altered(name: str, **changes: Any) -> dict[str, Any]:
    return {**statistic_to_json(EVERY[name]), **changes}


@pytest.mark.parametrize(
    "manifest",
    [
        altered("sum", type="Median"),
        altered("sum", more=1),
        altered("sum", maximum=0),
        altered("sum", maximum=10_000_001),
        altered("sum", maximum=1.5),
        altered("sum", maximum=True),
        altered("sum", query=query("category").to_json()),
        altered("sum", query={"measures": ["spend"]}),
        altered("sum", query={**query().to_json(), "measures": ["spend", "fees"]}),
        altered("sum", query={**query().to_json(), "limit": 1}),
        altered("rfm", recency=[]),
        altered("rfm", recency=[45, 14]),
        altered("rfm", recency=[14, 14]),
        altered("rfm", recency=[0, 14]),
        altered("rfm", recency=[1, 2, 3, 4, 5]),
        altered("rfm", frequency=[1, 4]),
        altered("rfm", money=[-1]),
        altered("rfm", query=query().to_json()),
        altered("item_counts", items=[]),
        altered("item_counts", items=["groceries", "groceries"], max_weight=1),
        altered("item_counts", max_weight=0),
        altered("item_counts", max_weight=5),
        altered("item_counts", query=query().to_json()),
        altered("item_counts", items=[f"item {number}" for number in range(10_001)]),
        altered("item_vectors", lately_days=0),
        altered("item_vectors", lately_days=91),
        altered("item_vectors", lately_days=True),
        altered("item_vectors", ever_percent=0),
        altered("item_vectors", ever_percent=100),
        altered("item_vectors", ever_most=0),
        altered("item_vectors", lately_most=-1),
        altered("item_vectors", lately_most=36.0),
        altered("item_vectors", fraction_bits=7),
        altered("item_vectors", fraction_bits=25),
        altered("item_vectors", ever_clip=9),
        altered("item_vectors", items=[]),
        altered("item_vectors", items=["groceries", "groceries"]),
        altered("item_vectors", items=[f"item {number}" for number in range(1_001)]),
        altered("item_vectors", query=query().to_json()),
        altered("co_purchase", fraction_bits=7),
        altered("co_purchase", fraction_bits=25),
        altered("co_purchase", items=[f"item {number}" for number in range(321)]),
        altered("centred_pairs", fraction_bits=3),
        altered("centred_pairs", fraction_bits=17),
        altered("centred_pairs", prior="ab"),
        altered("centred_pairs", prior="AB" * 32),
        altered("centred_pairs", items=["groceries"]),
        altered("centred_pairs", items=["groceries", "groceries"]),
        altered("centred_pairs", items=[f"item {number}" for number in range(273)]),
        altered("centred_pairs", query=query().to_json()),
        altered("segment", predicate=[]),
        altered("segment", predicate={**LEAF, "threshold": 101}),
        altered("segment", predicate={**LEAF, "threshold": 0}),
        altered("segment", predicate={**LEAF, "comparison": "equals"}),
        altered("segment", predicate={**LEAF, "query": query("category").to_json()}),
        altered("segment", predicate={"not": [LEAF]}),
        altered("segment", predicate={"and": []}),
        altered("segment", predicate={"and": [LEAF]}),
        altered("segment", predicate={"and": [LEAF, LEAF]}),
        altered("segment", predicate={"and": [LEAF], "or": [LEAF]}),
    ],
)
def test_a_malformed_statistic_is_refused(manifest: dict[str, Any]) -> None:
    with pytest.raises(VocabularyError):
        statistic_from_json(manifest)


def leaf(threshold: int = 100, comparison: str = "at_least", filters: tuple[Filter, ...] = ()) -> Leaf:
    return Leaf(query=query(filters=filters), comparison=comparison, threshold=threshold)


def nested(levels: int) -> Predicate:
    """A chain of groups of so many levels, leaves included."""
    inner: Predicate = leaf()
    for level in range(1, levels):
        kind = "and" if level % 2 else "or"
        inner = normal_predicate(Group(kind=kind, parts=(inner, leaf(LADDER[level]))))
    return inner


def test_a_predicate_is_at_most_four_levels_deep_and_has_at_most_twelve_leaves() -> None:
    assert Segment(predicate=nested(4)).predicate.depth == 4
    with pytest.raises(VocabularyError, match="levels deep"):
        Segment(predicate=nested(5))
    assert len(list(segment(*(leaf(step) for step in LADDER[:12]), kind="or").predicate.leaves)) == 12
    with pytest.raises(VocabularyError, match="leaves"):
        segment(*(leaf(step) for step in LADDER[:13]), kind="or")
    with pytest.raises(VocabularyError, match="too deep"):
        predicate_from_json(_deep(2_000))


def _deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = LEAF
    for _ in range(levels):
        value = {"and": [value]}
    return value


PREDICATES = st.recursive(
    st.builds(leaf, st.sampled_from(LADDER[:5]), st.sampled_from(["at_least", "below"])),
    lambda parts: st.builds(
        lambda kind, inner: Group(kind=kind, parts=tuple(inner)),
        st.sampled_from(["and", "or"]),
        st.lists(parts, min_size=1, max_size=3),
    ),
    max_leaves=8,
)


def holds(predicate: Predicate, total: int) -> bool:
    if isinstance(predicate, Leaf):
        return total >= predicate.threshold if predicate.comparison == "at_least" else total < predicate.threshold
    found = [holds(part, total) for part in predicate.parts]
    return all(found) if predicate.kind == "and" else any(found)


@settings(max_examples=80, deadline=None)
@given(PREDICATES, st.integers(-5, 30))
def test_the_normal_form_says_the_same_and_is_its_own(predicate: Predicate, total: int) -> None:
    normal = normal_predicate(predicate)
    assert holds(normal, total) == holds(predicate, total)
    assert normal_predicate(normal) == normal
    assert predicate_from_json(normal.to_json()) == normal


@settings(max_examples=40, deadline=None)
@given(st.lists(PREDICATES, min_size=2, max_size=3), st.randoms())
def test_the_order_of_parts_is_not_another_question(parts: list[Predicate], order: Any) -> None:
    shuffled = list(parts)
    order.shuffle(shuffled)
    one, other = (normal_predicate(Group(kind="or", parts=tuple(each))) for each in (parts, shuffled))
    assert one == other


def test_only_the_normal_form_is_a_manifest() -> None:
    first, second = leaf(100), leaf(200)
    normal = normal_predicate(Group(kind="or", parts=(first, second)))
    assert isinstance(normal, Group)
    with pytest.raises(VocabularyError, match="normal form"):
        Segment(predicate=Group(kind="or", parts=tuple(reversed(normal.parts))))
    eq, within = (Filter("category", "eq", "travel"),), (Filter("category", "in", ("travel",)),)
    with pytest.raises(VocabularyError, match="normal form"):
        Segment(predicate=leaf(filters=eq))
    assert Segment(predicate=leaf(filters=within)).predicate == normal_predicate(leaf(filters=eq))


def test_a_question_has_one_name_however_it_is_written_and_published() -> None:
    cells = replace(HISTOGRAM, cells=tuple(reversed(HISTOGRAM.cells)))
    assert question_of(cells) == question_of(HISTOGRAM)
    study = replace(histogram_study(), statistic=HISTOGRAM)
    assert study.question == replace(study, title="Other", min_batch=9).question == question_of(HISTOGRAM)
    assert question_of(replace(SUM, maximum=501)) == question_of(SUM)
    within = (Filter("category", "in", ("groceries",)),)
    assert question_of(replace(SUM, query=query(filters=within))) == question_of(SUM)
    weighted = replace(ITEM_VECTORS, ever_percent=30, ever_most=9, lately_most=4, fraction_bits=12)
    assert question_of(replace(weighted, items=ITEMS[::-1])) == question_of(ITEM_VECTORS)
    assert question_of(replace(ITEM_VECTORS, lately_days=28)) != question_of(ITEM_VECTORS)
    assert question_of(replace(ITEM_COUNTS, items=("travel", *ITEMS[:3]))) == question_of(ITEM_COUNTS)


def test_the_order_of_filters_and_of_their_values_is_not_another_question() -> None:
    one, other = Filter("category", "in", ("groceries", "travel")), Filter("weekend", "eq", "weekend")
    turned = Filter("category", "in", ("travel", "groceries"))
    first = replace(SUM, query=query(filters=(one, other)))
    assert question_of(replace(SUM, query=query(filters=(other, turned)))) == question_of(first)
    assert question_of(replace(SUM, query=query(filters=(other,)))) != question_of(first)


def test_other_days_filters_or_measures_are_other_questions() -> None:
    later = QuerySpec(measures=("spend",), filters=GROCERIES, period=(PERIOD[0], date(2026, 4, 1)))
    asked = [replace(SUM, query=later), replace(SUM, query=query()), *QUESTIONS.values()]
    assert len({question_of(each) for each in asked}) == len(QUESTIONS) + 2


def test_centred_pairs_are_about_one_prior_and_its_most_popular_items() -> None:
    assert statistic_from_json(statistic_to_json(CENTRED_PAIRS)) == CENTRED_PAIRS
    assert CENTRED_PAIRS.fits(PRIOR)
    assert not CENTRED_PAIRS.fits(replace(PRIOR, people=2_470))
    assert not replace(CENTRED_PAIRS, items=PRIOR.items[::-1]).fits(PRIOR)
    two = CentredPairs.about(PRIOR, CENTRED_PAIRS.query, PairVectors(size=2))
    assert (two.items, two.fits(PRIOR), two.length) == (("groceries", "transport"), True, 3)
    assert question_of(replace(CENTRED_PAIRS, prior="0" * 64, fraction_bits=9)) == question_of(CENTRED_PAIRS)
    assert question_of(two) != question_of(CENTRED_PAIRS)
    assert CENTRED_PAIRS.norm_squared == 29**2 * 16**10


def test_a_training_round_asks_no_question_of_its_own() -> None:
    assert update_study().question == ""
