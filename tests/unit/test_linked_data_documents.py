"""Documents: the bytes we write, and what we make of bytes that others wrote."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.support.made_records import SINGAPORE
from vocab.errors import VocabularyError
from vocab.mapping import from_turtle, parse, to_turtle
from vocab.records import IRI, Listen, Medium, Money, Transaction, TransactionKind
from vocab.turtle import HEADER, decimal, home, literal

PATH = "data/ocbc/transaction/2026/2026-10.ttl"
NAME = "abcdefghijklmnopqrstuvwxyz"
TRANSACTION = Transaction(
    iri=IRI(f"{PATH}#{NAME}"),
    source="ocbc",
    at=datetime(2026, 10, 6, tzinfo=SINGAPORE),
    account="360 Account 1001",
    amount=Money(-5, "SGD"),
    description='NETS "QR"\n',
    merchant="Hup Lee",
    category="eating-out",
    kind=TransactionKind.SPEND,
    value_date=date(2026, 10, 7),
    original=Money(-1530, "JPY"),
    counterparty="Tan",
)
GOLDEN = f"""{HEADER}
<#{NAME}> a schema:MoneyTransfer, pa:Transaction ;
  schema:startTime "2026-10-06T00:00:00+08:00"^^xsd:dateTime ;
  schema:amount "-0.05"^^xsd:decimal ;
  schema:currency "SGD" ;
  schema:description "NETS \\"QR\\"\\n" ;
  pa:account "360 Account 1001" ;
  pa:merchant "Hup Lee" ;
  pa:category category:eating-out ;
  pa:kind pa:Spend ;
  pa:valueDate "2026-10-07"^^xsd:date ;
  pa:originalAmount "-1530"^^xsd:decimal ;
  pa:originalCurrency "JPY" ;
  pa:counterparty "Tan" .
"""
LISTEN_PATH = "data/spotify/listen/2026/2026-10.ttl"
LISTEN = Listen(
    iri=IRI(f"{LISTEN_PATH}#{NAME}"),
    source="spotify",
    at=datetime(2026, 10, 6, 12, 30, 1, tzinfo=UTC),
    played_ms=208647,
    medium=Medium.MUSIC,
    title="Another Tide",
    artist="Echoes",
    track="spotify:track:CCI63xBBQRaL9YxlUEVCxB",
    skipped=False,
)
LISTEN_GOLDEN = f"""{HEADER}
<#{NAME}> a schema:ListenAction, pa:Listen ;
  schema:startTime "2026-10-06T12:30:01+00:00"^^xsd:dateTime ;
  pa:playedMs 208647 ;
  pa:medium pa:Music ;
  pa:title "Another Tide" ;
  pa:artist "Echoes" ;
  schema:object <spotify:track:CCI63xBBQRaL9YxlUEVCxB> ;
  pa:skipped false .
"""


def test_a_transaction_is_written_in_the_agreed_bytes() -> None:
    assert to_turtle([TRANSACTION], PATH).decode() == GOLDEN


def test_a_play_is_written_in_the_agreed_bytes() -> None:
    assert to_turtle([LISTEN], LISTEN_PATH).decode() == LISTEN_GOLDEN


def test_a_record_in_an_overflow_document_keeps_its_iri() -> None:
    overflow = PATH.replace(".ttl", "-b.ttl")
    content = to_turtle([TRANSACTION], overflow)
    assert f"<2026-10.ttl#{NAME}> a ".encode() in content
    assert from_turtle(content, overflow) == [TRANSACTION]
    assert home(overflow) == PATH == home(PATH)


def test_a_record_of_another_month_is_refused() -> None:
    with pytest.raises(VocabularyError, match="does not belong"):
        to_turtle([TRANSACTION], PATH.replace("10.ttl", "11.ttl"))


def test_what_other_programs_added_is_kept_and_does_not_disturb_the_record() -> None:
    added = GOLDEN + f'<#{NAME}> <https://x.example/note> "mine"@en .\n<#note> <https://x.example/p> <other.ttl> .\n'
    assert parse(added.encode(), PATH) == (
        [TRANSACTION],
        (
            f"<../../../../{PATH}#note> <https://x.example/p> <../../../../data/ocbc/transaction/2026/other.ttl> .",
            f'<../../../../{PATH}#{NAME}> <https://x.example/note> "mine"@en .',
        ),
    )


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("a schema:MoneyTransfer, pa:Transaction", "a schema:MoneyTransfer", "is of no kind"),
        ('"-0.05"^^xsd:decimal', '"NaN"^^xsd:decimal', "schema:amount that is no decimal"),
        ('"-0.05"^^xsd:decimal', '"0.005"^^xsd:decimal', "decimal places"),
        ('schema:amount "-0.05"^^xsd:decimal ;', "", "has no schema:amount"),
        ('schema:currency "SGD" ;', 'schema:currency "SGD", "USD" ;', "no single schema:currency"),
        ('pa:merchant "Hup Lee"', "pa:merchant <x>", "no single pa:merchant"),
        ("category:eating-out", "schema:eating", "has no pa:category"),
        ("pa:kind pa:Spend", "pa:kind pa:Music", "unknown pa:kind"),
        ("2026-10-06T00:00:00+08:00", "2026-10-06T00:00:00", "zone"),
        ("2026-10-06T00:00:00+08:00", "yesterday", "cannot be read"),
        ('"2026-10-07"^^xsd:date', '"07/10/2026"', "cannot be read"),
    ],
)
def test_a_record_that_cannot_be_read_is_named_in_the_error(before: str, after: str, reason: str) -> None:
    assert before in GOLDEN
    with pytest.raises(VocabularyError, match=reason) as raised:
        from_turtle(GOLDEN.replace(before, after).encode(), PATH)
    assert NAME in str(raised.value)


@pytest.mark.parametrize("cut", [10, 200, 400, len(GOLDEN) - 3])
def test_a_document_that_was_cut_off_is_not_turtle(cut: int) -> None:
    with pytest.raises(VocabularyError, match="not Turtle"):
        from_turtle(GOLDEN[:cut].encode(), PATH)


def test_control_characters_and_line_separators_are_escaped() -> None:
    assert literal("\x00\x1b\t\x7f\x85\u2028\ufeff") == r'"\u0000\u001B\t\u007F\u0085\u2028\uFEFF"'
    assert literal("咖啡 ☕ é 'x'") == "\"咖啡 ☕ é 'x'\""


def test_half_a_surrogate_pair_is_refused_before_it_reaches_a_document() -> None:
    with pytest.raises(VocabularyError, match="surrogate"):
        literal("\ud800")


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(-5, "SGD"), "-0.05"),
        (Money(100, "SGD"), "1.00"),
        (Money(-12345, "KWD"), "-12.345"),
        (Money(-7, "JPY"), "-7"),
        (Money(0, "SGD"), "0.00"),
    ],
)
def test_amounts_have_the_decimal_places_of_their_currency(money: Money, text: str) -> None:
    assert decimal(money) == text
