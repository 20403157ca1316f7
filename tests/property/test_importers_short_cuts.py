"""Ways that are short for the common row give what the long way gives."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from pod_agent.importers.notation import money, plain_money
from pod_agent.importers.reading import CONTROL, fields_of, fold


@given(st.from_regex(r"-?[0-9]{1,11}\.[0-9]{2}", fullmatch=True), st.sampled_from(["SGD", "USD", "IDR", "EUR"]))
@example("-0.00", "SGD")
def test_an_amount_with_cents_is_the_money_of_its_decimal(text: str, currency: str) -> None:
    assert plain_money(text, currency) == money(Decimal(text), currency)


@given(st.sampled_from(["1,234.50", "12.3", "12", "1.234", "+1.00", "1.00\n", "\u0661.00", "123456789012.00", ""]))
def test_of_any_other_text_there_is_no_plain_money(text: str) -> None:
    assert plain_money(text, "SGD") is None


@given(st.sampled_from(["JPY", "KWD", "sgd", "SG", "S\u0130D", ""]))
def test_of_a_currency_without_cents_there_is_no_plain_money(currency: str) -> None:
    assert plain_money("1.00", currency) is None


@given(st.text(st.sampled_from('ab",\n '), max_size=30))
@example('a,b\nc,"d')
@example('"a\nb",c')
def test_a_record_has_the_fields_that_a_reader_of_its_lines_finds_first(text: str) -> None:
    assert fields_of(text) == next(csv.reader(io.StringIO(text, newline="")), [])


@given(st.text(max_size=30))
@example("a\x00\nb\u202ec \u00a0 d")
def test_folding_is_that_of_the_text_with_spaces_for_control_characters(text: str) -> None:
    assert fold(text) == " ".join(text.translate(CONTROL).split())
