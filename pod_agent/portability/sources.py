"""Which files of past imports were of one source, and what the imports' own notes are without them."""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pod_agent.ingest.former import former_content, former_path, read_former
from pod_agent.ingest.journal import Intent
from pod_agent.ingest.known import Known, known_path, read_known
from pod_agent.ingest.provenance import GZIP, Lines, import_ids, line_rows, lines_path, read_import, report_path
from pod_agent.ingest.report import FileReport, ImportReport
from pod_agent.ingest.report_turtle import report_to_turtle
from pod_agent.pods.pod import TURTLE, Pod

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Imported", "imports_without"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """An import that brought records of the source: its id, the files that were of that source alone, what to write."""

    import_id: str
    files: tuple[FileReport, ...]
    is_gone: bool
    intents: tuple[Intent, ...]


def imports_without(pod: Pod, below: str, names: Iterable[str]) -> list[Imported]:
    """What the imports that the pod remembers become without the records ``below`` a path, whose names these are.

    A file that brought records of other sources too keeps its place in the report, as it is.
    """
    ids = import_ids(pod)
    reports = {import_id: read_import(pod, import_id) for import_id in ids}
    brought = {import_id: _brought(pod, import_id, below) for import_id in ids}
    importers = _importers(reports, brought)
    marks = _marks(names)
    found = []
    for import_id, report in reports.items():
        dropped = _of_source(report, brought[import_id], importers)
        if dropped or True in {mine for told in brought[import_id].values() for mine in told}:
            found.append(_without(pod, report, below, dropped, marks))
        else:
            found.append(_remembered(pod, import_id, below, marks))
    return [each for each in found if each.intents]


def _brought(pod: Pod, import_id: str, below: str) -> dict[int, set[bool]]:
    """For every file that brought records, by its number: whether of this source, of others, or of both."""
    told: defaultdict[int, set[bool]] = defaultdict(set)
    for iri, number, _ in line_rows(pod, import_id):
        told[number].add(iri.startswith(below))
    return told


def _importers(reports: dict[str, ImportReport], brought: dict[str, dict[int, set[bool]]]) -> set[str]:
    """Importers all of whose files brought records of this source and of no other."""
    told: defaultdict[str, set[bool]] = defaultdict(set)
    for import_id, files in brought.items():
        for number, mine in files.items():
            told[reports[import_id].files[number - 1].importer] |= mine
    return {name for name, mine in told.items() if mine == {True}}


def _of_source(report: ImportReport, brought: dict[int, set[bool]], importers: set[str]) -> set[int]:
    """Numbers of the files of this source alone; one that brought nothing goes by its importer."""
    return {
        number
        for number, file in enumerate(report.files, 1)
        if brought.get(number, {True} if file.importer in importers else set()) == {True}
    }


def _without(pod: Pod, report: ImportReport, below: str, dropped: set[int], marks: NDArray[np.int64]) -> Imported:
    import_id = report.import_id or ""
    kept = [number for number in range(1, len(report.files) + 1) if number not in dropped]
    files = tuple(report.files[number - 1] for number in sorted(dropped))
    paths = [make(import_id) for make in (former_path, known_path, lines_path, report_path)]
    if not kept:
        gone = tuple(each for path in paths for each in _planned(pod, path, None))
        return Imported(import_id=import_id, files=files, is_gone=True, intents=gone)
    numbers = {number: place for place, number in enumerate(kept, 1)}
    left = replace(report, files=tuple(report.files[number - 1] for number in kept))
    if dropped:  # what several files tell together may speak of those that are gone
        left = replace(left, findings=())
    contents = [
        *_notes(pod, import_id, below, marks),
        (lines_path(import_id), _lines(pod, import_id, below, numbers)),
        (report_path(import_id), report_to_turtle(left)),
    ]
    intents = tuple(each for path, content in contents for each in _planned(pod, path, content))
    return Imported(import_id=import_id, files=files, is_gone=False, intents=intents)


def _remembered(pod: Pod, import_id: str, below: str, marks: NDArray[np.int64]) -> Imported:
    """An import of other sources: what it remembers of replaced and known records is looked at all the same."""
    intents = (each for path, content in _notes(pod, import_id, below, marks) for each in _planned(pod, path, content))
    return Imported(import_id=import_id, files=(), is_gone=False, intents=tuple(intents))


def _notes(pod: Pod, import_id: str, below: str, marks: NDArray[np.int64]) -> list[tuple[str, bytes | None]]:
    """What the import replaced, and what it had known, without the source; None where nothing is left to note."""
    notes: list[tuple[str, bytes | None]] = []
    former = pod.read(former_path(import_id))
    if former is not None:
        blocks = read_former(former.content, former_path(import_id))
        left = {iri: block for iri, block in blocks.items() if not iri.startswith(below)}
        if len(left) < len(blocks):
            notes.append((former_path(import_id), former_content(left) if left else None))
    known = pod.read(known_path(import_id))
    if known is not None:
        held = read_known(known.content)
        rest = held[~np.isin(held, marks)]
        if len(rest) < len(held):
            notes.append((known_path(import_id), _known(rest) if len(rest) else None))
    return notes


def _lines(pod: Pod, import_id: str, below: str, numbers: dict[int, int]) -> bytes:
    months: dict[str, dict[str, tuple[int, int]]] = {}
    for iri, number, line in line_rows(pod, import_id):
        if not iri.startswith(below):
            month, _, name = iri.partition("#")
            months.setdefault(month, {})[name] = (numbers[number], line)
    lines = Lines()
    for month, places in months.items():
        lines.add(month, places)
    return lines.content()


def _planned(pod: Pod, path: str, content: bytes | None) -> list[Intent]:
    """The change that gives the resource this content; none where it has it."""
    held = pod.read(path)
    if (held.content if held else None) == content:
        return []
    options: dict[str, Any] = {"media_type": TURTLE if path.endswith(".ttl") else GZIP}
    return [Intent(path=path, content=content, etag=held.etag if held else None, **options)]


def _marks(names: Iterable[str]) -> NDArray[np.int64]:
    known = Known()
    for name in names:
        known.add(name)
    content = known.content()
    return np.zeros(0, np.int64) if content is None else read_known(content)


def _known(marks: NDArray[np.int64]) -> bytes:
    return gzip.compress(np.diff(marks, prepend=0).astype("<u4").tobytes(), compresslevel=6, mtime=0)
