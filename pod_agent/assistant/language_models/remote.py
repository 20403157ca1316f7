"""remote: opens models at addresses for whoever can open the gate of messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pod_agent.assistant.language_models.chosen import Remote
from pod_agent.assistant.language_models.keys import kept_key
from pod_agent.assistant.language_models.store import Entry

if TYPE_CHECKING:
    from consent.message_gate import MessageGate
    from pod_agent.assistant.language_models.endpoint import EndpointModel

__all__ = ["remote"]


def remote(gate: Callable[[], MessageGate]) -> Remote:
    """Opens the model of an entry at an address, its key from the keyring; ``gate`` is asked for each message."""

    def opened(entry: Entry) -> EndpointModel:
        from pod_agent.assistant.language_models.endpoint import EndpointModel  # noqa: PLC0415 - slow, few use one

        key = (lambda: kept_key(entry.address)) if entry.keyed else (lambda: None)
        return EndpointModel(entry.name, entry.address, offered=entry.model, key=key, gate=gate)

    return opened
