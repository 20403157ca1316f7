"""Streams that are sealed with a passphrase, as files are (``pod_agent.sealing``), but in chunks in a fixed order.

The chunks form the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO 2015), as age's format does:
each nonce holds the chunk's number and whether it is the last, so none can be cut off, repeated or moved.
"""

from __future__ import annotations

import io
import os
import struct
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from pod_agent.errors import PassphraseError, UsageError
from pod_agent.sealing import stretched

__all__ = ["MAGIC", "SealedReader", "SealedWriter"]

MAGIC = b"pod-agent sealed stream 1\n"
_SALT_BYTES = 16
_PREFIX_BYTES = 7
_CHUNK = 1 << 20
_TAG_BYTES = 16


class SealedWriter(io.RawIOBase):
    """Seals what is written and passes it on; ``close`` writes the last chunk and leaves the target open."""

    def __init__(self, target: BinaryIO, passphrase: str) -> None:
        salt, self._prefix = os.urandom(_SALT_BYTES), os.urandom(_PREFIX_BYTES)
        self._target = target
        self._header = MAGIC + salt + self._prefix
        self._cipher = ChaCha20Poly1305(stretched(passphrase, salt))
        self._waiting = bytearray()
        self._number = 0
        target.write(self._header)

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]
        """Take bytes; whole chunks are passed on once it is clear that they are not the last."""
        self._waiting += content
        while len(self._waiting) > _CHUNK:
            self._pass_on(_CHUNK, last=False)
        return len(content)

    def close(self) -> None:
        """Write the last chunk."""
        if not self.closed:
            self._pass_on(len(self._waiting), last=True)
        super().close()

    def _pass_on(self, count: int, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, last=last)
        self._target.write(self._cipher.encrypt(nonce, bytes(self._waiting[:count]), self._header))
        del self._waiting[:count]
        self._number += 1


class SealedReader(io.RawIOBase):
    """Opens what ``SealedWriter`` sealed; PassphraseError for a wrong passphrase and for a byte changed or lost."""

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        self._source = source
        self._header = source.read(len(MAGIC) + _SALT_BYTES + _PREFIX_BYTES)
        if not self._header.startswith(MAGIC) or len(self._header) < len(MAGIC) + _SALT_BYTES + _PREFIX_BYTES:
            raise UsageError("this is no sealed file of ours")
        self._cipher = ChaCha20Poly1305(stretched(passphrase, self._header[len(MAGIC) : -_PREFIX_BYTES]))
        self._next = source.read(_CHUNK + _TAG_BYTES)
        self._open = b""
        self._number = 0
        self._ended = False

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill the buffer with what was sealed; 0 at its end."""
        while not self._open and not self._ended:
            self._take()
        count = min(len(buffer), len(self._open))
        buffer[:count] = self._open[:count]
        self._open = self._open[count:]
        return count

    def _take(self) -> None:
        sealed, self._next = self._next, self._source.read(_CHUNK + _TAG_BYTES)
        self._ended = not self._next
        nonce = _nonce(self._header[-_PREFIX_BYTES:], self._number, last=self._ended)
        try:
            self._open = self._cipher.decrypt(nonce, sealed, self._header)
        except InvalidTag as error:
            raise PassphraseError(
                "the passphrase is wrong, or the backup is damaged or cut off",
                hint="Check the file that holds the passphrase; if it is right, take an older backup.",
            ) from error
        self._number += 1


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + struct.pack(">IB", number, last)
