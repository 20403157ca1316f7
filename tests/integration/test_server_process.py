"""The server's process and settings, with a small program in place of Community Solid Server."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from pod_agent.errors import LocalStateError, PodError, PodUnreachableError, UsageError
from pod_agent.pods.hosting.installing import find_node, install_server, installation, resource, wrong_packages
from pod_agent.pods.hosting.presence import presence
from pod_agent.pods.hosting.server import SolidServer
from pod_agent.pods.hosting.settings import change, load
from pod_agent.pods.hosting.status import look
from tests.support.certificates import make_certificates
from tests.support.hosted import pod_agent
from tests.support.solid_server import CACHE, node_modules

pytestmark = pytest.mark.solid
EVERYWHERE = "0.0.0.0"  # noqa: S104 - kept in settings only; no test listens there

PROGRAM = """
const http = require('node:http');
const port = Number(process.argv[process.argv.indexOf('--port') + 1]);
console.error('heap ' + require('node:v8').getHeapStatistics().heap_size_limit);
http.createServer((request, response) => {
  const wait = request.url === '/slow' ? 1500 : 0;
  if (wait) { require('node:fs').writeFileSync('asked', ''); }
  if (request.url === '/end') { process.exit(7); }
  setTimeout(() => response.end('done'), wait);
}).listen(port);
"""


def modules_with(folder: Path, version: str = "7.2.0") -> Path:
    """A ``node_modules`` folder whose server is the small program."""
    package = folder / "node_modules" / "@solid" / "community-server"
    (package / "bin").mkdir(parents=True)
    (package / "bin" / "server.js").write_text(PROGRAM)
    (package / "package.json").write_text(json.dumps({"version": version}))
    (package / "config").symlink_to(node_modules() / "@solid" / "community-server" / "config")
    return folder / "node_modules"


def installed(folder: Path) -> Path:
    """The folder of a server with the small program as what is installed."""
    target = installation(folder / "packages")
    target.parent.mkdir(parents=True)
    modules_with(target)
    return folder


def started(folder: Path) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "pod_agent", "server", "start", "--folder", str(folder)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout
    return child, child.stdout.readline().split()[-1]


def test_requests_under_way_are_answered_before_it_ends(tmp_path: Path) -> None:
    child, address = started(installed(tmp_path / "server"))
    answers: list[str] = []
    asking = threading.Thread(target=lambda: answers.append(httpx.get(address + "slow", timeout=30).text))
    asking.start()
    while not (tmp_path / "server" / "asked").exists():
        time.sleep(0.01)
    child.send_signal(signal.SIGTERM)
    child.communicate(timeout=30)
    asking.join()
    assert answers == ["done"]
    assert child.returncode == 0
    assert presence(tmp_path / "server") is None


def test_a_server_that_dies_ends_the_command_with_an_error(tmp_path: Path) -> None:
    child, address = started(installed(tmp_path / "server"))
    with pytest.raises(httpx.HTTPError):
        httpx.get(address + "end", timeout=30)
    _, told = child.communicate(timeout=30)
    assert child.returncode == 5
    assert "ended by itself (status 7)" in told
    assert "server.log" in told


def test_its_heap_is_bounded(tmp_path: Path) -> None:
    with SolidServer(modules_with(tmp_path), tmp_path / "server", {"memory_mb": 300}):
        pass
    [line] = (tmp_path / "server" / "server.log").read_text().splitlines()
    assert 280e6 < int(line.split()[1]) < 420e6


def test_one_process_serves_a_folder(tmp_path: Path) -> None:
    modules, folder = modules_with(tmp_path), tmp_path / "server"
    with SolidServer(modules, folder) as server:
        found = presence(folder)
        assert found is not None
        assert found.pid == server.pid
        with pytest.raises(UsageError, match="runs from this folder already"):
            SolidServer(modules, folder).start()
        assert presence(folder) == found
    assert presence(folder) is None
    with SolidServer(modules, folder) as again:
        assert again.address == server.address


def test_what_a_killed_server_noted_is_not_believed(tmp_path: Path) -> None:
    folder = installed(tmp_path / "server")
    child, _ = started(folder)
    found = presence(folder)
    assert found is not None
    child.kill()
    child.communicate()
    assert (folder / "running.json").exists()
    assert presence(folder) is None
    assert pod_agent("server", "status", "--folder", folder).returncode == 5


def test_a_long_log_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pod_agent.pods.hosting.server._LOG_BYTES", 10)
    modules, folder = modules_with(tmp_path), tmp_path / "server"
    for _ in range(5):
        with SolidServer(modules, folder):
            pass
    assert sorted(path.name for path in folder.glob("server.log*")) == [
        "server.log",
        "server.log.1",
        "server.log.2",
        "server.log.3",
    ]


def test_pods_of_a_newer_server_are_not_served(tmp_path: Path) -> None:
    folder = tmp_path / "server"
    noted = folder / "data" / ".internal" / "setup" / "current-server-version$.json"
    noted.parent.mkdir(parents=True)
    noted.write_text('{"payload": "7.10.1"}')
    with pytest.raises(PodError, match=r"7\.10\.1"):
        SolidServer(modules_with(tmp_path / "old", "7.9.0"), folder).start()
    with SolidServer(modules_with(tmp_path / "new", "7.11.0"), folder) as server:
        assert server.pid is not None


def test_another_address_of_this_machine_is_listened_on_when_told(tmp_path: Path) -> None:
    """The preload with a stand-in for node's own ``listen``, so that nothing is opened to anybody."""
    program = (
        "const net = require('node:net'); const calls = [];"
        "net.Server.prototype.listen = function (...args) { calls.push(args); return this; };"
        "require(process.argv[1]); const server = net.createServer();"
        "server.listen(3000); server.listen({port: 3001, host: '0.0.0.0'}); server.listen(3002, '0.0.0.0');"
        "let refused = 0; try { server.listen('/tmp/a-socket'); } catch { refused = 1; }"
        "console.log(JSON.stringify({calls, refused})); process.exit(0);"
    )
    node = find_node()
    assert node is not None
    preload = tmp_path / "preload.cjs"
    preload.write_bytes(resource("loopback.cjs"))
    for told, expected in ((None, "127.0.0.1"), ("192.0.2.7", "192.0.2.7")):
        environment = {name: value for name, value in os.environ.items() if name != "POD_AGENT_LISTEN"}
        if told:
            environment["POD_AGENT_LISTEN"] = told
        done = subprocess.run(
            [*node.node, "-e", program, str(preload)], capture_output=True, text=True, env=environment, check=True
        )
        found = json.loads(done.stdout)
        assert found["refused"] == 1
        assert found["calls"] == [[3000, expected], [{"port": 3001, "host": expected}], [3002, expected]]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"base_url": "http://pods.example.org/"}, "without encryption"),
        ({"base_url": "https://pods.example.org/?a=b"}, "ends with its path"),
        ({"base_url": "https://me@pods.example.org/"}, "user name"),
        ({"base_url": "pods.example.org"}, "not a web address"),
        ({"base_url": "https://pods.example.org/my pods/"}, "letters, digits"),
        ({"base_url": "https://pods.example.org/%n"}, "letters, digits"),
        ({"base_url": "https://pods.example.org/a\nUser=root"}, "not a web address"),
        ({"base_url": "https://pods.example.org/<x>"}, "letters, digits"),
        ({"listen": "pods.example.org"}, "not a name"),
        ({"listen": EVERYWHERE}, "localhost"),
        ({"tls_cert": "/there/is/none.pem"}, "belong together"),
        ({"tls_cert": "/there/is/none.pem", "tls_key": "/there/is/none.key"}, "no private key"),
    ],
)
def test_settings_that_cannot_be_are_refused_and_not_kept(
    tmp_path: Path, changes: dict[str, object], says: str
) -> None:
    before = change(tmp_path, {"quota_mb": 5})
    with pytest.raises(UsageError, match=says) as caught:
        change(tmp_path, {**changes, "quota_mb": 6})
    assert caught.value.hint
    assert load(tmp_path) == before


