"""Errors of the businesses' side.

AggregatorError
├── ConfigurationError              2  the folder is not set up, or is set up wrongly
├── MissingExtraError               2  a feature needs packages that are not installed
├── UnsupportedStatisticError       2  a statistic that this version does not have
├── StudyRefusedError               2  terms that must not be published
├── UnknownStudyError               2  no study has this task id
├── UnknownReleaseError             2  no release has this id
├── NothingLearnedError             2  a study from whose release no newer model can be made
├── NotAuthorisedError              1  a request from somebody who does not hold the key
├── ReportRefusedError              1  an upload or withdrawal that is not taken
│   ├── ReportTooLargeError
│   ├── ReportConflictError            other bytes came under this id before
│   ├── StudyNotOpenError
│   ├── StudyClosedError
│   ├── TooManyWithdrawalsError
│   └── WrongSecretError
├── BatchTooSmallError              1  too few valid reports to release anything
│   ├── StudyAbandonedError            the reports are erased and nothing will be released
│   └── OneIssuerError                 one pod operator vouches for more than half of the valid reports
├── CollectedBeforeError            1  the task was collected with other reports, or the job asked with other bytes
├── HelperUnreachableError          5  the other server does not answer
├── HelperRefusedError              1  the other server refused
├── VerifierLostError               1  a process that checks proofs has ended before its answer
├── ServerStartError                1  a server process ended before it was ready
├── SuperLinkError                  5  Flower's server does not do its part
├── TrainingServerAwayError         5  no training server runs in this home
├── IssuerUnreachableError          5  an issuer of tokens does not answer
├── UnknownKeyError                 2  no key of the issuer has this name, or its study is over
├── NotOnRosterError                1  the study's roster does not name the person
├── TokenTakenError                 1  the person's one token was given before
├── ProviderUnreachableError        5  what vouches for a WebID cannot be read now
├── AdmissionRefusedError           1  a node that may not take part in training
├── UnknownNodeError                2  no node has this name
└── RoundAbortedError               1  a training round ended without a new model
"""

from __future__ import annotations

from vocab.errors import ProjectError

__all__ = [
    "AdmissionRefusedError",
    "AggregatorError",
    "BatchTooSmallError",
    "CollectedBeforeError",
    "ConfigurationError",
    "HelperRefusedError",
    "HelperUnreachableError",
    "IssuerUnreachableError",
    "MissingExtraError",
    "NotAuthorisedError",
    "NotOnRosterError",
    "NothingLearnedError",
    "OneIssuerError",
    "ProviderUnreachableError",
    "ReportConflictError",
    "ReportRefusedError",
    "ReportTooLargeError",
    "RoundAbortedError",
    "ServerStartError",
    "StudyAbandonedError",
    "StudyClosedError",
    "StudyNotOpenError",
    "StudyRefusedError",
    "SuperLinkError",
    "TokenTakenError",
    "TooManyWithdrawalsError",
    "TrainingServerAwayError",
    "UnknownKeyError",
    "UnknownNodeError",
    "UnknownReleaseError",
    "UnknownStudyError",
    "UnsupportedStatisticError",
    "VerifierLostError",
    "WrongSecretError",
    "error_for",
]


class AggregatorError(ProjectError):
    """Root of the aggregator's errors."""

    code = "aggregator_error"


class ConfigurationError(AggregatorError):
    """The folder is not set up, or is set up wrongly."""

    code = "configuration"
    hint = "Run: pod-aggregator init"
    exit_status = 2


class MissingExtraError(AggregatorError):
    """A feature needs packages that are not installed."""

    code = "missing_extra"
    exit_status = 2
    http_status = 501


class UnsupportedStatisticError(AggregatorError):
    """A statistic that this version does not have."""

    code = "not_in_this_version"
    hint = "docs/reference/statistics.md lists what this version has."
    exit_status = 2
    http_status = 501


class StudyRefusedError(AggregatorError):
    """Terms that must not be published."""

    code = "study_refused"
    exit_status = 2
    http_status = 422


class UnknownStudyError(AggregatorError):
    """No study has this task id."""

    code = "unknown_study"
    hint = "The portal's page of studies names each task."
    exit_status = 2
    http_status = 404


class UnknownReleaseError(AggregatorError):
    """No release has this id."""

    code = "unknown_release"
    hint = "Run: pod-aggregator release list"
    exit_status = 2
    http_status = 404


class NothingLearnedError(AggregatorError):
    """No model can be made from this study's release, or a newer one of its kind is published."""

    code = "nothing_learned"
    hint = "Make models from released studies of item vectors: pod-aggregator release list."
    exit_status = 2
    http_status = 409


class NotAuthorisedError(AggregatorError):
    """A request from somebody who does not hold the key."""

    code = "not_authorised"
    hint = "Leader and helper need the same channel key."
    http_status = 401


class ReportRefusedError(AggregatorError):
    """An upload or a withdrawal that is not taken."""

    code = "report_refused"
    http_status = 400


class ReportTooLargeError(ReportRefusedError):
    """More bytes than a report to this study has."""

    code = "report_too_large"
    http_status = 413


