"""Limits on the amount of a purchase in a question."""

from __future__ import annotations

import re

from vocab.query import Filter

__all__ = ["about_amount", "take_limits"]

CURRENCY = r"(?:\$|dollars?|bucks|sing dollars|singapore dollars)"
NOT_MONEY = (
    r"(?! ?(?:times|days?|months?|weeks?|years?|minutes|hours|plays|purchases|visits|trips|transactions|payments|songs"
    r"|percent|%|am|pm|merchants|shops|categories|january|february|march|april|may|june|july|august|september|october"
    r"|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b)(?![\d./-])"
)
AMOUNT = (
    rf"(?<![A-Z\d])(?=\$|\d+(?:\.\d+)? ?{CURRENCY}|(?!20[12]\d\b)\d+(?:\.\d+)?{NOT_MONEY})"
    rf"\$? ?(\d+(?:\.\d+)?)(?: ?{CURRENCY}(?= |$))?(?![\d./-])"
)
LIMITS = (
    (
        (
            r"(?:(?:no|not|never|nothing) (?:more|over|above|higher|exceeding|greater)(?: than)?|at most|up to"
            r"|(?:a )?max(?:imum)?"
            r"(?: of)?|not exceeding|within|at or below|at or under)"
        ),
        "le",
    ),
    (
        (
            r"(?:(?:no|not|never) (?:less|under|below|lower|cheaper)(?: than)?|at least|(?:a )?min(?:imum)?(?: of)?"
            r"|at or above)"
        ),
        "ge",
    ),
    (
        (
            r"(?:over|above|(?:cost(?:ing)? |worth |of )?(?:more|bigger|larger|higher|greater|pricier"
            r"|dearer) than|exceed(?:s|ed|ing)"
            r"|in excess of|beyond|north of|past|(?:more expensive|costlier) than|topping)"
        ),
        "gt",
    ),
    (
        (
            r"(?:under|below|(?:cost(?:ing)? |worth |of )?(?:less|cheaper|smaller|lower|fewer) than|short of"
            r"|south of|beneath)"
        ),
        "lt",
    ),
)
AFTER = (
    (r"(?:or|and) (?:more|above|up|over|higher|upwards?|greater|bigger)|plus|upwards|at least|minimum|min", "ge"),
    (r"(?:or|and) (?:less|under|below|lower|fewer|cheaper|smaller)|at most|maximum|max|or so at most", "le"),
)
EXACTLY = rf"(?:(?<=\bpurchases)|(?<=\bpayments))(?: of| costing| worth| for| at) {AMOUNT}"
"""One amount and no other, to the cent."""
ABOUT = re.compile(
    rf"(?<!and )(?<!to )(?<!-)\$(\d+(?:\.\d+)?)(?: {CURRENCY})?"
    r" (?=(?:purchases?|payments?|buys?|items?|charges?|bills?)\b)"
)
"""A ten dollar purchase: of ten dollars to the cent, or of about so much."""
ONES = dict(zip("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
                " seventeen eighteen nineteen".split(), range(1, 20), strict=True))  # fmt: skip
TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
WORDS = "|".join((*ONES, *TENS))
SPELLED = re.compile(
    rf"\b(?:(?P<big>an?|{WORDS}|\d+) (?P<unit>hundred|thousand|grand)(?: and)?(?: (?P<rest>{WORDS}))?"
    rf"|(?P<tens>{'|'.join(TENS)})"
    rf"(?:[ -](?P<ones>{'|'.join(list(ONES)[:9])}))?|(?P<small>{'|'.join(ONES)}))(?= {CURRENCY}(?= |$))"
    rf"|\b(?P<lone>an?|{'|'.join(list(ONES)[:9])}) (?P<lone_unit>hundred|thousand)\b(?! (?:times|steps|songs"
    rf"|plays|and|days))"
)


def _digits(text: str) -> str:
    """Amounts in words, or with a k for thousands, in digits: two hundred dollars, 1.5k."""
    known = {"a": 1, "an": 1, **ONES, **TENS}

    def number(match: re.Match[str]) -> str:
        big, unit = match["big"] or match["lone"], match["unit"] or match["lone_unit"]
        if big:
            value = (known.get(big) or int(big)) * (100 if unit == "hundred" else 1000) + known.get(
                match["rest"] or "", 0
            )
        else:
            value = known.get(match["tens"] or match["small"], 0) + known.get(match["ones"] or "", 0)
        return f"${value}"

    text = SPELLED.sub(number, text)
    return re.sub(r"(?<=\$)(\d+(?:\.\d+)?) ?k\b", lambda match: f"{float(match[1]) * 1000:g}", text)


def take_limits(text: str) -> tuple[str, list[Filter]]:
    """The text with marks in place of limits on amounts, and these limits."""
    found: list[Filter] = []
    text = _digits(text)

    def add(operator: str, value: float | tuple[float, float]) -> str:
        found.append(Filter("amount", operator, value))
        return f" A{len(found) - 1} "

    def between(match: re.Match[str]) -> str:
        low, high = sorted((float(match[1]), float(match[2])))
        return add("between", (low, high))

    text = re.sub(rf"\b(?:between|from|of|ranging from) {AMOUNT} ?(?:and|to|-) ?{AMOUNT}", between, text)
    text = re.sub(rf"(?<![\d$])\$(\d+(?:\.\d+)?) ?(?:to|-) ?{AMOUNT}", between, text)
    for words, operator in AFTER:
        pattern = rf"(?:\b(?:of|for|at|worth|costing) )?{AMOUNT} (?:{words})\b(?! than)"
        text = re.sub(pattern, lambda match, operator=operator: add(operator, float(match[1])), text)  # type: ignore[misc]
    for words, operator in LIMITS:
        pattern = rf"\b{words} {AMOUNT}"
        text = re.sub(pattern, lambda match, operator=operator: add(operator, float(match[1])), text)  # type: ignore[misc]
    text = re.sub(EXACTLY, lambda match: add("eq", float(match[1])), text)
    return text, found


def about_amount(text: str) -> str | None:
    """The amount of "five dollar purchases", where it is left once limits are taken: it may mean about so much."""
    found = ABOUT.search(text)
    return None if found is None else found[1]
