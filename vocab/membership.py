"""Taking part in training: what an agent shows to be let in, what it gets back, and how it leaves.

    PUT    nodes/{name}    Admission, Welcome     agent to leader, with an access token of the person's provider
    DELETE nodes/{name}    a signature            agent to leader

A node is named by the SHA-256 of its public key. The key is fresh, P-384 as Flower's node authentication wants it, and
for one business alone. Only its holder can make the signature that takes it out again.
"""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from msgspec import Meta, Struct

from vocab.errors import VocabularyError

__all__ = [
    "MAX_ADMISSION",
    "Admission",
    "Welcome",
    "decode_document",
    "encode_document",
    "node_name",
    "node_path",
    "public_pem",
    "sign_leave",
    "verify_leave",
]

MAX_ADMISSION = 65_536
"""Bytes of an admission or a welcome."""
LEAVE = b"pod-agent/1 leave"
ADDRESS = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):\d{1,5}")

Pem = Annotated[str, Meta(max_length=32_768)]


class Admission(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A node's public key (PEM), and the person's grant for training: signed Turtle, with the Multikey that signed.

    ``renewal`` is the event of the grant's last renewal, signed Turtle too, empty where there is none.
    """

    key: Pem
    grant: Annotated[str, Meta(max_length=40_000)]
    renewal: Annotated[str, Meta(max_length=10_000)] = ""
    grant_key: Annotated[str, Meta(max_length=200)]


class Welcome(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Where nodes connect (``host:port``), and the authority (PEM) that issued its certificate, empty: a known one."""

    address: Annotated[str, Meta(max_length=300)]
    authority: Pem = ""

    def check(self) -> None:
        """VocabularyError where the address is none."""
        if not ADDRESS.fullmatch(self.address):
            raise VocabularyError("the address of the training server is not host:port")


D = TypeVar("D", Admission, Welcome)


def encode_document(document: Admission | Welcome) -> bytes:
    """The document as JSON."""
    return msgspec.json.encode(document)


def decode_document(raw: bytes, kind: type[D]) -> D:
    """Read one; VocabularyError for anything else."""
    if len(raw) > MAX_ADMISSION:
        raise VocabularyError(f"the {kind.__name__} is too long")
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise VocabularyError(f"the {kind.__name__} cannot be read: {error}") from error


def public_pem(key: ec.EllipticCurvePublicKey) -> bytes:
    """The key's one byte form, from which it is named."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def node_name(key: bytes) -> bytes:
    """The name of the node with this public key (PEM); VocabularyError if it is not P-384 in its one form."""
    if public_pem(_loaded(key)) != key:
        raise VocabularyError("the node's key is not in its one form")
    return hashlib.sha256(key).digest()


def node_path(name: bytes) -> str:
    """Path of a node below the leader's address."""
    return f"nodes/{name.hex()}"


def sign_leave(name: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    """What takes the node of this key out."""
    return key.sign(LEAVE + name, ec.ECDSA(hashes.SHA384()))


def verify_leave(name: bytes, signature: bytes, key: bytes) -> None:
    """VocabularyError unless the holder of ``key`` (PEM) signed that this node leaves."""
    try:
        _loaded(key).verify(signature, LEAVE + name, ec.ECDSA(hashes.SHA384()))
    except InvalidSignature as error:
        raise VocabularyError("the node's key did not sign this") from error


def _loaded(key: bytes) -> ec.EllipticCurvePublicKey:
    try:
        found = load_pem_public_key(key)
    except ValueError as error:
        raise VocabularyError("the node's key cannot be read") from error
    if not isinstance(found, ec.EllipticCurvePublicKey) or not isinstance(found.curve, ec.SECP384R1):
        raise VocabularyError("a node's key is on the curve P-384")
    return found
