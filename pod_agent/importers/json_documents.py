"""JSON documents that stand one after another in a file: bare, in a list, or in the call of a function (JSONP)."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from pod_agent.errors import RefusedExportError
from pod_agent.importers.protocol import ExportFile

__all__ = ["MAX_DOCUMENT", "decode_json", "json_documents"]

MAX_DOCUMENT: Final = 16 << 20
"""Longest document that is read, in bytes."""

BLOCK: Final = 1 << 16
MAX_DEPTH: Final = 200
BRACE: Final = re.compile(rb'[^"{}]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"{}]*+)*+([{}])', re.DOTALL)
"""As far as the next brace that stands in no text."""

BETWEEN: Final = re.compile(rb"[\s\w$.,;()\[\]/*-]*", re.ASCII)
"""What may stand between documents: the names of functions, brackets and commas."""


def json_documents(export: ExportFile) -> Iterator[object]:
    """Every JSON object of the file that lies in no other, decoded; memory does not grow with their number.

    RefusedExportError where one is cut off, broken or too long, or where there is other text between them.
    """
    return _Documents(export).read()


def decode_json(text: bytes) -> object:
    """The decoded value; ValueError where it is no JSON, also for what is nested too deep."""
    try:
        return msgspec.json.decode(text)
    except (ValueError, RecursionError):
        pass  # emoji that a shop cut in two are half a character, which the stricter reader refuses
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("the JSON is nested too deep") from error


class _Documents:
    """What is held of the file, how far it was followed, where the document began, and how deep it is there."""

    def __init__(self, export: ExportFile) -> None:
        self._name = export.file
        self._export = export
        self._held = b""
        self._position = 0
        self._start = 0
        self._depth = 0

    def read(self) -> Iterator[object]:
        with self._export.open() as stream:
            step = BLOCK
            while block := stream.read(step):
                self._take(block)
                before = self._position
                yield from self._whole()
                step = BLOCK if self._position > before else min(step * 2, MAX_DOCUMENT)
        if self._depth:
            raise RefusedExportError(f"{self._name} is not whole: its JSON is broken or cut off")

    def _take(self, block: bytes) -> None:
        """Hold the block as well; what was read is let go."""
        if not self._held and not self._position:
            block = block.removeprefix(codecs.BOM_UTF8)
        self._held = self._held[self._start :] + block
        self._position -= self._start
        self._start = 0
        if len(self._held) > MAX_DOCUMENT + 2 * len(block):
            raise RefusedExportError(f"a part of {self._name} is longer than {MAX_DOCUMENT >> 20} MiB")

    def _whole(self) -> Iterator[object]:
        """The documents that end in what is held."""
        while found := BRACE.match(self._held, self._position):
            if not self._depth:
                self._skip_between()
            self._position = found.end()
            self._depth += 1 if found[1] == b"{" else -1
            if not 0 <= self._depth <= MAX_DEPTH:
                raise RefusedExportError(f"{self._name} is broken, or nested more than {MAX_DEPTH} deep")
            if not self._depth:
                yield self._decode(self._held[self._start : self._position])
                self._start = self._position
        if not self._depth:
            self._skip_between()
            self._position = self._start

    def _skip_between(self) -> None:
        """Go to the next document, or to the end of what is held."""
        found = BETWEEN.match(self._held, self._start)
        self._start = found.end() if found else self._start
        if self._held[self._start : self._start + 1] not in {b"{", b""}:
            raise RefusedExportError(f"{self._name} holds other text than JSON")

    def _decode(self, text: bytes) -> object:
        try:
            return decode_json(text)
        except ValueError as error:
            raise RefusedExportError(f"{self._name} is not whole: its JSON is broken") from error
