"""A person whose music and videos are called like common words: names where they are played, words elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pod_agent.assistant.answering import ask
from pod_agent.assistant.rules.planner import RulePlanner
from pod_agent.index.local import LocalIndex
from tests.support.households import SINGAPORE, RecordMaker
from tests.support.whole_life import LifeMaker
from vocab.records import Record

TODAY = date(2026, 5, 20)
"""A Wednesday."""


def records() -> list[Record]:
    music, life = RecordMaker(), LifeMaker()
    out: list[Record] = [
        music.played("2026-05-04T09:00:00", 200, "Sunshine", "May"),
        music.played("2026-04-04T09:00:00", 200, "Sunshine", "May"),
        music.played("2026-04-05T23:10:00", 200, "Yesterday", "Old Hats"),
        music.played("2026-05-19T07:30:00", 200, "Morning", "Old Hats"),
        music.played("2026-05-19T08:30:00", 200, "Home", "Old Hats"),
        music.played("2026-05-19T21:30:00", 200, "Again", "The Most"),
        music.played("2026-05-18T21:30:00", 200, "Blue Lamps", "Five Dollar Shoes"),
        life.watched("2026-05-04T20:00", "Building a shelf", "Home"),
        life.watched("2026-05-05T20:00", "A shelf again", "Home"),
        life.watched("2026-05-19T22:30", "The news", "Daily"),
        life.watched("2026-04-19T22:30", "Bread", "Weekend Bakers"),
    ]
    return out


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalIndex]:
    with LocalIndex(tmp_path_factory.mktemp("collide") / "index.sqlite", SINGAPORE) as opened:
        opened.rebuild(records())
        yield opened


@pytest.fixture(scope="module")
def planner(index: LocalIndex) -> RulePlanner:
    """The rules alone: other readers have tests of their own."""
    return RulePlanner(index)


AS_NAMES = [
    ("How often did I play May in April?", 1),
    ("How many songs by May did I play?", 2),
    ("How many songs by May did I play in May?", 1),
    ("How many plays of the artist May this year?", 2),
    ("How many times did I listen to Yesterday?", 1),
    ("How often did I play the song Yesterday in April?", 1),
    ("How many times have I heard Morning?", 1),
    ("How often did I play Again?", 1),
    ("How many plays of The Most?", 1),
    ("How many songs by Five Dollar Shoes did I play this month?", 1),
    ("How many videos of the channel Home did I watch?", 2),
    ("How often did I watch Home this month?", 2),
    ("How many videos by Weekend Bakers have I seen?", 1),
    ("How many times did I watch Daily?", 1),
]
AS_WORDS = [
    ("How many songs did I play in May?", 5),
    ("How many songs did I play yesterday?", 3),
    ("How many songs did I listen to yesterday?", 3),
    ("How many songs did I play between 7 and 8 in the morning?", 1),
    ("How many songs did I play in May 2026?", 5),
    ("How many videos did I watch in May?", 3),
]
NOT_GUESSED = [
    "How many songs did I play at home?",
    "How many videos did I watch at home?",
    "How many songs did I play in the morning?",
    "How many songs did I play on the weekend train?",
]


@pytest.mark.parametrize(("question", "count"), AS_NAMES)
def test_a_common_word_is_a_name_where_something_is_played_or_watched(
    index: LocalIndex, planner: RulePlanner, question: str, count: int
) -> None:
    answer = ask(index, question, TODAY, planner=planner)
    assert (answer.status, answer.value) == ("answered", count), answer.text


@pytest.mark.parametrize(("question", "count"), AS_WORDS)
def test_a_common_word_is_a_word_where_no_name_stands(
    index: LocalIndex, planner: RulePlanner, question: str, count: int
) -> None:
    answer = ask(index, question, TODAY, planner=planner)
    assert (answer.status, answer.value) == ("answered", count), answer.text


@pytest.mark.parametrize("question", NOT_GUESSED)
def test_a_place_or_a_vague_time_is_never_taken_for_a_name(
    index: LocalIndex, planner: RulePlanner, question: str
) -> None:
    assert ask(index, question, TODAY, planner=planner).status != "answered"


STEERING = (
    "over",
    "over 100",
    "except",
    "last month",
    "how much did I spend",
    "except FairPrice",
    "FairPrice last month",
    "without FairPrice",
    "everything",
    "groceries",
    "E0",
)
FIGURES = [
    ("How much did I spend on purchases over 100 dollars in April?", 150.0),
    ("How much did I spend in April except FairPrice?", 190.0),
    ("How much did I spend at FairPrice last month?", 40.0),
    ("How much did I spend on groceries in April?", 40.0),
    ("How much did I spend on everything in April?", 230.0),
]


@pytest.mark.parametrize(("question", "figure"), FIGURES)
def test_a_shop_that_calls_itself_a_piece_of_a_question_changes_no_figure(
    tmp_path: Path, question: str, figure: float
) -> None:
    made = RecordMaker()
    own = [
        made.paid("2026-04-03", 40, "FairPrice", "groceries"),
        made.paid("2026-04-04", 150, "Uniqlo", "shopping"),
        made.paid("2026-04-05", 40, "Kopi Corner", "eating-out"),
    ]
    theirs = [made.paid("2026-02-01", 500 + number, name, "other") for number, name in enumerate(STEERING)]
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as index:
        index.rebuild([*own, *theirs])
        answer = ask(index, question, TODAY)
        assert (answer.status, answer.value) == ("answered", figure), answer.text
