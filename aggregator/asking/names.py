"""What a question may name: cells and filters of what is held, titles, and all public categories and groups."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from aggregator.asking.holdings import Held, Holdings
from aggregator.asking.text import Words, stem, tokens
from aggregator.asking.words import SYNONYMS
from vocab.products import GROUPS
from vocab.taxonomy import CATEGORIES

__all__ = ["Lexicon", "Mention", "label_text", "lexicon_of"]

Mention = frozenset[tuple[str, str]]
"""What one name can mean: pairs of a dimension and a label."""
LONGEST = 12
T = TypeVar("T")
Key = tuple[str, ...]
ORDINARY = frozenset({"other", "shop", "item", "cell", "value", "total", "people", "gift", "in", "the"})
"""Words that name a cell only in quotes, or with more words beside them: they say too much else."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Names by the stems of their words."""

    labels: dict[Key, set[tuple[str, str]]] = field(default_factory=dict)
    titles: dict[Key, set[str]] = field(default_factory=dict)

    def words(self) -> set[str]:
        """Every word that is part of a name."""
        return {word for key in (*self.labels, *self.titles) for word in key if word.isalpha()}

    def quoted(self, text: str) -> tuple[set[str], Mention]:
        """The releases and the labels that a text in quotes names whole."""
        key = _key(text)
        return self.titles.get(key, set()), frozenset(self.labels.get(key, set()))

    def take_titles(self, words: Words) -> list[set[str]]:
        """Take titles of two and more words, and ids."""
        return [found for key, found in _take(words, self.titles) if len(key) > 1 or _is_id(key[0])]

    def take_labels(self, words: Words) -> list[Mention]:
        """Take names of cells, the longest first."""
        return [frozenset(found) for _, found in _take(words, self.labels)]


def lexicon_of(holdings: Holdings) -> Lexicon:
    """All names, those that no release holds included: a question about them is then declined by name."""
    made = Lexicon()
    _add_public(made)
    for model in holdings.models:
        for item in model.prior.items:
            _add(made, item, (model.dimension, item))
    for held in holdings.held:
        for dimension, label in _labels(held):
            _add(made, label, (dimension, label))
        for text in (held.release.title, held.release.id):
            made.titles.setdefault(_key(text), set()).add(held.release.id)
    for one in holdings.studies:
        made.titles.setdefault(_key(one.study.title), set()).add(one.study.task_id.hex())
    made.titles.pop((), None)
    return made


def _add_public(lexicon: Lexicon) -> None:
    for name, entry in CATEGORIES.items():
        for text in (name, entry.label, *SYNONYMS.get(name, ())):
            _add(lexicon, text, ("category", name))
    for name, group in GROUPS.items():
        for text in (name, group.label):
            _add(lexicon, text, ("group", name))


def label_text(label: str) -> str:
    """A label as people read it: the public label of a category or group, else its words."""
    if label in CATEGORIES:
        return CATEGORIES[label].label
    return GROUPS[label].label if label in GROUPS else label


def _labels(held: Held) -> Iterator[tuple[str, str]]:
    for line in held.lines:
        yield from (pair for pair in line.labels if pair[0] != "part")
    for condition in held.filters:
        if condition.op in {"eq", "in"}:
            values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
            yield from ((condition.field, str(value)) for value in values)


def _add(lexicon: Lexicon, text: str, pair: tuple[str, str]) -> None:
    key = _key(text)
    if key and not re.match(r"20\d\d-", text):  # months and days are read as periods
        lexicon.labels.setdefault(key, set()).add(pair)


def _key(text: str) -> Key:
    return tuple(map(stem, tokens(text)))


def _is_id(word: str) -> bool:
    return len(word) == 16 and all(letter in "0123456789abcdef" for letter in word)


def _take(words: Words, named: dict[Key, set[T]]) -> list[tuple[Key, set[T]]]:
    found: list[tuple[int, Key, set[T]]] = []
    for size in range(min(LONGEST, len(words.tokens)), 0, -1):
        for place in range(len(words.tokens) - size + 1):
            key = words.run(place, size)
            if key is None or key not in named or (size == 1 and key[0] in ORDINARY):
                continue
            found.append((place, key, named[key]))
            words.use(place, size)
    return [(key, values) for _, key, values in sorted(found, key=lambda entry: entry[0])]
