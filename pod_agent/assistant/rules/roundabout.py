"""Roundabout ways to ask for what a plain sentence asks as well, in two tables. Data only.

``ROUNDABOUT`` runs where names stand as marks (``E0``), ``MARKED`` where categories (``C0``), times (``P0``), days
(``D0``) and limits (``A0``) do as well.
"""

from __future__ import annotations

__all__ = ["EXTREME", "MARKED", "ROUNDABOUT"]

EXTREME = (
    r"most (?:expensive|costly|ex|pricey)|priciest|costliest|dearest|biggest|largest|highest|cheapest|smallest|lowest"
    r"|heaviest|steepest|average|avg|mean|typical|usual"
)
SINGLE = (
    r"bill|visit|booking|reservation|stay|trip|meal|ticket|receipt|check|tab|refuel|fill ?up"
    r"|haircut|session|appointment|ride|journey|fare"
)
"""What one pays for at once: one purchase."""
OUTING = r"(?:night|evening|afternoon|lunch|dinner|breakfast|brunch|supper|feast|meal)(?: out)?"
LONG = (
    r"(?:past|last) \w+ (?:weeks|months)|(?:this|last) (?:year|month|quarter)|20\d\d|q[1-4]|january|february"
    r"|march|april"
    r"|june|july|august|september|october|november|december|usually|average|only"
)
"""Beside one of these, Monday to Friday are all such days, and not the last five."""
ACCOUNT = r"(?:(?:bank )?account|(?:credit |debit )?card)"
DONE = (
    r"posted|booked|logged|registered|processed|entered|captured|tracked|credited|debited|recorded|noted|issued|granted"
    r"|incurred"
)
ROWS = (
    r"refunds?|fees?|charges|purchases?|payments?|transactions?|withdrawals?|transfers?|plays?|skips|steps|videos?"
    r"|orders?|salary|pay|income|interest"
)
THINGS = "shops|shop|merchants|merchant|artists|artist|songs|song|podcasts|podcast|channels|channel|categories|category"

