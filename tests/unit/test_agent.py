"""The agent as a whole: the index follows the pod, and IRIs shown to people are absolute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pod_agent.agent import Agent
from pod_agent.errors import UsageError
from pod_agent.ingest.pipeline import Ingest
from pod_agent.synthetic.exports import write_exports
from pod_agent.synthetic.household import make_household
from vocab.query import QuerySpec

SPEND = QuerySpec(measures=("spend",), dimensions=("month",))


@pytest.fixture
def exports(tmp_path: Path) -> list[Path]:
    first, last, services = date(2026, 8, 1), date(2026, 10, 31), ("ocbc", "spotify")
    return list(write_exports(make_household(5), tmp_path / "exports", first, last, services=services))


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    with Agent.create(tmp_path / "home") as made:
        yield made


def test_the_index_catches_up_with_an_import_that_never_reached_it(agent: Agent, exports: list[Path]) -> None:
    """As after a kill -9 between the last write to the pod and the first to the index."""
    report = Ingest(agent.pod, agent.home).run(exports)
    assert agent.index.count() == 0
    agent.close()
    with Agent.open(agent.home) as again:
        assert again.index.count() == report.counts.written
        [shown] = again.show([again.query(SPEND).evidence[0][0]])
        assert shown["file"] in {str(path) for path in exports[:2]}


def test_the_index_catches_up_with_a_later_import_of_another_device(agent: Agent, exports: list[Path]) -> None:
    agent.import_paths(exports[:1])
    report = Ingest(agent.pod, agent.home).run(exports[1:])
    before = agent.index.count()
    agent.refresh()
    assert agent.index.count() == before + report.counts.written


def test_a_lost_index_is_rebuilt_to_the_same_figures(agent: Agent, exports: list[Path]) -> None:
    agent.import_paths(exports)
    table = agent.query(SPEND)
    agent.close()
    for path in agent.home.glob("index.sqlite*"):
        path.unlink()
    with Agent.open(agent.home) as again:
        found = again.query(SPEND)
        assert found.rows == table.rows
        assert [set(iris) for iris in found.evidence] == [set(iris) for iris in table.evidence]
        assert again.show(found.evidence[0][:1])[0]["line"]


def test_a_pod_that_lost_a_document_is_read_again_as_it_is(agent: Agent, exports: list[Path]) -> None:
    agent.import_paths(exports)
    agent.index.note_documents({"data/gone/transaction/2020/2020-01.ttl": "0" * 64})
    agent.refresh()
    assert "data/gone/transaction/2020/2020-01.ttl" not in agent.index.documents()


def test_a_dry_run_leaves_pod_and_index_as_they_were(agent: Agent, exports: list[Path]) -> None:
    report = agent.import_paths(exports, dry_run=True)
    assert report.counts.read > 0
    assert agent.index.count() == 0
    assert list(agent.pod.list("")) == []


def test_iris_for_people_are_absolute_and_taken_back(agent: Agent, exports: list[Path]) -> None:
    agent.import_paths(exports)
    iri = agent.query(SPEND).evidence[0][0]
    assert iri.startswith(agent.pod.root)
    assert agent.show([iri])[0]["iri"] == iri
    assert agent.show([iri.removeprefix(agent.pod.root)])[0]["iri"] == iri
    with pytest.raises(UsageError, match="no record"):
        agent.show([agent.pod.root + "data/ocbc/transaction/2026/2026-08.ttl#nobody"])


def test_an_answer_cites_records_that_can_be_shown(agent: Agent, exports: list[Path]) -> None:
    agent.import_paths(exports)
    answer = agent.ask("How much did I spend on groceries in September 2026?", date(2026, 10, 31))
    assert answer.status == "answered"
    shown = agent.show(answer.citations)
    assert {record["fields"]["category"] for record in shown} == {"groceries"}
    paid = sum(-float(str(record["fields"]["amount"]).split()[0]) for record in shown)
    assert answer.value == pytest.approx(paid)
