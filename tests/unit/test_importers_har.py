"""HAR: orders out of what a browser saved, and nothing else of it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from pod_agent.errors import RefusedExportError
from pod_agent.importers.built_in import built_in
from pod_agent.importers.detect import find_exports
from pod_agent.importers.json_stream import GuardedJson
from pod_agent.importers.protocol import Row
from pod_agent.importers.shops.har import MAX_BODY, BrowserArchive
from tests.support.rows import FIXTURES, SINGAPORE, BytesExport, read_all
from vocab.records import Order, OrderLine, Record

ORDERS = FIXTURES / "fairprice" / "orders.json"
ANSWERS = FIXTURES / "lazada" / "answers.js"
SECRET = "session-cookie-of-nobody"


def entry(text: object, **content: object) -> dict[str, Any]:
    secret = {"name": "Cookie", "value": SECRET}
    return {
        "startedDateTime": "2026-05-01T09:00:00.000Z",
        "request": {
            "method": "GET",
            "url": f"https://shop.example/?t={SECRET}",
            "headers": [secret],
            "cookies": [secret],
        },
        "response": {
            "status": 200,
            "headers": [secret],
            "content": {"mimeType": "text/plain", "text": text, **content},
        },
    }


def har(*entries: object) -> bytes:
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "Browser"}, "entries": entries}}).encode()


def read(content: bytes) -> list[Row]:
    return list(BrowserArchive().extract(BytesExport(content)))


def facts(rows: list[Row]) -> list[dict[str, Any]]:
    """The records without the places where they were read."""
    names = [name for name in Order.__struct_fields__ if name in OrderLine.__struct_fields__ and name != "provenance"]
    return [{name: getattr(row, name) for name in names} for row in rows if isinstance(row, Record)]


def test_orders_of_both_shops_are_what_their_own_importers_read() -> None:
    calls = ANSWERS.read_text(encoding="utf-8").splitlines()
    rows = read(har(entry("<html>"), entry(ORDERS.read_text(encoding="utf-8")), *map(entry, calls)))
    assert facts(rows) == facts(read_all(ORDERS)) + facts(read_all(ANSWERS))
    places = [row.provenance.line for row in rows if isinstance(row, Record) and row.provenance]
    assert places == sorted(places)


def test_a_body_in_base64_is_read() -> None:
    text = base64.b64encode(ORDERS.read_bytes()).decode()
    assert facts(read(har(entry(text, encoding="base64")))) == facts(read_all(ORDERS))


def test_no_header_cookie_or_address_reaches_a_row() -> None:
    rows = read(har(entry(ORDERS.read_text(encoding="utf-8"))))
    assert facts(rows)
    assert SECRET not in repr(rows)


def test_answers_about_other_things_are_no_rows() -> None:
    odd = [
        {"response": {}}, {"response": {"content": []}}, 7, entry(None), entry("tradeOrderId but no JSON"),
        entry("x", encoding="base64"), entry('{"orderDetails": 1}'), entry('{"tradeOrderId": [' + "[" * 5000),
        entry('[{"tradeOrderId": "1"}]'),
    ]  # fmt: skip
    assert read(har(*odd)) == []


def test_a_film_is_passed_over_and_what_follows_is_read() -> None:
    film = "A" * (MAX_BODY + 100_000)
    rows = read(har(entry(film, encoding="base64"), entry(ORDERS.read_text(encoding="utf-8"))))
    assert facts(rows) == facts(read_all(ORDERS))


def test_braces_within_programs_are_no_nesting() -> None:
    assert facts(read(har(entry("{[" * 5000), entry(ORDERS.read_text(encoding="utf-8")))))


@pytest.mark.parametrize(
    "content", [b'{"log": {"entries": [', har() + b"}", b'{"log": ' + b"[" * 1000, b'{"log": 1' + b"0" * 5000]
)
def test_broken_archives_are_refused(content: bytes) -> None:
    with pytest.raises(RefusedExportError):
        read(content)


def test_an_archive_is_known_by_its_content(tmp_path: Any) -> None:
    path = tmp_path / "shop.har"
    path.write_bytes(har(entry(ORDERS.read_text(encoding="utf-8"))))
    [(importer, _)] = find_exports([path], built_in(SINGAPORE)).exports
    assert importer.name == "har"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_a_cut_text_is_still_json_however_the_blocks_fall(size: int) -> None:
    class Slow:
        def __init__(self, content: bytes) -> None:
            self.content = content

        def read(self, _size: int = -1) -> bytes:
            block, self.content = self.content[:size], self.content[size:]
            return block

    value = ['quote " and \\ and \\\\" end', "long é \U0001f600\n" * 9, {"short": "x"}]
    guard = GuardedJson(Slow(json.dumps(value).encode()), "x", limit=10_000, longest=40)  # type: ignore[arg-type]
    text = b""
    while block := guard.read():
        text += block
    found = json.loads(text)
    assert found[0] == value[0]
    assert found[1] != value[1]
    assert found[2] == value[2]
