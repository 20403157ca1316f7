"""Reading a leader's public lists: one plain request, the same for every agent; an answer of bounded size and time."""

from __future__ import annotations

import time

import httpx

from vocab.errors import VocabularyError

__all__ = ["read_public"]


def read_public(address: str, client: httpx.Client, *, most: int, seconds: float) -> bytes:
    """The bytes of the list at this address, of which no more than ``most`` are read, for as long as ``seconds``.

    httpx.HTTPError where it does not come, VocabularyError where it is no list that anyone may publish.
    """
    content, begun = bytearray(), time.monotonic()
    with client.stream("GET", address, headers={"Accept": "application/json"}) as answer:
        answer.raise_for_status()
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise VocabularyError("the list is packed, which nobody asked for")
        for part in answer.iter_bytes():
            content += part
            if len(content) > most or time.monotonic() - begun > seconds:
                raise VocabularyError("the list is too long, or takes too long")
    return bytes(content)
