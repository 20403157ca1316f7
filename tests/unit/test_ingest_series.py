"""Dense series: what is kept, what a day comes to, and what is told twice."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pod_agent.errors import PodDamagedError, UnaccountedRowsError
from pod_agent.importers.protocol import Sample
from pod_agent.ingest.layout import read_documents, rebuild_manifest
from pod_agent.ingest.manifest import load_manifest
from pod_agent.ingest.pipeline import Ingest
from pod_agent.ingest.provenance import read_provenance
from pod_agent.ingest.samples import SampleBatch, SampleStaging
from tests.support.memory_pod import MemoryPod
from tests.support.series import MadeSamples, write_rows
from vocab.records import DailyMeasure

SINGAPORE = ZoneInfo("Asia/Singapore")
NOON = int(datetime(2026, 10, 5, 4, tzinfo=UTC).timestamp())
DAY = 86_400


class Person:
    """A pod and an agent that reads made samples."""

    def __init__(self, folder: Path, zone: ZoneInfo = SINGAPORE) -> None:
        self.pod = MemoryPod()
        self._folder = folder
        self.ingest = Ingest(self.pod, folder / "home", zone=zone, importers=[MadeSamples()])
        self._files = 0

    def imports(self, *files: list[list[Any]]) -> Any:
        paths = []
        for rows in files:
            self._files += 1
            paths.append(write_rows(self._folder / f"{self._files}.samples", rows))
        return self.ingest.run(paths)

    def days(self) -> list[tuple[str, str, Decimal, Decimal | None, Decimal | None, int | None]]:
        return [
            (f"{record.at:%m-%d}", record.recorder, record.value, record.lowest, record.highest, record.samples)
            for _, records in read_documents(self.pod)
            for record in sorted(records, key=lambda record: record.at)
            if isinstance(record, DailyMeasure)
        ]

    def parts(self) -> dict[str, str]:
        return {
            path.partition(".")[0]: gzip.decompress(resource.content).decode()
            for path, resource in self.pod.resources.items()
            if "/series/" in path
        }


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path)


def steps(at: int, value: float, recorder: str = "Watch", tree: int = 0) -> list[Any]:
    return ["steps", at, value, recorder, tree]


def heart(at: int, value: float, recorder: str = "Watch", tree: int = 0) -> list[Any]:
    return ["heart_rate", at, value, recorder, tree]


def test_samples_lie_in_one_part_a_month_and_their_days_are_records(person: Person) -> None:
    report = person.imports([heart(NOON, 60), heart(NOON + 1, 63.5), heart(NOON + 30 * DAY, 70, 'Strap, "new"')])
    assert person.parts() == {
        "data/made/series/heart_rate/2026/2026-10": (
            "time,value,recorder,tree\n2026-10-05T04:00:00Z,60,Watch,0\n2026-10-05T04:00:01Z,63.5,Watch,0\n"
        ),
        "data/made/series/heart_rate/2026/2026-11": (
            'time,value,recorder,tree\n2026-11-04T04:00:00Z,70,"Strap, ""new""",0\n'
        ),
    }
    assert person.days() == [
        ("10-05", "Watch", Decimal("61.75"), Decimal(60), Decimal("63.5"), 2),
        ("11-04", 'Strap, "new"', Decimal(70), Decimal(70), Decimal(70), 1),
    ]
    assert (report.counts.read, report.counts.written) == (3, 3)
    assert report.documents == (
        "data/made/daily-measure/2026/2026-10.ttl",
        "data/made/daily-measure/2026/2026-11.ttl",
    )


def test_a_sum_has_no_lowest_and_a_latest_value_is_the_last_one(person: Person) -> None:
    person.imports(
        [steps(NOON, 10), steps(NOON + 60, 15), ["weight", NOON + 9, 61.25, "", 0], ["weight", NOON, 61, "", 0]]
    )
    assert sorted(person.days()) == [
        ("10-05", "", Decimal("61.25"), None, None, 2),
        ("10-05", "Watch", Decimal(25), None, None, 2),
    ]


def test_importing_samples_again_writes_nothing(person: Person) -> None:
    rows = [heart(NOON + 5 * place, 60 + place % 7) for place in range(500)]
    person.imports(rows)
    writes = list(person.pod.writes)
    again = person.imports(rows, rows[100:300])
    assert person.pod.writes == writes
    assert [file.counts.duplicate for file in again.files] == [500, 200]
    assert again.import_id is None


