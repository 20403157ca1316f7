"""CAMT: versions and namespaces, collected bookings, cards, reversals, balances, and hostile XML."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import pytest

from pod_agent.errors import RefusedExportError
from pod_agent.importers.banks.camt import Camt
from pod_agent.importers.protocol import Issue, Row, Skipped, Statement
from tests.support.rows import FIXTURES, SINGAPORE, BytesExport, check_golden, found, read_all
from tests.support.shared import shared
from vocab.records import Money, Transaction

FILE = FIXTURES / "camt" / "statement_08.xml"
HEAD = "<Document><BkToCstmrStmt><Stmt><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>\n"
TAIL = "</Stmt></BkToCstmrStmt></Document>\n"
SOUND = (
    '<Ntry><Amt Ccy="EUR">4.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt>'
    "<AddtlNtryInf>KIOSK</AddtlNtryInf></Ntry>\n"
)


def read(content: str | bytes) -> list[Row]:
    raw = content if isinstance(content, bytes) else content.encode()
    return list(Camt(SINGAPORE).extract(BytesExport(raw, "statement.xml")))


def entries(*texts: str) -> list[Row]:
    return read(HEAD + "".join(texts) + TAIL)


def transactions(rows: Iterable[Row]) -> list[Transaction]:
    return [row for row in rows if isinstance(row, Transaction)]


def test_every_entry_of_a_file_reads_as_its_golden_file() -> None:
    check_golden(read_all(FILE), FILE.with_name("statement_08.expected.json"))


def test_the_agent_finds_a_camt_file_by_its_content() -> None:
    assert [importer.name for importer, _ in found(FILE).exports] == ["camt"]


@pytest.mark.parametrize("version", ["02", "03", "04", "06", "08", "13"])
@pytest.mark.parametrize("prefix", ["", "ns2:"])
def test_every_version_and_prefix_gives_the_same_records(version: str, prefix: str) -> None:
    text = HEAD + SOUND + TAIL
    for name in ("Document", "BkToCstmrStmt", "Stmt", "Ntry", "Amt"):
        text = text.replace(f"<{name}", f"<{prefix}{name}").replace(f"</{name}", f"</{prefix}{name}")
    space = f'xmlns{":ns2" if prefix else ""}="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"'
    spaced = text.replace("Document>", f"Document {space}>", 1)
    assert Camt(SINGAPORE).identify(BytesExport(spaced.encode())).value == 1
    assert [row.iri for row in transactions(read(spaced))] == [row.iri for row in transactions(entries(SOUND))]


@pytest.mark.parametrize(
    ("root", "element"), [("BkToCstmrAcctRpt", "Rpt"), ("BkToCstmrDbtCdtNtfctn", "Ntfctn"), ("BkToCstmrStmt", "Stmt")]
)
def test_reports_and_notifications_are_read_like_statements(root: str, element: str) -> None:
    text = (HEAD + SOUND + TAIL).replace("BkToCstmrStmt", root).replace("Stmt>", f"{element}>")
    text = text.replace(f"BkToCstmr{element}", root)
    assert Camt(SINGAPORE).identify(BytesExport(text.encode())).value == 1
    assert len(transactions(read(text))) == 1


def test_a_collected_booking_gives_a_record_for_each_payment_in_it() -> None:
    rows = [row for row in transactions(read_all(FILE)) if row.amount.minor in {-4000, -2000} and row.at.day == 3]
    assert [(row.description, row.reference) for row in rows] == [
        ("STADTWERKE Strom Maerz", "E1"),
        ("WASSERWERK", "N1"),
    ]
    assert len({row.provenance.line for row in rows if row.provenance}) == 1
    assert len({row.iri for row in rows}) == 2


def test_a_collected_booking_whose_payments_do_not_add_up_is_one_record() -> None:
    (row,) = [row for row in transactions(read_all(FILE)) if row.at.day == 4]
    assert (row.amount, row.description, row.reference) == (Money(-3000, "EUR"), "first second", "BATCH-2")


def test_a_payment_by_card_belongs_to_the_day_the_card_was_used() -> None:
    (row,) = [row for row in transactions(read_all(FILE)) if row.mcc]
    assert (f"{row.at:%Y-%m-%d}", row.mcc, row.original) == ("2026-03-05", "5812", Money(-4000, "SGD"))
    assert row.description == "RED STOOL LAKSA *1111"
    assert row.hint == "PMNT-CCRD-POSD"


def test_a_reversal_has_the_sign_of_its_own_booking() -> None:
    (row,) = [row for row in transactions(read_all(FILE)) if row.at.day == 8]
    assert (row.amount, row.hint) == (Money(-500, "EUR"), "SALA")


def test_pending_entries_are_provisional_and_mere_information_is_skipped() -> None:
    rows = read_all(FILE)
    assert [row.description for row in transactions(rows) if row.provisional] == ["PENDING"]
    assert [row.reason for row in rows if isinstance(row, Skipped)] == ["information"]


def test_each_statement_tells_its_booked_balances_once() -> None:
    rows = read_all(FILE)
    statements = [row for row in rows if isinstance(row, Statement)]
    assert [(row.account, row.currency, row.opening, row.closing) for row in statements] == [
        ("Kopi Bank AG Savings 3000", "EUR", Decimal("100.00"), Decimal("-42.50")),
        ("Account 8001", "SGD", Decimal("0.00"), Decimal("5200.00")),
    ]


def test_booked_rows_lead_from_the_opening_to_the_closing_balance() -> None:
    rows = read_all(FILE)
    booked = [row for row in transactions(rows) if not row.provisional and row.amount.currency == "EUR"]
    assert Decimal("100.00") + sum(row.amount.amount for row in booked) == Decimal("-42.50")


def test_the_source_is_the_bank_and_the_account_shows_four_characters() -> None:
    rows = transactions(read_all(FILE))
    assert {row.source for row in rows} == {"kopi", "camt"}
    assert not any("DE89370400440532013000" in str(row) or "512345678001" in str(row) for row in rows)


def test_the_other_side_is_named_and_the_person_is_not() -> None:
    rows = transactions(read_all(FILE))
    assert {row.counterparty for row in rows if row.counterparty} == {"STADTWERKE", "WASSERWERK", "TIONG AND SONS"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("4.50", "12..34", "bad_amount"),
        ("4.50", "-4.50", "bad_amount"),
        ("4.50", "", "bad_amount"),
        ("4.50", "4.505", "bad_amount"),
        ("DBIT", "X", "bad_direction"),
        ("2026-03-02", "2026-02-30", "bad_date"),
        ("2026-03-02", "02.03.2026", "bad_date"),
        ("<BookgDt><Dt>2026-03-02</Dt></BookgDt>", "", "no_date"),
        ('<Amt Ccy="EUR">4.50</Amt>', "", "no_amount"),
        ('Ccy="EUR"', 'Ccy="?"', "no_currency"),
        ("KIOSK", "X" * 4001, "too_long"),
    ],
)
def test_a_bad_entry_is_reported_with_its_line_and_the_next_one_is_read(old: str, new: str, code: str) -> None:
    rows = entries(SOUND, SOUND.replace(old, new), SOUND)
    assert [(row.line, row.code) for row in rows if isinstance(row, Issue)] == [(3, code)]
    assert len(transactions(rows)) == 2


def test_an_amount_without_a_currency_is_in_that_of_the_account() -> None:
    (row,) = transactions(entries(SOUND.replace(' Ccy="EUR"', "")))
    assert row.amount == Money(-450, "EUR")


def test_a_file_on_one_line_has_entries_on_rising_lines() -> None:
    rows = transactions(read((HEAD + SOUND * 20 + TAIL).replace("\n", "")))
    lines = [row.provenance.line for row in rows if row.provenance]
    assert lines == sorted(set(lines))
    assert len({row.iri for row in rows}) == 20


BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(10))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (f"<!DOCTYPE x [{BOMB}]>" + HEAD + SOUND.replace("KIOSK", "&a9;") + TAIL, "document type"),
        ('<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd">' + HEAD + TAIL, "document type"),
        (HEAD + SOUND, "broken or cut off"),
        (HEAD + "<Ntry>&a;</Ntry>" + TAIL, "broken or cut off"),
        (HEAD + "<Ntry>" + "<a>" * 100 + "</a>" * 100 + "</Ntry>" + TAIL, "deep"),
        (HEAD + "<a>" * 100 + "</a>" * 100 + TAIL, "deep"),
        (HEAD + "<Ntry>" + "x" * 1_200_000 + "</Ntry>" + TAIL, "longer than"),
        (HEAD + "<!--" + "x" * 1_500_000 + "-->" + TAIL, "longer than"),
        (HEAD + '<Ntry a="' + "x" * 1_500_000 + '"/>' + TAIL, "longer than"),
        (HEAD + "<Ntry>" + "<a/>" * 100_001 + "</Ntry>" + TAIL, "larger than"),
        ("<Document/>", "no statement"),
        ('<?xml version="1.0" encoding="rot13"?><Document/>', "broken or cut off"),
        ("not XML at all", "broken or cut off"),
    ],
)
def test_hostile_and_broken_files_are_refused(content: str, why: str) -> None:
    with pytest.raises(RefusedExportError, match=why):
        read(content)


@pytest.mark.parametrize(
    ("sample", "counts"),
    [("camt.053.001.02", (3, 0, 1)), ("camt053_garbled_amount", (0, 1, 0)), ("camt053_no_namespace", (1, 0, 1))],
)
def test_other_projects_files_are_read_entry_for_entry(sample: str, counts: tuple[int, int, int]) -> None:
    rows = read(shared(f"samples/camt053/{sample}.xml").read_bytes())
    assert tuple(sum(isinstance(row, kind) for row in rows) for kind in (Transaction, Issue, Statement)) == counts
    for statement in (row for row in rows if isinstance(row, Statement)):
        assert statement.opening is not None
        assert statement.opening + sum(row.amount.amount for row in transactions(rows)) == statement.closing


def test_a_table_that_speaks_of_camt_is_none() -> None:
    text = "file\tnote\ncamt.053.001.02.xml\tamounts < 5\n"
    assert Camt(SINGAPORE).identify(BytesExport(text.encode())).value == 0
