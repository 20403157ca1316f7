"""An answer as the page shows it: its figure, its sentence, a picture of its values, its records, what else to ask."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from client_web.charts import Column, columns
from client_web.formatting import MINUS, day_text, money, month_text
from client_web.links import link
from client_web.listed import FIELDS, MONEY, MUSIC
from client_web.rows import Row, held_rows, record_row
from vocab.answer import Answer

if TYPE_CHECKING:
    from pod_agent import Agent

__all__ = ["Found", "Shown", "Value", "founds_of", "item_text", "next_questions", "said_of", "shown", "value_text"]

RECORDS_SHOWN: Final = 100
FOUND_RECORDS: Final = 5
FOUND_LOOKED_AT: Final = 40
MONTH: Final = re.compile(r"\d{4}-\d{2}")
DATED: Final = re.compile(r"(\d{4}-\d{2}-\d{2}) (.*)", re.DOTALL)
BASIS: Final = re.compile(r"(?s). From [\d,]+ records?\.(.*)$")
FIGURE: Final = re.compile(r"(?s)([^:]+): -?SGD [\d,.]*\d(\. .*)")
COMMAND: Final = re.compile(r"\bpod-agent (forecast|flags|budgets|budget show|offers|model)\b")
PAGES: Final = {
    "forecast": ("The weeks ahead", "/ahead/"),
    "flags": ("Unusual purchases", "/ahead/"),
    "budgets": ("Budgets", "/budgets/"),
    "budget show": ("Privacy budget", "/sharing/#budget"),
    "offers": ("Offers", "/offers/"),
    "model": ("Language model", "/ask/uses#models"),
}
"""The pages that do what a command does."""
NO_BARS: Final = frozenset({"list", "orders", "series", "offers", "budgets", "follows"})
"""Operations whose values are no ranking."""
WHY: Final = {"words": "by its words", "meaning": "by its meaning", "name": "by its name"}
LISTED: Final = frozenset({"spend", "purchases", "income", "refunds", "cash", "orders", "order_value"})
SUMMED: Final = frozenset({"spend", "income", "plays", "listening_minutes", "videos", "purchases", "steps", "refunds"})


Safe = Callable[[str], str]
"""Makes a name from the records safe to show."""


@dataclass(frozen=True, slots=True)
class Value:
    """One of the values of an answer; ``share`` is that of the largest, None where no bar is drawn."""

    label: str
    text: str
    share: float | None


@dataclass(frozen=True, slots=True)
class Found:
    """Something that search found, why, and the newest records behind it."""

    title: str
    kind: str
    why: str
    when: str
    count: int
    offer: str
    same_as: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the template needs of an answer."""

    answer: Answer
    said: str
    figure: str
    values: tuple[Value, ...]
    chart: Markup
    months: tuple[Column, ...]
    rows: tuple[Row, ...]
    sentences: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]
    query: str
    read_as: str
    example: str
    found: tuple[Found, ...]
    pages: tuple[tuple[str, str], ...]


def shown(agent: Agent, answer: Answer, *, without_choices: bool = False) -> Shown:
    """The answer, shaped for the page; where no choice can be picked below it, its text names them."""
    explained = agent.assistant.explain(answer)
    months, safe = _months(answer), agent.assistant.safe_name
    learnt = answer.query.get("learnt", {})
    return Shown(
        answer=answer,
        said=answer.text if without_choices and answer.status == "clarify" else said_of(answer, safe),
        figure=value_text(answer, safe),
        values=() if months else _values(answer, safe),
        chart=columns(months, title="Months of the answer"),
        months=months,
        rows=tuple(record_row(record) for record in agent.show(list(answer.citations)[:RECORDS_SHOWN])),
        sentences=explained.sentences,
        table=explained.table,
        query=json.dumps(answer.query, indent=2, ensure_ascii=False, default=str),
        read_as=str(learnt.get("read_as") or answer.query.get("read_as") or ""),
        example=str(learnt.get("example", "")),
        found=founds_of(agent, answer.query.get("found", ())),
        pages=tuple(dict.fromkeys(PAGES[each] for each in COMMAND.findall(answer.text))),
    )


def said_of(answer: Answer, safe: Safe = str) -> str:
    """The text without the figure that stands above it, and without the values and choices that stand below it."""
    if answer.status == "clarify" and "refusal" in answer.query:
        off = ", ".join(answer.query.get("switched_off", ()))
        return f"{answer.query['refusal']}{f' Switched off for answers: {off}.' if off else ''}"
    if answer.unit == "SGD" and isinstance(answer.value, int | float):
        return FIGURE.sub(r"\1\2", answer.text, count=1)
    if not isinstance(answer.value, tuple) or not answer.value:
        return answer.text
    head, told, rest = answer.text.partition(f": {safe(answer.value[0][0])}: ")
    basis = BASIS.search(rest)
    return f"{head}.{basis[1]}" if told and basis else answer.text


def value_text(answer: Answer, safe: Safe = str) -> str:
    """The value of an answer as its large figure; empty for lists and where there is no value."""
    value, unit = answer.value, answer.unit
    if value is None or isinstance(value, tuple):
        return ""
    if isinstance(value, str):
        return day_text(value) if unit == "date" else _label(value, safe)
    return item_text(value, unit)