def test_settings_are_kept_and_changed_one_by_one(tmp_path: Path) -> None:
    change(tmp_path, {"base_url": "HTTPS://Pods.Example.org", "listen": EVERYWHERE, "port": 4000})
    found = change(tmp_path, {"quota_mb": 9, "base_url": None})
    assert (found.address, found.listen, found.port, found.quota_mb) == (
        "https://pods.example.org/",
        EVERYWHERE,
        4000,
        9,
    )
    assert found.connect_host == "127.0.0.1"
    assert (tmp_path / "settings.json").stat().st_mode & 0o777 == 0o600
    (tmp_path / "settings.json").write_text('{"quota_mb": "many"}')
    with pytest.raises(LocalStateError):
        load(tmp_path)


def test_a_certificate_belongs_to_its_key(tmp_path: Path) -> None:
    one, other = make_certificates(tmp_path / "one"), make_certificates(tmp_path / "other")
    with pytest.raises(UsageError, match="does not belong"):
        change(tmp_path, {"tls_cert": str(one.certificate), "tls_key": str(other.key)})
    with pytest.raises(UsageError, match="no certificate"):
        change(tmp_path, {"tls_cert": str(one.key), "tls_key": str(one.key)})


def test_status_warns_of_what_the_operator_should_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "server"
    old = make_certificates(tmp_path / "tls", valid=timedelta(days=-1))
    base = {"base_url": "https://pods.example.org/", "listen": EVERYWHERE}
    change(folder, base)
    accounts = folder / "data" / ".internal" / "accounts" / "data"
    accounts.mkdir(parents=True)
    pods = {str(number): {"baseUrl": f"https://pods.example.org/{name}/"} for number, name in enumerate(("ann", "bob"))}
    (accounts / "1$.json").write_text(json.dumps({"payload": {"**pod**": pods}}))
    setup = folder / "data" / ".internal" / "setup"
    setup.mkdir()
    (setup / "current-base-url$.json").write_text('{"payload": "https://pods.example.org/"}')
    temporary = folder / "data" / ".internal" / "tempFiles"
    temporary.mkdir()
    (temporary / "temp-1.txt").write_text("half")
    for name, template in (("ann", "root.acl.hbs"), ("bob", "root.acl.hbs")):
        (folder / "data" / name).mkdir()
        rules = resource(f"templates/{template}").replace(b"{{webId}}", b"https://pods.example.org/ann/profile/card#me")
        (folder / "data" / name / ".acl").write_bytes(rules)
    with (folder / "data" / "bob" / ".acl").open("ab") as rules_of_bob:
        rules_of_bob.write(
            b"<#all> a acl:Authorization; acl:accessTo <./>; acl:mode acl:Read;"
            b" acl:agentClass <http://xmlns.com/foaf/0.1/Agent>."
        )
    monkeypatch.setattr("pod_agent.pods.hosting.status._LARGE", 3)
    for number in range(3):
        (folder / "data" / "bob" / f"{number}.ttl").touch()
    change(folder, {"quota_mb": 100})
    folder.chmod(0o750)
    warnings = " ".join(look(folder).warnings)
    assert "without TLS" in warnings
    assert "other users" in warnings
    assert "1 half written" in warnings
    assert "of 1 pods" in warnings
    assert "1 pods hold more than 3 files" in warnings
    change(folder, {"tls_cert": str(old.certificate), "tls_key": str(old.key)})
    warnings = " ".join(look(folder).warnings)
    assert "certificate expired" in warnings
    assert "without TLS" not in warnings


def test_a_folder_without_a_server_has_no_status(tmp_path: Path) -> None:
    done = pod_agent("server", "status", "--folder", tmp_path / "nowhere", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == "usage"
    assert not (tmp_path / "nowhere").exists()


def test_an_installation_is_compared_with_the_lock_file(tmp_path: Path) -> None:
    modules = install_server(CACHE)
    assert wrong_packages(modules) == []
    assert len(wrong_packages(tmp_path / "node_modules")) > 500
    done = pod_agent("server", "install", "--folder", installed(tmp_path / "server"))
    assert done.returncode == 5
    assert "missing or were exchanged" in done.stderr


def test_a_low_port_or_a_taken_one_is_told_apart(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(PodUnreachableError, match="another program uses port"):
            SolidServer(modules_with(tmp_path), tmp_path / "server", {"port": taken.getsockname()[1]}).start()
    assert presence(tmp_path / "server") is None
