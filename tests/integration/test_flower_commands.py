"""Training by the commands that people type: the business's servers, two agents with logins, TLS and node keys."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from aggregator.ports import free_port
from pod_agent.synthetic.exports import write_exports
from pod_agent.synthetic.household import make_household
from tests.support.certificates import make_certificates

pytestmark = pytest.mark.flower

TERMS = """
title = "A forecast of weekly spending, round {number}"
purpose = "https://w3id.org/pod-agent#FederatedTraining"
data = ["https://w3id.org/dpv/pd#PurchasesAndSpendingHabit"]
min_batch = 2
demo = true
opens = {opens:%Y-%m-%dT%H:%M:%SZ}
closes = {closes:%Y-%m-%dT%H:%M:%SZ}
noise = {{ variance = 0 }}

[statistic]
type = "ModelUpdate"
model = "weekly-spending-1"
length = 14
clip = 8192
fraction_bits = 14
norm = 8192
"""


class Command:
    """A command that runs until it is ended; ``line`` is the first that it printed."""

    def __init__(self, module: str, home: Path, *arguments: str) -> None:
        self.log = home.parent / f"{home.name}-{arguments[0]}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module, "--home", str(home), *arguments],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def line(self) -> str:
        watchdog = threading.Timer(60, self.process.kill)
        watchdog.start()
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        watchdog.cancel()
        assert line, self.log.read_text()
        return line.strip()

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Its exit status and the rest of what it printed."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=120)
        return self.process.returncode, output


class Shop:
    """The folder of a business and what runs from it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home, self.leader_port = folder, folder / "shop", free_port()
        self.running: list[Command] = []

    def open(self) -> None:
        options = ["--controller", "https://shop.example/#us", "--helper", "https://pods.example/#us"]
        self("init", *options, "--leader-port", str(self.leader_port), "--helper-port", str(free_port()))
        made = make_certificates(self.folder / "certificates")
        tls = ["--certificate", str(made.certificate), "--key", str(made.key), "--authority", str(made.authority)]
        people = self.start(self.folder / "operators", "issuer", "demo", "--people", "2")
        self.operator = people.split()[-1]
        for server in ("helper", "leader"):
            self.start(self.home, server)
        self.start(self.home, "superlink", *tls, "--port", "0")

    def __call__(self, *arguments: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "aggregator", "--home", str(self.home), *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if "--json" in arguments else done.stdout

    def start(self, home: Path, *arguments: str) -> str:
        command = Command("aggregator", home, *arguments)
        self.running.append(command)
        return command.line()

    def publish(self, number: int) -> str:
        now, path = datetime.now(UTC), self.home / "round.toml"
        opens, closes = now - timedelta(minutes=1), now + timedelta(hours=1)
        path.write_text(TERMS.format(number=number, opens=opens, closes=closes), encoding="utf-8")
        return str(self("publish", str(path), "--json")["task"])

    def nodes(self) -> dict[str, str]:
        """Names of nodes by WebID."""
        return {node["webid"]: node["node"] for node in self("nodes", "list", "--json")}


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop of its own for each test, for one of them ends its servers."""
    made = Shop(tmp_path_factory.mktemp("commands"))
    try:
        made.open()
        yield made
    finally:
        for command in reversed(made.running):
            command.end()


def pod_agent(home: Path, *arguments: str, status: int = 0) -> Any:
    command = [sys.executable, "-m", "pod_agent", "--home", str(home), *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == status, done.stdout + done.stderr
    return json.loads(done.stdout)


def household(shop: Shop, folder: Path, number: int) -> tuple[Path, str]:
    """A made-up person's home, the first one's with half a year of a bank account in it, and their WebID."""
    home, webid = folder / f"home-{number}", f"{shop.operator}people/{number}#me"
    home.mkdir()
    told = {"webid": webid, "issuer": shop.operator, "aggregator": f"http://127.0.0.1:{shop.leader_port}/"}
    lines = [f'{name} = "{value}"' for name, value in {**told, "simulated": "yes"}.items()]
    (home / "settings.toml").write_text("\n".join(lines), encoding="utf-8")
    pod_agent(home, "init")
    if number:
        return home, webid
    today = date.today()  # noqa: DTZ011 - the day on which somebody downloads
    person = make_household(number + 1, pace=0.5, opened=today - timedelta(days=250))
    write_exports(person, folder / f"exports-{number}", today - timedelta(days=220), today, services=("ocbc",))
    pod_agent(home, "import", str(folder / f"exports-{number}"))
    return home, webid


def test_two_people_join_a_round_by_command_one_is_removed_and_joins_again_and_one_leaves(
    tmp_path: Path, shop: Shop
) -> None:
    homes = [household(shop, tmp_path, number) for number in range(2)]
    (first, webid), (second, other) = homes
    assert pod_agent(first, "federation", "join", "--seconds", "2", status=4)["error"]["code"] == "no_grant"
    task = shop.publish(1)
    for home, _ in homes:
        pod_agent(home, "grants", "give", task, "--yes")
    joined = [Command("pod_agent", home, "federation", "join", "--json") for home, _ in homes]
    try:
        outcome = shop("train", task, "--cohort", "2", "--deadline", "60", "--json")
        assert (outcome["asked"], outcome["summed"], outcome["round"]) == (2, 2, 1)
        assert outcome["weights"] != [1.0, 0.25, 0.25, 0.25]
        nodes = shop.nodes()
        assert set(nodes) == {webid, other}
        found = pod_agent(first, "federation", "status")
        assert (found["state"], found["in_force"], found["membership"]["node"]) == ("joined", True, nodes[webid])

        shop("nodes", "remove", nodes[webid][:12])
        output, _ = joined[0].process.communicate(timeout=120)
        assert json.loads(output)["error"]["code"] == "node_not_admitted"
        status, output = joined[1].end(signal.SIGINT)
        assert (status, json.loads(output)) == (0, {"answered": 1, "refused": 0})
    finally:
        for command in joined:
            command.end()

    assert pod_agent(first, "federation", "status")["state"] == "not joined"
    assert pod_agent(second, "federation", "leave") == {"told": True}
    assert shop.nodes() == {}
    shop.publish(2)  # the grant for the first round covers the next
    assert pod_agent(first, "federation", "join", "--seconds", "2") == {"answered": 0, "refused": 0}
    assert set(shop.nodes()) == {webid}
    [grant] = pod_agent(first, "grants", "list")
    pod_agent(first, "grants", "withdraw", grant["grant"])
    assert shop.nodes() == {}
    shown = [entry for entry in pod_agent(first, "audit") if entry["action"] == "release"]
    assert [entry["outcome"] for entry in shown] == ["permitted", "sent"] * 3


def test_the_servers_end_with_the_signal_and_leave_no_process(shop: Shop) -> None:
    superlink = next(command for command in shop.running if "superlink" in command.log.name)
    family = psutil.Process(superlink.process.pid).children(recursive=True)
    assert family
    assert superlink.end()[0] == 0
    assert [process for process in family if process.is_running()] == []
