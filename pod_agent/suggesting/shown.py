"""What was shown, in which order and with which chance: a log on this machine from which policies can be judged later.

One file a day, ``shown/<yyyy-mm-dd>.jsonl``, one line for a list each time it differs from how it was last shown that
day. Things are named by a keyed hash, so a line holds no name of a shop, a song or a person. The log never leaves the
machine and is no part of the pod: it can be thrown away at any time. docs/reference/feedback.md has the format.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from pod_agent.storage import remove_private, write_private
from pod_agent.suggesting.feedback_policy import Ranking

__all__ = ["FOLDER", "ShownList", "ShownLog", "ShownThing"]

FOLDER: Final = "shown"
MAX_DAYS: Final = 90
MAX_DAY_BYTES: Final = 500_000
MAX_BYTES: Final = 8_000_000
_FILE: Final = re.compile(r"\d{4}-\d{2}-\d{2}\.jsonl")


class ShownThing(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate: its hashed name, score, numbers and hashed traits, and its chance to stand in each place shown."""

    id: str
    score: float
    numbers: tuple[float, ...]
    traits: tuple[str, ...]
    chances: tuple[float, ...]


class ShownList(msgspec.Struct, frozen=True, kw_only=True):
    """One list as it was shown: ``shown`` are places in ``things``, which are in the order without feedback."""

    at: datetime
    list: str
    words: float
    draw: int
    draws: int
    shown: tuple[int, ...]
    things: tuple[ShownThing, ...]


class ShownLog:
    """The log in a home; ``secret`` is the key of its hashes."""

    def __init__(self, home: Path, secret: bytes) -> None:
        self._folder = home / FOLDER
        self._secret = secret

    def note(self, rankings: Iterable[Ranking], limit: int, at: datetime) -> None:
        """Log these lists, of each the first ``limit`` places; nothing is written for what stands there already."""
        path = self._folder / f"{at.date().isoformat()}.jsonl"
        held = path.read_bytes() if path.is_file() else b""
        latest = {each.list: each for each in _lines(held)}
        new = [self._line(ranking, limit, at) for ranking in rankings]
        lines = [msgspec.json.encode(each) for each in new if _content(each) != _content(latest.get(each.list))]
        content = held + b"".join(line + b"\n" for line in lines)
        if lines and len(content) <= MAX_DAY_BYTES:
            write_private(path, content)
            self._bound(at.date())

    def lists(self) -> list[ShownList]:
        """Everything that is logged, oldest first; lines that cannot be read are left out."""
        return [each for path in self._files() for each in _lines(path.read_bytes())]

    def identifier(self, kind: str, item: str) -> str:
        """The hashed name of a thing."""
        told = f"pod-agent shown {kind}\0{item}".encode()
        return base64.b32encode(hmac.digest(self._secret, told, hashlib.sha256))[:20].decode().lower()

    def _line(self, ranking: Ranking, limit: int, at: datetime) -> ShownList:
        kind = ranking.name.partition("/")[0]
        places = min(limit, len(ranking.arms))
        chances = ranking.orders.propensities[:, :places]
        things = tuple(
            ShownThing(
                id=self.identifier(kind, arm.name),
                score=round(arm.score, 4),
                numbers=tuple(round(value, 3) for value in arm.features),
                traits=tuple(self.identifier("trait", trait) for trait in arm.traits),
                chances=tuple(float(chance) for chance in chances[number]),
            )
            for number, arm in enumerate(ranking.arms)
        )
        draws = len(ranking.orders.orders)
        return ShownList(
            at=at,
            list=ranking.name,
            words=round(ranking.words, 3),
            draw=ranking.draw % draws,
            draws=draws,
            shown=tuple(ranking.shown[:places]),
            things=things,
        )

    def _files(self) -> Sequence[Path]:
        if not self._folder.is_dir():
            return []
        return sorted(path for path in self._folder.iterdir() if _FILE.fullmatch(path.name))

    def _bound(self, today: date) -> None:
        """Remove what is too old, then the oldest days while all together is too large."""
        first = f"{today - timedelta(days=MAX_DAYS)}.jsonl"
        total = 0
        for path in reversed(self._files()):
            total += path.stat().st_size
            if path.name < first or total > MAX_BYTES:
                remove_private(path)


def _content(each: ShownList | None) -> object:
    return None if each is None else (each.shown, each.things)


def _lines(content: bytes) -> Iterator[ShownList]:
    for line in content.splitlines():
        try:
            yield msgspec.json.decode(line, type=ShownList)
        except msgspec.DecodeError:
            continue
