"""Names of records that are common words too: a band called May, a song called Yesterday, a channel called Home.

Such a word is a name only where one stands: after "by", "the song", "the channel", or as what was played or watched.
"""

from __future__ import annotations

import re

from pod_agent.assistant.rules.dates import MONTHS, WEEKDAYS
from pod_agent.assistant.rules.text import canonical

__all__ = ["is_ordinary", "names_a_place", "proper_words", "with_mark"]

ORDINARY = frozenset(
    """
    morning mornings evening evenings night nights afternoon noon midnight day days week weeks month year today
    yesterday tomorrow tonight weekend weekends sunday summer winter spring autumn christmas home house work office
    gym train bus car drive road run running walk walking bed shower school kitchen garden rain sun snow holiday
    holidays time times hour hours minute minutes music again always never maybe happy everything nothing anything
    something someone everyone alone together you me us them now then here there radio phone lunch dinner breakfast
    coffee food friends family party sleep dream daily news best worst first last more most
    """.split()
)
"""Words that a question uses in their own sense."""
DATED = frozenset({*MONTHS, *WEEKDAYS, "today", "yesterday", "tomorrow", "tonight", "weekend", "weekends"})
INTRODUCED = re.compile(
    r" (?:artists?|singers?|bands?|groups?|songs?|tracks?|tunes?|albums?|podcasts?|shows?|channels?"
    r"|youtubers?|videos?|by"
    r"|called|named|titled) (?:the )?$"
)
OF = re.compile(r" (?:of|from|episodes of|plays of) $")
DONE = re.compile(
    r" (?:play|played|playing|listen to|listened to|listening to|hear|heard|hearing|stream|streamed|streaming|skip"
    r"|skipped|watch|watched|watching|view|viewed|discover|discovered|put on|follow|followed|following"
    r"|subscribed to) $"
)
OBJECT = re.compile(
    r" (?:songs?|tracks?|music|artists?|bands?|singers?|albums?|podcasts?|episodes?|videos?|vids?"
    r"|channels?|clips?|what|who"
    r"|minutes|hours|anything|something|nothing|much|tunes?|E\d+) "
)
PLACE = re.compile(
    r" (?:at|in|in the|on the|on my|in my|at the|on|during|during the|while|every|each|this|that|last|the|per|a) $"
)


def is_ordinary(name: str) -> bool:
    """Whether a question may well use this name as a word."""
    return name in ORDINARY or name in DATED


def names_a_place(words: str, text: str) -> bool:
    """Whether these ordinary words say when or where something was done, so that they are no name left over."""
    found = re.search(rf" {re.escape(words)} ", f" {text} ")
    return is_ordinary(words) and found is not None and PLACE.search(f" {text} "[: found.start() + 1]) is not None


def with_mark(text: str, name: str, mark: str, *, common: bool) -> str:
    """The text with a mark for every place where the name stands; a common word counts only where a name would."""

    def chosen(match: re.Match[str]) -> str:
        return mark if not common or _stands(text, match, name) else match[0]

    return re.sub(rf"(?<= ){re.escape(name)}(?= )", chosen, text)


def proper_words(question: str) -> frozenset[str]:
    """The words written like names: with a capital letter, and not because a sentence begins or all words have one."""
    words = re.findall(r"[^\W_][\w'\u2019&-]*", question)
    capital = [word for word in words if word[0].isupper()]
    if len(words) < 3 or len(capital) * 2 > len(words) + 1:
        return frozenset()
    starts = {match[1] for match in re.finditer(r"(?:^|[.?!:;] +|^\W+)([^\W_][\w'\u2019&-]*)", question)}
    found = {piece for word in capital if word not in starts for piece in canonical(word).split()}
    return frozenset(found - DATED - {"i", "im", "ive", "id", "ill", "sgd"})


def _stands(text: str, match: re.Match[str], name: str) -> bool:
    before, after = text[: match.start()], text[match.end() :]
    if re.match(r" (?:19|20)\d\d\b", after) and name in DATED:
        return False
    if INTRODUCED.search(before):
        return not (name in DATED and before.endswith(("s ", "videos ", "songs ")))
    if OF.search(before):
        return (name not in DATED or before.endswith("plays of ")) and not PLACE.search(before)
    done = DONE.search(before)
    return done is not None and OBJECT.search(before[: done.start() + 1]) is None
