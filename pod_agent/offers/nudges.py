"""Nudges: what moves an offer that fits a little up or down, beside what the person buys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from pod_agent.offers.match import OfferMatch
from vocab.offers import Offer
from vocab.records import IRI

__all__ = ["Nudge", "Nudges", "nudged"]


@dataclass(frozen=True, slots=True)
class Nudge:
    """What an input adds to the score of an offer, why in one sentence, and the records that say so."""

    input: str
    value: float
    sentence: str
    evidence: tuple[IRI, ...]


Nudges = Callable[[Offer, frozenset[str]], Sequence[Nudge]]
"""The nudges of an offer without the inputs that are switched off."""


def nudged(match: OfferMatch, nudges: Iterable[Nudge]) -> OfferMatch:
    """The match with its nudges: its score stays from 0 to 1 and the sum of its inputs."""
    for nudge in nudges:
        value = min(max(nudge.value, -match.score), 1 - match.score)
        match = replace(
            match,
            score=match.score + value,
            inputs=(*match.inputs, (nudge.input, value)),
            steps=(*match.steps, nudge.sentence),
            evidence=tuple(dict.fromkeys((*match.evidence, *nudge.evidence))),
        )
    return match
