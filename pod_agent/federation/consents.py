"""The person's side of every study in one place: look, give, answer, withdraw, and read what left."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from consent.budget import PERIOD, YEAR, Limits, spent
from consent.errors import BadSignatureError, ConsentError, InvalidGrantError
from consent.gate import Gate, Permit
from consent.grant import DEFAULT_DAYS, MAX_DAYS, Grant, GrantState
from consent.grants import Grants
from consent.ledger import PERMITTED, SENT, Entry, Ledger, Log
from consent.proof import time_text
from consent.stores import Clock
from pod_agent.errors import AgentError, NotInitialisedError, UsageError
from pod_agent.federation.checking import check_study, cost
from pod_agent.federation.report import Outbox, SealedReport, build_report, disclosure_of, key_digest
from pod_agent.federation.send import PAUSE_SECONDS, open_client, send
from pod_agent.federation.statistics import Preview, QueryIndex, encode_histogram, preview
from pod_agent.federation.stores import AgentKey, LocalMarks, PodDocuments, clock, secret
from pod_agent.federation.studies import Offered, Outcome, Request, fetch_studies
from pod_agent.federation.taking_back import take_back
from pod_agent.pods.pod import Pod
from vocab.privacy import micro_rho
from vocab.query import Table
from vocab.study import Histogram, Study
from vocab.vdaf.circuits import Measurement

__all__ = ["Consents"]


class Consents:
    """Grants, studies and answers of one person.

    ``home`` holds the keys, the marks of withdrawals and the reports that were built; ``leader_url`` is the aggregator
    whose studies are looked at, empty for none; ``webid`` names the person and is empty until a WebID is linked.
    ``simulated`` is True for made-up people, who may answer studies marked ``demo``. ``limits`` are the person's own
    for all grants together, the defaults if not given. ``pause`` is the time before a lost upload is repeated, in
    seconds.
    """

    def __init__(
        self,
        *,
        home: Path,
        pod: Pod,
        index: QueryIndex,
        webid: str,
        leader_url: str,
        zone: ZoneInfo,
        simulated: bool = False,
        client: httpx.Client | None = None,
        now: Clock = clock,
        limits: Limits | None = None,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        self._index = index
        self._webid = webid
        self._leader_url = leader_url if not leader_url or leader_url.endswith("/") else leader_url + "/"
        self._zone = zone
        self._simulated = simulated
        self._pause = pause
        self._client = client or open_client()
        self._secret = secret(home)
        self._outbox = Outbox(home / "outbox")
        documents, marks, key = PodDocuments(pod), LocalMarks(home / "consent"), AgentKey(home)
        self._documents = documents
        self.gate = Gate(Grants(documents, marks, key), Ledger(documents, key), Log(documents, marks, key), now, limits)

    def close(self) -> None:
        """Close connections."""
        self._client.close()

    def offered(self) -> list[Offered]:
        """The aggregator's studies whose signatures hold; ServerUnreachableError where the list cannot be read."""
        if not self._leader_url:
            raise UsageError("no aggregator is set", hint="Set aggregator in settings.toml, or POD_AGENT_AGGREGATOR.")
        return fetch_studies(self._leader_url, client=self._client, simulated=self._simulated)

    def requests(self) -> list[Request]:
        """Every study on offer, what it would take, and how it stands."""
        states, entries = self.gate.states().states, self.gate.entries()
        return [self._request(offered, states, entries) for offered in self.offered()]

    def request(self, name: str) -> Request:
        """The study whose task id begins with ``name``; UsageError where none or several do."""
        found = [request for request in self.requests() if name and request.task_id.startswith(name.lower())]
        if len(found) != 1:
            raise UsageError(f"{len(found) or 'no'} requests begin with {name}", hint="Run: pod-agent requests list")
        return found[0]

    def give(self, name: str, until: date | None = None, max_epsilon: float | None = None) -> str:
        """Allow the study's business what the study asks, and return the grant's identifier.

        ``until`` is the last day, 90 days from now if not given; ``max_epsilon`` the most privacy loss in 28 days at
        delta 1e-6, the person's limit for one business if not given. InvalidStudyError and its like where the agent
        would not answer the study; BadSignatureError where the business signed with another key before.
        """
        request = self.request(name)
        if request.offered.problem is not None:
            raise request.offered.problem
        if request.shown is None or not self._webid:
            raise NotInitialisedError(
                "taking part in studies needs a WebID, so that everyone is counted once",
                hint="Run: pod-agent pod link WEBID",
            )
        study = request.study
        self._check_key(study, request.offered.key)
        limit = self.gate.limits.business_period
        if max_epsilon is not None:
            limit = min(limit, micro_rho(max_epsilon))
        price = cost(study, self.gate.limits)
        if not 0 < price <= limit:
            raise InvalidGrantError(
                "the study costs more privacy than you would allow", hint="Allow a larger epsilon, or leave it out."
            )
        created = self.gate.now()
        grant = Grant(
            identifier=str(uuid.uuid4()),
            subject=self._webid,
            controller=study.controller,
            controller_key=request.offered.key,
            helper=study.helper,
            helper_key=key_digest(study),
            purpose=study.purpose,
            data=frozenset(study.data),
            created=created,
            until=self._end(created, until),
            max_micro_rho_release=price,
            max_micro_rho_period=limit,
            min_batch=study.min_batch,
            notice="sha-256:" + hashlib.sha256("\n".join(request.shown.lines).encode()).hexdigest(),
        )
        self.gate.give(grant)
        if isinstance(study.statistic, Histogram):
            self._built(study, self._measure)  # what was shown is what will be sent, whatever is imported meanwhile
        return grant.identifier

    def withdraw(self, identifier: str) -> bool:
        """Withdraw a grant, at once and without needing a network; False where the pod learns of it later.

        Reports under it that were not summed yet are taken back from the two servers (see ``taking_back``); where
        one does not answer now, ``catch_up`` goes on.
        """
        told = self.gate.withdraw(identifier)
        if told:
            take_back(self.gate, self._outbox, client=self._client, grant=identifier)
        return told

    def catch_up(self) -> bool:
        """Tell the pod and the servers of withdrawals that they do not know yet; True if nothing waits any more.

        Raises nothing where they are away. Nothing is asked of a server unless a report waits to be taken back.
        """
        waiting = self.gate.sync()
        return take_back(self.gate, self._outbox, client=self._client) and not waiting

    def grants(self) -> list[dict[str, Any]]:
        """Every grant as ``pod-agent grants list --json`` prints it."""
        now, charges = self.gate.now(), self.gate.charges()
        return [
            {
                "grant": state.grant.identifier,
                "recipient": state.grant.controller,
                "purpose": state.grant.purpose,
                "data": sorted(state.grant.data),
                "status": state.status(now),
                "from": time_text(state.grant.created),
                "until": time_text(state.grant.until),
                "spent_micro_rho": spent(charges, now, PERIOD, grant=state.grant.identifier),
                "limit_micro_rho": state.grant.max_micro_rho_period,
            }
            for state in self.gate.states().states
        ]

    def budget(self) -> dict[str, int]:
        """Micro-rho spent on all businesses in 28 and in 365 days, and the person's limits for both."""
        now, charges, limits = self.gate.now(), self.gate.charges(), self.gate.limits
        return {
            "spent_28_days": spent(charges, now, PERIOD),
            "limit_28_days": limits.period,
            "spent_365_days": spent(charges, now, YEAR),
            "limit_365_days": limits.year,
        }

    def audit(self) -> list[dict[str, Any]]:
        """The log as ``pod-agent audit --json`` prints it; LogDamagedError where the chain does not hold."""
        self._documents.forget()
        return [entry.to_json() for entry in self.gate.entries()]

    def answer_studies(self) -> list[Outcome]:
        """Answer every open study of a business that has a live grant; how each ended. Catches up first."""
        self.catch_up()
        states, entries, now = self.gate.states().states, self.gate.entries(), self.gate.now()
        live = {state.grant.controller for state in states if state.status(now) == "given"}
        outcomes = []
        for offered in self.offered():
            wanted = isinstance(offered.study.statistic, Histogram) and offered.study.controller in live
            if wanted and not _answered(entries, offered.task_id):
                outcomes.append(self._answer(offered))
        return outcomes

    def contribute(self, offered: Offered, measure: Callable[[Study], Measurement]) -> tuple[SealedReport, Permit]:
        """Send one report for a study, under a permit, and log how it ended.

        ``measure`` computes what to report; it runs on this machine, before anyone is asked. Raises the refusal where
        no grant covers the study, and ServerUnreachableError or ServerRefusedError where the leader does not take it.
        """
        study = offered.study
        check_study(study, simulated=self._simulated)
        report = self._built(study, measure)
        permit = self.gate.permit(disclosure_of(study, offered.key, report, self.gate.limits))
        try:
            send(report, permit, client=self._client, pause=self._pause)
        except (ConsentError, AgentError) as error:
            self.gate.record(permit, error.code)
            raise
        self.gate.record(permit)
        return report, permit

    def _built(self, study: Study, measure: Callable[[Study], Measurement]) -> SealedReport:
        task_id = study.task_id.hex()
        report = self._outbox.find(task_id)
        if report is None:
            report = build_report(study, measure(study))
            self._outbox.keep(task_id, report)
        return report

    def _answer(self, offered: Offered) -> Outcome:
        study = offered.study
        try:
            if offered.problem is not None:
                raise offered.problem
            report, _ = self.contribute(offered, self._measure)
        except (ConsentError, AgentError) as error:
            return Outcome(study.title, offered.task_id, error.code, 0)
        return Outcome(study.title, offered.task_id, SENT, len(report.body))

    def _measure(self, study: Study) -> Measurement:
        return encode_histogram(study, self._table(study), self._secret)

    def _table(self, study: Study) -> Table:
        if not isinstance(study.statistic, Histogram):
            return Table((), (), ())
        return self._index.run(study.statistic.query, evidence=False)

    def _request(self, offered: Offered, states: tuple[GrantState, ...], entries: list[Entry]) -> Request:
        if offered.problem is not None:
            code = getattr(offered.problem, "code", "invalid_study")
            return Request(offered, code, None)
        shown: Preview = preview(offered.study, self._table(offered.study), self._secret, self.gate.limits)
        if _withdrawn(states, entries, offered.task_id):
            return Request(offered, "withdrawn", shown)
        if _answered(entries, offered.task_id):
            return Request(offered, "answered", shown)
        now = self.gate.now()
        allowed = any(_covers(state, offered.study) and state.status(now) == "given" for state in states)
        return Request(offered, "allowed" if allowed else "open", shown)

    def _check_key(self, study: Study, key: str) -> None:
        """A business's key is taken on trust once; another one later needs the person's eyes."""
        for state in self.gate.states().states:
            if state.grant.controller == study.controller and state.grant.controller_key != key:
                raise BadSignatureError("this business signed its studies with another key before")

    def _end(self, created: datetime, until: date | None) -> datetime:
        if until is None:
            return created + timedelta(days=DEFAULT_DAYS)
        last = datetime.combine(until, time(23, 59, 59), self._zone).astimezone(UTC)
        if not created < last <= created + timedelta(days=MAX_DAYS):
            raise InvalidGrantError(f"a grant ends after today and within {MAX_DAYS} days")
        return last


def _answered(entries: list[Entry], study: str) -> bool:
    return any(entry.study == study and entry.outcome == SENT for entry in entries)


def _withdrawn(states: tuple[GrantState, ...], entries: list[Entry], study: str) -> bool:
    grants = {state.grant.identifier for state in states if state.withdrawn}
    return any(entry.study == study and entry.outcome == PERMITTED and entry.grant in grants for entry in entries)


def _covers(state: GrantState, study: Study) -> bool:
    grant = state.grant
    return (grant.controller, grant.helper_key, grant.purpose) == (
        study.controller,
        key_digest(study),
        study.purpose,
    ) and set(study.data) <= grant.data
