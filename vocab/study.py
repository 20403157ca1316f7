"""Studies: what an aggregator may ask, as a signed public document that an agent checks before it answers.

The task id is the SHA-256 of the manifest's canonical form and is bound into every share, so changed terms make
every share useless (DESIGN: the two-server sum).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vocab.errors import VocabularyError
from vocab.query import QuerySpec

__all__ = ["Histogram", "ModelUpdate", "Noise", "Study"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """One unit per person, in exactly one of the cells that ``query`` spans (Prio3Histogram, L2 norm 1).

    ``query`` has one additive money or count measure. The agent draws one unit of that measure (one dollar of
    spending) at random and reports the cell in which it lies: the sum over many people is the average of their
    distributions. ``cells`` lists the public labels, one tuple per cell in the order of ``query.dimensions``; one more
    cell, the last, stands for nothing to report, so that everybody sends.
    """

    query: QuerySpec
    cells: tuple[tuple[str, ...], ...]

    @property
    def length(self) -> int:
        """Number of cells on the wire, the last of them for nothing to report."""
        return len(self.cells) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUpdate:
    """A clipped model update in a training round: ``length`` integers from 0 to ``2 * clip`` (Prio3SumVec).

    Value v of the update is sent as ``v + clip`` with v in units of ``2**-fraction_bits``; L2 norm after centring is at
    most ``clip * sqrt(length)``. ``model`` names a model whose code ships with the agent.
    """

    model: str
    length: int
    clip: int
    fraction_bits: int


@dataclass(frozen=True, slots=True)
class Noise:
    """Discrete Gaussian noise that each of the two servers adds in full: variance in squared units; 0 is none."""

    variance: int

    def micro_rho(self, norm_squared: int) -> int:
        """Privacy loss of one answer in millionths of rho (zCDP), rounded up; one server's noise is counted.

        rho = norm^2 / (2 variance) (Bun and Steinke 2016; discrete: Canonne, Kamath and Steinke 2020, theorem 14).
        """
        if self.variance <= 0:
            raise VocabularyError("without noise the privacy loss has no bound")
        return -(-norm_squared * 1_000_000 // (2 * self.variance))


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """The terms of one study. URLs end in ``/``; keys are hexadecimal; times are aware, in UTC.

    ``controller`` is the business that asks and runs the leader; ``helper`` the independent second server.
    ``demo`` marks a study that uses a batch too small for real people; agents refuse it unless they are simulated.
    """

    title: str
    controller: str
    leader_url: str
    helper: str
    helper_url: str
    helper_key: str
    purpose: str
    data: tuple[str, ...]
    statistic: Histogram | ModelUpdate
    noise: Noise
    min_batch: int
    opens: datetime
    closes: datetime
    demo: bool = False

    def to_json(self) -> dict[str, Any]:
        """The manifest as plain JSON values; ``from_json`` reads it back."""
        raise NotImplementedError

    @classmethod
    def from_json(cls, value: object) -> Study:
        """Decode a manifest; VocabularyError names what is wrong."""
        raise NotImplementedError

    @property
    def task_id(self) -> bytes:
        """SHA-256 of the canonical manifest (32 bytes)."""
        text = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).digest()
