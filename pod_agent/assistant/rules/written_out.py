"""Abbreviations, signs and slips of speech written out, before anything else looks at a question.

What a single word stands for by itself is in ``spelling.SHORT``; here are those that hang on what stands around them,
and those whose dot would end a sentence.
"""

from __future__ import annotations

import re

from pod_agent.assistant.rules.dates import MONTHS
from pod_agent.assistant.rules.harmless import is_english
from pod_agent.assistant.rules.numerals import in_digits

__all__ = ["written_out"]

DOTTED = "no|nos|avg|ave|approx|vs|mths?|yrs?|wks?|hrs?|mins?|sept|incl|excl|max|min|qty|amt|txns?|acct|tot|etc|govt"
MONTH = "|".join(sorted((name for name in MONTHS if name != "may"), key=len, reverse=True)) + "|may(?! i| you| we)"
BACK = (
    r"(?:(?:no|oh|ah|wait|sorry|oops|i mean|i meant|actually|rather|or rather|make that|scratch that|correction|hang on"
    r"|hold on|not that)[ ,.]+)+"
)
"""Words by which one takes back what was just said."""
FALTERING = "how much|how many|how often|what is|what was|did i|do i|what|which|when|my|the|i|in|on|at|to|for|and|of|or"
"""Words that are said twice by one who falters."""
CORRECTED = (
    rf"\b({MONTH})(?: \d{{4}})?[ ,]+{BACK}(?:not \1[ ,]+)?(?:(?:in|it was|its|for)\s+)?({MONTH})\b"
    rf"(?:[ ,]+(?:yes |yeah )?(?:i mean|i meant|sorry)[ ,]+\2\b)?"
)
"""A month, taken back for another."""
SPAN = r"(?<!week )(?<!month )(?<!weeks )(?<!months )"
ONES = "one|two|three|four|five|six|seven|eight|nine"
YEAR = (
    rf"\b(?:twenty[ -](?:eleven|twelve|\w+teen|twenty(?:[ -](?:{ONES}))?)"
    rf"|two thousand(?: and)? (?:eleven|twelve|\w+teen|twenty(?:[ -](?:{ONES}))?))\b"
)
"""A year in words: no name that begins with a number is taken apart by it."""
SAID = tuple(
    (re.compile(pattern, re.IGNORECASE), meant)
    for pattern, meant in (
        (r"\b(?:no|nos|num|nr|nbr)\.? of\b|#\s?of\b", "number of"),
        (rf"\b({DOTTED}|{'|'.join(name for name in MONTHS if len(name) < len('april'))})\.(?=\s)", r"\1"),
        (r"\bw/ ?(?:o|out)\b", "without"),
        (r"\bw/(?= ?\w)", "with "),
        (r"\bhow may (?=(?!i\b|we\b|you\b|it\b|this\b|the\b|my\b)\w)", "how many "),
        (r"\b(?:btwn|b/w|btw)(?= (?:s?\$|sgd )?\d)", "between"),
        (r"(?<=\s)@\s?(?=\w)", "at "),
        (r"(?<!\S)~ ?(?=\S)", "approximately "),
        (r"(?:>=|=>|\u2265) ?(?=s?\$|sgd|\d)", " at least "),
        (r"(?:<=|=<|\u2264) ?(?=s?\$|sgd|\d)", " at most "),
        (r" ?(?:!=|<>|\u2260) ?", " not "),
        (r"> ?(?=s?\$|sgd|\d)", " over "),
        (r"< ?(?=s?\$|sgd|\d)", " under "),
        (r"\bnat['\u2019]?l\b", "national"),
        (r"\b(?:smth|smthg|sth)\b", "something"),
        (r"\b(did|do|does|was|were|is|are|have|has|had|would|could|should)n['\u2019]?t\b(?! count)", r"\1 not"),
        (r"\b(?:h1|(?<=in )1h|(?<=for )1h|1h(?= 20\d\d))\b(?: of)?(?= ?(?:20\d\d)?)", "first half of"),
        (r"\b(?:h2|(?<=in )2h|(?<=for )2h|2h(?= 20\d\d))\b(?: of)?(?= ?(?:20\d\d)?)", "second half of"),
        (r"\b(top(?: \d+)?|by|per|each|which) cats?\b", r"\1 categories"),
        (r"\bmin (?=(?:(?:single )?(?:purchase|payment|pymt|pmt|amount|amt|bill|order|txn)))", "smallest "),
        (r"\bmin (?=(?:resting|heart|hr|weight|steps|daily))", "lowest "),
        (r"\bmin (?=(?:sleep|night))", "shortest "),
        (r"\bshortest sleep night\b", "shortest night of sleep"),
        (r"\(\s*(?:\w+ ){1,2}(?:and all|and everything|included|inclusive)\s*\)", " "),
        (rf"\btop (\d{{1,2}}),? (?=(?:{MONTH})\b)", r"top \1 in "),
        (r"^(.*?)[ ,:\u2013-]+n ?= ?\?*$", r"how many \1"),
        (rf"{SPAN}\b(?:starting|beginning)(?: in| from| on| with)? (?=(?:{MONTH})\b)", "since "),
        # speech
        (r", like, (?=\w)", " "),
        (r", like (?=\w)", ", "),
        (r",? ?\b(?:(?:ha){2,}h?|(?:he){2,}|lo+l|lmao|rofl|omg)\b,?(?= |$|[?.!])", " "),
        (r",? (?:god )?bless (?:them|him|her|it|you|their hearts?)\b,?", " "),
        (YEAR, lambda found: in_digits(found[0].casefold())),
        (rf"\b({FALTERING}) (?:(?:um|uh|er) )?\1\b", r"\1"),
        (r"\b([b-hj-z](?: [b-hj-z])+)\b", lambda found: found[1].replace(" ", "")),
        (r"(?<=\w) (?:forward )?slash (?=\w)", "/"),
        (r"\b(in|on|at|for|since|about|around|over|than) (?:like|say|maybe|perhaps)(?:,|\b)", r"\1"),
        (r"\b(?:i dunno|dunno|let me think|lemme think|how do (?:you|i) (?:say|put) (?:it|this))\b", " "),
        (r"\bwhat(?: is|['\u2019]?s| was)? (?:it|that|they|its name|the name) (?:called(?: again)?|again)(?= \w)", " "),
        (CORRECTED, r"\2"),
    )
)
BEGUN = re.compile(r"\b([a-z]{3,}) (?:(?:um|uh|er) )?(\1[a-z]+)\b", re.IGNORECASE)
"""A word that was broken off, and the whole of it: octo october."""


def written_out(question: str) -> str:
    """The question with abbreviations and signs written out, and without what a speaker took back at once."""
    for pattern, meant in SAID:
        question = pattern.sub(meant, question)
    question = BEGUN.sub(lambda found: found[0] if is_english(found[1].casefold()) else found[2], question)
    return " ".join(question.split())
