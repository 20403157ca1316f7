"""Canonical form and signatures of consent documents: VC Data Integrity with Ed25519.

Documents in RDF are signed after ``eddsa-rdfc-2022``, JSON manifests after ``eddsa-jcs-2022`` (W3C, *Data Integrity
EdDSA Cryptosuites 1.0*): the signature covers SHA-256 of the proof's own terms, then SHA-256 of the document.

Signed documents hold no blank nodes and at most 500 statements. Then the canonical form of RDFC-1.0 is the sorted
N-Quads, and a stranger's document cannot make canonicalisation run for minutes. Everything stays in pyoxigraph:
rdflib rewrites literals on parsing, which breaks signatures.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

from consent.errors import BadSignatureError
from consent.terms import (
    CRYPTOSUITE_STRING,
    DATE_TIME,
    DCT,
    MULTIBASE,
    PREFIXES,
    SEC,
    TYPE,
)
from vocab.decoding import canonical_json
from vocab.errors import VocabularyError
from vocab.times import utc_text

__all__ = [
    "MAX_STATEMENTS",
    "SignedGraph",
    "Signer",
    "canonical",
    "digest",
    "is_whole",
    "key_name",
    "read_graph",
    "sign_graph",
    "sign_json",
    "verify_json",
]

MAX_STATEMENTS = 500
MAX_BYTES = 10_000_000
MAX_PROOF = 2_000
PROOF = NamedNode(SEC + "proof")
PROOF_VALUE = NamedNode(SEC + "proofValue")
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ED25519_PREFIX = b"\xed\x01"


class Signer(Protocol):
    """Holds an Ed25519 private key; the agent and the aggregator each hand in their own."""

    @property
    def public_key(self) -> bytes:
        """The public key, 32 bytes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes."""
        ...


@dataclass(frozen=True, slots=True)
class SignedGraph:
    """A document whose signature holds: its statements without the proof, and who signed."""

    statements: frozenset[Triple]
    key: str

    @property
    def digest(self) -> str:
        """``sha-256:`` and the hexadecimal digest of the canonical form, proof left out."""
        return digest(canonical(self.statements))


def canonical(statements: Iterable[Triple]) -> bytes:
    """Sorted N-Quads; BadSignatureError where there is a blank node or more than 500 statements."""
    unique = set(statements)
    if len(unique) > MAX_STATEMENTS:
        raise BadSignatureError("the document has too many statements to be one of ours")
    if any(isinstance(term, BlankNode) for triple in unique for term in (triple.subject, triple.object)):
        raise BadSignatureError("the document has blank nodes, which signed documents must not have")
    lines = [serialize([triple], format=RdfFormat.N_TRIPLES) or b"" for triple in unique]
    return b"".join(sorted(lines))


def digest(content: bytes) -> str:
    """``sha-256:`` and the digest in hexadecimal."""
    return "sha-256:" + hashlib.sha256(content).hexdigest()


def key_name(public_key: bytes) -> str:
    """The key as a Multikey, ``z6Mk...``: base58btc of the Ed25519 prefix and its 32 bytes."""
    return "z" + _base58(ED25519_PREFIX + public_key)


def sign_graph(statements: Iterable[Triple], about: str, signer: Signer, created: datetime) -> bytes:
    """Turtle of the statements and of a proof node ``<base>#proof`` that ``about`` points to; deterministic bytes."""
    document = frozenset(statements)
    name = key_name(signer.public_key)
    proof = NamedNode(about.partition("#")[0] + "#proof")
    config = [
        Triple(proof, NamedNode(TYPE), NamedNode(SEC + "DataIntegrityProof")),
        Triple(
            proof,
            NamedNode(SEC + "cryptosuite"),
            Literal("eddsa-rdfc-2022", datatype=NamedNode(CRYPTOSUITE_STRING)),
        ),
        Triple(proof, NamedNode(DCT + "created"), Literal(utc_text(created), datatype=NamedNode(DATE_TIME))),
        Triple(proof, NamedNode(SEC + "proofPurpose"), NamedNode(SEC + "assertionMethod")),
        Triple(proof, NamedNode(SEC + "verificationMethod"), NamedNode(f"did:key:{name}#{name}")),
    ]
    value = "z" + _base58(signer.sign(_hashes(canonical(config), canonical(document))))
    whole = [
        *document,
        Triple(NamedNode(about), PROOF, proof),
        *config,
        Triple(proof, PROOF_VALUE, Literal(value, datatype=NamedNode(MULTIBASE))),
    ]
    whole.sort(key=_order)
    return _turtle(whole)


