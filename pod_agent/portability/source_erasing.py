"""Erasing one source: its records, series and what imports, corrections and this machine remember of them.

All changes to the pod go through the journal, like an import's: after a crash whoever opens it next finishes them.
A note in the home (``erasing.json``) stays until the last file is gone, so that the same command can go on.
"""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from pod_agent.enrich.rules import Rule, Rulebook
from pod_agent.errors import LocalStateError, UsageError
from pod_agent.index.local import LocalIndex
from pod_agent.ingest.apply import apply
from pod_agent.ingest.feedback import change_feedback
from pod_agent.ingest.journal import Intent, Journal, exclusive
from pod_agent.ingest.layout import DATA, is_document, is_series, overflow_path, walk
from pod_agent.ingest.switched import ANSWERS, read_switched, switch
from pod_agent.ingest.word import change_corrections, change_rules, read_corrections
from pod_agent.pods.pod import Pod
from pod_agent.portability.removing import kind_of, remove_pod
from pod_agent.portability.selection import SHARED
from pod_agent.portability.sources import Imported, imports_without
from pod_agent.storage import remove_private, write_private
from vocab.records import IRI, Transaction
from vocab.turtle import home as first_document

__all__ = ["ErasedSource", "erase_source", "forget_indexed", "forget_local", "unfinished"]

NOTE: Final = "erasing.json"
_SUPERSEDED: Final = ".superseded.ttl"
_NAME: Final = re.compile(rb"\n<[0-9a-z.-]*#([a-z2-7]{26})>")
_CACHES: Final = ("index.sqlite", "ingest/mirror.sqlite", "ingest/journal.sqlite")
_MADE_OF_RECORDS: Final = (
    *("ingest/staging-*", "shown/*.jsonl", "catalogue/reasons.json", "vectors/*", "search/**/*"),
    *("asked/questions.json", "asked/.tmp-*"),  # a question may name shops of the source
)


