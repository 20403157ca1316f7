"""The JSON tree of Google Health and the older account export: local times, text numbers, pounds, centimetres."""

from __future__ import annotations

import json
import tracemalloc
from datetime import date, datetime
from decimal import Decimal

import pytest

from pod_agent.errors import RefusedExportError
from pod_agent.importers.health.json_tree import GoogleHealthJson
from pod_agent.importers.protocol import Sample
from tests.support.health import BERLIN, daily, instants, issues, read, samples, skipped, sleeps, workouts
from tests.support.rows import SINGAPORE, BytesExport

TREE = "Takeout/Fitbit/Global Export Data"
SLEEP = {
    "logId": 47079385014,
    "dateOfSleep": "2026-10-06",
    "startTime": "2026-10-05T23:46:30.000",
    "endTime": "2026-10-06T07:08:30.000",
    "duration": 26520000,
    "minutesAsleep": 410,
    "minutesAwake": 32,
    "efficiency": 92,
    "type": "stages",
    "levels": {
        "summary": {
            "deep": {"count": 3, "minutes": 69},
            "wake": {"count": 20, "minutes": 32},
            "light": {"count": 24, "minutes": 255},
            "rem": {"count": 5, "minutes": 86},
        },
        "data": [{"dateTime": "2026-10-05T23:46:30.000", "level": "light", "seconds": 26520}],
    },
    "mainSleep": True,
}


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def dated(*values: object) -> str:
    return json.dumps([{"dateTime": "10/06/26 23:30:00", "value": value} for value in values])


@pytest.mark.parametrize(
    ("stem", "value", "measure", "expected"),
    [
        ("steps", "84", "steps", 84.0),
        ("steps", 84, "steps", 84.0),
        ("distance", "4110", "distance", 41.1),
        ("calories", "1.07", "energy_burned", 1.07),
        ("heart_rate", {"bpm": 64, "confidence": 2}, "heart_rate", 64.0),
    ],
)
def test_a_dense_series_is_local_and_ranks_behind_the_csv_tree(
    stem: str, value: object, measure: str, expected: float
) -> None:
    [row] = samples(read(f"{TREE}/{stem}-2026-10-01.json", dated(value)))
    assert row == Sample(1, measure, seconds("2026-10-06T23:30:00+08:00"), row.value, "", 4)
    assert row.value == pytest.approx(expected)


def test_the_name_of_a_file_says_where_its_chunk_starts_and_not_its_days() -> None:
    [row] = samples(read("steps-2026-09-01.json", dated("84")))
    assert datetime.fromtimestamp(row.at, SINGAPORE).date() == date(2026, 10, 6)


def test_times_around_the_change_of_the_clocks_are_those_of_the_zone() -> None:
    text = json.dumps(
        [
            {"dateTime": stamp, "value": "1"}
            for stamp in ("10/24/26 12:00:00", "10/25/26 01:59:59", "10/25/26 03:00:00", "10/26/26 12:00:00")
        ]
    )
    assert [row.at for row in samples(read("steps-2026-10-01.json", text, BERLIN))] == [
        seconds("2026-10-24T12:00:00+02:00"),
        seconds("2026-10-25T01:59:59+02:00"),
        seconds("2026-10-25T03:00:00+01:00"),
        seconds("2026-10-26T12:00:00+01:00"),
    ]


def test_a_resting_heart_rate_of_nothing_is_skipped() -> None:
    values = (
        {"date": "10/06/26", "value": 54.01231098175049, "error": 6.8},
        {"date": None, "value": 0.0, "error": 0.0},
    )
    rows = read(f"{TREE}/resting_heart_rate-2026-05-07.json", dated(*values))
    assert [(row.at, row.value) for row in daily(rows)] == [
        (datetime(2026, 10, 6, tzinfo=SINGAPORE), Decimal("54.012")),
    ]
    assert skipped(rows) == [(2, "no_measurement")]


