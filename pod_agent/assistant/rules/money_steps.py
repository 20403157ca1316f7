"""The measure and the step that a question about money names, with all that it says of rows."""

from __future__ import annotations

import re

from pod_agent.assistant.plan import ANYBODY, Period, Refusal, Step
from pod_agent.assistant.rules.case import Case, Unclear, clarify, query
from pod_agent.index.measures import MEASURES
from vocab.query import Filter

__all__ = [
    "COUNTS",
    "FLOWS",
    "NESTED",
    "among_people",
    "chosen",
    "left_out",
    "measure_of",
    "only_fees",
    "step",
    "unit_of",
]

COUNTS = frozenset({"purchases", "transactions", "days"})
NESTED = re.compile(r"\bNOT (?:[a-z]+ )*(?:C\d+ (?:[a-z]+ )*E\d|E\d+ (?:[a-z]+ )*C\d)")
"""A category at a shop that is left out: the two narrow each other."""
FLOWS = frozenset({"INCOME", "SALARY", "NET", "CASH", "REFUNDS", "SENT", "RECEIVED", "SAVINGS"})


def measure_of(case: Case) -> str | None:
    """The measure that the question names, None where it names none; two that exclude each other are asked back."""
    if case.has("SALARY") and not case.has("NET", "CASH", "REFUNDS", "SENT", "SAVINGS", "SPEND"):
        return "salary"
    flows = case.roles & (FLOWS - {"RECEIVED", "SAVINGS"})
    if flows == {"NET", "INCOME"}:
        flows = {"NET"}
    if flows == {"REFUNDS"} and case.names(case.wanted, "person") and re.search(r"\bfrom E\d", case.reading.text):
        return "transfers_in"
    if case.has("RECEIVED") and not flows:
        flows = {"RECEIVED"} if not _all_income(case) else set()
    if len(flows) > 1 or (flows and case.has("SPEND")):
        raise Unclear(clarify("I see two measures in one question. Which one do you mean?"))
    return _of_flow(case, flows) if flows else "income" if _all_income(case) else _of_rows(case)


def _of_flow(case: Case, flows: set[str]) -> str:
    names = {"INCOME": "income", "NET": "net", "CASH": "cash", "REFUNDS": "refunds", "SENT": "transfers_out"}
    names["RECEIVED"] = "transfers_in"
    [flow] = flows
    return "transfers_in" if flow == "SENT" and re.search(r"\bfrom E\d", case.reading.text) else names[flow]


def _of_rows(case: Case) -> str | None:
    if case.has("TRANSACTIONS"):
        return "transactions"
    if (
        case.has("TIMES")
        or (case.has("HOWMANY") and not case.has("SPEND"))
        or (case.has("PURCHASES", "PURCHASE", "BUY") and not case.has("SPEND"))
    ):
        return "purchases"
    return "spend" if case.has("SPEND") else None


def _all_income(case: Case) -> bool:
    """Whether all that is named only ever pays the person."""
    names = case.names(case.wanted, "merchant")
    return bool(names) and all(case.lexicon.categories.get(name) == frozenset({"income"}) for name in names)


def only_fees(case: Case) -> bool:
    """Whether the question is about nothing but fees, whose rows are of a kind of their own."""
    marks = [mark for mark in case.wanted if mark[0] != "E"]
    return bool(marks) and all(mark[0] == "C" and case.reading.categories[int(mark[1:])] == "fees" for mark in marks)


def unit_of(measure: str) -> str:
    """The unit of a measure of money."""
    return "count" if measure in COUNTS else "SGD"


def step(
    case: Case,
    measure: str,
    period: Period | None,
    marks: list[str] | None = None,
    dimensions: tuple[str, ...] = (),
    *,
    order: str | None = None,
    limit: int | None = None,
) -> Step:
    """The step for a measure with all that the question says of rows; ``marks`` replaces the wanted names."""
    wanted = case.wanted if marks is None else marks
    if measure == "net" and (wanted or case.unwanted):
        raise Unclear(clarify("What you saved is income less all spending. Do you mean what you spent there?"))
    filters = [*chosen(case, wanted), *left_out(case), *case.row_filters()]
    if any(each.field == "amount" for each in filters) and measure in MEASURES and not MEASURES[measure].takes_limits:
        raise Unclear(clarify("A limit narrows purchases. Do you mean these?", "purchases", "spending"))
    text = _party(case, measure, wanted)
    return Step(
        spec=query(measure, tuple(filters), period, dimensions, order=order, limit=limit),
        name=", ".join(dict.fromkeys(_label(case, mark) for mark in wanted)),
        text=text,
        foreign=case.reading.currency or "any" if case.has("FOREIGN") else "",
    )


