"""Everything that is in the pod, in open formats, in a folder that says by itself what it is.

Document after document passes through memory, so that a large pod takes no more of it than a small one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from pod_agent.errors import PodDamagedError, UsageError
from pod_agent.index.local import LocalIndex
from pod_agent.ingest.layout import is_document, is_series, read_document
from pod_agent.ingest.manifest import PATH as POD_MANIFEST
from pod_agent.ingest.manifest import Entry, digest, load_manifest
from pod_agent.pods.pod import Pod
from pod_agent.portability.folder import ExportFolder
from pod_agent.portability.graphs import SortedLines, json_ld, ntriples
from pod_agent.portability.json_ld import Compaction, own_context
from pod_agent.portability.readme import README, readme
from pod_agent.portability.selection import Selection, selected
from pod_agent.portability.tables import Tables, write_word
from vocab.mapping import from_turtle
from vocab.records import Record, Transaction

__all__ = ["CONTAINER", "Exported", "Format", "export"]

CONTAINER: Final = "pod-agent/"
"""Folder of an export that holds resources of the pod, under the name that the container has in a pod."""

Advance = Callable[[int, int], None]
"""Told how many resources are done, and how many there are."""


class Format(StrEnum):
    """How an export is written."""

    TURTLE = "turtle"
    NTRIPLES = "ntriples"
    JSONLD = "jsonld"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export holds: records by kind, samples of dense series, files and their bytes.

    ``base`` is the address that names begin with in it, empty where they are relative.
    """

    folder: Path
    format: Format
    base: str
    records: dict[str, int]
    samples: int
    files: int
    size: int

    def to_json(self) -> dict[str, Any]:
        """The document of ``pod-agent export --json``."""
        return {
            "folder": str(self.folder),
            "format": self.format.value,
            "base": self.base or None,
            "records": self.records,
            "total": sum(self.records.values()),
            "samples": self.samples,
            "files": self.files,
            "bytes": self.size,
        }


def export(
    pod: Pod,
    index: LocalIndex,
    zone: ZoneInfo,
    out: Path,
    form: Format,
    *,
    base: str = "",
    selection: Selection | None = None,
    over: bool = False,
    advance: Advance | None = None,
) -> Exported:
    """Write the pod, or a selection of it, into the folder ``out``; ``index`` is up to date with the pod.

    ``base`` is what names begin with where they are absolute, the pod's own address if not given; ``over`` puts the
    folder in the place of an earlier export. PodDamagedError where a document is not what the manifest says; UsageError
    where the folder may not be filled. Then nothing is written.
    """
    if base and (not base.endswith("/") or ":" not in base):
        raise UsageError(f"{base} is no base for names", hint="Give an absolute IRI that ends in /")
    wanted = selection or Selection()
    entries = load_manifest(pod).entries
    paths = [path for path in selected(pod, wanted) if path != POD_MANIFEST or form is Format.TURTLE]
    _require_all(entries, paths, wanted)
    counted = _Counted(entries)
    root = base or pod.root
    with ExportFolder(out, replace=over) as folder, ExitStack() as opened:
        writer = _writer_of(form, folder, opened, index=index, zone=zone, root=root)
        for number, path in enumerate(paths):
            if advance is not None:
                advance(number, len(paths))
            resource = pod.read(path)
            if resource is None:
                raise PodDamagedError(f"{path} vanished while the pod was read")
            counted.check(pod, path, resource.content)
            writer.add(path, resource.content)
        if form is Format.CSV and wanted.is_everything:
            write_word(pod, folder, root)
        writer.finish()
        opened.close()
        told: dict[str, Any] = {
            "format": form.value,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "base": None if form is Format.TURTLE else root,
            "complete": wanted.is_everything,
            "records": dict(sorted(counted.records.items())),
            "samples": counted.samples,
        }
        folder.add(README, readme(form.value, root, complete=wanted.is_everything))
        files = folder.finish(told)
    return Exported(
        folder=out.resolve(),
        format=form,
        base="" if form is Format.TURTLE else root,
        records=told["records"],
        samples=counted.samples,
        files=len(files) + 1,
        size=sum(file.size for file in files),
    )