class ReportConflictError(ReportRefusedError):
    """Other bytes came under this id before."""

    code = "report_conflict"
    hint = "Send the same bytes again, or a new report under a new secret."
    http_status = 409


class StudyNotOpenError(ReportRefusedError):
    """The study's window has not begun."""

    code = "study_not_open"
    hint = "Send again when the study opens."
    http_status = 409


class StudyClosedError(ReportRefusedError):
    """The study takes no reports and no withdrawals any more."""

    code = "study_closed"
    http_status = 410


class TooManyWithdrawalsError(ReportRefusedError):
    """More withdrawals of reports that never came than this server keeps for one study."""

    code = "too_many_withdrawals"
    hint = "Withdraw at the other server: one of both suffices."
    http_status = 429


class WrongSecretError(ReportRefusedError):
    """The secret does not belong to this report."""

    code = "wrong_secret"
    http_status = 403


class BatchTooSmallError(AggregatorError):
    """Too few valid reports; nothing is released."""

    code = "too_few_reports"
    hint = "Wait for more reports; the minimum is part of the study's terms."
    http_status = 409


class StudyAbandonedError(BatchTooSmallError):
    """The study was given up: its reports are erased at both servers and nothing will be released."""

    code = "study_abandoned"
    hint = "Publish a new study; this one is over and its reports are erased."


class OneIssuerError(BatchTooSmallError):
    """One pod operator vouches for more than half of the valid reports: it could have made them all up."""

    code = "one_issuer"
    hint = "Publish a new study, and wait until more people of other operators have answered."


class CollectedBeforeError(AggregatorError):
    """The same question came before with other reports: an answer would undo the noise."""

    code = "collected_before"
    hint = "A study is collected once. Publish a new study."
    http_status = 409


class HelperUnreachableError(AggregatorError):
    """The other server does not answer."""

    code = "helper_unreachable"
    hint = "Start the helper, then run the command again: it goes on where it stopped."
    exit_status = 5
    http_status = 503


class HelperRefusedError(AggregatorError):
    """The other server refused."""

    code = "helper_refused"
    http_status = 502


class VerifierLostError(AggregatorError):
    """A process that checks proofs has ended before its answer: killed, or out of memory."""

    code = "verifier_lost"
    hint = "Nothing is lost: collect again. If it comes back, give fewer workers or more memory."
    http_status = 503


class IssuerUnreachableError(AggregatorError):
    """An issuer of tokens does not answer, or not with what an issuer says."""

    code = "issuer_unreachable"
    hint = "Publish the study again when the issuer is there; nothing was opened."
    exit_status = 5
    http_status = 503


class UnknownKeyError(AggregatorError):
    """No key of the issuer has this name, or its study is over."""

    code = "unknown_key"
    exit_status = 2
    http_status = 404


class NotOnRosterError(AggregatorError):
    """The roster that the study was published with does not name the person."""

    code = "not_on_roster"
    hint = "Whoever joined the pod's operator later takes part in later studies."
    http_status = 403


class TokenTakenError(AggregatorError):
    """Each person has one token for a study, and this person's was given before."""

    code = "token_taken"
    hint = "Another device of yours takes part in this study already."
    http_status = 409


class ServerStartError(AggregatorError):
    """A server process ended before it was ready."""

    code = "server_start"
    hint = "Its log is in its folder."


class SuperLinkError(AggregatorError):
    """Flower's server does not start or does not answer."""

    code = "superlink"
    hint = "Try the round again; the model is as it was."
    exit_status = 5
    http_status = 503


class TrainingServerAwayError(AggregatorError):
    """No training server runs in this home, so that nodes have nowhere to go."""

    code = "training_server_away"
    hint = "Run: pod-aggregator superlink"
    exit_status = 5
    http_status = 503


class ProviderUnreachableError(AggregatorError):
    """The document of a WebID, or the keys of its identity provider, cannot be read now."""

    code = "provider_unreachable"
    hint = "Try again later."
    exit_status = 5
    http_status = 503


class AdmissionRefusedError(AggregatorError):
    """A node that may not take part in training: its person's grant does not say so."""

    code = "admission_refused"
    hint = "Allow a training study of this business first: pod-agent requests list"
    http_status = 403


class UnknownNodeError(AggregatorError):
    """No node has this name."""

    code = "unknown_node"
    hint = "Run: pod-aggregator nodes list"
    exit_status = 2
    http_status = 404


class RoundAbortedError(AggregatorError):
    """Too few nodes or reports by the deadline; the model stays as it was."""

    code = "round_aborted"
    hint = "Try again when more people are there."
    http_status = 409


def error_for(code: str, message: str, hint: str = "") -> AggregatorError | None:
    """The error that another process of ours told by its code; None if the code is not one of these."""
    kinds: list[type[AggregatorError]] = [AggregatorError]
    while kinds:
        kind = kinds.pop()
        if kind.code == code:
            return kind(message, hint=hint or None)
        kinds += kind.__subclasses__()
    return None
