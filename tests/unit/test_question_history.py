"""The questions that are kept on this machine: which, how many, and when none."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from pod_agent import Agent
from pod_agent.assistant.history import LONGEST, MOST, History
from pod_agent.cli.main import cli
from pod_agent.errors import LocalStateError
from pod_agent.portability.home_files import remove_home

ADDING = """
import sys
from pathlib import Path
from pod_agent.assistant.history import History
sys.stdin.readline()
for number in range(10):
    History(Path(sys.argv[1])).add(f"{sys.argv[2]} {number}")
"""


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "home")


def kept(history: History) -> Path:
    return history.home / "asked" / "questions.json"


def test_the_newest_comes_first_and_the_oldest_go(history: History) -> None:
    assert history.remembered() == ()
    for number in range(MOST + 5):
        history.add(f"question {number}")
    assert history.remembered() == tuple(f"question {number}" for number in range(MOST + 4, 4, -1))


def test_a_question_that_is_asked_again_is_kept_once_and_is_the_newest(history: History) -> None:
    for question in ("How much on rent?", "top shops", "  how much  on RENT?"):
        history.add(question)
    assert history.remembered() == ("how much on RENT?", "top shops")


def test_only_this_user_can_read_the_file_and_it_holds_texts_alone(history: History) -> None:
    history.add("How much on rent?")
    assert kept(history).stat().st_mode & 0o777 == 0o600
    assert kept(history).parent.stat().st_mode & 0o777 == 0o700
    assert json.loads(kept(history).read_bytes()) == ["How much on rent?"]


def test_what_steers_or_is_too_long_is_not_kept(history: History) -> None:
    history.add("rent\u202e\x00 now\ud800")
    history.add("x" * 2 * LONGEST)
    history.add(" \u200b ")
    assert history.remembered() == ("x" * LONGEST, "rent now?")


@pytest.mark.parametrize(
    "content", [b"", b"[", b"\xff\xfe", b"{}", b"7", b"null", b'[1, null, ["a"], ""]', b"[" * 100_000]
)
def test_a_damaged_file_counts_as_empty_and_is_replaced(history: History, content: bytes) -> None:
    history.add("before")
    kept(history).write_bytes(content)
    assert history.remembered() == ()
    history.add("after")
    assert history.remembered() == ("after",)


def test_what_can_be_read_of_a_file_that_somebody_changed_is_held_to_the_same_bounds(history: History) -> None:
    history.add("before")
    kept(history).write_text(json.dumps(["\u202ea", 3, "b\ud800", *("c" * 999 for _ in range(MOST))]), encoding="ascii")
    assert history.remembered() == ("c" * LONGEST,) * MOST


def test_forgetting_removes_the_file_and_a_write_that_was_cut_off(history: History) -> None:
    history.forget()
    history.add("How much on rent?")
    (kept(history).parent / ".tmp-cut").write_text("How much on rent?")
    history.forget()
    assert history.remembered() == ()
    assert [path.name for path in kept(history).parent.iterdir()] == ["lock"]
    history.add("top shops")
    assert history.remembered() == ("top shops",)


def test_switched_off_the_file_is_gone_and_nothing_is_written_until_it_is_on_again(history: History) -> None:
    history.add("How much on rent?")
    history.switch(on=False)
    history.switch(on=False)
    History(history.home).add("top shops")
    assert history.remembered() == ()
    assert not kept(history).exists()
    assert b"rent" not in b"".join(path.read_bytes() for path in kept(history).parent.iterdir())
    history.switch(on=True)
    assert history.remembered() == ()
    history.add("top shops")
    assert history.remembered() == ("top shops",)


def test_two_programs_that_keep_questions_at_once_lose_none(history: History) -> None:
    command = [sys.executable, "-c", ADDING, str(history.home)]
    started = [subprocess.Popen([*command, name], stdin=subprocess.PIPE, text=True) for name in ("one", "two")]
    for each in started:
        assert each.stdin
        each.stdin.write("go\n")
        each.stdin.flush()
    for each in started:
        each.communicate()
        assert each.returncode == 0
    assert sorted(history.remembered()) == sorted(f"{name} {number}" for name in ("one", "two") for number in range(10))


def test_a_disk_that_is_full_is_told_and_what_was_kept_stays(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    history.add("How much on rent?")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(LocalStateError, match="no room"):
        history.add("top shops")
    assert history.remembered() == ("How much on rent?",)


def test_a_folder_that_cannot_be_made_is_told_and_reading_goes_on(history: History) -> None:
    history.home.mkdir()
    (history.home / "asked").write_text("in the way")
    with pytest.raises(LocalStateError) as raised:
        history.add("How much on rent?")
    assert "rent" not in f"{raised.value} {raised.value.hint}"
    assert history.remembered() == ()


@pytest.mark.parametrize("on", [True, False])
def test_it_goes_with_the_home(history: History, *, on: bool) -> None:
    history.add("How much on rent?")
    history.switch(on=on)
    remove_home(history.home)
    assert not (history.home / "asked").exists()


def test_the_command_lists_and_forgets_them_and_keeps_none_of_its_own(tmp_path: Path) -> None:
    home = tmp_path / "home"
    Agent.create(home).close()

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(cli, ["--home", str(home), "ask", *arguments], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    assert run("--history") == "No question is kept.\n"
    run("How much did I spend on groceries last month?")
    history = History(home)
    assert history.remembered() == ()
    history.add("first")
    history.add("second")
    assert run("--history") == "second\nfirst\n"
    assert json.loads(run("--history", "--json")) == {"kept": True, "questions": ["second", "first"]}
    assert run("--forget-history") == "Forgotten: 2.\n"
    assert history.remembered() == ()
    history.switch(on=False)
    assert "switched that off" in run("--history")
