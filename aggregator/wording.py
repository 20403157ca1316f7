"""A release as text for a terminal."""

from __future__ import annotations

from aggregator.releases import Mean, Release, Row
from vocab.statistics import Histogram

__all__ = ["describe"]


def describe(release: Release) -> str:
    """The release in plain lines: what was asked, of how many, at which privacy loss, and the cells."""
    lines = [release.title, f"release {release.id} of {release.published}, {release.batch} reports"]
    if release.demo:
        lines.append("DEMO: terms that real people's agents refuse")
    if release.epsilon is None:
        lines.append("no noise was added: exact")
    else:
        lines.append(
            f"noise variance {release.noise_variance}; one person lost at most epsilon {release.epsilon:.3f}"
            f" at delta {release.delta:g} if one of both servers is honest"
        )
    lines.append(f"asked: {release.asked}")
    if release.not_enough_people:
        lines.append(f"not enough people: this grid needs {release.people_needed:,}")
        return "\n".join(lines)
    rows = [row for row in (*release.rows, release.nothing) if row is not None]
    if rows:
        lines.append(f"intervals at {release.confidence:.0%} cover {_covered(release)}")
    lines += map(_line, rows)
    for marginal in release.marginals:
        lines += [f"in all by {marginal.dimension}", *map(_line, marginal.rows)]
    if release.mean is not None:
        lines.append(_mean(release.mean))
    if release.values:
        what = f"{len(release.items)} items" if release.items else "an update"
        lines.append(f"{len(release.values)} values of {what} in units of 2**-{release.fraction_bits}")
    return "\n".join(lines)


def _covered(release: Release) -> str:
    parts = ["both servers' noise"] if release.noise_variance else []
    if release.statistic == Histogram.name:
        parts.append("the draw of one unit from each person")
    return " and ".join(parts) or "nothing, for the sum is exact"


def _mean(mean: Mean) -> str:
    if mean.value is not None:
        return f"  {'mean of one person':40} {mean.value:>8.2f}   of {mean.fewest:,} people"
    people = f"{mean.fewest:,} people or more" if mean.most is None else f"{mean.fewest:,} to {mean.most:,} people"
    return f"  {'mean of one person':40} between {mean.low} and {mean.high}, of {people}"


def _line(row: Row) -> str:
    name = " / ".join(row.labels)
    if row.withheld:
        return f"  {name:40} too small to show"
    return f"  {name:40} {row.value:>8}   [{row.low}, {row.high}]"
