"""All that the portal may see: the public terms of studies, how far each is, releases, and the models made of them.

Nothing else about people can reach a page. How many answered is told in steps of ten times: the exact number would tell
whether one person did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from aggregator.catalogue.lifecycle import Standing, standing
from aggregator.leader import Leader
from aggregator.releases import Release
from aggregator.shared_models import published_models
from vocab.shared_model import SharedModel
from vocab.study import Study

__all__ = ["STEPS", "LeaderShelf", "Progress", "Shelf", "bucket"]

STEPS = (100, 1_000, 10_000, 100_000, 1_000_000)
"""Numbers of reports that are told apart, besides a study's own minimum batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A study's public terms and how far it is: running, waiting, released or abandoned.

    ``waiting`` is over and not summed yet. ``reports`` says roughly how many came so far, unchecked; empty afterwards.
    """

    study: Study
    state: str
    reports: str


class Shelf(Protocol):
    """What the portal may see."""

    def studies(self) -> list[Progress]:
        """Every study, newest last."""
        ...

    def releases(self) -> list[Release]:
        """All releases, newest last."""
        ...

    def models(self) -> list[SharedModel]:
        """The shared models that agents fetch."""
        ...

    def offers(self) -> list[Standing]:
        """The offers of the catalogue and the drafts beside it, which say nothing of people."""
        ...


class LeaderShelf:
    """The shelf of one leader."""

    def __init__(self, leader: Leader) -> None:
        self._leader = leader

    def studies(self) -> list[Progress]:
        """Every study that was opened, newest last."""
        query = (
            "SELECT task, state, (SELECT count(*) FROM reports WHERE reports.task = studies.task AND body IS NOT NULL)"
            " FROM studies WHERE state <> 'registering' ORDER BY published, task"
        )
        with self._leader.database.reading() as rows:
            found = rows.execute(query).fetchall()
        return [self._progress(bytes(task), state, reports) for task, state, reports in found]

    def releases(self) -> list[Release]:
        """All releases, newest last."""
        return self._leader.releases()

    def models(self) -> list[SharedModel]:
        """The shared models that agents fetch."""
        return published_models(self._leader.home)

    def offers(self) -> list[Standing]:
        """The offers of the catalogue and the drafts beside it."""
        return standing(self._leader.home, self._leader.now().date())

    def _progress(self, task: bytes, state: str, reports: int) -> Progress:
        study = self._leader.study(task).study
        if state in {"released", "abandoned"}:
            return Progress(study=study, state=state, reports="")
        running = state == "open" and self._leader.now() < study.closes
        return Progress(
            study=study, state="running" if running else "waiting", reports=bucket(reports, study.min_batch)
        )


def bucket(reports: int, min_batch: int) -> str:
    """Roughly how many: ``fewer than 100`` below the minimum batch, else the greatest step reached, as ``100+``."""
    if reports < min_batch:
        return f"fewer than {min_batch:,}"
    return f"{max(step for step in (min_batch, *STEPS) if step <= reports):,}+"
