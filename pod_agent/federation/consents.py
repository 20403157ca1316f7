"""The person's side of every study in one place: look, give, answer, withdraw, and read what left."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from consent.budget import Limits
from consent.errors import AlreadyAnsweredError, ConsentError, NoGrantError
from consent.gate import Gate, Permit
from consent.grant import JURISDICTION
from consent.grants import Grants
from consent.ledger import SENT, Ledger, Log
from consent.receipt import Receipt
from consent.requests import Requests
from consent.rights import Right, RightRequest, Rights
from consent.stores import Clock
from pod_agent.config import Settings
from pod_agent.errors import AgentError, ModelMissingError, NoticeChangedError, UsageError
from pod_agent.federation.allowances import Allowances, allowances
from pod_agent.federation.checking import check_study
from pod_agent.federation.exercising import exercise, settle_erasures
from pod_agent.federation.giving import allowable, grant_for
from pod_agent.federation.measuring.computing import Answer, QueryIndex, measure
from pod_agent.federation.measuring.draws import Moment, moment_after, moment_of
from pod_agent.federation.message_grants import MessageGrants
from pod_agent.federation.node_file import NodeFile, leave_withdrawn
from pod_agent.federation.papers import grant_papers, log_papers
from pod_agent.federation.priors import FAILED, FetchedModel, fetch_models, prior_for
from pod_agent.federation.renewing import Renewal, renewal
from pod_agent.federation.report import Kept, Outbox, SealedReport, build_report, disclosure_of
from pod_agent.federation.send import PAUSE_SECONDS, open_client, send
from pod_agent.federation.standing import Standing, listed
from pod_agent.federation.statistics import preview
from pod_agent.federation.stores import AgentKey, LocalMarks, PodDocuments, clock, secret
from pod_agent.federation.studies import WAITING, Offered, Outcome, Request, fetch_studies
from pod_agent.federation.taking_back import take_back
from pod_agent.federation.tokens import IssuerLogin, Tokens
from pod_agent.pods.pod import Pod
from pod_agent.resting import Rest
from vocab.errors import ProjectError
from vocab.statistics import ModelUpdate
from vocab.study import Study
from vocab.vdaf.circuits import Measurement

__all__ = ["Consents"]

log = logging.getLogger(__name__)


class Consents:
    """Grants, studies and answers of one person.

    ``home`` holds the keys, the marks of withdrawals and the reports that were built; ``leader_url`` is the aggregator
    whose studies are looked at, empty for none; ``webid`` names the person and is empty until a WebID is linked.
    ``simulated`` is True for made-up people, who may answer studies marked ``demo``. ``limits`` are the person's own
    for all grants together, the defaults if not given; ``jurisdiction`` is the country whose law new grants stand
    under. ``pause`` is the time before a lost upload is repeated, in seconds; ``moment`` picks when a report is sent.
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
        moment: Moment = moment_of,
        jurisdiction: str = JURISDICTION,
        login: Callable[[], IssuerLogin] = IssuerLogin.of,
    ) -> None:
        self._home = home
        self._index = index
        self._webid = webid
        self._leader_url = leader_url if not leader_url or leader_url.endswith("/") else leader_url + "/"
        self.zone = zone
        self._jurisdiction = jurisdiction
        self._simulated = simulated
        self._pause = pause
        self._moment = moment
        self._now = now
        self._client = client or open_client()
        self._secret = secret(home)
        self._outbox = Outbox(home / "outbox")
        self._node = NodeFile(home)
        self._tokens = Tokens(home / "tokens", webid=webid, login=login, client=self._client)
        documents, marks, key = PodDocuments(pod), LocalMarks(home / "consent"), AgentKey(home)
        self._documents = documents
        self._messages = MessageGrants(documents, marks, key, now)
        self._said = Requests(documents, marks, key, now, webid)
        self.rights = Rights(documents, marks, key, now, webid)
        self.gate = Gate(Grants(documents, marks, key), Ledger(documents, key), Log(documents, marks, key), now, limits)

    @classmethod
    def kept(cls, home: Path, settings: Settings, pod: Pod, index: QueryIndex) -> Consents:
        """Those of this home, under its settings: who the person is, whose studies they look at, their limits."""
        return cls(
            home=home,
            pod=pod,
            index=index,
            webid=settings.webid,
            leader_url=settings.aggregator,
            zone=settings.local_zone,
            simulated=settings.simulated == "yes",
            limits=Limits.from_epsilons(**settings.epsilons),
            jurisdiction=settings.jurisdiction,
            login=lambda: IssuerLogin.kept(home, settings),
        )

    def close(self) -> None:
        """Close connections."""
        self._client.close()

    def offered(self) -> list[Offered]:
        """The aggregator's studies whose signatures hold; ServerUnreachableError where the list cannot be read."""
        if not self._leader_url:
            raise UsageError("no aggregator is set", hint="Set aggregator in settings.toml, or POD_AGENT_AGGREGATOR.")
        return fetch_studies(self._leader_url, client=self._client, simulated=self._simulated)

    def requests(self) -> list[Request]:
        """Every study on offer, what it would take, and how it stands; one that cannot be shown carries its problem."""
        standing = self._standing()
        return [self._request(offered, standing) for offered in self.offered()]

    def request(self, name: str) -> Request:
        """The study whose task id begins with ``name``; UsageError where none or several do."""
        found = [request for request in self.requests() if name and request.task_id.startswith(name.lower())]
        if len(found) != 1:
            raise UsageError(f"{len(found) or 'no'} requests begin with {name}", hint="Run: pod-agent requests list")
        return found[0]

    def give(
        self,
        name: str,
        until: date | None = None,
        max_epsilon: float | None = None,
        notice: str | None = None,
    ) -> str:
        """Allow the study's business what this study asks, and return the grant's identifier.

        The report is made first, and it is the one that was shown: a grant of a study covers that report and
        no other, so that a later study of the same business has to be shown and allowed too. ``notice`` is
        ``Request.notice`` of what was shown, None only where a program shows nothing; NoticeChangedError where it would
        be something else by now. ``until`` is the last day, 90 days from now if not given; ``max_epsilon`` the most
        privacy loss in 28 days at delta 1e-6, the person's limit for one business if not given. InvalidStudyError and
        its like where the agent would not answer the study; BadSignatureError where the business signed with another
        key before.
        """
        request = self.request(name)
        shown = allowable(request, notice, self._webid)
        grant = grant_for(
            request,
            shown,
            self.gate,
            subject=self._webid,
            jurisdiction=self._jurisdiction,
            until=until,
            zone=self.zone,
            max_epsilon=max_epsilon,
        )
        self._said.hold(request.offered.signed)
        if shown.answer is not None:
            self._bind(request.study, shown.answer, grant.identifier)
        self.gate.give(grant)
        self._said.given(request.offered.signed, grant.identifier)
        return grant.identifier

    def refuse(self, name: str) -> None:
        """Say no to a study for good; nothing leaves for it, and it is shown as refused from now on."""
        self._said.refuse(self.request(name).offered.signed)

    def defer(self, name: str) -> None:
        """Put a study off; nothing leaves for it until it is allowed."""
        self._said.defer(self.request(name).offered.signed)

    def renewal(self, identifier: str, until: date | None = None) -> Renewal:
        """What a renewal would mean, in plain words; raises the refusal where the grant is over."""
        now, charges = self.gate.now(), self.gate.charges()
        return renewal(self.gate.one(identifier), charges, now, self.zone, until)

    def renew(self, identifier: str, until: date | None = None, notice: str | None = None) -> datetime:
        """Let a grant last longer, and return its new end; ``notice`` is ``Renewal.notice`` of what was shown.

        None only where a program shows nothing. NoticeChangedError where it would be something else by now.
        """
        shown = self.renewal(identifier, until)
        if notice not in {None, shown.notice}:
            raise NoticeChangedError("the grant stands otherwise than was shown; nothing was renewed")
        self.gate.renew(identifier, shown.until, shown.notice)
        return shown.until

    def models(self, *, refresh: bool = False) -> list[FetchedModel]:
        """The shared models of the aggregator, fetched again after a day or with ``refresh``; see ``fetch_models``."""
        return fetch_models(
            self._home,
            self._leader_url,
            client=self._client,
            pinned=lambda: {each.grant.controller: each.grant.controller_key for each in self.gate.states().states},
            simulated=self._simulated,
            refresh=refresh,
            now=self._now,
        )

    def freshen_models(self) -> None:
        """Fetch the shared models where an aggregator is set and a day went by; what is kept stays where that fails.

        After a failure nobody is asked for an hour.
        """
        rest = Rest(self._home / FAILED)
        if not self._leader_url or rest.lasts(self._now()):
            return
        try:
            self.models()
        except ProjectError as error:
            log.warning("shared models were not fetched: %s", error.code)
            rest.begin(self._now())

    def receipts(self) -> list[Receipt]:
        """Every receipt, held against the log and its grant; LogDamagedError where the log's end was cut off."""
        return self.gate.receipts()

    def exercise(self, right: Right, controller: str) -> RightRequest:
        """Ask a business for a right; an erasure withdraws its grants and takes uncollected reports back."""
        request = exercise(self.rights, self.gate, right, controller, self.withdraw)
        settle_erasures(self.rights, self.gate, self._outbox)
        return request

    def withdraw(self, identifier: str) -> bool:
        """Withdraw a grant, at once and without needing a network; False where the pod learns of it later.

        Reports under it that were not summed yet are taken back from the two servers (see ``taking_back``); where
        one does not answer now, ``catch_up`` goes on.
        """
        if self._messages.holds(identifier):
            return self._messages.withdraw(identifier)
        told = self.gate.withdraw(identifier)
        if told:
            self._outbox.forget_closed(self._now())
            take_back(self.gate, self._outbox, client=self._client, grant=identifier)
            leave_withdrawn(self._node, {identifier}, client=self._client)
        return told

    def catch_up(self) -> bool:
        """Tell the pod and the servers of withdrawals that they do not know yet; True if nothing waits any more.

        Raises nothing where they are away. Nothing is asked of a server unless a report waits to be taken back.
        """
        self._outbox.forget_closed(self._now())
        self._tokens.forget_closed(self._now())
        waiting = self.gate.sync()
        done = take_back(self.gate, self._outbox, client=self._client) and not waiting
        done = self._messages.sync() and done
        done = leave_withdrawn(self._node, self.gate.withdrawn([]), client=self._client) and done
        with suppress(ConsentError):
            self._said.settle()
        return settle_erasures(self.rights, self.gate, self._outbox) and done

    def grants(self) -> list[dict[str, Any]]:
        """Every grant, also those of language models elsewhere, as ``pod-agent grants list --json`` prints it."""
        now, charges = self.gate.now(), self.gate.charges()
        return [*(listed(state, charges, now) for state in self.gate.states().states), *self._messages.listed()]

    def allowances(self, named: Iterable[str] = ()) -> Allowances:
        """What the budget still allows each business that was answered or is named, and all together."""
        return allowances(self.gate.charges(), self.gate.limits, self.gate.now(), named)

    def papers(self, grant: str = "") -> dict[str, bytes]:
        """The signed documents of one grant, or of the whole log, by their paths in the pod."""
        return grant_papers(self._documents, grant) if grant else log_papers(self._documents)

    def audit(self) -> list[dict[str, Any]]:
        """The log as ``pod-agent audit --json`` prints it; LogDamagedError where the chain does not hold."""
        self._documents.forget()
        return [entry.to_json() for entry in self.gate.entries()]

    def answer_studies(self) -> list[Outcome]:
        """Send the report of every open study that was allowed and is not answered; how each ended. Catches up first.

        Only reports that were made, and shown, when a grant was given, and only while that grant stands. Each waits for
        a moment that this agent picked by chance; the first call after it sends. Made-up people do not wait.
        """
        self.catch_up()
        standing, outcomes = self._standing(), []
        for offered in self.offered():
            if not (isinstance(offered.study.statistic, ModelUpdate) or standing.answered(offered.task_id)):
                outcomes += self._answer(offered, standing)
        return outcomes

    def contribute(self, offered: Offered, measure: Callable[[Study], Measurement]) -> tuple[SealedReport, Permit]:
        """Send one report for a study, under a permit, and log how it ended.

        A report that was made before is sent as it is, under the grant that it was made for. ``measure`` computes what
        to report in a training round where there is none yet; it runs on this machine, after the gate was asked whether
        anything may leave. Raises the refusal where no grant covers the study, and ServerUnreachableError or
        ServerRefusedError where the leader does not take it.
        """
        study = offered.study
        check_study(study, simulated=self._simulated)
        kept = self._outbox.find(offered.task_id)
        if kept is None:
            self.gate.require(disclosure_of(study, offered.key, self.gate.limits))
            if not isinstance(study.statistic, ModelUpdate):
                raise NoGrantError("this study was not shown and allowed on this machine")
            kept = Kept(build_report(study, measure(study), self._tokens.take(study)), study.closes)
            self._outbox.keep(offered.task_id, kept)
        return self._send(offered, kept)

    def _send(self, offered: Offered, kept: Kept) -> tuple[SealedReport, Permit]:
        asked = disclosure_of(offered.study, offered.key, self.gate.limits, kept.report)
        permit = self.gate.permit(asked, grant=kept.grant)
        try:
            send(kept.report, permit, client=self._client, pause=self._pause)
        except (ConsentError, AgentError) as error:
            self.gate.record(permit, error.code)
            raise
        self.gate.record(permit)
        return kept.report, permit

    def _answer(self, offered: Offered, standing: Standing) -> list[Outcome]:
        """How sending the report of a study that was allowed ended; empty where there is none."""
        try:
            kept = self._outbox.find(offered.task_id)
            given = standing.given(kept)
            if kept is None or given is None:
                return []
            if offered.problem is not None:
                raise offered.problem
            due = moment_after(given, offered.study, self._secret, self._moment)
            if standing.now < due and not self._simulated:
                return [Outcome(offered.study.title, offered.task_id, WAITING, 0, due)]
            report, _ = self._send(offered, kept)
        except ProjectError as error:
            return [Outcome(offered.study.title, offered.task_id, error.code, 0)]
        return [Outcome(offered.study.title, offered.task_id, SENT, len(report.body))]

    def _bind(self, study: Study, answer: Answer, grant: str) -> None:
        """Keep the report that was shown for this grant: the one that is made already and says so, or a new one.

        Bytes that may have left are never replaced: a second report would tell more.
        """
        task_id = study.task_id.hex()
        kept = self._outbox.find(task_id)
        if kept is None or (kept.answer != answer and not self._standing().permitted(task_id)):
            kept = Kept(build_report(study, answer, self._tokens.take(study)), study.closes, answer=answer)
        self._outbox.keep(task_id, replace(kept, grant=grant))

    def _request(self, offered: Offered, standing: Standing) -> Request:
        if standing.word(offered.task_id) == "refused":
            return Request(offered, "refused", None)
        if offered.problem is not None:
            return Request(offered, offered.problem.code, None)
        try:
            return self._shown(offered, standing)
        except ProjectError as error:
            return Request(replace(offered, problem=error), error.code, None)

    def _shown(self, offered: Offered, standing: Standing) -> Request:
        kept, task_id = self._outbox.find(offered.task_id), offered.task_id
        given = standing.binds(kept)
        made = kept is not None and (given or standing.permitted(task_id))
        answer = kept.answer if kept is not None and made else self._measured(offered.study)
        shown = preview(offered.study, answer, self.gate.limits)
        if standing.withdrawn(task_id):
            return Request(offered, "withdrawn", shown)
        if standing.answered(task_id):
            return Request(offered, "answered", shown)
        if not given and standing.repeated(offered.study):
            raise AlreadyAnsweredError("you answered the same question of this business in the last 28 days")
        if isinstance(offered.study.statistic, ModelUpdate):
            given = standing.covers(offered.study)
        return Request(offered, standing.word(task_id) or ("allowed" if given else "open"), shown)

    def _measured(self, study: Study) -> Answer | None:
        """What would be reported; where a shared model is missing for it, its list is asked for, once a day."""
        try:
            prior = prior_for(self._home, study.statistic)
        except ModelMissingError:
            self.models()
            prior = prior_for(self._home, study.statistic)
        return measure(study, self._index, self._secret, prior)

    def _standing(self) -> Standing:
        return Standing(self.gate.states().states, self.gate.entries(), self.gate.now())
