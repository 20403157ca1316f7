"""Homes linked to containers of a real server, and the check that a pod is whole after a fault."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pod_agent.agent import Agent
from pod_agent.config import load_settings, save_settings
from pod_agent.index.local import LocalIndex
from pod_agent.ingest.layout import is_document, is_series, read_documents, walk
from pod_agent.ingest.manifest import digest, load_manifest
from pod_agent.ingest.pipeline import Ingest
from pod_agent.ingest.provenance import import_ids, read_import, read_provenance
from pod_agent.pods.embedded import EmbeddedPod
from pod_agent.pods.hosting.server import Account
from pod_agent.pods.login.auth import DPoPAuth
from pod_agent.pods.login.logins import ClientCredentials
from pod_agent.pods.login.secrets import SecretStore
from pod_agent.pods.pod import Pod
from pod_agent.pods.session import Session, open_client
from pod_agent.pods.solid import SolidPod
from tests.support.exports import many_plays, spotify_json
from tests.support.fault_proxy import ProxiedServer
from tests.support.memory_pod import MemoryPod
from vocab.query import QuerySpec

__all__ = ["Sources", "Tenant", "assert_once", "assert_whole", "make_sources", "open_tenant", "snapshot"]

PASSWORD = "correct horse"
OURS = {"data", "imports", "manifest.ttl"}


@dataclass(frozen=True)
class Tenant:
    """A made-up person on one server; every case gets a container of its own in the person's pod."""

    server: ProxiedServer
    webid: str
    storage: str
    credentials: ClientCredentials
    auth: DPoPAuth

    def home(self, folder: Path, root: str = "") -> Path:
        """A home linked to a fresh container, or to ``root``."""
        save_settings(folder, pod=root or self.fresh_root(), webid=self.webid, issuer=self.credentials.issuer)
        SecretStore(folder, None).keep(self.webid, self.credentials)
        return folder

    def fresh_root(self) -> str:
        """The address of a container that nobody used."""
        return f"{self.storage}case-{secrets.token_hex(5)}/"

    def open(self, root: str, auth: DPoPAuth | None = None) -> SolidPod:
        """A handle on a container; the caller closes it."""
        return SolidPod(root, Session(open_client(root, auth or self.auth)))


def open_tenant(server: ProxiedServer) -> Tenant:
    """A new account with a pod on a server."""
    name = f"person-{secrets.token_hex(5)}"
    with Account(server.address) as account:
        account.register(f"{name}@example.test", PASSWORD)
        webid, storage = account.create_pod(name)
        credentials = account.create_credentials("tests", webid)
    return Tenant(server, webid, storage, credentials, DPoPAuth(credentials))


@dataclass(frozen=True)
class Sources:
    """Exports, the number of their rows, and the documents that an import without any fault makes of them."""

    paths: tuple[Path, ...]
    rows: int
    documents: dict[str, bytes]


def make_sources(folder: Path, start: int = 0) -> Sources:
    """Plays of two months, long enough that a document has a middle."""
    plays = [*many_plays(300)[start:], *[(60_000 + minute, track) for minute, track in many_plays(60)]]
    folder.mkdir(parents=True, exist_ok=True)
    paths = (spotify_json(folder / "plays.json", plays),)
    pod = EmbeddedPod(folder / "calm" / "pod")
    Ingest(pod, folder / "calm").run(paths)
    return Sources(paths, len(plays), snapshot(pod).documents("data/") | snapshot(pod).documents("manifest"))


class _Copy(MemoryPod):
    """What a pod held at one moment."""

    def __init__(self, root: str) -> None:
        super().__init__()
        self._root = root

    @property
    def root(self) -> str:
        return self._root


def snapshot(pod: Pod) -> MemoryPod:
    """Everything in a pod, each resource read once."""
    copy = _Copy(pod.root)
    for path in walk(pod, ""):
        resource = pod.read(path)
        assert resource is not None, path
        copy.put(path, resource.content, resource.media_type)
    return copy


def assert_whole(tenant: Tenant, home: Path, sources: Sources) -> None:
    """The pod holds each row exactly once, as if nothing had happened; the manifest and the index say the same."""
    settings = load_settings(home)
    pod = tenant.open(settings.pod)
    copy = snapshot(pod)
    pod.close()
    assert {**copy.documents("data/"), **copy.documents("manifest")} == sources.documents
    assert {path.partition("/")[0] for path in copy.resources} <= OURS
    assert len(assert_once(copy)) == sources.rows
    assert_index(home, copy)


def assert_once(pod: Pod) -> list[Any]:
    """Each record lies in one place and came by one import, and the manifest says what is there; their IRIs."""
    entries = load_manifest(pod).entries
    assert sorted(entries) == [path for path in walk(pod, "data/") if is_document(path) or is_series(path)]
    for path, entry in entries.items():
        resource = pod.read(path)
        assert resource is not None
        assert digest(resource.content) == entry.sha256
    held = [record.iri for _, records in read_documents(pod) for record in records]
    assert len(held) == len(set(held))
    assert Counter(iri for iri, _, _ in read_provenance(pod)).keys() == set(held)
    for import_id in import_ids(pod):
        counts = read_import(pod, import_id).counts
        assert counts.read == counts.written + counts.duplicate + counts.rejected + counts.skipped
    return held


def assert_index(home: Path, pod: Pod) -> None:
    """The home's index, as the last command left it, gives what one that is made anew from the pod gives."""
    settings = load_settings(home)
    anew = home / "anew" / secrets.token_hex(4)
    with Agent(anew, settings, pod, LocalIndex(anew / "index.sqlite", settings.local_zone)) as agent:
        iris = [record.iri for _, records in read_documents(pod) for record in records]
        with LocalIndex(home / "index.sqlite", settings.local_zone) as index:
            assert _told(index, iris) == _told(agent.index, iris)


def _told(index: LocalIndex, iris: list[Any]) -> list[Any]:
    specs = (
        QuerySpec(measures=("plays", "listening_minutes"), dimensions=("month", "artist")),
        QuerySpec(measures=("spend", "transactions"), dimensions=("day", "merchant")),
    )
    records = {record.iri: record for record in index.get(iris)}
    origins = [index.origins(source) for source in sorted({iri.split("/")[1] for iri in iris})]
    return [records, origins, index.documents(), index.count(), *(index.run(spec) for spec in specs)]
