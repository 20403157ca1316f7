"""HAR: what a browser saved of a visit to a shop's pages, for the orders of FairPrice and Lazada in it.

Only the bodies of answers are looked at, and of those only orders are kept. Addresses, headers and cookies are passed
over by the parser and never become values here.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

import ijson

from pod_agent.importers.json_documents import decode_json
from pod_agent.importers.json_stream import GuardedJson, whole_json
from pod_agent.importers.protocol import Confidence, ExportFile, Row, Withheld
from pod_agent.importers.reading import head_text
from pod_agent.importers.shops import fairprice_orders, lazada_orders
from pod_agent.importers.shops.orders import ToldOrder, UnreadOrder, order_rows
from vocab.records import Provenance

__all__ = ["BrowserArchive"]

MAX_BODY: Final = 8 << 20
"""Longest body that is looked at, in bytes: pictures and films are longer."""

MAX_ENTRY: Final = 64 << 20
PATH: Final = "log.entries.item.response.content"
FAIRPRICE_WORDS: Final = ("orderDetails", "orderedQuantity", "order_details", "ordered_quantity")
LAZADA_WORDS: Final = ("tradeOrderId", "mtop.lazada.om.order")
CALL: Final = re.compile(r"\s*[\w$.]{1,80}\s*\((?P<body>.*)\)\s*;?\s*", re.DOTALL)


class BrowserArchive:
    """Reads orders out of the answers that a browser saved; answers about anything else are no rows."""

    name: ClassVar[str] = "har"
    endings: ClassVar[frozenset[str]] = frozenset({".har", ".json"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of an object with a log that names its creator or has entries."""
        head = head_text(export)
        if head.startswith("{") and '"log"' in head[:200] and ('"creator"' in head or '"entries"' in head):
            return Confidence(1, "what a browser saved of its visits (HAR)")
        return Confidence(0, "it is no log of a browser's visits")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield an Order and its lines, or Issues, for every order found; their line is the order's place."""
        left: Counter[str] = Counter()
        line = 0
        for body in _bodies(export):
            for told in _orders(body):
                line += 1
                left.update(told.left)
                yield from order_rows(told, Provenance(file=export.file, member=export.member, line=line))
        for what, count in sorted(left.items()):
            yield Withheld(what=what, count=count)


def _bodies(export: ExportFile) -> Iterator[str]:
    """The bodies in which words of an order stand."""
    with export.open() as stream, whole_json(export.file):
        guard = GuardedJson(stream, export.file, limit=MAX_ENTRY, longest=MAX_BODY)
        for content in ijson.items(guard, PATH):
            guard.unread = 0
            body = _body(content)
            if any(word in body for word in (*FAIRPRICE_WORDS, *LAZADA_WORDS)):
                yield body


def _body(content: object) -> str:
    """The text of an answer; empty where it has none or it is no text."""
    if not isinstance(content, Mapping) or not isinstance(content.get("text"), str):
        return ""
    text: str = content["text"]
    if content.get("encoding") != "base64":
        return text
    try:
        return base64.b64decode(text).decode()
    except (binascii.Error, ValueError):
        return ""


def _orders(body: str) -> Iterator[ToldOrder | UnreadOrder]:
    """The orders of either shop in a body."""
    call = CALL.fullmatch(body)
    try:
        value = decode_json((call["body"] if call else body).encode("utf-8", "replace"))
    except ValueError:
        return
    if any(word in body for word in LAZADA_WORDS):
        for answer in value if isinstance(value, list) else [value]:
            yield from lazada_orders.orders_in(answer)
    else:
        yield from map(fairprice_orders.read_order, fairprice_orders.orders_in(value))
