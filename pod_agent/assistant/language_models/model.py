"""LanguageModel: the one protocol of all backends, and a way to take a whole text from one within a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Event, Timer
from typing import Any, Final, Literal, Protocol, runtime_checkable

__all__ = ["LANGUAGE_MODELS", "MAX_TOKENS", "LanguageModel", "Message", "Schema", "Stop", "whole"]

LANGUAGE_MODELS: Final = "pod_agent.language_models"
"""The entry-point group of language models that other packages bring."""

MAX_TOKENS: Final = 256
"""Pieces of words of an answer, where nothing else is said."""

Schema = Mapping[str, Any]
"""A JSON schema that the text must follow."""


class Stop(Protocol):
    """What ends an answer early; a ``threading.Event`` is one."""

    def is_set(self) -> bool:
        """Whether to end."""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of what the model is given."""

    role: Literal["system", "user", "assistant"]
    content: str


@runtime_checkable
class LanguageModel(Protocol):
    """Writes a text after what it is given. One answer at a time; a second caller waits for the first."""

    @property
    def name(self) -> str:
        """What the person calls it."""

    @property
    def sha256(self) -> str:
        """Digest of its weights in hexadecimal; empty where they lie elsewhere."""

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: Schema | None = None,
        max_tokens: int = MAX_TOKENS,
        stop: Stop | None = None,
    ) -> Iterator[str]:
        """The answer in pieces as they come, at most ``max_tokens`` long; JSON that fits ``schema`` where it is given.

        Ends soon after ``stop`` is set, and when it is closed. The same words give the same answer (temperature 0).
        LanguageModelError where the model cannot answer; a ConsentError where what it is given may not leave.
        """

    def close(self) -> None:
        """Let go of memory and connections; the next call opens them again."""


class _Either:
    """Is set as soon as one of two is."""

    def __init__(self, *stops: Stop) -> None:
        self._stops = stops

    def is_set(self) -> bool:
        return any(stop.is_set() for stop in self._stops)


def whole(
    model: LanguageModel,
    messages: Sequence[Message],
    *,
    schema: Schema | None = None,
    max_tokens: int = MAX_TOKENS,
    seconds: float,
    stop: Stop | None = None,
) -> str | None:
    """The whole answer; None where it is not there within ``seconds``, or ``stop`` was set. Errors as ``complete``."""
    over = Event()
    either = over if stop is None else _Either(over, stop)
    timer = Timer(seconds, over.set)
    timer.daemon = True
    timer.start()
    try:
        text = "".join(model.complete(messages, schema=schema, max_tokens=max_tokens, stop=either))
    finally:
        timer.cancel()
    return None if either.is_set() else text
