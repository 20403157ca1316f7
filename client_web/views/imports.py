"""Imports: what each one read, wrote and left out, what its checks found, and how to take it back."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from client_web.charts import parts_bar
from client_web.views.common import the_agent

__all__ = ["page"]

page = Blueprint("imports", __name__, url_prefix="/imports")
COUNTS = (
    ("written", "New"),
    ("duplicate", "Known"),
    ("skipped", "Skipped"),
    ("rejected", "Rejected"),
)
"""What became of the rows that were read, in the order of the bars."""
UNDONE = ("removed", "samples", "restored", "kept", "also_later")
TITLES = {
    "date_gap": "Days without rows",
    "double_recorder": "Several recorders",
    "equal_rows": "Equal rows",
    "future_date": "Days to come",
    "impossible_value": "Values that cannot be",
    "level_shift": "A sudden change",
    "missing_field": "Missing details",
    "not_reconciled": "The balance is not reached",
    "one_sign": "Money in alone",
    "rejected_share": "Rows that could not be read",
    "time_zone": "The time zone",
    "unit_change": "Another unit",
}
"""What a finding is about, for people, by its code."""
MANY_FILES = 12
CHANGES = threading.Lock()
"""One change at a time: the server has several threads."""


@page.get("/")
def show() -> str:
    """Every import, newest first, with its counts."""
    return render_template(
        "imports.html",
        imports=list(reversed(the_agent().imports())),
        counts=COUNTS,
        parts_bar=_bar,
        undone={name: request.args.get(name, 0, type=int) for name in UNDONE} if "undone" in request.args else None,
    )


@page.get("/<name>")
def one(name: str) -> str:
    """One import: every file with its counts, its balances, what the checks found, and every row that was rejected."""
    agent = the_agent()
    report = agent.import_entry(name)
    raw = _raw_rows(agent.rejected(name))
    files = sorted(report["files"], key=lambda file: (not _needs_a_look(file), not file.get("findings")))
    return render_template(
        "import.html",
        name=name,
        report=report,
        findings=_findings(report),
        balances=[(file, entry) for file in files for entry in file.get("reconciliation", ())],
        files=files[:MANY_FILES],
        others=files[MANY_FILES:],
        withheld=_sums(files, "withheld"),
        skipped=_sums(files, "skipped_by"),
        rejected=[(file, issue, raw.get((file["path"], issue["line"]))) for file in files for issue in file["issues"]],
        counts=COUNTS,
        titles=TITLES,
        parts_bar=_bar,
    )


@page.post("/<name>/undo")
def undo(name: str) -> Response:
    """Take back exactly what this import brought."""
    with CHANGES:
        report = the_agent().undo_import(name).to_json()
    return redirect(url_for("imports.show", undone=name, **{key: report[key] for key in UNDONE}), 303)


def _bar(counts: Mapping[str, Any]) -> Markup:
    return parts_bar([(name, int(counts[name])) for name, _ in COUNTS])


def _needs_a_look(file: Mapping[str, Any]) -> bool:
    return any(finding["severity"] == "warning" for finding in file.get("findings", ()))


def _findings(report: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Every finding with the file it is about (empty: several), warnings first."""
    found = [("", finding) for finding in report.get("findings", ())]
    found += [(file["path"], finding) for file in report["files"] for finding in file.get("findings", ())]
    return sorted(found, key=lambda each: each[1]["severity"] != "warning")


def _raw_rows(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, int], str]:
    """The rejected rows as they stood, by file and line; kept on this machine alone, so there may be none."""
    paths = (row["file"] if row["member"] is None else f"{row['file']}!{row['member']}" for row in rows)
    return {(path, row["line"]): row["raw"] for path, row in zip(paths, rows, strict=True) if row["raw"]}


def _sums(files: Sequence[Mapping[str, Any]], key: str) -> list[tuple[str, int]]:
    """Counts by name over all files, largest first."""
    sums: dict[str, int] = {}
    for file in files:
        for name, count in file.get(key, {}).items():
            sums[name] = sums.get(name, 0) + count
    return sorted(sums.items(), key=lambda item: (-item[1], item[0]))
