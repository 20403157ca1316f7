"""The development person's questions over everything that was imported: every one right, and fresh wordings of it."""

from __future__ import annotations

import csv
import gc
import importlib.util
import json
import warnings
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pod_agent import Agent
from pod_agent.assistant.answering import ask
from pod_agent.index.local import LocalIndex
from tests.support import paraphrases
from tests.support.later_paraphrases import LATER, TRAPS
from tests.support.money_paraphrases import MONEY_LATER
from tests.support.shared import shared
from tests.support.spoken_paraphrases import SPOKEN, SPOKEN_TRAPS
from vocab.query import Filter, QuerySpec

TODAY = date(2026, 11, 15)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalIndex]:
    home = tmp_path_factory.mktemp("pack") / "home"
    with Agent.create(home) as agent:
        agent.import_paths([shared("qa/dev/exports")])
        agent.meanings.import_rules(shared("qa/dev/truth/merchants.csv").read_text(encoding="utf-8"))
        yield agent.index


@pytest.fixture(scope="module")
def gold() -> ModuleType:
    """The truth's own reader and checker."""
    path: Path = shared("qa/gold.py")
    spec = importlib.util.spec_from_file_location("gold", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def truth(gold: ModuleType) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the truth's reader leaves its files to the interpreter
        found = gold.Gold(str(shared("qa/dev")))
        gc.collect()
        return found


def development() -> list[dict[str, Any]]:
    lines = shared("qa/dev/questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_every_development_question_is_right_and_rests_on_as_many_records(
    index: LocalIndex, gold: ModuleType, truth: Any
) -> None:
    failed: list[tuple[str, Any, Any]] = []
    counts: list[str] = []
    for question in development():
        expected = question["gold"]
        answer = ask(index, question["question"], date.fromisoformat(question["today"])).to_json()
        if not gold.check(answer, expected, truth):
            failed.append((question["question"], expected["value"], answer["value"]))
        elif answer["status"] == "answered" and expected.get("count") not in {None, answer["count"]}:
            counts.append(question["id"])
    assert failed == []
    assert counts == []


WORDINGS = {topic: getattr(paraphrases, topic) for topic in paraphrases.__all__}
WORDINGS |= {"LATER": LATER, "MONEY_LATER": MONEY_LATER, "SPOKEN": SPOKEN}


@pytest.mark.parametrize("topic", WORDINGS)
def test_fresh_wordings_are_right_or_asked_back_and_never_wrong(
    index: LocalIndex, gold: ModuleType, truth: Any, topic: str
) -> None:
    wrong: list[tuple[str, Any, Any]] = []
    unanswered: list[str] = []
    for question, expression in WORDINGS[topic]:
        expected = truth.eval(expression)
        answer = ask(index, question, TODAY).to_json()
        if not gold.check(answer, expected, truth):
            if answer["status"] == "answered" or expected["status"] == "declined":
                wrong.append((question, expected["value"], answer["value"]))
            else:
                unanswered.append(question)
    assert wrong == []
    assert len(unanswered) <= len(WORDINGS[topic]) // 10, unanswered


@pytest.mark.parametrize("question", [*TRAPS, *SPOKEN_TRAPS])
def test_what_only_sounds_answerable_is_not_answered(index: LocalIndex, question: str) -> None:
    answer = ask(index, question, TODAY)
    assert answer.status != "answered", (answer.value, answer.text)


def rows(name: str) -> Iterator[dict[str, str]]:
    with shared(f"qa/dev/truth/{name}.csv").open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def test_spend_of_every_month_equals_the_truth_to_the_cent(index: LocalIndex) -> None:
    expected: dict[str, int] = {}
    for row in rows("transactions"):
        if row["source"] == "ocbc" and row["kind"] in {"spend", "fee", "refund"}:
            month = row["booking_date"][:7]
            expected[month] = expected.get(month, 0) - int(Decimal(row["amount"]) * 100)
    spec = QuerySpec(measures=("spend",), dimensions=("month",), filters=(Filter("source", "eq", "ocbc"),))
    for evidence in (True, False):
        assert {row[0]: round(float(str(row[1])) * 100) for row in index.run(spec, evidence=evidence).rows} == expected
