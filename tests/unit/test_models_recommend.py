"""Scores of items for one person: their own history first, then what many know, then public names and departments."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from pod_agent.errors import UsageError
from pod_agent.models.basket_history import BasketHistory
from pod_agent.models.recommend import INPUTS, ItemRecommender
from vocab.prior import ItemPairs, ItemPrior

ITEMS = tuple("milk bread eggs cheese apples pears carrots beans soap towels bleach candles nappies wipes".split())
DEPARTMENTS = ("grocery",) * 4 + ("produce",) * 4 + ("house",) * 4 + ("baby",) * 2
EVER = (0.9, 0.9, 0.8, 0.7, 0.6, 0.3, 0.5, 0.3, 0.6, 0.4, 0.2, 0.1, 0.15, 0.15)


def a_prior(**changes: object) -> ItemPrior:
    prior = ItemPrior(
        dimension="category",
        items=ITEMS,
        ever=EVER,
        lately=tuple(share * share for share in EVER),
        people=1000,
        epsilon=1.0,
        delta=1e-5,
        released_at=datetime(2026, 1, 1, tzinfo=UTC),
        tasks=("0" * 64,),
    )
    return replace(prior, **changes)  # type: ignore[arg-type]


def alike() -> np.ndarray:
    """By text the two baby things are alike, and the two fruits."""
    table = np.full((len(ITEMS), len(ITEMS)), 0.1)
    for one, other in (("nappies", "wipes"), ("apples", "pears")):
        table[ITEMS.index(one), ITEMS.index(other)] = table[ITEMS.index(other), ITEMS.index(one)] = 0.8
    return table


def bought(*baskets: str) -> BasketHistory:
    """One basket a week, the last one this week."""
    entries = [(ITEMS.index(item), age, age) for age, basket in enumerate(reversed(baskets)) for item in basket.split()]
    item, rank, ago = zip(*entries, strict=True)
    return BasketHistory(item=np.array(item), rank=np.array(rank), ago=np.array(ago, dtype=float))


def recommender(prior: ItemPrior | None = None, **changes: object) -> ItemRecommender:
    terms: dict[str, object] = {"departments": DEPARTMENTS, "texts": alike(), "names": alike()}
    return ItemRecommender(ITEMS, **{**terms, **changes}).fit(prior)  # type: ignore[arg-type]


def order(scores: np.ndarray) -> list[str]:
    return [ITEMS[place] for place in np.argsort(-scores, kind="stable")]


def test_three_receipts_put_what_was_bought_first_and_then_what_is_near_or_usual() -> None:
    scores = recommender(a_prior()).scores(bought("milk nappies", "bread apples", "milk nappies"))
    listed = order(scores)
    assert listed[:2] == ["milk", "bread"]
    assert "nappies" in listed[:5]  # 15 of 100 people have any
    assert listed.index("apples") < listed.index("soap")  # as many people have the one as the other
    new = [item for item in listed if item not in {"milk", "nappies", "bread", "apples"}]
    assert new.index("wipes") < new.index("candles")
    assert new[0] == "eggs"


def test_somebody_without_history_sees_what_many_have() -> None:
    scores = recommender(a_prior()).scores(BasketHistory.nothing())
    assert order(scores)[:3] == ["milk", "bread", "eggs"]


def test_without_a_prior_texts_and_history_still_rank() -> None:
    listed = order(recommender(None).scores(bought("nappies milk", "nappies", "nappies soap")))
    assert listed[0] == "nappies"
    assert listed.index("wipes") < listed.index("candles")


def test_with_nothing_public_at_all_the_own_history_ranks() -> None:
    scores = ItemRecommender(ITEMS).fit(None).scores(bought("milk soap", "soap", "soap bread"))
    assert order(scores)[0] == "soap"
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("item", ITEMS)
def test_buying_an_item_once_more_never_lowers_its_place(item: str) -> None:
    baskets = ("milk bread", "apples soap", "nappies milk", "bread eggs")
    model = recommender(a_prior())
    before = order(model.scores(bought(*baskets))).index(item)
    assert order(model.scores(bought(*baskets[:-1], f"{baskets[-1]} {item}"))).index(item) <= before


def test_an_item_counts_the_less_the_longer_ago_it_was_bought() -> None:
    model = recommender(a_prior(), texts=None, names=None, departments=None)
    lately = model.scores(bought("soap", "towels", "milk", "milk", "towels"))
    earlier = model.scores(bought("towels", "soap", "milk", "towels", "milk"))
    assert lately[ITEMS.index("towels")] > earlier[ITEMS.index("towels")]


def test_the_order_of_the_items_changes_nothing() -> None:
    shuffle = np.random.default_rng(0).permutation(len(ITEMS))
    history = bought("milk nappies", "bread apples", "soap eggs")
    model = recommender(a_prior(pairs=a_pair()))
    other = ItemRecommender(
        tuple(ITEMS[place] for place in shuffle),
        departments=[DEPARTMENTS[place] for place in shuffle],
        texts=alike()[np.ix_(shuffle, shuffle)],
        names=alike()[np.ix_(shuffle, shuffle)],
    ).fit(a_prior(pairs=a_pair()))
    moved = BasketHistory(item=np.argsort(shuffle)[history.item], rank=history.rank, ago=history.ago)
    assert other.scores(moved) == pytest.approx(model.scores(history)[shuffle], abs=1e-4)


def a_pair() -> ItemPairs:
    """People who have candles have bleach, and not pears."""
    direction = dict.fromkeys(ITEMS, 0.0) | {"candles": 0.6, "bleach": 0.6, "pears": -0.52}
    return ItemPairs(directions=(tuple(direction.values()),), strengths=(0.9,))


def test_a_release_of_pairs_brings_forward_what_goes_with_what_was_bought() -> None:
    history = bought("milk candles", "candles bread", "milk candles")
    plain, paired = (recommender(prior).scores(history) for prior in (a_prior(), a_prior(pairs=a_pair())))
    gain = paired - plain
    assert gain[ITEMS.index("bleach")] > gain[ITEMS.index("towels")] > gain[ITEMS.index("pears")]


def test_no_item_is_near_to_itself() -> None:
    history, ones = bought("milk nappies", "bread apples"), alike()
    np.fill_diagonal(ones, 1.0)
    plain, own = recommender(a_prior()), recommender(a_prior(), texts=ones, names=ones)
    assert np.array_equal(own.scores(history), plain.scores(history))
    alone = recommender(a_prior(), departments=ITEMS, texts=None, names=None)
    assert not alone.parts(history)["shop"].any()


def test_the_parts_of_a_score_add_up_and_name_its_inputs() -> None:
    model, history = recommender(a_prior(pairs=a_pair())), bought("milk nappies", "bread apples")
    parts = model.parts(history)
    assert tuple(parts) == INPUTS
    assert np.allclose(sum(parts.values()), model.scores(history))
    assert parts["history"][ITEMS.index("milk")] > 0
    assert parts["history"][ITEMS.index("candles")] == 0


def test_the_season_brings_forward_what_it_asks_for_and_is_of_the_texts() -> None:
    history, ahead = bought("milk nappies", "bread apples"), np.zeros(len(ITEMS))
    ahead[ITEMS.index("towels")] = 0.8
    plain, now = recommender(a_prior()), recommender(a_prior(), season=ahead)
    moved = now.parts(history)["text"] - plain.parts(history)["text"]
    assert moved.argmax() == ITEMS.index("towels")
    assert np.count_nonzero(moved) == 1
    assert order(now.scores(history)).index("towels") < order(plain.scores(history)).index("towels")
    bought_before = recommender(a_prior(), season=np.isin(ITEMS, ("milk", "apples")).astype(float))
    assert np.array_equal(bought_before.scores(history), plain.scores(history))
    off = frozenset({"text"})
    assert np.array_equal(
        recommender(a_prior(), season=ahead, without=off).scores(history),
        recommender(a_prior(), without=off).scores(history),
    )


def test_among_very_many_items_the_last_baskets_count_less() -> None:
    many = ItemRecommender([f"item {number}" for number in range(1000)]).fit(None)
    few = ItemRecommender([f"item {number}" for number in range(999)]).fit(None)
    history = BasketHistory(item=np.array([0, 1]), rank=np.array([0, 6]), ago=np.array([3.0, 3.0]))
    gains = [model.scores(history)[0] - model.scores(history)[1] for model in (many, few)]
    assert 0 < gains[0] < 0.7 * gains[1]


@pytest.mark.parametrize("left_out", INPUTS)
def test_an_input_that_is_left_out_moves_no_item(left_out: str) -> None:
    model = recommender(a_prior(pairs=a_pair()), season=np.arange(len(ITEMS)) / 20, without=frozenset({left_out}))
    part = model.parts(bought("milk nappies", "bread apples"))[left_out]
    assert np.ptp(part) == 0


def test_without_history_the_scores_are_those_of_a_stranger() -> None:
    model = recommender(a_prior(), without=frozenset({"history"}))
    assert np.array_equal(model.scores(bought("candles", "bleach")), model.scores(BasketHistory.nothing()))


def test_items_that_the_prior_does_not_name_are_as_rare_as_its_rarest() -> None:
    model = ItemRecommender((*ITEMS, "unheard of")).fit(a_prior())
    assert model.ever_[-1] == min(EVER)
    assert np.isfinite(model.scores(bought("milk"))).all()


@pytest.mark.parametrize(
    "fields",
    [
        {"item": [-1], "rank": [0], "ago": [0.0]},
        {"item": [0], "rank": [-1], "ago": [0.0]},
        {"item": [0], "rank": [0], "ago": [float("nan")]},
        {"item": [0], "rank": [0], "ago": [-1.0]},
        {"item": [0, 1], "rank": [0], "ago": [0.0]},
        {"item": [0], "rank": [10**9], "ago": [0.0]},
    ],
)
def test_a_history_that_cannot_be_is_refused(fields: dict[str, list[float]]) -> None:
    with pytest.raises(UsageError):
        BasketHistory(**{name: np.array(values) for name, values in fields.items()})


def test_a_history_of_other_items_is_refused() -> None:
    with pytest.raises(UsageError, match="not among"):
        ItemRecommender(("one",)).fit(None).scores(bought("bread"))


@pytest.mark.parametrize(
    ("items", "changes"),
    [
        ((), {}),
        (("milk", "milk"), {}),
        (ITEMS, {"departments": ("one",)}),
        (ITEMS, {"texts": np.ones((2, 2))}),
        (ITEMS, {"texts": np.full((len(ITEMS),) * 2, np.nan)}),
        (ITEMS, {"season": np.ones(2)}),
        (ITEMS, {"season": np.full(len(ITEMS), np.inf)}),
    ],
)
def test_public_knowledge_that_does_not_fit_the_items_is_refused(
    items: tuple[str, ...], changes: dict[str, object]
) -> None:
    with pytest.raises(UsageError):
        ItemRecommender(items, **changes).fit(None)  # type: ignore[arg-type]


def test_nothing_is_scored_before_fit() -> None:
    with pytest.raises(UsageError, match="fitted"):
        ItemRecommender(ITEMS).scores(BasketHistory.nothing())
