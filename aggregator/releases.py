"""Releases: what a study published, and the only thing about people that a portal can show.

A release is made from the sum with both servers' noise and the public terms, nothing else. Small cells are withheld by
their noisy value, never by the true count; nothing is withheld where a demo asked for exact sums.

A histogram counts one unit of each person's measure, drawn at random, so its cells vary for two reasons: the noise, and
the draw. Intervals hold both.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from datetime import datetime
from statistics import NormalDist

import msgspec
from msgspec import Struct

from aggregator.batches import most_people
from vocab.errors import VocabularyError
from vocab.privacy import DELTA, epsilon
from vocab.statistics import Histogram
from vocab.study import Study

__all__ = [
    "CONFIDENCE",
    "Lineage",
    "Release",
    "Row",
    "decode_release",
    "draw_variance",
    "encode_release",
    "make_release",
]

CONFIDENCE = 0.95
SMALL_CELL = 10
FALSE_PUBLICATION = 0.05
"""Chance that noise lifts any cell of a release by more than the part of the threshold that stands for noise."""


class Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One cell: its labels, how many people's draws fell in it, and the 95 % interval; None where withheld.

    The interval is for the number to expect: the people, times the average person's share of the measure in this cell.
    It covers the noise of both servers and the chance of the draw.
    """

    labels: tuple[str, ...]
    value: int | None
    low: float | None
    high: float | None

    @property
    def withheld(self) -> bool:
        """Whether the cell was too small to show."""
        return self.value is None


class Lineage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a release comes from: the study, both servers and a digest of the noised share that each contributed."""

    task: str
    leader: str
    helper: str
    leader_share_sha256: str
    helper_share_sha256: str
    mechanism: str


class Release(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One published table or model update.

    Of a histogram, ``rows`` has the cells in the study's order and ``nothing`` the people with nothing to report. Of a
    training round, ``values`` has the noisy sum of the updates in units of ``2**-fraction_bits``. ``noise_variance`` is
    that of both servers' noise together; the rows' intervals, at ``confidence``, also cover the draw of one unit from
    each person (``draw_variance``). ``batch`` says how many reports were summed, ``"100+"`` meaning at least the
    study's minimum of 100 (``batch_floor``) and no more is told; ``reports`` is the exact number where the study added
    no noise, else None. ``micro_rho`` and ``epsilon`` (at ``delta``) bound what one person lost if one server is
    honest; None without noise.
    """

    id: str
    title: str
    statistic: str
    dimensions: tuple[str, ...]
    measure: str
    rows: tuple[Row, ...]
    nothing: Row | None
    values: tuple[int, ...]
    fraction_bits: int
    noise_variance: int
    threshold: float
    confidence: float
    batch: str
    batch_floor: int
    reports: int | None
    micro_rho: int | None
    epsilon: float | None
    delta: float
    purpose: str
    opens: str
    closes: str
    published: str
    demo: bool
    lineage: Lineage

    @property
    def most_people(self) -> int:
        """The exact number of reports where it is public, else the most that a histogram's published cells allow."""
        if self.reports is not None:
            return self.reports
        rows = self.rows if self.nothing is None else (*self.rows, self.nothing)
        return most_people(
            [row.value for row in rows],
            min_batch=self.batch_floor,
            variance=self.noise_variance,
            threshold=self.threshold,
        )


def make_release(
    study: Study, values: Sequence[int], *, reports: int, shares: tuple[bytes, bytes], published: datetime
) -> Release:
    """The release of a noisy sum; ``shares`` are both servers' noised shares, of which only digests are kept."""
    statistic, manifest = study.statistic, study.to_json()
    variance = 2 * study.noise.variance
    threshold = _threshold(variance, len(values))
    loss = study.noise.micro_rho(statistic.norm_squared) if study.noise.variance else None
    floor = study.min_batch if variance else reports
    rows: list[Row] = []
    if isinstance(statistic, Histogram):
        labels = [*statistic.cells, ("elsewhere or nothing",)]
        shown = [None if value < threshold else value for value in values]
        bound = most_people(shown, min_batch=floor, variance=variance, threshold=threshold)
        people = bound if variance else reports  # as Release.most_people
        rows = [_row(name, value, variance, threshold, people) for name, value in zip(labels, values, strict=True)]
    return Release(
        id=hashlib.sha256(b"release" + study.task_id + shares[0] + shares[1]).hexdigest()[:16],
        title=study.title,
        statistic=statistic.name,
        dimensions=statistic.query.dimensions if isinstance(statistic, Histogram) else (),
        measure=statistic.query.measures[0] if isinstance(statistic, Histogram) else statistic.model,
        rows=tuple(rows[:-1]),
        nothing=rows[-1] if rows else None,
        values=() if rows else tuple(values),
        fraction_bits=0 if isinstance(statistic, Histogram) else statistic.fraction_bits,
        noise_variance=variance,
        threshold=threshold,
        confidence=CONFIDENCE,
        batch=f"{floor}+" if variance else str(reports),
        batch_floor=floor,
        reports=None if variance else reports,
        micro_rho=loss,
        epsilon=None if loss is None else epsilon(loss),
        delta=DELTA,
        purpose=study.purpose,
        opens=manifest["opens"],
        closes=manifest["closes"],
        published=published.strftime("%Y-%m-%dT%H:%M:%SZ"),
        demo=study.demo,
        lineage=Lineage(
            task=study.task_id.hex(),
            leader=study.controller,
            helper=study.helper,
            leader_share_sha256=hashlib.sha256(shares[0]).hexdigest(),
            helper_share_sha256=hashlib.sha256(shares[1]).hexdigest(),
            mechanism="discrete Gaussian at both servers" if variance else "none",
        ),
    )


def encode_release(release: Release) -> str:
    """The release as JSON."""
    return msgspec.json.encode(release).decode()


def decode_release(text: str) -> Release:
    """Read what ``encode_release`` wrote; VocabularyError for anything else."""
    try:
        return msgspec.json.decode(text, type=Release)
    except msgspec.MsgspecError as error:
        raise VocabularyError(f"the release cannot be read: {error}") from error


def draw_variance(value: int, people: int) -> float:
    """Variance of a cell by the draw of one unit from each person, ``N p (1 - p)`` with p = ``value`` / ``people``.

    From published numbers alone: ``value`` has its noise, ``people`` is the most that the published cells
    allow, so the variance is not understated. People differ, and that only makes it smaller. p is kept from 0 to 1.
    """
    share = min(max(value / people, 0.0), 1.0)
    return people * share * (1 - share)


def _threshold(variance: int, cells: int) -> float:
    """Cells below are withheld: 10, plus what noise alone exceeds in no empty cell of the release at 95 %."""
    if not variance:
        return 0.0
    return SMALL_CELL + math.sqrt(variance) * NormalDist().inv_cdf(1 - FALSE_PUBLICATION / cells)


def _row(labels: tuple[str, ...], value: int, variance: int, threshold: float, people: int) -> Row:
    if value < threshold:
        return Row(labels=labels, value=None, low=None, high=None)
    half = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * math.sqrt(variance + draw_variance(value, people))
    return Row(labels=labels, value=value, low=round(max(0.0, value - half), 1), high=round(value + half, 1))
