"""Damaged files through every importer and through whole imports, to find what is no typed error.

``python -m bench.fuzz --minutes N --seed S [--keep DIR] [--json]``. Seeds are the fixtures of the tests and a few files
made here. A case is a function of the seed and its number, so ``--case NUMBER`` plays one again. What counts as a
fault: an exception that is no ProjectError, rows that are not accounted for, a row that is none, more than two seconds
of CPU on 64 KiB, more memory than the limit, and the end of the process. Leaves with status 1 where it finds one.
"""

from __future__ import annotations

import argparse
import collections
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

from bench.mutations import Seed, damaged
from pod_agent.errors import UnaccountedRowsError
from pod_agent.importers.built_in import built_in
from pod_agent.importers.protocol import (
    Confidence,
    ExportFile,
    Importer,
    Issue,
    Sample,
    Skipped,
    Statement,
    Withheld,
)
from pod_agent.ingest.pipeline import Ingest
from pod_agent.pods.embedded import EmbeddedPod
from vocab.errors import ProjectError
from vocab.records import Record

__all__ = ["IMPORTERS", "BytesFile", "Fault", "ask", "ingest", "seeds"]

ZONE: Final = ZoneInfo("Asia/Singapore")
IMPORTERS: Final = built_in(ZONE)
FIXTURES: Final = Path(__file__).resolve().parents[1] / "tests" / "fixtures"
CPU_SECONDS: Final = 2.0
MEMORY: Final = 2 << 30
WHOLE: Final = 25
"""One case in so many goes through a whole import as well."""

_BY_CHILD: Final = frozenset({"ocbc-pdf"})
"""Importers that start a process for every file: they see few files that are none of theirs."""


@dataclass(frozen=True, slots=True)
class BytesFile:
    """An export file that lies in memory."""

    file: str
    content: bytes
    member: str | None = None

    @property
    def head(self) -> bytes:
        """The first 64 KiB."""
        return self.content[: 1 << 16]

    def open(self) -> IO[bytes]:
        """A stream from the start."""
        return io.BytesIO(self.content)


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong, ``where`` so that one fault found a thousand times is told once."""

    importer: str
    kind: str
    where: str
    detail: str


def seeds() -> list[Seed]:
    """Every fixture with its path, and small files of kinds that have none."""
    found = [
        (str(path.relative_to(FIXTURES)), path.read_bytes())
        for path in sorted(FIXTURES.rglob("*"))
        if path.is_file() and "expected" not in path.name
    ]
    return [*found, *_MADE]


_MADE: Final[tuple[Seed, ...]] = (
    ("empty.csv", b""),
    (
        "Playlist1.json",
        (
            b'{"playlists":[{"name":"A","items":[{"track":{"trackName":"S","artistName":"B","albumName":"C",'
            b'"trackUri":"spotify:track:x"},"episode":null,"addedDate":"2026-01-02"}]}]}'
        ),
    ),
    (
        "YourLibrary.json",
        (
            b'{"tracks":[{"artist":"B","album":"C","track":"S","uri":"spotify:track:x"}],"albums":[],'
            b'"shows":[{"name":"P","publisher":"Q","uri":"spotify:show:y"}],"artists":[{"name":"B","uri":"z"}]}'
        ),
    ),
    (
        "StreamingHistory_music_0.json",
        (
            b'[{"endTime":"2026-01-01 10:00","artistName":"B","trackName":"S","msPlayed":61000},'
            b'{"endTime":"2026-01-01 10:03","artistName":"B","trackName":"T","msPlayed":100}]'
        ),
    ),
    (
        "SearchQueries.json",
        (
            b'[{"platform":"IPHONE","searchTime":"2026-01-01T10:00:00.123Z[UTC]","searchQuery":"a b",'
            b'"searchInteractionURIs":["spotify:track:x"]}]'
        ),
    ),
    (
        "statement.tsv",
        b"Date\tDescription\tAmount\tBalance\n01/02/2026\tCoffee\t-4.50\t100.00\n02/02/2026\tPay\t5\t105\n",
    ),
)


def ask(importer: Importer, export: ExportFile) -> Fault | None:
    """Let an importer say how sure it is and read the whole file, sure or not."""
    began = time.process_time()
    try:
        opinion: object = importer.identify(export)
        if not isinstance(opinion, Confidence) or not 0 <= opinion.value <= 1 or not opinion.why:
            return Fault(importer.name, "opinion", "identify", repr(opinion)[:200])
        complaint = _read(importer, export)
    except UnaccountedRowsError as error:
        return Fault(importer.name, "UnaccountedRowsError", "", str(error))
    except ProjectError:
        complaint = None
    except Exception as error:  # noqa: BLE001 - to find them is what this is for
        return _raised(importer.name, error)
    spent = time.process_time() - began
    if complaint is None and spent > CPU_SECONDS:
        return Fault(importer.name, "slow", "", f"{spent:.1f} s of CPU for {len(export.head)} bytes")
    return complaint


def _read(importer: Importer, export: ExportFile) -> Fault | None:
    """The first row that breaks the protocol."""
    last, told = 0, set[str]()
    rows: Iterator[object] = importer.extract(export)
    for row in rows:
        if isinstance(row, Statement | Withheld):
            continue
        if not isinstance(row, Record | Issue | Skipped | Sample):
            return Fault(importer.name, "no row", type(row).__name__, repr(row)[:200])
        line, part = _place(row)
        if line is None or line < last or (line == last and (part is None or part in told)):
            return Fault(importer.name, "line", type(row).__name__, f"line {line} after {last}")
        told = told if line == last else set()
        told |= {part} if part else set()
        if isinstance(row, Issue) and row.raw is not None and len(row.raw) > 200:
            return Fault(importer.name, "long raw text", row.code, f"{len(row.raw)} characters")
        last = line
    return None


def _place(row: Record | Issue | Skipped | Sample) -> tuple[int | None, str | None]:
    """The line, and what tells rows of one line apart: the IRI, the measure and time, or the part as in items[2]."""
    if isinstance(row, Record):
        return (row.provenance.line if row.provenance else None), row.iri
    if isinstance(row, Sample):
        return row.line, f"{row.measure} {row.at}"
    column = row.column if isinstance(row, Issue) else None
    return row.line, column if column and column.endswith("]") else None


def ingest(export: BytesFile) -> Fault | None:
    """Import the file into a pod of its own, twice: the second time nothing may be new."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        source = home / "files" / export.file
        source.parent.mkdir(parents=True)
        source.write_bytes(export.content)
        agent = Ingest(EmbeddedPod(home / "pod"), home / "agent", importers=IMPORTERS)
        try:
            first = agent.run([source])
            second = agent.run([source])
        except UnaccountedRowsError as error:
            return Fault("ingest", "UnaccountedRowsError", "", str(error).replace(folder, ""))
        except ProjectError:
            return None
        except Exception as error:  # noqa: BLE001 - to find them is what this is for
            return _raised("ingest", error)
    if second.import_id is not None:
        name = first.files[0].importer
        return Fault("ingest", "written twice", name, f"{first.counts.written} then {second.counts.written}")
    return None


