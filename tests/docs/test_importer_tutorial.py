"""The importer of the tutorial, built exactly as the page says, installed as a plug-in and used."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "tutorial" / "your-own-importer.md").read_text(encoding="utf-8")


def block(language: str, number: int = 0) -> str:
    found: list[str] = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return found[number]


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the page, ``site`` in it with the plug-in installed, and a pod."""
    folder = tmp_path_factory.mktemp("plugin")
    (folder / "runs.csv").write_text(block("csv"))
    (folder / "kallang_runners.py").write_text(block("python"))
    (folder / "pyproject.toml").write_text(block("toml"))
    (folder / "test_runs.py").write_text(block("python", 1))
    install = [sys.executable, "-m", "pip", "install", "-qq", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*install, "--target", "site", "."], cwd=folder, check=True, timeout=200)
    assert run(folder, "-m", "pod_agent", "init").returncode == 0
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(folder / "site"), "POD_AGENT_HOME": str(folder / "home")}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_it_takes_forty_lines() -> None:
    code = [
        line for line in block("python").splitlines() if line.strip() and not line.startswith(('"""', "from", "import"))
    ]
    assert len(code) <= 40


def test_the_page_s_own_test_passes(plugin: Path) -> None:
    done = run(plugin, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "test_runs.py")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_doctor_knows_it_and_the_import_uses_it(plugin: Path) -> None:
    doctor = json.loads(run(plugin, "-m", "pod_agent", "doctor", "--json").stdout)
    [check] = [check for check in doctor["checks"] if check["name"] == "importer kallang-runners"]
    assert check["ok"]
    assert check["detail"] == "from kallang-runners"
    [file] = json.loads(run(plugin, "-m", "pod_agent", "import", "runs.csv", "--json").stdout)["files"]
    assert (file["importer"], file["read"], file["written"], file["rejected"]) == ("kallang-runners", 3, 2, 1)


def test_a_plugin_that_cannot_be_loaded_stops_nothing_and_is_named(plugin: Path, tmp_path: Path) -> None:
    broken = plugin / "site" / "broken-1.0.dist-info"
    broken.mkdir()
    (broken / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (broken / "entry_points.txt").write_text("[pod_agent.importers]\nbroken = nowhere:Nothing\n")
    doctor = json.loads(run(plugin, "-m", "pod_agent", "doctor", "--json").stdout)
    [check] = [check for check in doctor["checks"] if check["name"] == "importer broken"]
    assert not check["ok"]
    assert "broken" in check["hint"]
    dry = run(plugin, "-m", "pod_agent", "import", "runs.csv", "--dry-run", "--json")
    assert dry.returncode == 0, dry.stderr
