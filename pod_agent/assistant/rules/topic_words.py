"""The words of each topic beside those of ``words.py``: tried before them, in order. Data only."""

from __future__ import annotations

from pod_agent.assistant.rules.life_words import HARMLESS, TABLE, Table, either, table
from pod_agent.assistant.rules.shop_words import SHOPS, SUBSCRIPTIONS
from pod_agent.assistant.rules.topics import Topic

__all__ = ["FILLERS", "MEASURED", "TOPIC_ROLES"]


MEASURED = {
    "STEPS": ("steps", r"(?:daily )?step ?counts?|steps?(?: taken| count)?|walk(?:ed|s|ing)?"),
    "RESTING": (
        "resting_heart_rate",
        r"(?:average )?(?<!un)resting (?:heart ?(?:rates?|beats?)|pulse|hr|bpm)|rhr|heart ?rates? at rest",
    ),
    "HEARTRATE": ("heart_rate", r"heart ?(?:rates?|beats?)|pulse"),
    "SLEEPSCORE": ("sleep_score", r"sleep scores?"),
    "STRESS": ("stress_score", r"stress (?:scores?|levels?)"),
    "READINESS": ("readiness_score", r"readiness scores?"),
    "BODYFAT": ("body_fat", r"body fat(?: percentage)?"),
    "BMI": ("body_mass_index", r"bmi|body mass index"),
    "FLOORS": ("floors", r"floors?(?: climbed)?"),
    "CALORIES": ("energy_burned", r"(?:calories|kcal)(?: burn(?:ed|t)| did i burn)?"),
    "DISTANCE": ("distance", r"distance(?: covered)?"),
    "GLUCOSE": ("glucose", r"(?:blood )?glucose|blood sugar"),
    "OXYGEN": ("oxygen_saturation", r"(?:blood )?oxygen(?: saturation)?|spo2"),
    "HRV": ("heart_rate_variability", r"hrv|heart ?rate variability"),
    "VO2": ("vo2_max", r"vo2 ?max"),
    "ZONE": ("active_zone_minutes", r"active zone minutes"),
    "BREATHING": ("respiratory_rate", r"(?:breathing|respiratory) rate"),
    "SLEEP": (
        "sleep_minutes",
        r"sleep(?:s|ing)?|slept|asleep|shut ?eye|kip|slumber|zzzs?",
    ),
    "WEIGHT": ("weight", r"(?:body ?)?weigh(?:ts?|ed|s|ing)?|heavy(?= (?:am|was|were) i)|how heavy|kilos"),
}
"""Roles of what devices measure: the measure, and the words for it, the longer ones before the parts of them."""

SHARE = r"(?:percentage|percent|per cent|pct|share|proportion|fraction|part|%)"
ORDER = ("HRV", "SLEEPSCORE", "RESTING")
STREAK = (
    (either(
         ("(?:(?:the |my )?(?:longest|best|biggest|greatest|record|top|max) )?(?:streaks?|stretch|chain"
             "|sequence|run(?= of)|run(?= in))(?: (?:of|in))?(?: (?:consecutive|successive|straight|unbroken"
             "|uninterrupted))?"),
         "(?:how many|(?:the )?most|number of|longest)? ?(?:consecutive|successive|straight|uninterrupted)",
     ), "STREAK"),
    (("(?P<unit>days|nights) (?:in a row|running|straight|on the trot|in succession"
      "|consecutively)"), r"\g<unit> STREAK"),
    ("in a row|on the trot|in succession|back to back|consecutively", "STREAK"),
)  # fmt: skip
"""Runs of days that follow one another."""
HOUR = (r"(?:(?:at|in|during) )?(?:which|what) (?:hour|time)(?: of (?:the )?(?:day|night))?", "WHICHHOUR")

