"""Sealing: what the helper alone may read, as it passes through the leader (HPKE, RFC 9180, base mode).

The suite is the post-quantum hybrid MLKEM768_X25519 with SHAKE256 and AES-256-GCM, because an upload recorded today
could be opened by a quantum computer later. The library has no argument for associated data, so what a sealed message
belongs to goes into ``info``. Base mode does not say who sealed.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from vocab.errors import InvalidShareError, VocabularyError

__all__ = ["PRIVATE_KEY_BYTES", "PUBLIC_KEY_BYTES", "SEAL_BYTES", "open_sealed", "public_key", "seal"]

SEAL_BYTES = 1120 + 16
"""What sealing adds: the encapsulated keys and the tag."""

_MLKEM_SEED, _MLKEM_PUBLIC, _X25519 = 64, 1184, 32
PRIVATE_KEY_BYTES = _MLKEM_SEED + _X25519
"""A private key is 96 uniform random bytes: the ML-KEM seed and the X25519 key."""
PUBLIC_KEY_BYTES = _MLKEM_PUBLIC + _X25519

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.SHAKE256, AEAD.AES_256_GCM)


def public_key(private_key: bytes) -> bytes:
    """The public key for ``PRIVATE_KEY_BYTES`` random bytes."""
    mlkem, x25519 = _halves(private_key)
    return mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()


def seal(plaintext: bytes, key: bytes, info: bytes) -> bytes:
    """Seal for the holder of a public key; each call gives other bytes of the same length.

    Raises VocabularyError if ``key`` is not a public key.
    """
    if len(key) != PUBLIC_KEY_BYTES:
        raise VocabularyError(f"a sealing key has {PUBLIC_KEY_BYTES} bytes, not {len(key)}")
    try:
        return _SUITE.encrypt(plaintext, _load_public(key), info=info)
    except ValueError as error:
        raise VocabularyError("the sealing key is not a valid key") from error


def open_sealed(sealed: bytes, private_key: bytes, info: bytes) -> bytes:
    """Open what was sealed for this key with the same ``info``; InvalidShareError otherwise."""
    try:
        return _SUITE.decrypt(sealed, _load_private(private_key), info=info)
    except (InvalidTag, ValueError) as error:
        raise InvalidShareError("the sealed share does not open") from error


@lru_cache(maxsize=8)  # loading a key takes longer than using it
def _load_public(key: bytes) -> MLKEM768X25519PublicKey:
    mlkem = MLKEM768PublicKey.from_public_bytes(key[:_MLKEM_PUBLIC])
    return MLKEM768X25519PublicKey(mlkem, X25519PublicKey.from_public_bytes(key[_MLKEM_PUBLIC:]))


@lru_cache(maxsize=2)
def _load_private(private_key: bytes) -> MLKEM768X25519PrivateKey:
    return MLKEM768X25519PrivateKey(*_halves(private_key))


def _halves(private_key: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    if len(private_key) != PRIVATE_KEY_BYTES:
        raise VocabularyError(f"a private sealing key has {PRIVATE_KEY_BYTES} bytes, not {len(private_key)}")
    return (
        MLKEM768PrivateKey.from_seed_bytes(private_key[:_MLKEM_SEED]),
        X25519PrivateKey.from_private_bytes(private_key[_MLKEM_SEED:]),
    )
