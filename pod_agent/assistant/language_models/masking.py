"""Names of the records in a question, replaced by placeholders with their kind, and put back afterwards.

The model reads ``SHOP_1``, not who the person buys from; and it cannot misspell what it never saw. A name that is not
in the records, or is misspelt, goes as it was typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pod_agent.assistant.rules.lexicon import Lexicon
from pod_agent.assistant.rules.text import canonical
from vocab.wording import unhidden

__all__ = ["LONGEST_QUESTION", "Masked", "mask"]

LONGEST_QUESTION: Final = 300
"""Letters of a question that a model sees."""
MOST_WORDS: Final = 6
"""Words of a name that are looked for."""

LABELS: Final[Mapping[str, str]] = {
    "merchant": "SHOP",
    "shop": "SHOP",
    "person": "PERSON",
    "artist": "ARTIST",
    "podcast": "PODCAST",
    "channel": "CHANNEL",
    "track": "SONG",
    "album": "ALBUM",
    "video": "VIDEO",
}
IN_FULL: Final = frozenset({"track", "album", "video"})
"""Kinds whose names are masked from two words on: a song may be called Home, or Today."""
PLACEHOLDER: Final = re.compile(r"\b(?:SHOP|PERSON|ARTIST|PODCAST|CHANNEL|SONG|ALBUM|VIDEO|NAME)_\d+\b")


@dataclass(frozen=True, slots=True)
class Masked:
    """A question without names, and what stands for what."""

    text: str
    names: Mapping[str, str]

    def restore(self, text: str) -> str | None:
        """The text with names again; None where it uses a placeholder that was not given."""
        if any(found not in self.names for found in PLACEHOLDER.findall(text)):
            return None
        return PLACEHOLDER.sub(lambda found: self.names[found[0]], text)


def mask(question: str, lexicon: Lexicon) -> Masked:
    """The question on one line, cut at ``LONGEST_QUESTION``, with placeholders for full names of the lexicon."""
    text = unhidden(unicodedata.normalize("NFKC", question[: 2 * LONGEST_QUESTION]))
    text = " ".join(PLACEHOLDER.sub(" ", re.sub(r"[<>{}\[\]|`\\\"]", " ", text)).split())[:LONGEST_QUESTION]
    names: dict[str, str] = {}
    out, done = [], 0
    for start, end, label in _found(text, lexicon):
        place = f"{label}_{len(names) + 1}"
        names[place] = text[start:end]
        out += [text[done:start], place]
        done = end
    return Masked("".join([*out, text[done:]]), names)


def _found(text: str, lexicon: Lexicon) -> Iterator[tuple[int, int, str]]:
    """Where names stand and of which kind, from left to right, the longest first."""
    words = [(found.start(), found.end()) for found in re.finditer(r"[\w&'.$+-]*\w", text)]
    position = 0
    while position < len(words):
        for length in range(min(MOST_WORDS, len(words) - position), 0, -1):
            start, end = words[position][0], words[position + length - 1][1]
            label = _label(text[start:end], length, lexicon)
            if label:
                yield start, end, label
                position += length
                break
        else:
            position += 1


def _label(phrase: str, words: int, lexicon: Lexicon) -> str:
    kinds = {name.kind for name in lexicon.names.get(canonical(phrase), ()) if name.kind in LABELS}
    if words == 1:
        kinds -= IN_FULL
    labels = {LABELS[kind] for kind in kinds}
    return next(iter(labels)) if len(labels) == 1 else "NAME" if labels else ""
