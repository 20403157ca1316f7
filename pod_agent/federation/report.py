"""A report: one measurement, split, proved and sealed, as bytes that are kept until the study is over.

The bytes are stored before the gate is asked, so that a crash in the midst of an upload is followed by the same bytes,
which cost nothing more, and not by a second report.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from consent.budget import Limits
from consent.grant import Disclosure
from pod_agent.errors import LocalStateError
from pod_agent.federation.checking import cost, needed_data
from pod_agent.storage import make_private_folder, remove_private, write_private
from vocab.study import Study
from vocab.vdaf.circuits import Measurement
from vocab.vdaf.encoding import SECRET_BYTES, make_report, randomness_bytes, report_bytes
from vocab.wire import encode

__all__ = ["Outbox", "SealedReport", "build_report", "disclosure_of", "key_digest"]


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


def build_report(study: Study, measurement: Measurement) -> SealedReport:
    """Make a fresh report; its size depends on the study alone."""
    secret = os.urandom(SECRET_BYTES)
    report = make_report(study, measurement, secret=secret, randomness=os.urandom(randomness_bytes(study)))
    body = encode(report)
    if len(body) != report_bytes(study):
        raise LocalStateError("a report has another size than those of other people; nothing was sent")
    return SealedReport(
        address=study.leader_url + report.path,
        report_id=report.report_id,
        body=body,
        secret=secret,
        withdraw_at=(study.helper_url + report.path, study.leader_url + report.path),
    )


def key_digest(study: Study) -> str:
    """Digest of the helper's public key, as grants pin it."""
    return "sha-256:" + hashlib.sha256(bytes.fromhex(study.helper_key)).hexdigest()


def disclosure_of(study: Study, controller_key: str, report: SealedReport, limits: Limits) -> Disclosure:
    """The question for the gate: may exactly this report leave for this study?"""
    return Disclosure(
        study=study.task_id.hex(),
        controller=study.controller,
        controller_key=controller_key,
        helper=study.helper,
        helper_key=key_digest(study),
        purpose=study.purpose,
        data=frozenset(study.data) | needed_data(study),
        statistic=study.statistic.name,
        micro_rho=cost(study, limits),
        min_batch=study.min_batch,
        opens=study.opens,
        closes=study.closes,
        recipient=report.address,
        size=len(report.body),
        sha256=report.sha256,
    )


class Outbox:
    """Reports that were built, by study; private to this user."""

    def __init__(self, folder: Path) -> None:
        self._folder = make_private_folder(folder)

    def find(self, task_id: str) -> SealedReport | None:
        """The report built for the study with this task id (hexadecimal), or None."""
        path = self._folder / task_id
        if not path.exists():
            return None
        try:
            head, _, body = path.read_bytes().partition(b"\n")
            known = json.loads(head)
            return SealedReport(
                address=known["address"],
                report_id=bytes.fromhex(known["report_id"]),
                body=body,
                secret=bytes.fromhex(known["secret"]),
                withdraw_at=tuple(known["withdraw_at"]),
            )
        except (ValueError, LookupError, TypeError) as error:
            raise LocalStateError(f"{path} cannot be read", hint="Remove it; the study stays unanswered.") from error

    def keep(self, task_id: str, report: SealedReport) -> None:
        """Store a report, on disk when this returns."""
        head = {
            "address": report.address,
            "report_id": report.report_id.hex(),
            "secret": report.secret.hex(),
            "withdraw_at": report.withdraw_at,
        }
        write_private(self._folder / task_id, json.dumps(head).encode() + b"\n" + report.body)

    def forget(self, task_id: str) -> bool:
        """Remove a report that was taken back; False where there was none."""
        return remove_private(self._folder / task_id)
