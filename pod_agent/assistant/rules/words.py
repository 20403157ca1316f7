"""The words that rules know: what each phrase of a question does. Data only.

``ROLES`` and the tables before it are tried in order; a phrase that is found is replaced by its role in capitals. Words
that have no role and are not in ``FILLER`` were not understood, and then nothing is answered.
"""

from __future__ import annotations

import re

from pod_agent.assistant.rules.spelling import SPELLABLE

__all__ = ["BROAD", "FILLER", "ITEMS", "NARROW", "ROLES", "SPELLABLE"]

BROAD = {
    "groceries": r"(?:super ?marts?|super ?markets?|grocer(?:y|ies|s)|grocery (?:shopping|stores?)|groceries shopping)",
    "eating-out": (
        r"(?:(?:eating|eat|ate|eaten|dining|dine|dined|makan|meals?)[ -](?:out|outside)|meals out|restaurants?|dining"
        r"|makan|eateries|eatery|meals?|food outside|outside food)"
    ),
    "transport": r"(?:transport|transportation|commuting|commutes?|getting around|travelling around|transit)",
    "shopping": r"(?:shopping)",
    "household": r"(?:household|housing|house ?hold (?:stuff|things|items))",
    "utilities": r"(?:utility|utilities)",
    "telecom": r"(?:telecoms?|telcos?|telecommunications?|phone and internet|mobile and internet)",
    "health": r"(?:health(?: ?care)?|medical(?: care)?)",
    "entertainment": r"(?:entertainment)",
    "subscriptions": r"(?:subscriptions?)",
    "travel": r"(?:travels?|travelling|traveling|vacations?)",
    "education": r"(?:education|learning|studies|schooling)",
    "insurance": r"(?:insurances?)",
    "fees": r"(?:(?:bank|card|credit card|banking|late|annual|service|account) (?:fees?|charges?)|fees?)",
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
                r"(?:(?:but )?not (?:including|counting)|excluding|exclude|without|except(?: for)?|apart from"
                r"|aside from|other"
                r" than|leaving out|besides|minus|but not|ignoring)(?= (?:\w+ ){0,3}[ECN]\d)"
            ),
            "NOT",
        ),
        (
            r"(?:after|net of|less|minus|including|with) (?:any |the |all )?refunds(?: taken off| deducted)?",
            "AFTERREFUNDS",
        ),
        (
            (
                r"(?:in |with |using )?(?:an? |any |some )?(?:foreign|overseas|other|another|different"
                r"|non sgd) (?:currenc(?:y|ies)|money)"
            ),
            "FOREIGN",
        ),
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
        (r"how (?:often|many times?|frequently)|number of times|times", "TIMES"),
        (r"how many (?:different |distinct |unique |separate )?days|on how many days|number of days", "MANYDAYS"),
        (r"how many hours|number of hours|hours", "HOURS"),
        (r"how many minutes|number of minutes|minutes", "MINUTES"),
        (r"how (?:long|much (?!more|less)(?:\w+ )?time)", "HOWLONG"),
        (r"how many|numbers? of|count of|counts?|tally of|quantity of|how numerous", "HOWMANY"),
        (r"totals?|totally|sum|altogether|in all", "TOTAL"),
        (r"(?:sen[dt]|transfer(?:red)?|gave|give|paynow(?:ed)?|pay|paid) (?:it )?(?:to )?me", "RECEIVED"),
        (r"how (?:has|have|had|did|does|do|is|was|are|were)(?= )", "HOW"),
        (
            (
                r"how much(?: money| cash(?= did i (?:spend|pay)))?|(?:what|wat|which) (?:amount|sum"
                r"|total)(?: of money)?"
                r"|how (?:high|large|big|small|steep|expensive) (?:is|was|were|are|a)|what is the (?:amount|sum)"
            ),
            "HOWMUCH",
        ),
        (r"on average|averages?|averaging|mean|typically|typical|usually|averaged|avg", "AVERAGE"),
        (
            (
                r"(?:per|each|every|a|by|for each) (?:calendar )?month|monthly|month(?:ly)? (?:by|on|over|to"
                r"|after) month"
                r"|month wise|by the month"
            ),
            "PERMONTH",
        ),
        (r"(?:per|each|every|a|by) week|weekly|week by week", "PERWEEK"),
        (r"(?:per|each|every|a|by) day|daily|day by day", "PERDAY"),
        (
            (
                r"(?:per|each|every) (?:single )?(?:purchase|trips?|visit|time|order|payment|transaction|buy"
                r"|ride|meal|go"
                r"|journey|swipe|pop|occasion|session|bill|receipt|basket)"
                r"|(?:a|one) (?:trip|visit|ride|go|pop)|per (?=E\d|N\d)|an? (?=E\d (?:costs?|set|SPEND)\b)"
            ),
            "PERITEM",
        ),
        (r"trends?|over time|develop(?:ed|ing|ment)?|evolved?|chart|graph|plot|history", "TREND"),
        (r"(?:which|what) (?:calendar )?months?|(?:in|during) (?:which|what) months?|month", "WHICHMONTH"),
        (
            r"(?:on |during )?(?:which|what) (?:weekdays?|week day|days? of (?:the )?week)|weekday|days? of the week",
            "WHICHWEEKDAY",
        ),
        (r"(?:on )?(?:which|what) (?:days?|dates?)", "WHICHDAY"),
        (r"most (?:often|frequently|frequent|frequented|visited|common|commonly|regularly|times)|often", "MOSTOFTEN"),
        (
            (
                r"most (?:expensive|costly|pricey)|single (?:biggest|largest)|biggest|largest|highest|priciest"
                r"|costliest|dearest"
                r"|max(?:imum)?|greatest|record|heaviest|steepest|bigger|largest ever"
            ),
            "MAX",
        ),
        (r"least (?:expensive|costly)|smallest|cheapest|lowest|min(?:imum)?|tiniest|lightest", "MIN"),
        (r"(?:the )?last time|most recently|most recent|latest|last|newest", "LAST"),
        (r"(?:the )?first time|first ever|first|earliest|oldest|discover(?:ed)?", "FIRST"),
        (r"least", "LEAST"),
        (r"most(?: of)?(?: my)?(?: money)?|the lions share", "MOST"),
        (
            (
                r"compared (?:to|with)|compare[ds]?|comparing|comparison|differences?|differ(?:s|ed)?|versus|vs"
                r"|against|gap"
            ),
            "COMPARE",
        ),
        (
            (
                r"change[ds]?|increase[ds]?|decrease[ds]?|grow|grew|grown|growth|rise|rose|risen|drop|dropped|fall"
                r"|fell|fallen|gone (?:up|down)|go (?:up|down)|went (?:up|down)"
            ),
            "CHANGE",
        ),
        (r"more|higher|larger|greater", "MORE"),
        (r"less|fewer|lower|smaller|cheaper", "LESS"),
        (r"than|over(?= [PEC]\d)", "THAN"),
        (r"(?:different|distinct|unique|separate|various|individual)(?: kinds of)?", "DISTINCT"),
        (r"top|favou?rites?|best|most loved|rank(?:ing|ed|s)?|leading|number one", "TOP"),
        (
            (
                r"(?:to |into |in )?(?:my )?own accounts?|(?:to|into|in|in to) (?:my )?savings?(?: account)?"
                r"|top(?:ped)? up (?:my )?savings(?:"
                r" account)?"
            ),
            "SAVINGS",
        ),
        (
            (
                r"(?:(?:monthly |net |gross )?salary|salaries|wages?|pay ?checks?|pay ?cheques?|pay ?slips?|payroll"
                r"|bonus(?:es)?)"
            ),
            "SALARY",
        ),
        (r"(?:incomes?|earn(?:ed|ings|ing|s)?|get paid|got paid|gotten paid|paid to me|take home)", "INCOME"),
        (r"(?:net|saved|save|left over|leftover|put aside|surplus|savings|saving|remain(?:s|ed|ing)?|left)", "NET"),
        (
            (
                r"(?:cash withdrawals?|cash withdrawn|withdrawals?|withdr(?:aw|ew|awn)(?: from)?(?: the)?(?: atms?)?"
                r"|atms?|cash|take out|took out|taken out)"
            ),
            "CASH",
        ),
        (r"(?:refund(?:s|ed|ing)?|money back|get back|got back|gotten back)", "REFUNDS"),
        (
            (
                r"(?:send|sent|transfer(?:red|ring)?|transfers|paynow(?:ed|s)?|gave|give|given|moved?|put"
                r"|set aside|sending|remit(?:ted)?"
                r"|wire[d]?|lent|lend|stash(?:ed)?|tuck(?:ed)? away|shift(?:ed)?)"
            ),
            "SENT",
        ),
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
                r"|business|outlet|seller|payee|brand|stall|spot|joint|venue|cafe|establishment|retail outlet|chain"
                r"|provider)"
            ),
            "MERCHANT",
        ),
        (
            (
                r"(?:merchants|shops|stores|places|restaurants|eateries|vendors|retailers|supermarkets|companies"
                r"|businesses|outlets|sellers|payees|brands|stalls|spots|joints|venues|cafes|establishments|chains"
                r"|providers)"
            ),
            "MERCHANTS",
        ),
        (
            (
                r"(?:(?:spending |expense )?(?:category|area|bucket|type|group)|(?:type|kind|sort|category) of"
                r" (?:spending|expenses?|thing|purchases?|costs?))"
            ),
            "CATEGORY",
        ),
        (
            (
                r"(?:(?:spending |expense )?(?:categories|areas|buckets|types|groups)|(?:types|kinds|sorts"
                r"|categories) of"
                r" (?:spending|expenses?|things|purchases?|costs?))"
            ),
            "CATEGORIES",
        ),
        (r"(?:bank |account |card )?transactions?|movements?|rows?|entries", "TRANSACTIONS"),
        (
            (
                r"purchases|payments|expenses(?= (?:over|above|under|below|A\d))|buys|visits|trips|items bought"
                r"|charges|swipes"
                r"|rides|splurges|(?<=E\d )orders|(?<=[EC]\d )runs?|(?<=PLACES )runs?"
            ),
            "PURCHASES",
        ),
        (
            (
                r"(?:single |individual |one |one off )?(?:purchase|payment|visit|trip|charge|swipe|splurge|ride|ONEGO)"
                r"|(?<=E\d )order|single(?= C\d)|(?<=C\d )meal|ticket size"
                r"|(?:single|individual|one off) (?:expense|spend|bill|cost|item|thing|outlay)|ONEGO"
            ),
            "PURCHASE",
        ),
        (
            (
                r"(?:spend(?:ing|s)?|spent|cost(?:s|ing)?|costed|expenditures?|expenses?|outlay|outgoings?|paid"
                r"|pay(?:ing|s)?|bills?|budget went|fork(?:ed)? out|shell(?:ed)? out|burn(?:ed|t)?|blow|blew"
                r"|blown|damage|went (?:on"
                r"|to|into)|(?:went|gone|goes|going) out(?=\s+K\d)|(?:go|goes|going|gone) (?:on|to|into)|used up"
                r"|charged?|consumption)"
            ),
            "SPEND",
        ),
        (
            (
                r"(?:buy(?:ing)?|bought|purchased|shop(?:ped)?(?= at)|shopped|visit(?:ed|ing)?|ate|eat|eaten|dine[ds]?"
                r"|order(?:ed)?(?= from| at| with| [EC]\d)|go(?: to)?|went(?: to)?|been(?: to)?|gone|rode|take"
                r"|took|taken"
                r"|make|made|making|have a meal|use[ds]?|using|drop by|dropped by|dining|eating|ride|riding"
                r"|visits?|place[ds]?|get(?= from)"
                r"|got(?= from))"
            ),
            "BUY",
        ),
        (r"(?:list(?:ing|ed)?|shows?(?: me)?|which ones|display|give me all|find|itemi[sz]ed?)", "LIST"),
        (r"where", "WHERE"),
        (r"when|(?:the |what )?date of(?= (?:my|the) )|on (?:what|which) date", "WHEN"),
        (r"dates?", "WHEN"),
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
        " money dollars dollar bucks $"
        " already so there their then now per calendar period much everything happened happen"
        " only"
        " ah lah leh sia lor hor meh liao la ya eh wah one ones some own kind kinds worth into"
        " value number figure single individual record records time also too really come came off name names"
        " stuff things very him her them such being having us among amongst"
        " about towards toward into onto upon via if you your because so also both"
    ).split()
)
"""Words that change nothing."""
