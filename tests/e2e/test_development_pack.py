"""The whole development person through the front door: every record against the truth, every figure to the cent."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pod_agent import Agent
from pod_agent.ingest.layout import read_document, walk
from tests.support.shared import shared
from vocab.query import Filter, QuerySpec
from vocab.records import DailyMeasure, Follow, Listen, Measurement, Order, OrderLine, Sleep, Transaction, View

SINGAPORE = ZoneInfo("Asia/Singapore")
TODAY = date(2026, 11, 15)
THIS_YEAR = ("2026-01-01", "2026-11-15")


def pod_agent(home: Path, *arguments: str) -> Any:
    command = [sys.executable, "-m", "pod_agent", "--home", str(home), *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def truth(name: str) -> list[dict[str, str]]:
    with shared(f"qa/dev/truth/{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shared("qa/dev/truth/dashboard.json").read_bytes())
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pack") / "home"
    pod_agent(folder, "init")
    report = pod_agent(folder, "import", str(shared("qa/dev/exports")))
    for file in report["files"]:
        assert file["read"] == file["written"] + file["duplicate"] + file["rejected"] + file["skipped"]
        assert not file["rejected"], file
    assert [entry["path"].rpartition("/")[2] for entry in report["unopened"]] == [
        "Glucose 2610.csv"
    ]  # it says "no data"
    pod_agent(folder, "categories", "import", str(shared("qa/dev/truth/merchants.csv")))
    return folder


@pytest.fixture(scope="module")
def agent(home: Path) -> Iterator[Agent]:
    with Agent.open(home) as opened:
        yield opened


def held(agent: Agent, kind: str) -> list[Any]:
    """Every record of a kind, as the pod's documents hold it."""
    paths = [path for path in walk(agent.pod, "data/") if f"/{kind}/" in path]
    return [record for path in paths for record in read_document(agent.pod, path)]


def day(record: Any) -> str:
    return str(record.at.astimezone(SINGAPORE).date())


def test_every_transaction_has_the_right_day_amount_text_merchant_category_and_kind(agent: Agent) -> None:
    wanted = sorted(
        (
            row["source"],
            row["booking_date"],
            Decimal(row["amount"]),
            re.sub(r"\b\d{12}(\d{4})\b", r"*\1", " ".join(row["raw_description"].split())),  # a card's number
            row["merchant"],
            row["category"],
            row["kind"],
            row["original_currency"],
            Decimal(row["original_amount"] or 0),
        )
        for row in truth("transactions")
    )
    found = []
    for record in agent.index.records(QuerySpec(measures=("transactions",))):
        assert isinstance(record, Transaction)
        original = record.original
        found.append(
            (
                record.source,
                str(record.at.date()),
                record.amount.amount,
                record.description,
                record.merchant,
                record.category,
                record.kind.value,
                original.currency if original else "",
                abs(original.amount) if original else Decimal(0),
            )
        )
    assert sorted(found) == wanted


def test_every_play_is_held(agent: Agent) -> None:
    wanted = sorted((r["start"], int(r["ms"]), r["track"], r["artist"], r["album"], r["kind"]) for r in truth("plays"))
    found = []
    for record in held(agent, "listen"):
        assert isinstance(record, Listen)
        start = record.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        found.append((start, record.played_ms, record.title, record.artist, record.album or "", record.medium.value))
    assert sorted(found) == wanted


def test_every_view_is_held(agent: Agent) -> None:
    wanted = sorted(
        (r["time"][:19], r["video_id"], r["title"], r["channel"], r["is_ad"], r["is_music"]) for r in truth("views")
    )
    found = []
    for record in held(agent, "view"):
        assert isinstance(record, View)
        video = (record.video or "").rpartition("=")[2]
        flags = str(int(record.is_ad)), str(int(record.is_music))
        found.append((record.at.isoformat()[:19], video, record.title or "", record.channel or "", *flags))
    assert sorted(found) == wanted


def test_subscribed_channels_are_held(agent: Agent) -> None:
    wanted = sorted((row["channel_id"], row["channel"]) for row in truth("channel_subscriptions"))
    follows = held(agent, "follow")
    assert all(isinstance(record, Follow) for record in follows)
    assert sorted((record.target.rpartition("/")[2], record.name) for record in follows) == wanted


def test_every_day_has_its_steps_for_each_recorder(agent: Agent) -> None:
    wanted = {(row["date"], row["recorder"]): int(row["steps"]) for row in truth("steps_by_recorder")}
    found = {}
    for record in held(agent, "daily-measure"):
        assert isinstance(record, DailyMeasure)
        if record.measure == "steps":
            found[day(record), record.recorder] = int(record.value)
    assert found == wanted


def test_every_day_has_its_pulse_sleep_and_weight(agent: Agent) -> None:
    pulse = {day(r): r.value for r in held(agent, "daily-measure") if r.measure == "resting_heart_rate"}
    weight = {day(r): r.value for r in held(agent, "measurement") if r.measure == "weight"}
    sleep: dict[str, int] = defaultdict(int)
    for record in held(agent, "sleep"):
        assert isinstance(record, Sleep)
        if record.is_main:
            sleep[str(record.end.astimezone(SINGAPORE).date())] += record.asleep
    rows = truth("health_daily")
    assert {d: int(v) for d, v in pulse.items()} == {r["date"]: int(r["resting_hr"]) for r in rows if r["resting_hr"]}
    assert sleep == {r["date"]: int(r["minutes_asleep"]) for r in rows if r["minutes_asleep"]}
    assert weight == {r["date"]: Decimal(r["weight_kg"]) for r in rows if r["weight_kg"]}
    assert all(isinstance(record, Measurement) for record in held(agent, "measurement"))


