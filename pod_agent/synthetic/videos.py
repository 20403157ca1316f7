"""What a made-up person watches, as a YouTube Takeout: the history in JSON and the list of subscriptions."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pod_agent.synthetic.archives import zipped
from pod_agent.synthetic.household import Household
from pod_agent.synthetic.listening import WORDS

__all__ = ["takeout_zip", "views"]

FOLDER = "Takeout/YouTube and YouTube Music"
VIDEOS = 40
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
TITLES = ("{} in ten minutes", "Why {} matters", "The {} episode", "I tried {} for a week", "{}: a beginner's guide")


def views(person: Household, first: date, last: date) -> Iterator[dict[str, Any]]:
    """Elements of the history for the UTC days from ``first`` to ``last``, oldest first."""
    start = max(first, person.opened)
    for offset in range((last - start).days + 1):
        day = start + timedelta(days=offset)
        draw = random.Random(f"{person.seed} views {day}")  # noqa: S311 - made-up people need no secrecy
        at = datetime(day.year, day.month, day.day, draw.randrange(3, 14), draw.randrange(60), tzinfo=UTC)
        for _ in range(draw.randrange(max(2, round(person.pace * 3)))):
            at += timedelta(seconds=draw.randrange(90, 1800), milliseconds=draw.randrange(1000))
            yield _view(person, at, draw)


def takeout_zip(person: Household, first: date, last: date) -> bytes:
    """Google's zip, the history newest first; the same bytes every time."""
    elements = list(views(person, first, last))[::-1]
    # Google escapes these two in JSON.
    history = json.dumps(elements, ensure_ascii=False, indent=2).replace("=", "\\u003d").replace("&", "\\u0026")
    rows = [f"{name},http://www.youtube.com/channel/{name},{title}" for title, name in _channels(person)]
    table = "\n".join(["Channel Id,Channel Url,Channel Title", *rows[:4]]) + "\n"
    files = {
        f"{FOLDER}/history/watch-history.json": history.encode(),
        f"{FOLDER}/subscriptions/subscriptions.csv": table.encode(),
    }
    return zipped(files, last)


def _view(person: Household, at: datetime, draw: random.Random) -> dict[str, Any]:
    """A video; one in eight a song of YouTube Music, some an advertisement, some removed since."""
    kind = draw.choices(("video", "music", "advertisement", "removed"), (80, 12, 5, 3))[0]
    element: dict[str, Any] = {"header": "YouTube Music" if kind == "music" else "YouTube"}
    if kind == "removed":
        return element | {"title": "Watched a video that has been removed"} | _end(at)
    channel = f"{draw.choice(person.artists)} - Topic" if kind == "music" else draw.choice(person.channels)
    number = min(draw.randrange(VIDEOS), draw.randrange(VIDEOS))
    of_video = random.Random(f"{channel} {number}")  # noqa: S311
    words = f"{of_video.choice(WORDS)} {of_video.choice(WORDS)}"
    title = words if kind == "music" else of_video.choice(TITLES).format(words.casefold())
    host = "music.youtube.com" if kind == "music" else "www.youtube.com"
    video = "".join(of_video.choices(LETTERS, k=11))
    element |= {"title": f"Watched {title}", "titleUrl": f"https://{host}/watch?v={video}"}
    if kind == "advertisement":
        return element | _end(at) | {"details": [{"name": "From Google Ads"}]}
    url = f"https://www.youtube.com/channel/{_channel_id(channel)}"
    return element | {"subtitles": [{"name": channel, "url": url}]} | _end(at)


def _end(at: datetime) -> dict[str, Any]:
    stamp = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"
    return {"time": stamp, "products": ["YouTube"], "activityControls": ["YouTube watch history"]}


def _channels(person: Household) -> list[tuple[str, str]]:
    return [(title, _channel_id(title)) for title in person.channels]


def _channel_id(title: str) -> str:
    return "UC" + "".join(random.Random(f"channel {title}").choices(LETTERS, k=22))  # noqa: S311
