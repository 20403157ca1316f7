"""Dates of pages in many languages, their zones, and what is never guessed."""
# ruff: noqa: RUF001 - letters of many alphabets look alike

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pod_agent.importers.faults import RowError
from pod_agent.importers.youtube.date_words import AFTERNOON, CROATIAN, MONTHS, MORNING
from pod_agent.importers.youtube.dates import PageDates
from tests.support.rows import SINGAPORE


def read(text: str, zone: ZoneInfo = SINGAPORE, others: tuple[str, ...] = ()) -> datetime:
    return PageDates(zone, lambda: (*others, text)).read(text)


@pytest.mark.parametrize(
    ("text", "month_day_hour"),
    [
        ("Aug 15, 2025, 11:04:01\u202fAM CDT", (8, 15, 16)),
        ("Jul 6, 2025, 9:04:01 PM GMT+08:00", (7, 6, 13)),
        ("Jul 6, 2025, 12:04:01 AM UTC", (7, 6, 0)),
        ("Jul 6, 2025, 12:04:01 PM UTC", (7, 6, 12)),
        ("11 Jan 2025, 12:04:01 CET", (1, 11, 11)),
        ("4 Sept 2025, 12:04:01 BST", (9, 4, 11)),
        ("01.09.2025, 21:04:01 MESZ", (9, 1, 19)),
        ("01.09.2025, 21:04:01 [MESZ]", (9, 1, 19)),
        ("2025-11-10 19:04:01 UTC", (11, 10, 19)),
        ("2025-11-10 19:04:01", (11, 10, 19)),
        ("15 août 2025, 11:04:01 CEST", (8, 15, 9)),
        ("15 août 2025 à 11:04:01 UTC+2", (8, 15, 9)),
        ("15 août 2025, 11 h 04 min 01 s HAE", (8, 15, 15)),
        ("4 sept 2025, 22:04:01 CEST", (9, 4, 20)),
        ("4 mar 2025, 10:04:01 p.\u00a0m. GMT-6", (3, 5, 4)),
        ("6 giu 2025, 09:04:01 CEST", (6, 6, 7)),
        ("4 de mar. de 2025, 09:04:01 BRT", (3, 4, 12)),
        ("4 mrt 2025, 09:04:01 CET", (3, 4, 8)),
        ("2025/03/04 22:04:01 JST", (3, 4, 13)),
        ("2025. 3. 4. 오후 10:04:01 KST", (3, 4, 13)),
        ("2025年3月4日 22:04:01 GMT+8", (3, 4, 14)),
        ("2025年3月4日 晚上10:04:01 [GMT+8]", (3, 4, 14)),
        ("2025年3月4日 凌晨12:04:01 CST", (3, 3, 16)),
        ("4 lis 2025, 09:04:01 CET", (11, 4, 8)),
        ("4. lis 2025. 09:04:01 CET", (10, 4, 8)),
        ("4 мар. 2025 г., 09:04:01 MSK", (3, 4, 6)),
        ("4 mars 2025 09:04:01 CET", (3, 4, 8)),
        ("4 Ağu 2025 09:04:01 TRT", (8, 4, 6)),
        ("4 Agu 2025 09.04.01 WIB", (8, 4, 2)),
        ("4. 3. 2025 9:04:01 CET", (3, 4, 8)),
        ("4 มี.ค. 2568 22:04:01 ICT", (3, 4, 15)),
        ("22:04:01 UTC+7 4 thg 3, 2025", (3, 4, 15)),
        ("4 במרץ 2025, 22:04:01 GMT+2", (3, 4, 20)),
        ("4 मार्च 2025, 10:04:01 pm IST", (3, 4, 16)),
    ],
)
def test_a_date_is_read_in_the_words_and_order_of_its_language(text: str, month_day_hour: tuple[int, int, int]) -> None:
    minute = 34 if "IST" in text else 4
    assert read(text) == datetime(2025, *month_day_hour, minute, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "zone", "hour"),
    [
        ("IST", "Asia/Singapore", 6),
        ("IST", "Europe/Dublin", 11),
        ("IST", "Asia/Jerusalem", 10),
        ("CST", "America/Chicago", 18),
        ("CST", "Asia/Shanghai", 4),
        ("CST", "Europe/Paris", 18),
        ("BST", "Europe/London", 11),
        ("BST", "Asia/Dhaka", 6),
        ("BST", "Asia/Singapore", 11),
        ("PST", "Asia/Manila", 4),
        ("PST", "Asia/Singapore", 20),
        ("AST", "Asia/Riyadh", 9),
        ("SGT", "Europe/Paris", 4),
    ],
)
def test_an_abbreviation_means_what_it_means_where_the_person_lives(name: str, zone: str, hour: int) -> None:
    assert read(f"15 Jan 2025, 12:00:00 {name}", ZoneInfo(zone)).hour == hour


def test_a_summer_abbreviation_holds_for_winter_rows_because_it_is_that_of_the_export() -> None:
    assert read("15 Jan 2025, 12:00:00 BST", ZoneInfo("Europe/London")).hour == 11


def test_numbers_between_slashes_are_read_as_the_rest_of_the_file_shows() -> None:
    text = "03/04/2025, 10:00:00 UTC"
    assert read(text, others=("13/04/2025, 10:00:00 UTC",)).month == 4
    assert read(text, others=("04/13/2025, 10:00:00 UTC",)).month == 3


def test_numbers_between_slashes_are_read_as_the_order_of_the_rows_shows() -> None:
    others = ("05/04/2025, 10:00:00 UTC", "07/03/2025, 10:00:00 UTC", "11/02/2025, 10:00:00 UTC")
    assert PageDates(SINGAPORE, lambda: others).read(others[0]).month == 4


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("03/04/2025, 10:00:00 UTC", "ambiguous_date"),
        ("Jul 6, 2025, 9:04 PM GMT+08:00", "bad_date"),
        ("6 Quux 2025, 09:04:01 UTC", "bad_date"),
        ("31 Feb 2025, 09:04:01 UTC", "bad_date"),
        ("Jul 6, 2025, 13:04:01 PM UTC", "bad_date"),
        ("Jul 6, 2025, 9:04:01 PM and 9:05:01 PM UTC", "bad_date"),
        ("Jul 6, 25, 09:04:01 UTC", "bad_date"),
        ("Jul 6, 2025, 09:04:01 QQT", "bad_zone"),
        ("Jul 6, 2025, 09:04:01 UTC+99", "bad_zone"),
        ("Jul 6, 2025, 09:04:01 UTC maybe", "bad_date"),
        ("4. 3. 2025 9:04:01 CET +01:00", "bad_date"),
        ("Watched at 11:42 PM", "bad_date"),
        ("", "bad_date"),
        ("9" * 5000, "bad_date"),
    ],
)
def test_what_is_no_date_or_could_be_two_is_never_guessed(text: str, code: str) -> None:
    with pytest.raises(RowError) as raised:
        read(text)
    assert raised.value.code == code


def test_no_word_is_two_months_and_none_is_both_morning_and_afternoon() -> None:
    assert set(MONTHS.values()) == set(CROATIAN.values()) == set(range(1, 13))
    assert {word for word in CROATIAN if MONTHS.get(word, CROATIAN[word]) != CROATIAN[word]} == {
        "lip",
        "srp",
        "lis",
        "listopada",
    }
    assert not MORNING & AFTERNOON
