"""A server for others: TLS before it and in it, a closed door, quotas, private pods, units that start it."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from pod_agent.errors import PodAccessError, PodError, UsageError
from pod_agent.pods.hosting.accounts import Account
from pod_agent.pods.hosting.backup import back_up, inspect, restore
from pod_agent.pods.hosting.server import SolidServer, free_port
from pod_agent.pods.hosting.settings import change, load
from tests.support.certificates import Certificates, make_certificates
from tests.support.hosted import Guest, clone_of_modules, pod_agent, prepare, secure_client, told
from tests.support.solid_server import node_modules
from tests.support.tls_proxy import TlsProxy

pytestmark = [pytest.mark.solid, pytest.mark.timeout(400)]
ROWS = b"".join(b"<#row%d> <#is> %d .\n" % (number, number) for number in range(2000))


@dataclass(frozen=True)
class Hosted:
    """An operator's server behind a proxy that does TLS, and the helper server beside it."""

    folder: Path
    certificates: Certificates
    proxy: TlsProxy
    server: subprocess.Popen[str]
    helper: subprocess.Popen[str]
    helper_address: str

    def guest(self, name: str) -> Guest:
        email = f"{name}@example.test"
        made = told("server", "account", "add", name, "--email", email, "--folder", self.folder)
        return Guest(self.proxy.address, email, str(made["password"]), str(made["webid"]), str(made["pod"]))

    @property
    def authority(self) -> Path:
        return self.certificates.authority


def command_of(unit: str) -> list[str]:
    found = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    assert found
    return shlex.split(found[1])


def run(unit: str, authority: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command_of(unit), stdout=subprocess.PIPE, text=True, env={**os.environ, "NODE_EXTRA_CA_CERTS": str(authority)}
    )


def end(child: subprocess.Popen[str]) -> int:
    child.send_signal(signal.SIGTERM)
    child.communicate(timeout=30)
    return child.returncode


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    """Both servers, started by the command lines of their units."""
    place = tmp_path_factory.mktemp("hosted")
    certificates = make_certificates(place / "tls")
    folder = prepare(place / "server")
    with TlsProxy(certificates) as proxy:
        settings = told(
            "server", "configure", "--folder", folder, "--base-url", proxy.address, "--closed", "--quota", "5"
        )
        assert isinstance(settings["port"], int)
        proxy.target = settings["port"]
        server = run(str(told("server", "unit", "--folder", folder)["unit"]), certificates.authority)
        home = place / "helper"
        words = ["init", "--only", "helper", "--helper", f"{proxy.address}us/profile/card#me", "--helper-port"]
        python = command_of(str(told("server", "unit", "--helper", home)["unit"]))[0]
        subprocess.run([python, "-m", "aggregator", "--home", home, *words, str(free_port())], check=True)
        helper = run(str(told("server", "unit", "--helper", home)["unit"]), certificates.authority)
        try:
            assert server.stdout
            assert helper.stdout
            assert proxy.address in server.stdout.readline()
            said = helper.stdout.readline()
            found = Hosted(folder, certificates, proxy, server, helper, said.split()[-1])
            yield found
        finally:
            statuses = end(server), end(helper)
        assert statuses == (0, 0)


def test_the_units_start_both_servers(hosted: Hosted) -> None:
    found = told("server", "status", "--folder", hosted.folder)
    assert (found["running"], found["answers"], found["version"]) == (True, True, "7.2.0")
    assert (found["address"], found["listen"]) == (hosted.proxy.address, "127.0.0.1")
    assert found["warnings"] == []
    assert "sign_up" not in found
    assert httpx.get(hosted.helper_address + "health").json() == {"server": "helper"}


def test_a_pod_is_used_over_https_through_the_proxy(hosted: Hosted) -> None:
    pod = hosted.guest("ann").open(hosted.authority)
    etag = pod.write("data/a.ttl", ROWS, if_match=None)
    found = pod.read("data/a.ttl")
    assert found is not None
    assert (found.content, found.etag) == (ROWS, etag)
    assert pod.root == f"{hosted.proxy.address}ann/pod-agent/"
    pod.close()


