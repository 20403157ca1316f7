"""RulePlanner: plans by a grammar of dates, amounts, names and roles."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pod_agent.assistant.plan import FUTURE, Period, Plan, Refusal, Step
from pod_agent.assistant.rules.apart import asked_apart
from pod_agent.assistant.rules.case import Case, Facts, Unclear, apply_rules, clarify
from pod_agent.assistant.rules.clauses import core
from pod_agent.assistant.rules.common_names import proper_words
from pod_agent.assistant.rules.harmless import is_english
from pod_agent.assistant.rules.held import RULES, accounts_of, held_by_kind, kind_family, kind_of
from pod_agent.assistant.rules.lexicon import Lexicon, lexicon_of
from pod_agent.assistant.rules.reading import Reading, plain, read
from pod_agent.assistant.rules.text import canonical
from pod_agent.assistant.rules.topics import PAID, TOPICS, About, Topic, topics_of
from pod_agent.index.local import LocalIndex
from pod_agent.index.remembering import entities_of, remembered

__all__ = ["RulePlanner", "planner_of"]

LONGEST_QUESTION = 500
NARROWED = frozenset(
    {"spend", "purchases", "average_purchase", "transactions", "transfers_out", "transfers_in", "distinct"}
)
"""Measures that can be worked out row by row."""
BY_HAND = frozenset({"month", "merchant", "category"})
"""Groups that such rows can be put in."""
BEFORE_NAMES = (
    "at|on|from|by|to|with|PLAY|LISTEN|THAN|COMPARE|BUY|SENT|RECEIVED|AND|PACKS|PRICE|WATCH"
    "|SUBSCRIBED|SPEND for|HOWMUCH for"
)
"""What stands before a name: a word there that is none of the records' names is one that they do not hold."""
SAID = frozenset("id ill ive im youd youre theyre whats hows cos cuz gonna wanna lah leh".split())
"""Written without an apostrophe, or in the way of talk: no names."""
NO_NAMES = frozenset(
    (
        "first second third fourth last same other previous twice again longest litres litre grams gram kilos kg ml"
        " yearly both"
    ).split()
)
"""Words that stand where names do and are none."""
GOODS = frozenset(
    (
        "PRODUCTS PRODUCT ORDERS ORDER ORDERVALUE SECTION SECTIONS SHOPS SHOP PACKS CANCELLED REFUNDED DELIVERED PLACED"
    ).split()
)
"""What makes a question one about orders where it names no shop and no product."""
SHORTEST_NAME = 5
"""Letters of words that are declined as an unknown name."""
SHORTEST_NAME = 6
"""Letters from which on a name may hold a word of a topic."""
DASH = re.compile(r"(?<=\w)\s+[-\u2013\u2212]\s+(?=\w)")
MINUEND = re.compile(
    r"(?:TOTAL |SPEND |all |the |my |on |at |for |in |of |[ECND]\d+ |P\d+ )*(?:[ECN]\d+|SPEND|P\d+|TOTAL)"
)
"""What may be lessened: what was spent, on what, when, and nothing that asks."""
FRESH = timedelta(days=7)
"""Records that end this shortly before a period still count as covering it."""


