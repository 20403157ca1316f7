"""FairPrice orders as JSON: the answers of the order service, saved from the app's pages in a browser.

``{"data": {"orders": [...]}}``, ``{"data": {"order": {...}}}``, a bare list or a bare order, and several of them one
after another in one file. An order is held at a time, so memory does not grow with the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

import ijson

from pod_agent.importers.json_stream import GuardedJson, whole_json
from pod_agent.importers.protocol import Confidence, ExportFile, Row, Withheld
from pod_agent.importers.reading import head_text
from pod_agent.importers.shops.fairprice_orders import WRAPPERS, looks_like_an_order, read_order
from pod_agent.importers.shops.orders import order_rows
from vocab.records import Provenance

__all__ = ["FairPriceOrders"]

MAX_ORDER: Final = 8 << 20
"""Longest order that is read, in bytes: the pages say much about each product."""

MAX_TEXT: Final = 1 << 20
OWN_WORDS: Final = (
    '"orderDetails"',
    '"orderedQuantity"',
    '"deliveredQuantity"',
    '"order_details"',
    '"ordered_quantity"',
)
_Events = Iterator[tuple[str, object]]


class FairPriceOrders:
    """Reads orders of FairPrice; an Order and its OrderLines for each."""

    name: ClassVar[str] = "fairprice-orders"
    endings: ClassVar[frozenset[str]] = frozenset({".json"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of items with the quantities ordered and delivered; less so of orders in a file of FairPrice's name."""
        head = head_text(export)
        if head[:1] not in {"{", "["} or ('"log"' in head and '"entries"' in head):
            return Confidence(0, "it is no JSON of orders")
        if '"items"' in head and any(word in head for word in OWN_WORDS):
            return Confidence(0.9, "orders with items that were ordered and delivered")
        path = f"{export.file}/{export.member or ''}".casefold()
        if "fairprice" in path and any(word in head for word in ('"orders"', '"order"', '"items"', '"order_items"')):
            return Confidence(0.6, "orders, in a file of FairPrice's name")
        return Confidence(0, "it has no items that were ordered and delivered")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield an Order and its lines, or Issues, for every order; all of one order share its number as their line."""
        left: Counter[str] = Counter()
        for line, element in enumerate(_elements(export), 1):
            told = read_order(element)
            left.update(told.left)
            yield from order_rows(told, Provenance(file=export.file, member=export.member, line=line))
        for what, count in sorted(left.items()):
            yield Withheld(what=what, count=count)


def _elements(export: ExportFile) -> Iterator[object]:
    """Everything that stands where an order should."""
    with export.open() as stream, whole_json(export.file):
        guard = GuardedJson(stream, export.file, limit=MAX_ORDER, longest=MAX_TEXT)
        events: _Events = ijson.basic_parse(guard, multiple_values=True)
        for event, value in events:
            for element in _value(event, value, events, listed=False):
                guard.unread = 0
                yield element
            guard.unread = 0


def _value(event: str, value: object, events: _Events, *, listed: bool) -> Iterator[object]:
    """The elements in the value that begins with this event; ``listed`` says that orders are expected there."""
    if event == "start_map":
        yield from _object(events, listed=listed)
    elif event == "start_array":
        for inner, told in events:
            if inner == "end_array":
                return
            yield from _value(inner, told, events, listed=True)
    elif listed:
        yield value


def _object(events: _Events, *, listed: bool) -> Iterator[object]:
    """The order that this object is, or those behind its wrappers."""
    found: dict[str, object] = {}
    is_wrapper = False
    for event, key in events:
        if event == "end_map":
            break
        inner, value = next(events)
        if key in WRAPPERS:
            is_wrapper = True
            yield from _value(inner, value, events, listed=False)
        else:
            found[str(key)] = _built(inner, value, events)
    if looks_like_an_order(found) or (listed and not is_wrapper):
        yield found


def _built(event: str, value: object, events: _Events) -> object:
    """The whole value that begins with this event."""
    if event not in {"start_map", "start_array"}:
        return value
    builder = ijson.ObjectBuilder()
    builder.event(event, value)
    depth = 1
    while depth:
        inner, told = next(events)
        depth += (inner in {"start_map", "start_array"}) - (inner in {"end_map", "end_array"})
        builder.event(inner, told)
    return builder.value
