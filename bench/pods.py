"""Records onto a real Solid server: our documents against one resource for each record, and what a sync costs.

``python -m bench.pods [--records N] [--months N] [--json]``. Everything is written to one Community Solid Server in one
run. One resource for each record would take many minutes, so it is measured on a sample, over several connections, and
taken times the number of records. Both sides are measured from the first write that is sent to the last that is
answered; the whole command is told beside it. Requests are counted as they are sent. A request costs the server the
same whatever it holds, so the ratio is about the number of records in a document. Goals: a first upload at least 1,000
times as fast; a sync with nothing changed at most a tenth of a full one, and no document; one changed month, one
document.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from pod_agent.agent import Agent
from pod_agent.config import Settings
from pod_agent.index.local import LocalIndex
from pod_agent.ingest.layout import is_document, read_documents
from pod_agent.ingest.pipeline import Ingest
from pod_agent.pods.embedded import EmbeddedPod
from pod_agent.pods.hosting.installing import install_server
from pod_agent.pods.hosting.server import Account, SolidServer
from pod_agent.pods.login.auth import ClientCredentials, DPoPAuth
from pod_agent.pods.session import Session, open_client
from pod_agent.pods.solid import SolidPod
from vocab.mapping import block
from vocab.turtle import Document, join

__all__ = ["main"]

RECORDS = 50_000
MONTHS = 48
SAMPLE = 321
ROUNDS = 3
LANES = 8
UPLOAD_GOAL = 1000
SYNC_GOAL = 0.1
CACHE = Path(__file__).resolve().parents[1] / ".cache" / "solid-server"
PASSWORD = "correct horse"  # noqa: S105 - of an account that lives as long as the run


@dataclass
class Wire:
    """The requests that were sent, by method, and the documents of records that were asked for.

    ``first`` and ``last`` are when the first write was sent and when the last one was answered.
    """

    root: str
    methods: Counter[str] = field(default_factory=Counter)
    documents: int = 0
    first: float = 0.0
    last: float = 0.0

    def answered(self, response: httpx.Response) -> None:
        """Note when a write was answered."""
        if response.request.method == "PUT":
            self.last = time.perf_counter()

    def note(self, request: httpx.Request) -> None:
        """Count a request."""
        self.methods[request.method] += 1
        if request.method == "PUT":
            self.first = self.first or time.perf_counter()
        path = str(request.url).removeprefix(self.root)
        self.documents += request.method == "GET" and is_document(path)


@dataclass(frozen=True)
class Person:
    """A made-up person with a pod on the server."""

    webid: str
    root: str
    credentials: ClientCredentials

    def pod(self) -> tuple[SolidPod, Wire]:
        """A handle on the pod, and what it sends."""
        wire = Wire(self.root)
        client = open_client(self.root, DPoPAuth(self.credentials))
        client.event_hooks = {"request": [wire.note], "response": [wire.answered]}
        return SolidPod(self.root, Session(client)), wire

    @contextmanager
    def agent(self, home: Path) -> Iterator[tuple[Agent, Wire]]:
        """An agent of this person on a home of its own: one device."""
        pod, wire = self.pod()
        with self.device(home, pod) as agent:
            yield agent, wire

    def device(self, home: Path, pod: SolidPod) -> Agent:
        """The agent on a home; one that is new reads the whole pod."""
        settings = Settings(pod=self.root, webid=self.webid)
        return Agent(home, settings, pod, LocalIndex(home / "index.sqlite", settings.local_zone))


@dataclass(frozen=True)
class Run:
    """What one step took, in seconds, and what it sent."""

    wall: float
    cpu: float
    upload: float
    requests: dict[str, int]
    documents: int


def timed(wire: Wire, work: Callable[[], object]) -> Run:
    """Do it and measure it; CPU seconds are those of this process, without the server's."""
    wire.methods.clear()
    wire.documents, wire.first, wire.last = 0, 0.0, 0.0
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Run(wall, cpu, wire.last - wire.first, dict(wire.methods), wire.documents)


def write_plays(path: Path, number: int, step: timedelta, first: int = 0) -> Path:
    """A made-up streaming history, a play at each step."""
    start = datetime(2022, 1, 1, tzinfo=UTC)
    rows = [
        {
            "ts": f"{start + step * place:%Y-%m-%dT%H:%M:%SZ}",
            "ms_played": 30_000 + place % 200_000,
            "master_metadata_track_name": f"Song {place % 5_000}",
            "master_metadata_album_artist_name": f"Artist {place % 400}",
            "master_metadata_album_album_name": f"Album {place % 900}",
            "spotify_track_uri": f"spotify:track:{place % 5_000:022d}",
            "episode_name": None,
            "skipped": False,
        }
        for place in range(first, first + number)
    ]
    path.write_text(json.dumps(rows))
    return path


def open_person(address: str) -> Person:
    """A new account with a pod."""
    name = f"bench-{secrets.token_hex(4)}"
    with Account(address) as account:
        account.register(f"{name}@example.test", PASSWORD)
        webid, storage = account.create_pod(name)
        return Person(webid, storage + "pod-agent/", account.create_credentials("bench", webid))


