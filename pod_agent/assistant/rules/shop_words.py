"""The words of orders, products and subscriptions: tried before those of ``words.py``, in order. Data only."""

from __future__ import annotations

from pod_agent.assistant.rules.life_words import either, table

__all__ = ["SHOPS", "SUBSCRIPTIONS"]

SHOPS = table(
    (("(?:what|how much) (?:were|was|are|is|do|did) (?:they|it|he|she) (?:charging|asking|charge|ask"
      "|cost)(?: for)?(?: an?| one)?"), "PRICE"),
    (r"(?<=E\d) (?:were|was|are) (?:in|part of) (?:my|the) orders", ""),
    (either(
         (r"(?:in|from|according to|going by|judging by|based on|per) (?:my |the |all )?(?:\w+ )?order"
             " (?:lines?|history|records?)"),
         "(?:judging|going) by|online",
     ), ""),
    ((r"(?:how much|what) (?:does|do) (?:a |an |one |the |my |single |\w+ of )*(?P<name>E\d+) (?:cost|go"
             r" for|sell for|set me back)(?: (?:per|a|each|for one) ?\w*)?"), r"PRICE \g<name>"),
    (("(?:how much|what) (?:did|was|is) (?:a|an|one|the|my|single) (?:last |latest |single |new"
             r" )?(?P<name>E\d+) (?:cost|go for|set me back)(?! me)(?: (?:the )?last(?:"
             r" time)?)?"), r"PRICE \g<name>"),
    (either(
         (r"(?:total |combined |whole |overall )?(?:value|worth)(?: of)?(?= (?:all |of |my |the |\w+"
             r" ){0,3}orders?\b)"),
     ), "ORDERVALUE"),
    ("(?:order|basket) (?:value|size|total|amount)s?", "ORDERVALUE"),
    ("(?:call(?:ed)? off|void(?:ed)?|scrap(?:ped)?)|cancel(?:led|ed|s|lations?)?", "CANCELLED"),
    ("refunded|returned", "REFUNDED"),
    ("(?:deliver(?:ed)?|suppl(?:y|ied)|bring|brought) (?:to )?(?:us|me)(?: with)?", "BUY"),
    ("(?:been |actually )?(?:delivered|arrived|fulfilled|completed)", "DELIVERED"),
    ("(?:not yet delivered|pending|open|outstanding|on (?:its|their|the) way)(?= orders?)", "PLACED"),
    (either(
         ("(?:the |a )?(?:latest |last |most recent |current |newest )?(?:unit )?(?:price|unit cost)(?:"
             " tag)?(?: paid| i paid)?(?: of| for| on)?(?: (?:one|a|an|each|single|PACKS))*"),
         "how (?:much|expensive|pricey) (?:is|was|are|were)(?: (?:a|an|one|the))?(?= (?!my|of|one|spent"
         "|spend|paid|it|the total))",
         "(?:the )?cost of (?:a|an|one|each|a single)(?: PACKS)?",
     ), "PRICE"),
    (("(?:per|each|a) (?:piece|unit|item|carton|packet|pack|bottle|can|tin|bag|box|tray|tub|jar|loaf|roll"
      "|bar)(?! of)"), "EACHPIECE"),
    (("(?:cartons?|packets?|pkts?|packs?|bottles?|btls?|cans?|tins?|bags?|boxes|box|trays?|tubs?|jars?"
             "|loaves|loaf|rolls?|bars?|units?|pieces?|pcs?|blocks?|bunch(?:es)?|tubes?|slabs?"
             "|sachets?) of"), "PACKS"),
    (either(
         ("(?:by|in|in terms of|measured by|ranked by|based on|with) (?:the )?(?:greatest |largest "
             "|highest |total )?(?:quantity|quantities|number of (?:pieces|units|items)|volume|units|pieces"
             "|count|qty)"),
         "in (?:the )?(?:greatest|largest) (?:numbers?|quantit(?:y|ies))",
     ), "QUANTITY"),
    (r"(?:quantity|qty|number) of(?= [\w ]*E\d)|quantity|quantities", "HOWMANY"),
    (("(?:by|in terms of|measured by|ranked by|based on|according to) (?:the )?(?:money(?: spent)?"
             "|spend(?:ing)?|amount(?: spent)?|cost|value|dollars|total(?: spent)?|price)"), "SPEND"),
    (either(
         "(?:lay|laid|fork(?:ed)?|shell(?:ed)?|splash(?:ed)?|pa(?:y|id)) out(?: on| for)?",
         "splurge[d]?(?: on)?|money (?:went|goes|gone|spent)(?: on| into| to)?",
         "(?:went|goes) (?:on|into|to)|set me back|damage",
     ), "SPEND"),
    ("orders|baskets|deliveries|parcels|purchases(?= (?:from|at|on|with) E)", "ORDERS"),
    (r"order(?= (?:from|at|with|on)\b)|ordered|ordering", "BUY"),
    (("(?<=did i )order|(?<=do i )order|(?<=have i )order|(?<=i )order|(?<=i last )order|(?<=i first"
      " )order|(?<=i ever )order"), "BUY"),
    ("order|basket|delivery|parcel", "ORDER"),
    ("products|items|articles|things|goods", "PRODUCTS"),
    ("product|item|article|thing", "PRODUCT"),
    ("(?:shop |product )?(?:section|aisle|department)s?|(?:shop|product) categor(?:y|ies)", "SECTION"),
    (r"categor(?:y|ies)(?=.*\bE\d)|(?<=E\d )categor(?:y|ies)", "SECTION"),
    ("how many dollars|how much in dollars", "HOWMUCH SPEND"),
    ("(?:in )?dollars", "SPEND"),
    (r"money(?= (?:for|on|at|spent|in|from)\b)", "SPEND"),
    ("(?<=i )(?:place[ds]?|made|make)|placed|put in|submitted", "BUY"),
    (either(
         "get(?:ting)?|got|gotten|receive[ds]?|grab(?:bed)?|pick(?:ed)? up|purchas(?:e|ed|ing)",
         "stock(?:ed)? up(?: on)?|buy(?:ing)?|bought|buys|went through|go through",
     ), "BUY"),
    ("online shops?|shops|stores", "SHOPS"),
    ("shop(?! at)|store", "SHOP"),
    ("worth", "WORTH"),
    ("what (?:date|day)|which (?:date|day)|on what date", "WHICHDAY"),
)  # fmt: skip

