"""The issuer: a pod operator's server that signs one blind token for each of its people and each study.

A leader asks for a key before it publishes a study; the key and the digest of the roster become part of the manifest.
The issuer learns who takes part in which study, which it could also see in the pods that it hosts, and neither the
report nor the token. It persists before it answers: the same request gets the same answer, another one of the same
person none.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from flask import Flask, Response, request
from joserfc import jws
from joserfc.errors import JoseError
from msgspec import Struct

from aggregator.channel import check_signature
from aggregator.errors import NotAuthorisedError, NotOnRosterError, TokenTakenError, UnknownKeyError
from aggregator.issuing.config import IssuerConfig, read_members
from aggregator.solid_oidc import TokenCheck
from aggregator.store import Database, Rows
from aggregator.web import json_response, make_app, url_bytes
from vocab.blindrsa import blind_sign, key_to_der
from vocab.errors import VocabularyError
from vocab.tokens import BLINDED_BYTES, KEY_BITS, OPENING_BYTES, commitment, roster_bytes, roster_digest

__all__ = ["Issuer", "KeyOffer", "StudyToCome", "create_issuer_app"]

STUDY_BYTES = 16
KEY_NAME_BYTES = 32
PROOF_SECONDS = 600
"""How long a proof of a login is remembered; longer than one is fresh."""


class StudyToCome(Struct, frozen=True, forbid_unknown_fields=True):
    """What a leader says of the study that it wants a key for: when it closes, in seconds since 1970."""

    closes: int


class KeyOffer(Struct, frozen=True, forbid_unknown_fields=True):
    """The issuer's answer: what the manifest says of it (see ``vocab.study.TokenIssuer``)."""

    key: str
    roster: str
    people: int


def _new_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=KEY_BITS)


