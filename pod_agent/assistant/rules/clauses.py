"""Clauses: the part of a question that asks, without what people say around it.

"I keep telling myself I don't go that often, but how many times did I buy from Kopitiam?" asks what stands behind
the "but". A clause that only tells is left out where it holds nothing that the asking one does not hold as well: a
name, a period or a limit in it may be what the question is about.
"""

from __future__ import annotations

import re
from datetime import date

from pod_agent.assistant.rules.harmless import HARMLESS
from pod_agent.assistant.rules.lexicon import Lexicon
from pod_agent.assistant.rules.reading import plain, read
from pod_agent.assistant.rules.spoken import TAKEN_BACK
from pod_agent.assistant.rules.standing import NARROWS, standing_alone
from pod_agent.assistant.rules.topics import topics_of

__all__ = ["core"]

SPLIT = re.compile(
    r"([.!?;:]+\s+|,\s*|\s+[-\u2013\u2014]+\s+"
    r"|\s+(?=so that (?:i|we|it|she|he|they)\b|and i (?:need|want|would like|wonder)\b)"
    r"|\s+(?=(?:so|but|because|cos|cuz|therefore)\s+(?!far\b|much\b|many\b|that\b|well\b|kind\b|good\b"
    r"|bad\b|often\b|little\b|long\b))"
    r"|\s+(?=and\s+(?:i\s+)?(?:require|need|want|wonder|wish|would like)\b))",
    re.IGNORECASE,
)
SENTENCE_ENDS = frozenset({".", "!", "...", "?"})
SHORTEST = 3
LINK = (
    r"(?:(?:so that|and|so|but|well|then|now|ok|okay|right|honestly|because|cos|also|oh|um|uh|er|alright|anyway|look"
    r"|listen|see"
    r"|you know|by the way|please|like|basically|actually)\s+)*"
)
NO_PURPOSE = "the|my|a|an|all|any|whom|which|what|date|where|each|every|these|those|this|that|him|her|them|me"
"""After "to": no verb, so that no purpose is told."""
NO_STORY = (
    "spend|compar|includ|exclud|count|ignor|leav|start|beginn|end|dat|tak|us|pay|listen|watch|sleep|walk|shopp|eat|din"
    "|sett|putt|omitt|disregard|add|combin|averag|concern|regard|travell|stream|round|measur|judg|exceed|cover|cost"
    "|total|th|someth|anyth|noth|everyth|dur|morn|even|mean|buy|purchas|order|bank|sav|earn|receiv|send|see|know"
)
"""Verbs whose "-ing" may narrow what is asked, or be it."""
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
    r"|(?:just|fresh|straight|only just) (?:off|back|out of)|just (?:finished|got|had|came|did|been|back)"
    r"|coming (?:off|back)|getting ready|finally|having"
    r"|looking (?:back|at my)|cutting back|doing my|because|now that|given (?:that|how)|lol|haha|hmm"
    r"|(?:an?|one|another|quick|next)(?: \w+){0,2} (?:question|query)$|as (?:someone|somebody|a|an|i|we"
    r"|you)|(?:before|in case|whenever|when|while|if) (?:i|we|you) (?:get|got|have|find|forget|can)"
    r"|since (?:i|we|my|our|you|he|she|they|everybody|everyone)|not (?:to|that)"
    rf"|to (?!(?:{NO_PURPOSE})\b)[a-z]+ |(?!(?:{NO_STORY})ing\b)[a-z]+ing (?:my|our|a|an|ready|up|some|for)"
    r"|for (?:my|our|the|a|an|this) (?:[a-z]+ ){0,2}(?:claim|form|forms|return|project|report|review"
    r"|application|meeting"
    r"|resume|appointment|interview|homework|thesis|presentation|files?|folder|budget|tax(?:es)?|notes|log"
    r"|diary|spreadsheet"
    r"|books|accountant|landlord|insurer|bank|blog))\b",
    re.IGNORECASE,
)
STORY = re.compile(
    rf"^{LINK}(?:(?:even )?(?:al)?though (?:i|we|my|it|this|that|small|big)\b|you know (?:how|that) (?:i|we|my|our)\b"
    r"|(?:after|once|when|since|as|now that) (?:i|we) (?:had |have )?(?:just |finally |only )?(?:decided|noticed"
    r"|realised|realized|promised|vowed|swore|resolved|wondered|complained|heard|thought)\b|while (?:i"
    r"|we) (?:was|were)\b"
    r"|(?:before|after|at|during|on|in|over) (?:\w+ ){1,3}(?:i|we) (?:always |usually |often "
    r"|mostly )?(?:like|love|enjoy"
    r"|prefer|watch|listen|play|tend|buy|go|eat|keep|read|cook|work|rest|relax)\b)",
    re.IGNORECASE,
)
"""How a story begins that asks nothing, whatever verbs are in it."""
GREETED = re.compile(r"^(?:hi|hello|hey|good (?:morning|evening|afternoon|day|night)|hmm+|well)$", re.IGNORECASE)
TAGS = re.compile(
    r",?\s+(?:is|are|do|does|did|was|were|have|has|had|will|would|ca|could|should|ai)n['\u2019]?t (?:i|it|we|they|you)"
    r"(?=\s*(?:[.?!,;:\u2026]|$))",
    re.IGNORECASE,
)
"""Said after a statement: "isn't it"."""
PURPOSE = re.compile(
    r"^((?:for|because of) (?:my|our|the|a|an|this) (?:[a-z]+ ){1,3}?)(?=(?:i|we) (?:need|want|require"
    r"|would|should|am)\b)",
    re.IGNORECASE,
)
"""What a figure is for, told before it without a comma."""
WONDERING = re.compile(
    r"^([^.?!]*?),?(?: and| which| that| so)? (?:it|this|that|which|all this)? ?(?:got|has|had|makes?"
    r"|made|keeps?|left) me"
    r" (?:wondering|thinking|curious|asking)\b[ ,:]*(?:if |about )?",
    re.IGNORECASE,
)
"""What set one wondering, up to what one wonders."""
STATES = re.compile(
    rf"^(?!{LINK}(?:how|what|whats|which|when|where|who|was|were|is|are|did|do|does|has|have|list|show|tell|give)\b)"
    r"(?!(?:\w+ ){0,3}(?:how (?:much|many|often|long)|which|what)\b)"
    rf"{LINK}(?:\w+ ){{1,4}}(?:was|were|is|are|has been|had been|felt|feels|seemed|seems|looked)"
    r" (?!.*\b(?:how|what|which|when|where|who)\b)",
    re.IGNORECASE,
)
"""September was the month of our trip: a statement about anything."""
QUIET = re.compile(
    rf"^{LINK}(?!(?:is|are|was|were|do|did|does|have|has|had|can|could|would|will|should|if|unless|when"
    rf"|whenever|while|once|after|before|suppose|assuming|given|for|at|in|on|with|from|by|to"
    r"|about|of|during|per|as|what|how)\b)(?=(?:\w+ ){1,}\w+)"
    r"(?=.*\b(?:i|we|it|they|you|he|she|me|us|is|are|was|were|has|have|had|can|may|must|will|says?|said|thinks?|thought"
    r"|asks?|asked|wants?|needs?|claims?|matters?|counts?|reckons?)\b)",
    re.IGNORECASE,
)
"""A statement by whomever: somebody or something does something, and nothing is asked."""
WISHES = re.compile(
    rf"^{LINK}(?:i|we|id|wed)(?: now| also| just| only| really)* (?:need|want|would like|like|require)"
    r" (?!(?:to|you|them|it|this|that|him|her)\b)",
    re.IGNORECASE,
)
"""I need the total of groceries: a statement that asks."""
WAS_AWAY = re.compile(
    rf"^{LINK}(?:in|on|over|during|between|from|since|until) [\w ]{{1,40}}? (?:i|we) (?:was|were|went|had"
    rf"|have|am|took|flew)\b",
    re.IGNORECASE,
)
"""Between 10 and 16 September I was in Japan: a time is told with what was done then."""
SAYS_NOTHING = frozenset(
    (
        "SPEND BUY AND OR WHICH WHERE WHEN MERCHANT MERCHANTS PURCHASE PURCHASES ANY HOW TOTAL COMPARE LIST HOWMUCH"
        " RECEIVED SENT"
    ).split()
)
"""Roles that a statement may have for nothing."""
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


