"""Reports of withdrawn grants, taken back from both servers before they are summed; tried until both have answered.

Either server alone keeps a report out of the sum: the helper refuses its half of it for good, the leader forgets both
halves. The helper's word is the stronger one, for it holds even where the leader kept a copy. So a report counts as
taken back where one of them removed it, and the other is asked again until it removed it too or says that it is too
late. Every answer is in the log, one entry for each server.
"""

from __future__ import annotations

import logging

import httpx

from consent.errors import ConsentError
from consent.gate import Gate
from consent.ledger import PERMITTED, Entry
from pod_agent.errors import LocalStateError
from pod_agent.federation.report import Outbox, SealedReport
from pod_agent.federation.send import Removal, withdraw_report

__all__ = ["TAKEN_BACK", "last_answers", "left_to_ask", "take_back"]

log = logging.getLogger(__name__)

TAKEN_BACK = "withdraw-report"
"""The action of these entries in the log; their outcome is a ``Removal``."""
FINAL = frozenset({Removal.REMOVED.value, Removal.TOO_LATE.value})


def take_back(gate: Gate, outbox: Outbox, *, client: httpx.Client, grant: str | None = None) -> bool:
    """Ask the servers to forget what was permitted under withdrawn grants (or under ``grant`` alone) and built here.

    True if nothing is left to ask; False where a server or the pod does not answer, and then the next call goes on.
    Raises nothing for that: the withdrawal itself stands in any case.
    """
    try:
        entries = gate.entries()
        withdrawn = gate.withdrawn(entries)
        done = True
        for entry in entries:
            if entry.outcome == PERMITTED and entry.grant in withdrawn and grant in {None, entry.grant}:
                done = _take_back(gate, outbox, entry, last_answers(entries, entry.study), client) and done
    except (ConsentError, LocalStateError) as error:
        log.warning("reports of withdrawn grants are not all taken back yet: %s", error.code)
        return False
    return done


def _take_back(gate: Gate, outbox: Outbox, entry: Entry, answers: dict[str, str], client: httpx.Client) -> bool:
    kept = outbox.find(entry.study)
    if kept is None or kept.report.sha256 != entry.sha256:
        return True
    report = kept.report
    for address in report.withdraw_at:
        if answers.get(address) not in FINAL:
            answer = withdraw_report(report, address, client=client)
            if answer is not Removal.UNREACHED and answers.get(address) != answer.value:
                gate.note_taken_back(entry, recipient=address, payload=report.secret, outcome=answer.value)
                answers[address] = answer.value
    return _forget(outbox, entry.study, report, answers)


def _forget(outbox: Outbox, study: str, report: SealedReport, answers: dict[str, str]) -> bool:
    """Remove the report from this machine once both servers gave their last word; it is not needed again."""
    done = all(answers.get(address) in FINAL for address in report.withdraw_at)
    if done:
        outbox.forget(study)
    return done


def left_to_ask(outbox: Outbox, entry: Entry, entries: list[Entry]) -> bool:
    """Whether a server has still to be asked to forget the report of this release; only who built it can ask."""
    kept = outbox.find(entry.study)
    if kept is None or kept.report.sha256 != entry.sha256:
        return False
    answers = last_answers(entries, entry.study)
    return any(answers.get(address) not in FINAL for address in kept.report.withdraw_at)


def last_answers(entries: list[Entry], study: str) -> dict[str, str]:
    """The last word of each server on the report of this study, by address."""
    return {entry.recipient: entry.outcome for entry in entries if (entry.action, entry.study) == (TAKEN_BACK, study)}