HEALTH = table(
    *STREAK,
    (r"(?:on |during )?(?:the )?night(?: of| on| to)(?= +P\d)|(?:on |during |for )?the night(?= +P\d)", ""),
    (r"(?:the )?(?:single |very )?(?:least active|most inactive|laziest|slowest|quietest)(?= (?:day|night)\b)", "MIN"),
    (r"(?:the )?(?:single |very )?(?:most active|busiest|fittest)(?= day\b)", "MAX"),
    ("heavier or lighter|lighter or heavier", "CHANGE WEIGHT"),
    ("heavier", "MORE WEIGHT"),
    ("lighter", "LESS WEIGHT"),
    (r"(?:step(?:ped)?|stand|stood|get|got) on (?:to )?(?:the |my )?(?:bathroom )?scales?", "WEIGHT"),
    ((r"(?:on |by |according to )?(?:the |my )?(?:bathroom )?scales?(?: (?:say|said|show|showed|read"
      r"|reading))?"), "WEIGHT"),
    (r"(?:gain(?:ed)?|put on|los(?:e|t)|shed) (?:or|and) (?:gain(?:ed)?|los(?:e|t)|shed|put on)", "CHANGE"),
    (r"f(?:e|a)ll(?:s|en)?(?= (?:under|in|at|within|B\d))", ""),
    (either(
         ("(?:according to|going by|judging by|(?:by|on|from|with|per) my) (?:fitbit|tracker|wearable"
             "|device|records?|health app|scales?)"),
         "on (?:the )?scales?|body(?= weight)|daily(?= steps? (?:count|total)s? of)",
     ), ""),
    (either(
         "(?:all time|personal) (?:high|best|record|peak)|pb|record(?= (?:number|count|steps|high))",
         "record high|peak",
     ), "MAX"),
    ("all time low|record low", "MIN"),
    *(
        pair
        for unit, role in (("night", " SLEEP"), ("day", ""))
        for pair in (
            (rf"(?:on |for |in )?(?:how many|number of|count of|no of) (?:different |of (?:the |my )?)?{unit}s",
             f"MANYDAYS{role}"),
            (rf"(?:(?:which|what|how many|how much|what is the|the) )?{SHARE}(?: of)?(?: all)?(?: my| the)? {unit}s",
             f"SHAREOFDAYS{role}"),
            ((rf"(?:on |during |in )?(?:which|what) (?:single |one )?{unit}s?(?: of (?:the"
              rf" )?year)?"), f"WHICHDAY{role}"),
            ((rf"(?:per|a|each|every|by|in an?|on an?) (?:average|typical|normal|usual)"
              rf" {unit}"), f"AVERAGE PERDAY{role}"),
            ((rf"(?:per|each|every|an?|by|in one|in a single|on one|on a single) (?:single )?{unit}s?(?!"
              rf" of\b| on (?!average))"),
             f"PERDAY{role}"),
        )
    ),
    ("how (?:often|many times|frequently)", "MANYDAYS"),
    ("(?:on )?(?:which|what) dates?|(?:the )?dates? (?:of|on which|when|that)", "WHICHDAY"),
    ("daily|day by day", "PERDAY"),
    ("nightly|night by night", "PERDAY SLEEP"),
    (either(
         r"(?:at |by )?the end(?: of)?(?=\s+P\d)|(?:at )?(?:the )?close of(?=\s+P\d)|last(?=\s+P\d)",
         r"end(?=\s+P\d)",
     ), "ATEND"),
    ("heaviest", "WEIGHT MAX"),
    ("lightest", "WEIGHT MIN"),
    ("(?:slept|sleep|did i sleep) (?:the )?(?:longest|best)|most slept", "SLEEP LONGEST"),
    (r"(?:lose|lost|losing|shed|drop(?:ped)?(?= (?:\w+ )?(?:kg|kilos|weight)))", "LOST"),
    ("(?:gain(?:ed)?|put on)", "GAINED"),
    ("longer|better(?= than)|further|farther", "MORE"),
    ("shorter", "LESS"),
    ("longest|deepest|best", "LONGEST"),
    ("shortest|worst|poorest", "SHORTEST"),
    ("(?:by )?(?:how many|in) (?:kilos?|kilograms?|kgs?)", "HOWMUCH WEIGHT"),
    ("how far(?=.*\\bsteps?\\b)", "HOWMUCH"),
    *((MEASURED[role][1], role) for role in dict.fromkeys((*ORDER, *MEASURED))),
    ("nights", "DAYS SLEEP"),
    ("night", "ONEDAY SLEEP"),
    ("(?:single |one )?days", "DAYS"),
    ("(?:single |one )?day", "ONEDAY"),
    (either(
         "(?:at )?current(?:ly)?|right now|now|at the moment|present(?:ly)?|today(?= |$)|latest",
         "most recent(?:ly)?|newest",
     ), "NOW"),
)  # fmt: skip

