"""The wheel, built and installed in an empty environment: the command is there and the doctor is content."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    [built] = folder.glob("*.whl")
    return built


def test_the_wheel_holds_the_data_files_and_nothing_of_the_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    folders = {name.split("/")[0] for name in names}
    ours = {"vocab", "consent", "pod_agent", "aggregator", "client_web"}
    assert folders - ours == {folder for folder in folders if folder.endswith(".dist-info")}
    for path in (
        "vocab/ontology/pod-agent.ttl",
        "vocab/context.jsonld",
        "vocab/shapes/transaction.ttl",
        "pod_agent/enrich/merchants.csv",
        "pod_agent/index/schema.sql",
        "pod_agent/pods/hosting/community_server/loopback.cjs",
        "pod_agent/pods/hosting/community_server/templates/root.acl.hbs",
        "client_web/static/vendor/htmx.min.js",
        "client_web/templates/base.html",
        "pod_agent/py.typed",
    ):
        assert path in names


@pytest.mark.timeout(600)
def test_an_empty_environment_installs_it_and_the_doctor_says_all_is_well(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    binaries = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    install = [str(binaries / "python"), "-m", "pip", "install", "-qq", "-c", str(ROOT / "constraints.txt"), str(wheel)]
    subprocess.run(install, check=True, timeout=500)
    home = ["--home", str(tmp_path / "home"), "--json"]
    subprocess.run([str(binaries / "pod-agent"), "init", *home], check=True, capture_output=True, cwd=tmp_path)
    done = subprocess.run(
        [str(binaries / "pod-agent"), "doctor", *home], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["ok"] is True
