"""Bounded reading of text and JSON: no line, string or element can take more than a few MiB of memory."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections.abc import Generator, Iterable, Iterator
from typing import IO

import msgspec

from pod_agent.errors import RefusedExportError
from pod_agent.importers.json_stream import BLOCK, MAX_ELEMENT, ElementGuard
from pod_agent.importers.protocol import ExportFile

__all__ = [
    "MAX_ELEMENT",
    "MAX_LINE",
    "decode_head",
    "fields_of",
    "fold",
    "guess_encoding",
    "head_text",
    "is_binary",
    "json_elements",
    "json_values",
    "printable",
    "text_blocks",
    "text_lines",
]

MAX_LINE = 1 << 20
"""Longest line of text that is read, in characters."""

BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
TURNING = (range(0x202A, 0x202F), range(0x2066, 0x206A))
"""Characters that turn the direction of text around: with them one text can be shown as another."""

CONTROL = dict.fromkeys(itertools.chain(range(0x20), range(0x7F, 0xA0), range(0xD800, 0xE000), *TURNING), " ")
_OBJECT = re.compile(rb"\s*\{")


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are not UTF-8 as Windows-1252, the other encoding that banks write."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("pod-agent-cp1252", _as_cp1252)


def fold(text: str) -> str:
    """The text with control and turning characters and runs of white space folded to one space, ends stripped."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    folded = " ".join(text.split())
    return folded if folded.isprintable() else " ".join(folded.translate(CONTROL).split())


def printable(text: str) -> str:
    """The text with control and turning characters and lone surrogates as spaces, ends stripped."""
    return (text if text.isprintable() else text.translate(CONTROL)).strip()


def is_binary(head: bytes) -> bool:
    """True for bytes that are no text: NUL or other control bytes, and not UTF-16."""
    if _encoding(head).startswith("utf-16"):
        return False
    controls = sum(head.count(byte) for byte in range(9)) + sum(head.count(byte) for byte in range(14, 27))
    return b"\0" in head or controls * 100 > len(head)


def decode_head(head: bytes) -> str:
    """The first bytes of a file as text; a character cut off at the end is replaced."""
    return head.decode(_encoding(head), "replace")


def head_text(export: ExportFile) -> str:
    """The beginning of the file as text, from its first character that is no white space."""
    return decode_head(export.head).lstrip("\ufeff \t\r\n")


def text_lines(export: ExportFile) -> Iterator[tuple[int, str]]:
    """Line numbers from 1 and lines without their ends, in constant memory.

    UTF-8 or UTF-16 by byte order mark or NUL bytes; bytes that are not UTF-8 are read as Windows-1252.
    RefusedExportError for a line of more than ``MAX_LINE`` characters.
    """
    with export.open() as stream:
        reader = io.TextIOWrapper(stream, encoding=_encoding(export.head), errors="pod-agent-cp1252")
        number = 0
        while line := reader.readline(MAX_LINE):
            number += 1
            if len(line) == MAX_LINE and not line.endswith("\n"):
                raise RefusedExportError(f"line {number} of {export.file} is longer than {MAX_LINE:,} characters")
            yield number, line.rstrip("\n")


def text_blocks(export: ExportFile, encoding: str | None = None) -> Iterator[str]:
    """The text in blocks of 64 KiB, line ends as line feeds: for formats in which a file may be one long line.

    ``encoding`` is what the file declares; a byte order mark and NUL bytes know better, and without any of them it is
    read like ``text_lines`` does.
    """
    found = _encoding(export.head)
    with export.open() as stream:
        errors = "pod-agent-cp1252" if found != "utf-8" or encoding is None else "replace"
        name = found if found != "utf-8" or encoding is None else encoding
        reader = io.TextIOWrapper(stream, encoding=name, errors=errors)
        while block := reader.read(BLOCK):
            yield block


def fields_of(text: str) -> list[str]:
    """The fields of one CSV record, which may span lines."""
    try:
        return next(csv.reader([text]))
    except csv.Error:  # a line break outside of quotes ends the record
        return next(csv.reader(io.StringIO(text, newline="")), [])


def json_elements(export: ExportFile, kind: type[msgspec.Struct], within: str = "") -> Iterator[object]:
    """The elements of a file that is one JSON array, in constant memory: objects as ``kind``, others as they are.

    ``within`` names the field that holds the array where the file is one JSON object.

    The fields of ``kind`` are of type ``object`` and have defaults; what else an object holds is left out.
    RefusedExportError where the JSON is broken, cut off, or an element is longer than ``MAX_ELEMENT`` bytes.
    """
    with export.open() as stream:
        if within:
            yield from _as_kind(ElementGuard(stream, export.file).items(f"{within}.item"), kind)
            return
        rest = yield from _whole_runs(stream, msgspec.json.Decoder(list[kind]))  # type: ignore[valid-type]
        if rest is not None:
            yield from _as_kind(ElementGuard(stream, export.file, rest).items("item"), kind)


def json_values(export: ExportFile, prefix: str) -> Iterator[object]:
    """The values of any shape below a prefix as ijson writes it (``item``, ``rows.item``), in constant memory.

    RefusedExportError as for ``json_elements``.
    """
    with export.open() as stream:
        yield from ElementGuard(stream, export.file).items(prefix)


def _whole_runs(
    stream: IO[bytes], decoder: msgspec.json.Decoder[list[object]]
) -> Generator[object, None, bytes | None]:
    """Elements as long as they are objects that can be decoded many at once; returns what is not read, as an array.

    A comma between two braces may also stand in a text or deep in an element. What comes before such a comma does not
    decode, and is read by the slower parser, which also tells broken JSON from JSON of an odd shape.
    """
    rest = stream.read(BLOCK).removeprefix(codecs.BOM_UTF8)
    complete = False
    while not complete:
        block = stream.read(BLOCK)
        complete = not block
        rest += block
        comma = _last_comma(rest)
        run = rest if complete else rest[:comma] + b"]"
        try:
            elements = decoder.decode(run.decode())
        except (ValueError, RecursionError):
            return rest
        yield from elements
        rest = b"[" + rest[comma + 1 :]
    return None


def _last_comma(text: bytes) -> int:
    """Where the last comma between two objects stands; 0 where there is none."""
    end = len(text)
    while (end := text.rfind(b"},", 0, end)) >= 0:
        if _OBJECT.match(text, end + 2):
            return end + 1
    return 0


def _as_kind(elements: Iterable[object], kind: type[msgspec.Struct]) -> Iterator[object]:
    """Objects as ``kind``, others as they are."""
    for element in elements:
        if isinstance(element, dict):
            yield kind(**{name: element[name] for name in kind.__struct_fields__ if name in element})
        else:
            yield element


def guess_encoding(head: bytes) -> str:
    """How a text is encoded, by its byte order mark or its NUL bytes; ``utf-8`` where neither says so."""
    return _encoding(head)


def _encoding(head: bytes) -> str:
    for mark, encoding in BOMS:
        if head.startswith(mark):
            return encoding
    sample = head[:1000]
    if len(sample) >= 4 and b"\0" in sample:
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        if odd * 5 > len(sample) * 2 and even == 0:
            return "utf-16-le"
        if even * 5 > len(sample) * 2 and odd == 0:
            return "utf-16-be"
    return "utf-8"
