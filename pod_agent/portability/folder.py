"""The folder of an export: written beside its place, listed with hashes, and put there as a whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from pod_agent.errors import UsageError
from pod_agent.storage import make_private_folder

__all__ = ["MANIFEST", "ExportFolder", "HashedFile", "files_of"]

MANIFEST: Final = "export.json"
_FORM: Final = "https://w3id.org/pod-agent#Export"
"""Stands in the manifest, so that a folder is known as an export and never taken for one."""


@dataclass(frozen=True, slots=True)
class HashedFile:
    """A file of an export: its path below the folder, its size and its hex SHA-256."""

    path: str
    size: int
    sha256: str


class ExportFolder:
    """The folder ``out`` while it is filled; use it in a ``with`` block and call ``finish`` at the end of it.

    All is written to a hidden folder beside it, private to this user, and renamed at the end. UsageError where ``out``
    holds something, unless ``replace`` is given and it holds an earlier export and nothing else.
    """

    def __init__(self, out: Path, *, replace: bool = False) -> None:
        self._out = out.resolve()
        self._replace = replace
        self._partial = self._out.with_name(f".{self._out.name}.unfinished")
        self._former = self._out.with_name(f".{self._out.name}.former")
        self._files: list[HashedFile] = []
        self._lock = -1

    def __enter__(self) -> Self:
        if not self._out.exists() and files_of(self._former) is not None:  # an export was killed just before its end
            self._former.rename(self._out)
        self._check()
        make_private_folder(self._out.parent)
        if self._partial.is_symlink():
            raise UsageError(f"{self._partial} is a link", hint="Remove it, or export to another folder.")
        self._partial.mkdir(mode=0o700, exist_ok=True)
        self._lock = os.open(self._partial, os.O_RDONLY)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise UsageError("another export to this folder is running", hint="Wait until it has ended.") from None
        for left_over in self._partial.iterdir():  # of an export that was killed
            _remove(left_over)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._partial.is_dir():
            shutil.rmtree(self._partial)
        os.close(self._lock)

    @property
    def scratch(self) -> Path:
        """A folder for intermediate files; it does not become part of the export."""
        folder = self._partial / ".scratch"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    @contextlib.contextmanager
    def open(self, path: str) -> Iterator[IO[bytes]]:
        """A new file of the export to write to."""
        target = self._partial / path
        make_private_folder(target.parent)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
            size = stream.tell()
        self._files.append(HashedFile(path, size, _digest(target)))

    def add(self, path: str, content: bytes) -> None:
        """A whole file of the export."""
        with self.open(path) as stream:
            stream.write(content)

    def finish(self, told: Mapping[str, Any]) -> list[HashedFile]:
        """Write the manifest with what is ``told`` in it, and put the folder in its place; the files of the export."""
        shutil.rmtree(self.scratch)
        files = sorted(self._files, key=lambda file: file.path)
        listed = [{"path": file.path, "bytes": file.size, "sha256": file.sha256} for file in files]
        text = json.dumps({"form": _FORM, **told, "files": listed}, ensure_ascii=False, indent=1)
        self.add(MANIFEST, text.encode() + b"\n")
        self._put_in_place()
        return files

    def _put_in_place(self) -> None:
        self._check()  # what came there meanwhile is not ours to remove
        self._forget_former()
        if self._out.exists():
            self._out.rename(self._former)
        self._partial.rename(self._out)
        self._forget_former()

    def _forget_former(self) -> None:
        if files_of(self._former) is not None:
            shutil.rmtree(self._former)

    def _check(self) -> None:
        if not os.path.lexists(self._out):
            return
        if not self._out.is_dir():
            raise UsageError(f"{self._out} is not a folder", hint="Give another folder: --out DIR")
        if any(self._out.iterdir()) and not (self._replace and files_of(self._out) is not None):
            hint = "Give a new folder, or --replace where it holds an earlier export and nothing else."
            raise UsageError(f"{self._out} is not empty", hint=hint)


def files_of(folder: Path) -> list[HashedFile] | None:
    """The files of an export by its manifest; None where this is no export, or holds anything besides."""
    manifest = folder / MANIFEST
    try:
        if manifest.is_symlink():
            return None
        told = json.loads(manifest.read_bytes())
        files = [HashedFile(each["path"], each["bytes"], each["sha256"]) for each in told["files"]]
        if told["form"] != _FORM:
            return None
    except (OSError, ValueError, LookupError, TypeError):
        return None
    listed = {MANIFEST, *(file.path for file in files)}
    for path in folder.rglob("*"):
        is_ours = path.is_dir() if not path.is_symlink() else False
        if not is_ours and (path.is_symlink() or path.relative_to(folder).as_posix() not in listed):
            return None
    return files


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
