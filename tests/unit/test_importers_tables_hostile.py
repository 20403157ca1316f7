"""Workbooks, databases and large tables that mean harm or hold more than was explained."""

from __future__ import annotations

import io
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from pod_agent.agent import Agent
from pod_agent.errors import RefusedExportError
from pod_agent.importers.tables.mapping import ColumnMapping, header_of
from pod_agent.importers.tables.opening import tables_of
from pod_agent.importers.tables.tabular import MappedTables
from tests.support.rows import SINGAPORE, BytesExport
from vocab.records import Transaction

MAPPING = ColumnMapping(
    name="till",
    target="transaction",
    columns={"date": "day", "amount": "amount", "description": "what"},
    constants={"currency": "SGD"},
    header=header_of(["day", "amount", "what"]),
)
Rows = list[tuple[object, ...]]
ROWS: Rows = [("day", "amount", "what"), ("2024-01-02", -3.5, "tea")]
OTHER: Rows = [("who", "at", "place"), ("me", "2024-01-02", "here")]


def workbook(**sheets: Rows) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def with_member(content: bytes, name: str, member: bytes) -> bytes:
    """A workbook with one of its members replaced or added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            if each != name:
                new.writestr(each, old.read(each))
        new.writestr(name, member)
    return target.getvalue()


def database(path: Path, *, tables: dict[str, Rows]) -> Path:
    with sqlite3.connect(path) as opened:
        for name, (header, *rows) in tables.items():
            opened.execute(f"CREATE TABLE {name} ({', '.join(map(str, header))})")
            opened.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(header))})", rows)  # noqa: S608 - made here
    opened.close()
    return path


def as_workbook(folder: Path) -> Path:
    path = folder / "life.xlsx"
    path.write_bytes(workbook(till=ROWS, places=OTHER))
    return path


def as_database(folder: Path) -> Path:
    return database(folder / "life.db", tables={"till": ROWS, "places": OTHER})


@pytest.mark.parametrize("write", [as_workbook, as_database])
def test_a_table_that_nobody_explained_is_told_beside_one_that_is_read(
    write: Callable[[Path], Path], tmp_path: Path
) -> None:
    path = write(tmp_path)
    with Agent.create(tmp_path / "home") as agent:
        agent.tables.keep(MAPPING)
        report = agent.import_paths([path])
        assert report.counts.written == 1
        [left] = report.unopened
        assert (left.path, left.code) == (f"{path}!places", "needs_mapping")
        assert "--table 'places'" in left.reason


@pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
def test_a_workbook_that_explodes_is_refused(name: str) -> None:
    content = with_member(workbook(till=ROWS), name, b"<a>" + b" " * (80 << 20) + b"</a>")
    assert len(content) < 1 << 20
    with pytest.raises(RefusedExportError, match="bomb"):
        tables_of(BytesExport(content, file="bomb.xlsx"))


def test_entities_in_a_workbook_are_refused() -> None:
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    sheet = b'<!DOCTYPE l [<!ENTITY l0 "lol">' + laughs + b"]><worksheet><sheetData>&l9;</sheetData></worksheet>"
    content = with_member(workbook(till=ROWS), "xl/worksheets/sheet1.xml", sheet)
    with pytest.raises(RefusedExportError):
        tables_of(BytesExport(content, file="laughs.xlsx"))


def test_a_link_to_another_file_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xlsx"
    secret.write_bytes(workbook(till=[("secret",), ("SECRET-9917",)]))
    rows = [*ROWS, ("2024-01-03", -1, f"='[{secret}]till'!A2"), ("2024-01-04", -2, '=WEBSERVICE("http://127.0.0.1:9")')]
    linked = with_member(
        workbook(till=rows),
        "xl/externalLinks/externalLink1.xml",
        b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>',
    )
    found = list(MappedTables(SINGAPORE, [MAPPING]).extract(BytesExport(linked, file="linked.xlsx")))
    assert [row.description for row in found if isinstance(row, Transaction)] == ["tea", "", ""]


LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0" * 40


def test_a_workbook_with_a_password_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "locked.xlsx"
    path.write_bytes(LOCKED)
    with Agent.create(tmp_path / "home") as agent:
        agent.tables.keep(MAPPING)
        with pytest.raises(RefusedExportError, match="password"):
            agent.tables.look(str(path))


def test_a_database_that_another_program_has_locked_is_read_as_it_lies(tmp_path: Path) -> None:
    path = database(tmp_path / "busy.db", tables={"till": ROWS})
    holder = sqlite3.connect(path, isolation_level=None)
    try:
        holder.execute("BEGIN EXCLUSIVE")
        found = list(MappedTables(SINGAPORE, [MAPPING]).extract(BytesExport(path.read_bytes(), file="busy.db")))
    finally:
        holder.close()
    assert len([row for row in found if isinstance(row, Transaction)]) == 1


def test_a_view_that_calls_for_harm_is_not_run(tmp_path: Path) -> None:
    path = database(tmp_path / "view.db", tables={"till": ROWS})
    with sqlite3.connect(path) as opened:
        opened.execute("CREATE VIEW evil AS SELECT load_extension('/tmp/evil.so') AS day, 1 AS amount, 'x' AS what")
    opened.close()
    assert [table.name for table in tables_of(BytesExport(path.read_bytes(), file="view.db"))] == ["till"]


LARGE = """
import re, sys
from pathlib import Path
from zoneinfo import ZoneInfo
from pod_agent.importers.archive import export_files
from pod_agent.importers.tables.mapping import from_toml
from pod_agent.importers.tables.tabular import MappedTables

mapping = from_toml(Path(sys.argv[2]).read_text())
[export] = export_files(Path(sys.argv[1]))
importer = MappedTables(ZoneInfo("Asia/Singapore"), [mapping])
assert importer.identify(export).value > 0.3
rows = sum(1 for _ in importer.extract(export))
print(rows, re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_a_large_csv_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    path, mapping = tmp_path / "large.csv", tmp_path / "till.toml"
    note = "n" * 1_800
    with path.open("w") as target:
        target.write("day,amount,what,note\n")
        for number in range(60_000):
            target.write(f"2024-{number % 12 + 1:02}-02,-{number}.50,purchase {number},{note}\n")
    assert path.stat().st_size > 100 << 20
    mapping.write_text(
        'name = "till"\ntarget = "transaction"\nheader = ["day", "amount", "what", "note"]\n'
        '[columns]\ndate = "day"\namount = "amount"\ndescription = "what"\n[constants]\ncurrency = "SGD"\n'
    )
    done = subprocess.run(
        [sys.executable, "-c", LARGE, str(path), str(mapping)], capture_output=True, text=True, check=True, timeout=240
    )
    rows, peak = map(int, done.stdout.split())
    assert rows == 60_000
    assert peak < 96 << 10