@dataclass(slots=True)
class _Counted:
    """Checks every document against the pod's manifest, and counts what is in it."""

    entries: dict[str, Entry]
    records: Counter[str] = field(default_factory=Counter)
    samples: int = 0

    def check(self, pod: Pod, path: str, content: bytes) -> None:
        entry = self.entries.get(path)
        if is_series(path):
            if entry is None or digest(content) != entry.sha256:
                raise PodDamagedError(f"{path} is not what the manifest says")
            self.samples += entry.records
        elif is_document(path):
            same = entry is not None and digest(content) == entry.sha256
            number = entry.records if same and entry is not None else len(read_document(pod, path))
            self.records[path.split("/")[2]] += number


def _require_all(entries: Iterable[str], paths: Iterable[str], wanted: Selection) -> None:
    missing = {path for path in entries if wanted.holds(path)} - set(paths)
    if missing:
        raise PodDamagedError(f"the pod lacks {len(missing)} documents of the manifest, first {min(missing)}")


class _Writer(Protocol):
    def add(self, path: str, content: bytes) -> None:
        """Take a resource of the pod."""
        ...

    def finish(self) -> None:
        """Write what can be written only at the end."""
        ...


def _writer_of(
    form: Format, folder: ExportFolder, opened: ExitStack, *, index: LocalIndex, zone: ZoneInfo, root: str
) -> _Writer:
    if form is Format.NTRIPLES:
        return _NTriples(folder, root)
    if form is Format.JSONLD:
        return _JsonLd(folder, root)
    if form is Format.CSV:
        return _Csv(folder, opened.enter_context(Tables(folder, zone, root)), index)
    return _AsIs(folder)


@dataclass(slots=True)
class _AsIs:
    folder: ExportFolder

    def add(self, path: str, content: bytes) -> None:
        self.folder.add(CONTAINER + path, content)

    def finish(self) -> None:
        """Everything is written."""


class _NTriples(_AsIs):
    def __init__(self, folder: ExportFolder, root: str) -> None:
        super().__init__(folder)
        self._root = root
        self._lines = SortedLines(folder.scratch)

    def add(self, path: str, content: bytes) -> None:
        if _is_graph(path):
            self._lines.add(ntriples(content, path, self._root))
        else:
            super().add(path, content)

    def finish(self) -> None:
        with self.folder.open("pod.nt") as stream:
            self._lines.write(stream)


class _JsonLd(_AsIs):
    def __init__(self, folder: ExportFolder, root: str) -> None:
        super().__init__(folder)
        self._root = root
        self._compaction = Compaction(own_context())

    def add(self, path: str, content: bytes) -> None:
        if _is_graph(path):
            self.folder.add(
                f"{CONTAINER}{path.removesuffix('.ttl')}.jsonld", json_ld(content, path, self._root, self._compaction)
            )
        else:
            super().add(path, content)


class _Csv(_AsIs):
    """Tables; ``index`` knows what the person sees: corrected categories, and where each record was read."""

    def __init__(self, folder: ExportFolder, tables: Tables, index: LocalIndex) -> None:
        super().__init__(folder)
        self._tables = tables
        self._index = index

    def add(self, path: str, content: bytes) -> None:
        if is_series(path):
            self._tables.add_series(path, content)
        elif is_document(path):
            self._tables.add(self._seen(path, content))
        else:
            super().add(path, content)

    def _seen(self, path: str, content: bytes) -> Iterable[Record]:
        held = from_turtle(content, path)
        seen = {record.iri: record for record in self._index.get(record.iri for record in held)}
        if len(seen) != len(held):
            raise PodDamagedError(f"the index lacks records of {path}", hint="Run: pod-agent index rebuild")
        return (_as_seen(record, seen[record.iri]) for record in held)


def _as_seen(record: Record, seen: Record) -> Record:
    """The pod's record, with what the person's word makes of it and where it was read."""
    if isinstance(seen, Transaction):
        told = {name: getattr(seen, name) for name in ("merchant", "category", "kind", "counterparty")}
        return replace(record, provenance=seen.provenance, **told)
    return replace(record, provenance=seen.provenance)


def _is_graph(path: str) -> bool:
    """Whether a resource says things of its own: not what is remembered of records that no longer count."""
    return path.endswith(".ttl") and not path.endswith(".superseded.ttl")
