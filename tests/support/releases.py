"""Releases for tests of the portal, made by the real ``make_release``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from aggregator.catalogue.lifecycle import Standing
from aggregator.portal.shelf import Progress
from aggregator.releases import Release, make_release
from aggregator.samples import SAMPLES, plain_sum, sample_measurement, sample_statistic
from tests.support.studies import histogram_study, update_study
from vocab.shared_model import SharedModel
from vocab.study import Study

__all__ = ["PUBLISHED", "ShelfInMemory", "every_release", "histogram_release", "update_release"]

PUBLISHED = datetime(2026, 11, 15, 12, tzinfo=UTC)
SHARES = (b"leader", b"helper")


class ShelfInMemory:
    """Studies and releases, as a leader's shelf tells them; ``others`` are over, with their states."""

    def __init__(
        self,
        studies: list[Study],
        releases: list[Release],
        others: Sequence[tuple[Study, str]] = (),
        models: Sequence[SharedModel] = (),
        offers: Sequence[Standing] = (),
    ) -> None:
        self._models = list(models)
        self._offers = list(offers)
        self._studies = [Progress(study=study, state="running", reports="100+") for study in studies]
        self._studies += [Progress(study=study, state=state, reports="") for study, state in others]
        self._releases = releases

    def studies(self) -> list[Progress]:
        return self._studies

    def releases(self) -> list[Release]:
        return self._releases

    def models(self) -> list[SharedModel]:
        return self._models

    def offers(self) -> list[Standing]:
        return self._offers


def every_release() -> list[Release]:
    """One release of every statistic of the catalogue, summed over made-up answers."""
    found = []
    for number, name in enumerate(SAMPLES):
        statistic = sample_statistic(name, 9)
        rng = np.random.default_rng(number)
        total = plain_sum(statistic, (sample_measurement(statistic, rng) for _ in range(400)))
        study = replace(update_study(variance=9, min_batch=400, title=f"A release of {name}"), statistic=statistic)
        found.append(make_release(study, total, reports=400, shares=(name.encode(), b"helper"), published=PUBLISHED))
    return found


def histogram_release(values: list[int], *, variance: int = 4, title: str = "Spending by category") -> Release:
    """A release of ``len(values) - 1`` cells and the last one."""
    study = histogram_study(len(values) - 1, variance=variance, min_batch=100, title=title)
    return make_release(study, values, reports=123, shares=SHARES, published=PUBLISHED)


def update_release() -> Release:
    """A release of a training round with six parameters."""
    return make_release(
        update_study(variance=9), [12, -7, 0, 3, 256, -1], reports=120, shares=SHARES, published=PUBLISHED
    )
