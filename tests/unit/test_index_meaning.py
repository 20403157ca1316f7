"""What is worked out later is laid over the records: figures follow, and nothing of it stays that was taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pod_agent.index.local import LocalIndex
from pod_agent.index.meaning import Link, Meaning
from tests.support.households import SINGAPORE, RecordMaker
from vocab.query import QuerySpec
from vocab.records import IRI, TransactionKind

make = RecordMaker()
RIDE = make.paid("2026-03-02", 12, "", "other", description="GRAB* RIDE A-1")
BILL = make.paid("2026-03-20", 300, "", "other", description="CARD BILL")
PAID = make.paid("2026-03-21", -300, "", "other", kind="income", description="PAYMENT THANK YOU", source="dbs")
PAY = make.paid("2026-02-25", -3000, "", "other", kind="income", description="GIRO - SALARY MAKERS")
RECORDS = [RIDE, BILL, PAID, PAY]
TRANSFER = Meaning("", "transfers", TransactionKind.TRANSFER, "World Card")
CHANGES = {
    RIDE.iri: Meaning("Grab Rides", "transport", TransactionKind.SPEND, None),
    BILL.iri: TRANSFER,
    PAID.iri: TRANSFER,
    IRI("data/none#x"): TRANSFER,
}
SPEND = QuerySpec(measures=("spend", "income"), dimensions=("category",))


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LocalIndex]:
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as opened:
        opened.upsert(RECORDS)
        yield opened


@pytest.mark.parametrize("evidence", [True, False])
def test_figures_follow_a_new_meaning(index: LocalIndex, *, evidence: bool) -> None:
    assert index.restate(CHANGES) == 3
    assert index.run(SPEND, evidence=evidence).rows == (("other", 0.0, 3000.0), ("transport", 12.0, 0.0))
    moved = QuerySpec(measures=("transfers_out", "transfers_in"), dimensions=("merchant",))
    assert index.run(moved, evidence=evidence).rows == (("World Card", 300.0, 300.0),)


def test_a_record_is_shown_with_its_new_meaning(index: LocalIndex) -> None:
    index.restate(CHANGES)
    (ride,) = index.get([RIDE.iri])
    assert (ride.merchant, ride.category) == ("Grab Rides", "transport")  # type: ignore[attr-defined]


def test_transactions_come_oldest_first_and_as_the_pod_has_them(index: LocalIndex) -> None:
    index.restate(CHANGES)
    index.restate({RIDE.iri: Meaning("Grab", "travel", TransactionKind.SPEND, None)})
    assert list(index.transactions()) == [PAY, RIDE, BILL, PAID]


def test_a_meaning_is_taken_back_by_what_the_pod_says(index: LocalIndex) -> None:
    index.restate(CHANGES)
    index.restate(
        {item.iri: (item.merchant, item.category, item.kind, item.counterparty) for item in index.transactions()}
    )
    assert list(index.get(item.iri for item in RECORDS)) == RECORDS


def test_a_record_that_is_added_again_has_its_own_meaning(index: LocalIndex) -> None:
    index.restate(CHANGES)
    index.upsert([RIDE])
    assert index.get([RIDE.iri]) == (RIDE,)
    assert index.restate(CHANGES) == 1


def test_the_same_meaning_again_changes_nothing(index: LocalIndex) -> None:
    index.restate(CHANGES)
    before = index.version()
    assert index.restate(CHANGES) == 0
    assert index.version() == before


def test_salary_is_salary_however_it_was_first_read(index: LocalIndex) -> None:
    index.restate({PAY.iri: Meaning("Makers", "income", TransactionKind.SPEND, None)})
    assert index.run(QuerySpec(measures=("salary",))).rows == ((0.0,),)
    index.restate({PAY.iri: Meaning("Makers", "income", TransactionKind.INCOME, None)})
    assert index.run(QuerySpec(measures=("salary",))).rows == ((3000.0,),)


def test_links_are_found_from_either_side(index: LocalIndex) -> None:
    pair = Link(BILL.iri, "transfer", PAID.iri)
    assert index.relink([pair, Link(RIDE.iri, "paid-by", PAY.iri), pair]) == 2
    assert index.links([PAID.iri]) == index.links([BILL.iri]) == (pair,)
    assert index.links([]) == ()


def test_new_links_replace_all_old_ones(index: LocalIndex) -> None:
    kept = Link(BILL.iri, "transfer", PAID.iri)
    index.relink([kept, Link(RIDE.iri, "paid-by", PAY.iri)])
    index.relink([kept])
    assert index.links(item.iri for item in RECORDS) == (kept,)


def test_a_removed_record_is_linked_to_nothing(index: LocalIndex) -> None:
    index.relink([Link(BILL.iri, "transfer", PAID.iri)])
    index.remove([PAID.iri])
    assert index.links([BILL.iri]) == ()
