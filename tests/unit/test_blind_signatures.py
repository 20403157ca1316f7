"""Blind signatures as RFC 9474 has them: another implementation's vectors, blindness, and what is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from tests.support.tokens import pooled_key
from vocab.blindrsa import blind, blind_sign, finalize, key_from_der, key_to_der, prepare, verify
from vocab.errors import VocabularyError

VECTORS = Path(__file__).parents[1] / "vectors" / "blindrsa" / "rsabssa-sha384-pss-randomized.json"
"""Made with the package @cloudflare/blindrsa-ts 0.4.4, whose own tests hold those of RFC 9474, appendix A."""

Vector = dict[str, bytes]


def vectors() -> list[Vector]:
    return [{name: bytes.fromhex(text) for name, text in one.items()} for one in json.loads(VECTORS.read_bytes())]


@pytest.mark.parametrize("vector", vectors(), ids=["48 bytes", "empty", "200 bytes"])
def test_every_step_comes_to_what_another_implementation_came_to(vector: Vector) -> None:
    private = load_der_private_key(vector["private_key"], password=None)
    assert isinstance(private, RSAPrivateKey)
    public = key_from_der(vector["public_key"])
    assert key_to_der(public) == key_to_der(private.public_key()) == vector["public_key"]
    prepared = prepare(vector["message"], vector["randomizer"])
    assert prepared == vector["randomizer"] + vector["message"]
    blinding = blind(public, prepared, salt=vector["salt"], inverse=int.from_bytes(vector["inverse"]))
    assert (blinding.blinded, blinding.inverse) == (vector["blinded"], vector["inverse"])
    assert blind_sign(private, vector["blinded"]) == vector["blind_signature"]
    assert finalize(public, prepared, vector["blind_signature"], vector["inverse"]) == vector["signature"]
    assert verify(public, prepared, vector["signature"])


def test_all_that_the_signer_saw_fits_every_signature_alike() -> None:
    """For each view and each signature there is exactly one blinding that leads from one to the other."""
    private = pooled_key(0)
    public, modulus = private.public_key(), private.public_key().public_numbers().n
    views, signed = [], []
    for number in range(3):
        prepared, salt = prepare(b"report %d" % number), os.urandom(48)
        blinding = blind(public, prepared, salt=salt)
        answer = blind_sign(private, blinding.blinded)
        views.append((blinding.blinded, answer))
        signed.append((prepared, salt, finalize(public, prepared, answer, blinding.inverse)))
    for blinded, answer in views:
        for prepared, salt, signature in signed:
            inverse = int.from_bytes(signature) * pow(int.from_bytes(answer), -1, modulus) % modulus
            explained = blind(public, prepared, salt=salt, inverse=inverse)
            assert explained.blinded == blinded
            assert finalize(public, prepared, answer, explained.inverse) == signature


def test_the_same_message_is_blinded_otherwise_each_time_and_signed_alike() -> None:
    private = pooled_key(0)
    prepared = prepare(b"one")
    first, second = (blind(private.public_key(), prepared) for _ in range(2))
    assert first.blinded != second.blinded
    assert blind_sign(private, first.blinded) == blind_sign(private, first.blinded)
    assert prepare(b"one") != prepared


def test_a_signature_holds_for_its_message_and_key_alone() -> None:
    private, other = pooled_key(0), pooled_key(1)
    prepared = prepare(b"one")
    blinding = blind(private.public_key(), prepared)
    signature = finalize(private.public_key(), prepared, blind_sign(private, blinding.blinded), blinding.inverse)
    assert verify(private.public_key(), prepared, signature)
    assert not verify(private.public_key(), prepare(b"one"), signature)
    assert not verify(other.public_key(), prepared, signature)
    for place in (0, 128, 255):
        changed = bytearray(signature)
        changed[place] ^= 1
        assert not verify(private.public_key(), prepared, bytes(changed))
    assert not verify(private.public_key(), prepared, signature[:-1])
    assert not verify(private.public_key(), prepared, bytes(256))


@pytest.mark.parametrize("kind", ["of another message", "of another key", "cut off", "zero", "not blinded back"])
def test_an_answer_that_gives_no_signature_is_noticed(kind: str) -> None:
    private = pooled_key(0)
    public, prepared = private.public_key(), prepare(b"one")
    blinding = blind(public, prepared)
    answers = {
        "of another message": lambda: blind_sign(private, blind(public, prepare(b"two")).blinded),
        "of another key": lambda: blind_sign(pooled_key(1), blinding.blinded[:-1] + b"\x01"),
        "cut off": lambda: blind_sign(private, blinding.blinded)[:-1],
        "zero": lambda: bytes(256),
        "not blinded back": lambda: blinding.blinded,
    }
    try:
        answer = answers[kind]()
    except VocabularyError:
        return  # the number is beyond the other key
    with pytest.raises(VocabularyError):
        finalize(public, prepared, answer, blinding.inverse)


@pytest.mark.parametrize("blinded", [bytes(256), b"\xff" * 256, bytes(255), bytes(257), b"", b"\x00" * 255])
def test_nothing_but_a_number_below_the_modulus_is_signed(blinded: bytes) -> None:
    with pytest.raises(VocabularyError, match="no blinded message"):
        blind_sign(pooled_key(0), blinded)


def test_only_rsa_keys_in_their_one_encoding_are_read() -> None:
    der = key_to_der(pooled_key(0).public_key())
    assert key_from_der(der).key_size == 2048
    three = generate_private_key(public_exponent=3, key_size=2048).public_key()
    edwards = Ed25519PrivateKey.generate().public_key()
    others = [three.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)]
    others.append(edwards.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    for wrong in [*others, der[:-1], der + b"\x00", b"", b"0\x82"]:
        with pytest.raises(VocabularyError):
            key_from_der(wrong)


def test_a_randomizer_has_32_bytes() -> None:
    for length in (0, 31, 33):
        with pytest.raises(VocabularyError):
            prepare(b"one", bytes(length))
