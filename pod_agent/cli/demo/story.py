"""The demo, step by step: each step says in a line what it did, with its figures."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from consent.purposes import AGGREGATE_REPORTING, FEDERATED_TRAINING, SPENDING
from pod_agent.agent import Agent
from pod_agent.cli.demo.people import Life, answer_in_crowd, settle
from pod_agent.cli.demo.servers import Business
from pod_agent.cli.demo.training import train_together
from pod_agent.cli.options import host, show_table
from pod_agent.cli.progress import steps
from pod_agent.cli.running import start_pages, stop
from pod_agent.synthetic.exports import SERVICES
from vocab.query import QuerySpec
from vocab.taxonomy import SPENDING_CATEGORIES

__all__ = ["tell"]

HOUSEHOLDS = 3
SHOP = "https://shop.example/profile#us"
SHOP_HELPER = "https://pods.example/profile#us"
BANK = "https://bank.example/profile#us"
BANK_HELPER = "https://operators.example/profile#us"
MONTHS = 1
"""Whole months that the study looks at."""

CROWD_SERVICES = ("ocbc", "dbs")
"""What the simulated people download: a bank account and two cards, which is all that the study is about."""


def tell(folder: Path, people: int, *, pages: bool) -> None:
    """Run the whole demo in this folder; with ``pages`` show the pages at its end until Ctrl-C."""
    began = time.monotonic()
    with ExitStack() as stack:
        shop = stack.enter_context(Business(folder / "shop", controller=SHOP, helper=SHOP_HELPER))
        catalogue = shop.publish_catalogue()
        _say(1, f"A shop runs a leader at {shop.leader_url}; a pod operator runs the helper. Two processes.")
        _more("Three made-up operators vouch for the people by blind tokens: one for each person and study.")
        today = datetime.now(UTC).date()
        operators = shop.start_operators(people=HOUSEHOLDS + people)
        lives = [
            _life(folder, seed, today, operators[seed % len(operators)], shop.leader_url, catalogue)
            for seed in range(1, HOUSEHOLDS + people + 1)
        ]
        agents = [stack.enter_context(_household(life)) for life in lives[:HOUSEHOLDS]]
        _show_what_it_is_for(agents[0])
        task = shop.publish(_spending_study(today))
        _allow_and_answer(agents, task)
        _crowd(lives[HOUSEHOLDS:], task)
        _withdraw(agents[-1])
        _release(shop.collect(task))
        _training(folder, agents)
        _say(9, f"Done in {time.monotonic() - began:.0f} s. What left household 1, from its own log:")
        _what_left(agents[0])
        if pages:
            _show_pages(agents[0].home, shop)


def _life(folder: Path, seed: int, today: date, operator: str, aggregator: str, catalogue: str) -> Life:
    """Households that are looked at have a year of all services; the crowd has the study's months of money."""
    shown = seed <= HOUSEHOLDS
    first = _months_back(today, 12 if shown else MONTHS)
    return Life(
        seed=seed,
        operator=operator,
        webid=f"{operator}people/{seed - 1}#me",
        folder=folder / "people",
        first=first,
        last=today,
        pace=2.5 if shown else 1.0,
        aggregator=aggregator,
        catalogue=catalogue if shown else "",
        services=SERVICES if shown else CROWD_SERVICES,
    )


@contextmanager
def _household(life: Life) -> Iterator[Agent]:
    with settle(life) as agent:
        began = time.monotonic()
        report = agent.import_paths([life.home / "exports"])
        counts = report.counts
        seconds = time.monotonic() - began
        read = f"{len(report.files)} files of {len(life.services)} services, {counts.read:,} rows read"
        held = sum(coverage.records for coverage in agent.coverage())
        _say(2, f"Household {life.seed}: {read} in {seconds:.1f} s. Its pod holds {held:,} records.")
        yield agent


def _show_what_it_is_for(agent: Agent) -> None:
    """What the person gets, before anybody else gets anything."""
    question = "How much did I spend on groceries last month?"
    answer = agent.ask(question)
    _say(3, f"Household 1 asks: {question}")
    _more(f"{answer.text} Each can be opened.")
    [(orders, value)] = agent.query(QuerySpec(measures=("orders", "order_value"))).rows
    _more(f"{orders:,} shop orders tell what was bought for ${value:,.2f} of its money, which counts once.")
    suggestions = agent.suggestions.recommend(["product", "artist"], new=False, limit=1).suggestions
    for each in suggestions:
        _more(f"Next {each.kind}, suggested on the device: {each.title}. {each.reason}")
    offers = agent.offers()
    if offers:
        _more(f"Best of {len(offers)} offers that fit, matched on the device: {offers[0].title}. {offers[0].reason}")


def _spending_study(today: date) -> dict[str, Any]:
    first, last = _months_back(today, MONTHS), today.replace(day=1) - timedelta(days=1)
    months = [f"{_months_back(today, back):%Y-%m}" for back in range(MONTHS, 0, -1)]
    return {
        "title": "Spending by category and month",
        "purpose": AGGREGATE_REPORTING,
        "data": [SPENDING],
        "statistic": {
            "type": "Histogram",
            "query": {
                "measures": ["spend"],
                "dimensions": ["month", "category"],
                "period": [first.isoformat(), last.isoformat()],
            },
            "cells_of": {"month": months, "category": list(SPENDING_CATEGORIES)},
        },
        "noise": {"epsilon": 0.99},
        "min_batch": 100,
        **_window(),
    }


