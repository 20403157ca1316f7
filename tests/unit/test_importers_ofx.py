"""OFX and QFX: SGML and XML, accounts and cards, brokers, escapes, encodings, dates, and every kind of bad row."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from pod_agent.errors import RefusedExportError
from pod_agent.importers.banks.ofx import Ofx
from pod_agent.importers.protocol import Issue, Row, Skipped, Statement, Withheld
from tests.support.rows import FIXTURES, SINGAPORE, BytesExport, check_golden, found, read_all, records
from tests.support.shared import shared
from vocab.records import Money, Transaction

OFX = FIXTURES / "ofx"
HEAD = "OFXHEADER:100\nDATA:OFXSGML\nENCODING:USASCII\nCHARSET:1252\n\n<OFX>"
OPEN = (
    "<STMTRS><CURDEF>SGD<BANKACCTFROM><BANKID>1<ACCTID>512345678001<ACCTTYPE>CHECKING</BANKACCTFROM>"
    "<BANKTRANLIST><DTSTART>20260301<DTEND>20260331\n"
)
CLOSE = "</BANKTRANLIST><LEDGERBAL><BALAMT>10.00<DTASOF>20260331</LEDGERBAL></STMTRS></OFX>\n"
GOOD = "<STMTTRN><TRNTYPE>POS<DTPOSTED>20260302<TRNAMT>-4.50<FITID>1<NAME>RED STOOL<MEMO>LAKSA</STMTTRN>\n"


def read(content: str | bytes, zone: ZoneInfo = SINGAPORE) -> list[Row]:
    raw = content if isinstance(content, bytes) else content.encode()
    return list(Ofx(zone).extract(BytesExport(raw, "statement.ofx")))


def rows_of(*entries: str) -> list[Row]:
    return read(HEAD + OPEN + "".join(entries) + CLOSE)


def entry(day: str = "20260302", amount: str = "-4.50", more: str = "<FITID>1<NAME>X") -> str:
    return f"<STMTTRN><TRNTYPE>POS<DTPOSTED>{day}<TRNAMT>{amount}{more}</STMTTRN>\n"


def transactions(rows: Iterable[Row]) -> list[Transaction]:
    return [row for row in rows if isinstance(row, Transaction)]


def statements(rows: Iterable[Row]) -> list[Statement]:
    return [row for row in rows if isinstance(row, Statement)]


def issues(rows: Iterable[Row]) -> list[str]:
    return [row.code for row in rows if isinstance(row, Issue)]


@pytest.mark.parametrize("name", ["two_accounts_1x", "broker"])
def test_every_row_of_a_file_reads_as_its_golden_file(name: str) -> None:
    check_golden(read_all(OFX / f"{name}.ofx"), OFX / f"{name}.expected.json")


def test_sgml_and_xml_of_the_same_rows_give_equal_records() -> None:
    old, new = read_all(OFX / "two_accounts_1x.ofx"), read_all(OFX / "two_accounts_2x.ofx")
    assert [row.iri for row in records(old)] == [row.iri for row in records(new)]
    for before, after in zip(transactions(old), transactions(new), strict=True):
        assert (before.description, before.amount, before.value_date, before.original, before.reference) == (
            after.description,
            after.amount,
            after.value_date,
            after.original,
            after.reference,
        )


def test_the_agent_finds_an_ofx_file_by_its_content() -> None:
    assert [importer.name for importer, _ in found(OFX / "broker.ofx").exports] == ["ofx"]


def test_one_reference_for_two_rows_and_for_two_accounts_loses_neither() -> None:
    rows = [row for row in transactions(read_all(OFX / "two_accounts_1x.ofx")) if row.reference == "A1"]
    assert len(rows) == len({row.iri for row in rows}) == 3
    assert len({row.account for row in rows}) == 2


def test_a_new_reference_for_the_same_row_gives_the_same_record() -> None:
    first, second = (rows_of(entry(more=f"<FITID>{number}<NAME>X")) for number in (1, 2))
    assert transactions(first)[0].iri == transactions(second)[0].iri


def test_a_row_of_a_card_is_one_of_a_card_and_knows_its_merchant_code() -> None:
    rows = transactions(read_all(OFX / "two_accounts_1x.ofx"))
    assert [(row.card, row.mcc) for row in rows] == [(False, None)] * 4 + [(True, "5812"), (True, None)]


def test_the_bank_that_a_file_names_is_the_source_and_no_other_kind_of_company() -> None:
    assert {row.source for row in records(read_all(OFX / "two_accounts_1x.ofx"))} == {"kopi-bank"}
    assert {row.source for row in records(rows_of(GOOD))} == {"ofx"}
    for name in ("Spotify", "1234", "../../x" + "y" * 40, "<>"):
        assert {row.source for row in records(read(HEAD + f"<FI><ORG>{name}</FI>" + OPEN + GOOD + CLOSE))} == {"ofx"}


def test_an_account_shows_its_last_four_digits_alone() -> None:
    rows = read_all(OFX / "two_accounts_1x.ofx")
    assert {row.account for row in transactions(rows)} == {"Kopi Bank Ltd Savings 8001", "Kopi Bank Ltd Card 1111"}
    assert "512345678001" not in str(records(rows))
    assert [row for row in rows if isinstance(row, Withheld)] == [
        Withheld(what="account and card numbers", count=1),
        Withheld(what="addresses", count=1),
    ]


def test_a_balance_of_another_time_than_the_list_is_not_its_closing_balance() -> None:
    assert statements(read_all(OFX / "two_accounts_1x.ofx")) == [
        Statement(account="Kopi Bank Ltd Savings 8001", currency="SGD", closing=Decimal("6131.00"))
    ]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20260302", "2026-03-02"),
        ("202603022359", "2026-03-02"),
        ("20260302235959[8:SGT]", "2026-03-02"),
        ("20260302235959.123[-5:EST]", "2026-03-02"),
        ("20260302000000.000[-:EST]", "2026-03-02"),
        ("20260302120000[0:GMT]", "2026-03-02"),
        ("20260301160000[0:GMT]", "2026-03-02"),
        ("20260301160000", "2026-03-01"),
        ("2026-03-02T00:00:00", "2026-03-02"),
    ],
)
def test_a_day_is_the_banks_own_day(text: str, day: str) -> None:
    assert [f"{row.at:%Y-%m-%d}" for row in transactions(rows_of(entry(day=text)))] == [day]


@pytest.mark.parametrize(
    ("made", "day", "value_date"),
    [
        ("20260227", "2026-02-27", "2026-03-02"),
        ("20260302", "2026-03-02", "None"),
        ("20260303", "2026-03-02", "None"),
        ("19990101", "2026-03-02", "None"),
        ("00000000", "2026-03-02", "None"),
    ],
)
def test_a_row_belongs_to_the_day_of_the_payment_where_that_can_be(made: str, day: str, value_date: str) -> None:
    (row,) = transactions(rows_of(entry(more=f"<DTUSER>{made}<NAME>X")))
    assert (f"{row.at:%Y-%m-%d}", str(row.value_date)) == (day, value_date)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("-4.50", -450),
        ("+4.5", 450),
        ("4", 400),
        ("-1,234.56", -123456),
        ("1.234,56", 123456),
        ("12,5", 1250),
        ("00000000000007.9500", 795),
        ("1'234.50", 123450),
        ("(3.20)", -320),
        ("3.20-", -320),
        (".50", 50),
    ],
)
def test_amounts_are_read_with_point_or_comma(text: str, minor: int) -> None:
    assert [row.amount for row in transactions(rows_of(entry(amount=text)))] == [Money(minor, "SGD")]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (entry(day=""), "no_date"),
        (entry(day="20260231"), "bad_date"),
        (entry(day="31/02/2026"), "bad_date"),
        (entry(day="00000000"), "bad_date"),
        (entry(day="99990101"), "bad_date"),
        (entry(amount=""), "bad_amount"),
        (entry(amount="1,234"), "bad_amount"),
        (entry(amount="1.2.3"), "bad_amount"),
        (entry(amount="4.505"), "bad_amount"),
        (entry(amount="1e3"), "bad_amount"),
        (entry(amount="9" * 17), "bad_amount"),
        (entry(amount="--4"), "bad_amount"),
        ("<STMTTRN><DTPOSTED>20260302<NAME>X</STMTTRN>", "no_amount"),
        (entry(more="<NAME>" + "X" * 4001), "too_long"),
        (entry(more="<NAME>X<CURRENCY><CURRATE>1<CURSYM>?</CURRENCY>"), "no_currency"),
    ],
)
def test_a_bad_row_is_reported_with_its_line_and_the_next_one_is_read(bad: str, code: str) -> None:
    rows = rows_of(GOOD, bad, GOOD)
    assert issues(rows) == [code]
    assert [row.line for row in rows if isinstance(row, Issue)] == [8]
    assert len(transactions(rows)) == 2


def test_no_issue_repeats_what_the_row_says_save_as_the_raw_row() -> None:
    rows = rows_of(entry(day="20260231", amount="-77.77", more="<NAME>SECRET SHOP" + "Y" * 400))
    (issue,) = [row for row in rows if isinstance(row, Issue)]
    assert "SECRET" not in issue.detail + issue.code
    assert issue.raw is not None
    assert "SECRET SHOP" in issue.raw
    assert len(issue.raw) == 200


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("A &amp; B", "A & B"),
        ("A &amp;amp; B &amp;lt;C&amp;gt;", "A & B <C>"),
        ("AT&T B&notes &copy2", "AT&T B&notes &copy2"),
        ("A < B", "A < B"),
        ("LESS <THAN> FIVE", "LESS <THAN> FIVE"),
        ("CAF&#201; &#x2764; &#0; &#xD800; &#9999999;", "CAFÉ ❤"),
        ("<![CDATA[A & B <C>]]>", "A & B <C>"),
        ("A<!-- no -->B", "AB"),
        ("&lol9;", "&lol9;"),
        ("  A\t\n B  ", "A B"),
        ("A<INTU.BID>3000", "A"),
    ],
)
def test_values_read_as_people_would(name: str, text: str) -> None:
    assert [row.description for row in transactions(rows_of(entry(more=f"<NAME>{name}")))] == [text]


@pytest.mark.parametrize(
    ("name", "memo", "text"),
    [
        ("SHOP", "NETS QR", "SHOP NETS QR"),
        ("DIVIDEND FOR THE PER", "DIVIDEND FOR THE PERIOD", "DIVIDEND FOR THE PERIOD"),
        ("SHOP AT NEX", "NEX", "SHOP AT NEX"),
        ("SHOP", "SHOP", "SHOP"),
        ("", "NETS QR", "NETS QR"),
    ],
)
def test_name_and_memo_are_one_text_that_says_nothing_twice(name: str, memo: str, text: str) -> None:
    assert [row.description for row in transactions(rows_of(entry(more=f"<NAME>{name}<MEMO>{memo}")))] == [text]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_accents_are_read_whatever_the_header_claims(encoding: str) -> None:
    content = (HEAD + OPEN + entry(more="<NAME>CAFÉ DÉJÀ VU") + CLOSE).encode(encoding)
    assert [row.description for row in transactions(read(content))] == ["CAFÉ DÉJÀ VU"]


def test_an_encoding_that_is_neither_is_taken_from_the_header() -> None:
    head = '<?xml version="1.0" encoding="Shift_JIS"?><?OFX OFXHEADER="200"?><OFX>'
    content = (head + OPEN + entry(more="<NAME>喫茶店") + CLOSE).encode("cp932")
    assert [row.description for row in transactions(read(content))] == ["喫茶店"]


def test_a_file_that_is_one_line_has_rows_on_rising_lines() -> None:
    rows = transactions(read((HEAD + OPEN + GOOD * 50 + CLOSE).replace("\n", "\r").replace("\r", "").encode()))
    lines = [row.provenance.line for row in rows if row.provenance]
    assert lines == sorted(set(lines))
    assert len(lines) == len({row.iri for row in rows}) == 50


def test_rows_that_are_never_closed_end_with_the_next_and_with_their_list() -> None:
    rows = rows_of(GOOD.replace("</STMTTRN>", "") * 3)
    assert [row.description for row in transactions(rows)] == ["RED STOOL LAKSA"] * 3
    assert len(statements(rows)) == 1


def test_lower_case_elements_are_read() -> None:
    assert len(transactions(read((HEAD + OPEN + GOOD + CLOSE).lower().replace("<curdef>sgd", "<curdef>SGD")))) == 1


def test_a_row_across_two_blocks_of_the_file_is_read_whole() -> None:
    rows = transactions(rows_of(*(entry(more=f"<NAME>SHOP {number} " + "Z" * 900) for number in range(400))))
    assert [row.description.split()[1] for row in rows] == [str(number) for number in range(400)]


def test_a_pending_row_is_provisional() -> None:
    rows = rows_of("<STMTTRNP><TRNTYPE>POS<DTTRAN>20260302<TRNAMT>-4.50<NAME>X</STMTTRNP>", GOOD)
    assert [row.provisional for row in transactions(rows)] == [True, False]


def test_a_row_that_takes_another_back_is_skipped() -> None:
    rows = rows_of(entry(more="<CORRECTFITID>1<CORRECTACTION>DELETE<NAME>X"))
    assert [row.reason for row in rows if isinstance(row, Skipped)] == ["correction"]


@pytest.mark.parametrize(("rate", "original"), [("0.009", None), ("0.00900000", Money(-150000, "USD"))])
def test_the_original_amount_is_told_only_where_the_rate_is_fine_enough(rate: str, original: Money | None) -> None:
    more = f"<NAME>X<ORIGCURRENCY><CURRATE>{rate}<CURSYM>USD</ORIGCURRENCY>"
    assert [row.original for row in transactions(rows_of(entry(amount="-13.50", more=more)))] == [original]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (HEAD + OPEN + GOOD + "<STMTTRN><TRNTYPE>POS<DTPO", "not whole"),
        (HEAD + OPEN + GOOD, "not whole"),
        ("no such thing", "not whole"),
        (HEAD.replace("<OFX>", '<!DOCTYPE x [<!ENTITY a "b">]><OFX>') + OPEN + GOOD + CLOSE, "entities"),
        (HEAD + OPEN + "<STMTTRN><NAME>" + "X" * 1_200_000 + CLOSE, "longer than"),
        (HEAD + "<SONRS><STATUS><CODE>15500<SEVERITY>ERROR</STATUS></SONRS></OFX>", "refused to sign on"),
    ],
)
def test_a_file_that_is_broken_as_a_whole_is_refused(content: str, why: str) -> None:
    with pytest.raises(RefusedExportError, match=why):
        read(content)


@pytest.mark.parametrize(
    ("sample", "counts"),
    [
        ("bank_medium", (3, 0, 0)),
        ("checking", (3, 0, 0)),
        ("date_missing", (0, 3, 0)),
        ("empty_balance", (1, 0, 0)),
        ("fidelity", (3, 0, 14)),
        ("investment_medium", (3, 0, 0)),
        ("multiple_accounts2", (0, 0, 0)),
        ("account_listing_aggregation", (0, 0, 0)),
        ("signon_success_no_message", (0, 0, 0)),
        ("td_ameritrade", (0, 0, 0)),
        ("vanguard", (0, 0, 1)),
    ],
)
def test_other_projects_files_are_read_row_for_row(sample: str, counts: tuple[int, int, int]) -> None:
    path = shared(f"samples/ofx/{sample}.ofx")
    rows = read(path.read_bytes())
    kinds = [sum(isinstance(row, kind) for row in rows) for kind in (Transaction, Issue, Skipped)]
    assert tuple(kinds) == counts
    text = path.read_text(encoding="cp1252")
    assert sum(kinds) == text.count("<STMTTRN>") + text.count("<INVTRAN>")
