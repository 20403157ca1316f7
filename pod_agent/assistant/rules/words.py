"""The words that rules know: what each phrase of a question does. Data only.

``ROLES`` and the tables before it are tried in order; a phrase that is found is replaced by its role in capitals. Words
that have no role and are not in ``FILLER`` were not understood, and then nothing is answered.
"""

from __future__ import annotations

import re

__all__ = ["BROAD", "FILLER", "ITEMS", "NARROW", "POLITE", "ROLES", "SHORT", "SPELLABLE"]

SHORT = {
    "mth": "month",
    "mths": "months",
    "mnth": "month",
    "yr": "year",
    "yrs": "years",
    "wk": "week",
    "wks": "weeks",
    "txn": "transaction",
    "txns": "transactions",
    "avg": "average",
    "amt": "amount",
    "pls": "please",
    "plz": "please",
    "hrs": "hours",
    "hr": "hours",
    "mins": "minutes",
    "min": "minutes",
    "u": "you",
    "ytday": "yesterday",
    "b4": "before",
    "tis": "this",
    "dis": "this",
    "wkend": "weekend",
    "wkends": "weekends",
    "pct": "percent",
    "n": "and",
    "spnt": "spent",
    "whats": "what is",
    "wheres": "where is",
    "hows": "how is",
    "ive": "i have",
    "im": "i am",
    "wats": "what is",
}
"""Short forms, written out before anything else."""

POLITE = (
    r"\b(?:may|can|could) i (?:please )?(?:know|ask|see|get)\b|\b(?:can|could|would|will) you (?:please"
    r" )?(?:tell|show|give) me\b"
    r"|\bi (?:want|would like|need|like) to (?:know|see)\b|\b(?:do|does) (?:you|anyone) know\b|\b(?:tell|give) me\b"
    r"|\b(?:please|kindly|hey|hello|hi|thanks|thank you|help me|just|actually|roughly|exactly|say)\b"
    r"|\b(?:according to|in|from|based on) my records\b|\bdo you have\b"
)
"""Taken out: it asks politely and for nothing else."""

BROAD = {
    "groceries": r"(?:super ?markets?|grocer(?:y|ies|s)|grocery (?:shopping|stores?)|groceries shopping)",
    "eating-out": (
        r"(?:(?:eating|eat|ate|eaten|dining|dine|dined|makan|meals?)[ -](?:out|outside)|restaurants?|dining"
        r"|makan|eateries|eatery|meals?)"
    ),
    "transport": r"(?:transport|transportation|commuting|commutes?|getting around)",
    "shopping": r"(?:shopping)",
    "household": r"(?:household|housing|house ?hold (?:stuff|things|items))",
    "utilities": r"(?:utility|utilities)",
    "telecom": r"(?:telecoms?|telcos?|telecommunications?|phone and internet|mobile and internet)",
    "health": r"(?:health(?: ?care)?|medical(?: care)?)",
    "entertainment": r"(?:entertainment)",
    "subscriptions": r"(?:subscriptions?)",
    "travel": r"(?:travels?|travelling|traveling|vacations?)",
    "education": r"(?:education|learning|studies)",
    "insurance": r"(?:insurances?)",
    "fees": r"(?:(?:bank|card|credit card) (?:fees?|charges?)|fees)",
    "other": r"(?:miscellaneous|uncategori[sz]ed(?: \w+)?|others)",
}
"""Words that mean a whole category."""

NARROW = {
    "eating-out": "coffees?|kopi|hawkers?(?: food)?|food delivery|takeaways?",
    "transport": "rides?|taxis?|cabs?|buses|bus|trains?|mrt|petrol|fuel|car sharing|public transport",
    "household": "rent|furniture|cleaning|diy|laundry",
    "utilities": "electricity|power|water|gas|town council",
    "telecom": "phone|mobile|internet|broadband|data plan|mobile plan|phone plan",
    "health": "pharmacy|clinics?|dentist|dental|optician|doctors?",
    "subscriptions": "gym|streaming|cloud storage|memberships?",
    "travel": "flights?|hotels?|tours?|accommodation",
    "entertainment": "movies?|cinemas?|concerts?",
    "education": "courses?|school|tuition",
    "insurance": "premiums?",
}
"""Words for a part of a category: understood beside a merchant of that category, asked back alone."""

