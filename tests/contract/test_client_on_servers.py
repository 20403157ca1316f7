"""The agent works on every server: linked, filled, synced, rebuilt, and read by another device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from pod_agent.agent import Agent
from pod_agent.config import load_settings, save_settings
from pod_agent.errors import PodError, PodUnreachableError
from pod_agent.index.local import LocalIndex
from pod_agent.ingest.layout import walk
from pod_agent.pods.embedded import EmbeddedPod
from pod_agent.pods.linking import begin_link, finish_link
from pod_agent.pods.pod import Pod
from pod_agent.synthetic.exports import write_exports
from pod_agent.synthetic.household import make_household
from tests.contract.naming import JSS, SERVERS
from tests.support.jss_login import answer_jss_login
from tests.support.jss_server import JssOwner, fresh_jss_owner, jss_server
from tests.support.solid_server import fresh_owner
from vocab.query import QuerySpec

pytestmark = pytest.mark.solid

OpenAgent = Callable[[], Agent]
_TRIES = 50
_REDIRECT = "http://127.0.0.1:9/callback"


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """The person's own keyring is none of a test's business."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    folder = tmp_path_factory.mktemp("exports")
    services = ("ocbc", "spotify")
    return tuple(write_exports(make_household(11), folder, date(2026, 10, 1), date(2026, 10, 31), services=services))


def devices(server: str, folder: Path) -> Iterator[OpenAgent]:
    """Homes of one person on one pod of this server, as many as are asked for."""
    owner = fresh_jss_owner() if server == JSS else fresh_owner("acp" if server.endswith("acp") else "wac")
    for number in range(9):
        home = folder / f"home-{number}"
        if isinstance(owner, JssOwner):
            yield lambda home=home: _with_own_login(home, owner)  # type: ignore[misc]
        else:
            login = owner.credentials
            Agent.link(home, owner.webid, login.client_id, login.client_secret, storage=owner.storage).close()
            yield lambda home=home: Agent.open(home)  # type: ignore[misc]


def _with_own_login(home: Path, owner: JssOwner) -> Agent:
    """An agent whose requests this server takes as they are; see ``JssAuth``."""
    pod = owner.open()
    home.mkdir(exist_ok=True)
    settings = save_settings(home, pod=pod.root, webid=owner.webid)
    return Agent(home, settings, pod, LocalIndex(home / "index.sqlite", settings.local_zone))


def finish(server: str, open_agent: OpenAgent, exports: tuple[Path, ...]) -> None:
    """Import; again where JavaScript Solid Server failed in between, as it does to several writers at once."""
    for left in reversed(range(_TRIES)):
        try:
            with open_agent() as agent:
                agent.import_paths(exports)
        except PodUnreachableError:
            if server != JSS or not left:
                raise
            jss_server().mend_quotas()
        else:
            return


def documents(pod: Pod) -> dict[str, bytes]:
    found = {path: pod.read(path) for path in walk(pod, "data/")}
    return {path: resource.content for path, resource in found.items() if resource is not None}


def figures(agent: Agent) -> list[object]:
    spec = QuerySpec(measures=("spend", "transactions"), dimensions=("month", "category"))
    return list(agent.query(spec, evidence=False).rows)


@pytest.mark.parametrize("server", SERVERS)
def test_an_import_ends_complete_and_every_device_tells_the_same(
    server: str, exports: tuple[Path, ...], tmp_path: Path
) -> None:
    homes = devices(server, tmp_path)
    first, second = next(homes), next(homes)
    finish(server, first, exports)
    with Agent.create(tmp_path / "embedded") as plain, first() as agent:
        plain.import_paths(exports)
        assert isinstance(plain.pod, EmbeddedPod)
        assert documents(agent.pod) == documents(plain.pod) != {}
        agent.refresh()
        before = figures(agent)
        assert before == figures(plain) != []
        again = agent.sync(full=True)
        assert (again.sent, again.taken, again.merged, again.repaired, again.records_removed) == (0, 0, 0, 0, 0)
        records = agent.rebuild_index()
        assert (records > 100, figures(agent)) == (True, before)
        assert agent.import_paths(exports).import_id is None
    with second() as other:
        other.sync()
        assert figures(other) == before


def test_a_server_that_changes_documents_is_not_linked(tmp_path: Path) -> None:
    owner = fresh_jss_owner()
    linking = begin_link(tmp_path, owner.webid, _REDIRECT, storage=owner.storage + "private/")
    answer = answer_jss_login(linking.authorization_url, owner)
    with pytest.raises(PodError, match="changes what documents say"):
        finish_link(linking, answer, None)
    assert load_settings(tmp_path).pod == ""
