"""Questions about budgets of spending: what is left, what was used, whether they were kept to, which were exceeded."""

from __future__ import annotations

import re

from pod_agent.assistant.plan import Plan, Refusal, Step
from pod_agent.assistant.rules.asking import CHANGES_MEANING, Asked, Rest, declined, rest_of
from pod_agent.assistant.rules.case import clarify
from vocab.query import QuerySpec

__all__ = ["ask_budgets"]

OVER = (
    r"exceed(?:s|ed|ing)?|over(?:shot|shoot|spent|spend|spending|run|ran)?(?! the (?:last|past))|blow(?:n)?|blew"
    r"|br(?:oke|eak|oken)|bust(?:ed)?|above|beyond|go past|went past"
)
WITHIN = (
    r"within|under|inside|below|keep(?:ing)?|kept|stay(?:ed|ing)?|stick(?:ing)?|stuck|met|meet|respect(?:ed)?|track"
    r"|on budget|in budget"
)
STILL = r"(?:can|may|could) i still spend|more (?:can|may|could) i (?:still )?spend|left to spend"
LEFT = rf"{STILL}|left|remain(?:s|ing|der)?|still (?:have|got|use)|unspent|unused|doing|stands?|how are|hows"
SHARE = r"percent(?:age)?|share|proportion|fraction|how far"
USED = r"use|used|spend|spent|spending|gone|consumed"
ACTION = r"(?:set|change|raise|lower|increase|reduce|cut|remove|delete|create|make|add|update|cancel|reset)\b"
RHYTHMS = {"weekly": "week", "monthly": "month", "yearly": "year", "annual": "year"}
OWN_WORDS = "|".join(
    (
        OVER,
        WITHIN,
        LEFT,
        SHARE,
        USED,
        *RHYTHMS,
        (
            r"how much|how many|how|what|whats|which|show|list|tell|give|see|is|are|am|was|were|did|do|does"
            r"|have|has|had|i|me|my|mine|the|a|an|any|all|it|its|that|there|budgets?|budgeted|budget limits?"
            r"|limits?|already|so far|yet|still|now|right now|currently|can|could|may|more|money|amount|up"
            r"|set|total|whole|overall|of|went|go|gone|going|your|much|big|ok|okay|fine|to|been|being|got|get"
            r"|us|we|our"
        ),
    )
)
REFUSED = (
    (r"\b(?:privacy|epsilon)\b", "That budget is of privacy, not of money: pod-agent budget show tells how it stands."),
    (rf"^{ACTION}", "I only answer questions. To change a budget: pod-agent budgets set CATEGORY AMOUNT."),
    (
        r"\b(?:should|recommend|suggest|reasonable|realistic|enough|why|afford)\b",
        "I give no advice and know no causes: I tell how your budgets stand.",
    ),
    (
        r"\b(?:will|shall|going to|next (?:week|month|year)|tomorrow)\b",
        "That lies in the future. What you will probably spend: pod-agent forecast.",
    ),
)
EXAMPLES = ("how much of my budget is left", "am I within my budget", "what budgets do I have")


def ask_budgets(asked: Asked) -> Plan | Refusal | None:
    """The plan of a question about budgets; None where it is not about them."""
    if not asked.has(f"budget(?:s|ed)?|{STILL}") or _is_a_name(asked):
        return None
    refusal = _refused(asked)
    if refusal is not None:
        return refusal
    ask, smallest = _what(asked)
    rest = rest_of(asked, OWN_WORDS)
    if isinstance(rest, Refusal):
        return rest
    if not ask or CHANGES_MEANING.search(asked.text):
        return clarify("What do you want to know of your budgets?", *EXAMPLES)
    return _plan(asked, ask, rest, smallest=smallest)


def _refused(asked: Asked) -> Refusal | None:
    """Why a question about a budget is not computed: it wants something done, advice, a cause or the future."""
    for pattern, text in REFUSED:
        if re.search(pattern, asked.text):
            return declined(text)
    return None


def _is_a_name(asked: Asked) -> bool:
    """Whether the word is part of a name, such as a car rental's."""
    if asked.has("(?:at|with|from|by) (?:the )?budget") and not asked.has("budget(?:s)? (?:is|left|for|of|on)"):
        return True  # a shop that the records do not hold
    names = asked.lexicon.spellings(("merchant", "track", "album", "artist", "channel", "video", "product"))
    return any("budget" in name and f" {name} " in f" {asked.text} " for name in names)


def _what(asked: Asked) -> tuple[str, bool]:
    """What is asked, and whether it is turned around; nothing where that cannot be told."""
    several = asked.has("budgets") and re.match(r"(?:which|what|list|show)\b", asked.text) is not None
    yes_no = re.match(r"(?:am|are|is|was|were|did|do|does|have|has|had)\b", asked.text) is not None
    over, within = asked.has(OVER), asked.has(WITHIN)
    table = (
        ("exceeded", False, several and over and not within),
        ("kept", True, yes_no and over and not within),
        ("kept", False, yes_no and within and not over),
        ("left", False, asked.has(LEFT) and not (over or within or several)),
        ("share", False, asked.has(SHARE) and not (over or within)),
        ("spent", False, asked.has(USED) and asked.has("how much|what") and not (over or within or several)),
        ("list", False, not (over or within or (yes_no and not several)) and not asked.has(f"{USED}|{LEFT}|how many")),
        ("list", False, re.match(r"do i have (?:a|any) budgets?\b", asked.text) is not None),
    )
    return next(((ask, smallest) for ask, smallest, fits in table if fits), ("", False))


def _plan(asked: Asked, ask: str, rest: Rest, *, smallest: bool) -> Plan:
    per = next((rhythm for word, rhythm in RHYTHMS.items() if asked.has(word)), "")
    return Plan(
        operation="budgets",
        steps=(Step(spec=QuerySpec(measures=("spend",), period=rest.period)),),
        unit={"kept": None, "share": "percent"}.get(ask, "SGD"),
        ask=ask,
        names=rest.names,
        smallest=smallest,
        per=per,
        today=asked.today,
    )
