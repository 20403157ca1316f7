"""Imports, from export file to finished Turtle documents, against a plain reading of the same bytes in the same run.

``python -m bench.imports [--only NAME] [--rounds N] [--large] [--json]``. The files are made up first. Both sides run
in processes of their own, in turn; the least CPU time of each counts, and the largest memory. ``--large`` adds a zip
of 1 GB, of which most is in a folder that is never read.

Goals: at most 2.5 times the CPU of json.load and 15 times that of csv.reader; 96 MiB, 150 for the health zip. Of HTML
and OFX other readers are the measure: google_takeout_parser took 62 times the CPU of the scan of the same page, and a
twentieth of that is the goal; OFX is read to records alone, as ofxtools does (``python -m bench.interchange``), in at
most 0.15 s.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from bench.imports import files
from bench.imports.sides import SIDES, measure

__all__ = ["main"]

Write = Callable[[Path], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A format, the plain reading that it is compared with, and the goal for the ratio (None: only measured)."""

    name: str
    file: str
    write: Write
    peer: str
    goal: float | None = None
    peak_goal: int = 96
    side: str = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one comparison gave."""

    name: str
    peer: str
    rows: int
    mb: float
    cpu_s: float
    peer_cpu_s: float
    ratio: float
    goal: float | None
    rows_per_s: int
    peak_mib: int
    peak_goal_mib: int


CASES = (
    Case(
        name="Spotify JSON",
        file="Streaming_History_Audio_2016-2026_0.json",
        write=partial(files.write_history, rows=60_000),
        peer="json.load",
        goal=2.5,
    ),
    Case(
        name="YouTube JSON",
        file="watch-history.json",
        write=partial(files.write_views, rows=60_000),
        peer="json.load",
        goal=2.5,
    ),
    Case(
        name="YouTube HTML",
        file="watch-history.html",
        write=partial(files.write_views_page, rows=20_000),
        peer="scan of cells",
        goal=3.1,
    ),
    Case(
        name="OCBC CSV",
        file="TransactionHistory.csv",
        write=partial(files.write_account, rows=20_000),
        peer="csv.reader",
        goal=15,
    ),
    Case(
        name="DBS card CSV",
        file="card.csv",
        write=partial(files.write_card, rows=20_000),
        peer="csv.reader",
        goal=15,
    ),
    Case(
        name="Google Health zip",
        file="takeout.zip",
        write=partial(files.write_health, days=60, pulse=5, unused=16 << 20),
        peer="csv.reader in zip",
        peak_goal=150,
    ),
    Case(
        name="OFX",
        file="statement.ofx",
        write=partial(files.write_statement, rows=10_000),
        peer="scan of fields",
        goal=8,
        side="records of OFX",
    ),
)
LARGE = Case(
    name="Google Health 1 GB",
    file="takeout-large.zip",
    write=partial(files.write_health, days=365, pulse=5, unused=1_900 << 20),
    peer="csv.reader in zip",
    peak_goal=150,
)


def _child(side: str, source: Path) -> dict[str, float]:
    """Run a side, or write the file of the case with this name, in a process of its own: memory tells of it alone."""
    command = [sys.executable, "-m", "bench.imports", "--side", side, "--file", str(source)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def compare(case: Case, folder: Path, rounds: int) -> Outcome:
    """Both sides in turn, ``rounds`` times."""
    source = folder / case.file
    _child(case.name, source)
    runs = [(_child(case.peer, source), _child(case.side, source)) for _ in range(rounds)]
    size = source.stat().st_size
    source.unlink()
    plain = min(run[0]["cpu_s"] for run in runs)
    imported = min(run[1]["cpu_s"] for run in runs)
    rows = int(runs[0][1]["rows"])
    return Outcome(
        name=case.name,
        peer=case.peer,
        rows=rows,
        mb=round(size / 1e6, 1),
        cpu_s=round(imported, 3),
        peer_cpu_s=round(plain, 3),
        ratio=round(imported / plain, 2),
        goal=case.goal,
        rows_per_s=round(rows / imported),
        peak_mib=round(max(run[1]["peak_mib"] for run in runs)),
        peak_goal_mib=case.peak_goal,
    )


def _line(found: Outcome) -> str:
    goal = "" if found.goal is None else f"{found.goal:g}"
    return (
        f"{found.name:<19}{found.rows:>10,}{found.mb:>9.1f}{found.cpu_s:>9.2f}{found.peer_cpu_s:>9.3f}"
        f"  {found.peer:<18}{found.ratio:>7.1f}{goal:>6}{found.rows_per_s:>10,}{found.peak_mib:>6}"
        f"{found.peak_goal_mib:>6}"
    )


def main() -> None:
    """Read the command line, run the comparisons and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.imports", description=__doc__)
    parser.add_argument("--only", help="a part of a format's name")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--large", action="store_true", help="also a zip of 1 GB")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--side", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side in SIDES:
        print(json.dumps(measure(options.side, options.file)))
        return
    if options.side:
        next(case for case in (*CASES, LARGE) if case.name == options.side).write(options.file)
        print("{}")
        return
    cases = [case for case in (*CASES, *([LARGE] if options.large else [])) if (options.only or "") in case.name]
    if not options.json:
        print(
            f"{'':<19}{'rows':>10}{'MB':>9}{'CPU s':>9}{'plain s':>9}  {'plain reading':<18}{'ratio':>7}{'goal':>6}",
            end="",
        )
        print(f"{'rows/s':>10}{'MiB':>6}{'goal':>6}")
    outcomes = []
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            outcomes.append(compare(case, Path(folder), 1 if case is LARGE else options.rounds))
            if not options.json:
                print(_line(outcomes[-1]), flush=True)
    if options.json:
        print(json.dumps([asdict(outcome) for outcome in outcomes]))


if __name__ == "__main__":
    main()
