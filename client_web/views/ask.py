"""Ask: a question in plain words, the answer with the records and the query behind it.

A question is sent in a form's body, so it stays out of the browser's history.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from client_web.formatting import day_text, money, month_text, number_text
from client_web.rows import record_row
from client_web.views.common import the_agent

if TYPE_CHECKING:
    from vocab.answer import Answer

__all__ = ["page", "value_text"]

page = Blueprint("ask", __name__, url_prefix="/ask")
RECORDS_SHOWN = 100
LONGEST = 400
MONTH = re.compile(r"\d{4}-\d{2}")
UNITS = {"": "", "count": "", "percent": "%"}
EXAMPLES = (
    "How much did I spend on groceries last month?",
    "What are my top 5 shops this year?",
    "Compare my spending in October and September",
    "Which artist did I play most this year?",
    "Which purchases were over 100 dollars last month?",
)


@page.get("/")
def show() -> str:
    """The form, with examples."""
    return render_template("ask.html", question="", answer=None, examples=EXAMPLES)


@page.post("/")
def answer() -> str:
    """The answer to one question; nothing is stored."""
    question = " ".join(request.form.get("question", "").split())[:LONGEST]
    if not question:
        return render_template("ask.html", question="", answer=None, examples=EXAMPLES)
    agent = the_agent()
    found = agent.ask(question)
    cited = list(found.citations)[:RECORDS_SHOWN]
    return render_template(
        "ask.html",
        question=question,
        answer=found,
        figure=value_text(found),
        listed=found.value if isinstance(found.value, tuple) else (),
        item_text=lambda number: number_text(number) if found.unit != "SGD" else money(number),
        rows=[record_row(record) for record in agent.show(cited)],
        query=json.dumps(found.query, indent=2, ensure_ascii=False, default=str),
        examples=EXAMPLES,
    )


def value_text(answer: Answer) -> str:
    """The value of an answer as its large figure; empty for lists and where there is no value."""
    value, unit = answer.value, answer.unit
    if value is None or isinstance(value, tuple):
        return ""
    if isinstance(value, str):
        return _name_or_day(value, unit)
    if unit == "SGD":
        return money(float(value))
    return f"{value:,} {UNITS.get(unit or '', unit)}".strip()


def _name_or_day(value: str, unit: str | None) -> str:
    if unit == "date":
        return day_text(value)
    return month_text(value) if MONTH.fullmatch(value) else value
