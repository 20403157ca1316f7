"""The index kept in step with a pod that nobody else writes over a network: the embedded one.

Its writes are atomic, so a document is never half there, and its folder is as safe as the home itself: a mirror beside
it would be a second copy on the same disk. What the manifest says is read; what is damaged is refused.
"""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from pod_agent.index.local import LocalIndex
from pod_agent.ingest.layout import DATA, is_document, read_documents, read_months
from pod_agent.ingest.manifest import load_manifest
from pod_agent.ingest.meaning import Meanings
from pod_agent.ingest.pipeline import Ingest
from pod_agent.ingest.provenance import import_ids, read_lines, read_provenance
from pod_agent.ingest.syncing.sync import SyncProgress
from pod_agent.ingest.syncing.sync_report import SyncReport
from pod_agent.pods.pod import Pod
from vocab.turtle import home as month_of

__all__ = ["FolderSync"]


class FolderSync:
    """Keeps the index of this home in step with its embedded pod."""

    def __init__(self, pod: Pod, index: LocalIndex, home: Path, zone: ZoneInfo) -> None:
        self.pod = pod
        self._index = index
        self._home = home
        self._zone = zone

    @property
    def known(self) -> Pod:
        """The pod itself: it lies on this machine."""
        return self.pod

    def run(self, *, full: bool = False, put_back: bool = False, progress: SyncProgress | None = None) -> SyncReport:  # noqa: ARG002 - as for a server
        """Finish an import that was cut off and bring the index up to the pod."""
        report = SyncReport(sent=len(Ingest(self.pod, self._home).recover()))
        self.refresh()
        return report

    def catch_up(self) -> None:
        """Nothing: an import reads this pod as it is."""

    def refresh(self) -> None:
        """Bring the index up to the pod, as the pod's manifest tells it; quick where nothing changed."""
        index = self._index
        held = {path: digest for path, digest in index.documents().items() if path.startswith(DATA)}
        listed = self._listed()
        changed = {path: digest for path, digest in listed.items() if held.get(path) != digest}
        gone = held.keys() - listed.keys()
        for month, records in read_months(self.pod, sorted({month_of(path) for path in changed.keys() | gone})):
            index.replace_documents(f"{month}#", records)
        if changed or gone:
            index.note_documents(changed)
            index.forget_documents(gone)
            self._bring_origins()
        meanings = Meanings(self.pod, index, self._zone)
        if changed or gone or meanings.is_stale():
            meanings.refresh()

    def rebuild(self) -> int:
        """Read the pod again into an empty index, after finishing an import that was cut off; the number of records."""
        Ingest(self.pod, self._home).recover()
        digests = self._listed()
        records = self._index.rebuild(record for _, document in read_documents(self.pod) for record in document)
        self._index.note_documents(digests)
        self._index.replace_provenance(read_provenance(self.pod))
        Meanings(self.pod, self._index, self._zone).refresh()
        return records

    def listen(self) -> None:
        """Nothing tells that a folder changed."""

    def close(self) -> None:
        """Nothing is kept open."""

    def _listed(self) -> dict[str, str]:
        """Path and digest of every document of records in the pod."""
        entries = load_manifest(self.pod).entries
        return {path: entry.sha256 for path, entry in entries.items() if is_document(path)}

    def _bring_origins(self) -> None:
        """Note where new records were read; all anew where what is noted comes from an import that was undone."""
        known, there = self._index.known_imports() - {""}, import_ids(self.pod)
        if not known <= set(there):
            self._index.replace_provenance(read_provenance(self.pod))
            return
        for import_id in there:
            if import_id not in known:
                self._index.add_provenance(read_lines(self.pod, import_id), import_id)
