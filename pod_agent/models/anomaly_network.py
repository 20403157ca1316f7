"""Detectors that are neural networks; PyTorch is loaded when one learns. Scoring purchases does without it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from pod_agent.errors import UsageError
from pod_agent.models.network import pytorch
from pod_agent.models.protocol import Array, Detector
from vocab.anomaly import ANOMALY_FEATURES, ANOMALY_HIDDEN
from vocab.training import PURCHASE_ANOMALY

if TYPE_CHECKING:
    import torch

__all__ = ["Autoencoder", "PurchaseNetwork", "descend", "log_odds", "weigh"]

STEPS = 10
RATE = 2.0
ORDINARY = 10.0
"""An ordinary purchase counts as so many made-up strange ones: strange ones are rare."""

WIDTH, HIDDEN = len(ANOMALY_FEATURES), ANOMALY_HIDDEN


class PurchaseNetwork(Detector):
    """Log odds that a purchase is strange: the rule of ``vocab.anomaly`` and what a hidden layer adds to it.

    Weights as in ``vocab.training.PURCHASE_ANOMALY``. It supervises itself: ``fit`` tells ordinary rows from made-up
    strange ones (``pod_agent.models.strange``), ``steps`` times down the mean cross entropy at ``rate`` from the
    weights ``start`` that everybody shares, all rows at once. Nothing is drawn and one thread works, so the same rows
    give the same weights. Without ``strange`` rows the weights stay.

    Learned: ``coef_`` (390 weights). MissingExtraError without PyTorch where there is something to learn.
    """

    def __init__(
        self, *, start: Sequence[float] = PURCHASE_ANOMALY.start, steps: int = STEPS, rate: float = RATE
    ) -> None:
        self.start = start
        self.steps = steps
        self.rate = rate

    def _learn(self, rows: Array, strange: Array) -> None:
        if rows.shape[1] != WIDTH or len(self.start) != len(PURCHASE_ANOMALY.start):
            raise UsageError("the network is one over the features of purchases")
        self.coef_: Array = np.asarray(self.start, dtype=np.float64)
        if len(strange):
            torch = pytorch()
            both, labels, shares = weigh(rows, strange)
            tensors = [torch.tensor(values, dtype=torch.float64) for values in (self.coef_, both, labels, shares)]
            learned = descend(*tensors, steps=self.steps, rate=self.rate)
            self.coef_ = np.asarray(learned.numpy(), dtype=np.float64)

    def _score(self, rows: Array) -> Array:
        return np.asarray(log_odds(self.coef_, rows))


def weigh(rows: Array, strange: Array) -> tuple[Array, Array, Array]:
    """All rows, whether each is strange, and the share of each in the loss: the shares add up to one."""
    labels = np.concatenate([np.zeros(len(rows)), np.ones(len(strange))])
    shares = np.where(labels == 0, ORDINARY, 1.0)
    return np.concatenate([rows, strange]), labels, shares / shares.sum()


def log_odds(weights: Any, rows: Any) -> Any:
    """The network, of arrays or tensors alike: ``weights`` (..., 390) and ``rows`` (..., n, 21) give (..., n)."""
    first = weights[..., : WIDTH * HIDDEN].reshape(*weights.shape[:-1], WIDTH, HIDDEN)
    rest = weights[..., WIDTH * HIDDEN :]
    inner = rows @ first + rest[..., None, :HIDDEN]
    added = (inner * (inner > 0)) @ rest[..., HIDDEN : 2 * HIDDEN, None]
    return (added + rows @ rest[..., 2 * HIDDEN + 1 :, None])[..., 0] + rest[..., 2 * HIDDEN, None]


def descend(
    weights: torch.Tensor, rows: torch.Tensor, labels: torch.Tensor, shares: torch.Tensor, *, steps: int, rate: float
) -> torch.Tensor:
    """Walk down the cross entropy, each row counted by its share; leading dimensions are people, each on their own."""
    torch = pytorch()
    loss_of = torch.nn.functional.binary_cross_entropy_with_logits
    with torch.enable_grad():
        for _ in range(steps):
            weights = weights.detach().requires_grad_()
            loss = (loss_of(log_odds(weights, rows), labels, reduction="none") * shares).sum()
            (slope,) = torch.autograd.grad(loss, weights)
            weights = weights - rate * slope
    return weights.detach()


class Autoencoder(Detector):
    """How badly a row is restored from ``inner`` numbers by a network that saw ordinary rows (Hawkins et al. 2002).

    Learned: ``layers_`` (the weights), ``spread_``. The draws are those of ``seed``.
    """

    def __init__(self, *, inner: int = 6, outer: int = 24, passes: int = 15, seed: int = 0) -> None:
        self.inner = inner
        self.outer = outer
        self.passes = passes
        self.seed = seed

    def _learn(self, rows: Array, strange: Array) -> None:  # noqa: ARG002 - it sees ordinary rows alone
        torch = pytorch()
        self.spread_ = np.maximum(rows.std(axis=0), 1e-6)
        draws = torch.Generator().manual_seed(self.seed)
        scaled = torch.tensor((rows - self.typical_) / self.spread_, dtype=torch.float64)
        sizes = (rows.shape[1], self.outer, self.inner, self.outer, rows.shape[1])
        layers = [
            tensor.requires_grad_()
            for before, after in pairwise(sizes)
            for tensor in (
                torch.randn(before, after, generator=draws, dtype=torch.float64) * (2 / before) ** 0.5,
                torch.zeros(after, dtype=torch.float64),
            )
        ]
        walk = torch.optim.Adam(layers, lr=3e-3)
        with torch.enable_grad():
            for _ in range(self.passes):
                for places in torch.randperm(len(scaled), generator=draws).split(256):
                    walk.zero_grad()
                    ((_restored(layers, scaled[places]) - scaled[places]) ** 2).mean().backward()
                    walk.step()
        self.layers_: list[Array] = [np.asarray(layer.detach().numpy()) for layer in layers]

    def _score(self, rows: Array) -> Array:
        scaled = (rows - self.typical_) / self.spread_
        return np.asarray(((_restored(self.layers_, scaled) - scaled) ** 2).mean(axis=1))


def _restored(layers: Sequence[Any], rows: Any) -> Any:
    for place in range(0, len(layers), 2):
        rows = rows @ layers[place] + layers[place + 1]
        if place + 2 < len(layers):
            rows = rows * (rows > 0)
    return rows
