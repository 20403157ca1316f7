"""Doubts: words beside a plan that it would have to show, told by what the plan is made of.

Like all of weighing it can only hold an answer back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from pod_agent.assistant.plan import Plan
from pod_agent.assistant.rules.harmless import is_english
from pod_agent.assistant.rules.text import canonical, distance
from pod_agent.assistant.weighty import BETWEEN, MONTH, Weighed, bare
from vocab.query import Filter

__all__ = ["DOUBTS", "times_by_story"]

JOINED: Final = r"\b(?:and|or|plus|as well as|along with|together|combined|both|vs|versus|with|then|to)\b|[+,;/&]"
"""Words by which two periods stand side by side."""
LONGEST: Final = {"day": 1, "night": 1, "evening": 1, "week": 7, "weekend": 7, "month": 31, "year": 366}
"""Days of what is pointed to."""
SOUND: Final = (
    r"play\w*|listen\w*|hear\w*|music|songs?|tracks?|artists?|bands?|albums?|podcasts?|episodes?|minutes?|mins?|hours?"
    r"|hrs?|time|streams?|streamed|streaming|watch\w*|videos?|clips?|view\w*|skip\w*|discover\w*|tunes?"
    r"|singers?|ads?|adverts?|sit|sat|see|saw|seen"
)
PLAYED: Final = frozenset(
    "plays listening_minutes listening_hours podcast_minutes podcast_hours videos music_videos".split()
)
IN: Final = rf"(?:and|plus|as well as|or|\+|&) (?:{BETWEEN} )*"


def _pointing(seen: Weighed) -> str | None:
    """That day, the same month, of a plan whose periods are none such."""
    hit = re.search(
        rf"\b(?:that|the same|those) (?:whole |very )?({'|'.join(LONGEST)})s?\b"
        r"(?! (?:i|we|was|were|is|are|last|in|of|as|with|when|had|has|a|the|each)\b)",
        seen.question,
    )
    if hit is None or seen.plan.operation in {"peak", "leader", "extreme", "occasion", "list"}:
        return None
    days = [(last - first).days + 1 for first, last in seen.periods]
    return None if any(each <= LONGEST[hit[1]] for each in days) else hit[0]


def _added_up(seen: Weighed) -> str | None:
    """Two periods that nothing in the question puts side by side: one of them narrows the other."""
    periods = set(seen.periods)
    apart = len(seen.plan.steps) > 1 and len(periods) == len(seen.plan.steps) and seen.plan.operation == "value"
    days = [first.strftime("%A").casefold() for first, last in periods if first == last]
    if not apart or re.search(JOINED, seen.question):
        return None
    return next((day for day in days if seen.found(day)), None) or seen.found(f"in|{MONTH}") or "period"


def _both_ways(seen: Weighed) -> str | None:
    """What is taken in and left out by one and the same name."""
    for step in seen.plan.steps:
        kept, out = (_values(step.spec.filters, op) for op in ("in", "not_in"))
        if hit := kept & out:
            return seen.found(r"(?:but )?(?:not|no|without|except|excluding|apart from)\b.*") or next(iter(hit))
    return None


def _values(filters: tuple[Filter, ...], op: str) -> set[str]:
    return {
        str(value).casefold()
        for each in filters
        if each.op == op
        for value in (each.value if isinstance(each.value, tuple) else (each.value,))
    }


def _beside(seen: Weighed) -> str | None:
    """A category and a shop that are told side by side, where the plan looks at the shop's rows of the category."""
    for step in seen.plan.steps:
        fields = {each.field: each for each in step.spec.filters if each.op == "in"}
        shops = [bare(str(each)) for each in _texts(fields.get("merchant"))]
        for kind in map(bare, _texts(fields.get("category"))) if shops else ():
            names = "|".join(map(re.escape, shops))
            word = re.escape(kind.replace("-", " ").rstrip("s"))[:6]
            hit = re.search(rf"\b{word}\w*(?: \w+)? ({IN}(?:{names}))\b|\b(?:{names}) ({IN}{word}\w*)", seen.question)
            if hit:
                return hit[1] or hit[2]
    return None


def _texts(found: Filter | None) -> tuple[str, ...]:
    value = found.value if found is not None else ()
    return tuple(map(str, value)) if isinstance(value, tuple) else (str(value),)


