"""Erasing: nothing of the person's is left in any byte of home or pod, and what is not the agent's is not touched."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from pod_agent.agent import Agent
from pod_agent.assistant.history import History
from pod_agent.config import save_settings
from pod_agent.embedding import KeptEmbedder
from pod_agent.ingest.feedback import Feedback, Opinion, change_feedback, read_feedback
from pod_agent.ingest.journal import Journal
from pod_agent.ingest.layout import read_documents, walk
from pod_agent.pods.embedded import EmbeddedPod
from pod_agent.pods.login.logins import ClientCredentials
from pod_agent.pods.login.secrets import SecretStore
from pod_agent.storage import write_private
from tests.support.exports import many_plays, spotify_json
from tests.support.full_home import fill_home, plays, pod_agent, told_home
from tests.support.households import RecordMaker
from tests.support.solid_server import PodOwner, fresh_owner
from tests.support.suggestions import Alphabet
from vocab.query import QuerySpec

ENVIRONMENT = {**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
BANKS = ("dbs", "ocbc")
CANARY = "Kanarienvogel"
"""Stands in every text of the source that is to go."""


def occurrences(folder: Path, *words: str) -> list[str]:
    """Files below a folder in whose bytes, or in what they decompress to, one of the words occurs."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            if path.suffix == ".gz":
                content += gzip.decompress(content)
            if any(word.encode() in content for word in words):
                found.append(str(path.relative_to(folder)))
    return found


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("erase") / "home"
    fill_home(folder)
    return folder


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    shutil.copytree(filled, tmp_path / "home")
    return tmp_path / "home"


def test_erasing_leaves_no_file_and_says_what_was_removed(home: Path) -> None:
    assert occurrences(home, "IRON GYM")
    done = pod_agent(home, "erase", "--yes")
    assert not home.exists()
    assert done["complete"]
    assert (done["failed"], done["kept"]) == ([], [])
    pod, local = done["removed"]
    assert pod["removed"]["transaction documents"] > 5
    assert pod["removed"]["consent documents"] >= 5
    assert {"index", "keys", "settings", "rejected rows"} <= local["removed"].keys()
    assert all(each["ok"] for each in done["proof"])
    assert pod_agent(home, "erase", "--yes")["complete"]


