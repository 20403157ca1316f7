"""Which files of a health export are read, by which reader, and which are never opened."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest

from pod_agent.importers.health.csv_tables import TABLES, stem_of
from pod_agent.importers.health.csv_tree import GoogleHealthCsv
from pod_agent.importers.protocol import ByName, Claiming
from pod_agent.synthetic.health import write_takeout
from pod_agent.synthetic.household import make_household
from tests.support.health import health_importers
from tests.support.rows import SINGAPORE, BytesExport, found
from vocab.measures import MEASURES

HEADER = b"timestamp,steps,data source\n"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Steps/steps_2026-10-01.csv", "steps"),
        ("steps_2026-10-01 (1).csv", "steps"),
        ("Minute SpO2 - 2024-05-01.csv", "minute spo2"),
        ("Daily Heart Rate Variability Summary - 2020-11-(15).csv", "daily heart rate variability summary"),
        ("demographic_vo2_max-2026-01-01.json", "demographic_vo2_max"),
        ("exercise-100.json", "exercise"),
        ("daily_resting_heart_rate.csv", "daily_resting_heart_rate"),
        ("UserSleeps_2025-05-01.csv", "usersleeps"),
        ("UserSleepStages_2025-05-01.csv", "usersleepstages"),
        ("C:\\exports\\weight.csv", "weight"),
    ],
)
def test_a_name_is_told_without_its_date_and_folder(name: str, stem: str) -> None:
    assert stem_of(name) == stem


def test_every_table_names_a_measure_of_the_vocabulary() -> None:
    assert {table.measure for table in TABLES if table.measure} <= set(MEASURES)


@pytest.mark.parametrize("root", ["Takeout/Google Health", "Takeout/Fitbit", "moved/Fitbit", "."])
def test_both_names_of_the_folder_and_none_are_read(root: str) -> None:
    export = BytesExport(HEADER, "t.zip", f"{root}/Physical Activity_GoogleData/steps_2026-10-01.csv")
    assert GoogleHealthCsv(SINGAPORE).identify(export).value == 1
    assert GoogleHealthCsv(SINGAPORE).never_opens(export.member or "") is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Takeout/Google Health/Your Profile/Profile.csv", "who the person is"),
        ("Takeout/Fitbit/Social/friends.json", "whom they know"),
        ("Takeout/Fitbit/Commerce Data/orders.csv", "who the person is"),
        ("Takeout/Google Health/User Security Data/logins.csv", "who the person is"),
        ("Takeout/Google Health/Account Changes/changes.csv", "who the person is"),
        ("Takeout/Google Health/Physical Activity_GoogleData/gps_location_2026-10-01.csv", "where"),
        ("gps_location_2026-10-01.csv", "where"),
        ("Takeout/Google Health/Health Fitness Data_GoogleData/UserActivityProbabilities_2026-10-01.csv", "guesses"),
        ("UserSensorCompressionToken_2026-10-01.csv", "raw signals"),
        ("Takeout/Google Health/Physical Activity_GoogleData/daily_heart_rate_zones.csv", "1970"),
        ("Takeout/Google Health/Physical Activity_GoogleData/steps_readme.txt", "explains"),
        ("Takeout/Google Health/Snore and Noise Detect/Snore Details - 2026-10-01.csv", "knows no use"),
        ("Takeout/Fitbit/Global Export Data/badge.json", "knows no use"),
        ("Physical Activity_GoogleData/live_pace_2026-10-01.csv", "knows no use"),
    ],
)
def test_what_is_private_bulky_or_of_no_use_is_never_opened(name: str, words: str) -> None:
    for importer in health_importers()[:2]:
        assert isinstance(importer, ByName)
        reason = importer.never_opens(name)
        assert reason is not None
        assert words in reason


@pytest.mark.parametrize(
    "name",
    [
        "Fitbit/answers/badge.json",
        "social/posts.json",
        "Takeout/YouTube/history/watch-history.json",
        "notes/readme.txt",
    ],
)
def test_files_of_others_are_left_to_others(name: str) -> None:
    assert GoogleHealthCsv(SINGAPORE).never_opens(name) is None


def test_only_files_of_the_export_itself_are_claimed_before_others_are_asked() -> None:
    table, twin = health_importers()[:2]
    assert isinstance(table, Claiming)
    assert isinstance(twin, Claiming)
    folder = "Takeout/Google Health/Global Export Data"
    assert twin.claims(f"{folder}/steps-2026-10-01.json")
    assert not table.claims(f"{folder}/steps-2026-10-01.json")
    assert not twin.claims(f"{folder}/badge.json")
    assert not twin.claims("answers/steps-2026-10-01.json")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("steps_2026-10-01.csv", b"date,amount\n"),
        ("bank.csv", HEADER),
        ("steps.json", b'{"steps": []}'),
        ("steps.json", b'[{"date": "2026-10-01", "count": 4}]'),
        ("notes.csv", b"no data"),
        ("x.json", b'{"weight": [{"price": 4}]}'),
        ("x.json", b'{"sleep": "eight hours"}'),
        ("x.json", b'{"dataPoints": [{"x": 4}]}'),
    ],
)
def test_a_file_of_another_kind_is_not_claimed(name: str, content: bytes) -> None:
    for importer in health_importers():
        assert importer.identify(BytesExport(content, name)).value == 0


def test_one_zip_of_several_parts_is_read_by_both_trees(tmp_path: Path) -> None:
    whole = tmp_path / "whole.zip"
    write_takeout(make_household(1), whole, date(2026, 10, 1), date(2026, 10, 3), SINGAPORE, pulse=3600)
    parts = [tmp_path / f"takeout-20261115T051500Z-1-00{number}.zip" for number in (1, 2)]
    with zipfile.ZipFile(whole) as archive:
        for number, part in enumerate(parts):
            with zipfile.ZipFile(part, "w") as split:
                for name in archive.namelist()[number::2]:
                    split.writestr(name, archive.read(name))
    whole_names = {export.member: importer.name for importer, export in found(whole).exports}
    split_names = {export.member: importer.name for importer, export in found(*parts).exports}
    assert whole_names == split_names
    assert set(whole_names.values()) == {"google-health-csv", "google-health-json"}
