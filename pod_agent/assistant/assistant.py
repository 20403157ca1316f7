"""Assistant: all that is done with questions in words, opened by ``Agent.assistant``.

Each method hands over to the module that does it. What a question may touch is the index and the person's own
settings; nothing that is reached from here acts on anybody's behalf.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from vocab.records import IRI

if TYPE_CHECKING:
    from threading import Event

    from consent.message_gate import MessageGate
    from pod_agent.assistant.beside import Beside
    from pod_agent.assistant.budget_desk import BudgetDesk, KeptPod
    from pod_agent.assistant.choosing import Choice
    from pod_agent.assistant.explaining import Explanation
    from pod_agent.assistant.history import History
    from pod_agent.assistant.language_models.model import LanguageModel
    from pod_agent.assistant.language_models.store import ModelStore
    from pod_agent.assistant.retrieval.desk import SearchDesk
    from pod_agent.assistant.retrieval.search import Hit
    from pod_agent.assistant.retrieval.sources import AnswerSources
    from pod_agent.assistant.teaching import Teaching
    from pod_agent.config import Settings
    from pod_agent.index.local import LocalIndex
    from pod_agent.offers.desk import OfferDesk
    from vocab.answer import Answer

__all__ = ["Assistant", "Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where questions are answered: the home, its index and its pod, and the day that is today there.

    ``relative`` and ``absolute`` translate the IRIs of records.
    """

    home: Path
    index: LocalIndex
    kept: KeptPod
    today: Callable[[], date]
    relative: Callable[[str], IRI]
    absolute: Callable[[Iterable[IRI]], tuple[IRI, ...]]


