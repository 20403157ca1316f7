"""The report of an import in words, for a terminal of 80 columns; works on the document of ``import --json``."""

from __future__ import annotations

import shutil
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

import click

from pod_agent.cli.options import show_table

__all__ = ["show_rejected", "show_report", "undo_text"]

Document = dict[str, Any]

COUNTS: Final = (
    ("read", "read"),
    ("written", "new"),
    ("changed", "changed"),
    ("duplicate", "known"),
    ("rejected", "rejected"),
    ("skipped", "skipped"),
)
MANY_FILES: Final = 15
NAME: Final = 26
ISSUES_TOLD: Final = 5
PATHS_TOLD: Final = 3
FINDINGS_TOLD: Final = 12
CONTINUED: Final = "    "


def show_report(document: Document, *, title: str) -> None:
    """What an import read, wrote and left out, what its checks found, and whether the balances add up."""
    _counts(document, title)
    files = document["files"]
    for line in _left_out(files):
        _say(line)
    _first_rows(files)
    _balances(files)
    _findings(document)
    _issues(document)
    for reason, paths in _grouped(document["unopened"]):
        more = f" and {len(paths) - PATHS_TOLD:,} more" if len(paths) > PATHS_TOLD else ""
        _say(f"Not read: {', '.join(map(name_of, paths[:PATHS_TOLD]))}{more}: {reason}")


def show_rejected(rows: Iterable[Document]) -> None:
    """Rejected rows as they stood in their files."""
    for row in rows:
        column = f", {row['column']}" if row["column"] else ""
        _say(f"{name_of(row['member'] or row['file'])} line {row['line']:,}{column}: {row['code']}: {row['detail']}")
        if row["raw"]:
            click.echo(f"{CONTINUED}{printable(row['raw'])}")


def undo_text(undone: Document) -> Iterator[str]:
    """What undoing an import did, in sentences."""
    yield f"{_records(undone['removed'])} removed."
    if undone["samples"]:
        yield f"{undone['samples']:,} samples of dense series removed."
    if undone["restored"]:
        yield f"{_records(undone['restored'])} brought back to the state before."
    if undone["kept"]:
        yield f"{_records(undone['kept'])} kept: a later import has changed them since."
    if undone["also_later"]:
        yield (
            f"{undone['also_later']:,} of those removed were also in files of later imports: import these again, "
            "and they are back."
        )


def name_of(path: str) -> str:
    """The last part of a path or of a zip's member; ``--json`` has the whole."""
    return printable(path.rsplit("!", 1)[-1].replace("\\", "/").rsplit("/", 1)[-1])


