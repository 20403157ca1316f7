"""Clauses: the part of a question that asks, without what people say around it.

"I keep telling myself I don't go that often, but how many times did I buy from Kopitiam?" asks what stands behind
the "but". A clause that only tells is left out where it holds nothing that the asking one does not hold as well: a
name, a period or a limit in it may be what the question is about.
"""

from __future__ import annotations

import re
from datetime import date

from pod_agent.assistant.rules.lexicon import Lexicon
from pod_agent.assistant.rules.parts import Reading
from pod_agent.assistant.rules.reading import plain, read
from pod_agent.assistant.rules.topics import topics_of

__all__ = ["core"]

SPLIT = re.compile(
    r"([.!?;:]+\s+|,\s*|\s+[-\u2013\u2014]+\s+|\s+(?=(?:so|but|because|cos|cuz|therefore)\s+(?!far\b|much\b|many\b|that\b|well\b|kind\b|good\b|bad\b|often\b|little\b|long\b)))",
    re.IGNORECASE,
)
LINK = (
    r"(?:(?:and|so|but|well|then|now|ok|okay|right|honestly|because|cos|also|oh|um|uh|er|alright|anyway|look|listen|see"
    r"|you know|by the way|please|like|basically|actually)\s+)*"
)
ASKS = re.compile(
    r"\b(?:how (?:much|many|often|long|large|big|high|has|have|did|does|do|is|was|were|are)|what|whats|which|when"
    r"|where|who|whom|list|show|compare|count|total|top|give|tell|name|rank|add up|sum|work out|find|check|look up"
    r"|read|did i|do i|have i|has|had i|am i|was i|was|were|is|are|should|can i|could i|would|will|why|average|share"
    r"|percent|percentage|number of|amount)\b",
    re.IGNORECASE,
)
TELLS = re.compile(
    rf"^{LINK}(?:i|im|ive|id|ill|we|my|our|it|its|there|theres|(?:this|that) (?:is|was|has|feels|seems|looks)|thats"
    r"|they|he|she|everyone|everybody|someone|people|friends?|sorry|hi|hello|hey|good (?:morning|evening|afternoon)"
    r"|thanks?|thank|let me|lets|no wait|just (?:curious|checking|wondering)|trying|thinking|going through"
    r"|looking (?:back|at my)|cutting back|doing my)\b",
    re.IGNORECASE,
)
ENDING = re.compile(
    rf"^{LINK}(?:(?:could|can|would|will) you (?:please )?(?:add|sum|total|look|check|find|work|tell|show|read|list|do)"
    r"\b.{0,30}|do you (?:have|know) (?:the|that|it)?.{0,20}|if you(?:d| would| could| can|)? ?(?:be so kind|like|can"
    r"|could|dont mind|please|have it|know)?|yes or no|thanks?(?: you)?.{0,12}|it feels like .{0,20}|please do.{0,40}"
    r"|do you have (?:the|it).{0,20}|of course|for me|if possible|if any|just curious|go on|will you)$",
    re.IGNORECASE,
)
NARROWS = re.compile(
    r"\b(?:only|except|excepting|excluding|exclude|without|apart|besides|ignoring|ignore|counting|including|include"
    r"|leaving|minus|mean|instead|rather|just the|not the|alone)\b",
    re.IGNORECASE,
)
"""Words by which a clause that tells may still change what is asked."""
PLACE = r"that (?:shop|store|place|one|artist|band|singer|channel|song)"
THEM = re.compile(
    rf"\b(?:(?P<of>theirs|by them|of them)|(?P<at>(?:to|at|from|with) (?:them|{PLACE})|there)|them|{PLACE})\b"
)
"""Words that stand for a name told before."""
IT = re.compile(
    r"\b(?:(?:did|does|was|is|were|do|has|have) (?:that|it|they|those)|it|them|they|theirs|those|him|her|his)\b"
)
"""Words that stand for something told before, whatever it is."""


def core(question: str, lexicon: Lexicon, today: date) -> str | None:
    """The asking part of a question, where leaving out the rest changes nothing; None where there is no such part."""
    pieces = SPLIT.split(question.strip())
    clauses, joints = pieces[::2], ["", *pieces[1::2]]
    asks = [number for number, clause in enumerate(clauses) if ASKS.search(_bare(clause)) and not _tells(clause)]
    if not asks:
        return None
    told = [
        number
        for number, clause in enumerate(clauses)
        if number not in asks and _tells(clause) and (number < asks[0] or not NARROWS.search(clause))
    ]
    told += [number for number in range(asks[0] + 1, len(clauses)) if ENDING.match(_bare(clauses[number]))]
    if not told:
        return None
    kept = "".join(
        (joints[number] if number else "") + clauses[number] for number in range(len(clauses)) if number not in told
    )
    kept = re.sub(
        rf"^{LINK}|(?:\s|,|\b(?:and|but|or|if|so))+$",
        "",
        kept.strip(" ,;:.!?-") + ("?" if kept.endswith("?") else ""),
        flags=re.IGNORECASE,
    )
    before = [clauses[number] for number in told if number < asks[0]]
    if any(NARROWS.search(clause) for clause in before):
        return None
    return _standing_alone(kept, [plain(clauses[number]) for number in told], lexicon, today)


def _standing_alone(kept: str, told: list[str], lexicon: Lexicon, today: date) -> str | None:
    """The question that is kept, with the name that it points back to; None where it needs more of what was told."""
    topic = topics_of(plain(kept))[0]
    whole = read(plain(kept), lexicon, today, topic)
    parts = [read(text, lexicon, today, topic) for text in told]
    if any(topics_of(text)[0] not in {"", topic} for text in told):
        return None
    names = {name for part in parts for group in part.names for name in group}
    if names and not whole.names and THEM.search(kept.casefold()):
        texts = {name.text for name in names}
        return THEM.sub(lambda found: _back_to(found, *texts), kept, count=1) if len(texts) == 1 else None
    if told and IT.search(kept.casefold()):
        return None
    return kept if all(_holds(whole, part) for part in parts) else None


def _back_to(found: re.Match[str], name: str) -> str:
    return f"of {name}" if found["of"] else f"at {name}" if found["at"] else name


def _bare(clause: str) -> str:
    return re.sub(r"['\u2019]", "", clause).strip()


def _tells(clause: str) -> bool:
    """Whether a clause states something: it begins with who or what does it, and no asking word leads it."""
    bare = _bare(clause)
    if not TELLS.match(bare):
        return False
    wish = re.search(
        r"\b(?:know|see|wondering|wonder|tell|ask|find out|check|work out|figure out|whats|what|how (?:much|many))\b",
        bare,
        re.IGNORECASE,
    )
    return wish is None or (ASKS.search(bare, wish.end()) is None and wish[0].casefold() not in {"what", "whats"})


def _holds(whole: Reading, part: Reading) -> bool:
    """Whether everything that narrows in a part stands in the whole as well."""
    if part.refusal is not None and part.refusal.status == "clarify" and not whole.periods:
        return False
    return (
        {name for names in part.names for name in names} <= {name for names in whole.names for name in names}
        and set(part.periods) <= set(whole.periods)
        and set(part.categories) <= set(whole.categories)
        and set(part.parts) <= set(whole.parts)
        and set(part.limits) <= set(whole.limits)
        and set(part.days) <= set(whole.days)
        and not part.accounts
        and not part.hours
        and not part.bounds
    )
