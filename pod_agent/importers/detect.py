"""Which importer reads which file: by content first and by name second; what no importer wants is not opened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pod_agent.errors import AgentError, RefusedExportError, UnrecognisedExportError
from pod_agent.importers.archive import PlainFile, Unopened, ZipMember, export_files
from pod_agent.importers.protocol import GUESS, ByName, Claiming, Confidence, ExportFile, Importer
from pod_agent.importers.reading import is_binary

__all__ = ["Found", "find_exports"]

SHOWN = 3
"""How many of a folder's files an error tells about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What lies behind the paths that a person named.

    ``exports`` pairs each file that can be read with its importer; ``unopened`` lists the others with a reason.
    ``faults`` holds one error for every named path of which nothing can be read.
    """

    exports: tuple[tuple[Importer, ExportFile], ...]
    unopened: tuple[Unopened, ...]
    faults: tuple[AgentError, ...]


def find_exports(paths: Iterable[Path], importers: Sequence[Importer]) -> Found:
    """Look at files, folders and zips, and pair what can be read with its importer.

    Where nothing at all can be read the first fault is raised: UnrecognisedExportError, whose text names the importers
    tried and why each said no; RefusedExportError for a file that is empty, damaged or dangerous; UsageError where a
    path does not exist.
    """
    exports: list[tuple[Importer, ExportFile]] = []
    unopened: list[Unopened] = []
    faults: list[AgentError] = []
    for path in paths:
        try:
            search = _Search(path, importers)
            exports += search.exports
            unopened += search.unopened
            if search.fault:
                faults.append(search.fault)
        except AgentError as error:
            faults.append(error)
            unopened.append(Unopened(path=str(path), reason=str(error), code=error.code))
    if faults and not exports:
        raise faults[0]
    return Found(exports=tuple(exports), unopened=tuple(unopened), faults=tuple(faults))


class _Search:
    """What lies behind one path."""

    def __init__(self, path: Path, importers: Sequence[Importer]) -> None:
        self._path = path
        self._importers = importers
        self.exports: list[tuple[Importer, ExportFile]] = []
        self.unopened: list[Unopened] = []
        self._tried: list[str] = []
        self._wrong_download: str | None = None
        self._refused: RefusedExportError | None = None
        self._by_name = [each for each in importers if isinstance(each, ByName)]
        self._claiming = [(importer, importer) for importer in importers if isinstance(importer, Claiming)]
        for found in export_files(path):
            if isinstance(found, Unopened):
                self.unopened.append(found)
            else:
                self._look(found)
        self.fault = None if self.exports else self._why_nothing()

    def _look(self, export: PlainFile | ZipMember) -> None:
        left = self._left_by_name(export)
        if left is not None:
            self.unopened.append(left)
            return
        try:
            importer, why = self._claimed(export) or _choose(export, self._importers, is_named=self._is_named(export))
        except RefusedExportError as error:  # one damaged member leaves the others of a zip readable
            if self._is_named(export):
                raise
            self._refused = self._refused or error
            self.unopened.append(Unopened(path=_label(export), reason=str(error), code=error.code))
            return
        self._tried.append(f"{_label(export)}: {why}")
        if importer is not None:
            self.exports.append((importer, export))
        else:
            reason = why if self._is_named(export) or ASK in why else "no importer recognises what is in it"
            self.unopened.append(Unopened(path=_label(export), reason=reason))

    def _claimed(self, export: PlainFile | ZipMember) -> tuple[Importer, str] | None:
        """The importer whose file this is by its name, if it says so of the content as well."""
        for importer, claiming in self._claiming:
            if claiming.claims(export.member or export.file) and not export.is_empty:
                opinion = importer.identify(export)
                if opinion.value > 0:
                    return importer, opinion.why
        return None

    def _left_by_name(self, export: PlainFile | ZipMember) -> Unopened | None:
        """Why a file is not opened at all, by its name alone, or None."""
        path = (export.member or export.file).replace("\\", "/")
        name = PurePosixPath(path.lower())
        for importer in self._importers:
            if name.name in importer.wrong_downloads:
                self._wrong_download = importer.wrong_downloads[name.name]
                reason = "a file of another kind of download"
                return Unopened(path=_label(export), reason=reason, code="other_download")
        for knowing in self._by_name:
            never = knowing.never_opens(path)
            if never is not None:
                return Unopened(path=_label(export), reason=never, code="never_opened")
        wanted = any(name.suffix in importer.endings for importer in self._importers)
        if not wanted and not self._is_named(export):
            reason = f"no importer reads {name.suffix or 'such'} files"
            return Unopened(path=_label(export), reason=reason, code="unwanted")
        return None

    def _is_named(self, export: ExportFile) -> bool:
        """True for the file that the person named, which is always looked at."""
        return export.file == str(self._path) and export.member is None

    def _why_nothing(self) -> AgentError:
        if self._wrong_download:
            return RefusedExportError(f"{self._path} cannot be used: {self._wrong_download}", hint=self._wrong_download)
        if self._refused is not None:
            return self._refused
        if len(self.unopened) == 1 and self.unopened[0].path == str(self._path):
            reason = self.unopened[0].reason
            if reason == EMPTY:
                return RefusedExportError(f"{self._path} {EMPTY}")
            return UnrecognisedExportError(f"{self._path} is not an export that can be read: {reason}")
        tried = self._tried or [f"{entry.path}: {entry.reason}" for entry in self.unopened]
        first = "; ".join(tried[:SHOWN])
        more = f"; and {len(self.unopened) - SHOWN} more" if len(self.unopened) > SHOWN else ""
        return UnrecognisedExportError(f"nothing in {self._path} is an export that can be read: {first}{more}")


EMPTY = "is empty"
ASK = "name the file itself to have it read"
NOTHING = Confidence(0, "there is no importer")


def _choose(
    export: PlainFile | ZipMember, importers: Sequence[Importer], *, is_named: bool
) -> tuple[Importer | None, str]:
    """The surest importer, or None and what each of them said."""
    if export.is_empty:
        return None, EMPTY
    binary = is_binary(export.head)
    opinions = [(each.identify(export), each) for each in importers if each.binary or not binary]
    best, importer = max(opinions, key=lambda opinion: opinion[0].value, default=(NOTHING, None))
    if best.value > (0 if is_named else GUESS):
        return importer, best.why
    if best.value > 0:
        return None, f"{best.why}: {ASK}"
    if binary:
        return None, f"it is binary, not text; tried {', '.join(each.name for each in importers)}"
    return None, "; ".join(f"{importer.name} says {opinion.why}" for opinion, importer in opinions)


def _label(export: ExportFile) -> str:
    return export.file if export.member is None else f"{export.file}!{export.member}"