def _included(seen: Weighed) -> str | None:
    """What is said to be included is not all there is."""
    if any(step.spec.measures[0].startswith("podcast") for step in seen.plan.steps):
        return seen.found(
            r"(?:with|including|plus|and|incl) (?:the |my |all )?podcasts|podcasts (?:included|too|as well|and all)"
        )
    narrowed = any(each.field in {"merchant", "category"} and each.op in {"in", "eq"} for each in seen.filters)
    spared = r"(?!(?:the |any |all |both |my )*(?:days?|dates?|ends?|refunds?|weekends?|today|this|waived|one)\b)"
    if not narrowed or seen.plan.operation == "subscriptions":
        return None
    hit = seen.found(rf"{spared}(?:with )?\w+ (?:is |are )?included|(?:including|inclusive of|incl) {spared}\w+")
    return None if hit and re.search(r"\b(?:days?|dates?|ends?|both|refunds?|today|fees|month|week)\b", hit) else hit


def _fees_of_refunds(seen: Weighed) -> str | None:
    """Fees that were paid, where what was paid back is asked for."""
    measured = {step.spec.measures[0] for step in seen.plan.steps}
    return seen.found(r"refund\w*|waived|paid back|given back") if "fees" in measured else None


def _beyond_income(seen: Weighed) -> str | None:
    if {step.spec.measures[0] for step in seen.plan.steps} != {"income"} or len(seen.plan.steps) > 1:
        return None
    return seen.found(
        r"(?:after|before|less|minus|net of|once)\b.{0,20}\b(?:expenses|spending|bills|costs|outgoings|rent|tax(?:es)?"
        r"|deductions)"
    )


def _months_over(seen: Weighed) -> str | None:
    """A limit on months, days or shops where the plan limits single purchases."""
    if not any(each.field == "amount" for each in seen.filters) or seen.plan.operation not in {"series", "ranking"}:
        return None
    return seen.found(r"(?:which|what|how many|list|any) (?:\w+ )?(?:months?|weeks?|shops?|merchants?|categor\w+)")


def _unheard(seen: Weighed) -> str | None:
    """A name that could mean money as well, where the plan counts what was played and nothing says so."""
    service = seen.found("spotify|netflix") if seen.plan.operation in {"value", "mean", "series"} else None
    if service is None or seen.found(SOUND) or not {s.spec.measures[0] for s in seen.plan.steps} & PLAYED:
        return None
    return service


def _two_accounts(seen: Weighed) -> str | None:
    """One account, where two are told."""
    if not any(each.field == "account" for each in seen.filters) or len(seen.plan.steps) > 1:
        return None
    also = r"(?:and|or|plus) (?:the |my )?"
    return seen.found(rf"(?:bank|account) {also}(?:\w+ )?card|card {also}(?:bank|account)")


def _half_out(seen: Weighed) -> str | None:
    """One thing left out, where a second one stands beside it: without the rent and cleaning."""
    out = seen.values("not_in")
    if len(out) != 1:
        return None
    told = rf"(?:without|except(?:ing)?(?: for)?|excluding|apart from|besides|other than|bar) (?:{BETWEEN} )*"
    other = r"(?:and|or|nor) (?!(?:in|on|at|for|how|what|where|when|which|i|only)\b)(?:the |my )*(\w+)"
    hit = re.search(rf"\b{told}(?:\w+ ){{1,4}}?({other})", seen.question)
    if hit is None or hit[2] in MONTHS_OR_NAMES or any(hit[2] in bare(value).split() for value in seen.values()):
        return None
    return hit[1]


MONTHS_OR_NAMES: Final = frozenset(MONTH.split("|"))


def _lacking(seen: Weighed) -> str | None:
    """Words that point to what was said before, where the plan looks at everything there is."""
    if seen.plan.operation not in {"value", "mean", "series", "list"} or any(
        each.field in NARROWING for each in seen.filters
    ):
        return None
    if any(step.text for step in seen.plan.steps):
        return None
    hit = seen.found(
        r"(?<!is )(?<!are )(?<!was )(?<!were )there(?=[?.!,]*$| (?:in|last|this|during|since|on)\b)"
        r"|on (?:those|these|it|them|that)(?=[?.!,]*$| (?:in|last|this|during|since)\b)"
    )
    bare_of_all = not seen.periods and not seen.filters
    return hit or (seen.found(r"then(?=[?.!]*$)|did (?:it|that|they|those) cost") if bare_of_all else None)


NARROWING: Final = frozenset("merchant category artist track album podcast channel video shop product section".split())


def _yes_or_no(seen: Weighed) -> str | None:
    """A figure where a yes or a no is asked for, one of all, and the only one."""
    kind = seen.plan.operation
    if kind == "any":
        return seen.found("all|every|each|always")
    if kind == "subscriptions" and seen.plan.names and re.match(r"(?:is|was|are|were)\b", seen.question):
        return seen.found("only|just")
    if kind not in {"value", "mean", "list", "series", "ranking"}:
        return None
    hit = re.match(r"(?:is|was|were|are|did|does|has) (?:my|i|the)\b", seen.question)
    asked = seen.found(r"how|what|which|when|where|who|whom|list|show|tell|or|give|name")
    return hit[0] if hit and not asked else None


