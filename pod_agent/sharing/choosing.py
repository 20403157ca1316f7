"""What a person chooses to share, in their own words, as queries over the records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from consent.direct import INCOME, VIEWING
from consent.purposes import HEALTH, LISTENING, SPENDING
from pod_agent.errors import UsageError
from pod_agent.index.families import FIELDS
from vocab.measures import MEASURES as MEASURED
from vocab.query import Filter, QuerySpec
from vocab.taxonomy import CATEGORIES

__all__ = ["TOPICS", "Selection", "Topic", "choose", "period_of"]


@dataclass(frozen=True, slots=True)
class Topic:
    """One word for ``--what``: the kind of data, and the measure whose records or monthly figures are shared.

    ``table`` is the family of its records; ``as_records`` is False where only monthly totals can be shared.
    """

    data: str
    measure: str
    table: str
    as_records: bool = True


TOPICS: dict[str, Topic] = {
    "spending": Topic(SPENDING, "spend", "transactions"),
    "income": Topic(INCOME, "income", "transactions"),
    "orders": Topic(SPENDING, "order_value", "orders", as_records=False),
    "products": Topic(SPENDING, "product_spend", "order_lines", as_records=False),
    "listening": Topic(LISTENING, "listening_minutes", "listens"),
    "podcasts": Topic(LISTENING, "podcast_minutes", "listens"),
    "watching": Topic(VIEWING, "videos", "views"),
    "sleep": Topic(HEALTH, "sleep_minutes", "health"),
    **{name: Topic(HEALTH, name, "health") for name in MEASURED},
}
"""Every topic by its name. A category of spending stands for spending in that category."""

_FIELDS = ("category", "merchant", "account", "source", "artist", "album", "podcast", "channel", "shop", "section")
_DEFAULT_OF = {"transactions": "spending", "listens": "listening", "views": "watching", "orders": "orders"}
_UNTOLD = {"account", "source"}  # by which of them was chosen is nobody else's business
MAX_MONTHS = 120


@dataclass(frozen=True, slots=True)
class Selection:
    """What was chosen: topics, what narrows them down, and a period of local days, both included."""

    topics: tuple[str, ...]
    filters: tuple[Filter, ...]
    period: tuple[date, date]

    @property
    def data(self) -> frozenset[str]:
        """The kinds of data, as grants name them."""
        return frozenset(TOPICS[topic].data for topic in self.topics)

    @property
    def title(self) -> str:
        """The choice in words, without the names of accounts and banks."""
        words = ", ".join(self.topics)
        narrowed = [": ".join(filter(None, [item.field, ", ".join(_told(item))])) for item in self.filters]
        return f"{words} ({'; '.join(narrowed)})" if narrowed else words

    def spec(self, topic: str, *dimensions: str) -> QuerySpec:
        """The query over the records of one topic."""
        return QuerySpec(
            measures=(TOPICS[topic].measure,), dimensions=dimensions, filters=self.filters, period=self.period
        )

    def to_text(self) -> str:
        """The choice as one line of JSON, for the grant; the recipient reads it, so accounts and banks go unnamed."""
        chosen = {
            "topics": list(self.topics),
            "filters": [[item.field, *_told(item)] for item in self.filters],
            "period": [day.isoformat() for day in self.period],
        }
        return json.dumps(chosen, separators=(",", ":"))


def choose(words: Sequence[str], period: tuple[date, date]) -> Selection:
    """The choice that these words make: topics, categories of spending, and ``FIELD=VALUE``; UsageError for others.

    Several values of one field are alternatives; different fields narrow one another down.
    """
    topics: list[str] = []
    chosen: dict[str, list[str]] = {}
    for word in words:
        name = word.strip().casefold()
        field, equals, value = word.partition("=")
        if equals and field.strip() in _FIELDS and value.strip():
            chosen.setdefault(field.strip(), []).append(value.strip())
        elif name == "health":
            raise UsageError(
                "health is two things: what you spend on it, and what devices measured",
                hint="Write category=health for the first; steps, sleep, weight and so on for the second.",
            )
        elif name in TOPICS:
            topics.append(name)
        elif name in CATEGORIES:
            chosen.setdefault("category", []).append(name)
        else:
            raise _unknown(word)
    filters = tuple(
        Filter(field, "eq", values[0]) if len(values) == 1 else Filter(field, "in", tuple(values))
        for field, values in sorted(chosen.items())
    )
    return Selection(tuple(dict.fromkeys(topics)) or (_topic_of(chosen),), filters, period)


def period_of(months: int, today: date) -> tuple[date, date]:
    """This month and the ``months - 1`` before it, up to today; UsageError for none or more than ten years."""
    if not 1 <= months <= MAX_MONTHS:
        raise UsageError(f"choose from 1 to {MAX_MONTHS} months")
    whole = today.year * 12 + today.month - months
    return date(whole // 12, whole % 12 + 1, 1), today


def _topic_of(fields: Iterable[str]) -> str:
    """The topic that goes without saying where only fields were named."""
    fitting = [table for table in _DEFAULT_OF if set(fields) <= FIELDS[table] | {"source"}]
    if not fitting or set(fields) <= {"source"}:
        raise UsageError("say what to share", hint=f"One of: {', '.join(TOPICS)}; or a category of spending.")
    return _DEFAULT_OF[fitting[0]]


def _told(item: Filter) -> list[str]:
    if item.field in _UNTOLD:
        return []
    return [str(value) for value in (item.value if isinstance(item.value, tuple) else (item.value,))]


def _unknown(word: str) -> UsageError:
    return UsageError(
        f"{word[:60]!r} is nothing that can be shared",
        hint=f"One of: {', '.join([*TOPICS, *CATEGORIES])}; or FIELD=VALUE with {', '.join(_FIELDS)}.",
    )
