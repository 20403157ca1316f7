"""docs/reference/cli.md holds what ``--help`` says, for every command. ``UPDATE_DOCS=1`` writes it anew."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from aggregator.cli import cli as aggregator_cli
from pod_agent.cli.main import cli as agent_cli

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "cli.md"
HEAD = """# Commands

Every command takes `--home DIR`, before or after the subcommand, and most take `--json`: one JSON document on standard
output and nothing else there.

Exit status: 0 done, 1 anything not named here, 2 the call makes no sense, 3 a file was not recognised or was refused
whole, 4 refused by consent, 5 a pod or server cannot be reached. [Errors](errors.md) lists every code.
"""


def helps(command: click.Command, path: str, parent: click.Context | None = None) -> Iterator[str]:
    name = path.rsplit(" ", 1)[-1]
    context = click.Context(command, info_name=name, parent=parent, terminal_width=100, **_settings(command))
    yield f"## {path}\n\n```\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                yield from helps(child, f"{path} {name}", context)


def _settings(command: click.Command) -> dict[str, Any]:
    """What ``main`` would hand to a context besides the width, which would depend on the terminal."""
    return {name: value for name, value in command.context_settings.items() if name != "max_content_width"}


def rendered() -> str:
    return "\n".join([HEAD, *helps(agent_cli, "pod-agent"), *helps(aggregator_cli, "pod-aggregator")])


def test_the_page_holds_the_help_of_every_command() -> None:
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(rendered(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == rendered()


@pytest.mark.parametrize("root", [agent_cli, aggregator_cli], ids=["pod-agent", "pod-aggregator"])
def test_every_command_and_option_says_what_it_does(root: click.Group) -> None:
    def walk(command: click.Command, path: str) -> None:
        assert command.help or isinstance(command, click.Group), path
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden and parameter.name != "home":
                assert parameter.help, f"{path} {parameter.name}"
        if isinstance(command, click.Group):
            for name, child in command.commands.items():
                walk(child, f"{path} {name}")

    walk(root, root.name or "")
