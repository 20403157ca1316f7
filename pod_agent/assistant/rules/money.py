"""Plans for questions about money: what each kind of question comes to."""

from __future__ import annotations

import re
from itertools import pairwise

from pod_agent.assistant.plan import Period, Plan, Refusal, Step
from pod_agent.assistant.rules.case import Case, clarify, query, rates_of, single
from pod_agent.assistant.rules.money_counts import counted
from pod_agent.assistant.rules.money_sides import parted_sides
from pod_agent.assistant.rules.money_steps import COUNTS, chosen, left_out, measure_of, only_fees, step, unit_of
from pod_agent.assistant.rules.topics import PAID

__all__ = [
    "any_row",
    "average_purchase",
    "change",
    "compare",
    "exceeds_limit",
    "extreme",
    "extreme_at",
    "listing",
    "mean",
    "mean_a_day",
    "occasion",
    "peak",
    "ranking",
    "series",
    "share",
    "total",
]

MARKED = r"\b[ECNDAK]\d+\b"
"""Marks that narrow rows, times aside."""
FLOWS_ASKED = {"REFUNDS": "refunds", "CASH": "cash", "SALARY": "salary"}
"""Flows whose rows there are, or are not."""
FALLEN = re.compile(
    r"\bhow (?:much|many)\b(?!.*\b(?:rise|rose|risen|up|grow|grew|grown|increased?|higher|change|more)\b)"
    r".*\b(?:fall|fell|fallen|drop|dropped|decreased?|declined?|shrink|shrank|shrunk)\b"
)
"""By how much it became less: a fall is told without a sign."""
SERVICES = re.compile(r"spotify|youtube|netflix|disney|apple music|apple tv|hbo|viu", re.IGNORECASE)


def change(case: Case) -> Plan | Refusal | None:
    """By what percentage did X change from A to B."""
    pair = case.pair()
    measure = measure_of(case) or ("spend" if case.wanted else None)
    if pair is None or measure is None:
        return clarify("A change between which two periods?", "from last year to this year", "from August to September")
    early, late = pair if case.has("MORE", "LESS") is False else (pair[1], pair[0])
    if early[0] > late[0] and not case.has("MORE", "LESS"):
        early, late = late, early
    return Plan(operation="change", steps=(step(case, measure, early), step(case, measure, late)), unit="percent")


def share(case: Case) -> Plan | Refusal | None:
    """What share of a whole went to a part of it, however the two stand around the word for a share."""
    measure = measure_of(case) or "spend"
    period = case.period()
    part = step(case, measure, period)
    whole = _whole(case)
    if whole is None:
        return clarify("A share of what?", "share of my spending that went to groceries")
    names = [mark for mark in whole if mark[0] in "ECN"]
    wanted = [mark for mark in case.wanted if mark not in names or mark[0] == "C"]
    if {mark[0] for mark in wanted} == {"C"} and names and names[0] in wanted and len(wanted) > 1:
        part = step(case, measure, period, [mark for mark in wanted if mark not in names])
    filters = (*chosen(case, names), *left_out(case), *case.row_filters(frozenset(whole)))
    if (part.foreign and not _abroad(case)) or (filters == part.spec.filters and not part.foreign):
        return clarify("A share of what?", "share of my spending that went to groceries")
    return Plan(operation="share", steps=(part, Step(spec=query(measure, filters, period))), unit="percent")


def _abroad(case: Case) -> bool:
    """Whether all spending of a time is the whole, and what was paid in foreign currency the part."""
    told = r"(?:SHARE|PERCENT) (?:of )?(?:my |our |the |all )*(?:P0 )?SPEND (?:P0 )?(?:was|is|were|went)?"
    return not case.wanted and re.search(rf"{told}(?: made| paid| done| in)* FOREIGN ?$", case.reading.text) is not None


