"""What a person does about grants beyond giving and withdrawing them, in plain values: limits, receipts, rights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from consent.budget import Limits
from consent.rights import Right
from pod_agent.config import load_settings, save_settings
from pod_agent.errors import UsageError
from pod_agent.federation.exercising import letter
from pod_agent.federation.papers import grant_names
from pod_agent.federation.stores import PodDocuments
from pod_agent.pods.pod import Pod

if TYPE_CHECKING:
    from pod_agent.federation.consents import Consents

__all__ = ["RIGHTS", "Desk", "keep_limits"]

SETTINGS = {"business": "max_epsilon", "total": "max_epsilon_all", "year": "max_epsilon_year"}
RIGHTS = {right.name.lower(): right for right in Right}
"""What can be asked of a business, by the word that people use."""


class Desk:
    """The desk of one home; ``consents`` are those that are in use, ``pod`` is where their papers lie."""

    def __init__(self, consents: Consents, home: Path, pod: Pod) -> None:
        self._consents = consents
        self._home = home
        self._pod = pod

    def limits(self) -> dict[str, str]:
        """The person's own limits as epsilons at delta 1e-6, for ``business``, ``total`` and ``year``; empty: none."""
        return load_settings(self._home).epsilons

    def keep_limits(self, **epsilons: str) -> None:
        """Keep limits, as the function ``keep_limits``; they count from now on, also for grants given before."""
        self._consents.gate.limits = keep_limits(self._home, **epsilons)

    def names(self) -> list[str]:
        """Identifiers of all grants in the pod, read without the log: for a withdrawal when the log is damaged."""
        return grant_names(PodDocuments(self._pod))

    def receipts(self) -> list[dict[str, Any]]:
        """Every receipt, newest first, with the recipient that it is about."""
        named = {grant["grant"]: grant["recipient"] for grant in self._consents.grants()}
        found = [{**each.to_json(), "recipient": named.get(each.grant, "")} for each in self._consents.receipts()]
        return sorted(found, key=lambda receipt: int(receipt["log_entry"]), reverse=True)

    def rights(self) -> list[dict[str, Any]]:
        """What was asked of businesses and what came of it, newest first, each with the letter that can be sent."""
        names = {right: name for name, right in RIGHTS.items()}
        return [
            {**state.to_json(), "name": names[state.request.right], "letter": letter(state.request)}
            for state in reversed(self._consents.rights.read())
        ]

    def ask(self, right: str, business: str) -> str:
        """Ask a business (WebID) for ``access``, ``erasure`` or ``portability``; the request's identifier."""
        if right not in RIGHTS:
            raise UsageError(f"there is no right called {right}", hint=f"Choose one of: {', '.join(RIGHTS)}")
        return self._consents.exercise(RIGHTS[right], business).identifier


def keep_limits(home: Path, **epsilons: str) -> Limits:
    """Keep limits of privacy loss, named as ``Desk.limits`` does, in this home's settings, and return all of them.

    Empty goes back to the most there is. VocabularyError for what is no number, InvalidGrantError above that most; then
    nothing is kept. UsageError where the environment sets a limit, which would hold instead.
    """
    limits = Limits.from_epsilons(**{**load_settings(home).epsilons, **epsilons})
    kept = save_settings(home, **{SETTINGS[name]: text.strip() for name, text in epsilons.items()})
    if Limits.from_epsilons(**kept.epsilons) != limits:
        raise UsageError("the environment sets another limit", hint="Unset POD_AGENT_MAX_EPSILON and its like.")
    return limits
