"""Whatever the texts, amounts and rules: meaning never fails, is one of the kinds, and depends on no order."""

from __future__ import annotations

import random
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from pod_agent.enrich.matching import match_orders
from pod_agent.enrich.overlay import Overlay, pattern_of
from pod_agent.enrich.refunds import find_refunds
from pod_agent.enrich.rules import Rule, Rulebook, fault_of, fold, read_rules, write_rules
from pod_agent.enrich.transactions import classify, read_meaning
from pod_agent.enrich.transfers import MAX_DAYS, find_transfers
from pod_agent.ingest.word import change_rules, read_rulebook
from tests.support.memory_pod import MemoryPod
from tests.support.money_rows import ZONE, bought, paid
from vocab.records import Transaction, TransactionKind
from vocab.taxonomy import CATEGORIES

WORDS = st.sampled_from(
    [
        *"NETS QR FAST PAYMENT GIRO to from via PayNow-Mobile PayNow-UEN OTHR- SALA RED STOOL LAKSA PTE".split(),
        *"A-12XZ98 12345678 IKEA GRAB* CASH WITHDRAWAL ATM OWN ACCOUNT INTEREST FEE CARDS USD 10.00 LIM WEI".split(),
        *"\u00e9 全家 ' \" . = * SINGAPORE".split(),
    ]
)
TEXTS = st.lists(WORDS, max_size=9).map(" ".join) | st.text(max_size=40)
AMOUNTS = st.integers(-30, 30).filter(bool).map(lambda cents: str(Decimal(cents * 250) / 100))
ROWS = st.builds(
    paid,
    TEXTS,
    AMOUNTS,
    day=st.integers(0, 6),
    account=st.sampled_from(["A 1111", "B 2222", "C card 3333"]),
    card=st.booleans(),
    mcc=st.none() | st.sampled_from(["5411", "6011", "4829", "0000", "x"]),
    hint=st.none() | st.sampled_from(["INT", "Groceries", "Transfer", "Starbucks", "???"]),
)
RULES = st.builds(Rule, TEXTS, TEXTS, st.sampled_from(sorted(CATEGORIES)))


@given(row=ROWS, rules=st.lists(RULES, max_size=4))
def test_every_row_has_a_meaning_under_any_rules(row: Transaction, rules: list[Rule]) -> None:
    found = Overlay(Rulebook(rules), {}).meaning(row)
    assert found.category in CATEGORIES
    assert found.kind in TransactionKind
    if found.category in {"income", "cash", "transfers"}:
        assert found.kind.value == found.category.removesuffix("s")
    assert (found.kind is TransactionKind.REFUND) <= (row.amount.minor > 0)
    assert (found.kind in {TransactionKind.SPEND, TransactionKind.FEE}) <= (row.amount.minor < 0)


@given(row=ROWS)
def test_the_reading_of_a_row_does_not_depend_on_what_it_was_read_as(row: Transaction) -> None:
    assert classify(classify(row)) == classify(row)
    assert Overlay(Rulebook(), {}).meaning(row) == read_meaning(row)


@given(row=ROWS, rules=st.lists(RULES, max_size=5), seed=st.integers(0, 99))
def test_which_rule_holds_does_not_depend_on_their_order(row: Transaction, rules: list[Rule], seed: int) -> None:
    assume(len({fold(rule.pattern) for rule in rules}) == len(rules))
    shuffled = random.Random(seed).sample(rules, len(rules))
    assert Overlay(Rulebook(rules), {}).meaning(row) == Overlay(Rulebook(shuffled), {}).meaning(row)


@given(row=ROWS)
def test_the_rule_made_of_a_row_finds_that_row(row: Transaction) -> None:
    pattern = pattern_of(row)
    assume(fold(pattern))
    name = Overlay(Rulebook([Rule(pattern, "Made-Up Name", "transfers")]), {}).meaning(row)
    assert (name.category, name.counterparty) == ("transfers", "Made-Up Name")


@given(rules=st.lists(RULES, max_size=5))
def test_rules_survive_csv_and_the_pod(rules: list[Rule]) -> None:
    kept = [rule for rule in Rulebook(rules).rules if fault_of(rule) is None and _is_stripped(rule)]
    assert read_rules(write_rules(kept)) == (sorted(kept), [])
    pod = MemoryPod()
    change_rules(pod, lambda held: held.with_rules(kept))
    assert read_rulebook(pod).rules == Rulebook(kept).rules


def _is_stripped(rule: Rule) -> bool:
    """Whether no cell begins or ends in what reading drops: white space, or the mark against formulas."""
    return all(cell == cell.strip() and not cell.startswith("'") for cell in (rule.pattern, rule.name))


@given(rows=st.lists(ROWS, max_size=12), seed=st.integers(0, 99))
def test_pairs_are_one_to_one_and_depend_on_no_order(rows: list[Transaction], seed: int) -> None:
    shuffled = random.Random(seed).sample(rows, len(rows))
    transfers, refunds = find_transfers(rows), find_refunds(rows)
    assert (find_transfers(shuffled), find_refunds(shuffled)) == (transfers, refunds)
    held = {row.iri: row for row in rows}
    sides = [iri for link in transfers.links for iri in (link.iri, link.other)]
    assert len(sides) == len(set(sides))
    assert not set(sides) & set(transfers.unsure)
    for link in transfers.links:
        out, came = held[link.iri], held[link.other]
        assert out.amount == -came.amount
        assert abs((out.at - came.at).days) <= MAX_DAYS
    assert len({link.iri for link in refunds}) == len(refunds)


@given(
    days=st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["10.00", "20.00"])), max_size=6),
    charges=st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["-10.00", "-20.00"])), max_size=6),
    seed=st.integers(0, 99),
)
def test_an_order_has_one_charge_and_a_charge_one_order(
    days: list[tuple[int, str]], charges: list[tuple[int, str]], seed: int
) -> None:
    orders = [bought("Lazada", total, day=day) for day, total in days]
    rows = [paid("LAZADA SINGAPORE", amount, day=day, card=True) for day, amount in charges]
    links = match_orders(orders, rows, ZONE)
    chance = random.Random(seed)
    assert match_orders(chance.sample(orders, len(orders)), chance.sample(rows, len(rows)), ZONE) == links
    assert len({link.iri for link in links}) == len({link.other for link in links}) == len(links)
    if links:
        totals = {order.iri: order.total.minor for order in orders}
        paid_by = {row.iri: -row.amount.minor for row in rows}
        assert all(totals[link.iri] == paid_by[link.other] for link in links)
