"""Vectors that were made once, kept in the agent's home.

Vectors of a person's texts are personal data: the file is readable by this user alone and goes with the home. Texts
are kept as digests, which nobody can read names from that they could not guess.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from pod_agent.storage import write_private

if TYPE_CHECKING:
    from pod_agent.embedding.embedder import Embedder

__all__ = ["MOST_KEPT", "KeptEmbedder"]

MOST_KEPT: Final = 10_000
"""Vectors in the file, 16 MB; those that were added first make room."""


class KeptEmbedder:
    """An embedder that asks ``maker`` only for texts it has no vector of, and keeps those in the file at ``path``.

    The file is a cache: a damaged one, or one of another model, counts as empty. Safe to share between threads; of two
    processes that add at once, one's vectors are kept.
    """

    def __init__(self, maker: Embedder, path: Path) -> None:
        self._maker = maker
        self._path = path
        self._lock = Lock()
        self._held: dict[bytes, NDArray[np.float32]] | None = None

    @property
    def name(self) -> str:
        """That of the model."""
        return self._maker.name

    @property
    def size(self) -> int:
        """That of the model."""
        return self._maker.size

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row of length 1 for each text, in their order, as the model would give them."""
        with self._lock:
            if self._held is None:
                self._held = self._read()
            held = self._held
            keys = [self._key(text) for text in texts]
            missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in held}
            if missing:
                held.update(zip(missing, self._maker.embed(list(missing.values())), strict=True))
            rows = np.array([held[key] for key in keys], dtype=np.float32).reshape(len(texts), self.size)
            if missing:
                for key in list(held)[: max(0, len(held) - MOST_KEPT)]:
                    del held[key]
                self._write(held)
        return rows

    def _key(self, text: str) -> bytes:
        return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16, key=self.name.encode()[:64]).digest()

    def _read(self) -> dict[bytes, NDArray[np.float32]]:
        try:
            with np.load(io.BytesIO(self._path.read_bytes()), allow_pickle=False) as kept:
                digests, vectors = kept["digests"], kept["vectors"]
                fits = str(kept["model"]) == self.name and vectors.shape == (len(digests), self.size)
                usable = fits and digests.shape == (len(digests), 16) and vectors.dtype == np.float32
        except (FileNotFoundError, BadZipFile, KeyError, ValueError, EOFError):
            return {}
        return {bytes(key): row for key, row in zip(digests, vectors, strict=True)} if usable else {}

    def _write(self, held: dict[bytes, NDArray[np.float32]]) -> None:
        digests = np.frombuffer(b"".join(held), dtype=np.uint8).reshape(len(held), 16)
        out = io.BytesIO()
        np.savez(out, model=np.array(self.name), digests=digests, vectors=np.array(list(held.values())))
        write_private(self._path, out.getvalue())
