"""Ways to ask for extremes, averages, series, shares and comparisons, in plain words. Data only."""

from __future__ import annotations

__all__ = ["SHAPES"]

SHAPES = (
    # most and least
    (
        (
            r"\bthe most (?:i|we)(?: have)?(?: ever)? (?:spent|paid|spend|pay)(?: (?:on"
            r"|for) an?(?: single)? (?:trip|purchase|visit|ride"
            r"|meal|order|item|thing))?\b(?! (?:in|on|during) (?:a|one|any) (?:month|day|week))"
        ),
        "biggest purchase",
    ),
    (
        (
            r"\bthe least (?:i|we)(?: have)?(?: ever)? (?:spent|paid|spend|pay)(?: (?:on"
            r"|for) an?(?: single)? (?:trip|purchase|visit|ride"
            r"|meal|order|item|thing))?\b(?! (?:in|on|during) (?:a|one|any) (?:month|day|week))"
        ),
        "smallest purchase",
    ),
    (r"\bmost (?:ex|exp)\b", "most expensive"),
    (
        (
            r"\b(?:the )?(?:most|highest|largest|greatest|biggest) (?:number|amount) of (?:times|visits"
            r"|purchases|trips|payments)\b"
            r"|\bmost (?:visits|purchases|trips|payments|times)\b(?! (?:over|above|under|at least))"
        ),
        "most often",
    ),
    (
        (
            r"\b(?:most of (?:my|the) money|the bulk of (?:my|the) (?:money|spending)|the lions share of (?:my"
            r"|the) (?:money|spending))\b"
        ),
        "most",
    ),
    # averages
    (
        (
            r"\bin an? (?:average|typical|normal|usual|ordinary) (month|week|day)\b|\b(?:an?|the|each"
            r"|per) (?:average|typical|normal|usual"
            r"|ordinary) (month|week|day)\b(?! of)"
        ),
        r"per \1\2 on average",
    ),
    (r"\b(?:average|averaged|averaging)(?: out)? (?:by|over) the (month|week|day)\b", r"average per \1"),
    (r"\b(?:on|for) (?:an? |the )?(monthly|weekly|daily|yearly|annual) basis\b", r"\1"),
    (r"\b(?:works? out|comes? out|averages?) (?:to|at|out at)(?= (?:per|a|each))", "average"),
    (
        (
            r"\bin (?:a|one|any|any one|any given|each|every|the) (month|week|day)\b(?=.*\baverag)"
            r"|(?<=\baverage )in (?:a|one|any) (month"
            r"|week|day)\b"
        ),
        r"per \1\2",
    ),
    # series
    (
        (
            r"\bmonth(?:ly)? (?:by|on|over|to|after) (?:calendar )?month\b|\b(?:broken down|split|split up"
            r"|grouped|arranged|sorted|laid out|listed|shown"
            r"|tabulated) (?:out )?(?:by|into|per) (?:calendar |the"
            r" )?months?\b|\b(?:by|for|in|per|from) (?:each|every|the)? ?(?:calendar |single )?month(?: by month"
            r"| to month| on month)\b"
            r"|\bby (?:calendar |the )?months?\b|\bfor (?:each|every) (?:single "
            r"|calendar )?(?:of the )?months?\b(?: of the)?"
            r"|\b(?:each|every) (?:single |calendar )?month\b|\bacross the months\b|\bover the months\b"
            r"|\bmonth(?:ly)? breakdown\b"
            r"|\b(?:monthly|month by month) (?:totals?|figures?|numbers?|breakdown|overview|summary|table"
            r"|amounts?|values?|progression|curve)\b"
            r"|\bmonthwise\b|\bper calendar month\b|\bbreakdown (?:by|per) month\b"
        ),
        "per month",
    ),
    # share, change, comparison
    (
        (
            r"\b(?:as an?|as the|in|in terms of) (?:percentage|percent|percentages|percent terms"
            r"|percentage terms|%)\b(?: of)?"
            r"|\bpercentage ?wise\b|\bin relative terms\b|\bper cent\b"
        ),
        " percent ",
    ),
    (r"\bexpress(?:ed)? (?:that|this|it)?\b", " "),
    (r"\bhow many (?:percent|%)\b", "what percentage"),
    (
        (
            r"\b(?:exceed(?:ed|s)?|surpass(?:ed|es)?|outstrip(?:ped|s)?|outweigh(?:ed|s)?|top(?:ped)?(?= (?:that"
            r"|those) ))\b(?: (?:that|those|the"
            r" one|the figure) (?:in|of|for|on|at|from)?)?"
        ),
        " more than ",
    ),
    (r"\b(?:fall|fell|fallen) short of\b(?: (?:that|those) (?:in|of|for|on|at|from)?)?", " less than "),
    (r"\b(?:than|with|to|and|against) (?:that|those|the one|the figure) (?:in|of|for|on|at|from|during)\b", "than"),
    (
        r"^(?:set|put|stack|pit|weigh|hold|place|line)(?: up)? (.+?) (?:up )?(?:against|next to|beside|alongside)\b",
        r"compare \1 with",
    ),
    (r"\b(?:stack|stacked|stacks|measure|measured|measures) up (?:against|to|with)\b", "compare with"),
    (r"\b(?:relative|in relation|as compared|compared|in comparison|as opposed) (?:to|with)\b", "compare with"),
    (
        (
            r"\b(?:move|moved|shift|shifted|swing|swung|jump|jumped|climb|climbed|decline[ds]?|dip|dipped|shrink"
            r"|shrank|shrunk|surge[ds]?"
            r"|soar(?:ed)?|shot up|shoot up|creep up|crept up|evolve[ds]?|vary|varied)(?= (?:in|from|between|by"
            r"|over|since|percent)\b| P\d|$)"
        ),
        "change",
    ),
)
"""Pairs of a pattern and what it becomes, in order."""
