"""The store of search: a cache that holds what is held and nothing else."""

from __future__ import annotations

import random
import sqlite3
import stat
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pod_agent.assistant.retrieval.document import Document
from pod_agent.assistant.retrieval.querying import Query
from pod_agent.assistant.retrieval.ranking import BATCH, DEPTH, Ranking
from pod_agent.assistant.retrieval.store import FILE, Condition, SearchStore
from pod_agent.assistant.retrieval.vectors import ChromaVectors, NumpyVectors
from tests.support.searching import Scattered, holding


def document(title: str, text: str | None = None, months: Sequence[str] = ()) -> Document:
    return Document(kind="product", key=title, title=title, text=text or title, months=tuple(months))


def titled(*titles: str) -> list[Document]:
    return [document(title) for title in titles]


def asked(text: str) -> Query:
    return Query(text=text, words=tuple(text.split()), names={}, periods=(), kinds=frozenset())


def found(home: Path, store: SearchStore, maker: Scattered, text: str) -> list[str]:
    ranking = Ranking(home, maker)
    titles = [store.document(each.number).title for each in ranking.ranked(store, asked(text))]
    ranking.close()
    return titles


def test_only_new_and_changed_texts_are_made_vectors_of(tmp_path: Path) -> None:
    maker = Scattered()
    with SearchStore(tmp_path) as store:
        for documents in (
            titled("rice", "milk"),
            titled("rice", "milk", "tea"),
            [*titled("rice", "tea"), document("milk", "oat milk")],
        ):
            store.replace(documents, str(len(maker.given)))
            Ranking(tmp_path, maker).embed(store)
    assert maker.given == ["milk", "rice", "tea", "oat milk"]


def test_a_text_that_two_documents_have_is_made_a_vector_of_once_and_finds_both(tmp_path: Path) -> None:
    maker = Scattered()
    with SearchStore(tmp_path) as store:
        store.replace([document("a", "same words"), document("b", "same words"), document("c")], "1")
        Ranking(tmp_path, maker).embed(store)
        assert sorted(maker.given) == ["c", "same words"]
        assert found(tmp_path, store, maker, "same words")[:2] == ["a", "b"]


def test_what_is_removed_is_in_no_byte_of_the_files(tmp_path: Path) -> None:
    kept = [f"ordinary product {number}" for number in range(300)]
    gone = ["Zanzibarium", "Quixotia"]
    maker = Scattered()
    with SearchStore(tmp_path) as store:
        store.replace(titled(*kept, *gone), "1")
        Ranking(tmp_path, maker).embed(store)
        assert found(tmp_path, store, maker, "Zanzibarium")[0] == "Zanzibarium"
        assert holding(tmp_path, "zanzibar")
        assert holding(tmp_path, "quixot")
        ranking = Ranking(tmp_path, maker)
        before = store.edition()
        store.replace(titled(*kept), "2")
        ranking.let_go(store)
        assert store.edition() != before
    assert not holding(tmp_path, "zanzibar", "quixot")
    assert not list((tmp_path / "search").glob("chroma-*"))


def test_a_control_for_the_test_above_a_plain_delete_leaves_the_name_in_the_bytes(tmp_path: Path) -> None:
    with SearchStore(tmp_path) as store:
        store.replace(titled(*(f"ordinary product {number}" for number in range(300)), "Zanzibarium"), "1")
    connection = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    connection.execute("DELETE FROM words WHERE title = 'Zanzibarium'")
    connection.execute("DELETE FROM document WHERE title = 'Zanzibarium'")
    connection.close()
    assert holding(tmp_path, "zanzibar") == [FILE]


def test_chroma_and_numpy_rank_alike(tmp_path: Path) -> None:
    maker = Scattered()
    with SearchStore(tmp_path) as store:
        chance = random.Random(5)
        words = [f"word{number}" for number in range(300)]
        store.replace(titled(*{" ".join(chance.sample(words, 3)) for _ in range(2_000)}), "1")
        Ranking(tmp_path, maker).embed(store)
        by_chroma, by_numpy = ChromaVectors(tmp_path, store), NumpyVectors(store)
        missed = 0
        for _ in range(40):
            vector = maker.embed([" ".join(chance.sample(words, 2))])[0]
            left, right = by_chroma.nearest(vector, DEPTH), by_numpy.nearest(vector, DEPTH)
            cosines = dict(right)
            assert all(abs(cosines[each] - cosine) <= 1e-6 for each, cosine in left if each in cosines)
            assert [each for each, _ in left][:10] == [each for each, _ in right][:10]
            missed += len(set(dict(right)) - set(dict(left)))
        assert missed <= 0.02 * 40 * DEPTH
        by_chroma.close()


