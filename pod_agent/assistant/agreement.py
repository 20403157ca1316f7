"""Agreement: one plan from several readers of a question, or a question back.

The rules read first. What they decline, and what they ask back because the question itself is open (which of two names,
which days), stands. A reading of the classifier may answer where the rules have none, if the guard lets it pass and the
classifier is sure enough, or where the rules read the same without words that change nothing (``trimming``); it may
hold back an answer of the rules that it reads as something else. Readings are never mixed: each becomes one canonical
question, and the rules plan it.
The bounds below were chosen on questions by writers who had taught the heads nothing, see
``docs/decisions/0032-readings.md``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Protocol

from pod_agent.assistant.classifier.reader import Candidate
from pod_agent.assistant.guard import is_ordinary, unused
from pod_agent.assistant.plan import FUTURE, Plan, Planner, Refusal
from pod_agent.assistant.sketch import SketchError
from pod_agent.assistant.trimming import trimmed

__all__ = ["ANSWER_AT", "DECLINE_AT", "HOLD_AT", "SHOW_AT", "UNKNOWN", "AgreedPlanner", "Readers", "agree", "is_open"]

ANSWER_AT: Final = 0.60
"""Share from which on the classifier answers where the rules have no reading."""
HOLD_AT: Final = 0.85
"""Share from which on another reading of the classifier holds an answer of the rules back."""
ALIKE_AT: Final = 0.15
"""Share from which on a reading is answered that the rules make as well, of the question without its idle words."""
SHOW_AT: Final = 0.15
"""Share from which on a reading is offered as a choice."""
DECLINE_AT: Final = 0.60
"""Share from which on a question that the rules did not understand is declined."""

MOST_CHOICES: Final = 3

OPEN: Final = (
    "I read this as",
    "What should I work out",
    "I did not understand",
    "I cannot use every part",
    "What should I compare",
    "A change between",
    "A share of what",
    "Most of what",
    "Top what",
    "An average per what",
    "What should I show",
    "I see two measures",
)
"""Questions back that say that there is no sure reading; all others are about the question itself."""
UNKNOWN: Final = re.compile(r'"([^"]+)" appears nowhere in your records')
DROPPED: Final = re.compile(
    r"\d|^(?:not|no|non|never|without|except|excl|exclud|apart|aside|beside|minus|ignor|disregard|leav|omit|only|alone)"
)
"""What a choice must not leave out: the person would have said it for nothing."""
REASONS: Final = {
    "advice": "I compute what your records show; I give no advice and no opinions.",
    "future": FUTURE,
    "cause": "Your records do not say why something happened.",
    "action": "I only answer questions about your records; I cannot do anything for you from here.",
    "others": "Your records are about you; I hold no data of other people.",
    "not-held": "Data of that kind is not held.",
}


TOLD_APART = frozenset({"budgets", "offers", "small_purchases", "unusual"})
"""Operations that rules plan from words of their own; a classifier knows little of them, and is not asked."""


class CandidateReader(Protocol):
    """Reads a question as one of several things, the likeliest first."""

    @property
    def name(self) -> str:
        """What the reader is called."""

    def candidates(self, question: str, today: date, most: int = 3, least: float = 0.0) -> Sequence[Candidate]:
        """What the question may mean, of at least this share; the shares of all meanings add up to at most 1."""


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads questions; without a classifier the rules alone."""

    rules: Planner
    classifier: CandidateReader | None = None


@dataclass(frozen=True, slots=True)
class _Other:
    """A reading with its canonical question and its plan, and the word that speaks against answering it."""

    text: str
    plan: Plan
    share: float
    unused: str | None
    trimmed: str | None


