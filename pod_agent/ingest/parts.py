"""Documents of records taken apart into the blocks of their records: ours by their text, others' by their triples."""

from __future__ import annotations

import contextlib
import re

from vocab.errors import VocabularyError
from vocab.mapping import block, parse
from vocab.turtle import Document, join, split

__all__ = ["links_of", "salvage", "take_apart"]

_LINK = re.compile(rb"^<> rdfs:seeAlso (<.*>) \.$", re.MULTILINE)


def take_apart(content: bytes, path: str, *, known: bool = False) -> Document:
    """Records and foreign triples of a document; VocabularyError where it cannot be read.

    ``known`` says that the manifest has these bytes. They are split without a look at their triples then, unless they
    are not as this project writes them: another program's edition may have been entered as it was.
    """
    if known:
        with contextlib.suppress(ValueError):
            document = split(content)
            if join(document, path, tuple(links_of(content))) == content:
                return document
    records, foreign = parse(content, path)
    return Document({record.iri.partition("#")[2]: block(record) for record in records}, foreign)


def links_of(content: bytes) -> list[str]:
    """Names of the overflow documents that the first document of a month links to."""
    match = _LINK.search(content)
    return [name.strip("<> ") for name in match[1].decode().split(",")] if match else []


def salvage(content: bytes, path: str) -> Document:
    """The records that are whole in a document that was cut off."""
    try:
        blocks = split(content[: content.rfind(b" .\n") + 3]).blocks
        parse(join(Document(blocks), path), path)
    except (ValueError, VocabularyError):
        return Document()
    return Document(blocks)
