"""Frames that say nothing of what is asked (politeness, doubt, where to look), and ways to leave out. Data only."""

from __future__ import annotations

__all__ = ["FRAMES", "LATER", "NOUNS", "VERBS"]

OWN = r"(?:my|the|your|our|all|these|those)"
VERBS = r"spend|spent|buy|bought|eat|ate|go|went|take|took|pay|paid|makan|visit|order|use|play|listen|watch|walk|sleep"
NOUNS = r"purchases?|payments?|transactions?|expenses?|visits?|trips?|charges?|rides?|refunds?|withdrawals?"
RECORDS = r"(?:records?|data|statements?|history|books|files|listening history|bank statements?|spending history)"

FRAMES = (
    r"\b(?:(?:may|can|could|might) i (?:please |kindly |just )?(?:know|ask|get|have|find out|check|enquire|inquire)"
    r"(?: (?:about|for|to know))?"
    r"|(?:can|could|would|will) (?:you|u) (?:please |kindly |just |maybe )?(?:help |help me )?(?:to )?"
    r"(?:tell|give|let|inform|remind|advise)(?: me)?(?: (?:know|have|of))?"
    r"|(?:can|could|would|will) (?:you|u) (?:please |kindly |just )?(?:help |help me )?(?:to )?(?:work out|calculate"
    r"|compute|figure out|check|find(?: out| me)?|confirm|look up|state|say|summari[sz]e|add up|total up"
    r"|add)(?: for me)?"
    r"|(?:please |kindly )?(?:tell|give|gimme|inform|remind)(?: me)? (?:the|a|an|about)? ?(?=how|what|which|when|where)"
    r"|(?:tell|give|gimme|inform) me(?: (?:about|of))?|let me (?:know|have)|remind me"
    r"|i (?:want|wanna|would like|wish|need|like|would love|am trying|was trying|have|had|d like) (?:to )?"
    r"(?:know|find out|check|understand|learn|hear|work out|figure out)"
    r"|i (?:am|was|m) (?:just )?(?:wondering|curious|interested|asking)(?: (?:to know|about|in))?|i wonder(?:ed)?"
    r"|i (?:need|want|would like|require)(?= (?:the|a|an|my|to have)\b)"
    r"|(?:do|does|did) (?:you|u|anyone|anybody) (?:happen to )?(?:know|remember|recall)|(?:any|got any) idea"
    r"|i (?:can ?not|cant|dont|do not|forgot to|no longer) (?:remember|recall|know)|i forgot|i have no idea|no idea"
    r"|(?:please|kindly|just|simply) (?:state|say|report|provide|specify|indicate|calculate|compute|work out|confirm)"
    r"|^(?:please |kindly )?(?:state|say|report|provide|specify|indicate|calculate|compute|work out|figure out"
    r"|find out|find|check|confirm|name|tell|give|get|pull up|work|run)(?: me| out| for me)?"
    r"(?= (?:the|my|me|all|how|what|which|when|where|every|each|a|an|top|total|\d|two|three|four|five|six|ten)\b)"
    r"|(?:out of|just out of) curiosity|just curious|quick (?:question|one|check)|by the way|btw|you know"
    r"|if (?:you|u) (?:please|dont mind|do not mind|can|could|would)|if possible|if i may(?: ask)?"
    r"|be so kind(?: as to)?"
    r"|(?:do|would) you have|(?:in|from) what you (?:have|hold|see)|as far as you (?:know|can see|can tell)"
    r"|(?:i think|i guess|i suppose|i believe|i reckon|i feel like|it seems|apparently)(?: that)?"
    r"|(?:many )?thanks(?: (?:a lot|in advance|very much))?|thank (?:you|u)(?: (?:very much|in advance"
    r"|so much))?|cheers"
    r"|please|kindly|pls|hey|hello|hi|yo|dear assistant|assistant|good (?:morning|evening"
    r"|afternoon)(?=[ ,]*(?:how|what))"
    rf"|(?:according to|based on|judging (?:by|from)|going by|looking at|as per|per|from|in|on|using"
    rf"|by) {OWN} {RECORDS}"
    r"|(?:just|actually|exactly|precisely|roughly|approximately|honestly|basically|literally|perhaps|maybe|somehow)"
    r"|(?:expressed |stated |given |measured )?in (?:singapore dollars|singapore money|dollars|sing dollars)"
    r"|(?:can )?or not|can anot|anot|issit|is it(?=$)|right(?=$)|correct(?=$)|eh(?=$)|yeah|yep|ok(?:ay)?"
    r"|of course|do the needful|yes or no|(?:everything|all) (?:included|inclusive)|with (?:the )?(?:dates?"
    r"|amounts?|shops?|merchants?)"
    r"(?: and (?:the )?(?:dates?|amounts?|shops?|merchants?))*|do me a favou?r(?: and)?|would (?:you"
    r"|u) mind(?: telling me)?"
    r"|like (?=how|what|which|when)|(?:when|if) (?:you|we|i) (?:only |just )?(?:look at|consider|take"
    r"|count)(?: the whole of)?"
    r"|^(?:please )?(?:go|look|run) through|(?:charged |billed )?(?:to|on|from|across) (?:all )?(?:my"
    r"|the) accounts|for me"
    r"|(?:can|could|would|will) (?:you|u)(?: please)?(?= (?:list|read|show|give|tell|$))"
    r"|in the first place|so to speak|as it were|at the end of the day|when all is said and done|all things considered"
    r"|(?:every )?now and then|(?:every )?now and again|from time to time|here and there|day in day out|in the process"
    r"|for the (?:sake|purposes?) of (?:this|the) \w+|for my (?:records|books|reference|budget)|for reference"
    r"|(?:i|we) (?:should|would|d) (?:(?:really|also|very much|dearly|just) )?(?:like|love|appreciate"
    r"|be (?:(?:most|very|so|much|really|ever so) )?(?:glad|pleased|happy|grateful|obliged|thankful|delighted"
    r"|interested|keen|curious))(?: it)?(?: if (?:you|someone) (?:could|would|can))?(?: please)?"
    r"(?: (?:to )?(?:know|knowing|learn|learning|hear|hearing|see|seeing|be told|find out|understand|be informed"
    r"|have|get|receive|tell me|show me|give me|let me know|in))?(?: (?:of|about))?"
    r"|(?:may|might|can|could) i (?:(?:please|kindly|just) )?(?:trouble|bother|ask|request|beg)(?: (?:you|of you))?"
    r"(?: (?:for|about|to))?(?: (?:(?:kindly|please) )?(?:tell|give|show|inform|look up|work out|check|confirm)"
    r"(?: me)?)?"
    r"|(?:would|could|will|can) (?:you|u) be (?:so |very )?(?:good|kind|nice|sweet)(?: enough)?(?: as)? to"
    r"(?: (?:tell|give|show|inform|let)(?: me)?(?: know)?)?"
    r"|(?:be so|being so|so) (?:good|kind) as to(?: (?:tell|give|show|inform|let)(?: me)?(?: know)?)?"
    r"|it (?:would|will) (?:help|be (?:good|nice|useful|helpful|great|of help))(?: (?:me|us|a lot))*"
    r"(?: to (?:know|learn|see|hear|have))?"
    r"|if (?:it|that) is (?:no|not too much|not a|no great) (?:bother|trouble|problem|hassle|to ask)"
    r"|(?:excuse|pardon|forgive) me|(?:be a dear|be an angel|be a good sport) and"
    r"|of any (?:kind|sort|type|description)|of every (?:kind|sort|type|description)|of all (?:kinds|sorts|types)"
    r"|whatsoever|in question|respectively)\b"
)
"""Taken out: politeness, frames around the question, and what only fills it."""

