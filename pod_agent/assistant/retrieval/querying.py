"""What is searched for: the words that count, the names of the records in them, the times and the kinds meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from pod_agent.assistant.plan import Period
from pod_agent.assistant.retrieval.document import Kind
from pod_agent.assistant.rules.dates import read_times
from pod_agent.assistant.rules.text import canonical

__all__ = ["LONGEST_QUERY", "Query", "read_query"]

LONGEST_QUERY: Final = 500
MOST_WORDS: Final = 40
SHORTEST_BEGINNING: Final = 3
NAME_WORDS: Final = 8
"""Words of the longest name that is looked for in a query."""

_PLAIN: Final = frozenset(
    "a about all am an and any are as ask at be been by can could did do does find for from get give had has have how i"
    " if in into is it its just like look me mine my name named of on one or our please remember searching show so some"
    " something tell that the their them then there these they thing things this those to up us was we were what whats"
    " when where which who whose why will with would you your called once again ever much many".split()
)
"""Words that say nothing of what is looked for."""
_KIND_WORDS: Final[Mapping[str, tuple[Kind, ...]]] = {
    "video videos clip clips watch watched watching youtube": ("video",),
    "channel channels youtuber": ("channel",),
    "song songs track tracks tune": ("track",),
    "artist artists band singer musician": ("artist",),
    "album albums record": ("album",),
    "podcast podcasts": ("podcast", "episode"),
    "episode episodes": ("episode",),
    "shop shops store stores place places restaurant restaurants cafe cafes merchant eatery bakery": ("merchant",),
    "product products item items order ordered bought buy": ("product",),
    "section aisle": ("section",),
    "search searches searched googled": ("search",),
    "review reviews comment comments note notes wrote posted post": ("post",),
    "offer offers deal deals discount discounts voucher promo promotion coupon": ("offer",),
    "month spend spending spent": ("month",),
    "workout workouts exercise": ("workout",),
    "playlist saved library": ("kept",),
}
_KINDS: Final[dict[str, tuple[Kind, ...]]] = {
    word: kinds for words, kinds in _KIND_WORDS.items() for word in words.split()
}
_MARK: Final = re.compile(r"\bP\d+\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query as it was read.

    ``text`` is what its vector is made of, ``words`` what FTS5 looks for, ``names`` the names of documents in it (in
    the spelling of ``Document.name``) and whether each is surely meant as one, ``kinds`` what it asks for.
    """

    text: str
    words: tuple[str, ...]
    names: Mapping[str, bool]
    periods: tuple[Period, ...]
    kinds: frozenset[Kind]

    def fts(self, *, every: bool = False) -> str:
        """The query of FTS5: any of the words, or ``every`` one; of products also what only begins with one."""
        ways = [
            f'("{word}" OR goods : "{word}" *)' if len(word) >= SHORTEST_BEGINNING else f'"{word}"'
            for word in self.words
        ]
        return (" AND " if every else " OR ").join(ways)


def read_query(text: str, today: date, known: Callable[[list[str]], Iterable[str]]) -> Query:
    """Read a query; ``known`` tells which of many spellings are names of documents.

    A name is looked for before times are, so that a song called like a month stays a song.
    """
    plain = canonical(text[:LONGEST_QUERY])
    names = _names(plain, text, set(known(_spellings(plain))))
    hidden = plain
    held = [name for name, is_sure in names.items() if is_sure and " " in name]
    for number, name in enumerate(held):
        hidden = re.sub(rf"(?<!\S){re.escape(name)}(?!\S)", f"zqname{number}zq", hidden)
    times = read_times(hidden, today)
    rest = " ".join(_MARK.sub(" ", times.text).split())
    for number, name in enumerate(held):
        rest = rest.replace(f"zqname{number}zq", name)
    told = re.findall(r"[^\W_]+", rest)
    words = [word for word in told if word not in _PLAIN]
    kinds = {kind for word in words for kind in _KINDS.get(word, ())}
    content = [word for word in words if word not in _KINDS] or words or told
    meant = [word for word in words if _KINDS.get(word) != ("month",)]
    return Query(
        text=" ".join(meant or words) or rest or plain or text[:LONGEST_QUERY],
        words=tuple(dict.fromkeys(content))[:MOST_WORDS],
        names=names,
        periods=tuple(times.periods),
        kinds=frozenset(kinds),
    )


def _spellings(plain: str) -> list[str]:
    words = plain.split()[:MOST_WORDS]
    return [
        " ".join(words[start : start + size])
        for size in range(1, NAME_WORDS + 1)
        for start in range(len(words) - size + 1)
    ]


def _names(plain: str, text: str, known: set[str]) -> dict[str, bool]:
    """The names, longest first, and whether each is surely one: of several words, written large, or all there is."""
    large = {canonical(word) for word in re.findall(r"\b[^\W\d_a-z][\w'&.-]*", text)}
    content = [word for word in plain.split() if word not in _PLAIN]
    found: dict[str, bool] = {}
    for name in sorted(known, key=lambda name: (-len(name.split()), name)):
        words = name.split()
        if all(word in _PLAIN or word in _KINDS for word in words):
            continue
        if any(f" {name} " in f" {other} " for other in found):
            continue
        found[name] = len(words) > 1 or name in large or content == words
    return found