def test_a_vector_of_equal_cosine_with_a_lower_number_comes_first(tmp_path: Path) -> None:
    with SearchStore(tmp_path) as store:
        store.replace(titled("one", "two"), "1")
        missing = store.missing("m")
        store.add_vectors([digest for digest, _ in missing], np.full((2, 4), 0.5, np.float32))
        assert [number for number, _ in NumpyVectors(store).nearest(np.full(4, 0.5, np.float32), 2)] == [1, 2]


def test_after_a_crash_the_vectors_that_were_made_are_not_made_again(tmp_path: Path) -> None:
    documents = titled(*(f"thing {number}" for number in range(BATCH + 10)))
    with SearchStore(tmp_path) as store:
        store.replace(documents, "1")
        with pytest.raises(RuntimeError, match="goes down"):
            Ranking(tmp_path, Scattered(fails_after=BATCH)).embed(store)
    again = Scattered()
    with SearchStore(tmp_path) as store:
        Ranking(tmp_path, again).embed(store)
        assert not store.missing(again.name)
    assert len(again.given) == 10


def test_vectors_of_another_model_are_not_compared_and_go(tmp_path: Path) -> None:
    with SearchStore(tmp_path) as store:
        store.replace(titled("rice", "milk"), "1")
        Ranking(tmp_path, Scattered()).embed(store)
        other = Scattered()
        other.name = "another"
        assert [each.by for each in Ranking(tmp_path, other).ranked(store, asked("rice"))] == [("words",)]
        Ranking(tmp_path, other).embed(store)
        assert len(other.given) == 2
        assert store.edition()[1] == 2


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5_000])
def test_a_damaged_store_starts_empty(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "search").mkdir()
    (tmp_path / FILE).write_bytes(content)
    with SearchStore(tmp_path) as store:
        assert store.number() == 0
        store.replace(titled("rice"), "1")
        assert store.by_words('"rice"', Condition(), 5) == [1]


def test_a_store_of_another_layout_starts_empty(tmp_path: Path) -> None:
    with SearchStore(tmp_path) as store:
        store.replace(titled("rice"), "1")
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with SearchStore(tmp_path) as store:
        assert store.number() == 0


def test_damaged_files_of_chroma_cost_no_answer(tmp_path: Path) -> None:
    maker = Scattered()
    with SearchStore(tmp_path) as store:
        store.replace(titled(*(f"thing {number}" for number in range(50))), "1")
        Ranking(tmp_path, maker).embed(store)
        right = found(tmp_path, store, maker, "thing 7")
        for path in (tmp_path / "search").glob("chroma-*/chroma.sqlite3"):
            path.write_bytes(b"broken" * 4_000)
        assert found(tmp_path, store, maker, "thing 7") == right


def test_every_file_is_readable_by_this_user_alone(tmp_path: Path) -> None:
    maker = Scattered()
    with SearchStore(tmp_path) as store:
        store.replace(titled("rice", "milk"), "1")
        Ranking(tmp_path, maker).embed(store)
        assert found(tmp_path, store, maker, "rice")
    paths = list((tmp_path / "search").rglob("*"))
    assert any("chroma" in str(path) for path in paths)
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_file()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_dir()} == {0o700}


def test_a_month_leaves_documents_with_records_in_it(tmp_path: Path) -> None:
    with SearchStore(tmp_path) as store:
        store.replace([document("rice", months=["2026-08", "2026-09"]), document("rice bran", months=["2026-07"])], "1")
        condition = Condition(spans=(("2026-09", "2026-10"),))
        assert [store.document(number).title for number in store.by_words('"rice"', condition, 5)] == ["rice"]
        assert len(store.by_words('"rice"', Condition(), 5)) == 2
