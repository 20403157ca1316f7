"""Flags among a person's own purchases: few, with reasons in words, and none where nobody can say."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Sequence
from dataclasses import replace as changed
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from pod_agent.agent import Agent
from pod_agent.cli.main import main
from pod_agent.errors import UsageError
from pod_agent.features.purchases import FEATURES, Purchases, purchases_of, relative_features
from pod_agent.models.anomaly import ForestDetector, NeighbourDetector, RobustDetector, SupportDetector, Surprise
from pod_agent.models.anomaly_flags import Flag, find_flags
from pod_agent.models.anomaly_network import Autoencoder, PurchaseNetwork
from pod_agent.models.protocol import Array, Detector
from pod_agent.models.strange import lessons, make_strange
from tests.support.households import SINGAPORE, RecordMaker
from vocab.records import Money, Transaction

TODAY = date(2026, 6, 30)


def purchase(made: RecordMaker, day: date, amount: float, shop: str, hour: int | None = None) -> Transaction:
    record = made.paid(day.isoformat(), amount, shop, "groceries")
    if hour is None:
        return record
    return _at(record, datetime(day.year, day.month, day.day, hour, 30, tzinfo=SINGAPORE))


def _at(record: Transaction, at: datetime) -> Transaction:
    import msgspec  # noqa: PLC0415

    return msgspec.structs.replace(record, at=at)


def year(*, timed: bool = True, seed: int = 1) -> tuple[RecordMaker, list[Transaction]]:
    """A year of groceries: two shops, in the evening."""
    draws, made = random.Random(seed), RecordMaker()
    first = TODAY - timedelta(days=365)
    days = [first + timedelta(days=number) for number in range(360) if draws.random() < 0.7]
    return made, [
        purchase(
            made,
            day,
            round(draws.lognormvariate(3, 0.4), 2),
            draws.choice(["FairPrice", "Cold Storage"]),
            draws.choice([17, 18, 19, 20]) if timed else None,
        )
        for day in days
    ]


def flags(records: list[Transaction]) -> list[Flag]:
    return find_flags(records, TODAY, zone=SINGAPORE)


def test_an_ordinary_year_has_next_to_no_flags() -> None:
    for seed in range(5):
        _, records = year(seed=seed)
        assert len(flags(records)) <= 1


def test_a_strange_purchase_is_flagged_first_with_all_its_reasons_in_words() -> None:
    made, records = year()
    odd = purchase(made, TODAY - timedelta(days=2), 900, "Watch Palace", 3)
    found = flags([*records, odd])
    assert found[0].iri == odd.iri
    assert "your largest purchase in groceries" in found[0].reason
    assert "Watch Palace is new to you".casefold() in found[0].reason.casefold()
    assert "03:30 in the night" in found[0].reason.casefold()


@pytest.mark.parametrize(
    ("amount", "shop", "hour", "said", "unsaid"),
    [
        (600.0, "FairPrice", 18, "times your largest purchase at FairPrice", "night"),
        (60.0, "Watch Palace", 3, "in the night", "largest"),
    ],
)
def test_only_what_drove_the_flag_is_said(amount: float, shop: str, hour: int, said: str, unsaid: str) -> None:
    made, records = year()
    odd = purchase(made, TODAY - timedelta(days=2), amount, shop, hour)
    [flag] = [each for each in flags([*records, odd]) if each.iri == odd.iri]
    assert said.casefold() in flag.reason.casefold()
    assert unsaid not in flag.reason


def test_bank_rows_without_a_time_of_day_are_never_called_nightly() -> None:
    made, records = year(timed=False)
    found = flags([*records, purchase(made, TODAY - timedelta(days=2), 900, "Watch Palace")])
    assert len(found) == 1
    assert "night" not in found[0].reason
    assert "hour" not in found[0].reason


def test_the_night_is_that_of_the_persons_own_zone() -> None:
    made, records = year()
    there = timedelta(hours=-12)  # the same instants, told by a clock half a day away
    evening = purchase(made, TODAY - timedelta(days=2), 900, "FairPrice", 18)
    elsewhere = _at(evening, (evening.at + there).replace(tzinfo=evening.at.tzinfo) - there)
    [flag] = flags([*records, elsewhere])
    assert "night" not in flag.reason
    utc = [_at(each, each.at.astimezone(__import__("datetime").UTC)) for each in [*records, evening]]
    minutes = purchases_of(utc, SINGAPORE)[1].minutes
    assert minutes.tolist() == purchases_of([*records, evening], SINGAPORE)[1].minutes.tolist()


def test_few_purchases_refunds_and_other_currencies_give_no_flags() -> None:
    made, records = year()
    assert flags(records[:20]) == []
    assert flags([]) == []
    yen = made.paid((TODAY - timedelta(days=2)).isoformat(), 90000, "Tokyo", "groceries", currency="JPY")
    refund = made.paid((TODAY - timedelta(days=2)).isoformat(), -900, "FairPrice", "groceries", kind="refund")
    named = {each.iri for each in flags([*records, yen, refund])}
    assert not named & {yen.iri, refund.iri}


def test_what_comes_after_today_changes_nothing() -> None:
    made, records = year()
    later = purchase(made, TODAY + timedelta(days=1), 900, "Watch Palace", 3)
    assert flags([*records, later]) == flags(records)


def test_features_do_not_change_with_the_size_of_all_amounts_and_know_no_items() -> None:
    _, records = year()
    numbers = purchases_of(records, SINGAPORE)[1]
    tenfold = changed(numbers, amounts=numbers.amounts * 10)
    assert relative_features(numbers, numbers) == pytest.approx(relative_features(tenfold, tenfold), abs=1e-9)
    assert not any("item" in name or "quantity" in name for name in Transaction.__struct_fields__)


def test_features_rest_on_what_came_before_alone() -> None:
    _, records = year()
    numbers = purchases_of(records, SINGAPORE)[1]
    whole = relative_features(numbers, numbers)
    half = relative_features(numbers.take(slice(0, 100)), numbers.take(slice(0, 100)))
    gap = 19  # its scale, the usual pause, is that of the whole history
    keep = [column for column in range(whole.shape[1]) if column != gap]
    assert whole[:100, keep] == pytest.approx(half[:, keep])
    assert np.isfinite(whole).all()
    assert np.abs(whole).max() <= 4


def surprises(past: Purchases, amount: float = 20.0, shop: int = 0, hour: float = 18.0) -> dict[str, float]:
    """The surprises of a purchase on the day after the last one, in natural logarithms."""
    day = np.floor(past.minutes[-1] / 1440) + 1
    asked = changed(
        past.take(slice(0, 1)),
        minutes=np.asarray([day * 1440 + hour * 60]),
        amounts=np.asarray([amount]),
        shops=np.asarray([shop]),
    )
    row = dict(zip(FEATURES, relative_features(past, asked)[0].tolist(), strict=True))
    return {name: 3 * value for name, value in row.items() if name.startswith("surprise")}


def evenings(amounts: Sequence[float]) -> Purchases:
    """One purchase a day at 18:00 in one shop."""
    days = np.arange(len(amounts), dtype=np.float64)
    nothing = np.zeros(len(days), dtype=np.int64)
    return Purchases(
        minutes=20000 * 1440 + days * 1440.0 + 1080,
        timed=np.ones(len(days), dtype=bool),
        amounts=np.asarray(amounts, dtype=np.float64),
        shops=nothing,
        groups=nothing,
    )


def counted(logarithm: float) -> float:
    return math.log1p(math.exp(logarithm - 2))


def test_an_amount_surprises_by_what_the_persons_own_high_amounts_are_above_nine_in_ten() -> None:
    ordinary = [10.0 + number / 10 for number in range(91)]
    ninth = 19.0
    for high in (20.0, 80.0):
        past = evenings([*ordinary, *[high] * 9])
        usual = (9 * math.log(high / ninth) + 10 * 0.3) / 19
        found = surprises(past, amount=100.0)["surprise of the amount"]
        assert found == pytest.approx(counted(math.log(100 / ninth) / usual))
        assert surprises(past, amount=18.0)["surprise of the amount"] == pytest.approx(counted(0))


def test_the_night_surprises_more_than_an_equally_new_hour_of_the_day() -> None:
    past = evenings([20.0] * 100)
    even = 90 * math.sqrt(2 * math.pi) / 1440
    for hour, away, share in ((3.0, 9, 0.05), (9.0, 9, 1.25), (17.0, 1, 1.25)):
        close = 100 * math.exp(-0.5 * (away * 60 / 90) ** 2)
        found = surprises(past, hour=hour)["surprise of the hour"]
        assert found == pytest.approx(counted(-math.log((close + 16 * even * share) / 116)))


def test_a_score_is_the_sum_of_three_surprises() -> None:
    past = evenings([20.0 + number % 7 for number in range(100)])
    odd = surprises(past, amount=300.0, shop=5, hour=3.0)
    assert min(odd.values()) > 1
    columns = np.zeros((1, len(FEATURES)))
    columns[0, [FEATURES.index(name) for name in odd]] = [value / 3 for value in odd.values()]
    assert Surprise().fit(columns).score(columns)[0] == pytest.approx(sum(odd.values()) - 3)


def test_made_up_strange_purchases_are_the_same_every_time_and_all_differ_from_the_original() -> None:
    for timed in (True, False):
        _, records = year(timed=timed)
        numbers = purchases_of(records, SINGAPORE)[1]
        places = np.arange(50, 80)
        strange, copied = make_strange(numbers, places)
        again, _ = make_strange(numbers, places)
        assert strange.minutes.tolist() == again.minutes.tolist()
        assert strange.amounts.tolist() == again.amounts.tolist()
        source = numbers.take(copied)
        differs = (
            (strange.amounts != source.amounts) | (strange.shops != source.shops) | (strange.minutes != source.minutes)
        )
        assert differs.all()
        assert timed or (strange.minutes == source.minutes).all()
        assert not set(strange.shops[strange.shops != source.shops]) & set(numbers.shops)


DETECTORS: dict[str, Detector] = {
    "rule": Surprise(),
    "robust": RobustDetector(),
    "forest": ForestDetector(trees=50),
    "support": SupportDetector(),
    "neighbours": NeighbourDetector(),
    "autoencoder": Autoencoder(passes=30),
    "network": PurchaseNetwork(steps=5),
}


@pytest.mark.parametrize("name", DETECTORS)
class TestEveryDetector:
    """What holds for each detector."""

    def test_finds_the_strange_and_says_by_which_features(self, name: str) -> None:
        made, records = year()
        odd = purchase(made, TODAY - timedelta(days=2), 900, "Watch Palace", 3)
        numbers = purchases_of([*records, odd], SINGAPORE)[1]
        rows = relative_features(numbers, numbers)
        detector = DETECTORS[name]
        assert detector.fit(rows[20:-1], lessons(numbers)[1]) is detector
        scores = detector.score(rows[20:])
        assert scores[-1] >= np.quantile(scores, 0.99)
        whole, none = detector.explain(rows[-1:], [range(21), []])[0]
        assert whole > none == 0
        assert whole == pytest.approx(scores[-1] - detector.score(detector.typical_[None])[0])

    def test_gives_the_same_again(self, name: str) -> None:
        rows = np.random.default_rng(3).normal(size=(60, 21))
        strange = rows[:20] + 2
        first = DETECTORS[name].fit(rows, strange).score(rows)
        assert DETECTORS[name].fit(rows, strange).score(rows).tolist() == first.tolist()

    def test_refuses_what_it_cannot_use(self, name: str) -> None:
        rows = np.random.default_rng(3).normal(size=(30, 21))
        detector = DETECTORS[name]
        with pytest.raises(UsageError):
            detector.fit(np.empty((0, 21)))
        with pytest.raises(UsageError):
            detector.fit(np.where(rows > 2, np.nan, rows) * np.nan)
        with pytest.raises(UsageError):
            detector.fit(rows[0])
        detector.fit(rows, rows[:5])
        with pytest.raises(UsageError):
            detector.score(rows[:, :5])
        with pytest.raises(UsageError):
            type(detector)().score(rows)
        assert detector.score(np.empty((0, 21))).tolist() == []

    def test_a_single_row_can_be_learned_from(self, name: str) -> None:
        rows = np.ones((1, 21))
        assert np.isfinite(DETECTORS[name].fit(rows, rows + 1).score(rows + 0.5)).all()


def test_money_of_all_sizes_and_broken_rows_do_not_stop_flags() -> None:
    made, records = year()
    cents = [made.paid((TODAY - timedelta(days=day)).isoformat(), 0.01, "", "groceries") for day in range(3)]
    huge = made.paid(TODAY.isoformat(), 10**9, "FairPrice", "groceries", original=Money(-1, "JPY"))
    found = flags([*records, *cents, huge])
    assert found[0].iri == huge.iri


def test_the_command_prints_flags_as_json_and_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made, records = year(timed=False)
    odd = purchase(made, TODAY - timedelta(days=2), 900, "Watch Palace")
    with Agent.create(tmp_path / "home") as agent:
        agent.index.upsert([*records, odd])
        [flag] = agent.flags(TODAY)
        assert flag.iri == agent.pod.root + odd.iri
        assert agent.show([flag.iri])[0]["fields"]["merchant"] == "Watch Palace"
        assert agent.flags(TODAY + timedelta(days=1000)) == []
    for arguments in (["flags"], ["flags", "--json"]):
        with pytest.raises(SystemExit) as stopped:
            main([*arguments, "--home", str(tmp_path / "home")])
        assert not stopped.value.code
    said = capsys.readouterr().out
    assert "Nothing strange" in said or "Watch Palace" in said
    json.loads(said[said.index("[") :])


class EverStranger(Detector):
    """Finds each purchase stranger than the one before, whatever its features: no group of them is to blame."""

    def _learn(self, rows: Array, strange: Array) -> None:
        pass

    def _score(self, rows: Array) -> Array:
        return np.arange(1.0, len(rows) + 1)


def test_what_no_sentence_can_explain_is_not_flagged() -> None:
    _, records = year()
    _, purchases = purchases_of(records, SINGAPORE)
    model = EverStranger().fit(relative_features(purchases, purchases))
    assert find_flags(records, TODAY, model, zone=SINGAPORE) == []


def test_a_shop_that_was_known_long_ago_is_not_told_as_new(monkeypatch: pytest.MonkeyPatch) -> None:
    made, records = year()
    monkeypatch.setattr("pod_agent.models.anomaly_flags.NEWEST", 100)
    first = min(record.at.date() for record in records)
    old = purchase(made, first - timedelta(days=1), 20.0, "Old Shop", 18)
    for shop, is_new in (("Old Shop", False), ("New Shop", True)):
        strange = purchase(made, TODAY, 2000.0, shop, 18)
        [flag] = [flag for flag in flags([old, *records, strange]) if flag.iri == strange.iri]
        assert ("is new to you" in flag.reason) is is_new