def core(question: str, lexicon: Lexicon, today: date) -> str | None:
    """The asking part of a question, where leaving out the rest changes nothing; None where there is no such part."""
    question = PURPOSE.sub(r"\1, ", TAGS.sub("", question.strip()))
    wondered = WONDERING.match(question)
    pieces = [wondered[1], ". ", *SPLIT.split(question[wondered.end() :])] if wondered else SPLIT.split(question)
    clauses, joints = pieces[::2], ["", *pieces[1::2]]
    asks = [number for number, clause in enumerate(clauses) if _asks(clause) and (number or not wondered)]
    if not asks:
        return None
    turns = [number for number in range(1, len(clauses)) if _turns(joints[number], clauses[number])]
    if turns:
        asks = [number for number in asks if number >= turns[0] or not TELLS.match(_bare(clauses[number]))] or turns
    told = [
        number
        for number, clause in enumerate(clauses)
        if number not in asks
        and (
            (wondered is not None and not number)
            or _tells(clause)
            or _states(clause)
            or (turns and number < turns[0] and TELLS.match(_bare(clause)))
            or (number < asks[0] and _is_idle(clause, joints[number + 1].strip(), lexicon, today))
        )
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
    quiet = [
        plain(clauses[number]) for number in told if not _tells(clauses[number]) and QUIET.match(_bare(clauses[number]))
    ]
    if any(_says_more(text, plain(kept), lexicon, today) for text in quiet):
        return None
    before = [re.sub(r"\brather (?!than)|\binstead\b(?! of)", "", clause) for clause in before]
    if any(NARROWS.search(clause) and not _narrows_alike(plain(clause), lexicon, today) for clause in before):
        return None
    stories = [clauses[number] for number in told if not GREETED.match(_bare(clauses[number]))]
    return standing_alone(kept, [plain(story) for story in stories], lexicon, today)


def _asks(clause: str) -> bool:
    bare = _bare(clause)
    return WISHES.match(bare) is not None or bool(ASKS.search(bare) and not _tells(clause) and not WAS_AWAY.match(bare))


def _states(clause: str) -> bool:
    """Whether a clause is a statement that asks nothing, whoever makes it."""
    bare = _bare(clause)
    if ASKS.search(re.sub(r"\b(?:is|are|was|were|has|had|can i|count|read)\b", "", bare)) or NARROWS.search(bare):
        return False
    return QUIET.match(bare) is not None or WAS_AWAY.match(bare) is not None


def _says_more(text: str, kept: str, lexicon: Lexicon, today: date) -> bool:
    """Whether a statement has a word that changes figures and the asking part has not."""
    part, whole = (read(each, lexicon, today, topics_of(kept)[0]) for each in (text, kept))
    return bool(part.roles - whole.roles - SAYS_NOTHING - {mark for mark in part.roles if mark[-1:].isdigit()})


def _is_idle(clause: str, end: str, lexicon: Lexicon, today: date) -> bool:
    """Whether a sentence of its own holds nothing that a question is made of: "New year resolution and all that".

    A heading before a colon may name what the question names: "Zoo with the kid: ...". One of other words is a thing
    that the records may not hold: "Netball club: ...".
    """
    if end not in SENTENCE_ENDS | {":"}:
        return False
    part = read(plain(clause), lexicon, today, topics_of(plain(clause))[0])
    if end == ":" and not part.names and not HARMLESS.issuperset(part.left):
        return False
    marks = (
        (part.names and end != ":")
        or part.periods
        or part.categories
        or part.parts
        or part.limits
        or part.days
        or part.accounts
    )
    return not (marks or part.hours or part.bounds or part.currency or part.refusal or part.roles - {"AND", "OR"})


def _narrows_alike(text: str, lexicon: Lexicon, today: date) -> bool:
    """Whether a clause with an "only" says what it narrows to; the asking clause has to say so as well."""
    part = read(text, lexicon, today, topics_of(text)[0])
    return bool(part.days or part.periods or part.names or part.categories)


def _turns(joint: str, clause: str) -> bool:
    """Whether a clause turns from what was told to what is asked: "so, could you tell me", "but how much"."""
    so = re.match(r"\s*(?:so|but|well|and so|anyway|now)\b", clause, re.IGNORECASE)
    return (so is not None or re.match(r"[.!;:]", joint) is not None) and TURNS.match(_bare(clause)) is not None


def _bare(clause: str) -> str:
    return re.sub(r"['\u2019]", "", clause).strip()


def _tells(clause: str) -> bool:
    """Whether a clause states something: it begins with who or what does it, and no asking word leads it."""
    bare = _bare(clause)
    if WISHES.match(bare):
        return False
    if STATES.match(f"{bare} ") or STORY.match(bare):
        return True
    if not TELLS.match(bare):
        return False
    wish = re.search(
        r"\b(?:know|see|wondering|wonder|tell|ask|find out|check|work out|figure out|whats|what|how (?:much|many))\b",
        bare,
        re.IGNORECASE,
    )
    return wish is None or (ASKS.search(bare, wish.end()) is None and wish[0].casefold() not in {"what", "whats"})
