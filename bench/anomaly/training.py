"""The network trained in rounds by everybody, alone by each, and in one place.

The rounds sum the integers that agents would send, and the noise is that of both servers by the servers' own code. All
people of a batch take their local steps together in one tensor; a test compares them with the agent's learner.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aggregator.noise import discrete_gaussian
from aggregator.studies import variance_for
from pod_agent.federation.training import quantise
from pod_agent.models.anomaly_network import RATE, STEPS, descend, log_odds, weigh
from pod_agent.models.network import pytorch
from pod_agent.models.protocol import Array
from vocab.privacy import epsilon, micro_rho
from vocab.statistics import ModelUpdate
from vocab.training import PURCHASE_ANOMALY, next_weights

__all__ = ["CLIP", "ROUNDS", "Pupils", "central", "federated"]

ROUNDS = 20
CLIP, FRACTION_BITS = 1 << 13, 14
BATCH = 128
STATISTIC = ModelUpdate(
    model=PURCHASE_ANOMALY.name,
    length=PURCHASE_ANOMALY.length,
    clip=CLIP,
    fraction_bits=FRACTION_BITS,
    norm=CLIP,
)


@dataclass(frozen=True, slots=True)
class _Batch:
    owners: NDArray[np.int64]
    rows: Array
    labels: Array
    shares: Array


class Pupils:
    """Everybody's lessons (ordinary rows, strange rows), in batches of people with about as many."""

    def __init__(self, lessons: list[tuple[Array, Array]]) -> None:
        self.people = len(lessons)
        order = sorted(
            (each for each in range(len(lessons)) if len(lessons[each][0])), key=lambda p: len(lessons[p][0])
        )
        self.batches = [_batch(order[at : at + BATCH], lessons) for at in range(0, len(order), BATCH)]

    def updates(self, weights: Array, steps: int = STEPS) -> Array:
        """What the local steps of each person change; zeros for those with nothing to learn from."""
        torch = pytorch()
        changes = np.zeros((self.people, len(weights)))
        for batch in self.batches:
            shared = torch.tensor(np.tile(weights, (len(batch.owners), 1)))
            tensors = [torch.tensor(values) for values in (batch.rows, batch.labels, batch.shares)]
            changes[batch.owners] = descend(shared, *tensors, steps=steps, rate=RATE).numpy() - weights
        return changes


def _batch(owners: list[int], lessons: list[tuple[Array, Array]]) -> _Batch:
    most = max(len(lessons[owner][0]) + len(lessons[owner][1]) for owner in owners)
    rows = np.zeros((len(owners), most, len(PURCHASE_ANOMALY.features)))
    labels, shares = np.zeros((2, len(owners), most))
    for place, owner in enumerate(owners):
        both, strange, share = weigh(*lessons[owner])
        rows[place, : len(both)], labels[place, : len(both)], shares[place, : len(both)] = both, strange, share
    return _Batch(np.asarray(owners), rows, labels, shares)


def federated(pupils: Pupils, *, loss: float | None, rounds: int = ROUNDS) -> list[tuple[float, ...]]:
    """The weights after each round; ``loss`` is the epsilon of all rounds together at delta 1e-6, None: no noise."""
    before: tuple[float, ...] = ()
    weights, models = PURCHASE_ANOMALY.start, []
    variance = 0 if loss is None else variance_for(epsilon(micro_rho(loss) // rounds), STATISTIC.norm_squared)
    for _ in range(rounds):
        total = np.sum([quantise(update, STATISTIC) for update in pupils.updates(np.asarray(weights))], axis=0)
        for _server in range(2):
            total = total + discrete_gaussian(variance, STATISTIC.length)
        summed = [int(value) for value in total]
        step = next_weights(STATISTIC, summed, pupils.people, weights, variance=variance, previous=before)
        before, weights = weights, step
        models.append(weights)
    return models


def central(lessons: list[tuple[Array, Array]], seed: int, *, passes: int = 12, rate: float = 1e-2) -> Array:
    """The weights that one party finds who holds everybody's lessons: Adam, in batches of 512 drawn by the seed."""
    torch = pytorch()
    draws = torch.Generator().manual_seed(seed)
    ordinary, strange = (np.concatenate(parts) for parts in zip(*lessons, strict=True))
    rows, labels, shares = (torch.tensor(values) for values in weigh(ordinary, strange))
    weights = torch.tensor(PURCHASE_ANOMALY.start, dtype=torch.float64, requires_grad=True)
    walk = torch.optim.Adam([weights], lr=rate)
    cooling = torch.optim.lr_scheduler.OneCycleLR(walk, rate, total_steps=passes * -(-len(rows) // 512))
    loss_of = torch.nn.functional.binary_cross_entropy_with_logits
    for _ in range(passes):
        for places in torch.randperm(len(rows), generator=draws).split(512):
            walk.zero_grad()
            loss = loss_of(log_odds(weights, rows[places]), labels[places], reduction="none") * shares[places]
            (loss.sum() * len(rows) / len(places)).backward()
            walk.step()
            cooling.step()
    return np.asarray(weights.detach().numpy())
