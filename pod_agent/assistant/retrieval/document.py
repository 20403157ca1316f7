"""Document: one thing that the records are about, or one month of them, as search keeps it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

from pod_agent.assistant.rules.text import canonical
from vocab.query import QuerySpec
from vocab.records import IRI
from vocab.wording import unhidden

__all__ = ["KINDS", "LONGEST_TEXT", "Document", "Kind", "folded_text"]

Kind = Literal[
    "merchant", "product", "section", "track", "artist", "album", "podcast", "episode", "video", "channel",
    "search", "post", "kept", "workout", "offer", "month",
]  # fmt: skip
KINDS: Final[dict[str, str]] = {
    "merchant": "a shop, a payer or whoever else money went to or came from",
    "product": "something you ordered",
    "section": "a section of a shop you ordered from",
    "track": "a song you played",
    "artist": "someone whose songs you played",
    "album": "an album you played from",
    "podcast": "a podcast you played",
    "episode": "an episode of a podcast",
    "video": "a video you watched",
    "channel": "a channel you watched or follow",
    "search": "words you searched for",
    "post": "a review, comment or note you wrote",
    "kept": "what you keep in a playlist or library, or follow",
    "workout": "a kind of exercise you did",
    "offer": "an offer of the public catalogue, as it was last fetched",
    "month": "a month of one thing: spending in a category, products of a section, music, videos, health",
}
"""Kinds of documents, and what each is."""
LONGEST_TEXT: Final = 400
"""Characters of a document that count; more would only blur its vector."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """One document.

    ``key`` tells it from others of its kind and stays the same while its text changes. ``title`` is the name as the
    records have it, ``text`` what is looked through and made a vector of. ``months`` are those (``YYYY-MM``) with a
    record behind it. ``query`` finds its records; where no query can, ``iris`` are the records. Documents of one
    ``family`` differ in their month only; that of an offer is the name that ``pod-agent offers show`` takes.
    """

    kind: Kind
    key: str
    title: str
    text: str
    sources: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    query: QuerySpec | None = None
    iris: tuple[IRI, ...] = ()
    family: str = ""

    @cached_property
    def id(self) -> str:
        """The kind and 16 hexadecimal digits."""
        return f"{self.kind}-{hashlib.blake2b(self.key.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"

    @cached_property
    def digest(self) -> bytes:
        """Of the text: documents of one digest share a vector."""
        return hashlib.blake2b(self.text.encode("utf-8", "replace"), digest_size=16).digest()

    @cached_property
    def state(self) -> bytes:
        """Of everything: a document whose state is another is written anew."""
        return hashlib.blake2b(
            json.dumps(self.row(), sort_keys=True).encode("utf-8", "replace"), digest_size=16
        ).digest()

    @cached_property
    def name(self) -> str:
        """The title in the spelling in which questions are compared with it."""
        return canonical(self.title)

    def row(self) -> dict[str, Any]:
        """The columns that are texts."""
        return {
            "kind": self.kind,
            "key": self.key,
            "title": self.title,
            "text": self.text,
            "sources": json.dumps(self.sources),
            "months": json.dumps(self.months),
            "query": None if self.query is None else json.dumps(self.query.to_json()),
            "iris": json.dumps(self.iris),
            "family": self.family,
        }


def folded_text(*parts: str) -> str:
    """Parts of a document's text on one line, without what hides or steers, cut at ``LONGEST_TEXT``."""
    return " ".join(unhidden(". ".join(part for part in parts if part)[: 4 * LONGEST_TEXT]).split())[:LONGEST_TEXT]
