"""What a new user does first, on real exports: import, compare with the truth, ask, follow a figure to its line."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.shared import shared

SPENDING_KINDS = {"spend", "fee", "refund"}


def pod_agent(home: Path, *arguments: str) -> Any:
    command = [sys.executable, "-m", "pod_agent", "--home", str(home), *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new-user") / "home"
    pod_agent(folder, "init")
    report = pod_agent(folder, "import", str(shared("qa/dev/exports/ocbc")), str(shared("qa/dev/exports/spotify")))
    for file in report["files"]:
        assert file["read"] == file["written"] + file["duplicate"] + file["rejected"] + file["skipped"]
    return folder


def truth(name: str) -> list[dict[str, str]]:
    with shared(f"qa/dev/truth/{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_spend_of_every_month_equals_the_truth(home: Path) -> None:
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for row in truth("transactions"):
        if row["source"] == "ocbc" and row["kind"] in SPENDING_KINDS:
            expected[row["booking_date"][:7]] -= Decimal(row["amount"])
    found = {month: Decimal(str(spend)) for month, spend in pod_agent(home, "spend")["rows"]}
    assert found == expected


def test_merchant_category_and_kind_of_every_row_equal_the_truth(home: Path) -> None:
    wanted = sorted(
        (row["booking_date"], row["merchant"], row["category"], row["kind"])
        for row in truth("transactions")
        if row["source"] == "ocbc"
    )
    spec = home / "spec.json"
    spec.write_text(
        json.dumps({"measures": ["transactions"], "dimensions": ["day", "merchant", "category", "kind"]}),
        encoding="utf-8",
    )
    found: list[tuple[str, ...]] = []
    for day, merchant, category, kind, count in pod_agent(home, "query", str(spec))["rows"]:
        name = "" if kind == "transfer" else merchant or ""  # the truth names no merchant where a person was paid
        found += [(day, name, category, kind)] * count
    assert sorted(found) == wanted


def test_plays_per_artist_equal_the_truth(home: Path) -> None:
    expected: dict[str, int] = defaultdict(int)
    for row in truth("plays"):
        if row["kind"] == "music" and int(row["ms"]) >= 30_000:
            expected[row["artist"]] += 1
    found = {artist: plays for artist, plays, _ in pod_agent(home, "listening", "--by", "artist")["rows"] if plays}
    assert found == expected


def test_importing_again_writes_nothing(home: Path) -> None:
    before = sorted((path, path.stat().st_mtime_ns) for path in (home / "pod").rglob("*") if path.is_file())
    report = pod_agent(home, "import", str(shared("qa/dev/exports/ocbc")))
    assert report["import_id"] is None
    assert report["totals"]["written"] == 0
    assert sorted((path, path.stat().st_mtime_ns) for path in (home / "pod").rglob("*") if path.is_file()) == before


def test_the_older_layout_of_the_same_rows_is_known_already(home: Path) -> None:
    report = pod_agent(home, "import", str(shared("qa/dev/exports_alt/ocbc")), "--dry-run")
    assert report["totals"]["written"] == 0
    assert report["totals"]["duplicate"] == report["totals"]["read"] > 700


def test_an_answer_leads_to_the_line_of_the_export(home: Path) -> None:
    answer = pod_agent(home, "ask", "When did I last pay Koufu?", "--today", "2026-11-15")
    assert answer["status"] == "answered"
    [record] = pod_agent(home, "show", *answer["citations"])
    lines = Path(record["file"]).read_text(encoding="utf-8").splitlines()
    year, month, day = answer["value"].split("-")
    assert lines[record["line"] - 1].startswith(f"{day}/{month}/{year}")
    assert "KOUFU" in lines[record["line"]]
