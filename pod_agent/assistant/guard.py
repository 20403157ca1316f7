"""The guard: which words of a question change its meaning, and whether a reading of it uses all of them.

It looks at every reading but the rules' own: a sketch is answered only where each role, number, name and weighty word
of the person's question has its place in it, and where every other word is one that changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Final

from pod_agent.assistant.classifier.heads import shipped
from pod_agent.assistant.classifier.masking import NAMES
from pod_agent.assistant.parts import Parts
from pod_agent.assistant.rules.money_steps import NESTED
from pod_agent.assistant.rules.reading import Reading
from pod_agent.assistant.rules.text import canonical

__all__ = ["is_ordinary", "unused"]

COMPARING: Final = frozenset({"difference", "exceeds", "change"})
RANKING: Final = frozenset({"ranking", "leader", "peak", "extreme", "subscriptions"})


def _is(*operations: str) -> Callable[[Parts], bool]:
    return lambda sketch: sketch.operation in operations


def _narrowed(sketch: Parts) -> bool:
    slots = (sketch.names, sketch.categories, sketch.days, sketch.conditions, sketch.limits)
    return any(slots) or sketch.topic == "subscriptions"


def _words(text: str) -> str:
    """A pattern of these words; ``_`` stands for a space."""
    return "|".join(text.split()).replace("_", " ")


def _measures(*measures: str) -> Callable[[Parts], bool]:
    return lambda sketch: sketch.measure in measures


def _groups(*groups: str) -> Callable[[Parts], bool]:
    return lambda sketch: sketch.group in groups


def _either(*uses: Callable[[Parts], bool]) -> Callable[[Parts], bool]:
    return lambda sketch: any(each(sketch) for each in uses)


def _limited(sketch: Parts) -> bool:
    return bool(sketch.limits)


def _left_out(sketch: Parts) -> bool:
    return bool(sketch.without)


def _accounted(sketch: Parts) -> bool:
    return any("card" in text or "account" in text for text in sketch.conditions)


def _never(_: Parts) -> bool:
    return False


def _high(sketch: Parts) -> bool:
    return sketch.operation in RANKING and not sketch.low


def _low(sketch: Parts) -> bool:
    return sketch.low


def _more(sketch: Parts) -> bool:
    return sketch.sign == "more" or sketch.operation == "change" or sketch.measure == "rises"


def _less(sketch: Parts) -> bool:
    return sketch.sign == "less" or sketch.operation == "change"


def _last(sketch: Parts) -> bool:
    return sketch.operation == "occasion" and not sketch.low


def _first(sketch: Parts) -> bool:
    return sketch.operation == "occasion" and sketch.low


def _dated(sketch: Parts) -> bool:
    return sketch.operation == "occasion" or sketch.show == "date"


def _averaged(sketch: Parts) -> bool:
    return sketch.operation in {"mean", "ratio"} or bool(sketch.per) or sketch.measure == "average_purchase"


_podcasts = _either(_measures("podcast_minutes", "podcast_hours", "episodes"), _groups("podcast"))
_per_item = _either(_measures("average_purchase"), _is("ratio"))
USES: Final[Mapping[str, Callable[[Parts], bool]]] = {
    "NOT": _left_out,
    "PERCENT": _is("share", "change"),
    "SHARE": _is("share"),
    "AVERAGE": _averaged,
    "PERITEM": _either(_per_item, _is("list")),
    "PERMONTH": _is("mean", "series", "subscriptions"),
    "PERWEEK": _averaged,
    "PERDAY": _either(_averaged, _is("series"), _groups("day", "night"), _limited),
    "TREND": _is("series"),
    "DISTINCT": _measures("distinct", "days"),
    "MANYDAYS": _either(_measures("days"), _limited),
    "COMPARE": _either(_is(*COMPARING), _measures("distinct")),
    "CHANGE": _either(_is("series", *COMPARING), _measures("changes")),
    "MORE": _either(_more, _limited),
    "LESS": _either(_less, _limited, _left_out),
    "THAN": _either(_is(*COMPARING), _limited),
    "LAST": _either(_last, _is("price", "list", "orders"), _measures("weight", "cost", "list")),
    "FIRST": _first,
    "MAX": _high,
    "MOST": _high,
    "MOSTOFTEN": lambda sketch: sketch.measure in {"purchases", "plays", "videos", "items", "orders"} and _high(sketch),
    "TOP": _is(*RANKING),
    "MIN": _low,
    "LEAST": _low,
    "SKIP": _measures("skips"),
    "CASH": _measures("cash"),
    "SALARY": _measures("salary", "income"),
    "INCOME": _measures("income", "salary", "net"),
    "NET": _measures("net", "savings"),
    "REFUNDS": _either(_measures("refunds"), lambda sketch: "refunded" in sketch.conditions),
    "SAVINGS": _measures("savings"),
    "TRANSACTIONS": _measures("transactions"),
    "FOREIGN": lambda sketch: "in foreign currency" in sketch.conditions,
    "SECTION": _groups("section"),
    "LAPSED": _measures("lapsed", "gone"),
    "PRICECHANGE": _measures("changes", "changed"),
    "CANCELLED": lambda sketch: "cancelled" in sketch.conditions,
    "PODCAST": _either(_podcasts, lambda sketch: bool(sketch.names)),
    "PODCASTS": _podcasts,
    "EPISODES": _measures("episodes"),
    "YTMUSIC": _measures("music_videos"),
    "ADS": _measures("ads"),
    "WHICHMONTH": _either(_groups("month"), _is("series", "mean", "subscriptions")),
    "WHICHWEEKDAY": _groups("weekday"),
    "WHICHDAY": _either(_groups("day", "night", "weekday"), _dated, _measures("days"), _limited),
    "WHEN": _either(_groups("day", "night", "month", "weekday"), _dated),
    "CATEGORY": _either(_groups("category"), _is("share")),
    "CATEGORIES": _groups("category"),
    "OR": _never,
}
"""What a sketch must say where a role occurs; roles that are not here change no figure that a sketch could miss."""

WEIGHTY: Final[tuple[tuple[str, Callable[[Parts], bool]], ...]] = (
    (
        _words(
            r"""nearly almost hardly barely supposedly phone tablet laptop tracker device recorder short shorts late
            early delayed missing lost broken damaged free new old used second_hand online offline abroad"""
        ),
        _never,
    ),
    (_words("before after since until till between"), lambda sketch: bool(sketch.periods)),
    (_words("rise rises hike hikes dearer increase increased"), _either(_is(*COMPARING), _measures("rises", "dearer"))),
    (
        _words("cards? accounts? bank visa mastercard amex debit credit"),
        _either(_accounted, _measures("fees", "income", "salary")),
    ),
    (
        _words(
            r"""not no non never without w_o except excepting excl exclud\w* exempt\w* apart aside besides?
            barring minus less
            ignor\w* disregard\w* leav\w*_(?:out|aside) left_out omit\w* remov\w* subtract\w* strip\w*
            discount\w* bar sans
            neither nor rather instead unlike other_than skip\w* drop\w* cut_out forget\w*"""
        ),
        _either(_left_out, _measures("skips", "net"), _is(*COMPARING)),
    ),
    (_words("only alone solely purely exclusively merely strictly"), _narrowed),
    (_words(r"shares? percent\w* proportion\w* fraction ratio %"), _is("share", "change")),
    (_words("half third quarter twice double triple thrice dozen"), lambda sketch: bool(sketch.periods)),
    (
        _words("each apiece respectively"),
        _either(_is("ranking", "list", "series", "mean", "subscriptions", "orders"), _measures("average_purchase")),
    ),
    (
        _words(
            r"""median typical usual\w* normal\w* variance deviation cumulative running rolling consecutive streak row
            straight"""
        ),
        _averaged,
    ),
    (
        _words("years? months? weeks? quarters? periods? weekdays? weekends? mon tue wed thu fri sat sun days_of"),
        _either(_groups("weekday"), _is("mean")),
    ),
    (
        _words(
            r"""if unless would could_have suppose assuming hypothetical\w* should shall will next upcoming forecast\w*
            predict\w*"""
        ),
        _never,
    ),
    (
        _words(r"why because reason cause\w* explain\w* recommend\w* advise advice worth"),
        lambda sketch: sketch.topic == "offers",
    ),
    (
        _words(
            r"""he she his her hers him they their theirs them someone somebody everyone people others wife
            husband friends? bf
            gf boyfriend girlfriend mum dad mother father brother sister colleagues? neighbou?rs?"""
        ),
        _never,
    ),
)
"""Words that change what is asked, and what a sketch must say where one of them was not understood by the rules."""


def _counted(sketch: Parts) -> bool:
    return sketch.operation == "value" and sketch.measure in {"purchases", "transactions", "plays", "videos", "orders"}


_PERCENT = _words(r"PERCENT SHARE % percent\w* per_cent")
_EXTREME = "TOP MOST MOSTOFTEN MAX LEAST MIN most best fav\\w* biggest largest "
CLAIMS: Final[tuple[tuple[Callable[[Parts], bool], str], ...]] = (
    (
        lambda sketch: sketch.measure == "spend" and _is(*COMPARING)(sketch) and not _narrowed(sketch),
        _words(
            r"""SPEND BUY PURCHASES? HOWMUCH spen\w* cost\w* pay paid money expen\w* bills? dollars? sgd \$ outgo\w*
            outlay"""
        ),
    ),
    (
        _is("difference", "exceeds"),
        _words(
            r"""COMPARE CHANGE MORE LESS THAN LOST GAINED vs versus against exceed\w* above below extra
            diff\w* gap ahead
            under higher lower or"""
        ),
    ),
    (_is("change"), _PERCENT),
    (_is("share"), _PERCENT + "|" + _words("part portion slice take_up takes_up make_up")),
    (
        _averaged,
        _words(r"""AVERAGE PER\w+ averag\w* avg mean typical\w* each every a_(?:month|week|day|night) one size"""),
    ),
    (_is("series"), _words(r"PERMONTH TREND WHICHMONTH PERDAY CHANGE month\w* each every split over")),
    (_is("ranking"), _words(_EXTREME + r"top rank\w* order keep")),
    (
        _is("ranking", "leader"),
        _words(
            r"""MERCHANTS? PLACES CATEGOR\w+ ARTISTS? SONGS? ALBUMS? PODCASTS? CHANNELS? VIDEOS? PRODUCTS?
            SHOPS? SECTIONS?
            WHERE WHO shops? stores? places? outlets? where who what which brands? compan\w+"""
        ),
    ),
    (
        _is("leader", "peak", "extreme"),
        _words(_EXTREME + "LONGEST SHORTEST WEIGHT least ex record peak highest lowest"),
    ),
    (
        _measures("distinct"),
        _words(
            r"DISTINCT diff\w* separate unique distinct MERCHANTS PLACES CATEGORIES ARTISTS ALBUMS PODCASTS CHANNELS"
        ),
    ),
    (
        _counted,
        _words(r"HOWMANY COUNT TIMES OFTEN many often number count\w* times occasions frequen\w* tally trips visits"),
    ),
    (_low, _words(r"MIN LEAST FIRST SHORTEST least fewest cheapest lowest little smallest first earliest discover\w*")),
    (_measures("days"), _words("MANYDAYS days nights")),
    (_is("price"), _words("PRICE price cost costs pay paid much")),
    (_measures("skips"), _words(r"SKIP skip\w*")),
    (_measures("refunds"), _words(r"REFUNDS refund\w* back returned")),
    (_measures("cash"), _words(r"CASH cash withdr\w+ atm")),
    (_measures("salary"), _words("SALARY salary pay wages? bonus employer paycheck paid")),
    (_measures("weight"), _words(r"WEIGHT weigh\w* heavy heavi\w+ kg light\w* kilos?")),
)
"""What must be said in a question for a sketch to claim it."""

_transferred = _measures("transfers_out", "transfers_in", "savings")
_summed = _measures("spend", "income", "salary", "refunds", "cash", "net", "transfers_out", "transfers_in", "savings")
HOW_MANY: Final = r"(?<!\w)(?:how (?:many|often)|number of|counts?)(?!\w)"
HOW_MUCH: Final = r"(?<!\w)(?:how much|total|amounts?|sums?|dollars|money|\$|sgd|percent\w*|share)(?!\w)"
WHICH_DAYS: Final = r"\b(?:which|what|list|show)(?: me)?(?: the)? (?:days|nights|dates)\b"
SPELT_OUT: Final = r"\b(?:every single|one by one|itemi[sz]\w*|(?:write|spell|read)(?: me)?(?: it| them)? out)\b"
TAKEN_OUT: Final = (
    r"\b(?:take|taking|took|leave|leaving|left|keep|keeping|cut|cutting) (?:\w+ ){1,4}out\b|\bno podcasts?\b"
)
NET_OF_REFUNDS: Final = (
    r"\b(?:after|net of|less|minus|with) (?:all |any |the )?refunds\b"
    r"|\brefunds? (?:is |are |was |were )?(?:subtract|deduct|taken|off|out)"
)
POINTING: Final = r"\b(?:was|is|were|are) (?:it|that|this|they|those)\b"


def _misses(text: str, sketch: Parts) -> str | None:
    """What the whole question asks for and the sketch does not: a count, each row, something left out, "it"."""
    if re.search(r"\btransfers?\b", text) and not _transferred(sketch):
        return "transfers"
    if _summed(sketch) and re.search(r"\bnot (?:the |in )?(?:dollars|amounts?|money|sums?|values?)$", text):
        return "not"
    if sketch.operation == "value" and (missed := _value_misses(text, sketch)):
        return missed
    if re.search(TAKEN_OUT, text) and not sketch.without and sketch.measure != "cash":
        return "out"
    return "refunds" if re.search(NET_OF_REFUNDS, text) else None


def _value_misses(text: str, sketch: Parts) -> str | None:
    if _summed(sketch) and re.search(HOW_MANY, text) and not re.search(HOW_MUCH, text):
        return "how many"
    if re.search(SPELT_OUT, text) or (sketch.limits and re.search(WHICH_DAYS, text)):
        return "every single"
    if (_summed(sketch) or sketch.measure == "items") and re.search(r"\b(?:times|how often)\b", text):
        return "times"  # a purchase may be of several pieces
    if sketch.measure in {"listening_minutes", "listening_hours"} and re.search(r"\bmusic\b", text):
        return "music"  # time of listening has podcasts in it
    if not _narrowed(sketch) and re.search(POINTING, text):
        return "it"
    return None


HARMLESS: Final = frozenset(
    """
    alr already can got anot ah lah leh sia lor hor bah wah eh walao kena please pls thanks ok okay hey so well now just
    simply overall total totals altogether together combined entire entirely whole wholly complete completely exactly
    roughly about very really actually ever far date figure amount number sum value result answer thing things
    stuff item
    course time times day money dollars singapore sgd expressed expressing looking need want wish like know
    tell show give
    say state kindly list out up down back in off over add added adding put name names named way means shop shops place
    places outlet outlets occasion occasions journey journeys size every any all some one ones own
    """.split()
)
"""Words that change nothing wherever they stand."""
ORDINARY: Final = re.compile(r"[a-z]{3,}(?:ed|ing|ly)")
"""Verbs and adverbs: what was done with the money says less than the money."""
STAND_INS: Final = frozenset(word for pair in NAMES.values() for name in pair for word in name.split()) | {
    "acme",
    "globex",
    "gym",
    "atm",
}
"""Words of the bank that stand for names: a question that holds one means a name of its own."""
BEFORE_NAMES: Final = r"(?:at|from|by|with|to|of|for|on|called|named|channel|artist|song|shop|album|podcast)"


def unused(question: str, sketch: Parts, reading: Reading) -> str | None:
    """The first word or role of the question that the sketch does not use; None where it uses all that weighs."""
    if lost := _unsaid(sketch, reading):
        return lost
    for claims, words in CLAIMS:
        if claims(sketch) and not re.search(rf"(?<!\w)(?:{words})(?!\w)", f"{reading.text} {canonical(question)}"):
            return sketch.operation
    if missed := _misses(canonical(question), sketch):
        return missed
    rest = " ".join(word for word in reading.text.split() if not re.fullmatch(r"[A-Z]+\d*", word))
    for words, uses in WEIGHTY:
        found = re.search(rf"(?<![\w])(?:{words})(?![\w])", rest)
        if found and not uses(sketch):
            return found[0]
    if number := re.search(r"\$?\d[\d.,/-]*", rest):
        return number[0]
    capitals = _capitals(question)
    return next((word for word in reading.left if not _changes_nothing(word, capitals, reading)), None)


def _unsaid(sketch: Parts, reading: Reading) -> str | None:
    """What the rules read in the question and the sketch has no word for."""
    if NESTED.search(reading.text) or reading.left_out or reading.currency:
        return reading.currency or "not"
    return next((role.lower() for role in sorted(reading.roles) if role in USES and not USES[role](sketch)), None)


def is_ordinary(word: str) -> bool:
    """Whether a word that the rules took for a name is an ordinary one, which the classifier has learnt."""
    return word in HARMLESS or (word in shipped().words and word not in STAND_INS)


def _changes_nothing(word: str, capitals: frozenset[str], reading: Reading) -> bool:
    if word in capitals or not re.fullmatch(r"[a-z$%]+", word):
        return False
    if word in HARMLESS:
        return True
    if (word in shipped().words and word not in STAND_INS) or ORDINARY.fullmatch(word):
        return re.search(rf"\b{BEFORE_NAMES} (?:the |my |a |an )?{re.escape(word)}\b", reading.text) is None
    return False


def _capitals(question: str) -> frozenset[str]:
    """Words with a capital that is not the question's or a sentence's first letter; none where all has capitals."""
    words = re.findall(r"[^\s]+", question)
    if sum(word[0].isupper() for word in words) > len(words) * 2 / 3:
        return frozenset()
    inner = [word for before, word in pairwise(words) if word[0].isupper() and before[-1] not in ".?!:"]
    return frozenset(part for word in inner for part in canonical(word).split() if word not in {"I", "I've", "I'm"})
