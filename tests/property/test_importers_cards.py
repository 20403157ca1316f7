"""Whatever a table or a statement holds: rows are accounted for in order, and every record is valid."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pod_agent.errors import RefusedExportError
from pod_agent.importers.banks.cards import CardTables
from pod_agent.importers.banks.ocbc_pdf_layout import Entry, read_layout, statement_day
from pod_agent.importers.banks.pdf_words import Line, Word
from pod_agent.importers.faults import RowError
from pod_agent.importers.notation import read_amount, read_day
from pod_agent.importers.numbers import mask_numbers
from pod_agent.importers.protocol import Issue, Row, Skipped
from tests.support.rows import SINGAPORE, BytesExport
from vocab.records import Transaction
from vocab.shapes import check

DBS = (
    '"Card Transaction Details For:","DBS Live Fresh Card 4119-1100-2233-4455"\n'
    '"Transaction Date","Transaction Posting Date","Transaction Description","Transaction Type","Payment Type",'
    '"Transaction Status","Debit Amount","Credit Amount"\n'
)
GENERIC = "Date,Description,Amount,Currency\n"
cells = st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=12)


def read(text: str) -> list[Row]:
    return list(CardTables(SINGAPORE).extract(BytesExport(text.encode("utf-8", "surrogatepass"))))


def lines_of(rows: list[Row]) -> list[int]:
    found = []
    for row in rows:
        if isinstance(row, Transaction):
            check(row)
            assert row.provenance is not None
            found.append(row.provenance.line)
        elif isinstance(row, Issue | Skipped):
            found.append(row.line)
    return found


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from('0123/,"\n\r ASGDMar2026-.()xé\0\u202e'), max_size=200), st.sampled_from([DBS, GENERIC]))
def test_no_text_stops_a_table_and_every_record_is_valid(body: str, head: str) -> None:
    try:
        lines = lines_of(read(head + body))
    except RefusedExportError:
        return
    assert lines == sorted(set(lines))


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.dates(date(1990, 1, 1), date(2060, 1, 1)), cells, st.integers(1, 10**9), st.booleans()), max_size=8
    )
)
def test_every_row_of_a_table_becomes_one_record_with_its_values(rows: list[tuple[date, str, int, bool]]) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
    for day, text, cents, out in rows:
        amount = f"{Decimal(cents).scaleb(-2):,}"
        words = [f"{day:%d %b %Y}", f"{day:%d %b %Y}", text, "", "", "Settled"]
        writer.writerow([*words, amount if out else "", "" if out else amount])
    found = [row for row in read(DBS + stream.getvalue()) if isinstance(row, Transaction)]
    assert [(row.at.date(), row.amount.minor) for row in found] == [
        (day, -cents if out else cents) for day, _, cents, out in rows
    ]
    assert len({row.iri for row in found}) == len(rows)


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.sampled_from("0123456789-/. ,'JanFebmars:TZ"), max_size=24) | st.text(max_size=12),
    st.sampled_from(["dmy", "mdy", "ymd"]),
)
def test_a_day_is_a_day_or_a_fault(text: str, order: str) -> None:
    try:
        day: date | str = read_day(text, order)
    except RowError as error:
        day = error.code
    assert isinstance(day, date) or day == "bad_date"


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.sampled_from("0123456789-+()., '\u2019SGDCR$€"), max_size=24) | st.text(max_size=12),
    st.sampled_from([".", ",", "auto"]),
)
def test_an_amount_is_a_number_or_a_fault(text: str, decimal: str) -> None:
    try:
        number: Decimal | str = read_amount(text, decimal).number
    except RowError as error:
        number = error.code
    assert number.is_finite() if isinstance(number, Decimal) else number == "bad_amount"


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("0123456789- AB"), max_size=40))
@example("4111111111111111 4111-1111-1111-1111")
def test_cutting_numbers_twice_changes_nothing_more(text: str) -> None:
    once, _ = mask_numbers(text)
    assert mask_numbers(once) == (once, 0)


words = st.sampled_from(
    "OCBC 360 ACCOUNT Account No. 512345678001 02 JAN 31 FEB 2026 BALANCE B/F C/F 1,000.00 995.50 4.50 ( ) 1.20 NETS"
    " DESCRIPTION Withdrawal Deposit Balance 28/12 30/02 LAST MONTH'S SUBTOTAL 5400-1111-2222-3333 CARD CR DR -".split()
)
printed = st.lists(
    st.lists(st.tuples(words, st.integers(0, 500)), min_size=1, max_size=8).map(
        lambda line: Line(1, tuple(Word(text, left, left + 20) for text, left in line))
    ),
    max_size=14,
)


@settings(max_examples=200, deadline=None)
@given(printed)
def test_no_layout_stops_a_statement_and_signed_rows_follow_the_balance(lines: list[Line]) -> None:
    statement_day(lines)
    for section in read_layout(lines, date(2026, 1, 31)):
        assert all(row.line <= len(lines) for row in section.rows)
        assert all(row.day <= date(2026, 1, 31) for row in section.rows if isinstance(row, Entry))
