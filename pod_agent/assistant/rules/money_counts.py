"""Plans for counts of money: how many purchases, transfers, refunds, shops and days."""

from __future__ import annotations

import re

from pod_agent.assistant.plan import Plan, Refusal, Step
from pod_agent.assistant.rules.case import Case, clarify, query, single
from pod_agent.assistant.rules.money_steps import among_people, only_fees, step
from vocab.query import Filter

AMONG = (
    "how many transfers I made to people",
    "how many transfers I received from people",
    "how many transfers to savings",
)
__all__ = ["count", "counted", "days", "distinct"]


def distinct(case: Case) -> Plan | Refusal | None:
    """How many different shops or categories."""
    group = "category" if case.has("CATEGORIES") else "merchant"
    return single("value", step(case, "distinct", case.period(), dimensions=(group,)), "count")


def days(case: Case) -> Plan | Refusal | None:
    """On how many days did I buy something."""
    return single("value", step(case, "days", case.period()), "count")


def count(case: Case) -> Plan | Refusal | None:
    """How many times, how many purchases or transactions."""
    counted = case.has("TIMES", "PURCHASES", "TRANSACTIONS", "CASH", "REFUNDS") or bool(case.reading.limits)
    counted = counted or only_fees(case)
    if not counted and not re.search(
        r"HOWMANY\s+(?:of\s+)?(?:[EN]\d|SENT)|\bE\d+(?: [PD]\d+)* HOWMANY$|SENT\b.* HOWMANY$", case.reading.text
    ):
        return None
    if case.has("SENT", "RECEIVED", "SAVINGS") and not case.has("CASH", "REFUNDS", "INCOME", "SALARY"):
        return _transfers(case)
    if case.has("SALARY"):
        return single("value", step(case, "salary", case.period()), "count")
    kinds = {"CASH": "cash", "REFUNDS": "refund", "INCOME": "income"}
    kind = next((value for role, value in kinds.items() if case.has(role)), "fee" if only_fees(case) else None)
    if kind is not None:
        part = step(case, "transactions", case.period())
        spec = query("transactions", (*part.spec.filters, Filter("kind", "eq", kind)), part.spec.period)
        return single("value", Step(spec=spec, name=part.name), "count")
    measure = "transactions" if case.has("TRANSACTIONS") else "purchases"
    return single("value", step(case, measure, case.period()), "count")


def _transfers(case: Case) -> Plan | Refusal | None:
    """How many transfers went out, or came in: to or from a person, to savings, or all of them."""
    told = re.search(r"\btransfers?\b", case.reading.question)
    if not case.wanted and not case.has("SAVINGS") and not among_people(case):
        return None if told is None else clarify("Transfers to whom, or from whom?", *AMONG)
    inwards = case.has("RECEIVED") or re.search(r"\bfrom E\d", case.reading.text) is not None
    return single("value", step(case, "transfers_in" if inwards else "transfers_out", case.period()), "count")


def counted(case: Case) -> Plan | Refusal:
    """Purchases with no word of what to do with them: visits and trips are counted, else it is asked back."""
    if re.search(r"\b(?:visits|trips|rides|times)\b", case.reading.question):
        return single("value", step(case, "purchases", case.period()), "count")
    if re.search(r"\b(?:purchases|payments|buys)\b", case.reading.question):
        return single("list", step(case, "purchases", case.period()), "SGD", show="date")
    return clarify("How many purchases, or how much in all?", "how many purchases", "how much I spent")
