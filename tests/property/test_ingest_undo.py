"""Whatever is imported in whatever order gives the same graph, and what is undone is as if it had never been."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pod_agent.ingest.pipeline import Ingest
from tests.support.memory_pod import MemoryPod
from tests.support.series import MadeRecords, MadeSamples, write_rows
from tests.support.supersede import row_of

account = st.lists(
    st.tuples(st.integers(0, 20).map(lambda minute: 60 * minute), st.sampled_from("AB"), st.just(60_000)), max_size=6
).map(lambda plays: [["play", *each, True] for each in plays])
extended = st.lists(
    st.tuples(st.integers(0, 1200), st.sampled_from("AB"), st.sampled_from([60_000, 60_400, 61_000])), max_size=6
).map(lambda plays: [["play", *each, False] for each in plays])


def _payments(*states: str) -> st.SearchStrategy[list[list[Any]]]:
    days = st.tuples(
        st.integers(-3, 3), st.sampled_from(["KOPI HOUSE", "BUS RIDE"]), st.just(180), st.sampled_from(states)
    )
    return st.lists(days, max_size=5).map(
        lambda found: [["payment", *each, number] for number, each in enumerate(found)]
    )


orders = st.lists(
    st.tuples(st.sampled_from("12"), st.sampled_from(["placed", "delivered"]), st.sampled_from([None, "Mall", "Port"])),
    max_size=4,
).map(lambda found: [["order", *each] for each in found])
samples = st.lists(
    st.tuples(st.just("steps"), st.integers(0, 3), st.integers(0, 3), st.sampled_from(["", "W"]), st.integers(0, 1)),
    max_size=5,
).map(lambda found: [list(each) for each in found])


class Person:
    """A pod with an agent of its own."""

    def __init__(self, folder: str) -> None:
        self.pod = MemoryPod()
        self._home = Path(tempfile.mkdtemp(dir=folder))
        self.ingest = Ingest(self.pod, self._home, importers=[MadeRecords(row_of), MadeSamples()])

    def imports(self, *files: list[list[Any]], ending: str = "records") -> str | None:
        paths = [write_rows(self._home / f"{number}.{ending}", rows) for number, rows in enumerate(files) if rows]
        return self.ingest.run(paths).import_id if paths else None

    def graph(self) -> dict[str, bytes]:
        """What answers are made of."""
        return {path: body for path, body in self.pod.documents().items() if path.endswith(".ttl")}


@given(account, extended, st.permutations(range(2)))
@settings(max_examples=40, deadline=None)
def test_the_two_histories_of_spotify_give_one_graph(
    provisional: list[list[Any]], final: list[list[Any]], order: list[int]
) -> None:
    files = [provisional, final]
    with tempfile.TemporaryDirectory() as folder:
        together, apart = Person(folder), Person(folder)
        together.imports(provisional, final)
        for number in order:
            apart.imports(files[number])
        assert apart.graph() == together.graph()
        writes = list(apart.pod.writes)
        for number in order:
            apart.imports(files[number])
        assert apart.pod.writes == writes


@given(_payments("pending"), _payments("settled"), _payments("statement"), st.booleans())
@settings(max_examples=40, deadline=None)
def test_pending_and_settled_payments_give_one_graph(
    pending: list[list[Any]], settled: list[list[Any]], statement: list[list[Any]], settled_first: bool
) -> None:
    provisional = [*pending, *statement]
    with tempfile.TemporaryDirectory() as folder:
        together, apart = Person(folder), Person(folder)
        together.imports(provisional, settled)
        for rows in (settled, provisional) if settled_first else (provisional, settled):
            apart.imports(rows)
        assert apart.graph() == together.graph()
        writes = list(apart.pod.writes)
        apart.imports(provisional)
        apart.imports(settled)
        apart.imports(settled, provisional)
        assert apart.pod.writes == writes


@given(st.lists(orders, min_size=1, max_size=3), st.permutations(range(3)))
@settings(max_examples=20, deadline=None)
def test_the_newest_edition_stays_in_whatever_order_it_came(files: list[list[list[Any]]], order: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        together, apart = Person(folder), Person(folder)
        together.imports(*files)
        for number in order:
            if number < len(files):
                apart.imports(files[number])
        assert apart.graph() == together.graph()


@given(st.tuples(account, extended, _payments("pending"), _payments("settled"), orders, orders))
@settings(max_examples=40, deadline=None)
def test_undoing_the_last_import_gives_the_graph_before_it(parts: tuple[list[list[Any]], ...]) -> None:
    plays, better_plays, pending, settled, placed, later = parts
    with tempfile.TemporaryDirectory() as folder:
        person = Person(folder)
        person.imports([*plays, *pending, *placed])
        before = {**person.pod.documents("data/"), **person.pod.documents("imports/")}
        second = [*better_plays, *settled, *later]
        import_id = person.imports(second)
        after = person.graph()
        if import_id is not None:
            person.ingest.undo(import_id)
            assert {**person.pod.documents("data/"), **person.pod.documents("imports/")} == before
            person.imports(second)
            assert person.graph() == after


@given(st.lists(orders, min_size=3, max_size=3), st.permutations(range(3)))
@settings(max_examples=20, deadline=None)
def test_undoing_every_import_in_any_order_leaves_nothing(files: list[list[list[Any]]], order: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        person = Person(folder)
        ids = [person.imports(rows) for rows in files]
        for number in order:
            import_id = ids[number]
            if import_id is not None:
                person.ingest.undo(import_id)
        assert person.pod.documents("data/") == {}
        assert person.pod.documents("imports/") == {}


@given(st.lists(samples, min_size=1, max_size=3), st.permutations(range(3)), st.integers(0, 2))
@settings(max_examples=20, deadline=None)
def test_series_give_the_same_days_in_any_order_and_are_undone(
    files: list[list[list[Any]]], order: list[int], undone: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        together, apart = Person(folder), Person(folder)
        together.imports(*files, ending="samples")
        ids = [apart.imports(files[number], ending="samples") for number in order if number < len(files)]
        assert apart.graph() == together.graph()
        for import_id in ids[undone:]:
            if import_id is not None:
                apart.ingest.undo(import_id)
        rest = Person(folder)
        for number in [number for number in order if number < len(files)][:undone]:
            rest.imports(files[number], ending="samples")
        assert apart.graph() == rest.graph()
