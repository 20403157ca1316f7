"""Roundabout ways to ask: each is answered as its plain sentence is, over a small household."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pod_agent.assistant.answering import ask
from pod_agent.index.local import LocalIndex
from tests.support.households import SINGAPORE
from tests.unit.test_assistant_answers import TODAY, household

SAME = [
    # one of two months, or of two things
    ("Was the Fresh Mart bill higher in March or in April?", "2026-03"),
    ("Did I spend less on groceries in February or in March?", "2026-02"),
    ("Groceries and transport this year, how much more went to groceries?", 230.0),
    ("Zoom Eats against Zoom Rides this year, how much more of the second than of the first did I pay?", 30.5),
    ("By how much does what I spend on groceries beat what I spend on transport this year?", 230.0),
    # card against account, weekdays against weekends
    ("April: how much more was spent from the bank account than on the card?", 915.02),
    ("What share of my April spending was met from the bank account rather than by card?", 94.2),
    ("In April, weekdays against weekends: how much more did I spend on weekdays on eating out?", -10.5),
    # one purchase
    ("Avg Noodle House bill 2026?", 10.0),
    ("My most expensive night out at Noodle House, what did it cost?", 12.0),
    ("Dearest meal out in 2026: which restaurant was that?", "Noodle House"),
    ("Mean daily spend on transport over the past 5 days, today included", 5.0),
    # purchases and refunds
    ("Produce a list of every purchase exceeding $500 made in April 2026", (("2026-04-01 Maple Homes", 900.0),)),
    ("Fresh Mart in 2026, net of what they gave back: what did I spend?", 220.0),
    ("Number of refunds credited in April?", 1),
    ("May I ask if I bought anything at Fresh Mart in April?", "yes"),
    ("Did I buy anything on 4 April 2026?", "yes"),
    ("Good afternoon, may I have the date of my first Noodle House payment?", "2026-04-04"),
    ("Lim Mei: when did I last send her money?", "2026-04-13"),
    ("How many times have I paid Lim Mei by PayNow?", 1),
    ("How many different merchants charged me in a foreign currency this year?", 1),
    ("By how many percent did groceries rise or fall from March to April?", -60.0),
    ("What did bank and card fees cost me this year, net of waivers?", 5.0),
    ("Considering only purchases of more than 500 dollars each, what did I pay in total in April 2026?", 900.0),
    ("I want to see everything we paid for transport in April, one by one", (("2026-04-07 Zoom Rides", 15.0),)),
    ("What set me back more than 500 in April 2026?", (("2026-04-01 Maple Homes", 900.0),)),
    ("How much did Zoom Rides set me back in April?", 15.0),
    ("By how many dollars did groceries fall from March to April?", 60.0),
    ("biggest transport bill last month how much", 15.0),
    ("From March to April, my average month for groceries", 70.0),
    ("How much salary was credited by my employer in April?", 3000.0),
    ("What percentage of my spending in April 2026 was in foreign currency?", 3.4),
    # stories around a question
    ("Although I know quite well that small things add up, how much did I spend on transport in April?", 15.0),
    ("You know how I love Noodle House? Well, what does one visit cost me on average?", 10.0),
    ("I like songs. Which one did I play most often in April?", "Tides \u2013 Blue Kites"),
    ("My daughter set this up for me. Can you tell me what I paid Zoom Rides in April?", 15.0),
    ("I keep riding, don't I... how many Zoom Rides trips this year?", 2),
    ("how many taxis no sorry how many Zoom Rides trips this year", 2),
    ("How many songs did I play between 8 and 10 o'clock in the morning in April?", 3),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalIndex]:
    with LocalIndex(tmp_path_factory.mktemp("roundabout") / "index.sqlite", SINGAPORE) as opened:
        opened.rebuild(household())
        yield opened


@pytest.mark.parametrize(("question", "value"), SAME)
def test_a_roundabout_question_has_the_answer_of_a_plain_one(index: LocalIndex, question: str, value: object) -> None:
    answer = ask(index, question, TODAY)
    assert (answer.status, answer.value) == ("answered", value), answer.text


@pytest.mark.parametrize(
    "question",
    [
        "Did I spend more on groceries in March or in the first week of April?",
        "Groceries and transport this year, how much more?",
        "From the first to the last, how much did I spend?",
        "What is the salary of my boss?",
        "Which shops set me back more than 500 in April?",
        "How much more did groceries fall from March to April than eating out?",
        "What is the salary of our friend?",
        "What refunds over 5 dollars did I get this year?",
        "I went to Noodle House with a friend from Zoom Eats. What does one visit cost me on average?",
    ],
)
def test_what_stays_open_is_not_answered(index: LocalIndex, question: str) -> None:
    assert ask(index, question, TODAY).status != "answered"
