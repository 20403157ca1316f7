"""The names that a question may use: merchants, people, artists, songs, channels, products, ... of the records.

A full name always wins, the longest first. A part of a name counts when it fits one name only.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from pod_agent.assistant.rules.harmless import is_english
from pod_agent.assistant.rules.spelling import SHORT
from pod_agent.assistant.rules.text import canonical, nearest
from pod_agent.index.entities import Entities
from pod_agent.index.local import LocalIndex
from pod_agent.index.remembering import entities_of, remembered
from vocab.query import QuerySpec
from vocab.records import IRI, Follow, Subject

__all__ = ["Kind", "Lexicon", "Name", "build_lexicon", "lexicon_of"]

Kind = Literal[
    "merchant",
    "person",
    "artist",
    "track",
    "album",
    "podcast",
    "channel",
    "video",
    "shop",
    "product",
    "section",
    "words",
]
PERSON = re.compile(r"\b(?:to|from) ([A-Z][A-Z' .-]{2,40}?) via PayNow", re.IGNORECASE)
RENT = re.compile(r"\brent(?:al)?\b", re.IGNORECASE)
CONTAINERS = "(?:cartons|packets|packs|bottles|cans|tins|bars|loaves|tubs|jars|bags|boxes)"
"""Words after a product that count it: chocolate bars."""
NO_PART = frozenset("card cards account accounts bank fee fees charge charges".split())
"""Parts of names that tell no merchant from another."""
CLOSEST, SHORTEST_START, MOST_SLIPS = 6, 4, 2
"""Letters of a name that is told without its spaces, of a beginning that stands for a name; slips in a spelling."""
SHORTEST = 3
LONGEST = 60
"""Longer names are left out: nobody types them, and they only slow the search."""
MOST_WORDS = LONGEST // 2 + 1
"""Words of a name that is not left out, at most."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the records: ``text`` as it is stored, ``kind`` what it names.

    ``words`` are no name but words that names of products begin with.
    """

    kind: Kind
    text: str


@dataclass(slots=True)
class Lexicon:
    """All names by their canonical spelling, and the categories that each merchant's rows have.

    ``products`` has the words of each product's name, ``followed`` the channels that the person follows.
    """

    names: dict[str, tuple[Name, ...]] = field(default_factory=dict)
    categories: dict[str, frozenset[str]] = field(default_factory=dict)
    products: dict[str, tuple[str, ...]] = field(default_factory=dict)
    followed: dict[str, IRI] = field(default_factory=dict)
    landlords: tuple[str, ...] = ()
    _known: _Index | None = field(default=None, repr=False, compare=False)

    def add(self, kind: Kind, text: str, spelling: str | None = None) -> None:
        """Add a name under its own or another spelling."""
        own = canonical(spelling or text)
        written_out = " ".join(SHORT.get(word, word) for word in own.split())
        name = Name(kind, text)
        for key in dict.fromkeys((own, written_out)):
            known = self.names.get(key, ())
            if key and len(key) <= LONGEST and name not in known:
                self.names[key] = (*known, name)

    def spellings(self, kinds: Iterable[Kind]) -> dict[str, tuple[Name, ...]]:
        """The canonical spellings of names of these kinds."""
        wanted = set(kinds)
        found = {key: tuple(name for name in names if name.kind in wanted) for key, names in self.names.items()}
        return {key: names for key, names in found.items() if names}

    def named(self, words: str, kinds: Collection[Kind]) -> tuple[Name, ...]:
        """The names of these kinds that are written so: with or without a leading "the", in one number or the other.

        Spaces count for nothing in longer names: "grab food" is GrabFood and "toastbox" Toast Box.
        """
        for way in (words, words.removesuffix("s"), f"{words}s", f"the {words}"):
            found = self._of_kinds((way,), kinds) if len(way) > 2 else ()
            if found:
                return found
        close = words.replace(" ", "")
        return self._of_kinds(self._index().squeezed.get(close, ()), kinds) if len(close) >= CLOSEST else ()

    def within(self, text: str, *, shortest: int) -> list[str]:
        """The spellings of at least so many letters that stand in a text of single spaces."""
        words = text.split()
        ends = range(len(words) + 1)
        runs = (" ".join(words[first:end]) for first in ends for end in ends[first + 1 : first + MOST_WORDS + 1])
        return [run for run in dict.fromkeys(runs) if len(run) >= shortest and run in self.names]

    def partly(self, words: str, kinds: Collection[Kind]) -> tuple[Name, ...]:
        """The names that these words are a part of: whole words of the name in any order, or its beginning."""
        if words in NO_PART:
            return ()
        index, wanted = self._index(), words.split()
        keys = [key for key in index.words.get(wanted[0], ()) if _holds(key.split(), wanted)] if wanted else []
        if len(words) >= SHORTEST_START and (keys or not all(map(is_english, wanted))):
            begun = index.starting(words.replace(" ", ""))
            keys += [
                key for key in begun if len(wanted) == 1 or wanted[-1] in key.split() or not is_english(wanted[-1])
            ]
        return self._of_kinds(keys, kinds)

    def with_word(self, word: str) -> tuple[str, ...]:
        """The spellings that have this as one of their words."""
        return tuple(self._index().words.get(word, ()))

    def misspelt(self, words: str, kinds: Collection[Kind]) -> tuple[Name, ...]:
        """The names of the one spelling that these words come close to: one slip, two in longer names."""
        close = words.replace(" ", "")
        near = nearest(close, self._index().alike(close), shortest=5)
        return () if near is None else self._of_kinds(self._index().squeezed[near], kinds)

    def only_one(self, word: str) -> tuple[Name, ...]:
        """The one merchant that a word stands for: who gets the rent, or whose name says so; none where several do."""
        if word == "rent":
            found = tuple(Name("merchant", each) for each in self.landlords)
        else:
            found = self.partly(word, frozenset[Kind]({"merchant"}))
        return found if len(found) == 1 else ()

    def _of_kinds(self, keys: Iterable[str], kinds: Collection[Kind]) -> tuple[Name, ...]:
        return tuple(dict.fromkeys(name for key in keys for name in self.names.get(key, ()) if name.kind in kinds))

    def _index(self) -> _Index:
        if self._known is None or self._known.size != len(self.names):
            self._known = _Index.over(self.names)
        return self._known

    def products_with(self, words: str) -> tuple[str, ...]:
        """The products in whose name every one of these words begins a word."""
        wanted = words.split()
        return tuple(
            name
            for name, own in self.products.items()
            if wanted and all(any(_begins(each, word) for each in own) for word in wanted)
        )

    def goods(self, words: str, *, sections_first: bool = False) -> tuple[Name, ...]:
        """The products that these words select, else the shops' section of that name; in one number or the other."""
        bare = re.sub(rf"(?<=\w) {CONTAINERS}$", "", words)
        ways = tuple(dict.fromkeys((words, *_other_number(words), bare)))
        products = next(((Name("words", way),) for way in ways if self.products_with(way)), ())
        found = (tuple(name for name in self.names.get(way, ()) if name.kind == "section") for way in ways)
        sections = next((each for each in found if each), ())
        return (sections or products) if sections_first else (products or sections)

    def sections_near(self, words: str) -> tuple[str, ...]:
        """The sections that have these words in their name, among others."""
        found = self.spellings(("section",)).items()
        return tuple(names[0].text for key, names in found if f" {words} " in f" {key} ")

    def long_sections(self) -> dict[str, tuple[Name, ...]]:
        """Sections whose name holds an "and", which would part the words of it."""
        return {key: names for key, names in self.spellings(("section",)).items() if " and " in key}


