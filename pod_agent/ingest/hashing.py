"""An export whose bytes are hashed while its importer reads them."""

from __future__ import annotations

import hashlib
import io
from typing import IO, TYPE_CHECKING, Final

from pod_agent.importers.protocol import ExportFile

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["HashedExport"]

_BUFFER: Final = 1 << 16


class HashedExport:
    """The export as an importer sees it; ``finish`` gives the hash."""

    def __init__(self, export: ExportFile) -> None:
        self._export = export
        self._streams: list[_HashedStream] = []

    @property
    def file(self) -> str:
        """As the export says."""
        return self._export.file

    @property
    def member(self) -> str | None:
        """As the export says."""
        return self._export.member

    @property
    def head(self) -> bytes:
        """As the export says."""
        return self._export.head

    def open(self) -> IO[bytes]:
        """A stream from the start of the file."""
        stream = _HashedStream(self._export.open())
        self._streams.append(stream)
        return io.BufferedReader(stream, buffer_size=_BUFFER)

    def finish(self) -> str:
        """Hex SHA-256 of the whole file; what the importer did not read is read now where it has to be."""
        for stream in self._streams:
            if stream.complete:
                return stream.hexdigest()
        with self.open() as rest:
            while rest.read(_BUFFER):
                pass
        return self._streams[-1].hexdigest()


class _HashedStream(io.RawIOBase):
    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()
        self.complete = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer)
        content = self._stream.read(len(view))
        self._hash.update(content)
        self.complete = not content
        view[: len(content)] = content
        return len(content)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()

    def hexdigest(self) -> str:
        return self._hash.hexdigest()