MANY = r"(?:how many|number of|no of) (?!more|less|fewer)(?:(?!podcasts?\b|music\b|songs?\b)\w+ )?"
"""Before hours or minutes; a word of what is heard stays."""
MUSIC = table(
    *STREAK,
    ("(?:the )?(?:exact )?dates?(?= please|$)", ""),
    ("how (?:varied|diverse|mixed|broad|wide) (?:is|was|has been|were)", ""),
    ("(?:rank(?:ed|ing)?|sort(?:ed)?|order(?:ed)?)(?= (?:by|in terms of))", "TOP"),
    ("(?:total )?time (?:i )?(?:listened|spent listening)", "LISTENTIME"),
    (r"order(?= (?:my|the|all|these) \w+ )", "TOP"),
    (r"(?:show|turn|pop|crop)(?:p?ed|s)? up|appear(?:ed|s)?|featur(?:e|ed)", "PLAY"),
    ("(?:less|fewer) time", "LESS LISTENTIME"),
    ("more time", "MORE LISTENTIME"),
    ("longer", "MORE"),
    ("shorter", "LESS"),
    (either(
         "(?:on|in|via|through|using|from|by|according to) (?:my )?spotify(?: account| app| premium)?",
         "spotify(?= (?:plays|streams|listening|artists?|songs?|tracks?|podcasts?))",
         "in my (?:listening |streaming |play )?(?:history|log|library|records?)",
         "(?:listening|streaming|play) (?:history|log|library|records?)",
         "(?:on |through )?(?:my )?(?:headphones|earphones|speakers?|earbuds)",
     ), ""),
    ("who(?:m|ever)?(?= (?:did|do|have|has|was|were|is)\\b)", "WHICH ARTIST"),
    (either(
         "(?:songs?|music|tracks?|tunes?) (?:and|or|plus|with) podcasts?",
         "podcasts? (?:and|or|plus|with) (?:songs?|music)",
     ), "ALLSOUND"),
    (either(
         ("(?:no|not|without|excluding|exclude|excl|except(?: for)?|minus|leaving (?:out|aside)|apart from"
             "|aside from|ignoring|not counting|not including|besides|but not|other than|disregarding"
             "|skipping) (?:any |the |all |my )*podcasts?(?: episodes?)?"),
         "podcasts? (?:not included|not counted|excluded|aside|apart|left out)|(?:music|songs?) only",
         "(?:only|just|purely) (?:music|songs)",
     ), "MUSIC"),
    (either(
         ("(?:no|not|without|excluding|exclude|excl|except(?: for)?|minus|leaving (?:out|aside)|apart from"
             "|ignoring|not counting|besides|but not|other than) (?:any |the |all |my )*(?:music|songs)"),
         "podcasts? only|(?:only|just|purely) podcasts?",
     ), "PODCASTS"),
    (either(
         "(?:for )?(?:the )?longest(?: time)?",
         "(?:the )?most (?:of (?:my|the) )?(?:time|minutes|hours)(?: with| on| to)?",
         "(?:the )?most by (?:time|minutes|hours)|(?:the )?greatest (?:amount of )?time",
     ), "MOST LISTENTIME"),
    (either(
         ("(?:by|in terms of|measured by|according to|judged by|based on) (?:the )?(?:number of"
          " )?(?:total )?(?:listening |played? )?(?:time|duration"
             "|minutes|hours|length)(?: (?:i (?:gave|spent|listened)(?: them| to them)?|listened|played"
             "|spent))?"),
         "listening time|time (?:spent )?listening|play(?:ed|ing)? ?time|air ?time",
     ), "LISTENTIME"),
    (("(?:by|in|in terms of|measured by|ranked by|based on|sorted by|ordered by) (?:the )?(?:number of"
             " )?(?:plays|play counts?|times)"), "PLAY"),
    (rf"{MANY}(?:hours)|hours|hourly", "HOURS"),
    (rf"{MANY}(?:minutes)|minutes", "MINUTES"),
    HOUR,
    ("(?:number of |how many |count of |total )?(?:play counts?|plays|streams|listens|spins)", "HOWMANY PLAY"),
    (either(
         ("(?:come|came|put|had|have|been|playing|goes|went) on(?: (?:the|my) (?:playlist|speakers?"
             "|headphones|rotation))?"),
         "blast(?:ed|ing)?|on (?:repeat|loop|rotation)|(?:get|got|been) through|spun|spin",
         "jam(?:med|ming)? to|vibe(?:d)? to|bop(?:ped)? to|crank(?:ed)? (?:up|out)",
         "(?:put|have|had) .{0,1}on|rotat(?:e|ed)",
     ), "PLAY"),
    (either(
         "discover(?:ed|y)?|(?:come|came) across|stumble[d]? (?:on|upon|across)|(?:get|got) to know",
         "(?:get|got) into",
         "(?:first|start|started|begin|began) (?:to )?(?:listen(?:ing)?(?: to)?|hear(?:ing)?|play(?:ing)?)",
         "first (?:time|play|listen)|very first|initially|originally",
     ), "FIRST"),
    ("(?:the )?(?:very )?last time|most recently|(?:last|latest|most recent) (?:play|listen)", "LAST"),
    ("(?:artists|singers|bands|musicians|groups|acts|performers|vocalists|rappers)", "ARTISTS"),
    ("(?:artist|singer|band|musician|group|act|performer|vocalist|rapper)s?", "ARTIST"),
    ("(?:songs|tracks|tunes|numbers|titles|hits)", "SONGS"),
    ("(?:song|track|tune|title|hit)", "SONG"),
    ("(?:albums|lps|records(?= (?:did|do|have) i play))", "ALBUMS"),
    ("(?:podcasts?|pods?) (?:episodes?|eps?)|episodes? of (?:any |my )?podcasts?|eps", "EPISODES"),
    ("podcast shows|shows(?! of)|podcast series", "PODCASTS"),
    ("podcast (?:show|programme|program)|show(?= (?:did|do|have|has|is|was))", "PODCAST"),
    ("(?:skip(?:ped|s|ping)?|cut short|abandon(?:ed)?)(?: (?:over|past))?", "SKIP"),
    ("listen(?:ed|ing|s)?(?: in)?(?: to)?|hear(?:ing|d)?|tun(?:ed|e|ing) in(?:to)?|enjoy(?:ed)?", "LISTEN"),
    ("play(?:ed|s|ing|back)?|stream(?:ed|s|ing)?", "PLAY"),
    ("how (?:long|much time)", "HOWLONG"),
)  # fmt: skip