def printable(text: str) -> str:
    """The text with a mark in place of what would steer a terminal or turn the direction of writing."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _counts(document: Document, title: str) -> None:
    files = document["files"]
    rows: list[Sequence[object]] = []
    if len(files) <= MANY_FILES:
        rows = [(_short(name_of(file["path"])), *_numbers(file)) for file in files]
    else:
        importers = Counter(file["importer"] for file in files)
        for importer, number in sorted(importers.items()):
            mine = [file for file in files if file["importer"] == importer]
            sums = {name: sum(file[name] for file in mine) for name, _ in COUNTS}
            rows.append((f"{importer}, {number:,} file{'' if number == 1 else 's'}", *_numbers(sums)))
    if len(rows) > 1:
        rows.append(("all", *_numbers(document["totals"])))
    show_table(title, ("file", *(label for _, label in COUNTS)), rows, numbers=range(1, len(COUNTS) + 1))
    days = [day for file in files for day in (file["first"], file["last"]) if day]
    if days:
        click.echo(f"From {min(days)} to {max(days)}.")


def _numbers(counts: Document) -> list[str]:
    return [f"{counts[name]:,}" for name, _ in COUNTS]


def _left_out(files: Sequence[Document]) -> Iterator[str]:
    for key, label in (("skipped_by", "Skipped"), ("withheld", "Left behind")):
        found: Counter[str] = Counter()
        for file in files:
            found.update(file[key])
        if found:
            told = ", ".join(f"{name.replace('_', ' ')} ({count:,})" for name, count in found.most_common())
            yield f"{label}: {told}."


def _first_rows(files: Sequence[Document]) -> None:
    for file in files[:MANY_FILES]:
        if file.get("first_rows"):
            click.secho(f"First rows of {name_of(file['path'])}", bold=True)
            for text in file["first_rows"]:
                _say(f"  {text}")


def _balances(files: Sequence[Document]) -> None:
    for file in files:
        for entry in file["reconciliation"]:
            _say(f"Balance of {entry['account']}: {_balance(entry)}")


def _balance(entry: Document) -> str:
    if entry["difference"] is None:
        return f"{_grouped_digits(entry['closing'])} {entry['currency']}; no earlier balance to check it with yet."
    sign, rows = ("-", entry["rows"][1:]) if entry["rows"].startswith("-") else ("+", entry["rows"])
    is_sum = not entry["difference"].strip("-0.")
    sum_text = f"{_grouped_digits(entry['opening'])} {sign} {_grouped_digits(rows)} of rows"
    end = f"{_grouped_digits(entry['closing'])} {entry['currency']}"
    return f"{sum_text} = {end}, as printed." if is_sum else f"{sum_text} is not {end}, as printed."


def _grouped_digits(amount: str) -> str:
    return f"{Decimal(amount):,}"


def _findings(document: Document) -> None:
    found = [(finding, "") for finding in document["findings"]]
    found += [
        (finding, f"{name_of(file['path'])}: " if len(document["files"]) > 1 else "")
        for file in document["files"]
        for finding in file["findings"]
    ]
    found.sort(key=lambda each: each[0]["severity"] != "warning")
    for finding, where in found[:FINDINGS_TOLD]:
        mark = click.style("!", fg="yellow", bold=True) if finding["severity"] == "warning" else "-"
        _say(f"{where}{finding['text']}", mark=mark)
    if len(found) > FINDINGS_TOLD:
        click.echo(f"  and {len(found) - FINDINGS_TOLD:,} more findings: use --json to see all")


def _issues(document: Document) -> None:
    for file in document["files"]:
        for issue in file["issues"][:ISSUES_TOLD]:
            column = f", {issue['column']}" if issue["column"] else ""
            _say(f"{name_of(file['path'])} line {issue['line']:,}{column}: {issue['code']}: {issue['detail']}")
        if len(file["issues"]) > ISSUES_TOLD:
            where = document["import_id"]
            how = f"pod-agent imports show {where} --rejected" if where else "use --json"
            click.echo(f"{CONTINUED}and {file['rejected'] - ISSUES_TOLD:,} more: {how}")


def _grouped(unopened: Iterable[Document]) -> list[tuple[str, list[str]]]:
    """Files that were not read, by reason."""
    groups: dict[str, list[str]] = {}
    for entry in unopened:
        reason = printable(entry["reason"].replace(entry["path"], "it").replace(entry["path"].split("!")[0], "it"))
        groups.setdefault(reason, []).append(entry["path"])
    return list(groups.items())


def _say(text: str, *, mark: str = "") -> None:
    """A line, wrapped to the terminal; ``mark`` stands before it."""
    width = min(max(shutil.get_terminal_size((80, 24)).columns, 40), 100)
    lines = textwrap.wrap(printable(text), width - len(CONTINUED), subsequent_indent=CONTINUED, drop_whitespace=True)
    for number, line in enumerate(lines):
        prefix = f"{mark} " if mark and not number else "  " if mark else ""
        click.echo(f"{prefix}{line}")


def _records(number: int) -> str:
    return f"{number:,} record{'' if number == 1 else 's'}"


def _short(name: str) -> str:
    return name if len(name) <= NAME else f"{name[: NAME // 2 - 1]}\N{HORIZONTAL ELLIPSIS}{name[-NAME // 2 :]}"
