"""Topics: which kind of records a question is about, told by its words before anything else is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from pod_agent.assistant.rules.lexicon import Kind

__all__ = ["NAMES_OF", "PAID", "SOUND", "TOPICS", "About", "Topic", "topics_of"]

Topic = Literal["", "health", "music", "video", "shops", "subscriptions"]
"""The empty one is money, or listening where only the names in a question tell."""

NAMES_OF: dict[Topic, tuple[Kind, ...]] = {
    "health": (),
    "music": ("artist", "track", "album", "podcast"),
    "video": ("channel", "video"),
    "shops": ("shop", "product"),
    "subscriptions": ("merchant", "channel"),
}
"""What the names in a question of each topic may be."""

SOUND = (
    r"\b(?:play(?:s|ed|ing)?|spun|listen(?:s|ed|ing)?|songs?|artists?|albums?|podcasts?|podcsts?"
    r"|(?<!lost )(?<!losing )(?<!lose )(?<!keep )tracks?"
    r"|episodes?|music|streams"
    r"|skip(?:s|ped|ping)?|singers?|bands?|heard?|tunes?|stream(?:ed|ing)?(?! (?:services?|subscriptions?"
    r"|platforms?|apps?))"
    r"|musicians?|rappers?|lyrics?|genres?|playlists?)\b"
)
PAID = (
    r"\b(?:spen[dt]|spending|pay|paid|cost|costs|bill|bought|buy|money|purchases?|payments?|transactions?"
    r"|sgd|charged?)\b"
)
"""Words that only make sense of listening, and of money."""
TIME_SPENT = (
    r"\b(?:hours?|minutes?|mins|hrs|time|long)\b(?: \w+){0,6} spen[dt](?:ing)?\b"
    r"|\bspen[dt](?:ing)? (?:(?:the|most|more|less|of|my|longest|\d+) )*(?:listening|watching|sleeping"
    r"|walking|asleep|hours?|minutes?|time)\b"
)
"""Time is spent there, not money."""

HEALTH = (
    r"\b(?:steps?|step ?counts?|walk(?:ed|s|ing)?|sleep(?:s|ing)?|slept|asleep|nights?|shut ?eye|kip|slumber|lie ins?"
    r"|heart ?(?:rates?"
    r"|beats?)|pulse|resting|stress levels?|cups of water|hydrat\w+|blood pressure|cholesterol|body temperature"
    r"|rhr|bpm|weigh(?:ts?|ed|s|ing)?|heavy|heavier|lighter|heaviest|lightest|kilos?|kilograms?|scales?"
    r"|floors?|calories|kcal|distance|body fat|bmi"
    r"|glucose|blood sugar|oxygen saturation|spo2|hrv|vo2 ?max|(?:sleep|stress|readiness) scores?|active zone"
    r" minutes|breathing rate|respiratory rate)\b"
)
VIDEO = (
    r"\b(?:videos?|vids?|clips?|watch(?:e[ds]|ing)?|channels?|youtubers?|youtube(?! premium|"
    r" subscription\b)|yt|youtube music|subscribers?|sub to|subs to|viewed|viewing|vlogs?|i"
    r" (?:last |first |ever )?view|yt music|shorts|views)\b"
    r"|\b(?:ads|adverts|advertisements|commercials) (?:did|have|do|was) i\b"
    r"|\b(?:am i|do i|i am|i) (?:still )?follow(?:ing)?\b"
)
CHANNELS = r"\b(?:channels?|youtubers?|(?:on|to|of|my) youtube)\b(?! premium)(?!.*\b(?:costs?|pay|paid|spen[dt])\b)"
ORDERS = (
    r"\b(?:orders?|ordered|products?|items?|baskets?|unit price|price of|cartons?|packets?|packs?"
    r"|bottles?|cans?|tins?"
    r"|bags?|boxes|trays?|tubs?|jars?|loaves|loaf|rolls?|bars?|litres?|delivered|cancelled|canceled"
    r"|parcels?|sections?|aisles?)\b"
)
ORDERING = r"\b(?:order|ordered)(?: food)? (?:from|at)\b"
"""Money at a shop as often as an order there: read as money first."""
ORDERED_MOST = r"\b(?:which|what) (?:shop|store)s? (?:do|did|have) i (?:usually )?order(?:ed)?\b"
BUYING = (
    r"\b(?:spen[dt]s?|spending|pay|paid|costs?|buy|bought|buying|buys|purchased?|purchases?|spends?|went"
    r"|expend(?:ed)?|laid out|money|deliver(?:ed)?|last time|price|order(?:s|ed)?|get|got)\b"
    r"|^how much (?:is|was)"
)
"""Without one of these, words of products are no products."""
RUNNING_COST = (
    r"(?<!spend )(?<!spent )\bhow much (?:(?:is|are|does|do) )?(?:\w+ ){0,3}(?:per|a|each|every)"
    r" month\b(?! in| since| from)|"
    r"\b(?:does|do) [\w ]{1,40} (?:cost|charge)(?: me)? (?:(?:per|a|each|every) (?:month|year)|monthly"
    r"|yearly|annually)\b"
    r"|\bdo i pay (?:(?:per|a|each|every) month )?for\b"
)
"""What something costs all the time: a subscription, if it is one."""
SUBSCRIBED = (
    r"\b(?:subscriptions?|sub|subscribed?|subscribing|subs|subbed|memberships?|recurring (?:charges|payments"
    r"|bills)|renew(?:s|ed|al)?|price (?:rise|increase|hike|change)s?"
    r"|more ex(?:pensive)?|dearer|pricier|costlier|gone up in price|go up in price|raised? (?:its|their) prices?)\b"
)
MAYBE_SUBSCRIBED = (
    r"\b(?:go up|went up|gone up|prices?|still (?:pay(?:ing)?|active|charged|running)|costs?|any ?more)\b"
)
"""Of a service that is paid again and again."""
SPENT = (
    r"\b(?:spent|spending|did (?:i|we) (?:spend|pay)|have i (?:spent|paid)|paid|went|goes|did [\w"
    r" ]{0,20}subscriptions?"
    r" cost|spend|purchases?|payments?|transactions?)\b"
)
"""Money that was spent on the category of subscriptions, not what the subscriptions are."""


@dataclass(frozen=True, slots=True)
class About:
    """How a topic is named where nothing of it is held, and what brings it."""

    what: str
    export: str


TOPICS: dict[str, About] = {
    "transaction": About("bank or card transactions", "a statement of your bank or card"),
    "listen": About("listening", "your Spotify streaming history"),
    "view": About("videos", "a Google Takeout of YouTube with the watch history"),
    "follow": About("channel subscriptions", "a Google Takeout of YouTube with the list of subscriptions"),
    "order": About("orders", "the order history of a shop, such as FairPrice or Lazada"),
    "order-line": About("products", "the order history of a shop, such as FairPrice or Lazada"),
    "subscription": About("bank or card transactions", "a statement of your bank or card"),
    "health": About("health", "a Google Takeout of Fitbit or Google Health"),
}
"""By kind of record."""


def topics_of(text: str) -> tuple[Topic, ...]:
    """The topics that a canonical text may be about, the likeliest first."""
    paid, sound = re.search(PAID, re.sub(TIME_SPENT, " ", text)) is not None, re.search(SOUND, text) is not None
    if re.search(SUBSCRIBED, text) and not re.search(CHANNELS, text):
        return ("", "subscriptions") if re.search(SPENT, text) else ("subscriptions",)
    table: tuple[tuple[bool, tuple[Topic, ...]], ...] = (
        (re.search(RUNNING_COST, text) is not None, ("subscriptions", "")),
        (re.search(VIDEO, text) is not None and not paid, ("video", "")),
        (re.search(HEALTH, text) is not None and not (paid or sound), ("health", "")),
        (sound and not paid, ("music", "")),
        (re.search(r"\bdiscover(?:ed)?\b", text) is not None and not paid, ("music", "video")),
        (re.search(ORDERED_MOST, text) is not None, ("shops", "")),
        (re.search(ORDERS, re.sub(ORDERING, " ", text)) is not None and not sound, ("shops", "")),
        (re.search(BUYING, text) is not None and not sound, ("", "shops")),
    )
    maybe: tuple[Topic, ...] = ("subscriptions",) if re.search(MAYBE_SUBSCRIBED, text) else ()
    found = next((topics for holds, topics in table if holds), ("",))
    if found[0] == "video" and re.search(r"\byoutube\b", text):
        return ("video",)
    return found if found[0] in {"music", "video", "health"} else tuple(dict.fromkeys((*found, *maybe)))
