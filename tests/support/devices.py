"""Devices of one person that share a pod, and another program that edits it in a format of its own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
import pyoxigraph as ox

from pod_agent.index.local import LocalIndex
from pod_agent.ingest.pipeline import SINGAPORE, ImportReport, Ingest
from pod_agent.ingest.syncing.sync import ServerSync, SyncReport
from pod_agent.pods.pod import Pod, Resource
from tests.support.memory_pod import MemoryPod
from vocab.mapping import BASE, from_turtle, to_turtle
from vocab.records import IRI, Listen, Record

__all__ = ["Device", "foreign", "remove_records", "rename_tracks"]


class Device:
    """A home with an agent's parts on a pod that others use too."""

    def __init__(self, pod: Pod, home: Path) -> None:
        self.home = home
        self.pod = pod
        self.index = LocalIndex(home / "index.sqlite", SINGAPORE)
        self.syncing = ServerSync(pod, self.index, home, SINGAPORE)
        self.ingest = Ingest(self.syncing.pod, home)

    def imports(self, *paths: Path) -> ImportReport:
        """Import as the agent does: what others wrote first, then the files, then the index."""
        self.syncing.catch_up()
        report = self.ingest.run(paths)
        self.syncing.refresh()
        return report

    def undo(self, import_id: str) -> None:
        """Undo an import as the agent does."""
        self.syncing.catch_up()
        self.ingest.undo(import_id)
        self.syncing.refresh()

    def sync(self, *, full: bool = False) -> SyncReport:
        return self.syncing.run(full=full)

    def iris(self) -> set[str]:
        """The records that the index holds."""
        with_places = self.index._connection.execute(
            "SELECT iri FROM listens UNION SELECT iri FROM transactions UNION SELECT iri FROM things"
        )
        return {row[0] for row in with_places}

    def holds(self) -> dict[IRI, Record]:
        """Every record of the index with the place it was read from."""
        return {record.iri: record for record in self.index.get(IRI(iri) for iri in sorted(self.iris()))}

    def close(self) -> None:
        self.index.close()
        self.syncing.close()


def foreign(records: Iterable[Record], path: str) -> bytes:
    """A document with these records as a program writes it that knows nothing of ours: other order, no prefixes."""
    content = to_turtle(records, path)
    quads = list(ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=BASE + path))
    lines = [f"{quad.subject} {quad.predicate} {quad.object} ." for quad in reversed(quads)]
    return ("# kept by another program\n" + "\n".join(lines).replace(f"<{BASE}{path}#", "<#") + "\n").encode()


def _read(pod: MemoryPod, path: str) -> tuple[list[Record], Resource]:
    resource = pod.resources[path]
    return from_turtle(resource.content, path), resource


def remove_records(pod: MemoryPod, path: str, wanted: Iterable[int]) -> set[str]:
    """Remove the records at these places of a document, as another program would; their IRIs."""
    records, _ = _read(pod, path)
    gone = {records[place % len(records)].iri for place in wanted} if records else set()
    pod.put(path, foreign([record for record in records if record.iri not in gone], path))
    return {str(iri) for iri in gone}


def rename_tracks(pod: MemoryPod, path: str, title: str) -> None:
    """Give every play of a document another title, as another program would."""
    records, _ = _read(pod, path)
    renamed = [msgspec.structs.replace(each, title=title) if isinstance(each, Listen) else each for each in records]
    pod.put(path, foreign(renamed, path))
