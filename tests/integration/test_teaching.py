"""Corrections and interests at the terminal, on a home of made-up records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pod_agent.agent import Agent
from pod_agent.cli.main import main

STATEMENT = """Account details for:,360 Account 601-001001-001
Available Balance,1000.00
Ledger Balance,1000.00

Transaction History
Transaction date,Value date,Description,Withdrawals(SGD),Deposits(SGD)
10/10/2026,10/10/2026,"NETS QR PAYMENT
Kopi Corner SINGAPORE",12.00,
11/09/2026,11/09/2026,"NETS QR PAYMENT
Kopi Corner SINGAPORE",30.00,
"""
COMMENTS = """Comment ID,Channel ID,Comment Create Timestamp,Price,Video ID,Comment Text
UgxAbCdEfGhIjKlMnOp4AaABAg,UCabcdefghijklmnopqrstuv,{day}T05:06:07+00:00,0,dQw4w9WgXcQ,"{text}"
"""


def run(home: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    with pytest.raises(SystemExit) as stopped:
        main([*arguments, "--home", str(home), "--json"])
    return int(stopped.value.code or 0), json.loads(capsys.readouterr().out)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = tmp_path / "home"
    (tmp_path / "TransactionHistory.csv").write_text(STATEMENT)
    with Agent.create(place) as agent:
        day = agent.today().isoformat()
        (tmp_path / "comments.csv").write_text(
            COMMENTS.format(day=day, text="The service at Kopi Corner was terrible and rude")
        )
        agent.import_paths([tmp_path / "TransactionHistory.csv", tmp_path / "comments.csv"])
    return place


def test_a_correction_is_used_at_once_listed_and_taken_back(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    today, question = ("--today", "2026-11-15"), "zorp Kopi Corner last month flim"
    assert run(home, capsys, "ask", question, *today)[1]["status"] != "answered"
    meant = "How much did I spend at Kopi Corner last month?"
    assert run(home, capsys, "ask", question, "--meant", meant, *today)[1]["value"] == 12
    answer = run(home, capsys, "ask", "zorp Kopi Corner in September 2026 flim", *today)[1]
    assert answer["value"] == 30
    assert answer["query"]["learnt"]["how"] == "alike"
    [example] = run(home, capsys, "ask", "--examples")[1]
    assert example["question"] == question.casefold()
    assert (home / "pod" / "settings" / "examples" / "examples.ttl").exists()
    assert run(home, capsys, "ask", "--forget", example["id"])[1]["forgotten"] == 1
    assert run(home, capsys, "ask", question, *today)[1]["status"] != "answered"


def test_a_meaning_that_is_not_understood_is_refused_and_nothing_is_kept(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = run(home, capsys, "ask", "zorp", "--meant", "flim flam")
    assert status == 2
    assert "not understood" in said["error"]["message"]
    assert run(home, capsys, "ask", "--examples")[1] == []


def test_opinions_are_shown_with_their_words_and_switched_off(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [text] = run(home, capsys, "interests", "--opinions")[1]["texts"]
    assert text["speaks"] == "bad"
    assert {"terrible", "rude"} <= set(text["words"])
    assert run(home, capsys, "interests", "--opinions", "--off")[1]["texts"] == []
    inputs = {each["input"]: each["on"] for each in run(home, capsys, "recommend", "inputs")[1]}
    assert (inputs["opinions"], inputs["interests"]) == (False, True)
    assert run(home, capsys, "interests")[1] == {"on": True, "able": True, "interests": []}
