"""Parts of dense series: ``data/<source>/series/<measure>/<yyyy>/<yyyy-mm>.<import>.csv.gz``.

A part holds exactly the samples that one import newly brought: rows ``time,value,recorder,tree``, in the order of
time and, within a second, of recorders. So an import is undone by removing its parts, and a month in which nothing is
new is no write.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pod_agent.errors import PodDamagedError
from pod_agent.ingest.samples import ROW

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Part", "read_part"]

HEADER: Final = b"time,value,recorder,tree\n"
_DAY: Final = 86_400
_STEP: Final = 50_000
_COLUMNS: Final = 4
_BLOCK: Final = 1 << 20
_CLOCK: list[str] = []


class Part:
    """A part while it is written."""

    def __init__(self, recorders: Sequence[str]) -> None:
        self.rows = 0
        self._recorders = [_quoted(name) for name in recorders]
        self._places = np.argsort(np.argsort(np.array(recorders, dtype=object), kind="stable")).astype(np.int64)
        self._bytes = io.BytesIO()
        self._gzip = gzip.GzipFile(fileobj=self._bytes, mode="wb", mtime=0, filename="", compresslevel=1)
        self._gzip.write(HEADER)
        if not _CLOCK:
            _CLOCK.extend(f"T{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}Z," for s in range(_DAY))

    def add(self, rows: NDArray[Any]) -> None:
        """Append samples, which are sorted by time: those of one second by the names of their recorders.

        The numbers of recorders tell in which order this import met them, and say nothing of the samples.
        """
        if len(self._places) > 1:
            rows = rows[np.lexsort((rows["tree"], self._places[rows["recorder"]], rows["at"]))]
        for start in range(0, len(rows), _STEP):
            self._gzip.write(self._text(rows[start : start + _STEP]).encode())
        self.rows += len(rows)

    def content(self) -> bytes:
        """The finished resource."""
        self._gzip.close()
        return self._bytes.getvalue()

    def _text(self, rows: NDArray[Any]) -> str:
        values, place = np.unique(rows["value"], return_inverse=True)
        texts = [_number(value) for value in values.tolist()]
        ends, end = np.unique(
            (place << 24) | (rows["recorder"].astype(np.int64) << 8) | rows["tree"], return_inverse=True
        )
        tails = [f"{texts[each >> 24]},{self._recorders[each >> 8 & 0xFFFF]},{each & 0xFF}\n" for each in ends.tolist()]
        days, day = np.unique(rows["at"] // _DAY, return_inverse=True)
        heads = np.datetime_as_string(days.astype("datetime64[D]")).tolist()
        seconds = (rows["at"] % _DAY).tolist()
        return "".join(
            [
                heads[day] + _CLOCK[second] + tails[tail]
                for day, second, tail in zip(day.tolist(), seconds, end.tolist(), strict=True)
            ]
        )


def read_part(content: bytes, path: str, recorder: Callable[[str], int]) -> NDArray[Any]:
    """The samples of a part; ``recorder`` numbers the recorders. PodDamagedError where it is cut short."""
    blocks = [np.zeros(0, ROW)]
    try:
        with gzip.open(io.BytesIO(content), "rb") as stream:
            if stream.readline() != HEADER:
                raise PodDamagedError(f"{path} is no series")
            while lines := stream.readlines(_BLOCK):
                blocks.append(_parse(b"".join(lines).decode(), recorder))
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise PodDamagedError(f"{path} is cut short or is no series") from error
    return np.concatenate(blocks)


def _parse(text: str, recorder: Callable[[str], int]) -> NDArray[Any]:
    columns: Sequence[Sequence[str]]
    if '"' in text:
        columns = list(zip(*csv.reader(io.StringIO(text, newline="")), strict=True))
    else:
        fields = text.replace("\n", ",").split(",")[:-1]
        columns = [fields[column::_COLUMNS] for column in range(_COLUMNS)]
    times, values, recorders, trees = columns
    rows = np.zeros(len(times), ROW)
    rows["at"] = np.array([time[:-1] for time in times], "datetime64[s]").astype(np.int64)
    rows["value"] = np.array(values, np.float64)
    numbers = {name: recorder(name) for name in sorted(set(recorders))}
    rows["recorder"] = [numbers[name] for name in recorders]
    rows["tree"] = np.array(trees, np.uint8)
    return rows


def _quoted(name: str) -> str:
    if not any(mark in name for mark in '",'):
        return name
    return '"' + name.replace('"', '""') + '"'


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)
