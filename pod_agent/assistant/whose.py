"""Whose records a question asks for: another person's are not held, whatever the plan would count."""

from __future__ import annotations

import calendar
import re
from typing import Final

from pod_agent.assistant.plan import Plan
from pod_agent.assistant.weighty import MONTH, bare

__all__ = ["NOT_YOURS", "of_another"]

NOT_YOURS: Final = "Your records are about you; I hold no data of other people."
OWN: Final = (
    r"salary|income|wages?|earnings|pay|spendings?|expenses|steps|weight|sleep|heart rate|listening|budget|purchases"
    r"|subscriptions|savings|groceries|playlist"
)
"""What a person has."""
PERSONS: Final = frozenset("boss mate friend buddy pal bro sir madam uncle aunty auntie guy dude wife husband".split())
TIMES: Final = frozenset(
    word.casefold()
    for word in (
        *MONTH.split("|"),
        *calendar.day_name,
        *calendar.day_abbr,
        *"it what that let there here how who where when today yesterday week month year quarter weekend day".split(),
        *"night morning christmas cny deepavali ramadan easter halloween sept ytd q1 q2 q3 q4 h1 h2".split(),
    )
)
"""What is written like an owner and is none: "September's spending"."""


def of_another(question: str, plan: Plan) -> str | None:
    """The words for what is another person's: "Marcus's spending", "the boss's salary"; a name of the plan is none."""
    values = (each.value for step in plan.steps for each in step.spec.filters)
    names = [str(name) for value in values for name in (value if isinstance(value, tuple) else (value,))]
    names += [*plan.names, *(step.text or "" for step in plan.steps)]
    known = " ".join(map(bare, names))
    for hit in re.finditer(rf"\b([^\W\d]\w*)['\u2019]s (?:own |total |monthly |daily )*(?:{OWN})\b", question):
        owner = hit[1].casefold()
        if (hit[1][0].isupper() or owner in PERSONS) and owner not in TIMES and owner not in known:
            return hit[0]
    return None
