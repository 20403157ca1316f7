"""Which records of an import the pod had already: ``<id>.known.gz`` beside its report.

It serves one question, asked when an earlier import is undone: how many of the records that go were in later files as
well. So the first 30 bits of the names do, sorted, as differences: two bytes a record.
"""

from __future__ import annotations

import gzip
import zlib
from array import array
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import numpy as np

from pod_agent.ingest.layout import import_path

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Known", "count_known", "known_path"]

_CHARACTERS: Final = 6
_DIGITS: Final = {character: value for value, character in enumerate("abcdefghijklmnopqrstuvwxyz234567")}


class Known:
    """The list while it is made."""

    def __init__(self) -> None:
        self._marks = array("I")

    def add(self, name: str) -> None:
        """Note the name in a record's IRI."""
        self._marks.append(_mark(name))

    def content(self) -> bytes | None:
        """The finished resource, None where nothing was noted."""
        if not self._marks:
            return None
        marks = np.unique(np.frombuffer(self._marks, np.uint32)).astype(np.int64)
        return gzip.compress(np.diff(marks, prepend=0).astype("<u4").tobytes(), compresslevel=6, mtime=0)


def known_path(import_id: str) -> str:
    """Path of the list of an import."""
    return import_path(import_id, "known.gz")


def count_known(names: Iterable[str], contents: Iterable[bytes]) -> int:
    """How many of the names are in one of these resources at least."""
    marks = np.array([_mark(name) for name in names], np.int64)
    found = np.zeros(len(marks), np.bool_)
    for content in contents:
        found |= np.isin(marks, read_known(content))
    return int(found.sum())


def read_known(content: bytes) -> NDArray[np.int64]:
    """The marks in a resource; none where it is damaged: nothing depends on them but a count."""
    try:
        return np.frombuffer(gzip.decompress(content), "<u4").astype(np.int64).cumsum()
    except (OSError, EOFError, ValueError, zlib.error):
        return np.zeros(0, np.int64)


def _mark(name: str) -> int:
    mark = 0
    for character in name[:_CHARACTERS]:
        mark = mark << 5 | _DIGITS.get(character, 0)
    return mark
