"""Training rounds: the models whose code ships with the agent, and the two messages that Flower carries.

A round is a study of its own whose statistic is a ``ModelUpdate``. Flower brings every node the manifest and the model
that everybody gets; a node's reply names a report and holds nothing else. No example counts, no loss, no metrics.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vocab.anomaly import ANOMALY_FEATURES, ANOMALY_HIDDEN, ANOMALY_NAME, ANOMALY_OFFSET, ANOMALY_RULE
from vocab.decoding import canonical_json, json_object
from vocab.errors import UnknownNameError, VocabularyError
from vocab.regression import equations_length, newton_step
from vocab.statistics import ModelUpdate
from vocab.study import Study

__all__ = [
    "MODELS",
    "NETWORK_HIDDEN",
    "NETWORK_WEEKS",
    "OFFER_RESPONSE",
    "PURCHASE_ANOMALY",
    "REPORT_ID_BYTES",
    "WEEKLY_NETWORK",
    "WEEKLY_SPENDING",
    "ModelTerms",
    "RoundInstructions",
    "Scalar",
    "mean_update",
    "model_terms",
    "next_weights",
]

REPORT_ID_BYTES = 16
MAX_WEIGHT = 1e6

Scalar = str | int | float | bytes | list[float]
"""What a field of a message may hold; Flower's ConfigRecord carries these types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTerms:
    """What is public of a model: its name, its features in order, and the weights that training starts from.

    An update is what would change the weights, and the model takes ``rate`` times the mean of all, and ``momentum``
    times its own last step (Hsu, Qi and Brown 2019), which costs no privacy. Where ``equations``
    is set it is one person's part of the normal equations of a regression instead, and the model their solution (see
    ``vocab.regression``).
    """

    name: str
    features: tuple[str, ...]
    start: tuple[float, ...]
    rate: float = 1.0
    momentum: float = 0.0
    equations: bool = False

    @property
    def length(self) -> int:
        """How many numbers an update has."""
        return equations_length(len(self.start)) if self.equations else len(self.start)


WEEKLY_SPENDING = ModelTerms(
    name="weekly-spending-1",
    features=(
        "faded middle",
        "middle half of 13 weeks less it",
        "mean of 4 weeks less it",
        "low week less it",
    ),
    start=(1.0, 0.2, 0.2, 0.2),
    equations=True,
)
"""The median of each of the next weeks' spending, linear in its features.

It starts as two fifths of the faded middle and a fifth of each other summary (``pod_agent.models.forecast``), which
needs no training.
"""

OFFER_RESPONSE = ModelTerms(
    name="offer-response-1",
    features=(
        "one",
        "days since a purchase",
        "purchases",
        "purchases lately",
        "spending lately",
        "average purchase",
        "different things lately",
        "share with a discount",
        "depth of discounts",
        "coupons lately",
        "share with a coupon",
        "spending on what is offered",
        "purchases of what is offered",
        "offers used",
        "share of offers used",
        "offers seen",
        "size of the offer",
    ),
    start=(-2.0, *[0.0] * 16),
    rate=8.0,
)
"""How likely a person is to use an offer (log odds), linear in its features; it starts at one offer in eight.

An update is the slope of the person's own likelihood over the offers they saw (FedSGD, McMahan et al. 2017).
"""

NETWORK_WEEKS, NETWORK_HIDDEN = 8, 16


def _first_layer(name: str, inputs: int, hidden: int) -> tuple[float, ...]:
    """Public weights of a first layer, uniform within 1 / sqrt(inputs): where training starts is no secret draw."""
    bound, count = inputs**-0.5, inputs * hidden
    stream = hashlib.shake_256(f"pod-agent/1 {name}".encode()).digest(4 * count)
    drawn = (int.from_bytes(stream[4 * place : 4 * place + 4], "big") for place in range(count))
    return tuple(round((2 * number / 0xFFFFFFFF - 1) * bound, 6) for number in drawn)


WEEKLY_NETWORK = ModelTerms(
    name="weekly-network-1",
    features=tuple(f"{week} weeks ago" for week in range(NETWORK_WEEKS, 0, -1)),
    start=(
        *_first_layer("weekly-network-1", NETWORK_WEEKS, NETWORK_HIDDEN),
        *[0.0] * (2 * NETWORK_HIDDEN + 1),
    ),
)
"""What the mean of the last 8 weeks misses of next week, by one hidden layer of 16 rectified units: 161 weights.

In their order: first layer (8 rows of 16), its 16 offsets, the 16 weights of the second layer, its offset. The second
layer starts at zero, so the model starts as the mean of the last 8 weeks.
"""