LATER = (
    (r"\b(C\d) (?:category|section)\b|\bcategory (?:of )?(C\d)\b", r"\1\2"),
    (r"\b(P\d) (?:included|inclusive|calendar year)\b", r"\1"),
    (
        (
            r"(?<!per )(?<!a )(?<!each )(?<!every )(?<!by )(?<!which )(?<!what )\b(?:the )?(?:calendar )?week(?: of"
            r"| from)? (?=P\d)"
        ),
        " ",
    ),
    (r"\b(?:everything|all|anything)(?: (?:that is|i spent))? (?:under|in|within|on|from|at|for)(?= [ECN]\d)", " "),
    (r"\bonly (P\d+) counts?\b", r"\1"),
    (r"\b(income\b(?: [a-z]+| P\d+)*) E\d+ (?:included|inclusive)\b", r"\1"),
    (r"^when i (?:order|buy|eat|shop|go|ride|dine|visit)(?: food)?(?: from| at| to| with| in)? (?=E\d)", "at "),
    (r"\b(?:put|puts|putting|sunk|sank|poured)(?: money)? (?:into|towards?|in|on) (?=(?:my )?[CE]\d)", "spent on "),
    # leaving out
    (
        (
            r"\b(?:if (?:you |we |i )?)?(?:leave|leaving|take|taking|keep|keeping|cut|cutting|strip|stripping)"
            r" ((?:\w+ ){0,3}?[EC]\d+(?: and [EC]\d+)?) (?:out|aside|off|away)\b(?: of it)?"
        ),
        r"without \1",
    ),
    (
        (
            r"\b(?:(?:leaving|leave|setting|putting|set|put|taking|take|stripping|strip|removing"
            r"|remove) (?:aside|out|away|off)|disregarding"
            r"|discounting|ignoring|omitting|excepting|barring|subtracting|deducting|removing|skipping|excl|ex"
            r"|w o|sans)"
            r"(?= (?:the |my |any |all |everything |what i )?(?:\w+ ){0,3}?(?:at |on |from |for |under |in )?[ECN]\d)"
        ),
        "without",
    ),
    (
        (
            r"\b(?:no|dont count|do not count|never mind|forget|minus)(?= (?:the |my |any |at "
            r"|on )?(?:\w+ (?:at |for )?)?[ECN]\d)"
        ),
        "without",
    ),
    (
        (
            r"\b(?:without|excluding|except|except for|apart from) (?:counting|including|considering|the cost of"
            r"|what went to|spending on)\b"
        ),
        "without",
    ),
    (
        (
            r"\bif (?:you |we |i )?(?:(?:leave|take|strip) (?:out|aside|away|off)|ignore|disregard"
            r"|exclude|omit|drop|forget|remove)\b"
        ),
        "without",
    ),
    (
        (
            r"\bif (?:the )?((?:\w+ (?:at |from |for )?)?[EC]\d+) (?:is|are|was|were|be) (?:disregarded|ignored"
            r"|excluded|left out|left aside"
            r"|omitted|taken out|not counted|set aside|removed|dropped)\b"
        ),
        r"without \1",
    ),
    (
        (
            r"((?:\w+ (?:at|from|for|of) )?\b[ECN]\d+(?: (?:and|or) (?:\w+ )?[ECN]\d+)?(?: (?:costs?|spending"
            r"|payments?|bills?))?) (?:excluded|apart|aside"
            r"|left out|left aside|not included|not counted|disregarded|ignored|omitted|taken out|excepted|out of it)\b"
        ),
        r"without \1",
    ),
    (
        (
            r"\b(?:remain(?:ed|s)?|left|left over|leftover|over) (?:of|from|out of) (?:my "
            r"|the )?(?=(?:\w+ )?(?:P\d )?(?:\w+ )?(?:income|salary|earnings))"
        ),
        "net ",
    ),
)
"""Rewritten once times, days and categories stand as marks: what is left out, and what remains."""
