"""The closed lists of words: what each makes of a question, and which ones change nothing.

A word that stands in no list and names nothing that is held blocks the answer, so these lists are the whole grammar.
Patterns are alternatives of whole words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from aggregator.asking.plan import Operation

__all__ = [
    "ACTIVITIES",
    "COMPARING",
    "DIMENSION_WORDS",
    "FOLK",
    "FORETELLING",
    "LIMITS",
    "LOW",
    "NEUTRAL",
    "NUMBERS",
    "OPERATIONS",
    "PEOPLE",
    "PERSON",
    "REASONS",
    "STATES",
    "SYNONYMS",
    "known_words",
]


def _one_of(*patterns: str) -> str:
    return f"(?:{'|'.join(patterns)})"


FOLK = _one_of(
    "customers?", "persons?", "people",
    "folks", "individuals?", "shoppers?", "users?", "buyers?", "clients?", "households?",
    "members?", "spenders?", "consumers?", "visitors?", "participants?", "respondents?",
)  # fmt: skip
"""People in general."""
ONE = _one_of(
    "customer", "person", "individual", "shopper", "user", "buyer", "client", "member", "spender", "consumer",
    "visitor", "participant", "respondent", "somebody", "someone",
)  # fmt: skip
"""One of them."""
MARKED = "names?|emails?|addresses|identity|identities|accounts?|phone numbers?|webids?|records?"
TELLING = "list|name|identify|find|export|email|contact|call|reveal"
RANKED = "top|biggest|best|largest|richest|poorest|oldest|youngest|highest|heaviest|loyal|loyalest|worst|smallest"
PERSON = (
    r"who(?:'s|m)?",
    r"whose",
    rf"(?:which|what) (?:{ONE}|customers|shoppers|users|buyers|clients|members|spenders|visitors|individuals)",
    r"which (?:people|persons|households|consumers)",
    rf"(?:the )?(?:{MARKED}) (?:of|for|from|behind) (?:the |these |those |all |any )?(?:\w+ )?{FOLK}",
    rf"(?:{TELLING}) (?:me )?(?:all |the |every |of )*(?:\w+ )?{FOLK}",
    rf"(?:a|one|this|that|any|some|another) (?:single|particular|specific|certain|given|individual|random) {ONE}",
    rf"(?:this|that|my|our) (?:\w+ )?{ONE}",
    rf"{ONE} (?:number|no|id|nr)(?: \S+)?",
    rf"{ONE} \d+",
    rf"{ONE} (?:with|having) (?:the )?(?:id|number|name|email|address|webid)",
    rf"(?:{RANKED}) (?:\w+ )?(?:customers?|spenders?|buyers?|shoppers?|clients?|persons?|users?|members?|consumers?)",
    r"i|my|mine|myself|he|she|his|her|him|hers|neighbours?|neighbors?|wife|husband|mother|father|friends?|boss|colleagues?",
    r"(?:the |an )?individuals?(?: (?:records?|purchases|level|answers?|reports?|data))?",
    r"(?:raw|single|individual|each|every) (?:answers?|reports?|records?|receipts?|transactions?)",
)
"""Questions about one person or about single records."""
FORETELLING = _one_of(
    "will", "forecasts?", "predict|predicted|predictions?", "expected", "going to", "tomorrow",
    "next (?:week|month|quarter|year|christmas)",
)  # fmt: skip
REASONS = _one_of("why", "because", "reasons?", "causes?", "caused", "due to", "thanks to", "should")
CHANGING = (
    "not except excluding without only never nobody none neither nor besides but unless apart since anyone anybody"
    " anything something everything others"
)
"""Words that change what is asked and that nothing here uses: known, so that they are not taken for a name."""

LOW = _one_of(
    "smallest", "lowest", "(?<!at )least(?: (?:popular|common|bought|often|frequent))?", "fewest", "bottom", "rarest",
    "weakest",
)  # fmt: skip
COMPARING = _one_of(
    "more common", "more popular", "more often", "more", "fewer", "less", "larger", "bigger", "higher", "smaller",
    "lower", "greater", "commoner",
)  # fmt: skip
OFTEN = "(?:(?:often|usually|commonly|frequently|most) )?"
UNIT = "(?:month|quarter|week|year)"
MOST_WORDS = _one_of(
    "popular", "common", "commonly", "bought", "often", "frequent", "frequently", "purchased", "wanted", "money",
    "people", "listened", "played",
)  # fmt: skip
OPERATIONS: tuple[tuple[Operation, str], ...] = (
    (
        Operation.COHORT,
        _one_of(
            rf"(?:how many|number of|what number of) (?:\w+ )?(?:{FOLK}|reports|answers)? ?(?:have |has |had )?"
            r"(?:answered|took part|take part|taken part|responded|participated|joined|contributed|reported|sent|"
            r"(?:are|were|is) behind)(?: (?:in|to|for))?",
            "(?:cohort|sample|batch)(?: size)?",
            "size of the (?:cohort|sample|batch)",
            "how (?:big|large) (?:was|is) the (?:cohort|batch|sample)",
            "(?:number of|how many) (?:participants|respondents|answers|reports|responses)",
        ),
    ),
    (
        Operation.LOSS,
        _one_of(
            "privacy (?:loss|losses|cost|costs|budget|price|spend|spent)", "epsilons?", "\u03b5", "delta",
            "how private", "loss of privacy|losses of privacy", "(?:cost|costs|paid|pay|price) (?:in|of) privacy",
            "(?:in )?privacy", "to answer", "for answering", "how much noise", "noise", "sigma",
        ),
    ),
    (
        Operation.TOGETHER,
        _one_of(
            rf"{OFTEN}(?:(?:bought|buy|purchased|sold|sell|sells) )?together(?: with)?", "alongside", "along with",
            "(?:goes|go|going|went) (?:well |best )?with",
            rf"{OFTEN}(?:bought|buy|buys|purchased|sold|sells|combined?|paired|pairs?|bundled?) with", "bundles?",
            "pairs?",
            "pairings?", "combinations?", "(?:in )?the same basket", "(?:in )?one basket", "baskets?",
            "also (?:buy|bought|have|get|purchase)", "co ?purchase|co ?purchases|co ?purchased", "combined?",
        ),
    ),
    (
        Operation.TREND,
        _one_of(
            "trends?", "trending", "over time", "over the (?:months|quarters|weeks|years)",
            rf"{UNIT} (?:by|over|to|on) {UNIT}",
            "change|changes|changed|changing|develop|develops|developed|developing",
            "evolve|evolved|evolving|move|moved|moving",
            "grow|grows|grew|grown|growing|growth", "rise|rises|rose|risen|rising|fall|falls|fallen|fell|falling",
            "increase|increases|increased|increasing", "decrease|decreases|decreased|decreasing",
            "decline|declines|declined|declining",
            "(?:going|gone|went|go) (?:up|down)(?: or (?:up|down))?", "up or down",
            "(?:each|every|per) (?:month|quarter|week)", "monthly|weekly|quarterly", "history|historical",
        ),
    ),
    (
        Operation.SHARE,
        ("(?:what )?(?:shares?|proportions?|percent|percentages?|per cent|%|fractions?|portions?|part|slice)"
        " ?(?:of)?(?: all)?"),
    ),
    (
        Operation.MEAN,
        _one_of(
            "(?:on )?average", "mean", "per (?:person|head|customer|household|capita|shopper|buyer|consumer)",
            "typical", "typically", "(?:a|each|one|every) (?:single )?(?:person|customer|household|shopper|consumer)",
        ),
    ),
    (
        Operation.LIST,
        _one_of(
            "breakdowns?", "break down", "broken down", "distributions?", "distributed", "split",
            "all (?:the )?(?:cells|figures|numbers|categories|items|groups|rows|results|classes)", "spread", "divided",
            "where (?:does|do|did) (?:the |their |people's |most )?(?:money|spending|dollars?|sgd) (?:go|goes|fall)",
            r"where (?:do|does|did) (?:\w+ )?spend", "results?", "overview", "table", "list",
        ),
    ),
    (
        Operation.TOP,
        _one_of(
            "(?:the )?(?:top|largest|biggest|highest|greatest|leading|main|strongest|commonest|popular)",
            "(?:the )?(?:favorites?|favourites?)",
            "(?:the )?(?:best selling|bestselling|bestsellers?|ranking|ranked|rank|best)",
            rf"(?<!at )(?:the )?most(?: {MOST_WORDS})?",
        ),
    ),
)  # fmt: skip
"""Patterns of whole words, in the order in which they are looked for."""

NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
AMOUNT = r"(?:sgd )?(?P<n>\d+)(?: sgd| dollars)?"
MORE = r"(?:or more|and more|or over|and up|upwards)"
LIMITS: tuple[tuple[str, str], ...] = (
    (
        (
            rf"(?:at least|no less than|not less than|minimum of|>=|from) {AMOUNT}(?: or more)?|"
            rf"(?:sgd )?(?P<m>\d+)(?: sgd| dollars)? {MORE}"
        ),
        "at_least",
    ),
    (rf"(?:below|under|less than|fewer than|<) {AMOUNT}", "below"),
    (rf"(?:above|over|more than|greater than|exceeding|>|up to|at most|no more than|<=|exactly) {AMOUNT}", "other"),
)
"""``other`` bounds are ones that no segment can have: a segment is at least, or below, a step of the ladder."""
STATES: Mapping[str, str] = {
    "open": "running", "running": "running", "live": "running", "active": "running", "waiting": "waiting",
    "released": "released", "finished": "released", "published": "released", "done": "released",
    "abandoned": "abandoned", "failed": "abandoned",
}  # fmt: skip

PEOPLE = (
    r"(?:how many )?(?:people(?:'s)?|customers?|shoppers?|households|persons?|buyers?|users?|consumers?|members|"
    r"everyone|everybody|visitors?|clients?|those|folks|listeners?|viewers?)(?: (?:who|that))?"
)
ACTIVITIES: Mapping[str, frozenset[str]] = {
    r"spend|spends|spent|spending|spendings|money|dollars?|sgd|expenditures?|pay|paid|cost": frozenset(
        {"spend", "product_spend", "order_value", "net", "average_purchase", "largest_purchase"}
    ),
    (
        r"buy|buys|bought|buying|purchase|purchases|purchased|purchasing|transactions?|get|got|ordered|orders?|consume|"
        r"consumed|sell|sells|sold|selling"
    ): frozenset({"purchases", "spend", "product_spend", "order_value", "orders", "items", "transactions"}),
    r"plays?|played|listen|listens|listened|listening|songs?|music|hear|heard": frozenset(
        {"plays", "listening_minutes", "podcast_minutes", "skips"}
    ),
    r"watch|watched|watching|videos?": frozenset({"videos", "music_videos"}),
    r"walk|walked|steps?": frozenset({"steps"}),
    r"sleep|slept|sleeping": frozenset({"sleep_minutes"}),
    r"earn|earned|income": frozenset({"income", "salary"}),
}
"""What people do, and the measures that are about it."""
DIMENSION_WORDS: Mapping[str, tuple[str, ...]] = {
    "category": ("category", "categories"),
    "group": (
        "groups", "by group", "per group", "which group", "what group", "kinds of goods", "kind of goods", "goods",
        "kinds of products", "product groups",
    ),
    "product": ("product", "products"),
    "merchant": ("merchant", "merchants", "shop", "shops", "store", "stores"),
    "offer": ("offer", "offers", "redemptions", "redeemed"),
    "month": ("month", "months"),
    "weekday": ("weekday", "weekdays", "day of the week", "days of the week"),
    "weekend": ("weekend", "weekends"),
    "hour": ("hour", "hours", "time of day"),
    "artist": ("artist", "artists"),
    "channel": ("channel", "channels"),
    "recency": ("recency", "how recently"),
    "frequency": ("frequency", "how often", "how frequently"),
    "money": ("value", "monetary value", "for how much"),
}  # fmt: skip
"""Words for the axes of a release."""
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "eating-out": ("dining", "dining out", "restaurant", "restaurants", "eating out"),
    "transport": ("transportation",),
    "telecom": ("telecoms", "phone bills"),
    "health": ("healthcare", "health care"),
    "entertainment": ("leisure",),
    "travel": ("travelling", "traveling"),
    "other": ("other category", "category other", "other spending"),
}
"""Other words for a category, of the same extent."""
NEUTRAL = frozenset(
    "a an the of in on at to for from by is are was were be been being do does did have has had having there that this"
    " these it its they them their what which how much many give show tell me us please can could would you we our let"
    " know see want need find say says said number numbers count counts counted counting"
    " figure figures value values estimate"
    " estimated amount amounts totals according about around roughly approximately so now then with and as if release"
    " releases study studies survey surveys statistics group sure confident certain precise accurate reliable exact"
    " question hello hi hey thanks thank okay ok well kindly size segment cell cells class classes big large lies lie"
    " item items thing things kind kinds sort going go goes went look looks like made make makes during within here"
    " held hold holds people's whole into one unit drawn answers answered asked ask asks out end interval intervals"
    " name named called exist".split()
)
"""Words that change nothing."""


def known_words() -> set[str]:
    """Every plain word of the lists, for the repair of spelling."""
    patterns = [pattern for _, pattern in OPERATIONS] + [PEOPLE, LOW, COMPARING, FOLK, REASONS, CHANGING]
    patterns += [*ACTIVITIES, *PERSON, FORETELLING]
    bare = (re.sub(r"\(\?(?::|P<\w+>)", " ", pattern) for pattern in patterns)
    found = {word for pattern in bare for word in re.findall(r"[a-z]{3,}", pattern)}
    texts = [text for each in (*DIMENSION_WORDS.values(), *SYNONYMS.values()) for text in each]
    return found | {word for text in texts for word in text.split()} | NEUTRAL | set(STATES) | set(NUMBERS)