def read_graph(content: bytes, key: str) -> SignedGraph:
    """The document's statements, if ``key`` (a Multikey) signed exactly them; else BadSignatureError."""
    statements = _parse(content)
    links = [triple for triple in statements if triple.predicate == PROOF]
    if len(links) != 1:
        raise BadSignatureError("the document does not have exactly one signature")
    proof = links[0].object
    config = [triple for triple in statements if triple.subject == proof and triple.predicate != PROOF_VALUE]
    values = [triple.object for triple in statements if triple.subject == proof and triple.predicate == PROOF_VALUE]
    document = frozenset(triple for triple in statements if triple.subject != proof and triple.predicate != PROOF)
    method = NamedNode(f"did:key:{key}#{key}")
    if Triple(_named(proof), NamedNode(SEC + "verificationMethod"), method) not in config:
        raise BadSignatureError("the document is signed by another key")
    if len(values) != 1 or not isinstance(values[0], Literal):
        raise BadSignatureError
    _verify(key, values[0].value, _hashes(canonical(config), canonical(document)))
    return SignedGraph(document, key)


def is_whole(content: bytes) -> bool:
    """Whether a signed document goes on to its end; a server that died while it wrote keeps the beginning alone.

    Says nothing of who signed it: that is for ``read_graph``.
    """
    return b"sec:proofValue" in content and content.endswith(b" .\n")


def sign_json(document: Mapping[str, Any], signer: Signer, created: datetime) -> str:
    """The proof of a JSON document: one line of canonical JSON that travels beside it."""
    name = key_name(signer.public_key)
    config = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": utc_text(created),
        "verificationMethod": f"did:key:{name}#{name}",
        "proofPurpose": "assertionMethod",
    }
    signature = signer.sign(_hashes(canonical_json(config), canonical_json(document)))
    return canonical_json({**config, "proofValue": "z" + _base58(signature)}).decode()


def verify_json(document: Mapping[str, Any], proof: str) -> str:
    """The Multikey that signed exactly this JSON document; BadSignatureError if the proof fails."""
    try:
        config = json.loads(proof[:MAX_PROOF])
        value, method = config.pop("proofValue"), str(config["verificationMethod"])
        key = method.partition("#")[2]
        message = _hashes(canonical_json(config), canonical_json(document))
        known = config["cryptosuite"] == "eddsa-jcs-2022" and method == f"did:key:{key}#{key}"
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, VocabularyError) as error:
        raise BadSignatureError("the signature cannot be read") from error
    if not known or not isinstance(value, str):
        raise BadSignatureError("the signature is of a kind that is not known here")
    _verify(key, value, message)
    return key


def _hashes(config: bytes, document: bytes) -> bytes:
    return hashlib.sha256(config).digest() + hashlib.sha256(document).digest()


def _verify(key: str, value: str, message: bytes) -> None:
    raw = _unbase58(key.removeprefix("z"))
    if not key.startswith("z") or not value.startswith("z") or raw[:2] != ED25519_PREFIX or len(raw) != 34:
        raise BadSignatureError("the signature names no Ed25519 key")
    try:
        Ed25519PublicKey.from_public_bytes(raw[2:]).verify(_unbase58(value[1:]), message)
    except InvalidSignature as error:
        raise BadSignatureError from error


def _turtle(statements: Iterable[Triple]) -> bytes:
    """Turtle with the prefixes it uses, in order; the serializer alone writes them all, in any order."""
    text = (serialize(statements, format=RdfFormat.TURTLE, prefixes=PREFIXES) or b"").decode()
    lines = text.splitlines(keepends=True)
    body = "".join(lines[len(PREFIXES) :])
    header = [f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in sorted(PREFIXES) if f"{name}:" in body]
    return ("".join(header) + body).encode()


def _parse(content: bytes) -> list[Triple]:
    if len(content) > MAX_BYTES:
        raise BadSignatureError("the document is too large to be one of ours")
    try:
        quads = list(parse(content, format=RdfFormat.TURTLE))
    except (SyntaxError, ValueError) as error:
        raise BadSignatureError("the document is not readable Turtle") from error
    return [quad.triple for quad in quads]


def _named(term: object) -> NamedNode:
    if not isinstance(term, NamedNode):
        raise BadSignatureError("the document's proof has no name")
    return term


def _order(triple: Triple) -> tuple[str, bool, str, str]:
    return str(triple.subject), str(triple.predicate) != f"<{TYPE}>", str(triple.predicate), str(triple.object)


def _base58(content: bytes) -> str:
    number, text = int.from_bytes(content, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = ALPHABET[digit] + text
    return "1" * (len(content) - len(content.lstrip(b"\0"))) + text


def _unbase58(text: str) -> bytes:
    number = 0
    for letter in text[:128]:
        place = ALPHABET.find(letter)
        if place < 0:
            raise BadSignatureError("the signature is not base58")
        number = number * 58 + place
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
