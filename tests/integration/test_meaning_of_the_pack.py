"""The development pack under its own rules: every row as the truth has it, every order with its payment."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pod_agent.agent import Agent
from pod_agent.enrich.matching import match_orders
from pod_agent.index.meaning import Link
from tests.support.shared import shared
from vocab.query import QuerySpec
from vocab.records import IRI, Money, Order, OrderStatus, Transaction

ROW = tuple[str, str, str, str, str]
ZONE = ZoneInfo("Asia/Singapore")


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the pack in it, which no test changes."""
    pack = shared("qa/dev/exports")
    home = tmp_path_factory.mktemp("imported") / "home"
    with Agent.create(home) as agent:
        agent.import_paths([pack / name for name in ("ocbc", "cards")])
    return home


@pytest.fixture
def agent(imported: Path, tmp_path: Path) -> Iterator[Agent]:
    """An agent on a copy of that home: rules and corrections of one test are none of another's."""
    shutil.copytree(imported, tmp_path / "home")
    with Agent.open(tmp_path / "home") as opened:
        yield opened


def _truth(name: str) -> list[dict[str, str]]:
    with shared(f"qa/dev/truth/{name}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _rows(agent: Agent) -> list[Transaction]:
    found = agent.index.records(QuerySpec(measures=("transactions",)))
    return [record for record in found if isinstance(record, Transaction)]


def _meaning(row: Transaction) -> ROW:
    return (f"{row.at:%Y-%m-%d}", str(row.amount.amount), row.merchant, row.category, row.kind)


def _expected() -> Counter[ROW]:
    names = ("booking_date", "amount", "merchant", "category", "kind")
    return Counter(tuple(row[name] for name in names) for row in _truth("transactions"))  # type: ignore[misc]


def test_without_a_rule_every_category_and_kind_is_right(agent: Agent) -> None:
    found = Counter((*_meaning(row)[:2], *_meaning(row)[3:]) for row in _rows(agent))
    assert found == Counter((*row[:2], *row[3:]) for row in _expected().elements())


def test_with_the_rules_of_the_pack_every_row_is_as_the_truth_has_it(agent: Agent) -> None:
    rules = shared("qa/dev/truth/merchants.csv").read_text(encoding="utf-8")
    done = agent.meanings.import_rules(rules)
    assert (done.added, done.bad) == (len(_truth("merchants")), ())
    assert Counter(map(_meaning, _rows(agent))) == _expected()
    again = agent.meanings.import_rules(rules)
    assert (again.added, again.replaced, again.transactions) == (0, 0, 0)


def test_every_order_that_was_paid_by_card_or_account_has_its_charge(agent: Agent) -> None:
    charges = {row["id"]: (row["booking_date"], row["amount"]) for row in _truth("transactions")}
    expected = {row["order_id"]: charges[row["transaction_id"]] for row in _truth("orders") if row["transaction_id"]}
    orders = {order.iri: order for order in map(_order, _truth("orders"))}
    rows = {row.iri: row for row in _rows(agent)}
    paid = match_orders(orders.values(), rows.values(), ZONE)
    assert {orders[link.iri].number: _meaning(rows[link.other])[:2] for link in paid} == expected


def _order(row: dict[str, str]) -> Order:
    return Order(
        iri=IRI(f"data/shop/order/{row['date'][:4]}/{row['date'][:7]}.ttl#{row['order_id']}"),
        source="shop",
        at=datetime.fromisoformat(row["placed_at"]).replace(tzinfo=ZONE),
        shop=row["shop"],
        number=row["order_id"],
        status=OrderStatus(row["status"]),
        total=Money.of(Decimal(row["total"]), "SGD"),
    )


def test_every_card_bill_and_every_refund_is_linked(agent: Agent) -> None:
    rows = _rows(agent)
    links = Counter(link.relation for link in _links(agent, rows))
    bills = sum(row["kind"] == "transfer" and row["source"] == "dbs" for row in _truth("transactions"))
    assert links["transfer"] == bills
    assert links["refund-of"] == sum(row["kind"] == "refund" for row in _truth("transactions"))
    assert agent.meanings.ask() == ()


def _links(agent: Agent, rows: list[Transaction]) -> tuple[Link, ...]:
    return agent.index.links([row.iri for row in rows])


def test_a_corrected_meaning_outlives_the_index(agent: Agent, tmp_path: Path) -> None:
    (row, *_) = [row for row in _rows(agent) if row.merchant == "Toast Box"]
    before = Counter(map(_meaning, _rows(agent)))
    agent.correct(agent.pod.root + row.iri, "groceries", only_this=True)
    agent.rebuild_index()
    after = Counter(map(_meaning, _rows(agent)))
    assert (after - before).total() == 1
    assert next(iter(after - before))[2:] == ("Toast Box", "groceries", "spend")