def test_only_what_is_new_is_in_the_next_part_and_the_day_is_made_anew(person: Person) -> None:
    person.imports([steps(NOON, 10), steps(NOON + 60, 5)])
    first = dict(person.pod.documents("data/made/series/"))
    report = person.imports([steps(NOON + 60, 5), steps(NOON + 120, 7)])
    new = {path: body for path, body in person.pod.documents("data/made/series/").items() if path not in first}
    assert [gzip.decompress(body).decode().splitlines()[1:] for body in new.values()] == [
        ["2026-10-05T04:02:00Z,7,Watch,0"]
    ]
    assert first.items() <= person.pod.documents("data/made/series/").items(), "a part is never written again"
    assert person.days() == [("10-05", "Watch", Decimal(22), None, None, 3)]
    assert (report.counts.written, report.counts.duplicate) == (1, 1)


@pytest.mark.parametrize("order", [(7, 9), (9, 7)])
def test_the_larger_of_two_values_of_one_second_counts(order: tuple[int, int], person: Person) -> None:
    reports = [person.imports([steps(NOON, value)]) for value in order]
    assert person.days() == [("10-05", "Watch", Decimal(9), None, None, 1)]
    assert (reports[1].counts.written, reports[1].counts.changed) == ((1, 1) if order == (7, 9) else (0, 0))
    assert reports[1].counts.duplicate == (0 if order == (7, 9) else 1)


def test_two_values_of_one_second_in_one_import_are_one_sample(person: Person) -> None:
    report = person.imports([steps(NOON, 7)], [steps(NOON, 9)])
    assert [(file.counts.written, file.counts.duplicate) for file in report.files] == [(0, 1), (1, 0)]


def test_several_recorders_stand_side_by_side(person: Person) -> None:
    person.imports([steps(NOON, 10), steps(NOON, 11, "Phone")])
    assert sorted(person.days()) == [
        ("10-05", "Phone", Decimal(11), None, None, 1),
        ("10-05", "Watch", Decimal(10), None, None, 1),
    ]


def test_a_part_has_the_same_bytes_in_whatever_order_recorders_are_met(person: Person, tmp_path: Path) -> None:
    person.imports([steps(NOON, 30, "Phone"), steps(NOON, 20, "Watch")])
    (tmp_path / "other").mkdir()
    other = Person(tmp_path / "other")
    other.imports([steps(NOON, 20, "Watch")], [steps(NOON, 30, "Phone")])
    assert other.parts() == person.parts()


def test_the_second_of_twin_trees_is_skipped_for_the_days_of_the_first(person: Person) -> None:
    first = [steps(NOON, 10), steps(NOON + 60, 5)]
    twin = [steps(NOON + 1, 15, "", 1), steps(NOON + DAY, 3, "", 1)]
    report = person.imports(first, twin)
    assert [file.counts.skipped for file in report.files] == [0, 1]
    assert report.files[1].skipped_by == {"told twice: twin tree": 1}
    assert person.days() == [("10-05", "Watch", Decimal(15), None, None, 2), ("10-06", "", Decimal(3), None, None, 1)]


def test_the_better_tree_counts_also_when_it_comes_later(person: Person, tmp_path: Path) -> None:
    first = [steps(NOON, 10), steps(NOON + 60, 5)]
    twin = [steps(NOON + 1, 15, "", 1), steps(NOON + DAY, 3, "", 1)]
    person.imports(twin)
    person.imports(first)
    (tmp_path / "other").mkdir()
    other = Person(tmp_path / "other")
    other.imports(first, twin)
    assert person.pod.documents("data/made/daily") == other.pod.documents("data/made/daily")
    writes = list(person.pod.writes)
    person.imports(twin)
    assert person.pod.writes == writes


def test_a_local_day_begins_at_local_midnight(person: Person) -> None:
    midnight = int(datetime(2026, 10, 5, 16, tzinfo=UTC).timestamp())
    person.imports([steps(midnight - 1, 1), steps(midnight, 10)])
    assert [(day, value) for day, _, value, *_ in person.days()] == [("10-05", Decimal(1)), ("10-06", Decimal(10))]


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_days_of_23_and_25_hours_are_whole(day: date, hours: int, tmp_path: Path) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    person = Person(tmp_path, berlin)
    start = int(datetime.combine(day, time(), berlin).timestamp())
    person.imports([steps(start + 1800 * half, 1) for half in range(-4, 2 * hours + 4)])
    counts = {day: samples for day, *_, samples in person.days()}
    assert counts[f"{day:%m-%d}"] == 2 * hours
    assert sum(filter(None, counts.values())) == 2 * hours + 8


