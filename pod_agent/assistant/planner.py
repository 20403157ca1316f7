"""Planners turn a question into a Plan or a Refusal; the one here works by rules.

A planner sees the question and the names in the index, never a record's amount. Another planner, a classifier or
a language model, only has to fit ``Planner`` and end in the same ``Plan``.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Protocol

from pod_agent.assistant.case import Case, Facts, Unclear, apply_rules, clarify
from pod_agent.assistant.lexicon import Lexicon, build_lexicon
from pod_agent.assistant.listening import LISTENING_RULES
from pod_agent.assistant.money_rules import MONEY_RULES
from pod_agent.assistant.plan import Period, Plan, Refusal
from pod_agent.assistant.reading import Reading, read
from pod_agent.index.local import LocalIndex

__all__ = ["Planner", "RulePlanner"]

LONGEST_QUESTION = 500
NARROWED = frozenset({"spend", "purchases", "transactions", "transfers_out", "transfers_in"})
"""Measures that can be worked out row by row."""
BEFORE_NAMES = "at|on|from|by|to|with|PLAY|LISTEN|THAN|COMPARE|BUY|SENT|RECEIVED|AND"
"""What stands before a name: a word there that is none of the records' names is one that they do not hold."""
FRESH = timedelta(days=7)
"""Records that end this shortly before a period still count as covering it."""


class Planner(Protocol):
    """Turns a question into a plan."""

    def plan(self, question: str, today: date) -> Plan | Refusal:
        """The plan for a question asked on this day, or why there is none."""
        ...


class RulePlanner:
    """Plans by a grammar of dates, names and roles; a word that was not understood blocks the answer."""

    def __init__(self, index: LocalIndex) -> None:
        self._lexicon: Lexicon = build_lexicon(index)
        self._accounts = index.entities().accounts
        self._held: dict[str, Period] = {}
        for item in index.coverage():
            if item.first is None or item.last is None:
                continue
            first, last = self._held.get(item.type_name, (item.first, item.last))
            self._held[item.type_name] = (min(first, item.first), max(last, item.last))

    def plan(self, question: str, today: date) -> Plan | Refusal:
        """The plan for a question asked on this day, or why there is none."""
        if len(question) > LONGEST_QUESTION:
            return clarify("That is very long. Ask one thing at a time, please.")
        reading = read(question, self._lexicon, today)
        if reading.refusal is not None:
            return reading.refusal
        if reading.left:
            return _not_understood(reading)
        kind = "listen" if _is_listening(reading) else "transaction"
        outside = self._outside(reading, kind, today)
        if outside is not None:
            return outside
        return self._decide(reading, kind, today)

    def _decide(self, reading: Reading, kind: str, today: date) -> Plan | Refusal:
        facts = Facts(today, self._held.get(kind), self._accounts)
        try:
            case = Case(reading, self._lexicon, facts)
            plan = apply_rules(LISTENING_RULES if kind == "listen" else MONEY_RULES, case)
        except Unclear as unclear:
            return unclear.refusal
        if isinstance(plan, Plan) and not _uses_all(plan, reading):
            return clarify("I cannot use every part of that question. Can you ask it more simply?")
        return plan or clarify(
            "What should I work out?",
            "how much I spent",
            "how many purchases I made",
            "how long I listened",
        )

    def _outside(self, reading: Reading, kind: str, today: date) -> Refusal | None:
        """Declined where a period lies wholly in the future or outside the records."""
        held = self._held.get(kind)
        what = "listening" if kind == "listen" else "transactions"
        if held is None:
            return Refusal(status="declined", text=f"No {what} are held yet.")
        for first, last in reading.periods:
            if first > today:
                return Refusal(status="declined", text="That lies in the future; I answer from records that exist.")
            if last < held[0] or first > held[1] + FRESH:
                return Refusal(
                    status="declined",
                    text=f"Your records of {what} run from {held[0]:%-d %B %Y} to {held[1]:%-d %B %Y}.",
                )
        return None


def _uses_all(plan: Plan, reading: Reading) -> bool:
    """Whether the plan uses what rules do not see as roles: a number of rows, and conditions row by row."""
    if reading.top is not None and plan.operation not in {"ranking", "list"}:
        return False
    spent_at_limit = re.search(r"SPEND A\d", reading.text) and not reading.roles & {"PURCHASES", "PURCHASE"}
    if spent_at_limit and plan.operation != "exceeds":
        return False
    narrowed = [step for step in plan.steps if step.foreign or step.text is not None]
    by_group = plan.operation in {"ranking", "leader", "peak", "series"}
    return not narrowed or not (by_group or any(step.spec.measures[0] not in NARROWED for step in narrowed))


def _is_listening(reading: Reading) -> bool:
    kinds = {name.kind for names in reading.names for name in names}
    if any(not {"merchant", "person"} & {name.kind for name in names} for names in reading.names):
        return True
    heard = {"PLAY", "LISTEN", "MUSIC", "SKIP", "PODCAST", "PODCASTS", "SONG", "SONGS", "ARTIST", "ARTISTS", "ALBUM"}
    sounds = bool(reading.roles & (heard | {"ALBUMS", "EPISODES", "LISTENTIME"}))
    return sounds and not kinds & {"person"}


def _not_understood(reading: Reading) -> Refusal:
    """A name that the records do not hold is declined; any other word is asked back."""
    word = reading.left[0]
    run = " ".join(reading.left)
    named = re.search(rf"\b(?:{BEFORE_NAMES}) (?:the |my |a |some )?{re.escape(word)}\b", reading.text)
    if named:
        return Refusal(status="declined", text=f'"{run}" appears nowhere in your records.')
    return clarify(f'I did not understand "{run}". Can you put it another way?')
