"""Tables for spreadsheets: one file for each kind of record, dense series, and what the person said of them."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterable, Iterator
from typing import IO, Any, Final, Self
from zoneinfo import ZoneInfo

from pod_agent.errors import PodDamagedError
from pod_agent.ingest.feedback import read_feedback
from pod_agent.ingest.provenance import import_ids, read_import
from pod_agent.ingest.word import read_corrections, read_rulebook
from pod_agent.pods.pod import Pod
from pod_agent.portability.cells import RecordTable, defused
from pod_agent.portability.folder import ExportFolder
from vocab.records import Record

__all__ = ["Tables", "write_word"]

_MARK: Final = b"\xef\xbb\xbf"
"""Says to spreadsheets that the bytes are UTF-8."""

_HEADER: Final = b"time,value,recorder,tree\n"
_BLOCK: Final = 1 << 20
_STRANGE: Final = re.compile("^[^,\n]*,[^,\n]*,\"?'*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]".encode(), re.MULTILINE)
"""A recorder whose name a spreadsheet would run."""


class Tables:
    """The tables of an export while they are written; close it before the export is finished."""

    def __init__(self, folder: ExportFolder, zone: ZoneInfo, root: str) -> None:
        self._folder = folder
        self._zone = zone
        self._root = root
        self._open = contextlib.ExitStack()
        self._kinds: dict[str, tuple[RecordTable, Any]] = {}
        self._series: dict[str, IO[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def add(self, records: Iterable[Record]) -> None:
        """Add records, which are all of one kind or not."""
        for record in records:
            table, writer = self._kinds.get(record.type_name) or self._begin(type(record))
            writer.writerow(table.row(record, self._root))

    def add_series(self, path: str, content: bytes) -> int:
        """Add a part of a dense series; how many samples it has. PodDamagedError where it is cut short."""
        _, source, _, measure, *_ = path.split("/")
        name = f"series/{source}.{measure}.csv"
        stream = self._series.get(name)
        if stream is None:
            stream = self._series[name] = self._open.enter_context(self._folder.open(name))
            stream.write(_MARK + _HEADER.replace(b"\n", b"\r\n"))
        rows = 0
        try:
            with gzip.open(io.BytesIO(content), "rb") as part:
                if part.readline() != _HEADER:
                    raise PodDamagedError(f"{path} is no series")
                while lines := part.readlines(_BLOCK):
                    rows += len(lines)
                    stream.write(_safe(b"".join(lines)).replace(b"\n", b"\r\n"))
        except (OSError, EOFError, zlib.error) as error:
            raise PodDamagedError(f"{path} is cut short or is no series") from error
        return rows

    def _begin(self, kind: type[Record]) -> tuple[RecordTable, Any]:
        stream = self._open.enter_context(self._folder.open(f"{kind.type_name}.csv"))
        table = RecordTable(kind, self._zone)
        writer = self._open.enter_context(_rows(stream, table.header))
        self._kinds[kind.type_name] = table, writer
        return table, writer


def write_word(pod: Pod, folder: ExportFolder, root: str) -> None:
    """Tables of the person's rules, corrections and verdicts, and of the files of every import."""
    with folder.open("rules.csv") as stream, _rows(stream, ["pattern", "name", "category"]) as rows:
        rows.writerows([defused(rule.pattern), defused(rule.name), rule.category] for rule in read_rulebook(pod).rules)
    with folder.open("corrections.csv") as stream, _rows(stream, ["iri", "category", "merchant", "kind"]) as rows:
        for iri, correction in sorted(read_corrections(pod).items()):
            kind = correction.kind.value if correction.kind else ""
            rows.writerow([root + iri, correction.category, defused(correction.merchant or ""), kind])
    with folder.open("feedback.csv") as stream, _rows(stream, ["time", "kind", "of", "title", "verdict"]) as rows:
        for said in read_feedback(pod):
            at = said.at.isoformat(timespec="seconds")
            rows.writerow([at, said.kind, defused(said.item), defused(said.title), said.opinion])
    columns = ["import", "started", "file", "member", "importer", "read", "written", "changed", "duplicate"]
    columns += ["rejected", "skipped", "first", "last"]
    with folder.open("imports.csv") as stream, _rows(stream, columns) as rows:
        for import_id in import_ids(pod):
            report = read_import(pod, import_id)
            for file in report.files:
                names = [import_id, report.started.isoformat(), defused(file.file), defused(file.member or "")]
                rows.writerow(
                    [*names, file.importer, *file.counts.to_json().values(), file.first or "", file.last or ""]
                )


@contextlib.contextmanager
def _rows(stream: IO[bytes], header: list[str]) -> Iterator[Any]:
    """A writer of rows that ends with its file still open."""
    stream.write(_MARK)
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=False)
    try:
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(header)
        yield writer
    finally:
        text.flush()
        text.detach()


def _safe(lines: bytes) -> bytes:
    """Rows of a series in which no recorder's name is run; those without such a name, nearly all, as they are."""
    if not _STRANGE.search(lines):
        return lines
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for time, value, recorder, tree in csv.reader(io.StringIO(lines.decode(), newline="")):
        writer.writerow([time, value, defused(recorder), tree])
    return text.getvalue().encode()
