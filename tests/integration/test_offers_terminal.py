"""Names of shops, products and offers come from strangers: nothing of them steers the terminal."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from pod_agent.agent import Agent
from pod_agent.cli.main import main
from pod_agent.config import save_settings
from tests.support.daily_life import LifeMaker

STEERING = ("\x1b", "\x9b", "\u061c", "\u202e", "\u2066", "\r")
NAMED = "Milk\x1b[2J\x9b1m\u061c\u202e\u2066\rfor you"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A person who ordered a product of a hostile name, and a catalogue with one of a hostile address."""
    offer = {
        "@id": "https://shop.example/c#milk",
        "@type": "Offer",
        "name": "Milk",
        "seller": {"name": "FairPrice"},
        "itemOffered": [{"name": "milk"}],
        "validFrom": "2026-01-01",
        "validThrough": "2126-01-01",
        "price": 1,
    }
    faulty = {**offer, "@id": "https://shop.example/c#\u202e\u2066bad", "price": -1}
    catalogue = {"@context": {"@vocab": "http://schema.org/"}, "@graph": [offer, faulty]}
    (tmp_path / "offers.jsonld").write_text(json.dumps(catalogue))
    with Agent.create(tmp_path / "home") as agent:
        maker, today = LifeMaker(), agent.today()
        order = maker.ordered(f"{today - timedelta(days=5)}T10:00", 4.5)
        agent.index.upsert([order, maker.bought(order, NAMED, "1", 4.5)])
    save_settings(tmp_path / "home", catalogue=str(tmp_path / "offers.jsonld"))
    return tmp_path / "home"


@pytest.mark.parametrize("arguments", [["offers", "--all"], ["offers", "show", "milk"]])
def test_names_of_strangers_do_not_steer_the_terminal(
    home: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--home", str(home)])
    assert ended.value.code == 0
    printed = capsys.readouterr()
    assert "for you" in printed.out  # the end of the name
    assert not [mark for mark in STEERING if mark in printed.out + printed.err]
    assert ("bad" in printed.err) is (arguments[-1] == "--all")


def test_the_list_tells_each_offers_name_and_shop_and_over_what_it_saves(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["offers", "--home", str(home)])
    printed = " ".join(capsys.readouterr().out.split())
    assert "name offer saving why" in printed
    assert "milk Milk (FairPrice) 3.50" in printed
    assert "in the last 90 days." in printed


def test_the_last_day_of_an_offer_is_told_as_every_other_day(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["offers", "show", "milk", "--home", str(home)])
    assert "Until 1 Jan 2126." in capsys.readouterr().out
