"""Importers of made-up files whose rows the tests choose: samples, and records of any kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from pod_agent.importers.protocol import Confidence, ExportFile, Row, Sample

__all__ = ["MadeRecords", "MadeSamples", "write_rows"]


def write_rows(path: Path, rows: list[list[Any]]) -> Path:
    """A file of JSON rows, one a line."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def _rows(export: ExportFile) -> Iterator[tuple[int, list[Any]]]:
    with export.open() as stream:
        for line, text in enumerate(stream.read().splitlines(), 1):
            yield line, json.loads(text)


class MadeSamples:
    """Reads ``[measure, at, value, recorder, tree]`` rows."""

    name: ClassVar[str] = "made-samples"
    source: ClassVar[str] = "made"
    endings: ClassVar[frozenset[str]] = frozenset({".samples"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def identify(self, export: ExportFile) -> Confidence:
        return Confidence(float(export.file.endswith(".samples")), "its ending")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        for line, (measure, at, value, recorder, tree) in _rows(export):
            yield Sample(line, measure, at, value, recorder, tree)


class MadeRecords:
    """Reads rows that ``make`` turns into records: the row, the file and the line."""

    name: ClassVar[str] = "made-records"
    endings: ClassVar[frozenset[str]] = frozenset({".records"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def __init__(self, make: Callable[[list[Any], str, int], Row]) -> None:
        self._make = make

    def identify(self, export: ExportFile) -> Confidence:
        return Confidence(float(export.file.endswith(".records")), "its ending")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        for line, row in _rows(export):
            yield self._make(row, export.file, line)
