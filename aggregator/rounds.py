"""Training with our own leader, helper and SuperLink: one published study in, one better model out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import msgspec

from aggregator.channel import HelperChannel
from aggregator.collection import collect
from aggregator.errors import BatchTooSmallError, ConfigurationError, StudyClosedError, StudyRefusedError
from aggregator.files import replace_file
from aggregator.grid import RoundGrid
from aggregator.leader import Leader
from aggregator.superlink import SuperLink
from aggregator.training import BatchSum, Collect, Model, Progress, RoundOutcome, RoundTerms, run_round
from vocab.study import ModelUpdate, Study
from vocab.training import model_terms

__all__ = ["Models", "collect_named", "most_people", "train"]


class Models:
    """The published models of an aggregator, one file each in ``folder``; a model starts from its public weights."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def latest(self, name: str) -> Model:
        """The newest model of this name; ConfigurationError if its file is not one of ours."""
        path = self._folder / f"{model_terms(name).name}.json"
        if not path.exists():
            return Model.start(name)
        try:
            model = msgspec.json.decode(path.read_bytes(), type=Model)
        except msgspec.MsgspecError as error:
            raise ConfigurationError(f"{path.name} is not a model", hint=f"Remove {path} to start afresh.") from error
        if model.name != name or len(model.weights) != len(model_terms(name).start):
            raise ConfigurationError(f"{path.name} holds another model", hint=f"Remove {path} to start afresh.")
        return model

    def publish(self, model: Model) -> None:
        """Replace the newest model at once or not at all."""
        replace_file(self._folder / f"{model.name}.json", msgspec.json.encode(asdict(model)))


def train(
    leader: Leader,
    channel: HelperChannel,
    task: bytes,
    *,
    models: Models,
    terms: RoundTerms,
    port: int = 0,
    progress: Progress = lambda _step, _seconds: None,
) -> RoundOutcome:
    """Run the round of a published study, with a SuperLink on ``port`` of loopback for as long as it takes.

    RoundAbortedError where too few answer in time; StudyRefusedError where the study is not a training round.
    """
    held = leader.study(task)
    if not isinstance(held.study.statistic, ModelUpdate):
        raise StudyRefusedError("the study is not a training round")
    model = models.latest(held.study.statistic.model)
    with SuperLink(port=port) as link:
        progress("superlink", link.started_in)
        return run_round(
            RoundGrid(link.address),
            held.study,
            model,
            terms=terms,
            collect=collect_named(leader, channel),
            publish=models.publish,
            progress=progress,
        )


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
