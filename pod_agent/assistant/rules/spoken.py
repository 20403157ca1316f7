"""How people talk around a question: fillers, address, afterthoughts, and corrections of what was just said."""

from __future__ import annotations

import re

from pod_agent.assistant.plan import Refusal
from pod_agent.assistant.rules.parts import Reading

__all__ = ["SPOKEN", "TAKEN_BACK", "take_corrections"]

ADDRESS = (
    r"boss|sir|madam|maam|mister|class|mate|yall|folks|doc|doctor|coach|chef|team|captain|buddy|pal|bro|bros|dude"
    r"|siri|alexa|computer|robot|guys|everyone|dear|darling|honey|friend|my friend|teacher|man|gosh|my goodness"
    r"|goodness|wow|whoa"
)
ASKING = r"(?:how|what|which|when|where|who|did|do|have|has|was|were|is|are|can|could|would|will|please|list|show|give)"
PLENTY = r"(?:everything else|all the rest|the rest|all that|so on(?: and so forth)?|etc(?:etera)?|the like|what ?not)"
COUNTS = (
    r"rides|trips|visits|purchases|payments|transactions|times|withdrawals|plays|songs|rows|counts?|number(?: of \w+)?"
)
SUMS = r"dollars|amounts?|money|sums?|values?|totals?|sgd"
PAID_IN = r"(?:my |the |any |all )*(?:salary|wages?|pay|interests?|bonus(?:es)?|(?:government )?payouts?|allowances?)"
SPOKEN = (
    (rf"(?:\b(?:{COUNTS}) )?\bnot (?:the |in )?(?:{SUMS})$", "number"),
    (rf"\bdays not (?:the )?(?:{COUNTS})$", ""),
    (rf"^(?:{ADDRESS}) (?={ASKING}\b|E\d|my\b|i\b|the\b|total\b)", ""),
    (r" (?:boss|sir|madam|maam|mate|bro|bruh|bruv|fam|buddy|man|dude|mister)$", ""),
    (r"\b(?:u+m+|u+h+m*|e+r+m*|hm+)\b", " "),
    (r"\b(?:so|well|and|or|but) like\b|\blike so\b|\blike(?= (?:in total|overall|all|just|only)\b)", " "),
    (r"\bhow much \$(?= |$)", "how much"),
    ((r"^like\b|\blike$|\b(?<!i )(?<!would )(?<!something )(?<!songs )(?<!artists )(?<!bands )"
      r"like (?=(?:an?|my) )"), " "),
    ((r"\b(?:just |only )?(?:an? )?(?:simple |plain )?yes or (?:an? )?no(?: (?:is|will|would)(?: be| do)?"
      r"(?: fine| enough| ok| okay)?)?$"), " "),
    (r"\bi guess what i(?: am|m)? (?:asking|wanting|trying to (?:ask|find out|know)) is\b", " "),
    ((r"\bwhat i (?:really |actually )?(?:want|need|would like|am trying|mean|am after)(?: to (?:know|ask|find out))?"
     r" is\b"), " "),
    ((r"\bnot that (?:i|it) (?:really )?(?:care|mind|matters?|am (?:complaining|judging)|would change anything)"
     r"(?: but)?\b"), " "),
    (r"\b(?:be|lets be|to be) (?:honest|frank|real)(?: with (?:me|you))?\b", " "),
    (r"\bi (?:wish|want|would like) to be (?:informed|told)(?: (?:of|about))?\b", " "),
    (r"\b(?:show|with) (?:the |your )?(?:working|workings)(?: if you like| please)?\b|\bif you like\b", " "),
    (r"\b(?:like|as) you always do\b|\bas (?:always|usual|before)\b", " "),
    ((r"\b(?:my |the )?(?:chef|boss|accountant|wife|husband|mum|mom|dad|friend) (?:wants|needs|would like|asks)"
     r" to know\b"), " "),
    ((r"^(?:my|the|our) (?!wife|husband|partner|friend|mother|father|mum|dad|mom|brother|sister|son|daughter|colleague"
      r"|boyfriend|girlfriend|neighbou?r|kids?|family|card|account|records?)(?:\w+ ){1,2}(?:(?:at|from"
      r"|in) (?:the |my )?\w+ )?(?:wants?|needs?"
      r"|(?:asks?|is asking|asked)(?: me)? for|requires?|would like)(?: to (?:know|see|have))?\b"), " "),
    ((r"^(?:(?:please )?(?:confirm|tell|say|know|check|verify|advise|state"
    r"|answer)(?: me)? )?whether i (?:have |had )?"), "did i "),
    (r"\b(?:use|used|burn|burnt|burned|drop) (?:up )?the (most|least) money\b", r"spend the \1"),
    ((r"^(?:so )?(my|the) (.*\w) (?:what|how much) (?:is|was) (?:the |its |it)(?:amount|price|figure|total|sum)?$"),
     r"what was \1 \2"),
    ((r"\b(?<!year )(?<!month )(?<!week )(?<!quarter )(?:up )?to date\b|\bas of (?:now|today|date)\b"
      r"|\bup to now\b"), " "),
    (r"\b(?:would|will) be (?:awesome|great|nice|lovely|helpful|perfect|good|fine|fantastic|appreciated)\b", " "),
    (r"\b(?:dates?|amounts?|shops?) and (?:the )?(?:dollars? |sgd )?(?:amounts?|dates?|shops?)$", " "),
    (r"\b(?:of|between) (?:the|these|those) two\b", " "),
    ((r"\b(?:i (?:just |only )?(?:need|want) )?(?:just |only )?(?:one|a single|1) (?:number|figure|sum|total)"
     r"(?= (?:what|how|please|everything|all)\b|$)"), " "),
    (r"\b(?:just|only) the (?:number|figure|amount|total|sum|name|date)(?: please)?$", " "),
    ((r"\b(?:going|go|judging|measured|counting) by (?:the |my )?(?:money|amounts?|dollars|spending)(?: (?:that )?i"
     r" (?:have )?(?:spent|spend|paid|left))?(?: there)?\b"), " by spending "),
    (r"\b(?:going|judging) by(?= (?:this|last|the|my|20)\b)", " in "),
    (r"\bburn rate(?: check)?\b(?= (?:overall|total|spend))", " "),
    (r"\b(?:quick|little|small|budget|money|spending|sanity|monthly|weekly) check\b(?= \w)", " "),
    (r"^(?:subtract|calculate|compute|work out|add up)(?: this| that)?(?: for me)? (?=E\d|how|what)", ""),
    (r"\b(?:got|was|were|been|get|gets|being) (?:deducted|debited|taken off)\b|(?<!refunds )\b(?:deducted|debited)\b",
     "spent"),
    (r"\bbetween (one|two|three|four|five|six|seven|eight) and (\w+) (hundred|thousand)\b",
     r"between \1 \3 dollars and \2 \3"),
    ((r"^(?!.*\b(?:spen[dt]|spending|paid|pay|costs?|how|total|averages?|avg|hours|minutes|most|least|top|share)\b)"
     r"(.*\b(?:orders|purchases|payments|visits|trips|rides|plays|songs|videos|transactions|skips"
     r"|withdrawals|refunds)\b.*?)"
      r"(?<!the)(?<!one)(?<!a) (?:number|count)$"), r"how many \1"),
    (r"\b(?:double|re) ?check(?:ing)?\b", "check"),
    ((r"\b(?:in |over |during )?(?:the )?(?:summer|winter|spring|autumn)(?: holidays?)? (?:(?:say|i mean|so|ie|that is"
      r"|meaning) )?(?=(?:from|between) )"), " "),
    (r"^share (?:with me )?(?=(?:the |my |a )?(?:count|number|total|list|figures?|names?|how|what|details)\b)", ""),
    (r"^it makes how much\b", "how much"),
    (r"\b(?:everything|all|what) i (?:have )?left (?:there|behind)\b", "what i spent"),
    (r"\bleaving ((?:\w+ ){1,4}?)out\b", r"without \1"),
    (r"\brefunds? (?:subtracted|deducted|taken off|netted(?: off)?|included)\b", "after refunds"),
    ((r"\b(?:net of|minus|less|after) (?:whatever|anything|what|any)(?: that)? (?:got|was|were|has been|is)"
      r" (?:waived|refunded|returned)\b"), "after refunds"),
    ((r"\bwas i more of an? (E\d+) person or an? (E\d+) person\b(?=.*\b(?:spen[dt]|spending|money|paid)\b)"),
     r"where did i spend more \1 or \2"),
    (r"\bin (?:the )?(?:greatest|largest|highest|biggest) (?:quantity|quantities)\b", "the most by quantity"),
    (r"\borders (?:in )?(?:total|overall|combined) (?:value|worth)\b", "order value total"),
    ((r"(?<!which )(?<!what )(?<!by )(?<!per )(?<!each )(?<!every )\b(weekday|weekend) (spend|spending|purchases|visits"
      r"|steps|sleep|listening)\b"), r"\2 on \1s"),
    (r"\bdays with (?:a |an |any |at least one |some )?(?:purchases?|spending)\b", "days did i buy anything"),
    ((r"^(?:the )?(days|nights) (.*?)(?: how many(?: of (?:them|these|those))?(?: (?:are|were) there)?)$"),
     r"how many \1 \2"),
    ((r"\b(?:what|which) (?:date|day) (?:is|was|did) (?:my |the )?((?:biggest|largest|smallest|cheapest|most expensive"
      r"|priciest|highest|dearest) (?:single )?(?:purchase|payment))\b"), r"when was my \1"),
    # what goes off, or is in it anyway
    ((r"\b(?:once|after|when|with) (?:the |my |all |any )*refunds? (?:(?:is|are|was|were|has been|have been) )?"
      r"(?:taken off|deducted|subtracted|netted(?: off)?|off|counted)\b"), "after refunds"),
    ((r"\b(?:after|net of|less|minus) (?:any |the |all |my )*(?:waivers?|waived (?:\w+ ){0,2}(?:fees?"
     r"|charges?))\b"), "after refunds"),
    ((r"(?:\bwith )?\b(?:the |my |any )?(?:bonus(?:es)?|interests?"
    r"|payouts?)(?: and all)? (?:included|inclusive|thrown in|in it"
      r"|counted(?: in)?|as well|on top)\b"), " "),
    # contrasts that say the same twice
    ((r"\b((?:bank )?account|card) (?:and |but )?not (?:from |with |on |by |via |in )*(?:the |my )?"
      r"(?:credit |debit )?(?:card|(?:bank )?account)\b"), r"\1"),
    (r"\bboth (?:ends?|days|included|inclusive)(?: (?:are |being )?(?:counted|included|inclusive))?\b", " "),
    (r"\b(?:of )?(?:every|all|any) (?:transaction )?kinds?(?: (?:counted|included))?$", " "),
    # what is asked for
    (r"\b(?:which|what) (?:were|are) (?:they|these|those)$", " "),
    ((r"\b(?:took|got|had|ate|swallowed) the (?:largest|biggest|greatest|lions) (?:part|share|chunk|slice) of my"
      r"(?: money| spending)?\b"), "i spent most"),
    (r"\bmore (?:often|frequently)\b", "more times"),
    (r"\bhow many (monday|tuesday|wednesday|thursday|friday|saturday|sunday|weekday)s\b", r"on how many days on \1s"),
    (r"\b(?:gave|give|given) me back\b(?=.*\bmoney\b)", "refunded me"),
    (r"\bnumber of$", "count"),
    (r"^days (?:that |on which )?i (?=\w)", "on how many days i "),
    ((r"\b(?:(?:has|have|had|does|do|did|will) )?(?:add(?:ed|s)? up|c[ao]mes?|amount(?:ed"
     r"|s)?) to (?:what|how much)\b"), " total "),
    (r"\b(?:pay|paid|money|paychecks?) from (?:my |the )?(?:work|job|employer|company|boss|office)\b", "salary"),
    ((r"\b(most expensive|most ex|biggest|largest|priciest|dearest|costliest|cheapest"
    r"|smallest) (?:single )?(?:thing|item|buy)"
      r" (?:that )?(?:i|we) (?:have )?(?:ever )?(?:paid for|bought|buy|got|purchased)\b"), r"\1 purchase"),
    (r"\bof (?:all )?(?:the|my) (month|day|weekday)s (.*?)\b(?:which|what)(?: one)?(?: of them)?\b", r"which \1 \2"),
    (r"\b(?:little|tiny|small) (?=(?:purchases|payments|buys)\b.*\b(?:under|below|less|cheaper|over|at most)\b)", ""),
    (r"\bwhat all (?=(?:did|have|do) i\b)", "list what "),
    ((r"^(?:everything|all|all the things|the things|things|anything)(?: that)? i(?: have| ever| had)*"
     r" (?:bought|purchased)\b(?!.*\b(?:total|together|altogether|add|sum|cost|how|amount)\b)"), "list what i bought"),
    ((r"^what (?=(?:did|have|went|was|were|got|came|has)\b)(?=.*\b(?:in total|altogether|all told|in all)\b)"
     r"(?!.*\b(?:averages?|shares?|percent\w*|most|least|highest|lowest|biggest|smallest)\b)"), "how much "),
    ((r"^(?:did|have) (?:i|we) (?:spend|spent|pay|paid|buy|bought) (?:anything|something|any money)\b(.*?)"
     r" (?:and )?(?:if (?:so|yes)|if i did) how much(?: (?:in total|was it|did i (?:spend|pay)))?$"),
     r"how much did i spend\1"),
    ((r"^did (?:anything|something|any money) (?:go|went) (?:to|on|at)\b(.*?)"
     r" (?:and )?(?:if (?:so|yes)|if it did) how much(?: in total)?$"), r"how much did i spend at\1"),
    ((r"\bevery(?: single| last)? (fee|refund|withdrawal)\b(?: that| which)?(?: (?:was|were|got|has been|i was)"
     r" (?:charged|billed|made|paid|deducted))?"), r"list \1s"),
    ((r"\b(?:has |have )?(?:been |got |gone |went |go |was |is )?(?:it |that )?(?:up or down|down or up|higher or lower"
     r"|lower or higher|a rise or (?:a )?fall)\b(?=.*\b(?:percent|percentage|how much|by)\b)"), " change "),
    ((r"\b(?:ranked |sorted |ordered |listed |arranged )?(?:from )?(?:the )?(?:most|biggest|largest|highest|top)"
     r" (?:one |ones )?(?:down )?to (?:the )?(?:least|smallest|lowest|bottom|cheapest)\b"), " "),
    (r"\b(?:eating|dining|makan|food) (place|spot|joint|establishment|outlet)(s?)\b", r"restaurant\2"),
    (r"\brestaurants or restaurants\b", "restaurants"),
    (r"\b(ride|trip) (?:price|cost|fare)s?\b", "purchase"),
    (r"\bdropped (?:the )?most money (?:at|in|on)\b", "spent the most"),
    (r"\bate (?:the )?most (?:of (?:my|the) )?budget\b", "cost most"),
    (r"\b(?:that|who|which) (?:i|we) (?:have|had) (?:the )?most (played|listened to|watched)\b", r"i \1 most"),
    (r"\bwhat is (?:the|my) delta\b|\bthe delta\b|\bdelta\b", "difference"),
    (r"\b(my|the) (salary|income) receipts?\b", r"\1 \2"),
    (r"\bthe (\w+)(?: receipts)? (exceed|exceeded|surpass|surpassed) (?:my )?", r"the \1 \2 "),
    (r"\bi search\b(?= (?:for )?(?:the|my)\b)|\b(?:can|could) you give me (?:the|a) list\b", " list "),
    (r"\b(?:at )?its (lowest|highest|peak)\b", r"the \1"),
    (r"\b(had on|have on|have had on|on) (?:heavy )?(?:repeat|rotation)\b", "played most"),
    ((r"\b(?:have|did|do|has|were) they (?:have )?(?:charge[ds]?|charging|bill(?:ed)?|take[ns]?|took|had"
      r"|got)(?: (?:me|(?:from|off|out of) me))?\b"), "spent"),
    (r"\b(?:the )?big (?:stuff|things|purchases|items) only\b|\babout the big (?:stuff|things)\b", " "),
    # income, told by what it is made of
    ((r"\b(income|earn(?:ed|ings)?)\b(.*?) (?:with )?(?:the |my )?(?:interests?"
      r"|bonus(?:es)?) (?:included|counted|too|as well)\b"), r"\1\2"),
    (r"\bwhat (?:all |money )?(?:came|comes|has come|flowed) in\b", "how much income"),
    ((rf"\b(?:(?:like|meaning|such as|that is|ie|i mean|namely|including|with|so|both) )?{PAID_IN}"
     rf"(?:(?: and| plus| as well as)? {PAID_IN})*(?: and| plus)? "
     rf"(?:{PLENTY}|whatever(?: else)?(?: (?:came|comes|has come) in)?|everything|other (?:income|things|stuff)"
     r"|(?:anything|everything|all) else(?: that came in)?)(?: together)?\b"), " income "),
    ((rf"\b(income|earn|earned|earnings)\b(.*?) (?:(?:like|meaning|such as|that is|ie|i mean|namely|including|with|so"
     rf"|both) )?{PAID_IN}(?:(?: and| plus| as well as)? {PAID_IN})+(?: together| combined)?\b"), r"\1\2"),
)  # fmt: skip
"""Pairs of a pattern and what it becomes, in order; names of the records stand as marks already."""

