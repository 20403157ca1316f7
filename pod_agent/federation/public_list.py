"""Reading a leader's public lists: one plain request, the same for every agent; an answer of bounded size and time."""

from __future__ import annotations

import httpx

from vocab.bounded import read_bounded
from vocab.errors import VocabularyError

__all__ = ["read_public"]


def read_public(address: str, client: httpx.Client, *, most: int, seconds: float) -> bytes:
    """The bytes of the list at this address, of which no more than ``most`` are read, for as long as ``seconds``.

    httpx.HTTPError where it does not come, VocabularyError where it is no list that anyone may publish.
    """
    with client.stream("GET", address, headers={"Accept": "application/json"}) as answer:
        answer.raise_for_status()
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise VocabularyError("the list is packed, which nobody asked for")
        try:
            return read_bounded(answer.iter_bytes(), most=most, seconds=seconds)
        except (ValueError, TimeoutError) as error:
            raise VocabularyError("the list is too long, or takes too long") from error
