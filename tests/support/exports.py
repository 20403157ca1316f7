"""Small exports in the real formats of two services, written by the tests that import them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

__all__ = ["Play", "many_plays", "ocbc_csv", "spotify_json"]

Play = tuple[int, int]
"""Minutes after 2026-01-01T01:00Z at which a play ended, and the number of its track."""


def spotify_json(path: Path, plays: Iterable[Play], *, broken: bool = False) -> Path:
    """An extended streaming history; ``broken`` leaves its end off."""
    rows = [
        {
            "ts": f"{datetime(2026, 1, 1, 1, tzinfo=UTC) + timedelta(minutes=minute):%Y-%m-%dT%H:%M:%SZ}",
            "ms_played": 30_000 + track,
            "master_metadata_track_name": f"Song {track}",
            "master_metadata_album_artist_name": f"Artist {track % 7}",
            "master_metadata_album_album_name": None,
            "spotify_track_uri": f"spotify:track:{track:022d}",
            "episode_name": None,
            "skipped": False,
        }
        for minute, track in plays
    ]
    text = json.dumps(rows, indent=1)
    path.write_text(text[: len(text) * 2 // 3] if broken else text)
    return path


def many_plays(number: int) -> list[Play]:
    """Plays five minutes apart from one in the morning of 1 January 2026."""
    return [(5 * position, position % 400) for position in range(number)]


def ocbc_csv(path: Path, rows: Sequence[tuple[date, str, str]], balance: str = "1,000.00") -> Path:
    """An account's transaction history: day, text and amount (below 0: withdrawn), oldest first."""
    lines = ["Account details for:,360 Account 555-000111-001", f'Available Balance,"{balance}"']
    lines += [f'Ledger Balance,"{balance}"', "", "Transaction History"]
    lines.append("Transaction date,Value date,Description,Withdrawals(SGD),Deposits(SGD)")
    for day, text, amount in reversed(rows):
        paid = f"{amount.removeprefix('-')}," if amount.startswith("-") else f",{amount}"
        lines.append(f'{day:%d/%m/%Y},{day:%d/%m/%Y},"{text}",{paid}')
    path.write_text("\r\n".join(lines) + "\r\n")
    return path
