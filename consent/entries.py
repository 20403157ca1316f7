"""What a decision of the gate leaves in the log, and what the log tells of earlier ones."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from consent.grant import Disclosure, Grant
from consent.ledger import PERMITTED, Entry

__all__ = ["changed", "denied", "denied_before", "ended", "released", "taken_back", "withdrawals"]


def released(asked: Disclosure, grant: str, now: datetime) -> Entry:
    """Permitted under this grant, with its cost; nothing has left yet."""
    return Entry(
        at=now,
        action="release",
        grant=grant,
        study=asked.study,
        controller=asked.controller,
        recipient=asked.recipient,
        size=asked.size,
        sha256=asked.sha256,
        micro_rho=asked.micro_rho,
        question=asked.question,
        outcome=PERMITTED,
    )


def ended(asked: Disclosure, grant: str, outcome: str, now: datetime) -> Entry:
    """How what was permitted ended; its cost is counted already."""
    return replace(released(asked, grant, now), micro_rho=0, outcome=outcome)


def denied(asked: Disclosure, code: str, now: datetime) -> Entry:
    """Refused, with the refusal's code; nothing leaves."""
    return replace(released(asked, "", now), action="deny", size=0, sha256="", micro_rho=0, outcome=code)


def taken_back(release: Entry, recipient: str, payload: bytes, outcome: str, now: datetime) -> Entry:
    """What the server at ``recipient`` said to ``payload``, which was to take this release back."""
    return Entry(
        at=now,
        action="withdraw-report",
        grant=release.grant,
        study=release.study,
        controller=release.controller,
        recipient=recipient,
        size=len(payload),
        sha256=hashlib.sha256(payload).hexdigest(),
        outcome=outcome,
    )


def changed(action: str, grant: Grant, now: datetime) -> Entry:
    """A grant was given, renewed, withdrawn or came to its end; a yes names the study that it is for."""
    study = grant.request if action == "give" else ""
    return Entry(at=now, action=action, grant=grant.identifier, study=study, controller=grant.controller)


def withdrawals(entries: Sequence[Entry]) -> frozenset[str]:
    """Identifiers of the grants whose withdrawal is in the log."""
    return frozenset(entry.grant for entry in entries if entry.action == "withdraw")


def denied_before(entries: Sequence[Entry], study: str, code: str) -> bool:
    """Whether the last word on this study was the same refusal: a study that is offered daily is refused once."""
    last = next((entry for entry in reversed(entries) if entry.study == study), None)
    return last is not None and (last.action, last.outcome) == ("deny", code)
