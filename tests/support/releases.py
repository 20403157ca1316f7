"""Releases for tests of the portal, made by the real ``make_release``."""

from __future__ import annotations

from datetime import UTC, datetime

from aggregator.releases import Release, make_release
from tests.support.studies import histogram_study, update_study
from vocab.study import Study
from vocab.wire import SignedStudy

__all__ = ["ShelfInMemory", "histogram_release", "update_release"]

PUBLISHED = datetime(2026, 11, 15, 12, tzinfo=UTC)
SHARES = (b"leader", b"helper")


class ShelfInMemory:
    """Open studies and releases, as a leader would tell them."""

    def __init__(self, studies: list[Study], releases: list[Release]) -> None:
        self._studies = studies
        self._releases = releases

    def open_studies(self) -> list[SignedStudy]:
        return [SignedStudy(task=one.task_id.hex(), manifest=one.to_json(), proof="proof") for one in self._studies]

    def releases(self) -> list[Release]:
        return self._releases


def histogram_release(values: list[int], *, variance: int = 4, title: str = "Spending by category") -> Release:
    """A release of ``len(values) - 1`` cells and the last one."""
    study = histogram_study(len(values) - 1, variance=variance, min_batch=100, title=title)
    return make_release(study, values, reports=123, shares=SHARES, published=PUBLISHED)


def update_release() -> Release:
    """A release of a training round with six parameters."""
    return make_release(
        update_study(variance=9), [12, -7, 0, 3, 256, -1], reports=120, shares=SHARES, published=PUBLISHED
    )
