"""What a person's own searches and posts say: read on this machine, shown with the texts, and switched off at will."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.intent.bank import TEMPLATES, digest, rows
from bench.intent.unseen import UNSEEN
from pod_agent.embedding import MiniLM
from pod_agent.errors import UsageError
from pod_agent.features.inputs import INTERESTS, OPINIONS
from pod_agent.index.local import LocalIndex
from pod_agent.models.intent import INTENTS, NONE, IntentReader
from pod_agent.models.own_texts import MOST, own_texts
from pod_agent.models.sentiment import LexiconSentiment, Sentiment
from pod_agent.models.text_head import HEADS, TextHead, shipped_head
from pod_agent.offers.match import OfferMatch
from pod_agent.offers.matching import Judge
from pod_agent.suggesting.interests import InterestDesk
from tests.support.households import SINGAPORE, RecordMaker
from vocab.offers import Offer
from vocab.records import UNDATED, Occurrences, Post, Record, Search, record_iri

TODAY = date(2026, 11, 15)
NOTHING: frozenset[str] = frozenset()


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM()


def wrote(kind: type[Search | Post], text: str, day: str = "2026-11-10") -> Record:
    at = UNDATED if not day else datetime.fromisoformat(f"{day}T04:00:00").replace(tzinfo=UTC)
    return kind(iri=record_iri(kind, "youtube", at, (text,), Occurrences()), source="youtube", at=at, text=text)


def index_of(folder: Path, *records: Record) -> LocalIndex:
    index = LocalIndex(folder / "index.sqlite", SINGAPORE)
    index.upsert(records)
    return index


# Texts


def test_texts_of_the_last_year_are_read_newest_first_and_each_once(tmp_path: Path) -> None:
    records = [
        wrote(Search, "fixed deposit rates", "2026-10-01"),
        wrote(Search, "Fixed  deposit rates", "2026-11-01"),
        wrote(Post, "lovely place", "2026-11-02"),
        wrote(Search, "too old", "2025-11-15"),
        wrote(Search, "tomorrow", "2026-11-16"),
        wrote(Search, "no day", ""),
        wrote(Search, "12345", "2026-11-03"),
        wrote(Search, "https://shop.example/x", "2026-11-03"),
    ]
    with index_of(tmp_path, *records) as index:
        found = own_texts(index, TODAY)
    assert [(each.kind, each.text) for each in found] == [("post", "lovely place"), ("search", "Fixed deposit rates")]


def test_of_very_many_texts_the_newest_are_read(tmp_path: Path) -> None:
    records = [wrote(Search, f"text {n}", str(TODAY - timedelta(days=n % 300))) for n in range(MOST + 100)]
    with index_of(tmp_path, *records) as index:
        found = own_texts(index, TODAY)
    assert len(found) == MOST
    assert found[0].day == TODAY


# Heads


def test_a_head_says_the_same_after_a_round_trip_and_its_chances_sum_to_one() -> None:
    dice = np.random.default_rng(0)
    for kinds in (("a", "b"), ("a", "b", "c")):
        vectors = dice.normal(size=(60, 8)).astype(np.float32)
        labels = [kinds[int(abs(row[0]) * 10) % len(kinds)] for row in vectors]
        head = TextHead().fit(vectors, labels)
        again = TextHead.from_json(json.loads(json.dumps(head.to_json())))
        assert np.allclose(head.chances(vectors), again.chances(vectors), atol=1e-3)
        assert np.allclose(again.chances(vectors).sum(axis=1), 1)
        assert head.chances(vectors[:0]).shape == (0, len(kinds))


def test_a_head_refuses_vectors_of_another_model_and_parts_that_do_not_fit() -> None:
    head = TextHead().fit(np.eye(4, dtype=np.float32), ["a", "b", "a", "b"])
    with pytest.raises(UsageError):
        head.chances(np.zeros((1, 5), dtype=np.float32))
    with pytest.raises(UsageError):
        TextHead().chances(np.zeros((1, 4), dtype=np.float32))
    with pytest.raises(UsageError):
        TextHead().fit(np.eye(2, dtype=np.float32), ["a", "a"])
    told = head.to_json()
    for broken in (
        {**told, "coef": told["coef"] * 2},
        {**told, "intercept": []},
        {**told, "coef": [[float("nan")] * 4]},
        {**told, "classes": ["a", "b", "c"]},
    ):
        with pytest.raises(ValueError, match="do not fit"):
            TextHead.from_json(broken)


@pytest.mark.parametrize("name", ["sentiment", "intent"])
def test_every_shipped_head_says_where_it_comes_from_and_under_which_licence(name: str) -> None:
    told = json.loads(files("pod_agent.models").joinpath(HEADS, f"{name}.json").read_text())
    assert told["vectors"] == MiniLM.name
    assert all(told[key] for key in ("texts", "licence", "made"))
    head = shipped_head(name, MiniLM.name)
    assert head is not None
    assert head.coef_.shape[1] == MiniLM.size
    assert shipped_head(name, "another model") is None


def test_the_shipped_head_of_intent_is_that_of_the_bank() -> None:
    """If this fails: python -m bench.intent --write."""
    told = json.loads(files("pod_agent.models").joinpath(HEADS, "intent.json").read_text())
    assert told["bank"] == digest()
    assert set(told["head"]["classes"]) == {*INTENTS, NONE} == set(TEMPLATES)


# What is read


def test_intents_of_wordings_that_the_bank_lacks_are_right_where_they_are_told(model: MiniLM) -> None:
    """Held-out wordings, a third of them picked to be taken for money: hardly one that is shown may be wrong."""
    asked = [(kind, text) for kind, texts in UNSEEN.items() for text in texts]
    bank = {text.casefold() for text in rows()[0]}
    assert not [text for _, text in asked if text.casefold() in bank]
    found = IntentReader(model).read([text for _, text in asked])
    shown = [(kind, each.name) for (kind, _), each in zip(asked, found, strict=True) if each is not None]
    assert sum(kind == name for kind, name in shown) / len(shown) >= 0.9
    assert not [name for kind, name in shown if kind == NONE]
    assert len(shown) >= 0.4 * sum(kind != NONE for kind, _ in asked)


def test_without_a_text_model_no_interest_is_told() -> None:
    assert IntentReader(None).read(["best home loan"]) == [None]
    assert not IntentReader(None).is_able


@pytest.mark.parametrize("maker", [None, MiniLM()], ids=["lexicon", "head"])
def test_feelings_are_read_with_and_without_the_model_and_explained_by_words(maker: MiniLM | None) -> None:
    sentiment = Sentiment(maker)
    good, bad, flat = sentiment.read(
        ["I love this place, wonderful food!", "Terrible service and awful food.", "how to change a tyre"]
    )
    assert (good.label, bad.label) == ("good", "bad")
    assert flat.label == "neither" or maker is not None
    assert good.words[0] in {"love", "wonderful"}
    assert {"terrible", "awful"} <= set(bad.words)
    assert flat.words == ()
    assert sentiment.method == ("lexicon" if maker is None else "head")
    assert sentiment.read([]) == []


def test_negation_turns_a_word_of_the_lexicon_around() -> None:
    plain, negated = LexiconSentiment().scores(["the food is good", "the food is not good"])
    assert plain > 0 > negated


# Interests and offers


class Never:
    """An embedder that may not be asked."""

    name, size = MiniLM.name, MiniLM.size

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise AssertionError(texts)


TEXTS = (
    wrote(Search, "krisflyer miles credit card comparison", "2026-11-01"),
    wrote(Search, "best cashback credit card singapore", "2026-11-12"),
    wrote(Search, "cheap flights to tokyo", "2026-06-01"),
    wrote(Search, "laksa recipe", "2026-11-12"),
    wrote(Post, "FairPrice's delivery was late and the fruit rotten, terrible service", "2026-11-05"),
)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LocalIndex]:
    money = RecordMaker()
    paid = [money.paid(f"2026-{month:02}-03", 60, "FairPrice", "groceries") for month in range(1, 11)]
    trips = [money.paid(f"2026-{month:02}-08", 300, "Sky Tours", "travel") for month in range(5, 11)]
    with index_of(tmp_path, *paid, *trips, *TEXTS) as opened:
        yield opened


def desk_of(index: LocalIndex, maker: object, off: frozenset[str] = NOTHING) -> InterestDesk:
    return InterestDesk(index, TODAY, maker=lambda: maker, off=lambda: off, absolute=tuple)  # type: ignore[arg-type, return-value]


def an_offer(seller: str, category: str) -> Offer:
    return Offer(
        iri=f"https://offers.example/c#{seller}",
        title="An offer",
        seller=seller,
        categories=(category,),
        valid_from=date(2026, 11, 1),
        valid_through=date(2026, 11, 30),
        percent=Decimal(10),
    )


def judged(index: LocalIndex, offer: Offer, desk: InterestDesk, without: frozenset[str] = NOTHING) -> OfferMatch:
    found = Judge(index, TODAY, without=without, nudges=desk.nudges).judge(offer)
    assert isinstance(found, OfferMatch)
    return found


def test_interests_come_with_their_texts_and_new_ones_count_more(index: LocalIndex, model: MiniLM) -> None:
    card, travel = desk_of(index, model).interests()
    assert (card.name, travel.name) == ("card", "travel")
    assert [each.text for each, _ in card.texts] == [
        "best cashback credit card singapore",
        "krisflyer miles credit card comparison",
    ]
    assert 0 < travel.strength < card.strength < 1
    told = card.to_json(tuple)
    assert told["what"] == "credit cards"
    assert all(each["record"] for each in told["texts"])


def test_an_interest_lifts_an_offer_of_its_kind_and_says_why(index: LocalIndex, model: MiniLM) -> None:
    offer, desk = an_offer("Sky Tours", "travel"), desk_of(index, model)
    lifted, plain = judged(index, offer, desk), judged(index, offer, desk, frozenset({INTERESTS}))
    assert lifted.score > plain.score
    assert lifted.score == pytest.approx(sum(value for _, value in lifted.inputs))
    assert "You searched for \u201ccheap flights to tokyo\u201d on 1 Jun 2026." in lifted.steps
    assert set(lifted.evidence) - set(plain.evidence) == {TEXTS[2].iri}
    assert dict(lifted.inputs)[INTERESTS] > 0
    assert INTERESTS not in dict(plain.inputs)


def test_a_shop_of_which_the_person_spoke_ill_comes_lower(index: LocalIndex, model: MiniLM) -> None:
    offer, desk = an_offer("FairPrice", "groceries"), desk_of(index, model)
    lowered, plain = judged(index, offer, desk), judged(index, offer, desk, frozenset({OPINIONS}))
    assert lowered.score < plain.score
    assert "You spoke ill of FairPrice on 5 Nov 2026." in lowered.steps
    assert lowered.score >= 0


def test_no_other_offer_is_touched(index: LocalIndex, model: MiniLM) -> None:
    assert desk_of(index, model).nudges(an_offer("Corner Greens", "groceries"), NOTHING) == []


def test_what_is_switched_off_is_not_read(index: LocalIndex) -> None:
    desk = desk_of(index, Never(), frozenset({INTERESTS, OPINIONS}))
    assert desk.interests() == ()
    assert desk.opinions() == []
    assert desk.nudges(an_offer("Sky Tours", "travel"), frozenset({INTERESTS, OPINIONS})) == []


def test_the_command_line_loads_no_word_list_for_its_help() -> None:
    """``vaderSentiment`` and scikit-learn are read when a text is, not before."""
    code = (
        "import sys, pod_agent.cli.main, pod_agent.suggesting.opening;"
        "print([name for name in ('vaderSentiment', 'sklearn', 'onnxruntime') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
