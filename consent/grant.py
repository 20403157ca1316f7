"""Grants and what is asked of them, as plain values.

A grant is immutable. What happens to it is told by events in files of their own; withdrawal, once told, is final.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from consent.errors import ExpiredError, InvalidGrantError, NotYetValidError, WithdrawnError
from consent.purposes import DATA, PURPOSES

__all__ = [
    "DEFAULT_DAYS",
    "JURISDICTION",
    "MAX_DAYS",
    "Disclosure",
    "Event",
    "Grant",
    "GrantState",
    "Status",
    "check_frame",
    "check_jurisdiction",
    "check_renewal",
]

DEFAULT_DAYS = 90
"""How long a grant lasts where the person says nothing else."""
MAX_DAYS = 365
"""The longest a grant may last."""
JURISDICTION = "SG"
"""Whose law a grant stands under where the person says nothing else, as ISO 3166-1 writes countries."""
COUNTRY = re.compile(r"[A-Z]{2}")
TASK = re.compile(r"[0-9a-f]{64}")
DIGEST = re.compile(r"sha-256:[0-9a-f]{64}")
IDENTIFIER = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
WEBID = re.compile(r"https?://[^\s<>\"{}|\\^`]+")


def check_frame(identifier: str, created: datetime, until: datetime) -> None:
    """InvalidGrantError unless a grant of any kind may have this name and last so long."""
    if not IDENTIFIER.fullmatch(identifier):
        raise InvalidGrantError("a grant is named by a random UUID")
    if any(when.utcoffset() != timedelta(0) or when.microsecond for when in (created, until)):
        raise InvalidGrantError("the times of a grant are whole seconds in UTC")
    if not created < until <= created + timedelta(days=MAX_DAYS):
        raise InvalidGrantError(f"a grant ends after it begins and within {MAX_DAYS} days")


def check_jurisdiction(country: str) -> None:
    """InvalidGrantError unless this is two capital letters, as ISO 3166-1 names a country."""
    if not COUNTRY.fullmatch(country):
        raise InvalidGrantError("a jurisdiction is a country of two letters", hint="Write it such as SG or DE.")


class Status(StrEnum):
    """What an event tells of a grant."""

    GIVEN = "given"
    RENEWED = "renewed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The person's yes: to whom, for what, over which data, from when until when, at what privacy loss.

    ``identifier`` is a UUID. ``subject`` is the person's WebID, ``controller`` the business's, ``helper`` the second
    server's. ``controller_key`` is the Multikey that signs the business's studies; ``helper_key`` the digest of the
    helper's public key, so that no other server can take its place. Times are whole seconds in UTC; limits are in
    micro-rho. ``notice`` is the digest of the exact text that the person saw, ``request`` the task id (hexadecimal) of
    the study that it was about, ``jurisdiction`` the country whose law it stands under.
    """

    identifier: str
    subject: str
    controller: str
    controller_key: str
    helper: str
    helper_key: str
    purpose: str
    data: frozenset[str]
    created: datetime
    until: datetime
    max_micro_rho_release: int
    max_micro_rho_period: int
    min_batch: int
    notice: str
    request: str
    jurisdiction: str = JURISDICTION

    def __post_init__(self) -> None:
        """InvalidGrantError for a grant that may not exist."""
        check_frame(self.identifier, self.created, self.until)
        check_jurisdiction(self.jurisdiction)
        self._check_parties()
        self._check_scope()
        if not 0 < self.max_micro_rho_release <= self.max_micro_rho_period or self.min_batch < 1:
            raise InvalidGrantError("a grant limits the privacy loss of a release, of a period, and the smallest batch")

    def _check_parties(self) -> None:
        if not all(WEBID.fullmatch(name) for name in (self.subject, self.controller, self.helper)):
            raise InvalidGrantError("the parties of a grant are named by WebIDs")
        if self.controller == self.helper:
            raise InvalidGrantError("the helper must be independent of the business that asks")
        if not TASK.fullmatch(self.request):
            raise InvalidGrantError("a grant answers a request, which is named by its task id")

    def _check_scope(self) -> None:
        if self.purpose not in PURPOSES:
            raise InvalidGrantError("the purpose is not one that can be granted")
        if not self.data or not self.data <= DATA.keys():
            raise InvalidGrantError("the data are not of kinds that can be granted")
        if len({DATA[term].special for term in self.data}) > 1:
            raise InvalidGrantError("health data needs a grant of its own")

    @property
    def document(self) -> str:
        """Base IRI of the grant's document; it does not name the pod, so the signature outlives a move."""
        return f"urn:uuid:{self.identifier}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a grant; ``previous`` is the digest of the event before it, or of the grant.

    A renewal, and nothing else, has a new end, ``until``, and the digest of the ``notice`` that was shown for it.
    """

    grant: str
    sequence: int
    status: Status
    at: datetime
    by: str
    previous: str
    until: datetime | None = None
    notice: str = ""

    def __post_init__(self) -> None:
        """InvalidGrantError for a renewal without an end or with one that is too far away."""
        if (self.status is Status.RENEWED) != (self.until is not None and bool(self.notice)):
            raise InvalidGrantError("a renewal, and nothing else, has a new end and the notice that was shown for it")
        if self.until is not None and not self.at < self.until <= self.at + timedelta(days=MAX_DAYS):
            raise InvalidGrantError(f"a renewed grant ends after it is renewed and within {MAX_DAYS} days")


@dataclass(frozen=True, slots=True)
class GrantState:
    """A grant and its events in order, read afresh; ``marked`` where this machine knows of a withdrawal."""

    grant: Grant
    events: tuple[Event, ...]
    marked: bool = False

    @property
    def withdrawn(self) -> bool:
        """Whether it was withdrawn: any such event is final, whatever comes after it."""
        return self.marked or any(event.status is Status.WITHDRAWN for event in self.events)

    @property
    def given_at(self) -> datetime | None:
        """When it was given; None where no event says so."""
        return next((event.at for event in self.events if event.status is Status.GIVEN), None)

    def ends(self, now: datetime) -> datetime:
        """The end that is in force at this moment: the grant's own, or that of its last renewal so far.

        What was renewed after its end stays ended.
        """
        end = self.grant.until
        for event in self.events:
            if event.until is not None and event.at <= now and event.at < end:
                end = event.until
        return end

    def expired(self, now: datetime) -> bool:
        """Whether its end has come, or had come when somebody looked."""
        return now >= self.ends(now) or any(event.status is Status.EXPIRED for event in self.events)

    def status(self, now: datetime) -> str:
        """One word for people: withdrawn, expired, given or not-given."""
        if self.withdrawn:
            return Status.WITHDRAWN.value
        if self.expired(now):
            return Status.EXPIRED.value
        return Status.GIVEN.value if self.given_at is not None and self.given_at <= now else "not-given"


def check_renewal(state: GrantState, now: datetime, until: datetime, notice: str) -> None:
    """The refusal where a grant is over or not yet given; InvalidGrantError for an end that it may not be given."""
    if state.withdrawn:
        raise WithdrawnError
    if state.given_at is None or state.given_at > now:
        raise NotYetValidError
    if state.expired(now):
        raise ExpiredError
    if not DIGEST.fullmatch(notice):
        raise InvalidGrantError("a renewal names the text that was shown for it")
    check_frame(state.grant.identifier, now, until)
    if until <= state.ends(now):
        raise InvalidGrantError("a renewed grant ends later than before", hint="Choose a later day.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """What is about to leave: the question that is put to the gate.

    ``study`` is the task id in hexadecimal, ``recipient`` the address the bytes go to, ``sha256`` the hexadecimal
    digest of exactly these ``size`` bytes. ``data`` are all kinds of data that the statistic is computed from.
    ``question`` is the same for every study that asks the same thing, whoever asks; empty in a training round.
    """

    study: str
    controller: str
    controller_key: str
    helper: str
    helper_key: str
    purpose: str
    data: frozenset[str]
    statistic: str
    micro_rho: int
    min_batch: int
    opens: datetime
    closes: datetime
    recipient: str
    size: int
    sha256: str
    question: str = ""