ROUNDABOUT = (
    # who is spoken to, and what is said besides
    (
        (r" (?:(?:my )?(?:lads?|guys|folks|mates|friends?|love|dear|dearie|darling|sweetie|chief|chaps?|uncle"
        r"|aunty|auntie|gang|team|pal|girl|babe|hun|hon|cher|love))$"),
        " ",
    ),
    (r"\b(?:to|at|brought to) (?:my|the|our) (?:front )?door\b", " "),
    (r"^i would (?:take|have|go for|settle for) (?=(?:my|our|the)\b)", " "),
    (r"\b(?:which|what|who) (?:would|will|might|could) (?:those|they|these|that|it|this)(?: \w+)? be\b", "which"),
    (r"\b(?:list|write|spell|lay|read|name|set) (?:them|these|those|it) (?:all )?out\b", "list"),
    (r"\b(?:dates? and amounts?|amounts? and dates?)(?: (?:please|both))?(?= ?$)", " "),
    (
        (r"\b(?:over|across|in|for|from|through) (?:the )?(?:whole|entirety|entire|all|full)(?: of)? (?:my |the |our )?"
        r"(?:records?|history|data)\b"),
        " ",
    ),
    ((rf"\b({ROWS}) (?:that (?:was|were) |which (?:was|were) |was |were |got )?(?:{DONE})(?: (?:to|on|in|for) "
     r"(?:me|us|(?:my|the|our) (?:bank )?(?:account|card|records?|books|statement)))?(?= |$)"), r"\1"),
    (
        (r"^(?:produce|prepare|compile|draw up|generate|furnish|provide|create|build)(?: me)?(?: with)? (?:a|an|the) "
        r"(?:full |complete |detailed )?(?:schedule|table|list|register|inventory|rundown|catalogue|log|listing) of\b"),
        "list",
    ),
    (r"\b(list|show) (?:each|every) (purchase|payment|refund|transaction|order|fee)\b", r"\1 \2s"),
    (r"\b(?:with|by) (?:a |the )?transaction dates? (?=(?:from|between|in|of)\b)", ""),
    # what is counted or left out anyway
    (
        (r"\b(?:with |and )?waived (?:\w+ ){0,2}?(?:fees?|charges?)(?: (?:are|being|all))? (?:included|counted"
         r"|inclusive"
        r"|too|as well)(?: in)?\b|\b(?:including|incl|counting|with|inclusive of) (?:the |any |all )?waived (?:\w+ )?"
        r"(?:fees?|charges?)\b"),
        " ",
    ),
    ((r"\b(?:with |the )*refunds? (?:already|all|being) (?:deducted|subtracted|taken off"
     r"|netted(?: off)?)\b"), "after refunds"),
    (r"\bnet of (?:the |any |all |my )*(?:waivers?|waived (?:fees?|charges?))\b", "after refunds"),
    (
        (r"\b(?:after|net of|less|minus|once) (?:deducting |subtracting )?(?:whatever|what|anything|everything|all|the "
        r"(?:money|amounts?|bit|part)) (?:that )?(?:they|it|the shop|E\d+)? ?(?:have |has |had )?(?:gave|given|give"
        r"|paid|sent|handed|refunded|returned|came|come)(?: (?:to )?(?:me|us))? ?(?:back)?\b(?: again)?"),
        " after refunds ",
    ),
    (
        (r"\b(?:once|after|when|with) (?:the |my |all |any )*(?:\w+ ){0,2}?(?:that )?(?:i|we) (?:have "
         r"|had )?(?:returned"
        r"|sent back|gave back|brought back|took back|handed back)(?: (?:is|was|are|were|has been|have been))?"
        r"(?: (?:taken off|deducted|subtracted|netted(?: off)?|off|counted))?\b"),
        " after refunds ",
    ),
    (
        (r"\b(?:the )?cancelled(?: (?:ones|orders))? (?:are |being )?(?:disregarded|excluded|ignored|left (?:out|aside)"
        r"|aside|apart|omitted|not (?:counted|included))\b|\b(?:disregarding|leaving (?:out|aside)|ignoring|omitting"
        r"|not counting|excluding|without|except) (?:the |any |all )?cancelled(?: (?:ones|orders))?\b"),
        " ",
    ),
    (r"(?<=\bday)s?(?: with)? today (?:included|inclusive|counted(?: in)?|too|as well)\b", "s"),
    (r"(?<=\bdays) (?:including|incl|inclusive of|counting|with) today\b", ""),
    (
        (r"\b(?:of )?(?:under|less than|below|shorter than) (?:30|thirty) ?(?:s|secs?|seconds)\b(?=.*\bskip)"
        r"|(?<=skips )(?:under|less than|below|shorter than|of under) (?:30|thirty) ?(?:s|secs?|seconds)\b"),
        " ",
    ),
    (
        (r"(?:\bplaces? |\bshops? |\bmerchants? |\bstores? )?(?:\bwith|\bwhere i (?:have |had )?ma[dk]e|\bhaving) at "
        r"least (?:one|1|a single) (?:purchase|payment|transaction|visit)\b"),
        lambda match: match[0].split(" at ")[0].split("with")[0].split("where")[0].split("having")[0],
    ),
    (r"\b(?:i )?not spotify(?: but)?(?: the other (?:one|app|service))?(?= (?:but |the )*(?:youtube|ytmusic))", " "),
    # one purchase
    (rf"\b({EXTREME}) (?:single )?E(\d+) (?:{SINGLE})s?\b(?! order)", r"\1 purchase at E\2"),
    (rf"\b({EXTREME}) (?:single )?(?:{SINGLE}|{OUTING}) (?:at|from|with|by|in|for|on|i had at) (?=E\d)",
     r"\1 purchase at "),
    (rf"\bE(\d+) ({EXTREME}) (?:{SINGLE})\b", r"\2 purchase at E\1"),
    (r"\bwhat (?:does|do|did|is) (E\d+) (?:charge|bill|take|deduct|debit)(?:ing)?(?: (?:from )?(?:me|us))?\b",
     r"how much does \1 cost me"),
    (r"\b(every |each |all |any )?bank (?:and|or) (?:credit )?card (fees?|charges?)\b", r"\1bank \2"),
    (r"\b(?:list )?(?:every|each) (bank|card|late|annual|service) (fee|charge)\b", r"list \1 \2s"),
    # from which account
    (
        (rf"\b(?:rather than|instead of|as opposed to|not) (?:(?:by|on|from|with|via|through) )?(?:the |my )?{ACCOUNT}"
        rf"(?= ?$)(?<=\w)"),
        " ",
    ),
    (
        (r"\b(?:was|were|is|are|got|been|get|being )? ?(?:met|settled|covered|funded|financed|borne|ran|run"
         r"|running|runs"
        rf"|routed|handled|put|came|come|comes|paid|went|gone)"
            rf" (?:from|by|with|out of|off|through|via|on|over) (?:the |my |our )?({ACCOUNT})\b"),
        r" spent from the \1",
    ),
    # people
    (
        (r"\b(?:paid|pay|paying|payments?(?: made)?)(?: money)? (?:to )?(E\d+) (?:money )?(?:by|via|with|through|using"
        r"|over|on) paynow\b"),
        r"sent money to \1 by transfer",
    ),
    (r"\b(?:my )?own savings account\b", "savings"),
    (r"\bcash (?:out of|from|at|off) (?:the |an? |any )?(?:cash )?(?:machines?|atms?|hole in the wall|cashpoints?)\b",
     "cash withdrawn"),
    # change
    (
        (r"\b(?:rise|rose|risen|up|increase[ds]?|grow|grew|grown|gain|higher) or (?:fall|fell|fallen|down|drop(?:ped)?"
        r"|decrease[ds]?|shrink|shrunk|shrank|lower)\b|\b(?:fall|fell|fallen|drop(?:ped)?|decrease[ds]?|shrink|shrank"
        r"|lower|down) or (?:rise|rose|risen|increase[ds]?|grow|grew|grown|higher|up)\b"),
        " change ",
    ),
    (
        (r"\bhow (?:did|do|does|has|have) (.{2,40}?) (?:move|moved|shift|shifted|fare|fared|swing|swung"
        r"|develop|developed|trend|trended)\b(?=.*\b(?:against|from|versus|vs|compared|between|to|since|over)\b)"),
        r"how did \1 change",
    ),
    (r"^(?:in |going |moving |coming )(?=from (?:q[1-4]|\w+ to)\b)|^(?:going|moving|coming) (?=from\b)", ""),
    (
        (r"\bfrom (?:the|my) (?:first|earliest) (?:weighing|weigh ?in|reading|measurement|value|weight)s?(?: of| in)? "
        r"(.{2,30}?) (?:to|till|until) (?:the|my) (?:latest|last|most recent|newest)(?: (?:one|weighing|weigh ?in"
        r"|reading|measurement|value|weight))?\b"),
        r"in \1",
    ),
    (r"\bwhat (?:has|did|had) my weight (?:done|do|been doing)\b(?: in (?:kilos|kg|kilograms))?",
     "how much did my weight change"),
    (
        (
            r"\bby how much (?:does|did|do|has|have) (?:what i (?:spend|spent)|(?:my |the )?(?:spending|spend"
            r"|expenses|costs?))"
            r" (on|at|for) (.+?) (?:beat|exceed|outstrip|top|surpass|outweigh)(?:ed|en)? (?:(?:what i (?:spend|spent)"
            r"|(?:my |the )?(?:spending|spend|expenses|costs?)|that|those) )?(?:on|at|for) "
        ),
        r"how much more did i spend \1 \2 than \1 ",
    ),
    # sums and counts
    (r"\b(?:stood|stands|came|comes|amounts|amounted) at (?:what|which) (?:figure|sum|amount|total)\b", "how much"),
    (
        (
            r"\b(?:and )?(?:what|how much) (?:each|every one)(?: of (?:them|these|those))? (?:takes?|costs?|charges?|is"
            r"|sets me back)(?: (?:from )?me)?(?: (?:per|a|each) (?:month|year))?\b"
        ),
        " ",
    ),
    (r"\b(?:gets?|got|took|takes|takes? in|receives?|received) (?:the )?most of my (\w+) (?:money|budget|spending)\b",
     r"i spent most on \1"),
    ((r"^the (E\d+ )?orders? that (?:was|were|got) (refunded|cancelled) which (?:ones? )?(?:was|were) (?:it"
     r"|they|that|those)$"),
     r"list my \2 orders at \1"),
    (
        (r"(?<=\w) what (?:have|has|did|do|does) (?:they|these|those|all (?:that|those|these)) (?:all )?(?:cost|set)"
        r"(?: (?:me|us))?(?: back)?\b"),
        " how much did i spend",
    ),
    (
        (r"\b(?:what|how much) (?:did|has|have|does) (E\d+) (?:take up|taken up|come to|amount to|add up to|clock up"
        r"|rack up|eat up)(?: in)? (hours|minutes)(?: of (?:my )?(?:listening|playing|play))?(?: time)?\b"),
        r"how many \2 did i listen to \1",
    ),
    (r"\b(?:units|pieces|packs|(E\d+)) delivered (?:by|from) (?=E\d)", r"\1 from "),
    (
        r"\b(how many .{0,30}?E\d+(?: \w+)? (?:have|did|do) (?:i|we) )(?:gone|go|got|get|run|been|gotten) through\b",
        r"\1bought",
    ),
    (r"\blike (?:bought|spent|paid)(?: in total)?(?= ?$)", " "),
    (r"\bdid i was (\w+)ing\b", r"did i \1"),
    (
        (r"^if (?:i|we) (?:have |had |ever |actually )*(?=(?:bought|spent|paid|played|watched|listened|slept"
         r"|walked|went"
        r"|sent|received|got|ordered|visited|purchased|used)\b)(?!.*\b(?:how|what|which|when|where)\b)"),
        "did i ",
    ),
    (
        (r"^(?:wait )?(?:did|have) i ever (.*?)(?: (?:i think so|i believe so|i am sure|surely|right))?(?: and)? "
        r"on how many (days|nights) (?:was|were|did|is) (?:that|it|this)(?: (?:happen|so))?$"),
        r"on how many \2 did i \1",
    ),
    (
        (r"\bsince (?:which|what) (?:day|date) (?:am i|i am|have i|i have|did i|i)(?: been)? (?:listen(?:ing|ed)?"
        r"|play(?:ing|ed)?|hear(?:ing)?)(?: to)? (E\d+)(?: (?:the )?first play)?(?: i mean)?\b"),
        r"when did i first play \1",
    ),
    (r"\bone (month|week|day) ((?:costs?|spend|use|pay|need)(?: me)?) how much\b", r"per \1 how much \2"),
    (
        (
            r"\b(?:the )?(?:length|duration)(?: in (hours|minutes))? of (?:my |the )?(longest|shortest) "
            r"(?:night(?: of)?(?: sleep)?|sleep)\b"
        ),
        r"how many \1 was my \2 sleep",
    ),
    (
        (
            r"\b(?:during|on|over) (?:my|our|the) (?:trip|journey|holiday|vacation|stay|visit|tour) (?:to|in|through"
            r"|around) (?:[a-z]+ ){1,2}(?=(?:from|between) \d)"
        ),
        " ",
    ),
    (r"^(?:are|were) there (?:any )?subscriptions (?:that )?(.*?) (?:name|list|give|tell) (?:me )?them\b.*$",
     r"which subscriptions \1"),
    (
        (
            r"^((?:\w+ )?)(E\d+)( (?!.*E\d).*)\b(sent|send|gave|give|transferred|transfer"
            r"|paynow(?:ed)?) (?:her|him|them)"
            r"(?: any)?(?: money)?\b"
        ),
        r"\1\3\4 \2",
    ),
    # ranked
    (r"\bargmax over (weekday|month|day|merchant|shop|artist|song)s? of (?:my )?", r"which \1 has the highest "),
    (r"\bby (?:the )?(?:number|count|amount) of (?:videos|vids|clips|plays)(?= ?$)", " "),
    (rf"\b(?:which|what) ({THINGS}) (?:owned|ruled|dominated|topped|led|won|headed|filled) (?:my |our |the )?",
     r"top \1 in "),
    (r"\bhottest\b|\bmost loved\b|\bbiggest hit(?= |s )", "top"),
    (r"\b(?:most|highest|biggest|largest) (?:plays?|played|listens?|spend|spent|visits|counts?)? ?(?:first|on top)\b",
     " "),
    (
        (r"\b(?:just |only )?(?:the )?first (two|three|four|five|six|seven|eight|nine|ten|\d{1,2})(?: of (?:them|those"
        r"|these))?$"),
        lambda match: f"top {match[1]}",
    ),
    (r"\bwhich single (day|date|month|weekday)\b", r"which \1"),
    (r"\b(?:carries|carried|bears|boasts|holds)(?= (?:my|our|the)\b)", "has"),
    (r"\bbing(?:e|ed|eing|ing)(?: watch(?:ed|ing)?)?\b", "watch"),
    (r"\bsat (?:down|back|through)(?: and)?(?: with| to| for| in front of)?\b", "watched"),
    (r"\b(?:fell|falls|fallen) (?=(?:on|under|within)\b)", "was "),
    (
        rf"^(?=.*\b(?:{LONG})\b)(.*?)\b(?:from )?mon(?:day)? (?:to|till|until|through|thru) fri(?:day)?\b(?: only)?",
        r"\1 weekdays",
    ),
    (r"\b(?:income|salary|earnings) (?:minus|less) (?:my )?(?:expenditures?|outgoings|outlay)\b", "net"),
    (r"\byear to date (20\d\d)\b", r"in \1"),
)  # fmt: skip
"""Pairs of a pattern and what it becomes, in order."""

