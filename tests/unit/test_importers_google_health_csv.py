"""The CSV tree of Google Health: units, recorders, local days, values that are none, and every kind of bad row."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from pod_agent.errors import RefusedExportError
from pod_agent.importers.protocol import Issue, Sample
from tests.support.health import BERLIN, daily, instants, issues, read, samples, skipped, sleeps, workouts
from tests.support.rows import SINGAPORE

PA = "Takeout/Google Health/Physical Activity_GoogleData"
LOGS = "Takeout/Google Health/Health Fitness Data_GoogleData"
NEW_YORK = ZoneInfo("America/New_York")
STEPS = "timestamp,steps,data source\n"
BEATS = "timestamp,beats per minute,data source\n"
SLEEPS = (
    "sleep_id,sleep_type,minutes_in_sleep_period,minutes_asleep,minutes_awake,start_utc_offset,sleep_start,"
    "end_utc_offset,sleep_end,data_source\n"
)
EXERCISES = (
    "exercise_id,exercise_start,exercise_end,utc_offset,activity_name,tracker_total_calories,tracker_total_steps,"
    "tracker_total_distance_mm,tracker_avg_heart_rate,manually_logged_total_distance_mm,events\n"
)


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def test_steps_keep_every_recorder_and_drop_fractions_of_a_second() -> None:
    rows = read(
        f"{PA}/steps_2026-10-01.csv",
        STEPS
        + "2026-10-01T15:30:00Z,84,Charge 6\n2026-10-01T15:30:00Z,80,Phone Health Connect\n"
        + "2026-10-01T16:30:00.552356Z,51,Charge 6\n",
    )
    assert rows == [
        Sample(2, "steps", seconds("2026-10-01T15:30:00Z"), 84.0, "Charge 6"),
        Sample(3, "steps", seconds("2026-10-01T15:30:00Z"), 80.0, "Phone Health Connect"),
        Sample(4, "steps", seconds("2026-10-01T16:30:00Z"), 51.0, "Charge 6"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "measure", "value"),
    [
        ("distance_2026-10-01.csv", "timestamp,distance,data source\n{t}Z,12.5,A\n", "distance", 12.5),
        ("calories_2026-10-01.csv", "timestamp,calories,data source\n{t}Z,1.07,A\n", "energy_burned", 1.07),
        ("calories_2026-10-01.csv", "timestamp,kcal,data source\n{t}Z,1.07,A\n", "energy_burned", 1.07),
        ("floors_2026-10-01.csv", "timestamp,floors,data source\n{t}Z,1,A\n", "floors", 1),
        ("heart_rate_2026-10-01.csv", BEATS + "{t}Z,64.0,A\n", "heart_rate", 64),
        ("heart_rate_2024-10-27.csv", "timestamp,beats per minute\n{t}Z,64.0\n", "heart_rate", 64),
        (
            "active_zone_minutes_2026-10-01.csv",
            "timestamp,heart rate zone,total minutes,data source\n{t}Z,CARDIO,2,A\n",
            "active_zone_minutes",
            2,
        ),
        (
            "oxygen_saturation_2026-10-01.csv",
            "timestamp,oxygen saturation percentage,data source\n{t}Z,95.2,A\n",
            "oxygen_saturation",
            95.2,
        ),
        (
            "heart_rate_variability_2026-10-01.csv",
            "timestamp,root mean square of successive differences milliseconds,data source\n{t}Z,31.5,A\n",
            "heart_rate_variability",
            31.5,
        ),
        (
            "body_temperature_2026-10-01.csv",
            "timestamp,temperature celsius,data source\n{t}Z,33.4,A\n",
            "skin_temperature",
            33.4,
        ),
    ],
)
def test_a_dense_series_is_read_in_the_unit_of_its_measure(name: str, text: str, measure: str, value: float) -> None:
    found = samples(read(f"{PA}/Sub Folder/{name}", text.replace("{t}", "2026-10-01T15:30:07")))
    assert [(row.measure, row.value, row.at) for row in found] == [(measure, value, seconds("2026-10-01T15:30:07Z"))]


def test_friendly_folders_rank_behind_the_canonical_tree() -> None:
    root = "Takeout/Fitbit"
    minute = read(
        f"{root}/Oxygen Saturation (SpO2)/Minute SpO2 - 2024-05-01.csv", "timestamp,value\n2024-05-01T03:00:00Z,96.1\n"
    )
    night = read(
        f"{root}/Oxygen Saturation (SpO2)/Daily SpO2 - 2024-05-01-2024-08-01.csv",
        "timestamp,average_value,lower_bound,upper_bound\n2024-05-01T00:00:00Z,95.9,93.0,98.0\n",
        NEW_YORK,
    )
    details = read(
        f"{root}/Heart Rate Variability/Heart Rate Variability Details - 2024-05-01.csv",
        "timestamp,rmssd,coverage,low_frequency,high_frequency\n2024-05-01T03:00:00,31.2,0.9,10,11\n",
    )
    summary = read(
        f"{root}/Heart Rate Variability/Daily Heart Rate Variability Summary - 2020-11-(15).csv",
        "timestamp,rmssd,nremhr,entropy\n2020-11-15T00:00:00,30.1,55.0,2.7\n",
    )
    assert [samples(rows)[0].tree for rows in (minute, details, night, summary)] == [1, 1, 3, 3]
    assert samples(details)[0].at == seconds("2024-05-01T03:00:00+08:00"), "naive times are local"
    local = datetime.fromtimestamp(samples(night)[0].at, NEW_YORK)
    assert local.date() == date(2024, 5, 1), "the figure of a night stays on its own day"


def test_active_minutes_count_each_level_for_itself() -> None:
    text = "timestamp,light,moderate,very,data source\n2026-10-01T01:00:00Z,1,0,0,A\n2026-10-01T01:01:00Z,0,0,1,A\n"
    rows = samples(read(f"{PA}/active_minutes_2026-10-01.csv", text + "2026-10-01T01:02:00Z,0,0,0,A\n"))
    assert [(row.line, row.measure, row.value) for row in rows] == [
        (2, "lightly_active_minutes", 1.0),
        (3, "very_active_minutes", 1.0),
        (4, "lightly_active_minutes", 0.0),
    ]


@pytest.mark.parametrize("stamp", ["2026-10-02T00:00:00Z", "2026-10-02T12:00:00Z", "2026-10-02T00:00:00", "2026-10-02"])
def test_the_time_of_a_daily_value_is_a_label_for_the_local_day(stamp: str) -> None:
    for zone in (SINGAPORE, BERLIN, NEW_YORK):
        found = daily(read(f"{PA}/daily_resting_heart_rate.csv", BEATS + f"{stamp},57.4,Charge 6\n", zone))
        assert [(row.at.date(), row.at.hour, row.value) for row in found] == [(date(2026, 10, 2), 0, Decimal("57.4"))]
        assert found[0].at.utcoffset() == datetime(2026, 10, 2, tzinfo=zone).utcoffset()


@pytest.mark.parametrize(
    ("name", "text", "measure", "value"),
    [
        (
            "daily_respiratory_rate.csv",
            "timestamp,breaths per minute,data source\n{t},13.8,A\n",
            "respiratory_rate",
            "13.8",
        ),
        (
            "respiratory_rate_sleep_summary_2026-10-01.csv",
            "timestamp,full sleep stats - milli breaths per minute,data source\n{t},15800,A\n",
            "respiratory_rate",
            "15.8",
        ),
        (
            "respiratory_rate_sleep_summary_2026-10-01.csv",
            "timestamp,full sleep stats - milli breaths per minute,data source\n{t},15.8,A\n",
            "respiratory_rate",
            "15.8",
        ),
        (
            "daily_sleep_temperature_derivations.csv",
            "timestamp,nightly temperature celsius,baseline temperature celsius,data source\n{t},33.1,33.6,A\n",
            "skin_temperature_change",
            "-0.5",
        ),
        ("daily_readiness.csv", "timestamp,score,type,data source\n{t},71,HIGH,A\n", "readiness_score", "71"),
        ("Stress Score.csv", "DATE,STRESS_SCORE,CALCULATION_FAILED\n{t},79,false\n", "stress_score", "79"),
    ],
)
def test_a_value_of_a_day_is_read_in_the_unit_of_its_measure(name: str, text: str, measure: str, value: str) -> None:
    found = daily(read(f"{PA}/{name}", text.replace("{t}", "2026-10-02T00:00:00Z")))
    assert [(row.measure, str(row.value)) for row in found] == [(measure, value)]


def test_grams_become_kilograms_at_the_local_time() -> None:
    text = 'timestamp,weight grams,data source\n2026-10-01T23:08:00.123456Z,65700,"Aria, bathroom"\n'
    found = instants(read(f"{PA}/weight.csv", text))
    assert [(row.measure, row.value, row.recorder) for row in found] == [("weight", Decimal("65.7"), "Aria, bathroom")]
    assert found[0].at == datetime(2026, 10, 2, 7, 8, tzinfo=SINGAPORE)


def test_a_sleep_has_the_offsets_of_where_it_was_slept() -> None:
    text = SLEEPS + (
        "5084359679761714770,STAGES,442,410,32,+08:00,2026-10-04 16:46:00+0000,+09:00,2026-10-05 00:08:00+0000,WATCH\n"
    )
    [sleep] = sleeps(read(f"{LOGS}/UserSleeps_2026-10-01.csv", text))
    assert (sleep.at.isoformat(), sleep.end.isoformat()) == ("2026-10-05T00:46:00+08:00", "2026-10-05T09:08:00+09:00")
    assert (sleep.asleep, sleep.awake, sleep.is_main, sleep.provisional) == (410, 32, True, True)


def test_the_longest_sleep_of_a_day_is_the_main_one_and_the_others_are_naps() -> None:
    nap = "2,CLASSIC,60,55,5,+08:00,2026-10-05T05:00:00Z,+08:00,2026-10-05T06:00:00Z,WATCH\n"
    night = "1,STAGES,420,400,20,+08:00,2026-10-04T16:00:00Z,+08:00,2026-10-04T23:00:00Z,WATCH\n"
    other = "3,STAGES,300,290,10,+08:00,2026-10-05T16:00:00Z,+08:00,2026-10-05T21:00:00Z,WATCH\n"
    for text in (nap + night, night + "broken\n" + nap):
        rows = read(f"{LOGS}/UserSleeps_2026-10-01.csv", SLEEPS + text + other)
        assert sorted((row.asleep, row.is_main) for row in sleeps(rows)) == [(55, False), (290, True), (400, True)]


def test_a_night_when_the_clocks_change_lasts_as_long_as_it_lasted() -> None:
    text = SLEEPS + "1,STAGES,480,450,30,+02:00,2026-10-24T22:00:00Z,+01:00,2026-10-25T06:00:00Z,WATCH\n"
    [sleep] = sleeps(read(f"{LOGS}/UserSleeps_2026-10-01.csv", text, BERLIN))
    assert sleep.at.isoformat() == "2026-10-25T00:00:00+02:00"
    assert (sleep.end - sleep.at).total_seconds() == 8 * 3600


def test_a_workout_takes_what_was_typed_in_where_the_tracker_measured_nothing() -> None:
    text = EXERCISES + (
        '7,2026-10-04T10:00:00Z,2026-10-04T10:30:00Z,+08:00,"Run, easy",250,3000,0,141,5012345,"[1,\n2]"\n'
        "8,2026-10-05T10:00:00Z,2026-10-05T10:00:00Z,+08:00,Walk,1,1,1,0,0,\n"
    )
    rows = read(f"{LOGS}/UserExercises_2026-10-01.csv", text)
    [run] = workouts(rows)
    assert run.at.isoformat() == "2026-10-04T18:00:00+08:00"
    assert (run.activity, run.seconds, run.distance, run.energy) == (
        "Run, easy",
        1800,
        Decimal("5012.345"),
        Decimal(250),
    )
    assert (run.steps, run.heart_rate, run.provenance and run.provenance.line) == (3000, 141, 2)
    assert skipped(rows) == [(4, "no_measurement")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Minute SpO2 - 2024-05-01.csv", "timestamp,value\n2024-05-01T03:00:00Z,50.0\n"),
        ("heart_rate_2026-10-01.csv", BEATS + "2026-10-01T03:00:00Z,0.0,A\n"),
        ("daily_resting_heart_rate.csv", BEATS + "2026-10-01T00:00:00Z,0.0,A\n"),
        ("daily_resting_heart_rate.csv", BEATS + "2026-10-01T00:00:00Z,,A\n"),
        ("sleep_score.csv", "sleep_log_entry_id,timestamp,overall_score\n5,2026-10-01T22:58:30Z,-1\n"),
        ("sleep_score.csv", "sleep_log_entry_id,timestamp,overall_score\n5,2026-10-01T22:58:30Z,\n"),
        ("Stress Score.csv", "DATE,STRESS_SCORE,CALCULATION_FAILED\n2026-10-01T00:00:00,0,true\n"),
        ("Stress Score.csv", "DATE,STRESS_SCORE,CALCULATION_FAILED\n2026-10-01T00:00:00,0,false\n"),
        (
            "UserSleeps_2026-10-01.csv",
            SLEEPS + "1,STAGES,1,-1,-1,+08:00,2026-10-04T16:00:00Z,+08:00,2026-10-04T17:00:00Z,W\n",
        ),
    ],
)
def test_a_value_that_stands_for_nothing_is_skipped(name: str, text: str) -> None:
    assert skipped(read(name, text)) == [(2, "no_measurement")]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("2026-13-01T03:00:00Z,60,A", "bad_time"),
        ("2026-10-01T24:00:00Z,60,A", "bad_time"),
        ("yesterday,60,A", "bad_time"),
        ("0001-01-01T00:00:00Z,60,A", "bad_time"),
        ("2026-10-01T03:00:00Z,sixty,A", "bad_number"),
        ("2026-10-01T03:00:00Z,1e400,A", "bad_number"),
        ("2026-10-01T03:00:00Z,inf,A", "bad_number"),
        ("2026-10-01T03:00:00Z,1e9999999,A", "bad_number"),
        ("2026-10-01T03:00:00Z,600,A", "out_of_range"),
        ("2026-10-01T03:00:00Z,-5,A", "out_of_range"),
        ("2026-10-01T03:00:00Z,60", "wrong_columns"),
        ("2026-10-01T03:00:00Z,60,A,B", "wrong_columns"),
        ("   ", "wrong_columns"),
        ('"' + "x" * 200_000 + '",60,A', "wrong_columns"),
    ],
)
def test_a_bad_row_is_reported_and_the_next_one_is_read(row: str, code: str) -> None:
    good = "2026-10-01T03:00:05Z,61,A\n"
    rows = read("heart_rate_2026-10-01.csv", BEATS + good + row + "\n" + good)
    assert issues(rows) == [(3, code)]
    assert [each.line for each in samples(rows)] == [2, 4]
    [issue] = [each for each in rows if isinstance(each, Issue)]
    assert issue.raw is not None
    assert len(issue.raw) <= 200


def test_an_open_quote_in_a_dense_series_swallows_no_row() -> None:
    good = "2026-10-01T03:00:05Z,61,A\n"
    rows = read("heart_rate_2026-10-01.csv", BEATS + good + '2026-10-01T03:00:06Z,62,"A\n' + good)
    assert [(each.line, each.value) for each in samples(rows)] == [(2, 61), (3, 62), (4, 61)]


def test_a_table_of_logs_whose_quotes_never_close_is_refused() -> None:
    with pytest.raises(RefusedExportError, match="quotes"):
        read(f"{LOGS}/UserExercises_2026-10-01.csv", EXERCISES + '7,"never closed\n' + "x\n" * 10)


@pytest.mark.parametrize(
    "text", ["no data", "no data\n", STEPS, STEPS.rstrip(), "\ufeff" + STEPS + "\n\n", STEPS.replace("\n", "\r\n")]
)
def test_a_file_without_rows_is_read_without_a_fault(text: str) -> None:
    assert read(f"{PA}/steps_2026-10-01.csv", text) == []


def test_a_line_longer_than_any_row_refuses_the_file() -> None:
    with pytest.raises(RefusedExportError, match="longer"):
        read("steps_2026-10-01.csv", STEPS + "x" * 1_200_000)


def test_line_ends_encodings_and_a_missing_last_one_change_no_row() -> None:
    text = STEPS + "2026-10-01T03:00:00Z,1,A\n\n2026-10-01T03:01:00Z,2,A\n"
    expected = [(2, 1.0), (4, 2.0)]
    crlf = text.replace("\n", "\r\n")
    for content in (text, text.rstrip("\n"), crlf, ("\ufeff" + text), text.encode("utf-16")):
        assert [(row.line, row.value) for row in samples(read("steps_2026-10-01.csv", content))] == expected


def test_blocks_cut_no_row() -> None:
    start = int(datetime(2026, 10, 1, tzinfo=UTC).timestamp())
    stamps = [datetime.fromtimestamp(start + 5 * number, UTC) for number in range(9_000)]
    text = BEATS + "".join(f"{at:%Y-%m-%dT%H:%M:%SZ},{60 + at.second}.0,Charge 6\n" for at in stamps)
    rows = samples(read("heart_rate_2026-10-01.csv", text))
    assert [(row.line, row.at, row.value) for row in rows] == [
        (number + 2, start + 5 * number, 60.0 + at.second) for number, at in enumerate(stamps)
    ]
