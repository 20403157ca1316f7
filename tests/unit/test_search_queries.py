"""What a search reads out of its words, and how two orders become one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pod_agent.assistant.retrieval.document import Document
from pod_agent.assistant.retrieval.fusion import fuse
from pod_agent.assistant.retrieval.likely_words import is_likely_word
from pod_agent.assistant.retrieval.querying import Query, read_query
from pod_agent.assistant.retrieval.ranking import Ranking
from pod_agent.assistant.retrieval.store import Condition, SearchStore
from tests.support.searching import Scattered

TODAY = date(2026, 11, 15)


def read(text: str, *names: str) -> Query:
    def known(spellings: list[str]) -> Iterable[str]:
        return [name for name in spellings if name in names]

    return read_query(text, TODAY, known)


def test_what_both_orders_have_comes_before_what_one_has_first() -> None:
    assert list(fuse([(1.0, [7, 3, 5]), (1.0, [4, 3, 9])])) == [3, 4, 7, 5, 9]


def test_a_lift_moves_only_what_was_found() -> None:
    assert list(fuse([(1.0, [1, 2])], {2: 1.0, 8: 1.0})) == [2, 1]


def test_a_heavier_order_decides_between_two_first_places() -> None:
    assert list(fuse([(1.0, [1]), (1.5, [2])])) == [2, 1]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        *(
            (word, True)
            for word in ("spectacles", "gelato", "spuds", "nappies", "laksa", "kopi", "vodka", "2026", "咖啡")
        ),
        *((word, False) for word in ("asdfgh", "xyzzy", "qwertyuiop", "hjkl", "bvxzq")),
    ],
)
def test_what_is_typed_at_random_is_told_from_words(word: str, *, expected: bool) -> None:
    assert is_likely_word(word) is expected


def test_times_become_a_period_and_no_words() -> None:
    query = read("that coffee place in October 2026")
    assert query.periods == ((date(2026, 10, 1), date(2026, 10, 31)),)
    assert query.words == ("coffee",)
    assert query.text == "coffee place"
    assert query.kinds == {"merchant"}


def test_a_name_that_is_called_like_a_month_is_no_time() -> None:
    query = read("songs of may violet in september", "may violet")
    assert query.names == {"may violet": True}
    assert query.periods == ((date(2026, 9, 1), date(2026, 9, 30)),)
    assert query.words == ("may", "violet")


def test_a_common_word_that_is_a_name_too_is_no_sure_name_unless_it_is_all_there_is() -> None:
    assert read("that coffee place", "coffee").names == {"coffee": False}
    assert read("what did I pay at Coffee", "coffee").names == {"coffee": True}
    assert read("coffee", "coffee").names == {"coffee": True}


def test_where_only_plain_words_are_given_they_are_looked_for() -> None:
    assert read("the who").words == ("the", "who")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterable[SearchStore]:
    with SearchStore(tmp_path_factory.mktemp("store")) as made:
        texts = ("fresh noodles", "noodle bar", "running shoes")
        made.replace([Document(kind="product", key=text, title=text, text=text) for text in texts], "1")
        yield made


@given(st.text(max_size=60))
@settings(max_examples=150)
def test_no_text_breaks_the_query_of_words(store: SearchStore, text: str) -> None:
    query = read_query(text or "x", TODAY, lambda names: store.by_names(names, Condition()).values())
    Ranking(Path("nowhere"), None).ranked(store, query)


@pytest.mark.parametrize("text", ['"', "noodles AND NOT", "NEAR(a b)", "title:noodles", "nood*", "a OR (b", "-x", "^a"])
def test_signs_of_the_query_language_are_words(store: SearchStore, text: str) -> None:
    Ranking(Path("nowhere"), None).ranked(store, read(text))


def test_a_product_is_found_by_the_beginning_of_a_word_and_by_its_stem(store: SearchStore) -> None:
    for text in ("noodl", "noodles", "noodle"):
        found = Ranking(Path("nowhere"), None).ranked(store, read(text))
        assert {store.document(each.number).title for each in found} == {"fresh noodles", "noodle bar"}


def test_an_embedder_gets_the_query_without_plain_words(store: SearchStore, tmp_path: Path) -> None:
    maker = Scattered()
    ranking = Ranking(tmp_path, maker)
    (tmp_path / "search").mkdir()
    ranking.embed(store)
    ranking.ranked(store, read("what was that noodle bar in May"))
    assert maker.given[-1] == "noodle bar"
    ranking.close()
