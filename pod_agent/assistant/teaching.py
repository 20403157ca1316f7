"""Teaching: what the person says that their questions mean, kept in their pod and used at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pod_agent.assistant.examples import Examples, Learnt
from pod_agent.assistant.learnt_words import learn_words
from pod_agent.assistant.plan import Plan
from pod_agent.assistant.rules.lexicon import Lexicon, lexicon_of
from pod_agent.assistant.rules.planner import RulePlanner, planner_of
from pod_agent.assistant.rules.text import canonical
from pod_agent.embedding import embedder
from pod_agent.errors import UsageError
from pod_agent.ingest.examples import Example, enter_example, forget_examples, read_examples

if TYPE_CHECKING:
    from pod_agent.assistant.budget_desk import KeptPod
    from pod_agent.embedding import Embedder
    from pod_agent.index.local import LocalIndex
    from vocab.answer import Answer

__all__ = ["Teaching"]


class Teaching:
    """The examples of one person; ``now`` is the clock of this machine.

    Names are learnt anew after a change of the index, examples are read from what this machine knows of the pod.
    """

    def __init__(
        self, kept: KeptPod, index: Callable[[], LocalIndex], now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._kept = kept
        self._index = index
        self._now = now
        self._names: tuple[object, Lexicon, RulePlanner] | None = None
        self._maker: Embedder | None = None
        self._taken_apart: tuple[tuple[object, ...], Examples] | None = None

    def examples(self, today: date) -> Examples:
        """What was taught, taken apart as of this day; made once for each day and change."""
        held, (version, lexicon, _) = read_examples(self._kept.known), self._names_held()
        key = (held, version, today)
        if self._taken_apart is None or self._taken_apart[0] != key:
            self._taken_apart = key, Examples(held, lexicon, today)
        return self._taken_apart[1]

    def reading(self, question: str, today: date) -> Learnt | None:
        """What the question means by an example, where the rules make a plan of that; None where none helps.

        An example of other wording never stands against the rules: what they plan by themselves stays as they plan it.
        """
        if not read_examples(self._kept.known):
            return None
        found, (_, _, planner) = self.examples(today).learnt(question), self._names_held()
        if found is None or (found.how == "words" and isinstance(planner.plan(question, today), Plan)):
            return None
        understood = isinstance(planner.plan(found.question, today), Plan)
        return found if understood and not self.refuses(question, found.question, today) else None

    def refuses(self, question: str, text: str, today: date) -> bool:
        """Whether the person said that the question does not mean this plain text, or another that plans like it."""
        refused = self.examples(today).refused(question) if read_examples(self._kept.known) else frozenset()
        if not refused:
            return False
        _, _, planner = self._names_held()
        plan = planner.plan(text, today)
        return any(planner.plan(each, today) == plan for each in refused)

    def near(self, question: str, today: date, maker: Embedder | None) -> tuple[str, ...]:
        """Plain questions that one of nearly its wording was said to mean, as far as they can be answered."""
        if not read_examples(self._kept.known):
            return ()
        _, _, planner = self._names_held()
        found = self.examples(today).near(question, maker)
        return tuple(
            text
            for text in found
            if isinstance(planner.plan(text, today), Plan) and not self.refuses(question, text, today)
        )

    def told(self, answer: Answer, question: str, learnt: Learnt | None, today: date) -> Answer:
        """The answer with the example it rests on; one that asks back, with what others like it meant."""
        if learnt is not None:
            told = {"read_as": learnt.question, "example": learnt.example.identifier, "how": learnt.how}
            return replace(answer, query={**answer.query, "learnt": told})
        if answer.status != "clarify" or not read_examples(self._kept.known):
            return answer
        if self._maker is None:
            self._maker = embedder()
        near = self.near(question, today, self._maker)
        choices = [*near, *(each for each in answer.query.get("choices", ()) if each not in near)]
        return replace(answer, query={**answer.query, "choices": choices}) if near else answer

    def correct(self, question: str, meant: str, today: date) -> Example:
        """Keep that a question means another one: a correction, or the choice that was picked of those offered.

        UsageError where what is meant is not understood itself, cannot be answered, or is the same.
        """
        question, meant = canonical(question), canonical(meant)
        if question == meant:
            raise UsageError("that is the question itself", hint="Say what you meant by it in other, plain words.")
        _, lexicon, planner = self._names_held()
        outcome = planner.plan(meant, today)
        if not isinstance(outcome, Plan):
            raise UsageError(f"what you meant is not understood either: {outcome.text}", hint="Put it more plainly.")
        words = learn_words(planner, lexicon, question, meant, today)
        return self._enter(question, meant, wanted=True, words=tuple(sorted(words.items())))

    def confirm(self, question: str, meant: str, today: date, *, yes: bool) -> Example:
        """Keep the answer to "Is this what you meant?": with no, this reading is not taken for this question again."""
        if yes:
            return self.correct(question, meant, today)
        return self._enter(canonical(question), canonical(meant), wanted=False)

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every question and what is meant by it, oldest first: what a model may be tuned on."""
        return tuple((each.question, each.meant) for each in read_examples(self._kept.known) if each.wanted)

    def is_same(self, text: str, meant: str, today: date) -> bool:
        """Whether the rules plan both texts, and alike."""
        _, _, planner = self._names_held()
        plan = planner.plan(text, today)
        return isinstance(plan, Plan) and plan == planner.plan(meant, today)

    def list(self) -> list[dict[str, Any]]:
        """Every example, the newest first, in the form that outside programs read."""
        return [_told(each) for each in reversed(read_examples(self._kept.known))]

    def forget(self, identifier: str) -> dict[str, Any]:
        """Take an example back by its id, or the beginning of it that fits no other; UsageError where there is none."""
        fits = [
            each for each in read_examples(self._kept.known) if identifier and each.identifier.startswith(identifier)
        ]
        if len(fits) != 1:
            told = "several examples begin" if fits else "no example begins"
            raise UsageError(f"{told} with {identifier!r}", hint="pod-agent ask --examples lists every one.")
        forget_examples(self._kept.pod, lambda each: each == fits[0])
        return _told(fits[0])

    def forget_all(self) -> int:
        """Take back every example; how many there were."""
        return len(forget_examples(self._kept.pod, lambda _: True))

    def _enter(self, question: str, meant: str, *, wanted: bool, words: tuple[tuple[str, str], ...] = ()) -> Example:
        new = Example(question=question, meant=meant, at=self._moment(question), wanted=wanted, words=words)
        enter_example(self._kept.pod, new)
        return new

    def _moment(self, question: str) -> datetime:
        """Now, or just after what was said of the question before by a clock that is ahead."""
        now = self._now().astimezone(UTC)
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        held = read_examples(self._kept.known)
        return max([now, *(each.at + timedelta(milliseconds=1) for each in held if each.question == question)])

    def _names_held(self) -> tuple[object, Lexicon, RulePlanner]:
        index = self._index()
        key = id(index), index.version()
        if self._names is None or self._names[0] != key:
            self._names = key, lexicon_of(index), planner_of(index)
        return self._names


def _told(each: Example) -> dict[str, Any]:
    return {
        "id": each.identifier,
        "question": each.question,
        "meant": each.meant,
        "wanted": each.wanted,
        "words": dict(each.words),
        "at": each.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