ITEMS = {
    "groceries or eating-out": "food|lunch(?:es)?|dinners?|breakfasts?|supper|drinks?|snacks?|tea|bubble tea",
    "shopping": "clothes|clothing|electronics|gadgets?|books?|shoes|gifts?|presents?",
    "utilities, telecom, insurance or household": "bills",
    "travel": "holidays?",
    "entertainment": "games?|gaming",
    "subscriptions": "news|app plans?",
}
"""Words for things that no category and no shop is made of alone: always asked back."""

ROLES = tuple(
    (re.compile(rf"\b(?:{pattern})\b"), role)
    for pattern, role in (
        (
            (
                r"(?:not (?:including|counting)|excluding|exclude|without|except(?: for)?|apart from|aside from|other"
                r" than|leaving out|besides|minus|but not|ignoring)(?= (?:\w+ )?[ECN]\d| the [ECN]\d| my [ECN]\d)"
            ),
            "NOT",
        ),
        (
            r"(?:after|net of|less|minus|including|with) (?:any |the |all )?refunds(?: taken off| deducted)?",
            "AFTERREFUNDS",
        ),
        (r"in (?:a )?foreign currenc(?:y|ies)|in foreign (?:money|cash)|overseas currenc(?:y|ies)", "FOREIGN"),
        (
            (
                r"by (?:what|how many|how much) (?:percentage|percent|per cent|%)|(?:what|which) (?:is the |was the"
                r" )?(?:percentage|percent|%)|how many (?:percent|%)|what % |percentage|percentages|percent|per cent"
                r"|in %|as a %"
            ),
            "PERCENT",
        ),
        (
            (
                r"(?:what|which|how big a|how large a|how much) (?:is the |was the )?(?:share|proportion|fraction|part"
                r"|portion)(?: of)?|share of|proportion of|fraction of|share"
            ),
            "SHARE",
        ),
        (r"how (?:often|many times|many time|frequently)|number of times|times", "TIMES"),
        (r"how many (?:different |distinct |unique |separate )?days|on how many days|number of days", "MANYDAYS"),
        (r"how many hours|number of hours|hours", "HOURS"),
        (r"how many minutes|number of minutes|minutes", "MINUTES"),
        (r"how (?:long|much time)", "HOWLONG"),
        (r"how many|number of|count of|count", "HOWMANY"),
        (r"totals?|totally|sum|altogether|in all", "TOTAL"),
        (r"(?:sen[dt]|transfer(?:red)?|gave|give|paynow(?:ed)?|pay|paid) (?:it )?(?:to )?me", "RECEIVED"),
        (r"how (?:has|have|had|did|does|do|is|was|are|were)(?= )", "HOW"),
        (
            (
                r"how much(?: money| cash(?= did i (?:spend|pay)))?|what amount|wat amount|how (?:high|large|big)"
                r" (?:is|was|were|are)"
            ),
            "HOWMUCH",
        ),
        (r"on average|averages?|mean|typically|typical|usually|averaged", "AVERAGE"),
        (
            (
                r"(?:per|each|every|a|by|for each) (?:calendar )?month|monthly|month (?:by|on|over|to|after) month"
                r"|month wise|by the month"
            ),
            "PERMONTH",
        ),
        (r"(?:per|each|every|a|by) week|weekly|week by week", "PERWEEK"),
        (r"(?:per|each|every|a|by) day|daily|day by day", "PERDAY"),
        (
            (
                r"(?:per|each|every) (?:purchase|trip|visit|time|order|payment|transaction|buy|ride|meal|go|journey)"
                r"|(?:a|one) (?:trip|visit|ride|go)|per (?=E\d|N\d)"
            ),
            "PERITEM",
        ),
        (r"trends?|over time|develop(?:ed|ing|ment)?|evolved?|chart|graph|plot|history", "TREND"),
        (r"(?:which|what) months?|(?:in|during) (?:which|what) months?|month", "WHICHMONTH"),
        (r"(?:on )?(?:which|what) (?:weekday|day of the week|weekdays|days of the week)|weekday", "WHICHWEEKDAY"),
        (r"(?:on )?(?:which|what) (?:days?|dates?)", "WHICHDAY"),
        (r"most (?:often|frequently|frequent|visited|common|regularly|times)|often", "MOSTOFTEN"),
        (r"most (?:expensive|costly)|biggest|largest|highest|priciest|costliest|max(?:imum)?|greatest", "MAX"),
        (r"least expensive|smallest|cheapest|lowest|minimum|tiniest", "MIN"),
        (r"(?:the )?last time|most recently|most recent|latest|last", "LAST"),
        (r"(?:the )?first time|first|earliest|discover(?:ed)?", "FIRST"),
        (r"least", "LEAST"),
        (r"most(?: of)?(?: my)?(?: money)?|the lions share", "MOST"),
        (r"compare[ds]?|comparison|difference|differ|versus|vs|compared (?:to|with)", "COMPARE"),
        (
            (
                r"change[ds]?|increase[ds]?|decrease[ds]?|grow|grew|grown|growth|rise|rose|risen|drop|dropped|fall"
                r"|fell|fallen|gone (?:up|down)|go (?:up|down)|went (?:up|down)"
            ),
            "CHANGE",
        ),
        (r"more|higher", "MORE"),
        (r"less|fewer|lower", "LESS"),
        (r"than|over(?= [PEC]\d)", "THAN"),
        (r"(?:different|distinct|unique|separate)(?: kinds of)?", "DISTINCT"),
        (r"top|favou?rites?|best|most loved|rank(?:ing|ed)?", "TOP"),
        (
            (
                r"own account|(?:to|into|in|in to) (?:my )?savings?(?: account)?|top(?:ped)? up (?:my )?savings(?:"
                r" account)?"
            ),
            "SAVINGS",
        ),
        (r"(?:salary|salaries|wages?|paycheck|paychecks|payroll|bonus)", "SALARY"),
        (r"(?:income|earn(?:ed|ings|ing)?|get paid|got paid|paid to me)", "INCOME"),
        (r"(?:net|saved|save|left over|leftover|put aside|surplus|savings|saving)", "NET"),
        (
            (
                r"(?:cash withdrawals?|cash withdrawn|withdrawals?|withdr(?:aw|ew|awn)(?: from)?(?: the)?(?: atms?)?"
                r"|atms?|cash|take out|took out|taken out)"
            ),
            "CASH",
        ),
        (r"(?:refund(?:s|ed)?|money back|get back|got back)", "REFUNDS"),
        (r"(?:send|sent|transfer(?:red)?|transfers|paynow(?:ed)?|gave|give|moved|move|put|set aside)", "SENT"),
        (r"(?:receive[ds]?|got|get|sent me|gotten)", "RECEIVED"),
        (r"(?:artist|singer|band|musician)", "ARTIST"),
        (r"(?:artists|singers|bands|musicians)", "ARTISTS"),
        (r"(?:song|track|tune)", "SONG"),
        (r"(?:songs|tracks|tunes)", "SONGS"),
        (r"album", "ALBUM"),
        (r"albums", "ALBUMS"),
        (r"(?:podcast show|podcast|show(?= did i listen))", "PODCAST"),
        (r"(?:podcasts|podcast episodes|episodes of podcasts|podcast shows)", "PODCASTS"),
        (r"episodes?", "EPISODES"),
        (r"(?:skip(?:ped|s)?)", "SKIP"),
        (
            r"(?:by|in terms of|measured by) (?:listening )?(?:time|duration)|listening time|time listening|play ?time",
            "LISTENTIME",
        ),
        (r"(?:listen(?:ed|ing|s)?(?: to)?|heard|hear|spend listening|spent listening)", "LISTEN"),
        (r"(?:play(?:ed|s|ing)?|stream(?:ed|s|ing)?)", "PLAY"),
        (r"music", "MUSIC"),
        (
            (
                r"(?:merchant|shop(?= |$)(?! at)|store|place|restaurant|eatery|vendor|retailer|supermarket|company"
                r"|business)"
            ),
            "MERCHANT",
        ),
        (
            (
                r"(?:merchants|shops|stores|places|restaurants|eateries|vendors|retailers|supermarkets|companies"
                r"|businesses)"
            ),
            "MERCHANTS",
        ),
        (r"(?:category|type of (?:spending|expense)|area|kind of (?:spending|expense))", "CATEGORY"),
        (r"(?:categories|types of (?:spending|expenses?)|areas|kinds of (?:spending|expenses?))", "CATEGORIES"),
        (r"transactions?|movements?|rows?|entries", "TRANSACTIONS"),
        (
            r"purchases|payments|expenses(?= (?:over|above|under|below|A\d))|buys|visits|trips|items bought|charges",
            "PURCHASES",
        ),
        (r"purchase|payment|visit|trip|charge|single (?:purchase|payment|expense)", "PURCHASE"),
        (
            (
                r"(?:spend(?:ing|s)?|spent|cost(?:s|ing)?|costed|expenditures?|expenses?|outlay|outgoings?|paid"
                r"|pay(?:ing)?|bill|fork(?:ed)? out|shell(?:ed)? out|burn(?:ed|t)?|blow|blew|blown|damage|went (?:on"
                r"|to|into)|(?:went|gone|goes|going) out(?=\s+K\d)|go(?:es)? (?:on|to)|gone (?:on|to)|used up|charged)"
            ),
            "SPEND",
        ),
        (
            (
                r"(?:buy(?:ing)?|bought|purchased|shop(?:ped)?(?= at)|shopped|visit(?:ed|ing)?|ate|eat|eaten|dine[ds]?"
                r"|order(?:ed)?(?= from| at| [EC]\d)|go(?: to)?|went(?: to)?|been(?: to)?|gone|rode|take|took|taken"
                r"|make|made|have a meal|use[ds]?|drop by|dropped by)"
            ),
            "BUY",
        ),
        (r"(?:list|show(?: me)?|which ones|display|give me all|find|itemi[sz]e)", "LIST"),
        (r"where", "WHERE"),
        (r"when|(?:the |what )?date of(?= (?:my|the) )", "WHEN"),
        (r"(?:which|what|who|whom)", "WHICH"),
        (r"or", "OR"),
        (r"and|plus|as well as|together with|with", "AND"),
        (r"between(?= [ECD]\d)", "BETWEEN"),
        (r"anything|something|ever|at all|any", "ANY"),
    )
)
"""Phrases with their roles, longest meanings first."""

