"""LanguageModelReader: a question in any wording or language to a sketch of its meaning, by a language model.

The model sees the question, with names masked, and nothing of the records. What it says must fit the schema of
sketches; anything else, silence or an error counts as no reading. Whether a reading may be answered is for the guard of
the agreement, and every day, amount and name in it is resolved by the rules.
"""

from __future__ import annotations

import json
import logging
from threading import Event
from typing import Any, Final

from pod_agent.assistant.language_models.masking import Masked, mask
from pod_agent.assistant.language_models.model import LanguageModel, whole
from pod_agent.assistant.language_models.shots import UNREADABLE, messages, schema
from pod_agent.assistant.rules.lexicon import Lexicon
from pod_agent.assistant.sketch import Sketch, SketchError
from vocab.errors import ProjectError

__all__ = ["LanguageModelReader"]

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
    if None in texts:
        raise SketchError(f"{name} holds a placeholder that was not given")
    return list(dict.fromkeys(texts))