def _other_sort(seen: Weighed) -> str | None:
    """Counts for dollars, a date for a thing, quantities for prices, one order for one purchase, a day for a week."""
    measures = {step.spec.measures[0] for step in seen.plan.steps}
    kind = seen.plan.operation
    counted = measures & {"purchases", "transactions"} and kind != "subscriptions"
    if hit := seen.found("how far" if "steps" in measures else "how many (?:dollars|bucks|sgd)" if counted else "$^"):
        return hit
    if kind == "occasion" and re.match("(?:which|what|who)", seen.question):
        return None if seen.found("when|days?|dates?|nights?|months?|years?|time|last|since") else "first"
    if "items" in measures and (hit := seen.found("most expensive|dearest|priciest|costliest")):
        return hit
    if "average_purchase" in measures and (hit := seen.found(r"(?:average|mean) (?:[\w-]+ )?orders?(?: value| size)?")):
        return hit
    if measures == {"net"} and (
        hit := seen.found(r"(?:spending|spent|expenses|outgoings|costs?) (?:minus|less|over) (?:my )?(?:income|salary)")
    ):
        return hit
    daily = any(step.fold == "mean" for step in seen.plan.steps) and kind == "value"
    return seen.found(r"(?:per|a|each|every) (?:week|month)|weekly|monthly") if daily else None


def _cancelled_too(seen: Weighed) -> str | None:
    if "cancelled" not in seen.values():
        return None
    after = "too|included|as well|also|or not"
    return seen.found(rf"cancelled (?:ones |orders )?(?:{after})|(?:including|even|with|plus) (?:the )?cancelled")


def _put_after(seen: Weighed) -> str | None:
    """A thing taken out that stands only behind the words which take out another: "snacks excepted, eating out"."""
    hit = re.search(
        r"\b((?!leav|sett?|put)[\w-]+ (?:excepted|excluded|aside|omitted|left out|not counted)),? (.*)", seen.question
    )
    if hit is None:
        return None
    before = seen.question[: hit.end(1)]
    for value in seen.values("not_in"):
        word = bare(value).replace("-", " ").rstrip("s")[:6]
        if word in hit[2] and word not in before:
            return hit[1]
    return None


def _featuring(seen: Weighed) -> str | None:
    for each in seen.filters:
        names = [re.escape(bare(name)) for name in _texts(each)] if each.op == "in" else []
        if len(names) > 1 and (hit := _between(seen, names)):
            return hit
    return None


def times_by_story(question: str, plan: Plan) -> str | None:
    """A time told by what was done then, where the plan looks at all there is: "while I was away"."""
    if any(step.spec.period for step in plan.steps) or plan.operation in {"occasion", "subscriptions", "price"}:
        return None
    hit = re.search(rf"\b(?:before|while|when|after|since|until) (?:i|we|my \w+|our \w+) {DONE}\b", bare(question))
    return hit[0] if hit else None


DONE: Final = (
    r"(?!need|feed|(?:started|began|joined) (?:keeping|recording|tracking|using|here))"
    r"(?:was|were|had|got|went|bought|quit|left|came|met|became|[a-z]{2,}ed)"
)


def _story(seen: Weighed) -> str | None:
    return times_by_story(seen.said, seen.plan)


def _both_tops(seen: Weighed) -> str | None:
    """One ranking, where two are asked for."""
    hit = re.search(
        rf"\b(?:top|most played|best|favourite|biggest) (?:\d+ )?{THINGS} (and (?:top |my )?(?:\d+ )?{THINGS})\b",
        seen.question,
    )
    return hit[1] if hit else None


THINGS: Final = r"(?:artist|song|album|podcast|channel|video|shop|merchant|categorie|category|product|track)s?"


def _periods_apart(seen: Weighed) -> str | None:
    """One of two months, a month that has not begun, and days that are limited as a whole."""
    value = seen.plan.operation == "value"
    if value and (hit := seen.found(rf"(?:{MONTH}) or (?:{MONTH})")):
        return hit
    if (hit := seen.found(rf"this (?:{MONTH})")) and not any(last.year == seen.today.year for _, last in seen.periods):
        return hit
    limited = any(each.field == "amount" for each in seen.filters)
    if limited and value and seen.plan.steps[0].spec.measures[0] != "days":
        return seen.found(r"days?\b.*\b(?:i|we) (?:spent|paid|spend|pay)")
    return None


