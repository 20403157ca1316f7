"""Whatever a bank's file holds: every row is accounted for, order and overlap change nothing, no bytes do harm."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pod_agent.errors import RefusedExportError
from pod_agent.importers.banks.camt import Camt
from pod_agent.importers.banks.mt940 import Mt940
from pod_agent.importers.banks.ofx import Ofx
from pod_agent.importers.banks.qif import Qif
from pod_agent.importers.protocol import Importer, Issue, Row, Skipped, Statement, Withheld
from tests.support.rows import FIXTURES, SINGAPORE, BytesExport
from vocab.records import Record, Transaction
from vocab.shapes import check

Entry = tuple[date, str, int]
letters = st.sampled_from("AB c19*&-./\"'é+?>")
texts = st.text(letters, min_size=1, max_size=30).map(lambda text: " ".join(text.split())).filter(bool)
amounts = st.integers(-300_000, 300_000).filter(bool)
entries = st.lists(st.tuples(st.dates(date(2025, 12, 29), date(2026, 1, 20)), texts, amounts), max_size=12)


def ofx_1(rows: list[Entry]) -> bytes:
    lines = [
        f"<STMTTRN><TRNTYPE>OTHER<DTPOSTED>{day:%Y%m%d}120000[8:SGT]<TRNAMT>{minor / 100:.2f}"
        f"<FITID>1<NAME>{escape(text)}</STMTTRN>\r\n"
        for day, text, minor in rows
    ]
    head = "OFXHEADER:100\r\nCHARSET:1252\r\n\r\n<OFX><STMTRS><CURDEF>SGD<BANKACCTFROM><ACCTID>7</BANKACCTFROM>\r\n"
    return (head + "<BANKTRANLIST>" + "".join(lines) + "</BANKTRANLIST></STMTRS></OFX>").encode("cp1252")


def ofx_2(rows: list[Entry]) -> bytes:
    lines = [
        f"<STMTTRN><DTPOSTED>{day:%Y%m%d}</DTPOSTED><TRNAMT>{minor / 100:,.2f}</TRNAMT><FITID>2</FITID>"
        f"<NAME>{escape(escape(text))}</NAME></STMTTRN>"
        for day, text, minor in rows
    ]
    head = '<?xml version="1.0"?><?OFX OFXHEADER="200"?><OFX><STMTRS><CURDEF>SGD</CURDEF><BANKACCTFROM>'
    head += "<ACCTID>7</ACCTID></BANKACCTFROM><BANKTRANLIST>"
    return (head + "".join(lines) + "</BANKTRANLIST></STMTRS></OFX>").encode()


def qif(rows: list[Entry]) -> bytes:
    lines = [f"D{day:%Y-%m-%d}\nT{minor / 100:,.2f}\nP{text}\n^\n" for day, text, minor in rows]
    return ("!Type:Bank\n" + "".join(lines)).encode()


def camt(rows: list[Entry]) -> bytes:
    lines = [
        f'<Ntry><Amt Ccy="SGD">{abs(minor) / 100:.2f}</Amt><CdtDbtInd>{"DBIT" if minor < 0 else "CRDT"}</CdtDbtInd>'
        f"<Sts>BOOK</Sts><BookgDt><Dt>{day}</Dt></BookgDt><AddtlNtryInf>{escape(text)}</AddtlNtryInf></Ntry>"
        for day, text, minor in rows
    ]
    return ("<Document><BkToCstmrStmt><Stmt>" + "".join(lines) + "</Stmt></BkToCstmrStmt></Document>").encode()


def mt940(rows: list[Entry]) -> bytes:
    lines = [
        f":61:{day:%y%m%d%m%d}{'D' if minor < 0 else 'C'}{abs(minor) / 100:.2f}NMSCNONREF\n:86:= {text}\n".replace(
            ".", ","
        )
        for day, text, minor in rows
    ]
    return (":20:S\n:25:7\n:60F:C260101SGD0,\n" + "".join(lines) + "-\n").encode()


LAYOUTS: list[tuple[Importer, Callable[[list[Entry]], bytes]]] = [
    (Ofx(SINGAPORE), ofx_1),
    (Ofx(SINGAPORE), ofx_2),
    (Qif(SINGAPORE), qif),
    (Camt(SINGAPORE), camt),
    (Mt940(SINGAPORE), mt940),
]
layouts = pytest.mark.parametrize(("importer", "layout"), LAYOUTS, ids=["ofx1", "ofx2", "qif", "camt", "mt940"])


def read(importer: Importer, content: bytes) -> list[Transaction]:
    return [row for row in importer.extract(BytesExport(content)) if isinstance(row, Transaction)]


@layouts
@settings(max_examples=40, deadline=None)
@given(rows=entries)
def test_every_row_becomes_one_record_with_its_day_and_amount(
    importer: Importer, layout: Callable[[list[Entry]], bytes], rows: list[Entry]
) -> None:
    found = read(importer, layout(rows))
    assert [(row.at.date(), row.amount.minor) for row in found] == [(day, minor) for day, _, minor in rows]
    assert len({row.iri for row in found}) == len(rows)


@layouts
@settings(max_examples=30, deadline=None)
@given(rows=entries, random=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_record(
    importer: Importer, layout: Callable[[list[Entry]], bytes], rows: list[Entry], random: Random
) -> None:
    shuffled = sorted(rows, key=lambda _: random.random())
    assert {row.iri for row in read(importer, layout(shuffled))} == {row.iri for row in read(importer, layout(rows))}


@layouts
@settings(max_examples=30, deadline=None)
@given(rows=entries, middle=st.integers(0, 22))
def test_files_that_overlap_by_whole_days_give_the_union(
    importer: Importer, layout: Callable[[list[Entry]], bytes], rows: list[Entry], middle: int
) -> None:
    day = date(2025, 12, 29) + timedelta(days=middle)
    parts = [row for row in rows if row[0] <= day], [row for row in rows if row[0] >= day]
    united = {row.iri for part in parts for row in read(importer, layout(part))}
    assert united == {row.iri for row in read(importer, layout(rows))}


@settings(max_examples=60, deadline=None)
@given(entries)
def test_sgml_and_xml_of_the_same_rows_give_the_same_records(rows: list[Entry]) -> None:
    old, new = read(Ofx(SINGAPORE), ofx_1(rows)), read(Ofx(SINGAPORE), ofx_2(rows))
    assert [(row.iri, row.description) for row in old] == [(row.iri, row.description) for row in new]


def _harmless(importer: Importer, content: bytes) -> None:
    """Read it, and find all rows valid and on rising lines, or the file refused."""
    export = BytesExport(content)
    importer.identify(export)
    last, names = 0, set[str]()
    try:
        for row in importer.extract(export):
            if isinstance(row, Statement | Withheld):
                continue
            line = _line(row)
            if line == last:
                assert isinstance(row, Record)
                assert row.iri not in names
            else:
                assert line > last
                names = set()
            if isinstance(row, Record):
                check(row)
                names.add(row.iri)
            last = line
    except RefusedExportError:
        return


def _line(row: Row) -> int:
    if isinstance(row, Issue | Skipped):
        return row.line
    assert isinstance(row, Record)
    assert row.provenance is not None
    return row.provenance.line


SEEDS = [
    (importer, path.read_bytes())
    for importer, folder in (
        (Ofx(SINGAPORE), "ofx"),
        (Qif(SINGAPORE), "qif"),
        (Camt(SINGAPORE), "camt"),
        (Mt940(SINGAPORE), "mt940"),
    )
    for path in sorted((FIXTURES / folder).iterdir())
    if path.suffix != ".json"
]
PIECES = [
    b"<",
    b">",
    b"</",
    b"&amp;",
    b"&#0;",
    b"\0",
    b"\xff",
    b"\n",
    b"^",
    b"!",
    b":61:",
    b":86:",
    b"?20",
    b"<STMTTRN>",
]
PIECES += [
    b"-}",
    b"{1:",
    b"9" * 30,
    b"-",
    b"1,234",
    b"<!ENTITY",
    b"<![CDATA[",
    b"\xef\xbb\xbf",
    b"D",
    b"T",
    b"/REMI/",
    b"''",
]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_change_to_a_file_raises_anything_but_a_refusal(data: st.DataObject) -> None:
    importer, content = data.draw(st.sampled_from(SEEDS))
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(changed)))
        length = data.draw(st.sampled_from([0, 0, 1, 3, 20, 400]))
        changed[place : place + length] = data.draw(st.sampled_from(PIECES) | st.binary(max_size=4))
    _harmless(importer, bytes(changed))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", *(content[:700] for _, content in SEEDS)]))
def test_no_bytes_raise_anything_but_a_refusal(content: bytes, head: bytes) -> None:
    for importer, _ in LAYOUTS[1:]:
        _harmless(importer, head + content)