SURELY = (
    r"i mean|i meant|i meant to say|sorry|oops|or rather|make that|scratch that|strike that|correction|no wait|wait no"
    r"|wait"
)
TAKEN_BACK = re.compile(rf"(?:(?:oh|no|ah|hold on|well|{SURELY})\s*)+", re.IGNORECASE)
"""Words by which a person takes back what was just said, and nothing else."""
MARKER = (
    rf"(?:(?:oh|no|ah|hold on|well|not that|and|but|{SURELY}) )*(?:{SURELY})(?: (?:{SURELY}|no|it|was|is|the|rather))*"
)
GAP = r"(?:(?:in|at|on|from|for|to|with|of|by|over|during|the|my|this|all|it|was|is|be|only|just|since|spend|spent) )*"
CORRECTED = re.compile(
    rf"\b(?P<kind>[EPCDA])(?P<old>\d+)(?P<between>(?:(?! (?P=kind)\d).)*?) (?:{MARKER}) {GAP}(?P=kind)(?P<new>\d+)\b"
    r"|\bP(?P<early>\d+) no (?:(?:in|on|the) )*P(?P<late>\d+)\b"
)
CLASHING = re.compile(rf"\b(?:P\d+ {MARKER} {GAP}D\d|D\d+ {MARKER} {GAP}P\d)")
"""A day of the week taken back for a period, or the other way round: nobody can tell what is left of the first."""
MEANT = re.compile(
    r"\b(?:and |so |well )?(?:i|we) (?:really |only |just |do )?mean(?:t)?\b(?: (?:like|is|was))?|\bsorry\b"
)
NARROWING = {"P": "periods", "D": "days", "A": "limits"}
"""What narrows by standing in its list, whether or not a mark of it is left in the text."""