class RulePlanner:
    """Plans by a grammar of dates, names and roles; a word that was not understood blocks the answer."""

    def __init__(self, index: LocalIndex) -> None:
        self._lexicon: Lexicon = lexicon_of(index)
        self._accounts = accounts_of(index)
        self._held = held_by_kind(index)
        self._shops = tuple(f" {canonical(shop)} " for shop in entities_of(index).shops)

    def plan(self, question: str, today: date) -> Plan | Refusal:
        """The plan for a question asked on this day, or why there is none.

        Where the likeliest topic leaves a word unused, the next one may make a plan of all of them.
        """
        if len(question) > LONGEST_QUESTION:
            return clarify("That is very long. Ask one thing at a time, please.")
        if HELP.fullmatch(canonical(question)):
            return HELPED
        sign = self._minus(question, today)
        if sign is not None:
            return sign
        found = self._planned(question, today)
        asking = None if isinstance(found, Plan) else core(question, self._lexicon, today)
        if asking is None:
            return found
        again = self._planned(asking, today)
        return again if isinstance(again, Plan) or again.status == "declined" else found

    def _minus(self, question: str, today: date) -> Refusal | None:
        """The question back where a dash may be a minus sign: "groceries - FairPrice" names two things and no verb."""
        cut = DASH.search(question)
        if cut is None:
            return None
        left, right = (
            read(plain(part), self._lexicon, today) for part in (question[: cut.start()], question[cut.end() :])
        )
        if not MINUEND.fullmatch(left.text) or not re.match(r"(?:the |my )?[ECN]\d", right.text):
            return None
        ways = tuple(DASH.sub(word, question, count=1) for word in (" without ", " at " if right.names else " and "))
        return clarify("Is that dash a minus sign?", *ways)

    def _planned(self, question: str, today: date) -> Plan | Refusal:
        text, proper = plain(question), proper_words(question)
        apart = asked_apart(text, self._lexicon, self._held, today)
        if apart is not None:
            return apart
        found = self._best(text, today, proper)
        if found.left and self._topics(found.question) != self._topics(text):
            found = self._best(found.question, today, proper)
        return found.outcome

    def _topics(self, text: str) -> tuple[Topic, ...]:
        """The topics of a text, in which names of several words say nothing: Green Basket is no order."""
        for name in self._lexicon.within(text, shortest=SHORTEST_NAME):
            if " " in name and any(each.kind == "merchant" for each in self._lexicon.names[name]):
                text = f" {text} ".replace(f" {name} ", " E ").strip()
        topics = topics_of(text)
        return ("video", *topics) if topics[0] == "" and self._is_watched(text) else topics

    def _is_watched(self, text: str) -> bool:
        """Whether the only thing named is a channel of several words: then a video is meant, if no money is."""
        names = [name for name in self._lexicon.within(text, shortest=SHORTEST_NAME) if " " in name]
        kinds = {each.kind for name in names for each in self._lexicon.names[name]}
        return kinds == {"channel"} and re.search(PAID, text) is None

    def _best(self, text: str, today: date, proper: frozenset[str]) -> Attempt:
        """The first attempt that ends in a plan, else the one that tells most."""
        first: Attempt | None = None
        for topic in self._topics(text):
            found = self._attempt(text, topic, today, proper)
            if isinstance(found.outcome, Plan) or (found.final and first is None):
                return found
            if first is None or found.tells_more_than(first):
                first = found
        return first or Attempt(NOTHING)

    def _attempt(self, text: str, topic: Topic, today: date, proper: frozenset[str]) -> Attempt:
        """The plan within a topic, or why there is none."""
        reading = read(text, self._lexicon, today, topic)
        if reading.refusal is not None:
            return Attempt(reading.refusal, final=True)
        if reading.left and kind_of(reading) in self._held:
            unknown = _not_understood(reading, proper)
            if (
                unknown.status == "clarify"
                and _may_be_a_name(reading)
                and isinstance(self._ruled(reading, today), Plan)
            ):
                unknown = Refusal(status="declined", text=f'"{" ".join(reading.left)}" {UNKNOWN}.')
            return Attempt(unknown, left=tuple(reading.left), question=reading.question)
        kind = kind_of(reading)
        outside = self._outside(reading, kind, today)
        if outside is not None:
            return Attempt(outside, final=True)
        shop_named = topic == "" and bool(reading.parts) and any(shop in f" {text} " for shop in self._shops)
        plan = self._ruled(reading, today)
        if isinstance(plan, Unclear):
            return Attempt(plan.refusal, final=not shop_named)
        if isinstance(plan, Plan):
            plan = _until(plan, today, self._held.get(kind))
        if isinstance(plan, Plan) and not _uses_all(plan, reading):
            return Attempt(clarify("I cannot use every part of that question. Can you ask it more simply?"))
        return Attempt(plan or NOTHING)

    def _ruled(self, reading: Reading, today: date) -> Plan | Refusal | Unclear | None:
        """What the rules make of a reading."""
        kind = kind_of(reading)
        facts = Facts(today, self._held.get(kind), self._accounts)
        try:
            return apply_rules(RULES[kind_family(kind)], Case(reading, self._lexicon, facts))
        except Unclear as unclear:
            return unclear

    def _outside(self, reading: Reading, kind: str, today: date) -> Refusal | None:
        """Declined where a period lies wholly in the future or outside the records."""
        held = self._held.get(kind)
        about = TOPICS.get(kind) or About(kind.replace("_", " ").removesuffix(" minutes"), TOPICS["health"].export)
        if held is None:
            return Refusal(
                status="declined",
                text=f"No records of {about.what} are held. To ask about that, import {about.export}.",
            )
        if kind == "transaction" and reading.hours:
            return Refusal(status="declined", text="Records of your bank hold no times of the day.")
        if held[0] > today:
            return Refusal(
                status="declined", text=f"Your records of {about.what} begin on {held[0]:%-d %B %Y}, after that day."
            )
        for first, last in reading.periods:
            if first > today:
                return Refusal(status="declined", text=FUTURE)
            if last < held[0] or first > held[1] + FRESH:
                return Refusal(
                    status="declined",
                    text=f"Your records of {about.what} run from {held[0]:%-d %B %Y} to {held[1]:%-d %B %Y}.",
                )
        return None


def planner_of(index: LocalIndex) -> RulePlanner:
    """The planner of an index, shared by all who plan questions; made anew after a change."""
    return remembered(index, RulePlanner)


