"""The agent's blind tokens: one for each study, from the operator of the person's own pod.

What undoes the blinding is on disk before anything is asked, and a token is kept until its study is over: after a crash
the same request is made again, which the issuer answers alike, since it gives each person one token and no second.
The operator learns that the person takes part in a study, and from nothing it sees which report is theirs.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from consent.errors import InvalidStudyError
from pod_agent.config import Settings
from pod_agent.errors import LocalStateError, NoIssuerError, ServerUnreachableError, TokenRefusedError
from pod_agent.federation.hosts import server_of
from pod_agent.federation.stores import LocalMarks
from pod_agent.pods.login.auth import ClientCredentials, DPoPAuth
from pod_agent.pods.login.secrets import SecretStore, system_keyring
from pod_agent.pods.opening import EMBEDDED
from pod_agent.storage import make_private_folder, remove_private, write_private
from vocab.blindrsa import blind, finalize, prepare
from vocab.errors import VocabularyError
from vocab.study import Study, TokenIssuer
from vocab.tokens import (
    BLINDED_BYTES,
    COMMITMENT_BYTES,
    OPENING_BYTES,
    commitment,
    issuer_key,
    make_token,
    roster_lines,
    roster_path,
    token_message,
    token_path,
)
from vocab.vdaf.encoding import SECRET_BYTES, report_id

__all__ = ["IssuerLogin", "Ticket", "Tokens"]

ATTEMPTS = 3
HEAD_BYTES = 10_000
NO_SECRET = "made up"  # noqa: S105 - of made-up people


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a report is made with: its secret, and the token for its id; the token is empty where a study has none."""

    secret: bytes = field(repr=False)
    token: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class IssuerLogin:
    """How to ask the operator of the person's pod.

    ``provider`` is the person's identity provider and ``auth`` the login with it. ``issuer`` is the address of the
    operator's issuer, empty where it lies with the provider.
    """

    provider: str
    auth: httpx.Auth | None
    issuer: str = ""

    @classmethod
    def of(cls, auth: DPoPAuth | None = None, issuer: str = "") -> IssuerLogin:
        """From a login to a Solid server; None for a person who has none."""
        return cls(auth.login.issuer if auth is not None else "", auth, issuer)

    @classmethod
    def kept(cls, home: Path, settings: Settings) -> IssuerLogin:
        """The login that this home keeps for its WebID, which is what its pod is opened with too.

        A made-up person has no secret from their made-up operator.
        """
        if settings.simulated == "yes" and settings.issuer:
            made_up = ClientCredentials(issuer=settings.issuer, client_id=settings.webid, client_secret=NO_SECRET)
            return cls.of(DPoPAuth(made_up))
        store = SecretStore(home, None if settings.pod == EMBEDDED else system_keyring())
        login = store.find(settings.webid) if settings.webid else None
        if login is None:
            return cls.of()
        return cls.of(DPoPAuth(login, keeper=store.kept(settings.webid)), settings.token_issuer)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A token that is being asked for, or, once ``signature`` is not empty, is there."""

    secret: bytes
    prepared: bytes
    blinded: bytes
    inverse: bytes
    signature: bytes = b""


class Tokens:
    """The tokens of one person, kept in ``folder``; ``login`` is asked for only when a study needs it."""

    def __init__(self, folder: Path, *, webid: str, login: Callable[[], IssuerLogin], client: httpx.Client) -> None:
        self._folder = make_private_folder(folder)
        self._lock = LocalMarks(folder / "asking")
        self._webid = webid
        self._login = login
        self._client = client

    def take(self, study: Study) -> Ticket:
        """The secret and the token of this person's one report to a study.

        NoIssuerError where the operator of the person's pod is none of the study's issuers; InvalidStudyError where the
        roster is not the one that the study names, or does not name the person; TokenRefusedError where the operator
        gives no token, ServerUnreachableError where it does not answer.
        """
        if not study.issuers:
            return Ticket(os.urandom(SECRET_BYTES), b"")
        with self._lock.exclusive():
            login = self._login()
            number = _own_issuer(study, login)
            asked = self._asked(study, number)
            if not asked.signature:
                asked = self._ask(study, study.issuers[number], asked, login)
        return Ticket(asked.secret, make_token(number, asked.prepared, asked.signature))

    def forget_closed(self, now: datetime) -> None:
        """Remove the tokens of studies that are over; what cannot be read stays."""
        for path in self._folder.iterdir():
            with contextlib.suppress(OSError, ValueError, LookupError, TypeError):
                if json.loads(path.read_bytes()[:HEAD_BYTES])["closes"] < now.timestamp():
                    remove_private(path)

    def _asked(self, study: Study, number: int) -> _Asked:
        """What was asked for this study before, or a new request, on disk when this returns."""
        path = self._folder / study.task_id.hex()
        if path.exists():
            try:
                return _read(json.loads(path.read_bytes()))
            except (ValueError, LookupError, TypeError) as error:
                raise LocalStateError(f"{path} cannot be read", hint="The study stays unanswered.") from error
        secret = os.urandom(SECRET_BYTES)
        prepared = prepare(token_message(study.task_id, report_id(secret)))
        blinding = blind(issuer_key(study.issuers[number]), prepared)
        asked = _Asked(secret=secret, prepared=prepared, blinded=blinding.blinded, inverse=blinding.inverse)
        self._keep(study, asked)
        return asked

    def _ask(self, study: Study, issuer: TokenIssuer, asked: _Asked, login: IssuerLogin) -> _Asked:
        lines = self._roster(issuer)
        answer = self._send(
            "PUT", issuer.url + token_path(issuer), BLINDED_BYTES + OPENING_BYTES, asked.blinded, login.auth
        )
        if len(answer) != BLINDED_BYTES + OPENING_BYTES:
            raise TokenRefusedError("the operator of your pod answered with something that is no token")
        signature, opening = answer[:BLINDED_BYTES], answer[BLINDED_BYTES:]
        try:
            final = finalize(issuer_key(issuer), asked.prepared, signature, asked.inverse)
        except VocabularyError as error:
            raise TokenRefusedError("the operator of your pod answered with something that is no token") from error
        if commitment(opening, self._webid) not in lines:
            raise InvalidStudyError("the roster that the study names does not name you")
        done = replace(asked, signature=final)
        self._keep(study, done)
        return done

    def _roster(self, issuer: TokenIssuer) -> frozenset[bytes]:
        raw = self._send("GET", issuer.url + roster_path(issuer), COMMITMENT_BYTES * issuer.people)
        try:
            return roster_lines(issuer, raw)
        except VocabularyError as error:
            raise InvalidStudyError(str(error)) from error

    def _send(
        self, method: str, address: str, expected: int, body: bytes | None = None, auth: httpx.Auth | None = None
    ) -> bytes:
        """The body of a good answer, which has so many bytes; a login goes with it only where one is given."""
        for _ in range(ATTEMPTS):
            try:
                with self._client.stream(method, address, content=body, auth=auth) as answer:
                    if answer.status_code == httpx.codes.OK:
                        return _body(answer, expected)
                    refusal = _code(_body(answer, HEAD_BYTES))
            except httpx.TransportError:
                continue
            if answer.status_code < 500:
                raise TokenRefusedError(f"the operator of your pod gave no token ({refusal or answer.status_code})")
        raise ServerUnreachableError(
            "the operator of your pod does not answer", hint="Nothing was allowed or sent; try again later."
        )

    def _keep(self, study: Study, asked: _Asked) -> None:
        values = {"closes": int(study.closes.timestamp())}
        fields = {name: getattr(asked, name).hex() for name in _FIELDS}
        write_private(self._folder / study.task_id.hex(), json.dumps({**values, **fields}).encode())


_FIELDS = ("secret", "prepared", "blinded", "inverse", "signature")


def _read(values: Any) -> _Asked:
    return _Asked(**{name: bytes.fromhex(values[name]) for name in _FIELDS})


def _own_issuer(study: Study, login: IssuerLogin) -> int:
    """The number of the issuer that the person's own operator runs: a login goes to nobody else."""
    if login.issuer:
        found = [number for number, issuer in enumerate(study.issuers) if issuer.url == login.issuer]
    elif login.provider:
        home = server_of(login.provider)
        found = [number for number, issuer in enumerate(study.issuers) if server_of(issuer.url).same_party(home)]
    else:
        found = []
    if len(found) != 1 or login.auth is None:
        raise NoIssuerError("the operator of your pod does not vouch for anybody in this study")
    return found[0]


def _body(answer: httpx.Response, most: int) -> bytes:
    """The body, of which no more is read than it may have; a longer one is cut, and then is no answer."""
    content = bytearray()
    for part in answer.iter_bytes():
        content += part
        if len(content) > most:
            break
    return bytes(content)


def _code(body: bytes) -> str:
    """The code of a refusal, if it is one of the words that such codes are made of."""
    try:
        code = json.loads(body)["code"]
    except (ValueError, LookupError, TypeError):
        return ""
    return code if isinstance(code, str) and code.replace("_", "").isalpha() and len(code) < 40 else ""
