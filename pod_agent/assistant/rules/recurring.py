"""Rules for questions about subscriptions: which there are, what they cost, whether they became dearer."""

from __future__ import annotations

from typing import Literal

from pod_agent.assistant.plan import Plan, Refusal, Step
from pod_agent.assistant.rules.case import Case, Rule, clarify, query, roles
from pod_agent.assistant.rules.video import FOLLOWED
from vocab.query import Filter

__all__ = ["RECURRING_RULES", "Ask"]

Ask = Literal[
    "list",
    "count",
    "monthly",
    "yearly",
    "rises",
    "dearer",
    "changes",
    "active",
    "cost",
    "top",
    "lapsed",
    "gone",
    "changed",
]
"""What is asked of the subscriptions."""

CHARGES = Step(spec=query("purchases", (Filter("category", "eq", "subscriptions"),), None), name="subscriptions")


def _plan(case: Case, ask: Ask, unit: str | None, *, low: bool = False) -> Plan | Refusal:
    """The plan for one kind of question; what holds now has no period, and nothing may be left out by name."""
    if case.reading.periods or case.reading.days or case.reading.limits or case.unwanted:
        return clarify(
            "Subscriptions as they are now, or what was spent on them in a period?", "spent on subscriptions"
        )
    return Plan(
        operation="subscriptions",
        steps=(CHARGES,),
        unit=unit,
        ask=ask,
        today=case.facts.today,
        names=tuple(case.names(case.wanted, "merchant")),
        per=_cadence(case),
        smallest=low,
        limit=None if case.reading.top is None else float(case.reading.top),
    )


def _cadence(case: Case) -> str:
    """The rhythm that the question names; "monthly" beside a sum of money is the sum's."""
    if case.has("YEARLY"):
        return "yearly"
    return "monthly" if case.has("PERMONTH") else ""


def lapsed(case: Case) -> Plan | Refusal | None:
    """Which have ended, how many have, or whether one of them has."""
    if case.wanted:
        return None
    if case.has("HOWMANY"):
        return _plan(case, "gone", "count")
    return _plan(case, "lapsed", "SGD")


def dearer(case: Case) -> Plan | Refusal | None:
    """Which became more expensive and by how much; with yes or no where only that is asked."""
    if case.has("BYHOWMUCH", "WHICH", "LIST", "HOWMUCH"):
        return _plan(case, "rises", "SGD")
    asked = case.yes_no or "ANY" in case.roles
    return _plan(case, "dearer", None) if asked else None


def changes(case: Case) -> Plan | Refusal | None:
    """All changes of price, up and down."""
    if case.yes_no and not case.has("BYHOWMUCH"):
        return _plan(case, "changed", None)
    return _plan(case, "changes", "SGD")


def subscribed(case: Case) -> Plan | Refusal | None:
    """Am I subscribed to X; what am I subscribed to."""
    if case.wanted:
        channels = case.names(case.wanted, "channel")
        merchants = case.names(case.wanted, "merchant")
        if channels and merchants:
            return clarify(f"The channel {channels[0]}, or paying for {merchants[0]}?", "the channel", "the service")
        if not case.yes_no:
            return None
        if channels:
            return Plan(operation="follows", steps=(FOLLOWED,), unit=None, ask="any", names=tuple(channels))
        return _plan(case, "active", None)
    if case.has("HOWMANY"):
        return _plan(case, "count", "count")
    return _plan(case, "list", "SGD") if case.has("WHICH", "LIST", "SUBSCRIPTIONS", "EACH") else None


def is_active(case: Case) -> Plan | Refusal | None:
    """Is the subscription of X still active."""
    if not case.has(*WHAT) and "subscriptions" not in _categories(case):
        return None
    return _plan(case, "active", None) if case.yes_no and len(case.wanted) == 1 else None


def _categories(case: Case) -> set[str]:
    """The categories of the merchants that are named."""
    names = case.names(case.wanted, "merchant")
    return {category for name in names for category in case.lexicon.categories.get(name, ())}


def count(case: Case) -> Plan | Refusal | None:
    """How many there are."""
    return None if case.wanted else _plan(case, "count", "count")


