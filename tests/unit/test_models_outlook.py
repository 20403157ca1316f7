"""What will probably be spent: from which weeks, within which range, and when nothing is said."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from pod_agent.cli.main import main
from pod_agent.errors import TooLittleHistoryError, UsageError
from pod_agent.features.calendar import WeeklySeries, weekly_spending
from pod_agent.index.local import LocalIndex
from pod_agent.models.outlook import look_ahead, own_errors, range_of
from pod_agent.synthetic.exports import write_exports
from pod_agent.synthetic.household import make_household
from vocab.records import IRI, Money, Transaction, TransactionKind
from vocab.training import WEEKLY_SPENDING

MONDAY = date(2026, 3, 2)
TODAY = date(2026, 11, 18)


def series(count: int, *, seed: int = 1) -> WeeklySeries:
    dice = np.random.default_rng(seed)
    return WeeklySeries(MONDAY, tuple(np.round(100 * dice.lognormal(0, 0.5, count), 2).tolist()))


def test_the_weeks_ahead_begin_with_the_one_of_today_and_lie_within_their_range() -> None:
    ahead = look_ahead(series(36), TODAY, 3).ahead
    assert [week.monday for week in ahead] == [date(2026, 11, 16) + timedelta(days=7 * place) for place in range(3)]
    for week in ahead:
        assert week.low is not None
        assert week.high is not None
        assert 0 <= week.low < week.expected < week.high


def test_too_few_weeks_are_told_and_little_history_gives_a_number_without_a_range() -> None:
    with pytest.raises(TooLittleHistoryError, match="3 known") as told:
        look_ahead(series(3), TODAY)
    assert told.value.hint
    for count in (4, 12):
        outlook = look_ahead(series(count), TODAY)
        assert (outlook.ahead[0].low, outlook.ahead[0].high) == (None, None)
        assert "13 weeks are needed" in outlook.words
    assert look_ahead(series(13), TODAY).ahead[0].high is not None


@pytest.mark.parametrize("weeks", [0, -1, 14])
def test_a_forecast_for_no_week_or_for_a_year_is_refused(weeks: int) -> None:
    with pytest.raises(UsageError):
        look_ahead(series(30), TODAY, weeks)


def test_four_in_five_of_the_weeks_that_come_lie_within_the_range() -> None:
    within = []
    for seed in range(150):
        weeks = np.asarray(series(48, seed=seed).values)
        outlook = look_ahead(WeeklySeries(MONDAY, tuple(weeks[:40].tolist())), TODAY)
        low, high = outlook.ahead[0].low, outlook.ahead[0].high
        assert low is not None
        assert high is not None
        within.append(((weeks[40:] >= low) & (weeks[40:] <= high)).mean())
    assert 0.76 <= float(np.mean(within)) <= 0.88


def test_no_error_of_the_past_knows_the_week_that_it_is_about_or_a_later_one() -> None:
    weeks = np.asarray(series(30).values)
    changed = weeks.copy()
    changed[20:] = 9_999
    assert own_errors(changed, WEEKLY_SPENDING.start)[:16] == pytest.approx(
        own_errors(weeks, WEEKLY_SPENDING.start)[:16]
    )


def test_the_rank_of_a_range_is_that_of_conformal_prediction() -> None:
    assert range_of(100.0, np.arange(-4.0, 4.0)) == (None, None)  # eight errors
    assert range_of(100.0, np.arange(-4.0, 5.0)) == (96.0, 104.0)
    assert range_of(100.0, np.arange(-50.0, 50.0)) == (100 - 41.0, 100 + 40.0)
    assert range_of(1.0, np.arange(-50.0, 50.0))[0] == 0


def test_nobody_who_spends_nothing_is_told_of_spending() -> None:
    outlook = look_ahead(WeeklySeries(MONDAY, (0.0,) * 20), TODAY)
    assert [(week.expected, week.low, week.high) for week in outlook.ahead] == [(0.0, 0.0, 0.0)] * 4


def transaction(number: int, at: datetime, cents: int) -> Transaction:
    return Transaction(
        iri=IRI(f"data/ocbc/transaction/{at:%Y}/{at:%Y-%m}.ttl#{number}"),
        at=at,
        source="ocbc",
        account="x",
        amount=Money(-cents, "SGD"),
        description="shop",
        merchant="Shop",
        category="groceries",
        kind=TransactionKind.SPEND,
    )


@pytest.mark.parametrize("zone", ["Asia/Singapore", "America/New_York", "Europe/Berlin"])
def test_weeks_are_those_of_the_persons_clock_also_where_it_is_put_forward_and_back(tmp_path: Path, zone: str) -> None:
    place = ZoneInfo(zone)
    first = date(2025, 9, 1)
    with LocalIndex(tmp_path / "index.sqlite", place) as index:
        moments = []
        for week in range(40):
            sunday = first + timedelta(days=7 * week + 6)
            late = datetime(sunday.year, sunday.month, sunday.day, 23, 59, 59, tzinfo=place)
            monday = sunday - timedelta(days=6)
            early = datetime(monday.year, monday.month, monday.day, 0, 0, 0, tzinfo=place)
            moments += [(early, 100), (late, 1000)]
        index.upsert(transaction(number, at, cents) for number, (at, cents) in enumerate(moments))
        known = weekly_spending(index, first + timedelta(days=7 * 40))
    assert known == WeeklySeries(first, (11.0,) * 40)


def test_old_records_are_called_old() -> None:
    ending = series(20)
    next_week = MONDAY + timedelta(days=7 * 20)
    assert "records end" not in look_ahead(ending, next_week).words
    assert "Your records end with the week of 13 July 2026." in look_ahead(ending, next_week + timedelta(days=21)).words


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as stopped:
        main([*arguments])
    return int(stopped.value.code or 0), capsys.readouterr().out


def test_the_command_says_when_it_cannot_tell_and_then_tells(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ("--home", str(tmp_path / "home"))
    run(capsys, "init", *home)
    status, told = run(capsys, "forecast", *home, "--json")
    assert (status, json.loads(told)["error"]["code"]) == (2, "too_little_history")
    last = datetime.now(ZoneInfo("Asia/Singapore")).date() - timedelta(days=1)
    person = make_household(7, opened=last - timedelta(days=200))
    account, *_ = write_exports(person, tmp_path / "exports", last - timedelta(days=150), last)
    run(capsys, "import", str(account), *home)
    status, told = run(capsys, "forecast", "--weeks", "2", *home, "--json")
    document = json.loads(told)
    assert status == 0
    assert len(document["known"]) in {20, 21}
    first, second = document["forecast"]
    assert 0 <= first["low"] < first["expected"] < first["high"]
    assert date.fromisoformat(second["week"]) - date.fromisoformat(first["week"]) == timedelta(days=7)
    status, told = run(capsys, "forecast", *home)
    assert document["words"] in " ".join(told.split())
    assert run(capsys, "forecast", "--weeks", "14", *home)[0] == 2
