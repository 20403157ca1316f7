"""What stands at a place of an export, read with the standard library alone: file, member and line to plain facts.

The development person's exports and those of the made-up households have the same formats. A place may hold several
facts: an order of FairPrice stands on one line with all that was in it.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

__all__ = ["Fact", "Place", "read_places"]

ZONE = ZoneInfo("Asia/Singapore")
Place = tuple[str, str | None, int]
"""Name of the file, member of an archive, and the line, or the number of the element of a JSON list, from 1."""
Fact = tuple[str, ...]
Found = Iterator[tuple[int, Fact]]


def read_places(folder: Path) -> dict[Place, set[Fact]]:
    """The facts at every place of the exports below a folder."""
    places: dict[Place, set[Fact]] = {}
    for path in sorted(folder.rglob("*")):
        for member, text in _texts(path):
            for line, fact in _facts(path, member or path.name, text):
                places.setdefault((path.name, member, line), set()).add(fact)
    return places


def _texts(path: Path) -> Iterator[tuple[str | None, str]]:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield name, archive.read(name).decode("utf-8-sig")
    elif path.suffix in {".csv", ".json"}:
        yield None, path.read_text(encoding="utf-8-sig")


def _facts(path: Path, name: str, text: str) -> Found:
    base = name.rpartition("/")[2]
    readers = {
        "TransactionHistory": _ocbc,
        "TrxHistory": _ocbc_card,
        "Streaming_History_Audio": _listens,
        "watch-history.json": _views,
        "subscriptions.csv": _follows,
        "sleep-": _sleeps,
        "steps_": _steps,
        "daily_resting_heart_rate": _pulse,
        "weight.csv": _weight,
    }
    for start, reader in readers.items():
        if base.startswith(start):
            return reader(text)
    if base == "orders.json":
        return _fairprice(text) if "fairprice" in path.parent.name else _lazada(text)
    return _card(text) if "Card Transaction Details" in text[:60] else iter(())


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Every row of a table with the line that it begins on."""
    reader, begin = csv.reader(io.StringIO(text, newline="")), 1
    for row in reader:
        yield begin, row
        begin = reader.line_num + 1


def _paid(day: str, form: str, out: str, back: str, description: str) -> Fact:
    amount = Decimal(back.replace(",", "")) if back.strip() else -Decimal(out.replace(",", ""))
    told = datetime.strptime(day, form).date()  # noqa: DTZ007 (a bank's day has no zone)
    return ("paid", told.isoformat(), f"{amount:.2f}", " ".join(description.split()))


def _ocbc(text: str) -> Found:
    for line, row in _lines(text):
        if len(row) >= 5 and row[0][:1].isdigit():
            yield line, _paid(row[0], "%d/%m/%Y", row[3], row[4], row[2])


def _ocbc_card(text: str) -> Found:
    for line, row in _lines(text):
        if len(row) >= 4 and row[0][:1].isdigit():
            yield line, _paid(row[0], "%d/%m/%Y", row[2], row[3], row[1])


def _card(text: str) -> Found:
    for line, row in _lines(text):
        if len(row) >= 8 and row[0][:1].isdigit():
            yield line, _paid(row[0], "%d %b %Y", row[6], row[7], row[2])


def _listens(text: str) -> Found:
    for number, play in enumerate(json.loads(text), 1):
        yield number, ("play", play["ts"], str(play["ms_played"]))


def _views(text: str) -> Found:
    for number, view in enumerate(json.loads(text), 1):
        yield number, ("view", view["time"])


def _follows(text: str) -> Found:
    yield from ((line, ("follow", row[0])) for line, row in _lines(text) if row[:1] and row[0].startswith("UC"))


def _sleeps(text: str) -> Found:
    for number, night in enumerate(json.loads(text), 1):
        if night["mainSleep"]:
            yield number, ("minutes_asleep", night["dateOfSleep"])


def _measured(text: str) -> Iterator[tuple[int, str, datetime, str]]:
    for line, row in _lines(text):
        if len(row) == 3 and row[0][:1].isdigit():
            yield line, row[1], datetime.fromisoformat(row[0]), row[2]


def _steps(text: str) -> Found:
    for line, _, at, recorder in _measured(text):
        yield line, ("steps", at.astimezone(ZONE).date().isoformat(), recorder)


def _pulse(text: str) -> Found:
    yield from ((line, ("resting_hr", at.date().isoformat())) for line, _, at, _ in _measured(text))


def _weight(text: str) -> Found:
    for line, _, at, _ in _measured(text):
        yield line, ("weight_kg", at.astimezone(ZONE).date().isoformat())


def _fairprice(text: str) -> Found:
    for number, order in enumerate(json.loads(text)["data"]["orders"], 1):
        yield number, ("order", order["id"])
        for item in order["items"]:
            yield number, ("line", order["id"], item["id"])


def _lazada(text: str) -> Found:
    found: dict[str, Any] = json.loads(text)["data"]["data"]
    places = {node["id"]: node["fields"]["sequence"] for node in found.values() if node["tag"] == "order"}
    for identifier, line in places.items():
        yield line, ("order", identifier)
    for node in found.values():
        if node["tag"] == "orderItem":
            order = str(node["fields"]["tradeOrderId"])
            yield places[order], ("line", order, node["id"])
