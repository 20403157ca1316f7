"""A bank's OFX file from bytes to records, against a plain scan of the same file in the same run.

``python -m bench.interchange [--rows N] [--peer PYTHON] [--json]``. The scan is one regular expression over the whole
text, which finds the fields and does nothing with them. ``--peer`` names the Python of an environment of your own that
has ofxtools (it is GPL: never a part of this project); then its CPU time is measured too. Goals for 10,000 rows: at
most 0.15 s of CPU and 0.2 times the CPU of ofxtools.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pod_agent.importers.archive import PlainFile
from pod_agent.importers.banks.ofx import Ofx

__all__ = ["main", "write_statement"]

CPU_GOAL = 0.15
PEER_GOAL = 0.2
FIELDS = re.compile(
    r"<STMTTRN>\s*<TRNTYPE>([^<\n]*).*?<DTPOSTED>([^<\n]*).*?<TRNAMT>([^<\n]*).*?<FITID>([^<\n]*).*?<NAME>([^<\n]*)",
    re.DOTALL,
)
PEER = """
import json, sys, time
from ofxtools.Parser import OFXTree
started = time.process_time()
tree = OFXTree()
tree.parse(sys.argv[1])
rows = len(tree.convert().statements[0].transactions)
print(json.dumps({"rows": rows, "cpu_s": time.process_time() - started, "rss_mib": 0}))
"""
HEAD = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20261001<LANGUAGE>ENG
<FI><ORG>Kopi Bank<FID>1</FI></SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>SGD
<BANKACCTFROM><BANKID>7171<ACCTID>512345678001<ACCTTYPE>SAVINGS</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20160101<DTEND>20261001
"""
TAIL = """</BANKTRANLIST><LEDGERBAL><BALAMT>100.00<DTASOF>20261001</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""


def write_statement(path: Path, rows: int) -> None:
    """A made-up statement with this many rows; the same for the same number."""
    dice = random.Random(7)
    day = date(2016, 1, 1)
    with path.open("w", encoding="cp1252") as stream:
        stream.write(HEAD)
        for number in range(rows):
            day += timedelta(days=dice.random() < 0.3)
            stream.write(
                f"<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>{day:%Y%m%d}120000[8:SGT]"
                f"<TRNAMT>-{dice.randrange(100, 90_000) / 100:.2f}<FITID>{day:%Y%m%d}{number:06d}"
                f"<NAME>HAWKER STALL {dice.randrange(400)}<MEMO>NETS QR PAYMENT {dice.randrange(10**6)}</STMTTRN>\n"
            )
        stream.write(TAIL)


def _scan(source: Path) -> int:
    return len(FIELDS.findall(source.read_text(encoding="cp1252")))


def _read(source: Path) -> int:
    rows = Ofx(ZoneInfo("Asia/Singapore")).extract(PlainFile(source))
    return sum(1 for _ in rows) - 1


def _measure(side: str, source: Path) -> None:
    """Run one side in this process and print its rows, CPU seconds and peak memory in MiB."""
    run = {"scan": _scan, "read": _read}[side]
    started = time.process_time()
    rows = run(source)
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rows": rows, "cpu_s": seconds, "rss_mib": peak}))


def _child(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def compare(source: Path, rounds: int, peer: str | None) -> dict[str, Any]:
    """All sides in turn, ``rounds`` times; the least CPU time of each."""
    commands = {
        side: [sys.executable, "-m", "bench.interchange", "--side", side, "--file", str(source)]
        for side in ("scan", "read")
    }
    if peer:
        commands["peer"] = [peer, "-c", PEER, str(source)]
    runs = {side: [_child(command) for _ in range(rounds)] for side, command in commands.items()}
    least = {side: min(run["cpu_s"] for run in results) for side, results in runs.items()}
    rows = runs["read"][0]["rows"]
    return {
        "file_mb": round(source.stat().st_size / 1e6, 2),
        "rows": {side: results[0]["rows"] for side, results in runs.items()},
        "cpu_s": {side: round(seconds, 3) for side, seconds in least.items()},
        "us_per_row": round(least["read"] / rows * 1e6, 1),
        "times_scan": round(least["read"] / least["scan"], 1),
        "times_peer": round(least["read"] / least["peer"], 3) if peer else None,
        "rss_mib": round(max(run["rss_mib"] for run in runs["read"])),
    }


def main() -> None:
    """Read the command line, run the comparison and print it."""
    parser = argparse.ArgumentParser(prog="python -m bench.interchange", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000, help="rows in the made-up file")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peer", help="the Python of an environment that has ofxtools")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--side", choices=["scan", "read"], help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        _measure(options.side, options.file)
        return
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "statement.ofx")
        write_statement(source, options.rows)
        result = compare(source, options.rounds, options.peer)
    if options.json:
        print(json.dumps(result))
        return
    print(f"{options.rows:,} rows, {result['file_mb']} MB, {result['rss_mib']} MiB")
    print(f"records         {result['cpu_s']['read']:7.3f} s CPU  {result['us_per_row']} us a row (goal {CPU_GOAL} s)")
    print(f"plain scan      {result['cpu_s']['scan']:7.3f} s CPU  ratio {result['times_scan']}")
    if result["times_peer"] is not None:
        print(f"ofxtools        {result['cpu_s']['peer']:7.3f} s CPU  ratio {result['times_peer']} (goal {PEER_GOAL})")


if __name__ == "__main__":
    main()
