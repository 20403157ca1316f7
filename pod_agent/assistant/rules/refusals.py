"""Questions that are never computed: what the records do not hold, the future, advice, causes, actions, other people.

Patterns run over canonical text in which names of the records already stand as marks (``E0``), so that a song called
"Why" is no question for a cause.
"""

from __future__ import annotations

import re

from pod_agent.assistant.plan import FUTURE, Refusal
from pod_agent.assistant.rules.not_held import OF_TOPIC, UNCLEAR_OF_TOPIC
from pod_agent.assistant.rules.topics import Topic

__all__ = ["refuse"]


def _declined(text: str) -> Refusal:
    return Refusal(status="declined", text=text)


PATTERNS: tuple[tuple[str, str], ...] = (
    (
        (
            r"^(?:please |can you |could you |would you |kindly )*(?:cancel|pay|transfer|send|delete|remove|buy"
            r"|order(?! .*\bby\b)|settle|block|unblock|move|stop"
            r"|unsubscribe|book|set(?= (?:a|an|my|up|the|me) )|remind|erase|withdraw|invest|change|update"
            r"|share(?! of| (?:the |my |a )?(?:count|number|total|list|figure|how|with))"
            r"|email|call|(?:play|skip)(?! counts?| rate| time)|top up"
            r"|close|open|freeze|paynow(?= E\d \$)|send (?=.*\$)"
            r"|dispute|renew|top up|subscribe|apply|schedule|arrange|redeem|exchange|deposit|activate|switch off"
            r"|turn off"
            r"|report(?! (?:the|my|on|how|all|every))|categori[sz]e|rename|grant|revoke)\b(?! rate)"
        ),
        "I only answer questions about your records; I cannot do anything for you from here.",
    ),
    (
        (
            r"^how (?:do|can|could|would) (?:i|we|you|one) (?:stop|fix|repair|cook|bake|clean|remove|install"
            r"|reset|unblock"
            r"|treat|cure|grow|train|log ?in|sign up|build|draw|tie|fold|wash|mend|replace|make an?)\b"
            r"|\b(?:would|will|might) (?:best )?suit (?:me|my)\b"
            r"|\b(?:should|shall i|is it (?:worth|wise|safe|better|okay|ok)|worth (?:it|buying|keeping)"
            r"|can i afford|could i afford"
            r"|do you (?:think|recommend)|recommend|what would you|good idea|advice|advise|suggest|how (?:can|do"
            r"|could) i (?:save|reduce|cut|lower|improve)"
            r"|(?:would|might) it (?:be|make)|prudent|sensible|advisable|do i (?:really )?need|ought i"
            r"|is (?![\w ]*orders?\b)[\w ]{1,30} worth"
            r"|any tips|how to (?:save|reduce|cut|budget|lower|spend)|which (?:\w+ )?(?:card|bank"
            r"|shop) is (?:better|best)"
            r"|can you (?:help me )?(?:save|cut|reduce)|where (?:can|could|should) i|what (?:can|could|should) i"
            r"|would i (?:be|have|save)|could i (?:save|have|cut)|if i (?:cancel|stop|quit|had|were|did|cut"
            r"|switch|gave up|give up)"
            r"|(?:do|did|am|was|is|are|have) i\b.*\btoo much|^too much|is (?:it|that|this) too much"
            r"|am i (?:overspending|doing)|better off|best way|best (?:\w+ ){0,3}for me)\b"
        ),
        "I compute what your records show; I give no advice and no opinions.",
    ),
    (
        (
            r"\b(?:when will|will (?:i|my|it|the|there)|am i going to|going to (?:spend|cost|pay|be|listen)"
            r"|next (?:week"
            r"|month|year|quarter|weekend)"
            r"|tomorrow|forecasts?|predict(?:ion|ed)?|expect(?:ed)? to"
            r"|projected|projection|in the future|by the end of)\b"
        ),
        FUTURE,
    ),
    (
        (
            r"^(?:and |so |but )?(?:why|how come)\b|\b(?:for|by) what reasons?\b|\bwhat is (?:behind|driving)\b|\bwhy\b"
            r"|\b(?:cause|causes|reasons?) (?:of|for|why|behind|that)\b|\bwhat (?:explains|drove|led to)\b"
            r"|\b(?:the reason|because of what|what caused|what made|what is"
            r" causing|explain why)\b"
        ),
        "Your records do not say why something happened.",
    ),
    (
        (
            r"\b(?:my (?:wife|husband|boyfriend|girlfriend|partner|friends?|mother|mum|mom|father|dad|brother"
            r"|sister|son|daughter"
            r"|neighbou?rs?|boss|colleagues?"
            r"|parents?|kids?|family)s?|other (?:people|users|customers)|average (?:person|singaporean|user"
            r"|household|family)|singaporeans"
            r"|^(?:does|did|do) my (?!\w*(?:steps|spendings?|purchases|orders|costs|expenses|bills"
            r"|subscriptions|refunds)\b)"
            r"\w+s (?:spend|earn|listen|walk|sleep|buy|pay|save|watch)"
            r"|(?:does|did|do|is|was) (?:he|she|they|everyone|people) (?:earn|make|spend|listen|weigh|owe|live"
            r"|pay|save|have)"
            r"|(?:does|did|do|is|was|has) E\d (?:earn|make|weigh|owe|live|spend|spent|earned|bought|buy|listen"
            r"|play|watch)"
            r"|E\d (?:earns|makes|spends|owes|weighs|lives|saves|buys|listens|watches)|(?:does|did"
            r"|do) E\d pay\b(?! (?:to )?(?:me|back))|(?:rent|salary|income) (?:does|did|do) E\d"
            r"|(?:E\ds?|his|her|their)(?:his|her"
            r"|their) (?:own )?(?:salary|income|wages|earnings|rent|spending|account|steps|weight|music|playlist|bank)"
            r"|(?:everyone|everybody|anyone|somebody|someone|most people|strangers?) (?:else|spend|earn)|(?:my"
            r"|the) (?:flat|house|room)?"
            r"mates?|my (?:partner|girlfriend|boyfriend|fiancee?|uncle|aunt(?:ie)?|cousin|grand\w+|child"
            r"|children|baby|landlord|team"
            r"|in laws?|spouse|roommate|flatmate|housemate|teacher|nephew|niece|manager|customers?)s?)\b"
        ),
        "Your records are about you; I hold no data of other people.",
    ),
    (
        (
            r"\b(?:full|complete|entire|whole) (?:\w+ )?(?:card|account)? ?(?:number|digits)\b|\b(?:card|account)"
            r" (?:number|pin|cvv|cvc|expiry)\b"
            r"|\bnumber of (?:my|the) (?:\w+ )?(?:card|account)\b|\b(?:password|passcode|pin code|cvv|cvc|iban)\b"
        ),
        "I never show full card or account numbers, and no secrets.",
    ),
    (
        (
            r"\b(?:temperature|naps?|workouts?|exercise[ds]?|jog(?:ged)?|ran"
            r"|kilometres?|km|health (?:score|record)s?)\b"
        ),
        "I work out no figures of that kind.",
    ),
    (
        (
            r"\b(?:blood (?:pressure|type)|cholesterol|nutrition|medicines?|diagnos[ei]s"
            r"|messages?|emails?|texts?|whatsapp|telegram|sms|photos?|calls?|contacts?|calendar events?"
            r"|appointments?|location|where was i|where (?:was|is|were|are) my (?:phone|car|keys?|bag|wallet|bike)"
            r"|gps|weather|screen time|search(?:es)? history|browser|passport|address)\b"
        ),
        "Data of that kind is not held.",
    ),
    (
        (
            r"\b(?:stocks?|share (?:portfolio|prices?)|shares (?:do|did|are|worth)|shares? of (?:apple|tesla"
            r"|stock)|portfolio|investments?|dividends?|crypto|bitcoin|net worth"
            r"|credit (?:score|limit|rating)|interest rate|mortgage"
            r"|loans?|debts?|owe|cpf|balances?|overdraft|tax(?:es)?|cashback|points|miles|gst|tips?)\b"
        ),
        "Data of that kind is not held.",
    ),
)