@dataclass(slots=True)
class ErasedSource:
    """What was removed of one source, by kind; ``proof`` is what was looked at again, and whether nothing was there."""

    source: str
    removed: Counter[str] = field(default_factory=Counter)
    stayed: list[str] = field(default_factory=list)
    proof: list[tuple[str, bool, str]] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether nothing of the source is left."""
        return not self.stayed and all(ok for _, ok, _ in self.proof)

    def to_json(self) -> dict[str, Any]:
        """The document of ``pod-agent erase --source --json``."""
        return {
            "source": self.source,
            "complete": self.is_complete,
            "removed": dict(sorted(self.removed.items())),
            "stayed": self.stayed,
            "proof": [{"check": check, "ok": ok, "detail": detail} for check, ok, detail in self.proof],
        }


def unfinished(home: Path) -> str | None:
    """The source whose erasing was cut off, None where there is none."""
    try:
        return str(json.loads((home / NOTE).read_bytes())["source"])
    except FileNotFoundError:
        return None
    except (ValueError, LookupError, TypeError) as error:
        raise LocalStateError(f"{home / NOTE} cannot be read", hint=f"Remove {home / NOTE}.") from error


def erase_source(pod: Pod, home: Path, source: str, transactions: Iterable[Transaction]) -> ErasedSource:
    """Remove a source from the pod, and from the rejected rows on this machine; ``forget_local`` has to follow.

    ``transactions`` are all that the index holds: rules that hold for rows of this source alone go with it. UsageError
    where the pod holds nothing of it, or while others can read shared copies. A PodError leaves all in the journal:
    the next call goes on.
    """
    done = ErasedSource(source)
    below = f"{DATA}{source}/"
    with exclusive(home / "ingest"):
        with contextlib.closing(Journal(home / "ingest" / "journal.sqlite", pod.root)) as journal:
            apply(pod, journal)
            _require(pod, home, source)
            write_private(home / NOTE, json.dumps({"source": source}).encode())
            _forget_word(pod, source, transactions, done)
            paths = sorted(walk(pod, below))
            names = {path: _names(pod, path) for path in paths}
            imports = imports_without(pod, below, (name for each in names.values() for name in each))
            _forget_rejected(home / "ingest", imports, done)
            with journal.transaction():
                _plan_documents(pod, journal, names, done)
                for each in imports:
                    journal.add(each.intents)
                    done.removed["imports" if each.is_gone else "notes of imports, changed"] += 1
            apply(pod, journal)
        left = remove_pod(pod, None, below)
        done.stayed = left.stayed
        done.proof.append((f"the container {below}", not any(walk(pod, below)), "nothing is listed there"))
    return done


def forget_indexed(index: LocalIndex, source: str) -> None:
    """Take the records of a source out of the index: other processes that have the file open see it at once."""
    paths = [path for path in index.documents() if path.startswith(f"{DATA}{source}/")]
    for month in sorted({first_document(path) for path in paths}):
        index.replace_documents(f"{month}#", [])
    index.forget_documents(paths)


def forget_local(home: Path, done: ErasedSource) -> None:
    """Remove index, copies and what was made of records on this machine; whoever has them open closes them first.

    All of it is made again but the reasons of offers that were shown, which tell of purchases in words, and the
    questions that were asked, which may name shops and people.
    """
    with exclusive(home / "ingest"):
        names = _CACHES[:-1] if _journal_waits(home) else _CACHES
        for name in names:
            for ending in ("", "-wal", "-shm", "-journal"):
                done.removed["local copies"] += remove_private(home / f"{name}{ending}")
        for pattern in (*_MADE_OF_RECORDS, f"ingest/refused/*-{DATA.rstrip('/')}-{done.source}-*"):
            for left_over in home.glob(pattern):
                if not left_over.is_dir():
                    done.removed["local copies"] += remove_private(left_over)
        remove_private(home / NOTE)


def _require(pod: Pod, home: Path, source: str) -> None:
    held = sorted(_held(pod))
    if source not in held and unfinished(home) != source:
        raise UsageError(f"the pod holds nothing from {source}", hint=f"It holds: {', '.join(held) or 'nothing'}")
    if next(walk(pod, SHARED), None) is not None:
        raise UsageError(
            "others can read copies that you share, perhaps of this source",
            hint="Withdraw them first: pod-agent share list shows them.",
        )


def _held(pod: Pod) -> set[str]:
    """The sources of which the pod holds anything."""
    return {entry.path.removeprefix(DATA).rstrip("/") for entry in pod.list(DATA)}


def _names(pod: Pod, path: str) -> list[str]:
    """The names of the records in a document, those that no longer count as well."""
    resource = pod.read(path) if path.endswith(".ttl") else None
    return [] if resource is None else [name.decode() for name in _NAME.findall(resource.content)]


def _plan_documents(pod: Pod, journal: Journal, names: dict[str, list[str]], done: ErasedSource) -> None:
    """Plan to remove every document of the source; what another device adds meanwhile stays out by its name."""
    for path, each in names.items():
        resource = pod.read(path)
        if resource is None:
            continue
        month = path if is_series(path) else overflow_path(first_document(path.replace(_SUPERSEDED, ".ttl")), 0)
        journal.add([Intent(path=path, content=None, etag=resource.etag, month=month, media_type=resource.media_type)])
        if each:
            journal.add_exact(month, dict.fromkeys(each))
        done.removed[kind_of(path)] += 1
        done.removed["records"] += len(each) if is_document(path) else 0


def _forget_word(pod: Pod, source: str, transactions: Iterable[Transaction], done: ErasedSource) -> None:
    """Take back corrections of its records, verdicts on what nobody tells any more, and rules that hold only there."""
    mine = [IRI(iri) for iri in read_corrections(pod) if iri.startswith(f"{DATA}{source}/")]
    change_corrections(pod, dict.fromkeys(mine))
    done.removed["corrections"] += len(mine)
    others = _held(pod) - {source}
    said = change_feedback(pod, remove=lambda each: source in each.sources and others.isdisjoint(each.sources))
    done.removed["feedback"] += len(said)
    if source in read_switched(pod, ANSWERS):
        switch(pod, ANSWERS, on=[source])
    texts: dict[bool, set[str]] = {True: set(), False: set()}
    for row in transactions:
        texts[row.source == source].add(row.description)

    def without(book: Rulebook) -> Rulebook:
        here, elsewhere = (set(_used(book, texts[is_mine])) for is_mine in (True, False))
        return Rulebook(rule for rule in book.rules if rule not in here - elsewhere)

    before, after = change_rules(pod, without)
    done.removed["rules"] += len(before) - len(after)


def _used(book: Rulebook, texts: Iterable[str]) -> Iterator[Rule]:
    return (rule for rule in map(book.find, texts) if rule is not None)


def _forget_rejected(folder: Path, imports: Iterable[Imported], done: ErasedSource) -> None:
    """Remove the rejected rows of the source's files, which lie on this machine alone."""
    for each in imports:
        path = folder / "rejected" / f"{each.import_id}.jsonl"
        if not path.is_file():
            continue
        dropped = {(file.file, file.member) for file in each.files}
        lines = path.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if _place(line) not in dropped]
        done.removed["rejected rows"] += len(lines) - len(kept)
        if not kept:
            remove_private(path)
        elif len(kept) < len(lines):
            write_private(path, b"".join(kept))


def _place(line: bytes) -> tuple[str, str | None]:
    row = msgspec.json.decode(line)
    return row["file"], row["member"]


def _journal_waits(home: Path) -> bool:
    """Whether another pod's changes wait in the journal; it is kept then, without what is done."""
    path = home / "ingest" / "journal.sqlite"
    if not path.exists():
        return False
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        waits = connection.execute("SELECT count(*) FROM intent").fetchone()[0] > 0
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return bool(waits)
