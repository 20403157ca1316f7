"""The importer protocol: from one file of an export to records, issues and skipped rows, in file order.

An importer is pure: it is handed a file to open and knows no pod, network or clock. A fault in the data is a
value (Issue), so that one bad row never stops a file; a file that is broken as a whole raises RefusedExportError.
For every row of the source exactly one of Record, Issue or Skipped is yielded: read = written + duplicate +
rejected + skipped is checked for every import.

One row of the source may hold several records (an order and its lines): each of them counts as a row that was read.

A Transaction comes from an importer as the bank states it: without merchant, in category ``other``, with a
provisional kind by its sign. ``pod_agent.enrich.transactions.classify`` says what it means; ``ingest`` joins the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Final, NamedTuple, Protocol, runtime_checkable

from vocab.records import Record

__all__ = [
    "GUESS",
    "MAX_RAW",
    "ByName",
    "Claiming",
    "Confidence",
    "ExportFile",
    "Importer",
    "Issue",
    "Leaving",
    "Row",
    "Sample",
    "Skipped",
    "Statement",
    "Withheld",
]

MAX_RAW: Final = 200
"""Longest ``raw`` of an Issue, in characters."""


GUESS: Final = 0.05
"""A confidence that is enough for a file which the person named, and not for one that was found in a folder."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """How surely an importer reads a file, 0 (not at all) to 1 (certainly), and ``why`` in a few words."""

    value: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A row that could not be read. ``line`` as in Provenance; ``detail`` never repeats amounts or names.

    ``column`` is the column or field at fault. ``raw`` is the row as it stood, cut to ``MAX_RAW``: it is kept on
    this machine only, neither in the pod nor in a log.
    """

    line: int
    code: str
    detail: str
    column: str | None = None
    raw: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A row left out by a rule that ``reason`` names, for example ``no_content``."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What the file says about itself, to reconcile with its rows: not a row and not counted.

    ``closing`` is the printed balance of the account after the newest row, ``opening`` that before the oldest, in
    major units of ``currency``. A file may hold several statements of one account, oldest or newest first.
    """

    account: str
    currency: str
    closing: Decimal
    opening: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """Values that were left behind for the person's privacy (``what``: *IP addresses*): not a row and not counted."""

    what: str
    count: int


class Sample(NamedTuple):
    """One row of a dense series such as the heart rate: counted as a row, kept as one line of a series.

    ``at`` is in seconds since 1970 (UTC), ``measure`` a name of ``vocab.measures.MEASURES`` and ``value`` in its unit.
    ``tree`` ranks the trees of an export that tell the same measure twice: of one measure and local day only the
    samples of the lowest ``tree`` are kept.
    """

    line: int
    measure: str
    at: int
    value: float
    recorder: str
    tree: int = 0


Row = Record | Issue | Skipped | Statement | Withheld | Sample


class ExportFile(Protocol):
    """One file, or one member of a zip, that an importer may look at."""

    @property
    def file(self) -> str:
        """The path as the person gave it."""
        ...

    @property
    def member(self) -> str | None:
        """The member's name within the zip, None for a plain file."""
        ...

    @property
    def head(self) -> bytes:
        """The first 64 KiB."""
        ...

    def open(self) -> IO[bytes]:
        """A stream from the start of the file."""
        ...


class Importer(Protocol):
    """Reads one kind of file of one service.

    One that yields samples also has ``source: str``, the source under which their series are kept.
    """

    @property
    def name(self) -> str:
        """Name shown to people and used in reports, for example ``ocbc-csv``."""
        ...

    @property
    def endings(self) -> frozenset[str]:
        """Endings of file names that may hold this kind, such as ``.csv``; in folders and zips others stay unopened."""
        ...

    @property
    def binary(self) -> bool:
        """True where it reads files that are no text: only such importers are asked about them."""
        ...

    @property
    def wrong_downloads(self) -> Mapping[str, str]:
        """File names (lower case) that give away another download of the service, and what to ask for instead."""
        ...

    def identify(self, export: ExportFile) -> Confidence:
        """How surely this importer reads the file, from its content first and its name second; never raises."""
        ...

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield rows in file order; memory does not grow with the file.

        RefusedExportError, also in the middle, where the file is broken as a whole: discard what came before.
        """
        ...


@runtime_checkable
class ByName(Protocol):
    """An importer that knows files of its service that must not be opened, by their names alone."""

    def never_opens(self, name: str) -> str | None:
        """Why the file with this path is never opened, whatever is in it; None where it may be."""
        ...


@runtime_checkable
class Leaving(Protocol):
    """An importer that may read a part of a file and leave others, such as a sheet of a workbook without a mapping."""

    def leaves(self, export: ExportFile) -> Iterable[tuple[str, str]]:
        """The name of each part of a file that ``extract`` passes over, and why."""
        ...


@runtime_checkable
class Claiming(Protocol):
    """An importer whose files have names that nobody else's have: the others are not asked about them."""

    def claims(self, name: str) -> bool:
        """Whether the file with this path is surely of this importer's service; ``identify`` is asked first."""
        ...
