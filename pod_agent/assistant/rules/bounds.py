"""Limits on what a device measured in a day: more than 10,000 steps, under 6 hours, 62 kg or less."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pod_agent.assistant.rules.dates import NUMBERS

__all__ = ["Bound", "take_bounds"]

DONE = (
    r"(?:reach|hit|mak|made|gett?|got|meet?|met|manag|do|did|walk|tak|took|achiev|complet|climb|clock)(?:e|ed|ing|s)?"
)
FAILED = (
    r"(?:(?:did|do|does|could|have|had) not|didnt|dont|couldnt|havent|fail(?:ed|ing)?(?: to)?|not|never)"
    r"(?: (?:i|even|manage to|quite|get to))*"
)
SIGNS = (
    ((rf"(?:{FAILED} {DONE}|(?:miss(?:ed|ing)?|f[ae]ll(?:en)? short of|failed|shy of))"
      r"(?: (?:to|my|the|a|goal|target|of))*"), "lt"),
    (rf"{FAILED} (?:exceed|pass|top|beat|cross|go (?:over|above|past|beyond)|surpass)(?:ed|ing)?", "le"),
    ((r"(?:no|not|never) (?:less|fewer|lower|under|below)(?: than)?|at least|a minimum of|minimum(?: of)?"
      r"|at or above"), "ge"),
    ((r"(?:no|not|never) (?:more|over|above|higher)(?: than)?|at most|a maximum of|maximum(?: of)?|up to"
      r"|at or (?:below|under)"),
     "le"),
    ((r"(?:over|above|more than|exceed(?:s|ed|ing)?|greater than|higher than|longer than|beyond|past|beat(?:s|ing)?"
     r"|cross(?:ed|es|ing)?|surpass(?:ed|es|ing)?|topp(?:ed|ing)|pass(?:ed|es|ing)?|north of|upwards of"
     r"|broke|break(?:ing)?"
     r"|in excess of|heavier than)"), "gt"),
    (r"(?:under|below|less than|fewer than|lower than|shorter than|short of|lighter than|south of|beneath)", "lt"),
    ((r"(?:(?:walk(?:ed)?|do|did|take|took|complete) (?:my|the|all my|a full)|reach(?:ed|es|ing)?|hit(?:s"
     r"|ting)?|met|meet(?:ing)?|made|make|manage(?:d|s)?|achieve(?:d|s)?|clock(?:ed|s)?"
     r"|log(?:ged)?|complete(?:d)?|attain(?:ed)?|got|get)(?: (?:to|up to|my|the|a|goal|target|of|in|it))*"), "ge"),
)  # fmt: skip
"""Words before a number and the sign that they mean; "reached 8,000" is at least so many."""
AFTER = (
    (r"(?:steps |hours |minutes |kg |bpm )?(?:or|and) (?:more|above|better|over|longer|higher|up|greater)", "ge"),
    (r"(?:steps |hours |minutes |kg |bpm )?(?:or|and) (?:less|fewer|under|below|shorter|lower)", "le"),
    (r"(?:plus|at least|min|minimum)", "ge"),
)
NUMBER = rf"(\d+(?:\.\d+)?|(?:{'|'.join(NUMBERS)})\b)(?: ?(k|thousand)\b)?"
UNITS = {"steps": "steps", "step": "steps", "hours": "hours", "hour": "hours", "h": "hours", "minutes": "minutes"}
UNITS |= dict.fromkeys(("kg", "kilos", "kilograms", "kilo"), "kg") | dict.fromkeys(("bpm", "beats"), "bpm")
MEASURED = (
    rf"{NUMBER}(?: ?({'|'.join(UNITS)})\b)?(?:(?: and)?(?: a (half)| (\d+) minutes)\b(?: hours)?)?"
    r"(?! ?(?:days|nights|weeks|months|years|times)| ?%|[./-]?\d)"
)
HALF, SIXTY, YEARS = 0.5, 60, range(1990, 2100)


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit on what a device measured: the sign as in a filter, the number, and the unit where one was said."""

    sign: str
    number: float
    unit: str | None = None


def take_bounds(text: str) -> tuple[str, list[Bound]]:
    """The text with marks in place of limits on what was measured, and these limits."""
    found: list[Bound] = []

    def add(sign: str, match: re.Match[str]) -> str:
        number = float(NUMBERS.get(match[1]) or match[1]) * (1000 if match[2] else 1)
        unit = UNITS.get(match[3] or "")
        if unit is None and number in YEARS:
            return match[0]
        if unit == "hours":
            number += HALF if match[4] else int(match[5] or 0) / SIXTY
        found.append(Bound(sign, number, unit))
        return f" B{len(found) - 1} {'steps' if unit == 'steps' else ''} "

    text = re.sub(r"\b(\w+) and a half (hours|kilos|kg)\b", r"\1 \2 and a half", text)
    for words, sign in AFTER:
        pattern = rf"\b{MEASURED} {words}\b(?! than)"
        text = re.sub(pattern, lambda match, sign=sign: add(sign, match), text)  # type: ignore[misc]
    for words, sign in SIGNS:
        pattern = rf"\b(?:{words}) (?:the |a |my )?{MEASURED}"
        text = re.sub(pattern, lambda match, sign=sign: add(sign, match), text)  # type: ignore[misc]
    return text, found