MORE = r"(?:more|less|fewer|higher|lower)"
EITHER = r"(?:and|or|against|versus|vs|with|to)"
SIDE = r"(?:at |from |on |for |of |in |to |by |the |my |videos |songs )*"
TWO = rf"\b([ECD]\d+) {EITHER} {SIDE}([ECD]\d+)\b(?!.*\bthan\b)"
MARKED = (
    (r"\b(A\d+) (?:each|apiece|a piece|per piece)\b", r"\1"),
    # of two that were told, the first or the second
    (
        (rf"\b([EC]\d+) {EITHER} {SIDE}([EC]\d+)\b(.*?\b{MORE}\b.*?)\b(?:the )?(?:first|former)(?: one)? than {SIDE}"
        r"(?:second|latter|other)(?: one)?\b"),
        r"\3 \1 than \2",
    ),
    (
        (rf"\b([EC]\d+) {EITHER} {SIDE}([EC]\d+)\b(.*?\b{MORE}\b.*?)\b(?:the )?(?:second|latter)(?: one)? than {SIDE}"
        r"(?:first|former|other)(?: one)?\b"),
        r"\3 \2 than \1",
    ),
    # two that were told, and how much more one of them is
    (rf"{TWO}(.*\bhow (?:much|many) {MORE}\b.*?)\b\1\b(?!.*\b\2\b)(.*)$", r"\3 \1 than \2 \4"),
    (rf"{TWO}(.*\bhow (?:much|many) {MORE}\b.*?)\b\2\b(?!.*\b\1\b)(.*)$", r"\3 \2 than \1 \4"),
    # two that are told first, and named again
    (rf"\b(D\d+) (?:{EITHER} )?(D\d+)\b(?=.*\b\1\b.*\bthan\b.*\b\2\b|.*\b\2\b.*\bthan\b.*\b\1\b)", " "),
)  # fmt: skip
"""Pairs of a pattern and what it becomes, in order."""
