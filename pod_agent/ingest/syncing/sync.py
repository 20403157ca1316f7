"""A served pod and this machine brought together: what is here goes up, what others wrote comes down, damage is mended.

First the journal is finished. Then every container is listed once, and what the listing does not show to be unchanged
is fetched and judged (``judging``). Accepted bytes go to the mirror, from there to the index; the manifest is written
last. Each step can be done again, so a sync that was cut off is made up for by the next.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from pod_agent.errors import PodEmptiedError
from pod_agent.index.local import LocalIndex
from pod_agent.ingest.apply import apply
from pod_agent.ingest.journal import Journal, exclusive
from pod_agent.ingest.layout import entry_of, rebuild_manifest
from pod_agent.ingest.manifest import PATH as MANIFEST
from pod_agent.ingest.manifest import Entry, update_manifest
from pod_agent.ingest.syncing.accepting import Acceptance
from pod_agent.ingest.syncing.bringing import bring_up, rebuild
from pod_agent.ingest.syncing.survey import Survey
from pod_agent.ingest.syncing.sync_report import SyncReport
from pod_agent.ingest.word import CORRECTIONS, RULES
from pod_agent.pods.mirror import Mirror, Standing
from pod_agent.pods.mirrored import MirrorView, mirrored
from pod_agent.pods.pod import Pod

if TYPE_CHECKING:
    from pod_agent.pods.notify import WakeUps

__all__ = ["ServerSync", "SyncProgress", "SyncReport"]

SyncProgress = Callable[[str, int], None]
"""Is told what is being done, and how many documents so far."""


_TOPICS: Final = 3
"""Documents of the person's word to listen to, the newest: each takes a connection of its own."""


def _silent(text: str, done: int) -> None:
    """No progress is shown."""


class ServerSync:
    """Keeps the mirror and the index of this home in step with a served pod.

    Imports go through ``pod``, which is the served pod with the mirror: what they write is known here at once.
    """

    def __init__(self, pod: Pod, index: LocalIndex, home: Path, zone: ZoneInfo) -> None:
        self._folder = home / "ingest"
        self._served = pod
        self._index = index
        self._zone = zone
        self._mirror = Mirror(self._folder / "mirror.sqlite", pod.root)
        self.pod = mirrored(pod, self._mirror)

    @property
    def known(self) -> Pod:
        """What this machine knows of the pod, to be read without a request."""
        return MirrorView(self._mirror)

    def run(self, *, full: bool = False, put_back: bool = False, progress: SyncProgress | None = None) -> SyncReport:
        """Bring pod and home together; ``full`` asks for every document, whatever its date.

        PodError where the pod does not answer: what was done until then holds, and the next sync goes on.
        PodEmptiedError where all that was in the pod is gone; ``put_back`` writes it again from this machine.
        """
        report = SyncReport()
        show = progress or _silent
        with exclusive(self._folder), Survey(self._served) as survey:
            with contextlib.closing(Journal(self._folder / "journal.sqlite", self._served.root)) as journal:
                report.sent = len(apply(self.pod, journal, lambda count: show("sending", count)))
            show("listing", 0)
            acceptance = Acceptance(self._served, self._mirror, survey, self._folder, report)
            acceptance.look(full=full, put_back=put_back, progress=show)
            self._mirror.set_complete()
            bring_up(self._index, self._mirror, self._zone, others=True)
            self._enter(acceptance)
            report.listed = survey.listed
        return report

    def catch_up(self) -> None:
        """Before an import: bring down what others wrote, so that the import is planned on what the pod holds."""
        self.run()

    def refresh(self) -> None:
        """Bring the index up to what this machine knows of the pod; a sync where it does not know the pod yet."""
        if not self._mirror.is_complete:
            self.run()
            return
        self.pod.note_written()
        bring_up(self._index, self._mirror, self._zone, others=False, words=self.pod)

    def rebuild(self) -> int:
        """A sync, then an index made anew; the number of records. Of a pod that is empty now, what it was."""
        with contextlib.suppress(PodEmptiedError):
            self.run()
        return rebuild(self._index, self._mirror, self._zone)

    def listen(self) -> WakeUps | None:
        """Hints of the server that a document changed which an import or the person's word changes; None without."""
        from pod_agent.pods.notify import listen  # noqa: PLC0415 - slow, and only who watches listens
        from pod_agent.pods.solid import SolidPod  # noqa: PLC0415

        if not isinstance(self._served, SolidPod):
            return None
        words = [path for path in self._mirror.seen() if path.startswith((CORRECTIONS, RULES))]
        topics = [MANIFEST, *words[-_TOPICS:]]
        return listen(self._served.session, [self._served.root + path for path in topics])

    def close(self) -> None:
        """Close the mirror; the pod stays open."""
        self._mirror.close()

    def _enter(self, acceptance: Acceptance) -> None:
        """Write into the manifest what was accepted and is not what it says; all of it where it was lost."""
        due = acceptance.due()
        if not due and not acceptance.manifest_lost:
            return
        changes: dict[str, Entry | None] = {}
        for path in due:
            resource = self._mirror.read(path)
            if resource is not None:
                changes[path] = entry_of(path, resource.content)
        update_manifest(self.pod, changes, lambda _: rebuild_manifest(MirrorView(self._mirror)))
        self._mirror.stand(changes, Standing.ENTERED)
