"""Questions about health, videos, orders, products and subscriptions over one made-up spring."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from pod_agent.assistant.answering import ask
from pod_agent.assistant.rules.planner import RulePlanner
from pod_agent.index.local import LocalIndex
from tests.support.households import SINGAPORE, RecordMaker
from tests.support.whole_life import whole_life
from vocab.records import Record

TODAY = date(2026, 5, 20)
"""A Wednesday."""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalIndex]:
    with LocalIndex(tmp_path_factory.mktemp("topics") / "index.sqlite", SINGAPORE) as opened:
        opened.rebuild(whole_life())
        yield opened


@pytest.fixture(scope="module")
def planner(index: LocalIndex) -> RulePlanner:
    """The rules alone: other readers have tests of their own."""
    return RulePlanner(index)


HEALTH = [
    ("How many steps did I walk in April?", 36000, "steps"),
    ("How many steps did I take a day on average in April?", 12000, "steps"),
    ("average daily steps this year", 9333, "steps"),
    ("On which day did I walk the most?", "2026-04-05", "date"),
    ("What is the most steps I walked in a day?", 15000, "steps"),
    ("On how many days did I walk at least 12k steps this year?", 2, "count"),
    ("On how many days did I walk more than 12,000 steps this year?", 1, "count"),
    ("What share of days in April did I walk over 10000 steps?", 66.7, "percent"),
    ("Steps per month since March", (("2026-03", 10000), ("2026-04", 36000), ("2026-05", 10000)), "steps"),
    ("How many steps did I walk at weekends in April?", 27000, "steps"),
    ("How many more steps did I walk in April than in March?", 26000, "steps"),
    ("Did I walk more than 9000 steps yesterday?", "yes", None),
    ("How long did I sleep on average in April?", 7.2, "hours"),
    ("How many minutes of sleep on average in April?", 430, "minutes"),
    ("How many hours did I sleep last night?", 6.7, "hours"),
    ("On how many nights did I sleep less than 6 hours?", 1, "count"),
    ("Which night was my longest in April?", "2026-04-04", "date"),
    ("Average sleep by month since March", (("2026-03", 7.0), ("2026-04", 7.2), ("2026-05", 6.7)), "hours"),
    ("What was my resting heart rate in April?", 62.0, "bpm"),
    ("Highest resting heart rate this year?", 64.0, "bpm"),
    ("How much do I weigh?", 69.5, "kg"),
    ("What did I weigh in April?", 69.1, "kg"),
    ("How much did my weight change this year?", -0.9, "kg"),
    ("How much weight did I lose this year?", 0.9, "kg"),
    ("Did I gain weight since April?", "yes", None),
]
HEALTH_ASKED_OTHERWISE = [
    ("Did I reach 10,000 steps yesterday?", "yes", None),
    ("In April, on how many days did my steps exceed 9,500?", 2, "count"),
    ("What is my longest streak of days with at least 9000 steps?", 3, "count"),
    ("How many days in a row did I walk more than 10k steps?", 2, "count"),
    ("Which day in April did I take the fewest steps?", "2026-04-06", "date"),
    ("Of the last 60 nights, how many were shorter than 6 hours of sleep?", 1, "count"),
    ("What do the scales say now?", 69.5, "kg"),
    ("Do I walk more on weekdays than at weekends on average?", "no", None),
    ("average steps weekend vs weekday in April, diff?", -4500, "steps"),
    ("How many hours do I sleep?", 7.0, "hours"),
    ("How many days did I not walk 5000 steps?", 1, "count"),
    ("How many kg heavier or lighter am I since January 2026?", -0.9, "kg"),
]
VIDEO_ASKED_OTHERWISE = [
    ("yt vids I watched in April, how many?", 4, "count"),
    ("How many clips from Slow Boats have I viewed?", 2, "count"),
    ("Did I watch Tin Robots or Slow Boats more?", "Tin Robots", None),
    ("When did I first watch Tin Robots?", "2026-04-05", "date"),
    ("Tin Robots accounted for what percentage of my videos?", 50.0, "percent"),
    ("Is Slow Boats one of my YouTube subscriptions?", "yes", None),
    ("How many videos did I watch from 9 to 11 o'clock in the evening in April?", 2, "count"),
    ("videos watched this year, total", 6, "count"),
]
SHOPS_ASKED_OTHERWISE = [
    ("What does one mango cost?", 6.0, "SGD"),
    ("Which order got cancelled?", (("2026-05-04 Shoply", 35.0),), "SGD"),
    ("What did my GreenGrocer orders come to in April?", 37.0, "SGD"),
    ("Pantry section total", 27.8, "SGD"),
    ("Top 1 product by money spent", (("Desk Lamp", 30.0),), "SGD"),
]
SUBSCRIPTIONS_ASKED_OTHERWISE = [
    ("Which subscriptions have I stopped paying for?", (("Old News", 5.0),), "SGD"),
    ("How many subscriptions have lapsed?", 1, "count"),
    ("What do all my subscriptions add up to each month?", 62.0, "SGD"),
    (
        "Show me every active subscription along with its price",
        (("Cloud Box", 80.0), ("Iron Gym", 50.0), ("Streamly", 12.0)),
        "SGD",
    ),
    ("Did the price of Iron Gym change?", "no", None),
    ("Which subs are billed yearly?", (("Cloud Box", 80.0),), "SGD"),
    ("How many subscriptions are running at the moment, yearly ones included?", 3, "count"),
    ("By how much did Streamly go up?", 2.0, "SGD"),
    ("How much does Streamly cost monthly?", 12.0, "SGD"),
]
VIDEO = [
    ("How many videos did I watch in April?", 4, "count"),
    ("How many videos did I watch after 10pm in April?", 2, "count"),
    ("How many videos did I watch between 9 and 11 pm in April?", 2, "count"),
    ("How many videos did I watch before noon?", 1, "count"),
    ("Top 2 channels this year", (("Tin Robots", 3), ("Slow Boats", 2)), "count"),
    ("Which channel do I watch most?", "Tin Robots", None),
    ("How many times did I watch Slow Boats?", 2, "count"),
    ("How many different channels did I watch this year?", 2, "count"),
    ("Videos per month since April", (("2026-04", 4), ("2026-05", 2)), "count"),
    ("When did I last watch Slow Boats?", "2026-04-04", "date"),
    ("How many YouTube Music plays this year?", 1, "count"),
    ("How many ads did I see on YouTube?", 1, "count"),
    ("What share of my videos was from Tin Robots?", 50.0, "percent"),
    ("How many videos about knots did I watch?", 5, "count"),
    ("At which hour do I watch the most videos?", "22:00", None),
    ("How many channels am I subscribed to?", 2, "count"),
    ("Am I subscribed to Slow Boats?", "yes", None),
    ("Am I subscribed to Tin Robots?", "no", None),
    ("Which channels am I subscribed to?", (("Never Seen", 1), ("Slow Boats", 1)), "count"),
]
SHOPS = [
    ("How many orders did I place at Shoply?", 1, "count"),
    ("How many orders were cancelled?", 1, "count"),
    ("Which orders were cancelled?", (("2026-05-04 Shoply", 35.0),), "SGD"),
    ("What is my average order value at GreenGrocer?", 18.5, "SGD"),
    ("What were my GreenGrocer orders worth in April?", 37.0, "SGD"),
    ("What was my biggest order?", 36.0, "SGD"),
    ("When was my last GreenGrocer order?", "2026-04-20", "date"),
    ("Which shop do I order from most?", "GreenGrocer", None),
    ("How many packets of plain oats did I buy?", 6, "count"),
    ("How many oats did I buy at GreenGrocer in April?", 6, "count"),
    ("How many mangoes did I buy?", 4, "count"),
    ("How much did I spend on oat drink this year?", 3.2, "SGD"),
    ("How much did I spend on mango and oat drink?", 15.2, "SGD"),
    ("What did I pay for oats last time?", 4.7, "SGD"),
    ("When did I last buy a mango?", "2026-05-03", "date"),
    ("How much did I spend on products in the Pantry section?", 27.8, "SGD"),
    ("How much did I spend on fruit at GreenGrocer?", 6.0, "SGD"),
    ("Which product do I buy most?", "Plain Oats 1kg", None),
    ("How many desk lamps did I buy this year?", 1, "count"),
    ("Did I buy any oats in May?", "no", None),
]
SUBSCRIPTIONS = [
    ("List my subscriptions", (("Cloud Box", 80.0), ("Iron Gym", 50.0), ("Streamly", 12.0)), "SGD"),
    ("How many subscriptions do I have?", 3, "count"),
    ("What do my subscriptions cost per month?", 62.0, "SGD"),
    ("Which subscriptions became more expensive?", (("Streamly", 2.0),), "SGD"),
    ("Did Streamly become more expensive?", "yes", None),
    ("Did Iron Gym get more expensive?", "no", None),
    ("By how much did Streamly get more expensive?", 2.0, "SGD"),
    ("Am I still subscribed to Old News?", "no", None),
    ("What is my most expensive subscription?", "Cloud Box", None),
    ("What does Streamly cost me per month?", 12.0, "SGD"),
    ("How much did I spend on subscriptions in April?", 142.0, "SGD"),
    ("How much did I spend on the card in April?", 102.0, "SGD"),
    ("How much did I spend from my OCBC account in May?", 50.0, "SGD"),
]
NIGHTS_AND_DAYS = [
    ("How did I sleep in April?", 7.2, "hours"),
    ("How have I been sleeping this year?", 7.0, "hours"),
    ("How many hours did I sleep in April in total?", 21.5, "hours"),
    ("I've not been sleeping so well, so how much kip do I get on average in April?", 7.2, "hours"),
    ("How many hours did I sleep on average over the past fourteen days?", 6.7, "hours"),
    ("Average sleep for the nights I wake up on a Saturday", 9.0, "hours"),
    ("Did I sleep longer on average in March or in April?", "2026-04", None),
    ("Do I walk more on Saturdays or on Sundays on average?", "Sunday", None),
    ("In which month did I walk less, March or April?", "2026-03", None),
    ("My two best step days in April", (("2026-04-05", 15000), ("2026-04-04", 12000)), "steps"),
    ("The 2 days with the fewest steps in April", (("2026-04-06", 9000), ("2026-04-04", 12000)), "steps"),
    ("What was my laziest day in April, going by steps?", "2026-04-06", "date"),
    ("On how many days in April did I fail to reach twelve thousand steps?", 1, "count"),
    ("On how many days in April did I not exceed 12000 steps?", 2, "count"),
    ("Average steps on a weekend day in April", 13500, "steps"),
    ("On which days in April did I walk more than 12000 steps?", (("2026-04-05", 15000),), "steps"),
    ("longest lie-in this year, which date", "2026-04-04", "date"),
    ("How many times did I step on the scale in April?", 1, "count"),
    ("how'd I sleep last night", 6.7, "hours"),
    ("My doctor wants my average resting heart rate in April, what is it?", 62.0, "bpm"),
]
WITHOUT_A_MONTH = [
    ("How have I slept on average in 2026 without April?", 6.8, "hours"),
    ("average steps this year w/o April", 6667, "steps"),
    ("How many videos did I watch this year if May is taken out?", 4, "count"),
    ("Average videos per month this year without March", 3, "count"),
    ("Average videos per month this year without May", 4, "count"),
]
FIRST_OF_ALL = [
    ("Is Tin Robots my top channel?", "yes", None),
    ("Is Slow Boats the channel I watch most?", "no", None),
    ("Whose videos do I watch most?", "Tin Robots", None),
    ("Tin Robots vs Slow Boats, which did I watch more?", "Tin Robots", None),
    ("In which month did I watch fewer videos, April or May?", "2026-05", None),
]
SECTIONS_AND_RHYTHMS = [
    ("From the Pantry section, which product did I buy the most of?", "Plain Oats 1kg", None),
    ("How many different products from the Pantry section did I buy?", 1, "count"),
    ("How much was my Pantry section in April?", 27.8, "SGD"),
    ("Everything from the Pantry section, dollars, in April", 27.8, "SGD"),
    ("How many dollars did I spend on mango?", 12.0, "SGD"),
    ("When did I see something by Slow Boats for the last time?", "2026-04-04", "date"),
    ("Of the money for GreenGrocer products, what percentage was the Pantry section?", 75.1, "percent"),
    ("When did I last buy smth from the Pantry section?", "2026-04-20", "date"),
    ("How many orders per month did I place at GreenGrocer on average this year?", 1, "count"),
    ("any sub got more ex? which n by how much", (("Streamly", 2.0),), "SGD"),
    ("I've lost track, how many subscriptions are still running?", 3, "count"),
    ("Which of my subscriptions have stopped, and what was I paying?", (("Old News", 5.0),), "SGD"),
]
OTHERWISE = [
    *NIGHTS_AND_DAYS,
    *WITHOUT_A_MONTH,
    *FIRST_OF_ALL,
    *SECTIONS_AND_RHYTHMS,
    *HEALTH_ASKED_OTHERWISE,
    *VIDEO_ASKED_OTHERWISE,
    *SHOPS_ASKED_OTHERWISE,
    *SUBSCRIPTIONS_ASKED_OTHERWISE,
]


@pytest.mark.parametrize(("question", "value", "unit"), [*HEALTH, *VIDEO, *SHOPS, *SUBSCRIPTIONS, *OTHERWISE])
def test_a_question_gets_its_one_right_value(
    index: LocalIndex, planner: RulePlanner, question: str, value: object, unit: str | None
) -> None:
    answer = ask(index, question, TODAY, planner=planner)
    assert (answer.status, answer.value, answer.unit) == ("answered", value, unit), answer.text
    assert answer.text


ASKED_BACK = [
    "How many hours did I walk last week?",
    "Did I walk more than 9000 steps in April?",
    "What was my longest night?",
    "Did I sleep more in April than in March?",
    "How many videos did I watch twice?",
    "How many videos did I not watch?",
    "How much did I spend on orders at Shoply?",
    "How many orders over $50 did I place?",
    "How many mangoes per week do I buy?",
    "How much did I sleep in April?",
    "How were my steps in April?",
    "Average resting heart rate at night in April",
    "What was the first video I watched?",
    "What is the total of my yearly subscriptions?",
    "How long did I sleep in April?",
    "How many steps recently?",
    "My YouTube total this year?",
    "How many videos did I watch per channel?",
    "How many of my top 2 channels do I follow?",
    "How many steps short of 12000 was I yesterday?",
    "Total of all my subscriptions except Streamly per month",
    "How many subscriptions cost more than $20 a month?",
    "Second most watched channel this year",
    "Which channel did I watch least?",
    "Total orders this year",
    "How much YouTube did I use in April?",
    "Has my number of videos gone up from April to May?",
    "Is Tin Robots or Slow Boats my top channel?",
    "Top 3?",
    "How many videos did I watch in the evening?",
]
DECLINED = [
    "How much REM sleep did I get in April?",
    "When did I fall asleep yesterday?",
    "Total time on YouTube this year?",
    "How many subscribers does Tin Robots have?",
    "Where is my Shoply parcel?",
    "zorbax how many vids this year",
    "Did I ever watch Quantum Kittens?",
    "How many lychees did I buy?",
    "What was my average blood pressure?",
    "How many minutes of YouTube did I watch?",
    "How many calories did I burn in April?",
    "How many steps did I walk in 2019?",
    "How many steps did I walk on 8 April?",
    "How many times did I watch Unknown Channel?",
    "Am I subscribed to Unknown Channel?",
    "How many pears did I buy?",
    "What does my Old News subscription cost?",
    "What did I pay with my Amex card?",
    "How much did delivery cost at Shoply?",
    "When does my Streamly subscription renew?",
    "How much did I spend after 10pm?",
]


@pytest.mark.parametrize(
    ("question", "status"), [(each, "clarify") for each in ASKED_BACK] + [(each, "declined") for each in DECLINED]
)
def test_what_cannot_be_answered_is_never_guessed(
    index: LocalIndex, planner: RulePlanner, question: str, status: str
) -> None:
    answer = ask(index, question, TODAY, planner=planner)
    assert (answer.status, answer.value, answer.citations) == (status, None, ()), answer.text


def test_the_day_with_most_steps_cites_one_recorder_only(index: LocalIndex, planner: RulePlanner) -> None:
    answer = ask(index, "How many steps did I walk on 4 April?", TODAY, planner=planner)
    assert (answer.value, answer.count) == (12000, 1)


def test_a_rise_in_price_cites_the_first_charge_at_the_new_price(index: LocalIndex, planner: RulePlanner) -> None:
    answer = ask(index, "By how much did Streamly get more expensive?", TODAY, planner=planner)
    assert [f"{record.at:%Y-%m-%d}" for record in index.get(answer.citations)] == ["2026-03-09"]


NEEDED = [
    ("How many steps did I walk yesterday?", "Fitbit"),
    ("How many videos did I watch?", "Google Takeout of YouTube"),
    ("Am I subscribed to the channel Slow Boats?", "Google Takeout of YouTube"),
    ("How many orders did I place?", "order history"),
    ("How many bottles of milk did I buy?", "order history"),
]


@pytest.mark.parametrize(("question", "export"), NEEDED)
def test_what_is_not_held_is_declined_with_the_export_that_brings_it(
    tmp_path_factory: pytest.TempPathFactory, question: str, export: str
) -> None:
    only: list[Record] = [RecordMaker().paid("2026-04-01", 5, "Corner Shop", "groceries")]
    with LocalIndex(tmp_path_factory.mktemp("money") / "index.sqlite", SINGAPORE) as index:
        index.rebuild(only)
        answer = ask(index, question, TODAY, planner=RulePlanner(index))
    assert answer.status == "declined"
    assert export in answer.text


def test_a_name_of_the_records_that_is_a_word_of_a_topic_is_still_a_name(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    make = RecordMaker()
    records: list[Record] = [
        make.paid("2026-04-01", 25, "Sleep Lab", "shopping"),
        make.played("2026-04-02T10:00:00", 200, "Steps", "The Watchers"),
    ]
    with LocalIndex(tmp_path_factory.mktemp("names") / "index.sqlite", SINGAPORE) as index:
        index.rebuild([*whole_life(), *records])
        planner = RulePlanner(index)
        assert ask(index, "How much did I spend at Sleep Lab?", TODAY, planner=planner).value == 25.0
        assert ask(index, "How many times did I play The Watchers?", TODAY, planner=planner).value == 1
