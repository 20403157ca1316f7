"""No full card number reaches a document, whatever stands around it."""

from __future__ import annotations

import re
from collections import Counter

from hypothesis import assume, example, given
from hypothesis import strategies as st

from pod_agent.importers.numbers import is_iban, mask_numbers
from pod_agent.ingest.privacy import ADDRESSES, CARDS, mask_addresses, scrub
from tests.support.supersede import START, payment
from vocab.mapping import block
from vocab.records import IRI, Search


def _with_check_digit(digits: str) -> str:
    return next(digits + last for last in "0123456789" if _is_luhn(digits + last))


def _is_luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


SCHEMES = (
    ("4", 16),
    ("4", 19),
    ("51", 16),
    ("2221", 16),
    ("37", 15),
    ("36", 14),
    ("3528", 16),
    ("62", 18),
    ("6011", 16),
)
"""How the numbers of some schemes begin, and how long they are."""

cards = st.sampled_from(SCHEMES).flatmap(
    lambda scheme: (
        st.text("0123456789", min_size=scheme[1] - len(scheme[0]) - 1, max_size=scheme[1] - len(scheme[0]) - 1)
        .map(lambda middle: _with_check_digit(scheme[0] + middle))
        .filter(lambda card: len(set(card)) > 1)
    )
)
separators = st.sampled_from(["", " ", "-", "\u2013"])
around = st.text(st.characters(codec="utf-8", exclude_categories=["Nd", "Cs"]), max_size=20)


def _grouped(card: str, separator: str, size: int) -> str:
    return separator.join(card[start : start + size] for start in range(0, len(card), size))


def _is_iban_by_chance(before: str, card: str, after: str) -> bool:
    behind = re.sub(r"[^A-Z0-9]", "", after)
    return any(is_iban(f"{before[-2:]}{card}{behind[:length]}") for length in range(len(behind) + 1))


@given(cards, separators, st.integers(1, 6), around, around)
@example("4111111111111111", " ", 4, "CARD ", " KOPI")
@example("4000000000000002", "", 1, "AA", "")
@example("4000000000000002", " ", 4, "REF XY", " AB12")
def test_of_a_card_number_only_the_last_four_digits_stay(
    card: str, separator: str, size: int, before: str, after: str
) -> None:
    assume(not _is_iban_by_chance(before, card, after))
    text = f"{before}{_grouped(card, separator, size)}{after}"
    clean, count = mask_numbers(text)
    assert count == 1
    assert clean == f"{before}*{card[-4:]}{after}"


@given(cards, st.text("0123456789 -", max_size=25))
def test_no_card_number_is_left_that_stands_by_itself(card: str, other: str) -> None:
    clean, count = mask_numbers(f"{other}; {card}; {other}")
    assert count >= 1
    assert card not in re.findall(r"\d+", clean)


@given(cards)
def test_no_card_number_reaches_the_block_of_a_payment(card: str) -> None:
    found: Counter[str] = Counter()
    record = scrub(payment(0, f"PAY {card} KOPI", 180, "settled"), found)
    assert card not in block(record)
    assert f"PAY *{card[-4:]} KOPI" in block(record)
    assert found == {CARDS: 1}


@given(st.from_regex(r"[01789]\d{12,18}", fullmatch=True))
def test_numbers_that_no_scheme_issues_stay_also_beside_the_word_card(digits: str) -> None:
    assert mask_numbers(f"CARD {digits} X") == (f"CARD {digits} X", 0)


def test_a_wrong_check_digit_hides_no_card_where_the_text_speaks_of_one() -> None:
    assert mask_numbers("BILL PAYMENT VISA 4111111111111112") == ("BILL PAYMENT VISA *1112", 1)
    assert mask_numbers("INVOICE 4111111111111112") == ("INVOICE 4111111111111112", 0)


@given(st.text("0123456789", min_size=1, max_size=12) | st.text("0123456789", min_size=20, max_size=30))
def test_shorter_and_longer_numbers_stay(digits: str) -> None:
    assert mask_numbers(f"REF {digits} X") == (f"REF {digits} X", 0)


@given(st.ip_addresses().map(str))
def test_addresses_are_taken_out_of_searches_and_left_in_payments(address: str) -> None:
    assert mask_addresses(f"block {address} now") == ("block [IP address] now", 1)
    found: Counter[str] = Counter()
    search = Search(iri=IRI("data/x/search/2026/2026-01.ttl#a"), source="x", at=START, text=f"is {address} safe")
    clean = scrub(search, found)
    assert isinstance(clean, Search)
    assert (clean.text, found) == ("is [IP address] safe", {ADDRESSES: 1})
    bill = payment(0, f"BILL {address}", 180, "settled")
    if not mask_numbers(bill.description)[1]:
        assert scrub(bill, Counter()) is bill


def test_times_versions_and_ratios_are_no_addresses() -> None:
    for text in ("at 12:30:45", "a 2:1 win", "v1.2.3", "10.5 km", "1.2.3.4.5", "256.1.1.1", "std::vector"):
        assert mask_addresses(text) == (text, 0)
