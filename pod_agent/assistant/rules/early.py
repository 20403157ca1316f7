"""Roundabout ways to say things, put plainly before names are found in a question. Data only."""

from __future__ import annotations

import re

from pod_agent.assistant.rules.dates import MONTHS
from pod_agent.assistant.rules.roundabout import EXTREME

__all__ = ["EARLY"]

TAG = (
    r"(?:is|are|do|does|did|was|were|have|has|had|will|would|ca|could|should|ai)n ?t (?:i|it|we|they|you|he|she|that)"
    r"|(?:is|are|do|does|did|was|were|have|has|had|would|could) not (?:i|it|we|they|you|he|she)|innit"
)
"""Said after a statement: "isn't it"."""
NEXT = r"how|what|which|when|where|so|and|but|by|in|well|anyway|tell|show|can|could|grab\w*|E\d+"
OCLOCK = tuple(
    (
        (
            rf"\b(?:between|from) (\d{{1,2}}) (?:and"
            rf"|to) (\d{{1,2}}) o ?clock(?: in the)? {part}\b"
        ),
        rf"between \1 {half} and \2 {half}",
    )
    for part, half in (("morning", "am"), ("afternoon", "pm"), ("evening", "pm"))
)
MONTH = "|".join(name for name in MONTHS if len(name) > 2)
ORDINALS = ("first", "second", "third", "fourth")
BETWEEN = r"to|and|or|versus|vs|against|with|over|into|than|then|through"
QUARTERS = tuple(
    pair
    for number, word in enumerate(ORDINALS, 1)
    for pair in (
        (
            (
                rf"\b(?:the )?{word}(?: quarter)?(?= (?:{BETWEEN}) (?:the )?(?:{'|'.join(ORDINALS)}"
                rf"|q[1-4]) quarters?\b)"
                rf"|(?<=\bquarter )(?:the )?{word}(?! quarter)\b(?=$)"
            ),
            f"q{number}",
        ),
        (
            (
                rf"\b((?:{'|'.join(ORDINALS)}) quarter(?: of)?(?: 20\d\d)?) ({BETWEEN}) (?:the )?{word}(?: one)?"
                r"(?! (?:quarter|month|week|day|time|place|purchase|order|visit|shop|song|half)s?\b)"
            ),
            rf"\1 \2 q{number}",
        ),
    )
)
"""From the second to the third quarter; from the first quarter to the second."""

PEOPLE = (
    r"boss|friends?|mates?|buddy|pals?|bro|sir|madam|maam|dude|guys?|uncle|aunt(?:y|ie)?|wife|husband|partner"
    r"|colleagues?|neighbou?rs?|landlord|manager|teacher"
)
"""People whose names could be forms of address at the end of a question."""
NO_SPENDING = (
    r"how|steps?|walk\w*|sleep\w*|slept|listen\w*|play\w*|songs?|music|podcasts?|videos?|watch\w*|weight|weigh|heart"
    r"|income|salary|earn\w*|orders?|refunds?|transfers?|cash|spen[dt]|spending|cost|paid|pay"
)
ONE_BY_ONE = r"(?:one by one|one at a time|individually|item by item|line by line|purchase by purchase|piece by piece)"

