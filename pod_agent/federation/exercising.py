"""Rights toward a business: written down, and carried out where this machine can.

An erasure withdraws every grant of the business and takes back what was not summed yet. Nothing else is sent: a letter
about access or portability would tell the business who the person is, which until then it does not know. So the agent
writes the letter, and the person decides.
"""

from __future__ import annotations

from collections.abc import Callable

from consent.errors import ConsentError
from consent.gate import Gate
from consent.ledger import PERMITTED, Entry
from consent.rights import Right, RightRequest, Rights, RightState
from pod_agent.federation.report import Outbox
from pod_agent.federation.taking_back import last_answers, left_to_ask
from vocab.wording import day_text

__all__ = ["exercise", "letter", "settle_erasures"]

FULFILLED = "Every report that was not summed yet is taken back. What was summed before names nobody and stays."
LETTERS = {
    Right.ACCESS: "whether you process personal data that concerns me, and if so for a copy of it (GDPR article 15)",
    Right.ERASURE: "to erase the personal data that concerns me (GDPR article 17)",
    Right.PORTABILITY: "for the personal data that I gave you, in a machine-readable format (GDPR article 20)",
}


def exercise(
    rights: Rights, gate: Gate, right: Right, controller: str, withdraw: Callable[[str], bool]
) -> RightRequest:
    """Write the request down; an erasure also withdraws every grant of this business by ``withdraw``.

    How far the erasure came is told by ``settle_erasures``.
    """
    request = rights.ask(right, controller)
    if right is Right.ERASURE:
        for state in gate.states().states:
            if state.grant.controller == controller and not state.withdrawn:
                withdraw(state.grant.identifier)
    return request


def settle_erasures(rights: Rights, gate: Gate, outbox: Outbox) -> bool:
    """Note how erasures stand, by the servers' answers in the log; True if none waits for a server any more.

    Acknowledged once a server answered, fulfilled once nothing is left to take back.
    """
    try:
        waiting = [state for state in rights.read() if state.open and state.request.right is Right.ERASURE]
        if not waiting:
            return True
        entries = gate.entries()
        withdrawn = gate.withdrawn(entries)
        settled = [_settle(rights, outbox, state, entries, withdrawn) for state in waiting]
    except ConsentError:
        return False
    return all(settled)


def _settle(rights: Rights, outbox: Outbox, state: RightState, entries: list[Entry], withdrawn: frozenset[str]) -> bool:
    released = [
        entry
        for entry in entries
        if entry.outcome == PERMITTED and entry.controller == state.request.controller and entry.grant in withdrawn
    ]
    if not any(left_to_ask(outbox, entry, entries) for entry in released):
        rights.note(state.request.identifier, "fulfilled", FULFILLED)
        return True
    if any(last_answers(entries, entry.study) for entry in released):
        rights.note(state.request.identifier, "acknowledged")
    return False


def letter(request: RightRequest) -> str:
    """What the person can send by a way of their own; only whoever sends it tells the business who they are."""
    return (
        f"To {request.controller}\n\n"
        f"I ask you {LETTERS[request.right]}.\n"
        "I took part in studies of yours under reports that carry no name. If you can find nothing that concerns me,"
        " please confirm that.\n\n"
        f"{day_text(request.created)}, request {request.identifier}\n"
    )
