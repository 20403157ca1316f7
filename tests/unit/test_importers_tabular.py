"""Any table by a confirmed mapping: CSV in its dialects, JSON, workbooks, Parquet, SQLite."""

from __future__ import annotations

import io
import json
import sqlite3
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from pod_agent.errors import NeedsMappingError, RefusedExportError
from pod_agent.importers.notation import read_amount
from pod_agent.importers.protocol import Issue, Row, Skipped
from pod_agent.importers.tables.cells import amount_of
from pod_agent.importers.tables.mapping import ColumnMapping, header_of
from pod_agent.importers.tables.opening import tables_of
from pod_agent.importers.tables.tabular import MappedTables
from tests.support.rows import SINGAPORE, BytesExport
from vocab.records import DailyMeasure, Money, Order, OrderLine, Record, Transaction

COLUMNS = ("Tag", "Betrag", "Text")
BANK = ColumnMapping(
    name="my-bank",
    target="transaction",
    columns={"date": "Tag", "amount": "Betrag", "description": "Text"},
    constants={"currency": "EUR"},
    header=header_of(COLUMNS),
    order="dmy",
    decimal=",",
).check()
ROWS = "Tag;Betrag;Text\n03.04.2024;-1.234,50;Miete Straße\n05.04.2024;2,00;Rest\n"


def read(content: bytes, file: str = "table.csv", mapping: ColumnMapping = BANK) -> list[Row]:
    importer = MappedTables(SINGAPORE, [mapping])
    export = BytesExport(content, file=file)
    assert importer.identify(export).value > 0.3
    return list(importer.extract(export))


def facts(rows: list[Row]) -> list[tuple[str, Money, str]]:
    return [(f"{r.at:%F}", r.amount, r.description) for r in rows if isinstance(r, Transaction)]


EXPECTED = [
    ("2024-04-03", Money(-123450, "EUR"), "Miete Straße"),
    ("2024-04-05", Money(200, "EUR"), "Rest"),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("preamble", ["", "Konto;123\nInhaber;\n\n"])
def test_a_table_reads_in_any_encoding_below_any_preamble(encoding: str, preamble: str) -> None:
    assert facts(read((preamble + ROWS).encode(encoding))) == EXPECTED


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    assert facts(read(ROWS.replace(";", delimiter).encode())) == EXPECTED


def test_nuls_and_gb18030_are_read() -> None:
    assert facts(read(ROWS.replace("Rest", "Re\0st").encode())) == EXPECTED
    chinese = "Tag;Betrag;Text\n" + "03.04.2024;-12,00;地铁车票和早餐豆浆油条\n" * 20
    assert facts(read(chinese.encode("gb18030")))[0][2] == "地铁车票和早餐豆浆油条"


def test_a_bad_cell_is_an_issue_that_names_its_column_and_stops_nothing() -> None:
    rows = read(b"Tag;Betrag;Text\n99.99.2024;1,00;a\n03.04.2024;many;b\n;;\n04.04.2024;1,00;=cmd|' /C calc'!A0\n")
    assert [(type(row).__name__, getattr(row, "line", 5)) for row in rows] == [
        ("Issue", 2),
        ("Issue", 3),
        ("Skipped", 4),
        ("Transaction", 5),
    ]
    first, second, empty, formula = rows
    assert isinstance(first, Issue)
    assert isinstance(second, Issue)
    assert isinstance(empty, Skipped)
    assert isinstance(formula, Transaction)
    assert (first.code, first.column) == ("bad_date", "Tag")
    assert (second.code, second.column) == ("bad_amount", "Betrag")
    assert formula.description == "=cmd|' /C calc'!A0"


def test_equal_rows_are_two_purchases_and_keep_their_names_in_every_file() -> None:
    row = "03.04.2024;-1,20;Coffee\n"
    both = [r.iri for r in read(("Tag;Betrag;Text\n" + row * 2).encode()) if isinstance(r, Record)]
    one = [r.iri for r in read(("Tag;Betrag;Text\n" + row).encode()) if isinstance(r, Record)]
    assert len(set(both)) == 2
    assert one == both[:1]


def test_a_quote_that_is_never_closed_costs_its_own_row_only() -> None:
    rows = read(('Tag;Betrag;Text\n03.04.2024;-1,20;"never closed\n' + "04.04.2024;-1,00;fine\n" * 80).encode())
    assert len(facts(rows)) == 80
    assert [row.line for row in rows if isinstance(row, Issue)] == [2]


def test_columns_without_names_are_refused_with_what_to_do() -> None:
    export = BytesExport(b"2024-01-02,5.00,Tea\n2024-01-03,6.00,Bun\n", file="bare.csv")
    with pytest.raises(RefusedExportError, match="no names") as refused:
        tables_of(export)
    assert "first line" in (refused.value.hint or "")
    assert "first line" in MappedTables(SINGAPORE, [BANK]).identify(export).why


def test_a_table_without_a_mapping_says_which_command_to_run() -> None:
    export = BytesExport(b"when,what,how much\n2024-01-02,Tea,5.00\n", file="mine.csv")
    importer = MappedTables(SINGAPORE)
    assert 0 < importer.identify(export).value < 0.1
    with pytest.raises(NeedsMappingError) as needed:
        list(importer.extract(export))
    assert "tables look" in (needed.value.hint or "")


@pytest.mark.parametrize(
    "content", [b"<html><a,b></html>", b"just words\nand more", b"\x00\x01\x02" * 50, b"[1,2]", b"{}"]
)
def test_what_is_no_table_is_left_alone(content: bytes) -> None:
    assert MappedTables(SINGAPORE, [BANK]).identify(BytesExport(content)).value == 0


OBJECTS: list[dict[str, object]] = [
    {"Tag": "03.04.2024", "Betrag": "-1.234,50", "Text": "Miete Straße"},
    {"Tag": "05.04.2024", "Betrag": 2, "Text": "Rest"},
]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(OBJECTS),
        "\n".join(json.dumps(each) for each in OBJECTS),
        json.dumps({"page": 1, "meta": {"n": [1]}, "rows": OBJECTS}),
    ],
    ids=["array", "lines", "object with an array"],
)
def test_json_gives_the_same_records_as_csv(text: str) -> None:
    mine = read(text.encode(), "table.json")
    assert facts(mine) == EXPECTED
    assert [r.iri for r in mine if isinstance(r, Record)] == [
        r.iri for r in read(ROWS.encode()) if isinstance(r, Record)
    ]


