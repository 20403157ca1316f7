"""Moving a pod: byte for byte, killed anywhere and finished, never two halves in use."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from consent.grant import Status
from pod_agent.agent import Agent
from pod_agent.config import load_settings
from pod_agent.errors import PodDamagedError, PodUnreachableError, UsageError
from pod_agent.federation.consents import Consents
from pod_agent.ingest.journal import Intent, Journal
from pod_agent.ingest.layout import read_documents, walk
from pod_agent.ingest.manifest import load_manifest
from pod_agent.pods.embedded import EmbeddedPod
from pod_agent.pods.opening import EMBEDDED
from pod_agent.pods.pod import Pod
from pod_agent.pods.webid.type_index import TypeIndex
from pod_agent.portability.copies import read_copies
from pod_agent.portability.copying import inventory
from pod_agent.portability.moving import Moved, move, target_home
from tests.support.full_home import fill_home, grant_in, plays, pod_agent, told_home
from tests.support.memory_pod import Fault, FaultyPod
from tests.support.move_child import folder_server, link_folder
from tests.support.solid_consent import LinkCommand, answer_login
from tests.support.solid_server import PodOwner, fresh_owner
from tests.support.whole_life import whole_life
from vocab.query import QuerySpec

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
SPEND = QuerySpec(measures=("spend",), dimensions=("month", "category", "merchant"))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("move") / "home"
    fill_home(folder)
    return folder


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    shutil.copytree(filled, tmp_path / "home")
    return tmp_path / "home"


def moved_to(home: Path, folder: Path, **options: Any) -> Moved:
    if load_settings(home).pod == EMBEDDED:
        link_folder(home, folder)
    return move(home, embedded=False, keyring=None, opening=folder_server(folder), **options)


def moved_back(home: Path, folder: Path, **options: Any) -> Moved:
    return move(home, embedded=True, keyring=None, opening=folder_server(folder), **options)


def pod_in_use(home: Path, folder: Path) -> Pod:
    settings = load_settings(home)
    return EmbeddedPod(home / "pod") if settings.pod == EMBEDDED else EmbeddedPod(folder)


def test_every_resource_comes_along_byte_for_byte_and_the_old_pod_is_kept(home: Path, tmp_path: Path) -> None:
    before = inventory(EmbeddedPod(home / "pod"))
    done = moved_to(home, tmp_path / "server")
    assert inventory(EmbeddedPod(tmp_path / "server")) == before == inventory(EmbeddedPod(home / "pod"))
    assert (done.written, done.resources, done.renamed, done.old) == (len(before), len(before), 0, ())
    records = sum(len(records) for _, records in read_documents(EmbeddedPod(tmp_path / "server")))
    assert done.records == records > 60
    settings = load_settings(home)
    assert (settings.pod, settings.webid) == (
        (tmp_path / "server").as_uri() + "/",
        "https://alice.example/profile/card#me",
    )
    assert not target_home(home).exists()
    assert [copy.state for copy in read_copies(home)] == ["left"]


def test_moving_again_says_that_the_pod_is_there_and_can_remove_what_was_left(home: Path, tmp_path: Path) -> None:
    moved_to(home, tmp_path / "server")
    link_folder(home, tmp_path / "server")
    again = moved_to(home, tmp_path / "server", remove_old=True)
    assert (again.source, again.written) == (again.target, 0)
    assert again.old[0].is_gone
    assert again.old[0].removed.total() == again.resources
    assert not (home / "pod").exists()
    assert not (home / "copies.json").exists()
    assert not target_home(home).exists()


def test_moving_there_and_back_keeps_index_consents_and_corrections(home: Path, tmp_path: Path) -> None:
    with Agent.open(home) as agent:
        before = (agent.query(SPEND).rows, agent.audit(), agent.grants(), agent.index.documents())
        gym = next(row for row in agent.index.transactions() if row.description == "IRON GYM")
    moved_to(home, tmp_path / "server")
    moved_back(home, tmp_path / "server")
    with Agent.open(home) as agent:
        assert (agent.query(SPEND).rows, agent.audit(), agent.grants(), agent.index.documents()) == before
        assert agent.consents.gate.states().damaged == ()
        agent.rebuild_index()
        assert (agent.query(SPEND).rows, agent.index.documents()) == (before[0], before[3])
        assert agent.show([gym.iri])[0]["fields"]["category"] == "health"


def test_a_pod_that_changed_after_it_was_left_is_not_written_over(home: Path, tmp_path: Path) -> None:
    moved_to(home, tmp_path / "server")
    EmbeddedPod(home / "pod").write("feedback/2026-01.ttl", b"<> <#a> <#b> .\n", if_match=None)
    with pytest.raises(UsageError, match="was changed since you left it"):
        moved_back(home, tmp_path / "server")
    assert EmbeddedPod(home / "pod").read("feedback/2026-01.ttl")
    assert load_settings(home).pod == (tmp_path / "server").as_uri() + "/"


def test_changes_made_in_the_new_pod_come_back_with_it_and_removals_too(home: Path, tmp_path: Path) -> None:
    moved_to(home, tmp_path / "server")
    server = EmbeddedPod(tmp_path / "server")
    server.write("feedback/2026-01.ttl", b"<> <#a> <#b> .\n", if_match=None)
    server.remove("settings/rules/rules.ttl")
    moved_back(home, tmp_path / "server")
    assert inventory(EmbeddedPod(home / "pod")) == inventory(server)


def test_a_place_that_holds_something_else_is_refused(home: Path, tmp_path: Path) -> None:
    server = EmbeddedPod(tmp_path / "server")
    server.write("data/x.ttl", b"<> <#a> <#b> .\n", if_match=None)
    with pytest.raises(UsageError, match="holds something already"):
        moved_to(home, tmp_path / "server")
    assert load_settings(home).pod == EMBEDDED
    assert list(walk(server, "")) == ["data/x.ttl"]


@pytest.mark.parametrize("fault", ["gone", "cut"])
@pytest.mark.parametrize("kind", ["ttl", "csv.gz"])
def test_a_pod_that_lacks_what_its_manifest_lists_is_not_left(
    kind: str, fault: str, home: Path, tmp_path: Path
) -> None:
    path = next(path for path in load_manifest(EmbeddedPod(home / "pod")).entries if path.endswith(kind))
    whole = (home / "pod" / path).read_bytes()
    if fault == "gone":
        (home / "pod" / path).unlink()
    else:
        (home / "pod" / path).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(PodDamagedError):
        moved_to(home, tmp_path / "server", remove_old=True)
    assert load_settings(home).pod == EMBEDDED
    (home / "pod" / path).write_bytes(whole)
    moved_to(home, tmp_path / "server", remove_old=True)
    assert (tmp_path / "server" / path).read_bytes() == whole


def test_what_another_program_changed_moves_as_it_is(home: Path, tmp_path: Path) -> None:
    path = next(path for path in load_manifest(EmbeddedPod(home / "pod")).entries if "/transaction/" in path)
    edited = b"# another program was here\n" + (home / "pod" / path).read_bytes()
    (home / "pod" / path).write_bytes(edited)
    moved_to(home, tmp_path / "server")
    assert (tmp_path / "server" / path).read_bytes() == edited


def test_shared_copies_do_not_move(home: Path, tmp_path: Path) -> None:
    EmbeddedPod(home / "pod").write("shared/abc/a.ttl", b"<> <#a> <#b> .\n", if_match=None)
    with pytest.raises(UsageError, match="others can read"):
        moved_to(home, tmp_path / "server")
    assert load_settings(home).pod == EMBEDDED


def test_an_import_that_was_cut_off_is_finished_before_the_move(home: Path, tmp_path: Path) -> None:
    pod = EmbeddedPod(home / "pod")
    journal = Journal(home / "ingest" / "journal.sqlite", pod.root)
    journal.add([Intent(path="imports/late.txt", content=b"late", etag=None, media_type="text/plain")])
    journal.close()
    moved_to(home, tmp_path / "server")
    late = EmbeddedPod(tmp_path / "server").read("imports/late.txt")
    assert late is not None
    assert late.content == b"late"


def test_the_old_address_in_full_becomes_the_new_one_and_signed_documents_stay(home: Path, tmp_path: Path) -> None:
    pod = EmbeddedPod(home / "pod")
    note = f"<#n> <http://schema.org/about> <{pod.root}data/ocbc/transaction/2026/2026-02.ttl#abc> .\n".encode()
    pod.write("settings/note.ttl", note, if_match=None)
    pod.write("consent/note.ttl", note, if_match=None)
    done = moved_to(home, tmp_path / "server")
    server = EmbeddedPod(tmp_path / "server")
    found = [server.read(path) for path in ("settings/note.ttl", "consent/note.ttl")]
    assert [each.content for each in found if each] == [note.replace(pod.root.encode(), server.root.encode()), note]
    assert done.renamed == 1
    moved_back(home, tmp_path / "server")
    assert (home / "pod" / "settings/note.ttl").read_bytes() == note


def _kill(home: Path, folder: Path, point: str, *options: str) -> None:
    command = [sys.executable, "-m", "tests.support.move_child", str(home), str(folder), point, *options]
    child = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, timeout=60)
    assert child.returncode == -9, child.stderr.decode()


POINTS = ["before-note", "after-note", "0", "cut-1", "done-9", "cut-20", "done-40", "before-switch", "after-switch"]


@pytest.mark.parametrize("point", POINTS)
def test_a_move_that_was_killed_leaves_one_whole_pod_in_use_and_is_finished_by_the_same_command(
    point: str, home: Path, tmp_path: Path
) -> None:
    server = tmp_path / "server"
    before = inventory(EmbeddedPod(home / "pod"))
    link_folder(home, server)
    _kill(home, server, point)
    assert inventory(pod_in_use(home, server)) == before
    if load_settings(home).pod == EMBEDDED:
        move(home, embedded=False, keyring=None, opening=folder_server(server), remove_old=True)
    else:
        move(home, embedded=False, keyring=None, opening=_at_home(home, server), remove_old=True)
    assert load_settings(home).pod == server.as_uri() + "/"
    assert inventory(EmbeddedPod(server)) == before
    assert not (home / "pod").exists()
    assert not target_home(home).exists()


def _at_home(home: Path, server: Path) -> Any:
    if not load_settings(target_home(home)).pod:
        link_folder(home, server)
    return folder_server(server)


@pytest.mark.parametrize("point", ["removing-0", "removing-20"])
def test_a_removal_that_was_killed_goes_on(point: str, home: Path, tmp_path: Path) -> None:
    server = tmp_path / "server"
    before = inventory(EmbeddedPod(home / "pod"))
    link_folder(home, server)
    _kill(home, server, point, "--remove-old")
    assert inventory(pod_in_use(home, server)) == before
    move(home, embedded=False, keyring=None, opening=_at_home(home, server), remove_old=True)
    assert inventory(EmbeddedPod(server)) == before
    assert not (home / "pod").exists()


@pytest.mark.parametrize("fault", [Fault.LOST_ANSWER, Fault.SERVER_ERROR])
@pytest.mark.parametrize("number", [0, 7, 40])
def test_a_connection_that_is_lost_costs_nothing(number: int, fault: Fault, home: Path, tmp_path: Path) -> None:
    server = tmp_path / "server"
    link_folder(home, server)
    with pytest.raises(PodUnreachableError):
        move(
            home,
            embedded=False,
            keyring=None,
            opening=folder_server(server, lambda folder: FaultyPod(EmbeddedPod(folder), number, fault)),
        )
    assert load_settings(home).pod == EMBEDDED
    done = moved_to(home, server)
    assert 0 < done.written < done.resources or number == 0
    assert inventory(EmbeddedPod(server)) == inventory(EmbeddedPod(home / "pod"))


def test_links_and_strange_files_in_the_old_folder_stay_and_are_told(home: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "diary.ttl").write_text("mine")
    (home / "pod" / "data" / "away").symlink_to(outside)
    (home / "pod" / "settings" / "My Notes.txt").write_text("mine")
    (home / "pod" / "shared.ttl").symlink_to(outside / "diary.ttl")
    link_folder(home, tmp_path / "server")
    done = move(home, embedded=False, keyring=None, opening=folder_server(tmp_path / "server"), remove_old=True)
    assert not done.old[0].is_gone
    assert len(done.old[0].stayed) == 3
    assert (outside / "diary.ttl").read_text() == "mine"
    assert (home / "pod" / "settings" / "My Notes.txt").exists()
    assert [copy.state for copy in read_copies(home)] == ["left"]


def test_a_home_whose_environment_names_the_pod_is_not_moved(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POD_AGENT_POD", "embedded")
    with pytest.raises(UsageError, match="POD_AGENT_POD"):
        moved_to(home, tmp_path / "server")


def login(owner: PodOwner) -> list[str]:
    secret = owner.credentials
    return ["--client-id", secret.client_id, "--client-secret", secret.client_secret, "--storage", owner.storage]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A home with two months of payments, some plays, a correction and a grant: few enough documents for a server."""
    folder = tmp_path / "home"
    money = [each for each in whole_life() if each.source == "ocbc" and each.at.month < 3]
    told_home(folder, ("bank", money), ("spotify", plays("First", "Second")))
    with Agent.open(folder) as agent:
        row = next(iter(agent.index.transactions()))
        agent.correct(row.iri, "health", only_this=True)
    grant_in(folder)
    return folder


