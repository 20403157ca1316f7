"""QIF: orders of day and month, registers and lists, splits, and every kind of bad entry."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from pod_agent.errors import RefusedExportError
from pod_agent.importers.banks.qif import Qif
from pod_agent.importers.protocol import Issue, Row, Skipped, Withheld
from tests.support.rows import FIXTURES, SINGAPORE, BytesExport, check_golden, found, read_all
from tests.support.shared import shared
from vocab.records import Money, Transaction

QIF = FIXTURES / "qif"


def read(text: str | bytes, currency: str = "SGD") -> list[Row]:
    raw = text if isinstance(text, bytes) else text.encode()
    return list(Qif(SINGAPORE, currency).extract(BytesExport(raw, "register.qif")))


def transactions(rows: Iterable[Row]) -> list[Transaction]:
    return [row for row in rows if isinstance(row, Transaction)]


def register(*dates: str, kind: str = "Bank") -> str:
    return f"!Type:{kind}\n" + "".join(f"D{day}\nT-4.50\nPSHOP {number}\n^\n" for number, day in enumerate(dates))


def days(*dates: str) -> list[str]:
    return [f"{row.at:%Y-%m-%d}" for row in transactions(read(register(*dates)))]


def test_every_entry_of_a_file_reads_as_its_golden_file() -> None:
    check_golden(read_all(QIF / "register.qif"), QIF / "register.expected.json")


def test_the_agent_finds_a_qif_file_by_its_content() -> None:
    assert [importer.name for importer, _ in found(QIF / "register.qif").exports] == ["qif"]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (("19/12'18", "01/02'19"), ["2018-12-19", "2019-02-01"]),
        (("12/19/18", "01/02/19"), ["2018-12-19", "2019-01-02"]),
        (("1/2/2019", "01/23/2019"), ["2019-01-02", "2019-01-23"]),
        (("2/ 1' 8", "23/ 1' 8"), ["2008-01-02", "2008-01-23"]),
        (("31-12-99", "01-01-00"), ["1999-12-31", "2000-01-01"]),
        (("02.03.2026",), ["2026-03-02"]),
        (("2026-03-02",), ["2026-03-02"]),
        (("03/03/2026", "05/05/2026"), ["2026-03-03", "2026-05-05"]),
    ],
)
def test_the_order_of_day_and_month_is_told_from_the_file(dates: tuple[str, ...], expected: list[str]) -> None:
    assert days(*dates) == expected


def test_without_a_late_day_the_order_in_which_dates_rise_decides() -> None:
    assert days("02/01/2026", "05/01/2026", "03/02/2026") == ["2026-01-02", "2026-01-05", "2026-02-03"]
    assert days("01/02/2026", "01/05/2026", "02/03/2026") == ["2026-01-02", "2026-01-05", "2026-02-03"]


def test_dates_that_fall_decide_as_well_and_every_account_has_an_order_of_its_own() -> None:
    falls = register("03/02/2026", "05/01/2026", "02/01/2026")
    assert f"{transactions(read(falls))[0].at:%m-%d}" == "02-03"
    both = "!Account\nNOne\n^\n" + falls + "!Account\nNTwo\n^\n" + falls
    assert {f"{row.at:%m-%d}" for row in transactions(read(both))} == {"02-03", "01-05", "01-02"}


@pytest.mark.parametrize(
    ("dates", "why"),
    [
        (("01/02/2026",), "all of its dates fit both"),
        (("01/02/2026", "02/03/2026"), "all of its dates fit both"),
        (("19/12/2025", "12/19/2025"), "some of its dates fit only the one"),
    ],
)
def test_dates_that_may_be_read_in_two_ways_are_refused_with_both_readings(dates: tuple[str, ...], why: str) -> None:
    with pytest.raises(RefusedExportError, match=f"day/month/year or month/day/year: {why}") as refused:
        read(register(*dates))
    assert "year first" in str(refused.value.hint)


def test_an_impossible_date_says_nothing_of_the_order_and_is_an_issue() -> None:
    rows = read(register("40/40/2026", "13/12/2025"))
    assert [type(row) for row in rows] == [Issue, Transaction]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ("T-1.00\nPX", "no_date"),
        ("D30/02/2026\nT-1.00", "bad_date"),
        ("Dyesterday\nT-1.00", "bad_date"),
        ("D13/02/2026\nPX", "no_amount"),
        ("D13/02/2026\nT1.2.3", "bad_amount"),
        ("D13/02/2026\nT1,234", "bad_amount"),
        ("D13/02/2026\nT-1.00\nP" + "X" * 4001, "too_long"),
    ],
)
def test_a_bad_entry_is_reported_with_its_line_and_the_next_one_is_read(fields: str, code: str) -> None:
    rows = read(f"!Type:Bank\n{fields}\n^\nD14/02/2026\nT-1.00\n^\n")
    assert [(row.line, row.code) for row in rows if isinstance(row, Issue)] == [(2, code)]
    assert len(transactions(rows)) == 1


@pytest.mark.parametrize(("text", "minor"), [("-$4.50", -450), ("$1,234.50", 123450), ("(4.50)", -450), ("+4.5", 450)])
def test_amounts_are_read_as_programs_write_them(text: str, minor: int) -> None:
    rows = read(f"!Type:Bank\nD13/02/2026\nT{text}\n^\n")
    assert [row.amount.minor for row in transactions(rows)] == [minor]


def test_amounts_are_in_the_home_currency() -> None:
    assert [row.amount for row in transactions(read(register("13/01/2026")))] == [Money(-450, "SGD")]
    assert [row.amount for row in transactions(read(register("13/01/2026"), "EUR"))] == [Money(-450, "EUR")]


@pytest.mark.parametrize(
    ("kind", "label", "card"),
    [
        ("Bank", "QIF Bank", False),
        ("CCard", "QIF Card", True),
        ("Cash", "QIF Cash", False),
        ("Oth L", "QIF Loan", False),
    ],
)
def test_every_register_of_payments_is_read(kind: str, label: str, card: bool) -> None:
    (row,) = transactions(read(register("13/01/2026", kind=kind)))
    assert (row.account, row.card) == (label, card)


def test_an_account_shows_its_last_four_digits_alone_and_a_card_in_a_memo_too() -> None:
    rows = read_all(QIF / "register.qif")
    assert {row.account for row in transactions(rows)} == {"Everyday 8001", "Rewards Card"}
    assert "4111" not in str(transactions(rows))
    assert [row for row in rows if isinstance(row, Withheld)] == [
        Withheld(what="account and card numbers", count=1),
        Withheld(what="addresses", count=1),
    ]


def test_two_accounts_with_the_same_last_digits_are_two_accounts() -> None:
    text = "".join(f"!Account\nNSavings {number}-8001\n^\n" + register("13/01/2026") for number in (512, 513))
    rows = transactions(read(text))
    assert len({row.account for row in rows}) == 1
    assert len({row.iri for row in rows}) == 2


def test_what_is_no_payment_is_skipped_by_reason() -> None:
    rows = read_all(QIF / "register.qif")
    assert [row.reason for row in rows if isinstance(row, Skipped)] == [
        "opening_balance",
        "investment",
        "not_a_payment",
    ]


def test_the_last_entry_needs_no_end_mark() -> None:
    assert len(transactions(read(register("13/01/2026", "14/01/2026").removesuffix("^\n")))) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"!Type:Bank\rD13/01/2026\rT-4.50\rPCAF\xc9\r^\r",
        "\ufeff!Type:Bank\r\nD13/01/2026\r\nT-4.50\r\nPCAFÉ\r\n^".encode(),
    ],
)
def test_line_ends_and_encodings_of_old_programs_are_read(content: bytes) -> None:
    assert [row.description for row in transactions(read(content))] == ["CAFÉ"]


def test_an_entry_that_never_ends_is_refused() -> None:
    with pytest.raises(RefusedExportError, match="more than 2,000 lines"):
        read("!Type:Bank\n" + "MX\n" * 3000)


def test_another_projects_file_is_read_row_for_row() -> None:
    path = shared("samples/qif/data-payee-memo.qif")
    rows = transactions(read(path.read_bytes()))
    assert len(rows) == path.read_text(encoding="utf-8").count("^") == 4
    assert {f"{row.at:%Y-%m-%d}" for row in rows} == {"2019-01-23"}
