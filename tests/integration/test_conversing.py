"""A conversation with ``pod-agent ask`` at a terminal: choices, names, follow-ups and questions of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pod_agent.agent import Agent
from tests.support.asked import TODAY, household
from tests.support.households import RecordMaker
from tests.support.terminal import typed

ASK = ("ask", "--today", TODAY.isoformat())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A person who pays for rides and for food of one name."""
    place, make = tmp_path_factory.mktemp("conversing") / "home", RecordMaker()
    paid = [
        make.paid("2026-04-02", 11, "Zip Rides", "transport"),
        make.paid("2026-05-03", 12, "Zip Rides", "transport"),
        make.paid("2026-04-04", 21, "Zip Kitchen", "eating-out"),
        make.paid("2026-05-05", 22, "Zip Kitchen", "eating-out"),
    ]
    with Agent.create(place) as agent:
        agent.index.upsert([*household(), *paid])
    return place


def test_replies_pick_among_the_choices_that_were_shown(home: Path) -> None:
    question = "How much did I spend at Zip in May 2026?"
    lines = [question, "Zip Kitchen", "and in April?", question, "the first", question, "2", question, "yes", "rides"]
    _, shown, food, april, _, first, _, second, _, unclear, rides = typed(home, ASK, lines)
    assert shown.splitlines()[:3] == ['Which one do you mean by "zip"?', "  1  Zip Kitchen", "  2  Zip Rides"]
    assert food.startswith("How much did I spend at Zip Kitchen in May 2026?\n")
    assert "SGD 22.00" in food
    assert "Zip Kitchen from 1 April 2026" in april
    assert "SGD 21.00" in april
    assert "SGD 22.00" in first
    assert "SGD 12.00" in second
    assert unclear == "Which one? Reply with a number from 1 to 2."
    assert "SGD 12.00" in rides


def test_what_is_no_choice_is_a_question_of_its_own_a_follow_up_or_what_was_lacking(home: Path) -> None:
    lines = [
        "How much did I spend at Fresh Mart in March 2026?",
        "How much did I spend at Zip?",
        "and in April?",  # of Fresh Mart, the last that was answered: 50 paid, 10 given back
        "How much did I spend at Zip?",
        "How many videos did I watch in April 2026?",
        "How much did I spend at Zip?",
        "in April 2026",
        "the second one",
        "How much did I spend at Flimflam in May 2026?",
        "Zip Kitchen",
        "How much did I spend at Zip?",
        "none of them",
        "2",
    ]
    printed = typed(home, ASK, lines)[1:]
    assert "SGD 80.00" in printed[0]
    assert "Fresh Mart from 1 April 2026" in printed[2]
    assert "SGD 40.00" in printed[2]
    assert printed[4].startswith("Videos from 1 April 2026")
    assert printed[6].startswith("How much did I spend at Zip in April 2026\nWhich one do you mean")
    assert "Zip Rides from 1 April 2026" in printed[7]
    assert "SGD 11.00" in printed[7]
    assert printed[9].startswith("How much did I spend at Zip Kitchen in May 2026?\n")
    assert "SGD 22.00" in printed[9]
    assert printed[11] == "Please ask in other words."
    assert "SGD" not in printed[12]


def test_yes_takes_the_reading_that_was_shown_and_how_tells_of_it(home: Path) -> None:
    _, shown, answered = typed(home, (*ASK, "--how"), ["average of my spending", "yes"])
    assert shown.splitlines()[:2] == ["Do you mean one of these?", "  1  How much did I spend?"]
    assert answered.startswith("How much did I spend?\nSpending: SGD ")
    assert "How this was computed:" in answered


def test_without_a_terminal_a_question_is_missing(home: Path) -> None:
    command = [sys.executable, "-m", "pod_agent", *ASK, "--home", str(home)]
    ended = subprocess.run(command, input="How much did I spend?\n", capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "conversation on a terminal" in ended.stderr
