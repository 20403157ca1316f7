"""What the pod remembers of each import: ``<id>.ttl`` (PROV) and ``<id>.lines.csv.gz``, by month in ``imports/``.

The second says for every record that the import wrote which line of which file it came from. It is kept apart from
the records, so that documents do not depend on the order of imports, and from the report, so that reports stay small.
Older homes have all of it in ``imports/`` itself, and it is read from there.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pod_agent.errors import PodDamagedError, UsageError
from pod_agent.ingest.layout import IMPORTS, import_path, is_crowded, walk
from pod_agent.ingest.report import ImportReport
from pod_agent.ingest.report_turtle import report_from_turtle
from pod_agent.pods.pod import Pod
from vocab.errors import VocabularyError
from vocab.records import IRI, Provenance

__all__ = [
    "GZIP",
    "Lines",
    "import_ids",
    "line_rows",
    "lines_path",
    "located",
    "next_id",
    "read_import",
    "read_lines",
    "read_provenance",
    "report_path",
]

GZIP: Final = "application/gzip"
_RESOURCES: Final = 4
"""Most resources that are kept about one import."""
_REPORT = re.compile(rf"{IMPORTS}(?:\d{{4}}/\d{{4}}-\d{{2}}/)?(\d{{8}}t\d{{6}}z-[0-9a-f]{{4}})\.ttl")


def report_path(import_id: str) -> str:
    """Path of an import's report."""
    return import_path(import_id, "ttl")


def lines_path(import_id: str) -> str:
    """Path of the list of records and lines of an import."""
    return import_path(import_id, "lines.csv.gz")


def located(pod: Pod, path: str) -> str:
    """Where that resource of an import lies: there, or in ``imports/`` itself, where older homes have it."""
    older = IMPORTS + path.rpartition("/")[2]
    return older if pod.read(path) is None and pod.read(older) is not None else path


class Lines:
    """The list of records and lines while it is written: CSV rows ``record,file,line``, compressed."""

    def __init__(self) -> None:
        self._bytes = io.BytesIO()
        self._gzip = gzip.GzipFile(fileobj=self._bytes, mode="wb", mtime=0, filename="", compresslevel=1)
        self._gzip.write(b"record,file,line\n")

    def add(self, month: str, places: Mapping[str, tuple[int, int]]) -> None:
        """Records of a month by name, with the number of their file in the report (from 1) and their line."""
        rows = [f"{month}#{name},{file},{line}\n" for name, (file, line) in sorted(places.items())]
        self._gzip.write("".join(rows).encode())

    def content(self) -> bytes:
        """The finished resource."""
        self._gzip.close()
        return self._bytes.getvalue()


def import_ids(pod: Pod) -> list[str]:
    """Ids of the imports in the pod, oldest first."""
    matches = (_REPORT.fullmatch(path) for path in walk(pod, IMPORTS))
    return sorted(match[1] for match in matches if match)


def next_id(pod: Pod, started: datetime) -> str:
    """An id for an import that began now: in order after all that are there, whatever the clock says.

    The container of a month takes so many imports; what comes after them has an id of the next month.
    """
    found = _newest(pod)
    held = [report_path(import_id) for import_id in found for _ in range(_RESOURCES)]
    mine = f"{started:%Y%m%dt%H%M%Sz}-{secrets.randbelow(1 << 15):04x}"
    wanted = max(mine, _after(max(found, default="")))
    while is_crowded(held, report_path(wanted).rpartition("/")[0] + "/", _RESOURCES):
        year, month = int(wanted[:4]), int(wanted[4:6])
        wanted = f"{year + month // 12:04d}{month % 12 + 1:02d}01t000000z-0000"
    return wanted


def _newest(pod: Pod) -> list[str]:
    """Ids in the newest container that has any, and those of older homes: the greatest of all is among them."""
    paths = [entry.path for entry in pod.list(IMPORTS)]
    older = [match[1] for match in map(_REPORT.fullmatch, paths) if match]
    for year in sorted((path for path in paths if path.endswith("/")), reverse=True):
        for month in sorted((entry.path for entry in pod.list(year)), reverse=True):
            matches = [_REPORT.fullmatch(entry.path) for entry in pod.list(month)]
            found = [match[1] for match in matches if match]
            if found:
                return older + found
    return older


def _after(latest: str) -> str:
    if not latest:
        return ""
    stamp, _, number = latest.partition("-")
    if number < "ffff":
        return f"{stamp}-{int(number, 16) + 1:04x}"
    after = datetime.strptime(stamp, "%Y%m%dt%H%M%Sz").replace(tzinfo=UTC) + timedelta(seconds=1)
    return f"{after:%Y%m%dt%H%M%Sz}-0000"


def read_lines(pod: Pod, import_id: str) -> Iterator[tuple[IRI, Provenance]]:
    """Record and where it was read, for every record that an import wrote; see read_provenance."""
    files = read_import(pod, import_id).files
    for iri, number, line in line_rows(pod, import_id):
        if not 0 < number <= len(files):
            raise PodDamagedError(f"{lines_path(import_id)} names a file that its report lacks")
        file = files[number - 1]
        yield IRI(iri), Provenance(file=file.file, member=file.member, line=line)


def read_provenance(pod: Pod) -> Iterator[tuple[IRI, Provenance, str]]:
    """Record, where it was read and the import that wrote it, for every record of every import, oldest import first.

    PodDamagedError where an import's list is missing or cut short.
    """
    for import_id in import_ids(pod):
        for iri, provenance in read_lines(pod, import_id):
            yield iri, provenance, import_id


def line_rows(pod: Pod, import_id: str) -> Iterator[tuple[str, int, int]]:
    """Record IRI, number of the file in the report and line, for every record that an import wrote."""
    path = lines_path(import_id)
    resource = pod.read(path) or pod.read(located(pod, path))
    if resource is None:
        raise PodDamagedError(f"{path} is missing")
    try:
        with gzip.open(io.BytesIO(resource.content), "rt", encoding="ascii", newline="") as text:
            rows = csv.reader(text)
            next(rows)
            for iri, file, line in rows:
                yield iri, int(file), int(line)
    except (OSError, EOFError, ValueError, StopIteration) as error:
        raise PodDamagedError(f"{path} is cut short or is no list of lines") from error


def import_summary(pod: Pod, import_id: str) -> dict[str, Any]:
    """A past import in short: its id, when it was, its files, its counts and its number of warnings."""
    report = read_import(pod, import_id)
    return {
        "import_id": import_id,
        "at": report.started.isoformat(),
        "files": [file.path for file in report.files],
        **report.counts.to_json(),
        "warnings": report.warnings,
    }


def read_import(pod: Pod, import_id: str) -> ImportReport:
    """The report of a past import. UsageError where there is none, PodDamagedError where it cannot be read."""
    path = report_path(import_id)
    resource = (pod.read(path) or pod.read(located(pod, path))) if _REPORT.fullmatch(path) else None
    if resource is None:
        raise UsageError(f"there is no import {import_id}", hint="Run: pod-agent imports list")
    try:
        return report_from_turtle(resource.content)
    except VocabularyError as error:
        raise PodDamagedError(f"{path} cannot be read: {error}") from error
