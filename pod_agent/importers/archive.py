"""From paths to export files: plain files, folders and zips, which are never unpacked to disk.

Zips come from strangers' servers by way of the person's downloads, so their members are checked before any is read:
names that leave the archive, links and duplicates refuse the whole zip, and what a member inflates to is counted while
it is read, because the size that a zip declares may lie. An encrypted member is left out; the others can be read.
"""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pod_agent.errors import RefusedExportError, UsageError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["HEAD", "Unopened", "ZipMember", "export_files"]

HEAD = 1 << 16
MAX_MEMBERS = 200_000
MAX_MEMBER_BYTES = 8 << 30
MAX_ARCHIVE_BYTES = 64 << 30
MAX_RATIO = 300
OFFICE = frozenset({".xlsx", ".xlsm", ".ods"})
"""Endings of files that are zips by their making, and one table by their meaning."""

ENCRYPTED = 0x1
"""The flag of a zip's member that is encrypted."""

RATIO_FLOOR = 8 << 20
"""Below this many bytes a member may inflate by any ratio: it can do no harm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unopened:
    """A file or member that was not read: ``path`` as ``zip!member`` or file, why, and a ``code`` for programs."""

    path: str
    reason: str
    code: str = "not_recognised"


class _LastHead:
    """The first bytes of the file that was looked at last: a large export has tens of thousands of files."""

    def __init__(self) -> None:
        self._owner: object = None
        self._head = b""

    def of(self, export: PlainFile | ZipMember) -> bytes:
        """The first 64 KiB of a file, read where it is another than before."""
        if self._owner is not export:
            with export.open() as stream:
                self._head = stream.read(HEAD)
            self._owner = export
        return self._head


class PlainFile:
    """A file on disk."""

    def __init__(self, path: Path, last: _LastHead | None = None) -> None:
        self._path = path
        self._last = last or _LastHead()

    @property
    def file(self) -> str:
        """The path as the person gave it."""
        return str(self._path)

    @property
    def member(self) -> None:
        """None: not in a zip."""
        return

    @property
    def is_empty(self) -> bool:
        """Whether it holds no bytes, without reading any where that can be told."""
        return not self.head

    @property
    def head(self) -> bytes:
        """The first 64 KiB, read when first asked for."""
        return self._last.of(self)

    def open(self) -> IO[bytes]:
        """A stream from the start; RefusedExportError where the file cannot be opened."""
        try:
            return self._path.open("rb")
        except OSError as error:
            raise RefusedExportError(f"{self._path} cannot be opened: {error.strerror}") from error


class ZipMember:
    """A member of a zip, inflated while it is read."""

    def __init__(self, archive: _Archive, member: zipfile.ZipInfo) -> None:
        self._archive = archive
        self._member = member

    @property
    def file(self) -> str:
        """The zip's path as the person gave it."""
        return str(self._archive.path)

    @property
    def member(self) -> str:
        """The member's name within the zip."""
        return self._member.filename

    @property
    def is_empty(self) -> bool:
        """Whether it holds no bytes, without inflating any where that can be told."""
        return not self._member.file_size and not self.head

    @property
    def head(self) -> bytes:
        """The first 64 KiB, inflated when first asked for."""
        return self._archive.last.of(self)

    def open(self) -> IO[bytes]:
        """A stream from the start; reading it raises RefusedExportError on damage or where a limit is passed."""
        return io.BufferedReader(_Inflated(self._archive, self._member), buffer_size=HEAD)


def export_files(path: Path) -> Iterator[PlainFile | ZipMember | Unopened]:
    """Every file below a path, zips looked into, in the order of their names.

    UsageError where there is no such path; RefusedExportError for a zip that is damaged or dangerous.
    """
    if not path.exists():
        raise UsageError(f"there is no file {path}")
    last = _LastHead()
    if not path.is_dir():
        yield from _one_file(path, last)
        return
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            found = Path(folder, name)
            if found.is_symlink():
                yield Unopened(path=str(found), reason="a link to another place", code="link")
            elif _is_system_file(found.name):
                yield Unopened(path=str(found), reason="a file of the operating system", code="system_file")
            else:
                yield from _one_file(found, last)


