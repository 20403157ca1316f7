"""Imports into a pod: what is written, what is counted, and what is not done."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from pod_agent.errors import RefusedExportError, UnaccountedRowsError, UsageError
from pod_agent.importers.protocol import ExportFile, Issue, Row, Skipped
from pod_agent.importers.spotify.extended import SpotifyHistory
from pod_agent.ingest.journal import exclusive
from pod_agent.ingest.layout import read_document, read_documents
from pod_agent.ingest.manifest import load_manifest
from pod_agent.ingest.pipeline import Ingest
from pod_agent.ingest.provenance import import_ids, lines_path, read_import, read_provenance, report_path
from tests.support.exports import many_plays, ocbc_csv, spotify_json
from tests.support.memory_pod import MemoryPod
from vocab.records import Listen, Occurrences, Transaction, record_iri

OCTOBER = [(date(2026, 10, 1), "NETS QR\nHUP LEE KOPI", "-1.80"), (date(2026, 10, 1), "NETS QR\nHUP LEE KOPI", "-1.80")]
NOVEMBER = [*OCTOBER, (date(2026, 11, 2), "GIRO\nSALARY ACME PTE LTD", "5000.00")]


@pytest.fixture
def pod() -> MemoryPod:
    return MemoryPod()


@pytest.fixture
def ingest(pod: MemoryPod, tmp_path: Path) -> Ingest:
    return Ingest(pod, tmp_path / "home")


def test_an_import_writes_month_documents_a_report_and_the_manifest_last(
    pod: MemoryPod, ingest: Ingest, tmp_path: Path
) -> None:
    report = ingest.run([ocbc_csv(tmp_path / "a.csv", NOVEMBER)])
    assert report.documents == (
        "data/ocbc/transaction/2026/2026-10.ttl",
        "data/ocbc/transaction/2026/2026-11.ttl",
    )
    assert pod.writes[:2] == list(report.documents)
    assert pod.writes[2:] == [
        lines_path(report.import_id or ""),
        report_path(report.import_id or ""),
        "manifest.ttl",
    ]
    records = [record for _, found in read_documents(pod) for record in found]
    assert [record.amount.minor for record in records if isinstance(record, Transaction)] == [-180, -180, 500000]
    assert {path: entry.records for path, entry in load_manifest(pod).entries.items()} == {
        report.documents[0]: 2,
        report.documents[1]: 1,
    }
    assert read_document(pod, report.documents[1]) == records[2:]


def test_the_report_says_what_the_command_line_promises(ingest: Ingest, tmp_path: Path) -> None:
    source = ocbc_csv(tmp_path / "a.csv", NOVEMBER)
    source.write_text(source.read_text() + "32/11/2026,,x,1.00,\r\n")
    (tmp_path / "b.csv").write_text("a,b\n1,2\n")
    document = ingest.run([source, tmp_path / "b.csv"]).to_json()
    assert list(document) == ["import_id", "files", "unopened", "totals", "findings"]
    (file,) = document["files"]
    assert file == {
        "path": str(source),
        "importer": "ocbc-csv",
        "read": 4,
        "written": 3,
        "changed": 0,
        "duplicate": 0,
        "rejected": 1,
        "skipped": 0,
        "skipped_by": {},
        "withheld": {},
        "issues": [
            {"line": 13, "code": "bad_date", "column": "Transaction date", "detail": file["issues"][0]["detail"]}
        ],
        "first": "2026-10-01",
        "last": "2026-11-02",
        "totals": {"SGD": {"in": "5000.00", "out": "3.60"}},
        "reconciled": None,
        "reconciliation": [
            {
                "account": "360 Account 1001",
                "currency": "SGD",
                "opening": None,
                "rows": None,
                "closing": "1000.00",
                "difference": None,
            }
        ],
        "findings": [
            {
                "code": "rejected_share",
                "severity": "warning",
                "text": "1 row of 4 (25 %) could not be read: bad date (1).",
                "count": 1,
            }
        ],
    }
    assert [entry["path"] for entry in document["unopened"]] == [str(tmp_path / "b.csv")]
    assert document["totals"] == {"read": 4, "written": 3, "changed": 0, "duplicate": 0, "rejected": 1, "skipped": 0}


def test_the_pod_remembers_the_report_and_the_line_of_every_record(
    pod: MemoryPod, ingest: Ingest, tmp_path: Path
) -> None:
    sources = [ocbc_csv(tmp_path / "a.csv", NOVEMBER), spotify_json(tmp_path / "b.json", many_plays(3))]
    report = ingest.run(sources)
    (import_id,) = import_ids(pod)
    assert replace(read_import(pod, import_id), documents=report.documents) == report
    assert [file.sha256 for file in report.files] == [hashlib.sha256(path.read_bytes()).hexdigest() for path in sources]
    lines = {iri: (provenance.file, provenance.line) for iri, provenance, _ in read_provenance(pod)}
    for path, records in read_documents(pod):
        source = sources["spotify" in path]
        for record in records:
            file, line = lines.pop(record.iri)
            assert file == str(source)
            if isinstance(record, Listen):
                assert record.title == f"Song {line - 1}"
            else:
                assert f"{record.at:%d/%m/%Y}" in source.read_text().splitlines()[line - 1]
    assert lines == {}


def test_importing_the_same_file_again_writes_nothing(pod: MemoryPod, ingest: Ingest, tmp_path: Path) -> None:
    source = ocbc_csv(tmp_path / "a.csv", NOVEMBER)
    ingest.run([source])
    before = list(pod.writes)
    again = ingest.run([source, source])
    assert pod.writes == before
    assert again.import_id is None
    assert again.documents == ()
    assert [file.counts.duplicate for file in again.files] == [3, 3]


def test_a_month_that_gains_nothing_is_not_written(pod: MemoryPod, ingest: Ingest, tmp_path: Path) -> None:
    ingest.run([ocbc_csv(tmp_path / "a.csv", OCTOBER)])
    pod.writes.clear()
    ingest.run([ocbc_csv(tmp_path / "b.csv", NOVEMBER)])
    assert [path for path in pod.writes if path.startswith("data/")] == ["data/ocbc/transaction/2026/2026-11.ttl"]


def test_a_dry_run_writes_nothing_and_tells_the_same_counts(pod: MemoryPod, ingest: Ingest, tmp_path: Path) -> None:
    source = spotify_json(tmp_path / "a.json", many_plays(20))
    dry = ingest.run([source], dry_run=True)
    assert pod.resources == {}
    assert not (tmp_path / "home" / "ingest" / "journal.sqlite").exists()
    assert dry.import_id is None
    assert dry.counts == ingest.run([source]).counts


def test_a_file_that_breaks_off_leaves_nothing_and_the_others_are_imported(
    pod: MemoryPod, ingest: Ingest, tmp_path: Path
) -> None:
    whole = spotify_json(tmp_path / "a.json", many_plays(5))
    broken = spotify_json(tmp_path / "b.json", many_plays(50), broken=True)
    report = ingest.run([broken, whole])
    assert [file.path for file in report.files] == [str(whole)]
    assert [entry.path for entry in report.unopened] == [str(broken)]
    assert sum(len(records) for _, records in read_documents(pod)) == 5
    with pytest.raises(RefusedExportError):
        ingest.run([broken])


def test_nothing_of_the_staged_rows_stays_on_the_disk(ingest: Ingest, tmp_path: Path) -> None:
    ingest.run([spotify_json(tmp_path / "a.json", many_plays(5))])
    with pytest.raises(RefusedExportError):
        ingest.run([spotify_json(tmp_path / "b.json", many_plays(50), broken=True)])
    folder = tmp_path / "home" / "ingest"
    assert sorted(path.name for path in folder.iterdir()) == ["journal.sqlite", "lock.sqlite"]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert b"Song" not in (folder / "journal.sqlite").read_bytes()


def test_two_imports_do_not_run_at_once_on_one_home(ingest: Ingest, tmp_path: Path) -> None:
    source = spotify_json(tmp_path / "a.json", many_plays(5))
    with exclusive(tmp_path / "home" / "ingest"), pytest.raises(UsageError, match="another import"):
        ingest.run([source])
    assert ingest.run([source]).counts.written == 5


def test_progress_is_told_in_rows_and_documents(pod: MemoryPod, ingest: Ingest, tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []
    source = spotify_json(tmp_path / "a.json", many_plays(1200))
    ingest.run([source], progress=lambda text, done: told.append((text, done)))
    assert [done for text, done in told if text == str(source)] == [500, 1000, 1200]
    assert [done for text, done in told if text == "writing"] == list(range(1, len(pod.writes)))


class _Planted(SpotifyHistory):
    """An importer with a fault: what it does to the rows of the real one."""

    def __init__(self, fault: str) -> None:
        self._fault = fault

    def extract(self, export: ExportFile) -> Iterator[Row]:
        for row in super().extract(export):
            if not isinstance(row, Listen) or row.provenance is None or row.provenance.line != 3:
                yield row
            elif self._fault == "twice":
                yield row
                yield Skipped(line=3, reason="twin")
            elif self._fault == "ill-formed":
                yield msgspec.structs.replace(row, played_ms=-1)
            elif self._fault == "without a reason":
                yield Issue(line=3, code="bad", detail="")


@pytest.mark.parametrize("fault", ["dropped", "twice"])
def test_an_importer_that_drops_or_doubles_a_row_is_stopped(fault: str, pod: MemoryPod, tmp_path: Path) -> None:
    ingest = Ingest(pod, tmp_path / "home", importers=[_Planted(fault)])
    with pytest.raises(UnaccountedRowsError, match="between lines"):
        ingest.run([spotify_json(tmp_path / "a.json", many_plays(5))])
    assert pod.resources == {}


def test_a_record_that_breaks_a_rule_is_rejected_with_its_line(pod: MemoryPod, tmp_path: Path) -> None:
    ingest = Ingest(pod, tmp_path / "home", importers=[_Planted("ill-formed")])
    (file,) = ingest.run([spotify_json(tmp_path / "a.json", many_plays(5))]).files
    assert (file.counts.written, file.counts.rejected) == (4, 1)
    assert [(issue.line, issue.code) for issue in file.issues] == [(3, "invalid_value")]


def test_staged_rows_that_get_lost_stop_the_import(pod: MemoryPod, tmp_path: Path) -> None:
    class Forgetful(Ingest):
        def _plan(self, staged, *arguments, **options):  # type: ignore[no-untyped-def]
            staged.staging.discard(0)
            return super()._plan(staged, *arguments, **options)

    with pytest.raises(UnaccountedRowsError, match="5 rows were read, 0 are accounted for"):
        Forgetful(pod, tmp_path / "home").run([spotify_json(tmp_path / "a.json", many_plays(5))])
    assert pod.resources == {}


def test_a_journal_that_is_no_database_gives_a_clear_error(ingest: Ingest, tmp_path: Path) -> None:
    source = spotify_json(tmp_path / "a.json", many_plays(5))
    ingest.run([source])
    (tmp_path / "home" / "ingest" / "journal.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(Exception, match="own files") as raised:
        ingest.run([source])
    assert isinstance(raised.value.__cause__, sqlite3.Error)


def test_no_row_of_a_long_file_that_is_broken_at_its_end_is_written(
    pod: MemoryPod, ingest: Ingest, tmp_path: Path
) -> None:
    broken = spotify_json(tmp_path / "a.json", many_plays(4000), broken=True)
    report = ingest.run([broken, spotify_json(tmp_path / "b.json", [(90_000, 1)])])
    assert [Path(entry.path).name for entry in report.unopened] == ["a.json"]
    assert report.counts.written == sum(len(records) for _, records in read_documents(pod)) == 1


def test_the_list_of_lines_is_in_the_order_of_the_records(pod: MemoryPod, ingest: Ingest, tmp_path: Path) -> None:
    ingest.run([spotify_json(tmp_path / "a.json", many_plays(50))])
    iris = [iri for iri, _, _ in read_provenance(pod)]
    assert iris == sorted(iris)


def test_a_separator_within_a_text_makes_no_two_records_one() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    keys = [("a\x1fb", "c"), ("a", "b\x1fc")]
    assert len({record_iri(Listen, "made", at, key, Occurrences()) for key in keys}) == len(keys)
