"""What a made-up person's watch and phone measured, as a Google Health Takeout: the CSV tree and its JSON twin."""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from pod_agent.synthetic.household import Household

__all__ = ["HealthDay", "health_days", "takeout_files", "write_takeout"]

ROOT = "Takeout/Google Health"
CSV_TREE = f"{ROOT}/Physical Activity_GoogleData"
JSON_TREE = f"{ROOT}/Global Export Data"
LOGS = f"{ROOT}/Health Fitness Data_GoogleData"
WATCH, PHONE = "Charge 6", "Pixel 9 Health Connect"
POUNDS = Decimal("0.45359237")
SLEEPS_HEADER = (
    "sleep_id,sleep_type,minutes_in_sleep_period,minutes_after_wake_up,minutes_to_fall_asleep,minutes_asleep,"
    "minutes_awake,start_utc_offset,sleep_start,end_utc_offset,sleep_end,data_source"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthDay:
    """A day: steps by minute of the local day, the night that ended on it, and what the scale said (grams)."""

    day: date
    steps: tuple[tuple[int, int], ...]
    phone: tuple[tuple[int, int], ...]
    resting: int
    bed: datetime
    up: datetime
    asleep: int
    deep: int
    rem: int
    grams: int | None

    @property
    def awake(self) -> int:
        """Minutes in bed and awake."""
        return round(self.up.timestamp() - self.bed.timestamp()) // 60 - self.asleep


def health_days(person: Household, first: date, last: date, zone: ZoneInfo) -> Iterator[HealthDay]:
    """The days from ``first`` to ``last``, oldest first; times in ``zone``."""
    usual = random.Random(f"{person.seed} body")  # noqa: S311 - made-up people need no secrecy
    goal, resting, grams = usual.randrange(4_000, 14_000), usual.randrange(50, 74), usual.randrange(48_000, 95_000)
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        draw = random.Random(f"{person.seed} health {day}")  # noqa: S311
        minutes = sorted(draw.sample(range(7 * 60, 23 * 60), 40))
        steps = tuple((minute, max(1, round(goal / 40 * draw.uniform(0.2, 1.8)))) for minute in minutes)
        bed = datetime.combine(day, time(0, draw.randrange(10, 59)), zone)
        length = draw.randrange(300, 520)
        asleep = length - draw.randrange(20, 70)
        yield HealthDay(
            day=day,
            steps=steps,
            phone=tuple((minute, round(count * 0.7)) for minute, count in steps if draw.random() < 0.5),
            resting=resting + draw.randrange(-3, 4),
            bed=bed,
            up=(bed.astimezone(UTC) + timedelta(minutes=length)).astimezone(zone),
            asleep=asleep,
            deep=asleep // 6,
            rem=asleep // 5,
            grams=grams + draw.randrange(-9, 10) * 100 if draw.random() < 0.3 else None,
        )


def takeout_files(
    person: Household, first: date, last: date, zone: ZoneInfo, *, pulse: int = 60
) -> Iterator[tuple[str, str]]:
    """Names and texts of the export's files; the heart rate every ``pulse`` seconds."""
    days = list(health_days(person, first, last, zone))
    months: dict[str, list[HealthDay]] = {}
    for day in days:
        months.setdefault(f"{day.day:%Y-%m}-01", []).append(day)
    for month, some in months.items():
        yield f"{CSV_TREE}/steps_{month}.csv", _steps_csv(some, zone)
        yield f"{JSON_TREE}/steps-{month}.json", _steps_json(some)
        yield f"{JSON_TREE}/sleep-{month}.json", json.dumps([_sleep(day) for day in some])
        yield f"{JSON_TREE}/weight-{month}.json", json.dumps([_weighing(day) for day in some if day.grams])
        yield f"{LOGS}/UserSleeps_{month}.csv", _lines(SLEEPS_HEADER, [_user_sleep(day) for day in some])
    for day in days:
        yield f"{CSV_TREE}/heart_rate_{day.day}.csv", _heart_csv(day, zone, pulse)
        yield f"{JSON_TREE}/heart_rate-{day.day}.json", _heart_json(day, pulse)
    resting = [f"{day.day}T00:00:00Z,{day.resting},{WATCH}" for day in days]
    yield f"{CSV_TREE}/daily_resting_heart_rate.csv", _lines("timestamp,beats per minute,data source", resting)
    weights = [f"{_scale(day):%Y-%m-%dT%H:%M:%SZ},{day.grams},Aria Air" for day in days if day.grams]
    yield f"{CSV_TREE}/weight.csv", _lines("timestamp,weight grams,data source", weights)
    yield f"{JSON_TREE}/resting_heart_rate-{first}.json", json.dumps([_resting(day) for day in days])
    yield f"{ROOT}/Biometrics/Glucose {first:%y%m}.csv", "no data"
    yield f"{CSV_TREE}/steps_readme.txt", "Time Series Data Export\n"


def write_takeout(
    person: Household, path: Path, first: date, last: date, zone: ZoneInfo, *, pulse: int = 60, unused: int = 0
) -> None:
    """Write the zip; ``unused`` is how many bytes of sensor guesses, which no importer opens, are among its files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in takeout_files(person, first, last, zone, pulse=pulse):
            archive.writestr(_member(name, last), text)
        if unused:
            guesses = random.Random(f"{person.seed} guesses")  # noqa: S311
            with archive.open(_member(f"{LOGS}/UserActivityProbabilities_{first}.csv", last), "w") as member:
                for _ in range(0, unused, 1 << 20):
                    member.write(guesses.randbytes(1 << 19).hex().encode())


def _member(name: str, day: date) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, date_time=(day.year, day.month, day.day, 12, 0, 0))
    member.compress_type = zipfile.ZIP_DEFLATED
    return member


def _lines(header: str, rows: list[str]) -> str:
    return "\n".join([header, *rows]) + "\n"


def _at(day: date, minute: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC)


def _scale(day: HealthDay) -> datetime:
    return (day.up + timedelta(minutes=15)).astimezone(UTC)


def _steps_csv(days: list[HealthDay], zone: ZoneInfo) -> str:
    rows = [
        (f"{_at(day.day, minute, zone):%Y-%m-%dT%H:%M:%SZ}", recorder, count)
        for day in days
        for recorder, counted in ((WATCH, day.steps), (PHONE, day.phone))
        for minute, count in counted
    ]
    return _lines("timestamp,steps,data source", [f"{at},{count},{recorder}" for at, recorder, count in sorted(rows)])


def _steps_json(days: list[HealthDay]) -> str:
    return json.dumps(
        [
            {"dateTime": f"{day.day:%m/%d/%y} {minute // 60:02}:{minute % 60:02}:00", "value": str(count)}
            for day in days
            for minute, count in day.steps
        ]
    )


def _beats(day: HealthDay, pulse: int) -> Iterator[tuple[int, int]]:
    draw = random.Random(f"pulse {day.day} {day.resting}")  # noqa: S311
    for second in range(0, 86_400, pulse):
        yield second, day.resting + draw.randrange(5, 40)


def _heart_csv(day: HealthDay, zone: ZoneInfo, pulse: int) -> str:
    start = datetime.combine(day.day, time(), zone).astimezone(UTC)
    rows = [
        f"{start + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ},{bpm}.0,{WATCH}" for second, bpm in _beats(day, pulse)
    ]
    return _lines("timestamp,beats per minute,data source", rows)


def _heart_json(day: HealthDay, pulse: int) -> str:
    elements = [
        {
            "dateTime": f"{day.day:%m/%d/%y} {time(s // 3600, s // 60 % 60, s % 60)}",
            "value": {"bpm": b, "confidence": 3},
        }
        for s, b in _beats(day, pulse)
    ]
    return json.dumps(elements)


def _sleep(day: HealthDay) -> dict[str, object]:
    minutes = day.asleep + day.awake
    stages = {"deep": day.deep, "wake": day.awake, "light": day.asleep - day.deep - day.rem, "rem": day.rem}
    return {
        "logId": int(f"5{day.day:%Y%m%d}01"),
        "dateOfSleep": f"{day.day}",
        "startTime": f"{day.bed:%Y-%m-%dT%H:%M:%S}.000",
        "endTime": f"{day.up:%Y-%m-%dT%H:%M:%S}.000",
        "duration": minutes * 60_000,
        "minutesAsleep": day.asleep,
        "minutesAwake": day.awake,
        "timeInBed": minutes,
        "efficiency": round(100 * day.asleep / minutes),
        "type": "stages",
        "levels": {"summary": {name: {"count": 4, "minutes": length} for name, length in stages.items()}, "data": []},
        "mainSleep": True,
    }


def _user_sleep(day: HealthDay) -> str:
    bed, up = (at.isoformat()[-6:] for at in (day.bed, day.up))
    start, end = (f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}+0000" for at in (day.bed, day.up))
    identifier = f"50{day.day:%Y%m%d}000000001"
    minutes = f"{day.asleep + day.awake},0,0,{day.asleep},{day.awake}"
    return f"{identifier},STAGES,{minutes},{bed},{start},{up},{end},PASSIVELY_MEASURED"


def _weighing(day: HealthDay) -> dict[str, object]:
    at = day.up + timedelta(minutes=15)
    pounds = Decimal(day.grams or 0) / 1000 / POUNDS
    return {
        "logId": int(at.timestamp()) * 1000,
        "weight": float(round(pounds, 2)),
        "bmi": round((day.grams or 0) / 1000 / 1.7**2, 2),
        "date": f"{at:%m/%d/%y}",
        "time": f"{at:%H:%M:%S}",
        "source": "Aria",
    }


def _resting(day: HealthDay) -> dict[str, object]:
    stamp = f"{day.day:%m/%d/%y}"
    return {"dateTime": f"{stamp} 00:00:00", "value": {"date": stamp, "value": day.resting + 0.31, "error": 6.79}}