class Assistant:
    """Answers, and what goes with them, for one home; ``offers`` opens the desk of offers when it is first needed.

    ``gate`` opens the gate that a language model on another machine needs; without it none is asked.
    """

    def __init__(
        self,
        place: Place,
        settings: Settings,
        offers: Callable[[], OfferDesk],
        gate: Callable[[], MessageGate] | None = None,
    ) -> None:
        self.place = place
        self.settings = settings
        self.offers = offers
        self._gate = gate

    def ask(self, question: str, today: date | None = None, after: Sequence[str] = ()) -> Answer:
        """Answer a question in words, or say what is missing; citations are absolute IRIs.

        ``after`` are the questions of the conversation so far, oldest first: "and in May?" then has a meaning.
        """
        from pod_agent.assistant.answering import ask

        day = today or self.place.today()
        learnt = self.teaching.reading(question, day)
        meant = question if learnt is None else learnt.question
        index, beside, model = self.sources.index(), self.beside(), self.chosen_model()
        answer = self.sources.told(ask(index, meant, day, after=after, beside=beside, model=model))
        answer = self.teaching.told(answer, question, learnt, day)
        answer = self.with_found(answer, question, day)
        return replace(answer, citations=self.place.absolute(answer.citations))

    def choices(self, question: str, answer: Answer, *, after: Sequence[str] = ()) -> tuple[Choice, ...]:
        """The choices of a question back, each with the whole question; ``after`` as the question was asked."""
        from pod_agent.assistant.choosing import whole_choices

        return whole_choices(partial(self.ask, after=after), question, answer)

    def chosen_model(self) -> LanguageModel | None:
        """The language model that the person uses, None without one."""
        from pod_agent.assistant.language_models.chosen import chosen
        from pod_agent.assistant.language_models.remote import remote

        return chosen(self.place.home, remote=None if self._gate is None else remote(self._gate))

    def reworded(self, answer: Answer, stop: Event | None = None) -> Answer:
        """The answer in the words of the language model, if the person wants that and the words hold; else as it is."""
        from pod_agent.assistant.language_models.telling import reworded

        return reworded(self.place.home, answer, self.chosen_model, stop)

    @property
    def models(self) -> ModelStore:
        """The language models that the person added."""
        from pod_agent.assistant.language_models.store import ModelStore

        return ModelStore(self.place.home)

    def words_answers(self) -> bool:
        """Whether a language model is in use that may put answers into other words."""
        return self.chosen_model() is not None and self.models.words_answers

    def search(
        self,
        text: str,
        today: date | None = None,
        *,
        kind: str | None = None,
        limit: int = 3,
        advance: Callable[[int, int], None] | None = None,
    ) -> list[Hit]:
        """The few things in the records that fit a text best, with absolute IRIs; see ``SearchDesk.find``."""
        day = today or self.place.today()
        return self.searching.find(text, day, kind=kind, limit=limit, advance=advance)

    def with_found(self, answer: Answer, question: str, today: date) -> Answer:
        """The answer with what search finds, where a question asks to be reminded and no figure answers it."""
        from pod_agent.assistant.retrieval.recall import with_found

        return with_found(answer, question, lambda: self.searching.suggested(question, today))

    @cached_property
    def searching(self) -> SearchDesk:
        """Search over what the records are about."""
        from pod_agent.assistant.retrieval.desk import SearchDesk

        return SearchDesk(self.place.home, self.settings, self.sources, self.place.absolute)

    @staticmethod
    def safe_name(text: str) -> str:
        """A name from the records as answers write it: short, without what hides, marks up or leads elsewhere."""
        from pod_agent.assistant.safe_names import safe_name

        return safe_name(text)

    def explain(self, answer: Answer) -> Explanation:
        """How an answer was computed, in sentences and a table."""
        from pod_agent.assistant.explaining import explain

        return explain(answer.query)

    def beside(self) -> Beside:
        """What some answers need beside the index: budgets and offers, opened when a plan first needs them."""
        from pod_agent.assistant.beside import Beside

        return Beside(budgets=self.budgets.held, offers=self.offers, relative=self.place.relative)

    @property
    def budgets(self) -> BudgetDesk:
        """The person's budgets of spending."""
        from pod_agent.assistant.budget_desk import BudgetDesk

        place = self.place
        return BudgetDesk(kept=place.kept, index=place.index, today=place.today(), absolute=place.absolute)

    def correct(self, question: str, meant: str, today: date | None = None) -> None:
        """Keep that a question means another one; see ``Teaching.correct``."""
        self.teaching.correct(question, meant, today or self.place.today())

    @cached_property
    def teaching(self) -> Teaching:
        """What the person said that their questions mean: corrections, confirmations, and taking them back."""
        from pod_agent.assistant.teaching import Teaching

        return Teaching(self.place.kept, self.sources.index)

    @cached_property
    def sources(self) -> AnswerSources:
        """The sources of records that answers and search may use."""
        from pod_agent.assistant.retrieval.sources import AnswerSources

        return AnswerSources(self.place.index, self.place.kept)

    @property
    def history(self) -> History:
        """The questions that were asked on the pages, kept on this machine alone."""
        from pod_agent.assistant.history import History

        return History(self.place.home)

    def stands_alone(self, question: str, *, after: Sequence[str] = ()) -> bool:
        """Whether a question means the same without the ones before it; nothing is computed and no model is asked."""
        from pod_agent.assistant.answering import plan_of
        from pod_agent.assistant.plan import Plan

        day = self.place.today()
        if self.teaching.reading(question, day) is not None:
            return True
        index = self.sources.index()
        alone = plan_of(index, question, day)
        return isinstance(alone, Plan) and (not after or plan_of(index, question, day, after=after) == alone)

    def switch_sources(self, *, off: Iterable[str] = (), on: Iterable[str] = ()) -> frozenset[str]:
        """Switch sources off and on for answers and search; all that are off since."""
        switched = self.sources.switch(off=off, on=on)
        self.searching.forget()
        return switched

    def close(self) -> None:
        """End what was started for questions, such as a worker process of a language model."""
        if "searching" in vars(self):
            self.searching.close()
        if "sources" in vars(self):
            self.sources.close()