def take_corrections(out: Reading) -> None:
    """What a person takes back: "in May, no wait, June" is June. Only the like is replaced by the like."""
    out.text = f" {' '.join(out.text.split())} "
    for _ in range(len(out.text.split())):
        found = CORRECTED.search(out.text)
        if found is None:
            break
        kind = found["kind"] or "P"
        old, new = int(found["old"] or found["early"]), int(found["new"] or found["late"])
        text = f"{out.text[: found.start()]} {kind}{new} {found['between'] or ''} {out.text[found.end() :]}"
        out.text = f" {' '.join(text.split())} "
        if kind in NARROWING and old != new:
            _drop(out, kind, old)
    if CLASHING.search(out.text):
        out.refusal = Refusal(status="clarify", text="Which of the days do you mean?")
    out.text = MEANT.sub(" ", out.text)


def _drop(out: Reading, kind: str, old: int) -> None:
    """Take one out of its list, and number the marks of those behind it anew."""
    del getattr(out, NARROWING[kind])[old]
    if kind == "P":
        del out.ends[old]

    def renumbered(match: re.Match[str]) -> str:
        number = int(match[1])
        return f"{kind}{number - 1 if number > old else number}"

    out.text = re.sub(rf"\b{kind}(\d+)\b", renumbered, out.text)