def test_nested_json_is_named_with_dots() -> None:
    mapping = ColumnMapping(
        name="shop",
        target="order-line",
        columns={"date": "at", "product": "item.name", "total": "item.price", "number": "no", "order_total": "sum"},
        constants={"currency": "SGD"},
        header=header_of(["at", "item.name", "item.price", "no", "sum"]),
    )
    lines: list[dict[str, object]] = [
        {"at": "2024-01-02T10:00:00+08:00", "item": {"name": name, "price": 2.5}, "no": "A1", "sum": 5}
        for name in ("Rice", "Salt")
    ]
    rows = read(json.dumps(lines).encode(), "orders.json", mapping)
    orders, items = [r for r in rows if isinstance(r, Order)], [r for r in rows if isinstance(r, OrderLine)]
    assert [order.total for order in orders] == [Money(500, "SGD")]
    assert {item.order for item in items} == {orders[0].iri}


def test_a_workbook_gives_the_same_records(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Konto 1"], COLUMNS, [date(2024, 4, 3), -1234.5, "Miete Straße"], [date(2024, 4, 5), 2, "Rest"]):
        sheet.append(list(row))
    target = io.BytesIO()
    book.save(target)
    assert facts(read(target.getvalue(), "table.xlsx")) == EXPECTED
    with pytest.raises(RefusedExportError):
        tables_of(BytesExport(target.getvalue()[:2000], file="cut.xlsx"))


def test_parquet_gives_the_same_records() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = {
        "Tag": [date(2024, 4, 3), date(2024, 4, 5)],
        "Betrag": [Decimal("-1234.50"), Decimal("2.00")],
        "Text": ["Miete Straße", "Rest"],
    }
    target = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), target)
    assert facts(read(target.getvalue(), "table.parquet")) == EXPECTED
    with pytest.raises(RefusedExportError):
        tables_of(BytesExport(b"PAR1" + b"x" * 50, file="bad.parquet"))


def test_sqlite_gives_the_same_records_and_is_never_changed(tmp_path: Path) -> None:
    path = tmp_path / "bank.db"
    with sqlite3.connect(path) as database:
        database.execute('CREATE TABLE "my rows" (Tag TEXT, Betrag TEXT, Text TEXT)')
        rows = [(each["Tag"], str(each["Betrag"]), each["Text"]) for each in OBJECTS]
        database.executemany('INSERT INTO "my rows" VALUES (?, ?, ?)', rows)
        database.execute("CREATE TABLE other (x INTEGER)")
    database.close()
    before = path.read_bytes()
    assert facts(read(before, "bank.db")) == EXPECTED
    with pytest.raises(RefusedExportError):
        tables_of(BytesExport(before[:100] + b"\xff" * 4000, file="bad.db"))


def test_a_wide_table_of_days_gives_one_record_a_measure_and_converts_units() -> None:
    mapping = ColumnMapping(
        name="tracker",
        target="daily-measure",
        columns={"date": "Day", "steps": "Steps", "weight": "Weight (lb)"},
        units={"weight": "lb"},
        header=header_of(["Day", "Steps", "Weight (lb)"]),
    )
    rows = read(b'Day,Steps,Weight (lb)\n2024-01-02,"9,100",150\n2024-01-03,,\n2024-01-04,8000,\n', mapping=mapping)
    values = [(r.measure, r.value) for r in rows if isinstance(r, DailyMeasure)]
    assert values == [("steps", Decimal(9100)), ("weight", Decimal("68.039")), ("steps", Decimal(8000))]
    assert [row.reason for row in rows if isinstance(row, Skipped)] == ["no_value"]


@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize(
    "text", ["0", "-0.5", "12.34", "007.10", "-999999999.99", "+5.00", "1,234.56", "5.00-", "(7.25)"]
)
def test_an_amount_written_plainly_is_what_a_printed_one_is(text: str, decimal: str) -> None:
    written = text if decimal == "." else text.translate({ord("."): ",", ord(","): "."})
    assert amount_of(written, decimal) == read_amount(written, decimal)


def test_debit_and_credit_columns_give_signs_and_card_numbers_are_cut() -> None:
    mapping = ColumnMapping(
        name="two",
        target="transaction",
        columns={"date": "Date", "debit": "Out", "credit": "In", "description": "Text", "account": "Card"},
        constants={"currency": "SGD"},
        header=header_of(["Date", "Out", "In", "Text", "Card"]),
    )
    first = "2024-01-02,5.00,0.00,to 4111 1111 1111 1111,4111111111111111"
    text = f"Date,Out,In,Text,Card\n{first}\n2024-01-02,,6,x,1\n2024-01-02,1,1,x,1\n"
    rows = read(text.encode(), mapping=mapping)
    found = [row for row in rows if isinstance(row, Transaction)]
    assert [row.amount.minor for row in found] == [-500, 600]
    assert "4111 1111" not in found[0].description
    assert "41111111" not in found[0].account
    assert [row.code for row in rows if isinstance(row, Issue)] == ["no_amount"]
