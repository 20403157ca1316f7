"""Importing twice is importing once; order and overlap of files do not matter."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pod_agent.ingest.pipeline import Ingest
from tests.support.exports import Play, spotify_json
from tests.support.memory_pod import MemoryPod

plays = st.lists(st.tuples(st.sampled_from([0, 1, 2, 50_000, 50_001]), st.integers(0, 2)), max_size=10).map(sorted)
"""Few different plays, so that equal rows within and across files are common."""


def _import(folder: Path, batches: list[list[list[Play]]]) -> MemoryPod:
    """A pod after one import for each batch of files."""
    pod = MemoryPod()
    home = Path(tempfile.mkdtemp(dir=folder))
    for number, files in enumerate(batches):
        paths = [
            spotify_json(home / f"Streaming_History_Audio_{number}_{index}.json", rows)
            for index, rows in enumerate(files)
        ]
        Ingest(pod, home).run(paths)
    return pod


@given(st.lists(plays, min_size=1, max_size=3), st.permutations(range(3)))
@settings(max_examples=15, deadline=None)
def test_order_and_grouping_of_files_do_not_change_a_byte(files: list[list[Play]], order: list[int]) -> None:
    shuffled = [files[index] for index in order if index < len(files)]
    with tempfile.TemporaryDirectory() as folder:
        together = _import(Path(folder), [files])
        assert _import(Path(folder), [[rows] for rows in shuffled]).documents() == together.documents()
        assert _import(Path(folder), [shuffled]).documents() == together.documents()


@given(plays, st.integers(0, 10), st.integers(0, 10))
@settings(max_examples=15, deadline=None)
def test_overlapping_parts_give_the_graph_of_the_whole(rows: list[Play], first: int, second: int) -> None:
    begin, end = sorted((first, second))
    with tempfile.TemporaryDirectory() as folder:
        whole = _import(Path(folder), [[rows]])
        parts = _import(Path(folder), [[rows[:end]], [rows[begin:], rows]])
        assert parts.documents() == whole.documents()


@given(plays)
@settings(max_examples=15, deadline=None)
def test_importing_twice_writes_nothing_the_second_time(rows: list[Play]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        once = _import(Path(folder), [[rows]])
        twice = _import(Path(folder), [[rows], [rows, rows]])
        assert twice.documents() == once.documents()
        assert len(twice.writes) == len(once.writes)
