"""Data points of the Google Health API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import pytest

from pod_agent.errors import RefusedExportError
from tests.support.health import daily, instants, issues, read, samples, skipped, sleeps, workouts

INTERVAL = {
    "startTime": "2026-10-05T15:46:00Z",
    "startUtcOffset": "28800s",
    "endTime": "2026-10-05T23:08:00Z",
    "endUtcOffset": "32400s",
}
SAMPLE = {"physicalTime": "2026-10-05T23:35:12Z", "utcOffset": "28800s"}
DAY = {"year": 2026, "month": 10, "day": 6}
WATCH = {"device": {"displayName": "Charge 6"}, "platform": "FITBIT", "recordingMethod": "DERIVED"}
PHONE = {"application": {"packageName": "com.shop.walk"}, "platform": "HEALTH_CONNECT", "recordingMethod": "DERIVED"}


def points(*values: Mapping[str, object], source: object = WATCH) -> str:
    return json.dumps({"dataPoints": [{"dataSource": source, **value} for value in values], "nextPageToken": ""})


@pytest.mark.parametrize(
    ("value", "measure", "expected"),
    [
        ({"steps": {"interval": INTERVAL, "count": "125"}}, "steps", 125.0),
        ({"distance": {"interval": INTERVAL, "millimeters": "4110"}}, "distance", 4.11),
        ({"heartRate": {"sampleTime": SAMPLE, "beatsPerMinute": "64"}}, "heart_rate", 64.0),
        ({"hydrationLog": {"interval": INTERVAL, "amountConsumed": {"milliliters": 250}}}, "water", 250.0),
    ],
)
def test_a_dense_point_is_a_sample_of_its_device(value: dict[str, object], measure: str, expected: float) -> None:
    [row] = samples(read("points.json", points(value)))
    assert (row.measure, row.recorder) == (measure, "Charge 6")
    assert row.value == pytest.approx(expected)
    stamp = "2026-10-05T23:35:12Z" if measure == "heart_rate" else "2026-10-05T15:46:00Z"
    assert row.at == int(datetime.fromisoformat(stamp).timestamp())


def test_what_another_app_wrote_is_a_recorder_of_its_own() -> None:
    [row] = samples(read("points.json", points({"steps": {"interval": INTERVAL, "count": "1"}}, source=PHONE)))
    assert row.recorder == "com.shop.walk Health Connect"


def test_values_of_a_day_and_weighings_are_records() -> None:
    rows = read(
        "points.json",
        points(
            {"dailyRestingHeartRate": {"date": DAY, "beatsPerMinute": "57"}},
            {"weight": {"sampleTime": SAMPLE, "weightGrams": 65700}},
        ),
    )
    assert [(row.at.isoformat(), row.value) for row in daily(rows)] == [("2026-10-06T00:00:00+08:00", Decimal(57))]
    assert [(row.at.isoformat(), row.value) for row in instants(rows)] == [
        ("2026-10-06T07:35:12+08:00", Decimal("65.7"))
    ]


def test_a_sleep_has_its_stages_and_both_offsets() -> None:
    summary = {
        "minutesAsleep": "410",
        "stagesSummary": [{"type": "DEEP", "minutes": "69"}, {"type": "AWAKE", "minutes": "32"}],
    }
    value = {"sleep": {"interval": INTERVAL, "type": "STAGES", "summary": summary, "metadata": {"nap": True}}}
    [sleep] = sleeps(read("points.json", points(value)))
    assert (sleep.at.isoformat(), sleep.end.isoformat()) == ("2026-10-05T23:46:00+08:00", "2026-10-06T08:08:00+09:00")
    assert (sleep.asleep, sleep.deep, sleep.rem, sleep.awake, sleep.is_main) == (410, 69, None, 32, False)


def test_an_exercise_is_a_workout() -> None:
    metrics = {
        "caloriesKcal": 335,
        "distanceMillimeters": 2880540,
        "steps": "3919",
        "averageHeartRateBeatsPerMinute": "95",
    }
    value = {"exercise": {"interval": INTERVAL, "exerciseType": "WALKING", "metricsSummary": metrics}}
    [walk] = workouts(read("points.json", points(value)))
    assert (walk.activity, walk.distance, walk.energy, walk.steps) == (
        "WALKING",
        Decimal("2880.54"),
        Decimal(335),
        3919,
    )
    assert (walk.seconds, walk.heart_rate) == (7 * 3600 + 22 * 60, 95)


def test_every_point_is_accounted_for_in_its_place() -> None:
    text = points(
        {"altitude": {"interval": INTERVAL, "gainMillimeters": "4"}},
        {"steps": {"interval": {"startTime": "soon"}, "count": "1"}},
        {"steps": {"interval": INTERVAL}},
        {"dailyRestingHeartRate": {"date": {"year": 2026, "month": 13, "day": 6}, "beatsPerMinute": "57"}},
    )
    rows = read("points.json", text.replace('"nextPageToken"', '"x"'))
    assert skipped(rows) == [(1, "other_data_type"), (3, "no_measurement")]
    assert issues(rows) == [(2, "bad_time"), (4, "bad_time")]


def test_an_array_of_points_is_read_like_a_page_of_them() -> None:
    page = points({"steps": {"interval": INTERVAL, "count": "125"}})
    name = {"name": "users/1/dataTypes/steps/dataPoints/2"}
    listed = json.dumps([name | point for point in json.loads(page)["dataPoints"]])
    assert read("points.json", listed) == read("points.json", page)


def test_an_empty_page_has_no_rows_and_a_broken_one_is_refused() -> None:
    assert read("points.json", '{"dataPoints": []}') == []
    with pytest.raises(RefusedExportError):
        read("points.json", points({"steps": {"interval": INTERVAL, "count": "125"}})[:-40])
