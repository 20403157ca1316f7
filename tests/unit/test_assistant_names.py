"""Names that collide with words, months, categories and each other, over one made-up person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from pod_agent.assistant.executor import execute
from pod_agent.assistant.plan import Refusal
from pod_agent.assistant.rules.harmless import is_english
from pod_agent.assistant.rules.lexicon import Kind, Lexicon
from pod_agent.assistant.rules.planner import RulePlanner
from pod_agent.assistant.rules.reading import plain, read
from pod_agent.index.local import LocalIndex
from tests.support.households import SINGAPORE, RecordMaker
from vocab.records import Record

TODAY = date(2026, 5, 20)


def collisions() -> list[Record]:
    make = RecordMaker()
    paid = [
        ("2026-04-01", 5, "The Coffee Bean", "eating-out"),
        ("2026-04-05", 9, "Sunday Folks", "eating-out"),
        ("2026-04-05", 4, "Kopi Corner", "eating-out"),
        ("2026-04-07", 7, "May", "eating-out"),
        ("2026-05-07", 11, "Best Denki", "shopping"),
        ("2026-04-09", 13, "Grab Rides", "transport"),
        ("2026-04-10", 17, "GrabFood", "eating-out"),
        ("2026-04-11", 19, "FairPrice", "groceries"),
        ("2026-04-12", 23, "7-Eleven", "groceries"),
        ("2026-04-13", 29, "Charles & Keith", "shopping"),
        ("2026-04-14", 31, "Toys R Us", "shopping"),
        ("2026-04-15", 37, "Bus/MRT", "transport"),
        ("2026-04-16", 41, "Part Two Bistro", "eating-out"),
        ("2026-04-17", 43, "Target Gym", "subscriptions"),
        ("2026-03-01", 900, "Elm Estates", "household"),
    ]
    records: list[Record] = [make.paid(*row) for row in paid]
    records.append(make.paid("2026-04-01", 900, "Elm Estates", "household", description="RENT APR to ELM ESTATES"))
    return records


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalIndex]:
    with LocalIndex(tmp_path_factory.mktemp("names") / "index.sqlite", SINGAPORE) as opened:
        opened.rebuild(collisions())
        yield opened


@pytest.fixture(scope="module")
def planner(index: LocalIndex) -> RulePlanner:
    return RulePlanner(index)


def outcome(index: LocalIndex, planner: RulePlanner, question: str) -> object:
    """The value that a question comes to, or ``clarify`` and ``declined``."""
    plan = planner.plan(question, TODAY)
    return plan.status if isinstance(plan, Refusal) else execute(index, plan).value


KNOWN = [
    ("How much did I spend at The Coffee Bean?", 5.0),
    ("spent at coffee bean in april, how much", 5.0),
    ("How much did I spend at Sunday Folks?", 9.0),
    ("How much did I spend on Sundays in April?", 36.0),
    ("How much did I spend at Best Denki this year?", 11.0),
    ("How much did I spend at Fair Price?", 19.0),
    ("how much at fairprise in april total", 19.0),
    ("What did I spend at 7-Eleven?", 23.0),
    ("What did I spend at 7 eleven in April?", 23.0),
    ("How much did I spend at Charles and Keith?", 29.0),
    ("How much did I spend at charles & kieth", 29.0),
    ("How much did I spend at ToysRUs?", 31.0),
    ("How much did I pay for rides with Grab?", 13.0),
    ("grab food total this year", 17.0),
    ("How much did I spend on the bus in April?", 37.0),
    ("How much rent did I pay this year?", 1800.0),
    ("How much did I spend in April except for rent?", 269.0 + 9.0),
    ("How many times did I go to Part Two Bistro?", 1),
]


@pytest.mark.parametrize(("question", "value"), KNOWN)
def test_a_name_is_found_however_it_is_written(
    index: LocalIndex, planner: RulePlanner, question: str, value: float
) -> None:
    assert outcome(index, planner, question) == value


@pytest.mark.parametrize(
    "question",
    ["How much did I spend on Grab?", "How much did I spend at grab in April?", "What did Grab cost me this year?"],
)
def test_a_part_of_two_names_is_asked_back_with_both(planner: RulePlanner, question: str) -> None:
    plan = planner.plan(question, TODAY)
    assert isinstance(plan, Refusal)
    assert (plan.status, set(plan.choices)) == ("clarify", {"Grab Rides", "GrabFood"})


@pytest.mark.parametrize(
    "question",
    [
        "How much did I spend at Sunday Market?",
        "How much did I spend at Coffee Club?",
        "How much did I spend at Giant this year?",
        "How much did I spend at Charles Tyrwhitt?",
        "sushi tei i spend how much this year",
        "wingstop how many times in april",
    ],
)
def test_a_name_that_is_not_held_is_never_taken_for_one_that_is(
    index: LocalIndex, planner: RulePlanner, question: str
) -> None:
    assert outcome(index, planner, question) in {"declined", "clarify"}


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("How much did I part with in April?", 269.0 + 909.0),
        ("How much did I spend in May?", 11.0),
    ],
)
def test_a_common_word_is_no_piece_of_a_name(
    index: LocalIndex, planner: RulePlanner, question: str, value: float
) -> None:
    assert outcome(index, planner, question) == value


def test_words_of_english_are_never_put_right() -> None:
    assert all(map(is_english, ("part", "past", "form", "target", "giant", "taxis", "swallowed")))
    assert not any(map(is_english, ("grocries", "spnd", "fairprise", "octber")))


MERCHANT: frozenset[Kind] = frozenset({"merchant"})


def test_a_slip_is_forgiven_only_where_one_name_is_near() -> None:
    lexicon = Lexicon()
    for name in ("FairPrice", "Toast Box", "Koufu", "Koufo", "Ya Kun"):
        lexicon.add("merchant", name)
    near = {
        text: [name.text for name in lexicon.misspelt(text, MERCHANT)] for text in ("faripirce", "taost box", "koufi")
    }
    assert near == {"faripirce": ["FairPrice"], "taost box": ["Toast Box"], "koufi": []}
    assert lexicon.misspelt("oktoast box", MERCHANT) == ()
    assert [name.text for name in lexicon.named("toastbox", MERCHANT)] == ["Toast Box"]


def test_names_that_are_added_later_are_found() -> None:
    lexicon = Lexicon()
    lexicon.add("merchant", "Toast Box")
    assert lexicon.partly("toast", MERCHANT)
    lexicon.add("merchant", "Old Mill")
    assert [name.text for name in lexicon.partly("mill", MERCHANT)] == ["Old Mill"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Backpack Bob", None),
        ("Paper Kites", None),
        ("Rum With Jo", None),
        ("Tan Wei Ling", None),
        ("Hawkr Secrets", "Hawker Secrets"),
        ("Run With Jp", None),
        ("Paper Tide", "Paper Tides"),
        ("Backpak Ben", "Backpack Ben"),
    ],
)
def test_a_name_is_put_right_only_where_each_word_of_it_has_a_slip(said: str, meant: str | None) -> None:
    lexicon = Lexicon()
    for name in ("Backpack Ben", "Paper Tides", "Run With Jo", "Tan Wei Ming", "Hawker Secrets"):
        lexicon.add("merchant", name)
    reading = read(plain(f"How much did I spend at {said}?"), lexicon, date(2026, 11, 15))
    found = [] if reading.left else [name.text for names in reading.names for name in names]
    assert found == ([meant] if meant else [])