def _training_study() -> dict[str, Any]:
    """A round of three people: marked as a demonstration, without noise, so that the average can be checked."""
    return {
        "title": "A forecast of weekly spending, round 1",
        "purpose": FEDERATED_TRAINING,
        "data": [SPENDING],
        "statistic": {
            "type": "ModelUpdate",
            "model": "weekly-spending-1",
            "length": 14,
            "clip": 16384,
            "fraction_bits": 14,
        },
        "noise": {"variance": 0},
        "min_batch": HOUSEHOLDS,
        "demo": True,
        **_window(),
    }


def _window() -> dict[str, str]:
    now = datetime.now(UTC).replace(microsecond=0)
    opens, closes = now - timedelta(minutes=1), now + timedelta(hours=6)
    return {"opens": f"{opens:%Y-%m-%dT%H:%M:%SZ}", "closes": f"{closes:%Y-%m-%dT%H:%M:%SZ}"}


def _allow_and_answer(agents: list[Agent], task: str) -> None:
    request = agents[0].request(task)
    _say(4, f"The shop asks for a study: {request.study.title}. What household 1 sees before it allows anything:")
    for line in request.preview:
        _more(line)
    for number, agent in enumerate(agents, start=1):
        agent.give(task)
        [outcome] = agent.answer_studies()
        _more(f"Household {number} allowed it; its agent answered: {outcome.outcome}, {outcome.sent:,} bytes.")


def _crowd(lives: list[Life], task: str) -> None:
    began, sizes = time.monotonic(), []
    with steps("Simulated people import, allow and answer", len(lives)) as bar:
        for sent in answer_in_crowd(lives, task):
            sizes.append(sent)
            bar.advance(bar.task_ids[0])
    same = f"{sizes[0]:,} bytes each" if len(set(sizes)) == 1 else f"{min(sizes):,} to {max(sizes):,} bytes"
    seconds = time.monotonic() - began
    _say(5, f"{len(lives)} simulated people did the same with exports of their own: {same} ({seconds:.0f} s).")


def _withdraw(agent: Agent) -> None:
    [grant] = [grant["grant"] for grant in agent.grants()]
    agent.withdraw(grant)
    [status] = [grant["status"] for grant in agent.grants()]
    answers = [entry["outcome"] for entry in agent.audit() if entry["action"] == "withdraw-report"]
    told = " and ".join(answers) or "no answer yet"
    _say(6, f"Household 3 changes its mind: its grant is {status}. The two servers say of its report: {told}.")
    _more(f"Studies its agent answers from now on: {len(agent.answer_studies())}.")


def _release(release: dict[str, Any]) -> None:
    many = f"{release['batch']} reports (only that is published)"
    _say(7, f"Leader and helper sum {many}; each adds noise in full. The shop gets this and no more:")
    shown = [row for row in release["rows"] if row["value"] is not None]
    rows = [(*row["labels"], row["value"], f"{row['low']:.0f} to {row['high']:.0f}") for row in shown]
    show_table(release["title"], (*release["dimensions"], "people", "95 % interval"), rows, numbers=(2, 3))
    withheld = len(release["rows"]) - len(shown)
    _more(f"{withheld} cells are withheld: with so few people they cannot be told from the noise.")


def _training(folder: Path, agents: list[Agent]) -> None:
    with Business(folder / "bank", controller=BANK, helper=BANK_HELPER) as bank:
        task = bank.publish(_training_study())
        result = train_together(bank, task, agents)
    weights = ", ".join(f"{weight:+.3f}" for weight in result["weights"])
    seconds = math.fsum(result["seconds"].values())
    _say(8, f"A bank trains a forecast over Flower: {result['summed']} of {result['asked']} households, one round,")
    _more(f"{seconds:.1f} s. No code came from the bank and no update was seen: the new weights are {weights}.")


def _what_left(agent: Agent) -> None:
    log = agent.audit()
    rows = [
        (entry["seq"], entry["action"], host(entry["recipient"]), entry["bytes"], entry["outcome"]) for entry in log
    ]
    show_table("", ("#", "action", "to", "bytes", "outcome"), rows, numbers=(0, 3))
    held = sum(coverage.records for coverage in agent.coverage())
    sent = sum(entry["bytes"] for entry in log if entry["outcome"] == "sent")
    _more(f"{sent:,} bytes left, all of them sealed shares. Its {held:,} records stayed.")


def _show_pages(home: Path, shop: Business) -> None:
    child, link = start_pages(home)
    try:
        click.echo()
        click.echo(f"  Household 1's own pages  {link}")
        click.echo("  There: For you has suggestions and the shop's signed offers; What counts switches inputs off.")
        click.echo(f"  The shop's portal        {shop.start('portal')}")
        click.echo("  Each link works once. Ctrl-C ends everything.")
        child.wait()
    except KeyboardInterrupt:
        click.echo("\nEverything is stopped.", err=True)
    finally:
        stop(child)


def _months_back(today: date, months: int) -> date:
    """The first day of the month that many months before this one."""
    count = today.year * 12 + today.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


def _say(step: int, text: str) -> None:
    click.echo(f"{click.style(f'{step}.', bold=True)} {text}")


def _more(text: str) -> None:
    click.echo(f"   {text}")
