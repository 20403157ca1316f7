"""XofTurboShake128: streams of bytes and field elements from a seed (draft-irtf-cfrg-vdaf-18, section 6.2.1)."""

from __future__ import annotations

import numpy as np
from Crypto.Hash import TurboSHAKE128

from vocab.vdaf.field import Field, Vector

__all__ = ["SEED_BYTES", "XofTurboShake128"]

SEED_BYTES = 32
_DOMAIN = 1


class XofTurboShake128:
    """The stream for one seed, one domain separation tag and the parts of one binder."""

    def __init__(self, seed: bytes, tag: bytes, *binder: bytes) -> None:
        head = len(tag).to_bytes(2, "little") + tag + len(seed).to_bytes(1, "little") + seed
        self._hash = TurboSHAKE128.new(data=head + b"".join(binder), domain=_DOMAIN)

    def read(self, length: int) -> bytes:
        """The next ``length`` bytes."""
        raw: bytes = self._hash.read(length)
        return raw

    def seed(self) -> bytes:
        """The next ``SEED_BYTES`` bytes."""
        return self.read(SEED_BYTES)

    def vector(self, field: Field, length: int) -> Vector:
        """Uniform elements: words beyond the prime are skipped."""
        packed = field.words(self.read(field.size * length))
        while (beyond := field.beyond(packed)).any():
            more = self.read(field.size * int(beyond.sum()))
            packed = np.concatenate([packed[~beyond], field.words(more)])
        return Vector(field, packed)
