"""Models as a business publishes them: what was learned, from which studies, under which noise.

A leader lists its models at one address, the same list for everyone; each is signed like its studies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from vocab.decoding import fields_of, integer_of, list_of, text_of, truth_of
from vocab.errors import VocabularyError
from vocab.prior import ItemPrior

__all__ = ["SharedModel"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedModel:
    """A prior and where it comes from.

    ``controller`` (WebID) asked the studies behind it and runs the leader at ``leader_url``, which lists it.
    ``noise_variances`` has, for each of ``prior.tasks``, that of both servers' noise in units of the sum. ``demo`` says
    that it was learned from made-up people; agents of real people leave it out.
    """

    controller: str
    leader_url: str
    noise_variances: tuple[int, ...]
    demo: bool
    prior: ItemPrior

    def __post_init__(self) -> None:
        """Refuse what no study can have led to."""
        if not self.prior.tasks or len(self.noise_variances) != len(self.prior.tasks):
            raise VocabularyError("a model names the studies behind it, and the noise of each")
        if any(variance < 0 for variance in self.noise_variances):
            raise VocabularyError("the variance of noise is not negative")
        if (self.prior.epsilon is None) != (0 in self.noise_variances):
            raise VocabularyError("a model has a privacy loss just where all its releases have noise")
        if self.prior.released_at.utcoffset() != UTC.utcoffset(None):
            raise VocabularyError("a model's time is in UTC")
        if not (self.demo or self.prior.epsilon is not None):
            raise VocabularyError("what is learned from real people has noise")

    @property
    def dimension(self) -> str:
        """What its items are; a leader lists one model for each."""
        return self.prior.dimension

    def to_json(self) -> dict[str, Any]:
        """The model as plain JSON values without fractions, as it is signed."""
        return {
            "type": "SharedModel",
            "controller": self.controller,
            "leader_url": self.leader_url,
            "noise_variances": list(self.noise_variances),
            "demo": self.demo,
            "prior": self.prior.to_json(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> SharedModel:
        """Decode what a business published; VocabularyError names what is wrong."""
        fields = fields_of(value, "SharedModel", set(cls.__slots__))
        return cls(
            controller=text_of(fields["controller"]),
            leader_url=text_of(fields["leader_url"]),
            noise_variances=tuple(list_of(fields["noise_variances"], integer_of)),
            demo=truth_of(fields["demo"]),
            prior=ItemPrior.from_json(fields["prior"]),
        )
