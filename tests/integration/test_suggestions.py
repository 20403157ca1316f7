"""Suggestions from made-up people's exports, read by the real importers: every sentence is held against the records."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from pod_agent.agent import Agent
from pod_agent.cli.main import main
from pod_agent.features.baskets import Records
from pod_agent.features.inputs import INPUTS
from pod_agent.suggesting.recommending import Suggested
from pod_agent.suggesting.suggestion import CONTEXT, KINDS, Suggestion
from pod_agent.synthetic.exports import write_exports
from pod_agent.synthetic.household import make_household
from vocab.query import Filter, QuerySpec
from vocab.records import Record, Transaction

TODAY = date(2026, 10, 31)
SERVICES = ("ocbc", "dbs", "spotify", "youtube", "fairprice", "lazada")
MEASURES = {
    "store": ("purchases", "merchant"),
    "category": ("purchases", "category"),
    "product": ("items", "product"),
    "group": ("items", "group"),
    "artist": ("plays", "artist"),
    "track": ("plays", "track"),
    "channel": ("videos", "channel"),
    "video": ("videos", "video"),
}
TIMES = re.compile(r" (once|twice|\d+ times)")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("suggestions")
    write_exports(make_household(3), folder / "exports", date(2026, 7, 1), TODAY, services=SERVICES)
    with Agent.create(folder / "home") as agent:
        agent.import_paths([folder / "exports"])
    return folder / "home"


@pytest.fixture
def agent(home: Path) -> Iterator[Agent]:
    with Agent.open(home) as opened:
        yield opened


@pytest.fixture
def found(agent: Agent) -> Suggested:
    return agent.suggestions.recommend(limit=20, today=TODAY)


def behind(agent: Agent, each: Suggestion) -> list[Record]:
    """The records of a suggestion of something known, by the index's own queries."""
    measure, dimension = MEASURES[each.kind]
    spec = QuerySpec(measures=(measure,), filters=(Filter(dimension, "eq", each.item),), period=(date.min, TODAY))
    return list(agent.index.records(spec))


def day_of(agent: Agent, record: Record) -> date:
    return record.at.date() if isinstance(record, Transaction) else agent.index.local_day(record.at)


def day(text: str) -> date:
    return datetime.strptime(text, "%d %b %Y").date()  # noqa: DTZ007 - a day has no zone


def number(text: str) -> int:
    return {"once": 1, "twice": 2}.get(text) or int(text.split(maxsplit=1)[0])


def test_every_kind_has_suggestions_of_things_known(found: Suggested) -> None:
    assert {each.kind for each in found.suggestions if not each.novel} == set(KINDS)


def test_reasons_tell_what_the_records_say(agent: Agent, found: Suggested) -> None:
    checked = 0
    for each in found.suggestions:
        if each.novel:
            continue
        days = sorted(day_of(agent, record) for record in behind(agent, each))
        told = TIMES.search(each.reason)
        assert told is not None, each.reason
        assert number(told[1]) == len(days) == each.records, each
        if last := re.search(r"(?:last on|times, on|not since) (\d+ \w+ \d{4})", each.reason):
            assert day(last[1]) == days[-1], each
        if since := re.search(r"times since (\w+ \d{4})", each.reason):
            assert since[1] == f"{days[0]:%B %Y}"
        if lately := re.search(r"(\d+) of them in the four weeks up to (.+)\.", each.reason):
            start = day(lately[2]) - timedelta(days=27)
            assert int(lately[1]) == sum(start <= one <= day(lately[2]) for one in days)
        checked += 1
    assert checked > 50


def test_evidence_is_the_newest_records_and_can_be_shown(agent: Agent, found: Suggested) -> None:
    for each in found.suggestions:
        assert each.evidence, each
        assert all(iri.startswith(agent.pod.root) for iri in each.evidence)
        assert len(agent.show(each.evidence)) == len(each.evidence) <= 5
        if each.novel:
            continue
        newest = sorted((day_of(agent, record) for record in behind(agent, each)), reverse=True)[: len(each.evidence)]
        shown = agent.index.get(agent._relative(iri) for iri in each.evidence)
        assert [day_of(agent, record) for record in shown] == newest


def test_what_is_new_is_nothing_that_the_records_know(agent: Agent) -> None:
    new = agent.suggestions.recommend(new=True, limit=50, today=TODAY).suggestions
    assert {each.kind for each in new} >= {"group"}
    for each in new:
        assert each.novel
        assert not behind(agent, each), each


def test_scores_are_sums_of_their_inputs_and_fall_along_each_list(found: Suggested) -> None:
    before: dict[tuple[str, bool], float] = {}
    for each in found.suggestions:
        assert {name for name, _ in each.inputs} <= set(INPUTS)
        assert min(1.0, sum(value for _, value in each.inputs)) == pytest.approx(each.score)
        assert each.score <= before.get((each.kind, each.novel), 1.0)
        before[each.kind, each.novel] = each.score
        assert len(each.context) == len(CONTEXT)
        assert all(0 <= value <= 1 for value in each.context)


