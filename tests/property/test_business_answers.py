"""Whatever is asked of whatever was released: a figure stands in a release, or none is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.asking import Holdings, ask
from aggregator.releases import Release, make_release
from tests.support.business import TODAY, business_holdings
from tests.support.releases import PUBLISHED, ShelfInMemory
from tests.support.studies import histogram_study
from vocab.query import QuerySpec
from vocab.statistics import ItemCounts
from vocab.study import Study
from vocab.taxonomy import CATEGORIES

HOLDINGS = business_holdings()
NAMES = ("groceries", "transport", "travel", "education", "insurance")
WORDS = (
    "how many people bought groceries travel transport education tea milk coffee in last month october september 2026"
    " share of compare with and or not only trend largest smallest 3 category total average per person who which study"
    " privacy loss answered together at least 200 more than between from to august spending latest by for the what is"
).split()
NUMBERS = {
    row.value
    for held in HOLDINGS.held
    for row in [*(line.row for line in held.lines), held.release.nothing]
    if row is not None and row.value is not None
}


def counted(values: list[int], variance: int) -> tuple[Study, Release]:
    query = QuerySpec(measures=("purchases",), dimensions=("category",), period=(date(2026, 10, 1), date(2026, 10, 31)))
    study = replace(
        histogram_study(variance=variance, min_batch=100, title="Who buys what"),
        statistic=ItemCounts(query=query, items=NAMES[: len(values)], max_weight=len(values)),
        opens=datetime(2026, 11, 1, tzinfo=UTC),
    )
    return study, make_release(study, values, reports=150, shares=(b"a", b"b"), published=PUBLISHED)


@settings(max_examples=40, deadline=None)
@given(
    values=st.lists(st.integers(-20, 2_000), min_size=1, max_size=5),
    variance=st.sampled_from([0, 21, 400]),
    name=st.sampled_from(NAMES),
    wording=st.sampled_from(
        ["How many people bought {} last month?", "number of customers who bought {} in October 2026", "figure for {}"]
    ),
)
def test_the_figure_is_the_cells_or_there_is_none(values: list[int], variance: int, name: str, wording: str) -> None:
    study, release = counted(values, variance)
    holdings = Holdings.of(ShelfInMemory([], [release], [(study, "released")]))
    answer = ask(holdings, wording.format(CATEGORIES[name].label), TODAY)
    row = next((row for row in release.rows if row.labels == (name,)), None)
    if row is None or row.withheld:
        assert (answer.status, answer.figures) == ("declined", ())
    else:
        assert [(one.value, one.low, one.high) for one in answer.figures] == [(row.value, row.low, row.high)]
        assert answer.sources[0].task == study.task_id.hex()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9))
def test_any_words_give_figures_of_a_release_or_none(words: list[str]) -> None:
    answer = ask(HOLDINGS, " ".join(words), TODAY)
    for figure in answer.figures:
        if figure.unit in {"people", "SGD", "weight"} and figure.apart is None and figure.value is not None:
            assert figure.value in NUMBERS or figure.value in {held.release.batch_floor for held in HOLDINGS.held}
    if answer.figures:
        assert answer.sources
    if answer.read:
        assert ask(HOLDINGS, answer.read, TODAY).plan == answer.plan


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=320))
def test_any_text_is_taken(text: str) -> None:
    assert ask(HOLDINGS, text, TODAY).status in {"answered", "clarify", "declined"}
