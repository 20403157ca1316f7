"""Tables of any carrier: the names of the columns, and rows with the number of their line."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Final, NamedTuple, Protocol

from pod_agent.errors import RefusedExportError
from pod_agent.importers.protocol import ExportFile

__all__ = ["MAX_COLUMNS", "Line", "Rows", "Table", "spooled"]

MAX_COLUMNS: Final = 1_000
MAX_COPIED: Final = 8 << 30


class Line(NamedTuple):
    """A row: the number of its line, and its cells; None where the row is broken."""

    number: int
    cells: Sequence[object] | None
    raw: str = ""


class Rows(Protocol):
    """What reads a table's rows from the start."""

    def __call__(self) -> Iterator[Line]:
        """The rows, from the first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of a source: ``name`` is its sheet's or its own, ``""`` where the source holds one only."""

    columns: tuple[str, ...]
    rows: Rows
    name: str = ""


@contextlib.contextmanager
def spooled(export: ExportFile, limit: int = MAX_COPIED) -> Iterator[IO[bytes]]:
    """A copy of an export that can be read at any place, in a private file that goes when it is closed.

    For formats whose table of contents stands at their end: a member of a zip can only be read forwards.
    """
    with tempfile.NamedTemporaryFile(prefix="pod-agent-") as copy, export.open() as stream:
        size = 0
        while block := stream.read(1 << 20):
            size += len(block)
            if size > limit:
                raise RefusedExportError(f"{export.file} is larger than {limit >> 20:,} MiB")
            copy.write(block)
        copy.flush()
        copy.seek(0)
        yield copy