def _until(plan: Plan, today: date, held: Period | None) -> Plan:
    """The plan over records up to today only: no period goes past it."""
    if held is None or held[1] <= today or held[0] > today:
        return plan
    steps = (
        replace(step, spec=replace(step.spec, period=(held[0], today))) if step.spec.period is None else step
        for step in plan.steps
    )
    return replace(plan, steps=tuple(steps))


HELP = re.compile(
    r"(?:please )?(?:help(?: me)?|(?:show |list )?examples?|what (?:can|could|may|should) (?:i"
    r"|we) (?:ask|say|type)(?: you| here)?"
    r"|(?:what|which) questions? (?:can|could|may) (?:i|we) ask(?: you)?|what (?:can|could"
    r"|do) you (?:do|answer|know|tell me)"
    r"|how (?:does|do) (?:this|it|you) work|how (?:can|do) (?:i|we) use (?:this|it|you)|what is this)(?: please)?"
)
HELPED = Refusal(
    status="declined",
    text="I work out answers from your own records: money, listening, videos, health and orders.",
    choices=(
        "How much did I spend on groceries last month?",
        "Which five shops did I spend the most at this year?",
        "How many steps did I walk per day in October?",
    ),
)
NOTHING = clarify("What should I work out?", "how much I spent", "how many purchases I made", "how long I listened")
UNKNOWN = "appears nowhere in your records"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one topic makes of a question; ``left`` are the words it did not understand.

    ``question`` is the text with misspelt words put right.
    """

    outcome: Plan | Refusal
    final: bool = False
    left: tuple[str, ...] = ()
    question: str = ""

    def tells_more_than(self, other: Attempt) -> bool:
        """Whether it understood all words, or names what the records do not hold, where the other only asks back."""
        if other.left and not self.left:
            return not self.final or (isinstance(self.outcome, Refusal) and bool(self.outcome.choices))
        refused = isinstance(self.outcome, Refusal) and self.outcome.status == "declined"
        return refused and bool(self.left) and set(self.left) <= set(other.left)


def _uses_all(plan: Plan, reading: Reading) -> bool:
    """Whether the plan uses what rules do not see as roles: a number of rows, and conditions row by row."""
    if reading.top is not None and plan.operation not in {"ranking", "list", "orders", "subscriptions"}:
        return False
    spent_at_limit = re.search(r"SPEND A\d", reading.text) and not reading.roles & {"PURCHASES", "PURCHASE", "TIMES"}
    if spent_at_limit and plan.operation != "exceeds":
        return False
    if reading.topic == "shops" and not reading.names and not reading.roles & GOODS:
        return False
    if reading.left_out and not all(_leaves_out(step, reading) for step in plan.steps):
        return False
    if reading.bounds and plan.limit is None and not any(step.bound for step in plan.steps):
        return False
    narrowed = [step for step in plan.steps if step.foreign or step.text is not None]
    by_group = plan.operation in {"ranking", "leader", "peak", "series"}
    by_group = by_group and not all(BY_HAND.issuperset(step.spec.dimensions) and not step.text for step in narrowed)
    return not narrowed or not (by_group or any(step.spec.measures[0] not in NARROWED for step in narrowed))


def _leaves_out(step: Step, reading: Reading) -> bool:
    return all(item in step.spec.filters for item in reading.left_out)


def _may_be_a_name(reading: Reading) -> bool:
    """Whether the words that were not understood stand in one run and are not all words of English."""
    run = " ".join(reading.left)
    together = f" {run} " in f" {reading.text} "
    return (
        together
        and not re.search(r"\d", run)
        and reading.topic != "health"
        and len(run) >= SHORTEST_NAME
        and not all(map(is_english, reading.left))
    )


def _not_understood(reading: Reading, proper: frozenset[str]) -> Refusal:
    """A name that the records do not hold is declined; any other word is asked back."""
    word = reading.left[0]
    if word in NO_NAMES:
        return clarify(f'I did not understand "{word}". Can you put it another way?')
    run = " ".join(reading.left)
    named = re.search(rf"\b(?:{BEFORE_NAMES}) (?:the |my |a |some )?{re.escape(word)}\b", reading.text)
    counted = re.search(rf"HOWMANY (?:PACKS )?{re.escape(run)}\b", reading.text) and "BUY" in reading.roles
    names = [each for each in reading.left if each in proper]
    if not names and not all(is_english(each) or each in SAID or not each.isalpha() for each in reading.left):
        names = list(reading.left)
    if names and reading.topic != "health":
        return Refusal(status="declined", text=f'"{" ".join(names)}" {UNKNOWN}.')
    if (named or counted) and reading.topic != "health":
        return Refusal(status="declined", text=f'"{run}" {UNKNOWN}.')
    return clarify(f'I did not understand "{run}". Can you put it another way?')
