"""``model tune``: low-rank weights of a local model on the person's own corrections, with a table before and after."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from pod_agent.cli.options import Context, common, show_json, show_table

if TYPE_CHECKING:
    from pod_agent.assistant.language_models.tuning import Tuned

__all__ = ["tune"]


@click.command()
@click.option("--name", default="smollm2", show_default=True, help="Which model, of those that were added.")
@click.option("--steps", "count", default=60, show_default=True, type=click.IntRange(1, 400), help="Steps of learning.")
@click.option("--show", is_flag=True, help="The table of what was tuned last.")
@click.option("--discard", "gone", is_flag=True, help="Remove what was tuned.")
@common
def tune(context: Context, *, name: str, count: int, show: bool, gone: bool, as_json: bool) -> None:
    """Fine-tune a local model on your corrections, all on this machine: an experiment, and no better answers.

    A quarter of your corrections is held out and measured before and after. Answers do not use the result: your
    corrections themselves already work at once, without any model. It takes some minutes, and 2 GB of memory.
    """
    from pod_agent.assistant.language_models.tuning import discard, kept_report

    if gone:
        removed = discard(context.folder)
        if as_json:
            show_json({"discarded": removed})
        else:
            click.echo("Removed." if removed else "Nothing was tuned.")
        return
    told = kept_report(context.folder) if show else _tuned(context, name, count)
    if as_json:
        show_json(None if told is None else {**asdict(told), "better": told.is_better})
    elif told is None:
        click.echo("Nothing was tuned. Run: pod-agent model tune")
    else:
        _print(told)


def _tuned(context: Context, name: str, count: int) -> Tuned:
    from pod_agent.assistant.language_models.local import threads
    from pod_agent.assistant.language_models.store import SMOLLM2, ModelStore
    from pod_agent.assistant.language_models.tuning import check, load_gguf, tune_model
    from pod_agent.cli.progress import steps
    from pod_agent.errors import UsageError

    teaching, store = context.agent().assistant.teaching, ModelStore(context.folder)
    pairs, today = teaching.pairs(), context.agent().today()
    check(pairs, count)
    known = [each.name for each in store.entries()]
    entry = store.add_smollm2() if name == SMOLLM2 and SMOLLM2 not in known else store.entry(name)
    if entry.kind not in {"file", "package"}:
        raise UsageError(f"{name} is no model of this machine", hint="Add a GGUF file: pod-agent model add PATH")
    path = store.check(entry)
    click.echo("Reading the model into memory ...", err=True)
    opened = load_gguf(path, threads=threads())
    with steps("Learning", count) as bar:
        return tune_model(
            context.folder,
            opened,
            pairs,
            name=entry.name,
            sha256=entry.sha256,
            steps=count,
            same=lambda text, meant: teaching.is_same(text, meant, today),
            advance=lambda done, _all: bar.update(bar.task_ids[0], completed=done),
        )


def _print(told: Tuned) -> None:
    rows = [
        (when, f"{each.loss:.3f}", f"{each.right} of {each.of}")
        for when, each in (("before", told.before), ("after", told.after))
    ]
    title = f"{told.model}: {told.taught} corrections, {told.steps} steps, {told.parameters:,} weights"
    show_table(title, ("", "loss, held out", "put as meant, held out"), rows, numbers=(1, 2))
    if told.is_better:
        click.echo("More of the held-out questions are put as meant. Answers still rest on the examples themselves.")
    else:
        click.echo("No more of the held-out questions are put as meant: it gained nothing that answers could use.")
    click.echo("Kept on this machine only. Remove it: pod-agent model tune --discard")
