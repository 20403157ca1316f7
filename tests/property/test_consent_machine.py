"""Grants, permits, sending and withdrawing in any order, against a model that knows nothing of the code."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from consent.budget import Limits
from consent.codec import sign_study
from consent.errors import ConsentError
from consent.purposes import AGGREGATE_REPORTING, FEDERATED_TRAINING, LISTENING, SPENDING
from consent.requests import SignedRequest
from tests.support.consents import START, Key, Machine, grant_for, question
from tests.support.studies import histogram_study

PURPOSES = st.sampled_from([AGGREGATE_REPORTING, FEDERATED_TRAINING])
DATA = st.sampled_from([frozenset({SPENDING}), frozenset({LISTENING}), frozenset({SPENDING, LISTENING})])
BUSINESSES = st.sampled_from(["https://a.example/#us", "https://b.example/#us"])
HELPERS = st.sampled_from(["https://h.example/#us", "https://i.example/#us"])
LIMITS = Limits(business_period=12, period=18, year=30)
PERIOD, YEAR = timedelta(days=28), timedelta(days=365)


@dataclass
class Known:
    """What the model knows of one grant."""

    terms: dict[str, Any]
    withdrawn: bool = False
    spent: list[tuple[datetime, int]] = field(default_factory=list)


class ConsentMachine(RuleBasedStateMachine):
    """The wire is a list: every byte that leaves is in it, with the question it was permitted for."""

    def __init__(self) -> None:
        super().__init__()
        self.machine = Machine(limits=LIMITS)
        self.known: dict[str, Known] = {}
        self.wire: list[bytes] = []
        self.number = 0

    @initialize()
    def first(self) -> None:
        self.give(
            {
                "controller": "https://a.example/#us",
                "purpose": AGGREGATE_REPORTING,
                "data": frozenset({SPENDING}),
                "helper": "https://h.example/#us",
                "max_micro_rho_release": 5,
                "max_micro_rho_period": 10,
                "min_batch": 100,
            },
            60,
        )

    @rule(
        limits=st.fixed_dictionaries(
            {
                "controller": BUSINESSES,
                "purpose": PURPOSES,
                "data": DATA,
                "helper": HELPERS,
                "max_micro_rho_release": st.integers(1, 8),
                "max_micro_rho_period": st.integers(8, 12),
                "min_batch": st.sampled_from([100, 200]),
            }
        ),
        days=st.integers(1, 90),
    )
    def give(self, limits: dict[str, Any], days: int) -> None:
        now = self.machine.now
        terms = {**limits, "created": now, "until": now + timedelta(days=days)}
        grant = grant_for(**terms)
        self.machine.gate.give(grant)
        self.known[grant.identifier] = Known(terms)

    @rule(choice=st.integers(0, 9), offline=st.booleans())
    def withdraw_and_ask_for_what_was_granted(self, choice: int, offline: bool) -> None:
        identifier = sorted(self.known)[choice % len(self.known)]
        self.machine.documents.offline = offline
        self.machine.gate.withdraw(identifier)
        self.machine.documents.offline = False
        known = self.known[identifier]
        known.withdrawn = True
        self.ask_exactly(known.terms)

    @rule(choice=st.integers(0, 9))
    def ask_for_what_was_granted(self, choice: int) -> None:
        self.ask_exactly(self.known[sorted(self.known)[choice % len(self.known)]].terms)

    @rule(choice=st.integers(0, 9), days=st.integers(1, 400))
    def renew(self, choice: int, days: int) -> None:
        identifier = sorted(self.known)[choice % len(self.known)]
        known, now = self.known[identifier], self.machine.now
        until = now + timedelta(days=days)
        may = not known.withdrawn and now < known.terms["until"] < until and days <= 365
        try:
            self.machine.gate.renew(identifier, until, "sha-256:" + "12" * 32)
        except ConsentError:
            assert not may
        else:
            assert may
            known.terms["until"] = until

    @rule(choice=st.integers(0, 9), word=st.sampled_from(["refuse", "defer"]))
    def refuse_or_put_off_a_study_and_ask_for_it(self, choice: int, word: str) -> None:
        terms = self.known[sorted(self.known)[choice % len(self.known)]].terms
        study = replace(histogram_study(), closes=self.machine.now + timedelta(days=1))
        request = SignedRequest.read(study.to_json(), sign_study(study, Key(2), START))
        getattr(self.machine.requests, word)(request)
        asked = {name: terms[name] for name in ("controller", "purpose", "data", "helper", "min_batch")}
        assert not self.attempt({**asked, "micro_rho": 1, "study": request.task_id})

    @rule(days=st.sampled_from([1, 3, 10, 28, 90]))
    def wait(self, days: int) -> None:
        self.machine.now += timedelta(days=days)

    @precondition(lambda self: self.machine.now > START + timedelta(days=2))
    @rule()
    def set_the_clock_back(self) -> None:
        before = self.machine.now
        entries = self.machine.gate.entries()
        self.machine.now = entries[-1].at - timedelta(minutes=6)
        sent = len(self.wire)
        assert not self.attempt({})
        assert len(self.wire) == sent
        self.machine.now = max(before, entries[-1].at)

    @rule()
    def restart(self) -> None:
        self.machine = Machine(
            documents=self.machine.documents, marks=self.machine.marks, now=self.machine.now, limits=LIMITS
        )

    @rule(
        asked=st.fixed_dictionaries(
            {
                "controller": BUSINESSES,
                "purpose": PURPOSES,
                "data": DATA,
                "helper": HELPERS,
                "micro_rho": st.integers(1, 9),
                "min_batch": st.sampled_from([99, 100, 200]),
            }
        )
    )
    def ask(self, asked: dict[str, Any]) -> None:
        may = [identifier for identifier in sorted(self.known) if self.covers(self.known[identifier], asked)]
        sent = self.attempt(asked)
        assert sent == bool(may), (asked, may)
        if sent:
            self.known[may[0]].spent.append((self.machine.now, asked["micro_rho"]))

    def ask_exactly(self, terms: dict[str, Any]) -> None:
        asked = {name: terms[name] for name in ("controller", "purpose", "data", "helper", "min_batch")}
        self.ask({**asked, "micro_rho": terms["max_micro_rho_release"]})

    def attempt(self, changes: dict[str, Any]) -> bool:
        self.number += 1
        body = b"report %d" % self.number
        try:
            permit = self.machine.gate.permit(replace(question(body), **changes))
            with permit.sending(permit.disclosure.recipient, body) as parts:
                self.wire.extend(parts)
            self.machine.gate.record(permit)
        except ConsentError:
            return False
        return True

    def covers(self, known: Known, asked: dict[str, Any]) -> bool:
        terms, now = known.terms, self.machine.now
        if known.withdrawn or not terms["created"] <= now < terms["until"]:
            return False
        if any(terms[name] != asked[name] for name in ("controller", "purpose", "helper")):
            return False
        if not asked["data"] <= terms["data"] or asked["min_batch"] < terms["min_batch"]:
            return False
        cost: int = asked["micro_rho"]
        return bool(
            cost <= terms["max_micro_rho_release"]
            and self.total(PERIOD, [known]) + cost <= terms["max_micro_rho_period"]
            and self.total(PERIOD, self.of(asked["controller"])) + cost <= LIMITS.business_period
            and self.total(PERIOD, list(self.known.values())) + cost <= LIMITS.period
            and self.total(YEAR, list(self.known.values())) + cost <= LIMITS.year
        )

    def of(self, business: str) -> list[Known]:
        return [known for known in self.known.values() if known.terms["controller"] == business]

    def total(self, window: timedelta, among: list[Known]) -> int:
        return sum(cost for known in among for at, cost in known.spent if at > self.machine.now - window)

    @invariant()
    def the_log_tells_exactly_what_left(self) -> None:
        entries = self.machine.gate.entries()
        sent = [entry for entry in entries if entry.outcome == "sent"]
        assert len(sent) == len(self.wire)
        assert sum(entry.size for entry in sent) == sum(map(len, self.wire))
        spent = sum(cost for known in self.known.values() for _, cost in known.spent)
        assert sum(entry.micro_rho for entry in entries) == spent


TestConsentMachine = ConsentMachine.TestCase
TestConsentMachine.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
