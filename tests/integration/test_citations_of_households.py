"""Citations over a made-up household's exports: each record is followed to its line, the rows are selected there."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pod_agent.agent import Agent
from pod_agent.synthetic.exports import write_exports
from pod_agent.synthetic.household import Household, make_household
from pod_agent.synthetic.money import Movement, account_movements, card_movements, second_card_movements
from tests.support.plain_exports import ZONE, Fact, Place, read_places

FIRST, LAST = date(2026, 8, 1), date(2026, 10, 31)
SPENT = ("spend", "fee", "refund")
MOVES = (account_movements, card_movements, second_card_movements)


@pytest.fixture(scope="module")
def person() -> Household:
    return make_household(4, opened=FIRST)


@pytest.fixture(scope="module")
def folder(person: Household, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("exports")
    write_exports(person, made, FIRST, LAST)
    return made


@pytest.fixture(scope="module")
def agent(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    with Agent.create(tmp_path_factory.mktemp("household") / "home") as made:
        assert made.import_paths([folder]).counts.rejected == 0
        yield made


@pytest.fixture(scope="module")
def cited(agent: Agent, folder: Path) -> Callable[[str], Counter[Fact]]:
    """What stands at the places that the answer to a question cites, each place once."""
    places = read_places(folder)

    def follow(question: str) -> Counter[Fact]:
        answer = agent.ask(question, LAST)
        assert answer.status == "answered", (question, answer.text)
        assert len(set(answer.citations)) == answer.count
        return Counter(_fact(record, places) for record in agent.show(answer.citations))

    return follow


def _fact(record: dict[str, Any], places: dict[Place, set[Fact]]) -> Fact:
    facts = places[Path(record["file"]).name, record["member"], record["line"]]
    fields = record["fields"]
    if record["kind"] == "order":
        facts = facts & {("order", fields["number"])}
    elif record["kind"] == "order-line":
        facts = facts & {("line", fields["number"], fields["line"])}
    [fact] = facts
    return fact[:3] if fact[0] == "paid" else fact


def moves(person: Household, kinds: tuple[str, ...], since: date, *categories: str) -> Counter[Fact]:
    """The movements of these kinds as the household made them, by day and amount."""
    made: list[Movement] = [move for moving in MOVES for move in moving(person, FIRST, LAST)]
    return Counter(
        ("paid", move.day.isoformat(), f"{move.cents / 100:.2f}")
        for move in made
        if move.kind in kinds and move.day >= since and (not categories or move.category in categories)
    )


def plays(folder: Path) -> Iterator[tuple[date, dict[str, Any]]]:
    """Every play of the history with the local day on which it began."""
    [path] = (folder / "spotify").iterdir()
    with zipfile.ZipFile(path) as archive:
        for name in (name for name in archive.namelist() if name.endswith(".json")):
            for play in json.loads(archive.read(name)):
                began = datetime.fromisoformat(play["ts"]) - timedelta(milliseconds=play["ms_played"])
                yield began.astimezone(ZONE).date(), play


OCTOBER = date(2026, 10, 1)


def test_a_sum_cites_the_spending_the_fees_and_the_refunds_of_all_accounts(
    cited: Callable[[str], Counter[Fact]], person: Household
) -> None:
    assert cited("How much did I spend in October?") == moves(person, SPENT, OCTOBER)
    assert cited("How much did I spend on groceries in October?") == moves(person, SPENT, OCTOBER, "groceries")


def test_a_count_and_a_list_cite_the_purchases_alone(cited: Callable[[str], Counter[Fact]], person: Household) -> None:
    dear = {fact: times for fact, times in moves(person, ("spend",), FIRST).items() if float(fact[2]) < -100}
    assert cited("How many purchases did I make in October?") == moves(person, ("spend",), OCTOBER)
    assert cited("List my purchases over 100 dollars") == Counter(dear)


def test_plays_and_listening_time_cite_what_was_played_long_enough(
    cited: Callable[[str], Counter[Fact]], folder: Path
) -> None:
    heard = [(day, play) for day, play in plays(folder) if day >= OCTOBER]
    songs = [play for _, play in heard if play["master_metadata_track_name"]]
    facts = [(("play", play["ts"], str(play["ms_played"])), play["ms_played"]) for play in songs]
    assert cited("How many songs did I play in October?") == Counter(fact for fact, ms in facts if ms >= 30_000)
    assert cited("How many hours of music did I listen to in October?") == Counter(fact for fact, _ in facts)


def test_videos_cite_what_was_watched_without_ads_and_music(
    cited: Callable[[str], Counter[Fact]], folder: Path
) -> None:
    [path] = (folder / "youtube").iterdir()
    with zipfile.ZipFile(path) as archive:
        [name] = (name for name in archive.namelist() if name.endswith("watch-history.json"))
        views = json.loads(archive.read(name))
    watched = Counter(
        ("view", view["time"])
        for view in views
        if view["header"] == "YouTube"
        and not any(detail["name"] == "From Google Ads" for detail in view.get("details", []))
        and datetime.fromisoformat(view["time"]).astimezone(ZONE).date() >= OCTOBER
    )
    assert cited("How many videos did I watch in October?") == watched


def test_orders_cite_all_but_the_cancelled_ones(cited: Callable[[str], Counter[Fact]], folder: Path) -> None:
    orders = json.loads((folder / "fairprice" / "orders.json").read_text(encoding="utf-8"))["data"]["orders"]
    kept = Counter(("order", order["id"]) for order in orders if order["status"].casefold() != "cancelled")
    assert cited("How many orders did I place at FairPrice?") == kept


def test_sleep_and_pulse_cite_one_record_of_each_day(cited: Callable[[str], Counter[Fact]]) -> None:
    days = [f"2026-10-{day:02d}" for day in range(1, 32)]
    assert cited("How long did I sleep on average in October?") == Counter(("minutes_asleep", day) for day in days)
    assert cited("What was my average resting heart rate in October?") == Counter(("resting_hr", day) for day in days)
