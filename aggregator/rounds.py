"""Training with our own leader, helper and SuperLink: one published study in, one better model out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import msgspec

from aggregator.channel import HelperChannel
from aggregator.collection import collect
from aggregator.errors import ConfigurationError, StudyClosedError, StudyRefusedError, TrainingServerAwayError
from aggregator.files import replace_file
from aggregator.grid import RoundGrid
from aggregator.leader import Leader
from aggregator.superlink import Control, SuperLink
from aggregator.training import BatchSum, Collect, Model, Progress, RoundOutcome, RoundTerms, finish_round, run_round
from vocab.statistics import ModelUpdate
from vocab.study import Study
from vocab.training import model_terms

__all__ = ["Models", "collect_named", "train"]


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
    control: Control | None = None,
    port: int = 0,
    progress: Progress = lambda _step, _seconds: None,
) -> RoundOutcome:
    """Run the round of a published study at the SuperLink that takes orders at ``control``.

    Without one, a study for made-up people gets a SuperLink of its own on ``port`` of loopback for as long as it takes,
    which lets anybody in; TrainingServerAwayError for any other.

    A round whose batch is closed, because the helper was away when it was to be summed, goes on from there and asks
    nobody again. RoundAbortedError where too few answer in time; StudyRefusedError where the study is not a training
    round; StudyClosedError where it was released before: no update counts twice.
    """
    held = leader.study(task)
    if not isinstance(held.study.statistic, ModelUpdate):
        raise StudyRefusedError("the study is not a training round")
    if held.state in {"released", "abandoned"}:
        raise StudyClosedError(f"the round is {held.state}")
    model, sums = models.latest(held.study.statistic.model), collect_named(leader, channel, terms.cohort)
    if held.state == "closed":
        batch = leader.batch(task)
        return finish_round(held.study, model, batch, collect=sums, publish=models.publish, progress=progress)
    with ExitStack() as stack:
        if control is None:
            control = _own_superlink(held.study, port, stack, progress)
        return run_round(
            RoundGrid(control),
            held.study,
            model,
            terms=terms,
            collect=sums,
            publish=models.publish,
            progress=progress,
        )


def _own_superlink(study: Study, port: int, stack: ExitStack, progress: Progress) -> Control:
    if not study.demo:
        raise TrainingServerAwayError("real people are asked by a training server with TLS and node keys alone")
    link = stack.enter_context(SuperLink(port=port))
    progress("superlink", link.started_in)
    return link.control


def collect_named(leader: Leader, channel: HelperChannel, cohort: int) -> Collect:
    """The ``Collect`` of a leader: as for any study, but of the named reports alone, and once.

    With noise the mean divides by ``cohort``, the size that the round was announced for (or the study's minimum, if
    that is more): a public number, the same whether one person took part or not. Without noise, by the reports.
    """

    def run(study: Study, named: Sequence[bytes]) -> BatchSum:
        release = collect(leader, study.task_id, channel, named)
        people = release.reports or max(cohort, study.min_batch)
        values, accepted, _ = leader.noisy_sum(study.task_id)
        return BatchSum(values=tuple(values), reports=accepted, people=people)

    return run