def test_the_filtered_vo2_max_is_taken() -> None:
    value = {"demographicVO2Max": 45.97793, "filteredDemographicVO2Max": 44.5, "demographicVO2MaxError": 3.0}
    [row] = daily(read("demographic_vo2_max-2026-01-01.json", dated(value)))
    assert (row.measure, row.value) == ("vo2_max", Decimal("44.5"))


def test_minutes_of_a_day_stay_on_their_day_and_a_whole_day_of_sitting_is_none() -> None:
    [row] = samples(read("very_active_minutes-2026-10-01.json", dated("33")))
    assert (row.measure, row.value) == ("very_active_minutes", 33.0)
    assert datetime.fromtimestamp(row.at, SINGAPORE).date() == date(2026, 10, 6)
    assert skipped(read("sedentary_minutes-2026-10-01.json", dated("1440"))) == [(1, "no_measurement")]


def test_a_watch_without_confidence_measured_nothing() -> None:
    rows = read("heart_rate-2026-10-06.json", dated({"bpm": 70, "confidence": 0}, {"bpm": 0, "confidence": 1}))
    assert skipped(rows) == [(1, "no_measurement"), (2, "no_measurement")]


def weighing(**fields: object) -> str:
    usual = {"logId": 1760081234000, "date": "10/06/26", "time": "07:35:12", "source": "Aria"}
    return json.dumps([usual | fields])


@pytest.mark.parametrize(
    ("weight", "bmi", "kilograms"),
    [
        (144.8, 22.7, "65.68"),  # 1.70 m tall in pounds
        (65.7, 22.7, "65.7"),  # 1.70 m tall in kilograms: in pounds 1.15 m
        (144.8, None, "65.68"),
        (220.5, 29.5, "100.017"),  # 1.84 m tall in pounds, 2.73 m in kilograms
    ],
)
def test_weights_are_pounds_unless_only_kilograms_give_a_height(weight: float, bmi: object, kilograms: str) -> None:
    rows = instants(read(f"{TREE}/weight-2026-10-01.json", weighing(weight=weight, bmi=bmi)))
    assert (rows[0].measure, str(rows[0].value), rows[0].recorder) == ("weight", kilograms, "Aria")
    assert rows[0].at == datetime(2026, 10, 6, 7, 35, 12, tzinfo=SINGAPORE)


def test_one_weighing_tells_the_weight_the_index_and_the_fat() -> None:
    rows = instants(read("weight-2026-10-01.json", weighing(weight=144.8, bmi=22.7, fat=21.5)))
    assert [(row.measure, str(row.value)) for row in rows[1:]] == [("body_mass_index", "22.7"), ("body_fat", "21.5")]
    assert len({row.iri for row in rows}) == 3


def test_a_sleep_has_its_stages_and_belongs_to_the_day_of_waking_up() -> None:
    [sleep] = sleeps(read(f"{TREE}/sleep-2026-10-01.json", json.dumps([SLEEP])))
    assert (sleep.at.isoformat(), sleep.end.isoformat()) == ("2026-10-05T23:46:30+08:00", "2026-10-06T07:08:30+08:00")
    assert (sleep.asleep, sleep.awake, sleep.deep, sleep.light, sleep.rem) == (410, 32, 69, 255, 86)
    assert (sleep.is_main, sleep.efficiency, sleep.provisional) == (True, 92, False)


def test_a_classic_nap_has_no_stages() -> None:
    nap = SLEEP | {
        "mainSleep": False,
        "type": "classic",
        "levels": {"summary": {"asleep": {"minutes": 400}, "restless": {"minutes": 10}, "awake": {"minutes": 2}}},
    }
    [sleep] = sleeps(read("sleep-2026-10-01.json", json.dumps([nap])))
    assert (sleep.is_main, sleep.deep, sleep.light, sleep.rem, sleep.awake) == (False, None, None, None, 32)


def test_a_sleep_over_the_change_of_the_clocks_lasts_as_long_as_it_lasted() -> None:
    night = SLEEP | {"startTime": "2026-10-25T00:00:00.000", "endTime": "2026-10-25T07:00:00.000", "duration": 28800000}
    [sleep] = sleeps(read("sleep-2026-10-01.json", json.dumps([night]), BERLIN))
    assert sleep.end.isoformat() == "2026-10-25T07:00:00+01:00"


