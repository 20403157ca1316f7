"""Rules and corrections in the pod, and what they make of the records in the index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pod_agent.enrich.overlay import Correction
from pod_agent.enrich.rules import Rule
from pod_agent.errors import PodConflictError, PodDamagedError, UnknownRecordError, UsageError
from pod_agent.index.local import LocalIndex
from pod_agent.ingest.meaning import Meanings
from pod_agent.ingest.word import RULES, change_corrections, change_rules, read_corrections, read_rulebook
from pod_agent.pods.pod import ETag
from tests.support.memory_pod import MemoryPod
from tests.support.money_rows import ZONE, bought, paid
from vocab.errors import UnknownNameError
from vocab.query import QuerySpec
from vocab.records import IRI, Transaction, TransactionKind

CARD = {"account": "Plum Card 9876", "source": "dbs", "card": True}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LocalIndex]:
    with LocalIndex(tmp_path / "index.sqlite", ZONE) as opened:
        yield opened


@pytest.fixture
def meanings(index: LocalIndex) -> Meanings:
    return Meanings(MemoryPod(), index, ZONE)


def told(index: LocalIndex, row: Transaction) -> tuple[str, str, str]:
    (found,) = index.get([row.iri])
    assert isinstance(found, Transaction)
    return found.merchant or found.counterparty or "", found.category, found.kind


def test_rules_are_the_same_bytes_in_any_order_and_are_read_again() -> None:
    rules = [Rule("RED STOOL", 'The "Stool"', "eating-out"), Rule("A*\\", "", "other"), Rule("ÅÄÖ", "x", "cash")]
    one, two = MemoryPod(), MemoryPod()
    change_rules(one, lambda held: held.with_rules(rules))
    for rule in reversed(rules):
        change_rules(two, lambda held, rule=rule: held.with_rules([rule]))  # type: ignore[misc]
    assert one.resources[RULES].content == two.resources[RULES].content
    assert set(read_rulebook(one).rules) == set(rules)


def test_the_same_rules_again_are_no_write() -> None:
    pod = MemoryPod()
    for _ in range(2):
        change_rules(pod, lambda held: held.with_rules([Rule("RED", "Red", "other")]))
    assert pod.writes == [RULES]


def test_nothing_is_written_where_nothing_is_said() -> None:
    pod = MemoryPod()
    change_rules(pod, lambda held: held)
    change_corrections(pod, {IRI("data/ocbc/transaction/2026/2026-03.ttl#a"): None})
    assert pod.writes == []


def test_a_rule_of_another_device_is_kept() -> None:
    pod = MemoryPod()
    change_rules(pod, lambda held: held.with_rules([Rule("RED", "Red", "other")]))
    calls: list[int] = []

    def late(held):  # type: ignore[no-untyped-def]
        if not calls:
            calls.append(1)
            change_rules(pod, lambda rules: rules.with_rules([Rule("BLUE", "Blue", "other")]))
        return held.with_rules([Rule("GREEN", "Green", "other")])

    change_rules(pod, late)
    assert [rule.pattern for rule in read_rulebook(pod).rules] == ["BLUE", "GREEN", "RED"]


class Busy(MemoryPod):
    """A pod that others keep writing to."""

    def write(self, path: str, content: bytes, *, media_type: str = "text/turtle", if_match: ETag | None) -> ETag:
        raise PodConflictError(f"{path} ({media_type}, {len(content)} bytes) is no more {if_match}")


def test_a_pod_that_others_keep_writing_to_is_told() -> None:
    with pytest.raises(PodConflictError):
        change_rules(Busy(), lambda held: held.with_rules([Rule("RED", "Red", "other")]))


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("cut", [20, 60, 3, 1])
def test_rules_that_are_cut_short_are_refused_and_not_replaced(cut: int, *, whole: bool) -> None:
    pod = MemoryPod()
    change_rules(pod, lambda held: held.with_rules([Rule("RED", "Red", "other"), Rule("BLUE", "Blue", "other")]))
    content = pod.resources[RULES].content
    pod.put(RULES, content[: content.rindex(b"\n<#rule")] if whole else content[:-cut])
    with pytest.raises(PodDamagedError):
        change_rules(pod, lambda held: held.with_rules([Rule("GREEN", "Green", "other")]))


def test_corrections_lie_in_the_month_of_their_record_and_are_read_again() -> None:
    pod = MemoryPod()
    iris = [IRI(f"data/ocbc/transaction/2026/2026-0{month}.ttl#{'a' * 26}") for month in (3, 4)]
    said = {
        iris[0]: Correction(iri=iris[0], category="travel", merchant='A "B"', kind=TransactionKind.REFUND),
        iris[1]: Correction(iri=iris[1], category="other"),
    }
    change_corrections(pod, said)
    assert sorted(pod.resources) == ["corrections/2026-03.ttl", "corrections/2026-04.ttl"]
    assert read_corrections(pod) == said
    change_corrections(pod, {iris[0]: None})
    assert read_corrections(pod) == {iris[1]: said[iris[1]]}


def test_a_rule_changes_what_is_held_and_taking_it_back_restores_it(meanings: Meanings, index: LocalIndex) -> None:
    rows = [paid("QUIET HOLLOW SINGAPORE SGP", "-5", day=day, card=True) for day in range(3)]
    index.upsert(rows)
    done = meanings.import_rules("pattern,name,category\nQUIET HOLLOW,Hollow,travel\nBAD,x,nonsense\n")
    assert (done.added, done.replaced, done.unchanged, done.transactions, len(done.bad)) == (1, 0, 0, 3, 1)
    assert told(index, rows[0]) == ("Hollow", "travel", "spend")
    assert index.run(QuerySpec(measures=("spend",), dimensions=("category",))).rows == (("travel", 15.0),)
    again = meanings.import_rules("pattern,name,category\nquiet hollow,Hollow,travel\nQUIET HOLLOW,Hollow,travel\n")
    assert (again.added, again.transactions) == (0, 0)
    assert meanings.remove_rule("quiet hollow") == 3
    assert told(index, rows[0]) == ("Quiet Hollow", "other", "spend")


def test_a_rule_that_was_made_first_holds_for_rows_that_come_later(meanings: Meanings, index: LocalIndex) -> None:
    meanings.import_rules("pattern,name,category\nQUIET HOLLOW,Hollow,travel\n")
    row = paid("QUIET HOLLOW SINGAPORE SGP", "-5", card=True)
    index.upsert([row])
    meanings.refresh()
    assert told(index, row) == ("Hollow", "travel", "spend")


def test_one_correction_applies_to_all_alike_and_becomes_a_rule(meanings: Meanings, index: LocalIndex) -> None:
    rows = [paid(f"NETS QR RED STOOL {number} NETS QR PURCHASE", "-5") for number in (12345678, 87654321)]
    other = paid("NETS QR BLUE BENCH 12345678 NETS QR PURCHASE", "-5")
    index.upsert([*rows, other])
    done = meanings.correct(rows[0].iri, "groceries", merchant="Stool")
    assert done.rule == Rule("RED STOOL", "Stool", "groceries")
    assert done.transactions == 2
    assert [told(index, row)[0] for row in (*rows, other)] == ["Stool", "Stool", "Blue Bench"]
    assert meanings.export_rules() == "pattern,name,category\nRED STOOL,Stool,groceries\n"


def test_a_correction_of_one_leaves_all_others(meanings: Meanings, index: LocalIndex) -> None:
    rows = [paid("NETS QR RED STOOL 12345678 NETS QR PURCHASE", "-5") for _ in range(2)]
    index.upsert(rows)
    assert meanings.correct(rows[0].iri, "travel", only_this=True).rule is None
    assert [told(index, row)[1] for row in rows] == ["travel", "other"]
    assert read_corrections(meanings.pod).keys() == {rows[0].iri}


def test_a_correction_holds_though_a_longer_rule_fits(meanings: Meanings, index: LocalIndex) -> None:
    row = paid("QUIET HOLLOW ANNEXE 12345678 SINGAPORE", "-5", card=True)
    index.upsert([row])
    meanings.import_rules("pattern,name,category\nQUIET HOLLOW ANNEXE 12345678,Annexe,travel\n")
    meanings.correct(row.iri, "groceries", merchant="Hollow")
    assert told(index, row) == ("Hollow", "groceries", "spend")


@pytest.mark.parametrize(
    ("category", "error"), [("nonsense", UnknownNameError), ("income", UsageError), ("groceries", UnknownRecordError)]
)
def test_a_correction_that_makes_no_sense_is_refused(
    meanings: Meanings, index: LocalIndex, category: str, error: type[Exception]
) -> None:
    row = paid("RED STOOL", "-5", card=True)
    if error is not UnknownRecordError:
        index.upsert([row])
    with pytest.raises(error):
        meanings.correct(row.iri, category)
    assert meanings.pod.read(RULES) is None


@pytest.mark.parametrize("name", ["EVIL\u202eLIVE", "line\nbreak", "x" * 201])
def test_a_name_that_no_list_can_show_is_refused(meanings: Meanings, index: LocalIndex, name: str) -> None:
    row = paid("QUIET HOLLOW", "-5", card=True)
    index.upsert([row])
    for alone in (True, False):
        with pytest.raises(UsageError):
            meanings.correct(row.iri, "travel", merchant=name, only_this=alone)


def test_a_rule_that_is_not_there_cannot_be_removed(meanings: Meanings) -> None:
    with pytest.raises(UsageError):
        meanings.remove_rule("RED")


def test_links_are_made_of_all_records(meanings: Meanings, index: LocalIndex) -> None:
    bill = paid("BILL PAYMENT INB DBS CARDS 4556000011119876 I-BANK", "-58.30")
    card = paid("PAYMENT - DBS INTERNET/WIRELESS", "58.30", day=1, **CARD)  # type: ignore[arg-type]
    charge = paid("LAZADA SINGAPORE PTE LTD", "-58.30", day=2, **CARD)  # type: ignore[arg-type]
    back = paid("LAZADA SINGAPORE PTE LTD", "20.00", day=9, **CARD)  # type: ignore[arg-type]
    order = bought("Lazada", "58.30", day=2)
    index.upsert([bill, card, charge, back, order])
    meanings.refresh()
    assert {tuple(link) for link in index.links([bill.iri, charge.iri])} == {
        (bill.iri, "transfer", card.iri),
        (back.iri, "refund-of", charge.iri),
        (order.iri, "paid-by", charge.iri),
    }


def test_transfers_that_are_not_sure_are_asked_about(meanings: Meanings, index: LocalIndex) -> None:
    out = paid("FUND TRANSFER OTHR 123to OWN ACCOUNT", "-500")
    ones = [paid("FUNDS TRANSFER FROM: 626", "500", account=name, source="dbs") for name in ("A 1111", "B 2222")]
    index.upsert([out, *ones])
    assert {row.iri for row in meanings.ask()} == {out.iri, ones[0].iri, ones[1].iri}


def test_the_index_notes_what_it_was_worked_out_from(meanings: Meanings, index: LocalIndex) -> None:
    assert meanings.is_stale()
    meanings.refresh()
    assert not meanings.is_stale()
    change_rules(meanings.pod, lambda held: held.with_rules([Rule("RED", "Red", "other")]))
    assert meanings.is_stale()
    meanings.refresh()
    change_corrections(
        meanings.pod,
        {IRI("data/a/b/2026/2026-03.ttl#x"): Correction(iri=IRI("data/a/b/2026/2026-03.ttl#x"), category="other")},
    )
    assert meanings.is_stale()
    meanings.refresh()
    assert not meanings.is_stale()
