"""Grants for messages to language models elsewhere, beside those for studies: listed and withdrawn in one place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from consent.errors import PodOfflineError
from consent.message_gate import MessageGate
from consent.messages import MessageState
from consent.proof import Signer
from consent.stores import Clock, Documents, Marks
from pod_agent.federation.papers import MODELS, names_below
from vocab.times import utc_text

__all__ = ["MessageGrants"]


class MessageGrants:
    """Who may read the questions of one person; models are allowed by ``pod-agent model allow``."""

    def __init__(self, documents: Documents, marks: Marks, signer: Signer, now: Clock) -> None:
        self._documents = documents
        self._gate = MessageGate(documents, marks, signer, now)

    def listed(self) -> list[dict[str, Any]]:
        """Every grant as ``pod-agent grants list --json`` prints it; its ``address`` is where questions go."""
        states = self._gate.read().states
        return [_listed(state, self._gate.now()) for state in states] if states else []

    def holds(self, identifier: str) -> bool:
        """Whether the pod holds such a grant; not told where the pod is away."""
        try:
            return identifier in names_below(self._documents, MODELS)
        except PodOfflineError:
            return False

    def withdraw(self, identifier: str) -> bool:
        """Withdraw a grant, at once; False where the pod could not be told yet."""
        return self._gate.withdraw(identifier)

    def sync(self) -> bool:
        """Tell the pod of what was withdrawn while it was away; False where it still is."""
        try:
            self._gate.sync()
        except PodOfflineError:
            return False
        return True


def _listed(state: MessageState, now: datetime) -> dict[str, Any]:
    grant = state.grant
    return {
        "grant": grant.identifier,
        "recipient": grant.recipient,
        "purpose": grant.purpose,
        "data": sorted(grant.data),
        "status": state.status(now),
        "from": utc_text(grant.created),
        "until": utc_text(grant.until),
        "spent_micro_rho": 0,
        "limit_micro_rho": 0,
        "address": grant.address,
    }