UNCLEAR: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        (
            r"\b(?:best|worst|good|bad) (?:months?|weeks?|days?|years?)\b|\b(?:how much|how well|how) did i do\b"
            r"|\bhow am i doing\b|^(?:(?:what|which|who) (?:is|was|are|were) |show |list |give )?(?:my "
            r"|the )*top(?: (?:one|two|three|four|five|six|seven"
            r"|eight|nine|ten|\d+))?(?: ones?| things)?$"
            r"|^how (?:is|was|were|are|did) (?:my )?(?:\w+ ?){1,3}(?: (?:go|look))?$(?<!much)(?<!often)"
        ),
        "What should I measure?",
        ("the month with the highest spending", "the month with the lowest spending", "the month with the most music"),
    ),
)


def refuse(text: str, topic: Topic = "") -> Refusal | None:
    """The refusal that a canonical text with marks earns within a topic, None if it may be computed."""
    for pattern, question, choices in (*(UNCLEAR if topic != "health" else ()), *UNCLEAR_OF_TOPIC.get(topic, ())):
        if re.search(pattern, text):
            return Refusal(status="clarify", text=question, choices=choices)
    for pattern, reason in (*PATTERNS, *OF_TOPIC[topic]):
        if re.search(pattern, text):
            return _declined(reason)
    return None
