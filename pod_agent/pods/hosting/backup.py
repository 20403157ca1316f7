"""Backups of a server, taken while it runs or not, and restored into an empty folder.

A backup is a ``tar.gz``: the settings, the port and all data, with a list of every file's size, SHA-256 and time as its
last member. It holds accounts and keys: it is written for this user alone, and sealed where a passphrase is given.

Each document in it is whole, as it was at one moment, because the server replaces documents by renaming. Documents that
are written during a backup may be of different moments; for one moment for all, end the server first.
"""

from __future__ import annotations

import contextlib
import errno
import gzip
import hashlib
import io
import os
import tarfile
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

import msgspec

from pod_agent.errors import LocalStateError, PodDamagedError, PodError, UsageError
from pod_agent.pods.hosting.sealed import MAGIC, SealedReader, SealedWriter
from pod_agent.pods.hosting.settings import load, require_server
from pod_agent.pods.hosting.stored import files, is_passing, stored
from pod_agent.storage import make_private_folder

__all__ = ["Contents", "Kept", "back_up", "backup_name", "inspect", "restore"]

Progress = Callable[[int], None]

_LIST = "contents.json"
_SETTINGS = ("settings.json", "port")
_ALLOWED_BESIDE = {"packages", "lock"}
_TRIES = 50
_TRY_SECONDS = 0.05
_FRESH_NS = 40_000_000
_EMPTY_NS = 2_000_000_000
_LEVEL = 6
_LOCAL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS}


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a backup: bytes, SHA-256 in hexadecimal, and when it was changed (nanoseconds since 1970).

    The time is part of the ETag that Community Solid Server gives the document.
    """

    size: int
    sha256: str
    changed: int


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds; ``containers`` with the time of each folder, as for files."""

    made: datetime
    address: str
    version: str
    accounts: int
    pods: int
    files: dict[str, Kept]
    containers: dict[str, int]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(kept.size for kept in self.files.values())


@dataclass(slots=True)
class _Digest:
    """Passes a file on to the archive and hashes it on the way."""

    source: BinaryIO
    sha256: hashlib._Hash

    def read(self, count: int = -1) -> bytes:
        """The next bytes."""
        content = self.source.read(count)
        self.sha256.update(content)
        return content


def backup_name(now: datetime) -> str:
    """The name of a backup that is made now in a folder of backups."""
    return f"solid-server-{now:%Y%m%dT%H%M%SZ}.tar.gz"


def back_up(folder: Path, out: Path, passphrase: str | None = None, progress: Progress | None = None) -> Contents:
    """Write a backup of the server in ``folder`` to the new file ``out``, read it again and compare.

    UsageError where no server lives in the folder, where ``out`` exists or lies within it, and where something in the
    pods is a symbolic link; LocalStateError where a disk is full or a file may not be read. ``out`` is not made then.
    """
    require_server(folder)
    if out.exists():
        raise UsageError(f"{out} exists already", hint="Choose another name.")
    if out.resolve().is_relative_to(folder.resolve()):
        raise UsageError("a backup lies outside the server's folder", hint="On another disk it is worth more.")
    make_private_folder(out.parent)
    descriptor, name = tempfile.mkstemp(dir=out.parent, prefix=".backup-")
    try:
        with _told(out.parent), os.fdopen(descriptor, "w+b") as target:
            contents = _write(folder, target, passphrase, progress or _silent)
            target.flush()
            os.fsync(target.fileno())
        _require_same(inspect(Path(name), passphrase), contents)
        Path(name).rename(out)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise
    return contents


def inspect(archive: Path, passphrase: str | None = None) -> Contents:
    """Read a whole backup and compare every file with its list; PodDamagedError where something is amiss."""
    return _read(archive, passphrase, None, _silent)


