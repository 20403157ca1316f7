"""In whatever order and grouping the files of a person come: one and the same graph, byte for byte."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pod_agent.ingest.pipeline import Ingest
from tests.support.memory_pod import MemoryPod
from tests.support.shared import shared

MONTHS = ("2026-06", "2026-07")
"""Facts of these months, from both folders of the pack: enough for overlaps, few enough for a test."""


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def member(zipped: str, ending: str) -> bytes:
    """The members of a zip of the pack whose names end so, which are JSON arrays, as one."""
    with zipfile.ZipFile(shared(f"qa/dev/{zipped}")) as archive:
        names = [name for name in archive.namelist() if name.endswith(ending)]
        if len(names) == 1:
            return archive.read(names[0])
        return json.dumps([each for name in names for each in json.loads(archive.read(name))]).encode()


def parts(rows: Sequence[Any], dice: Random) -> Iterator[list[Any]]:
    """Halves, thirds that overlap, and the whole."""
    half, third = len(rows) // 2, len(rows) // 3
    cuts = [rows[:half], rows[half:], rows[: 2 * third], rows[third:]] if dice.random() < 0.7 else [rows]
    yield from (list(cut) for cut in cuts)


def plays(folder: Path, dice: Random) -> list[Path]:
    """Histories of both kinds in parts; rows of the account history come shuffled."""
    zipped = "exports/spotify/Spotify Extended Streaming History.zip"
    rows = [row for row in json.loads(member(zipped, ".json")) if row["ts"][:7] in MONTHS]
    account = [
        row
        for row in json.loads(member("exports_alt/spotify/Spotify Account Data.zip", "music_0.json"))
        if row["endTime"][:7] in MONTHS
    ]
    assert rows
    assert account
    files = [
        write(folder / f"Streaming_History_Audio_{number}.json", json.dumps(part))
        for number, part in enumerate(parts(rows, dice))
    ]
    for number, part in enumerate(parts(account, dice)):
        dice.shuffle(part)
        files.append(write(folder / f"StreamingHistory_music_{number}.json", json.dumps(part)))
    return files


def views(folder: Path, dice: Random) -> list[Path]:
    """The watch history in parts, and the page that tells the same."""
    watched = json.loads(member("exports/youtube/takeout-20261115T043012Z-001.zip", "watch-history.json"))
    rows = [row for row in watched if row["time"][:7] in MONTHS]
    page = member("exports_alt/youtube/takeout-20261115T043012Z-html-001.zip", ".html").decode()
    head, *entries = page.split('<div class="outer-cell')
    dates = [("Jun ", " 2026") if month == "2026-06" else ("Jul ", " 2026") for month in MONTHS]
    kept = [each for each in entries if any(f"{name}" in each and "2026" in each for name, _ in dates)][
        : len(rows) // 2
    ]
    assert rows
    files = [
        write(folder / str(number) / "watch-history.json", json.dumps(part))
        for number, part in enumerate(parts(rows, dice))
    ]
    if kept:
        files.append(write(folder / "watch-history.html", head + "".join('<div class="outer-cell' + e for e in kept)))
    return files


def tables(folder: Path, dice: Random) -> list[Path]:
    """Statements in both layouts, and one of them cut at whole days into halves and overlapping parts."""
    new = shared("qa/dev/exports/ocbc/TransactionHistory_360.csv").read_bytes()
    old = shared("qa/dev/exports_alt/ocbc/TransactionHistory_360_older_layout.csv").read_bytes()
    card = shared("qa/dev/exports/cards/dbs_mastercard.csv").read_bytes()
    text = new.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    first = next(number for number, row in enumerate(rows) if row and row[0][:2].isdigit())
    days = sorted({row[0] for row in rows[first:]}, key=lambda day: day.split("/")[::-1])
    files = [write(folder / "whole.csv", new)] if dice.random() < 0.5 else []
    if not files or dice.random() < 0.5:
        for number, part in enumerate(parts(days, dice)):
            chosen = [row for row in rows[first:] if row[0] in part]
            dice.shuffle(chosen)
            out = io.StringIO(newline="")
            csv.writer(out).writerows([*rows[:first], *chosen])
            files.append(write(folder / f"part-{number}.csv", out.getvalue()))
    return [*files, write(folder / "old.csv", old), write(folder / "card.csv", card)]


def orders(folder: Path, dice: Random) -> list[Path]:
    """The shops' orders; those of FairPrice in parts."""
    whole = json.loads(shared("qa/dev/exports/fairprice/orders.json").read_bytes())
    rows = whole["data"]["orders"]
    files = [
        write(folder / f"orders-{number}.json", json.dumps({"data": {"orders": part}}))
        for number, part in enumerate(parts(rows, dice))
    ]
    return [*files, write(folder / "lazada.json", shared("qa/dev/exports/lazada/orders.json").read_bytes())]


