"""What the commands about imports print, ask and return."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from pod_agent.cli.import_text import printable, undo_text
from pod_agent.cli.main import main
from tests.support.exports import many_plays, ocbc_csv, spotify_json

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("POD_AGENT_HOME", str(folder))
    monkeypatch.setenv("COLUMNS", "80")
    assert run("init") == 0
    capsys.readouterr()
    return folder


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


def said(capsys: Capture) -> str:
    """Standard output with its lines joined, so that a sentence may be wrapped anywhere."""
    return " ".join(capsys.readouterr().out.split())


def document(capsys: Capture) -> Any:
    return json.loads(capsys.readouterr().out)


def account(path: Path, rows: int, balance: str, *, bad: bool = False) -> Path:
    days = [date(2026, 1, 1) + timedelta(days=step if step < 30 else step + 40) for step in range(rows)]
    made = ocbc_csv(path, [(day, f"NETS QR\nSHOP {day.day}", "-1.00") for day in days], balance)
    if bad:
        made.write_text(made.read_text() + "32/10/2026,,\x1b[31mred,1.00,\r\n")
    return made


def test_an_import_is_told_in_80_columns(home: Path, tmp_path: Path, capsys: Capture) -> None:
    run("import", account(tmp_path / "a.csv", 50, "1,100.00"))
    capsys.readouterr()
    long = account(tmp_path / f"{'a very long name of a file ' * 4}.csv", 60, "1,090.50", bad=True)
    assert run("import", long) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    words = " ".join(text.split())
    assert "61 10 0 50 1 0" in words
    assert "From 2026-01-01 to 2026-04-10." in words
    assert "Balance of 360 Account 1001: 1,100.00 - 10.00 of rows is not 1,090.50 SGD, as printed." in words
    assert "0.50 SGD is missing. 1 row of the file that could not be read is the likely cause." in words
    assert "! No payments of 360 Account 1001 from 31 Jan 2026 to 11 Mar 2026 (40 days)" in words
    assert "bad_date" in words
    assert "\x1b" not in text


def test_what_was_left_behind_is_told(home: Path, tmp_path: Path, capsys: Capture) -> None:
    source = spotify_json(tmp_path / "plays.json", many_plays(3))
    source.write_text(source.read_text().replace('"skipped": false', '"skipped": false, "ip_addr": "192.0.2.1"'))
    run("import", source)
    assert "Left behind: IP addresses (3)" in said(capsys)


def test_files_that_were_not_read_are_grouped_by_reason(home: Path, tmp_path: Path, capsys: Capture) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    spotify_json(folder / "plays.json", many_plays(3))
    for name in "abcde":
        (folder / f"{name}.csv").write_text("a,b\n1,2\n")
    run("import", folder)
    words = said(capsys)
    assert "Not read: a.csv, b.csv, c.csv and 2 more: " in words
    assert words.count("Not read") == 1


def test_many_files_are_told_by_importer(home: Path, tmp_path: Path, capsys: Capture) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(20):
        spotify_json(folder / f"Streaming_History_Audio_{number}.json", [(number * 9, number)])
    run("import", folder)
    words = said(capsys)
    assert "spotify-extended, 20 files 20 20 0 0 0 0" in words
    assert "Streaming_History" not in words


def test_a_dry_run_shows_the_first_rows_in_words_and_writes_nothing(
    home: Path, tmp_path: Path, capsys: Capture
) -> None:
    source = account(tmp_path / "a.csv", 9, "1,100.00")
    run("import", source, "--dry-run")
    words = said(capsys)
    assert "What would be written (nothing was)" in words
    assert "First rows of a.csv 9 Jan 2026 -1.00 SGD Shop 9 (other)" in words
    assert words.count("-1.00 SGD") == 5
    run("imports", "list", "--json")
    assert document(capsys) == []
    run("import", source, "--json")
    assert "first_rows" not in document(capsys)["files"][0]


def test_the_list_marks_what_needs_a_look(home: Path, tmp_path: Path, capsys: Capture) -> None:
    run("import", spotify_json(tmp_path / "plays.json", many_plays(3)))
    run("import", account(tmp_path / "a.csv", 60, "1.00"))
    capsys.readouterr()
    run("imports", "list")
    text = capsys.readouterr().out
    assert text.count("look at it") == 1
    run("imports", "list", "--json")
    assert [entry["warnings"] for entry in document(capsys)] == [0, 1]


def test_rejected_rows_are_shown_as_they_stood_without_steering_the_terminal(
    home: Path, tmp_path: Path, capsys: Capture
) -> None:
    run("import", account(tmp_path / "a.csv", 5, "1.00", bad=True), "--json")
    name = document(capsys)["import_id"]
    run("imports", "show", name, "--rejected")
    text = capsys.readouterr().out
    assert "32/10/2026" in text
    assert "\x1b" not in text
    run("imports", "show", name, "--rejected", "--json")
    (row,) = document(capsys)["rejected_rows"]
    assert "\x1b[31mred" in row["raw"]
    run("imports", "show", name)
    assert "32/10/2026" not in said(capsys)


def test_undo_asks_first_and_does_nothing_without_a_yes(
    home: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("import", account(tmp_path / "a.csv", 5, "1.00"), "--json")
    name = document(capsys)["import_id"]
    monkeypatch.setattr("sys.stdin", StringIO("n\n"))
    assert run("imports", "undo", name) == 1
    assert "Take back 5 rows" in (words := said(capsys))
    assert "Nothing was changed." in words
    monkeypatch.setattr("sys.stdin", StringIO(""))
    assert run("imports", "undo", name) == 130
    capsys.readouterr()
    run("imports", "list", "--json")
    assert len(document(capsys)) == 1


def test_undo_for_a_program_asks_nothing(
    home: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("import", account(tmp_path / "a.csv", 5, "1.00"), "--json")
    name = document(capsys)["import_id"]
    monkeypatch.setattr("sys.stdin", StringIO(""))
    assert run("imports", "undo", name, "--json") == 0
    assert document(capsys)["removed"] == 5


def test_undo_says_what_it_did_and_what_later_imports_had_as_well(home: Path, tmp_path: Path, capsys: Capture) -> None:
    run("import", account(tmp_path / "a.csv", 5, "1.00"), "--json")
    name = document(capsys)["import_id"]
    run("import", account(tmp_path / "b.csv", 7, "1.00"))
    capsys.readouterr()
    assert run("imports", "undo", name, "--yes") == 0
    words = said(capsys)
    assert "5 records removed." in words
    assert "5 of those removed were also in files of later imports" in words
    assert run("imports", "undo", name, "--yes") == 2


def test_every_part_of_an_undo_is_told() -> None:
    undone = {"removed": 1, "samples": 1200, "restored": 2, "kept": 3, "also_later": 0}
    assert list(undo_text(undone)) == [
        "1 record removed.",
        "1,200 samples of dense series removed.",
        "2 records brought back to the state before.",
        "3 records kept: a later import has changed them since.",
    ]


@pytest.mark.parametrize("letter", ["\x1b", "\x07", "\r", "\u202e", "\u2066", "\x9b"])
def test_letters_that_steer_a_terminal_are_marked(letter: str) -> None:
    assert printable(f"a{letter}b") == "a\N{REPLACEMENT CHARACTER}b"
