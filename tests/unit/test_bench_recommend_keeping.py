"""What a comparison measured is read again under the same conditions, and under no other ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.recommend import peers, ranker
from bench.recommend.comparing import Comparison, Model
from bench.recommend.keeping import Kept, digest_of_code
from bench.recommend.peers import Score, popularity
from bench.recommend.protocol import Past, future, past
from bench.recommend.report import part_of
from tests.support.journeys import journey_of, made_tables

JOURNEY = journey_of(made_tables())


@pytest.fixture(scope="module")
def known() -> Past:
    return past(JOURNEY, 16, "category")


def measured(known: Past, folder: Path, seeds: tuple[int, ...], code: str = "a") -> tuple[Comparison, list[int]]:
    fitted: list[int] = []

    def fit(missing: Sequence[int]) -> list[Score]:
        fitted.extend(missing)
        score = popularity(known)
        return [score if seed % 2 == 0 else lambda people: -score(people) for seed in missing]

    compared = Comparison()
    model = Model(name="a model", seeds=seeds, fit=fit, code=code)
    compared.add(known, future(JOURNEY, known), lambda _known: [model], lambda _what: None, Kept(folder=folder))
    return compared, fitted


def test_only_what_is_missing_is_fitted_and_the_figures_are_the_same(known: Past, tmp_path: Path) -> None:
    _first, fitted = measured(known, tmp_path, (0,))
    assert fitted == [0]
    later, fitted = measured(known, tmp_path, (0, 1))
    assert fitted == [1]
    again, fitted = measured(known, tmp_path, (0, 1))
    assert fitted == []
    afresh, fitted = measured(known, tmp_path / "other", (0, 1))
    assert fitted == [0, 1]
    wanted = afresh.weeks[0].quality["a model"]
    assert wanted.keys() == again.weeks[0].quality["a model"].keys()
    for key, values in wanted.items():
        for compared in (later, again):
            assert np.array_equal(compared.weeks[0].quality["a model"][key], values, equal_nan=True)
    assert not list(tmp_path.glob("*.part"))


def test_other_code_and_other_households_are_measured_anew(known: Past, tmp_path: Path) -> None:
    measured(known, tmp_path, (0,))
    assert measured(known, tmp_path, (0,), code="b")[1] == [0]
    one_less = replace(known, ago=np.maximum(known.ago - 1, 0))
    assert Kept(folder=tmp_path).read(known, "a model", 0, "a") is not None
    assert Kept(folder=tmp_path).read(one_less, "a model", 0, "a") is None
    assert Kept(folder=tmp_path).read(known, "another model", 0, "a") is None


def test_the_digest_tells_of_the_sources() -> None:
    assert digest_of_code([peers]) == digest_of_code([peers])
    assert digest_of_code([peers]) != digest_of_code([peers, ranker])


def test_parts_are_all_households_once() -> None:
    halves = [set(part_of(JOURNEY, (number, 2)).lines["household_id"]) for number in (1, 2)]
    assert halves[0] | halves[1] == set(JOURNEY.lines["household_id"])
    assert not halves[0] & halves[1]
    assert abs(len(halves[0]) - len(halves[1])) <= 1
    assert part_of(JOURNEY, None) is JOURNEY
