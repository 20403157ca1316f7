"""One month of a dense series: what is staged, joined with the parts that the pod holds.

A sample is known by its measure, second, recorder and tree. A known one with the same or a smaller value is a
duplicate; a greater value is a correction, which is kept: the larger wins, whichever came first. Where a lower tree
covers a day, the samples of a higher one are told twice and skipped.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pod_agent.errors import PodDamagedError
from pod_agent.ingest.layout import DATA
from pod_agent.ingest.manifest import Entry
from pod_agent.ingest.rollups import Rollup, best_tree, keys_of, roll_up, strongest
from pod_agent.ingest.samples import ROW, SampleStaging, Series
from pod_agent.ingest.series import Part, read_part
from pod_agent.pods.pod import Pod

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["TWICE", "SeriesMerge", "merge_series", "part_paths", "rolled_up"]

TWICE: Final = "told twice: twin tree"
_CHUNK: Final = 100_000


@dataclass(slots=True)
class SeriesMerge:
    """What is to be written for a month of a series, and what became of its staged samples, by file number.

    ``lost`` are parts of the pod that are missing or cut short and whose samples are all brought back. ``exact`` holds
    the roll-ups by record IRI, None for those that are no more; ``first`` says for roll-ups with new samples the file
    number and line of the first of them.
    """

    part: bytes | None = None
    rows: int = 0
    lost: list[str] = field(default_factory=list)
    written: Counter[int] = field(default_factory=Counter)
    changed: Counter[int] = field(default_factory=Counter)
    duplicate: Counter[int] = field(default_factory=Counter)
    skipped: Counter[int] = field(default_factory=Counter)
    exact: dict[str, str | None] = field(default_factory=dict)
    first: dict[str, tuple[int, int]] = field(default_factory=dict)


def part_paths(manifest: Mapping[str, Entry], series: Series) -> list[str]:
    """Paths of the parts of a month of a series, sorted."""
    start, name = f"{DATA}{series.source}/series/{series.measure}/", f"/{series.month}."
    return sorted(path for path in manifest if path.startswith(start) and name in path)


def merge_series(pod: Pod, manifest: Mapping[str, Entry], series: Series, staging: SampleStaging) -> SeriesMerge:
    """Join the staged samples of a month of a series with the pod's; nothing is written here.

    PodDamagedError where a part in the pod is cut short.
    """
    result = SeriesMerge()
    staged = staging.rows(series)
    held = _held(pod, manifest, part_paths(manifest, series), staging, result.lost)
    part: Part | None = None
    for new, old in _chunks(staged, held, staging):
        kept = _join(series, new, old, staging, result)
        if len(kept):
            part = part or Part(staging.recorders())
            part.add(kept)
    if part is not None:
        result.part, result.rows = part.content(), part.rows
    if result.rows < sum(manifest[path].records for path in result.lost):
        raise PodDamagedError(f"{result.lost[0]} is cut short or missing")
    return result


def rolled_up(
    pod: Pod, manifest: Mapping[str, Entry], series: Series, staging: SampleStaging, without: str
) -> dict[str, str | None]:
    """The roll-ups of a month, by record IRI, once the part at ``without`` is gone; None for those that go with it."""
    paths = part_paths(manifest, series)
    exact: dict[str, str | None] = {}
    for chosen, there in ((paths, False), ([path for path in paths if path != without], True)):
        rows = _held(pod, manifest, chosen, staging, [])
        if len(rows):
            for each in _rollups(series, strongest(rows), staging):
                exact[each.iri] = each.block if there else None
    return exact


def _held(
    pod: Pod, manifest: Mapping[str, Entry], paths: list[str], staging: SampleStaging, lost: list[str]
) -> NDArray[Any]:
    parts = [np.zeros(0, ROW)]
    for path in paths:
        resource = pod.read(path)
        part = None
        if resource is not None:
            with contextlib.suppress(PodDamagedError):
                part = read_part(resource.content, path, staging.recorder)
        if part is None or len(part) < manifest[path].records:
            lost.append(path)
        else:
            parts.append(part)
    return parts[1] if len(parts) == 2 else np.concatenate(parts)


def _chunks(
    staged: NDArray[Any], held: NDArray[Any], staging: SampleStaging
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Whole local days of both, as many at once as memory allows; the order of days, within a day that of reading."""
    if len(staged) + len(held) <= _CHUNK:
        yield staged, held
        return
    new, old = _days(staged, staging), _days(held, staging)
    days, counts = np.unique(np.concatenate((new, old)), return_counts=True)
    first, size = int(days[0]), 0
    for day, count in zip(days.tolist(), counts.tolist(), strict=True):
        if size and size + count > _CHUNK:
            yield staged[(new >= first) & (new < day)], held[(old >= first) & (old < day)]
            first, size = day, 0
        size += count
    yield staged[new >= first], held[old >= first]


def _days(rows: NDArray[Any], staging: SampleStaging) -> NDArray[np.int32]:
    days = np.empty(len(rows), np.int32)
    for start in range(0, len(rows), _CHUNK):
        days[start : start + _CHUNK] = staging.days.days(rows["at"][start : start + _CHUNK])
    return days


def _join(
    series: Series, staged: NDArray[Any], held: NDArray[Any], staging: SampleStaging, result: SeriesMerge
) -> NDArray[Any]:
    """The staged samples that are new, sorted by time; counts and roll-ups go to the result."""
    both = np.concatenate((held, staged))
    wanted = best_tree(both, staging.days.days(both["at"]))[len(held) :]
    _count(result.skipped, staged[~wanted])
    staged = staged[wanted]
    if not len(staged):
        return staged
    known = strongest(held)
    candidates = strongest(staged)
    place = np.searchsorted(keys_of(known), keys_of(candidates))
    is_known = np.zeros(len(candidates), np.bool_)
    inside = place < len(known)
    is_known[inside] = keys_of(known)[place[inside]] == keys_of(candidates)[inside]
    beaten = np.zeros(len(candidates), np.bool_)
    beaten[is_known] = known["value"][place[is_known]] >= candidates["value"][is_known]
    kept = candidates[~beaten]
    _count(result.written, kept)
    _count(result.changed, candidates[is_known & ~beaten])
    _count(result.duplicate, staged)
    result.duplicate.subtract(_counted(kept))
    _add_rollups(series, known, kept, staging, result)
    return kept


def _add_rollups(
    series: Series, known: NDArray[Any], kept: NDArray[Any], staging: SampleStaging, result: SeriesMerge
) -> None:
    if len(kept):
        for each in _rollups(series, known, staging):
            result.exact[each.iri] = None
    days = staging.days.days(kept["at"])
    groups = (days << 16) | kept["recorder"]
    firsts, place = np.unique(groups, return_index=True)
    lines = dict(zip(firsts.tolist(), kept[place].tolist(), strict=True))
    for each in _rollups(series, strongest(np.concatenate((known, kept))), staging):
        result.exact[each.iri] = each.block
        sample = lines.get((each.day << 16) | each.recorder)
        if sample is not None:
            result.first[each.iri] = (sample[3], sample[2])


def _rollups(series: Series, rows: NDArray[Any], staging: SampleStaging) -> list[Rollup]:
    return roll_up(series, rows, staging.recorders(), staging.days)


def _count(counter: Counter[int], rows: NDArray[Any]) -> None:
    counter.update(_counted(rows))


def _counted(rows: NDArray[Any]) -> dict[int, int]:
    files, counts = np.unique(rows["file"], return_counts=True)
    return dict(zip(files.tolist(), counts.tolist(), strict=True))
