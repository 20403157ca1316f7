"""``pod-aggregator prior``: the models that agents fetch; what a command needs is imported when it runs."""

# ruff: noqa: PLC0415

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aggregator.options import as_json, home, task_named

if TYPE_CHECKING:
    from vocab.shared_model import SharedModel

__all__ = ["prior"]


@click.group()
def prior() -> None:
    """Shared models, made of releases and signed: the same for every agent."""


@prior.command()
@home
@click.argument("task")
@as_json
def make(home: Path, task: str, *, as_json: bool) -> None:
    """Make the model of the released study TASK (item vectors, or pairs about a model), and list it for every agent."""
    from contextlib import closing

    from aggregator.config import load_leader
    from aggregator.leader import Leader
    from aggregator.learning import learn

    with closing(Leader(home, load_leader(home))) as leader:
        made = learn(leader, task_named(task))
        address = f"{leader.config.url}models"
    click.echo(json.dumps(_told(made)) if as_json else f"{_line(made)}\nListed at {address}")


@prior.command("ask")
@home
@click.argument("dimension")
def ask(home: Path, dimension: str) -> None:
    """Print the statistic of a second study, which adds what goes together to the model of DIMENSION.

    It is the field "statistic" of a terms file in JSON.
    """
    from contextlib import closing

    from aggregator.config import load_leader
    from aggregator.leader import Leader
    from aggregator.learning import second_round
    from vocab.statistics import statistic_to_json

    with closing(Leader(home, load_leader(home))) as leader:
        asked = second_round(leader, dimension)
    click.echo(json.dumps({"statistic": statistic_to_json(asked)}, ensure_ascii=False))


@prior.command("list")
@home
@as_json
def list_priors(home: Path, *, as_json: bool) -> None:
    """The models that are listed now, one for each kind of item."""
    from aggregator.config import load_leader
    from aggregator.shared_models import published_models

    load_leader(home)
    found = published_models(home)
    text = "\n".join(map(_line, found)) or "No model is listed yet. Run: pod-aggregator prior make TASK"
    click.echo(json.dumps([_told(model) for model in found]) if as_json else text)


def _told(model: SharedModel) -> dict[str, Any]:
    from vocab.times import utc_text

    shared = model.prior
    return {
        "dimension": shared.dimension,
        "items": len(shared.items),
        "people": shared.people,
        "epsilon": shared.epsilon,
        "delta": shared.delta,
        "released_at": utc_text(shared.released_at),
        "tasks": list(shared.tasks),
        "noise_variances": list(model.noise_variances),
        "demo": model.demo,
    }


def _line(model: SharedModel) -> str:
    shared = model.prior
    loss = "exact" if shared.epsilon is None else f"epsilon {shared.epsilon:.2f}"
    return (
        f"{shared.dimension}: {len(shared.items)} items, about {shared.people:,} people, {loss}"
        f"{', DEMO' if model.demo else ''}, released {shared.released_at:%Y-%m-%d}, study {', '.join(shared.tasks)}"
    )
