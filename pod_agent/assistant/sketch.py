"""Sketch: what a classifier, a language model or a learnt example may say that a question means.

The closed part says what is to be computed; the slots are texts of the person's own question, in English. A sketch
holds no figures. ``question()`` puts it into one plain English question, which the planner by rules then plans: days,
amounts and names are resolved there and nowhere else, and the person reads that text as "I read this as".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, get_args

from pod_agent.assistant.canonical import question_of
from pod_agent.assistant.parts import Parts, Topic
from pod_agent.assistant.plan import Operation
from vocab.wording import unhidden

__all__ = ["CONDITIONS", "GROUPS", "MEASURES", "OPERATIONS", "TOPICS", "Sketch", "SketchError", "Topic"]

TOPICS: Final[tuple[str, ...]] = get_args(Topic)
OPERATIONS: Final[tuple[str, ...]] = get_args(Operation)

MEASURES: Final[Mapping[str, tuple[str, ...]]] = {
    "money": (
        "spend", "purchases", "transactions", "average_purchase", "income", "salary", "net", "refunds", "cash",
        "transfers_out", "transfers_in", "savings", "days", "distinct",
    ),
    "music": ("plays", "skips", "listening_minutes", "listening_hours", "podcast_minutes", "podcast_hours", "episodes",
              "days", "distinct"),
    "video": ("videos", "music_videos", "ads", "days", "distinct", "channels"),
    "health": (
        "steps", "sleep", "resting_heart_rate", "heart_rate", "weight", "body_fat", "body_mass_index", "floors",
        "energy_burned", "distance", "glucose", "oxygen_saturation", "heart_rate_variability", "vo2_max",
        "active_zone_minutes", "respiratory_rate", "sleep_score", "stress_score", "readiness_score",
    ),
    "shops": ("orders", "order_value", "items", "product_spend", "days", "distinct"),
    "subscriptions": ("list", "count", "monthly", "rises", "dearer", "changes", "active", "cost", "top"),
    "budget": ("left", "spent", "list", "kept"),
    "offers": ("list", "why"),
}  # fmt: skip
"""What can be measured, by topic. Of subscriptions, budgets and offers it is what is asked of them."""
GROUPS: Final = (
    "merchant", "category", "month", "week", "weekday", "day", "night", "hour", "artist", "track", "album", "podcast",
    "channel", "video", "song", "product", "section", "shop",
)  # fmt: skip
"""What is ranked, counted apart or picked."""
PER: Final = ("day", "week", "month", "night", "purchase", "order")
CONDITIONS: Final = (
    "on the card", "from the bank account", "in foreign currency", "cancelled", "refunded", "delivered", "yearly",
    "monthly",
)  # fmt: skip
"""What narrows rows and is no name: how it was paid, how an order or a subscription stands."""

MOST_TEXTS: Final = 6
"""Texts in one slot."""
LONGEST_TEXT: Final = 60
MOST_ROWS: Final = 99


class SketchError(ValueError):
    """What was given is no sketch; the message says which part of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch(Parts):
    """Parts that lie within the closed sets and the caps: SketchError on all else."""

    def __post_init__(self) -> None:
        """Refuse what lies outside the closed sets, and texts and numbers beyond their caps."""
        _one_of("topic", self.topic, TOPICS)
        _one_of("operation", self.operation, OPERATIONS)
        _one_of("measure", self.measure, MEASURES[self.topic])
        _one_of("group", self.group, ("", *GROUPS))
        _one_of("sign", self.sign, ("", "more", "less"))
        _one_of("show", self.show, ("amount", "merchant", "date"))
        _one_of("per", self.per, ("", *PER))
        if type(self.low) is not bool:
            raise SketchError("low is true or false")
        if self.top is not None and (type(self.top) is not int or not 1 <= self.top <= MOST_ROWS):
            raise SketchError(f"top is a whole number from 1 to {MOST_ROWS}")
        for slot in SLOTS:
            _check_texts(slot, getattr(self, slot))
        for condition in self.conditions:
            _one_of("conditions", condition, CONDITIONS)

    @classmethod
    def from_json(cls, value: object) -> Sketch:
        """Decode what ``to_json`` gives; fields may be left out. SketchError on anything else."""
        if not isinstance(value, Mapping):
            raise SketchError("a sketch is a JSON object")
        names = {item.name for item in fields(cls)}
        if unknown := [name for name in value if name not in names]:
            raise SketchError(f"a sketch has no field {str(unknown[0])[:40]!r}")
        if missing := {"topic", "operation", "measure"} - value.keys():
            raise SketchError(f"a sketch needs {min(missing)}")
        given = dict(value)
        for slot in SLOTS:
            if slot in given:
                if not isinstance(given[slot], list):
                    raise SketchError(f"{slot} is a list of texts")
                given[slot] = tuple(given[slot])
        return cls(**given)

    def to_json(self) -> dict[str, Any]:
        """The sketch as JSON values, without what says nothing."""
        out: dict[str, Any] = {"topic": self.topic, "operation": self.operation, "measure": self.measure}
        for item in fields(self):
            value = getattr(self, item.name)
            if item.name not in out and value not in {item.default, ()}:
                out[item.name] = list(value) if isinstance(value, tuple) else value
        return out

    @staticmethod
    def schema() -> dict[str, Any]:
        """A JSON schema of sketches, for models whose output is held to one."""
        measures = sorted({measure for of_topic in MEASURES.values() for measure in of_topic})
        texts = {"type": "array", "maxItems": MOST_TEXTS, "items": {"type": "string", "maxLength": LONGEST_TEXT}}
        properties: dict[str, Any] = {
            "topic": {"enum": list(TOPICS)},
            "operation": {"enum": list(OPERATIONS)},
            "measure": {"enum": measures},
            "group": {"enum": ["", *GROUPS]},
            "top": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": MOST_ROWS}, {"type": "null"}]},
            "low": {"type": "boolean"},
            "sign": {"enum": ["", "more", "less"]},
            "show": {"enum": ["amount", "merchant", "date"]},
            "per": {"enum": ["", *PER]},
            **dict.fromkeys(SLOTS, texts),
            "conditions": {**texts, "items": {"enum": list(CONDITIONS)}},
        }
        required = ["topic", "operation", "measure"]
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}

    def question(self) -> str:
        """The one plain English question that says the same; SketchError where the parts make none."""
        text = question_of(self)
        if text is None:
            raise SketchError(f"{self.operation} of {self.measure} makes no question about {self.topic}")
        return text


SLOTS: Final = ("names", "without", "categories", "periods", "limits", "days", "conditions")


def _one_of(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if not isinstance(value, str) or value not in allowed:
        shown = repr(value[:40]) if isinstance(value, str) else "no text"
        raise SketchError(f"{name} cannot be {shown}; one of: {', '.join(each or 'nothing' for each in allowed)}")


def _check_texts(slot: str, texts: object) -> None:
    if not isinstance(texts, tuple) or len(texts) > MOST_TEXTS:
        raise SketchError(f"{slot} is a list of at most {MOST_TEXTS} texts")
    for text in texts:
        if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_TEXT:
            raise SketchError(f"{slot} holds texts of 1 to {LONGEST_TEXT} letters")
        if unhidden(text) != text or any(mark in text for mark in '\n\r\t<>{}[]"?`|\\'):
            raise SketchError(f"{slot} holds plain words only")