def _one_file(path: Path, last: _LastHead) -> Iterator[PlainFile | ZipMember | Unopened]:
    if not stat.S_ISREG(path.stat().st_mode):
        raise RefusedExportError(f"{path} is not a regular file")
    with PlainFile(path).open() as stream:
        signature = stream.read(4)
    is_zip = signature in {b"PK\x03\x04", b"PK\x05\x06"} and path.suffix.lower() not in OFFICE
    if is_zip or path.suffix.lower() == ".zip":
        yield from _members(path, last)
    else:
        yield PlainFile(path, last)


def _members(path: Path, last: _LastHead) -> Iterator[ZipMember | Unopened]:
    archive = _Archive(path, last)
    for member in archive.members:
        name = member.filename
        if name.startswith("__MACOSX/") or _is_system_file(name.rsplit("/", 1)[-1]):
            yield Unopened(path=f"{path}!{name}", reason="a file of the operating system", code="system_file")
        elif name.lower().endswith(".zip"):
            reason = "a zip within a zip: give it by itself"
            yield Unopened(path=f"{path}!{name}", reason=reason, code="nested_zip")
        elif member.flag_bits & ENCRYPTED:
            reason = "is encrypted: unpack the zip with its password and give the folder"
            yield Unopened(path=f"{path}!{name}", reason=reason, code="encrypted")
        else:
            yield ZipMember(archive, member)


def _is_system_file(name: str) -> bool:
    return name.startswith(".") or name in {"Thumbs.db", "desktop.ini"}


class _Archive:
    """An open zip whose members were all checked; counts what is inflated from it."""

    def __init__(self, path: Path, last: _LastHead) -> None:
        self.path = path
        self.last = last
        self.inflated = 0
        try:
            self.zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise RefusedExportError(f"{path} is not a whole zip file: it may have been cut off") from error
        self.members = [member for member in self.zip.infolist() if not member.is_dir()]
        self._check()

    def _check(self) -> None:
        if not self.members:
            raise RefusedExportError(f"{self.path} holds no files")
        if len(self.members) > MAX_MEMBERS:
            raise RefusedExportError(f"{self.path} holds more than {MAX_MEMBERS:,} files")
        seen: set[str] = set()
        for member in self.members:
            fault = _fault(member) or ("is there twice" if member.filename in seen else None)
            if fault:
                raise RefusedExportError(f"{self.path} is refused: its member {member.filename!r} {fault}")
            seen.add(member.filename)


def _fault(member: zipfile.ZipInfo) -> str | None:
    """What makes a member dangerous, or None."""
    name = member.orig_filename
    kind = stat.S_IFMT(member.external_attr >> 16)
    checks = (
        (kind == stat.S_IFLNK, "is a link"),
        (kind not in {0, stat.S_IFREG, stat.S_IFLNK}, "is not a regular file"),
        ("\\" in name or "\0" in name, "has a backslash or NUL in its name"),
        (name.startswith("/") or name[1:2] == ":", "has an absolute name"),
        (".." in name.split("/"), "has a name that leads out of the zip"),
    )
    return next((fault for fails, fault in checks if fails), None)


class _Inflated(io.RawIOBase):
    """The bytes of a member, counted against the limits while they are read."""

    def __init__(self, archive: _Archive, member: zipfile.ZipInfo) -> None:
        self._archive = archive
        self._member = member
        self._read = 0
        try:
            self._stream = archive.zip.open(member)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
            raise RefusedExportError(f"{self._name} is damaged or packed in an unknown way") from error

    @property
    def _name(self) -> str:
        return f"{self._archive.path}!{self._member.filename}"

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer)
        try:
            block = self._stream.read(len(view))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise RefusedExportError(f"{self._name} is damaged or cut off") from error
        view[: len(block)] = block
        self._count(len(block))
        return len(block)

    def close(self) -> None:
        if not self.closed:
            stream: IO[bytes] | None = getattr(self, "_stream", None)
            if stream is not None:
                stream.close()
        super().close()

    def _count(self, size: int) -> None:
        self._read += size
        self._archive.inflated += size
        too_dense = self._read > RATIO_FLOOR and self._read > MAX_RATIO * max(self._member.compress_size, 1)
        if too_dense or self._read > MAX_MEMBER_BYTES or self._archive.inflated > MAX_ARCHIVE_BYTES:
            raise RefusedExportError(f"{self._name} inflates to more than any export: it may be a zip bomb")