def test_only_the_operator_makes_accounts_on_a_closed_server(hosted: Hosted) -> None:
    with Account(hosted.proxy.address, secure_client(hosted.authority)) as stranger, pytest.raises(PodError):
        stranger.register("mallory@example.test", "let me in")
    with secure_client(hosted.authority) as client:
        answer = client.post(f"{hosted.proxy.address}.account/account/", json={})
        assert answer.status_code == 404
        page = client.get(f"{hosted.proxy.address}.account/", headers={"accept": "application/json"})
    assert load(hosted.folder).sign_up not in page.text
    guest = hosted.guest("beth")
    with (
        Account(hosted.proxy.address, secure_client(hosted.authority)) as account,
        pytest.raises(PodAccessError, match="does not do"),
    ):
        account.log_in(guest.email, "guessed")


def test_a_taken_name_is_refused_and_no_account_is_made(hosted: Hosted) -> None:
    guest = hosted.guest("carl")
    before = told("server", "status", "--folder", hosted.folder)["accounts"]
    for name in ("carl", "../carl", "Carl Doe"):
        done = pod_agent("server", "account", "add", name, "--email", "other@example.test", "--folder", hosted.folder)
        assert done.returncode == 2
    done = pod_agent("server", "account", "add", "karl", "--email", guest.email, "--folder", hosted.folder)
    assert done.returncode == 5
    assert "does not take this e-mail address" in done.stderr
    assert told("server", "status", "--folder", hosted.folder)["pods"] == before
    guest.open(hosted.authority).close()


def test_a_new_pod_is_private_but_for_its_profile(hosted: Hosted) -> None:
    guest = hosted.guest("dora")
    with secure_client(hosted.authority) as stranger:
        assert stranger.get(guest.storage).status_code == 401
        assert stranger.get(guest.storage + "profile/").status_code == 401
        card = stranger.get(guest.webid, headers={"accept": "text/turtle"})
    assert card.status_code == 200
    assert f"pim:storage <{guest.storage}>" in card.text
    assert f"solid:oidcIssuer <{hosted.proxy.address}>" in card.text


def test_a_pod_that_is_full_takes_no_more(hosted: Hosted) -> None:
    pod = hosted.guest("emil").open(hosted.authority)
    pod.write("data/a.ttl", ROWS, if_match=None)
    with pytest.raises(PodError, match="413"):
        pod.write("data/b.ttl", ROWS * 130, if_match=None)  # 5.6 MB
    assert pod.read("data/b.ttl") is None
    kept = pod.read("data/a.ttl")
    assert kept is not None
    assert kept.content == ROWS
    pod.close()


def test_a_second_start_from_the_folder_is_refused(hosted: Hosted) -> None:
    done = pod_agent("server", "start", "--folder", hosted.folder)
    assert done.returncode == 2
    assert "runs from this folder already" in done.stderr
    assert told("server", "status", "--folder", hosted.folder)["answers"] is True


def test_pods_keep_their_address_and_access_rules(hosted: Hosted) -> None:
    hosted.guest("finn")
    for change_to in (["--base-url", "https://pods.example.org/"], ["--access", "acp"]):
        done = pod_agent("server", "configure", "--folder", hosted.folder, *change_to)
        assert done.returncode == 2
        assert "new folder" in done.stderr
    assert load(hosted.folder).address == hosted.proxy.address


