"""What was measured stays in files, so that a long comparison can be finished in parts.

A file holds the metrics of one model, one seed and one cut, household by household. Its name is a digest of all that
they depend on, the code included: after a change they are measured anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from bench import completejourney
from bench.recommend import lists, metrics, protocol
from bench.recommend.metrics import Quality
from bench.recommend.protocol import Past

__all__ = ["COMMON_CODE", "Kept", "digest_of_code"]

COMMON_CODE: tuple[ModuleType, ...] = (completejourney, protocol, lists, metrics)
"""What every model is measured by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The files of one folder; without a folder nothing is kept."""

    folder: Path | None = None

    def read(self, known: Past, model: str, seed: int, code: str) -> Quality | None:
        """What was measured before under all the same conditions; None where it was not."""
        file = self._file(known, model, seed, code)
        if file is None or not file.is_file():
            return None
        with np.load(file, allow_pickle=False) as table:
            return {(name.partition(" ")[0], name.partition(" ")[2]): table[name] for name in table.files}

    def write(self, known: Past, model: str, seed: int, code: str, quality: Quality) -> None:
        """Keep it; nothing half-written."""
        file = self._file(known, model, seed, code)
        if file is None:
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".part")
        table: dict[str, Any] = {" ".join(key): values for key, values in quality.items()}
        with unfinished.open("wb") as opened:
            np.savez_compressed(opened, **table)
        unfinished.replace(file)

    def _file(self, known: Past, model: str, seed: int, code: str) -> Path | None:
        if self.folder is None:
            return None
        digest = hashlib.sha256(repr((known.week, known.level, known.items, model, seed, code)).encode())
        for column in (known.households, known.person, known.item, known.rank, known.ago):
            digest.update(np.ascontiguousarray(column).tobytes())
        return self.folder / f"{known.level}-{known.week}-{digest.hexdigest()[:32]}.npz"


def digest_of_code(modules: Iterable[ModuleType]) -> str:
    """One digest of the sources of these modules and of what measures every model; of a package, all its modules."""
    files = {file for module in (*COMMON_CODE, *modules) for file in _sources(module)}
    return hashlib.sha256("".join(_digest(file) for file in sorted(files)).encode()).hexdigest()


def _sources(module: ModuleType) -> Iterable[Path]:
    file = Path(str(module.__file__))
    return file.parent.glob("*.py") if file.name == "__init__.py" else [file]


@cache
def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
