"""What a made-up person plays, as elements of Spotify's extended streaming history."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pod_agent.synthetic.household import Household

__all__ = ["large_history", "plays"]

SONGS = 12
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
WORDS = ("Rain", "Letters", "Ghost", "Summer", "Echo", "Fire", "Home", "Static", "Bloom", "Tide", "Neon", "Slow")


def plays(person: Household, first: date, last: date) -> Iterator[dict[str, Any]]:
    """Elements for the plays that end from ``first`` to ``last`` (UTC days), oldest first."""
    start = max(first, person.opened)
    for offset in range((last - start).days + 1):
        day = start + timedelta(days=offset)
        draw = random.Random(f"{person.seed} plays {day}")  # noqa: S311 - made-up people need no secrecy
        end = datetime(day.year, day.month, day.day, draw.randrange(18), draw.randrange(60), tzinfo=UTC)
        for _ in range(draw.randrange(max(1, round(person.pace * 10)))):
            element = _play(person, draw)
            end += timedelta(milliseconds=element["ms_played"] + draw.randrange(3000))
            if end.date() == day:
                yield _timed(element, end, draw)


def large_history(count: int, *, seed: int = 0) -> Iterator[bytes]:
    """A history of ``count`` plays as one JSON array, in pieces on one line; about 800 bytes a play."""
    draw = random.Random(f"large history {seed}")  # noqa: S311
    end = datetime(2015, 1, 1, tzinfo=UTC)
    yield b"["
    for number in range(count):
        end += timedelta(milliseconds=draw.randrange(200_000, 1_500_000))
        element = _song(f"Artist {draw.randrange(500)}", draw.randrange(SONGS * 10), draw)
        text = json.dumps(_timed(element, end, draw), ensure_ascii=False)
        yield (("," if number else "") + text).encode()
    yield b"]"


def _play(person: Household, draw: random.Random) -> dict[str, Any]:
    if draw.random() < 0.05:
        return _episode(draw.choice(person.shows), draw)
    weights = [1 / (rank + 1) for rank in range(len(person.artists))]
    return _song(draw.choices(person.artists, weights)[0], min(draw.randrange(SONGS), draw.randrange(SONGS)), draw)


def _song(artist: str, number: int, draw: random.Random) -> dict[str, Any]:
    of_artist = random.Random(f"{artist} {number}")  # noqa: S311
    length = of_artist.randrange(130_000, 320_000)
    skipped = draw.random() < 0.12
    return {
        "ms_played": draw.randrange(1_000, 29_000) if skipped else length,
        "master_metadata_track_name": f"{of_artist.choice(WORDS)} {of_artist.choice(WORDS)} {number + 1}",
        "master_metadata_album_artist_name": artist,
        "master_metadata_album_album_name": f"{of_artist.choice(WORDS)} Sessions",
        "spotify_track_uri": "spotify:track:" + "".join(of_artist.choices(BASE62, k=22)),
        "skipped": skipped,
    }


def _episode(show: str, draw: random.Random) -> dict[str, Any]:
    number = draw.randrange(1, 80)
    of_episode = random.Random(f"{show} {number}")  # noqa: S311
    return {
        "ms_played": draw.randrange(60_000, 2_400_000),
        "episode_name": f"Episode {number}: {of_episode.choice(WORDS)} and {of_episode.choice(WORDS)}",
        "episode_show_name": show,
        "spotify_episode_uri": "spotify:episode:" + "".join(of_episode.choices(BASE62, k=22)),
        "skipped": False,
    }


def _timed(element: dict[str, Any], end: datetime, draw: random.Random) -> dict[str, Any]:
    """The element with all fields of the real export, in their order."""
    start = round(end.timestamp()) - element["ms_played"] // 1000
    return {
        "ts": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "platform": draw.choice(("ios", "android", "windows")),
        "ms_played": element["ms_played"],
        "conn_country": "SG",
        "ip_addr": f"192.0.2.{draw.randrange(1, 255)}",
        "master_metadata_track_name": element.get("master_metadata_track_name"),
        "master_metadata_album_artist_name": element.get("master_metadata_album_artist_name"),
        "master_metadata_album_album_name": element.get("master_metadata_album_album_name"),
        "spotify_track_uri": element.get("spotify_track_uri"),
        "episode_name": element.get("episode_name"),
        "episode_show_name": element.get("episode_show_name"),
        "spotify_episode_uri": element.get("spotify_episode_uri"),
        "audiobook_title": None,
        "audiobook_uri": None,
        "audiobook_chapter_uri": None,
        "audiobook_chapter_title": None,
        "reason_start": "trackdone",
        "reason_end": "fwdbtn" if element["skipped"] else "trackdone",
        "shuffle": draw.random() < 0.5,
        "skipped": element["skipped"],
        "offline": False,
        "offline_timestamp": draw.choice((start, start * 1000, None)),
        "incognito_mode": False,
    }
