"""systemd units: hardened, understood by systemd, and never with a word that it would misread."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pod_agent.errors import UsageError
from pod_agent.pods.hosting.settings import HostSettings
from pod_agent.pods.hosting.units import helper_unit, server_unit

SETTINGS = HostSettings(port=3000, base_url="https://pods.example.org/", memory_mb=2000)


def parsed(unit: str) -> configparser.ConfigParser:
    found = configparser.ConfigParser(interpolation=None)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read_string(unit)
    return found


def every_unit(folder: Path) -> dict[str, str]:
    return {
        "solid-server": server_unit(folder, SETTINGS, account="pod-agent"),
        "solid-server-of-a-user": server_unit(folder, SETTINGS, account=None),
        "study-helper": helper_unit(folder, account="pod-agent"),
        "study-helper-of-a-user": helper_unit(folder, account=None),
    }


def test_systemd_takes_every_unit_as_it_is(tmp_path: Path) -> None:
    for name, unit in every_unit(tmp_path).items():
        path = tmp_path / f"{name}.service"
        path.write_text(unit)
        found = parsed(unit)
        assert found.sections() == ["Unit", "Service", "Install"]
        if shutil.which("systemd-analyze"):
            done = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, ""), unit


def test_a_unit_of_the_machine_is_hardened(tmp_path: Path) -> None:
    for name in ("solid-server", "study-helper"):
        rules = parsed(every_unit(tmp_path)[name])["Service"]
        assert rules["User"] == "pod-agent"
        assert rules["ReadWritePaths"] == str(tmp_path)
        wanted = {"NoNewPrivileges": "yes", "ProtectSystem": "strict", "PrivateTmp": "yes", "Restart": "on-failure"}
        assert wanted.items() <= dict(rules).items()
        assert rules["CapabilityBoundingSet"] == ""


def test_the_memory_bound_leaves_room_for_the_heap(tmp_path: Path) -> None:
    rules = parsed(server_unit(tmp_path, SETTINGS, account=None))["Service"]
    assert int(rules["MemoryMax"].removesuffix("M")) > SETTINGS.memory_mb


def test_a_low_port_needs_one_capability_only(tmp_path: Path) -> None:
    rules = parsed(server_unit(tmp_path, HostSettings(port=443), account="pod-agent"))["Service"]
    assert rules["AmbientCapabilities"] == rules["CapabilityBoundingSet"] == "CAP_NET_BIND_SERVICE"


def test_the_unit_runs_this_installation(tmp_path: Path) -> None:
    words = parsed(server_unit(tmp_path, SETTINGS, account=None))["Service"]["ExecStart"].split(" ")
    assert words == [sys.executable, "-m", "pod_agent", "server", "start", "--folder", str(tmp_path)]


@pytest.mark.parametrize("name", ["my pods", "100%", "a$b", 'a"b', "a\nExecStart=b", "a\\b"])
def test_a_folder_that_systemd_would_misread_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="misread"):
        server_unit(tmp_path / name, SETTINGS, account=None)
    with pytest.raises(UsageError, match="misread"):
        server_unit(tmp_path, SETTINGS, account=name)
