"""Clauses: the part of a question that asks, without what people say around it.

"I keep telling myself I don't go that often, but how many times did I buy from Kopitiam?" asks what stands behind
the "but". A clause that only tells is left out where it holds nothing that the asking one does not hold as well: a
name, a period or a limit in it may be what the question is about.
"""

from __future__ import annotations

import re
from datetime import date

from pod_agent.assistant.rules.harmless import is_english
from pod_agent.assistant.rules.lexicon import Lexicon
from pod_agent.assistant.rules.parts import Reading
from pod_agent.assistant.rules.reading import plain, read
from pod_agent.assistant.rules.spoken import TAKEN_BACK
from pod_agent.assistant.rules.topics import topics_of

__all__ = ["core"]

SPLIT = re.compile(
    r"([.!?;:]+\s+|,\s*|\s+[-\u2013\u2014]+\s+|\s+(?=(?:so|but|because|cos|cuz|therefore)\s+(?!far\b|much\b|many\b|that\b|well\b|kind\b|good\b|bad\b|often\b|little\b|long\b)))",
    re.IGNORECASE,
)
SHORTEST = 3
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
    r"|just (?:finished|got|had|came|did|been|back)|coming (?:off|back)|getting ready|finally|having"
    r"|looking (?:back|at my)|cutting back|doing my)\b",
    re.IGNORECASE,
)
STATES = re.compile(
    rf"^{LINK}(?!(?:how|what|whats|which|when|where|who|was|were|is|are|did|do|does|has|have|list|show|tell|give)\b)"
    r"(?:\w+ ){1,4}(?:was|were|is|are|has been|had been|felt|feels|seemed|seems|looked)"
    r" (?!.*\b(?:how|what|which|when|where|who)\b)",
    re.IGNORECASE,
)
"""September was the month of our trip: a statement about anything."""
TURNS = re.compile(
    rf"^{LINK}(?:(?:could|can|would|will) you |please |i(?:d| would) (?:like|love) |tell |give |show )*.*?"
    r"\b(?:how (?:much|many|often|long)|what|whats|which|when|where|who|tell me|give me|show me|list)\b",
    re.IGNORECASE,
)
"""A clause that surely asks."""
ENDING = re.compile(
    rf"^{LINK}(?:(?:could|can|would|will) you (?:please )?(?:add|sum|total|look|check|find|work|tell|show|read|list|do)"
    r"\b.{0,30}|do you (?:have|know) (?:the|that|it)?.{0,20}|if you(?:d| would| could| can|)? ?(?:be so kind|like|can"
    r"|could|dont mind|please|have it|know)?|yes or no|thanks?(?: you)?.{0,12}|it feels like .{0,20}|please do.{0,40}"
    r"|do you have (?:the|it).{0,20}|of course|for me|if possible|if any|just curious|go on|will you|which one is it"
    r"|(?:my |the )?\w+ (?:wants|needs|would like|is asking) to know|asking for a friend"
    r"|i keep (?:losing track|forgetting)"
    r"|(?:the )?(?:dates?|amounts?|dollars?|numbers?|figures?|prices?)(?: and (?:the )?(?:dollar )?(?:dates?|amounts?"
    r"|prices?))? (?:would|will) be (?:\w+ )?\w+|no rush|take your time"
    r"|when you have (?:a|the) (?:moment|time|minute))$",
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
    rf"\b(?:(?P<of>theirs|by them|of them)"
    r"|(?:of )?(?:their|her|his|its) (?P<what>videos|songs|episodes|tracks|clips|vids)"
    rf"|(?P<at>(?:to|at|from|with) (?:them|{PLACE})|there)|them|{PLACE})\b"
)
"""Words that stand for a name told before."""
THERE = re.compile(
    r"\b(?:spen[dt]|buy|bought|go|went|been|visit(?:ed)?|pay|paid|eat|ate|shop(?:ped)?|left|money) there\b"
)
"""A place told before."""
THAT = re.compile(r"\b(?:in |during |over |for )?(?:that|the same) (?P<time>year|month|week|day|quarter|period|time)\b")
"""Words that stand for a time told before."""
FLOWS = frozenset({"SALARY", "INCOME", "REFUNDS", "CASH", "SAVINGS"})
"""What a clause that tells may say of money, and the asking one leaves unsaid."""
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
    turns = [number for number in range(1, len(clauses)) if _turns(joints[number], clauses[number])]
    if turns:
        asks = [number for number in asks if number >= turns[0] or not TELLS.match(_bare(clauses[number]))] or turns
    told = [
        number
        for number, clause in enumerate(clauses)
        if number not in asks
        and (_tells(clause) or (turns and number < turns[0] and TELLS.match(_bare(clause))))
        and (number < asks[0] or not NARROWS.search(clause))
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
    if any(number and TAKEN_BACK.fullmatch(_bare(clauses[number])) for number in told):
        return None
    before = [clauses[number] for number in told if number < asks[0]]
    if any(NARROWS.search(clause) and not _narrows_alike(plain(clause), lexicon, today) for clause in before):
        return None
    return _standing_alone(kept, [plain(clauses[number]) for number in told], lexicon, today)


def _strange(part: Reading) -> bool:
    """Whether a clause that tells holds a word that no dictionary and no record knows: it may be a name."""
    return any(word.isalpha() and len(word) > SHORTEST and not is_english(word) for word in part.left)


def _narrows_alike(text: str, lexicon: Lexicon, today: date) -> bool:
    """Whether a clause with an "only" says what it narrows to; the asking clause has to say so as well."""
    part = read(text, lexicon, today, topics_of(text)[0])
    return bool(part.days or part.periods or part.names or part.categories)


def _standing_alone(kept: str, told: list[str], lexicon: Lexicon, today: date) -> str | None:
    """The question that is kept, with the name that it points back to; None where it needs more of what was told."""
    topic = topics_of(plain(kept))[0]
    whole = read(plain(kept), lexicon, today, topic)
    parts = [read(text, lexicon, today, topic) for text in told]
    if any(topics_of(text)[0] not in {"", topic} for text in told):
        return None
    names = {name for part in parts for group in part.names for name in group}
    flows = FLOWS.intersection(*({*part.roles} for part in parts)) if parts else set()
    if flows - whole.roles:
        return None
    times = [period for part in parts for period in part.periods]
    if len(times) == 1 and not whole.periods and THAT.search(kept.casefold()):
        for part in parts:
            part.periods = []
        first, last = times[0]
        kept = THAT.sub(f"between {first:%-d %B %Y} and {last:%-d %B %Y}", kept, count=1)
        whole = read(plain(kept), lexicon, today, topic)
    if names and not whole.names and THEM.search(kept.casefold()):
        texts = {name.text for name in names}
        return THEM.sub(lambda found: _back_to(found, *texts), kept, count=1) if len(texts) == 1 else None
    if told and IT.search(kept.casefold()):
        return None
    if not whole.names and (THERE.search(kept.casefold()) or any(_strange(part) for part in parts)):
        return None
    kinds = {kind for group in whole.names for name in group for kind in lexicon.categories.get(name.text, ())}
    return kept if all(_holds(whole, part, kinds) for part in parts) else None


def _back_to(found: re.Match[str], name: str) -> str:
    if found["what"]:
        return f"{found['what']} by {name}"
    return f"of {name}" if found["of"] else f"at {name}" if found["at"] else name


def _turns(joint: str, clause: str) -> bool:
    """Whether a clause turns from what was told to what is asked: "so, could you tell me", "but how much"."""
    so = re.match(r"\s*(?:so|but|well|and so|anyway|now)\b", clause, re.IGNORECASE)
    return (so is not None or re.match(r"[.!;:]", joint) is not None) and TURNS.match(_bare(clause)) is not None


def _bare(clause: str) -> str:
    return re.sub(r"['\u2019]", "", clause).strip()


def _tells(clause: str) -> bool:
    """Whether a clause states something: it begins with who or what does it, and no asking word leads it."""
    bare = _bare(clause)
    if STATES.match(f"{bare} "):
        return True
    if not TELLS.match(bare):
        return False
    wish = re.search(
        r"\b(?:know|see|wondering|wonder|tell|ask|find out|check|work out|figure out|whats|what|how (?:much|many))\b",
        bare,
        re.IGNORECASE,
    )
    return wish is None or (ASKS.search(bare, wish.end()) is None and wish[0].casefold() not in {"what", "whats"})


def _holds(whole: Reading, part: Reading, kinds: set[str]) -> bool:
    """Whether everything that narrows in a part stands in the whole, or says what ``kinds`` its names are of."""
    if part.refusal is not None and part.refusal.status == "clarify" and not whole.periods:
        return False
    return (
        {name for names in part.names for name in names} <= {name for names in whole.names for name in names}
        and set(part.periods) <= set(whole.periods)
        and set(part.categories) <= set(whole.categories)
        and {each for each in part.parts if each[0] not in kinds} <= set(whole.parts)
        and set(part.limits) <= set(whole.limits)
        and set(part.days) <= set(whole.days)
        and not part.accounts
        and not part.hours
        and not part.bounds
    )
