"""A report: one measurement, split, proved and sealed, as bytes that are kept until the study is over.

The bytes are stored before the gate is asked, so that a crash in the midst of an upload is followed by the same bytes,
which cost nothing more, and not by a second report.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from consent.budget import Limits
from consent.grant import Disclosure
from consent.proof import digest
from pod_agent.errors import LocalStateError
from pod_agent.federation.checking import cost
from pod_agent.federation.measuring.checks import needed_data
from pod_agent.federation.measuring.computing import Answer
from pod_agent.federation.tokens import Ticket
from pod_agent.storage import make_private_folder, remove_private, write_private
from vocab.study import Study
from vocab.vdaf.circuits import Measurement
from vocab.vdaf.encoding import SECRET_BYTES, make_report, randomness_bytes, report_bytes
from vocab.wire import encode

__all__ = ["KEPT", "Kept", "Outbox", "SealedReport", "build_report", "disclosure_of", "key_digest"]

KEPT = timedelta(days=8)
"""How long a report is kept after its study closed: until then it can be taken back."""
HEAD_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class SealedReport:
    """The bytes to PUT, where to, the report's id, and what takes the report back before it is summed.

    Showing ``secret`` at any of the addresses in ``withdraw_at`` suffices; the helper's comes first.
    """

    address: str
    report_id: bytes
    body: bytes
    secret: bytes
    withdraw_at: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """Digest of the bytes, in hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Kept:
    """A report that waits or was sent; ``grant`` is the one it was shown and allowed for, empty in a training round.

    ``answer`` is what the report says, for the person alone; None in a training round.
    """

    report: SealedReport
    closes: datetime
    grant: str = ""
    answer: Answer | None = None


def build_report(study: Study, measurement: Measurement, ticket: Ticket | None = None) -> SealedReport:
    """Make a fresh report; its size depends on the study alone. A study that counts tokens needs a ticket."""
    ticket = ticket or Ticket(os.urandom(SECRET_BYTES), b"")
    randomness = os.urandom(randomness_bytes(study))
    report = make_report(study, measurement, secret=ticket.secret, randomness=randomness, token=ticket.token)
    body = encode(report)
    if len(body) != report_bytes(study):
        raise LocalStateError("a report has another size than those of other people; nothing was sent")
    return SealedReport(
        address=study.leader_url + report.path,
        report_id=report.report_id,
        body=body,
        secret=ticket.secret,
        withdraw_at=(study.helper_url + report.path, study.leader_url + report.path),
    )


def key_digest(study: Study) -> str:
    """Digest of the helper's public key, as grants pin it."""
    return digest(bytes.fromhex(study.helper_key))


def disclosure_of(study: Study, controller_key: str, limits: Limits, report: SealedReport | None = None) -> Disclosure:
    """The question for the gate: may exactly this report leave for this study? Or any, where none was made yet."""
    return Disclosure(
        study=study.task_id.hex(),
        controller=study.controller,
        controller_key=controller_key,
        helper=study.helper,
        helper_key=key_digest(study),
        purpose=study.purpose,
        data=frozenset(study.data) | needed_data(study.statistic),
        statistic=study.statistic.name,
        micro_rho=cost(study, limits),
        min_batch=study.min_batch,
        opens=study.opens,
        closes=study.closes,
        recipient=report.address if report else study.leader_url,
        size=len(report.body) if report else 0,
        sha256=report.sha256 if report else "",
        question=study.question,
    )


class Outbox:
    """Reports that were built, by study; private to this user."""

    def __init__(self, folder: Path) -> None:
        self._folder = make_private_folder(folder)

    def find(self, task_id: str) -> Kept | None:
        """The report built for the study with this task id (hexadecimal), or None."""
        path = self._folder / task_id
        if not path.exists():
            return None
        try:
            head, _, body = path.read_bytes().partition(b"\n")
            return _kept(json.loads(head), body)
        except (ValueError, LookupError, TypeError) as error:
            raise LocalStateError(f"{path} cannot be read", hint="Remove it; the study stays unanswered.") from error

    def keep(self, task_id: str, kept: Kept) -> None:
        """Store a report, on disk when this returns."""
        head = {
            "address": kept.report.address,
            "report_id": kept.report.report_id.hex(),
            "secret": kept.report.secret.hex(),
            "withdraw_at": kept.report.withdraw_at,
            "closes": int(kept.closes.timestamp()),
            "grant": kept.grant,
            "answer": kept.answer,
        }
        write_private(self._folder / task_id, json.dumps(head).encode() + b"\n" + kept.report.body)

    def forget(self, task_id: str) -> bool:
        """Remove a report that was taken back; False where there was none."""
        return remove_private(self._folder / task_id)

    def forget_closed(self, now: datetime) -> None:
        """Remove the reports of studies that closed more than ``KEPT`` ago; what cannot be read stays."""
        for path in self._folder.iterdir():
            with contextlib.suppress(OSError, ValueError, LookupError, TypeError), path.open("rb") as file:
                if json.loads(file.readline(HEAD_BYTES))["closes"] < (now - KEPT).timestamp():
                    remove_private(path)


def _kept(head: Any, body: bytes) -> Kept:
    report = SealedReport(
        address=head["address"],
        report_id=bytes.fromhex(head["report_id"]),
        body=body,
        secret=bytes.fromhex(head["secret"]),
        withdraw_at=tuple(head["withdraw_at"]),
    )
    closes, answer = datetime.fromtimestamp(head["closes"], UTC), head["answer"]
    return Kept(report, closes, grant=str(head["grant"]), answer=tuple(answer) if isinstance(answer, list) else answer)
