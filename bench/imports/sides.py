"""Both sides of each comparison: the import, and a plain reading of the same bytes that gives them no meaning."""

from __future__ import annotations

import csv
import json
import re
import resource
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from pod_agent.importers.archive import PlainFile
from pod_agent.importers.banks.ofx import Ofx
from pod_agent.ingest.pipeline import Ingest
from pod_agent.pods.embedded import EmbeddedPod

__all__ = ["SIDES", "measure"]

_CELL: Final = re.compile(r'<div class="content-cell[^>]*>(.*?)</div>', re.DOTALL)
_STATEMENT: Final = re.compile(
    r"<STMTTRN>\s*<TRNTYPE>([^<\n]*).*?<DTPOSTED>([^<\n]*).*?<TRNAMT>([^<\n]*).*?<FITID>([^<\n]*).*?<NAME>([^<\n]*)",
    re.DOTALL,
)


def _import(source: Path) -> int:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        return Ingest(EmbeddedPod(home / "pod"), home).run([source]).counts.read


def _json(source: Path) -> int:
    with source.open("rb") as stream:
        return len(json.load(stream))


def _csv(source: Path) -> int:
    with source.open(encoding="utf-8", newline="") as stream:
        return sum(1 for _ in csv.reader(stream))


def _page(source: Path) -> int:
    return len(_CELL.findall(source.read_text(encoding="utf-8")))


def _ofx(source: Path) -> int:
    return len(_STATEMENT.findall(source.read_text(encoding="cp1252")))


def _zip(source: Path) -> int:
    """The tables of a zip by csv.reader; other members are not opened, as the import opens none of the large ones."""
    rows = 0
    with zipfile.ZipFile(source) as archive:
        for name in archive.namelist():
            if name.endswith(".csv") and "UserActivityProbabilities" not in name:
                with archive.open(name) as stream:
                    rows += sum(1 for _ in csv.reader(line.decode() for line in stream))
    return rows


def _ofx_records(source: Path) -> int:
    return sum(1 for _ in Ofx(ZoneInfo("Asia/Singapore")).extract(PlainFile(source))) - 1


SIDES: Final[dict[str, Callable[[Path], int]]] = {
    "import": _import,
    "records of OFX": _ofx_records,
    "json.load": _json,
    "csv.reader": _csv,
    "scan of cells": _page,
    "scan of fields": _ofx,
    "csv.reader in zip": _zip,
}
"""Each gives the number of rows that it read."""


def measure(side: str, source: Path) -> dict[str, float]:
    """Rows, CPU seconds and peak memory in MiB of one side, run in this process."""
    started = time.process_time()
    rows = SIDES[side](source)
    seconds = time.process_time() - started
    return {"rows": rows, "cpu_s": seconds, "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
