"""Words of a question that weigh, as patterns, and what a finished plan shows of them; ``weighing`` compares."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from pod_agent.assistant.plan import Period, Plan
from pod_agent.assistant.rules.common_names import proper_words
from vocab.query import Filter

__all__ = ["ALWAYS", "ASKING", "BETWEEN", "DAY", "MONTH", "MONTHS", "NOT", "SIGNS", "WEEKDAYS", "Weighed", "bare"]

DAY: Final = timedelta(days=1)
MONTHS: Final = {
    name: number
    for number in range(1, 13)
    for name in (calendar.month_name[number].casefold(), calendar.month_abbr[number].casefold())
    if name not in {"may", "mar", "march"}
}
MONTH: Final = "|".join(sorted(MONTHS, key=len, reverse=True)) + "|may|march|mar"
WEEKDAYS: Final = tuple(name.casefold() for name in calendar.day_name)
ASKING: Final = r"(?:how (?:much|many|often|long)|where|when|which|why|who|what)"
NOT: Final = (
    r"(?:not|never|no|without|w/o|except(?:ing|ed)?(?: for)?|exclud(?:e|es|ed|ing)|excl|but|besides|barring|minus"
    r"|other than|apart from|aside(?: from)?|rather than|instead of|ignor(?:e|ing)|omit(?:ting)?|leav(?:e|ing)(?: out)?"
    r"|not counting|disregarding|sans|outside(?: of)?|after|behind|following|neither|nor)"
)
BETWEEN: Final = r"(?:at|on|in|for|from|to|by|the|my|any|of|with|including|counting)"
MORE: Final = r"(?:over|above|more than|exceeding|greater than|bigger than|larger than|higher than)"
LESS: Final = r"(?:under|below|less than|fewer than|smaller than|cheaper than|lower than)"
SIGNS: Final = (
    (rf"(?:not|no|never|nothing) {MORE}", "le"),
    (rf"(?:not|no|never|nothing) {LESS}", "ge"),
    (r"at least|minimum of", "ge"),
    (r"at most|maximum of", "le"),
    (MORE, "gt"),
    (LESS, "lt"),
)
NAMED: Final = frozenset("merchant artist track album podcast channel video shop product section".split())
TOLD: Final = re.compile(
    r"^(?:well |so |hey )?(?:i|my|we|it|this|that)\b[^?]*?(?:,|\bbut\b|\bso\b)[ ,]+"
    rf"(?=(?:and |so |but )*{ASKING}\b)"
)
"""What is told before the asking begins."""
SUPERLATIVE: Final = "most|biggest|largest|highest|lowest|smallest|best|least|cheapest|favourite"
GROUP: Final = "merchant|shop|store|category|artist"
ROWS: Final = "purchases|transactions|payments|rows|ones"
ALWAYS: Final = (
    r"respectively",
    r"(?:every|each) (?:other|second|third|2nd|3rd) (?:day|week|month|year|weekend)",
    r"alternate (?:days?|weeks?|months?)",
    r"(?:at )?(?:this|the same|same) (?:time|day|week|month|period) (?:of )?(?:last|the previous|a|the) (?:year|month)",
    r"gross(?= (?:salary|income|pay|wage))",
    r"(?:left|remain(?:ing|s)?|available|owed|outstanding)(?= (?:on|in) (?:my |the )?(?:\w+ )?(?:card|account|bank))",
    r"(?:we|us) both|both of us",
    rf"(?:around|near|roughly)(?= (?:the )?(?:end|start|christmas|new year|{MONTH}))",
    r"(?<=spend )in an? (?:day|week|month|year)",
    r"including (?:the )?(?:cash|atm|withdrawals?|transfers?|savings|income)(?: \w+als)?",
    rf"(?<=how many )(?:pending|unsettled)|(?:pending|unsettled)(?= (?:{ROWS}) only)",
    rf"(?:second|third|fourth|fifth|2nd|3rd|4th|5th|next)[ -](?:{SUPERLATIVE})",
    rf"(?:{GROUP}|song|channel|place)s? (?:per|(?:for |of |in )?each|for every) (?:{GROUP}|day|week|month|year)",
    r"(?<=on )\d+ plus",
    r"one in how many",
    r"per (?:person|head)|before (?:any )?refunds|after my salary|my (?:car|house|flat)(?= costs?)",
    r"(?:together|combined) with",
    rf"top (?:\w+ )?(?:{GROUP}|song|channel)s? (?:together|combined|altogether|in total)",
    r"and (?:where|when)(?=\?|$)",
    r"unless",
    r"but one(?=[?.!]*$)",
    r"because of(?! (?:my|our|the) (?:\w+ ){0,2}(?:form|report|claim|project|review))",
    r"(?:from|since|until|by|before) then",
    r"(?:pay|paid|paying|clear(?:ed)?|repa(?:y|id)) (?:off |down |back )(?:my |the )?(?:\w+ )?card",
    r"(?:target|goal|ideal|planned) (?:weight|steps|sleep|spend(?:ing)?)",
    r"(?:second|third|2nd|3rd|fourth|fifth|next)[ -](?:to[ -])?last|penultimate",
    r"(?:one|one but|but one) (?:before )?last",
    r"(?:my |the )?(?:second|third|2nd|3rd|fourth|fifth) (?:visit|purchase|order|trip|play|time|ride|payment|charge)",
    rf"(?:{MONTH}) (?:less|minus) (?:{MONTH})",
    r"(?<!in )(?<!of )(?<!last )(?<!for )(?<!this )may (?:i|we)(?= (?!know|ask|please|see|get|have)\w)",
)
"""What no plan shows."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A question in small letters and what its plan shows."""

    question: str
    plan: Plan
    today: date
    said: str = ""
    """The question as it was written."""

    @property
    def proper(self) -> frozenset[str]:
        """The words written like names."""
        return proper_words(self.said)

    @property
    def words(self) -> str:
        """The question without the names that the plan looks for: what they are made of says nothing."""
        text = self.question
        for each in self.filters:
            values = each.value if isinstance(each.value, tuple) else (each.value,)
            for value in values if each.field in NAMED else ():
                text = re.sub(rf"(?<!\w){re.escape(bare(str(value)))}(?!\w)", "it", text)
        return text

    @property
    def periods(self) -> tuple[Period, ...]:
        """The periods of the steps that have one."""
        return tuple(step.spec.period for step in self.plan.steps if step.spec.period is not None)

    @property
    def filters(self) -> tuple[Filter, ...]:
        """The filters of all steps."""
        return tuple(each for step in self.plan.steps for each in step.spec.filters)

    @property
    def operators(self) -> frozenset[str]:
        """How the filters compare."""
        return frozenset(each.op for each in self.filters)

    @property
    def dimensions(self) -> frozenset[str]:
        """What the steps group by."""
        return frozenset(each for step in self.plan.steps for each in step.spec.dimensions)

    def values(self, *operators: str) -> tuple[str, ...]:
        """The texts that filters with one of these operators compare with."""
        found = (each.value for each in self.filters if not operators or each.op in operators)
        return tuple(
            str(value).casefold() for each in found for value in (each if isinstance(each, tuple) else (each,))
        )

    def found(self, pattern: str, *, asking: bool = False) -> str | None:
        """The first place of a pattern in the question; with ``asking``, what is told before it is left out."""
        text = TOLD.sub("", self.words) if asking else self.words
        hit = re.search(rf"(?<!\w)(?:{pattern})(?!\w)", text)
        return hit[0].strip() if hit else None


def bare(question: str) -> str:
    """The question in small letters, with negations apart and without marks that say nothing."""
    text = re.sub(r"['\u2019]s\b", " s", question.casefold())
    text = re.sub(r"\b(did|do|does|was|were|is|are|have|has|had|would|could)n['\u2019]?t\b", r"\1 not", text)
    return " ".join(
        re.sub(
            r"[^\w$.,%+?!:/-]", " ", re.sub(r"(?<=\d)[./](?=\d\d?[./]\d\d)|(?<=\d[./]\d\d)[./](?=\d\d)", " ", text)
        ).split()
    )
