"""A release as text for a terminal."""

from __future__ import annotations

from aggregator.releases import Release, Row

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
    rows = [row for row in (*release.rows, release.nothing) if row is not None]
    if rows:
        noise = "both servers' noise and " if release.noise_variance else ""
        lines.append(f"intervals at {release.confidence:.0%} cover {noise}the draw of one unit from each person")
    lines += map(_line, rows)
    if release.values:
        lines.append(f"update of {len(release.values)} values in units of 2**-{release.fraction_bits}")
    return "\n".join(lines)


def _line(row: Row) -> str:
    name = " / ".join(row.labels)
    if row.withheld:
        return f"  {name:40} too small to show"
    return f"  {name:40} {row.value:>8}   [{row.low}, {row.high}]"
