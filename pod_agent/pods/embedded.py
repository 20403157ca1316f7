"""A pod that needs no server: resources are files in one private folder."""

from __future__ import annotations

import builtins
import contextlib
import errno
import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from pod_agent.errors import (
    LocalStateError,
    PodAccessError,
    PodConflictError,
    PodError,
    PodFullError,
    PodUnreachableError,
)
from pod_agent.pods.paths import check_container, check_path, is_name, media_type_of
from pod_agent.pods.pod import TURTLE, Entry, ETag, Resource
from pod_agent.storage import make_private_folder, remove_private, write_private

__all__ = ["EmbeddedPod"]

_LOCK_SECONDS = 30.0
_IN_THE_WAY = {errno.EEXIST, errno.EISDIR, errno.ENOTDIR}


class EmbeddedPod:
    """The agent's container as a folder of this machine, 0700, its files 0600.

    ETags are hashes of the content: writing the same bytes again changes nothing and spoils nobody's ETag. Processes
    and threads that write at the same time take turns by a lock file, so that of several changes with one ETag exactly
    one wins; a reader sees the old bytes or the new ones.
    Raises PodAccessError where the file system refuses, PodUnreachableError where another process keeps the lock.
    """

    def __init__(self, folder: Path) -> None:
        with _disk_errors():
            self._folder = make_private_folder(folder).resolve()
            self._folder.chmod(0o700)
            with self._locked():
                self._sweep()

    @property
    def root(self) -> str:
        """The folder's ``file://`` IRI, with ``/`` at its end."""
        return self._folder.as_uri() + "/"

    def read(self, path: str) -> Resource | None:
        """The resource, or None where there is none."""
        content = self._content(self._folder / check_path(path))
        return None if content is None else Resource(content, media_type_of(path), _etag(content))

    def write(self, path: str, content: bytes, *, media_type: str = TURTLE, if_match: ETag | None) -> ETag:
        """Write the whole resource; PodConflictError, and nothing changed, where the pod holds something else."""
        target = self._folder / check_path(path, media_type)
        with _disk_errors(), self._locked():
            self._require(target, if_match, path)
            write_private(target, content)
        return _etag(content)

    def remove(self, path: str, *, if_match: ETag | None = None) -> bool:
        """Remove a resource; False where there was none."""
        target = self._folder / check_path(path)
        with _disk_errors(), self._locked():
            if self._content(target) is None:
                return False
            if if_match is not None:
                self._require(target, if_match, path)
            return remove_private(target)

    def list(self, container: str) -> Iterator[Entry]:
        """Members of a container, sorted; none if it is missing."""
        with _disk_errors():
            return iter(self._members(check_container(container)))

    def close(self) -> None:
        """Nothing is kept open between calls."""

    def _members(self, container: str) -> builtins.list[Entry]:
        try:
            with os.scandir(self._folder / container) as found:
                names = [(item.name, item.is_dir()) for item in found if is_name(item.name)]
        except (FileNotFoundError, NotADirectoryError):
            return []
        return [Entry(path) for path in sorted(f"{container}{name}{'/' * folder}" for name, folder in names)]

    def _content(self, target: Path) -> bytes | None:
        with _disk_errors():
            try:
                return target.read_bytes()
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                return None

    def _require(self, target: Path, expected: ETag | None, path: str) -> None:
        content = self._content(target)
        if (None if content is None else _etag(content)) != expected:
            raise PodConflictError(f"{path} is not what was read before")

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _wait_for(descriptor)
            yield
        finally:
            os.close(descriptor)  # gives the lock back, also when the process is killed

    def _sweep(self) -> None:
        """Remove what writers that were killed left behind; the caller holds the lock, so nobody is writing."""
        for left_over in self._folder.rglob(".tmp-*"):
            remove_private(left_over)


def _etag(content: bytes) -> ETag:
    return ETag(f'"{hashlib.blake2b(content, digest_size=16).hexdigest()}"')


def _wait_for(descriptor: int) -> None:
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise PodUnreachableError("another program keeps the pod's folder locked") from None
            time.sleep(0.005)
        else:
            return


@contextlib.contextmanager
def _disk_errors() -> Iterator[None]:
    """Give the file system's refusals the pod's names."""
    try:
        yield
    except LocalStateError as error:
        raise PodFullError(str(error), hint="Make room on the disk, then try again: nothing was lost.") from error
    except PermissionError as error:
        raise PodAccessError(
            f"the pod's folder refuses access: {error.strerror}", hint="Give yourself access to the folder again."
        ) from error
    except OSError as error:
        if error.errno in _IN_THE_WAY:
            raise PodConflictError(
                "a container and a resource cannot have the same name", hint="Choose another path."
            ) from error
        raise PodError(f"the pod's folder cannot be used: {error.strerror}", hint="Check the disk.") from error
