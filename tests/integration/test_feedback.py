"""What a person says of suggestions and offers, by commands: kept in the pod, at work at once, taken back, erased."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pod_agent.agent import Agent
from pod_agent.cli.main import main
from pod_agent.config import save_settings
from pod_agent.features.inputs import INPUTS as ALL_INPUTS
from pod_agent.federation.measuring.words import told
from pod_agent.federation.training import lessons_of, local_update
from pod_agent.ingest.feedback import INPUTS, read_feedback
from pod_agent.synthetic.exports import write_exports
from pod_agent.synthetic.household import make_household
from tests.support.full_home import pod_agent
from vocab.offers import Loyalty, Offer, Reward
from vocab.offers.writing import catalogue_json
from vocab.records import Money
from vocab.statistics import ModelUpdate
from vocab.training import model_terms

LAST = date(2026, 10, 31)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feedback")
    write_exports(make_household(5), folder / "exports", date(2026, 9, 10), LAST, services=("dbs", "spotify"))
    with Agent.create(folder / "home") as agent:
        agent.import_paths([folder / "exports"])
    return folder / "home"


@pytest.fixture
def home(kept: Path, tmp_path: Path) -> Path:
    shutil.copytree(kept, tmp_path / "home")
    return tmp_path / "home"


def items(home: Path, kind: str, *options: str) -> list[str]:
    found = pod_agent(home, "recommend", "--kind", kind, "--known", "--limit", "20", *options)
    return [each["item"] for each in found["suggestions"]]


def said(home: Path, *words: str) -> Any:
    return pod_agent(home, "recommend", "feedback", *words)


def test_a_verdict_is_kept_in_the_pod_and_at_work_at_once_until_it_is_taken_back(home: Path) -> None:
    before = items(home, "store")
    entry = said(home, before[1].upper(), "hide", "--kind", "store")
    assert (entry["item"], entry["verdict"]) == (before[1], "hide")
    assert items(home, "store") == [item for item in before if item != before[1]]
    assert items(home, "store", "--without", "feedback") == [item for item in before if item != before[1]]
    assert len(list((home / "pod").rglob("feedback/*.ttl"))) == 1
    assert [each["item"] for each in pod_agent(home, "recommend", "feedback")] == [before[1]]
    assert said(home, before[1], "undo") == {"removed": 1}
    assert items(home, "store") == before
    assert pod_agent(home, "recommend", "feedback", "list") == []


def test_a_word_keeps_under_which_numbers_the_thing_was_shown_and_its_source(home: Path) -> None:
    said(home, items(home, "artist")[0], "not-my-taste", "--kind", "artist")
    with Agent.open(home) as agent:
        [entry] = read_feedback(agent.pod)
    assert entry.sources == ("spotify",)
    assert entry.context["one"] == 1.0
    assert 0 < entry.context["score"] <= 1


def test_a_word_moves_the_thing_itself(home: Path) -> None:
    before = items(home, "artist")
    for _ in range(2):
        said(home, before[0], "not-my-taste", "--kind", "artist")
    assert items(home, "artist").index(before[0]) > 0
    assert items(home, "artist", "--without", "feedback") == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("No such thing", "up"), "nothing of that name is suggested now"),
        (("No such thing", "undo"), "nothing was said of it"),
        (("x", "up", "--kind", "spouse"), "'spouse' is not a kind of suggestion"),
        (("x", "love"), "'love' is not one of"),
        (("x",), "Missing VERDICT"),
    ],
)
def test_what_cannot_be_said_is_told_with_the_next_step(home: Path, words: tuple[str, ...], told: str) -> None:
    errors = io.StringIO()
    with contextlib.redirect_stderr(errors), pytest.raises(SystemExit) as ended:
        main(["--home", str(home), "recommend", "feedback", *words])
    assert ended.value.code not in {0, None}
    assert told in errors.getvalue()
    assert not list((home / "pod").rglob("feedback/*.ttl"))


def test_inputs_are_switched_off_for_good_and_on_again(home: Path) -> None:
    before = items(home, "store")
    off = pod_agent(home, "recommend", "inputs", "--off", "rhythm", "--off", "history")
    assert {each["input"] for each in off if not each["on"]} == {"rhythm", "history"}
    assert {each["input"] for each in off} == set(ALL_INPUTS)
    assert not {"gender", "income", "age"} & set(ALL_INPUTS)
    assert items(home, "store") == []
    with Agent.open(home) as agent:
        having, without = agent.suggestions.compare("history", ["store"], limit=20)
        assert len(having.suggestions) > 0
        assert without.suggestions == ()
        assert agent.pod.read(INPUTS) is not None
    pod_agent(home, "recommend", "inputs", "--on", "rhythm", "--on", "history")
    assert items(home, "store") == before
    compared = pod_agent(home, "recommend", "inputs", "--compare", "history")
    assert any(each["kind"] == "store" for each in compared["with"]["suggestions"])
    assert not any(each["kind"] == "store" for each in compared["without"]["suggestions"])


def test_an_input_that_changes_nothing_is_told_in_one_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("shared", "history"):  # no shared model is held
        with pytest.raises(SystemExit):
            main(["recommend", "inputs", "--compare", name, "--home", str(home)])
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "Nothing changes without shared: you would be suggested the same, in the same order."
    assert told[1].startswith("With history, and what changes without it")


CATALOGUE = "https://offers.example/c"
REWARD = Reward(title="S$2 off", points=200, worth=Money(200, "SGD"))
POINTS = Loyalty(per_unit=Decimal(1), rewards=(REWARD,))


def offers_of(home: Path, tmp_path: Path, *, loyalty: bool = False) -> list[str]:
    """Give the home a catalogue with three offers of two of its shops; their IRIs as they are shown."""
    first, second = items(home, "store")[:2]
    offers = [
        Offer(
            iri=f"{CATALOGUE}#{name}",
            title=f"Offer {name}",
            seller=seller,
            categories=("groceries",),
            valid_from=date(2026, 1, 1),
            valid_through=date(2030, 12, 31),
            **terms,
        )
        for name, seller, terms in (
            ("a", first, {"percent": Decimal(10), "uses": 2}),
            ("b", first, {"percent": Decimal(5), "uses": 2}),
            ("c", second, {"percent": Decimal(10), "uses": 2}),
            ("points", first, {"terms": POINTS}),
        )[: 4 if loyalty else 3]
    ]
    document = catalogue_json(offers, iri=CATALOGUE, publisher="Shops", published=date(2026, 1, 1), serial=1)
    path = tmp_path / "offers.jsonld"
    path.write_text(json.dumps(document))
    save_settings(home, catalogue=str(path))
    return shown_offers(home)


def shown_offers(home: Path) -> list[str]:
    return [each["offer"] for each in pod_agent(home, "offers")]


def test_an_offer_is_hidden_with_its_shop_disliked_and_used_up(home: Path, tmp_path: Path) -> None:
    before = offers_of(home, tmp_path)
    assert len(before) == 3

    def say(*words: str) -> Any:
        return pod_agent(home, "offers", "feedback", *words)

    assert say("b", "hide")["verdict"] == "hide"
    assert shown_offers(home) == [iri for iri in before if not iri.endswith("#b")]
    unfit = {each["offer"]: each["reason"] for each in pod_agent(home, "offers", "--all")[2:]}
    assert unfit == {before[0][:-1] + "b": "You hid it, or its shop."}
    assert say("b", "undo") == {"removed": 1}
    assert shown_offers(home) == before
    say("a", "hide", "--shop")
    assert [iri[-1] for iri in shown_offers(home)] == ["c"]
    assert say("a", "undo", "--shop") == {"removed": 1}
    for _ in range(2):
        assert "https://offers.example/c#c" in shown_offers(home)
        say("c", "bought")
    assert sorted(iri[-1] for iri in shown_offers(home)) == ["a", "b"], "each person can use it twice"
    assert [each["verdict"] for each in pod_agent(home, "offers", "feedback")] == ["bought", "bought"]
    say("c", "undo")
    assert shown_offers(home) == before


def test_the_model_of_responses_learns_from_offers_that_were_shown_and_used(home: Path, tmp_path: Path) -> None:
    terms = model_terms("offer-response-1")
    statistic = ModelUpdate(model=terms.name, length=terms.length, clip=1 << 14, fraction_bits=14)

    def update() -> tuple[list[float], list[int]]:
        with Agent.open(home) as agent:
            rows, used = lesson = lessons_of(agent.index, agent.today, agent.offer_desk.seen)(terms.name)
        assert len(rows) == len(used)
        return used.tolist(), local_update(statistic, terms.start, lesson)

    assert update() == ([], [0] * terms.length), "nothing was shown yet"
    shown = offers_of(home, tmp_path)
    used, unused = update()
    assert used == [0.0] * len(shown)
    pod_agent(home, "offers", "feedback", "c", "bought")
    used, moved = update()
    assert sorted(used) == [0.0] * (len(shown) - 1) + [1.0]
    assert moved != unused


def test_offers_and_programmes_follow_what_is_switched_off(home: Path, tmp_path: Path) -> None:
    assert len(offers_of(home, tmp_path, loyalty=True)) == 4
    assert len(pod_agent(home, "offers", "loyalty")) == 1
    pod_agent(home, "recommend", "inputs", "--off", "history")
    assert shown_offers(home) == pod_agent(home, "offers", "loyalty") == []


def test_a_name_that_is_not_suggested_is_kept_and_told(home: Path) -> None:
    errors = io.StringIO()
    with contextlib.redirect_stderr(errors):
        said(home, "Burgr Corner", "hide", "--kind", "store")
    assert "spelled as in your records" in errors.getvalue()
    assert [each["item"] for each in pod_agent(home, "recommend", "feedback")] == ["Burgr Corner"]


def test_erasing_a_source_takes_what_was_said_of_its_things_along(home: Path) -> None:
    artist, store = items(home, "artist")[0], items(home, "store")[0]
    said(home, artist, "up", "--kind", "artist")
    said(home, store, "down", "--kind", "store")
    assert list((home / "shown").iterdir())
    pod_agent(home, "erase", "--source", "spotify", "--yes")
    assert [each["item"] for each in pod_agent(home, "recommend", "feedback")] == [store]
    assert not list((home / "shown").glob("*"))
    texts = [path.read_bytes() for path in (home / "pod").rglob("*.ttl")]
    assert not any(artist.encode() in text for text in texts)


def test_feedback_is_exported_with_everything(home: Path, tmp_path: Path) -> None:
    artist = items(home, "artist")[0]
    said(home, artist, "up", "--kind", "artist")
    for form in ("turtle", "ntriples", "jsonld", "csv"):
        pod_agent(home, "export", "--out", str(tmp_path / form), "--format", form)
        texts = [path.read_bytes() for path in (tmp_path / form).rglob("*") if path.is_file()]
        assert any(artist.encode() in text and b"LikeAction" in text for text in texts), form
    assert artist in (tmp_path / "csv" / "feedback.csv").read_text("utf-8-sig")


def test_erasing_everything_leaves_nothing_of_it(home: Path) -> None:
    said(home, items(home, "artist")[0], "up", "--kind", "artist")
    pod_agent(home, "erase", "--yes")
    left = [path for path in home.rglob("*") if path.is_file()] if home.exists() else []
    assert not [path for path in left if "feedback" in path.parts or "shown" in path.parts or "settings" in path.parts]


def test_a_pod_that_moves_takes_feedback_along(home: Path) -> None:
    artist = items(home, "artist")[0]
    said(home, artist, "hide", "--kind", "artist")
    for name in ("index.sqlite", "shown"):
        path = home / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    with Agent.open(home) as agent:
        found = agent.suggestions.recommend(["artist"], limit=50).suggestions
    assert artist not in {each.item for each in found}


@pytest.mark.parametrize(("model", "names"), [("offer-response-1", True), ("weekly-spending-1", False)])
def test_a_request_to_train_says_that_the_model_learns_from_offers(model: str, *, names: bool) -> None:
    statistic = ModelUpdate(model=model, length=model_terms(model).length, clip=1 << 14, fraction_bits=14)
    assert ("the offers it showed you" in told(statistic, None).lines[0]) is names