def _named_amiss(seen: Weighed) -> str | None:
    """Fees where a card is meant, plays where money is, and the cheapest place, which is not where least was spent."""
    if any(value.endswith(" fees") for value in seen.values("in")) and not seen.found(r"\w*fees?|charge[sd]?|waived"):
        return seen.found(r"(?:\w+ )?card") or seen.found(r"\w+ bank")
    if "salary" in {step.spec.measures[0] for step in seen.plan.steps} and (hit := seen.found("interest|and all that")):
        return hit
    if seen.plan.steps and seen.plan.steps[0].spec.measures[0] == "music_videos":
        return seen.found("how much|spen[dt]|paid|cost")
    if seen.plan.operation == "leader" and seen.plan.smallest and "purchases" not in seen.plan.steps[0].spec.measures:
        return seen.found(
            r"cheap(?:est|er) (?:\w+ )?(?:shop|store|place|restaurant|supermarket|merchant|spot)|cheapest to"
        )
    return None


WORDS: Final = dict(
    zip("two three four five six seven eight nine ten eleven twelve dozen".split(), (*range(2, 13), 12), strict=True)
)
NUMBERED: Final = (
    r"(?:\w+ ){0,2}?(?:shops|songs|artists|albums|podcasts|channels|videos|products|items|purchases|days|nights"
    r"|merchants|stores|rides|trips|orders|categories|places|months|weeks|payments|tracks)"
)


def _counted(seen: Weighed) -> str | None:
    """A number in words before things, which the plan does not show."""
    hit = re.search(rf"\b({'|'.join(WORDS)}) {NUMBERED}\b", seen.question)
    if hit is None or seen.plan.operation == "subscriptions":
        return None
    number = WORDS[hit[1]]
    limits = {seen.plan.limit, *(step.spec.limit for step in seen.plan.steps)}
    things = {len(_texts(each)) for each in seen.filters} | {len(seen.plan.steps), len(seen.periods)}
    shown = {each.value for each in seen.filters} | {step.bound[1] for step in seen.plan.steps if step.bound}
    if number in limits or number in things or number in shown:
        return None
    spans = {(last - first).days + 1 for first, last in seen.periods}
    months = {(last.year - first.year) * 12 + last.month - first.month + 1 for first, last in seen.periods}
    return None if spans & {number, number * 7} or number in months or number + 1 in months else hit[0]


def _between(seen: Weighed, names: list[str]) -> str | None:
    """One name with another one: not both of them."""
    any_name = "|".join(names)
    hit = re.search(rf"\b(?:{any_name}) ((?:with|feat\w*|ft|without|alongside) (?:{any_name}))\b", seen.question)
    return hit[1] if hit else None


POSSESSIVE: Final = re.compile("['\u2019]s ")


def _half_named(seen: Weighed) -> str | None:
    """A name of several words, written as one, of which the plan's name has only some."""
    proper = seen.proper
    runs = (
        re.findall(
            r"[A-Z][\w'\u2019&-]*(?: (?:(?:of|the|and|by|with) )?[A-Z][\w'\u2019&-]*)+", POSSESSIVE.sub(" ", seen.said)
        )
        if proper
        else ()
    )
    for run in runs:
        words = [word for word in canonical(run).split() if word in proper and word not in SPARED]
        for each in seen.filters:
            for value in _texts(each) if each.field in NARROWING | {"person"} else ():
                own = canonical(value).split()
                shared = [word for word in words if word in own]
                odd = [word for word in words if not any(_is_near(word, other) for other in own)]
                if shared and odd and not any(_in_other(word, seen, value) for word in odd):
                    return canonical(run)
    return None


def _is_near(word: str, other: str) -> bool:
    """Whether a word is another one with a slip; one of English is itself, or in the other number."""
    if is_english(word):
        return word.removesuffix("s") == other.removesuffix("s")
    return word in other or other in word or distance(word, other) <= (1 if len(other) < LONG else 2)


def _in_other(word: str, seen: Weighed, value: str) -> bool:
    return any(word in canonical(other).split() for other in seen.values() if other != value.casefold())


SPARED: Final = frozenset(
    "the of and by with premium singapore online sg store shop family plan video videos i".split()
)
"""Words beside a name that are no part of it."""
LONG: Final = 8


DOUBTS: Final[tuple[Callable[[Weighed], str | None], ...]] = (
    _pointing, _added_up, _both_ways, _beside, _included, _fees_of_refunds, _beyond_income, _months_over, _unheard,
    _two_accounts, _half_out, _lacking, _yes_or_no, _other_sort, _cancelled_too, _put_after, _featuring, _half_named,
    _story, _both_tops, _periods_apart, _named_amiss, _counted,
)  # fmt: skip
"""Each tells the first words that the plan does not show."""
