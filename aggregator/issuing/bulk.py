"""Made-up issuers for simulations and benchmarks: tokens by the thousand, nobody asked for a login.

Whoever holds an issuer's private key need not blind: signing directly gives tokens of exactly the same distribution,
several times as fast as a signature on a blinded message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import repeat

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from vocab.blindrsa import PSS_PADDING, key_to_der, prepare
from vocab.study import MIN_ISSUERS, Study, TokenIssuer
from vocab.tokens import KEY_BITS, make_token, roster_bytes, roster_digest, token_message
from vocab.vdaf.encoding import report_id

__all__ = ["MadeUpIssuers", "made_up_roster", "make_issuers"]

MADE_TOGETHER = 64
"""Tokens in one call to another process."""


@dataclass(frozen=True, slots=True)
class MadeUpIssuers:
    """Issuers whose private keys are at hand (PKCS #8, DER); they can be sent to other processes."""

    issuers: tuple[TokenIssuer, ...]
    private_keys: tuple[bytes, ...] = field(repr=False)

    def token(self, study: Study, secret: bytes, issuer: int = 0) -> bytes:
        """A token of this issuer for the report that is made with ``secret``."""
        prepared = prepare(token_message(study.task_id, report_id(secret)))
        signature = _private_key(self.private_keys[issuer]).sign(prepared, PSS_PADDING, SHA384())
        return make_token(issuer, prepared, signature)

    def tokens(self, study: Study, secrets: Sequence[bytes], executor: Executor | None = None) -> list[bytes]:
        """A token for each of these reports, the issuers in turn; made in the executor's processes if one is given."""
        lots = [(start, secrets[start : start + MADE_TOGETHER]) for start in range(0, len(secrets), MADE_TOGETHER)]
        run = map if executor is None else executor.map
        made = run(_lot, repeat(self), repeat(study), lots)
        return [token for lot in made for token in lot]


def make_issuers(people: int, *, count: int = MIN_ISSUERS) -> MadeUpIssuers:
    """Issuers with fresh keys that share so many made-up people evenly; about 0.2 s of CPU for each."""
    keys = [generate_private_key(public_exponent=65537, key_size=KEY_BITS) for _ in range(count)]
    shares = [max(1, len(range(number, people, count))) for number in range(count)]
    issuers = tuple(
        TokenIssuer(
            url=f"https://issuer{number}.example/",
            key=key_to_der(key.public_key()).hex(),
            roster=roster_digest(made_up_roster(number, share)),
            people=share,
        )
        for number, (key, share) in enumerate(zip(keys, shares, strict=True))
    )
    return MadeUpIssuers(
        issuers, tuple(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()) for key in keys)
    )


def made_up_roster(issuer: int, people: int) -> bytes:
    """The roster of the made-up issuer of this number."""
    return roster_bytes({hashlib.sha256(b"nobody %d %d" % (issuer, person)).digest() for person in range(people)})


def _lot(made: MadeUpIssuers, study: Study, lot: tuple[int, Sequence[bytes]]) -> list[bytes]:
    start, secrets = lot
    return [made.token(study, secret, number % len(made.issuers)) for number, secret in enumerate(secrets, start=start)]


@lru_cache(maxsize=16)
def _private_key(der: bytes) -> RSAPrivateKey:
    key = load_der_private_key(der, password=None)
    assert isinstance(key, RSAPrivateKey)  # noqa: S101 - made above
    return key
