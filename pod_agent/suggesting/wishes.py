"""Wishes: what the person said of suggestions and switched off, as suggestions and offers follow it.

It is read from what this machine knows of the pod each time it is asked for, so that a word taken back counts for
nothing from then on.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol

from pod_agent.errors import LocalStateError
from pod_agent.features.inputs import INPUTS, switched_off
from pod_agent.ingest.feedback import OFFER, Opinion, read_feedback, read_switched_off, switch_inputs
from pod_agent.offers.desk import FOLDER as CATALOGUE
from pod_agent.offers.match import OfferMatch
from pod_agent.offers.secret import device_secret
from pod_agent.pods.pod import Pod
from pod_agent.suggesting.feedback_policy import FeedbackPolicy
from pod_agent.suggesting.shown import ShownLog
from vocab.offers import Offer
from vocab.records import IRI, Record

__all__ = ["Kept", "Wishes"]

OFFERS_LOGGED: Final = 10


class Kept(Protocol):
    """The pod of a home: as it takes changes, and as this machine knows it."""

    @property
    def pod(self) -> Pod:
        """Takes changes."""

    @property
    def known(self) -> Pod:
        """Is read without a request."""


@dataclass(frozen=True)
class Wishes:
    """The wishes in one pod; ``records`` gives the records of relative or absolute IRIs."""

    home: Path
    kept: Kept
    today: date
    records: Callable[[Iterable[IRI]], Sequence[Record]]

    def off(self, without: Iterable[str] = ()) -> frozenset[str]:
        """The inputs that are switched off for good, and those of ``without``; UsageError for one that there is not."""
        return (read_switched_off(self.kept.known) & INPUTS.keys()) | switched_off(without)

    def switch(self, *, off: frozenset[str], on: frozenset[str]) -> frozenset[str]:
        """Switch inputs off and on for good; all that are off since."""
        return switch_inputs(self.kept.pod, off=off, on=on) if off or on else self.off()

    def uses(self) -> dict[str, list[date]]:
        """The days (UTC) on which the person said that they used an offer, by its IRI.

        That is a fact about the offer, like hiding it, and holds also where feedback is switched off.
        """
        found: dict[str, list[date]] = {}
        for each in read_feedback(self.kept.known):
            if each.kind == OFFER and each.opinion is Opinion.BOUGHT:
                found.setdefault(each.item, []).append(each.at.date())
        return found

    def policy(self, off: frozenset[str], today: date | None = None) -> FeedbackPolicy:
        """What was said, as an order; with feedback switched off only what is hidden stays out."""
        return FeedbackPolicy(
            read_feedback(self.kept.known),
            today=today or self.today,
            secret=self._secret,
            records=self.records,
            off=off,
        )

    def is_hidden(self, offer: Offer) -> bool:
        """Whether the person hid the offer or its shop."""
        return self.policy(frozenset()).is_hidden(OFFER, offer.iri, (f"shop={offer.seller}",))

    def order(self, matches: Sequence[OfferMatch], off: frozenset[str]) -> list[OfferMatch]:
        """Offers in the order of the day; what is shown is logged."""
        policy = self.policy(off)
        found = policy.offers(matches)
        self.note(policy, OFFERS_LOGGED)
        return found

    def note(self, policy: FeedbackPolicy, limit: int) -> None:
        """Log the lists that a policy ordered, where the disk has room: nobody goes without a list for its log."""
        with contextlib.suppress(LocalStateError):
            self.log.note(policy.rankings, limit, datetime.now(UTC))

    @cached_property
    def log(self) -> ShownLog:
        """What was shown on this machine."""
        return ShownLog(self.home, self._secret)

    @cached_property
    def _secret(self) -> bytes:
        return device_secret(self.home / CATALOGUE)
