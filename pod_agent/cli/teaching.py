"""``ask --examples``, ``ask --forget``: what the person said that their questions mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pod_agent.cli.options import plain, show_json, show_table

if TYPE_CHECKING:
    from pod_agent.agent import Agent

__all__ = ["show_examples"]


def show_examples(agent: Agent, forget: str | None, *, as_json: bool) -> None:
    """List the examples, or take back the one of this id; all of them by ``all``."""
    teaching = agent.assistant.teaching
    if forget == "all":
        gone = teaching.forget_all()
        _tell({"forgotten": gone}, f"Forgotten: {gone}.", as_json=as_json)
    elif forget is not None:
        told = teaching.forget(forget)
        _tell({"forgotten": 1, **told}, f"Forgotten: {told['question']}", as_json=as_json)
    else:
        _list(teaching.list(), as_json=as_json)


def _tell(document: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    if as_json:
        show_json(document)
    else:
        click.echo(plain(sentence))


def _list(found: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        show_json(found)
        return
    rows = [
        (each["id"][:8], each["question"], each["meant"] if each["wanted"] else f"not: {each['meant']}", _words(each))
        for each in found
    ]
    empty = (
        'You said nothing yet. For example: pod-agent ask "my usual makan" --meant "how much did I spend on eating out"'
    )
    show_table("What your questions mean", ("id", "question", "means", "words"), rows, empty=empty)


def _words(each: dict[str, Any]) -> str:
    return ", ".join(f"{word}: {other or 'nothing'}" for word, other in each["words"].items())
