"""How many rows a file of an export holds, counted the plainest way there is, with no code of the importers.

It reads what it counts whole, and knows of each format only what one needs to count: where the rows begin, and what
parts one from the next. Counting is by the name and the first characters of a file, as a person would tell it.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defusedxml import ElementTree

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["count_rows", "files_of"]


def files_of(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a path, the members of a zip one by one, named as reports name them."""
    if path.is_dir():
        for each in sorted(path.rglob("*")):
            if each.is_file():
                yield from files_of(each)
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield f"{path}!{name}", archive.read(name)
    else:
        yield str(path), path.read_bytes()


def count_rows(name: str, content: bytes) -> int:
    """Rows of the source: CSV data rows, JSON elements, HTML entries, transactions of a statement."""
    ending = name.lower().rpartition(".")[2]
    for endings, count in _COUNTS:
        if ending in endings:
            return count(name, content)
    raise LookupError(f"nobody counts {name}")


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


# JSON


def _json(_name: str, content: bytes) -> int:
    return _elements(json.loads(content))


def _elements(whole: Any) -> int:
    if isinstance(whole, list):
        return _series(whole)
    for key, count in _IN_OBJECTS.items():
        if key in whole:
            return count(whole[key])
    return sum(_series(value) for value in whole.values())  # a library, an answer of the Web API


def _series(value: Any) -> int:
    """A list, or a day's minutes; what is weighed with the body mass index in one entry is two measures."""
    if isinstance(value, dict):
        return len(value.get("dataset", ()))
    return sum(_measures(each) for each in value) if isinstance(value, list) else 0


def _measures(entry: Any) -> int:
    return 1 + ("weight" in entry and "bmi" in entry) if isinstance(entry, dict) else 1


def _report(accounts: Any) -> int:
    """Transactions of the accounts of the institutions of a report."""
    return sum(len(account["transactions"]) for each in accounts for account in each["accounts"])


def _lazada(answer: Any) -> int:
    """Orders and their items: components of one page, by their tags."""
    inner = answer.get("data", answer)
    if "orders" in inner or "order" in inner:  # FairPrice says data too
        return _fairprice(inner.get("orders") or [inner["order"]])
    parts = inner.get("data", inner).values()
    return sum(part.get("tag") in {"orderInfo", "detailInfo", "orderItem"} for part in parts if isinstance(part, dict))


def _fairprice(orders: Any) -> int:
    return len(orders) + sum(len(order.get("items") or ()) for order in orders if isinstance(order, dict))


def _callbacks(_name: str, content: bytes) -> int:
    """Answers of JSONP, each the argument of a call."""
    text, rows = _text(content), 0
    for call in re.finditer(r"(?m)^\s*\w+\(", text):
        rows += _elements(json.JSONDecoder().raw_decode(text, call.end())[0])
    return rows


_IN_OBJECTS: dict[str, Callable[[Any], int]] = {
    "playlists": lambda playlists: sum(len(playlist["items"]) for playlist in playlists),
    "transactions": len,
    "institutions": _report,
    "data": _lazada,
    "orders": _fairprice,
}
"""Keys that give away what an object is, the first that is there."""


# Tables

_DAY = re.compile(r'["\']?(\d{1,4}[-/. ]\d{1,2}[-/. ]\d{2,4}|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}|\d{8})\b')
"""How the first cell of a bank's row begins, possible day or not."""


def _table(name: str, content: bytes) -> int:
    text = _text(content)
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(map(str.strip, row))]
    if "Video-ID" in text and text.startswith("Playlist-ID"):
        return len(rows) - 2  # two tables: the playlist, and what is in it; each has a header
    if "Takeout" in name or "youtube" in name or "fitbit" in name:
        return len(rows) - 1
    return sum(_is_bank_row(row) for row in rows)


def _is_bank_row(row: list[str]) -> bool:
    """A row that begins with a day: headers, preambles and lines that go on with a text do not."""
    return bool(_DAY.match(row[0].strip()))


def _workbook(_name: str, content: bytes) -> int:
    import xlrd  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra

    [sheet] = xlrd.open_workbook(file_contents=content).sheets()
    return sum(_is_bank_row([str(sheet.cell(row, 0).value)]) for row in range(sheet.nrows))


# Marked-up text


def _page(_name: str, content: bytes) -> int:
    return content.count(b'<div class="header-cell')


def _ofx(_name: str, content: bytes) -> int:
    """Transactions of accounts, and those of brokers, each of which holds one INVTRAN."""
    return len(re.findall(rb"<STMTTRN>", content)) + len(re.findall(rb"<INVTRAN>", content))


def _qif(_name: str, content: bytes) -> int:
    """Blocks that end with a caret; the one that tells of an account is none."""
    parts = re.split(r"(?m)^\^\s*$", _text(content))[:-1]
    account = False
    rows = 0
    for part in parts:
        if "!" in part:
            account = re.findall(r"(?m)^!(\w+)", part)[-1].lower() == "account"
        rows += not account
    return rows


def _swift(_name: str, content: bytes) -> int:
    return len(re.findall(rb"(?m)^[ \t]*:61:", content))


def _camt(_name: str, content: bytes) -> int:
    """Entries, or the transactions of those that hold several which add up to the entry."""
    root = ElementTree.fromstring(content)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return sum(_transactions(entry) for entry in root.iter("Ntry"))


def _transactions(entry: Element) -> int:
    details = entry.findall(".//TxDtls")
    amounts = [Decimal(each.findtext(".//Amt") or "0") for each in details]
    adds_up = len(details) > 1 and sum(amounts) == Decimal(entry.findtext("Amt") or "0")
    return len(details) if adds_up else 1


_COUNTS: tuple[tuple[frozenset[str], Callable[[str, bytes], int]], ...] = (
    (frozenset({"json"}), _json),
    (frozenset({"js"}), _callbacks),
    (frozenset({"csv", "tsv"}), _table),
    (frozenset({"xls"}), _workbook),
    (frozenset({"html"}), _page),
    (frozenset({"ofx", "qfx"}), _ofx),
    (frozenset({"qif"}), _qif),
    (frozenset({"sta", "txt", "940", "942"}), _swift),
    (frozenset({"xml"}), _camt),
)
