"""Citations of the development person's answers, each followed to its line of the export: the truth's own rows."""

from __future__ import annotations

import gc
import importlib.util
import json
import warnings
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pod_agent import Agent
from tests.support import paraphrases
from tests.support.cited_rows import recording
from tests.support.later_paraphrases import LATER
from tests.support.plain_exports import Fact, Place, read_places
from tests.support.shared import shared

TODAY = date(2026, 11, 15)
MONEY = (
    ("How much did I spend this year?", "spend(p=this_year())"),
    ("How much did I spend in all?", "spend()"),
    ("How much did I spend with the card in September?", "spend(source='dbs',p=month('2026-09'))"),
    ("How much did I spend from my bank account last month?", "spend(source='ocbc',p=last_month())"),
    ("How much did I spend in foreign currency in September 2026?", "spend(foreign=True,p=month('2026-09'))"),
    ("How much have I received in refunds this year?", "refunds(p=this_year())"),
    ("What was my income in October?", "income(p=last_month())"),
    ("How much salary did I get this year?", "salary(p=this_year())"),
    ("How much did I save last month, income minus spending?", "net(p=last_month())"),
    ("How many transactions did I have in October?", "transactions(p=last_month())"),
    ("On how many days did I buy something at FairPrice this year?", "days_with(merchant='FairPrice',p=this_year())"),
    ("How many days this year did I eat out?", "days_with(cat='eating-out',p=this_year())"),
    ("What was my smallest purchase this year?", "min_purchase(p=this_year())"),
    ("Which shop was my biggest purchase in October at?", "max_purchase_merchant(p=last_month())"),
    ("What is my average purchase at FairPrice this year?", "avg_purchase(merchant='FairPrice',p=this_year())"),
    ("What do I spend on groceries per month on average this year?", "avg_month(this_year(),cat='groceries')"),
    ("When did I first buy something at Decathlon?", "first_date(merchant='Decathlon')"),
    ("How many different shops did I buy from in October?", "distinct_merchants(p=last_month())"),
    ("Which month of 2026 did I spend the least?", "min_month(this_year())"),
    ("On which day did I spend the most in October?", "max_day(p=last_month())"),
    ("Which category did I spend the most on last month?", "top_category(p=last_month())"),
    ("Top 3 shops by number of purchases this year", "top_merchants(3,by='count',p=this_year())"),
    ("How many purchases did I make per month this year?", "count_by_month(this_year())"),
    (
        "What share of my spending last month was eating out?",
        "share(spend(cat='eating-out',p=last_month()),spend(p=last_month()))",
    ),
    ("How many songs did I skip this year?", "skips(p=this_year())"),
    ("My top 5 artists this year", "top_artists(5,p=this_year())"),
    ("Top 3 podcasts by time", "top_shows(3)"),
    ("How many hours did I listen to music this year?", "listening_hours(kind='music',p=this_year())"),
    ("How many different artists did I listen to in October?", "distinct_artists(p=last_month())"),
    ("When did I first listen to The Crimson Cinema?", "first_play(artist='The Crimson Cinema')"),
    ("How many plays per month this year?", "plays_by_month(this_year())"),
)
"""What the development questions and the fresh ones leave out, each with the truth's own expression."""


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    with Agent.create(tmp_path_factory.mktemp("pack") / "home") as made:
        made.import_paths([shared("qa/dev/exports")])
        made.meanings.import_rules(shared("qa/dev/truth/merchants.csv").read_text(encoding="utf-8"))
        yield made


@pytest.fixture(scope="module")
def places() -> dict[Place, set[Fact]]:
    return read_places(shared("qa/dev/exports"))


@pytest.fixture(scope="module")
def gold() -> ModuleType:
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
        found = recording(gold, str(shared("qa/dev")))
        gc.collect()
        return found


def questions() -> list[tuple[str, str]]:
    """Every question whose value the truth's functions give, with the expression."""
    lines = shared("qa/dev/questions.jsonl").read_text(encoding="utf-8").splitlines()
    development = [(question["question"], question["gold_expr"]) for question in map(json.loads, lines)]
    fresh = [pair for topic in paraphrases.__all__ for pair in getattr(paraphrases, topic)]
    told = (" for ", "_h(", "label(", "num(D")  # a value written down or worked out apart selects no rows
    return [pair for pair in (*development, *fresh, *LATER, *MONEY) if not any(part in pair[1] for part in told)]


def followed(agent: Agent, places: dict[Place, set[Fact]], citations: list[str]) -> list[Fact]:
    """The fact of the export behind each citation, found by the file, member and line that ``show`` names."""
    found = []
    for record in agent.show(citations):
        fields = record["fields"]
        facts = places[Path(record["file"]).name, record["member"], record["line"]]
        [fact] = facts if len(facts) == 1 else [fact for fact in facts if fact in _of_orders(record["kind"], fields)]
        found.append(fact)
    return found


def _of_orders(kind: str, fields: dict[str, Any]) -> tuple[Fact, ...]:
    """What an order or a line of one is called where several stand at one place."""
    return (("order", fields["number"]),) if kind == "order" else (("line", fields["number"], fields["line"]),)


def test_citations_are_exactly_the_rows_that_the_truth_selects(
    agent: Agent, gold: ModuleType, truth: Any, places: dict[Place, set[Fact]]
) -> None:
    checked = 0
    wrong: list[tuple[str, Counter[Fact], Counter[Fact]]] = []
    for question, expression in questions():
        truth.begin()
        expected = truth.eval(expression)
        answer = agent.ask(question, TODAY).to_json()
        if expected["status"] != "answered" or not gold.check(answer, expected, truth):
            continue
        assert len(answer["citations"]) == len(set(answer["citations"])) == answer["count"]
        cited = Counter(followed(agent, places, answer["citations"]))
        rows = truth.rows()
        fits = (cited.total() == 1 and cited <= rows) if truth.any_of else cited == rows
        checked += 1
        if not fits:
            wrong.append((question, cited - rows, rows - cited))
    assert wrong == []
    assert checked >= 200