SUBSCRIPTIONS = table(
    (("(?:and |with |plus |including |incl |counting )?(?:the |my )?(?:yearly|annual|monthly) (?:ones?"
     "|subscriptions?)?"
     " ?(?:counted|included|too|as well|also)|(?:including|counting|incl|with) (?:the |my )?(?:yearly"
     "|annual|monthly) ones?"), ""),
    ("(?:for|of) (?:those|the ones) (?:which|that) (?:rose|went up|increased|changed)", ""),
    ("of how much|by what amount", "BYHOWMUCH"),
    (("(?:the )?prices? (?:of|for) (?:(?:each|all|any|every|one) )?(?:of )?(?:my )?subscriptions? (?:rise"
      "|rose|increased?|go up|went up)"),
     "DEARER SUBSCRIPTIONS"),
    ("(?:by )?how much (?:more (?:expensive|costly)|dearer|pricier|costlier)", "BYHOWMUCH DEARER"),
    (r"(?:the )?prices? (?:of|for) (?P<name>E\d+) (?:ever )?chang(?:e|ed)", r"PRICECHANGE \g<name>"),
    (r"(?:every|each)(?: single)?(?= (?:\w+ )?(?:subscription|plan|membership|service|sub)\b)", ""),
    (either(
         ("(?:become|became|becomes|get|got|gotten|getting|turn(?:ed)?|gone|go|went|been|is|are)?(?: any)?"
             " ?(?:more (?:expensive|costly|ex)|dearer|pricier|costlier|up in price)"),
         ("(?:have |has |had |got )?(?:a |any |their |its |the )*price (?:rise|increase|hike|go up|went up"
             "|gone up|jump)s?"),
         "(?:rais|increas|hik|incras)e[ds]? (?:its |their |the |in |my |of )*prices?",
         "(?:go|goes|went|gone|going) up",
         "(?:charge|charges|charging|charged|cost|costs) (?:me )?more(?: than before)?",
         "price (?:went|gone|go) up|put (?:its |their |the )?prices? up",
     ), "DEARER"),
    (either(
         "price changes?|chang(?:e|ed|es) (?:its |their |the |in )*(?:prices?|price)",
         "chang(?:e|ed|es) in (?:its )?price",
     ), "PRICECHANGE"),
    (either(
         ("(?:no longer|not|stopped|stop|quit|used to) (?:being |be |get(?:ting)? )?(?:active|running"
             "|subscribed(?: to)?|pay(?:ing)?(?: for)?|charged|current)"),
         ("(?:have |has |had )?(?:lapsed|expired|ended|inactive|dead|cancelled|canceled|discontinued"
             "|dropped|stopped|terminated)"),
         "(?:i )?(?:cancelled|canceled|dropped|quit|gave up)|any ?more|any longer",
     ), "LAPSED"),
    (either(
         r"(?:subscribed?|subscribing|signed up|paying)(?: to| for)?(?= .*\b(?:which|what)\b)",
         "(?:subscribed?|subbed|subscribing|signed up)(?: to| for)?",
     ), "SUBSCRIBED"),
    ("by how much|how much (?:more|by)|and how much(?= |$)|and by what amount", "BYHOWMUCH"),
    (("(?:along |together )?(?:with|and|at|for|plus) (?:its|their|the|what)? ?(?:price|prices|cost"
             "|costs|amount|amounts|fee|fees)(?: of each| each)?"), "EACH"),
    ("(?:subscriptions|subs|recurring (?:charges|payments|bills|plans)|memberships|plans)", "SUBSCRIPTIONS"),
    ("(?:subscription|sub|membership|plan)", "SUBSCRIPTION"),
    (either(
         "(?:(?:on|with) an? )?(?:yearly|annual|annually)(?: (?:basis|rhythm|plan|billing|ones?))?",
         "(?:once a|by the|charged every|billed every) year|(?:every|once per) year(?= |$)",
     ), "YEARLY"),
    (either(
         "(?:on a |with a )?monthly (?:basis|rhythm|billing|ones?)",
         "(?:billed|charged|paid|renewing|recurring) (?:monthly|every month|each month|by the month|per month)",
     ), "PERMONTH"),
    ("billed|charged|charging|renew(?:s|ing)?", "SPEND"),
    (either(
         "(?:currently |right |still )?active|current|running|ongoing|currently|right now|at the moment",
         "still|stil|now|live|in force|going on|at present|these days",
     ), "ACTIVE"),
    ("each(?! month| year)|individual(?:ly)?|every (?:single )?(?:one(?: of them)?)|apiece|one by one", "EACH"),
    ("(?:per|a|each|every) year", "PERYEAR"),
    ("in total|altogether|all in all|combined|together", "TOTAL"),
)  # fmt: skip
