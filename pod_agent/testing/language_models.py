"""What every language model must do: checks for authors of backends."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from threading import Event
from typing import Final

from pod_agent.assistant.language_models.model import LanguageModel, Message, whole

__all__ = ["LANGUAGE_MODEL_CHECKS", "check_language_model"]

_SAY: Final = (Message("system", "You are terse."), Message("user", "Name a fruit."))
_LONG: Final = (Message("user", "Count from one to two hundred in words."),)
_SCHEMA: Final = {
    "type": "object",
    "properties": {"fruit": {"enum": ["apple", "pear"]}},
    "required": ["fruit"],
    "additionalProperties": False,
}
_SECONDS: Final = 120.0


def check_language_model(model: LanguageModel) -> None:
    """Check that a model keeps the protocol; it writes some dozens of words for that, and is closed at the end."""
    for fact in LANGUAGE_MODEL_CHECKS.values():
        fact(model)


def has_a_name_and_a_digest(model: LanguageModel) -> None:
    """The name is one line, the digest SHA-256 in hexadecimal or empty."""
    _hold(isinstance(model, LanguageModel), "it has the parts of the protocol")
    _hold(bool(model.name) and model.name.isprintable() and len(model.name) <= 80, "its name is a short line")
    _hold(re.fullmatch(r"(?:[0-9a-f]{64})?", model.sha256) is not None, "its digest is SHA-256, or empty")


def says_the_same_to_the_same(model: LanguageModel) -> None:
    """An answer comes in pieces of text, and again the same."""
    first = list(model.complete(_SAY, max_tokens=8))
    _hold(bool(first) and all(isinstance(piece, str) for piece in first), "it answers in pieces of text")
    _hold("".join(first) == whole(model, _SAY, max_tokens=8, seconds=_SECONDS), "the same words have the same answer")


def keeps_to_a_schema(model: LanguageModel) -> None:
    """What it writes under a schema is JSON that fits it."""
    text = whole(model, _SAY, schema=_SCHEMA, max_tokens=40, seconds=_SECONDS)
    _hold(json.loads(text or "null") in ({"fruit": "apple"}, {"fruit": "pear"}), "it keeps to the schema")


def keeps_to_a_length(model: LanguageModel) -> None:
    """An answer has no more pieces than tokens."""
    _hold(len(list(model.complete(_LONG, max_tokens=5))) <= 5, "it keeps to the length")


def ends_when_it_is_told(model: LanguageModel) -> None:
    """It ends soon after ``stop`` is set, begins nothing where it is set before, and answers the next call."""
    stop = Event()
    stop.set()
    _hold(list(model.complete(_LONG, max_tokens=400, stop=stop)) == [], "it says nothing after stop")
    stop.clear()
    said = 0
    for _ in model.complete(_LONG, max_tokens=400, stop=stop):
        said += 1
        if said == 3:
            stop.set()
    _hold(said <= 20, "it ends soon after stop")
    _hold(bool(whole(model, _SAY, max_tokens=4, seconds=_SECONDS)), "it answers after a stop")


def can_be_left_and_closed(model: LanguageModel) -> None:
    """An answer that nobody reads to its end holds up nothing, and a closed model opens itself again."""
    pieces = iter(model.complete(_LONG, max_tokens=400))
    next(pieces)
    del pieces
    _hold(bool(whole(model, _SAY, max_tokens=4, seconds=_SECONDS)), "it answers after an answer that was left")
    model.close()
    _hold(bool(whole(model, _SAY, max_tokens=4, seconds=_SECONDS)), "it answers after it was closed")
    model.close()


def _hold(condition: bool, fact: str) -> None:  # noqa: FBT001 - reads as an assertion
    if not condition:
        raise AssertionError(f"does not hold: {fact}")


LANGUAGE_MODEL_CHECKS: Final[dict[str, Callable[[LanguageModel], None]]] = {
    fact.__name__: fact
    for fact in (
        has_a_name_and_a_digest,
        says_the_same_to_the_same,
        keeps_to_a_schema,
        keeps_to_a_length,
        ends_when_it_is_told,
        can_be_left_and_closed,
    )
}
"""Each check by its name."""
