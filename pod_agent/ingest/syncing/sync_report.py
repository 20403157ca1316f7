"""What a sync did, in counts and in plain sentences."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pod_agent.ingest.judging import Edit

__all__ = ["SyncReport"]


@dataclass(slots=True, kw_only=True)
class SyncReport:
    """What one sync looked at and did; counts are of documents, except those of records.

    ``notes`` are sentences for people about everything out of the ordinary, ``refused`` says by path why a document was
    left as it is.
    """

    listed: int = 0
    """Containers that were listed."""
    fetched: int = 0
    """Documents whose bytes came from the pod."""
    sent: int = 0
    """Documents of records that an import had left to be written."""
    taken: int = 0
    """Documents that this person's other devices wrote."""
    merged: int = 0
    """Documents that other programs changed or made."""
    repaired: int = 0
    restored: int = 0
    """Documents that had vanished."""
    removed: int = 0
    """Documents that are no more, by the person's wish."""
    conflicts: int = 0
    """Documents that changed while they were put right: looked at again next time."""
    records_added: int = 0
    records_changed: int = 0
    records_removed: int = 0
    """Records of the documents that were merged."""
    refused: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything is other than before."""
        counts = (self.sent, self.taken, self.merged, self.repaired, self.restored, self.removed)
        return any(counts)

    def note_edit(self, path: str, edit: Edit) -> None:
        """Count and tell what another program did to a document."""
        self.merged += 1
        self.records_added += edit.added
        self.records_changed += edit.changed
        self.records_removed += edit.removed
        told = [
            f"{number} {what}"
            for number, what in ((edit.added, "added"), (edit.changed, "changed"), (edit.removed, "removed"))
            if number
        ]
        self.notes.append(f"Another program changed {path}: records {', '.join(told) or 'as before'}. Taken over.")

    def note_repair(self, path: str, reason: str) -> None:
        """Count and tell that a document was put right."""
        self.repaired += 1
        self.notes.append(f"{path} {reason}. Put right from the copy on this machine.")

    def note_return(self, path: str) -> None:
        """Count and tell that a document was put back."""
        self.restored += 1
        self.notes.append(f"{path} had vanished. Put back from the copy on this machine. {_remedy(path)}")

    def refuse(self, path: str, reason: str) -> None:
        """Tell that a document stays as it is, and its figures as they were."""
        self.refused[path] = reason
        self.notes.append(
            f"{path} {reason}. Left as it is. Run a sync on the machine that wrote it, or import the export again."
        )

    def to_json(self) -> dict[str, Any]:
        """The document of ``pod-agent sync --json``."""
        return {
            "listed": self.listed,
            "fetched": self.fetched,
            "sent": self.sent,
            "taken": self.taken,
            "merged": self.merged,
            "repaired": self.repaired,
            "restored": self.restored,
            "removed": self.removed,
            "conflicts": self.conflicts,
            "records": {
                "added": self.records_added,
                "changed": self.records_changed,
                "removed": self.records_removed,
            },
            "refused": [{"path": path, "reason": reason} for path, reason in sorted(self.refused.items())],
            "notes": list(self.notes),
        }


def _remedy(path: str) -> str:
    """How to remove for good what was put back."""
    if path.startswith(("feedback/", "settings/inputs/")):
        return "To take it back, use: pod-agent recommend feedback, pod-agent recommend inputs"
    if path.startswith("settings/examples/"):
        return "To take an example back, use: pod-agent ask --forget ID"
    if path == "settings/budgets.ttl":
        return "To take a budget back, use: pod-agent budgets remove NAME"
    if path.startswith(("corrections/", "settings/")):
        return "To take your word back, use: pod-agent categories"
    return "To remove records for good, undo their import: pod-agent imports undo ID"