def one_by_one(person: Person, contents: list[tuple[str, bytes]]) -> float:
    """Records a second where each is a resource of its own, in a container for its month."""
    pod, _ = person.pod()
    pod.write_only(*contents[0], if_match=None)  # the login and the first containers are not counted

    def put(each: tuple[str, bytes]) -> None:
        pod.write_only(*each, if_match=None)

    with ThreadPoolExecutor(LANES) as lanes:
        started = time.perf_counter()
        list(lanes.map(put, contents[1:]))
        seconds = time.perf_counter() - started
    pod.close()
    return (len(contents) - 1) / seconds


def measure(folder: Path, address: str, records: int, months: int) -> dict[str, Any]:
    """All steps with one server; both ways of writing in turn, several times."""
    step = timedelta(days=months * 30.4) / records
    export = write_plays(folder / "plays.json", records, step)
    more = write_plays(folder / "more.json", 1, step, records)
    singles, naive, uploads = _singles(folder, export), list[float](), list[float]()
    for number in range(ROUNDS):
        person = open_person(address)
        pod, wire = person.pod()
        ingest = Ingest(pod, folder / f"upload-{number}")
        uploads.append(timed(wire, partial(ingest.run, [export])).upload)
        pod.close()
        part = singles[number * SAMPLE // ROUNDS : (number + 1) * SAMPLE // ROUNDS]
        naive.append(one_by_one(open_person(address), part))
    return {"records": records, "naive": naive, "uploads": uploads, "steps": _steps(folder, address, (export, more))}


def _steps(folder: Path, address: str, exports: tuple[Path, Path]) -> dict[str, Run]:
    """One person with two devices."""
    person, steps = open_person(address), dict[str, Run]()
    with person.agent(folder / "laptop") as (agent, wire):
        steps["first import"] = timed(wire, lambda: agent.import_paths([exports[0]]))
        steps["nothing changed"] = timed(wire, agent.sync)
        with ExitStack() as stack:
            pod, other = person.pod()
            steps["full sync"] = timed(other, lambda: stack.enter_context(person.device(folder / "phone", pod)))
        with person.agent(folder / "phone") as (phone, other):
            steps["import of one more"] = timed(other, lambda: phone.import_paths([exports[1]]))
            held = phone.index.count()
        steps["one month changed"] = timed(wire, agent.sync)
        if agent.index.count() != held:
            raise SystemExit("the two devices do not hold the same")
    return steps


def _singles(folder: Path, export: Path) -> list[tuple[str, bytes]]:
    """The first records of the export, each as the resource that it would be."""
    pod = EmbeddedPod(folder / "embedded" / "pod")
    Ingest(pod, folder / "embedded").run([export])
    found: list[tuple[str, bytes]] = []
    for path, held in read_documents(pod):
        for record in held:
            name = record.iri.partition("#")[2]
            found.append((f"{path.removesuffix('.ttl')}/{name}.ttl", join(Document({name: block(record)}), path)))
        if len(found) >= SAMPLE:
            break
    return found[:SAMPLE]


def report(found: dict[str, Any]) -> dict[str, Any]:
    """The figures as one JSON document."""
    steps: dict[str, Run] = found["steps"]
    speed, upload = statistics.median(found["naive"]), statistics.median(found["uploads"])
    return {
        "records": found["records"],
        "one_resource_each_per_s": [round(each, 1) for each in found["naive"]],
        "one_resource_each_s": round(found["records"] / speed),
        "first_upload_s": [round(each, 2) for each in found["uploads"]],
        "times_faster": round(found["records"] / speed / upload),
        "whole_import_s": round(steps["first import"].wall, 2),
        "sync_share": round(steps["nothing changed"].wall / steps["full sync"].wall, 3),
        "load": os.getloadavg()[0],
        "steps": {
            name: {
                "wall_s": round(run.wall, 3),
                "cpu_s": round(run.cpu, 3),
                "requests": run.requests,
                "documents": run.documents,
            }
            for name, run in steps.items()
        },
    }


def main() -> None:
    """Read the command line, run all steps and print them."""
    parser = argparse.ArgumentParser(prog="python -m bench.pods", description=__doc__)
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--months", type=int, default=MONTHS, help="months that the records spread over")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, SolidServer(install_server(CACHE), Path(folder, "server")) as server:
        told = report(measure(Path(folder), server.address, options.records, options.months))
    if options.json:
        print(json.dumps(told))
        return
    print(f"load of the machine {told['load']:.1f}; {LANES} connections; sample of {SAMPLE} resources")
    print(f"one resource for each of {told['records']:,}: {told['one_resource_each_per_s']} a second", end="")
    print(f", median: {told['one_resource_each_s']:,} s (extrapolated)")
    print(f"first upload {told['first_upload_s']} s: {told['times_faster']:,} times as fast (goal {UPLOAD_GOAL:,})")
    print(f"with reading the export, planning and the index {told['whole_import_s']} s")
    print(f"sync with nothing changed: {told['sync_share']} of a full one (goal {SYNC_GOAL})")
    for name, step in told["steps"].items():
        sent = " ".join(f"{method} {number}" for method, number in sorted(step["requests"].items()))
        print(f"{name:20}{step['wall_s']:8.2f} s {step['cpu_s']:7.2f} s CPU  {step['documents']:4} documents  {sent}")


if __name__ == "__main__":
    main()
