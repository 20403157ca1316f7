"""Typing errors, abbreviations and slips of speech: read as any reader reads them, and names left as they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from pod_agent.assistant.plan import Plan, Refusal
from pod_agent.assistant.respelling import Respelling, meant_by
from pod_agent.assistant.rules.lexicon import Lexicon, build_lexicon
from pod_agent.assistant.rules.planner import RulePlanner
from pod_agent.assistant.rules.written_out import written_out
from pod_agent.index.local import LocalIndex
from tests.support.households import SINGAPORE, RecordMaker

TODAY = date(2026, 11, 15)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalIndex]:
    maker = RecordMaker()
    index = LocalIndex(tmp_path_factory.mktemp("respelling") / "index.sqlite", SINGAPORE)
    index.upsert(
        [
            maker.paid("2026-10-02", 12.5, "Oaks Kut Teh", "eating-out"),
            maker.paid("2026-10-03", 80.0, "Ikea", "household"),
            maker.paid("2026-10-05", 18.0, "Fresh Mart", "groceries"),
            maker.paid("2026-09-05", 11.0, "Yaer", "shopping"),
        ]
    )
    yield index
    index.close()


@pytest.fixture(scope="module")
def lexicon(index: LocalIndex) -> Lexicon:
    return build_lexicon(index)


SAME = (
    ("hwo mcuh did i spned in ocotber", "how much did i spend in october"),
    ("hw mny purchsaes did i mkae lst mnth", "how many purchases did i make last month"),
    ("ikae spendng lst mnoth", "ikea spending last month"),
    ("totl spnt on grocereis in octbr", "total spent on groceries in october"),
    ("no. of purchases at fresh mart in oct", "number of purchases at fresh mart in october"),
    ("spend w/o groceries in oct", "spend without groceries in october"),
    ("no. of purchases > $15 in oct", "number of purchases over $15 in october"),
    ("how much did i spend in september sorry october", "how much did i spend in october"),
    ("how much how much did i spend in like octo october", "how much did i spend in october"),
)


@pytest.mark.parametrize(("written", "meant"), SAME)
def test_a_question_with_slips_is_planned_as_the_one_without(
    index: LocalIndex, lexicon: Lexicon, written: str, meant: str
) -> None:
    planner = RulePlanner(index)
    plan = planner.plan(meant, TODAY)
    assert isinstance(plan, Plan)
    assert Respelling(planner, lexicon).plan(written, TODAY) == plan


@pytest.mark.parametrize("word", ["spend", "yaer", "form", "kut", "tie", "go", "2026", "caf\u00e9"])
def test_words_of_english_and_names_are_never_put_right(lexicon: Lexicon, word: str) -> None:
    assert [each for rank in meant_by(word, "", lexicon) for each in rank] == []


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("hwo", "how"),
        ("mny", "many"),
        ("spnd", "spend"),
        ("rigth", "right"),
        ("wihtout", "without"),
        ("spedning", "spending"),
    ],
)
def test_the_likeliest_word_comes_first(lexicon: Lexicon, word: str, meant: str) -> None:
    assert meant_by(word, "", lexicon)[0][0] == meant


@pytest.mark.parametrize("before", ["at", "from", "played", "artist"])
def test_no_word_is_read_into_an_unknown_name(lexicon: Lexicon, before: str) -> None:
    assert meant_by("spned", before, lexicon) == []
    assert meant_by("tihs", before, lexicon) == [["this"]]


def test_an_unknown_shop_is_not_read_as_another_word(index: LocalIndex, lexicon: Lexicon) -> None:
    found = Respelling(RulePlanner(index), lexicon).plan("How much did I spend at Totla in October?", TODAY)
    assert isinstance(found, Refusal)


class _Spent:
    """Plans each of two sentences in its own way, and no other."""

    def __init__(self, plans: dict[str, Plan]) -> None:
        self._plans = plans

    def plan(self, question: str, today: date) -> Plan | Refusal:
        del today
        return self._plans.get(question, Refusal(status="clarify", text="What?"))


def test_two_words_that_change_the_meaning_are_asked_back(lexicon: Lexicon) -> None:
    value, most = (Plan(operation=each, steps=(), unit="SGD") for each in ("value", "leader"))
    asked = "aet"
    ways = [each for rank in meant_by(asked, "", lexicon) for each in rank]
    assert {"eat", "ate"} <= set(ways)
    found = Respelling(_Spent({"eat": value, "ate": most}), lexicon).plan(asked, TODAY)
    assert isinstance(found, Refusal)
    assert set(found.choices) == {"eat", "ate"}
    assert Respelling(_Spent({"ate": most}), lexicon).plan(asked, TODAY) == most


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("spend w/o rent", "spend without rent"),
        ("paid w/ card @ Ikea", "paid with card at Ikea"),
        ("No. of visits in Sept. 2026", "number of visits in Sept 2026"),
        ("min purchase and mins slept", "smallest purchase and mins slept"),
        ("purchases >= $20", "purchases at least $20"),
        ("purchases btw $20 and $50", "purchases between $20 and $50"),
        ("in october no sorry not october september i meant september", "in september"),
        ("the bus slash m r t", "the bus/mrt"),
        ("starting in March how much", "since March how much"),
        ("how may videos", "how many videos"),
        ("how may i ask", "how may i ask"),
        ("top 2, Sept", "top 2 in Sept"),
        ("groceries in twenty twenty six", "groceries in 2026"),
        ("plays of twenty one pilots", "plays of twenty one pilots"),
        ("by the way btw", "by the way btw"),
        ("in may, may i ask", "in may, may i ask"),
        ("what did i buy and what did i sell", "what did i buy and what did i sell"),
    ],
)
def test_abbreviations_signs_and_slips_of_speech_are_written_out(written: str, meant: str) -> None:
    assert written_out(written) == meant
