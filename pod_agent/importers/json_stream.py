"""JSON of any size on its way to a parser: what would fill the memory or end the process is refused.

There are two guards. ``ElementGuard`` bounds each element of an export that was written element by element, and takes
as long as the parser. ``GuardedJson`` takes seven times as long, and is for what a browser saved: it cuts the texts
that hold whole programs and pictures, and so follows the bytes as far as telling texts from what stands around them.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import re
from collections.abc import Iterator
from typing import IO, Any, Final

import ijson

from pod_agent.errors import RefusedExportError

__all__ = ["BLOCK", "MAX_DEPTH", "MAX_ELEMENT", "ElementGuard", "GuardedJson", "whole_json"]

BLOCK: Final = 1 << 16
MAX_DEPTH: Final = 200
"""Deepest nesting that is read, in brackets."""

MAX_BRACKETS: Final = 500
"""The same where brackets in texts count as well."""

MAX_ELEMENT: Final = 1 << 20
"""Longest element of an export that is read, in bytes (give or take one block)."""

MAX_DIGITS: Final = 1_000
"""Longest number that is read, in digits."""

INSIDE: Final = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
"""A text up to its closing quotation mark, or as much of it as there is."""

BRACKET: Final = re.compile(rb"[][{}]")
LONG_NUMBER: Final = re.compile(rb"\d{%d}" % (MAX_DIGITS + 1))
FLAT: Final = frozenset({b':"', b',"', b': "', b', "', b'"'})
"""What most often stands between two texts, and nests nothing."""

FILLER: Final = b"0000"
"""Ends a text that is cut: it completes an escape such as ``\\u00`` that was cut in two."""


class GuardedJson:
    """A stream of JSON for ijson. ``unread`` is how much came since it was last set to 0; ``limit`` bounds it.

    Texts longer than ``longest`` bytes come cut, and so decode to something that is not what they were.
    RefusedExportError for what is nested too deep, has numbers of too many digits, or is longer than the limit.
    """

    def __init__(self, stream: IO[bytes], name: str, *, limit: int, longest: int) -> None:
        self.unread = 0
        self._stream = stream
        self._name = name
        self._limit = limit
        self._longest = longest
        self._depth = 0
        self._in_text = False
        self._length = 0
        self._carry = b""
        self._first = True

    def read(self, size: int = BLOCK) -> bytes:
        """The next bytes; none only at the end, or where ``size`` is 0: so ijson asks whether these are bytes."""
        while size and (block := self._stream.read(BLOCK)):
            if self._first:
                self._first = False
                block = block.removeprefix(codecs.BOM_UTF8)
            kept = self._follow(self._carry + block)
            self.unread += len(kept)
            if self.unread > self._limit:
                raise RefusedExportError(f"a part of {self._name} is longer than {self._limit >> 20} MiB")
            if kept:
                return kept
        return b""

    def _follow(self, block: bytes) -> bytes:
        self._carry = b""
        kept: list[bytes] = []
        position, end = 0, len(block)
        while position < end:
            if self._in_text:
                position = self._text(block, position, kept)
                continue
            quote = block.find(b'"', position)
            stop = end if quote < 0 else quote + 1
            self._around(block[position:stop])
            kept.append(block[position:stop])
            self._in_text, self._length = quote >= 0, 0
            position = stop
        return b"".join(kept)

    def _text(self, block: bytes, position: int, kept: list[bytes]) -> int:
        """Follow a text; returns where it ends, or the end of the block."""
        found = INSIDE.match(block, position)
        stop = found.end() if found else position
        was = self._length
        self._length += stop - position
        if self._length <= self._longest:
            kept.append(block[position:stop])
        elif was <= self._longest:
            kept.append(FILLER)
        if stop == len(block):
            return stop
        if block[stop : stop + 1] == b"\\":  # the first half of an escape
            self._carry = block[stop:]
            return len(block)
        kept.append(b'"')
        self._in_text = False
        return stop + 1

    def _around(self, text: bytes) -> None:
        """Check what stands between two texts."""
        if text in FLAT:
            return
        if len(text) > MAX_DIGITS and LONG_NUMBER.search(text):
            raise RefusedExportError(f"{self._name} holds a number of more than {MAX_DIGITS:,} digits")
        self._nest(text)

    def _nest(self, text: bytes) -> None:
        for bracket in BRACKET.findall(text):
            self._depth += 1 if bracket in b"[{" else -1
            if self._depth > MAX_DEPTH:
                raise RefusedExportError(f"{self._name} is nested more than {MAX_DEPTH} deep")


class ElementGuard:
    """A stream of JSON for ijson, ``start`` before the rest, whose elements are bounded one by one.

    RefusedExportError for an element of too many bytes, a number of more digits than Python turns into an integer and
    brackets nested too deep: the last two end the process. Brackets and digits in texts count as well: no element of an
    export has so many of them.
    """

    def __init__(self, stream: IO[bytes], name: str, start: bytes = b"") -> None:
        self._start = io.BytesIO(start)
        self._stream = stream
        self._name = name
        self._unread = 0
        self._depth = 0
        self._tail = b""

    def items(self, prefix: str) -> Iterator[Any]:
        """The elements at a prefix as ijson writes it; numbers with a fraction are Decimal."""
        with whole_json(self._name):
            for element in ijson.items(self, prefix, buf_size=BLOCK):
                self.element_ends()
                yield element

    def element_ends(self) -> None:
        """Bound the next element afresh: an open bracket in a text of this one is no nesting of the next."""
        self._unread = self._depth = 0

    def read(self, size: int) -> bytes:
        """The next bytes."""
        if self._unread > MAX_ELEMENT:
            raise RefusedExportError(f"an element of {self._name} is longer than {MAX_ELEMENT:,} bytes")
        block = self._start.read(size) or self._stream.read(size)
        self._unread += len(block)
        if LONG_NUMBER.search(self._tail + block):
            raise RefusedExportError(f"{self._name} holds a number of more than {MAX_DIGITS:,} digits")
        self._tail = (self._tail + block)[-MAX_DIGITS:]
        self._follow(block)
        return block

    def _follow(self, block: bytes) -> None:
        opened = block.count(b"[") + block.count(b"{")
        if self._depth + opened <= MAX_BRACKETS:
            self._depth = max(self._depth + opened - block.count(b"]") - block.count(b"}"), 0)
            return
        for bracket in BRACKET.finditer(block):
            self._depth = self._depth + 1 if bracket[0] in b"[{" else max(self._depth - 1, 0)
            if self._depth > MAX_BRACKETS:
                raise RefusedExportError(f"{self._name} is nested more than {MAX_BRACKETS} deep")


@contextlib.contextmanager
def whole_json(name: str) -> Iterator[None]:
    """RefusedExportError where the parser says that the JSON of this file is broken."""
    try:
        yield
    except (ijson.JSONError, ValueError, ArithmeticError) as error:
        raise RefusedExportError(f"{name} is not whole: its JSON is broken or cut off") from error
