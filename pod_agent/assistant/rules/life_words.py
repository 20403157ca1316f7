"""Words that questions about music, videos, health, orders and subscriptions share. Data only.

``TABLE`` is tried after the words of a topic and before those of ``words.py``. ``HARMLESS`` holds words that ask, or
say how, and change no figure; no word of time, number, negation or comparison may stand there.
"""

from __future__ import annotations

import re

__all__ = ["HARMLESS", "TABLE", "Table", "either", "respelt", "table"]

Table = tuple[tuple[re.Pattern[str], str], ...]


def either(*patterns: str) -> str:
    """One pattern that fits where any of these does."""
    return "|".join(patterns)


def table(*pairs: tuple[str, str]) -> Table:
    """Patterns that begin and end where words do, each with its role; an empty role takes the phrase out."""
    return tuple((re.compile(rf"(?<!\w)(?:{pattern})(?!\w)"), role) for pattern, role in pairs)


DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ANY_DAY = "|".join(rf"{day[:3]}[a-z]*" for day in DAYS)
RESPELT = (
    *(
        pair
        for day in DAYS
        for pair in (
            (rf"\b{day[:3]}(?:{day[3:]}|s|rs|urs|nes)?s?(?= or (?:on )?(?:{ANY_DAY})\b)", f"{day}s"),
            (rf"(?<=s or ){day[:3]}(?:{day[3:]}|s|rs|urs|nes)?\b|(?<=s or on ){day[:3]}(?:{day[3:]})?\b", f"{day}s"),
        )
    ),
    (r"\bafter which night\b", "which night"),
    (r"\blie ins?\b", "sleep"),
    (r"\bby (?:the )?wake ?up (?:date|day)\b", ""),
    (
        (
            r"(?<!did i )\b(?:(?:for|of|on) )?(?:the )?(?:(?<!last )(?:nights?|mornings?) )?"
            r"(?:that |when |on which )?(?:i )?"
            rf"(?:woke|wake|waking) up (?=(?:on )?(?:an? |the )?(?:\d|{ANY_DAY}))"
        ),
        "",
    ),
    (r"\b(?:nite|nites|nighttime)\b", "night"),
    (r"\b(?:wat|wats|wut)\b", "what"),
    (r"\bwhos\b", "who is"),
    (r"\bmost recent(?:ly)?\b|\bvery last\b|\blatest\b(?= (?:time|play|order|video|date|day))", "last"),
    (r"\byt\b", "youtube"),
    (r"\b(?:on )?which morning did i wake(?: up)?\b", "which day did i"),
    (r"^is it (?:true|right|correct)(?: that)?\b", "did"),
    (r"\bid (?=like\b|love\b)", "i would "),
    (r"\b((?:last|past) \d+) nights\b", r"\1 days"),
    (r"\ball (?:of )?(?:the |those |my )?nights(?= (?:added|put|summed|taken|counted) )", ""),
    (r"\bresting hours\b", "resting heart rate"),
    (r"\bweekday\b(?=.*\bweekends?\b)|(?<=weekend )weekday\b|(?<=weekend vs )weekday\b", "weekdays"),
    (
        (
            r"(?<!past )(?<!last )(?<!in )(?<!at )(?<!and )(?<!to )\b(two|three|four|five|six|ten)(?: of"
            r" (?:them|these))?$"
        ),
        r"top \1",
    ),
    (r"\bvery first\b|\bearliest\b", "first"),
    (r"\b(?:alr|liao|oredi|ard)\b", ""),
    (
        r"(?<!which month )(?<!which day )(?<!what day )(?<!what month )(?<!time )\bof the (year|month)\b(?! \d)",
        r"this \1",
    ),
    (r"(?<!than )(?<!over )(?<!under )\b(20[12]\d) (minutes|hours|plays)\b", r"by \2 in \1"),
    (
        (
            r"\b(?:i (?:have )?)?(?:lost|keep losing|losing) (?:all )?track"
            r"(?: of (?:it|them|what i (?:have )?signed up for|things))?\b"
        ),
        "",
    ),
)
"""Ways to write a word, put right before times are read."""


def respelt(text: str) -> str:
    """The text with common short forms of speech written out."""
    for pattern, word in RESPELT:
        text = re.sub(pattern, word, text)
    return " ".join(text.split())


