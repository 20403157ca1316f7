"""The words of each topic beside those of ``words.py``: tried before them, in order. Data only."""

from __future__ import annotations

import re

from pod_agent.assistant.rules.topics import Topic

__all__ = ["FILLERS", "MEASURED", "TOPIC_ROLES"]

Table = tuple[tuple[re.Pattern[str], str], ...]


def _table(*pairs: tuple[str, str]) -> Table:
    return tuple((re.compile(rf"\b(?:{pattern})\b"), role) for pattern, role in pairs)


MEASURED = {
    "STEPS": ("steps", r"(?:daily )?step ?counts?|steps?(?: taken| count)?|walk(?:ed|s|ing)?"),
    "RESTING": (
        "resting_heart_rate",
        r"(?:average )?(?<!un)resting (?:heart ?(?:rates?|beats?)|pulse|hr|bpm)|rhr|heart ?rates? at rest",
    ),
    "HEARTRATE": ("heart_rate", r"heart ?(?:rates?|beats?)|pulse"),
    "SLEEPSCORE": ("sleep_score", r"sleep scores?"),
    "STRESS": ("stress_score", r"stress scores?"),
    "READINESS": ("readiness_score", r"readiness scores?"),
    "BODYFAT": ("body_fat", r"body fat(?: percentage)?"),
    "BMI": ("body_mass_index", r"bmi|body mass index"),
    "FLOORS": ("floors", r"floors?(?: climbed)?"),
    "CALORIES": ("energy_burned", r"(?:calories|kcal)(?: burn(?:ed|t)| did i burn)?"),
    "DISTANCE": ("distance", r"distance(?: covered)?"),
    "GLUCOSE": ("glucose", r"(?:blood )?glucose|blood sugar"),
    "OXYGEN": ("oxygen_saturation", r"(?:blood )?oxygen(?: saturation)?|spo2"),
    "HRV": ("heart_rate_variability", r"hrv|heart ?rate variability"),
    "VO2": ("vo2_max", r"vo2 ?max"),
    "ZONE": ("active_zone_minutes", r"active zone minutes"),
    "BREATHING": ("respiratory_rate", r"(?:breathing|respiratory) rate"),
    "SLEEP": ("sleep_minutes", r"sleep(?:s|ing)?|slept|asleep|shut eye"),
    "WEIGHT": ("weight", r"(?:body ?)?weigh(?:ts?|ed|s|ing)?|heavy(?= (?:am|was|were) i)|how heavy|kilos"),
}
"""Roles of what devices measure: the measure, and the words for it, the longer ones before the parts of them."""

SHARE = r"(?:percentage|percent|share|proportion|fraction|%)"
ORDER = ("HRV", "SLEEPSCORE", "RESTING")

HEALTH = _table(
    *(
        pair
        for unit, role in (("night", " SLEEP"), ("day", ""))
        for pair in (
            (rf"(?:on )?(?:how many|number of) (?:different )?{unit}s", f"MANYDAYS{role}"),
            (rf"(?:(?:which|what) )?{SHARE}(?: of)?(?: all)?(?: my| the)? {unit}s", f"SHAREOFDAYS{role}"),
            (rf"(?:on )?(?:which|what) {unit}s?", f"WHICHDAY{role}"),
            (rf"(?:per|each|every|an?|by|in one|in a single|on one|on a single) (?:single )?{unit}s?", f"PERDAY{role}"),
        )
    ),
    (r"how (?:often|many times)", "MANYDAYS"),
    (r"(?:on )?(?:which|what) dates?", "WHICHDAY"),
    (r"daily|day by day", "PERDAY"),
    (r"nightly|night by night", "PERDAY SLEEP"),
    (r"(?:at |by )?the end(?: of)?(?=\s+P\d)", "ATEND"),
    (r"heaviest", "WEIGHT MAX"),
    (r"lightest", "WEIGHT MIN"),
    (r"(?:lose|lost|losing|shed)", "LOST"),
    (r"(?:gain(?:ed)?|put on)", "GAINED"),
    (r"longer", "MORE"),
    (r"shorter", "LESS"),
    (r"longest|best|deepest", "LONGEST"),
    (r"shortest|worst", "SHORTEST"),
    *((MEASURED[role][1], role) for role in dict.fromkeys((*ORDER, *MEASURED))),
    (r"nights", "DAYS SLEEP"),
    (r"night", "ONEDAY SLEEP"),
    (r"days", "DAYS"),
    (r"day", "ONEDAY"),
    (r"currently|right now|now|at the moment", "NOW"),
)  # fmt: skip

