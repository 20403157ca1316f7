"""Made-up exports of any size: the same bytes for the same number of rows."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench.interchange import write_statement
from pod_agent.synthetic.health import write_takeout
from pod_agent.synthetic.household import make_household

__all__ = [
    "write_account",
    "write_card",
    "write_health",
    "write_history",
    "write_statement",
    "write_views",
    "write_views_page",
]

ZONE = ZoneInfo("Asia/Singapore")
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
CELL = "content-cell mdl-cell mdl-cell--"


def write_history(path: Path, rows: int) -> None:
    """A made-up extended streaming history with this many plays; the same for the same number."""
    dice = random.Random(7)
    at = datetime(2016, 1, 1, tzinfo=UTC)
    with path.open("w", encoding="utf-8") as stream:
        for number in range(rows):
            at += timedelta(seconds=dice.randrange(60, 4000))
            track = dice.randrange(4000)
            row = {
                "ts": f"{at:%Y-%m-%dT%H:%M:%SZ}",
                "platform": "ios",
                "ms_played": dice.randrange(1000, 300_000),
                "conn_country": "SG",
                "ip_addr": f"192.0.2.{dice.randrange(255)}",
                "master_metadata_track_name": f"Song number {track} (feat. Somebody)",
                "master_metadata_album_artist_name": f"Artist {track % 300}",
                "master_metadata_album_album_name": f"Album {track % 900}",
                "spotify_track_uri": f"spotify:track:{track:022d}",
                "episode_name": None,
                "episode_show_name": None,
                "spotify_episode_uri": None,
                "audiobook_title": None,
                "audiobook_uri": None,
                "audiobook_chapter_uri": None,
                "audiobook_chapter_title": None,
                "reason_start": "trackdone",
                "reason_end": dice.choice(["trackdone", "fwdbtn"]),
                "shuffle": True,
                "skipped": dice.choice([True, False]),
                "offline": False,
                "offline_timestamp": int(at.timestamp()),
                "incognito_mode": False,
            }
            stream.write(("[" if not number else ",") + json.dumps(row, indent=1, ensure_ascii=False))
        stream.write("]" if rows else "[]")


def _views(rows: int) -> list[tuple[datetime, str, str, int]]:
    """Time, video, title and number of the channel, newest first."""
    dice = random.Random(7)
    at = datetime(2026, 10, 1, tzinfo=UTC)
    found = []
    for number in range(rows):
        at -= timedelta(seconds=dice.randrange(60, 5000))
        video = "".join(dice.choices(LETTERS, k=11))
        found.append((at, video, f"Video number {number}: how to cook", dice.randrange(900)))
    return found


def write_views(path: Path, rows: int) -> None:
    """A watch history as Google Takeout writes it in JSON."""
    elements: list[dict[str, Any]] = [
        {
            "header": "YouTube",
            "title": f"Watched {title}",
            "titleUrl": f"https://www.youtube.com/watch?v={video}",
            "subtitles": [{"name": f"Channel {who}", "url": f"https://www.youtube.com/channel/UC{who:022d}"}],
            "time": f"{at:%Y-%m-%dT%H:%M:%S}.123Z",
            "products": ["YouTube"],
            "activityControls": ["YouTube watch history"],
        }
        for at, video, title, who in _views(rows)
    ]
    path.write_text(json.dumps(elements, indent=2, ensure_ascii=False).replace("=", "\\u003d"), encoding="utf-8")


def write_views_page(path: Path, rows: int) -> None:
    """The same history as a page."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write('<html><head><style>.a{b:c}</style></head><body><div class="mdl-grid">')
        for at, video, title, who in _views(rows):
            stream.write(
                '<div class="outer-cell mdl-cell mdl-cell--12-col mdl-shadow--2dp"><div class="mdl-grid">'
                '<div class="header-cell mdl-cell mdl-cell--12-col"><p class="mdl-typography--title">YouTube<br></p>'
                f'</div><div class="{CELL}6-col mdl-typography--body-1">Watched\u00a0'
                f'<a href="https://www.youtube.com/watch?v={video}">{title}</a><br>'
                f'<a href="https://www.youtube.com/channel/UC{who:022d}">Channel {who}</a><br>'
                f"{at:%b} {at.day}, {at:%Y, %I:%M:%S\u202f%p} GMT<br></div>"
                f'<div class="{CELL}6-col mdl-typography--body-1 mdl-typography--text-right"></div>'
                f'<div class="{CELL}12-col mdl-typography--caption"><b>Products:</b><br>&emsp;YouTube<br>'
                "<b>Why is this here?</b><br>&emsp;This activity was saved because the following settings were on:"
                "&nbsp;YouTube watch history.<br></div></div></div>"
            )
        stream.write("</div></body></html>")


def write_account(path: Path, rows: int) -> None:
    """An account's CSV as OCBC writes it, newest row first."""
    dice = random.Random(7)
    day = date(2026, 10, 1)
    with path.open("w", encoding="utf-8") as stream:
        stream.write("Account details for:,360 Account 626-102298-001\n\nTransaction history\n")
        stream.write("Transaction date,Value date,Description,Withdrawals(SGD),Deposits(SGD)\n")
        for _ in range(rows):
            day -= timedelta(days=dice.random() < 0.1)
            shown = f"{day:%d/%m/%Y}"
            text = f"NETS QR\nHAWKER STALL {dice.randrange(400)}      {dice.randrange(10**6):08d}   NETS QR PURCHASE   "
            stream.write(f'{shown},{shown},"{text}",{dice.randrange(100, 90_000) / 100:.2f},\n')


def write_card(path: Path, rows: int) -> None:
    """A card's CSV as DBS writes it, newest row first."""
    dice = random.Random(7)
    day = date(2026, 10, 1)
    with path.open("w", encoding="utf-8") as stream:
        stream.write('"Card Transaction Details For:","DBS Live Fresh Card 4119-1100-2233-4455",,,,,,\n"",,,,,,,\n')
        stream.write('"Transaction Date","Transaction Posting Date","Transaction Description","Transaction Type",')
        stream.write('"Payment Type","Transaction Status","Debit Amount","Credit Amount"\n')
        for _ in range(rows):
            day -= timedelta(days=dice.random() < 0.1)
            shop = f"HAWKER STALL {dice.randrange(400)} SINGAPORE SGP"
            amount = dice.randrange(100, 90_000) / 100
            stream.write(f'"{day:%d %b %Y}","{day + timedelta(days=1):%d %b %Y}","{shop}","PURCHASE",')
            stream.write(f'"Contactless","Settled","{amount:.2f}",""\n')


def write_health(path: Path, days: int, *, pulse: int, unused: int) -> None:
    """A Google Health Takeout: a heart rate every ``pulse`` seconds, and bytes of a folder that nobody reads."""
    last = date(2026, 9, 30)
    write_takeout(make_household(7), path, last - timedelta(days=days - 1), last, ZONE, pulse=pulse, unused=unused)
