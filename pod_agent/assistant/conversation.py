"""Conversation: which of the questions before it a question is read after, and whether it needs them at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from pod_agent.assistant.following import ROWS, UNCLEAR, follow
from pod_agent.assistant.plan import Plan, Planner, Refusal, Step
from pod_agent.assistant.rules.case import clarify
from pod_agent.assistant.rules.lexicon import Lexicon
from pod_agent.assistant.rules.reading import plain
from pod_agent.assistant.weighing import weighed

__all__ = ["MOST_EARLIER", "Talk", "in_conversation"]

MOST_EARLIER: Final = 40
"""Follow-ups in a row that are looked back at."""
FEW: Final = 4
"""Words of a question that is hardly one of its own."""
FIGURES: Final = frozenset(
    "value mean ranking leader peak series list extreme occasion difference share exceeds any".split()
)
OF_ITS_OWN: Final = re.compile(
    r"^(?:how (?:much|many|often|long|far)|what|which|when|where|did|do|have|was)\b.*\bi\b.*\b(?:at|on|from|in|for|of"
    r"|to)\b"
)
"""Questions that say by themselves what is asked, and of what: a name may be unclear, but nothing refers back."""
ASKING: Final = re.compile(r"how (?:much|many|often|long|far)|which|when|where|who|did\b")
"""How a question of its own begins: where it fits nothing before it, what is unclear in it is asked."""
BACK: Final = re.compile(r"\b(?:there|then|that|it|them|those|these|instead|same|ones?)\b")
TOO_LONG: Final = clarify("These are too many follow-up questions in a row. Please ask the whole question.")


@dataclass(frozen=True, slots=True)
class Talk:
    """Who plans the questions of a conversation: ``planner`` all of them, ``rules`` tell which stand alone."""

    planner: Planner
    rules: Planner
    lexicon: Lexicon


def in_conversation(question: str, today: date, earlier: Sequence[str], talk: Talk) -> Plan | Refusal:
    """The plan of the last question of a conversation; ``earlier`` are the questions before it, oldest first."""
    if _asks_by_itself(plain(question)) or _is_whole(question, today, talk):
        return talk.planner.plan(question, today)
    chain = _since_the_last_whole(earlier, today, talk)
    if len(chain) > MOST_EARLIER + 1:
        return TOO_LONG
    before: Plan | None = None
    for asked in chain:
        found = _one(asked, today, before, talk)
        before = found if isinstance(found, Plan) else before
    return _one(question, today, before, talk)


def _asks_by_itself(text: str) -> bool:
    return OF_ITS_OWN.match(text) is not None and BACK.search(text) is None


def _says_what_it_asks(text: str) -> bool:
    return len(text.split()) > FEW and ASKING.match(text) is not None and BACK.search(text) is None


def _since_the_last_whole(earlier: Sequence[str], today: date, talk: Talk) -> Sequence[str]:
    """The last question that stands alone and those after it: what came before it no longer matters."""
    looked_at = range(len(earlier) - 1, max(len(earlier) - MOST_EARLIER - 2, -1), -1)
    return earlier[next((place for place in looked_at if _is_whole(earlier[place], today, talk)), 0) :]


def _is_whole(question: str, today: date, talk: Talk) -> bool:
    """Whether a question is planned the same whatever came before it."""
    text = plain(question)
    if ROWS.match(text):
        return False
    alone = talk.rules.plan(question, today)
    if not isinstance(alone, Plan):
        return False
    return len(text.split()) > FEW or any(map(_narrowed, alone.steps)) or alone.operation not in FIGURES


def _one(question: str, today: date, before: Plan | None, talk: Talk) -> Plan | Refusal:
    text = plain(question)
    if _asks_by_itself(text):
        return talk.planner.plan(question, today)
    refers_back = before is not None and ROWS.match(text)
    alone = None if refers_back else talk.rules.plan(question, today)
    if before is None or (isinstance(alone, Plan) and not _leans_back(question, alone, before)):
        return talk.planner.plan(question, today)
    if isinstance(alone, Plan):
        return UNCLEAR
    found = follow(question, today, replace(before, read_as=""), talk.lexicon)
    if found is not None and not (found is UNCLEAR and _says_what_it_asks(text)):
        return weighed(question, found, today, talk.planner)
    alone = talk.planner.plan(question, today)
    if found is UNCLEAR:
        return alone if isinstance(alone, Refusal) and alone.choices else UNCLEAR
    return UNCLEAR if isinstance(alone, Plan) and _leans_back(question, alone, before) else alone


def _leans_back(question: str, alone: Plan, before: Plan) -> bool:
    """Whether a few words that name nothing follow a question that did: "how many times?" is of that."""
    words = plain(question).split()
    if len(words) > FEW or "i" in words or alone.operation not in FIGURES or before.operation not in FIGURES:
        return False
    return not any(map(_narrowed, alone.steps)) and any(map(_narrowed, before.steps))


def _narrowed(step: Step) -> bool:
    return bool(step.spec.filters or step.spec.period or step.text or step.foreign)
