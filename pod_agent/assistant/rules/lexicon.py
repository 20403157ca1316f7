"""The names that a question may use: merchants, people, artists, songs, channels, products, ... of the records.

A full name always wins, the longest first. A part of a name counts when it fits one name only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from pod_agent.assistant.rules.text import canonical, nearest
from pod_agent.index.entities import Entities
from pod_agent.index.local import LocalIndex
from vocab.query import Filter, QuerySpec
from vocab.records import IRI, Follow, Subject, Transaction

__all__ = ["Kind", "Lexicon", "Name", "build_lexicon"]

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
CONTAINERS = "(?:cartons|packets|packs|bottles|cans|tins|bars|loaves|tubs|jars|bags|boxes)"
"""Words after a product that count it: chocolate bars."""
NO_PART = frozenset("card cards account accounts bank fee fees charge charges".split())
"""Parts of names that tell no merchant from another."""
LONGEST = 60
"""Longer names are left out: nobody types them, and they only slow the search."""


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

    def add(self, kind: Kind, text: str, spelling: str | None = None) -> None:
        """Add a name under its own or another spelling."""
        key = canonical(spelling or text)
        if not key or len(key) > LONGEST:
            return
        name = Name(kind, text)
        known = self.names.get(key, ())
        if name not in known:
            self.names[key] = (*known, name)

    def spellings(self, kinds: Iterable[Kind]) -> dict[str, tuple[Name, ...]]:
        """The canonical spellings of names of these kinds."""
        wanted = set(kinds)
        found = {key: tuple(name for name in names if name.kind in wanted) for key, names in self.names.items()}
        return {key: names for key, names in found.items() if names}

    def partly(self, words: str, kinds: Iterable[Kind]) -> tuple[Name, ...]:
        """The names that these words are a part of: whole words of the name, or its beginning up to a word's middle."""
        found: list[Name] = []
        if words in NO_PART:
            return ()
        for key, names in self.spellings(kinds).items():
            inside = f" {words} " in f" {key} "
            if inside or (len(words) >= 4 and key.replace(" ", "").startswith(words.replace(" ", ""))):
                found.extend(name for name in names if name not in found)
        return tuple(found)

    def products_with(self, words: str) -> tuple[str, ...]:
        """The products in whose name every one of these words begins a word."""
        wanted = words.split()
        return tuple(
            name
            for name, own in self.products.items()
            if wanted and all(any(each.startswith(word) for each in own) for word in wanted)
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

    def misspelt(self, words: str, kinds: Iterable[Kind]) -> str | None:
        """The one spelling that these words come close to, or None."""
        return nearest(words, self.spellings(kinds), shortest=5)


def _other_number(words: str) -> Iterator[str]:
    """The same words with the last one in the singular, or in the plural."""
    for ending, other in (("ies", "y"), ("oes", "o"), ("ses", "s"), ("shes", "sh"), ("ches", "ch"), ("s", "")):
        if words.endswith(ending) and len(words) > len(ending) + 2:
            yield words.removesuffix(ending) + other
    yield f"{words}s"


def build_lexicon(index: LocalIndex) -> Lexicon:
    """The names in the index."""
    entities = index.entities()
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
    return out


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
    transfers = QuerySpec(measures=("transactions",), filters=(Filter("kind", "eq", "transfer"),))
    found: set[str] = set()
    for record in index.records(transfers):
        if isinstance(record, Transaction):
            match = PERSON.search(record.description)
            if match:
                found.add(match[1].strip())
    return found
