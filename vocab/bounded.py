"""Reading an answer of somebody who may send without end: no more bytes, and for no longer, than was asked for."""

from __future__ import annotations

import time
from collections.abc import Iterable

__all__ = ["read_bounded"]


def read_bounded(parts: Iterable[bytes], *, most: int, seconds: float) -> bytes:
    """The parts as one, at most ``most`` bytes that come within ``seconds`` from now.

    ValueError where they are longer, TimeoutError where they take longer; nothing more is taken from ``parts`` then.
    """
    content, end = bytearray(), time.monotonic() + seconds
    for part in parts:
        content += part
        if len(content) > most:
            raise ValueError(f"the answer is longer than {most} bytes")
        if time.monotonic() > end:
            raise TimeoutError(f"the answer takes longer than {seconds:g} seconds")
    return bytes(content)
