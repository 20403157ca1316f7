"""JSON as tables: an array of objects, an object that holds one such array, or one object a line.

Names within names are dotted: ``price.amount``.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

import msgspec

from pod_agent.errors import RefusedExportError
from pod_agent.importers.protocol import ExportFile
from pod_agent.importers.reading import MAX_LINE, json_values
from pod_agent.importers.tables.rows import MAX_COLUMNS, Line, Table

__all__ = ["json_columns", "json_table", "line_of"]

_Objects = Callable[[], Iterator[tuple[int, object, str]]]

SAMPLE: Final = 200
MAX_DEPTH: Final = 5
WHITE: Final = b" \t\r\n"
_KEYED_ARRAY: Final = re.compile(rb'"((?:[^"\\]|\\.)*)"\s*:\s*\[\s*\{')


def json_table(export: ExportFile) -> Table | None:
    """The table that the JSON holds, None where it holds none."""
    head = export.head.removeprefix(codecs.BOM_UTF8).lstrip(WHITE)
    if head[:1] == b"[":
        return _table(export, "item") if head[1:].lstrip(WHITE)[:1] == b"{" else None
    if head[:1] != b"{":
        return None
    within = _KEYED_ARRAY.search(head)
    is_keyed = within is not None and b"." not in within[1] and _depth(head[: within.start()]) == 1
    if _is_lines(head) and not (is_keyed and not head.partition(b"\n")[2].strip()):
        return _lines(export)
    if within is None or not is_keyed:
        return None
    return _table(export, f"{within[1].decode('utf-8', 'replace')}.item")


def _is_lines(head: bytes) -> bool:
    first, _, rest = head.partition(b"\n")
    try:
        whole = isinstance(msgspec.json.decode(first), dict)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return whole and (not rest.strip() or rest.lstrip(WHITE)[:1] == b"{")


def _depth(text: bytes) -> int:
    bare = re.sub(rb'"(?:[^"\\]|\\.)*"', b"", text)
    return bare.count(b"{") + bare.count(b"[") - bare.count(b"}") - bare.count(b"]")


def _table(export: ExportFile, prefix: str) -> Table | None:
    def objects() -> Iterator[tuple[int, object, str]]:
        return ((number, value, "") for number, value in enumerate(json_values(export, prefix), 1))

    return table_of(objects)


def _lines(export: ExportFile) -> Table | None:
    def objects() -> Iterator[tuple[int, object, str]]:
        with export.open() as stream:
            number = 0
            while line := stream.readline(MAX_LINE):
                number += 1
                if len(line) >= MAX_LINE:
                    raise RefusedExportError(f"line {number} of {export.file} is longer than {MAX_LINE:,} bytes")
                bare = line.removeprefix(codecs.BOM_UTF8).strip()
                if bare:
                    try:
                        yield number, msgspec.json.decode(bare), ""
                    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
                        yield number, None, bare[:200].decode("utf-8", "replace")

    return table_of(objects)


def table_of(objects: _Objects) -> Table | None:
    """A table of objects, whose columns are the names in the first of them."""
    columns = json_columns(value for _, value, _ in islice(objects(), SAMPLE))
    if not columns:
        return None

    def rows() -> Iterator[Line]:
        for number, value, raw in objects():
            yield line_of(number, value, columns, raw)

    return Table(columns=columns, rows=rows)


def json_columns(values: Iterable[object]) -> tuple[str, ...]:
    """Every name in the objects, in the order of their first use."""
    names: dict[str, None] = {}
    for value in values:
        if isinstance(value, Mapping):
            names.update(dict.fromkeys(flat(value)))
    return tuple(names)[:MAX_COLUMNS]


def line_of(number: int, value: object, columns: tuple[str, ...], raw: str = "") -> Line:
    """An object as a row; what is no object is a broken row."""
    if not isinstance(value, Mapping):
        return Line(number, None, raw or str(value)[:200])
    cells = flat(value)
    return Line(number, [cells.get(name) for name in columns])


def flat(value: Mapping[str, object], prefix: str = "", depth: int = 0) -> dict[str, object]:
    """The object's values with dotted names; lists of plain values are joined, other lists are left out."""
    found: dict[str, object] = {}
    for name, item in value.items():
        if isinstance(item, Mapping):
            if depth < MAX_DEPTH:
                found.update(flat(item, f"{prefix}{name}.", depth + 1))
        elif not isinstance(item, list):
            found[prefix + name] = item
        elif all(isinstance(part, str) for part in item):
            found[prefix + name] = ", ".join(item)
    return found
