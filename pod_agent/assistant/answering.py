"""ask: one question in words, one answer from the records, with the records behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from pod_agent.assistant.agreement import UNKNOWN, AgreedPlanner, Readers
from pod_agent.assistant.beside import NOTHING, Beside
from pod_agent.assistant.classifier.reader import ClassifierReader, classifier
from pod_agent.assistant.conversation import Talk, in_conversation
from pod_agent.assistant.executor import execute
from pod_agent.assistant.plan import Plan, Planner, Refusal
from pod_agent.assistant.respelling import Respelling
from pod_agent.assistant.rules.lexicon import Lexicon, lexicon_of
from pod_agent.assistant.rules.planner import RulePlanner, planner_of
from pod_agent.assistant.telling import Telling
from pod_agent.assistant.weighing import Weighing
from pod_agent.assistant.wording import say_refusal
from pod_agent.embedding import embedder
from pod_agent.index.local import LocalIndex
from vocab.answer import Answer

if TYPE_CHECKING:
    from pod_agent.assistant.language_models.model import LanguageModel

__all__ = ["ask", "plan_of", "rules_of"]

ENGLISH_ONLY: Final = Refusal(
    status="clarify",
    text="I read questions in English. With a language model of your own also in others: pod-agent model --help.",
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What reads the questions of one index, as of one version of it."""

    version: tuple[int, int]
    rules: RulePlanner
    lexicon: Lexicon
    second: ClassifierReader | None


def ask(
    index: LocalIndex,
    question: str,
    today: date,
    *,
    after: Sequence[str] = (),
    planner: Planner | None = None,
    beside: Beside = NOTHING,
    model: LanguageModel | None = None,
) -> Answer:
    """Answer a question about the person's records as of ``today``.

    What is not understood to the last word is asked back (``clarify``); what the records cannot tell is
    ``declined``. ``after`` are the questions of the conversation so far, oldest first: this one may be a follow-up.
    Without a planner the rules and the classifier plan, and a language model where one is given. ``beside`` opens what
    is no record: budgets and offers.
    """
    plan = plan_of(index, question, today, after=after, planner=planner, model=model)
    if isinstance(plan, Refusal):
        plan = _in_english(plan)
        return Answer(
            status=plan.status,
            text=say_refusal(plan),
            query={"refusal": plan.text, "choices": list(plan.choices)},
        )
    return execute(index, plan, beside)


def _in_english(refusal: Refusal) -> Refusal:
    """A question back in place of "unknown name" where the name is a sentence in another language."""
    from pod_agent.assistant.with_model import is_foreign  # noqa: PLC0415 - only where nothing is answered

    name = UNKNOWN.search(refusal.text)
    return ENGLISH_ONLY if name is not None and is_foreign(name[1]) else refusal


def plan_of(
    index: LocalIndex,
    question: str,
    today: date,
    *,
    after: Sequence[str] = (),
    planner: Planner | None = None,
    model: LanguageModel | None = None,
) -> Plan | Refusal:
    """How the question is computed, or why it is not; see ``ask``."""
    kept = _kept(index)
    agreed: Planner = planner or AgreedPlanner(Readers(kept.rules, kept.second))
    plain = Telling(Weighing(agreed), kept.lexicon)
    first = plain
    if model is not None:
        from pod_agent.assistant.with_model import with_model  # noqa: PLC0415 - most have no model

        asking = with_model(agreed, kept.rules, kept.lexicon, kept.second, model)
        first = Telling(Weighing(asking), kept.lexicon)
    chosen = Respelling(first, kept.lexicon, again=plain)
    if not after:
        return chosen.plan(question, today)
    return in_conversation(question, today, after, Talk(chosen, kept.rules, kept.lexicon))


def rules_of(index: LocalIndex) -> RulePlanner:
    """The planner by rules alone, for what is compared with it."""
    return _kept(index).rules


_READERS: WeakKeyDictionary[LocalIndex, _Kept] = WeakKeyDictionary()
_LOCK = Lock()


def _kept(index: LocalIndex) -> _Kept:
    """The readers of an index; they learn its names anew only after a change."""
    version = index.version()
    with _LOCK:
        known = _READERS.get(index)
        if known is None or known.version != version:
            rules, lexicon = planner_of(index), lexicon_of(index)
            maker = embedder()
            second = known.second.over(lexicon) if known and known.second else classifier(lexicon, maker)
            known = _Kept(version, rules, lexicon, second)
            _READERS[index] = known
        return known
