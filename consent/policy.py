"""Whether a grant covers a disclosure: pure, total, and the same answer for the same question.

Purposes match exactly and data terms one by one; no broader term covers a narrower one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from consent.budget import PERIOD, Charge, Limits, spent, within
from consent.errors import (
    AlreadyAnsweredError,
    BatchTooSmallError,
    BudgetExhaustedError,
    ConsentError,
    ExpiredError,
    NoGrantError,
    NotYetValidError,
    UnknownStatisticError,
    WithdrawnError,
    WrongDataError,
    WrongPurposeError,
    WrongRecipientError,
)
from consent.grant import Disclosure, GrantState
from vocab.statistics import CATALOGUE

__all__ = ["NODE", "STATISTICS", "choose", "refusal", "repeated"]

STATISTICS = frozenset(kind.name for kind in CATALOGUE.values())
"""The statistics whose code ships with the agent."""
NODE = "node"
"""Being let in as a node of training: it names the person and tells no number, so it costs no privacy loss."""


class Answered(Protocol):
    """What remains of an answer that was permitted: a charge, or its entry in the log."""

    @property
    def controller(self) -> str: ...
    @property
    def question(self) -> str: ...
    @property
    def at(self) -> datetime: ...


Check = Callable[[GrantState, Disclosure, datetime], bool]

CHECKS: tuple[tuple[type[ConsentError], Check], ...] = (
    (
        WrongRecipientError,
        lambda state, asked, _: (
            (state.grant.controller, state.grant.controller_key, state.grant.helper, state.grant.helper_key)
            == (asked.controller, asked.controller_key, asked.helper, asked.helper_key)
        ),
    ),
    (WrongPurposeError, lambda state, asked, _: state.grant.purpose == asked.purpose),
    (WrongDataError, lambda state, asked, _: bool(asked.data) and asked.data <= state.grant.data),
    (WithdrawnError, lambda state, _, __: not state.withdrawn),
    (
        NotYetValidError,
        lambda state, asked, now: (
            state.given_at is not None and max(state.grant.created, state.given_at, asked.opens) <= now
        ),
    ),
    (ExpiredError, lambda state, asked, now: not state.expired(now) and now < asked.closes),
    (BatchTooSmallError, lambda state, asked, _: asked.min_batch >= state.grant.min_batch),
    (
        BudgetExhaustedError,
        lambda state, asked, _: (
            asked.micro_rho == 0
            if asked.statistic == NODE
            else 0 < asked.micro_rho <= state.grant.max_micro_rho_release
        ),
    ),
)
"""What a grant must pass, in this order; the first that fails names the refusal."""


def refusal(state: GrantState, asked: Disclosure, now: datetime) -> type[ConsentError] | None:
    """Why this grant does not cover the disclosure; None if it does. Spending so far is not looked at."""
    if asked.statistic not in STATISTICS | {NODE}:
        return UnknownStatisticError
    return next((error for error, holds in CHECKS if not holds(state, asked, now)), None)


def choose(
    states: Iterable[GrantState], asked: Disclosure, now: datetime, charges: Sequence[Charge], limits: Limits
) -> GrantState:
    """The first grant, by identifier, that covers the disclosure within all limits.

    Raises the refusal of the grant that came closest; NoGrantError where there is none for this business.
    """
    if asked.statistic not in STATISTICS | {NODE}:
        raise UnknownStatisticError
    if repeated(asked.controller, asked.question, now, charges):
        raise AlreadyAnsweredError("you answered the same question of this business in the last 28 days")
    ranks = {error: rank for rank, (error, _) in enumerate(CHECKS)}
    closest: type[ConsentError] = NoGrantError
    for state in sorted(states, key=lambda state: state.grant.identifier):
        if state.grant.controller != asked.controller:
            continue
        reason = refusal(state, asked, now) or _over(state, asked, now, charges, limits)
        if reason is None:
            return state
        if ranks[reason] > ranks.get(closest, -1):
            closest = reason
    raise closest


def repeated(controller: str, question: str, now: datetime, answers: Iterable[Answered]) -> bool:
    """Whether this business was given an answer to this question in the ``PERIOD`` that ends now.

    Each answer has a draw and noise of its own, so asking again tells more; a round of training asks no question. An
    answer dated after ``now`` counts as well.
    """
    return bool(question) and any(
        (answer.controller, answer.question) == (controller, question) and answer.at > now - PERIOD
        for answer in answers
    )


def _over(
    state: GrantState, asked: Disclosure, now: datetime, charges: Sequence[Charge], limits: Limits
) -> type[ConsentError] | None:
    under_grant = spent(charges, now, PERIOD, grant=state.grant.identifier) + asked.micro_rho
    if under_grant > state.grant.max_micro_rho_period:
        return BudgetExhaustedError
    if not within(charges, limits, asked.controller, asked.micro_rho, now):
        return BudgetExhaustedError
    return None
