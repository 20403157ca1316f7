"""One look at a served pod: every document that is not as it was is accepted, mended, put back or refused."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pod_agent.errors import PodConflictError, PodDamagedError, PodEmptiedError
from pod_agent.ingest.judging import Judgement, Verdict, can_mend, is_counted, judge, mended
from pod_agent.ingest.manifest import PATH, Entry, parse_manifest
from pod_agent.ingest.syncing.origins import still_needed
from pod_agent.ingest.syncing.survey import Survey
from pod_agent.ingest.syncing.sync_report import SyncReport
from pod_agent.pods.mirror import Mirror, Seen, Standing
from pod_agent.pods.mirrored import MirroredPod, MirrorView, read_unless
from pod_agent.pods.pod import Entry as Listed
from pod_agent.pods.pod import Pod, Resource
from pod_agent.storage import write_private

__all__ = ["Acceptance"]

ATTEMPTS: Final = 3
"""How often a document that changes while it is put right is judged anew."""
_UNSURE: Final = "?"
"""Stands before a date in whole seconds until the document was found unchanged under it: two writes may bear it."""
_IMPORT: Final = re.compile(r"imports/(?:.*/)?(\d{8}t\d{6}z-[0-9a-f]{4})\.[a-z.]+")
_OWN_WORD: Final = re.compile(
    r"(?:(?:corrections|feedback|settings/(?:rules|inputs|examples))/.*|settings/answers)\.ttl"
)
"""Documents that no program of ours ever removes: one without content is written instead."""


class Acceptance:
    """One look at the pod; what it did is in the report."""

    def __init__(self, pod: Pod, mirror: Mirror, survey: Survey, folder: Path, report: SyncReport) -> None:
        self.manifest_lost = False
        self._pod = pod
        self._mirror = mirror
        self._mirrored = MirroredPod(pod, mirror)
        self._survey = survey
        self._folder = folder
        self._report = report
        self._listed: dict[str, Listed] = {}
        self._manifest: dict[str, Entry] = {}
        self._is_fresh = False
        self._puts_back = False
        self._new = set[str]()

    def look(self, *, full: bool, put_back: bool, progress: Callable[[str, int], None]) -> None:
        """Accept, mend, put back and refuse.

        PodEmptiedError where nothing is there of what was; ``put_back`` writes everything again then.
        """
        seen = self._mirror.seen()
        self._listed = self._survey.entries(seen)
        if self._is_emptied(seen):
            if not put_back:
                raise PodEmptiedError(f"the pod is empty; this machine knows {len(seen)} documents of it")
            self._puts_back = True
        self._read_manifest(seen)
        changed = [path for path in self._listed if path != PATH and (full or self._has_moved(path, seen))]
        doubtful = self._fetch(changed, seen, progress)
        gone = sorted(seen.keys() - self._listed.keys() - {PATH})
        missing = sorted(self._manifest.keys() - self._listed.keys() - seen.keys())
        if doubtful or missing or any(map(is_counted, gone)) or self._is_leaving(seen):
            doubtful = self._look_again(doubtful)
        for path, resource in doubtful.items():
            self._settle(path, resource)
        for path in filter(is_counted, [*gone, *missing]):
            self._missed(path)
        self._stand()
        self._lost_words(gone)

    def due(self) -> list[str]:
        """Documents that are to be entered into the manifest; all that are accepted where it was lost."""
        seen = self._mirror.seen()
        if self.manifest_lost:
            return [path for path in seen if is_counted(path)]
        return [path for path, each in seen.items() if each.standing is Standing.DUE]

    # The manifest

    def _is_emptied(self, seen: dict[str, Seen]) -> bool:
        """Whether manifest and records are gone at once, which no undone import does; asked for by its name as well."""
        if PATH in self._listed or PATH not in seen or any(map(is_counted, self._listed)):
            return False
        return any(map(is_counted, seen)) and self._pod.read(PATH) is None

    def _read_manifest(self, seen: dict[str, Seen]) -> None:
        """The manifest as the mirror has it where the listing shows it unchanged, as the pod has it otherwise."""
        listed, known = self._listed.get(PATH), seen.get(PATH)
        if listed is not None and known is not None and known.is_still(listed):
            self._use_manifest(self._mirror.read(PATH))
        else:
            self._fetch_manifest()

    def _fetch_manifest(self) -> bool:
        """Ask the pod for the manifest; True where it is another than the mirror's."""
        held = self._mirror.read(PATH)
        resource = read_unless(self._pod, PATH, held)
        if resource is not None and resource is held:
            listed = self._listed.get(PATH)
            self._mirror.note_dates({PATH: listed.modified if listed else None})
            self._use_manifest(held)
            return False
        self._is_fresh = True
        self._use_manifest(resource)
        if resource is not None and not self.manifest_lost:
            self._mirror.put(PATH, resource)
        return True

    def _use_manifest(self, resource: Resource | None) -> None:
        """Take the entries; of a manifest that is damaged or gone, those that were last read."""
        was_lost = self.manifest_lost
        try:
            self._manifest = parse_manifest(resource.content) if resource else {}
            self.manifest_lost = resource is None and (self._puts_back or any(map(is_counted, self._listed)))
        except PodDamagedError:
            self.manifest_lost = True
        if self.manifest_lost:
            held = self._mirror.read(PATH)
            self._manifest = parse_manifest(held.content) if held else {}
        if self.manifest_lost and not was_lost:
            self._report.notes.append("The pod's manifest was lost or cut short. Made anew.")

    # What the listing shows

    def _has_moved(self, path: str, seen: dict[str, Seen]) -> bool:
        known = seen.get(path)
        return known is None or not known.is_still(self._listed[path])

    def _fetch(
        self, paths: list[str], seen: dict[str, Seen], progress: Callable[[str, int], None]
    ) -> dict[str, Resource]:
        """Fetch and accept what the manifest knows; what is left is to be judged more closely."""
        doubtful: dict[str, Resource] = {}
        for path, resource, same in self._survey.fetch(paths, seen):
            if resource is None:
                del self._listed[path]  # it went while we looked
            elif same:
                self._mirror.note_dates({path: self._date(path, sure=True)})
            else:
                self._report.fetched += 1
                progress("fetching", self._report.fetched)
                if not self._accept_known(path, resource, seen.get(path)):
                    doubtful[path] = resource
        return doubtful

    def _accept_known(self, path: str, resource: Resource, known: Seen | None) -> bool:
        base = self._mirror.read(path)
        if base is not None and base.content == resource.content and known is not None:
            self._put(path, resource, known.standing)
            return True
        judgement = self._judge(path, resource)
        if judgement.verdict is not Verdict.KNOWN:
            return False
        self._report.taken += 1
        self._put(path, resource, Standing.ENTERED if is_counted(path) else Standing.NEW)
        return True

    def _judge(self, path: str, resource: Resource) -> Judgement:
        base = self._mirror.read(path)
        content = base.content if base is not None else None
        return judge(path, resource.content, base=content, entry=self._manifest.get(path))

    def _put(self, path: str, resource: Resource, standing: Standing) -> None:
        self._mirror.put(path, resource, modified=self._date(path, sure=False), standing=standing)

    def _date(self, path: str, *, sure: bool) -> str | None:
        listed = self._listed.get(path)
        if listed is None or listed.modified is None:
            return None
        return listed.modified if sure or "." in listed.modified else _UNSURE + listed.modified

    # What the listing cannot explain

    def _is_leaving(self, seen: dict[str, Seen]) -> bool:
        """Whether the manifest dropped a document that it had: then it is being removed on another device."""
        return any(
            each.standing is Standing.ENTERED and path not in self._manifest
            for path, each in seen.items()
            if is_counted(path)
        )

    def _look_again(self, doubtful: dict[str, Resource]) -> dict[str, Resource]:
        """Read the manifest once more, and where it changed, what it may know by now."""
        if self._is_fresh and not doubtful:
            return doubtful
        if not self._fetch_manifest():
            return doubtful
        left: dict[str, Resource] = {}
        for path, old in doubtful.items():
            resource = read_unless(self._pod, path, old)
            if resource is not None and not self._accept_known(path, resource, None):
                left[path] = resource
        return left

    def _settle(self, path: str, resource: Resource | None) -> None:
        """Judge a document that is not as the manifest says, and do what follows; again where it changes meanwhile."""
        for _ in range(ATTEMPTS):
            if resource is None:
                return
            try:
                self._decide(path, resource)
            except PodConflictError:
                self._report.conflicts += 1
                resource = self._pod.read(path)
            else:
                return

    def _decide(self, path: str, resource: Resource) -> None:
        judgement = self._judge(path, resource)
        if judgement.verdict is Verdict.KNOWN:
            self._put(path, resource, Standing.ENTERED if is_counted(path) else Standing.NEW)
        elif judgement.verdict is Verdict.EDITED:
            self._accept_edit(path, resource, judgement)
        elif judgement.verdict is Verdict.BROKEN:
            self._mend(path, resource, judgement.reason)
        else:
            self._report.refuse(path, judgement.reason)

    def _accept_edit(self, path: str, resource: Resource, judgement: Judgement) -> None:
        is_new = self._mirror.get(path) is None and path not in self._manifest
        self._put(path, resource, Standing.NEW if is_new else Standing.DUE)
        if is_new:
            self._new.add(path)
        self._report.note_edit(path, judgement.edit)

    def _mend(self, path: str, resource: Resource, reason: str) -> None:
        base = self._mirror.read(path)
        if base is None or not can_mend(path, base.content, resource.content, self._manifest.get(path)):
            self._report.refuse(path, reason)
            return
        content = mended(path, base.content, resource.content)
        stamp = datetime.now(UTC).strftime("%Y%m%dt%H%M%S%f")
        write_private(self._folder / "refused" / f"{stamp}-{path.replace('/', '-')}", resource.content)
        self._mirrored.write(path, content, media_type=resource.media_type, if_match=resource.etag)
        if is_counted(path) and content != base.content:
            self._mirror.stand([path], Standing.DUE)
        self._report.note_repair(path, reason)

    # What is gone

    def _missed(self, path: str) -> None:
        """A document that the listing lacks: put back while the manifest has it, given up otherwise."""
        resource = self._pod.read(path)
        if resource is not None:  # it came while we looked
            if not self._accept_known(path, resource, self._mirror.get(path)):
                self._settle(path, resource)
            return
        if path in self._manifest:
            self._fetch_manifest()  # a removal is told there before it is done
        entry = self._manifest.get(path)
        base = self._mirror.read(path)
        if entry is None:
            self._give_up(path)
        elif base is not None and (can_mend(path, base.content, b"", entry)):
            self._return(path, base)
        else:
            self._report.refuse(path, "is missing")

    def _return(self, path: str, base: Resource) -> None:
        standing = self._mirror.get(path)
        try:
            self._mirrored.write(path, base.content, media_type=base.media_type, if_match=None)
        except PodConflictError:
            self._report.conflicts += 1
            return
        if standing is not None:
            self._mirror.stand([path], standing.standing)
        self._report.note_return(path)

    def _give_up(self, path: str) -> None:
        if self._mirror.get(path) is not None:
            self._mirror.forget(path)
            self._report.removed += 1

    def _lost_words(self, gone: Iterable[str]) -> None:
        """Documents that the manifest does not list: what no program of ours removes is put back.

        A manifest without entries is that of a pod which is being erased: nothing is put back there.
        """
        imports: defaultdict[str, list[str]] = defaultdict(list)
        for path in gone:
            match = _IMPORT.fullmatch(path)
            base = self._mirror.read(path)
            if is_counted(path) or base is None:
                continue
            if self._puts_back or (self._manifest and _OWN_WORD.fullmatch(path)):
                self._return(path, base)
            elif match is not None:
                imports[match[1]].append(path)
            else:
                self._give_up(path)
        for import_id, paths in imports.items():
            needed = still_needed(MirrorView(self._mirror), import_id, present=self._listed.keys())
            for path in paths:
                base = self._mirror.read(path)
                if needed and base is not None:
                    self._return(path, base)
                else:
                    self._give_up(path)

    # How documents stand with the manifest

    def _stand(self) -> None:
        """Note what the manifest has by now, what it never had, and what it dropped."""
        entered, due, dropped = list[str](), list[str](), list[str]()
        for path, each in self._mirror.seen().items():
            entry = self._manifest.get(path)
            if not is_counted(path):
                continue
            if entry is not None and entry.sha256 == each.sha256:
                if each.standing is not Standing.ENTERED:
                    entered.append(path)
            elif each.standing is Standing.NEW and path not in self._new:
                due.append(path)
            elif each.standing is Standing.ENTERED and entry is None and not self.manifest_lost:
                dropped.append(path)
        self._mirror.stand(entered, Standing.ENTERED)
        self._mirror.stand(due, Standing.DUE)
        for path in dropped:
            self._give_up(path)
