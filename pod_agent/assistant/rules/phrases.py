"""Phrases that say in many words what one word says, and frames that say nothing: rewritten before roles are told.

They run over canonical text in which names of the records already stand as marks, so that a song called "By the Way"
stays a song. Data and one function.
"""

from __future__ import annotations

import re

from pod_agent.assistant.rules.flows import FLOWS
from pod_agent.assistant.rules.frames import FRAMES, LATER, NOUNS, VERBS
from pod_agent.assistant.rules.roundabout import MARKED, ROUNDABOUT
from pod_agent.assistant.rules.said_shapes import SHAPES
from pod_agent.assistant.rules.spoken import SPOKEN

__all__ = ["rewritten", "rewritten_marks"]

REWRITES = (
    # what is asked for
    (r"\b(?:want|wanna|like|love|need|wish) to (?:see|view|have a look at|look at|go through)\b", "show"),
    (r"^(?:can|could|may) i (?:please )?(?:see|view|look at|have a look at)\b", "show"),
    (
        r"\b(?:can|could|would|will) (?:you|u) (?:please )?(?:show|list|display|itemi[sz]e|enumerate|pull up|print)\b",
        "show",
    ),
    (
        r"^(?:set|lay|write|spell|print|list) out\b|^(?:enumerate|itemi[sz]e|run through|go through|pull up|print)\b",
        "show",
    ),
    (r"\bone by one\b|\b(?:each|every) (?:single )?one of (?:them|these)\b|\bin detail\b|\bline by line\b", " list "),
    (
        rf"\b(show|list|itemi[sz]e|display|find) (?:me )?(?:every|each)(?: single| and every)? ((?:\w+ )?)({NOUNS})\b",
        r"list \2\3s",
    ),
    (r"\bss\b", "s"),
    (r"\bplaces?(?= (?:that |where |did |have |do )*i (?:ate|eat|eaten|dined?|makan)\b)", "restaurants"),
    (r"\bon (?:how many|what number of) (?:separate |different |single )?occasions\b", "how many times"),
    (
        r"\bhow many (?:separate |different |single )?occasions\b|\bwith what frequency\b|\bhow regularly\b",
        "how many times",
    ),
    (r"\b(?:the )?(?:number|count|tally|total number) of (?:separate )?occasions\b", "how many times"),
    (r"\bhow many times in total\b", "how many times"),
    (
        r"\b(?:the )?amount(?: of money)?(?= (?:i|we|that i|which i)\b)|\b(?:the )?sum(?= (?:i|we|that i|paid)\b)",
        "how much",
    ),
    (
        (
            r"\b(?:on )?(?:the|what is the|what was the|which is the) (?:day|date)s?(?: (?:in"
            r"|of) (\S+(?: 20\d\d)?))? (?:on which"
            r"|that|when|where|i)\b(?! (?:is|was) (?:last|next))"
        ),
        r"which day \1 i",
    ),
    (r"\b(?:the )?(?:most recent|latest|last) (?:day|date|time|occasion) (?:on which|that|when|i)\b", "when last i"),
    (r"\b(?:the )?(?:first|earliest|very first) (?:day|date|time|occasion) (?:on which|that|when|i)\b", "when first i"),
    (r"\bwhich was it\b|\bwhat was it\b|\bwhich is it\b|\bwhich one was it\b|\bhow much was (?:it|that)$", " "),
    (r"\bvery (first|last|latest|same)\b", r"\1"),
    (r"\bhow (?:long ago|many days ago|recently)\b", "when"),
    (r"\b(?:got|have|has|had) (how (?:many|much|often))\b", r"\1"),
    (r"\bgot (?=any\b|what\b|which\b|how\b)", ""),
    (
        (
            r"\b(?:can|could) (?:show|list|display)(?: (?:me|out))?$|\b(?:show|list|display) (?:can|out|me|it)$"
            r"|\b(?:list|show) out\b"
        ),
        " list ",
    ),
    (
        r"\bdiff(?=$| (?:how much|in|between|is|was|ah|leh|lah|amount)\b)|(?<=\bhow much )diff\b|(?<=\bthe )diff\b",
        "difference",
    ),
    (r"\bdiff\b", "different"),
    (
        (
            r"\b(?:by|in terms of|ranked by|sorted by|in) (?:\$+(?!\d)(?: ?\$)*|amount(?: spent)?"
            r"|money(?: spent)?|value|spend(?:ing)?|total spend"
            r"|total spending|dollar value|dollars|spent amount)(?= |$)"
        ),
        "by spending",
    ),
    (r"(?<=\s)(?<!\d )\$+(?= |$)", "money"),
    (r"\b(purchase|payment|transaction|ticket|visit|trip) (?:size|value|amount|cost|price)s?\b", r"\1"),
    (r"\b(?:all in|all in all|in toto)\b(?= how| ?$)", "total"),
    (r"\b(?:government|gst|cdc) (?:payouts?|vouchers?|cash|credits?)\b|\bpayouts?\b", "income"),
    (r"\bout of (?=(?:all|my|the|everything|total|what)\b)", "of "),
    (r"\b(difference|gap|comparison|compare|change|changes) between\b", r"\1"),
    (r"\b(?:separate|individual|single|distinct) (purchases|payments|transactions|visits|trips)\b", r"\1"),
    (
        (
            r"\b(?:get|got|gets|receive[ds]?|take|took|taken|earn(?:ed)?|made|make|collect(?:ed)?|had"
            r"|have) (?:money )?(?:from|off|out of) (?:me|us)\b"
        ),
        "i spent",
    ),
    (
        (
            r"\b(?:got|gets|get|received?|took|takes|taken|earned|made|makes|sees|saw|ate|eats|swallows"
            r"|swallowed) (?:the )?most (?:of (?:my|our|the)"
            r" (?:money|cash|spending|budget)|from (?:me|us)|money)\b"
        ),
        "i spent most",
    ),
    (
        r"\b(?:most expensive|costliest|priciest|dearest|most costly) (month|day|weekday|day of the week)\b",
        r"which \1 i spent most",
    ),
    (r"\b(?:cheapest|least expensive) (month|weekday)\b", r"which \1 i spent least"),
    (
        (
            r"\bwhich (month|day|weekday|day of the week)( i spent (?:most|least))? (?:is|was) (?:my "
            r"|the )?which \1 i spent (most|least)\b"
        ),
        r"which \1 i spent \3",
    ),
    (r"\b(?:which|what) (month|day|weekday) (?:is|was) (?:my |the )?which (?:month|day|weekday) i\b", r"which \1 i"),
    (
        (
            r"\b(visit(?:ed)?|go(?: to)?|went(?: to)?|been to|gone to|eat(?: at| out)?|ate(?: at)?"
            r"|dined?(?: at)?|used?|take|took|ride|rode)"
            r" (?:the )?most\b(?! (?:often|frequently|money|expensive))"
        ),
        r"\1 most often",
    ),
    (r"\b(?:a|one) (?:meal|ride|trip|visit|journey)\b(?! (?:on|in) (?:the )?(?:\d|january|february))", "per visit"),
    (r"\bmeals out\b", "eating out purchases"),
    (r"\bmeal out\b", "eating out purchase"),
    (r"\b(how many|number of) (?:restaurant |hawker )?meals\b", r"\1 eating out purchases"),
    (
        r"\b(cheapest|most expensive|priciest|biggest|smallest|largest|costliest|dearest|average) (?:single )?meal\b",
        r"\1 eating out purchase",
    ),
    (r"\b(?:the )?most money\b", "most"),
    (
        (
            r"\b((?:which|what) (?:month|day|weekday|day of the week)) (?:was|is) (?:my |the )?(?:most expensive"
            r"|costliest|priciest|dearest)\b(?! \w*purchase)"
        ),
        r"\1 i spent most",
    ),
    (r"\bmoney (?:go|goes|went|gone)\b", "money spent"),
    (r"\b(take|took|taken|catch|caught|book|booked) (?:per visit|a (?:taxi|cab))\b", r"\1"),
    (r"\bsat(?:urday)?s? (?:and |to |plus )?(?:on )?sun(?:day)?s?\b", "weekends"),
    (
        (
            r"^(?!.*\b(?:more|most|less|least|better"
            r"|longer)\b)(.*?)\b(?:on )?(?:sat(?:urday)?s? or (?:on )?sun(?:day)?s?"
            r"|sun(?:day)?s? or (?:on )?sat(?:urday)?s?)\b"
        ),
        r"\1 weekends",
    ),
    (r"\bleft ?over\b", "left"),
    (r"\b(?:was|is|were|are) (?:attributable|due|down) to\b", "spent on"),
    (
        (
            r"\b(?:got|gets|get|took|takes|taken|had|has|made|makes|saw|sees|received?) more (?:of (?:my|our"
            r"|the) (?:money|cash|spending)|from (?:me|us)|money)\b"
        ),
        "i spent more",
    ),
    (
        (
            r"\b(?:came|come|comes|went|goes|gone|taken|paid|left) (?:out )?(?:of|from) (?=(?:my"
            r"|the) (?:\w+ )?(?:bank )?(?:account|card)\b)"
        ),
        "spent from ",
    ),
    (r"\bof all (?:the |my )?(month|day|weekday|shop|store|place|restaurant)s\b", r"which \1"),
    (r"\bthe one (?:in|on|at) which\b", " "),
    (r"\b(?:the )?(?:biggest|largest|highest|latest|newest|most recent|dearest) (?:ones? )?(?:first|on top)\b", " "),
    (r"\bevery (fee|refund|withdrawal)\b", r"list \1s"),
    (r"^(?:identify|read out|read me|read|fetch|dig up|retrieve|extract)\b|\bread out\b", "list"),
    (r"\b(?:in mean|in the mean|as an average|at an average)\b", "on average"),
    (r"\b(?:break ?up|breakdown|split) of\b", " "),
    (r"\bdumped (?:into|in|at|on)\b", "spent at"),
    # sums
    (r"^(?:please )?(?:add|sum|total|tally)(?: everything)? (?:up|together)\b", "total"),
    (
        (
            r"\b(?:income|salary|earnings|what i earned) (?:minus|less|net of|take away|after) (?:my |all "
            r"|the )?(?:spending|spend|expenses|costs"
            r"|what i spent)\b"
        ),
        "net",
    ),
    (
        (
            r"\b(?:taken|put|added|all|lumped|counted) together\b|\b(?:all told|all in all|in sum|in aggregate"
            r"|in all|in full)\b"
            r"|\bwhen (?:added|put) (?:up|together)\b|\bput up together\b"
        ),
        " total ",
    ),
    (r"\bcombined\b|\baggregate\b|\bcumulative(?:ly)?\b|\bgrand total\b|\bin its entirety\b", " total "),
    (
        (
            r"\b(?:come|comes|came|coming|amount|amounts|amounted|add|adds|added|sum|sums|summed|run|runs|ran"
            r"|tot|totted|work|works"
            r"|worked) (?:up |out )?(?:to|at)\b(?= ?$| (?:in|for|during|over|last|this|since|on|at|per|P)\b|(?= P\d))"
        ),
        " total ",
    ),
    (
        (
            r"\b(?:does|do|did|would) (?:it|that|this|they|these|all this) (?:all )?(?:add up to|come to|amount to"
            r"|total)\b"
        ),
        " total ",
    ),
    (r"\b(?:add|adds|added) up to\b|\badds? up\b", " total "),
    (r"\btotall?(?:ed|ing|s)\b", " total "),
    # spending
    (
        (
            r"\b(?:part|parted|parting) with\b|\b(?:fork|forked|forking|shell|shelled|shelling|dish"
            r"|dished) (?:out|over)\b"
            r"|\b(?:lay|laid|laying|splash|splashed|fork) (?:it )?out\b|\bcough(?:ed)? up\b|\b(?:splurged?"
            r"|squandered?|splashed)\b"
            r"|\b(?:burn|burned|burnt|blow|blew|get|got|go|gone|went|run|ran) through\b(?= (?:my|on|at|in)\b)"
            r"|\bfrittered(?: away)?\b"
            r"|\b(?:disburse[ds]?|expended?|chucked?|dropp?(?:ed)?(?= (?:on|at)\b))\b|\b(?:pump|pumped|sink|sunk"
            r"|sank|pour|poured|throw"
            r"|threw|plough|ploughed|channel|channelled) (?:\w+ )?(?:into|at)\b|\bdevoted? (?:to|on)\b|\b(?:paid"
            r"|paying|pay) out\b"
        ),
        "spent",
    ),
    (
        (
            r"\b(?:set|sets|setting) (?:me|us) back\b|\b(?:left|leave|leaves|leaving|flowed out of|go out of"
            r"|went out of|come out of"
            r"|came out of|out of) (?:my|our) (?:pocket|wallet|purse|pockets|hands)\b|\b(?:ran|runs?) me\b"
            r"|\bmoney (?:out|outflow)\b"
            r"|\boutflows?\b|\bflow(?:ed)? out\b"
        ),
        "spent",
    ),
    (
        (
            r"\b(?:absorb|absorbed|swallow|swallowed|gobble|gobbled|ate|eaten|eat|eats|take|took|taken|suck"
            r"|sucked|chew|chewed|soak"
            r"|soaked|use|used|swallow)(?:ed|s)? up\b|\b(?:absorbe?d?s?|swallow(?:ed|s)?"
            r"|devoure?d?s?|drained?)\b"
        ),
        "spent",
    ),
    (r"\b(?:went|gone|go|goes|going|flowed|poured|funnelled|spent) toward?s?\b", "spent on"),
    (r"\bdisbursements?\b|\boutgoings\b|\bexpenditures?\b|\boutlays?\b|\bmonies spent\b|\bdamages?\b", "spending"),
    (r"\b(?:on the|in) (?:consumption|consuming) of\b", "on"),
    # buying and visiting
    (
        r"\b(?:pick|picked) up\b|\bgrabbed\b|\bsnapped up\b|\bgot myself\b|\btreated myself to\b|\btreat myself to\b",
        "bought",
    ),
    (
        (
            r"\b(?:swing|swung|stop|stopped|pop|popped|drop|dropped) (?:by|in|into|in at|over|round)\b"
            r"|\bset foot (?:in|at|inside)\b"
            r"|\bpatroni[sz]ed?\b|\bfrequented\b|\bhit up\b|\bturned up at\b|\bshow(?:ed)? up at\b"
            r"|\bended up (?:at|in)\b"
        ),
        "visit",
    ),
    (rf"\bgot (?=(?:{VERBS})\b)", ""),
    (r"\b(?:journeys|outings|excursions)\b", "trips"),
    (r"\b(?:journey|outing|excursion)\b", "trip"),
    (
        (
            r"\b(?:received|got|took|saw|had) (?:my|the) (?=(?:single )?(?:biggest|largest|highest|smallest|lowest"
            r"|most expensive|costliest))"
        ),
        "",
    ),
    (
        (
            r"\b(?:show|list|give|with) each(?: one)?(?: of them)? (?:with|and|by) (?:its|the|their) (?:shop"
            r"|merchant|amount|date|store)s?\b"
        ),
        "list",
    ),
    (
        (
            r"\b(?:the |my )?(?:bank|(?:credit )?card(?: company)?)(?: and (?:the |my )?(?:bank"
            r"|(?:credit )?card(?: company)?))?"
            r" (?:charge|charged|charges|bill|billed) (?:to )?me\b"
        ),
        "i pay",
    ),
    (r"\b(?:judged|judging|measured|counted|taken|looked at|reckoned) (?:over|by|on|across|in)\b", "in"),
    (
        (
            r"\b((?:january|february|march|april|may|june|july|august|september|october|november|december"
            r"|months?)(?: 20\d\d)?) pay\b(?! (?:for|to|at))"
        ),
        r"\1 salary",
    ),
    (r"\b(?:the |an? )?((?:bus|train|bus and train|mrt|taxi|cab)) fares?\b", r"\1 trips"),
    (r"\bfares\b", "trips"),
    (r"\bfare\b", "trip"),
    (
        (
            r"\bin (?:one|a single) (?:go|purchase|transaction|visit|trip|swipe|payment|shot|sitting)\b"
            r"|\bat (?:one|a) (?:go|time|shot)\b"
            r"|\b(?:at|in) one sitting\b"
        ),
        " ONEGO ",
    ),
    *SHAPES,
    *FLOWS,
)
"""Pairs of a pattern and what it becomes, in order."""

_FRAMES = re.compile(FRAMES)
_REWRITES = tuple((re.compile(pattern), plain) for pattern, plain in (*ROUNDABOUT, *SPOKEN, *REWRITES))
_LATER = tuple((re.compile(pattern), plain) for pattern, plain in (*LATER, *MARKED))


def rewritten(text: str) -> str:
    """The text without frames, with roundabout phrases in plain words; single spaces, one at either end."""
    text = f" {text.strip()} "
    for _ in range(2):
        text = _FRAMES.sub(" ", text.strip())
    text = " ".join(text.split())
    for pattern, plain in _REWRITES:
        text = pattern.sub(plain, text)
    return f" {' '.join(text.split())} "


def rewritten_marks(text: str) -> str:
    """The text with what is left out, or what remains, in plain words; times and categories stand as marks."""
    text = " ".join(text.split())
    for pattern, plain in _LATER:
        text = pattern.sub(plain, text)
    return f" {' '.join(text.split())} "