UP = r"(?:rise|rose|risen|go up|went up|gone up|increased?|grow|grew|climb(?:ed)?|up|more|higher|gain(?:ed)?)"
DOWN = (
    r"(?:fall|fell|fallen|go down|went down|gone down|drop(?:ped)?|decreased?|shrink|shrank|down|less"
    r"|lower|lost?|lose)"
)

TABLE = table(
    ((r"(?:per|for each|for every|of each)"
      r"(?= (?:ARTISTS?|SONGS?|ALBUM|PODCAST|CHANNEL|VIDEO|PRODUCT|SHOP|SECTION)\b)"), "PEREACH"),
    (r"how many of(?: my| the)?(?= TOP\b)", "PEREACH"),
    ("(?:full|entire|complete|whole) (?:listening |streaming |watch |viewing |order )?history", ""),
    ("if youd? be so kind|if you would be so kind", ""),
    (r"(?:late |early )?(?:at )?(?:nights?|mornings?|evenings?)(?: time)?(?=.* H\d)", ""),
    (r"(?:not|none|nothing) (?:by|from|of|at)(?= E\d)", "NOT"),
    ((r"(?:except|excluding|without|apart from|aside from|other than|leaving out|ignoring|besides|minus|not counting)"
      r"(?: (?i:for|those|the|ones|all|any|songs?|videos?|plays?|tracks?|by|of|from|everything))*(?= E\d)"), "NOT"),
    ("accounts? for|accounted for|(?:make|makes|made|take|takes|took) up|represent(?:s|ed)?|constitute[sd]?", "is"),
    ("g(?:i|a)ve[ns]?(?! (?:me |us )?back)|giving|send|sent|hand(?:ed)?", ""),
    (either(
         "add(?:s|ed|ing)? up(?: to)?|(?:come|comes|came) (?:up )?to|amount(?:s|ed)? to|tall(?:y|ied) up",
         "sum(?:s|med)? up(?: to)?|taken together|all told|in all|combined|together|all together|all in",
     ), "TOTAL"),
    (either(
         "work(?:ed)? out|figure(?:d)? out|find out|look(?:ing|ed)? (?:at|back(?: at| on| over)?|up)",
         "judg(?:ed|ing) (?:by|over|from|on)|go(?:ing)? by|when it comes to|in terms of how",
         "over the course of|in the course of|as of (?:today|now)|up to now|till now|until now|thus far",
         "so far|to date|on record|(?:any|some)?where (?:around|near)|of every kind|of any kind",
         "let me know|i wonder|wondering|i am curious|curious|quick question|for me",
         "would be (?:welcome|nice|great|good)|if you (?:can|could|would|please|dont mind)",
         "i would (?:like|love)(?: to (?:know|see|have|learn))?|i need(?: to know)?|remind me",
         "as (?:a )?whole|as well|very",
     ), ""),
    (either(
         ("(?:rise|rose|risen|go up|went up|gone up|increased?|grow|grew|climb(?:ed)?|up|more|higher"
             "|gain(?:ed)?) (?:or|and) (?:fall|fell|fallen|go down|went down|gone down|drop(?:ped)?"
             "|decreased?|shrink|shrank|down|less|lower|lost?|lose)"),
         ("(?:fall|fell|fallen|go down|went down|gone down|drop(?:ped)?|decreased?|shrink|shrank|down|less"
             "|lower|lost?|lose) (?:or|and) (?:rise|rose|risen|go up|went up|gone up|increased?|grow|grew"
             "|climb(?:ed)?|up|more|higher|gain(?:ed)?)"),
         "mov(?:e|ed|ing)|shift(?:ed|ing)?|alter(?:ed)?|swing|swung|var(?:y|ied)|fluctuat(?:e|ed)",
         "climb(?:ed|ing)?|jump(?:ed)?|decline(?:d)?|dipp?(?:ed)?|shrunk|shrank|shrink|reduc(?:e|ed|tion)",
     ), "CHANGE"),
    (("(?:how many |what |in |as a |as |by what |by how many |by how much |which |how much in |the |a"
             " )*(?:%|percents?|per cents?|pct|percentages?)(?: (?:terms|points?|wise|change))?(?: of)?(?="
             r" [\w ]*CHANGE)"), "PERCENT"),
    ("(?:%|percents?|per cents?|pct|percentages?) change", "PERCENT CHANGE"),
    (either(
         ("(?:how many|what|in|as a|as|by what|by how many|by how much|which) (?:%|percents?|per cents?"
             "|pct|percentages?)(?: (?:terms|points?|wise))?(?: of)?"),
         "%|pct|in percent(?:ages?)?",
     ), "PERCENT"),
    (either(
         "(?:what|which) (?:proportion|share|part|portion|fraction|slice|chunk)(?: of)?",
         "(?:proportion|share|portion|fraction|slice|chunk)(?: of)?",
     ), "SHARE"),
    ("exceed(?:s|ed|ing)?|surpass(?:ed|es)?|outstrip(?:ped)?|outnumber(?:ed)?|beat|outdo|outdid", "MORE THAN"),
    (either(
         "compar(?:ed?|ing|ison)(?: (?:to|with|against))?|(?:set |put )?against|relative to|as opposed to",
         "in contrast (?:to|with)|in comparison (?:to|with)|versus|vs",
         ("(?:the )?(?:difference|gap|diff)(?: between| of| from)?(?! (?i:song|artist|album|track|video"
             "|channel|product|item|podcast|band|singer|episode))"),
     ), "COMPARE"),
    ("diff|differing|individual|unique|separate|distinct|different|various", "DISTINCT"),
    (either(
         ("(?:break ?down|run ?down|overview|summary|stats|statistics|figures|table|listing|lists?(?! out"
          "| down| up))(?: of|"
             " for| by)?"),
         "lists? (?:out|down|up)|show(?:ing)?(?: out)?|display(?:ing)?|one by one|enumerate|itemi[sz]e",
         "tabulate|lay out|set out|let me see|see",
     ), "LIST"),
    (either(
         "progress(?:ed|ion)?|timeline|trajector(?:y|ies)|curve|pattern|over the months",
         "across (?:the )?months|by months|month wise|each and every month",
     ), "PERMONTH"),
    (either(
         "number (?:one|1)|no 1|(?:my |the )?all time favou?rite|fav(?:e|es|s)?|favou?rites?|go to|leading",
         "topmost|most loved|best loved|dominat(?:e|ed|ing)|rank(?:ed|ing|s)?|order(?:ed)? by",
     ), "TOP"),
    ("most (?:often|frequently|frequent|regularly|times)|more than any other", "MOSTOFTEN"),
    ("fewest", "LEAST"),
    ("since when|(?:the |what |which |on what |on which )*dates? (?:of|on which|when|that)", "WHEN"),
    ("(?:per|a|each|every|by|in an?|in one) (?:average |typical )?day|daily|day by day", "PERDAY"),
    ("(?:per|a|each|every|in an?|in one) (?:average |typical )?week|weekly", "PERWEEK"),
    (either(
         "(?:on|in) (?:an )?average|averag(?:e|es|ed|ing)(?: out)?|mean|typical(?:ly)?|normally|usually",
         "ordinarily",
     ), "AVERAGE"),
)  # fmt: skip
"""Phrases with their roles, in order."""

HARMLESS = frozenset(
    """
    already alr actually really altogether overall exactly precisely truly just simply basically seriously yet
    nice lovely date log logged summarise summarize suffice suffices enough expressed stated given kindly please pls
    state tell provide supply report specify indicate mention present answer reply
    check calculate compute determine figure reckon estimate curious wonder wondering interested need needed want
    wanted wish appreciate grateful question quick quickly inform recorded registered tracked counted noted kept
    stored available data export would could might must can shall able manage managed accumulate accumulated rack
    racked clock clocked notch notched gather gathered through across within throughout here which whose being
    it its them these those him you your yours mine us period window span course amount figure results result whole
    entire complete full anot sia leh lor lah ah meh liao hor hah eh oi bro wah walao aiyo sial la ya yah hmm oh ok
    okay got kena go went come came goes gone over up too approximately about circa roughly person personal
    personally account accounts of among amongst during whats how
    """.split()
)
"""Words that change nothing in any of these topics."""
