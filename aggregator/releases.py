"""Releases: what a study published, and the only thing about people that a portal can show.

A release is made from the sum with both servers' noise and the public terms, nothing else. Small cells are withheld by
their noisy value, never by the true count; nothing is withheld where a demo asked for exact sums.

A histogram counts one unit of each person's measure, drawn at random, so its cells vary for two reasons: the noise, and
the draw. Its intervals hold both, all others the noise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from aggregator.releasing.asked import asked
from aggregator.releasing.documents import Lineage, Marginal, Mean, Release, Row
from aggregator.releasing.rows import CONFIDENCE, Scale, draw_variance, marginals, mean_of, threshold_for
from vocab.errors import VocabularyError
from vocab.privacy import DELTA, epsilon
from vocab.statistics import (
    CentredPairs,
    CoPurchase,
    Histogram,
    ItemCounts,
    ItemVectors,
    ModelUpdate,
    Rfm,
    Segment,
    Sum,
)
from vocab.study import Study
from vocab.times import utc_text

__all__ = [
    "CONFIDENCE",
    "Lineage",
    "Marginal",
    "Mean",
    "Release",
    "Row",
    "decode_release",
    "draw_variance",
    "encode_release",
    "make_release",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """The part of a release that differs from statistic to statistic; see ``Release``."""

    measure: str
    dimensions: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    nothing: Row | None = None
    marginals: tuple[Marginal, ...] = ()
    mean: Mean | None = None
    values: tuple[int, ...] = ()
    fraction_bits: int = 0
    items: tuple[str, ...] = ()
    people_needed: int = 0


def make_release(
    study: Study, values: Sequence[int], *, reports: int, shares: tuple[bytes, bytes], published: datetime
) -> Release:
    """The release of a noisy sum; ``shares`` are both servers' noised shares, of which only digests are kept."""
    statistic, manifest = study.statistic, study.to_json()
    variance = 2 * study.noise.variance
    loss = study.noise.micro_rho(statistic.norm_squared) if study.noise.variance else None
    floor = study.min_batch if variance else reports
    shown = _shown(study, values, reports=reports, floor=floor)
    return Release(
        id=hashlib.sha256(b"release" + study.task_id + shares[0] + shares[1]).hexdigest()[:16],
        title=study.title,
        statistic=statistic.name,
        asked=asked(statistic),
        dimensions=shown.dimensions,
        measure=shown.measure,
        rows=shown.rows,
        nothing=shown.nothing,
        marginals=shown.marginals,
        mean=shown.mean,
        values=shown.values,
        fraction_bits=shown.fraction_bits,
        items=shown.items,
        noise_variance=variance,
        threshold=threshold_for(variance, len(values)),
        people_needed=shown.people_needed,
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
        published=utc_text(published),
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


def _shown(study: Study, values: Sequence[int], *, reports: int, floor: int) -> _Shown:
    variance = 2 * study.noise.variance
    threshold, noise = threshold_for(variance, len(values)), Scale(variance)
    match study.statistic:
        case Histogram(query=query) as table:
            scale = Scale.of_draws(values, floor, reports, variance)
            shown = _table(table, query.dimensions, values, scale, "elsewhere or nothing")
        case Rfm() as grid:
            shown = _grid(grid, values, noise, enough=not variance or floor >= grid.people_needed)
        case Sum(query=query, maximum=maximum):
            total = noise.row(("total",), values[0], threshold)
            shown = _Shown(measure=query.measures[0], rows=(total,), mean=mean_of(total, study, reports, maximum))
        case Segment():
            shown = _Shown(measure="people", rows=(noise.row(("in the segment",), values[0], threshold),))
        case ItemCounts(query=query, items=items):
            rows = [noise.row((item,), value, threshold) for item, value in zip(items, values, strict=True)]
            shown = _Shown(measure=query.measures[0], dimensions=query.dimensions, rows=tuple(rows))
        case (
            CoPurchase(query=query, items=items, fraction_bits=bits)
            | ItemVectors(query=query, items=items, fraction_bits=bits)
        ):
            shown = _Shown(
                measure=query.measures[0],
                dimensions=query.dimensions,
                values=tuple(values),
                fraction_bits=bits,
                items=items,
            )
        case CentredPairs(query=query, items=items, fraction_bits=bits):
            shown = _Shown(
                measure=query.measures[0],
                dimensions=query.dimensions,
                values=tuple(values),
                fraction_bits=2 * bits,
                items=items,
            )
        case ModelUpdate(model=model, fraction_bits=bits):
            shown = _Shown(measure=model, values=tuple(values), fraction_bits=bits)
    return shown


def _table(
    statistic: Histogram | Rfm, dimensions: tuple[str, ...], values: Sequence[int], scale: Scale, nothing: str
) -> _Shown:
    cells = statistic.cells
    threshold = threshold_for(scale.variance, len(values))
    rows = [scale.row(labels, value, threshold) for labels, value in zip([*cells, (nothing,)], values, strict=True)]
    totals = marginals(dimensions, cells, values[:-1], scale)
    return _Shown(
        measure=statistic.query.measures[0],
        dimensions=dimensions,
        rows=tuple(rows[:-1]),
        nothing=rows[-1],
        marginals=totals,
    )


def _grid(grid: Rfm, values: Sequence[int], noise: Scale, *, enough: bool) -> _Shown:
    """A grid whose cells would mostly be too small shows none, and says how many people it needs."""
    if enough:
        return _table(grid, grid.dimensions, values, noise, "nothing")
    hidden = [Row(labels=labels, value=None, low=None, high=None) for labels in (*grid.cells, ("nothing",))]
    return _Shown(
        measure=grid.query.measures[0],
        dimensions=grid.dimensions,
        rows=tuple(hidden[:-1]),
        nothing=hidden[-1],
        people_needed=grid.people_needed,
    )
