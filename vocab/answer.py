"""Answer: what a question in words comes to, with the records behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from vocab.records import IRI

__all__ = ["Answer", "Status", "Value"]

Status = Literal["answered", "clarify", "declined"]
Value = float | int | str | tuple[tuple[str, float | int], ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one question.

    ``value`` is a number, a name, a day, a month, yes or no, or a tuple of (label, number); None unless answered.
    ``unit`` is SGD, count, minutes, hours, percent, date or what a device measures in (steps, bpm, kg, ...); None
    where the value has none.
    ``citations`` are the IRIs of exactly the records used, each once, and ``count`` is how many. ``query`` shows
    how it was computed: the operation and its query specifications as JSON values.
    """

    status: Status
    text: str
    value: Value = None
    unit: str | None = None
    citations: tuple[IRI, ...] = ()
    query: dict[str, Any] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Number of records used."""
        return len(self.citations)

    def to_json(self) -> dict[str, Any]:
        """The answer object that outside programs read."""
        value: Any = self.value
        if isinstance(value, tuple):
            value = [[label, number] for label, number in value]
        return {
            "status": self.status,
            "value": value,
            "unit": self.unit,
            "text": self.text,
            "citations": list(self.citations),
            "count": self.count,
            "query": self.query,
        }
