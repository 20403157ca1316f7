"""A question with placeholders for its names, periods, amounts and days, as the bank's skeletons have them.

What is masked is found by the rules' own readers, so that a name or a period is the same thing to both. The words that
stand in their place are ordinary ones of the same type: the sentence model has read those.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from pod_agent.assistant.rules.dates import MONTHS, NUMBERS, WEEKDAYS, read_times
from pod_agent.assistant.rules.hours import take_hours
from pod_agent.assistant.rules.lexicon import Lexicon
from pod_agent.assistant.rules.limits import take_limits
from pod_agent.assistant.rules.reading import plain
from pod_agent.assistant.rules.text import nearest
from pod_agent.assistant.rules.words import BROAD, FILLER, NARROW, SPELLABLE

__all__ = ["masked"]

NAMES: Final = {
    "merchant": ("acme", "globex"),
    "person": ("john", "mary"),
    "artist": ("coldplay", "radiohead"),
    "track": ("coldplay", "radiohead"),
    "album": ("coldplay", "radiohead"),
    "podcast": ("serial", "the daily"),
    "channel": ("vsauce", "veritasium"),
    "video": ("vsauce", "veritasium"),
    "shop": ("acme", "globex"),
    "product": ("milk", "eggs"),
    "section": ("milk", "eggs"),
    "words": ("milk", "eggs"),
}
"""What stands for the first name of each kind, and for all others."""
QUESTION_WORDS: Final = frozenset("how much many often long what which who when where".split())
KNOWN: Final = FILLER | SPELLABLE | MONTHS.keys() | WEEKDAYS.keys() | NUMBERS.keys() | QUESTION_WORDS
"""Words that are no names, though a song or a shop may be called so."""
SHORTEST_NAME: Final = 3
WEEKEND: Final = r"\b(?:(?:on |at |during |over )?(?:the |a )?week-?ends?|saturdays? (?:and|or) sundays?|sat sun)\b"
WEEKDAY: Final = rf"\b(?:on |every |each )?(?:{'|'.join(name for name in WEEKDAYS if len(name) > 5)})s\b"
CARD: Final = (
    r"\b(?:on|with|by|using|to|from|via|through|in) (?:the |my |our )?(?:(?!savings?\b)\w+ ){0,2}?"
    r"(?:(?:credit |debit )?card|mastercard|visa|amex)\b"
)
ACCOUNT: Final = (
    r"\b(?:on|with|by|using|to|from|via|through|in) (?:the |my |our )?(?:(?!savings?\b)\w+ ){0,2}?"
    r"(?:bank account|account)\b"
)
CATEGORIES: Final = (*(words for name, words in BROAD.items() if name != "subscriptions"), *NARROW.values())
"""All categories but subscriptions, which are a subject of their own."""
SOUNDS: Final = r"\b(?:u+m+|u+h+m*|e+r+m*|hm+)\b"
AMOUNT: Final = r"\$ ?\d+(?:\.\d+)?|\b\d+(?:\.\d+)? ?(?:\$|dollars|bucks)"


def masked(question: str, lexicon: Lexicon, today: date, words: frozenset[str] = frozenset()) -> str:
    """The question in small letters with placeholders; misspelt ones of these ``words`` are put right."""
    said = re.sub(SOUNDS, " ", plain(question)).split()
    text = _names(f" {' '.join(_repaired(word, words) for word in said)} ", lexicon)
    text, _ = take_hours(text)
    text = re.sub(r"\bH\d+\b", "after 10 pm", text)
    text, _ = take_limits(text)
    text = re.sub(r"\bA\d+\b", "over 100", text)
    text = _times(" ".join(text.split()), today)
    text = re.sub(WEEKEND, " on weekends ", text)
    text = re.sub(WEEKDAY, " on weekends ", text)
    text = re.sub(CARD, " with the card ", text)
    text = re.sub(ACCOUNT, " from the bank account ", text)
    text = _categories(text)
    text = re.sub(AMOUNT, " $500 ", text)
    text = re.sub(r"\b\d{4,}\b", "10000", text)
    text = re.sub(rf"\b(?:\d{{1,2}}|{'|'.join(word for word in NUMBERS if word != 'one')})\b", "5", text)
    return " ".join(text.split()).casefold()


def _repaired(word: str, words: frozenset[str]) -> str:
    if not words or word in words or word in KNOWN or not word.isalpha():
        return word
    return nearest(word, sorted(words), shortest=5) or word


def _names(text: str, lexicon: Lexicon) -> str:
    """Full names of the records, the longest first, one placeholder for each of a kind."""
    given: dict[str, int] = {}
    for key in sorted(lexicon.within(text, shortest=SHORTEST_NAME), key=lambda key: (-len(key), key)):
        if f" {key} " not in text or all(word in KNOWN or word.isdigit() for word in key.split()):
            continue
        first, other = NAMES[lexicon.names[key][0].kind]
        number = given[first] = given.get(first, 0) + 1
        text = text.replace(f" {key} ", f" {first if number == 1 else other} ")
    return text


def _times(text: str, today: date) -> str:
    times = read_times(text, today)
    if times.vague is not None or times.broken is not None:
        return text
    if len(times.periods) > 1:
        return re.sub(r"\bP0\b", "august", re.sub(r"\bP[1-9]\d*\b", "september", times.text))
    spans = times.ends and times.ends[0] is not None
    return re.sub(r"\bP0\b", "from august to september" if spans else "last month", times.text)


def _categories(text: str) -> str:
    found = 0
    for pattern in CATEGORIES:
        if re.search(rf"\b(?:{pattern})\b", text):
            text = re.sub(rf"\b(?:{pattern})\b", "groceries" if not found else "transport", text)
            found += 1
    return text
