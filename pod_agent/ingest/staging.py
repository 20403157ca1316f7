"""Rows of the running import, on disk in the agent's private folder: memory does not grow with the files."""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from pod_agent.ingest.samples import SampleStaging
from pod_agent.storage import make_private_folder

__all__ = ["Payment", "StagedRow", "Staging"]

_PREFIX: Final = "staging-"
_IN_MEMORY: Final = 6 << 20
"""So many characters of blocks are kept in memory; where there are more, all of them go to disk."""


class Payment(NamedTuple):
    """What a transaction adds to an account: the account's number within the file, minor units, the day (ordinal)."""

    account: int
    minor: int
    day: int


class StagedRow(msgspec.Struct, array_like=True, gc=False):
    """A record that waits to be written: ``name`` in its IRI, its block, where it was read, and its payment."""

    name: str
    block: str
    file: int
    line: int
    payment: Payment | None


class Staging:
    """The staged rows of one import, month by month in the order in which they were read.

    ``samples`` holds those of dense series; their days are those of ``zone``.
    """

    def __init__(self, folder: Path, zone: ZoneInfo) -> None:
        make_private_folder(folder)
        for left_over in folder.glob(f"{_PREFIX}*"):  # of an import that was killed; the caller holds the lock
            left_over.unlink()
        descriptor, name = tempfile.mkstemp(prefix=_PREFIX, suffix=".rows", dir=folder)
        self._path = Path(name)
        self._disk = os.fdopen(descriptor, "w+b")
        self.samples = SampleStaging(folder, _PREFIX, zone)
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(list[StagedRow])
        self._rows: defaultdict[str, list[StagedRow]] = defaultdict(list)
        self._size = 0
        self._spilled: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)

    def add(self, month: str, row: StagedRow) -> None:
        """Stage a record of the month that begins with ``month``."""
        self._rows[month].append(row)
        self._size += len(row.block)
        if self._size >= _IN_MEMORY:
            self._spill()

    def discard(self, file: int) -> None:
        """Forget the rows of a file that turned out to be broken; another one may have its number."""
        for month in self.months():
            kept = [row for row in self.rows(month) if row.file != file]
            self._rows.pop(month, None)
            was_spilled = self._spilled.pop(month, None)
            if kept:
                self._rows[month] = kept
            if was_spilled:
                self._spill()
        self.samples.discard(file)

    def months(self) -> list[str]:
        """First documents of the months that have staged rows, sorted."""
        return sorted(self._rows.keys() | self._spilled.keys())

    def rows(self, month: str) -> Iterator[StagedRow]:
        """The month's rows in the order in which they were added."""
        for place, length in self._spilled.get(month, ()):
            yield from self._decoder.decode(os.pread(self._disk.fileno(), length, place))
        yield from self._rows.get(month, ())

    def close(self) -> None:
        """Remove the files."""
        self.samples.close()
        self._disk.close()
        self._path.unlink(missing_ok=True)

    def _spill(self) -> None:
        """Write the rows that are in memory."""
        place = self._disk.seek(0, os.SEEK_END)
        for month, rows in self._rows.items():
            encoded = self._encoder.encode(rows)
            self._disk.write(encoded)
            self._spilled[month].append((place, len(encoded)))
            place += len(encoded)
        self._disk.flush()
        self._rows.clear()
        self._size = 0
