"""Limits in a question: on the amount of a purchase, and on what a device measured."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pod_agent.assistant.rules.dates import NUMBERS
from vocab.query import Filter

__all__ = ["Bound", "take_bounds", "take_limits"]

AMOUNT = (
    r"\$? ?(\d+(?:\.\d+)?)(?: ?(?:\$|dollars|bucks))?(?! (?:times|days|months|weeks|minutes|hours|plays"
    r"|purchases))(?![\d./-])"
)
LIMITS = (
    (r"(?:over|above|more than|exceeding|greater than|bigger than|larger than|higher than|costing more than)", "gt"),
    (r"(?:at least|no less than|not less than|minimum of)", "ge"),
    (r"(?:under|below|less than|cheaper than|smaller than|lower than)", "lt"),
    (r"(?:at most|no more than|not more than|up to|maximum of)", "le"),
)
NUMBER = rf"(\d+(?:\.\d+)?|{'|'.join(NUMBERS)})(?: ?(k|thousand)\b)?"
UNITS = {"steps": "steps", "step": "steps", "hours": "hours", "hour": "hours", "h": "hours", "minutes": "minutes"}
UNITS |= dict.fromkeys(("kg", "kilos", "kilograms"), "kg") | dict.fromkeys(("bpm", "beats"), "bpm")
MEASURED = (
    rf"{NUMBER}(?: ?({'|'.join(UNITS)})\b)?(?:(?: and)?(?: a (half)| ?(\d+) minutes)\b(?: hours)?)?"
    r"(?! (?:days|nights|weeks|months|years|times)| ?%)"
)
HALF, SIXTY = 0.5, 60


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit on what a device measured: the sign as in a filter, the number, and the unit where one was said."""

    sign: str
    number: float
    unit: str | None = None


def take_limits(text: str) -> tuple[str, list[Filter]]:
    """The text with marks in place of limits on amounts, and these limits."""
    found: list[Filter] = []

    def between(match: re.Match[str]) -> str:
        found.append(Filter("amount", "between", (float(match[1]), float(match[2]))))
        return f" A{len(found) - 1} "

    text = re.sub(rf"\bbetween \$(\d+(?:\.\d+)?) and {AMOUNT}", between, text)
    for words, operator in LIMITS:

        def limit(match: re.Match[str], operator: str = operator) -> str:
            found.append(Filter("amount", operator, float(match[1])))
            return f" A{len(found) - 1} "

        text = re.sub(rf"\b{words} {AMOUNT}", limit, text)
    return text, found


def take_bounds(text: str) -> tuple[str, list[Bound]]:
    """The text with marks in place of limits on what was measured, and these limits."""
    found: list[Bound] = []

    def add(sign: str, match: re.Match[str]) -> str:
        number = float(NUMBERS.get(match[1]) or match[1]) * (1000 if match[2] else 1)
        unit = UNITS.get(match[3] or "")
        if unit == "hours":
            number += HALF if match[4] else int(match[5] or 0) / SIXTY
        found.append(Bound(sign, number, unit))
        return f" B{len(found) - 1} {'steps' if unit == 'steps' else ''} "

    for words, sign in LIMITS:
        text = re.sub(rf"\b{words} {MEASURED}", lambda match, sign=sign: add(sign, match), text)  # type: ignore[misc]
    return re.sub(rf"\b{MEASURED} or (?:more|above)\b", lambda match: add("ge", match), text), found
