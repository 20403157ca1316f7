"""What the records of each topic do not hold, and words in it that have no one meaning: patterns with their reasons.

Patterns run over canonical text in which names of the records already stand as marks.
"""

from __future__ import annotations

from pod_agent.assistant.plan import FUTURE
from pod_agent.assistant.rules.life_words import either
from pod_agent.assistant.rules.topics import Topic

__all__ = ["OF_TOPIC", "TIME_OF_DAY", "UNCLEAR_OF_TOPIC"]

NO_FIGURES = "I work out no figures of that kind."
NOT_HELD = "Data of that kind is not held."

TIME_OF_DAY = either(
    r"\b(?:morning|mornings|evening|evenings|night|nights|afternoon|afternoons|midnight|noon|lunchtime",
    r"after work|oclock|\d+ ?(?:am|pm)|(?:what|which) time(?! of (?:the )?day))\b",
)
HEALTH = either(
    r"^(?:is|are|am|do|did|was) .*\b(?:un)?(?:healthy|normal|enough|ok|okay|bad|good)\b",
    r"\brunning\b",
    r"\b(?:rem|deep sleep|light sleep|sleep (?:stages?|cycles?|quality|efficiency|debt|apn(?:o)?ea)|snor(?:e|ed|ing)",
    r"time in bed|in bed|bed ?times?|go to (?:bed|sleep)|went to (?:bed|sleep)|f(?:a|e)ll asleep|f(?:a|e)llen asleep",
    r"w(?:a|o)ke(?: up)?|waking up|get up|got up|wake ?ups?|dream(?:s|ed|t)?|insomnia",
    r"calories (?:eaten|consumed|did i eat|i ate)|eat|ate|diet|protein|carbs|water intake|hydrat\w+|drink",
    r"drank|alcohol",
    r"caffeine|mood|menstrua\w+|ovulation|period tracking|allerg\w+|medication|pills?|vitamins?|doctor|blood test",
    r"height|tall|waist|muscle mass|lean mass|bone|swim(?:ming|s)?|swam|cycl(?:e|ed|ing)|bik(?:e|ed|ing)",
    r"gym sessions?",
    r"stand(?:ing)? hours|screen ?time|goals?(?! of \d)|rank(?:ing)? against)\b",
)
MUSIC = either(
    r"\b(?:i (?:like|liked|love|loved)(?: on|$)|lyrics?|genres?|tempo|key of|playlists?|liked songs?"
    r"|followers?|monthly listeners|royalt(?:y|ies)|concerts?",
    r"tickets?|release(?:d)?(?: date| year)?|came out|length of (?:the )?song",
    r"how long is (?:the |a )?(?:song|track|E\d)",
    r"audiobooks?|devices?|phone|laptop|car|shuffle|offline|volume|chart(?:s|ed)?|grammys?",
    r"who (?:sings|sang|wrote|produced|is|was) E\d",
    r"billboard|vinyls?(?! uncle)|what (?:is|are) E\d about|friends?|radio stations?|countr(?:y|ies)|language)\b",
)
VIDEO = either(
    r"\b(?:minutes?|hours?(?! of the day)|how (?:long|much time)|watch ?time|screen ?time|(?:total |much"
    r" )?time (?:spent|watching|on|with|in front|i spen[dt])|total time|duration|lengths?",
    r"longest video|shortest video)\b(?<!which hour)(?<!what hour)",
)
VIDEO_LIKES = either(
    r"\b(?:likes?|liked|dislikes?|comment(?:s|ed)?|search(?:ed|es)?|i upload(?:ed)?|uploaded by me|my"
    r" (?:own )?(?:uploads?|videos get)",
    r"subscribers|view ?counts?|playlists?|watch later|livestreams?|live ?chats?|donat(?:ed|ions?)",
    r"super ?chats?|resolution|4k|genre",
    r"tiktoks?|netflix|movies?|films?|tv shows?|instagram|reels|twitch|disney)\b",
)
SHOPS = either(
    r"^where (?:is|are) my\b|\b(?:deliver(?:y|ed|ies) (?:status|dates?|times?|fees?|address(?:es)?"
    r"|slots?)|delivery (?:guy|man|driver)|shipping|postage",
    r"(?:when|will) [\w ]*arriv(?:e|es|ed|al)|sku|barcodes?|in stock|out of stock",
    r"brands?|sellers?|expir(?:y|es|ed)|nutrition(?:al)?|ingredients|ratings?|stars|review(?:s|ed)?",
    r"vouchers?|coupons?|discounts?|promo(?:s|tions?)?",
    r"(?:other|cheaper) (?:shops?|stores?)|tracking number|invoice|receipts?|warranty|weigh(?:t|s)?",
    r"calories|sugar)\b",
)
SUBSCRIPTIONS = either(
    r"\b(?:due|next (?:charge|bill|payment|renewal)|will [\w ]*renew|(?:when|what day|what date) [\w"
    r" ]*renew\w*|renewal date|trials? (?:end|ends|run out)|expir(?:y|e|es))\b",
)

OF_TOPIC: dict[Topic, tuple[tuple[str, str], ...]] = {
    "": (
        (r"^how long (?:is|are) (?:the )?(?:song |track |album )?E\d+$", NOT_HELD),
        (TIME_OF_DAY, "Times of the day cannot be asked for yet."),
        (r"\b(?<!still )running\b(?! right now| now)", NO_FIGURES),
        (
            r"\b(?:(?<!food )delivery|shipping|postage)\b(?! service)",
            "I work out no cost of delivery apart from the rest.",
        ),
    ),
    "health": (
        (HEALTH, NOT_HELD),
        (TIME_OF_DAY.replace("night|nights|", ""), "Of your health the records here are of whole days."),
    ),
    "music": ((MUSIC, NOT_HELD),),
    "video": (
        (VIDEO, "The records say when a video was opened, not for how long."),
        (VIDEO_LIKES, NO_FIGURES),
    ),
    "shops": ((SHOPS, NO_FIGURES),),
    "subscriptions": ((SUBSCRIPTIONS, FUTURE),),
}
"""Reasons that hold within one topic only."""

VAGUE_HOURS = either(
    r"^(?!.*\bH\d).*\b(?:(?:in the |at |during the |on |late at |early |this |every |each )*(?:mornings?"
    r"|evenings?|nights?|afternoons?|noon|lunchtime)",
    r"after work|before bed|before work|commut(?:e|ing)|late|early|oclock|\d+ ?(?:am|pm))\b",
)
RATE = (
    r"\bskip (?:rate|ratio)\b",
    "A share of what?",
    ("how many songs I skipped", "how many songs I played"),
)
UNCLEAR_OF_TOPIC: dict[Topic, tuple[tuple[str, str, tuple[str, ...]], ...]] = dict.fromkeys(
    ("music", "video"),
    (
        RATE,
        (VAGUE_HOURS, "Between which hours?", ("after 10 pm", "before 9 am", "between 6 pm and midnight")),
    ),
)
"""Words that may be answered once they are said more exactly, with ways to say it."""