def _raised(name: str, error: Exception) -> Fault:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "pod_agent" in frame.filename]
    place = frames[-1] if frames else traceback.extract_tb(error.__traceback__)[-1]
    return Fault(name, type(error).__name__, f"{Path(place.filename).name}:{place.name}", str(error)[:200])


def _case(seed: int, number: int, corpus: Sequence[Seed]) -> BytesFile:
    name, content = damaged(Random(f"{seed}:{number}"), corpus)
    return BytesFile(name, content)


def _try(number: int, export: BytesFile) -> Iterator[Fault]:
    for importer in IMPORTERS:
        if importer.name in _BY_CHILD and number % WHOLE and not export.content.startswith(b"%PDF-"):
            continue
        fault = ask(importer, export)
        if fault is not None:
            yield fault
    if number % WHOLE == 0:
        whole = ingest(export)
        if whole is not None:
            yield whole


def _work(seed: int, start: int, seconds: float, progress: Path) -> None:
    """Try cases until the time is up; one line of JSON for every fault and one at the end."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    corpus, number, until = seeds(), start, time.monotonic() + seconds
    with progress.open("wb", buffering=0) as place:
        while time.monotonic() < until:
            place.seek(0)
            place.write(b"%-20d" % number)  # where to go on if this case ends the process
            for fault in _try(number, _case(seed, number, corpus)):
                print(json.dumps({"case": number, "fault": [fault.importer, fault.kind, fault.where, fault.detail]}))
            number += 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"next": number, "peak_mib": peak}))


def _run(seed: int, seconds: float) -> dict[str, Any]:
    """Children that try cases one after the other: one that ends early found a case that ends the process."""
    faults: dict[tuple[str, str, str], list[Any]] = {}
    until, number, peak = time.monotonic() + seconds, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        progress = Path(folder, "number")
        while (left := until - time.monotonic()) > 0:
            command = [sys.executable, "-m", "bench.fuzz", "--work", f"{seed},{number},{left},{progress}"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            lines = [json.loads(line) for line in done.stdout.splitlines()]
            for line in lines:
                if "fault" in line:
                    importer, kind, where, detail = line["fault"]
                    faults.setdefault((importer, kind, where), []).append((line["case"], detail))
            if done.returncode == 0:
                number, peak = lines[-1]["next"], max(peak, lines[-1]["peak_mib"])
                break
            number = int(progress.read_bytes()) if progress.exists() else number
            key = ("process", f"ended with {done.returncode}", done.stderr.strip().rpartition("\n")[2][:200])
            faults.setdefault(key, []).append((number, done.stderr[-500:]))
            number += 1
    told = [
        {
            "importer": key[0],
            "kind": key[1],
            "where": key[2],
            "times": len(found),
            "case": found[0][0],
            "detail": found[0][1],
        }
        for key, found in sorted(faults.items())
    ]
    return {"seed": seed, "cases": number, "importers": len(IMPORTERS), "peak_mib": peak, "faults": told}


def _again(seed: int, number: int, keep: Path | None) -> None:
    """Play one case again, and keep its file."""
    export = _case(seed, number, seeds())
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / Path(export.file).name).write_bytes(export.content)
    counts = collections.Counter(fault for fault in [*_try(number, export), ingest(export)] if fault)
    print(export.file, len(export.content), *counts, sep="\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int, help="play this case again instead")
    parser.add_argument("--keep", type=Path, help="folder for the file of that case")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        seed, start, seconds, progress = given.work.split(",", 3)
        _work(int(seed), int(start), float(seconds), Path(progress))
        return
    if given.case is not None:
        _again(given.seed, given.case, given.keep)
        return
    result = _run(given.seed, given.minutes * 60)
    if given.json:
        print(json.dumps(result))
    else:
        print(f"{result['cases']} cases, {result['importers']} importers each, {result['peak_mib']} MiB at most")
        for fault in result["faults"]:
            print(*(f"{name} {value}" for name, value in fault.items()), sep="; ")
    sys.exit(bool(result["faults"]))


if __name__ == "__main__":
    main()
