"""Releases as CSV: every row carries its interval, what the interval covers, and where it comes from."""

from __future__ import annotations

import csv
import io
import math

from aggregator.releases import Release, Row, draw_variance

__all__ = ["release_csv"]

COLUMNS = ("value", "ci95_low", "ci95_high", "noise_sigma", "draw_sigma", "withheld", "batch", "release_id")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters by which spreadsheets take a text for a formula."""


def release_csv(release: Release) -> str:
    """One line per cell, RFC 4180: labels, then ``COLUMNS``.

    The interval covers both sigmas: of the servers' noise, and of the draw of one unit from each person; the draw's is
    empty where the value is withheld, and for model updates, which nobody draws.
    """
    text = io.StringIO()
    lines = csv.writer(text)
    width = len(release.dimensions) or 1
    lines.writerow([*(release.dimensions or ("parameter",)), *COLUMNS])
    tail = [release.batch, release.id]
    sigma = f"{math.sqrt(release.noise_variance):.4f}"
    for row in (*release.rows, *([release.nothing] if release.nothing else [])):
        labels = [_neutral(label) for label in row.labels] + [""] * (width - len(row.labels))
        lines.writerow([*labels, *_figures(row), sigma, _draw_sigma(release, row), str(row.withheld).lower(), *tail])
    for number, value in enumerate(release.values):
        lines.writerow([number, value / 2**release.fraction_bits, "", "", sigma, "", "false", *tail])
    return text.getvalue()


def _figures(row: Row) -> list[str]:
    return ["" if figure is None else str(figure) for figure in (row.value, row.low, row.high)]


def _draw_sigma(release: Release, row: Row) -> str:
    return "" if row.value is None else f"{math.sqrt(draw_variance(row.value, release.most_people)):.4f}"


def _neutral(label: str) -> str:
    """A label that no spreadsheet computes."""
    return f"'{label}" if label.startswith(FORMULA) else label
