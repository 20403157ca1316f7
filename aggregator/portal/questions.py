"""The page for questions in words: the answer, its bars and intervals, how it was computed, and what can be asked."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask, render_template, request

from aggregator.asking import Answer, Figure, Holdings, ask, examples
from aggregator.asking.wording import number_text
from aggregator.portal.charts import bar
from aggregator.portal.shelf import Shelf

__all__ = ["add_questions"]


def add_questions(app: Flask, shelf: Shelf) -> None:
    """Put the page of questions into the portal over this shelf."""
    app.jinja_env.filters.update(number=number_text)
    app.jinja_env.globals.update(interval=bar)

    @app.get("/ask")
    def questions() -> str:
        question = request.args.get("q", "").strip()
        today = datetime.now(UTC).astimezone().date()
        holdings = Holdings.of(shelf)
        answer = ask(holdings, question, today) if question else None
        return render_template(
            "ask.html",
            question=question,
            answer=answer,
            bars=_bars(answer),
            examples=examples(holdings, today),
            held=bool(holdings.held),
        )


def _bars(answer: Answer | None) -> tuple[tuple[Figure, ...], float]:
    """The figures that stand beside each other on one scale, and its end: no differences, no single number."""
    if answer is None:
        return (), 0.0
    figures = tuple(figure for figure in answer.figures if figure.apart is None)
    alike = len({figure.unit for figure in figures}) == 1
    if len(figures) < 2 or not alike or any((figure.value or 0) < 0 for figure in figures):
        return (), 0.0
    return figures, max(max(figure.high or 0.0, figure.value or 0.0) for figure in figures)
