"""Allowing a model at an address of somebody else: what is shown, the grant, and how it stands."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from consent.errors import NoGrantError, PodOfflineError
from consent.grant import DEFAULT_DAYS
from consent.message_gate import MessageGate
from consent.messages import MOST_BYTES, QUESTION_READING, MessageGrant, MessageState
from pod_agent.assistant.language_models.endpoint import DATA, is_here
from pod_agent.assistant.language_models.store import Entry, ModelStore
from pod_agent.errors import UsageError
from pod_agent.pods.addresses import origin, require_safe

__all__ = ["Allowance", "allowance", "give", "standing", "withdraw_all"]

LINES: Final = (
    "{name} at {address} may read the questions that you type, until {until}.",
    "It sees your words, with names of shops, people, artists and channels from your records as placeholders (SHOP_1).",
    "A misspelt name, or one that is not in your records, goes as you typed it.",
    "It sees no record, no amount and no document. Answers that it may reword hold placeholders for every figure.",
    "What you type can tell of your health, money or other people: whoever runs {origin} can read, keep and use it.",
    "The recipient is {recipient}. Every message is in your log with its size and digest before it leaves.",
    "Take it back at any time: pod-agent model withdraw {name}",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """A grant as it would be given, and the sentences that the person is shown for it."""

    grant: MessageGrant
    lines: tuple[str, ...]


def allowance(
    entry: Entry,
    gate: MessageGate,
    *,
    webid: str,
    zone: ZoneInfo,
    recipient: str = "",
    until: date | None = None,
    jurisdiction: str,
) -> Allowance:
    """What a yes to this model would allow; nothing is written. ``recipient`` is a WebID, or the address's origin.

    UsageError for a model that needs no grant, InvalidGrantError for a grant that may not be.
    """
    if entry.kind != "endpoint" or is_here(entry.address):
        raise UsageError(f"{entry.name} is on this machine and needs no grant", hint="Use it: pod-agent model use NAME")
    now = gate.now()
    last = until or (now.astimezone(zone) + timedelta(days=DEFAULT_DAYS)).date()
    named = require_safe(recipient, "the recipient") if recipient else origin(entry.address) + "/"
    texts = {"name": entry.name, "address": entry.address, "origin": origin(entry.address), "recipient": named}
    lines = tuple(line.format(**texts, until=last.isoformat()) for line in LINES)
    grant = MessageGrant(
        identifier=str(uuid.uuid4()),
        subject=webid or f"did:key:{gate.key}",
        recipient=named,
        address=entry.address,
        purpose=QUESTION_READING,
        data=DATA,
        size=MOST_BYTES,
        created=now,
        until=_end(last, zone),
        notice="sha-256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest(),
        jurisdiction=jurisdiction,
    )
    return Allowance(grant=grant, lines=lines)


def standing(entry: Entry, gate: MessageGate) -> tuple[str, MessageState | None]:
    """One word for how a model at an address stands, with its latest grant: given, expired, withdrawn or none."""
    states = [state for state in gate.read().states if state.grant.address == entry.address]
    if not states:
        return "none", None
    now = gate.now()
    latest = max(states, key=lambda state: (state.status(now) == "given", state.grant.created))
    return latest.status(now), latest


def give(shown: Allowance, store: ModelStore, gate: MessageGate) -> None:
    """Store what the person said yes to; its name is kept on this machine too, for a withdrawal without a network."""
    store.note_grant(shown.grant.address, shown.grant.identifier)
    gate.give(shown.grant)


def withdraw_all(entry: Entry, gate: MessageGate) -> tuple[list[str], bool]:
    """Withdraw every grant of a model's address; which, and whether the pod knows. In force when this returns.

    The pod is told of what was withdrawn while it was away, so doing it again is how it learns of that.
    """
    told, found = True, list(entry.grants)
    try:
        states = gate.read().states
    except PodOfflineError:
        told = False
    else:
        gate.sync()
        mine = {state.grant.identifier: state for state in states if state.grant.address == entry.address}
        known = [identifier for identifier, state in mine.items() if not state.withdrawn]
        found = known + [identifier for identifier in found if identifier not in mine]
    for identifier in found:
        try:
            told &= gate.withdraw(identifier)
        except NoGrantError:  # it was noted here, and a crash kept it from being given
            continue
    return found, told


def _end(last: date, zone: ZoneInfo) -> datetime:
    """The end of that day in the person's zone."""
    return datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