def test_a_nap_that_ends_earlier_by_the_clock_than_it_began_is_a_nap() -> None:
    nap = SLEEP | {"startTime": "2026-10-25T02:40:00.000", "endTime": "2026-10-25T02:10:00.000", "duration": 1800000}
    [sleep] = sleeps(read("sleep-2026-10-01.json", json.dumps([nap | {"minutesAsleep": 28}]), BERLIN))
    assert (sleep.at.isoformat(), sleep.end.isoformat()) == ("2026-10-25T02:40:00+02:00", "2026-10-25T02:10:00+01:00")


def test_an_exercise_is_in_utc_and_provisional() -> None:
    exercise = {
        "logId": 221972911,
        "activityName": "Walk",
        "averageHeartRate": 95,
        "calories": 335,
        "distance": 2.88054,
        "distanceUnit": "Kilometer",
        "duration": 2998000,
        "steps": 3919,
        "source": {"type": "tracker", "name": "Charge HR"},
        "startTime": "10/06/26 22:14:49",
    }
    [walk] = workouts(read(f"{TREE}/exercise-100.json", json.dumps([exercise])))
    assert walk.at.isoformat() == "2026-10-07T06:14:49+08:00"
    assert (walk.activity, walk.seconds, walk.distance, walk.steps) == ("Walk", 2998, Decimal("2880.54"), 3919)
    assert (walk.energy, walk.heart_rate, walk.recorder, walk.provisional) == (Decimal(335), 95, "Charge HR", True)


@pytest.mark.parametrize(
    ("name", "elements", "code"),
    [
        ("steps-1.json", [{"dateTime": "13/06/26 23:30:00", "value": "1"}], "bad_time"),
        ("steps-1.json", [{"dateTime": "10/06/26 24:30:00", "value": "1"}], "bad_time"),
        ("steps-1.json", [{"dateTime": None, "value": "1"}], "bad_time"),
        ("steps-1.json", [{"dateTime": "10/06/26 23:30:00", "value": "many"}], "bad_number"),
        ("steps-1.json", [{"dateTime": "10/06/26 23:30:00", "value": [1]}], "bad_number"),
        ("steps-1.json", [{"dateTime": "10/06/26 23:30:00", "value": "-4"}], "out_of_range"),
        ("steps-1.json", ["value"], "not_an_object"),
        ("heart_rate-1.json", [{"dateTime": "10/06/26 23:30:00", "value": "64"}], "bad_number"),
        ("weight-1.json", [{"date": "soon", "time": "07:35:12", "weight": 144.8}], "bad_time"),
        ("sleep-1.json", [SLEEP | {"startTime": "yesterday"}], "bad_time"),
        ("sleep-1.json", [SLEEP | {"duration": None, "endTime": "2026-10-05T00:00:00.000"}], "bad_time"),
        ("sleep-1.json", [["minutesAsleep"]], "not_an_object"),
        ("exercise-0.json", [{"activityName": "Walk", "startTime": 5, "duration": 1000}], "bad_time"),
    ],
)
def test_a_bad_element_is_reported_with_its_place(name: str, elements: list[object], code: str) -> None:
    assert issues(read(name, json.dumps(elements))) == [(1, code)]


def test_a_broken_file_is_refused_as_a_whole() -> None:
    with pytest.raises(RefusedExportError):
        read("steps-2026-10-01.json", dated("84", "51")[:-30])


def test_an_empty_list_is_a_file_without_rows() -> None:
    for stem in ("steps", "weight", "sleep", "exercise"):
        assert read(f"{stem}-2026-10-01.json", "[]") == []


def test_elements_that_are_no_objects_leave_nothing_in_memory() -> None:
    export = BytesExport(b"[" + b"1," * 50_000 + b"1]", f"{TREE}/steps-2026-10-06.json")
    tracemalloc.start()
    try:
        assert sum(1 for _ in GoogleHealthJson(SINGAPORE).extract(export)) == 50_001
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    finally:
        tracemalloc.stop()
