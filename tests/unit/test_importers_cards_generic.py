"""Tables of any bank: words of many languages, days and signs that the file tells, an issuer added by a file."""

from __future__ import annotations

import msgspec
import pytest

from pod_agent.errors import RefusedExportError
from pod_agent.importers.banks.card_profile import load, profiles
from pod_agent.importers.banks.cards import CardTables
from pod_agent.importers.protocol import Issue, Row, Skipped
from tests.support.rows import SINGAPORE, BytesExport, found
from tests.support.shared import shared
from vocab.records import Money, Transaction

HEAD = "Date,Description,Amount,Currency\n"
NEW_ISSUER = """
name = "harbour-card"
title = "a Harbour Bank card"
source = "harbour"
zone = "Europe/Lisbon"
currency = "EUR"

[recognise]
header = ["When", "What", "How much"]
preamble = "Harbour Bank"

[account]
beside = ["your card"]

[columns]
date = ["When"]
description = ["What"]
amount = ["How much"]

[rules]
order = "mdy"
decimal = ","
spend = "positive"
footer = ["sum"]
left_out = []
"""


def read(text: str) -> list[Row]:
    return list(CardTables(SINGAPORE).extract(BytesExport(text.encode(), "table.csv")))


def transactions(rows: list[Row]) -> list[Transaction]:
    return [row for row in rows if isinstance(row, Transaction)]


def read_one(text: str) -> Transaction:
    [row] = transactions(read(text))
    return row


@pytest.mark.parametrize(
    ("header", "row", "minor"),
    [
        ("Date,Details,Debit,Credit,Currency", "25/01/2026,SHOP,4.50,,SGD", -450),
        ("Date,Details,Paid out,Paid in,Currency", "25/01/2026,SHOP,,4.50,GBP", 450),
        ("Date,Details,Debit,Credit,Currency", "25/01/2026,SHOP,-4.50,0.00,SGD", -450),
        ("Date;Libellé;Débit;Crédit;Devise", "25/01/2026;BOULANGERIE;4,50;;EUR", -450),
        ("Fecha;Concepto;Importe;Divisa", "25/01/2026;CAFE;-1.234,50;EUR", -123450),
        ("Data;Descrizione;Importo;Divisa", "25.01.2026;BAR;-4,5;EUR", -450),
        ("Datum\tOmschrijving\tBedrag\tMunt", "25-01-2026\tWINKEL\t-4,50\tEUR", -450),
        ("Date|Description|Amount (SGD)", "2026-01-25|SHOP|(1,234.50)", -123450),
        ("Date,Description,Amount,Currency", "25 Jan 2026,SHOP,4.50 DR,SGD", -450),
        ("Date,Description,Amount,Currency", "25 Jan 2026,SHOP,4.50CR,SGD", 450),
        ("Date,Description,Amount", "25 Jan 2026,SHOP,SGD -4.50", -450),
        ("Date,Description,Amount,Currency,Dr/Cr", "25 Jan 2026,SHOP,4.50,SGD,DR", -450),
        ("Date,Description,Amount,Currency", "25 Jan 2026,SHOP,4.50-,SGD", -450),
        ("Date,Description,Amount,Currency", "25 Jan 2026,SHOP,\u22124.50,SGD", -450),
        ("Date,Description,Amount,Currency", "25 Jan 2026,SHOP,-1'234.50,CHF", -123450),
        ("Date,Description,Amount,Currency", "25 Jan 2026,SHOP,-500,JPY", -500),
    ],
)
def test_the_usual_words_and_notations_are_read(header: str, row: str, minor: int) -> None:
    found_row = read_one(f"{header}\n{row}\n")
    assert found_row.amount.minor == minor
    assert f"{found_row.at:%Y-%m-%d}" == "2026-01-25"


def test_day_and_month_are_told_by_any_day_after_the_12th() -> None:
    day_first = transactions(read(HEAD + "03/02/2026,A,-1.00,SGD\n25/02/2026,B,-1.00,SGD\n"))
    month_first = transactions(read(HEAD + "03/02/2026,A,-1.00,SGD\n02/25/2026,B,-1.00,SGD\n"))
    assert f"{day_first[0].at:%Y-%m-%d}" == "2026-02-03"
    assert f"{month_first[0].at:%Y-%m-%d}" == "2026-03-02"


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("03/02/2026,A,-1.00,SGD\n", "as day/month/year and as month/day/year"),
        ("13/02/2026,A,-1.00,SGD\n02/13/2026,B,-1.00,SGD\n", "others only as month/day/year"),
        ("25/02/2026,A,1.00,SGD\n", "money out or money in"),
    ],
)
def test_what_a_file_does_not_tell_is_not_guessed(rows: str, why: str) -> None:
    with pytest.raises(RefusedExportError, match=why) as error:
        read(HEAD + rows)
    assert "add-a-card-issuer" in (error.value.hint or "")


