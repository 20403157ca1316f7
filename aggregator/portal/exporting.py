"""Releases as CSV: every row carries its interval, what the interval covers, and where it comes from."""

from __future__ import annotations

import csv
import io
import math

from aggregator.releases import Release, Row, draw_variance
from aggregator.releasing.items import item_labels
from vocab.statistics import Histogram

__all__ = ["release_csv"]

COLUMNS = ("value", "ci95_low", "ci95_high", "noise_sigma", "draw_sigma", "withheld", "batch", "release_id")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters by which spreadsheets take a text for a formula."""


def release_csv(release: Release) -> str:
    """One line per number, RFC 4180: labels, then ``COLUMNS``.

    The interval covers both sigmas: of the servers' noise and, of a histogram, of the draw of one unit from each
    person; the draw's is empty where the value is withheld, and where nothing is drawn. Totals of a table have empty
    labels for what they add up.
    """
    text = io.StringIO()
    lines = csv.writer(text)
    columns = _label_columns(release)
    width = len(columns)
    lines.writerow([*columns, *COLUMNS])
    tail = [release.batch, release.id]
    sigma = f"{math.sqrt(release.noise_variance):.4f}"
    for row in (*release.rows, *([release.nothing] if release.nothing else [])):
        labels = [_neutral(label) for label in row.labels] + [""] * (width - len(row.labels))
        lines.writerow([*labels, *_figures(row), sigma, _draw_sigma(release, row), str(row.withheld).lower(), *tail])
    for number, marginal in enumerate(release.marginals):
        for row in marginal.rows:
            cells = sum(cell.labels[number] == row.labels[0] for cell in release.rows)
            spread = f"{math.sqrt(cells * release.noise_variance):.4f}"
            labels = [_neutral(row.labels[0]) if place == number else "" for place in range(width)]
            drawn = _draw_sigma(release, row)
            lines.writerow([*labels, *_figures(row), spread, drawn, str(row.withheld).lower(), *tail])
    unit = 2**release.fraction_bits
    names = item_labels(release) if release.items else ((str(number),) for number in range(len(release.values)))
    for name, value in zip(names, release.values, strict=True):
        labels = [_neutral(label) for label in name]
        lines.writerow([*labels, value / unit, "", "", f"{float(sigma) / unit:.6f}", "", "false", *tail])
    return text.getvalue()


def _label_columns(release: Release) -> tuple[str, ...]:
    if release.items:
        return ("part", "item", "other_item")
    return release.dimensions or (("parameter",) if release.values else ("what",))


def _figures(row: Row) -> list[str]:
    return ["" if figure is None else str(figure) for figure in (row.value, row.low, row.high)]


def _draw_sigma(release: Release, row: Row) -> str:
    if release.statistic != Histogram.name:
        return ""
    return "" if row.value is None else f"{math.sqrt(draw_variance(row.value, release.most_people)):.4f}"


def _neutral(label: str) -> str:
    """A label that no spreadsheet computes."""
    return f"'{label}" if label.startswith(FORMULA) else label
