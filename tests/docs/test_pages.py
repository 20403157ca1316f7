"""Links lead somewhere, and the commands of the tutorial and the README do what the pages say."""

from __future__ import annotations

import re
import shlex
from datetime import date
from pathlib import Path

import click
import pytest

from aggregator.cli import cli as aggregator_cli
from pod_agent.cli.main import cli as agent_cli
from pod_agent.cli.main import main
from pod_agent.synthetic.exports import write_exports
from pod_agent.synthetic.household import make_household

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
ROOTS: dict[str, click.Group] = {"pod-agent": agent_cli, "pod-aggregator": aggregator_cli}


def page_name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def commands(path: Path) -> list[list[str]]:
    blocks = re.findall(r"^ *```\w*\n(.*?)^ *```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    typed = [line for line in lines if line.split(" ")[0] in ROOTS and "  " not in line]
    return [shlex.split(line) for line in typed]  # two spaces in a row: a picture, not a command


def commands_in_sentences(path: Path) -> list[list[str]]:
    found = re.findall(r"`(pod-(?:agent|aggregator) [^`\n]+)`", path.read_text(encoding="utf-8"))
    return [shlex.split(line) for line in found]


@pytest.mark.parametrize("path", PAGES, ids=page_name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", PAGES, ids=page_name)
def test_nothing_is_left_to_fill_in(path: Path) -> None:
    assert not re.search(r"^[A-Z]{3,}$", path.read_text(encoding="utf-8"), re.MULTILINE)


def test_pages_that_texts_and_errors_name_exist() -> None:
    sources = [
        *PAGES,
        *(
            path
            for folder in ("pod_agent", "vocab", "consent", "aggregator", "client_web", "tests")
            for path in (ROOT / folder).rglob("*.py")
        ),
    ]
    for path in sources:
        for named in re.findall(r"docs/[\w/-]+\.md", path.read_text(encoding="utf-8")):
            assert (ROOT / named).exists(), f"{page_name(path)} names {named}"


@pytest.mark.parametrize("path", [path for path in PAGES if path.name != "cli.md"], ids=page_name)
def test_every_command_on_a_page_exists(path: Path) -> None:
    for name, *arguments in commands(path) + commands_in_sentences(path):
        command: click.Command = ROOTS[name]
        context = click.Context(command, info_name=name)
        words = list(arguments)
        while isinstance(command, click.Group):
            while words and words[0].startswith("--"):
                words = words[2:] if words[0] == "--home" else words[1:]
            if not words:
                break
            found = command.get_command(context, words.pop(0))
            assert found is not None, [name, *arguments]
            command = found
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        assert {word.split("=")[0] for word in words if word.startswith("--")} <= known, [name, *arguments]


def test_the_tutorial_runs_from_start_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sections 1 to 4 of the tutorial with the exports of a made-up person; what needs a browser is left out."""
    monkeypatch.setenv("POD_AGENT_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    write_exports(make_household(3), tmp_path / "Downloads", date(2026, 7, 1), date(2026, 10, 31))
    page = (ROOT / "docs" / "tutorial" / "first-steps.md").read_text(encoding="utf-8")
    told = page[: page.index("## 5.")]
    lines = [line for line in told.splitlines() if line.startswith("pod-agent ")]
    assert len(lines) >= 9
    for line in lines:
        arguments = shlex.split(line)[1:]
        if arguments[0] in {"serve", "show"}:
            continue
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        assert not stopped.value.code, (line, capsys.readouterr().err)
    assert capsys.readouterr().out
