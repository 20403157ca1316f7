"""Records onto a real Solid server: our documents against one resource for each record, and what a sync costs.

``python -m bench.pods [--records N] [--json]``. Everything is written to one Community Solid Server in one run. One
resource for each record would take many minutes, so it is measured on a sample, over several connections, and taken
times the number of records. Both sides are measured from the first write that is sent to the last that is answered; the
whole command is told beside it. Requests are counted as they are sent. Goals: a first upload at least
1,000 times as fast; a sync with nothing changed at most a tenth of a full one, and no document; one changed month, one
document.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from pod_agent.agent import Agent
from pod_agent.config import Settings
from pod_agent.index.local import LocalIndex
from pod_agent.ingest.layout import is_document, read_documents
from pod_agent.pods.auth import ClientCredentials, DPoPAuth
from pod_agent.pods.installing import install_server
from pod_agent.pods.server import Account, SolidServer
from pod_agent.pods.session import Session, open_client
from pod_agent.pods.solid import SolidPod
from vocab.mapping import block
from vocab.turtle import Document, join

__all__ = ["main"]

RECORDS = 50_000
MONTHS = 48
SAMPLE = 320
LANES = 8
UPLOAD_GOAL = 1000
SYNC_GOAL = 0.1
CACHE = Path(__file__).resolve().parents[1] / ".cache" / "solid-server"
PASSWORD = "correct horse"


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
        settings = Settings(pod=self.root, webid=self.webid)
        with Agent(home, settings, pod, LocalIndex(home / "index.sqlite", settings.local_zone)) as agent:
            yield agent, wire


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


def write_plays(path: Path, number: int, first: int = 0) -> Path:
    """A made-up streaming history over four years."""
    start, step = datetime(2022, 1, 1, tzinfo=UTC), timedelta(days=MONTHS * 30.4) / RECORDS
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


def one_by_one(person: Person, contents: list[bytes]) -> float:
    """Records a second where each is a resource of its own."""
    pod, _ = person.pod()
    pod.write("single/first.ttl", contents[0], if_match=None)  # the login and the container are not counted

    def put(place: int) -> None:
        pod.session.send(
            "PUT", f"{pod.root}single/r{place}.ttl", {"content-type": "text/turtle", "if-none-match": "*"}, contents[place]
        )

    with ThreadPoolExecutor(LANES) as lanes:
        started = time.perf_counter()
        list(lanes.map(put, range(1, len(contents))))
        seconds = time.perf_counter() - started
    pod.close()
    return (len(contents) - 1) / seconds


def measure(folder: Path, address: str, records: int) -> dict[str, Any]:
    """All steps with one server."""
    person = open_person(address)
    export = write_plays(folder / "plays.json", records)
    steps: dict[str, Run] = {}
    with person.agent(folder / "laptop") as (agent, wire):
        steps["first import"] = timed(wire, lambda: agent.import_paths([export]))
        singles = _singles(agent, SAMPLE)
        steps["nothing changed"] = timed(wire, agent.refresh)
        with person.agent(folder / "phone") as (phone, other):
            steps["full sync"] = timed(other, phone.rebuild_index)
            steps["import of one more"] = timed(
                other, lambda: phone.import_paths([write_plays(folder / "more.json", 1, records)])
            )
        steps["one month changed"] = timed(wire, agent.refresh)
        assert agent.index.count() == records + 1
    naive = one_by_one(open_person(address), singles)
    return {"records": records, "naive": naive, "steps": steps}


def _singles(agent: Agent, number: int) -> list[bytes]:
    found: list[bytes] = []
    for path, held in read_documents(agent.pod):
        found += [join(Document({record.iri.partition("#")[2]: block(record)}), path) for record in held]
        if len(found) >= number:
            break
    return found[:number]


def report(found: dict[str, Any]) -> dict[str, Any]:
    """The figures as one JSON document."""
    steps: dict[str, Run] = found["steps"]
    first, naive = steps["first import"], found["records"] / found["naive"]
    return {
        "records": found["records"],
        "one_resource_each_per_s": round(found["naive"], 1),
        "one_resource_each_s": round(naive),
        "first_upload_s": round(first.upload, 2),
        "times_faster": round(naive / first.upload),
        "whole_import_s": round(first.wall, 2),
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
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        with SolidServer(install_server(CACHE), Path(folder, "server")) as server:
            told = report(measure(Path(folder), server.address, options.records))
    if options.json:
        print(json.dumps(told))
        return
    print(f"load of the machine {told['load']:.1f}; {LANES} connections; sample of {SAMPLE - 1} resources")
    print(f"one resource for each of {told['records']:,}: {told['one_resource_each_per_s']} a second", end="")
    print(f" = {told['one_resource_each_s']:,} s (extrapolated)")
    print(f"first upload {told['first_upload_s']} s: {told['times_faster']:,} times as fast (goal {UPLOAD_GOAL:,})")
    print(f"with reading the export, planning and the index {told['whole_import_s']} s")
    print(f"sync with nothing changed: {told['sync_share']} of a full one (goal {SYNC_GOAL})")
    for name, step in told["steps"].items():
        sent = " ".join(f"{method} {number}" for method, number in sorted(step["requests"].items()))
        print(f"{name:20}{step['wall_s']:8.2f} s {step['cpu_s']:7.2f} s CPU  {step['documents']:4} documents  {sent}")


if __name__ == "__main__":
    main()