PURCHASE_ANOMALY = ModelTerms(
    name=ANOMALY_NAME,
    features=ANOMALY_FEATURES,
    start=(
        *_first_layer(ANOMALY_NAME, len(ANOMALY_FEATURES), ANOMALY_HIDDEN),
        *[0.0] * (2 * ANOMALY_HIDDEN),
        ANOMALY_OFFSET,
        *(ANOMALY_RULE.get(feature, 0.0) for feature in ANOMALY_FEATURES),
    ),
    rate=4.0,
    momentum=0.5,
)
"""How strange a purchase is for the person (log odds): a rule, and what a hidden layer of 16 adds to it; 390 weights.

In their order: first layer (21 rows of 16), its 16 offsets, the 16 weights of the second layer, the offset, and one
weight for each feature. The second layer starts at zero, so the model starts as the rule of ``vocab.anomaly``.
"""

MODELS: Mapping[str, ModelTerms] = {
    terms.name: terms for terms in (WEEKLY_SPENDING, WEEKLY_NETWORK, PURCHASE_ANOMALY, OFFER_RESPONSE)
}


def model_terms(name: str) -> ModelTerms:
    """The terms of a model in the catalogue; UnknownNameError for any other."""
    if name not in MODELS:
        raise UnknownNameError(f"{name!r} is not a model of this version", hint="Update pod-agent.")
    return MODELS[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundInstructions:
    """What every node of a round receives: the study's whole manifest and the model to improve.

    Flower's message is not signed: the agent answers only a study that the leader lists with its signature.
    Raises VocabularyError where model, study and weights do not fit together.
    """

    study: Study
    number: int
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse instructions that no node could follow."""
        statistic = self.statistic
        terms = model_terms(statistic.model)
        if terms.length != statistic.length or len(self.weights) != len(terms.start):
            raise VocabularyError("the model, the study and the weights differ in length")
        if not all(abs(weight) <= MAX_WEIGHT for weight in self.weights):  # false for nan too
            raise VocabularyError("a weight of the model is not a usable number")
        if self.number < 1:
            raise VocabularyError("rounds are numbered from 1")
        if statistic.clip < 1 or not 0 <= statistic.fraction_bits <= 30:
            raise VocabularyError("the clip or the fraction bits of the study cannot be used")

    @property
    def statistic(self) -> ModelUpdate:
        """The study's statistic, which is a ModelUpdate."""
        if not isinstance(self.study.statistic, ModelUpdate):
            raise VocabularyError("the study is not a training round")
        return self.study.statistic

    def to_fields(self) -> dict[str, Scalar]:
        """The fields of the message."""
        return {
            "study": canonical_json(self.study.to_json()).decode(),
            "round": self.number,
            "weights": list(self.weights),
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, object]) -> RoundInstructions:
        """Decode a message that came from outside; VocabularyError names what is wrong."""
        if set(fields) != {"study", "round", "weights"}:
            raise VocabularyError("instructions have exactly study, round and weights")
        text, number, weights = fields["study"], fields["round"], fields["weights"]
        if not isinstance(text, str) or type(number) is not int:
            raise VocabularyError("a field of the instructions has the wrong type")
        if not isinstance(weights, list) or not all(isinstance(weight, float) for weight in weights):
            raise VocabularyError("the weights are not a list of numbers")
        study = Study.from_json(json_object(text, "the study's manifest"))
        return cls(study=study, number=number, weights=tuple(weights))


def mean_update(statistic: ModelUpdate, values: Sequence[int], people: int) -> tuple[float, ...]:
    """The average update, in weights, from the sum of ``people`` updates in units of ``2**-fraction_bits``."""
    if people < 1 or len(values) != statistic.length:
        raise VocabularyError("the sum is not one of this study")
    unit = 2.0**-statistic.fraction_bits
    return tuple(value * unit / people for value in values)


def next_weights(
    statistic: ModelUpdate,
    values: Sequence[int],
    people: int,
    weights: Sequence[float],
    *,
    variance: int,
    previous: Sequence[float] = (),
) -> tuple[float, ...]:
    """The model after a round: ``values`` is the sum of the updates, ``variance`` the noise that each server added.

    ``previous`` are the weights before the round that gave ``weights``, where there was one.
    """
    terms, mean = model_terms(statistic.model), mean_update(statistic, values, people)
    if terms.equations:
        noise = math.sqrt(2 * variance) * 2.0**-statistic.fraction_bits / people
        return newton_step(mean, weights, terms.start, noise=noise)
    before = previous if len(previous) == len(weights) else weights
    moves = zip(weights, mean, before, strict=True)
    return tuple(now + terms.rate * change + terms.momentum * (now - then) for now, change, then in moves)