def test_erasing_asks_for_the_word(home: Path) -> None:
    command = [sys.executable, "-m", "pod_agent", "--home", str(home), "erase"]
    refused = subprocess.run(command, capture_output=True, text=True, check=False, input="yes\n", env=ENVIRONMENT)
    assert refused.returncode == 130
    assert (home / "index.sqlite").exists()
    assert pod_agent(home, "erase", status=2)["error"]["code"] == "usage"
    done = subprocess.run(command, capture_output=True, text=True, check=False, input="erase\n", env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    assert "Nothing of yours is left here." in done.stdout
    assert not home.exists()


def test_what_is_not_the_agents_stays_and_is_told(home: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "diary.ttl").write_text("mine")
    (home / "thesis.txt").write_text("mine")
    (home / "keys" / "house.jpg").write_text("mine")
    (home / "pod" / "data" / "away").symlink_to(outside)
    (home / "ingest" / "rejected" / "away.jsonl").symlink_to(outside / "diary.ttl")
    done = pod_agent(home, "erase", "--yes")
    assert done["complete"]
    kept = {"thesis.txt", "keys/house.jpg", "pod/data/away", "ingest/rejected/away.jsonl"}
    assert set(done["kept"]) == kept
    assert {
        path.relative_to(home).as_posix() for path in home.rglob("*") if not path.is_dir() or path.is_symlink()
    } == kept
    assert (outside / "diary.ttl").read_text() == "mine"


@pytest.mark.parametrize("keep", [True, False])
def test_an_export_in_the_home_goes_with_it_unless_it_is_to_stay(home: Path, tmp_path: Path, *, keep: bool) -> None:
    pod_agent(home, "export", "--out", str(home / "mine"))
    pod_agent(home, "export", "--out", str(tmp_path / "elsewhere"))
    done = pod_agent(home, "erase", "--yes", *(["--keep-exported"] if keep else []))
    assert done["complete"]
    assert (home / "mine" / "export.json").exists() is keep
    assert bool(done["kept"]) is keep
    assert (tmp_path / "elsewhere" / "export.json").exists()


def _canaries(home: Path, tmp_path: Path) -> Path:
    """A home in which two sources tell of canaries, in every place that there is."""
    broken = spotify_json(tmp_path / f"{CANARY}.json", many_plays(40))
    rows = json.loads(broken.read_text())
    for row in rows:
        row["master_metadata_track_name"] = f"{CANARY} {row['ms_played']}"
    rows.append({"ts": f"{CANARY}", "ms_played": "x", "master_metadata_track_name": "y"})
    broken.write_text(json.dumps(rows))
    songs = plays(f"{CANARY} One", f"{CANARY} Two")
    paid = [RecordMaker().paid(f"2026-03-{day:02d}", day, "Kopi Corner", "dining") for day in range(1, 20)]
    told_home(home, ("bank", paid[:10]), ("spotify", songs[:1]))
    pod_agent(home, "import", str(broken))
    better = replace(songs[0], edition=1, album=f"{CANARY} Album")
    told_home(home, ("spotify", [better, songs[1]]), ("bank", paid))
    return broken


def test_a_source_goes_from_every_byte_and_comes_back_when_it_is_imported_again(home: Path, tmp_path: Path) -> None:
    home = tmp_path / "own"
    export = _canaries(home, tmp_path)
    spec = QuerySpec(measures=("spend", "transactions"), dimensions=("month", "merchant"))
    with Agent.open(home) as agent:
        figures, plays_before = agent.query(spec).rows, agent.query(QuerySpec(measures=("plays",))).rows
        imports = {each["import_id"]: each for each in agent.imports()}
    found = occurrences(home, CANARY)
    assert any(path.endswith(".before.ttl.gz") for path in found)
    assert len(found) >= 5
    done = pod_agent(home, "erase", "--source", "spotify", "--yes")
    assert done["complete"]
    assert occurrences(home, CANARY, "data/spotify") == []
    assert done["removed"]["records"] == 42
    assert done["removed"]["rejected rows"] == 1
    with Agent.open(home) as agent:
        assert agent.query(spec).rows == figures
        left = agent.imports()
        assert [each["read"] for each in left] == [10, 19]
        assert {each["import_id"] for each in left} < imports.keys()
        iri = agent.query(spec).evidence[0][0]
        assert agent.show([iri])[0]["file"] == "bank.told"
        before = agent.query(spec).rows
        agent.rebuild_index()
        assert agent.query(spec).rows == before
    pod_agent(home, "import", str(export))
    told_home(home, ("spotify", plays(f"{CANARY} One", f"{CANARY} Two")))
    with Agent.open(home) as agent:
        assert agent.query(QuerySpec(measures=("plays",))).rows == plays_before


def test_an_import_of_two_sources_can_still_be_undone_after_one_was_erased(home: Path, tmp_path: Path) -> None:
    home = tmp_path / "own"
    _canaries(home, tmp_path)
    pod_agent(home, "erase", "--source", "spotify", "--yes")
    with Agent.open(home) as agent:
        for each in reversed(agent.imports()):
            agent.undo_import(each["import_id"])
        assert agent.index.count() == 0
        assert not list(read_documents(agent.pod))


def test_reasons_vectors_and_refused_documents_of_a_source_go_with_it(tmp_path: Path) -> None:
    home, make, today = tmp_path / "own", RecordMaker(), datetime.now(UTC).date()
    days = [(today - timedelta(days=3 * back)).isoformat() for back in range(1, 9)]
    told_home(
        home,
        ("dbs", [make.paid(day, 9, CANARY, "dining", source="dbs") for day in days]),
        ("ocbc", [make.paid(days[0], 5, "Kopi", "dining")]),
    )
    (tmp_path / "offers.jsonld").write_text(json.dumps(_offer_of(CANARY)))
    save_settings(home, catalogue=str(tmp_path / "offers.jsonld"))
    with Agent.open(home) as agent:
        assert [CANARY in match.reason for match in agent.offers()] == [True]
    KeptEmbedder(Alphabet(), home / "vectors" / "names.npz").embed([CANARY])
    for source in ("dbs", "ocbc"):
        write_private(home / "ingest" / "refused" / f"20260320t-data-{source}-2026-03.ttl", CANARY.encode())
    History(home).add(f"How much did I spend at {CANARY}?")
    assert {"catalogue/reasons.json", "asked/questions.json"} <= set(occurrences(home, CANARY))
    done = pod_agent(home, "erase", "--source", "dbs", "--yes")
    assert done["complete"]
    assert occurrences(home, CANARY, "data/dbs") == ["ingest/refused/20260320t-data-ocbc-2026-03.ttl"]
    assert not (home / "vectors" / "names.npz").exists()


def test_a_verdict_on_what_two_sources_told_goes_with_the_last_of_them(tmp_path: Path) -> None:
    home, make = tmp_path / "own", RecordMaker()
    told_home(home, *((source, [make.paid("2026-03-03", 5, "Kopi", "dining", source=source)]) for source in BANKS))
    at = datetime(2026, 3, 4, tzinfo=UTC)
    for name, sources in (("Both", BANKS), ("One", BANKS[:1]), ("Own word", ())):
        with Agent.open(home) as agent:
            said = Feedback(kind="store", item=name, opinion=Opinion.UP, at=at, sources=sources)
            change_feedback(agent.pod, add=[said], remove=said.replaces)
    left = []
    for source in BANKS:
        pod_agent(home, "erase", "--source", source, "--yes")
        with Agent.open(home) as agent:
            left.append({each.item for each in read_feedback(agent.pod)})
    assert left == [{"Both", "Own word"}, {"Own word"}]


def _offer_of(seller: str) -> dict[str, object]:
    return {
        "@context": {"@vocab": "http://schema.org/"},
        "@id": "https://shop.example/c#back",
        "@type": "Offer",
        "name": "Back again",
        "seller": {"name": seller},
        "validFrom": "2026-01-01",
        "validThrough": "2126-01-01",
        "price": 5,
    }


def test_corrections_and_rules_of_a_source_go_with_it_and_others_stay(home: Path, tmp_path: Path) -> None:
    home = tmp_path / "own"
    make = RecordMaker()
    mine = make.paid("2026-03-01", 5, CANARY, "dining", source="dbs", description=f"{CANARY} BAR")
    once = make.paid("2026-03-02", 5, CANARY, "dining", source="dbs", description=f"{CANARY} CLUB")
    both = [
        make.paid("2026-03-03", 5, "Kopi", "dining", source=source, description="KOPI KING")
        for source in ("dbs", "ocbc")
    ]
    told_home(home, ("dbs", [mine, once, both[0]]), ("ocbc", [both[1]]))
    with Agent.open(home) as agent:
        agent.correct(mine.iri, "shopping", merchant=CANARY)
        agent.correct(once.iri, "health", merchant=CANARY, only_this=True)
        agent.correct(both[1].iri, "groceries", merchant="King")
    assert len(occurrences(home, CANARY)) >= 4
    done = pod_agent(home, "erase", "--source", "dbs", "--yes")
    assert (done["removed"]["corrections"], done["removed"]["rules"]) == (1, 1)
    assert occurrences(home, CANARY, "data/dbs") == []
    with Agent.open(home) as agent:
        assert [rule.name for rule in agent.meanings.rules().rules] == ["King"]
        assert agent.show([both[1].iri])[0]["fields"]["category"] == "groceries"


def test_series_of_a_source_go_with_their_roll_ups(home: Path) -> None:
    done = pod_agent(home, "erase", "--source", "watch", "--yes")
    assert done["removed"]["parts of series"] == 1
    assert done["removed"]["daily measure documents"] == 1
    pod = EmbeddedPod(home / "pod")
    assert not list(walk(pod, "data/watch/"))
    assert not (home / "pod" / "data" / "watch").exists()
    assert sum(1 for _ in read_documents(pod)) > 10


def test_a_source_that_is_not_there_is_refused_with_those_that_are(home: Path) -> None:
    told = pod_agent(home, "erase", "--source", "moon", "--yes", status=2)["error"]
    assert "ocbc" in told["hint"]
    assert occurrences(home, "IRON GYM")


CHILD = """
import os, signal, sys
from pathlib import Path
from pod_agent.pods.embedded import EmbeddedPod
left = [int(sys.argv[2])]
remove, write = EmbeddedPod.remove, EmbeddedPod.write
def dying(act):
    def acted(*arguments, **options):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return act(*arguments, **options)
    return acted
EmbeddedPod.remove, EmbeddedPod.write = dying(remove), dying(write)
from pod_agent.cli.main import main
main(["--home", sys.argv[1], "erase", "--source", "spotify", "--yes"])
"""


@pytest.mark.parametrize("number", [0, 2, 5])
def test_erasing_a_source_that_was_killed_goes_on_when_it_is_run_again(number: int, tmp_path: Path) -> None:
    home = tmp_path / "own"
    _canaries(home, tmp_path)
    child = subprocess.run([sys.executable, "-c", CHILD, str(home), str(number)], check=False, env=ENVIRONMENT)
    assert child.returncode == -9
    assert pod_agent(home, "erase", "--source", "spotify", "--yes")["complete"]
    assert occurrences(home, CANARY, "data/spotify") == []
    with closing(Journal(home / "ingest" / "journal.sqlite", EmbeddedPod(home / "pod").root)) as journal:
        assert len(journal) == 0


def test_a_server_that_does_not_answer_is_told_and_erased_later(home: Path) -> None:
    """The pod on this machine stands for one that was left; the linked one is away."""
    credentials = ClientCredentials(issuer="http://localhost:9/", client_id="a", client_secret=CANARY)
    SecretStore(home, None).keep("http://localhost:9/me#i", credentials)
    save_settings(
        home, pod="http://localhost:9/pod-agent/", webid="http://localhost:9/me#i", issuer="http://localhost:9/"
    )
    done = pod_agent(home, "erase", "--yes", status=5)
    assert not done["complete"]
    assert {each["code"] for each in done["failed"]} >= {"pod_unreachable"}
    assert not (home / "index.sqlite").exists()
    assert (home / "logins.sealed").exists()
    assert (home / "settings.toml").exists()
    assert (home / "keys" / "signing").exists()
    done = pod_agent(home, "erase", "--yes", "--leave-behind", status=5)
    assert not home.exists()
    assert {each["code"] for each in done["failed"]} >= {"pod_unreachable"}


@pytest.fixture
def owner() -> PodOwner:
    return fresh_owner()


@pytest.mark.solid
def test_on_a_server_everything_below_the_container_goes_and_the_container(tmp_path: Path, owner: PodOwner) -> None:
    home, secret = tmp_path / "home", owner.credentials
    login = ["--client-id", secret.client_id, "--client-secret", secret.client_secret, "--storage", owner.storage]
    pod_agent(home, "pod", "link", owner.webid, *login)
    export = spotify_json(tmp_path / "plays.json", many_plays(30))
    pod_agent(home, "import", str(export))
    with closing(owner.open()) as pod:
        pod.session.send(
            "PUT", f"{pod.root}Notes%20of%20mine.ttl", {"content-type": "text/turtle"}, b"<#a> <#b> <#c> ."
        )
        partial = pod_agent(home, "erase", "--source", "spotify", "--yes")
        assert partial["complete"]
        assert partial["removed"]["records"] == 30
        assert not list(walk(pod, "data/"))
        assert pod.session.send("GET", f"{pod.root}data/spotify/").status_code == 404
        pod_agent(home, "import", str(export))
        done = pod_agent(home, "erase", "--yes")
        assert done["complete"]
        [place] = [each for each in done["removed"] if each["place"] == pod.root]
        assert place["removed"]["other documents"] == 2
        assert pod.session.send("GET", pod.root).status_code == 404
    assert not home.exists()
    assert any("client credentials" in note for note in done["notes"])
    pod_agent(home, "pod", "link", owner.webid, *login)