def restore(archive: Path, folder: Path, passphrase: str | None = None, progress: Progress | None = None) -> Contents:
    """Put a backup's server into ``folder``, which is missing or empty but for installed packages.

    Everything is compared with the backup's list before the folder gets its name.
    """
    beside = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if beside - _ALLOWED_BESIDE:
        raise UsageError(f"{folder} is not empty", hint="Restore into a new folder: --folder FOLDER")
    make_private_folder(folder.parent)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".restoring-", ignore_cleanup_errors=True) as place:
        aside = make_private_folder(Path(place) / "server")
        contents = _read(archive, passphrase, aside, progress or _silent)
        try:
            _set_times(aside, contents)
        except (OverflowError, ValueError) as error:
            raise _damaged(archive) from error
        os.sync()
        for name in beside:
            (folder / name).rename(aside / name)
        if folder.is_dir():
            folder.rmdir()
        aside.rename(folder)
    return contents


def _require_same(read: Contents, written: Contents) -> None:
    if read != written:
        raise PodDamagedError("the backup is not what was written", hint="Check the disk that it was written to.")


def _silent(_count: int) -> None:
    """Nobody watches."""


def _write(folder: Path, target: BinaryIO, passphrase: str | None, progress: Progress) -> Contents:
    _require_all_within_reach(folder / "data")
    found = stored(folder / "data")
    kept: dict[str, Kept] = {}
    with (
        _sealed(target, passphrase) as sealed,
        gzip.GzipFile("", "wb", _LEVEL, sealed, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path, name in _members(folder):
            entry = _add(archive, path, name)
            if entry is not None:
                kept[name] = entry
                progress(len(kept))
        contents = Contents(
            made=datetime.now(UTC),
            address=load(folder).address,
            version=found.version,
            accounts=found.accounts,
            pods=len(found.pods),
            files=kept,
            containers=_containers(folder),
        )
        listing = msgspec.json.encode(contents)
        archive.addfile(_member(_LIST, len(listing), 0), io.BytesIO(listing))
    return contents


@contextlib.contextmanager
def _sealed(target: BinaryIO, passphrase: str | None) -> Iterator[BinaryIO]:
    if passphrase is None:
        yield target
        return
    with SealedWriter(target, passphrase) as sealing:
        yield cast("BinaryIO", sealing)


def _members(folder: Path) -> Iterator[tuple[Path, str]]:
    for name in _SETTINGS:
        yield folder / name, name
    data = folder / "data"
    for path in files(data):
        within = path.relative_to(data)
        if not is_passing(within):
            if path.is_symlink():
                raise _link(path)
            yield path, f"data/{within.as_posix()}"


def _require_all_within_reach(data: Path) -> None:
    """Refuse a container that may not be read, which walking would pass over (OSError), and one that is a link."""
    for place, containers, _files in os.walk(data, onerror=_raise_unless_gone):
        for name in containers:
            if Path(place, name).is_symlink():
                raise _link(Path(place, name))


def _raise_unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _link(path: Path) -> UsageError:
    return UsageError(
        f"{path} is a symbolic link, and what it leads to would be missing from the backup",
        hint="Put a bind mount or what it leads to in its place, or remove it.",
    )


def _containers(folder: Path) -> dict[str, int]:
    found = {}
    for place, _names, _files in os.walk(folder / "data"):
        within = Path(place).relative_to(folder)
        if not is_passing(within.relative_to("data")):
            with contextlib.suppress(FileNotFoundError):
                found[within.as_posix()] = Path(place).stat().st_mtime_ns
    return found


def _add(archive: tarfile.TarFile, path: Path, name: str) -> Kept | None:
    """Copy one file; None where it was removed meanwhile."""
    try:
        with path.open("rb") as stream:
            return _copy(archive, stream, name)
    except FileNotFoundError:
        return None


def _copy(archive: tarfile.TarFile, stream: BinaryIO, name: str) -> Kept:
    state = os.fstat(stream.fileno())
    if name.endswith(".meta"):
        content, state = _read_settled(stream)
        archive.addfile(_member(name, state.st_size, state.st_mtime_ns), io.BytesIO(content))
        return Kept(size=state.st_size, sha256=hashlib.sha256(content).hexdigest(), changed=state.st_mtime_ns)
    digest = _Digest(stream, hashlib.sha256())
    archive.addfile(_member(name, state.st_size, state.st_mtime_ns), cast("BinaryIO", digest))
    return Kept(size=state.st_size, sha256=digest.sha256.hexdigest(), changed=state.st_mtime_ns)


def _read_settled(stream: BinaryIO) -> tuple[bytes, os.stat_result]:
    """A file that the server writes in place, cut to nothing first: read once nobody writes it."""
    for _ in range(_TRIES):
        before = os.fstat(stream.fileno())
        stream.seek(0)
        content = stream.read()
        after = os.fstat(stream.fileno())
        age = time.time_ns() - after.st_mtime_ns
        if (before.st_mtime_ns, len(content)) == (after.st_mtime_ns, after.st_size) and not (
            0 <= age < (_FRESH_NS if content else _EMPTY_NS)
        ):
            return content, after
        time.sleep(_TRY_SECONDS)
    raise PodError("a document's metadata changes all the time", hint="End the server, then make the backup again.")


def _member(name: str, size: int, changed: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, changed // 1_000_000_000
    return member


def _read(archive: Path, passphrase: str | None, target: Path | None, progress: Progress) -> Contents:
    """Go through a backup, write its files below ``target`` if one is given, and compare them with its list."""
    seen: dict[str, tuple[int, str]] = {}
    listing: bytes | None = None
    try:
        with (
            _told(archive),
            archive.open("rb") as stream,
            gzip.GzipFile(fileobj=_opened(stream, passphrase)) as unpacked,
        ):
            with tarfile.open(fileobj=unpacked, mode="r|") as members:
                for member in members:
                    content = members.extractfile(member)
                    if content is None or listing is not None or not _is_ours(member.name):
                        raise PodDamagedError("the backup holds what no backup of ours does", hint="Take another one.")
                    if member.name == _LIST:
                        listing = content.read()
                    else:
                        seen[member.name] = _take(cast("BinaryIO", content), member.name, target)
                        progress(len(seen))
            while unpacked.read(1 << 20):  # to the checksum at the end
                pass
        contents = msgspec.json.decode(listing or b"", type=Contents)
    except (OSError, EOFError, ValueError, tarfile.TarError, zlib.error, msgspec.MsgspecError) as error:
        raise _damaged(archive) from error
    if seen != {name: (kept.size, kept.sha256) for name, kept in contents.files.items()}:
        raise _damaged(archive)
    return contents


@contextlib.contextmanager
def _told(place: Path) -> Iterator[None]:
    """Tells a disk that is full and files that may not be used apart from a backup that is damaged."""
    try:
        yield
    except OSError as error:
        if error.errno not in _LOCAL:
            raise
        raise LocalStateError(f"{error.filename or place}: {error.strerror}") from error


def _damaged(archive: Path) -> PodDamagedError:
    return PodDamagedError(f"{archive} is damaged or cut off", hint="Take an older backup. Nothing was changed.")


def _opened(stream: BinaryIO, passphrase: str | None) -> BinaryIO:
    sealed = stream.read(len(MAGIC)) == MAGIC
    stream.seek(0)
    if not sealed:
        return stream
    if passphrase is None:
        raise UsageError("this backup is sealed", hint="Give its passphrase: --passphrase-file FILE")
    return cast("BinaryIO", io.BufferedReader(SealedReader(stream, passphrase)))


def _is_ours(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name in {_LIST, *_SETTINGS} or (
        len(parts) > 1 and parts[0] == "data" and ".." not in parts and not is_passing(Path(*parts[1:]))
    )


def _take(content: BinaryIO, name: str, target: Path | None) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with contextlib.ExitStack() as stack:
        out: BinaryIO | None = None
        if target is not None:
            place = target / name
            make_private_folder(place.parent)
            out = stack.enter_context(os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"))
        while chunk := content.read(1 << 20):
            digest.update(chunk)
            size += len(chunk)
            if out is not None:
                out.write(chunk)
    return size, digest.hexdigest()


def _set_times(folder: Path, contents: Contents) -> None:
    for name, kept in contents.files.items():
        os.utime(folder / name, ns=(kept.changed, kept.changed))
    for name, changed in sorted(contents.containers.items(), reverse=True):  # a container after what lies in it
        if not _is_ours(name + "/x"):
            raise PodDamagedError("the backup holds what no backup of ours does", hint="Take another one.")
        os.utime(make_private_folder(folder / name), ns=(changed, changed))
