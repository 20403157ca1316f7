"""The studies on offer: fetched whole from a public list, verified, checked, shown.

The request is the same for every agent and says nothing about who asks or what was answered.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from consent.errors import BadSignatureError
from consent.purposes import DATA, PURPOSES
from consent.requests import SignedRequest
from pod_agent.errors import ServerUnreachableError
from pod_agent.federation.checking import check_study
from pod_agent.federation.public_list import read_public
from pod_agent.federation.statistics import Preview
from vocab.errors import ProjectError, VocabularyError
from vocab.study import Study
from vocab.times import utc_text
from vocab.wire import decode_studies

__all__ = ["WAITING", "Offered", "Outcome", "Request", "fetch_studies"]

log = logging.getLogger(__name__)

WAITING = "waiting"
"""The outcome of a study whose moment has not come."""
MAX_LIST = 8_000_000
"""Longest list that is read, in bytes."""
LIST_SECONDS = 60.0
"""Longest time that the list may take: one that came a byte at a time would hold the agent up for ever."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A study whose signature holds, the Multikey that signed it, and why the agent would not answer, if so.

    ``manifest`` (canonical JSON) and ``proof`` are what the business signed, for the person's files.
    """

    study: Study
    key: str
    problem: ProjectError | None
    manifest: str = ""
    proof: str = ""

    @property
    def task_id(self) -> str:
        """The task id in hexadecimal."""
        return self.study.task_id.hex()

    @property
    def signed(self) -> SignedRequest:
        """The study as its business signed it."""
        return SignedRequest(self.study, self.key, self.manifest, self.proof)


@dataclass(frozen=True, slots=True)
class Request:
    """A study as it is shown to the person.

    ``status`` is open, deferred, refused, allowed, answered, withdrawn or the code of why the agent would not answer.

    ``withdrawn`` says that a report was permitted under a grant that was withdrawn since; it is not answered again.
    """

    offered: Offered
    status: str
    shown: Preview | None

    @property
    def study(self) -> Study:
        """The study's terms."""
        return self.offered.study

    @property
    def task_id(self) -> str:
        """The task id in hexadecimal, which names the request."""
        return self.offered.task_id

    @property
    def purpose(self) -> str:
        """What the business asks for, in words."""
        known = PURPOSES.get(self.study.purpose)
        return self.study.purpose if known is None else known.sentence

    @property
    def data(self) -> tuple[str, ...]:
        """The kinds of data that the study uses, in words."""
        return tuple(DATA[term].title if term in DATA else term for term in self.study.data)

    @property
    def notice(self) -> str:
        """Digest of what is shown, which a yes to it hands back; empty where there is nothing to allow."""
        return "" if self.shown is None else self.shown.digest

    @property
    def preview(self) -> tuple[str, ...]:
        """What would leave, in plain words; why the agent would not answer, where that is so."""
        if self.shown is not None:
            return self.shown.lines
        if self.offered.problem is None:
            return ("You refused this request, and nothing leaves for it.",)
        return (str(self.offered.problem),)

    def to_json(self) -> dict[str, Any]:
        """The request as plain values."""
        return {
            "request": self.task_id,
            "title": self.study.title,
            "controller": self.study.controller,
            "helper": self.study.helper,
            "purpose": self.study.purpose,
            "data": list(self.study.data),
            "status": self.status,
            "opens": self.study.to_json()["opens"],
            "closes": self.study.to_json()["closes"],
            "preview": None if self.shown is None else self.shown.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """How answering one study ended: ``sent``, ``waiting``, or the code of why not, and the bytes that left.

    ``due`` is the moment that the agent picked where it waits for it; None otherwise.
    """

    study: str
    task_id: str
    outcome: str
    sent: int
    due: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain values."""
        return {
            "study": self.study,
            "request": self.task_id,
            "outcome": self.outcome,
            "bytes": self.sent,
            "due": None if self.due is None else utc_text(self.due),
        }


def fetch_studies(leader_url: str, *, client: httpx.Client, simulated: bool = False) -> list[Offered]:
    """Every study of this leader whose signature and task id hold; the others are left out and counted in the log.

    A study that this agent cannot or would not answer carries its problem and stands in no other's way.
    ServerUnreachableError where there is no list to read.
    """
    try:
        raw = read_public(leader_url + "studies", client, most=MAX_LIST, seconds=LIST_SECONDS)
        listed = decode_studies(raw)
    except (httpx.HTTPError, httpx.InvalidURL, VocabularyError) as error:
        raise ServerUnreachableError("the list of studies cannot be read") from error
    found = []
    for entry in listed.studies:
        try:
            signed = SignedRequest.read(entry.manifest, entry.proof)
            study = signed.study
            if signed.task_id != entry.task or study.leader_url != leader_url:
                raise BadSignatureError("a study is listed under another name or at another leader")
        except ProjectError as error:
            log.warning("a study was left out: %s", error.code)
            continue
        problem = _problem(study, simulated=simulated)
        found.append(Offered(study, signed.key, problem, signed.manifest, signed.proof))
    return found


def _problem(study: Study, *, simulated: bool) -> ProjectError | None:
    try:
        check_study(study, simulated=simulated)
    except ProjectError as error:
        return error
    return None
