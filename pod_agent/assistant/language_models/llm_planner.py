"""A question in any wording or language to a sketch of its meaning, by a language model.

The model sees the question, with names masked, and nothing of the records. What it says must fit the schema of
sketches; anything else, silence or an error counts as no reading. The rules resolve every day, amount and name in it.
It is asked only where the other readers have no reading, and it never answers alone.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from threading import Event
from typing import Any, Final, Protocol

from pod_agent.assistant.language_models.masking import Masked, mask
from pod_agent.assistant.language_models.model import LanguageModel, whole
from pod_agent.assistant.language_models.shots import UNREADABLE, messages, schema
from pod_agent.assistant.plan import Plan, Planner, Refusal
from pod_agent.assistant.rules.lexicon import Lexicon
from pod_agent.assistant.safe_names import safe_name
from pod_agent.assistant.sketch import Sketch, SketchError
from vocab.errors import ProjectError

__all__ = ["LanguageModelReader", "ModelPlanner"]

log = logging.getLogger(__name__)

MAX_TOKENS: Final = 160
SECONDS: Final = 60.0
"""The first question after a start reads the examples too; those after it take a few seconds."""
SLOTS: Final = ("names", "without", "categories", "periods", "limits", "days")


class LanguageModelReader:
    """Reads questions with ``model``; ``lexicon`` has the names to mask, ``seconds`` is the longest it may take."""

    name = "language model"

    def __init__(self, model: LanguageModel, lexicon: Lexicon, *, seconds: float = SECONDS) -> None:
        self._model = model
        self._lexicon = lexicon
        self._seconds = seconds
        self._schema = schema()

    def sketch(self, question: str, stop: Event | None = None) -> Sketch | None:
        """What the question means; None where the model has no reading of it. Never an error."""
        masked = mask(question, self._lexicon)
        if not masked.text:
            return None
        try:
            text = whole(
                self._model,
                messages(masked.text),
                schema=self._schema,
                max_tokens=MAX_TOKENS,
                seconds=self._seconds,
                stop=stop,
            )
        except ProjectError as error:
            log.warning("the language model has no reading: %s", error.code)
            return None
        return None if text is None else _sketch(text, masked)


class Agrees(Protocol):
    """Whether a reading of the model may be answered, as others see it."""

    def __call__(self, question: str, sketch: Sketch, plan: Plan, today: date) -> bool:
        """True where the guard lets the sketch pass and a reader of another kind comes to the same plan."""


class ModelPlanner:
    """A planner that asks a language model where ``planner`` has no reading; ``rules`` plans what it says.

    Its reading is answered only where it ``agrees`` with another's; else the person is asked whether it is what they
    meant. Alone it was wrong far too often: the figures are in ``docs/decisions/0033-language-models.md``. ``is_open``
    tells the refusals of a question that mean no reading: all others stand, for they are about the question itself.
    """

    def __init__(
        self,
        planner: Planner,
        rules: Planner,
        reader: LanguageModelReader,
        *,
        agrees: Agrees,
        is_open: Callable[[str, Refusal], bool],
    ) -> None:
        self._planner = planner
        self._rules = rules
        self._reader = reader
        self._agrees = agrees
        self._is_open = is_open

    def plan(self, question: str, today: date) -> Plan | Refusal:
        """The plan; else a question back, with what the model reads as the first of its choices."""
        said = self._planner.plan(question, today)
        if isinstance(said, Plan) or not self._is_open(question, said):
            return said
        sketch = self._reader.sketch(question)
        text, plan = self._planned(sketch, today)
        if sketch is None or plan is None:
            return said
        if self._agrees(question, sketch, plan, today):
            return replace(plan, read_as=text)
        choices = tuple(dict.fromkeys((text, *said.choices)))[:3]
        return Refusal(status="clarify", text=f"I read this as: {text}", choices=choices)

    def _planned(self, sketch: Sketch | None, today: date) -> tuple[str, Plan | None]:
        """The canonical question of a sketch, and its plan where it makes one."""
        try:
            text = "" if sketch is None else sketch.question()
        except SketchError:
            text = ""
        plan = self._rules.plan(text, today) if text else None
        return text, plan if isinstance(plan, Plan) else None


def _sketch(text: str, masked: Masked) -> Sketch | None:
    try:
        value = json.loads(text)
        if not isinstance(value, dict) or value.get("topic") == UNREADABLE:
            return None
        return Sketch.from_json({name: _restored(name, each, masked) for name, each in value.items() if each != []})
    except (ValueError, SketchError, RecursionError):
        return None


def _restored(name: str, value: Any, masked: Masked) -> Any:
    """A slot with the names that placeholders stand for; SketchError for one that stands for none."""
    if not isinstance(value, list):
        return value
    if name not in SLOTS:
        return list(dict.fromkeys(map(str, value)))
    texts = [masked.restore(each) if isinstance(each, str) else None for each in value]
    spaced = [each.replace("_", " ") for each in value if isinstance(each, str)]  # a placeholder has one
    if any(safe_name(each) != each for each in spaced):
        raise SketchError(f"{name} holds what no name is written with")
    if None in texts:
        raise SketchError(f"{name} holds a placeholder that was not given")
    return list(dict.fromkeys(texts))