def _whole(case: Case) -> list[str] | None:
    """The marks that narrow the whole; None where part and whole cannot be told apart.

    "Of my X spending, what share went to Y", "Y is what share of my X spending", "what share of my X spending went to
    Y": what stands beside "of" is the whole.
    """
    text = re.sub(r"\bNOT\b.*", "", case.reading.text)
    ahead, _, behind = re.sub(r"\b(?:SHARE|PERCENT)\b", "|", text, count=1).partition("|")
    first, rest = re.findall(MARKED, ahead), re.findall(MARKED, behind)
    narrowed = re.search(r"\bSPEND ((?:[DAK]\d+ )+)SPEND\b", behind)
    if narrowed and not first:
        return narrowed[1].split()
    if first and rest:
        shops_of_a_category = {mark[0] for mark in first} == {"C"} and {mark[0] for mark in rest} == {"E"}
        of = re.match(r"(?:of|from|out of|WHICH of)\b", ahead.strip())
        return first if of or shops_of_a_category else rest
    if first and not ahead.strip().startswith("HOWMUCH"):
        return None if re.match(r"(?:of|from|out of)\b", ahead.strip()) else []
    before, found, after = (ahead if first else behind).partition("PURCHASES" if case.has("PURCHASES") else "SPEND")
    whole, part = (re.findall(MARKED, piece) for piece in (before, after))
    if found and part:
        return whole
    if not found or len(whole) > 1:
        whole = [mark for mark in whole if mark[0] == "C"] if {mark[0] for mark in whole} == {"C", "E"} else []
        return whole if whole or len(case.wanted) == 1 else None
    return []


def _sides(case: Case, measure: str) -> tuple[Step, Step] | None:
    """The two steps that are compared, in the order of the text."""
    parted = parted_sides(case, measure)
    if parted is not None:
        return parted
    pair = case.pair()
    if pair is not None:
        return step(case, measure, pair[0]), step(case, measure, pair[1])
    compared = [mark for mark in case.wanted if mark[0] in "EC"]
    letters = {mark[0] for mark in compared}
    if len(compared) > len(set(compared)):
        compared = list(dict.fromkeys(compared))
        said = re.search(r"(?:MORE|LESS)\b.*?\b([EC]\d+)\b.*?\bTHAN\b.*?\b([EC]\d+)\b", case.reading.text)
        compared = [said[1], said[2]] if said and {said[1], said[2]} == set(compared) else compared
    if len(compared) == 3 and len(letters) == 2:
        compared = [mark for mark in compared if sum(other[0] == mark[0] for other in compared) == 2]
    if len(compared) != 2:
        return None
    rest = [mark for mark in case.wanted if mark not in compared]
    period = case.period()
    return step(case, measure, period, [*rest, compared[0]]), step(case, measure, period, [*rest, compared[1]])


def _which_of(case: Case, measure: str) -> Plan | Refusal | None:
    """At which of two shops, or on which of two categories, it was more."""
    kinds = {mark[0] for mark in case.wanted}
    groups = {"E": "merchant", "C": "category"}
    if len(case.wanted) != len(set(case.wanted)) or len(case.wanted) < 2 or len(kinds) != 1 or not kinds <= set(groups):
        return clarify("Which of the two do you mean?")
    group = groups[kinds.pop()]
    low = case.has("LESS")
    part = step(case, measure, case.period(), dimensions=(group,), order=measure if low else f"-{measure}")
    return single("leader", part, None, smallest=low)


def compare(case: Case) -> Plan | Refusal | None:
    """Compare A and B; how much more A than B; did I spend more on A than on B."""
    measure = measure_of(case) or ("spend" if case.wanted or case.reading.days else None)
    if measure is None:
        return clarify("What should I compare: spending, purchases or income?", "spending", "income")
    if case.has("OR", "WHICH") and case.has("MORE", "LESS", "MOST") and not case.has("THAN") and case.pair() is None:
        return _which_of(case, measure)
    return _compared(case, measure)


def _compared(case: Case, measure: str) -> Plan | Refusal | None:
    sides = _sides(case, measure)
    if case.yes_no and case.has("MORE", "LESS"):
        if sides is None or not case.has("THAN"):
            return None
        ordered = sides if case.has("MORE") else (sides[1], sides[0])
        return Plan(operation="exceeds", steps=ordered, unit=None)
    if sides is None:
        return clarify("What should I compare?", "September and October", "FairPrice and Giant")
    if case.has("MORE", "LESS"):
        if not case.has("THAN"):
            return None
        ordered = (sides[1], sides[0]) if case.has("MORE") else sides
        return Plan(operation="difference", steps=ordered, unit=unit_of(measure))
    first, second = sides
    periods = (first.spec.period, second.spec.period)
    if periods[0] != periods[1] and periods[0] and periods[1]:
        if periods[0][0] > periods[1][0]:
            first, second = second, first
        if FALLEN.search(case.reading.question):
            first, second = second, first
    return Plan(operation="difference", steps=(first, second), unit=unit_of(measure))


def exceeds_limit(case: Case) -> Plan | Refusal | None:
    """Did I spend more than $500 on X: the sum is meant, not single purchases."""
    limits = case.reading.limits
    if not case.yes_no or len(limits) != 1 or not re.search(r"SPEND\s+A0", case.reading.text):
        return None
    limit = limits[0]
    if limit.op not in {"gt", "lt"} or isinstance(limit.value, tuple | str):
        return clarify("Do you mean all of it together, or single purchases?")
    case.reading.limits = []
    part = step(case, "spend", case.period())
    return single("exceeds", part, None, limit=float(limit.value), smallest=limit.op == "lt")