VIDEO = _table(
    (r"(?:on |in |with )?(?:youtube music|yt music)", "YTMUSIC"),
    (r"subscribed?(?: to)?|follow(?:ing|ed)?", "SUBSCRIBED"),
    (r"channel subscriptions?|subscribed channels?|subscriptions?", "SUBSCRIPTIONS"),
    (r"(?:at|in|during) (?:which|what) hour(?: of the day)?|(?:which|what) (?:hour|time)(?: of (?:the )?day)?",
     "WHICHHOUR"),
    (r"(?:youtube )?channels|youtubers", "CHANNELS"),
    (r"(?:youtube )?channel|youtuber", "CHANNEL"),
    (r"(?:youtube )?(?:ads|adverts|advertisements)", "ADS"),
    (r"(?:youtube )?(?:videos|vids|clips|shorts)(?: (?:on|from|in) youtube)?", "VIDEOS"),
    (r"(?:youtube )?(?:video|clip)", "VIDEO"),
    (r"watch(?:es|ed|ing)?|view(?:s|ed|ing|ings)?|see|saw|seen", "WATCH"),
    (r"(?:on |in |of )?youtube", "YOUTUBE"),
)  # fmt: skip

SHOPS = _table(
    (r"(?:total |combined |whole )?(?:value|worth)(?: of)?(?= (?:all |of |my |the |\w+ ){0,3}orders?\b)", "ORDERVALUE"),
    (r"get|got|gotten|receive[ds]?", "BUY"),
    (r"(?:order|basket) (?:value|size|total|amount)s?", "ORDERVALUE"),
    (r"cancelled|canceled", "CANCELLED"),
    (r"refunded|returned", "REFUNDED"),
    (r"(?:been )?delivered", "DELIVERED"),
    (r"(?:not yet delivered|pending|open|outstanding)(?= orders?)", "PLACED"),
    (r"(?:the )?(?:unit )?price(?: of| for)?|how much (?:is|was|are|were)(?: (?:a|an|one|the))?(?= (?!my|the total))",
     "PRICE"),
    ((r"(?:cartons?|packets?|packs?|bottles?|cans?|tins?|bags?|boxes|trays?|tubs?|jars?|loaves|loaf|rolls?|bars?"
      r"|units?|pieces?) of"), "PACKS"),
    (r"orders|baskets|deliveries|parcels", "ORDERS"),
    (r"order(?= (?:from|at|with|on)\b)|ordered", "BUY"),
    (r"(?<=did i )order|(?<=do i )order|(?<=have i )order", "BUY"),
    (r"order|basket|delivery|parcel", "ORDER"),
    (r"products|items|articles|things", "PRODUCTS"),
    (r"product|item|article|thing", "PRODUCT"),
    (r"(?:shop )?(?:section|aisle|department)s?", "SECTION"),
    (r"(?<=i )place[ds]?|placed", "BUY"),
    (r"online shops?|shops", "SHOPS"),
    (r"shop(?! at)|store", "SHOP"),
    (r"(?:by )?(?:quantity|quantities|number of pieces)", "QUANTITY"),
    (r"worth", "WORTH"),
)  # fmt: skip

SUBSCRIPTIONS = _table(
    ((r"(?:become|became|becomes|get|got|gotten|getting|turn(?:ed)?|gone|go|went|been|is|are)?(?: any)? ?(?:more"
      r" (?:expensive|costly)|dearer|pricier|costlier|up in price)"), "DEARER"),
    ((r"(?:have |has |had )?(?:a )?price (?:rise|increase|hike)s?|raised? (?:its|their|the) prices?|increased?"
      r" (?:in|its) prices?"), "DEARER"),
    (r"price changes?|chang(?:e|ed) (?:its |their |the |in )?prices?", "PRICECHANGE"),
    (r"(?:subscribed?|subscribing)(?: to)?", "SUBSCRIBED"),
    (r"by how much|how much (?:more|by)|and how much(?= |$)", "BYHOWMUCH"),
    (r"subscriptions", "SUBSCRIPTIONS"),
    (r"subscription", "SUBSCRIPTION"),
    (r"(?:yearly|annual|annually)", "YEARLY"),
    ((r"(?:currently |right |still )?active|current|running|ongoing|currently|right now|at the moment|still"
      r"|now"), "ACTIVE"),
    (r"each(?! month| year)", "EACH"),
    (r"(?:per|a|each|every) year", "PERYEAR"),
    (r"in total|altogether|all in all|combined|together", "TOTAL"),
)  # fmt: skip

TOPIC_ROLES: dict[Topic, Table] = {
    "": (),
    "health": HEALTH,
    "video": VIDEO,
    "shops": SHOPS,
    "subscriptions": SUBSCRIPTIONS,
}
"""Phrases with their roles, by topic."""

FILLERS: dict[Topic, frozenset[str]] = {
    "": frozenset(),
    "health": frozenset(
        "take took taken make made get got body data recorded measured logged count go reach reached hit climb climbed"
        " manage managed kg".split()
    ),
    "video": frozenset("about data account upload uploaded list posted still currently now".split()),
    "shops": frozenset("get got online bought total".split()) - {"bought", "total"},
    "subscriptions": frozenset("expensive services service plan plans any price prices paying active".split()),
}
"""Words that change nothing within a topic."""
