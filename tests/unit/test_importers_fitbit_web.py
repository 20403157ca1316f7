"""Saved answers of Fitbit's Web API."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal

import pytest

from pod_agent.errors import RefusedExportError
from tests.support.health import daily, instants, issues, read, samples, skipped, sleeps, workouts
from tests.support.rows import SINGAPORE
from tests.support.shared import shared


def answer(**fields: object) -> str:
    return json.dumps({name.replace("__", "-"): value for name, value in fields.items()})


def test_minutes_of_a_day_have_the_day_of_the_answer_and_its_sum_is_left_out() -> None:
    text = json.dumps(
        {
            "activities-steps": [{"dateTime": "2026-10-06", "value": "59"}],
            "activities-steps-intraday": {
                "dataset": [{"time": "00:00:00", "value": 7}, {"time": "14:28:00", "value": 52}],
                "datasetInterval": 1,
            },
        }
    )
    rows = read("steps.json", text)
    assert skipped(rows) == [(1, "told_by_its_minutes")]
    assert [(row.line, row.value) for row in samples(rows)] == [(2, 7.0), (3, 52.0)]
    assert datetime.fromtimestamp(samples(rows)[1].at, SINGAPORE).isoformat() == "2026-10-06T14:28:00+08:00"


def test_sums_of_days_are_samples_of_their_days() -> None:
    text = answer(activities__distance=[{"dateTime": "2026-10-06", "value": "8.56"}])
    [row] = samples(read("distance.json", text))
    assert row.measure == "distance"
    assert row.value == pytest.approx(8560)
    assert datetime.fromtimestamp(row.at, SINGAPORE).date().isoformat() == "2026-10-06"


def test_a_day_without_a_resting_heart_rate_is_skipped() -> None:
    days = [
        {"dateTime": "2026-10-06", "value": {"restingHeartRate": 57, "heartRateZones": []}},
        {"dateTime": "2026-10-07", "value": {"heartRateZones": []}},
    ]
    rows = read("heart.json", answer(activities__heart=days))
    assert [(row.measure, row.value) for row in daily(rows)] == [("resting_heart_rate", Decimal(57))]
    assert skipped(rows) == [(2, "no_measurement")]


def test_weights_are_kilograms() -> None:
    logs = [{"bmi": 21.48, "date": "2026-10-06", "logId": 1431541739000, "time": "18:28:59", "weight": 62.1}]
    rows = instants(read("weight.json", answer(weight=logs)))
    assert [(row.measure, row.value) for row in rows] == [
        ("weight", Decimal("62.1")),
        ("body_mass_index", Decimal("21.48")),
    ]


def test_a_nap_is_no_main_sleep() -> None:
    log = {"startTime": "2026-10-06T13:00:00.000", "endTime": "2026-10-06T14:00:00.000", "minutesAsleep": 55}
    rows = read("sleep.json", answer(sleep=[log | {"isMainSleep": False}, log | {"startTime": "soon"}]))
    assert [(sleep.asleep, sleep.is_main) for sleep in sleeps(rows)] == [(55, False)]
    assert issues(rows) == [(2, "bad_time")]


@pytest.mark.parametrize(
    "start",
    [
        {"startDate": "2026-10-06", "startTime": "09:00", "name": "Walk"},
        {"startTime": "2026-10-06T09:00:00.000+08:00", "activityName": "Walk"},
    ],
)
def test_an_activity_of_either_list_is_the_same_workout(start: dict[str, str]) -> None:
    log = {"activityParentName": "Walk", "calories": 128, "distance": 3.36, "duration": 3600000, "steps": 5000} | start
    [walk] = workouts(read("activities.json", answer(activities=[log], summary={"activeMinutes": 3})))
    assert walk.iri == "data/google-health/workout/2026/2026-10.ttl#" + walk.iri.partition("#")[2]
    assert (walk.at.isoformat(), walk.activity) == ("2026-10-06T09:00:00+08:00", "Walk")
    assert (walk.seconds, walk.distance, walk.steps) == (3600, Decimal(3360), 5000)


def test_an_empty_answer_is_a_file_without_rows() -> None:
    assert read("sleep.json", '{"sleep": []}') == []


def test_an_answer_that_is_cut_off_or_endless_is_refused() -> None:
    text = answer(activities__steps=[{"dateTime": "2026-10-06", "value": "59"}])
    with pytest.raises(RefusedExportError, match="cut off"):
        read("steps.json", text[:-5])
    with pytest.raises(RefusedExportError, match="longer"):
        read("steps.json", text + " " * (8 << 20))


def test_minutes_without_a_day_are_reported() -> None:
    text = json.dumps({"activities-steps-intraday": {"dataset": [{"time": "00:00:00", "value": 7}, 5]}})
    assert issues(read("steps.json", text)) == [(1, "bad_time"), (2, "not_an_object")]


def test_published_answers_are_read_without_a_fault() -> None:
    for path in sorted(shared("samples/fitbit_webapi").iterdir()):
        assert issues(read(path.name, path.read_bytes())) == []


def test_an_entry_of_the_food_log_adds_each_nutrient_to_its_day() -> None:
    values = {"calories": 420, "carbs": 18, "fat": 22.5, "protein": 35, "sodium": 900}
    foods = [{"logDate": "2026-10-06", "loggedFood": {"name": "Salad"}, "nutritionalValues": values}, {"logDate": "x"}]
    rows = read("foods.json", answer(foods=foods))
    assert {(row.line, row.measure, row.value) for row in samples(rows)} == {
        (1, "energy_eaten", 420.0),
        (1, "carbohydrate", 18.0),
        (1, "fat_eaten", 22.5),
        (1, "protein", 35.0),
        (1, "sodium", 900.0),
    }
    assert issues(rows) == [(2, "bad_time")]
    assert "Salad" not in repr(rows)


def test_two_entries_of_one_day_are_two_samples_wherever_they_stand() -> None:
    foods = [{"logDate": "2026-10-06", "logId": n, "loggedFood": {"calories": 100}} for n in (17550041234, 17550041299)]
    one = samples(read("foods.json", answer(foods=foods)))
    other = samples(read("foods.json", answer(foods=foods[::-1])))
    assert len({row.at for row in one}) == 2
    assert {row.at for row in one} == {row.at for row in other}
    assert {datetime.fromtimestamp(row.at, SINGAPORE).date().isoformat() for row in one} == {"2026-10-06"}
