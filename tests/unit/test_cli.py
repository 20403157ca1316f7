"""The command line: quick help, exit statuses, one JSON document, where ``--home`` may stand."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from pod_agent.cli.main import main
from pod_agent.synthetic.exports import write_exports
from pod_agent.synthetic.household import make_household

HEAVY = ["chromadb", "flwr", "httpx", "ijson", "numpy", "opendp", "pyoxigraph", "rdflib", "rich", "sklearn", "sqlite3"]


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main([*arguments])
    return int(stopped.value.code or 0)


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys, contextlib\n"
        "from pod_agent.cli.main import main\n"
        "with contextlib.suppress(SystemExit): main(['--help'])\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "Usage: pod-agent" in done.stdout
    assert done.stderr.strip() == "[]"


def test_a_home_without_a_pod_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("spend", "--home", str(tmp_path)) == 2
    assert "not_initialised" in (said := capsys.readouterr().err)
    assert "pod-agent init" in said


def test_home_may_stand_before_or_after_the_subcommand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--home", str(tmp_path / "a"), "init") == 0
    assert run("init", "--home", str(tmp_path / "b"), "--json") == 0
    assert (tmp_path / "a" / "pod").is_dir()
    assert (tmp_path / "b" / "pod").is_dir()
    capsys.readouterr()


def test_a_file_that_nobody_reads_ends_with_status_3_and_one_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    strange = tmp_path / "holiday.csv"
    strange.write_text("when,what\n1,2\n")
    run("init", "--home", str(tmp_path / "home"))
    capsys.readouterr()
    assert run("import", str(strange), "--home", str(tmp_path / "home"), "--json") == 3
    document = json.loads(capsys.readouterr().out)
    assert document["error"]["code"] == "not_recognised"
    assert "ocbc" in document["error"]["message"]


def test_an_import_is_found_again_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From the export to a figure, from the figure to its records, from a record to its line."""
    home = ["--home", str(tmp_path / "home")]
    account, *_ = write_exports(make_household(7), tmp_path / "exports", date(2026, 8, 1), date(2026, 9, 30))
    run("init", *home)
    capsys.readouterr()
    assert run("import", str(account), *home, "--json") == 0
    [file] = json.loads(capsys.readouterr().out)["files"]
    assert file["written"] == file["read"] > 10
    assert run("spend", *home, "--json") == 0
    table = json.loads(capsys.readouterr().out)
    assert [row[0] for row in table["rows"]] == ["2026-08", "2026-09"]
    assert run("show", table["evidence"][0][0], *home, "--json") == 0
    [record] = json.loads(capsys.readouterr().out)
    assert record["file"] == str(account)
    line = account.read_text(encoding="utf-8").splitlines()[record["line"] - 1]
    year, month, day = record["fields"]["at"][:10].split("-")
    assert line.startswith(f"{day}/{month}/{year}")


def test_a_call_that_lacks_something_is_told_to_programs_as_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("import", "--json") == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "usage"
    assert run("query", str(tmp_path / "none.json"), "--json") == 2
    assert "none.json" in json.loads(capsys.readouterr().out)["error"]["message"]


def test_a_query_with_an_unknown_name_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "spec.json"
    spec.write_text('{"measures": ["happiness"]}')
    run("init", "--home", str(tmp_path / "home"))
    assert run("query", str(spec), "--home", str(tmp_path / "home")) == 2
    assert "unknown_name" in capsys.readouterr().err


def test_a_name_in_an_answer_neither_turns_text_around_nor_hides_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    play = {"ts": "2026-10-01T10:00:00Z", "ms_played": 200_000, "spotify_track_uri": f"spotify:track:{'0' * 22}"}
    names = {"master_metadata_track_name": "Song", "master_metadata_album_artist_name": "Kopi\u200bTiam\u202e"}
    export = tmp_path / "Streaming_History_Audio_2026_0.json"
    export.write_text(json.dumps([play | names]), encoding="utf-8")
    home = ["--home", str(tmp_path / "home")]
    run("init", *home)
    assert run("import", str(export), *home) == 0
    capsys.readouterr()
    assert run("ask", "Who is my top artist?", "--today", "2026-10-20", *home) == 0
    assert "Kopi Tiam" in (said := capsys.readouterr().out)
    assert said.replace("\n", "").isprintable()


def test_the_doctor_finds_a_new_home_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("init", "--home", str(tmp_path / "home"))
    capsys.readouterr()
    assert run("doctor", "--home", str(tmp_path / "home"), "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["ok"] is True
    assert all(check["ok"] for check in document["checks"])


def test_the_doctor_finds_a_damaged_pod(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "home"
    run("init", "--home", str(home))
    (home / "settings.toml").write_text('pod = "embedded"\nzone = "Mars/Olympus"\n')
    capsys.readouterr()
    assert run("doctor", "--home", str(home), "--json") == 1
    document = json.loads(capsys.readouterr().out)
    assert any("Mars/Olympus" in check["detail"] and check["hint"] for check in document["checks"] if not check["ok"])
