"""Where documents lie in the pod, how a month that grew too large is cut, and how all of them are read back."""

from __future__ import annotations

import contextlib
import gzip
import re
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from pod_agent.errors import PodDamagedError
from pod_agent.ingest.manifest import Entry, digest, load_manifest
from pod_agent.pods.pod import Pod
from vocab.errors import VocabularyError
from vocab.mapping import from_turtle
from vocab.records import Record
from vocab.turtle import home

__all__ = [
    "DATA",
    "IMPORTS",
    "MAX_BYTES",
    "MAX_DOCUMENTS",
    "MAX_MEMBERS",
    "MAX_RECORDS",
    "cut",
    "entry_of",
    "import_path",
    "is_crowded",
    "is_document",
    "is_series",
    "neighbours",
    "overflow_path",
    "read_document",
    "read_documents",
    "read_months",
    "rebuild_manifest",
    "series_path",
    "superseded_path",
    "walk",
]

DATA: Final = "data/"
IMPORTS: Final = "imports/"
MAX_MEMBERS: Final = 500
"""Most members of a container: servers list a container as a whole, and long lists outlast their locks."""
CROWDED: Final = 480
"""Members from which on nothing is added to a container: other devices may be adding to it at this moment."""
MAX_DOCUMENTS: Final = 36
"""Most documents of a month: a year of them and their companions stays below MAX_MEMBERS."""
MAX_RECORDS: Final = 3000
MAX_BYTES: Final = 1_000_000
"""Largest document (records, bytes): servers expire their locks after seconds, so documents stay small. Only a month
of more than MAX_DOCUMENTS of them has larger ones."""

_KIND = r"data/[a-z0-9._-]+/[a-z]+(?:-[a-z]+)*"
_DOCUMENT = re.compile(rf"{_KIND}/(?:undated|\d{{4}}/\d{{4}}-\d{{2}})(?:-[a-z]+)?\.ttl")
_MONTH = re.compile(rf"({_KIND}/)(\d{{4}})/\d{{4}}-(\d{{2}})\.ttl")
_SERIES = re.compile(r"data/[a-z0-9._-]+/series/[a-z0-9_]+/(?:\d{4}(?:-[a-z]+)?/)?\d{4}-\d{2}\.[a-z0-9-]+\.csv\.gz")


def is_document(path: str) -> bool:
    """Whether this is the path of a document of records."""
    return _DOCUMENT.fullmatch(path) is not None


def is_series(path: str) -> bool:
    """Whether this is the path of a part of a dense series."""
    return _SERIES.fullmatch(path) is not None


def series_path(source: str, measure: str, month: str, import_id: str, held: Collection[str] = ()) -> str:
    """Path of the samples of a local month (``2026-10``) that one import brings.

    A year has a container, and a further one where that is crowded by what is ``held``. Older homes have parts beside
    the containers of years.
    """
    year = f"{DATA}{source}/series/{measure}/{month[:4]}"
    number = 0
    while is_crowded(held, container := f"{year}{'-' * (number > 0)}{_letters(number)}/"):
        number += 1
    return f"{container}{month}.{import_id}.csv.gz"


def is_crowded(held: Iterable[str], container: str, added: int = 1) -> bool:
    """Whether a container that has these of the ``held`` paths as members takes no ``added`` more."""
    return sum(path.startswith(container) for path in held) > CROWDED - added


def import_path(import_id: str, ending: str) -> str:
    """Path of what is kept about an import: a container for each month, by the import's id."""
    year, month = import_id[:4], import_id[4:6]
    return f"{IMPORTS}{year}/{year}-{month}/{import_id}.{ending}"


def superseded_path(first: str) -> str:
    """Path of the provisional records that no longer count but may be needed to tell which others still do."""
    return f"{first.removesuffix('.ttl')}.superseded.ttl"


def neighbours(first: str) -> list[str]:
    """First documents of the months before and after; none for what has no month."""
    match = _MONTH.fullmatch(first)
    if match is None:
        return []
    months = int(match[2]) * 12 + int(match[3]) - 1
    return [f"{match[1]}{near // 12:04d}/{near // 12:04d}-{near % 12 + 1:02d}.ttl" for near in (months - 1, months + 1)]


def overflow_path(first: str, number: int) -> str:
    """Path of the document with this number in a month: 0 is ``first`` itself, 1 ``...-b.ttl``, 26 ``...-ba.ttl``."""
    return f"{first.removesuffix('.ttl')}-{_letters(number)}.ttl" if number else first


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, digit = divmod(number, 26)
        letters = chr(ord("a") + digit) + letters
    return letters


