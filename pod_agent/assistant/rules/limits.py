"""Limits on the amount of a purchase in a question."""

from __future__ import annotations

import re

from vocab.query import Filter

__all__ = ["take_limits"]

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
