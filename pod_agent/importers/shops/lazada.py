"""Lazada orders as JSON: the answers of a buyer's pages, *My orders* and the page of one order, saved in a browser.

Answers may stand one after another in one file, in a list, or in the calls of a function (``mtopjsonp1(...)``). One
answer is held at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import ClassVar

from pod_agent.importers.json_documents import json_documents
from pod_agent.importers.protocol import Confidence, ExportFile, Row, Withheld
from pod_agent.importers.reading import decode_head
from pod_agent.importers.shops.lazada_orders import orders_in
from pod_agent.importers.shops.orders import order_rows
from vocab.records import Provenance

__all__ = ["LazadaOrders"]


class LazadaOrders:
    """Reads a buyer's orders; an Order and its OrderLines for each, in the local time of the shop's country."""

    name: ClassVar[str] = "lazada-orders"
    endings: ClassVar[frozenset[str]] = frozenset({".json", ".js", ".jsonp", ".txt"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of the name of the service, or of blocks of orders."""
        head = decode_head(export.head)
        start = head.lstrip("\ufeff \t\r\n")[:200]
        if "{" not in start or ('"log"' in head and '"entries"' in head and "mtop" not in start):
            return Confidence(0, "it is no JSON of orders")
        if "mtop.lazada.om.order" in head:
            return Confidence(0.95, "answers of Lazada about orders")
        if '"tradeOrderId"' in head and '"orderItem"' in head:
            return Confidence(0.9, "blocks of orders as Lazada writes them")
        return Confidence(0, "it has no orders of Lazada")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield an Order and its lines, or Issues, for every order; all of one order share its number as their line."""
        left: Counter[str] = Counter()
        line = 0
        for document in json_documents(export):
            for told in orders_in(document):
                line += 1
                left.update(told.left)
                yield from order_rows(told, Provenance(file=export.file, member=export.member, line=line))
        for what, count in sorted(left.items()):
            yield Withheld(what=what, count=count)