def test_every_order_and_line_is_held(agent: Agent) -> None:
    wanted = sorted(
        (r["order_id"], r["shop"], r["placed_at"], Decimal(r["total"]), r["status"]) for r in truth("orders")
    )
    found = []
    for record in held(agent, "order"):
        assert isinstance(record, Order)
        placed = record.at.astimezone(SINGAPORE).isoformat()[:19]
        found.append((record.number, record.shop, placed, record.total.amount, record.status.value))
    assert sorted(found) == wanted
    lines = sorted(
        (
            r["order_id"],
            r["product"],
            Decimal(r["qty"]),
            Decimal(r["unit_price"]),
            Decimal(r["line_total"]),
            r["status"],
        )
        for r in truth("order_lines")
    )
    held_lines = held(agent, "order-line")
    assert all(isinstance(record, OrderLine) for record in held_lines)
    assert lines == sorted(
        (r.number, r.product, r.quantity, r.unit_price.amount, r.total.amount, r.status.value) for r in held_lines
    )


def test_orders_are_matched_with_the_charges_that_paid_them(agent: Agent) -> None:
    charges = {row["id"]: row for row in truth("transactions")}
    wanted = set()
    for row in truth("orders"):
        if row["transaction_id"]:
            paid = charges[row["transaction_id"]]
            wanted.add((row["order_id"], paid["booking_date"], Decimal(paid["amount"])))
    orders = {record.iri: record for record in held(agent, "order")}
    transactions = {record.iri: record for record in agent.index.transactions()}
    found = set()
    for link in agent.index.links(orders):
        if link.relation == "paid-by":
            order, charge = orders[link.iri], transactions[link.other]
            found.add((order.number, str(charge.at.date()), charge.amount.amount))
    assert len(found & wanted) / len(found) >= 0.99
    assert len(found & wanted) / len(wanted) >= 0.95


def rows(agent: Agent, *measures: str, by: tuple[str, ...] = (), **more: Any) -> list[list[Any]]:
    period = more.pop("period", None)
    if period:
        period = tuple(date.fromisoformat(each) for each in period)
    return [list(row) for row in agent.query(QuerySpec(measures=measures, dimensions=by, period=period, **more)).rows]


def test_the_dashboard_s_money_equals_the_truth(agent: Agent, dashboard: dict[str, Any]) -> None:
    assert rows(agent, "spend", by=("month",)) == dashboard["spend_by_month"]
    assert rows(agent, "income", by=("month",)) == dashboard["income_by_month"]
    cells = {(month, name): spend for month, name, spend in rows(agent, "spend", by=("month", "category"))}
    for name, series in dashboard["spend_by_category_month"].items():
        assert [[month, cells.get((month, name), 0.0)] for month, _ in series] == series
    for period, figures in (
        (dashboard["last_month"]["period"], dashboard["last_month"]),
        (THIS_YEAR, dashboard["this_year"]),
    ):
        [[spend]] = rows(agent, "spend", period=period)
        assert spend == figures["spend"]
        found = rows(agent, "spend", by=("category",), period=period, order="-spend")
        assert sorted(row for row in found if row[1] > 0) == sorted(figures["categories"])


def test_the_dashboard_s_subscriptions_equal_the_truth(agent: Agent, dashboard: dict[str, Any]) -> None:
    active = [each for each in agent.subscriptions(TODAY) if each.active]
    assert sorted([each.merchant, float(each.amount.amount)] for each in active) == dashboard["subscriptions"]
    found = {
        each.merchant: (each.cadence.value, str(each.first), str(each.last), len(each.charges), each.active)
        for each in agent.subscriptions(TODAY)
    }
    assert found == {
        row["merchant"]: (
            row["cadence"],
            row["first_date"],
            row["last_date"],
            int(row["charges"]),
            row["active"] == "1",
        )
        for row in truth("subscriptions")
    }


def test_the_dashboard_s_listening_watching_walking_and_shopping_equal_the_truth(
    agent: Agent, dashboard: dict[str, Any]
) -> None:
    assert rows(agent, "listening_minutes", by=("month",)) == dashboard["minutes_by_month"]
    assert rows(agent, "plays", by=("artist",), period=THIS_YEAR, order="-plays", limit=10) == dashboard["top_artists"]
    tracks = dashboard["top_tracks"]
    assert rows(agent, "plays", by=("track",), period=THIS_YEAR, order="-plays", limit=len(tracks)) == tracks
    assert rows(agent, "videos", by=("month",)) == dashboard["watches_by_month"]
    has_channel = (Filter("channel", "ne", ""),)
    channels = dashboard["top_channels"]
    found = [
        row
        for row in rows(agent, "videos", by=("channel",), period=THIS_YEAR, order="-videos", filters=has_channel)
        if row[0]
    ]
    assert found[: len(channels)] == channels
    steps = rows(agent, "steps", "days", by=("month",))
    assert [[month, int(Decimal(total) / count + Decimal("0.5"))] for month, total, count in steps] == (
        dashboard["avg_steps_by_month"]
    )
    products = dashboard["top_products"]
    assert rows(agent, "items", by=("product",), period=THIS_YEAR, order="-items", limit=len(products)) == products


def test_other_layouts_of_the_same_facts_add_nothing(home: Path) -> None:
    report = pod_agent(home, "import", str(shared("qa/dev/exports_alt")))
    assert report["import_id"] is None, report["totals"]
    assert report["totals"]["written"] == 0
    again = pod_agent(home, "import", str(shared("qa/dev/exports")))
    assert again["totals"]["written"] == 0
    assert again["import_id"] is None
