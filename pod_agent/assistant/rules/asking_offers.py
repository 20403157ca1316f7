"""Questions about offers: why one is shown, which fit, and what of the catalogue is cheaper."""

from __future__ import annotations

import re

from pod_agent.assistant.plan import Plan, Refusal, Step
from pod_agent.assistant.rules.asking import CHANGES_MEANING, Asked, declined, rest_of
from pod_agent.assistant.rules.case import clarify
from vocab.query import QuerySpec

__all__ = ["ask_offers"]

OFFERS = r"offers?|deals?|promos?|promotions?|coupons?|discounts?"
GOT = "get|got|getting|see|seeing|shown?|offered|receive|received|have|recommended|suggested|picked|given|this|that"
WHY = re.compile(
    rf"(?:why|how come)\b.*\b(?:{GOT})\b.*\b(?:{OFFERS})\b|(?:why|how come)\b.*\b(?:{OFFERS})\b.*\b(?:{GOT})\b"
    r"|why (?:am|was|were|are) (?:i|you) (?:being )?(?:shown?|offered|showing|recommended|seeing)\b"
    rf"|(?:what is|whats|what was) the reason (?:for|behind)\b.*\b(?:{OFFERS})\b|explain\b.*\b(?:{OFFERS})\b"
)
LIST = re.compile(
    rf"(?:which|what|show|list|give|find|are there|is there|do i have|have i|any|tell)\b.*\b(?:{OFFERS})\b"
)
DONE = r"did|bought|buy|spent|spend|spending|used?|using|received|paid|save|saved|cost"
"""Words of a question about what was done, which is none about the catalogue."""
CHEAPER = re.compile(
    r"(?:(?:is there|are there|can i (?:get|find)|do you (?:know|have)|find|show|any|anything|something|what|which)"
    r"\b.*)?"
    r"\bcheaper (?:alternatives?|options?|plans?|offers?|deals?|one|ones)\b"
    r"|(?:is there|are there|can i (?:get|find)|find|any|anything|something)\b.*\bcheaper\b"
)
OWN_WORDS = (
    rf"{OFFERS}|{GOT}|why|how come|what|whats|which|show|list|give|find|tell|are|is|am|was|were|did|do|does|has|there"
    r"|any|anything|something|i|me|my|you|your|the|a|an|of|from|at|for|to|in|on|reason|behind|explain|being|showing|fit"
    r"|fits|fitting|suit|suits|match|matches|relevant|available|best|good|now|right now|today|currently|all|kind|it|one"
    r"|ones|cheaper|than|alternatives?|options?|plans?|can|know|with|by|like"
)


def ask_offers(asked: Asked) -> Plan | Refusal | None:
    """The plan of a question about offers; None where it is not about them."""
    ask = _what(asked)
    if ask is None:
        return None
    if CHANGES_MEANING.search(asked.text):
        return clarify("Which offers do you mean?", "which offers fit me", "why did I get this offer")
    if ask == "cheaper":
        return _cheaper(asked)
    named = " ".join(re.sub(rf"\b(?:{OWN_WORDS})\b", " ", asked.text).split())
    return _plan(asked, ask, (named,) if named else ())


def _what(asked: Asked) -> str | None:
    if WHY.match(asked.text) and not asked.has(r"spend|spent|spending|buy|bought"):
        return "why"
    if CHEAPER.match(asked.text):
        return "cheaper"
    return "list" if LIST.match(asked.text) and not asked.has(DONE) else None


def _cheaper(asked: Asked) -> Plan | Refusal:
    """What is to be cheaper: a merchant, a category, or a product by words of its name."""
    rest = rest_of(asked, rf"{OWN_WORDS}|subscriptions?|bill|contract|provider|tariff|product|brand|shop|store")
    if isinstance(rest, Refusal):
        words = " ".join(re.sub(rf"\b(?:{OWN_WORDS})\b", " ", asked.text).split())
        goods = asked.lexicon.goods(words) if words else ()
        if not goods:
            return declined(f'"{words[:40]}" appears nowhere in your records.') if words else rest
        return _plan(asked, "cheaper", (words,))
    if rest.period is not None:
        return clarify("Offers are of today. What should be cheaper?")
    if not rest.names:
        return clarify("Cheaper than what?", "is there a cheaper phone plan", "which offers fit me")
    return _plan(asked, "cheaper", rest.names)


def _plan(asked: Asked, ask: str, names: tuple[str, ...]) -> Plan:
    step = Step(spec=QuerySpec(measures=("spend",)))
    return Plan(operation="offers", steps=(step,), unit="SGD", ask=ask, names=names, today=asked.today)
