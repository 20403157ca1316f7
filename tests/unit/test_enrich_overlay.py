"""The person's word over the rows' own: what a rule may change, what a correction says, how one becomes the other."""

from __future__ import annotations

import pytest

from pod_agent.enrich.overlay import Correction, Overlay, pattern_of
from pod_agent.enrich.rules import Rule, Rulebook
from pod_agent.enrich.transactions import Meaning
from tests.support.money_rows import paid
from vocab.records import Transaction, TransactionKind


def ruled(row: Transaction, *rules: tuple[str, str, str]) -> tuple[str, str, str]:
    found = Overlay(Rulebook(Rule(*rule) for rule in rules), {}).meaning(row)
    return found.merchant or found.counterparty or "", found.category, found.kind


@pytest.mark.parametrize(
    ("amount", "category", "kind"),
    [
        ("-5", "shopping", "spend"),
        ("5", "shopping", "refund"),
        ("-5", "fees", "fee"),
        ("5", "fees", "refund"),
        ("-5", "transfers", "transfer"),
        ("5", "transfers", "transfer"),
        ("5", "income", "income"),
    ],
)
def test_a_rule_decides_the_kind_with_the_sign(amount: str, category: str, kind: str) -> None:
    row = paid("QUIET HOLLOW SINGAPORE SGP", amount, card=True)
    assert ruled(row, ("QUIET HOLLOW", "Hollow", category)) == ("Hollow", category, kind)


def test_a_rule_whose_category_cannot_be_that_of_the_sign_says_nothing() -> None:
    row = paid("RED STOOL LAKSA", "-5", card=True)
    assert ruled(row, ("RED STOOL", "Stool", "income")) == ("Red Stool Laksa", "eating-out", "spend")
    back = paid("RED STOOL LAKSA", "5", card=True)
    assert ruled(back, ("RED STOOL", "Stool", "cash")) == ("Red Stool Laksa", "eating-out", "refund")


def test_a_rule_without_a_name_keeps_the_name() -> None:
    row = paid("QUIET HOLLOW SINGAPORE SGP", "-5", card=True)
    assert ruled(row, ("QUIET HOLLOW", "", "shopping")) == ("Quiet Hollow", "shopping", "spend")


def test_cash_has_no_merchant_whatever_the_rule_calls_it() -> None:
    assert ruled(paid("QUIET HOLLOW", "-5"), ("QUIET", "Machine", "cash")) == ("", "cash", "cash")


def test_a_rule_stands_above_code_and_issuer() -> None:
    row = paid("QUIET HOLLOW", "-5", mcc="5411", hint="Groceries", card=True)
    assert ruled(row, ("QUIET HOLLOW", "Hollow", "travel")) == ("Hollow", "travel", "spend")


@pytest.mark.parametrize(
    "text",
    [
        "FAST PAYMENT OTHR-Ikea via PayNow-Mobile to LIM WEI JIE",
        "FAST PAYMENT OTHR-Ikea to LIM WEI JIEvia PayNow-Mobile",
        "CASH WITHDRAWAL ATM OCBC ATM IKEA TAMPINES",
        "BILL PAYMENT INB IKEA CARDS 12345678",
    ],
)
def test_a_word_in_a_payers_note_or_a_banks_own_entry_is_no_shop(text: str) -> None:
    row = paid(text, "-80")
    assert ruled(row, ("IKEA", "Ikea", "household"))[1:] == (row.category, row.kind)


def test_a_rule_may_name_the_note_from_the_start_of_the_text() -> None:
    row = paid("FAST PAYMENT OTHR-Guitar lesson via PayNow-Mobile to LIM WEI JIE", "-80")
    assert ruled(row, ("FAST PAYMENT*GUITAR LESSON", "Guitar", "education")) == ("Guitar", "education", "spend")


def test_a_rule_for_a_person_finds_the_person() -> None:
    row = paid("FAST PAYMENT OTHR-xyz via PayNow-Mobile to LIM WEI JIE", "-80")
    assert ruled(row, ("LIM WEI JIE", "Guitar", "education")) == ("Guitar", "education", "spend")


def test_a_name_that_the_bank_glues_to_the_next_word_is_found() -> None:
    row = paid("FUND TRANSFER OTHR-RENT NOV to PALM COURT PTE LTDvia PayNow-UEN", "-2000")
    assert ruled(row, ("PALM COURT PTE LTD", "Palm Court", "household"))[0] == "Palm Court"


def test_a_salary_stays_one_though_a_shop_pays_it() -> None:
    row = paid("GIRO - SALARY IKANO PTE LTD SALA", "5000")
    assert ruled(row, ("IKANO", "Ikea", "household"))[2] == "income"
    assert ruled(row, ("IKANO", "My employer", "income")) == ("My employer", "income", "income")


def test_a_correction_stands_above_every_rule_and_leaves_others_alone() -> None:
    row, other = paid("QUIET HOLLOW", "-5", card=True), paid("QUIET HOLLOW", "-5", card=True)
    correction = Correction(iri=row.iri, category="travel", merchant="Hollow Tours")
    overlay = Overlay(Rulebook([Rule("QUIET", "Hollow", "shopping")]), {row.iri: correction})
    assert overlay.meaning(row) == Meaning(kind=TransactionKind.SPEND, merchant="Hollow Tours", category="travel")
    assert overlay.meaning(other).category == "shopping"


def test_a_correction_may_name_the_kind() -> None:
    row = paid("QUIET HOLLOW", "5", card=True)
    correction = Correction(iri=row.iri, category="shopping", kind=TransactionKind.INCOME)
    assert Overlay(Rulebook(), {row.iri: correction}).meaning(row).kind is TransactionKind.INCOME


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("NETS QR RED STOOL LAKSA 57240322 NETS QR PURCHASE", "RED STOOL LAKSA"),
        ("RED STOOL-BEDOK 8817263 SINGAPORE SGP", "RED STOOL"),
        ("GRAB* RIDE A-7X9YZ12QQ SINGAPORE SGP", "GRAB RIDE"),
        ("CATHAY CINEPLEXES JEM SINGAPORE SGP", "CATHAY CINEPLEX*"),
        ("FAST PAYMENT OTHR-Dinner via PayNow-Mobile to LIM WEI JIE", "LIM WEI JIE"),
        ("SQ *THE DAILY GREEN SINGAPORE SGP", "THE DAILY GREEN"),
        ("BLUE 12345678 BENCH", "BLUE * BENCH"),
        ("", ""),
    ],
)
def test_the_pattern_for_all_alike_names_the_other_side(text: str, pattern: str) -> None:
    row = paid(text, "-5")
    assert pattern_of(row) == pattern
    if pattern:
        assert ruled(row, (pattern, "Name", "travel")) == ("Name", "travel", "spend")
