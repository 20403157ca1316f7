"""Reading documents from outside field by field, and the one byte form of those that are signed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from vocab.errors import VocabularyError

__all__ = ["canonical_json", "fields_of", "integer_of", "json_object", "list_of", "text_of", "truth_of"]

T = TypeVar("T")
MAX_ITEMS = 100_000
MAX_TEXT = 20_000


def canonical_json(value: object) -> bytes:
    """The one byte form of a JSON value without floats: RFC 8785 for ASCII names.

    Floats are refused because programs print them differently; text must be valid Unicode.
    """
    _refuse_floats(value)
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        raise VocabularyError("the document has no canonical form") from error


def json_object(raw: str | bytes, what: str) -> dict[str, Any]:
    """The JSON object that was sent as ``what``, a word or two for the message; VocabularyError for anything else."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise VocabularyError(f"{what} is not JSON") from error
    if not isinstance(value, dict):
        raise VocabularyError(f"{what} is not a JSON object")
    return value


def fields_of(value: object, kind: str | None, names: frozenset[str] | set[str]) -> Mapping[str, Any]:
    """The value, with exactly these fields and this ``type``, if one is given; VocabularyError for anything else."""
    expected = set(names) | ({"type"} if kind else set())
    if not isinstance(value, Mapping) or set(value) != expected or value.get("type") != kind:
        raise VocabularyError(
            f"{kind or 'a part of the document'} has exactly the fields {', '.join(sorted(expected))}"
        )
    return value


def text_of(value: object) -> str:
    """A printable text that is not empty; VocabularyError for anything else."""
    if not isinstance(value, str) or not value or len(value) > MAX_TEXT or not value.isprintable():
        raise VocabularyError("a text of the document is empty, too long or has control characters")
    return value


def integer_of(value: object) -> int:
    """An integer; VocabularyError for anything else."""
    if type(value) is not int:
        raise VocabularyError("a number of the document is not an integer")
    return value


def truth_of(value: object) -> bool:
    """A truth value; VocabularyError for anything else."""
    if not isinstance(value, bool):
        raise VocabularyError("a truth value of the document is neither true nor false")
    return value


def list_of(value: object, item: Callable[[object], T]) -> list[T]:
    """A list of at most ``MAX_ITEMS`` values, each read by ``item``; VocabularyError for anything else."""
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        raise VocabularyError("a list of the document is missing or too long")
    return [item(entry) for entry in value]


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise VocabularyError("a signed document holds no fractions", hint="Use whole cents or millionths.")
    if isinstance(value, Mapping):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)
