"""The public list of kinds of goods, and the rules that tell a product's kind by its words."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest

from pod_agent.enrich import products
from pod_agent.enrich.products import forms, group_of
from pod_agent.synthetic.baskets import GROCERIES, PARCELS
from tests.support.shared import shared
from vocab.errors import UnknownNameError, VocabularyError
from vocab.products import DEPARTMENTS, GROUPS, PUBLIC_GROUPS, group

NAMES = Path(__file__).with_name("product_names.csv")
with NAMES.open(encoding="utf-8", newline="") as _stream:
    CHECKED = {row["product"]: set(row["groups"].split("|")) for row in csv.DictReader(_stream)}


def test_the_list_is_whole() -> None:
    assert 120 <= len(GROUPS) <= 200
    assert {each.department for each in GROUPS.values()} == set(DEPARTMENTS)
    assert len({each.label for each in GROUPS.values()}) == len(GROUPS)
    for name, each in GROUPS.items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name), name
        assert re.fullmatch(r"(0[1-9]|1[0-3])\.[0-9]\.[0-9]", each.coicop), name
        assert len(each.text.split()) >= 3, name
    assert group("milk").label == "Milk"
    with pytest.raises(UnknownNameError):
        group("gold bars of mine")


def test_what_tells_of_health_sex_faith_or_addiction_is_not_public() -> None:
    private = set(GROUPS) - set(PUBLIC_GROUPS)
    assert private == {
        *(name for name, each in GROUPS.items() if each.department == "health"),
        "prayer-goods",
        "tobacco",
    }
    for product in ("Pregnancy Test 2s", "Condoms 12s", "Paracetamol 500mg", "Vitamin C 1000mg", "Adult Diapers L"):
        assert group_of(product) in private, product


def test_every_phrase_tells_one_group() -> None:
    told = defaultdict(set)
    for form in (form for listed in products._table().values() for form in listed):
        assert form.group in GROUPS
        told[form.words, form.beside].add(form.group)
    assert not {words: groups for words, groups in told.items() if len(groups) > 1}
    assert {name for groups in told.values() for name in groups} == set(GROUPS)


def test_names_checked_by_hand_are_told_right() -> None:
    wrong = {name: group_of(name) for name, right in CHECKED.items() if group_of(name) not in right}
    assert len(wrong) <= 0.02 * len(CHECKED), wrong


@pytest.mark.parametrize("product", [*GROCERIES, *PARCELS], ids=lambda each: each.name)
def test_the_made_up_shops_sell_nothing_without_a_group(product: object) -> None:
    name, section = product.name, product.section  # type: ignore[attr-defined]
    assert group_of(name, section[::-1]) is not None


@pytest.mark.parametrize(
    ("name", "section", "right"),
    [
        ("Ayam Tuna 150g", ("Food Cupboard", "Canned Food", "Tuna"), "canned-fish"),
        ("Harbour Tuna 200g", ("Meat & Seafood", "Fish", "Tuna"), "fish"),
        ("Wings 1kg", ("Frozen", "Frozen Poultry", "Chicken Wings"), "frozen-meat-fish"),
        ("Tuna Fillet in Jelly 85g", ("Pet Care", "Cat", "Cat Food"), "cat-food"),
        ("Stage 3 900g", ("Baby", "Milk Powder"), "baby-milk"),
        ("Two Hills 500g", ("Dairy", "Yoghurt"), "yoghurt"),
        ("Soft & Smooth 300ml", ("Beauty", "Hair", "Shampoo & Conditioner"), "shampoo-hair"),
        ("Green Harvest 1 pack", ("Fruits & Vegetables",), None),
        ("Snug L 44s", ("Baby", "Diapers"), "nappies"),
    ],
)
def test_the_shops_own_category_helps(name: str, section: tuple[str, ...], right: str | None) -> None:
    assert group_of(name, section) == right


@pytest.mark.parametrize("name", ["", "12345", "Zzyzx", "\ud800", "牛奶", "-- ;; --", "with for in"])
def test_words_that_tell_nothing_give_no_group(name: str) -> None:
    assert group_of(name) is None


def test_case_accents_and_plural_make_no_difference() -> None:
    assert {group_of(name) for name in ("ROSÉ WINE", "Rose wines", "rosé  wine 750ml")} == {"wine"}
    assert group_of("Running Shoes") == group_of("running shoe") == "shoes"


def test_a_phrase_without_words_is_refused() -> None:
    with pytest.raises(VocabularyError):
        list(forms("milk|500", "milk"))


def test_the_development_pack_is_grouped() -> None:
    with (shared("qa/dev/truth/order_lines.csv")).open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    found = [group_of(line["product"], tuple(filter(None, line["category_path"].split(" > ")))) for line in lines]
    assert sum(name is not None for name in found) >= 0.99 * len(lines)
