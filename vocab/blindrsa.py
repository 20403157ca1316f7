"""RSA blind signatures: RSABSSA-SHA384-PSS-Randomized (RFC 9474). The signer sees neither message nor signature.

    prepared = prepare(message)                                client
    blinding = blind(public, prepared)                         client, keeps ``blinding.inverse``
    answer = blind_sign(private, blinding.blinded)             signer
    signature = finalize(public, prepared, answer, blinding.inverse)   client
    verify(public, prepared, signature)                        anyone: an ordinary RSASSA-PSS signature

Checks and keys are ``cryptography``'s; blinding and the raw private operation, which no library offers, are written
here. Python's integers do not take constant time: the client's secrets serve once, and the signer hides what it raises
to its private exponent behind a fresh random factor (Kocher 1996) and checks the result before it answers.
"""

from __future__ import annotations

import hashlib
import math
import secrets
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPrivateNumbers, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from vocab.errors import VocabularyError

__all__ = [
    "PSS_PADDING",
    "RANDOMIZER_BYTES",
    "Blinding",
    "blind",
    "blind_sign",
    "finalize",
    "key_from_der",
    "key_to_der",
    "prepare",
    "verify",
]

RANDOMIZER_BYTES = 32
SALT_BYTES = 48
PSS_PADDING = PSS(mgf=MGF1(SHA384()), salt_length=SALT_BYTES)
"""The padding of the signatures, as ``cryptography`` takes it; the hash is SHA-384."""


@dataclass(frozen=True, slots=True)
class Blinding:
    """A blinded message for the signer, and what takes the blinding off its answer; both as long as the modulus."""

    blinded: bytes
    inverse: bytes = field(repr=False)


def prepare(message: bytes, randomizer: bytes | None = None) -> bytes:
    """The message behind a fresh 32-byte randomizer (RFC 9474, section 4.1: PrepareRandomize)."""
    randomizer = secrets.token_bytes(RANDOMIZER_BYTES) if randomizer is None else randomizer
    if len(randomizer) != RANDOMIZER_BYTES:
        raise VocabularyError(f"a randomizer has {RANDOMIZER_BYTES} bytes, not {len(randomizer)}")
    return randomizer + message


def blind(key: RSAPublicKey, prepared: bytes, *, salt: bytes | None = None, inverse: int | None = None) -> Blinding:
    """Blind a prepared message (section 4.2); ``salt`` and ``inverse`` are fresh and uniform unless given."""
    modulus, exponent = _numbers(key)
    encoded = _emsa_pss(prepared, secrets.token_bytes(SALT_BYTES) if salt is None else salt, key.key_size - 1)
    number = int.from_bytes(encoded)
    if math.gcd(number, modulus) != 1:
        raise VocabularyError("the message cannot be blinded under this key")
    inverse = _unit(modulus) if inverse is None else inverse
    try:
        factor = pow(inverse, -exponent, modulus)
    except ValueError as error:
        raise VocabularyError("the blinding has no inverse under this key") from error
    return Blinding(_bytes(key, number * factor % modulus), _bytes(key, inverse))


def blind_sign(key: RSAPrivateKey, blinded: bytes) -> bytes:
    """The signer's answer to a blinded message (section 4.3); VocabularyError for what is none under this key."""
    public = key.public_key()
    modulus, exponent = _numbers(public)
    number = int.from_bytes(blinded)
    if len(blinded) != _size(public) or not 0 < number < modulus:
        raise VocabularyError("this is no blinded message for this key")
    factor = _unit(modulus)
    hidden = number * pow(factor, exponent, modulus) % modulus
    signed = _private_power(key, hidden) * pow(factor, -1, modulus) % modulus
    if pow(signed, exponent, modulus) != number:  # an answer with a fault in one half would give the key away
        raise VocabularyError("signing failed")
    return _bytes(public, signed)


def finalize(key: RSAPublicKey, prepared: bytes, answer: bytes, inverse: bytes) -> bytes:
    """The signature on the prepared message (section 4.4); VocabularyError where the signer's answer gives none."""
    modulus, _ = _numbers(key)
    if not len(answer) == len(inverse) == _size(key):
        raise VocabularyError("the signer's answer has a wrong length")
    signature = _bytes(key, int.from_bytes(answer) * int.from_bytes(inverse) % modulus)
    if not verify(key, prepared, signature):
        raise VocabularyError("the signer's answer is no signature on this message")
    return signature


def verify(key: RSAPublicKey, prepared: bytes, signature: bytes) -> bool:
    """Whether this is a signature on the prepared message (section 4.5)."""
    try:
        key.verify(signature, prepared, PSS_PADDING, SHA384())
    except InvalidSignature:
        return False
    return True


def key_to_der(key: RSAPublicKey) -> bytes:
    """The public key as SubjectPublicKeyInfo."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@lru_cache(maxsize=256)
def key_from_der(der: bytes) -> RSAPublicKey:
    """Read a SubjectPublicKeyInfo; VocabularyError unless it is the one encoding of an RSA key with exponent 65537."""
    try:
        key = load_der_public_key(der)
    except Exception as error:  # the loader names its errors differently from version to version
        raise VocabularyError("a key cannot be read") from error
    if not isinstance(key, RSAPublicKey) or key.public_numbers().e != 65537 or key_to_der(key) != der:
        raise VocabularyError("a key is not an RSA key with exponent 65537 in its one encoding")
    return key


def _numbers(key: RSAPublicKey) -> tuple[int, int]:
    numbers = key.public_numbers()
    return numbers.n, numbers.e


def _size(key: RSAPublicKey) -> int:
    return -(-key.key_size // 8)


def _bytes(key: RSAPublicKey, number: int) -> bytes:
    return number.to_bytes(_size(key))


def _unit(modulus: int) -> int:
    """A uniform invertible number below the modulus."""
    while True:
        number = secrets.randbelow(modulus)
        if math.gcd(number, modulus) == 1:
            return number


def _private_power(key: RSAPrivateKey, number: int) -> int:
    """``number`` to the private exponent, by its remainders modulo both primes (RFC 8017, section 5.1.2)."""
    secret = _private_numbers(key)
    first = pow(number, secret.dmp1, secret.p)
    second = pow(number, secret.dmq1, secret.q)
    return second + secret.q * ((first - second) * secret.iqmp % secret.p)


@lru_cache(maxsize=256)  # reading them takes longer than using them
def _private_numbers(key: RSAPrivateKey) -> RSAPrivateNumbers:
    return key.private_numbers()


def _emsa_pss(message: bytes, salt: bytes, bits: int) -> bytes:
    """EMSA-PSS-ENCODE (RFC 8017, section 9.1.1) with SHA-384 and MGF1."""
    size = -(-bits // 8)
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = b"\x01" + salt
    room = size - len(digest) - 1
    if room < len(block) + 1:
        raise VocabularyError("the key is too short for these signatures")
    masked = int.from_bytes(block) ^ int.from_bytes(_mgf1(digest, room))
    masked &= (1 << (8 * room - (8 * size - bits))) - 1
    return masked.to_bytes(room) + digest + b"\xbc"


def _mgf1(seed: bytes, length: int) -> bytes:
    blocks = -(-length // hashlib.sha384().digest_size)
    return b"".join(hashlib.sha384(seed + count.to_bytes(4)).digest() for count in range(blocks))[:length]
