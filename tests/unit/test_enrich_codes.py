"""Merchant category codes and issuers' categories, and where they stand among the evidence."""

from __future__ import annotations

from itertools import pairwise

import iso18245
import pytest

from pod_agent.enrich.codes import _codes, by_code, by_hint
from pod_agent.enrich.guesses import SURE, guess
from pod_agent.enrich.transactions import meaning_of
from tests.support.money_rows import paid
from vocab.taxonomy import CATEGORIES


def test_every_code_that_a_list_names_is_in_the_table() -> None:
    ranges = _codes()
    missing = [
        entry.mcc
        for entry in iso18245.get_all_mccs()
        if not any(first <= int(entry.mcc) <= last for first, last, _ in ranges)
    ]
    assert missing == []
    assert all(judgement.category in CATEGORIES for _, _, judgement in ranges)
    assert all(one[1] < two[0] for one, two in pairwise(ranges))


@pytest.mark.parametrize(
    ("code", "category"),
    [("5411", "groceries"), ("5814", "eating-out"), ("3011", "travel"), ("4121", "transport"), ("0742", "other")],
)
def test_a_code_tells_a_category(code: str, category: str) -> None:
    found = by_code(code)
    assert found is not None
    assert found.category == category


@pytest.mark.parametrize("code", [None, "", "7399", "9999", "54110", "54A1", "\u0665\u0664\u0661\u0661"])
def test_a_code_that_says_nothing_tells_nothing(code: str | None) -> None:
    assert by_code(code) is None


@pytest.mark.parametrize(
    ("hint", "category"),
    [
        ("Coffee Shops", "eating-out"),
        ("Food & Dining: Groceries", "groceries"),
        ("FOOD AND DRINK > Coffee", "eating-out"),
        ("Rental Car & Taxi", "transport"),
        ("Eating out", "eating-out"),
        ("Phone and internet", "telecom"),
        ("Uncategorized", None),
        ("Contactless", None),
        (None, None),
    ],
)
def test_an_issuers_words_tell_a_category(hint: str | None, category: str | None) -> None:
    found = by_hint(hint)
    assert (found.category if found else None) == category


def test_a_code_stands_above_the_issuer_and_the_issuer_above_the_table() -> None:
    assert paid("STARBUCKS NEX", "-5").category == "eating-out"
    assert paid("STARBUCKS NEX", "-5", hint="Groceries").category == "groceries"
    assert paid("STARBUCKS NEX", "-5", hint="Groceries", mcc="5942").category == "shopping"


def test_a_code_that_many_shops_share_stands_below_table_and_words() -> None:
    assert paid("STARBUCKS NEX", "-5", mcc="5999").category == "eating-out"
    assert paid("RED STOOL LAKSA", "-5", mcc="5999").category == "eating-out"
    assert paid("QUIET HOLLOW", "-5", mcc="5999").category == "shopping"


@pytest.mark.parametrize(
    ("mcc", "amount", "kind", "category"),
    [
        ("6011", "-50", "cash", "cash"),
        ("4829", "-50", "transfer", "transfers"),
        ("5411", "50", "refund", "groceries"),
        ("6011", "50", "refund", "other"),
    ],
)
def test_a_code_decides_the_kind_with_the_sign(mcc: str, amount: str, kind: str, category: str) -> None:
    row = paid("QUIET HOLLOW", amount, mcc=mcc, card=True)
    assert (row.kind, row.category) == (kind, category)


def test_the_type_codes_of_bank_formats_decide_the_kind() -> None:
    row = paid("BRIGHT PATH PTE LTD 1234567890123456", "2400", hint="SAL", source="dbs")
    assert (row.kind, row.merchant) == ("income", "Bright Path Pte Ltd")
    assert paid("QUIET HOLLOW", "-3", hint="SRVCHG", source="ofx").merchant == "Bank Fees"


def test_an_issuers_payee_names_the_merchant() -> None:
    assert paid("POS 8812 XQ", "-5", hint="Starbucks").merchant == "Starbucks"


def test_the_model_says_how_sure_it_is_and_keeps_silent_where_it_is_not() -> None:
    found = guess("WALDBACKEREI")
    assert found is not None
    assert found.category == "eating-out"
    assert found.sure >= SURE
    assert guess("QUIET HOLLOW") is None
    assert meaning_of("WALDBACKEREI", incoming=False, bank="Bank", card=True).category == "eating-out"
    assert meaning_of("QUIET HOLLOW", incoming=False, bank="Bank", card=True).category == "other"
