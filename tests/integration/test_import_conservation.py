"""No row of any export is lost: what an independent count finds is what the report and the pod hold, and only once."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib

from pod_agent.errors import AgentError
from pod_agent.ingest.pipeline import Ingest
from pod_agent.pods.embedded import EmbeddedPod
from tests.support.row_counter import count_rows, files_of
from tests.support.rows import FIXTURES
from tests.support.shared import shared

RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
SAMPLES = ox.NamedNode("https://w3id.org/pod-agent#samples")
"""Says of how many samples of a series a day's figure was made: such a record is no row of a file."""

UNREAD = {
    "SOURCES.tsv": "the list of where the samples come from",
    "european_format.json": "the words of a printed statement within a test case: nobody can download it",
    "single_currency_checking.json": "the words of a printed statement within a test case: nobody can download it",
    "Glucose 2610.csv": "no measure of this version: it is named, and left where it is",
    "betterplace_empty_86.sta": "a single tag without a statement: it has no transaction",
    "self-provided_empty_non_swift.sta": "a single mark without a statement: it has no transaction",
    "signon_fail.ofx": "the bank refused to sign on: there is no statement in it",
}
"""Samples that no importer reads, and why nobody would expect it. Every other sample must be read."""

BY_HAND = {
    "receipts/mailbox.mbox": 4,
    "receipts/till.txt": 4,
}
"""Rows of fixtures that are prose: orders, their lines, and messages that tell of none."""


def pod_rows(pod: Path) -> int:
    """Records and samples that the pod's own files hold, by parsers that are not ours."""
    records = sum(len(_subjects(path)) for path in pod.glob("data/**/*.ttl") if "superseded" not in path.name)
    samples = sum(gzip.decompress(path.read_bytes()).count(b"\n") - 1 for path in pod.glob("data/**/*.csv.gz"))
    return records + samples


def _subjects(path: Path) -> set[str]:
    quads = list(ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=path.as_uri()))
    typed, made = ({str(quad.subject) for quad in quads if quad.predicate == name} for name in (RDF_TYPE, SAMPLES))
    return typed - made


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Bytes and time of change of every file."""
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


def check_file(path: Path, counted: dict[str, int], home: Path) -> Iterator[str]:
    """What does not hold when a file or zip is imported into a pod of its own, and once more."""
    ingest = Ingest(EmbeddedPod(home / "pod"), home / "agent")
    report = ingest.run([path])
    for file in report.files:
        count = counted.pop(file.path)
        told = file.counts
        if told.read != count:
            yield f"{file.path}: {count} rows are there, {told.read} were read by {file.importer}"
        if told.read != told.written + told.duplicate + told.rejected + told.skipped:
            yield f"{file.path}: {told}"
    yield from (f"{each} was not read" for each, count in counted.items() if count and Path(each).name not in UNREAD)
    if pod_rows(home / "pod") != report.counts.written:
        yield f"{path}: the pod holds {pod_rows(home / 'pod')} rows, the report says {report.counts}"
    before = state(home / "pod")
    again = ingest.run([path])
    if again.import_id is not None or again.counts.written or state(home / "pod") != before:
        yield f"{path}: the second import wrote {again.counts.written}"
    if again.counts.read != report.counts.read:
        yield f"{path}: the second import read {again.counts.read} rows, the first {report.counts.read}"


def check_folder(folder: Path, home: Path) -> list[str]:
    """What does not hold of any file below a folder."""
    faults, files = list[str](), 0
    for number, path in enumerate(sorted(each for each in folder.rglob("*") if each.is_file())):
        if path.name in UNREAD or "expected" in path.name:
            continue
        by_hand = BY_HAND.get(str(path.relative_to(folder)))
        counted = {name: count_rows(name, content) if by_hand is None else by_hand for name, content in files_of(path)}
        try:
            faults += check_file(path, counted, home / str(number))
        except AgentError as error:
            faults.append(f"{path}: {error}")
        files += 1
    assert files, f"{folder} holds no files"
    return faults


@pytest.mark.parametrize("folder", ["samples", "qa/dev/exports", "qa/dev/exports_alt"])
def test_every_row_of_every_sample_is_accounted_for_and_imported_once(folder: str, tmp_path: Path) -> None:
    assert check_folder(shared(folder), tmp_path) == []


def test_every_row_of_every_fixture_is_accounted_for_and_imported_once(tmp_path: Path) -> None:
    assert check_folder(FIXTURES, tmp_path) == []


def test_a_sample_that_nobody_reads_is_told_with_a_reason(tmp_path: Path) -> None:
    samples = shared("samples")
    unread = [path for path in samples.rglob("*") if path.name in UNREAD and path.name != "SOURCES.tsv"]
    assert len(unread) == len(UNREAD) - 1
    for path in unread:
        with pytest.raises(AgentError) as told:
            Ingest(EmbeddedPod(tmp_path / "pod"), tmp_path / "agent").run([path])
        assert told.value.code in {"not_recognised", "refused_file"}
        assert str(path) in str(told.value)
    assert pod_rows(tmp_path / "pod") == 0


def test_the_counter_itself_counts_what_a_person_would(tmp_path: Path) -> None:
    assert count_rows("a.json", b'[{"a":1},2]') == 2
    assert count_rows("Takeout/a.csv", b'when,what\n1,"two\nlines"\n\n2,b\n') == 2
    assert count_rows("bank.csv", b'Account,1\n\nDate,Text,Amount\n01/02/2026,"a\nb",1\n,,more\n2/2/2026,c,2\n') == 2
    assert count_rows("a.ofx", b"<STMTTRN><STMTTRN>") == 2
    assert count_rows("a.qif", b"!Account\nNx\n^\n!Type:Bank\nD1\n^\nD2\n^\n") == 2
    assert count_rows("a.sta", b":20:1\n:61:x\n:86:61:\n:61:y") == 2
    for name in ("a.exe", "a"):
        with pytest.raises(LookupError):
            count_rows(name, b"")


def run(home: Path, *arguments: str) -> Any:
    command = [sys.executable, "-m", "pod_agent", "--home", str(home), *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_whole_pack_through_the_command_line_is_in_the_pod_row_for_row(tmp_path: Path) -> None:
    exports, other_layouts = shared("qa/dev/exports"), shared("qa/dev/exports_alt")
    home = tmp_path / "home"
    run(home, "init")
    report = run(home, "import", str(exports))
    counted = {name: count_rows(name, content) for name, content in files_of(exports)}
    unread = {entry["path"] for entry in report["unopened"]}
    assert {file["path"]: file["read"] for file in report["files"]} | dict.fromkeys(unread, 0) == counted
    assert report["totals"]["rejected"] == 0
    assert pod_rows(home / "pod") == report["totals"]["written"]
    graph = rdflib.Graph()
    for path in (home / "pod").glob("data/*/transaction/**/*.ttl"):
        graph.parse(path, format="turtle")
    money = [file for file in report["files"] if "/ocbc/" in file["path"] or "/cards/" in file["path"]]
    assert len(set(graph.subjects(rdflib.RDF.type))) == sum(file["written"] for file in money) > 0
    before = state(home / "pod")
    for again in (exports, other_layouts, exports):
        report = run(home, "import", str(again))
        assert report["totals"]["written"] == 0
        assert report["totals"]["read"] == report["totals"]["duplicate"] + report["totals"]["skipped"]
    assert state(home / "pod") == before
