"""Questions about habits of spending: small purchases that add up, and what was more than usual."""

from __future__ import annotations

import re
from datetime import date, timedelta
from fractions import Fraction

from pod_agent.assistant.habits import SMALL
from pod_agent.assistant.plan import Period, Plan, Refusal, Step
from pod_agent.assistant.rules.asking import CHANGES_MEANING, Asked, Rest, rest_of
from pod_agent.assistant.rules.case import clarify
from vocab.query import Filter, QuerySpec

__all__ = ["ask_habits"]

LITTLE = r"small(?:er|est)?|little|tiny|minor"
ADD_UP = re.compile(rf"\b(?:{LITTLE})\b.*\badd(?:s|ed|ing)? up\b|\badd(?:s|ed|ing)? up\b.*\b(?:{LITTLE})\b")
USUAL = r"usual(?:ly)?|normal(?:ly)?|average|on average|typical(?:ly)?|other months|the months before|i usually do"
WHICH = r"where|what|which|how|(?:in|on|at) (?:which|what)"
UNUSUAL = re.compile(
    rf"(?:{WHICH})\b.*\b(?:more|less|higher|lower)\b.*\bthan\b.*\b(?:{USUAL})\b"
    r"|what (?:has |have )?changed in my spending\b"
)
LESS = r"less|lower"
MERCHANTS = r"merchants?|shops?|stores?|places?"
WORDS = (
    rf"{USUAL}|{LITTLE}|{MERCHANTS}|over (?:the|a) year|where|on what|what|which|how|did|do|does|have|has|had|is"
    r"|are|was|were|am|i|me|my|the|of|much|spend|spent|spending|more|less|higher|lower|than|in|on|categor(?:y|ies)"
    r"|changed|at|a lot|with|for|to|it|money|go|purchases?|payments?|things?|expenses?|buys?|amounts?|costs?"
    r"|add(?:s|ed|ing)?|up|that|they|over|show|list|your|all|those|these|up to|really|mostly|most"
)
MONTHS_BEFORE = 6
"""Months that a month is held against, as far as they are held."""


def ask_habits(asked: Asked) -> Plan | Refusal | None:
    """The plan of a question about habits; None where it is about something else."""
    small, unusual = ADD_UP.search(asked.text), UNUSUAL.match(asked.text)
    if not small and not unusual:
        return None
    rest = rest_of(asked, WORDS)
    if isinstance(rest, Refusal):
        return rest
    if CHANGES_MEANING.search(asked.text) or rest.names:
        return clarify("I can tell that of all your spending only.", "what small purchases add up", LAST)
    return _small(asked, rest) if small else _unusual(asked, rest)


LAST = "where did I spend more than usual last month"


def _small(asked: Asked, rest: Rest) -> Plan:
    """Small purchases of the past year, or of the period that is named."""
    period = rest.period or (asked.today - timedelta(days=364), asked.today)
    spec = QuerySpec(
        measures=("spend", "purchases"),
        dimensions=("merchant",),
        filters=(Filter("amount", "le", SMALL),),
        period=period,
    )
    return Plan(operation="small_purchases", steps=(Step(spec=spec),), unit="SGD")


def _unusual(asked: Asked, rest: Rest) -> Plan | Refusal:
    """One month that is over against the months before it."""
    last = asked.today.replace(day=1) - timedelta(days=1)
    month = rest.period or (last.replace(day=1), last)
    if (
        month[0].day != 1
        or (month[1] + timedelta(days=1)).day != 1
        or month[0].replace(day=28) < month[1].replace(day=1)
    ):
        return clarify("I can hold one month that is over against the months before it.", LAST)
    before = _months_before(month[0], asked.held.get("transaction"))
    dimension = "merchant" if asked.has(MERCHANTS) else "category"
    steps = tuple(
        Step(spec=QuerySpec(measures=("spend",), dimensions=(dimension,), period=period))
        for period in (month, before[1])
    )
    return Plan(
        operation="unusual",
        steps=steps,
        unit="SGD",
        divisor=Fraction(before[0]),
        per="month",
        smallest=asked.has(LESS) and not asked.has("more|higher"),
    )


def _months_before(first: date, held: Period | None) -> tuple[int, Period]:
    """The months before a month that are held from their first day, six at most, and how many; one where none is."""
    begin, number = first, 0
    while number < MONTHS_BEFORE:
        earlier = (begin - timedelta(days=1)).replace(day=1)
        if held is not None and earlier < held[0]:
            break
        begin, number = earlier, number + 1
    end = first - timedelta(days=1)
    return max(number, 1), (begin if number else end.replace(day=1), end)