def test_a_backup_during_writes_is_whole_and_serves_again_elsewhere(hosted: Hosted, tmp_path: Path) -> None:
    """200 writes while it is taken; then another folder, port and installation of the server, and the same pods."""
    guest = hosted.guest("gwen")
    pod = guest.open(hosted.authority)
    versions = {number: ROWS.replace(b"#is", b"#is%d" % number) for number in range(200)}
    etags = {f"data/{name}.ttl": pod.write(f"data/{name}.ttl", ROWS, if_match=None) for name in range(8)}
    began = threading.Event()

    def write(number: int) -> None:
        path = f"data/{number % 8}.ttl"
        pod.session.send("PUT", pod.root + path, {"content-type": "text/turtle"}, versions[number])
        began.set()

    archive = tmp_path / "backups" / "one.tar.gz"
    with ThreadPoolExecutor(4) as writers:
        jobs = [writers.submit(write, number) for number in range(200)]
        began.wait(60)
        contents = back_up(hosted.folder, archive, "a passphrase")
        during = sum(not job.done() for job in jobs)
        for job in jobs:
            job.result()
    assert during > 0  # else nothing was written while it was taken
    assert inspect(archive, "a passphrase") == contents
    last = {path: pod.read(path) for path in etags}
    pod.close()

    modules = clone_of_modules(tmp_path / "upgraded")
    restored = tmp_path / "restored"
    restore(archive, restored, "a passphrase")
    assert {path.stat().st_mode & 0o777 for path in (restored / "data").rglob("*") if path.is_file()} == {0o600}
    whole = {ROWS, *versions.values()}
    documents = sorted((restored / "data" / "gwen" / "pod-agent" / "data").glob("*.ttl"))
    assert len(documents) == 8
    assert all(document.read_bytes() in whole for document in documents)
    before = hosted.proxy.target
    os.environ["NODE_EXTRA_CA_CERTS"] = str(hosted.authority)
    try:
        with SolidServer(modules, restored, {"port": free_port()}) as again:
            assert again.address == hosted.proxy.address
            hosted.proxy.target = again.settings.port
            pod = guest.open(hosted.authority)  # logs in with the old password
            for document in documents:
                found = pod.read(f"data/{document.name}")
                assert found is not None
                assert found.content == document.read_bytes()
                now = last[f"data/{document.name}"]
                assert now is not None
                assert (found.etag == now.etag) == (found.content == now.content)
            pod.close()
            assert told("server", "status", "--folder", restored)["pid"] == again.pid
    finally:
        del os.environ["NODE_EXTRA_CA_CERTS"]
        hosted.proxy.target = before


def test_a_server_with_acp_does_tls_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificates = make_certificates(tmp_path / "tls")
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", str(certificates.authority))
    choices = {"tls_cert": str(certificates.certificate), "tls_key": str(certificates.key), "access": "acp"}
    with SolidServer(node_modules(), tmp_path / "server", choices) as server:
        assert server.address == f"https://localhost:{server.settings.port}/"
        with Account(server.address, secure_client(certificates.authority)) as account:
            account.register("ann@example.test", "correct horse")
            webid, storage = account.create_pod("ann")
        guest = Guest(server.address, "ann@example.test", "correct horse", webid, storage)
        pod = guest.open(certificates.authority)
        pod.write("data/a.ttl", ROWS, if_match=None)
        found = pod.read("data/a.ttl")
        pod.close()
        with secure_client(certificates.authority) as stranger:
            public = [stranger.get(iri).status_code for iri in (webid, storage, storage + "pod-agent/data/a.ttl")]
        status = told("server", "status", "--folder", tmp_path / "server")
    assert found is not None
    assert found.content == ROWS
    assert public == [200, 401, 401]
    assert (status["answers"], status["access"], status["accounts"], status["pods"]) == (True, "acp", 1, 1)
    assert status["warnings"] == []
    stopped = pod_agent("server", "status", "--folder", tmp_path / "server", "--json")
    assert stopped.returncode == 5
    assert json.loads(stopped.stdout)["running"] is False
    with pytest.raises(UsageError, match="known as https://localhost"):
        change(tmp_path / "server", {"tls_cert": "", "tls_key": ""})  # would be http://localhost
