"""How an answer was computed, in words; and where the records behind it begin, end or have gaps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from pod_agent.agent import Agent
from pod_agent.assistant.answering import ask
from pod_agent.assistant.executor import OPERATIONS, execute
from pod_agent.assistant.explaining import COMPUTED, FOLDED, MEASURED, explain
from pod_agent.assistant.plan import Fold, Operation, Plan, Step
from pod_agent.cli.main import main
from pod_agent.index.local import LocalIndex
from tests.support.households import SINGAPORE, RecordMaker
from vocab.query import Filter, QuerySpec
from vocab.records import Record

TODAY = date(2026, 6, 20)
FIRST = date(2026, 1, 5)


def household() -> list[Record]:
    """The card's rows every second day, but for April and half of May; the account's from March on."""
    make = RecordMaker()
    card = [FIRST + timedelta(days=2 * number) for number in range(80)]
    held = [day for day in card if not date(2026, 4, 1) <= day < date(2026, 5, 15)]
    account = [date(2026, 3, 2) + timedelta(days=3 * number) for number in range(35)]
    return [
        *(make.paid(str(day), 4, "Kopi", "eating-out", source="dbs") for day in held),
        *(make.paid(str(day), 20, "Mart", "groceries") for day in account),
        make.played("2026-06-01T09:00:00", 200, "Tides", "Blue Kites"),
    ]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalIndex]:
    with LocalIndex(tmp_path_factory.mktemp("explaining") / "index.sqlite", SINGAPORE) as opened:
        opened.rebuild(household())
        yield opened


def told(index: LocalIndex, question: str) -> str:
    answer = ask(index, question, TODAY)
    assert answer.status == "answered", answer.text
    return " ".join(explain(answer.query).sentences)


def test_a_sum_tells_what_was_taken_what_is_left_out_its_rows_and_the_rounding(index: LocalIndex) -> None:
    answer = ask(index, "How much did I spend on groceries in March?", TODAY)
    how = explain(answer.query)
    assert how.sentences == (
        f"What was taken: {MEASURED['spend'][0]}. Transfers, cash withdrawals and income are left out.",
        "It rests on 10 records, the first on 2 March 2026, the last on 29 March 2026, from ocbc.",
        "Computed exactly, and rounded once at the end to two decimals, half away from zero.",
    )
    assert how.table[1:] == (("1", "spending", "from 1 March 2026 to 31 March 2026", "31", "on groceries"),)
    assert answer.query["rows"] == {"count": 10, "first": "2026-03-02", "last": "2026-03-29", "sources": ["ocbc"]}


def test_the_parts_of_a_share_are_rows_of_the_table(index: LocalIndex) -> None:
    how = explain(ask(index, "What share of my spending in March was eating out?", TODAY).query)
    assert "The figure is part 1 / part 2 x 100." in how.sentences
    assert [row[0] for row in how.table] == ["part", "1", "2"]
    assert [row[4] for row in how.table[1:]] == ["on eating-out", ""]


def test_of_many_records_the_first_and_the_last_day_are_told_all_the_same(tmp_path: Path) -> None:
    make = RecordMaker()
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as index:
        index.rebuild(
            [make.paid(str(FIRST + timedelta(days=number % 90)), 1, "Kopi", "eating-out") for number in range(300)]
        )
        rows = ask(index, "How much did I spend in all?", TODAY).query["rows"]
    assert rows == {"count": 300, "first": "2026-01-05", "last": "2026-04-04", "sources": ["ocbc"]}


def test_a_play_after_midnight_counts_for_its_local_day(index: LocalIndex) -> None:
    assert "1 record on 1 June 2026, from spotify" in told(index, "How many songs did I play in June?")


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_every_operation_is_explained(operation: str) -> None:
    assert operation in COMPUTED or operation in {"value", "mean"}


def test_every_operation_and_fold_of_a_plan_is_known() -> None:
    assert set(get_args(Operation)) == {*OPERATIONS, "budgets", "offers"}
    assert set(get_args(Fold)) - {"sum"} <= set(FOLDED)
    assert {"spend", "plays", "videos", "orders", "items", "sleep_minutes", "steps"} <= set(MEASURED)


def test_what_was_not_computed_is_not_explained(index: LocalIndex) -> None:
    for question in ("Should I buy a house?", "How much did I spend recently?"):
        assert explain(ask(index, question, TODAY).query).sentences == ()
    assert explain({}).sentences == ()


def test_names_of_strangers_carry_nothing_into_the_text(tmp_path: Path) -> None:
    name = "Shop <b>![x](https://evil.example/a?b=c)</b>\u202e"
    make = RecordMaker()
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as index:
        index.rebuild([make.paid("2026-06-01", 5, name, "shopping")])
        spec = QuerySpec(measures=("spend",), filters=(Filter("merchant", "in", (name,)),))
        ranked = QuerySpec(measures=("spend",), dimensions=("merchant",), order="-spend")
        plans: list[Any] = [
            Plan(operation="value", steps=(Step(spec=spec),), unit="SGD"),
            Plan(operation="ranking", steps=(Step(spec=ranked),), unit="SGD"),
            Plan(operation="leader", steps=(Step(spec=ranked),), unit=None),
            Plan(operation="list", steps=(Step(spec=spec),), unit="SGD"),
        ]
        for plan in plans:
            answer = execute(index, plan)
            how = explain(answer.query)
            text = " ".join((answer.text, *how.sentences, *how.table[1]))
            assert "Shop" in text
            assert not any(mark in text for mark in ("<", "evil.example", "](", "\u202e"))


# Where the records fall short


def test_a_period_that_begins_before_the_records_is_told(index: LocalIndex) -> None:
    answer = ask(index, "How much did I spend from 1 December 2025 to 31 January 2026?", TODAY)
    assert answer.text.endswith("Your bank and card records begin on 5 January 2026.")
    assert answer.query["notes"] == ["Your bank and card records begin on 5 January 2026."]


def test_a_period_that_begins_with_the_records_has_no_note(index: LocalIndex) -> None:
    assert "notes" not in ask(index, "How much did I spend from 5 January 2026 to 31 January 2026?", TODAY).query


def test_a_period_that_is_covered_has_no_note(index: LocalIndex) -> None:
    assert "notes" not in ask(index, "How much did I spend in February?", TODAY).query


def test_a_long_gap_of_a_source_within_the_period_is_told(index: LocalIndex) -> None:
    gap = "Nothing is held of dbs from 31 March 2026 to 14 May 2026."
    assert gap in ask(index, "How much did I spend on eating out this year?", TODAY).text
    assert gap in ask(index, "How much did I spend in April?", TODAY).text
    for question in ("How much did I spend in March?", "How much did I spend in June?"):
        assert gap not in ask(index, question, TODAY).text


def test_a_gap_that_is_filled_later_is_told_no_more(tmp_path: Path) -> None:
    make = RecordMaker()
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as index:
        days = [FIRST + timedelta(days=number) for number in range(120)]
        index.rebuild(
            [make.paid(str(day), 4, "Kopi", "eating-out") for day in days if not 40 <= (day - FIRST).days < 80]
        )
        question = "How much did I spend this year?"
        assert "Nothing is held of ocbc from 14 February 2026 to 25 March 2026." in ask(index, question, TODAY).text
        index.upsert([make.paid(str(day), 4, "Kopi", "eating-out") for day in days[40:80]])
        assert "Nothing is held" not in ask(index, question, TODAY).text


def test_records_that_end_long_before_the_period_are_told(tmp_path: Path) -> None:
    make = RecordMaker()
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as index:
        index.rebuild(
            [make.paid("2026-01-05", 4, "Kopi", "eating-out"), make.paid("2026-03-05", 4, "Kopi", "eating-out")]
        )
        assert "Your bank and card records end on 5 March 2026." in ask(index, "my spending this year", TODAY).text


def test_the_command_prints_it_and_gives_it_in_the_query(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "home"
    with Agent.create(home) as agent:
        agent.index.upsert(household())
    asked = ["ask", "How much did I spend in March?", "--today", "2026-06-20", "--how", "--home", str(home)]
    for arguments in (asked, [*asked, "--json"]):
        with pytest.raises(SystemExit):
            main(arguments)
    printed, _, document = capsys.readouterr().out.partition("{")
    assert "rounded once at the end to two decimals" in printed
    answer = json.loads("{" + document)
    assert set(answer) == {"status", "value", "unit", "text", "citations", "count", "query"}
    assert answer["query"]["how"]["table"][1][1] == "spending"
