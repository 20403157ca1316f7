"""Imports taken back: exactly what they brought goes, what they replaced comes back, and the index follows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pod_agent.agent import Agent
from pod_agent.errors import PodUnreachableError, UsageError
from pod_agent.ingest.pipeline import Ingest
from tests.support.exports import many_plays, ocbc_csv, spotify_json
from tests.support.memory_pod import MemoryPod
from tests.support.series import MadeRecords, MadeSamples, write_rows
from tests.support.supersede import order_row, row_of

MARK = "<../../../../x.ttl#note> <https://x.example/p> <https://x.example/o> ."
JANUARY = "data/spotify/listen/2026/2026-01.ttl"


@pytest.fixture
def pod() -> MemoryPod:
    return MemoryPod()


@pytest.fixture
def ingest(pod: MemoryPod, tmp_path: Path) -> Ingest:
    return Ingest(pod, tmp_path / "home")


def _made(pod: MemoryPod, folder: Path) -> Ingest:
    return Ingest(pod, folder / "home", importers=[MadeRecords(row_of), MadeSamples()])


def _import(ingest: Ingest, path: Path, rows: list[list[object]]) -> str:
    import_id = ingest.run([write_rows(path, rows)]).import_id
    assert import_id is not None
    return import_id


def test_what_an_import_brought_goes_and_what_others_brought_stays(
    pod: MemoryPod, ingest: Ingest, tmp_path: Path
) -> None:
    ingest.run([spotify_json(tmp_path / "a.json", many_plays(5))])
    before = pod.documents("")
    second = ingest.run([spotify_json(tmp_path / "b.json", many_plays(9))])
    report = ingest.undo(second.import_id or "")
    assert pod.documents("") == before
    assert (report.removed, report.restored, report.kept, report.documents) == (4, 0, 0, (JANUARY,))


def test_an_import_can_be_made_again_after_it_was_undone(pod: MemoryPod, ingest: Ingest, tmp_path: Path) -> None:
    source = spotify_json(tmp_path / "a.json", many_plays(5))
    first = ingest.run([source])
    documents = pod.documents()
    ingest.undo(first.import_id or "")
    assert pod.documents() == {}
    assert ingest.run([source]).counts.written == 5
    assert pod.documents() == documents


def test_an_unknown_import_cannot_be_undone(ingest: Ingest) -> None:
    with pytest.raises(UsageError, match="no import"):
        ingest.undo("20260101t000000z-0000")
    with pytest.raises(UsageError, match="no import"):
        ingest.undo("../x")


def test_records_that_a_later_file_had_too_go_and_are_counted(pod: MemoryPod, ingest: Ingest, tmp_path: Path) -> None:
    first = ingest.run([spotify_json(tmp_path / "a.json", many_plays(5))])
    ingest.run([spotify_json(tmp_path / "b.json", many_plays(9)[2:])])
    report = ingest.undo(first.import_id or "")
    assert (report.removed, report.also_later) == (5, 3)


def test_what_another_program_added_stays(pod: MemoryPod, ingest: Ingest, tmp_path: Path) -> None:
    first = ingest.run([spotify_json(tmp_path / "a.json", many_plays(5))])
    pod.put(JANUARY, pod.resources[JANUARY].content + f"\n{MARK}\n".encode())
    ingest.undo(first.import_id or "")
    assert MARK.encode() in pod.resources[JANUARY].content
    assert b"Song" not in pod.resources[JANUARY].content


def test_a_former_edition_comes_back(pod: MemoryPod, tmp_path: Path) -> None:
    ingest = _made(pod, tmp_path)
    _import(ingest, tmp_path / "a.records", [order_row("1", "placed")])
    before = pod.documents()
    later = ingest.run([write_rows(tmp_path / "b.records", [order_row("1", "delivered")])])
    assert (later.counts.written, later.counts.changed) == (1, 1)
    report = ingest.undo(later.import_id or "")
    assert (report.removed, report.restored) == (0, 1)
    assert pod.documents() == before


def test_undoing_the_first_edition_leaves_the_newer_one_which_then_goes_whole(pod: MemoryPod, tmp_path: Path) -> None:
    ingest = _made(pod, tmp_path)
    first = _import(ingest, tmp_path / "a.records", [order_row("1", "placed"), order_row("2", "placed")])
    second = _import(ingest, tmp_path / "b.records", [order_row("1", "delivered")])
    report = ingest.undo(first)
    assert (report.removed, report.kept) == (1, 1)
    (document,) = pod.documents().values()
    assert b"OrderDelivered" in document
    assert ingest.undo(second).removed == 1
    assert pod.documents("data/") == {}


def test_undoing_the_middle_of_three_editions_closes_the_chain(pod: MemoryPod, tmp_path: Path) -> None:
    ingest = _made(pod, tmp_path)
    _import(ingest, tmp_path / "a.records", [order_row("1", "placed")])
    before = pod.documents()
    second = _import(ingest, tmp_path / "b.records", [order_row("1", "delivered")])
    third = _import(ingest, tmp_path / "c.records", [order_row("1", "cancelled")])
    ingest.undo(second)
    ingest.undo(third)
    assert pod.documents() == before


def test_provisional_plays_come_back_when_the_better_ones_go(pod: MemoryPod, tmp_path: Path) -> None:
    ingest = _made(pod, tmp_path)
    _import(ingest, tmp_path / "a.records", [["play", 60, "Song", 60_000, True], ["play", 660, "Song", 60_000, True]])
    before = pod.documents()
    better = ingest.run(
        [
            write_rows(
                tmp_path / "b.records", [["play", 85, "Song", 60_400, False], ["play", 690, "Song", 60_000, False]]
            )
        ]
    )
    assert sum(body.count(b"pa:provisional") for body in pod.documents().values()) == 0
    assert ingest.undo(better.import_id or "").restored == 2
    assert pod.documents() == before


@pytest.mark.parametrize("better_first", [False, True])
def test_a_play_yields_across_the_border_of_a_month(*, better_first: bool, pod: MemoryPod, tmp_path: Path) -> None:
    ingest = _made(pod, tmp_path)
    told = write_rows(tmp_path / "a.records", [["play", 600, "Song", 1_000, True]])
    better = write_rows(tmp_path / "b.records", [["play", 630, "Song", 1_000, False]])
    for path in (better, told) if better_first else (told, better):
        ingest.run([path])
    assert list(pod.documents("data/")) == ["data/spotify/listen/2026/2026-02.ttl"]


def test_series_are_undone_and_their_days_made_anew(pod: MemoryPod, tmp_path: Path) -> None:
    ingest = _made(pod, tmp_path)
    _import(ingest, tmp_path / "a.samples", [["steps", 0, 5, "", 0]])
    before = pod.documents("")
    later = _import(ingest, tmp_path / "b.samples", [["steps", 0, 7, "", 0], ["steps", 60, 1, "W", 0]])
    report = ingest.undo(later)
    assert (report.samples, report.removed) == (2, 0)
    assert pod.documents("") == before


@pytest.mark.parametrize("number", range(3))
def test_an_undo_that_is_cut_off_is_finished_by_the_next_one_that_opens_the_journal(
    number: int, pod: MemoryPod, ingest: Ingest, tmp_path: Path
) -> None:
    ingest.run([spotify_json(tmp_path / "a.json", many_plays(5))])
    before = pod.documents("")
    plays = [*many_plays(9), *[(60_000 + minute, track) for minute, track in many_plays(4)]]
    second = ingest.run([spotify_json(tmp_path / "b.json", plays)])

    class Failing:
        """The pod, whose ``number``-th change fails."""

        def __init__(self) -> None:
            self.left = number

        def __getattr__(self, name: str) -> object:
            if name in {"write", "remove"}:
                self.left -= 1
                if self.left == -1:
                    raise PodUnreachableError("no answer")
            return getattr(pod, name)

    with pytest.raises(PodUnreachableError):
        Ingest(Failing(), tmp_path / "home").undo(second.import_id or "")  # type: ignore[arg-type]
    ingest.recover()
    assert pod.documents("") == before


def test_the_index_follows_an_undo_and_forgets_what_is_gone(tmp_path: Path) -> None:
    october = [(date(2026, 10, 1), "NETS QR\nHUP LEE KOPI", "-1.80")]
    november = [*october, (date(2026, 11, 2), "NETS QR\nHUP LEE KOPI", "-2.80")]
    with Agent.create(tmp_path / "home") as agent:
        agent.import_paths([ocbc_csv(tmp_path / "a.csv", october)])
        before = agent.index.documents()
        second = agent.import_paths([ocbc_csv(tmp_path / "b.csv", november)])
        assert agent.index.count() == 2
        agent.undo_import(second.import_id or "")
        assert agent.index.count() == 1
        assert agent.index.documents() == before
        assert [entry["import_id"] for entry in agent.imports()] == sorted(agent.index.known_imports())


def test_rejected_rows_are_kept_on_this_machine_with_their_text_until_the_import_is_undone(tmp_path: Path) -> None:
    source = ocbc_csv(tmp_path / "a.csv", [(date(2026, 10, 1), "NETS QR\nHUP LEE KOPI", "-1.80")])
    source.write_text(source.read_text() + "32/11/2026,,SECRET PLACE,1.00,\r\n")
    with Agent.create(tmp_path / "home") as agent:
        report = agent.import_paths([source])
        import_id = report.import_id or ""
        (row,) = agent.rejected(import_id)
        assert (row["file"], row["line"], row["code"]) == (str(source), 9, "bad_date")
        assert sorted(row) == ["code", "column", "detail", "file", "line", "member", "raw"]
        (path,) = (tmp_path / "home" / "ingest" / "rejected").iterdir()
        assert path.stat().st_mode & 0o777 == 0o600
        assert all("raw" not in issue for file in report.to_json()["files"] for issue in file["issues"])
        assert not any(b"SECRET" in path.read_bytes() for path in (tmp_path / "home" / "pod").rglob("*.ttl"))
        agent.undo_import(import_id)
        assert agent.rejected(import_id) == []
        assert list((tmp_path / "home" / "ingest" / "rejected").iterdir()) == []
    assert agent.rejected("../../etc/passwd") == []


def test_rejected_rows_are_kept_without_card_numbers_and_addresses(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(
        "Transaction date,Value date,Description,Withdrawals (SGD),Deposits (SGD)\n"
        "01/10/2026,01/10/2026,KOPI,1.00,\n"
        "32/10/2026,32/10/2026,CARD 4111 1111 1111 1111 FROM 192.0.2.7,1.00,\n"
        f"32/10/2026,32/10/2026,{'X' * 166} 4111111111111111,1.00,\n"
    )
    with Agent.create(tmp_path / "home") as agent:
        import_id = agent.import_paths([path]).import_id
        assert import_id
        first, second = (row["raw"] for row in agent.rejected(import_id))
    assert first == "32/10/2026,32/10/2026,CARD *1111 FROM [IP address],1.00,"
    assert second.endswith("X ...")
