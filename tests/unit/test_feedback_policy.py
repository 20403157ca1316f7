"""Verdicts on suggestions and offers: what is hidden stays out, one word moves the rest, and the log holds no names."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.bandit.own_log import logged_lists, targets
from pod_agent.errors import UsageError
from pod_agent.ingest.feedback import Feedback, Opinion, read_feedback
from pod_agent.models.bandit import Arm, Bandit, Priors
from pod_agent.models.replay import FEWEST, ips
from pod_agent.offers.match import OfferMatch
from pod_agent.suggesting.feedback_policy import REWARDS, FeedbackPolicy, Ranking
from pod_agent.suggesting.said import FeedbackDesk
from pod_agent.suggesting.shown import MAX_DAY_BYTES, MAX_DAYS, ShownLog
from pod_agent.suggesting.suggestion import CONTEXT, Suggestion
from pod_agent.suggesting.wishes import Wishes
from tests.support.daily_life import LifeMaker
from tests.support.households import RecordMaker
from tests.support.memory_pod import MemoryPod
from vocab.offers import Offer
from vocab.records import IRI, Money, Record

TODAY = date(2026, 10, 31)
SECRET = b"s" * 32
NAMES = ("Aunt Mei Laksa", "Bakery", "Clinic", "Deli", "Energy Gym")


def thing(item: str, score: float, kind: str = "store", **more: Any) -> Suggestion:
    context = (1.0, score, *([score / 2] * (len(CONTEXT) - 2)))
    standard = {"title": item, "reason": "", "inputs": (), "evidence": (), "novel": False, "context": context}
    return Suggestion(kind=kind, item=item, score=score, **{**standard, **more})


LIST = [thing(name, 0.9 - 0.1 * place) for place, name in enumerate(NAMES)]


def said(item: str, opinion: str, *, kind: str = "store", days: int = 0, **more: Any) -> Feedback:
    at = datetime(2026, 10, 31, 8, tzinfo=UTC) - timedelta(days=days)
    return Feedback(kind=kind, item=item, opinion=Opinion(opinion), at=at, **more)


def policy(*words: Feedback, records: Sequence[Record] = (), **more: Any) -> FeedbackPolicy:
    def behind(iris: Any) -> list[Record]:
        wanted = set(iris)
        return [record for record in records if record.iri in wanted]

    return FeedbackPolicy(words, **{"today": TODAY, "secret": SECRET, "records": behind, **more})


def names(candidates: Sequence[Suggestion]) -> list[str]:
    return [each.item for each in candidates]


def test_with_nothing_said_the_order_stays() -> None:
    assert policy().reorder(LIST) == LIST
    assert policy().reorder([]) == []


def test_one_word_moves_a_thing_at_once_and_taking_it_back_restores_the_order() -> None:
    certain = Priors(explore=0.0)
    down, up = said("Aunt Mei Laksa", "down"), said("Deli", "up")
    assert names(policy(down, priors=certain).reorder(LIST)).index("Aunt Mei Laksa") > 0
    assert names(policy(up, priors=certain).reorder(LIST)).index("Deli") < 3
    assert policy(priors=certain).reorder(LIST) == LIST


def test_not_my_taste_moves_a_thing_further_than_down() -> None:
    certain = Priors(explore=0.0)
    places = [
        names(policy(said("Aunt Mei Laksa", word), priors=certain).reorder(LIST)).index("Aunt Mei Laksa")
        for word in ("down", "not-my-taste")
    ]
    assert places[0] < places[1]


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(list(Opinion)), st.integers(0, 300)), max_size=15))
@settings(max_examples=60, deadline=None)
def test_hiding_always_wins_and_nothing_else_is_ever_left_out(words: list[tuple[str, Opinion, int]]) -> None:
    entries = [said(item, opinion, days=days) for item, opinion, days in words]
    hidden = {item for item, opinion, _ in words if opinion is Opinion.HIDE}
    for off in (frozenset[str](), frozenset({"feedback"})):
        found = names(policy(*entries, off=off).reorder(LIST))
        assert sorted(found) == sorted(set(NAMES) - hidden)
        if off:
            assert found == [name for name in NAMES if name not in hidden]


def test_an_order_stays_within_a_day_and_its_chances_are_those_of_the_days() -> None:
    words = [said("Deli", "up"), said("Bakery", "down", days=3), said("Clinic", "up", days=30)]
    assert policy(*words).reorder(LIST) == policy(*words).reorder(LIST)
    days = [policy(*words, today=TODAY + timedelta(days=day)).reorder(LIST) for day in range(10)]
    assert len({tuple(names(each)) for each in days}) > 1
    firsts = []
    for day in range(400):
        one = policy(*words, today=TODAY + timedelta(days=day % 2), secret=day.to_bytes(2) * 16)
        one.reorder(LIST)
        firsts.append(one.rankings[0].shown[0])
    chances = policy(*words)
    chances.reorder(LIST)
    expected = chances.rankings[0].orders.propensities[:, 0]
    assert len(set(firsts)) > 1
    assert np.bincount(firsts, minlength=5) / 400 == pytest.approx(expected, abs=0.1)


def test_a_hidden_artist_hides_the_songs_and_a_disliked_one_lowers_them() -> None:
    maker = RecordMaker()
    songs = [maker.played(f"2026-10-0{n + 1}T09:00:00", 200, f"Song {n}", f"Band {n % 2}") for n in range(4)]
    shown = [thing(f"Song {n}", 0.9 - 0.1 * n, "track", evidence=(IRI(song.iri),)) for n, song in enumerate(songs)]
    hide = policy(said("band 0", "hide", kind="artist"), records=songs)
    assert names(hide.reorder(shown)) == ["Song 1", "Song 3"]
    assert names(policy(said("Song 0", "hide", kind="store"), records=songs).reorder(shown)) == names(shown)
    lower = policy(said("Band 0", "not-my-taste", kind="artist"), records=songs, priors=Priors(explore=0.0))
    assert names(lower.reorder(shown)).index("Song 0") > 0


def match(name: str, score: float, seller: str) -> OfferMatch:
    offer = Offer(
        iri=f"https://shop.example/c#{name}",
        title=name,
        seller=seller,
        categories=("groceries",),
        valid_from=TODAY,
        valid_through=TODAY,
        off=Money(100, "SGD"),
    )
    return OfferMatch(
        offer=offer,
        title=name,
        score=score,
        reason="",
        saving=Money(2000, "SGD"),
        saving_basis="",
        evidence=(),
        known_shop=True,
        inputs=(("history", score),),
    )


def test_offers_are_hidden_by_themselves_or_with_their_shop_and_reordered() -> None:
    offers = [match("one", 0.7, "FairPrice"), match("two", 0.65, "Shop  B"), match("three", 0.6, "FairPrice")]
    iri = offers[0].offer.iri

    def titles(*words: Feedback) -> list[str]:
        return [each.title for each in policy(*words, priors=Priors(explore=0.0)).offers(offers)]

    assert titles() == ["one", "two", "three"]
    assert titles(said(iri, "hide", kind="offer")) == ["two", "three"]
    assert titles(said("fairprice", "hide")) == ["two"]
    assert titles(said(iri, "down", kind="offer", traits=("shop=fairprice",)))[0] == "two"
    assert titles(said(offers[2].offer.iri, "up", kind="offer"))[0] == "three"


def test_the_log_replays_to_what_was_shown_and_holds_no_name(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    words = (said("Deli", "up", context={"one": 1.0, "score": 0.6}), said("Bakery", "down"), said("Clinic", "hide"))
    one = policy(*words)
    with caplog.at_level(logging.DEBUG):
        found = names(one.reorder(LIST))
        log = ShownLog(tmp_path, SECRET)
        log.note(one.rankings, 3, datetime(2026, 10, 31, 9, tzinfo=UTC))
    [each] = log.lists()
    arms = [Arm(item, score, thing.numbers) for thing, (item, score) in zip(each.things, _left(found), strict=True)]
    assert [thing.id for thing in each.things] == [log.identifier("store", arm.name) for arm in arms]
    orders = Bandit(FeedbackPolicy.taught("store", words, TODAY)).orders(arms)
    assert orders.drawn(each.draw)[:3] == list(each.shown)
    assert [arms[place].name for place in each.shown] == found[:3]
    assert all(thing.chances == tuple(orders.propensities[n, :3]) for n, thing in enumerate(each.things))
    assert np.sum([thing.chances for thing in each.things], axis=0) == pytest.approx(np.ones(3))
    written = b"".join(path.read_bytes() for path in (tmp_path / "shown").iterdir())
    assert not any(word.encode() in written or word in caplog.text for name in NAMES for word in name.split())


def test_a_home_s_log_can_be_judged_with_the_chances_that_were_used(tmp_path: Path) -> None:
    """Each day something is said before and after the list; the shipped policy is found again from the log alone."""
    log, words = ShownLog(tmp_path, SECRET), list[Feedback]()
    for day in range(FEWEST + 2):
        at = datetime(2026, 9, 20, 9, tzinfo=UTC) + timedelta(days=day)
        one = policy(*words, today=at.date())
        one.reorder(LIST)
        log.note(one.rankings, 3, at)
        opinion = Opinion.UP if day % 3 else Opinion.DOWN
        context = dict(zip(CONTEXT, LIST[day % 5].context, strict=True))
        words.append(
            replace(said(NAMES[day % 5], opinion), at=at + timedelta(hours=1), context=context, item=NAMES[day % 5])
        )
    lists = log.lists()
    rows = logged_lists(lists, words, log)
    again = targets("shipped", lists, words, log)
    assert all(np.allclose(row.chances, chances) for row, chances in zip(rows, again, strict=True))
    expected = [sum(reward != 0 for reward in row.rewards) for row in rows]
    assert set(expected) == {0, 1}
    assert ips(rows, again).value == pytest.approx(np.mean([sum(row.rewards) for row in rows]))
    with pytest.raises(UsageError, match="never could have shown"):
        ips(rows, targets("scores", lists, words, log))


def _left(found: Sequence[str]) -> list[tuple[str, float]]:
    return [(each.item, each.score) for each in LIST if each.item in found]


def test_the_log_is_private_bounded_and_written_only_for_what_changed(tmp_path: Path) -> None:
    log = ShownLog(tmp_path, SECRET)
    start = datetime(2026, 1, 1, 9, tzinfo=UTC)
    for day in range(MAX_DAYS + 20):
        one = policy()
        one.reorder(LIST)
        log.note(one.rankings, 5, start + timedelta(days=day))
    files = sorted((tmp_path / "shown").iterdir())
    assert len(files) == MAX_DAYS + 1
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in files)
    before = files[-1].read_bytes()
    log.note(one.rankings, 5, start + timedelta(days=MAX_DAYS + 19, hours=2))
    assert files[-1].read_bytes() == before
    many = [Ranking(f"store/{n}", *_ranking(40)) for n in range(400)]
    log.note(many[:1], 5, start + timedelta(days=MAX_DAYS + 19))
    for n in range(0, 400, 20):
        log.note(many[n : n + 20], 5, start + timedelta(days=MAX_DAYS + 19))
    assert files[-1].stat().st_size <= MAX_DAY_BYTES
    files[-1].write_bytes(before + b'{"at": broken\n')
    assert len(log.lists()) == MAX_DAYS + 1


def _ranking(size: int) -> tuple[Any, ...]:
    arms = tuple(Arm(f"thing {n}", 1 - n / size, (0.123,) * 12) for n in range(size))
    return arms, Bandit([]).orders(arms), 0, 0.0


class Pods:
    """A pod that is known as it is."""

    def __init__(self) -> None:
        self.pod = self.known = MemoryPod()


def test_the_later_word_holds_also_where_a_clock_is_behind(tmp_path: Path) -> None:
    pods, ahead = Pods(), datetime(2026, 10, 31, 9, 0, 0, 123_456, tzinfo=UTC)
    for hours, word in ((0, "up"), (-5, "down"), (-4, "up"), (-3, "not_my_taste")):
        wishes = Wishes(tmp_path, pods, TODAY, lambda _: ())
        moment = ahead + timedelta(hours=hours)
        FeedbackDesk(
            wishes=wishes,
            suggested=lambda _: LIST,
            matched=list,
            now=lambda moment=moment: moment,  # type: ignore[misc]
        ).of_suggestion("deli", word)
        [entry] = read_feedback(pods.pod)
        assert entry.opinion == word.replace("_", "-")
    assert entry.at == datetime(2026, 10, 31, 9, 0, 0, 126_000, tzinfo=UTC)
    assert [entry.context[name] for name in CONTEXT] == pytest.approx(LIST[3].context, abs=5e-4)


def test_what_several_things_are_called_needs_its_kind(tmp_path: Path) -> None:
    both = [LIST[0], thing(LIST[0].item, 0.3, "product")]
    wishes = Wishes(tmp_path, Pods(), TODAY, lambda _: ())
    desk = FeedbackDesk(
        wishes=wishes, suggested=lambda kinds: [each for each in both if each.kind in kinds], matched=list
    )
    with pytest.raises(UsageError, match="several things are called so: product, store"):
        desk.of_suggestion(LIST[0].item, "up")
    assert desk.of_suggestion(LIST[0].item, "up", kind="product").kind == "product"
    with pytest.raises(UsageError, match="'love' is no verdict"):
        desk.of_suggestion(LIST[0].item, "love", kind="product")


def test_every_verdict_but_hiding_teaches() -> None:
    assert set(REWARDS) == set(Opinion) - {Opinion.HIDE}


def test_a_bad_word_lifts_nothing_into_the_part_that_is_reordered() -> None:
    long = [thing(f"Shop {place:02}", 1 - place / 100) for place in range(60)]
    for word in ("down", "not-my-taste"):
        assert names(policy(said("Shop 40", word)).reorder(long)).index("Shop 40") >= 40
    assert names(policy(said("Shop 40", "up")).reorder(long)).index("Shop 40") < 40
    silent = policy(said("Shop 40", "up"), off=frozenset({"feedback"}))
    assert silent.reorder(long) == long


def test_sections_of_a_shop_count_for_nothing_where_they_are_switched_off() -> None:
    life = LifeMaker()
    order = life.ordered("2026-10-01T10:00:00", 9.0)
    lines = [life.bought(order, name, "1", 4.5, ("Dairy",)) for name in ("Milk", "Cheese")]
    listed = [thing(line.product, 0.5, "product", evidence=(line.iri,)) for line in lines]
    word = said("Yoghurt", "up", kind="product", traits=("section=dairy",))
    shop = frozenset({"shop"})
    for off, traits in ((frozenset[str](), {("section=dairy",)}), (shop, {()})):
        ordering = policy(word, records=lines, off=off)
        ordering.reorder(listed)
        assert {tuple(t for t in arm.traits if t.startswith("section")) for arm in ordering.rankings[0].arms} == traits
