"""What a question comes to: figures with intervals, and the releases that they stand in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Answer", "Figure", "Source", "Status"]

Status = Literal["answered", "clarify", "declined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number: what it is of, its value and 95 % interval.

    ``unit`` is people, percent, epsilon, weight, or what a sum adds up. ``value`` is None where the release withholds
    the cell; ``low`` and ``high`` also where nothing is said of how sure the value is. ``apart`` belongs to
    differences: whether the interval leaves zero out.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    unit: str = "people"
    apart: bool | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "label": self.label,
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "unit": self.unit,
            "withheld": self.value is None and self.low is None,
            **({} if self.apart is None else {"told_apart": self.apart}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A release behind an answer: what it asked, of how many, at which privacy loss, and where to look it up.

    ``task`` is the SHA-256 of the signed manifest, in hexadecimal. ``period`` has its first and last day as ISO text,
    empty where the study's terms are not at hand.
    """

    release: str
    title: str
    statistic: str
    asked: str
    period: tuple[str, ...]
    cohort: str
    epsilon: float | None
    delta: float
    noise_variance: int
    task: str
    published: str
    demo: bool

    @property
    def page(self) -> str:
        """Its page in the portal."""
        return f"/releases/{self.release}"

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        named = {name: getattr(self, name) for name in self.__slots__}
        return {**named, "period": list(self.period), "page": self.page}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one question.

    ``read`` is the question as it was understood, which gives the same answer when it is asked. ``choices`` are whole
    questions that can be answered instead. ``steps`` say how the figures were computed.
    """

    status: Status
    text: str
    read: str = ""
    figures: tuple[Figure, ...] = ()
    sources: tuple[Source, ...] = ()
    choices: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    plan: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The object that outside programs read."""
        return {
            "status": self.status,
            "text": self.text,
            "read": self.read,
            "figures": [figure.to_json() for figure in self.figures],
            "releases": [source.to_json() for source in self.sources],
            "choices": list(self.choices),
            "computed": {"steps": list(self.steps), "plan": self.plan},
        }