class Issuer:
    """The issuer's rules over its database in ``home``.

    ``clock`` gives seconds since 1970, ``new_key`` a key that was never used.

    Opening it, and every new study, erases the private keys of studies that are over and who had their tokens.
    """

    def __init__(
        self,
        home: Path,
        config: IssuerConfig,
        *,
        clock: Callable[[], float] = time.time,
        new_key: Callable[[], RSAPrivateKey] = _new_key,
    ) -> None:
        self.home = home
        self.config = config
        self.store = Database(home / "issuer.sqlite", "issuer.sql")
        self._clock = clock
        self._new_key = new_key
        self.erase_expired()

    def offer(self, study: bytes, closes: int) -> KeyOffer:
        """A key and a roster for a study to come; the same for the same study, whatever changed since."""
        known = self._offered(study)
        if known is not None:
            return known
        if closes <= self._clock():
            raise VocabularyError("the study is over already")
        self.erase_expired()
        private = self._new_key()
        public, openings = key_to_der(private.public_key()), secrets.token_bytes(OPENING_BYTES)
        members = read_members(self.home)
        if not members:
            raise VocabularyError("the issuer has no members yet")
        roster = roster_bytes({commitment(_opening(openings, webid), webid) for webid in members})
        der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        row = (hashlib.sha256(public).digest(), study, public, der, openings, roster, closes)
        with self.store.transaction() as rows:  # two at once: the first one's key holds for both
            rows.execute("INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (study) DO NOTHING", row)
        made = self._offered(study)
        assert made is not None  # noqa: S101 - it was inserted, or was there
        return made

    def roster(self, key: bytes) -> bytes:
        """The public roster that belongs to a key; UnknownKeyError."""
        with self.store.reading() as rows:
            found = rows.execute("SELECT roster FROM keys WHERE name = ?", (key,)).fetchone()
        if found is None:
            raise UnknownKeyError("no key has this name")
        return bytes(found[0])

    def sign(self, key: bytes, webid: str, blinded: bytes, proof: bytes) -> bytes:
        """The answer to a person's one request under this key: the blind signature, and what opens their roster line.

        ``proof`` is the login's proof, which counts once. NotOnRosterError for somebody else, TokenTakenError where the
        person asked before with another blinded message, NotAuthorisedError for a proof that was used.
        """
        private, openings, roster = self._open_key(key)
        opening = _opening(openings, webid)
        person = commitment(opening, webid)
        if person not in {roster[start : start + len(person)] for start in range(0, len(roster), len(person))}:
            raise NotOnRosterError("the roster of this study does not name the person")
        signed = blind_sign(private, blinded)
        with self.store.transaction() as rows:
            self._use(rows, proof)
            row = (key, person, blinded, signed)
            rows.execute("INSERT INTO tokens VALUES (?, ?, ?, ?) ON CONFLICT (key, person) DO NOTHING", row)
            query = "SELECT blinded, answer FROM tokens WHERE key = ? AND person = ?"
            first, answer = rows.execute(query, (key, person)).fetchone()
        if first != blinded:
            raise TokenTakenError("the person's token for this study was given to another request")
        return bytes(answer) + opening

    def erase_expired(self) -> None:
        """Erase private keys and openings of studies that are over, and who asked for their tokens."""
        now = int(self._clock())
        with self.store.transaction() as rows:
            rows.execute("DELETE FROM tokens WHERE key IN (SELECT name FROM keys WHERE closes <= ?)", (now,))
            rows.execute("UPDATE keys SET private = NULL, openings = NULL WHERE closes <= ?", (now,))
            rows.execute("DELETE FROM proofs WHERE until <= ?", (now,))

    def close(self) -> None:
        """Close the database."""
        self.store.close()

    def _offered(self, study: bytes) -> KeyOffer | None:
        with self.store.reading() as rows:
            found = rows.execute("SELECT public, roster FROM keys WHERE study = ?", (study,)).fetchone()
        if found is None:
            return None
        public, roster = found
        return KeyOffer(public.hex(), roster_digest(roster), len(roster) // len(commitment(bytes(OPENING_BYTES), "")))

    def _open_key(self, key: bytes) -> tuple[RSAPrivateKey, bytes, bytes]:
        with self.store.reading() as rows:
            query = "SELECT private, openings, roster, closes FROM keys WHERE name = ?"
            found = rows.execute(query, (key,)).fetchone()
        if found is None:
            raise UnknownKeyError("no key has this name")
        private, openings, roster, closes = found
        if private is None or closes <= self._clock():
            raise UnknownKeyError("the study of this key is over", hint="Nothing is signed for it any more.")
        return _private_key(private), openings, roster

    def _use(self, rows: Rows, proof: bytes) -> None:
        row = (hashlib.sha256(proof).digest(), int(self._clock()) + PROOF_SECONDS)
        if not rows.execute("INSERT INTO proofs VALUES (?, ?) ON CONFLICT (digest) DO NOTHING", row).rowcount:
            raise NotAuthorisedError("the proof of the token's key was used before")


def create_issuer_app(issuer: Issuer, logins: TokenCheck | None = None) -> Flask:
    """The issuer's HTTP interface: keys for its leaders, rosters for everybody, tokens for its people.

    ``logins`` checks access tokens; one for the issuer's address if not given.
    """
    app, config = make_app("issuer"), issuer.config
    check = logins or TokenCheck(config.url, providers=config.providers)

    @app.put("/studies/<study>")
    def offer(study: str) -> Response:
        body = request.get_data()
        _check_leader(config, request.headers.get("Authorization"), request.path.lstrip("/"), body)
        try:
            asked = msgspec.json.decode(body, type=StudyToCome)
        except msgspec.MsgspecError as error:
            raise VocabularyError("a leader says when the study closes, and nothing else") from error
        return json_response(msgspec.json.encode(issuer.offer(url_bytes(study, STUDY_BYTES), asked.closes)))

    @app.get("/keys/<key>/roster")
    def roster(key: str) -> Response:
        return _binary(issuer.roster(url_bytes(key, KEY_NAME_BYTES)))

    @app.put("/keys/<key>/tokens")
    def token(key: str) -> Response:
        name, blinded = url_bytes(key, KEY_NAME_BYTES), request.get_data()
        if len(blinded) != BLINDED_BYTES:
            raise VocabularyError(f"a blinded message has {BLINDED_BYTES} bytes")
        authorization, proof = request.headers.get("Authorization"), request.headers.get("DPoP")
        _check_provider(config, authorization)
        webid = check.webid(request.method, request.path.lstrip("/"), authorization, proof)
        return _binary(issuer.sign(name, webid, blinded, (proof or "").encode()))

    return app


def _check_leader(config: IssuerConfig, header: str | None, path: str, body: bytes) -> None:
    for key in config.leaders.values():
        try:
            check_signature(header, bytes.fromhex(key), "PUT", path, body)
        except NotAuthorisedError:
            continue
        return
    raise NotAuthorisedError("the request is not signed by one of the issuer's leaders")


def _check_provider(config: IssuerConfig, authorization: str | None) -> None:
    """Turn away logins of others' providers before anything is fetched; whether the claim is true is checked later."""
    try:
        claims = msgspec.json.decode(jws.extract_compact((authorization or "").partition(" ")[2].encode()).payload)
        provider = str(claims["iss"])
    except (JoseError, msgspec.MsgspecError, ValueError, LookupError, TypeError) as error:
        raise NotAuthorisedError("the request has no token of an identity provider", hint=_HINT) from error
    if provider.rstrip("/") not in {trusted.rstrip("/") for trusted in config.providers}:
        raise NotAuthorisedError("the login is not of an identity provider of this operator", hint=_HINT)


_HINT = "Log in with the identity provider that belongs to your pod."


def _opening(secret: bytes, webid: str) -> bytes:
    """What opens this person's line, and nobody else's."""
    return hmac.digest(secret, b"pod-agent/1 opening" + webid.encode(), "sha256")


@lru_cache(maxsize=64)  # reading a key takes longer than using it
def _private_key(der: bytes) -> RSAPrivateKey:
    key = load_der_private_key(der, password=None)
    assert isinstance(key, RSAPrivateKey)  # noqa: S101 - made by offer
    return key


def _binary(body: bytes) -> Response:
    return Response(body, 200, content_type="application/octet-stream")
