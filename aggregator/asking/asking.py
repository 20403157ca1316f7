"""One question in, one answer out."""

from __future__ import annotations

from datetime import date

from aggregator.asking.answer import Answer
from aggregator.asking.executor import execute
from aggregator.asking.holdings import Holdings
from aggregator.asking.names import lexicon_of
from aggregator.asking.plan import Operation, Pick, Plan, Refusal
from aggregator.asking.planner import plan_of
from aggregator.asking.reading import read
from aggregator.asking.referring import question_of
from vocab.statistics import CoPurchase, Histogram, ItemCounts, Rfm, Segment, Sum

__all__ = ["ask", "examples"]

MOST_EXAMPLES = 8


def ask(holdings: Holdings, question: str, today: date) -> Answer:
    """Answer a question about the holdings, ask back, or decline."""
    reading = read(question, lexicon_of(holdings), today)
    planned = reading if isinstance(reading, Refusal) else plan_of(reading, holdings)
    if isinstance(planned, Refusal):
        return Answer(status=planned.status, text=planned.text, choices=planned.choices)
    answer = execute(planned, holdings)
    mended = () if isinstance(reading, Refusal) else reading.mended
    steps = (*(f"Read {wrong!r} as {right!r}." for wrong, right in mended), *answer.steps)
    return Answer(
        status=answer.status,
        text=answer.text,
        read=question_of(holdings, planned),
        figures=answer.figures,
        sources=answer.sources,
        choices=answer.choices,
        steps=steps,
        plan=answer.plan,
    )


def examples(holdings: Holdings, today: date) -> list[str]:
    """Questions that the holdings answer, of as many kinds as there are; none where nothing is released."""
    found: dict[str, None] = {}
    for held in reversed(holdings.held):
        shown = sorted(
            (line for line in held.lines if line.row.value and line.labels), key=lambda one: -(one.row.value or 0)
        )
        release = held.release.id
        cells = [Pick(release, line.labels) for line in shown if len(line.labels) == 1 and line.labels[0][0] != "part"]
        axis = held.release.dimensions[0] if held.release.dimensions else ""
        top = Plan(operation=Operation.TOP, picks=(Pick(release),), dimension=axis, top=3)
        match held.release.statistic:
            case ItemCounts.name | Histogram.name | Rfm.name if cells:
                plans = [top, Plan(operation=Operation.FIGURE, picks=(cells[0],))]
                if len(cells) > 1 and cells[0].labels[0][0] == cells[1].labels[0][0]:
                    plans.append(Plan(operation=Operation.COMPARE, picks=(cells[0], cells[1])))
                if held.release.statistic != ItemCounts.name:
                    plans.append(Plan(operation=Operation.SHARE, picks=(cells[0],)))
            case Sum.name | Segment.name:
                plans = [Plan(operation=Operation.FIGURE, picks=(Pick(release),))]
            case CoPurchase.name:
                plans = [Plan(operation=Operation.TOGETHER, picks=(Pick(release),), top=5)]
            case _:
                plans = [Plan(operation=Operation.LOSS, releases=(release,))]
        found.update(dict.fromkeys(question_of(holdings, plan) for plan in plans[:2]))
    answered = [question for question in found if ask(holdings, question, today).status == "answered"]
    kept = answered[: MOST_EXAMPLES - 1]
    return [*kept, "Which studies are there?"] if kept else []