def test_a_table_without_currency_is_not_taken() -> None:
    opinion = CardTables(SINGAPORE).identify(BytesExport(b"Date,Description,Amount\n25/01/2026,SHOP,-4.50\n"))
    assert (opinion.value, "currency" in opinion.why) == (0, True)


def test_a_table_of_products_is_not_a_banks() -> None:
    text = b"Date,Description,Amount,Currency,Quantity\n25/01/2026,SHOP,-4.50,SGD,2\n"
    assert CardTables(SINGAPORE).identify(BytesExport(text)).value == 0


def test_declined_rows_and_totals_are_left_out_and_pending_ones_are_provisional() -> None:
    head = "Date,Description,Amount,Currency,Status,MCC\n"
    rows = read(
        head + "25 Jan 2026,A,-1.00,SGD,Declined,\n25 Jan 2026,B,-1.00,SGD,Pending,5814\nTotal,,-1.00,SGD,,\n\n,,,,,\n"
    )
    assert [(row.line, row.reason) for row in rows if isinstance(row, Skipped)] == [
        (2, "not_carried_out"),
        (4, "footer"),
    ]
    [row] = transactions(rows)
    assert (row.provisional, row.mcc) == (True, "5814")


def test_columns_of_their_own_give_the_original_amount() -> None:
    head = "Date,Description,Amount,Currency,Original amount,Original currency,Category\n"
    row = read_one(head + "25 Jan 2026,SHOP,-13.20,SGD,10.00,USD,Groceries\n")
    assert (row.original, row.hint) == (Money(-1000, "USD"), "Groceries")


def test_an_account_column_shows_four_characters() -> None:
    head = "Account,Date,Description,Amount,Currency\n"
    rows = transactions(
        read(
            head
            + "4111-1111-1111-1111,25 Jan 2026,SHOP,-1.00,SGD\nDE89 3704 0044 0532 0130 00,25 Jan 2026,SHOP,-1.00,EUR\n"
        )
    )
    assert [row.account for row in rows] == ["account 1111", "account 3000"]


@pytest.mark.parametrize("text", ["4111 1111 1111 1111", "5500-0000-0000-0004", "DE89370400440532013000"])
def test_numbers_of_cards_and_accounts_in_a_text_are_cut(text: str) -> None:
    row = read_one(HEAD + f"25 Jan 2026,PAID {text} THANKS,-1.00,SGD\n")
    assert row.description == f"PAID *{text[-4:]} THANKS"


def test_turning_characters_do_not_reach_the_record() -> None:
    assert read_one(HEAD + "25 Jan 2026,SAFE\u202eEVIL\u2066X,-1.00,SGD\n").description == "SAFE EVIL X"


def test_ocbcs_own_layout_stays_with_its_own_importer() -> None:
    [(importer, _)] = found(shared("qa/dev/exports/ocbc/TransactionHistory_360.csv")).exports
    assert importer.name == "ocbc-csv"


def test_every_profile_reads_and_has_a_name_of_its_own() -> None:
    names = [profile.name for profile in profiles()]
    assert len(set(names)) == len(names) >= 8


def test_a_wrong_word_in_a_profile_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="sign"):
        load(NEW_ISSUER + 'sign = "minus"\n')


def test_an_issuer_is_added_by_one_file() -> None:
    text = (
        "Harbour Bank\nYour card;Sea Card 4111111111111111\n\nWhen;What;How much\n"
        "01/25/2026;FISH;1.234,50\n01/26/2026;PAYMENT;-10,00\nSum;;1.224,50\n"
    )
    rows = list(CardTables(SINGAPORE, [load(NEW_ISSUER)]).extract(BytesExport(text.encode())))
    assert [(row.source, row.account, row.amount) for row in transactions(rows)] == [
        ("harbour", "Sea Card 1111", Money(-123450, "EUR")),
        ("harbour", "Sea Card 1111", Money(1000, "EUR")),
    ]
    assert [row.reason for row in rows if isinstance(row, Skipped)] == ["footer"]
    assert not [row for row in rows if isinstance(row, Issue)]