VIDEO = table(
    *STREAK,
    ("(?:on |in |with |via |from |through )?(?:youtube music|yt music|ytm)", "YTMUSIC"),
    (either(
         "in my (?:watch(?:ing)? |viewing |youtube )?history",
         "(?:watch(?:ing)?|viewing) (?:history|log|record)",
     ), ""),
    (("subscribe[drs]*(?: (?:to|of))?|subbed(?: to)?|subs?(?= to)(?: to)?|subscribing(?: to)?|follow(?:ing"
      "|ed)?"), "SUBSCRIBED"),
    ("whose (?:videos|clips|vids|stuff|content|uploads)", "WHICH CHANNEL"),
    ("who(?:m|ever)?(?= (?:did|do|have|has|was|were|is)\\b)", "WHICH CHANNEL"),
    ("channel subscriptions?|subscribed channels?|subscriptions?|subs", "SUBSCRIPTIONS"),
    HOUR,
    (("(?:is |was |are |does )?(?:about|on the (?:subject|topic) of|(?:with|has|have|having"
             "|contain(?:s|ing)?|mention(?:s|ing)?) .{0,0}in (?:the|their|its) titles?)"), "ABOUT"),
    ("(?:youtube |video )?(?:channels|creators|youtubers|uploaders)", "CHANNELS"),
    ("(?:youtube |video )?(?:channel|creator|youtuber|uploader)s?", "CHANNEL"),
    ("(?:youtube |video )?(?:ads?|adverts?|advertisements?|commercials?)", "ADS"),
    ("(?:youtube )?(?:videos|vids|clips|shorts|vlogs)(?: (?:on|from|in) youtube)?", "VIDEOS"),
    ("(?:youtube )?(?:video|vid|clip|upload|vlog)", "VIDEO"),
    ("(?:number of |how many |count of )?(?:views|viewings|watches)", "HOWMANY WATCH"),
    (either(
         "watch(?:es|ed|ing)?|view(?:ed|ing)?|see|saw|seen|(?:get|got|been|went|go) through",
         "show(?:n|ed)?(?: to)? me|shown|served|binge[d]?(?: watched)?|tun(?:ed|e) in(?:to)?|look(?:ed)? at",
         "click(?:ed)? on|open(?:ed)?",
     ), "WATCH"),
    (either(
         "discover(?:ed)?|(?:come|came) across",
         "(?:first|start|started|begin|began) (?:to )?(?:watch(?:ing)?|view(?:ing)?)|first time|very first",
     ), "FIRST"),
    ("(?:the )?(?:very )?last time|most recently|(?:last|latest|most recent)(?= (?:WATCH|VIDEO))", "LAST"),
    ("(?:on |in |of |from |by )?(?:youtube|yt)", "YOUTUBE"),
)  # fmt: skip

