"""Tokens: proof that a report comes from one person of a roster, and from nobody in particular.

A token is a blind signature (``vocab.blindrsa``) by a pod operator on the task id and the id of one report. So it fits
no other study and no other report, and a second use is a second report of the same id, which is refused as such. The
operator knows who asked and sees neither message nor signature; the helper sees both and does not know who asked.

    token = issuer number (1) | message randomizer (32) | signature (256)

A roster is the sorted list of one commitment for each person. Its digest stands in the manifest before anybody
uploads. A commitment opens with 32 bytes that only the person gets, so nobody else can tell who is on it.
"""

from __future__ import annotations

import hashlib
import hmac
from itertools import pairwise

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from vocab.blindrsa import RANDOMIZER_BYTES, key_from_der, verify
from vocab.errors import InvalidTokenError, VocabularyError
from vocab.study import MIN_ISSUERS, Study, TokenIssuer
from vocab.vdaf.encoding import TOKEN_BYTES
from vocab.vdaf.prio3 import NONCE_BYTES

__all__ = [
    "BLINDED_BYTES",
    "COMMITMENT_BYTES",
    "KEY_BITS",
    "OPENING_BYTES",
    "check_token",
    "commitment",
    "issuer_key",
    "issuers_problem",
    "key_name",
    "make_token",
    "roster_bytes",
    "roster_digest",
    "roster_lines",
    "roster_path",
    "token_message",
    "token_path",
]

KEY_BITS = 2048
BLINDED_BYTES = KEY_BITS // 8
"""Length of a blinded message and of a signature."""
OPENING_BYTES = 32
COMMITMENT_BYTES = 32
TASK_BYTES = 32


def token_message(task: bytes, report: bytes) -> bytes:
    """What a token signs: the task id (32 bytes) and the report id (16)."""
    if (len(task), len(report)) != (TASK_BYTES, NONCE_BYTES):
        raise VocabularyError("a token is for one task and one report")
    return task + report


def make_token(issuer: int, prepared: bytes, signature: bytes) -> bytes:
    """The bytes of a token: ``issuer`` is its number in the study, ``prepared`` what was signed."""
    token = bytes([issuer]) + prepared[:RANDOMIZER_BYTES] + signature
    if len(token) != TOKEN_BYTES:
        raise VocabularyError(f"a token has {TOKEN_BYTES} bytes, not {len(token)}")
    return token


def check_token(study: Study, report: bytes, token: bytes) -> int:
    """The number of the issuer that signed this token for this report; InvalidTokenError for any other."""
    number = token[0] if len(token) == TOKEN_BYTES else len(study.issuers)
    if number >= len(study.issuers):
        raise InvalidTokenError("the token names no issuer of the study")
    prepared = token[1 : 1 + RANDOMIZER_BYTES] + token_message(study.task_id, report)
    if not verify(issuer_key(study.issuers[number]), prepared, token[1 + RANDOMIZER_BYTES :]):
        raise InvalidTokenError("the token is not signed for this report")
    return number


def issuer_key(issuer: TokenIssuer) -> RSAPublicKey:
    """The key that an issuer made for one study; VocabularyError unless it is RSA with 2048 bits."""
    key = key_from_der(bytes.fromhex(issuer.key))
    if key.key_size != KEY_BITS:
        raise VocabularyError(f"an issuer's key has {KEY_BITS} bits, not {key.key_size}")
    return key


def key_name(issuer: TokenIssuer) -> str:
    """The name of an issuer's key in its addresses: SHA-256 of the key, hexadecimal."""
    return hashlib.sha256(bytes.fromhex(issuer.key)).hexdigest()


def roster_path(issuer: TokenIssuer) -> str:
    """Where the roster is shown to everybody (GET), below the issuer's address."""
    return f"keys/{key_name(issuer)}/roster"


def token_path(issuer: TokenIssuer) -> str:
    """Where a person asks for their blind signature (PUT, with a login), below the issuer's address.

    The body is the blinded message, the answer the signature on it and the opening of the person's roster line.
    """
    return f"keys/{key_name(issuer)}/tokens"


def issuers_problem(study: Study) -> str | None:
    """Why the study's issuers do not vouch for its people, or None; only made-up people need none.

    Whether the issuers are independent of one another is for the agent and the helper's operator to judge.
    """
    issuers = study.issuers
    if not issuers and study.demo:
        return None
    if len(issuers) < MIN_ISSUERS:
        return f"the study has {len(issuers)} issuers of tokens, of at least {MIN_ISSUERS}"
    if 2 * max(issuer.people for issuer in issuers) > sum(issuer.people for issuer in issuers):
        return "one issuer vouches for more than half of the study's people"
    if len({issuer.key for issuer in issuers}) != len(issuers):
        return "two issuers of the study have one key"
    try:
        for issuer in issuers:
            issuer_key(issuer)
    except VocabularyError as error:
        return str(error)
    return None


def commitment(opening: bytes, webid: str) -> bytes:
    """The line of a roster for one person."""
    if len(opening) != OPENING_BYTES:
        raise VocabularyError(f"the opening of a commitment has {OPENING_BYTES} bytes, not {len(opening)}")
    return hmac.digest(opening, b"pod-agent/1 roster" + webid.encode(), "sha256")


def roster_bytes(commitments: set[bytes]) -> bytes:
    """A roster's one byte form: its commitments in ascending order."""
    return b"".join(sorted(commitments))


def roster_digest(roster: bytes) -> str:
    """What a manifest says of a roster: SHA-256, hexadecimal."""
    return hashlib.sha256(roster).hexdigest()


def roster_lines(issuer: TokenIssuer, roster: bytes) -> frozenset[bytes]:
    """The commitments of an issuer's roster; VocabularyError where it is not the roster that the manifest names."""
    lines = [roster[start : start + COMMITMENT_BYTES] for start in range(0, len(roster), COMMITMENT_BYTES)]
    if roster_digest(roster) != issuer.roster or len(roster) != COMMITMENT_BYTES * issuer.people:
        raise VocabularyError("the roster is not the one that the study names")
    if any(one >= following for one, following in pairwise(lines)):
        raise VocabularyError("the roster is not in order, or names somebody twice")
    return frozenset(lines)
