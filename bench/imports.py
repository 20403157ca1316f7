"""An import, from export file to finished Turtle documents, against ``json.load`` of the same file in the same run.

``python -m bench.imports [--rows N] [--file PATH] [--json]``. Without a file, one of made-up plays in Spotify's format
is written first. Both sides run in processes of their own, in turn; the least CPU time of each counts. Goals: at most
2.5 times the CPU of ``json.load``, at most 96 MiB of memory.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pod_agent.ingest.pipeline import Ingest
from pod_agent.pods.embedded import EmbeddedPod

__all__ = ["main", "write_history"]

CPU_GOAL = 2.5
MEMORY_GOAL = 96


def write_history(path: Path, rows: int) -> None:
    """A made-up extended streaming history with this many plays; the same for the same number."""
    dice = random.Random(7)
    at = datetime(2016, 1, 1, tzinfo=UTC)
    with path.open("w", encoding="utf-8") as stream:
        for number in range(rows):
            at += timedelta(seconds=dice.randrange(60, 4000))
            track = dice.randrange(4000)
            row = {
                "ts": f"{at:%Y-%m-%dT%H:%M:%SZ}",
                "platform": "ios",
                "ms_played": dice.randrange(1000, 300_000),
                "conn_country": "SG",
                "ip_addr": f"192.0.2.{dice.randrange(255)}",
                "master_metadata_track_name": f"Song number {track} (feat. Somebody)",
                "master_metadata_album_artist_name": f"Artist {track % 300}",
                "master_metadata_album_album_name": f"Album {track % 900}",
                "spotify_track_uri": f"spotify:track:{track:022d}",
                "episode_name": None,
                "episode_show_name": None,
                "spotify_episode_uri": None,
                "audiobook_title": None,
                "audiobook_uri": None,
                "audiobook_chapter_uri": None,
                "audiobook_chapter_title": None,
                "reason_start": "trackdone",
                "reason_end": dice.choice(["trackdone", "fwdbtn"]),
                "shuffle": True,
                "skipped": dice.choice([True, False]),
                "offline": False,
                "offline_timestamp": int(at.timestamp()),
                "incognito_mode": False,
            }
            stream.write(("[" if not number else ",") + json.dumps(row, indent=1, ensure_ascii=False))
        stream.write("]" if rows else "[]")


def _load(source: Path) -> int:
    with source.open("rb") as stream:
        return len(json.load(stream))


def _import(source: Path) -> int:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        return Ingest(EmbeddedPod(home / "pod"), home).run([source]).counts.written


def _measure(side: str, source: Path) -> None:
    """Run one side in this process and print its rows, CPU seconds and peak memory in MiB."""
    run = {"load": _load, "import": _import}[side]
    started = time.process_time()
    rows = run(source)
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rows": rows, "cpu_s": seconds, "rss_mib": peak}))


def _child(side: str, source: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.imports", "--side", side, "--file", str(source)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def compare(source: Path, rounds: int) -> dict[str, Any]:
    """Both sides in turn, ``rounds`` times; the least CPU time and the largest memory of each."""
    runs = [(_child("load", source), _child("import", source)) for _ in range(rounds)]
    load = min(run[0]["cpu_s"] for run in runs)
    imported = min(run[1]["cpu_s"] for run in runs)
    return {
        "file_mb": round(source.stat().st_size / 1e6, 1),
        "rows": runs[0][0]["rows"],
        "written": runs[0][1]["rows"],
        "load_cpu_s": round(load, 3),
        "import_cpu_s": round(imported, 3),
        "ratio": round(imported / load, 2),
        "ratio_goal": CPU_GOAL,
        "rows_per_s": round(runs[0][1]["rows"] / imported),
        "load_rss_mib": round(max(run[0]["rss_mib"] for run in runs)),
        "import_rss_mib": round(max(run[1]["rss_mib"] for run in runs)),
        "rss_goal_mib": MEMORY_GOAL,
    }


def main() -> None:
    """Read the command line, run the comparison and print it."""
    parser = argparse.ArgumentParser(prog="python -m bench.imports", description=__doc__)
    parser.add_argument("--rows", type=int, default=60_000, help="plays in the made-up file")
    parser.add_argument("--file", type=Path, help="a streaming history of your own")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--side", choices=["load", "import"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        _measure(options.side, options.file)
        return
    with tempfile.TemporaryDirectory() as folder:
        source = options.file or Path(folder, "Streaming_History_Audio_2016-2026_0.json")
        if options.file is None:
            write_history(source, options.rows)
        result = compare(source, options.rounds)
    if options.json:
        print(json.dumps(result))
        return
    print(f"{result['rows']:,} rows, {result['file_mb']} MB")
    print(f"json.load            {result['load_cpu_s']:7.3f} s CPU  {result['load_rss_mib']:5} MiB")
    print(f"import to documents  {result['import_cpu_s']:7.3f} s CPU  {result['import_rss_mib']:5} MiB")
    print(f"ratio {result['ratio']} (goal {CPU_GOAL}), {result['rows_per_s']:,} rows/s")


if __name__ == "__main__":
    main()