def cost(case: Case) -> Plan | Refusal | None:
    """What they cost per month, or what one of them does."""
    summed = case.has("TOTAL") or (case.has("HOWMUCH") and not case.has("EACH"))
    if case.has("YEARLY") and case.has("WHICH", "LIST") and not case.wanted and not summed:
        return _plan(case, "list", "SGD")
    if case.has("PERYEAR") or (case.has("YEARLY") and not case.wanted and not case.has("PERMONTH")):
        return clarify("What the yearly ones cost, or all of them over a year?", "list my yearly subscriptions")
    if case.wanted:
        return _cost_of_one(case)
    listed = case.has("EACH", "LIST") or (case.has("WHICH") and not case.has("PERMONTH", "TOTAL"))
    if listed and not (case.has("TOTAL") and case.has("PERMONTH")):
        return _plan(case, "list", "SGD")
    if not case.has("PERMONTH"):
        return clarify("What they cost per month?", "per month", "each of them")
    return _plan(case, "monthly", "SGD")


def _cost_of_one(case: Case) -> Plan | Refusal | None:
    names = case.names(case.wanted, "merchant")
    if not all("subscriptions" in case.lexicon.categories.get(name, ()) for name in names):
        return None
    one = len(case.wanted) == 1 and not case.names(case.wanted, "channel")
    return _plan(case, "cost", "SGD") if one else clarify("Which of them do you mean?")


def one_cost(case: Case) -> Plan | Refusal | None:
    """What one of them costs, where the word itself does not fall."""
    return cost(case) if case.wanted else None


def top(case: Case) -> Plan | Refusal | None:
    """The dearest, or the cheapest, of them."""
    if case.wanted:
        return None
    return _plan(case, "top", None, low=case.has("MIN", "LEAST"))


def listing(case: Case) -> Plan | Refusal | None:
    """Which there are, with what each costs."""
    if case.has("TOTAL"):
        return cost(case)
    return None if case.wanted else _plan(case, "list", "SGD")


WHAT = roles("SUBSCRIPTIONS", "SUBSCRIPTION")
ALL = WHAT | {"WHICH", "LIST", "ACTIVE", "ANY", "TOTAL", "EACH"}
RECURRING_RULES = (
    Rule(lapsed, need=roles("LAPSED"), may=ALL | {"HOWMANY", "SPEND", "HOWMUCH", "BYHOWMUCH"}),
    Rule(dearer, need=roles("DEARER"), may=ALL | {"BYHOWMUCH", "HOWMUCH", "HOW", "SPEND", "RECEIVED", "BUY"}),
    Rule(changes, need=roles("PRICECHANGE"), may=ALL | {"BYHOWMUCH"}),
    Rule(subscribed, need=roles("SUBSCRIBED"), may=ALL | {"HOWMANY", "PERMONTH", "YEARLY", "SPEND"}),
    Rule(is_active, some=(WHAT | {"ACTIVE"},), may=ALL | {"SPEND", "RECEIVED", "BUY"}),
    Rule(count, need=roles("HOWMANY"), some=(WHAT,), may=ALL | {"PERMONTH", "YEARLY", "SPEND", "RECEIVED", "BUY"}),
    Rule(top, some=(roles("MAX", "MIN", "MOST", "LEAST"), WHAT), may=ALL | {"SPEND", "PERMONTH", "YEARLY", "TOP"}),
    Rule(
        cost,
        some=(roles("SPEND", "BYHOWMUCH", "HOWMUCH"), WHAT),
        may=ALL | {"PERMONTH", "PERYEAR", "YEARLY", "HOWMUCH", "SPEND", "HOW", "BYHOWMUCH"},
    ),
    Rule(one_cost, need=roles("SPEND"), may=roles("HOWMUCH", "WHICH", "PERMONTH", "HOW", "ACTIVE")),
    Rule(one_cost, need=roles("HOWMUCH", "PERMONTH"), may=roles("WHICH", "ACTIVE")),
    Rule(
        cost,
        need=roles("TOTAL", "PERMONTH"),
        some=(WHAT,),
        may=ALL | {"HOWMUCH", "SPEND", "WHICH", "YEARLY"},
    ),
    Rule(listing, some=(WHAT,), may=ALL | {"PERMONTH", "YEARLY", "BUY", "SPEND", "RECEIVED"}),
)
"""In order: the first that fits and builds a plan wins."""
