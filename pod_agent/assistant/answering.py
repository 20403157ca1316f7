"""ask: one question in words, one answer from the records, with the records behind it."""

from __future__ import annotations

from datetime import date
from threading import Lock
from weakref import WeakKeyDictionary

from pod_agent.assistant.beside import NOTHING, Beside
from pod_agent.assistant.executor import execute
from pod_agent.assistant.plan import Planner, Refusal
from pod_agent.assistant.rules.planner import RulePlanner
from pod_agent.assistant.wording import say_refusal
from pod_agent.index.local import LocalIndex
from vocab.answer import Answer

__all__ = ["ask"]


def ask(
    index: LocalIndex, question: str, today: date, *, planner: Planner | None = None, beside: Beside = NOTHING
) -> Answer:
    """Answer a question about the person's records as of ``today``.

    What is not understood to the last word is asked back (``clarify``); what the records cannot tell is
    ``declined``. Without a planner the rules plan. ``beside`` opens what is no record: budgets and offers.
    """
    plan = (planner or _rules(index)).plan(question, today)
    if isinstance(plan, Refusal):
        return Answer(
            status=plan.status,
            text=say_refusal(plan),
            query={"refusal": plan.text, "choices": list(plan.choices)},
        )
    return execute(index, plan, beside)


_PLANNERS: WeakKeyDictionary[LocalIndex, tuple[tuple[int, int], RulePlanner]] = WeakKeyDictionary()
_LOCK = Lock()


def _rules(index: LocalIndex) -> RulePlanner:
    """The planner by rules; it learns the names in the index anew only after a change."""
    version = index.version()
    with _LOCK:
        known = _PLANNERS.get(index)
        if known is None or known[0] != version:
            known = (version, RulePlanner(index))
            _PLANNERS[index] = known
        return known[1]
