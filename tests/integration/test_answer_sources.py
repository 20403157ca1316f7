"""A source that is switched off or erased is gone from answers, search and the files of search, for every process."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest

from client_web.app import create_app
from client_web.security import Entry
from pod_agent.agent import Agent
from pod_agent.assistant.retrieval import desk
from pod_agent.config import Settings
from pod_agent.errors import PodDamagedError, UsageError
from pod_agent.index.local import LocalIndex
from pod_agent.index.withheld import WithheldIndex
from pod_agent.ingest.switched import ANSWERS, check_switched
from tests.support.exports import spotify_json
from tests.support.full_home import pod_agent
from tests.support.households import SINGAPORE
from tests.support.memory_pod import MemoryPod
from tests.support.searching import Scattered, holding, made_home
from vocab.query import QuerySpec
from vocab.records import DailyMeasure, Occurrences, record_iri

TODAY = date(2026, 10, 5)
PORT = 51239
OURS = f"http://127.0.0.1:{PORT}"
MUSIC = ("Quixotia", "Xanthippe")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_home(tmp_path_factory.mktemp("sources") / "home")


@pytest.fixture
def home(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(desk, "embedder", Scattered)
    shutil.copytree(filled, tmp_path / "home")
    shutil.rmtree(tmp_path / "home" / "search", ignore_errors=True)
    return tmp_path / "home"


@pytest.fixture
def agent(home: Path) -> Iterator[Agent]:
    with Agent.open(home) as opened:
        yield opened


def other_process(home: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "pod_agent", "--home", str(home), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def titles(agent: Agent, words: str) -> list[str]:
    return [hit.title for hit in agent.assistant.search(words, TODAY)]


def test_what_is_switched_off_is_gone_in_the_same_call(agent: Agent, home: Path) -> None:
    assert titles(agent, "Xanthippe Moreau")[0] == "Xanthippe Moreau"
    assert agent.ask("how often did I play Xanthippe Moreau", TODAY).value == 5
    assert holding(home / "search", *MUSIC)
    agent.assistant.switch_sources(off=["spotify"])
    assert not holding(home / "search", *MUSIC)
    assert not list((home / "search").glob("chroma-*"))
    answer = agent.ask("how often did I play Xanthippe Moreau", TODAY)
    assert answer.status == "declined"
    assert answer.text.endswith("Switched off for answers: spotify.")
    assert answer.query["switched_off"] == ["spotify"]
    assert "Xanthippe Moreau" not in titles(agent, "Xanthippe Moreau")
    agent.assistant.switch_sources(on=["spotify"])
    assert agent.ask("how often did I play Xanthippe Moreau", TODAY).value == 5
    assert titles(agent, "Xanthippe Moreau")[0] == "Xanthippe Moreau"


def test_another_process_switches_it_off_between_two_questions(agent: Agent, home: Path) -> None:
    assert titles(agent, "Quixotia")[0].startswith("Quixotia")
    assert agent.ask("how often did I play Quixotia", TODAY).value == 5
    other_process(home, "sources", "off", "spotify")
    assert not holding(home / "search", *MUSIC)
    assert agent.ask("how often did I play Quixotia", TODAY).status == "declined"
    assert not [title for title in titles(agent, "Quixotia") if "Quixotia" in title]


def test_a_page_that_is_open_follows_the_command_line(agent: Agent, home: Path) -> None:
    door = Entry(PORT)
    client = create_app(agent, PORT, door=door).test_client()
    client.get(door.link().removeprefix(OURS), base_url=OURS)
    form = unescape(client.get("/ask/", base_url=OURS).text)
    [token, *_] = re.findall(r'name="csrf" value="([^"]+)"', form)

    def asked(question: str) -> str:
        sent = {"question": question, "csrf": token}
        response = client.post("/ask/", data=sent, base_url=OURS, headers={"origin": OURS})
        assert response.status_code == 200
        return unescape(response.text)

    assert "Switched off" not in asked("which artist did I play most in September 2026")
    other_process(home, "sources", "off", "spotify")
    assert "Switched off for answers: spotify." in asked("which artist did I play most in September 2026")


def test_figures_and_records_stay_as_they_are(agent: Agent, home: Path) -> None:
    spec = QuerySpec(measures=("spend",), dimensions=("merchant",))
    before = agent.query(spec)
    agent.assistant.switch_sources(off=["ocbc"])
    assert agent.query(spec) == before
    assert pod_agent(home, "spend", "--by", "merchant")["rows"]
    assert agent.show([before.evidence[0][0]])


def test_an_answer_without_a_source_says_so_and_counts_the_rest(agent: Agent) -> None:
    question = "how many times did I buy from Plain Vanilla"
    assert agent.ask(question, TODAY).value == 7
    agent.assistant.switch_sources(off=["ocbc"])
    answer = agent.ask(question, TODAY)
    assert answer.value == 1
    assert all("/dbs/" in iri for iri in answer.citations)
    assert answer.text.endswith("Switched off for answers: ocbc.")
    agent.assistant.switch_sources(off=["spotify"])
    assert agent.ask(question, TODAY).text.endswith("Switched off for answers: ocbc.")


def test_a_name_that_only_a_switched_off_source_has_is_known_no_more(agent: Agent) -> None:
    assert agent.ask("how much did I spend at Zwieselbach Optik", TODAY).status == "answered"
    agent.assistant.switch_sources(off=["ocbc"])
    assert agent.ask("how much did I spend at Zwieselbach Optik", TODAY).status == "declined"


def test_a_source_that_there_is_not_is_refused_and_nothing_changes(agent: Agent) -> None:
    with pytest.raises(UsageError, match="no source 'spotfy'"):
        agent.assistant.switch_sources(off=["spotfy"])
    assert agent.pod.read(ANSWERS) is None
    assert agent.assistant.sources.off() == frozenset()


def test_the_list_is_told_by_the_command(home: Path) -> None:
    other = pod_agent(home, "sources", "off", "youtube", "dbs")
    assert other == pod_agent(home, "sources")
    assert {each["source"] for each in other if not each["answers"]} == {"dbs", "youtube"}
    assert [each for each in other if each["source"] == "ocbc"] == [
        {"source": "ocbc", "records": 7, "first": "2026-07-11", "last": "2026-09-14", "answers": True}
    ]


@pytest.mark.parametrize("content", [b"<> a", b'@prefix pa: <https://w3id.org/pod-agent#> .\n\n<> pa:x "1" .\n'])
def test_a_damaged_list_is_refused_and_no_source_is_used_by_mistake(agent: Agent, content: bytes) -> None:
    agent.assistant.switch_sources(off=["spotify"])
    held = agent.pod.read(ANSWERS)
    assert held is not None
    agent.pod.write(ANSWERS, content, if_match=held.etag)
    with pytest.raises(PodDamagedError):
        agent.ask("how often did I play Quixotia", TODAY)
    with pytest.raises(PodDamagedError):
        check_switched(content, ANSWERS)


def test_erasing_a_source_leaves_nothing_of_it_to_who_has_the_home_open(agent: Agent, home: Path) -> None:
    assert titles(agent, "Xanthippe Moreau")[0] == "Xanthippe Moreau"
    agent.assistant.switch_sources(off=["youtube"])
    other_process(home, "erase", "--source", "spotify", "--yes")
    assert agent.ask("how often did I play Xanthippe Moreau", TODAY).status == "declined"
    assert not holding(home, *MUSIC)
    assert "Xanthippe Moreau" not in titles(agent, "Xanthippe Moreau")
    assert not holding(home / "search", *MUSIC)


def test_taking_an_import_back_takes_its_names_out_of_search_at_once(agent: Agent, home: Path) -> None:
    assert titles(agent, "Quixotia")[0].startswith("Quixotia")
    [entry] = agent.imports()
    agent.undo_import(entry["import_id"])
    assert not holding(home / "search", *MUSIC, "Zwieselbach")
    assert titles(agent, "Quixotia") == []


def test_a_day_that_two_devices_counted_is_that_of_the_one_that_is_left(tmp_path: Path) -> None:
    def steps(source: str, day: int, value: int) -> DailyMeasure:
        at = datetime(2026, 9, day, tzinfo=SINGAPORE)
        iri = record_iri(DailyMeasure, source, at, ("steps",), Occurrences())
        return DailyMeasure(iri=iri, source=source, at=at, measure="steps", value=Decimal(value), recorder=source)

    spec = QuerySpec(measures=("steps",), dimensions=("day",))
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as index:
        index.upsert([steps("fitbit", 1, 9000), steps("phone", 1, 7000), steps("phone", 2, 500)])
        assert [row[1] for row in index.run(spec).rows] == [9000, 500]
        with WithheldIndex(index, ["fitbit"]) as left:
            assert [row[1] for row in left.run(spec).rows] == [7000, 500]
            index.upsert([steps("phone", 3, 7100), steps("fitbit", 3, 9100)])
            left.freshen()
            assert [row[1] for row in left.run(spec).rows] == [7000, 500, 7100]
        assert len(index.run(spec).rows) == 3


def test_a_source_that_one_device_switches_off_is_gone_from_the_other_at_its_next_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "embedder", Scattered)
    pod, played = MemoryPod(), "how often did I play Song 312 in January 2026"
    laptop, other = (_device(tmp_path / name, pod) for name in ("laptop", "other"))
    with laptop, other:
        file = spotify_json(tmp_path / "Streaming_History_Audio_2026_0.json", [(0, 312), (9, 312)])
        laptop.import_paths([file])
        other.sync()
        assert other.ask(played, TODAY).value == 2
        assert "Song 312" in titles(other, "Song 312")
        assert holding(other.home / "search", "Song 312")

        laptop.assistant.switch_sources(off=["spotify"])
        other.sync()
        assert not holding(other.home / "search", "Song 312")
        assert not list((other.home / "search").glob("chroma-*"))
        assert titles(other, "Song 312") == []
        answer = other.ask(played, TODAY)
        assert (answer.status, answer.query["switched_off"]) == ("declined", ["spotify"])
        assert answer.citations == ()
        assert [(each.name, each.answers) for each in other.assistant.sources.listed()] == [("spotify", False)]

        other.assistant.switch_sources(on=["spotify"])
        laptop.sync()
        assert laptop.ask(played, TODAY).value == 2


def _device(home: Path, pod: MemoryPod) -> Agent:
    """A home of a person whose pod other devices use too."""
    home.mkdir()
    return Agent(home, Settings(pod=pod.root), pod, LocalIndex(home / "index.sqlite", SINGAPORE))