def _label(case: Case, mark: str) -> str:
    if mark[0] == "E":
        return case.named(mark)[0].text
    return case.reading.categories[int(mark[1:])] if mark[0] == "C" else case.reading.parts[int(mark[1:])][1]


def chosen(case: Case, marks: list[str]) -> list[Filter]:
    """The filters that keep the merchants and categories of these marks."""
    marks = list(dict.fromkeys(marks))
    merchants = case.names(marks, "merchant")
    categories = [case.reading.categories[int(mark[1:])] for mark in marks if mark[0] == "C"]
    _check_parts(case, marks, merchants)
    _check_names(case, marks, merchants, categories)
    out = []
    if merchants:
        out.append(Filter("merchant", "in", tuple(merchants)))
    if categories:
        out.append(Filter("category", "in", tuple(categories)))
    return out


def left_out(case: Case) -> list[Filter]:
    """The filters that take out what the question excludes."""
    merchants = case.names(case.unwanted, "merchant")
    categories = [case.reading.categories[int(mark[1:])] for mark in case.unwanted if mark[0] == "C"]
    _check_parts(case, case.unwanted, merchants)
    if merchants and categories and NESTED.search(case.reading.text):
        categories = _within(case, merchants, categories)
    out = []
    if merchants:
        out.append(Filter("merchant", "not_in", tuple(merchants)))
    if categories:
        out.append(Filter("category", "not_in", tuple(categories)))
    return out


def _within(case: Case, merchants: list[str], categories: list[str]) -> list[str]:
    """The categories left out besides: groceries at FairPrice are FairPrice, where it sells nothing else."""
    if all(case.lexicon.categories.get(name) == frozenset(categories) for name in merchants):
        return []
    raise Unclear(clarify(f"Without all {categories[0]}, or without what you spent on it at {merchants[0]}?"))


def _check_names(case: Case, marks: list[str], merchants: list[str], categories: list[str]) -> None:
    """Every name must be one that money can go to, and a shop named with a category must have rows in it."""
    for mark in marks:
        if mark[0] == "E" and not {"merchant", "person"} & {name.kind for name in case.named(mark)}:
            raise Unclear(clarify(f"Money for {case.named(mark)[0].text}, or time with it?", "spending", "listening"))
    for name in merchants if categories else ():
        if not case.lexicon.categories.get(name, frozenset()) & set(categories):
            raise Unclear(clarify(f"{name} is not {categories[0]}. Do you mean both together, or one of them?"))
    joined = re.search(r"\b([EC])\d+(?: [a-z]+)* (?:AND|OR)(?: [a-z]+)* ([EC])\d", case.reading.text)
    if merchants and categories and joined and joined[1] != joined[2]:
        raise Unclear(clarify("Do you mean both together, or one of them?"))


def _check_parts(case: Case, marks: list[str], merchants: list[str]) -> None:
    """A word for a part of a category says nothing more beside a merchant of that category; alone it is asked back."""
    for mark in marks:
        if mark[0] == "N":
            category, word = case.reading.parts[int(mark[1:])]
            wide = [case.reading.categories[int(other[1:])] for other in marks if other[0] == "C"]
            known = any(category in case.lexicon.categories.get(name, ()) for name in merchants)
            if not known and not any(each in category for each in wide):
                raise Unclear(
                    clarify(f'I keep "{word}" within {category}. Do you mean all of it, or one shop?', category)
                )


def among_people(case: Case) -> bool:
    """Whether transfers to or from private persons are meant, whoever they are."""
    return (
        re.search(
            r"\b(?:paynows?|paynowed|people|friends|persons|anyone|anybody|someone|somebody)\b", case.reading.question
        )
        is not None
    )


def _party(case: Case, measure: str, marks: list[str]) -> str | None:
    """The other party of a transfer; a transfer without one is asked back, a person elsewhere too."""
    people = case.names(marks, "person")
    if measure not in {"transfers_out", "transfers_in"}:
        if people and case.has("SPEND", "BUY") and not re.search(r"\b(?:i|me|my|mine|we|our)\b", case.reading.text):
            text = f"Your records are about you; I hold no data of what {people[0]} does."
            raise Unclear(Refusal(status="declined", text=text))
        if case.has("SAVINGS") or people:
            raise Unclear(clarify("Do you mean money that you sent or received?", "sent", "received"))
        return None
    if case.has("SAVINGS"):
        return "OWN ACCOUNT"
    if not people and among_people(case):
        return ANYBODY
    if measure == "transfers_out" and not re.search(
        r"(?:\bto|SENT) E\d|(?<!AND )\bi (?:have |had )?SENT\b(?!.*\bfrom E)", case.reading.text
    ):
        raise Unclear(clarify("Do you mean money that you sent or received?", "sent", "received"))
    if len({name.casefold() for name in people}) != 1:
        raise Unclear(clarify("Sent to or received from whom?"))
    return people[0]
