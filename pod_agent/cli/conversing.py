"""A conversation at the terminal: questions one after the other, each maybe a follow-up of the one before.

A question back shows its choices with numbers; the next line may pick one, name something else, or be another question.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import click

from pod_agent.cli.explaining import show_how
from pod_agent.cli.options import Context, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod_agent.assistant.assistant import Assistant
    from pod_agent.assistant.choosing import Choice
    from vocab.answer import Answer

__all__ = ["converse"]


def converse(context: Context, today: date | None, after: Sequence[str], *, how: bool) -> None:
    """Ask until an empty line, or the end of the input; ``after`` was asked before."""
    agent = context.agent()
    conversation = _Conversation(agent.assistant, today or agent.today(), how, list(after))
    click.echo("Ask a question; an empty line ends. Follow-up questions work: and in May?")
    while True:
        try:
            line = click.prompt("?", default="", show_default=False, prompt_suffix=" ").strip()
        except click.Abort:
            click.echo()
            return
        if not line:
            return
        conversation.take(line)


@dataclass(frozen=True, slots=True)
class _AskedBack:
    """A question that was not answered but by ``answer``; ``ask`` answers another in its place.

    ``choices`` are those shown last, for this question or one before it; of a reading the first one is what was read.
    """

    question: str
    answer: Answer
    ask: Callable[[str], Answer]
    choices: tuple[Choice, ...]
    has_reading: bool


@dataclass(slots=True)
class _Conversation:
    """``answered`` are the questions that were answered, oldest first: follow-ups are of these."""

    assistant: Assistant
    today: date
    how: bool
    answered: list[str]
    open: _AskedBack | None = None

    def take(self, line: str) -> None:
        """Say what there is to say to one line."""
        meant = line if self.open is None else self._meant(self.open, line)
        if meant is None:
            return
        if meant != line:
            click.echo(click.style(plain(meant), dim=True))
        self._ask(meant)

    def _meant(self, asked: _AskedBack, line: str) -> str | None:
        """The question that a reply to a question back stands for; None where all is said to it."""
        from pod_agent.assistant.choosing import is_naming, picked

        labels = [each.label for each in asked.choices]
        found = picked(line, labels, has_reading=asked.has_reading) if labels else None
        if isinstance(found, int):
            return asked.choices[found].question
        if found == "which":
            click.echo(f"Which one? Reply with a number from 1 to {len(labels)}.")
            return None
        if found == "none":
            self.open = None
            click.echo("Please ask in other words.")
            return None
        return (is_naming(line) and self._named(asked, line)) or line

    def _named(self, asked: _AskedBack, line: str) -> str:
        """The open question with what the reply names; empty where the reply is a question of its own."""
        from pod_agent.assistant.choosing import filled

        if self.assistant.ask(line, self.today).status == "answered":
            return ""
        return filled(asked.ask, asked.question, asked.answer, line, self.today)

    def _ask(self, question: str) -> None:
        from pod_agent.assistant.choosing import has_reading, whole_choices

        ask = partial(self.assistant.ask, today=self.today, after=tuple(self.answered))
        answer = self.assistant.reworded(ask(question))
        choices = whole_choices(ask, question, answer)
        if choices:
            _offer(answer, choices)
        else:
            click.echo(plain(answer.text))
            if self.how:
                show_how(self.assistant.explain(answer))
        if answer.status == "answered":
            self.open = None
            self.answered.append(str(answer.query.get("learnt", {}).get("read_as") or question))
        elif choices or self.open is None:
            self.open = _AskedBack(question, answer, ask, choices, has_reading(answer))
        else:
            self.open = replace(self.open, question=question, answer=answer, ask=ask)


def _offer(answer: Answer, choices: tuple[Choice, ...]) -> None:
    """The question back with its choices, numbered."""
    from pod_agent.assistant.choosing import has_reading

    several = len(choices) > 1
    asked = str(answer.query["refusal"])
    if has_reading(answer):
        asked = "Do you mean one of these?" if several else "Do you mean this?"
    click.echo(plain(asked))
    for number, choice in enumerate(choices, 1):
        click.echo(f"  {number}  {plain(choice.label)}")
    reply = "Reply with a number or a name" if several else "Reply with yes"
    click.echo(click.style(f"{reply}, or ask something else.", dim=True))