def mean(case: Case) -> Plan | Refusal | None:
    """Average per month, week or day."""
    measure = measure_of(case) or ("spend" if case.wanted else None)
    if measure is None or measure in COUNTS:
        return None
    period = case.whole()
    rates = rates_of(case, period)
    if len(rates) != 1:
        return None
    return single("mean", step(case, measure, period), "SGD", divisor=rates[0][0], per=rates[0][1])


def mean_a_day(case: Case) -> Plan | Refusal | None:
    """How much "a day" or "per week": a mean; "each day" may be one figure for every day."""
    return mean(case) if re.search(r"\b(?:per|a) (?:single )?(?:day|week)\b", case.reading.question) else None


def average_purchase(case: Case) -> Plan | Refusal | None:
    """Average purchase, or how much per trip; every purchase over a limit is a list."""
    if case.reading.limits and not case.has("AVERAGE", "HOWMUCH", "SPEND"):
        return single("list", step(case, "purchases", case.period()), "SGD", show="date")
    if not (case.has("PERITEM") or case.has("PURCHASE", "PURCHASES")):
        return clarify("An average per what?", "per purchase", "per month", "per week")
    return single("value", step(case, "average_purchase", case.period()), "SGD")


def peak(case: Case) -> Plan | Refusal | None:
    """In which month, on which day or weekday did I spend most; the day of one biggest purchase is that purchase's."""
    if re.search(r"\b(?:MAX|MIN) (?:\w+ ){0,2}PURCHASE\b", case.reading.text) and not case.has("MOST", "LEAST"):
        return clarify("On which day, or how much?") if case.has("WHICHMONTH", "WHICHWEEKDAY") else extreme(case)
    measure = measure_of(case) or ("spend" if case.wanted else None)
    if measure is None:
        return clarify("Most of what?", "spending", "purchases")
    if case.has("MOSTOFTEN"):
        measure = "purchases"
    group = "month" if case.has("WHICHMONTH") else "weekday" if case.has("WHICHWEEKDAY") else "day"
    low = case.has("LEAST", "MIN")
    if low and group == "day":
        return clarify("On most days without a purchase the sum is zero. Which day do you mean?")
    part = step(case, measure, case.whole(), dimensions=(group,))
    return single("peak", part, "date" if group == "day" else None, smallest=low)


def ranking(case: Case) -> Plan | Refusal | None:
    """Top merchants or categories, by spend or by number of purchases."""
    group = "category" if case.has("CATEGORY", "CATEGORIES") else "merchant"
    often = case.has("MOSTOFTEN") or (case.has("TIMES", "PURCHASES", "HOWMANY") and not case.has("SPEND"))
    if not often and case.has("BUY") and not case.has("SPEND", "TOP", "MOST", "MAX"):
        return None
    measure = "refunds" if case.has("REFUNDS") else "purchases" if often else "spend"
    low = case.has("LEAST", "MIN")
    if not case.has("MERCHANT", "MERCHANTS", "CATEGORY", "CATEGORIES", "WHERE", "PLACES") and not case.wanted:
        return clarify("Most often what: which shop, or which category?", "which shop", "which category")
    plural = case.has("MERCHANTS", "CATEGORIES") or case.reading.top is not None
    limit = case.reading.top or (5 if plural else 1)
    order = measure if low else f"-{measure}"
    part = step(case, measure, case.period(), dimensions=(group,), order=order, limit=None)
    if not plural:
        return single("leader", part, None, smallest=low)
    return single("ranking", part, unit_of(measure), smallest=low, limit=float(limit))


def extreme(case: Case) -> Plan | Refusal | None:
    """Biggest or smallest purchase: its amount, its shop or its day; several are a list."""
    low = case.has("MIN", "LEAST")
    measure = measure_of(case)
    measure = "fees" if only_fees(case) else "purchases" if measure in {None, "spend"} else measure
    if measure in {"transactions", "net"}:
        return None
    plural = re.search(r"\b(?:refunds|withdrawals|transfers|salaries)\b", case.reading.question)
    if case.has("PURCHASES") or case.reading.top is not None or (plural and measure != "purchases"):
        part = step(case, measure, case.period())
        return single("list", part, "SGD", smallest=low, show="amount", limit=float(case.reading.top or 5))
    part = step(case, measure, case.period())
    if case.has("WHERE", "MERCHANT", "WHO") or re.search(r"\bWHICH (?:one )?C\d+ PLACES\b", case.reading.text):
        return single("extreme", part, None, show="merchant", smallest=low)
    if case.has("WHEN", "WHICHDAY"):
        return single("extreme", part, "date", show="date", smallest=low)
    return single("extreme", part, "SGD", smallest=low)


