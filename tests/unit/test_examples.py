"""What a question means by the person's word: kept in the pod, used at once, never the cause of a wrong answer."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.learning import Setting, simulate
from bench.learning import read as read_row
from pod_agent.assistant.examples import Examples
from pod_agent.assistant.learnt_words import MEANING
from pod_agent.assistant.plan import Plan
from pod_agent.assistant.rules.lexicon import Lexicon, build_lexicon
from pod_agent.assistant.rules.planner import RulePlanner
from pod_agent.assistant.skeleton import skeleton
from pod_agent.assistant.teaching import Teaching
from pod_agent.errors import PodDamagedError, UsageError
from pod_agent.index.local import LocalIndex
from pod_agent.ingest import examples
from pod_agent.ingest.examples import EXAMPLES, Example, enter_example, forget_examples, read_examples
from tests.support.devices import Device
from tests.support.households import SINGAPORE, RecordMaker
from tests.support.memory_pod import MemoryPod
from vocab.answer import Answer

TODAY = date(2026, 5, 20)
START = datetime(2026, 5, 20, 9, 30, tzinfo=UTC)


class Kept:
    """A pod that is known as it is."""

    def __init__(self) -> None:
        self.pod = self.known = MemoryPod()


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalIndex]:
    make = RecordMaker()
    with LocalIndex(tmp_path_factory.mktemp("examples") / "index.sqlite", SINGAPORE) as opened:
        opened.upsert(
            [
                make.paid("2026-03-10", 80, "Fresh Mart", "groceries"),
                make.paid("2026-04-11", 50, "Fresh Mart", "groceries"),
                make.paid("2026-04-04", 12, "Noodle House", "eating-out"),
                make.paid("2026-05-05", 8, "Noodle House", "eating-out"),
                make.paid("2026-04-07", 15, "Zoom Rides", "transport"),
                make.paid("2026-05-19", 25, "Zoom Rides", "transport"),
            ]
        )
        yield opened


@pytest.fixture
def teaching(index: LocalIndex) -> Teaching:
    ticks = itertools.count()
    return Teaching(Kept(), lambda: index, lambda: START + timedelta(seconds=next(ticks)))


def an_example(question: str, meant: str, minutes: int = 0, **more: object) -> Example:
    return Example(question=question, meant=meant, at=START + timedelta(minutes=minutes), **more)  # type: ignore[arg-type]


def plan(index: LocalIndex, question: str) -> Plan:
    found = RulePlanner(index).plan(question, TODAY)
    assert isinstance(found, Plan), (question, found)
    return found


def reads(teaching: Teaching, question: str) -> str | None:
    found = teaching.reading(question, TODAY)
    return None if found is None else found.question


ODD = "kopitiam damage at Noodle House last month"
MEANT = "How much did I spend at Noodle House last month"


def test_a_corrected_question_means_what_was_said_however_it_is_spelled(teaching: Teaching) -> None:
    assert teaching.reading(ODD, TODAY) is None
    teaching.correct(ODD, MEANT, TODAY)
    for spelling in (ODD, ODD.upper(), f"  {ODD}?! "):
        found = teaching.reading(spelling, TODAY)
        assert found is not None
        assert (found.question, found.how) == ("how much did i spend at noodle house last month", "very")


def test_one_like_it_means_the_same_of_its_own_names_and_days(teaching: Teaching, index: LocalIndex) -> None:
    teaching.correct(ODD, MEANT, TODAY)
    found = teaching.reading("kopitiam damage at Zoom Rides in March 2026", TODAY)
    assert found is not None
    assert found.how == "alike"
    assert plan(index, found.question) == plan(index, "How much did I spend at Zoom Rides in March 2026")


@pytest.mark.parametrize(
    "other",
    [
        "kopitiam damage at Noodle House",  # no days
        "no kopitiam damage at Noodle House last month",
        "kopitiam damage at Noodle House except last month",
        "kopitiam damage at Noodle House and Zoom Rides last month",
        "kopitiam damage at Nowhere Bar last month",  # no name that is held
        "average kopitiam damage at Noodle House last month",
    ],
)
def test_another_question_is_not_taken_for_one_like_it(teaching: Teaching, other: str) -> None:
    teaching.correct(ODD, MEANT, TODAY)
    found = teaching.reading(other, TODAY)
    assert found is None or found.how == "words"
    if found is not None:
        assert set(other.split()) & MEANING <= set(found.question.split())


def test_what_the_meaning_leaves_out_may_not_differ(teaching: Teaching) -> None:
    """The person dropped the amount: for another amount nobody knows what they mean."""
    teaching.correct("oof $20 Noodle House in april", "How often did I buy at Noodle House in april", TODAY)
    assert reads(teaching, "oof $20 Zoom Rides in april") is not None
    assert reads(teaching, "oof $30 Zoom Rides in april") is None


def test_two_places_of_one_value_are_not_told_apart(teaching: Teaching) -> None:
    teaching.correct("groceries may, groceries april blah", "How much did I spend on groceries in May", TODAY)
    assert reads(teaching, "transport may, groceries april blah") is None


def test_days_that_were_the_same_when_it_was_taught_need_not_be_so_later(index: LocalIndex) -> None:
    lexicon = build_lexicon(index)
    taught = [an_example("damage april", "how much did i spend last month")]
    assert Examples(taught, lexicon, TODAY).learnt("damage march") is not None
    assert Examples(taught, lexicon, date(2026, 7, 1)).learnt("damage march") is None


def test_examples_that_disagree_answer_nothing(teaching: Teaching) -> None:
    teaching.correct("zzt Noodle House last month", "How much did I spend at Noodle House last month", TODAY)
    teaching.correct("zzt Fresh Mart in april", "How many purchases did I make at Fresh Mart in april", TODAY)
    assert reads(teaching, "zzt Zoom Rides in march") is None
    assert reads(teaching, "zzt Noodle House last month") is not None


def test_a_reading_that_was_turned_down_is_not_taken_again(teaching: Teaching) -> None:
    teaching.correct(ODD, MEANT, TODAY)
    other = "kopitiam damage at Zoom Rides in april"
    [text] = {reads(teaching, other)}
    assert text is not None
    teaching.confirm(other, text, TODAY, yes=False)
    assert reads(teaching, other) is None
    assert teaching.refuses(other, "How much did I spend at Zoom Rides in April 2026", TODAY)
    assert not teaching.refuses(ODD, text, TODAY)
    teaching.confirm(other, text, TODAY, yes=True)
    assert reads(teaching, other) == text


def test_unknown_words_that_a_correction_explains_are_read_in_other_questions(teaching: Teaching) -> None:
    entered = teaching.correct(
        "how much spend snarf on transport last month zib", "How much did I spend on transport last month", TODAY
    )
    assert dict(entered.words) == {"snarf": "", "zib": ""}
    found = teaching.reading("how many times snarf did i go to Noodle House", TODAY)
    assert found is not None
    assert (found.how, found.question) == ("words", "how many times did i go to noodle house")


def test_words_that_change_a_meaning_are_never_learnt(teaching: Teaching) -> None:
    entered = teaching.correct(
        "how much did I spend not snarf on transport", "How much did I spend on transport", TODAY
    )
    assert "not" not in dict(entered.words)


@pytest.mark.parametrize("meant", ["blargh wibble", "Should I buy a car?", "how much will I spend next month"])
def test_what_cannot_be_answered_is_no_meaning(teaching: Teaching, meant: str) -> None:
    with pytest.raises(UsageError, match="not understood either"):
        teaching.correct(ODD, meant, TODAY)
    assert teaching.list() == []


def test_an_example_is_no_help_where_the_rules_no_longer_plan_what_is_meant(index: LocalIndex, tmp_path: Path) -> None:
    kept = Kept()
    Teaching(kept, lambda: index, lambda: START).correct(ODD, MEANT, TODAY)
    with LocalIndex(tmp_path / "empty.sqlite", SINGAPORE) as empty:
        assert Teaching(kept, lambda: empty).reading(ODD, TODAY) is None


class Angles:
    """An embedder for tests: texts that share a word lie close."""

    name, size = "angles", 64

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self.size), dtype=np.float32)
        for place, text in enumerate(texts):
            for word in text.split():
                rows[place, sum(word.encode()) % self.size] += 1
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def test_what_is_only_near_is_offered_and_never_read(index: LocalIndex) -> None:
    kept = Kept()
    meant = "how much did i spend at noodle house last month"
    enter_example(kept.pod, an_example("total kopitiam damage at noodle house last month", meant))
    teaching, question = Teaching(kept, lambda: index), "kopitiam damage total at Zoom Rides last month then"
    assert teaching.reading(question, TODAY) is None
    assert teaching.near(question, TODAY, Angles()) == ("how much did i spend at zoom rides last month",)
    assert teaching.near("something else at Zoom Rides in april", TODAY, Angles()) == ()
    assert teaching.near(question, TODAY, None) == ()
    asked_back = Answer(status="clarify", text="?", query={"choices": ["another"]})
    told = teaching.told(asked_back, question, None, TODAY)
    assert told.query["choices"][-1] == "another"


def test_examples_are_listed_and_taken_back(teaching: Teaching) -> None:
    first = teaching.correct(ODD, MEANT, TODAY)
    teaching.confirm("top three", "top 3 merchants", TODAY, yes=False)
    assert [each["wanted"] for each in teaching.list()] == [False, True]
    with pytest.raises(UsageError):
        teaching.forget("zzzz")
    teaching.forget(first.identifier[:6])
    assert reads(teaching, ODD) is None
    assert teaching.forget_all() == 1
    assert teaching.list() == []


def test_the_same_examples_in_any_order_are_the_same_bytes_without_blank_nodes() -> None:
    entries = [
        an_example('a "quoted" \\ question', "b", words=(("alr", ""), ("diff", "different"))),
        an_example("c 咖啡", "d", 1, wanted=False),
        an_example("e", "f", 2),
    ]
    contents = set()
    for order in (entries, entries[::-1]):
        pod = MemoryPod()
        for each in order:
            enter_example(pod, each)
        contents.add(pod.resources[EXAMPLES].content)
        assert read_examples(pod) == tuple(entries)
    assert len(contents) == 1
    assert b"_:" not in contents.pop()


def test_of_one_question_the_latest_meaning_holds() -> None:
    pod = MemoryPod()
    enter_example(pod, an_example("q", "one"))
    enter_example(pod, an_example("q", "two", 1))
    enter_example(pod, an_example("q", "two", 2, wanted=False))
    assert [(each.meant, each.wanted) for each in read_examples(pod)] == [("two", False)]


def test_the_oldest_examples_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examples, "MOST", 3)
    pod = MemoryPod()
    for number in range(5):
        enter_example(pod, an_example(f"question {number}", "m", number))
    assert [each.question for each in read_examples(pod)] == ["question 2", "question 3", "question 4"]


@pytest.mark.parametrize("question", ["", " a", "a\nb", "a\0", "x" * 501, "\ud800"])
def test_what_is_no_text_is_not_written(question: str) -> None:
    pod = MemoryPod()
    with pytest.raises(UsageError):
        enter_example(pod, an_example(question, "meant"))
    assert not pod.resources


def test_a_document_that_is_cut_short_is_refused_and_never_written_over() -> None:
    pod = MemoryPod()
    enter_example(pod, an_example("q", "m"))
    whole = pod.resources[EXAMPLES].content
    for end in range(1, len(whole), 7):
        pod.put(EXAMPLES, whole[:-end])
        with pytest.raises(PodDamagedError):
            read_examples(pod)
        with pytest.raises(PodDamagedError):
            forget_examples(pod, lambda _: True)


def test_examples_come_to_another_device_and_survive_a_rebuild(tmp_path: Path) -> None:
    pod = MemoryPod()
    laptop, desktop = Device(pod, tmp_path / "laptop"), Device(pod, tmp_path / "desktop")
    laptop.syncing.run()
    enter_example(laptop.syncing.pod, an_example("q", "m"))
    desktop.syncing.run()
    desktop.syncing.rebuild()
    assert [each.question for each in read_examples(desktop.syncing.known)] == ["q"]
    enter_example(desktop.syncing.pod, an_example("r", "n", 1))
    forget_examples(laptop.syncing.pod, lambda each: each.question == "q")
    laptop.syncing.run()
    desktop.syncing.run()
    for device in (laptop, desktop):
        assert [each.question for each in read_examples(device.syncing.known)] == ["r"]


def test_a_skeleton_tells_names_days_and_amounts_apart(index: LocalIndex) -> None:
    lexicon: Lexicon = build_lexicon(index)
    found = skeleton("How many purchases over $20 at Noodle House in April 2026?", lexicon, TODAY)
    assert found is not None
    assert found.shape == ("how", "many", "purchases", "<amount>", "at", "<merchant>", "<period>")
    assert [slot.text for slot in found.slots] == ["over $20", "noodle house", "in april 2026"]
    again = skeleton(found.with_texts({2: "last month"}), lexicon, TODAY)
    assert again is not None
    assert again.slots[2].value == (date(2026, 4, 1), date(2026, 4, 30))


def test_the_share_asked_back_falls_and_nothing_becomes_wrong(index: LocalIndex) -> None:
    """A voice with ways of its own: a third of what is asked back is corrected, the rest is asked again."""
    ways = (
        ("zib {name} {when} snarf how much", "how much did i spend at {name} {when}"),
        ("kena {name} {when} blorp how many times", "how many purchases did i make at {name} {when}"),
        ("{name} {when} fattest snarf", "what was my biggest purchase at {name} {when}"),
    )
    setting = Setting(RulePlanner(index), build_lexicon(index))
    rows = [
        read_row(setting, {"question": asked.format(**part), "today": str(TODAY), "meant": meant.format(**part)})
        for asked, meant in ways
        for name in ("Noodle House", "Fresh Mart", "Zoom Rides")
        for when in ("last month", "in april 2026", "in march 2026")
        for part in [{"name": name, "when": when}]
    ]
    asked = [row for row in rows if row is not None]
    counts = simulate(setting, asked, part=3, seed=0)
    assert counts["before"]["asked"] >= 12
    assert counts["after"]["asked"] <= counts["before"]["asked"] / 3
    assert counts["after"]["wrong"] == counts["before"]["wrong"] == 0
