"""What the benchmark prints: lines for each household, and the table of all models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.completejourney import load
from bench.recommend.__main__ import main
from bench.recommend.comparing import BEST
from bench.recommend.groups import groups
from bench.recommend.metrics import top
from bench.recommend.ours import ABLATIONS, recommender
from bench.recommend.protocol import past
from bench.recommend.release import Terms
from bench.recommend.report import STACK, Plan, full_report
from tests.support.journeys import journey_of, made_tables

KEYS = ["household", "next", "novel"]


def lines_of(tables: dict[str, Any], out: Path, *options: str) -> list[dict[str, Any]]:
    journey = journey_of(tables)
    assert main(["--out", str(out), *options], read=lambda: journey) == 0
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def wide_tables() -> dict[str, Any]:
    """Twenty more categories, so that ten are new to everybody, and a household that only bought gasoline."""
    tables = made_tables()
    fuel = tables["transactions"][tables["transactions"]["product_id"] == 9001].iloc[:1]
    lonely = fuel.assign(household_id=99, basket_id=99_999, week=3)
    tables["transactions"] = type(fuel)(np.vstack([tables["transactions"], lonely]), columns=fuel.columns).astype(
        tables["transactions"].dtypes
    )
    more = tables["products"].iloc[:20].copy()
    more["product_id"] = range(5000, 5020)
    more["product_category"] = [f"RARE {number:02d}" for number in range(20)]
    tables["products"] = type(more)(np.vstack([tables["products"], more]), columns=more.columns).infer_objects()
    tables["products"]["product_id"] = tables["products"]["product_id"].astype(int)
    return tables


@pytest.mark.parametrize(("level", "epsilon"), [("category", "1"), ("category", "none"), ("product", "1")])
def test_every_household_with_a_basket_gets_ten_items_twice(tmp_path: Path, level: str, epsilon: str) -> None:
    tables = wide_tables()
    options = ("--week", "9", "--level", level, "--epsilon", epsilon, "--seed", "3")
    lines = lines_of(tables, tmp_path / "lists.jsonl", *options)
    bought = tables["transactions"][tables["transactions"]["week"] <= 9]
    assert [line["household"] for line in lines] == sorted(bought["household_id"].unique())
    assert lines[-1]["household"] == 99
    names = dict(zip(tables["products"]["product_id"], tables["products"]["product_category"], strict=True))
    for line in lines:
        assert list(line) == KEYS
        own = bought.loc[bought["household_id"] == line["household"], "product_id"]
        had = set(own.map(names)) if level == "category" else set(own)
        for listed in (line["next"], line["novel"]):
            assert len(listed) == len(set(listed)) == 10
            assert all(isinstance(item, str if level == "category" else int) for item in listed)
            assert "COUPON/MISC ITEMS" not in listed
        assert not had & set(line["novel"])
    assert not list(tmp_path.glob("*.part"))


def test_what_was_bought_in_a_department_of_no_goods_is_not_new(tmp_path: Path) -> None:
    tables = wide_tables()
    first = lines_of(tables, tmp_path / "1", "--week", "9")[-1]
    lonely = tables["products"].iloc[:1].copy()
    lonely["product_id"], lonely["department"], lonely["product_category"] = 9902, "FUEL", first["novel"][0]
    tables["products"] = pd.concat([tables["products"], lonely], ignore_index=True)
    tables["transactions"].loc[tables["transactions"]["household_id"] == 99, "product_id"] = 9902
    again = lines_of(tables, tmp_path / "2", "--week", "9")[-1]
    assert again["household"] == 99
    assert first["novel"][0] not in again["novel"]
    assert len(again["novel"]) == 10


def test_later_weeks_change_no_byte(tmp_path: Path) -> None:
    tables, changed = wide_tables(), wide_tables()
    later = changed["transactions"]["week"] > 9
    assert later.any()
    changed["transactions"].loc[later, ["product_id", "sales_value"]] = [3, 99.0]
    changed["transactions"].loc[later, "basket_id"] += 1_000_000
    written = []
    for number, one in enumerate((tables, changed)):
        out = tmp_path / f"{number}.jsonl"
        lines_of(one, out, "--week", "9", "--epsilon", "1", "--seed", "5")
        written.append(out.read_bytes())
    assert written[0] == written[1]


def test_a_seed_is_another_noise(tmp_path: Path) -> None:
    written = [lines_of(wide_tables(), tmp_path / f"{seed}", "--week", "9", "--seed", seed) for seed in ("1", "1", "2")]
    assert written[0] == written[1] != written[2]


@pytest.mark.parametrize("wrong", [["--week", "54"], ["--epsilon", "0"], ["--level", "shop"]])
def test_options_that_mean_nothing_are_refused(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(wrong, read=lambda: journey_of(made_tables()))
    assert ended.value.code == 2


def test_the_comparison_holds_all_models_in_one_table() -> None:
    heard: list[str] = []
    plan = Plan(weeks=(15, 18), level="category", seeds=(0,), epsilons=(1.0,))
    report = full_report(journey_of(wide_tables()), plan, heard.append)
    found = report.values
    assert {"popularity", "TIFU-KNN", "UP-CF", "ItemKNN", "EASE", "implicit ALS", BEST, STACK} < found["models"].keys()
    assert {"ours, no noise", "ours, epsilon 1"} < found["models"].keys()
    assert found["ablations"].keys() == ABLATIONS.keys()
    figure = found["models"]["ours, epsilon 1"]["next recall"]
    assert 0 < figure["low"] < figure["value"] < figure["high"] < 1
    ratio = found["ratios"]["ours, epsilon 1 / popularity"]["next recall"]
    assert ratio["value"] == pytest.approx(figure["value"] / found["models"]["popularity"]["next recall"]["value"])
    assert ratio["value"] > 1
    assert {"ours, epsilon 1, 0.5 x pods", "ours, epsilon 1, 10 x pods"} < found["curve"].keys()
    assert found["costs"]["a pod that leaves takes exactly its part"] is True
    assert found["costs"]["bytes a pod sends about items, with proof and token"] < 100_000
    assert f"| ours, epsilon 1 / {BEST} " in report.text
    assert any("week 18" in step for step in heard)
    assert json.loads(json.dumps(found)) == found


def test_groups_cover_everybody_once() -> None:
    journey = journey_of(made_tables())
    known = past(journey, 12, "category")
    cohort = np.arange(5, len(known.households))
    found = list(groups(journey, known, cohort))
    for kind in {kind for kind, _, _ in found}:
        members = np.concatenate([households for one, _, households in found if one == kind])
        assert sorted(members) == known.households[cohort].tolist()
    incomes = {group: households for kind, group, households in found if kind == "income"}
    assert incomes.keys() == {"35-74K", "not told"}
    assert {group for kind, group, _ in found if kind == "baskets"} <= {"fewest", "few", "many", "most"}


def test_real_households_are_recommended_what_they_like() -> None:
    """A tenth of the households: most of what is listed next they bought three times and more."""
    whole = load()
    few = type(whole)(
        **{name: getattr(whole, name) for name in whole.__slots__}
        | {"lines": whole.lines[whole.lines["household_id"] % 10 == 3]}
    )
    known = past(few, 41, "category")
    score = recommender(few, known, Terms(epsilon=1.0), frozenset({"text"}))
    busy = np.flatnonzero(known.baskets >= 20)[:20]
    counts = known.matrix()[busy].toarray()
    listed = top(score(busy))
    assert (np.take_along_axis(counts, listed, axis=1) >= 3).mean() > 0.8
    assert len(known.items) == 301
