"""Messages between agents, leader and helper, and their one byte form.

A message is a version byte and the MessagePack array of its fields. Lengths depend on the study alone, so that every
agent's upload looks alike. There is one encoding of each message: what does not encode back to the same bytes is
refused. Shapes follow DAP (draft-ietf-ppm-dap); bytes do not.

    PUT    tasks/{task}/reports/{report}    Report           agent to leader
    DELETE tasks/{task}/reports/{report}    the secret       agent to leader, and to the helper
    GET    studies                          StudyList, JSON  agent from leader
    GET    models                           ModelList, JSON  agent from leader
    PUT    tasks/{task}                     Registration     leader to helper
    PUT    tasks/{task}/jobs/{number}       Job, JobAnswer   leader to helper
    PUT    tasks/{task}/collection          Collection, AggregateShare
    PUT    tasks/{task}/abandonment         nothing          leader to helper
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from vocab.errors import VocabularyError

__all__ = [
    "JOB_REPORTS",
    "VERSION",
    "AggregateShare",
    "Collection",
    "Job",
    "JobAnswer",
    "JobEntry",
    "ModelList",
    "Outcome",
    "Registration",
    "Report",
    "SignedModel",
    "SignedStudy",
    "StudyList",
    "Verdict",
    "abandonment_path",
    "checksum",
    "collection_path",
    "decode",
    "decode_models",
    "decode_studies",
    "encode",
    "job_path",
    "report_path",
    "task_path",
]

VERSION = 1
JOB_REPORTS = 64
"""Most reports in one job: what a server holds in memory at a time."""

TaskId = Annotated[bytes, Meta(min_length=32, max_length=32)]
ReportId = Annotated[bytes, Meta(min_length=16, max_length=16)]
Digest = Annotated[bytes, Meta(min_length=32, max_length=32)]
Number = Annotated[int, Meta(ge=0, le=0xFFFFFFFF)]


class _Message(Struct, array_like=True, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Base of the binary messages."""


class Report(_Message, frozen=True):
    """One agent's answer to one study: two shares, of which the helper's is sealed."""

    task_id: TaskId
    report_id: ReportId
    public_share: bytes
    sealed_share: bytes
    leader_share: bytes

    @property
    def path(self) -> str:
        """Where the report is PUT, below the leader's address."""
        return report_path(self.task_id, self.report_id)


class JobEntry(_Message, frozen=True):
    """What the helper needs of one report, and the leader's half of the proof check."""

    report_id: ReportId
    public_share: bytes
    sealed_share: bytes
    verifier_share: bytes


class Job(_Message, frozen=True):
    """Up to ``JOB_REPORTS`` reports to check together; ``number`` counts the jobs of a task from 0."""

    task_id: TaskId
    number: Number
    entries: Annotated[tuple[JobEntry, ...], Meta(min_length=1, max_length=JOB_REPORTS)]


class Outcome(enum.IntEnum):
    """Why a report counts or does not."""

    ACCEPTED = 0
    INVALID = 1
    REPLAYED = 2
    WITHDRAWN = 3


class Verdict(_Message, frozen=True):
    """The helper's word on one report; ``message`` ends the proof check and is empty unless it was accepted."""

    outcome: Outcome
    message: Annotated[bytes, Meta(max_length=32)]


class JobAnswer(_Message, frozen=True):
    """Verdicts in the order of the job's entries."""

    verdicts: tuple[Verdict, ...]


class Registration(_Message, frozen=True):
    """A study made known to the helper: manifest (canonical JSON), its signature, the sealed key of the proof check."""

    manifest: bytes
    proof: str
    sealed_key: bytes


class Collection(_Message, frozen=True):
    """The leader's word on what was summed: how many reports, and the ``checksum`` over their ids."""

    task_id: TaskId
    accepted: Number
    checksum: Digest


class AggregateShare(_Message, frozen=True):
    """The helper's half of the sum, its noise included, as field elements."""

    share: bytes


class SignedStudy(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A manifest (``Study.to_json``), its task id in hexadecimal, and the business's signature; nothing checked yet."""

    task: str
    manifest: dict[str, Any]
    proof: str


class StudyList(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """All studies of a leader that are open, the same for every agent."""

    version: int
    studies: tuple[SignedStudy, ...]


class SignedModel(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A model (``SharedModel.to_json``) and the business's signature of it; nothing checked yet."""

    model: dict[str, Any]
    proof: str


class ModelList(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The newest model of each kind that a leader publishes, the same for every agent."""

    version: int
    models: tuple[SignedModel, ...]


M = TypeVar("M", bound=_Message)
L = TypeVar("L", StudyList, ModelList)


def encode(message: _Message) -> bytes:
    """The message's bytes."""
    return bytes([VERSION]) + msgspec.msgpack.encode(message)


def decode(raw: bytes, kind: type[M]) -> M:
    """Read a message of this kind; VocabularyError for anything that ``encode`` would not have written."""
    if raw[:1] != bytes([VERSION]):
        raise VocabularyError(
            f"the message is not of version {VERSION}", hint="Agent and servers must speak the same version: update."
        )
    try:
        message = msgspec.msgpack.decode(raw[1:], type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise VocabularyError(f"the message is not a {kind.__name__}: {error}") from error
    if encode(message) != raw:
        raise VocabularyError(f"the {kind.__name__} is not in its one encoding")
    return message


def decode_studies(raw: bytes) -> StudyList:
    """Read the list of studies that a leader serves; VocabularyError for anything else."""
    return _listed(raw, StudyList, "studies")


def decode_models(raw: bytes) -> ModelList:
    """Read the list of models that a leader serves; VocabularyError for anything else."""
    return _listed(raw, ModelList, "models")


def _listed(raw: bytes, kind: type[L], what: str) -> L:
    try:
        found = msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise VocabularyError(f"the list of {what} cannot be read: {error}") from error
    if found.version != VERSION:
        raise VocabularyError(f"the list of {what} is of version {found.version}, not {VERSION}")
    return found


def checksum(report_ids: Iterable[bytes]) -> bytes:
    """SHA-256 over report ids in ascending order, so that both servers know that they summed the same reports."""
    return hashlib.sha256(b"".join(sorted(report_ids))).digest()


def abandonment_path(task_id: bytes) -> str:
    """Path below the helper's address at which the leader says that a study is given up."""
    return f"{task_path(task_id)}/abandonment"


def task_path(task_id: bytes) -> str:
    """Path of a task below a server's address."""
    return f"tasks/{task_id.hex()}"


def report_path(task_id: bytes, report_id: bytes) -> str:
    """Path of a report below the leader's address (and the helper's, for withdrawing)."""
    return f"{task_path(task_id)}/reports/{report_id.hex()}"


def job_path(task_id: bytes, number: int) -> str:
    """Path of a job below the helper's address."""
    return f"{task_path(task_id)}/jobs/{number}"


def collection_path(task_id: bytes) -> str:
    """Path of a task's collection below the helper's address."""
    return f"{task_path(task_id)}/collection"