class AgreedPlanner:
    """Plans what the readers agree on."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    def plan(self, question: str, today: date) -> Plan | Refusal:
        """The plan for a question asked on this day, or why there is none."""
        return agree(question, today, self._readers)


def agree(question: str, today: date, readers: Readers) -> Plan | Refusal:
    """The plan that the readers agree on; else a question back with what it may mean as choices."""
    said = readers.rules.plan(question, today)
    if readers.classifier is None or (isinstance(said, Refusal) and not (is_open(said) or UNKNOWN.search(said.text))):
        return said
    if isinstance(said, Plan) and (said.operation in TOLD_APART or (said.operation == "leader" and said.names)):
        return said  # no sketch asks whether one is the first of all
    if isinstance(said, Plan):
        sure = readers.classifier.candidates(question, today, 1, HOLD_AT)
        return _held_back(said, _others(question, sure, readers.rules, today))
    return _read_anew(question, today, said, readers.rules, readers.classifier)


def _read_anew(
    question: str, today: date, said: Refusal, rules: Planner, classifier: CandidateReader
) -> Plan | Refusal:
    """What the classifier makes of a question that the rules have no reading of."""
    found = list(classifier.candidates(question, today, MOST_CHOICES))
    others = _others(question, found, rules, today)
    if (alike := _alike(others, rules, today)) is not None:
        return alike
    if not is_open(said):
        return said
    best = others[0] if others and found and found[0].share == others[0].share else None
    if best is not None and best.unused is None and best.share >= ANSWER_AT:
        return replace(best.plan, read_as=best.text)
    top = found[0] if found else None
    if top is not None and top.declined in REASONS and top.share >= DECLINE_AT and not UNKNOWN.search(said.text):
        return Refusal(status="declined", text=REASONS[top.declined])
    shown = [each for each in others if each.share >= SHOW_AT and not _drops(each)]
    return _offered(said, shown)


def is_open(refusal: Refusal) -> bool:
    """Whether no sure reading was found, so that another reader may have one.

    An unknown name is never open; ordinary words that stood where names do are no name.
    """
    unknown = UNKNOWN.search(refusal.text)
    if unknown is not None:
        return all(is_ordinary(word) for word in unknown[1].split())
    return refusal.status == "clarify" and refusal.text.startswith(OPEN)


def _others(question: str, found: Sequence[Candidate], rules: Planner, today: date) -> list[_Other]:
    """The candidates that make a plan, the likeliest first."""
    out: list[_Other] = []
    for candidate in found:
        if candidate.sketch is None or candidate.reading is None:
            continue
        try:
            text = candidate.sketch.question()
        except SketchError:
            continue
        plan = rules.plan(text, today)
        if isinstance(plan, Plan):
            against = unused(question, candidate.sketch, candidate.reading)
            shorter = trimmed(question, candidate.sketch, candidate.reading)
            out.append(_Other(text, plan, candidate.share, against, shorter))
    return out


def _alike(others: Sequence[_Other], rules: Planner, today: date) -> Plan | None:
    """The plan that the rules make of the question without idle words, where the classifier means the same."""
    for other in others:
        if other.share >= ALIKE_AT and other.trimmed is not None:
            plan = rules.plan(other.trimmed, today)
            if isinstance(plan, Plan) and same(plan, other.plan):
                return replace(other.plan, read_as=other.text)
    return None


def _held_back(said: Plan, others: Sequence[_Other]) -> Plan | Refusal:
    """The rules' own plan, or the question back where the classifier surely reads something else."""
    if not others or others[0].share < HOLD_AT or others[0].unused is not None or same(said, others[0].plan):
        return said
    if _is_change(said, others[0].plan):
        return said
    return Refusal(status="clarify", text=f"I read this as: {others[0].text}", choices=(others[0].text,))


def _is_change(said: Plan, other: Plan) -> bool:
    """Whether the other sets the two ends of a period against each other, of which the rules tell the change."""
    measures = {step.spec.measures for step in (*said.steps, *other.steps)}
    return said.steps[0].fold == "change" and other.operation == "difference" and len(measures) == 1


def same(first: Plan, second: Plan) -> bool:
    """Whether two plans compute the same; what their steps are called does not matter."""
    return _bare(first) == _bare(second)


def _bare(plan: Plan) -> Plan:
    return replace(plan, steps=tuple(replace(step, name="") for step in plan.steps))


def _drops(other: _Other) -> bool:
    """Whether the reading leaves a number, a negation or a limit out: then it is not even offered."""
    return other.unused is not None and DROPPED.search(other.unused) is not None


def _offered(said: Refusal, shown: Sequence[_Other]) -> Refusal:
    if not shown:
        return said
    choices = dict.fromkeys([*(each.text for each in shown), *said.choices])
    return replace(said, text=f"I read this as: {shown[0].text}", choices=tuple(choices)[:MOST_CHOICES])