def extreme_at(case: Case) -> Plan | Refusal | None:
    """The cheapest ride, where rides are what one merchant sells."""
    return extreme(case) if re.search(r"\b(?:MAX|MIN) E\d", case.reading.text) else None


def occasion(case: Case) -> Plan | Refusal | None:
    """When did I last, or first, buy at X."""
    if case.has("LAST") == case.has("FIRST"):
        return None
    measure = measure_of(case) or "purchases"
    measure = "purchases" if measure == "spend" else measure
    return single("occasion", step(case, measure, case.period()), "date", smallest=case.has("FIRST"))


def series(case: Case) -> Plan | Refusal | None:
    """A figure per month."""
    measure = measure_of(case) or ("spend" if case.wanted else None)
    if measure is None:
        return clarify("What should I show per month?", "spending", "number of purchases", "income")
    part = step(case, measure, case.whole(), dimensions=("month",))
    return single("series", part, unit_of(measure))


def listing(case: Case) -> Plan | Refusal | None:
    """The transactions themselves."""
    if case.has("TOTAL"):
        return None
    rows = case.has("PURCHASES", "TRANSACTIONS") or (case.has("BUY") and not case.has("HOWMUCH"))
    if not rows and ((case.has("SPEND") and not only_fees(case)) or not case.has("LIST")):
        return None
    measure = "fees" if only_fees(case) else measure_of(case) or "purchases"
    measure = "purchases" if measure == "spend" else measure
    newest = case.has("LAST")
    if newest and not case.has("PURCHASES", "TRANSACTIONS"):
        return None
    limit = case.reading.top or (5 if newest else None)
    more = {} if limit is None else {"limit": float(limit)}
    return single("list", step(case, measure, case.period()), "SGD", show="date", **more)


def any_row(case: Case) -> Plan | Refusal | None:
    """Did I buy anything at X."""
    flow = next((measure for role, measure in FLOWS_ASKED.items() if case.has(role)), None)
    bought = bool(case.reading.periods) and case.has("ANY") and case.has("BUY", "PURCHASE", "PURCHASES", "SPEND")
    if not case.yes_no or not (case.wanted or case.reading.limits or flow or bought):
        return None
    return single("any", step(case, flow or "purchases", case.period()), None)


def total(case: Case) -> Plan | Refusal | None:
    """How much: one sum, over all periods named."""
    measure = measure_of(case)
    if case.yes_no:
        return None
    if measure in {None, "purchases", "transactions"}:
        asked = case.has("HOWMUCH", "SPEND", "PURCHASES", "TOTAL")
        asked = asked or bool(case.reading.left_out and case.wanted) or _all_but(case)
        if not asked or not (case.wanted or case.unwanted or case.has("PURCHASES", "BUY")):
            return None
        if measure == "purchases" and not case.has("HOWMUCH", "TOTAL"):
            return counted(case)
        measure = "spend"
        if not re.search(PAID, case.reading.question) and _may_be_listening(case):
            name = case.named(case.wanted[0])[0].text
            return clarify(f"Money for {name}, or time with it?", f"spent on {name}", "listening or watching time")
    assert measure is not None  # noqa: S101 (narrowed above)
    times = case.has("TIMES", "HOWMANY") and measure.startswith("transfers")
    beside = len(case.reading.periods) == 2 and re.search(r"\bP0 P1\b", case.reading.text)
    if times or beside or _overlap(case.reading.periods):
        return clarify("How much, or how many times?" if times else "Which of the periods do you mean?")
    steps = tuple(step(case, measure, period) for period in case.reading.periods or (None,))
    return Plan(operation="value", steps=steps, unit="SGD")


def _all_but(case: Case) -> bool:
    """Everything but what is left out, with no word of what to do with it: spending is meant."""
    return bool(case.unwanted) and re.match(r" ?(?:everything|all) NOT\b", case.reading.text) is not None


def _overlap(periods: list[Period]) -> bool:
    """Whether some day lies in two of the periods: it would count twice."""
    ordered = sorted(periods)
    return any(later[0] <= earlier[1] for earlier, later in pairwise(ordered))


def _may_be_listening(case: Case) -> bool:
    return any(SERVICES.search(name) for name in case.names(case.wanted, "merchant"))