@dataclass(frozen=True)
class _Index:
    """The spellings by their words, without their spaces, and in order: thousands of names are found at once."""

    size: int
    words: dict[str, list[str]]
    squeezed: dict[str, list[str]]

    @classmethod
    def over(cls, names: Iterable[str]) -> _Index:
        words: dict[str, list[str]] = {}
        squeezed: dict[str, list[str]] = {}
        for key in names:
            for word in dict.fromkeys(key.split()):
                words.setdefault(word, []).append(key)
            squeezed.setdefault(key.replace(" ", ""), []).append(key)
        return cls(sum(1 for _ in names), words, squeezed)

    @cached_property
    def ordered(self) -> list[str]:
        """The spellings without spaces, in order."""
        return sorted(self.squeezed)

    @cached_property
    def initials(self) -> dict[str, list[tuple[int, int, str]]]:
        """The spellings without spaces by their first letter, with their length and their letters."""
        out: dict[str, list[tuple[int, int, str]]] = {}
        for close in self.squeezed:
            out.setdefault(close[0], []).append((len(close), _letters(close), close))
        return out

    def starting(self, close: str) -> list[str]:
        """The spellings that begin so, their spaces left out."""
        first = bisect_left(self.ordered, close)
        found: list[str] = []
        for each in self.ordered[first:]:
            if not each.startswith(close):
                break
            found.extend(self.squeezed[each])
        return found

    def alike(self, close: str) -> Iterator[str]:
        """The spellings without spaces that a slip may have made this of, by their first letters and their length."""
        length, own = len(close), _letters(close)
        for letter in dict.fromkeys(close[:2]):
            for other, letters, each in self.initials.get(letter, ()):
                if abs(other - length) <= MOST_SLIPS and (own ^ letters).bit_count() <= 2 * MOST_SLIPS:
                    yield each


