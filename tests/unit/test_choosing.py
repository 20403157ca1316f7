"""Which choice of a question back a short reply picks."""

from __future__ import annotations

import pytest

from pod_agent.assistant.choosing import Picked, is_naming, picked

GRAB = ("Grab Rides", "GrabFood")
READ = ("How much did I spend?", "per purchase", "per month")
DAYS = ("the past 30 days", "last month", "this year")


@pytest.mark.parametrize(
    ("reply", "labels", "place"),
    [
        *((reply, GRAB, 1) for reply in ("GrabFood", "GRABFOOD please", "I mean GrabFood", "food", "the food one")),
        ("grab food", GRAB, 1),
        *((reply, GRAB, 1) for reply in ("2", "2.", "#2", "(2)", "no. 2", "number 2", "option 2", "the 2nd one")),
        *((reply, GRAB, 1) for reply in ("the second one", "second", "second one please", "the last one")),
        ("the latter", GRAB, 1),
        *((reply, GRAB, 0) for reply in ("the first", "1", "first one lah", "rides", "Grab Rides, thanks")),
        ("the former", GRAB, 0),
        *((reply, READ, 0) for reply in ("yes", "Yes!", "yep", "ok", "that one", "how much did I spend?")),
        *((reply, READ, 2) for reply in ("per month", "month", "the third", "last one")),
        *((reply, DAYS, 1) for reply in ("last month", "the second of them")),
        ("2", ("2", "7-Eleven"), 0),
        ("first light", ("Last Song", "First Light"), 1),
        ("grab", ("Grab", "GrabFood"), 0),
    ],
)  # fmt: skip
def test_a_reply_picks_a_choice(reply: str, labels: tuple[str, ...], place: int) -> None:
    assert picked(reply, labels, has_reading=labels == READ) == place


@pytest.mark.parametrize(
    ("reply", "labels", "said"),
    [
        *((reply, GRAB, "which") for reply in ("yes", "3", "0", "the third", "grab")),
        *((reply, GRAB, "none") for reply in ("no", "none of them", "Neither.")),
        *((reply, GRAB, None) for reply in ("and in May?", "How much did I spend on food?", "FairPrice")),
        ("what about food?", GRAB, None),
        *((reply, GRAB, None) for reply in ("GrabFood in May", "20 dollars", "", "?")),
        ("how much did I spend on groceries", READ, None),
        ("per purchase in May", READ, None),
    ],
)  # fmt: skip
def test_what_picks_no_choice(reply: str, labels: tuple[str, ...], said: Picked) -> None:
    assert picked(reply, labels, has_reading=labels == READ) == said


def test_yes_picks_the_only_choice() -> None:
    assert picked("yes", ("GrabFood",), has_reading=False) == 0


@pytest.mark.parametrize(
    ("reply", "expected"),
    [("last week", True), ("FairPrice", True), ("and in May?", False), ("GrabFood?", False), ("what about May", False)],
)
def test_a_name_or_a_time_may_be_what_a_question_lacked(reply: str, expected: bool) -> None:
    assert is_naming(reply) is expected
