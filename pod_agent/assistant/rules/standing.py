"""Standing alone: whether the asking part of a question needs what was told around it, and what it points back to.

"I always go to Kopitiam. What did I spend there?" needs the name; "I was ill in May. What did I spend in June?" needs
nothing of what was told.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from pod_agent.assistant.rules.dates import read_times
from pod_agent.assistant.rules.harmless import is_english
from pod_agent.assistant.rules.lexicon import Lexicon
from pod_agent.assistant.rules.parts import Reading
from pod_agent.assistant.rules.reading import plain, read
from pod_agent.assistant.rules.topics import topics_of

__all__ = ["NARROWS", "standing_alone"]

SHORTEST = 3
NARROWS = re.compile(
    r"\b(?:only|except|excepting|excluding|exclude|without|apart|besides|ignoring|ignore|counting|including|include"
    r"|leaving|minus|mean|instead|rather|just the|not the|alone|unless|aside|barring|omit\w*|outside)\b",
    re.IGNORECASE,
)
"""Words by which a clause that tells may still change what is asked."""
PLACE = r"that (?:shop|store|place|one|artist|band|singer|channel|song)"
THEM = re.compile(
    rf"\b(?:(?P<to>(?<=sent )(?:her|him|them)|to (?:her|him))|(?P<of>theirs|by them|of them)"
    r"|(?:of )?(?:their|her|his|its) (?P<what>videos|songs|episodes|tracks|clips|vids)"
    rf"|(?P<at>(?:to|at|from|with) (?:them|{PLACE})|there)|them|{PLACE})\b"
)
"""Words that stand for a name told before."""
MODAL = re.compile(r"\b(?:i|we|you|they|it) can\b")
"""No tin of anything."""
THERE = re.compile(
    r"\b(?:spen[dt]|buy|bought|go|went|been|visit(?:ed)?|pay|paid|eat|ate|shop(?:ped)?|left|money) there\b"
)
"""A place told before."""
THAT = re.compile(
    r"\b(?:in |during |over |for |on )?(?:that|the same|those) (?P<time>years?|months?|weeks?|days?"
    r"|quarter|period|time|trip)\b"
)
"""Words that stand for a time told before."""
FLOWS = frozenset({"SALARY", "INCOME", "REFUNDS", "CASH", "SAVINGS"})
"""What a clause that tells may say of money, and the asking one leaves unsaid."""
COMMON_END = re.compile(r"(?:ing|ed|ly|ness|ous|ful|tion)$")
COMMON_BEFORE = frozenset(
    "a an the my our your his her their some any no is are was were am be been so very too i we to always never".split()
)
"""Before a common word, and not before a name that stands alone."""
THEN = re.compile(r"\b(?:then|after(?:wards?)?|before|since|later|earlier|ever|same|that|meanwhile|during|compared)\b")
"""Words that may point to a time told before."""
STANDING = re.compile(
    r"\b(?:spen[dt]|spending|paid|pay|payments?|bought|buy|costs?|purchases?|transactions?|steps?"
    r"|walk(?:ed)?|sleep|slept"
    r"|heart|weigh(?:t|ed)?|play(?:ed|s)?|listen(?:ed|ing)?|songs?|artists?|podcasts?|videos?"
    r"|watch(?:ed)?|salary|income"
    r"|earn(?:ed)?|orders?|subscriptions?|cash|refunds?|rides?|sent|received|fees?"
    r"|(?:went|goes?|go) (?:to|on)|visit(?:s|ed)?)\b"
)
"""What a question is about: it needs nothing of what was told to be understood."""
IT = re.compile(
    r"\b(?:(?:did|does|was|is|were|do|has|have) (?:that|it|they|those)|it|them|they|theirs|those|him|her|his)\b"
)
"""Words that stand for something told before, whatever it is."""


ONES = re.compile(
    r"\b(?P<ask>which|what) ones?\b|\b(?P<apart>different|distinct|separate|unique) ones\b", re.IGNORECASE
)
THINGS = re.compile(r"\b(songs|artists|albums|podcasts|videos|channels|shops|restaurants)\b")
"""What "which one" may stand for."""
VISIT = re.compile(
    r"\b(?:(?:one|a|each|every|per|my last|the last|my average|the average) (?:single )?visit)\b", re.IGNORECASE
)
"""A visit to a place told before."""
HER = re.compile(r"\b(?:her|him|his)\b")


def standing_alone(kept: str, told: list[str], lexicon: Lexicon, today: date) -> str | None:
    """The question that is kept, with the name that it points back to; None where it needs more of what was told."""
    kept = _with_things(kept, told)
    topic = topics_of(plain(kept))[0]
    whole = read(plain(kept), lexicon, today, topic)
    parts = [read(text, lexicon, today, topic) for text in told]
    if any(topics_of(MODAL.sub(" ", text))[0] not in {"", topic} for text in told) and not STANDING.search(
        kept.casefold()
    ):
        return None
    names = {name for part in parts for group in part.names for name in group}
    flows = FLOWS.intersection(*({*part.roles} for part in parts)) if parts else set()
    if flows - whole.roles:
        return None
    times = {period for text in told for period in read_times(text, today).periods}
    if not whole.periods and THAT.search(kept.casefold()):
        if len(times) != 1:
            return None
        for part in parts:
            part.periods = []
        first, last = next(iter(times))
        kept = THAT.sub(f"between {first:%-d %B %Y} and {last:%-d %B %Y}", kept, count=1)
        whole = read(plain(kept), lexicon, today, topic)
    pointing = THEM.search(kept.casefold()) or VISIT.search(kept)
    if names and not whole.names and pointing:
        return _with_name(kept, {name.text.casefold(): name.text for name in names})
    if STANDING.search(kept.casefold()) and not THEN.search(kept.casefold()):
        parts = [part if NARROWS.search(part.question) else _beside(part, whole) for part in parts]
    lost = not whole.names and (THERE.search(kept.casefold()) or any(_strange(part) for part in parts))
    if lost or (told and _points_elsewhere(kept, whole)):
        return None
    kinds = {kind for group in whole.names for name in group for kind in lexicon.categories.get(name.text, ())}
    return kept if all(_holds(whole, part, kinds) for part in parts) else None


def _points_elsewhere(kept: str, whole: Reading) -> bool:
    """Whether a word stands for something that only was told; "her" is the one person that the question names."""
    people = {name for group in whole.names for name in group if name.kind == "person"}
    return IT.search(HER.sub(" ", kept.casefold()) if len(people) == 1 else kept.casefold()) is not None


def _with_name(kept: str, names: dict[str, str]) -> str | None:
    """The question with the one name that it points back to; None where several were told."""
    if len(names) != 1:
        return None
    [name] = names.values()
    if THEM.search(kept.casefold()):
        return THEM.sub(lambda found: _back_to(found, name), kept, count=1)
    return VISIT.sub(lambda found: f"{found[0]} at {name}", kept, count=1)


def _with_things(kept: str, told: list[str]) -> str:
    """The question with what "which one" and "different ones" stand for, where only one sort of thing was told."""
    things = {thing for text in told for thing in THINGS.findall(text)}
    if len(things) != 1:
        return kept
    thing = next(iter(things))
    return ONES.sub(
        lambda hit: f"{hit['ask']} {thing[:-1]}" if hit["ask"] else f"{hit['apart']} {thing}", kept, count=1
    )


def _beside(part: Reading, whole: Reading) -> Reading:
    """What is told without the times and things that the question has of its own: "I was ill in May. ... in June?"."""
    things = bool(whole.names or whole.categories)
    return replace(
        part,
        periods=[] if whole.periods else part.periods,
        names=[] if things else part.names,
        categories=[] if things else part.categories,
        parts=[] if things else part.parts,
    )


def _back_to(found: re.Match[str], name: str) -> str:
    if found["what"]:
        return f"{found['what']} by {name}"
    if found["to"]:
        return f"to {name}"
    return f"of {name}" if found["of"] else f"at {name}" if found["at"] else name


def _strange(part: Reading) -> bool:
    """Whether a clause that tells holds a word that no dictionary and no record knows: it may be a name.

    What ends like a verb, or follows an article or a verb of being, is none.
    """
    words = part.question.split()
    return any(
        word.isalpha()
        and len(word) > SHORTEST
        and not is_english(word)
        and not COMMON_END.search(word)
        and not _is_compound(word)
        and not COMMON_BEFORE.intersection(
            words[max(words.index(word) - 1, 0) : words.index(word)] if word in words else ()
        )
        for word in part.left
    )


def _is_compound(word: str) -> bool:
    """Whether two words of English were written as one: payday."""
    cuts = range(SHORTEST, len(word) - SHORTEST + 1)
    return any(is_english(word[:cut]) and is_english(word[cut:]) for cut in cuts)


def _holds(whole: Reading, part: Reading, kinds: set[str]) -> bool:
    """Whether everything that narrows in a part stands in the whole, or says what ``kinds`` its names are of."""
    if part.refusal is not None and part.refusal.status == "clarify" and not whole.periods:
        return False
    return (
        {name for names in part.names for name in names} <= {name for names in whole.names for name in names}
        and set(part.periods) <= set(whole.periods)
        and set(part.categories) <= set(whole.categories)
        and {each for each in part.parts if each[0] not in kinds} <= set(whole.parts)
        and set(part.limits) <= set(whole.limits)
        and set(part.days) <= set(whole.days)
        and not part.accounts
        and not part.hours
        and not part.bounds
    )
