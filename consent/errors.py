"""Refusals: why nothing left.

ConsentError                    4, HTTP 403
├── NoGrantError                no grant of this person names this business
├── WrongRecipientError         the grant names other recipients, or the helper's key is not the one it pins
├── WrongPurposeError           the grant is for another purpose
├── WrongDataError              the grant does not list every kind of data that is asked for
├── NotYetValidError            the grant, or the study, has not begun
├── ExpiredError                the grant, or the study, has ended
├── WithdrawnError              the person withdrew the grant
├── BudgetExhaustedError        the privacy loss would pass a limit of the grant or of the person
├── BatchTooSmallError          fewer people than the grant asks for may be summed together
├── UnknownStatisticError       the statistic is not in the catalogue that ships with the agent
├── BadSignatureError           a signed document was changed, or someone else signed it
├── ClockRollbackError          this machine's clock stands before the last entry of the log
├── RefusedError                the person said no to this study
├── RequestSettledError         the request was allowed, or its study is over
├── AlreadyAnsweredError        this study was answered; a second answer would tell more
├── InvalidGrantError           a grant that may not be given: no end, two purposes, health beside other data
├── InvalidStudyError           a study whose terms the agent refuses before anyone is asked
├── LogDamagedError             the log was edited, cut or reordered
└── PodOfflineError             5, HTTP 503: the pod cannot be asked for the grants, so nothing leaves
"""

from __future__ import annotations

from typing import ClassVar

from vocab.errors import ProjectError

__all__ = [
    "AlreadyAnsweredError",
    "BadSignatureError",
    "BatchTooSmallError",
    "BudgetExhaustedError",
    "ClockRollbackError",
    "ConsentError",
    "ExpiredError",
    "InvalidGrantError",
    "InvalidStudyError",
    "LogDamagedError",
    "NoGrantError",
    "NotYetValidError",
    "PodOfflineError",
    "RefusedError",
    "RequestSettledError",
    "UnknownStatisticError",
    "WithdrawnError",
    "WrongDataError",
    "WrongPurposeError",
    "WrongRecipientError",
]


class ConsentError(ProjectError):
    """Root of the refusals: nothing about the person was sent."""

    code = "consent_refused"
    exit_status = 4
    http_status = 403
    message: ClassVar[str] = "nothing was sent"

    def __init__(self, message: str | None = None, *, hint: str | None = None) -> None:
        super().__init__(message or self.message, hint=hint)


class NoGrantError(ConsentError):
    """No grant names this business."""

    code = "no_grant"
    hint = "Look at what is asked and give a grant if you agree. Run: pod-agent requests"
    message = "you have given no grant to this business"


class WrongRecipientError(ConsentError):
    """The grant names other recipients, or another key of the helper."""

    code = "wrong_recipient"
    hint = "The servers of this study are not those you agreed to. A new grant is needed."
    message = "the grant does not name these recipients"


class WrongPurposeError(ConsentError):
    """The grant is for another purpose."""

    code = "wrong_purpose"
    hint = "A grant covers one purpose. A new grant is needed for another one."
    message = "the grant is for another purpose"


class WrongDataError(ConsentError):
    """A kind of data that the grant does not list."""

    code = "wrong_data"
    hint = "A grant covers only the data it lists. A new grant is needed."
    message = "the grant does not cover all data that is asked for"


class NotYetValidError(ConsentError):
    """Too early."""

    code = "not_yet_valid"
    hint = "Wait until it begins."
    message = "the grant has not begun"


class ExpiredError(ConsentError):
    """Too late."""

    code = "expired"
    hint = "Give a new grant if you still agree."
    message = "the grant has ended"


class WithdrawnError(ConsentError):
    """The person withdrew the grant."""

    code = "withdrawn"
    hint = "A withdrawn grant stays withdrawn. Give a new one if you changed your mind."
    message = "you withdrew this grant"


class BudgetExhaustedError(ConsentError):
    """The privacy loss would pass a limit."""

    code = "budget_exhausted"
    hint = "Wait until the period is over. Run: pod-agent grants list"
    message = "the answer would cost more privacy than is left"


class BatchTooSmallError(ConsentError):
    """Too few people would be summed together."""

    code = "batch_too_small"
    hint = "The study must promise to release nothing for fewer people."
    message = "the study would release sums over too few people"


class UnknownStatisticError(ConsentError):
    """A statistic outside the catalogue."""

    code = "unknown_statistic"
    hint = "Update pod-agent, or leave this study out."
    message = "the statistic is not in the catalogue"


class BadSignatureError(ConsentError):
    """A signed document was changed, or someone else signed it."""

    code = "bad_signature"
    hint = "Do not trust this document. Fetch it again; if it stays so, tell who runs the server."
    message = "a signature does not fit its document"


class ClockRollbackError(ConsentError):
    """The clock stands before the last entry of the log."""

    code = "clock_rollback"
    hint = "Set this machine's clock."
    message = "this machine's clock stands before the last entry of the log"


class AlreadyAnsweredError(ConsentError):
    """The study was answered."""

    code = "already_answered"
    hint = "Each study is answered once, and one question of a business once in 28 days."
    message = "this study was answered"


class RefusedError(ConsentError):
    """The person said no to this request, which is final."""

    code = "refused"
    hint = "A request that was refused stays refused. The business may ask again with a new one."
    message = "you refused this request"


class RequestSettledError(ConsentError):
    """The request was allowed, or its study is over."""

    code = "request_settled"
    hint = "Only a request that waits for an answer can be refused or put off."
    message = "this request has its answer"


class InvalidGrantError(ConsentError):
    """A grant that may not be given."""

    code = "invalid_grant"
    hint = "A grant has one purpose, named data, and an end; health data has a grant of its own."


class InvalidStudyError(ConsentError):
    """A study whose terms the agent refuses."""

    code = "invalid_study"
    hint = "Leave this study out."


class LogDamagedError(ConsentError):
    """The log was edited, cut or reordered."""

    code = "log_damaged"
    hint = (
        "Someone, or a server that failed, changed the log in your pod. Nothing leaves until consent/log is restored"
        " from a backup of the pod; see docs/explanation/consent.md."
    )
    message = "the log of what left does not fit together"


class PodOfflineError(ConsentError):
    """The pod cannot be asked for the grants."""

    code = "pod_offline"
    hint = "Try again when the pod can be reached. A withdrawal is noted at once, also now."
    exit_status = 5
    http_status = 503
    message = "the pod does not answer, so no grant can be read and nothing leaves"