def item_text(number: float, unit: str | None) -> str:
    """A figure with its unit, as people read it."""
    if unit == "SGD":
        return money(float(number))
    word = {"": "", "count": "", "percent": "%"}.get(unit or "", unit)
    return f"{number:,} {word}".strip().replace("-", MINUS)


def founds_of(agent: Agent, hits: Iterable[dict[str, Any]]) -> tuple[Found, ...]:
    """Hits of search, in the form that outside programs read; the same records are shown once, under the first."""
    first: dict[tuple[str, ...], str] = {}
    return tuple(_found_of(agent, hit, first.setdefault(tuple(hit["records"]), str(hit["title"]))) for hit in hits)


def _found_of(agent: Agent, hit: dict[str, Any], first: str) -> Found:
    """A hit with its newest records, or with the title of the ``first`` that has the same."""
    begun, last = hit.get("first") or "", hit.get("last") or ""
    when = " to ".join(dict.fromkeys(_month_or_day(each) for each in (begun, last) if each))
    same_as = "" if not hit["records"] or first == hit["title"] else first
    newest = _newest_months(hit["records"])
    return Found(
        title=str(hit["title"]),
        kind=str(hit["kind"]),
        why=" and ".join(WHY.get(each, each) for each in hit.get("by", ())),
        when=when,
        count=int(hit["count"]),
        offer=str(hit.get("offer") or ""),
        same_as=same_as,
        rows=() if same_as else tuple(held_rows(agent, newest, newest_first=True)[:FOUND_RECORDS]),
    )


def _newest_months(records: Sequence[str]) -> list[str]:
    """The records of the months that the first few are of: search orders by month, and rows by day."""
    few = {each.partition("#")[0] for each in records[:FOUND_RECORDS]}
    return [each for each in records[:FOUND_LOOKED_AT] if each.partition("#")[0] in few]


def next_questions(answer: Answer) -> tuple[str, ...]:
    """What may be asked next of an answer, from how it was computed; some of it may turn out not to fit."""
    steps = answer.query.get("steps", ())
    if answer.status != "answered" or len(steps) != 1 or "rows" not in answer.query:
        return ()
    [step], operation = steps, answer.query["operation"]
    measure, filters = step["measures"][0], step.get("filters", ())
    period = tuple(map(date.fromisoformat, step["period"])) if step.get("period") else None
    asked = []
    if period is not None and operation not in {"subscriptions", "budgets", "offers"}:
        asked.append(_before(period))
        if operation == "value" and measure in SUMMED and (period[1] - period[0]).days > 61:
            asked.append("per month?")
    if operation in {"value", "mean"} and measure in LISTED and answer.count > 1:
        asked.append("which ones?")
    if operation == "value" and measure == "spend" and filters:
        asked.append("as a share of all my spending?")
    return tuple(each for each in asked if each)


def _before(period: Sequence[date]) -> str:
    """The question for the month or year before, where the days are such a one."""
    first, last = period[0], period[1]
    before = first - timedelta(days=1)
    if first.day == 1 and (first.year, first.month) == (last.year, last.month):
        return f"and in {before:%B %Y}?"
    return f"and in {before.year}?" if (first.month, first.day) == (1, 1) and first.year == last.year else ""


def _values(answer: Answer, safe: Safe) -> tuple[Value, ...]:
    if not isinstance(answer.value, tuple):
        return ()
    numbers = [number for _, number in answer.value]
    largest = max(numbers, default=0)
    bars = answer.query.get("operation") not in NO_BARS and len(numbers) > 1 and min(numbers) >= 0 and largest > 0
    return tuple(
        Value(_label(label, safe), item_text(number, answer.unit), number / largest if bars else None)
        for label, number in answer.value
    )


def _months(answer: Answer) -> tuple[Column, ...]:
    """The months of a series as columns; none where a value is below zero, which columns cannot show."""
    if answer.query.get("operation") != "series" or not isinstance(answer.value, tuple):
        return ()
    if not all(MONTH.fullmatch(label) and number >= 0 for label, number in answer.value):
        return ()
    return tuple(
        Column(month_text(label), float(number), item_text(number, answer.unit), _records(answer.query, label))
        for label, number in answer.value
    )


def _records(query: dict[str, Any], month: str) -> str:
    """The page of the records behind a month, where that page can narrow to the same."""
    [step] = query["steps"]
    measure, kept = step["measures"][0], {}
    if measure not in MONEY | MUSIC or set(step) - {"measures", "dimensions", "filters", "period"}:
        return ""
    for item in step.get("filters", ()):
        values = item["value"] if isinstance(item["value"], list | tuple) else [item["value"]]
        if item["field"] not in FIELDS or item["op"] not in {"eq", "in"} or len(values) != 1 or item["field"] in kept:
            return ""
        kept[item["field"]] = str(values[0])
    return link("/records", period=month, measure=measure, **kept)


def _label(label: str, safe: Safe) -> str:
    dated = DATED.fullmatch(label)
    if dated:
        return f"{day_text(dated[1])}, {safe(dated[2])}"
    return month_text(label) if MONTH.fullmatch(label) else safe(label) or "(no name)"


def _month_or_day(text: str) -> str:
    return month_text(text) if MONTH.fullmatch(text) else day_text(text)