def cut(blocks: dict[str, str]) -> list[dict[str, str]]:
    """Blocks in the order of their names, in as few runs as the limits allow; depends on the set of blocks alone."""
    names = sorted(blocks)
    sizes = [_bytes(blocks[name]) + len(name) + 16 for name in names]
    whole = sum(sizes)
    if len(names) <= MAX_RECORDS and whole <= MAX_BYTES:
        return [{name: blocks[name] for name in names}]
    # A run ends by either limit, so half of MAX_DOCUMENTS for each of them is room enough.
    most = max(MAX_RECORDS, 2 * len(names) // MAX_DOCUMENTS + 1)
    largest = max(MAX_BYTES, 2 * whole // MAX_DOCUMENTS + max(sizes))
    runs: list[dict[str, str]] = [{}]
    total = 0
    for name, size in zip(names, sizes, strict=True):
        if runs[-1] and (len(runs[-1]) >= most or total + size > largest):
            runs.append({})
            total = 0
        runs[-1][name] = blocks[name]
        total += size
    return runs


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def walk(pod: Pod, container: str) -> Iterator[str]:
    """Paths of all resources below a container, sorted within each container."""
    for entry in pod.list(container):
        if entry.path.endswith("/"):
            yield from walk(pod, entry.path)
        else:
            yield entry.path


def read_documents(pod: Pod) -> Iterator[tuple[str, list[Record]]]:
    """Path and records of every document below ``data/``, each checked against the manifest.

    A document that another program changed is taken as it is, as long as it can be read and holds no fewer records than
    the manifest says. PodDamagedError for one that is cut short or missing; VocabularyError, which names the record,
    where a whole document holds a record that this version cannot read.
    """
    manifest = load_manifest(pod).entries
    held = list(walk(pod, DATA))
    missing = manifest.keys() - set(held)
    if missing:
        raise PodDamagedError(f"the pod lacks {len(missing)} documents of the manifest, first {min(missing)}")
    for path in filter(is_document, held):
        resource = pod.read(path)
        if resource is None:
            raise PodDamagedError(f"{path} vanished while the pod was read")
        yield path, _verified(path, resource.content, manifest.get(path))


def read_document(pod: Pod, path: str) -> list[Record]:
    """The records of one document, checked like read_documents does."""
    entry = load_manifest(pod).entries.get(path)
    resource = pod.read(path)
    if resource is None:
        raise PodDamagedError(f"{path} is missing")
    return _verified(path, resource.content, entry)


def _verified(path: str, content: bytes, entry: Entry | None) -> list[Record]:
    if entry is not None and digest(content) == entry.sha256:
        return from_turtle(content, path)
    try:
        records = from_turtle(content, path)
    except VocabularyError as error:
        raise PodDamagedError(f"{path} is not what the manifest says: {error}") from error
    if entry is not None and len(records) < entry.records:
        raise PodDamagedError(f"{path} holds {len(records)} of the {entry.records} records of the manifest")
    return records


def read_months(pod: Pod, firsts: Iterable[str]) -> Iterator[tuple[str, list[Record]]]:
    """First document and records of whole months, checked like read_documents does; no records where none are left."""
    manifest = load_manifest(pod).entries
    documents: defaultdict[str, list[str]] = defaultdict(list)
    for path in filter(is_document, manifest):
        documents[home(path)].append(path)
    for first in firsts:
        records: list[Record] = []
        for path in sorted(documents[first]):
            resource = pod.read(path)
            if resource is None:
                raise PodDamagedError(f"{path} is missing")
            records += _verified(path, resource.content, manifest[path])
        yield first, records


def rebuild_manifest(pod: Pod) -> dict[str, Entry]:
    """Entries for the documents as they now are in the pod: the way out after a manifest was lost.

    A document that cannot be read gets none: readers go on refusing it until an import repairs it.
    """
    entries: dict[str, Entry] = {}
    for path in walk(pod, DATA):
        resource = pod.read(path) if is_document(path) or is_series(path) else None
        if resource is not None:
            with contextlib.suppress(PodDamagedError):
                entries[path] = entry_of(path, resource.content)
    return entries


def entry_of(path: str, content: bytes) -> Entry:
    """What the manifest is to say of a document or a part of a series; PodDamagedError where it cannot be read."""
    return Entry(sha256=digest(content), records=_size(path, content))


def _size(path: str, content: bytes) -> int:
    if is_document(path):
        return len(_verified(path, content, None))
    try:
        return gzip.decompress(content).count(b"\n") - 1
    except (OSError, EOFError, zlib.error) as error:
        raise PodDamagedError(f"{path} is cut short or is no series") from error
