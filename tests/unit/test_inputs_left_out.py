"""An input that is switched off has no influence left: with other data behind it the output is the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pod_agent.index.local import LocalIndex
from pod_agent.offers.match import OfferMatch
from pod_agent.offers.matching import Judge
from pod_agent.suggesting.suggestion import CONTEXT, Suggestion
from tests.support.daily_life import LifeMaker
from tests.support.full_home import plays
from tests.support.households import SINGAPORE, RecordMaker
from tests.support.suggestions import MILK, Alphabet, days, suggested
from vocab.offers import Bonus, Offer, Product, Savings, SavingsTier
from vocab.records import Money, Record

TODAY = date(2026, 10, 31)


def lines(name: str, section: tuple[str, ...]) -> list[Record]:
    """Thirteen orders of one product."""
    life, found = LifeMaker(), list[Record]()
    for day in days("2026-08-01", 13, 7):
        order = life.ordered(f"{day}T10:00:00", 5)
        found += [order, life.bought(order, name, "1", 5, section)]
    return found


def life(**other: str) -> list[Record]:
    """A few weeks of one person; each argument puts another name in one place."""
    names = {"shop": "Kopi Stall", "song": "One", "channel": "Trains", **other}
    money, seen = RecordMaker(), LifeMaker()
    found: list[Record] = [money.paid(day, 5, names["shop"], "eating-out") for day in days("2026-10-01", 20)]
    found += plays(*[f"{names['song']} {place % 3}" for place in range(12)])
    return [*found, *(seen.watched(f"{day}T20:00:00", names["channel"]) for day in days("2026-10-01", 9, 3))]


def told(found: Iterable[Suggestion]) -> list[Suggestion]:
    return [replace(each, evidence=()) for each in found]


@pytest.mark.parametrize(
    ("name", "place", "kinds"),
    [
        ("history", "shop", {"store", "category", "group", "product"}),
        ("listening", "song", {"artist", "track"}),
        ("watching", "channel", {"channel", "video"}),
    ],
)
def test_suggestions_without_a_part_of_the_records_do_not_depend_on_it(
    tmp_path: Path, name: str, place: str, kinds: set[str]
) -> None:
    one, other = life(), life(**{place: "Quite Another"})
    first = suggested(tmp_path / "one", one, without=[name])
    second = suggested(tmp_path / "other", other, without=[name])
    assert first.suggestions
    assert not {each.kind for each in first.suggestions} & kinds
    assert (told(first.suggestions), first.notes) == (told(second.suggestions), second.notes)
    having = [told(suggested(tmp_path / f"{part}", each).suggestions) for part, each in enumerate((one, other))]
    assert having[0] != having[1]


def test_suggestions_without_the_shops_sections_tell_kinds_of_goods_by_names_alone(tmp_path: Path) -> None:
    dairy, nappies = ("Dairy", "Milk"), ("Baby", "Diapers")
    by_name = suggested(tmp_path / "name", lines("Fresh Milk 2L", nappies), "group", without=["shop"])
    assert [each.item for each in by_name.suggestions if not each.novel] == ["milk"]
    found = {}
    for off in ([], ["shop"]):
        both = [
            suggested(tmp_path / f"{place}{len(off)}", lines("Meiji 2L", section), without=off, embedder=Alphabet)
            for place, section in enumerate((dairy, nappies))
        ]
        found[len(off)] = [told(each.suggestions) for each in both]
    assert found[0][0] != found[0][1]
    assert found[1][0] == found[1][1]
    assert {each.kind for each in found[1][0]} == {"product"}  # no kind is known, so none is like it


def test_without_the_rhythm_nobody_learns_whether_something_is_due(tmp_path: Path) -> None:
    records = [RecordMaker().paid(day, 5, "Kopi Stall", "eating-out") for day in days("2026-06-04", 21, 7)]
    due = {}
    for off in ((), ("rhythm",)):
        [habit] = suggested(tmp_path / str(len(off)), records, "store", without=off).suggestions
        due[off] = dict(zip(CONTEXT, habit.context, strict=True))["due"]
        assert ("about every 7 days" in habit.reason) is (not off)
    assert due[()] > 0
    assert due["rhythm",] == 0


def test_nothing_is_said_to_fit_where_nothing_is_known(tmp_path: Path) -> None:
    assert not suggested(tmp_path, lines("Zzz", ()), "group", embedder=Alphabet).suggestions


def offer(**terms: Any) -> Offer:
    standard = {
        "iri": "https://offers.example/c#1",
        "title": "An offer",
        "seller": "Merlion Bank",
        "valid_from": date(2026, 10, 1),
        "valid_through": date(2026, 11, 30),
    }
    return Offer(**{**standard, **terms})


ACCOUNT = Savings(
    tiers=(SavingsTier(percent=Decimal(1)),),
    bonuses=(Bonus(condition="salary", least=Money(200_000, "SGD"), percent=Decimal(2)),),
)
OFFERS = (
    offer(terms=ACCOUNT),
    offer(terms=ACCOUNT, new_customers=True),
    offer(terms=ACCOUNT, absent_days=60),
    offer(percent=Decimal(10), first_purchase=True),
    offer(percent=Decimal(10), seller="FairPrice", categories=("groceries",)),
    offer(percent=Decimal(10), seller="FairPrice", products=(Product(group="milk"),)),
)


def judged(folder: Path, records: Iterable[Record], without: frozenset[str]) -> list[object]:
    folder.mkdir()
    with LocalIndex(folder / "index.sqlite", SINGAPORE) as index:
        index.upsert(records)
        judge = Judge(index, TODAY, without=without)
        found = [judge.judge(each) for each in OFFERS]
    return [replace(each, evidence=()) if isinstance(each, OfferMatch) else each for each in found]


def household(*, shop: str = "FairPrice", salary: str = "SALARY", section: tuple[str, ...] = MILK) -> list[Record]:
    money = RecordMaker()
    paid = [money.paid(day, 50, shop, "groceries") for day in days("2026-06-03", 15, 10)]
    came = [
        money.paid(day, -3000, "Employer", "income", kind="income", description=f"{salary} Employer")
        for day in days("2026-06-25", 5, 28)
    ]
    return [*paid, *came, *lines("Meiji 2L", section)]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("history", {"shop": "Merlion Bank"}),
        ("flows", {"salary": "PAYMENT"}),
        ("shop", {"section": ("Baby", "Diapers")}),
    ],
)
def test_offers_without_an_input_do_not_depend_on_it(tmp_path: Path, name: str, other: dict[str, Any]) -> None:
    one, two = household(), household(**other)
    off = frozenset({name})
    assert judged(tmp_path / "a", one, off) == judged(tmp_path / "b", two, off)
    having = judged(tmp_path / "c", one, frozenset()), judged(tmp_path / "d", two, frozenset())
    assert having[0] != having[1]
    if name == "flows":  # a salary is looked at for accounts alone
        assert having[0][3:] == having[1][3:]
