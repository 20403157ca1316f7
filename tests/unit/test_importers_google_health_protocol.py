"""A short health export on disk: its rows as in the golden file, and every reader keeps the protocol on it."""

from __future__ import annotations

import pytest

from pod_agent.importers.protocol import Importer
from pod_agent.testing import check_importer
from tests.support.health import health_importers
from tests.support.rows import FIXTURES, check_golden, read_all

FOLDER = FIXTURES / "google_health"
FILES = {
    "google-health-csv": ".csv",
    "google-health-json": "Global Export Data",
    "google-health-api": "steps_points.json",
    "fitbit-web": "answers/weight.json",
}


def test_every_row_of_the_export_reads_as_its_golden_file() -> None:
    check_golden(read_all(FOLDER / "Takeout", FOLDER / "answers"), FOLDER / "expected.json")


@pytest.mark.parametrize("importer", health_importers(), ids=lambda importer: importer.name)
def test_every_reader_keeps_the_protocol(importer: Importer) -> None:
    files = [path for path in sorted(FOLDER.rglob("*.*")) if FILES[importer.name] in path.as_posix()]
    check_importer(importer, [path for path in files if path.is_file()])