def _letters(word: str) -> int:
    """The letters of a word as bits: words that differ in many cannot be slips of each other."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 63)
    return bits


def _holds(own: list[str], wanted: list[str]) -> bool:
    """Whether all wanted words are among a name's own."""
    return all(word in own for word in wanted)


def _begins(own: str, word: str) -> bool:
    """Whether a word of a product's name begins with this one; short ones only as a whole, or in the plural."""
    return own.startswith(word) and (len(word) > SHORTEST or own.removeprefix(word) in {"", "s", "es"})


def _other_number(words: str) -> Iterator[str]:
    """The same words with the last one in the singular, or in the plural."""
    for ending, other in (("ies", "y"), ("oes", "o"), ("ses", "s"), ("shes", "sh"), ("ches", "ch"), ("s", "")):
        if words.endswith(ending) and len(words) > len(ending) + 2:
            yield words.removesuffix(ending) + other
    yield f"{words}s"


def lexicon_of(index: LocalIndex) -> Lexicon:
    """The names in the index, shared by all who read questions; built anew after a change."""
    return remembered(index, build_lexicon)


def build_lexicon(index: LocalIndex) -> Lexicon:
    """The names in the index."""
    entities = entities_of(index)
    out = Lexicon()
    _add_names(out, entities, people=sorted({*entities.people, *_people(index)}))
    for follow in index.kept(Follow):
        if follow.subject is Subject.CHANNEL:
            out.followed[follow.name] = follow.iri
            out.add("channel", follow.name)
    _add_goods(out, entities)
    spec = QuerySpec(measures=("transactions",), dimensions=("merchant", "category"))
    for row in index.run(spec, evidence=False).rows:
        name, category = str(row[0]), str(row[1])
        out.categories[name] = out.categories.get(name, frozenset()) | {category}
    out.landlords = _landlords(index, out.categories)
    return out


def _landlords(index: LocalIndex, categories: dict[str, frozenset[str]]) -> tuple[str, ...]:
    """The merchants of the household that the bank's text says rent was paid to."""
    return tuple(
        sorted(
            merchant
            for merchant, texts in index.descriptions("rent").items()
            if "household" in categories.get(merchant, ()) and any(map(RENT.search, texts))
        )
    )


def _add_names(out: Lexicon, entities: Entities, people: Iterable[str]) -> None:
    lists: tuple[tuple[Kind, Iterable[str]], ...] = (
        ("merchant", entities.merchants),
        ("person", people),
        ("artist", entities.artists),
        ("track", dict.fromkeys(song.title for song in entities.songs)),
        ("album", entities.albums),
        ("podcast", entities.podcasts),
        ("channel", entities.channels),
        ("video", entities.videos),
    )
    for kind, names in lists:
        for name in names:
            out.add(kind, name)


def _add_goods(out: Lexicon, entities: Entities) -> None:
    for shop in entities.shops:
        out.add("shop", shop)
    for product in entities.products:
        out.add("product", product)
        out.products[product] = tuple(re.findall(r"\w+", canonical(product)))
    for section in entities.sections:
        out.add("section", section)


def _people(index: LocalIndex) -> set[str]:
    """Private persons named in the bank's text of transfers."""
    texts = (text for each in index.descriptions("via paynow", transfers=True).values() for text in each)
    return {match[1].strip() for text in texts if (match := PERSON.search(text))}
