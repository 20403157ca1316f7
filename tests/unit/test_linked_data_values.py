"""Kinds of value: what a text, a number, an address or a link becomes, and what cannot be read back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from tests.unit.test_linked_data_kinds import DAILY, FOLLOW, ITEM, LINE, LISTEN, ORDER, SEARCH, SLEEP, TRANSACTION, VIEW
from vocab.errors import VocabularyError
from vocab.mapping import block, edition_of, from_turtle, is_provisional, to_turtle
from vocab.records import IRI, UNDATED, Record
from vocab.turtle import number

HOSTILE = ' ;\n  pa:provisional true ;\n  pa:edition 7 .\n\n<#b> a "'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("51", "51"),
        ("51.0", "51"),
        ("5.10E+1", "51"),
        ("1E+3", "1000"),
        ("-0.50", "-0.5"),
        ("-0.0", "0"),
        ("0E-40", "0"),
        ("0.000001", "0.000001"),
        ("100", "100"),
    ],
)
def test_equal_numbers_have_one_text(value: str, text: str) -> None:
    assert number(Decimal(value)) == text


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1E+21", "1E-21", "1E+999999", "1." + "1" * 50])
def test_what_nobody_measures_is_refused(value: str) -> None:
    with pytest.raises(VocabularyError):
        number(Decimal(value))


@pytest.mark.parametrize(
    "address",
    [
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1s#comments",
        "http://shop.example:8080/a%20b/c;d=(1)",
        "https://shop.example",
        "spotify:track:CCI63xBBQRaL9YxlUEVCxB",
    ],
)
def test_an_address_is_a_link(address: str) -> None:
    assert f"schema:object <{address}>" in block(replace(VIEW, video=address))


@pytest.mark.parametrize(
    "address",
    [
        "https://shop.example/a b",
        "https://shop.example/a>b",
        "https://shop.example/a/../b",
        "https://shop.example/%zz",
        "https://shop.example/\u5496",
        "https:///nowhere",
        "HTTPS://shop.example/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "//shop.example/a",
        "data/x.ttl",
        "spotify:local:A:B:C:12",
        "https://shop.example/> . <#x> a <y",
    ],
)
def test_what_is_no_address_stays_text(address: str) -> None:
    record = replace(VIEW, video=address, channel_url=address)
    text = block(record)
    assert "schema:object" not in text
    assert 'schema:identifier "' in text
    assert 'pa:channelPage "' in text
    assert _again(record) == record


@pytest.mark.parametrize("section", [(), ("Food",), ("a > b", "c"), ("\\", "\\>", ">"), ("a\\b\\\\c",), (" > ", "x")])
def test_a_section_comes_back_whatever_its_names(section: tuple[str, ...]) -> None:
    record = replace(LINE, section=section)
    assert _again(record) == record


def test_a_link_to_what_is_no_record_is_not_written() -> None:
    for wrong in ("https://shop.example/", "data/../../x.ttl#" + "a" * 26, "data/lazada/order/2026/2026-10.ttl"):
        with pytest.raises(VocabularyError, match="link"):
            block(replace(LINE, order=IRI(wrong)))


def test_a_block_tells_its_edition_and_not_that_of_a_text_within() -> None:
    plain = block(replace(SEARCH, text=HOSTILE))
    assert (edition_of(plain), is_provisional(plain)) == (0, False)
    for edition in (1, -1, 2**31 - 1):
        text = block(replace(SEARCH, text=HOSTILE, edition=edition, provisional=True))
        assert (edition_of(text), is_provisional(text)) == (edition, True)


def test_defaults_are_not_written() -> None:
    for record, words in (
        (TRANSACTION, ["pa:card", "pa:mcc", "pa:hint", "schema:identifier", "pa:provisional"]),
        (LISTEN, ["pa:provisional"]),
        (VIEW, ["pa:isAd", "pa:isMusic", "pa:channel "]),
        (SLEEP, ["pa:isMain", "pa:recorder"]),
        (ORDER, ["pa:edition"]),
    ):
        assert all(word in block(record) for word in words)
    plain = replace(TRANSACTION, card=False, mcc=None, hint=None, reference=None, provisional=False)
    assert block(plain).endswith("pa:kind pa:Spend .")


def test_a_record_without_a_time_has_none_in_its_document() -> None:
    assert "startTime" in block(ITEM)
    assert "1970" not in block(FOLLOW)
    assert _again(FOLLOW).at == UNDATED


@pytest.mark.parametrize(
    ("record", "before", "after", "reason"),
    [
        (DAILY, "unit:BEAT-PER-MIN", "unit:PERCENT", "another qudt:unit"),
        (DAILY, "measure:heart_rate", "measure:mood", "unknown sosa:observedProperty"),
        (DAILY, '"61.5"^^xsd:decimal', '"6e1"^^xsd:decimal', "no decimal number"),
        (DAILY, "pa:samples 8200", "pa:samples 82.5", "no whole number"),
        (SLEEP, "pa:isMain false", 'pa:isMain "no"', "neither true nor false"),
        (SLEEP, "T19:30:00+08:00", "T19:30:00", "without a zone"),
        (LINE, "order/2026/2026-10.ttl#", "order/2026/2026-10.ttl#A", "pa:order that is no record"),
        (LINE, "schema:OrderProcessing", "schema:OrderProblem", "unknown schema:orderItemStatus"),
        (SEARCH, '  schema:query "kaya" .', '  schema:name "kaya" .', "has no schema:query"),
        (SEARCH, "schema:startTime", "schema:endTime", "has no schema:startTime"),
        (VIEW, "schema:object <https:", "schema:object <https://a.example/>, <https:", "no single schema:object"),
        (VIEW, "pa:isAd true", "pa:isAd pa:Video", "no single pa:isAd"),
    ],
)
def test_a_property_that_cannot_be_read_is_named(record: Record, before: str, after: str, reason: str) -> None:
    path = record.iri.partition("#")[0]
    text = to_turtle([record], path).decode()
    assert before in text
    with pytest.raises(VocabularyError, match=reason):
        from_turtle(text.replace(before, after).encode(), path)


def _again(record: Record) -> Record:
    path = record.iri.partition("#")[0]
    [read] = from_turtle(to_turtle([record], path), path)
    return read
