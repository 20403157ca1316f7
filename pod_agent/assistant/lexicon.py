"""The names that a question may use: merchants, people, artists, songs, albums and podcasts of the records.

A full name always wins, the longest first. A part of a name counts when it fits one name only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from pod_agent.assistant.text import canonical, nearest
from pod_agent.index.local import LocalIndex
from vocab.query import Filter, QuerySpec
from vocab.records import Transaction

__all__ = ["Kind", "Lexicon", "Name", "build_lexicon"]

Kind = Literal["merchant", "person", "artist", "track", "album", "podcast"]
PERSON = re.compile(r"\b(?:to|from) ([A-Z][A-Z' .-]{2,40}?) via PayNow", re.IGNORECASE)
LONGEST = 60
"""Longer names are left out: nobody types them, and they only slow the search."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the records: ``text`` as it is stored, ``kind`` what it names."""

    kind: Kind
    text: str


@dataclass(slots=True)
class Lexicon:
    """All names by their canonical spelling, and the categories that each merchant's rows have."""

    names: dict[str, tuple[Name, ...]] = field(default_factory=dict)
    categories: dict[str, frozenset[str]] = field(default_factory=dict)

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
        for key, names in self.spellings(kinds).items():
            inside = f" {words} " in f" {key} "
            if inside or (len(words) >= 4 and key.replace(" ", "").startswith(words.replace(" ", ""))):
                found.extend(name for name in names if name not in found)
        return tuple(found)

    def misspelt(self, words: str, kinds: Iterable[Kind]) -> str | None:
        """The one spelling that these words come close to, or None."""
        return nearest(words, self.spellings(kinds), shortest=5)


def build_lexicon(index: LocalIndex) -> Lexicon:
    """The names in the index."""
    entities = index.entities()
    out = Lexicon()
    for merchant in entities.merchants:
        out.add("merchant", merchant)
    for person in {*entities.people, *_people(index)}:
        out.add("person", person)
    for artist in entities.artists:
        out.add("artist", artist)
    for title in dict.fromkeys(song.title for song in entities.songs):
        out.add("track", title)
    for album in entities.albums:
        out.add("album", album)
    for podcast in entities.podcasts:
        out.add("podcast", podcast)
    spec = QuerySpec(measures=("transactions",), dimensions=("merchant", "category"))
    for row in index.run(spec, evidence=False).rows:
        name, category = str(row[0]), str(row[1])
        out.categories[name] = out.categories.get(name, frozenset()) | {category}
    return out


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