EARLY = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (
            (
                r"\b(?:a |just |only |simple |plain )*yes or (?:a )?no"
                r"(?: (?:will|would|is|are) (?:do|be fine|suffice|be enough|fine|enough|plenty|all (?:i"
                r"|we) need))?(?= ?$)"
            ),
            " ",
        ),
        (rf"\b(?:of|for) (?:my|our|the|his|her|their|your) (?:{PEOPLE})(?= |$)", "of my neighbour"),
        (
            (
                r"\b(?:what|which(?: (?:things?|ones?|purchases?))?) (?:has |have )?sets? (?:me|us) back"
                r" (?=(?:(?:more|less) than|over|under|above|below|at least|at most|exceeding)\b)"
            ),
            "list my purchases ",
        ),
        (
            (
                r"^(?:(?:considering|counting|taking|looking at|including) (?:just |only )?)(purchases .*?)(?: each)?"
                r" (?:what|how much) (?:did|have) (?:i|we) (?:pay|spend|spent|paid)(?: in total| altogether| in all)?\b"
            ),
            r"how much did i spend in total on \1",
        ),
        (
            (
                r"^(?:(?:i|we) (?:want|would like|need) (?:to see )?|(?:please )?(?:show|list|give)(?: me| us)? )?"
                r"(?:everything|all|whatever|what)(?: that)? (?:i|we) (?:have )?(?:spent|paid) "
                rf"(?:for|on) (.*?) {ONE_BY_ONE}$"
            ),
            r"list all my purchases on \1",
        ),
        (r"\b(how much|what) have ((?:all )?(?:of )?my subscriptions) cost\b", r"how much did \2 cost"),
        (
            (
                r"\b(?<=\w) (?:and )?(?:what|how much) (?:was|were|is|are) (?:(?:their|its|the|each) )*(?:last|latest"
                r"|final|most recent) (?:amounts?|prices?|charges?|payments?)$"
            ),
            " and how much",
        ),
        (
            r"\b(which (?:of my )?(?:\w+ )?subscriptions\b.*?) (?:and )?how much (?:are they|is it)(?: each)?$",
            r"\1 and how much each",
        ),
        (r"\bcredited by (?:my|the|our) (?:employer|company|boss|work|workplace)\b", "credited"),
        (r"^when (?:was|were) (.+?) last in my (.+?) (?:basket|cart|trolley)$", r"when did i last buy \1 at \2"),
        (
            (r"^(?:my |the )?(biggest|largest|highest|smallest|lowest) (\w+) bill? ((?:this|last|in) .*?) how much$"),
            r"what was my \1 \2 purchase \3",
        ),
        (
            (rf"^(?!.*\b(?:{NO_SPENDING})\b)(.*?)\b(?:what (?:is|was) )?my average month (.*?\b)?(?=(?:for|on) \w)"),
            r"\1 how much did i spend per month on average \2",
        ),
        (r"\bhow much (did|does|has|have) (.{2,40}?) set (me|us) back\b", r"how much \1 \2 cost \3"),
        (r"\b(?:grub|nosh)\b", "food"),
        (
            rf"\b(?:dearer|pricier|costlier|more expensive)\b(?=.*\b(?:{MONTH}) (?:20\d\d )?or (?:in )?(?:{MONTH})\b)",
            "higher",
        ),
        (
            r"\b(?:goes|go) to (.{2,30}?) (a|per|each|every) (month|year) (?=now\b|currently\b)",
            r"does \1 cost me \2 \3 ",
        ),
        (r"\bhow many (?:singapore )?(?:dollars|bucks)\b(?! (?:more|less))", "how much"),
        *OCLOCK,
        (
            (
                r"\b(?:with )?(?:interests?|bonus(?:es)?|payouts?|everything)(?: and (?:the )?(?:interests?"
                r"|bonus(?:es)?))? and all\b"
            ),
            " ",
        ),
        (
            (
                r"\b(how (?:many|much|often)) (?:\w+ ){1,4}?(?:no (?:sorry|wait|i mean)|sorry(?: i mean)?|wait"
                r"|or rather|i mean) (?=\1\b)"
            ),
            "",
        ),
        (r"\b(q[1-4]|\w+ quarter) over (?=(?:the )?(?:q[1-4]|\w+ quarter)\b)", r"\1 versus "),
        (r"\b(?:growth rate|rate of (?:growth|change)|percentage growth) (?:of|in|for)\b", "percentage change of"),
        (
            (
                r"\b(?:in |for |over )?(?:each|every one) (?:one )?of (?:the |my )?(last|past"
                r"|previous) (\w+) (month|week)s\b"
            ),
            r"per \3 over the \1 \2 \3s",
        ),
        (
            (
                r"\b(?:taking|using|considering|looking at) (?:just |only )?(?=(?:the )?(?:last|past) \w+ (?:days"
                r"|weeks|months)\b)"
            ),
            "over ",
        ),
        (rf"(?<=\w) (?:{TAG})(?= (?:{NEXT})\b| ?$)", " "),
        (rf"\b(per|each|every|{EXTREME}) (?:single )?(?:booking|reservation)\b(?! com)", r"\1 purchase"),
        (r"\bsubscriptions? (outlay|spend|spending|expenditure|expenses)\b", "spending on subscriptions"),
        (r"\bgood (?:morning|evening|afternoon|day) (?=(?:may|might|i|my|our|kindly|will|let|please)\b)", " "),
        (
            (
                r"\b(?:and |or )?(?:if (?:you |i |we )?(?:still )?(?:have|hold|keep|kept|got) (?:it|that"
                r"|them)(?: still)?"
                r"|(?:i |we )?(?:can ?not|cant|could not|couldnt|do not|dont) (?:quite |really )?"
                r"(?:remember|recall|tell|say)(?: (?:it|which|now|anymore|right now))?)(?= ?$| which\b| what\b)"
            ),
            " ",
        ),
        (r"\b(?:god )?bless (?:them|him|her|it|their hearts?|its heart)\b", " "),
        (r"\bone (?:more|last|other|final|quick) (?:thing|question|query|matter|one)\b", " "),
        (r"\bat (?:present|the moment|this moment|this point(?: in time)?|the present time)\b", "now"),
        *QUARTERS,
    )
)
"""Pairs of a pattern and what it becomes, in order."""