def test_the_same_records_give_the_same_suggestions(agent: Agent, found: Suggested) -> None:
    assert agent.suggestions.recommend(limit=20, today=TODAY) == found
    agent.rebuild_index()
    again = agent.suggestions.recommend(limit=20, today=TODAY)
    assert [each.to_json() for each in again.suggestions] == [each.to_json() for each in found.suggestions]


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("history", {"store", "category", "product", "group"}),
        ("listening", {"artist", "track"}),
        ("watching", {"channel", "video"}),
    ],
)
def test_without_a_part_of_the_records_nothing_comes_from_it(agent: Agent, name: str, gone: set[str]) -> None:
    found = agent.suggestions.recommend(without=[name], today=TODAY)
    assert {each.kind for each in found.suggestions} == set(KINDS) - gone
    assert all(name not in dict(each.inputs) for each in found.suggestions)


@pytest.mark.parametrize("kind", ["store", "track"])  # the other kinds have too few things to tell orders apart
def test_the_order_foresees_more_than_what_was_had_last(agent: Agent, kind: str) -> None:
    """Four hidden weeks, one after the other: hits among the first five, against the five that were had last."""
    whole = Records(agent.index, TODAY).history(kind)
    assert whole is not None
    hits = {"shipped": 0, "latest": 0}
    for weeks in range(1, 5):
        day = TODAY - timedelta(weeks=weeks)
        known = Records(agent.index, day).history(kind)
        assert known is not None
        shipped = agent.suggestions.recommend([kind], new=False, limit=5, today=day).suggestions
        latest = sorted(known.habits.values(), key=lambda habit: (-habit.last, -habit.times, habit.item))[:5]
        for name, items in (("shipped", [each.item for each in shipped]), ("latest", [each.item for each in latest])):
            start = day.toordinal() + 1
            hits[name] += sum(whole.habits[item].between(start, start + 6) > 0 for item in items)
    assert hits["shipped"] > hits["latest"]


def test_the_command_prints_one_document(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["recommend", "--home", str(home), "--today", "2026-10-31", "--kind", "store", "--limit", "3", "--json"])
    assert stopped.value.code == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document) == {"suggestions", "notes"}
    assert len(document["suggestions"]) == 3
    for each in document["suggestions"]:
        fields = {"kind", "item", "title", "score", "reason", "inputs", "evidence", "records", "novel"}
        assert set(each) == fields
        assert each["kind"] == "store"
        assert each["inputs"].keys() <= INPUTS.keys()


def test_the_command_prints_tables_for_people(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["recommend", "--home", str(home), "--today", "2026-10-31"])
    said = capsys.readouterr().out
    assert "Where you may buy next" in said
    assert "Songs to listen to" in said


def test_an_unknown_input_and_an_unknown_kind_are_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for option, value in (("--without", "gender"), ("--kind", "spouse")):
        with pytest.raises(SystemExit) as stopped:
            main(["recommend", "--home", str(home), option, value])
        assert stopped.value.code == 2
        assert value in capsys.readouterr().err


def test_shops_of_the_catalogue_are_suggested_and_a_missing_catalogue_is_told(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    offer = {
        "@id": "https://offers.example/c#1",
        "@type": "Offer",
        "name": "8 % off",
        "seller": {"name": "Corner Mart"},
        "category": "groceries",
        "pa:discountPercent": "8",
        "validFrom": "2026-01-01",
        "validThrough": "2027-11-30",
    }
    context = {"@vocab": "http://schema.org/", "pa": "https://w3id.org/pod-agent#"}
    document = {"@context": context, "@id": "https://offers.example/c", "itemListElement": [offer]}
    (tmp_path / "offers.jsonld").write_text(json.dumps(document))
    asked = ["recommend", "--home", str(home), "--today", "2026-10-31", "--kind", "store", "--new", "--json"]
    for name in ("offers.jsonld", "missing.jsonld"):
        monkeypatch.setenv("POD_AGENT_CATALOGUE", str(tmp_path / name))
        with pytest.raises(SystemExit) as stopped:
            main(asked)
        assert stopped.value.code == 0
        told = json.loads(capsys.readouterr().out)
        if name == "missing.jsonld":
            assert told["suggestions"] == []
            assert any("catalogue of offers cannot be read" in note for note in told["notes"])
        else:
            (found,) = told["suggestions"]
            assert (found["item"], found["novel"], list(found["inputs"])) == ("Corner Mart", True, ["shop"])
            assert "you bought in Groceries" in found["reason"]


def test_an_undone_import_takes_its_suggestions_along(tmp_path: Path) -> None:
    person = make_household(4)
    write_exports(person, tmp_path / "exports", date(2026, 9, 1), TODAY, services=("spotify", "ocbc"))
    with Agent.create(tmp_path / "home") as agent:
        agent.import_paths([tmp_path / "exports" / "ocbc"])
        report = agent.import_paths([tmp_path / "exports" / "spotify"])
        kinds = {each.kind for each in agent.suggestions.recommend(today=TODAY).suggestions}
        assert {"store", "artist", "track"} <= kinds
        agent.undo_import(str(report.import_id))
        kinds = {each.kind for each in agent.suggestions.recommend(today=TODAY).suggestions}
        assert kinds == {"store", "category"}
