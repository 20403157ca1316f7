"""A shared model by commands alone: asked for, summed by two processes, made, listed, and fetched by an agent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from aggregator.cli import main as aggregator
from aggregator.config import init_helper, init_leader, load_leader
from aggregator.ports import free_port
from aggregator.running import ServerProcess
from aggregator.samples import sample_measurement
from pod_agent.agent import Agent
from pod_agent.cli.main import main as agent
from pod_agent.config import save_settings
from pod_agent.models.prior_store import kept_prior
from tests.support.pair import send, upload
from vocab.study import Study
from vocab.taxonomy import SPENDING_CATEGORIES
from vocab.wire import decode_models, decode_studies

TERMS: dict[str, Any] = {
    "title": "What people have",
    "purpose": "https://w3id.org/pod-agent#AggregateReporting",
    "data": ["https://w3id.org/dpv/pd#PurchasesAndSpendingHabit"],
    "min_batch": 5,
    "opens": "2020-01-01T00:00:00Z",
    "closes": "2100-01-01T00:00:00Z",
    "demo": True,
    "noise": {"variance": 0},
    "statistic": {
        "type": "ItemVectors",
        "query": {"dimensions": ["category"], "period": ["2026-01-01", "2026-10-31"]},
        "items": "categories",
    },
}
PEOPLE = 9


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Path]:
    """A folder with both servers set up, and both of them running."""
    home = tmp_path / "shop"
    names = ["--controller=https://shop.example/profile#us", "--helper=https://pods.example/profile#us"]
    ports = [f"--leader-port={free_port()}", f"--helper-port={free_port()}"]
    with pytest.raises(SystemExit) as ended:
        aggregator(["init", "--home", str(home), *names, *ports])
    assert ended.value.code == 0
    servers = [ServerProcess("helper", home), ServerProcess("leader", home)]
    try:
        yield home
    finally:
        for server in servers:
            server.stop()


def run(main: Any, capsys: pytest.CaptureFixture[str], home: Path, *arguments: str) -> tuple[int, Any]:
    """Exit status, and the JSON document that was printed."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["--home", str(home), *arguments])
    out = capsys.readouterr().out
    assert isinstance(ended.value.code, int)
    return ended.value.code, json.loads(out) if out.startswith(("{", "[")) else out


def answered(shop: Path, capsys: pytest.CaptureFixture[str], terms: dict[str, Any], seed: int) -> str:
    """Publish a study, upload made-up answers, collect it; the task."""
    file = shop / f"study-{seed}.json"
    file.write_text(json.dumps(terms))
    status, published = run(aggregator, capsys, shop, "publish", str(file), "--json")
    assert status == 0, published
    draws = np.random.default_rng(seed)
    with httpx.Client(base_url=load_leader(shop).url) as agents:
        listed = decode_studies(agents.get("studies").content).studies
        study = next(Study.from_json(each.manifest) for each in listed if each.task == published["task"])
        for _ in range(PEOPLE):
            assert upload(agents, send(study, sample_measurement(study.statistic, draws))) == 201
    status, release = run(aggregator, capsys, shop, "collect", published["task"], "--json")
    assert (status, len(release["values"])) == (0, study.statistic.length)
    return str(published["task"])


def test_from_the_terms_of_two_studies_to_a_model_on_an_agent_s_machine(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(aggregator, capsys, shop, "prior", "list", "--json") == (0, [])
    assert run(aggregator, capsys, shop, "prior", "ask", "category")[0] == 2
    first = answered(shop, capsys, TERMS, 1)
    status, made = run(aggregator, capsys, shop, "prior", "make", first, "--json")
    assert (status, made["people"], made["items"], made["demo"]) == (0, PEOPLE, len(SPENDING_CATEGORIES), True)
    assert run(aggregator, capsys, shop, "prior", "list", "--json") == (0, [made])
    assert "about 9 people, exact, DEMO" in run(aggregator, capsys, shop, "prior", "list")[1]

    home = tmp_path / "person"
    Agent.create(home).close()
    url = load_leader(shop).url
    save_settings(home, aggregator=url, simulated="yes")
    status, [told] = run(agent, capsys, home, "federation", "models", "--json")
    assert (status, told["dimension"], told["tasks"]) == (0, "category", [first])
    assert "category" in run(agent, capsys, home, "federation", "models")[1]

    status, asked = run(aggregator, capsys, shop, "prior", "ask", "category")
    assert status == 0
    second = answered(shop, capsys, {**TERMS, **asked, "title": "What goes together"}, 2)
    status, made = run(aggregator, capsys, shop, "prior", "make", second, "--json")
    assert (status, made["tasks"]) == (0, [first, second])
    with Agent.open(home) as opened:
        opened.suggestions.recommend()  # asks nobody: the list is less than a day old
    prior = kept_prior(home, "category")
    assert prior is not None
    assert prior.pairs is None
    assert run(agent, capsys, home, "federation", "models", "--refresh", "--json")[1][0]["tasks"] == [first, second]
    listed = decode_models(httpx.get(f"{url}models").content).models
    kept = kept_prior(home, "category")
    assert kept is not None
    assert [entry.model["prior"] for entry in listed] == [kept.to_json()]
    assert kept.pairs is not None

    assert run(aggregator, capsys, shop, "prior", "make", "00" * 32)[0] == 2
    assert run(aggregator, capsys, shop, "prior", "make", first)[0] == 2  # a later release is listed


def test_a_task_that_can_be_none_is_told_as_everywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    invited = init_helper(tmp_path / "helper", url="https://helper.example/", helper="https://pods.example/profile#us")
    init_leader(tmp_path, invited, url="https://studies.shop.example/", controller="https://shop.example/profile#us")
    for command in (["prior", "make", "first"], ["collect", "first"]):
        with pytest.raises(SystemExit) as ended:
            aggregator(["--home", str(tmp_path), *command])
        assert ended.value.code == 2
        assert "unknown_study" in capsys.readouterr().err


def test_without_its_leader_an_agent_goes_on_with_what_it_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "person"
    Agent.create(home).close()
    assert run(agent, capsys, home, "federation", "models", "--json")[0] == 2
    save_settings(home, aggregator=f"http://127.0.0.1:{free_port()}/")
    assert run(agent, capsys, home, "federation", "models", "--json")[0] == 5
    with Agent.open(home) as opened:
        assert opened.suggestions.recommend().suggestions == ()
