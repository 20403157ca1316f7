"""Imports that are killed with SIGKILL: whoever opens the journal next finishes them, to the same bytes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pod_agent.ingest.layout import read_documents
from pod_agent.ingest.pipeline import Ingest
from pod_agent.ingest.provenance import read_provenance
from pod_agent.pods.embedded import EmbeddedPod
from tests.support.exports import many_plays, spotify_json

ROOT = Path(__file__).resolve().parents[2]
ROWS = 700


@pytest.fixture
def source(tmp_path: Path) -> Path:
    plays = [*many_plays(600), *[(60_000 + minute, track) for minute, track in many_plays(100)]]
    return spotify_json(tmp_path / "a.json", plays)


def _bytes(home: Path) -> dict[str, bytes]:
    """Documents and manifest; reports are named by the time of their import."""
    root = home / "pod"
    paths = [path for path in root.rglob("*.ttl") if "imports" not in path.parts]
    return {str(path.relative_to(root)): path.read_bytes() for path in paths}


def _import_and_die(home: Path, source: Path, point: str) -> None:
    command = [sys.executable, "-m", "tests.support.import_child", str(home), str(source), point]
    child = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, timeout=60)
    assert child.returncode == -9, child.stderr.decode()


@pytest.mark.parametrize("point", ["0", "cut-0", "done-0", "cut-1", "done-1", "cut-3", "done-3", "cut-4", "done-4"])
def test_an_import_that_was_killed_is_finished_to_the_same_bytes(point: str, source: Path, tmp_path: Path) -> None:
    Ingest(EmbeddedPod(tmp_path / "calm" / "pod"), tmp_path / "calm").run([source])
    home = tmp_path / "home"
    _import_and_die(home, source, point)
    pod = EmbeddedPod(home / "pod")
    ingest = Ingest(pod, home)
    assert len(ingest.recover()) == 2
    assert _bytes(home) == _bytes(tmp_path / "calm")
    assert len(list(read_provenance(pod))) == ROWS == sum(len(records) for _, records in read_documents(pod))
    again = ingest.run([source])
    assert (again.counts.written, again.counts.duplicate, again.documents) == (0, ROWS, ())


def test_an_import_killed_while_it_reads_leaves_no_trace_and_can_be_run_again(source: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    _import_and_die(home, source, "staging")
    left_over = list((home / "ingest").glob("staging-*"))
    assert len(left_over) == 1
    pod = EmbeddedPod(home / "pod")
    ingest = Ingest(pod, home)
    assert ingest.recover() == ()
    assert _bytes(home) == {}
    assert ingest.run([source]).counts.written == ROWS
    assert not left_over[0].exists()
