"""What every importer must do: checks for authors of importers."""

from __future__ import annotations

import io
import random
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from msgspec.structs import replace

from pod_agent.errors import RefusedExportError
from pod_agent.importers.archive import HEAD, Unopened, export_files
from pod_agent.importers.protocol import Confidence, ExportFile, Importer, Issue, Row, Sample, Skipped
from pod_agent.ingest.pipeline import Ingest
from pod_agent.pods.embedded import EmbeddedPod
from vocab.mapping import block, from_turtle, to_turtle
from vocab.records import Record
from vocab.shapes import check

__all__ = ["IMPORTER_CHECKS", "check_importer"]

HOSTILE = (b"", b"\0" * 64, b"\xff\xfe", b"[", b"{", b"a,b\n", b"<?xml version='1.0'?><a>", b"%PDF-1.4", b"PK\x03\x04")
"""Starts of files that no importer may stumble over."""

_FULL_CARD_NUMBER = re.compile(r"(?<!\d)\d{13,19}(?!\d)")


@dataclass(frozen=True, slots=True)
class _Bytes:
    """An export file that lies in memory."""

    content: bytes
    file: str
    member: str | None = None

    @property
    def head(self) -> bytes:
        return self.content[:HEAD]

    def open(self) -> IO[bytes]:
        return io.BytesIO(self.content)


def check_importer(importer: Importer, paths: Sequence[Path]) -> None:
    """Check that an importer keeps the protocol on these files, folders or zips, each of which it must recognise.

    Give it short files written by hand: a good one of every layout, and one with faults.
    """
    exports = [found for path in paths for found in export_files(path) if not isinstance(found, Unopened)]
    _hold(bool(exports), "there is at least one file to check with")
    for fact in IMPORTER_CHECKS.values():
        for export in exports:
            fact(importer, _Bytes(_content(export), export.file, export.member))


def _recognises_its_files(importer: Importer, export: ExportFile) -> None:
    opinion = importer.identify(export)
    _hold(0 < opinion.value <= 1, f"{importer.name} recognises {export.file}: it says {opinion.why}")
    _hold(bool(opinion.why.strip()), "it says why")
    name = (export.member or export.file).lower()
    _hold(any(name.endswith(ending) for ending in importer.endings), f"{name} has one of its endings")


def _is_calm_about_other_files(importer: Importer, _export: ExportFile) -> None:
    dice = random.Random(1)  # noqa: S311 - noise that is the same every time
    for head in (*HOSTILE, dice.randbytes(500)):
        opinion = importer.identify(_Bytes(head, "notes"))
        _hold(isinstance(opinion, Confidence), "identify answers whatever a file begins with")
        _hold(opinion.value < 1, f"it is not sure of a file that begins with {head[:8]!r}")


def _accounts_for_rows_in_order(importer: Importer, export: ExportFile) -> None:
    last = 0
    told: set[str] = set()
    for row in _rows(importer, export):
        line = _line(row)
        if line is None:
            continue
        _hold(line >= last, f"lines do not fall: {line} after {last}")
        last = line
        if isinstance(row, Record):
            _hold(row.iri not in told, f"line {line}: every row has an IRI of its own, also where two rows are equal")
            told.add(row.iri)


def _makes_records_that_a_pod_can_hold(importer: Importer, export: ExportFile) -> None:
    for row in _rows(importer, export):
        if isinstance(row, Record):
            check(row)
            path = row.iri.partition("#")[0]
            [held] = from_turtle(to_turtle([row], path), path)
            _hold(held == replace(row, provenance=None), f"a record comes back from the pod as it was: {row.iri}")
            _hold(not _FULL_CARD_NUMBER.search(block(row)), "no text holds a full card number")


def _says_where_each_record_was_read(importer: Importer, export: ExportFile) -> None:
    for row in _rows(importer, export):
        if isinstance(row, Record):
            place = row.provenance
            _hold(place is not None, "a record has its provenance")
            _hold(place is not None and (place.file, place.member) == (export.file, export.member), "of its own file")


def _names_records_by_their_content(importer: Importer, export: ExportFile) -> None:
    again = _Bytes(_content(export), "elsewhere/" + Path(export.member or export.file).name)
    first, second = (_iris(importer, each) for each in (export, again))
    _hold(first == second, "the same file in another folder gives the same IRIs")


def _refuses_what_is_broken(importer: Importer, export: ExportFile) -> None:
    content = _content(export)
    dice = random.Random(2)  # noqa: S311 - noise that is the same every time
    damaged = [content[: len(content) * part // 8] for part in range(8)]
    for _ in range(20):
        place = dice.randrange(len(content) or 1)
        damaged.append(content[:place] + dice.randbytes(3) + content[place + 3 :])
    for each in damaged:
        try:
            for _ in importer.extract(_Bytes(each, export.file)):
                pass
        except RefusedExportError:
            continue


def _writes_nothing_the_second_time(importer: Importer, export: ExportFile) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        source = home / Path(export.member or export.file).name
        source.write_bytes(_content(export))
        ingest = Ingest(EmbeddedPod(home / "pod"), home / "agent", importers=(importer,))
        first, second = ingest.run([source]).counts, ingest.run([source]).counts
    _hold(first.read == first.written + first.duplicate + first.rejected + first.skipped, "every row is accounted for")
    _hold(second.written == 0, f"importing a file twice writes nothing new, {second.written} rows were")


IMPORTER_CHECKS: dict[str, Callable[[Importer, ExportFile], None]] = {
    "recognises its files": _recognises_its_files,
    "is calm about other files": _is_calm_about_other_files,
    "accounts for rows in order": _accounts_for_rows_in_order,
    "makes records that a pod can hold": _makes_records_that_a_pod_can_hold,
    "says where each record was read": _says_where_each_record_was_read,
    "names records by their content": _names_records_by_their_content,
    "refuses what is broken": _refuses_what_is_broken,
    "writes nothing the second time": _writes_nothing_the_second_time,
}
"""Every check by the fact that it holds; each takes an importer and one file that it must recognise."""


def _rows(importer: Importer, export: ExportFile) -> list[Row]:
    return list(importer.extract(export))


def _line(row: Row) -> int | None:
    if isinstance(row, Issue | Skipped | Sample):
        return row.line
    return row.provenance.line if isinstance(row, Record) and row.provenance else None


def _iris(importer: Importer, export: ExportFile) -> list[str]:
    return [row.iri for row in _rows(importer, export) if isinstance(row, Record)]


def _content(export: ExportFile) -> bytes:
    with export.open() as stream:
        return stream.read()


def _hold(condition: bool, fact: str) -> None:  # noqa: FBT001 - reads like assert
    if not condition:
        raise AssertionError(f"does not hold: {fact}")