TOPIC_ROLES: dict[Topic, Table] = {
    "": (),
    "health": (*HEALTH, *TABLE),
    "music": (*MUSIC, *TABLE),
    "video": (*VIDEO, *TABLE),
    "shops": (*SHOPS, *TABLE),
    "subscriptions": (*SUBSCRIPTIONS, *TABLE),
}
"""Phrases with their roles, by topic."""

FILLERS: dict[Topic, frozenset[str]] = {
    "": frozenset(),
    "health": HARMLESS
    | frozenset(
        "take took taken make made get body data recorded measured logged count reach reached hit climb"
        " climbed do doing"
        " manage managed kg bpm beats per minute fitbit sleeping duration feet counter goal target scale"
        " scales reading value level"
        " back asleep hours active they were counts getting going been".split()
    )
    - {"hours"},
    "music": HARMLESS
    | frozenset(
        "spotify give gave given devote devoted spend spent time titles called named take took do done them".split()
    ),
    "video": HARMLESS
    | frozenset(
        "data upload uploaded list posted made make still currently now called named history given give title"
        " titled platform content stuff from by do done".split()
    ),
    "shops": HARMLESS
    | frozenset(
        "get got online bought groceries grocery shopping cart placed called named pack packs pieces do done"
        " again supermarket haul basket bars cartons packets packs bottles cans tins loaves tubs jars bags"
        " boxes".split()
    ),
    "subscriptions": HARMLESS
    | frozenset(
        "become becoming became expensive services service plan plans any price prices paying pay active"
        " have stuff basis".split()
    ),
}
"""Words that change nothing within a topic."""
