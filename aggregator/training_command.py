"""``pod-aggregator train``; what it needs is imported when it runs."""

# ruff: noqa: PLC0415

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

import click

__all__ = ["run_training"]


def run_training(home: Path, task: str, *, port: int, cohort: int, deadline: float, as_json: bool) -> None:
    """Run one round and print how it went; with ``as_json`` the fields of the outcome as one document.

    The exact numbers of nodes and reports are for the operator who runs the command and are not published.
    """
    from aggregator.channel import HelperChannel
    from aggregator.config import load_leader
    from aggregator.errors import TrainingServerAwayError
    from aggregator.leader import Leader
    from aggregator.rounds import Models, train
    from aggregator.training import RoundTerms
    from aggregator.web import url_bytes
    from aggregator.whereabouts import running_server

    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))  # so that the SuperLink ends first
    config = load_leader(home)
    leader = Leader(home, config)
    try:
        control = running_server(home).orders()
    except TrainingServerAwayError:
        control = None
    try:
        with HelperChannel(config.helper_url, bytes.fromhex(config.channel_key)) as channel:
            outcome = train(
                leader,
                channel,
                url_bytes(task, 32),
                models=Models(home / "models"),
                terms=RoundTerms(deadline=deadline, cohort=cohort),
                control=control,
                port=port,
                progress=_silent if as_json else _tell,
            )
    finally:
        leader.close()
    told = {
        "task": task,
        "model": outcome.model.name,
        "round": outcome.model.rounds,
        "weights": outcome.model.weights,
        "asked": outcome.asked,
        "named": outcome.named,
        "summed": outcome.summed,
        "seconds": {step: round(seconds, 3) for step, seconds in outcome.seconds.items()},
    }
    text = f"Round {outcome.model.rounds} of {outcome.model.name}: {outcome.summed} of {outcome.asked} nodes"
    click.echo(json.dumps(told) if as_json else text)


def _silent(_step: str, _seconds: float) -> None:
    """Standard output holds one JSON document."""


def _tell(step: str, seconds: float) -> None:
    click.echo(f"{step:10} {seconds:6.2f} s")
