"""The same fact in the CSV tree, the JSON tree, a saved answer and a data point is one record."""

from __future__ import annotations

import json
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from pod_agent.importers.protocol import Issue, Row, Sample, Skipped
from pod_agent.synthetic.health import health_days, takeout_files
from pod_agent.synthetic.household import make_household
from tests.support.health import BERLIN, daily, health_importers, instants, read, sleeps
from tests.support.rows import SINGAPORE, BytesExport
from vocab.records import Record

PA = "Takeout/Google Health/Physical Activity_GoogleData"
BEATS = "timestamp,beats per minute,data source\n"
FIRST, LAST = date(2026, 3, 20), date(2026, 4, 10)


def line_of(row: Row) -> int:
    if isinstance(row, Sample | Issue | Skipped):
        return row.line
    assert isinstance(row, Record)
    assert row.provenance
    return row.provenance.line


def best(records: list[Record]) -> Record:
    """The one that an import keeps of records of one fact."""
    assert len({record.iri for record in records}) == 1
    return max(records, key=lambda record: record.edition)


def test_a_resting_heart_rate_is_one_fact_and_that_of_the_csv_tree_stays() -> None:
    table = daily(read(f"{PA}/daily_resting_heart_rate.csv", BEATS + "2026-10-06T00:00:00Z,57.2,Charge 6\n"))
    value = {"dateTime": "10/06/26 00:00:00", "value": {"date": "10/06/26", "value": 57.21, "error": 6.8}}
    element = daily(read("resting_heart_rate-2026-01-01.json", json.dumps([value])))
    answer = daily(read("h.json", '{"activities-heart":[{"dateTime":"2026-10-06","value":{"restingHeartRate":57}}]}'))
    beats = {"date": {"year": 2026, "month": 10, "day": 6}, "beatsPerMinute": "57"}
    point = {"name": "users/1/dataTypes/daily-resting-heart-rate/dataPoints/2", "dailyRestingHeartRate": beats}
    api = daily(read("api.json", json.dumps({"dataPoints": [point]})))
    kept = best([*table, *element, *answer, *api])
    assert kept is table[0]


def test_another_app_is_another_recorder_of_a_daily_value() -> None:
    text = BEATS + "2026-10-06T00:00:00Z,57,Charge 6\n2026-10-06T00:00:00Z,61,Ring Health Connect\n"
    assert len({row.iri for row in daily(read(f"{PA}/daily_resting_heart_rate.csv", text))}) == 2


def test_a_weighing_is_one_fact_and_the_scale_comes_before_the_phone() -> None:
    text = (
        "timestamp,weight grams,data source\n"
        "2026-10-05T23:35:12.5Z,65700,Phone Health Connect\n2026-10-05T23:35:12Z,65700,Aria\n"
    )
    table = instants(read(f"{PA}/weight.csv", text))
    log = {"logId": 1, "weight": 144.84, "date": "10/06/26", "time": "07:35:12", "source": "Aria"}
    element = instants(read("weight-2026-10-01.json", json.dumps([log])))
    metric = log | {"weight": 65.7, "bmi": 22.7, "date": "2026-10-06"}
    answer = instants(read("w.json", json.dumps({"weight": [metric]})))
    kept = best([*table, *element, answer[0]])
    assert kept is table[1]


@pytest.mark.parametrize("zone", [SINGAPORE, BERLIN])
def test_every_night_of_a_made_up_person_is_one_fact_with_its_stages(zone: ZoneInfo) -> None:
    person = make_household(5)
    nights: dict[str, list[Record]] = {}
    for name, text in takeout_files(person, FIRST, LAST, zone):
        if "leep" in name:
            for sleep in sleeps(read(name, text, zone)):
                nights.setdefault(sleep.iri, []).append(sleep)
    meant = list(health_days(person, FIRST, LAST, zone))
    kept = sorted((best(twins) for twins in nights.values()), key=lambda record: record.at)
    assert {len(twins) for twins in nights.values()} == {2}
    assert [(sleep.at, sleep.end, sleep.asleep, sleep.deep, sleep.is_main) for sleep in sleeps(list(kept))] == [
        (day.bed, day.up, day.asleep, day.deep, True) for day in meant
    ]


def test_a_night_abroad_is_one_fact_although_the_json_tree_knows_no_offset() -> None:
    head = "sleep_id,minutes_asleep,start_utc_offset,sleep_start,end_utc_offset,sleep_end\n"
    table = sleeps(read("UserSleeps_1.csv", head + "1,400,+09:00,2026-10-05T14:46:30Z,+09:00,2026-10-05T22:00:00Z\n"))
    log = {"startTime": "2026-10-05T23:46:30.000", "endTime": "2026-10-06T07:00:00.000", "minutesAsleep": 400}
    element = sleeps(read("sleep-2026-10-01.json", json.dumps([log | {"mainSleep": True}])))
    assert best([*table, *element]) is element[0]


def test_a_made_up_takeout_is_always_the_same_and_read_whole() -> None:
    person = make_household(2)
    files = list(takeout_files(person, FIRST, LAST, BERLIN, pulse=600))
    assert files == list(takeout_files(make_household(2), FIRST, LAST, BERLIN, pulse=600))
    importers = health_importers(BERLIN)
    for name, text in files:
        if not name.endswith(".txt"):
            export = BytesExport(text.encode(), "takeout.zip", name)
            importer = max(importers, key=lambda each: each.identify(export).value)
            rows = list(importer.extract(export))
            counted = len(json.loads(text)) if name.endswith(".json") else len(text.splitlines()) - 1
            assert len({line_of(row) for row in rows}) == counted, name
