"""A round's batch at our own leader: exactly the named reports are summed, and a model is kept with its rounds."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.channel import HelperChannel
from aggregator.collection import collect
from aggregator.errors import BatchTooSmallError, StudyClosedError
from aggregator.leader import Leader
from aggregator.training import BatchSum, Collect
from vocab.study import Study

__all__ = ["collect_named", "most_people"]


def collect_named(leader: Leader, channel: HelperChannel) -> Collect:
    """The ``Collect`` of a leader: closes the batch to all but the named reports, then collects as for any study."""

    def run(study: Study, named: Sequence[bytes]) -> BatchSum:
        _close_to(leader, study, named)
        release = collect(leader, study.task_id, channel)
        values, accepted, _ = leader.noisy_sum(study.task_id)
        people = accepted if release.reports is not None else most_people(release.batch_floor)
        return BatchSum(values=tuple(values), reports=accepted, people=people)

    return run


def most_people(floor: int) -> int:
    """The most people that a batch published as ``floor`` or more can have: below the next of 1, 2, 5, 10, 20, 50..."""
    power = int("1" + "0" * (len(str(floor)) - 1))
    following = next(step for step in (1, 2, 5, 10) if step * power > floor)
    return following * power - 1


def _close_to(leader: Leader, study: Study, named: Sequence[bytes]) -> None:
    """Close the batch; reports that nobody named are forgotten, as if they had been withdrawn.

    In one transaction with the closing, so that no report can come in between.
    """
    task, names = study.task_id, frozenset(named)
    with leader.database.transaction() as rows:
        state = rows.execute("SELECT state FROM studies WHERE task = ?", (task,)).fetchone()[0]
        if state != "open":
            raise StudyClosedError("the round was collected before")
        found = rows.execute("SELECT report FROM reports WHERE task = ? AND body IS NOT NULL", (task,))
        held = {name for (name,) in found}
        if len(held & names) < study.min_batch:
            raise BatchTooSmallError("too few of the named reports are here")
        for name in held - names:
            rows.execute("UPDATE reports SET body = NULL WHERE task = ? AND report = ?", (task, name))
        rows.execute("UPDATE studies SET state = 'closed' WHERE task = ?", (task,))