FILLER = frozenset(
    (
        "i me my mine myself we our a an the this that these those it its of in on at for to from by as is"
        " are was were be"
        " been am do does did done have has had having amount all whole entire"
        " money dollars dollar bucks $ so there their then now per calendar period much everything happened happen only"
        " ah lah leh sia lor hor meh liao la ya eh wah one ones some own kind kinds worth into"
        " value number figure single individual record records time also too really come came off name names"
        " stuff things"
    ).split()
)
"""Words that change nothing."""


SPELLABLE = frozenset(
    (
        "spend spent spending cost costs much many times everything average total groceries grocery"
        " supermarket transport shopping"
        " household utilities telecom health entertainment subscriptions subscription travel education insurance eating"
        " restaurants restaurant dining purchases purchase payments payment transactions transaction merchants merchant"
        " categories category artists artist songs song album albums podcast podcasts listen listened listening played"
        " minutes hours income salary refund refunds withdraw withdrew cash compare difference percentage percent share"
        " biggest largest smallest cheapest highest monthly weekly yesterday today week weeks weekend weekends weekday"
        " weekdays month months quarter year years last past previous since until before after between excluding except"
        " without expensive favourite different received transferred saved january february march april june"
        " july august"
        " september october november december monday tuesday wednesday thursday friday saturday sunday bought outside"
        " visited often money where which what when show list steps walk walked walking sleep slept sleeping weight"
        " weigh resting heart night nights video videos watch watched watching channel channels subscribed order orders"
        " product products bottles packets cartons"
    ).split()
)
"""Words that a misspelling may be corrected to."""
