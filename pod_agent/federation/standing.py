"""How a study stands with the person: what the grants and the log say of it, read once for a whole list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consent.budget import PERIOD, Charge, spent
from consent.grant import GrantState
from consent.ledger import DEFERRED, PERMITTED, REFUSED, SENT, Entry, last_word
from consent.policy import repeated
from pod_agent.federation.report import Kept, key_digest
from vocab.study import Study
from vocab.times import utc_text

__all__ = ["Standing", "listed"]


@dataclass(frozen=True, slots=True)
class Standing:
    """Grants and log at one moment; studies are named by their task ids in hexadecimal."""

    states: tuple[GrantState, ...]
    entries: list[Entry]
    now: datetime

    def binds(self, kept: Kept | None) -> bool:
        """Whether the grant that a report was made for is in force."""
        return self.given(kept) is not None

    def given(self, kept: Kept | None) -> datetime | None:
        """When the grant that a report was made for was given; None where it is not in force."""
        grant = kept.grant if kept else ""
        found = (one for one in self.states if one.grant.identifier == grant and self._in_force(one))
        return next((state.grant.created for state in found), None)

    def word(self, study: str) -> str:
        """``refused`` or ``deferred`` where the person said so and no more than that, else empty."""
        return {REFUSED: "refused", DEFERRED: "deferred"}.get(last_word(self.entries, study), "")

    def covers(self, study: Study) -> bool:
        """Whether a grant in force is for this business, helper and purpose, and lists the study's data."""
        return any(_covers(state, study) and self._in_force(state) for state in self.states)

    def permitted(self, study: str) -> bool:
        """Whether a report may have left."""
        return any(entry.study == study and entry.outcome == PERMITTED for entry in self.entries)

    def answered(self, study: str) -> bool:
        """Whether a report left whole."""
        return any(entry.study == study and entry.outcome == SENT for entry in self.entries)

    def withdrawn(self, study: str) -> bool:
        """Whether a report was permitted under a grant that was withdrawn since."""
        grants = {state.grant.identifier for state in self.states if state.withdrawn}
        return any(
            entry.study == study and entry.outcome == PERMITTED and entry.grant in grants for entry in self.entries
        )

    def repeated(self, study: Study) -> bool:
        """Whether this business was given an answer to the same question in the last 28 days."""
        permitted = (entry for entry in self.entries if entry.outcome == PERMITTED)
        return repeated(study.controller, study.question, self.now, permitted)

    def _in_force(self, state: GrantState) -> bool:
        return state.status(self.now) == "given"


def listed(state: GrantState, charges: Sequence[Charge], now: datetime) -> dict[str, Any]:
    """A grant as ``pod-agent grants list --json`` prints it."""
    grant = state.grant
    return {
        "grant": grant.identifier,
        "recipient": grant.controller,
        "purpose": grant.purpose,
        "data": sorted(grant.data),
        "status": state.status(now),
        "from": utc_text(grant.created),
        "until": utc_text(state.ends(now)),
        "spent_micro_rho": spent(charges, now, PERIOD, grant=grant.identifier),
        "limit_micro_rho": grant.max_micro_rho_period,
    }


def _covers(state: GrantState, study: Study) -> bool:
    grant = state.grant
    asked = (study.controller, key_digest(study), study.purpose)
    return (grant.controller, grant.helper_key, grant.purpose) == asked and set(study.data) <= grant.data