def health(folder: Path, dice: Random) -> list[Path]:
    """Both trees of two months, and whole tables without their first rows."""
    files = []
    with zipfile.ZipFile(shared("qa/dev/exports/google_health/takeout-20261115T051500Z-001.zip")) as archive:
        for name in archive.namelist():
            if name.endswith(".csv") and "Glucose" not in name and "-" not in name.rpartition("/")[2]:
                content = archive.read(name)
                head, *lines = content.splitlines(keepends=True)
                files.append(write(folder / "a" / name, head + b"".join(lines[: 2 * len(lines) // 3])))
                files.append(write(folder / "b" / name, head + b"".join(lines[len(lines) // 3 :])))
            elif any(month in name for month in MONTHS):
                files.append(write(folder / "a" / name, archive.read(name)))
    assert files
    return files


KINDS = {"plays": plays, "views": views, "tables": tables, "orders": orders, "health": health}


def imported(files: Sequence[Path], home: Path, dice: Random) -> dict[str, bytes]:
    """What lies in a pod after the files came in groups; then all at once again, of which nothing may be new."""
    pod, left = MemoryPod(), list(files)
    ingest = Ingest(pod, home)
    dice.shuffle(left)
    while left:
        size = dice.randint(1, len(left))
        report = ingest.run(left[:size])
        assert all(f.counts.rejected == 0 for f in report.files), report.files
        left = left[size:]
    writes = len(pod.writes)
    again = ingest.run(files)
    assert again.counts.written == 0
    assert again.import_id is None
    assert len(pod.writes) == writes
    return facts(pod)


def facts(pod: MemoryPod) -> dict[str, bytes]:
    """The documents of records; parts of series are named by import, so the days' figures stand for them."""
    return {path: content for path, content in pod.documents().items() if path.endswith(".ttl")}


@pytest.mark.parametrize("kind", KINDS)
def test_files_in_any_order_parts_and_groups_give_the_same_graph(kind: str, tmp_path: Path) -> None:
    graphs = []
    for seed in range(4):
        dice = Random(f"{kind}{seed}")
        folder = tmp_path / str(seed)
        graphs.append(imported(KINDS[kind](folder / "files", dice), folder / "home", dice))
    assert graphs[0]
    assert [sorted(graph) for graph in graphs] == [sorted(graphs[0])] * len(graphs)
    for path, content in graphs[0].items():
        assert all(graph[path] == content for graph in graphs), path


def test_two_equal_coffees_in_one_file_stay_two_whatever_overlaps(tmp_path: Path) -> None:
    head = "Account details for:,360 Account 512-345678-001\nTransaction History\n"
    head += "Transaction date,Value date,Description,Withdrawals(SGD),Deposits(SGD)\n"
    coffee, other = "03/02/2026,03/02/2026,KOPI,4.50,\n", "04/02/2026,04/02/2026,BUS,1.10,\n"
    files = [
        write(tmp_path / f"{number}.csv", head + "".join(rows))
        for number, rows in enumerate(([coffee, coffee], [coffee, coffee, other], [other], [other, coffee, coffee]))
    ]
    for seed in range(4):
        pod, dice = MemoryPod(), Random(seed)
        ingest = Ingest(pod, tmp_path / f"home{seed}")
        dice.shuffle(files)
        assert sum(ingest.run([path]).counts.written for path in files) == 3
