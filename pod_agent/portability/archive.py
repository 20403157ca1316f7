"""An export as one zip file, to be taken along through the browser; it lies in a private folder until it is taken."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from pod_agent.index.local import LocalIndex
from pod_agent.pods.pod import Pod
from pod_agent.portability.exporting import Exported, Format, export
from pod_agent.portability.selection import Selection
from pod_agent.storage import make_private_folder

__all__ = ["Archive", "archive", "forget_archives"]

_PREFIX: Final = ".tmp-export-"
"""As of every file that is not finished: what a program that died leaves is erased with the home."""

Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A zip file of an export: where it lies until it is taken, its name for people, its bytes, and what it holds."""

    path: Path
    size: int
    exported: Exported

    @property
    def name(self) -> str:
        """The name to save it by."""
        return self.path.name

    def remove(self) -> None:
        """Remove the file for good."""
        shutil.rmtree(self.path.parent, ignore_errors=True)


def archive(
    home: Path,
    pod: Pod,
    index: LocalIndex,
    zone: ZoneInfo,
    form: Format,
    *,
    today: date,
    selection: Selection | None = None,
    advance: Advance | None = None,
) -> Archive:
    """Export the pod, or a selection of it, into a zip file in the home, for this user alone; see ``export``."""
    folder = Path(tempfile.mkdtemp(dir=make_private_folder(home), prefix=_PREFIX))
    try:
        name = "-".join(["pod-agent", *sorted((selection or Selection()).sources), form.value, today.isoformat()])
        done = export(pod, index, zone, folder / name, form, selection=selection, advance=advance)
        path = folder / f"{name}.zip"
        _zip(folder / name, path)
        shutil.rmtree(folder / name)
        return Archive(path=path, size=path.stat().st_size, exported=done)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def forget_archives(home: Path) -> None:
    """Remove zip files that nobody took, of programs that died as well."""
    for folder in home.glob(f"{_PREFIX}*"):
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)


def _zip(folder: Path, path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w+b") as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                packed.write(file, f"{folder.name}/{file.relative_to(folder).as_posix()}")