def kinds_at(owner: PodOwner) -> int:
    """How many classes of the agent's container this person's type index lists."""
    with closing(owner.open()) as pod:
        return len(TypeIndex(pod.session, owner.webid, pod.root).registered())


@pytest.mark.solid
def test_a_pod_moves_to_a_server_to_another_and_back(small: Path) -> None:
    """By client credentials, by a login in the browser, and onto this machine; registrations follow."""
    first, second = fresh_owner(), fresh_owner()
    before = inventory(EmbeddedPod(small / "pod"))
    figures = pod_agent(small, "spend")["rows"]
    done = pod_agent(small, "pod", "move", "--to", first.webid, *login(first), "--remove-old", "--yes")
    assert (done["to"], done["records"] > 3) == (first.storage + "pod-agent/", True)
    assert not (small / "pod").exists()
    pod_agent(small, "pod", "register", "--yes")
    registered = kinds_at(first)
    options = ["--to", second.webid, "--storage", second.storage, "--remove-old", "--yes", "--json"]
    with LinkCommand(small, *options, verb="move") as command:
        httpx.get(answer_login(command.address, second), trust_env=False)
        status, output, errors = command.finish()
    assert status == 0, errors
    done = json.loads(output)
    assert (done["from"], done["to"]) == (first.storage + "pod-agent/", second.storage + "pod-agent/")
    assert done["removed"][0]["stayed"] == []
    assert (kinds_at(first), kinds_at(second)) == (0, registered)
    with closing(first.open()) as old, closing(second.open()) as new:
        assert old.session.send("GET", old.root).status_code == 404
        assert inventory(new) == before
    assert pod_agent(small, "spend")["rows"] == figures
    pod_agent(small, "share", "give", "--to", first.webid, "--what", "spending", "--purpose", "our budget", "--yes")
    refused = pod_agent(small, "pod", "move", "--to", "embedded", status=2)
    assert "--withdraw-shares" in refused["error"]["hint"]
    back = pod_agent(small, "pod", "move", "--to", "embedded", "--withdraw-shares")
    assert (back["records"], kinds_at(second)) == (done["records"], 0)
    here = inventory(EmbeddedPod(small / "pod"))
    assert {path: here.get(path) for path in before} == before
    assert {path.split("/")[0] for path in here.keys() - before.keys()} == {"consent"}
    with Agent.open(small) as agent:
        assert load_manifest(agent.pod).entries
        assert agent.audit()
        assert isinstance(agent.consents, Consents)
        assert [each["status"] for each in agent.grants()] == [Status.GIVEN.value]
