"""A made-up household's exports of all services, imported together: money is counted once and is what was spent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pod_agent.agent import Agent
from pod_agent.enrich.links import Relation
from pod_agent.synthetic.exports import write_exports
from pod_agent.synthetic.household import Household, make_household
from pod_agent.synthetic.money import Movement, account_movements, card_movements, second_card_movements
from vocab.query import QuerySpec

FIRST, LAST = date(2026, 8, 1), date(2026, 10, 31)
STATEMENTS = ("ocbc", "dbs")
MOVES = (account_movements, card_movements, second_card_movements)


@pytest.fixture(scope="module")
def person() -> Household:
    return make_household(4, opened=FIRST)


@pytest.fixture(scope="module")
def agent(person: Household, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    """The agent of the household after one import of everything."""
    folder = tmp_path_factory.mktemp("household")
    write_exports(person, folder / "exports", FIRST, LAST)
    with Agent.create(folder / "home") as made:
        report = made.import_paths([folder / "exports"])
        assert report.counts.rejected == 0
        yield made


def meant(person: Household) -> list[Movement]:
    return [move for moves in MOVES for move in moves(person, FIRST, LAST)]


def figure(agent: Agent, measure: str, *dimensions: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in agent.query(QuerySpec(measures=(measure,), dimensions=dimensions)).rows]


def test_spending_is_what_the_household_spent(agent: Agent, person: Household) -> None:
    cents = -sum(move.cents for move in meant(person) if move.kind in {"spend", "fee", "refund"})
    assert figure(agent, "spend") == [(cents / 100,)]


def test_spending_by_category_is_what_the_household_spent_on_it(agent: Agent, person: Household) -> None:
    by_category: dict[str, int] = {}
    for move in meant(person):
        if move.kind in {"spend", "fee", "refund"}:
            by_category[move.category] = by_category.get(move.category, 0) - move.cents
    assert dict(figure(agent, "spend", "category")) == {name: cents / 100 for name, cents in by_category.items()}


def test_card_bills_and_orders_add_no_spending(agent: Agent, person: Household, tmp_path: Path) -> None:
    write_exports(person, tmp_path / "exports", FIRST, LAST, services=STATEMENTS)
    with Agent.create(tmp_path / "home") as statements:
        statements.import_paths([tmp_path / "exports"])
        assert figure(statements, "spend", "month") == figure(agent, "spend", "month")
        assert figure(statements, "orders") == [(0,)]


def test_every_order_that_was_not_cancelled_is_paid_by_one_charge(agent: Agent, person: Household) -> None:
    charged = [-move.cents for move in meant(person) if move.basket]
    assert figure(agent, "orders") == [(len(charged),)]
    orders = [record.iri for record in agent.index.records(QuerySpec(measures=("orders",)))]
    links = [link for link in agent.index.links(orders) if link.relation == Relation.PAID_BY.value]
    assert len({link.iri for link in links}) == len({link.other for link in links}) == len(charged)


def test_what_was_bought_comes_to_what_the_shops_charged(agent: Agent, person: Household) -> None:
    charged = sum(-move.cents for move in meant(person) if move.basket)
    [(value,)] = figure(agent, "order_value")
    assert round(value * 100) == charged


def test_what_has_no_date_does_not_move_the_first_day_of_an_import(person: Household, tmp_path: Path) -> None:
    write_exports(person, tmp_path / "exports", FIRST, LAST, services=("youtube",))
    with Agent.create(tmp_path / "home") as agent:
        history, subscriptions = agent.import_paths([tmp_path / "exports"]).files
    assert history.first is not None
    assert history.first >= FIRST
    assert (subscriptions.counts.written, subscriptions.first, subscriptions.last) == (4, None, None)