def test_a_month_is_the_local_one(person: Person) -> None:
    november = int(datetime(2026, 10, 31, 16, tzinfo=UTC).timestamp())
    person.imports([steps(november - 1, 1), steps(november, 2)])
    assert sorted(person.parts()) == ["data/made/series/steps/2026/2026-10", "data/made/series/steps/2026/2026-11"]


def test_the_line_of_a_day_is_that_of_its_first_new_sample(person: Person) -> None:
    person.imports([steps(NOON + 60, 1), steps(NOON, 2), steps(NOON + DAY, 3)])
    assert sorted((iri.partition("/20")[0], place.line) for iri, place, _ in read_provenance(person.pod)) == [
        ("data/made/daily-measure", 2),
        ("data/made/daily-measure", 3),
    ]


@pytest.mark.parametrize("row", [heart(NOON, 0), heart(NOON, 1e9), ["pulse", NOON, 60, "", 0], heart(-(10**12), 60)])
def test_a_sample_that_cannot_be_is_rejected_with_its_line(row: list[Any], person: Person) -> None:
    (file,) = person.imports([heart(NOON, 60), row, heart(NOON + 1, 61)]).files
    assert (file.counts.written, file.counts.rejected) == (2, 1)
    assert [(issue.line, issue.code) for issue in file.issues] == [(2, "impossible_value")]


def test_a_sample_told_twice_by_its_importer_stops_the_import(tmp_path: Path) -> None:
    class Doubling(MadeSamples):
        def extract(self, export):  # type: ignore[no-untyped-def]
            for row in super().extract(export):
                yield from (row, row)

    ingest = Ingest(MemoryPod(), tmp_path / "home", importers=[Doubling()])
    with pytest.raises(UnaccountedRowsError):
        ingest.run([write_rows(tmp_path / "a.samples", [steps(NOON, 1), steps(NOON + 1, 1)])])


def test_staged_samples_that_get_lost_stop_the_import(tmp_path: Path) -> None:
    class Forgetful(Ingest):
        def _plan(self, staged, *arguments, **options):  # type: ignore[no-untyped-def]
            blocks = next(iter(staged.staging.samples._blocks.values()))
            blocks[0] = blocks[0][1:]
            return super()._plan(staged, *arguments, **options)

    pod = MemoryPod()
    with pytest.raises(UnaccountedRowsError, match="2 rows were read, 1 are accounted for"):
        Forgetful(pod, tmp_path / "home", importers=[MadeSamples()]).run(
            [write_rows(tmp_path / "a.samples", [steps(NOON, 1), steps(NOON + 1, 1)])]
        )
    assert pod.resources == {}


def test_a_part_that_vanished_is_told_and_comes_back_with_its_file(person: Person) -> None:
    rows = [steps(NOON, 1), steps(NOON + 1, 1)]
    person.imports(rows)
    (path,) = person.pod.documents("data/made/series/")
    person.pod.remove(path)
    with pytest.raises(PodDamagedError, match="lacks 1 documents"):
        person.days()
    with pytest.raises(PodDamagedError, match="missing"):
        person.imports([steps(NOON + 9, 1)])
    person.imports(rows)
    assert person.days() == [("10-05", "Watch", Decimal(2), None, None, 2)]
    assert rebuild_manifest(person.pod) == load_manifest(person.pod).entries


def test_the_manifest_names_parts_with_their_rows(person: Person) -> None:
    person.imports([steps(NOON, 1), steps(NOON + 1, 1)])
    entries = load_manifest(person.pod).entries
    assert {path.split("/")[2]: entry.records for path, entry in entries.items()} == {"series": 2, "daily-measure": 1}
    assert rebuild_manifest(person.pod) == entries


def test_samples_that_were_spilled_to_disk_come_back_in_order_and_leave_no_file(tmp_path: Path) -> None:
    staging = SampleStaging(tmp_path, "staging-", SINGAPORE)
    for file in range(3):
        for start in range(0, 100_000, 10_000):
            rows = [
                Sample(line + 1, "steps", NOON + start + line, float(line % 9), f"W{file}", 0)
                for line in range(start, start + 10_000)
            ]
            batch = SampleBatch(rows)
            staging.add("made", file, batch, ~batch.faults())
    staging.discard(1)
    assert list(tmp_path.iterdir()) != []
    (series,) = staging.series()
    found = staging.rows(series)
    assert found["file"].tolist() == [0] * 100_000 + [2] * 100_000
    assert found["line"].tolist() == [*range(1, 100_001), *range(1, 100_001)]
    assert {staging.recorders()[number] for number in set(found["recorder"].tolist())} == {"W0", "W2"}
    staging.close()
    assert list(tmp_path.iterdir()) == []
