"""Trimming: a question without the words that the rules do not know, where none of them can change what is asked.

What remains is planned by the rules anew. That alone answers nothing: agreement takes it only where the classifier,
which has read the whole question, means the same plan.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from pod_agent.assistant.classifier.heads import shipped
from pod_agent.assistant.guard import BEFORE_NAMES, HARMLESS, STAND_INS, unused
from pod_agent.assistant.parts import Parts
from pod_agent.assistant.rules.harmless import is_english
from pod_agent.assistant.rules.reading import Reading, plain
from pod_agent.assistant.rules.text import canonical

__all__ = ["trimmed"]

CHANGING: Final = frozenset(
    """
    again all alone another any anything both either every everything extra few fewer half least less many more most
    much neither no none nothing once only other others own same several some something thrice total twice whole
    active afterwards begin beginning began cancel cancelled complete completed ended failed final finish finished free
    inactive known new newest normal old older oldest outstanding overdue paid paused pending planned repeat repeated
    return returned returning run running ran shared skip skipped start started starting still stop stopped stopping
    typical unknown unpaid unused usual yet
    after ago always around before beyond between during earlier earliest early ever except excluded excluding first
    former inside last late later latest latter left mid near never next outside over past previous remaining second
    since third till under until within without
    afternoon breakfast dawn daytime dinner evening lunch midnight morning night noon
    big bigger biggest bad best better worse worst cheap cheaper cheapest dear expensive fast good high higher highest
    long longer longest low lower lowest short shorter shortest slow small smaller smallest strict
    average budget consecutive gross limit median net percent price prices rate ratio row share straight streak tax
    date dates day days hour hours minute minutes month months time times week weekday weekend weekends weeks year years
    abroad account accounts bank bonus card cards cash charge currency discount discounts dollar dollars euro fee fees
    cent cents feet foot gram grams inch inches kilometres litre litres metres miles ounces pence pound pounds seconds
    stone units foreign home interest kilo kilos local offline online overseas phone points voucher vouchers
    """.split()
)
"""Ordinary words that may change what is asked, wherever they stand."""


def trimmed(question: str, sketch: Parts, reading: Reading) -> str | None:
    """The question without its unknown words; None where there are none, or one of them or a known one may weigh."""
    left = frozenset(reading.left)
    if not left or not all(_is_idle(word, question, reading) for word in left):
        return None
    if sketch.operation == "value" and re.search(r"\b(?:which|who|whose|where)\b", question, re.IGNORECASE):
        return None
    if unused(question, sketch, replace(reading, left=[])) is not None:
        return None
    words = [(word, canonical(word)) for word in plain(question).split()]
    if not left <= {said for _, said in words}:
        return None
    return " ".join(word for word, said in words if said not in left)


def _is_idle(word: str, question: str, reading: Reading) -> bool:
    """Whether this is an ordinary word that does not stand where a name or a thing is told."""
    if word in CHANGING or word in STAND_INS or not re.fullmatch(r"[a-z]+", word):
        return False
    if word not in HARMLESS and word not in shipped().words and not is_english(word):
        return False
    if re.search(rf"[^.?!:\s]\s+(?:{word.capitalize()}|{word.upper()})\b", question):
        return False
    return not re.search(rf"\b{BEFORE_NAMES} (?:the |my |a |an )?{word}\b", reading.text)
