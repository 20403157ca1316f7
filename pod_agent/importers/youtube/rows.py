"""What a row of a YouTube history is, whichever format tells it: a view, a search, or something else.

The record's key is the second and the video, for that is what JSON, pages and *My Activity* all know of one row.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final
from urllib.parse import unquote_plus

import msgspec

from pod_agent.importers.protocol import Row, Skipped
from pod_agent.importers.reading import printable
from pod_agent.importers.youtube.wording import Wording
from vocab.records import UNDATED, Follow, Occurrences, Provenance, Search, Subject, View, record_iri

__all__ = ["MUSIC", "SOURCE", "Activity", "activity_row", "address", "channel_follow", "is_search", "video_id"]

SOURCE: Final = "youtube"
MUSIC: Final = "YouTube Music"
"""The product's name, the same in every language."""

_VIDEO: Final = re.compile(
    r"https?://(?:(?:www\.|m\.|music\.|gaming\.|kids\.)?youtube(?:-nocookie)?\.com/"
    r"(?:watch/?\?(?:[^#]*?&)?v=|shorts/|live/|embed/|v/)|youtu\.be/)([A-Za-z0-9_-]{6,24})(?![A-Za-z0-9_-])"
)
_SEARCH: Final = re.compile(
    r"https?://(?:www\.|m\.|music\.)?youtube\.com/(?:results\?(?:[^#]*?&)?search_query|search\?(?:[^#]*?&)?q)=([^&#]*)"
)
_POST: Final = re.compile(r"https?://(?:www\.|m\.)?youtube\.com/(?:post/|channel/[^/]+/community|[^?]*[?&]lb=)")
_CLOCK: Final = re.compile(r"\d{1,2}[:.]\d\d")


class Activity(msgspec.Struct, gc=False):
    """One row as its file tells it.

    ``title`` is what was watched, without the verb; None where the row has no link or is about something else than
    watching, and then ``sentence`` is the whole text. ``is_watching`` is False for another activity (*Liked X*).
    ``author`` and ``author_url`` are the line below the title. ``details`` are the texts of the row's details.
    """

    at: datetime
    url: str | None
    title: str | None
    sentence: str
    is_watching: bool
    author: str | None
    author_url: str | None
    details: str
    is_music: bool


def video_id(url: str) -> str | None:
    """The video that an address is of, None where it is of none."""
    found = _VIDEO.match(url)
    return found[1] if found else None


def is_search(url: str) -> bool:
    """Whether an address is that of a search."""
    return _SEARCH.match(url) is not None


def address(video: str) -> str:
    """The one address of a video, whichever of its addresses the export has."""
    return f"https://www.youtube.com/watch?v={video}"


def activity_row(activity: Activity, wording: Wording, provenance: Provenance, seen: Occurrences) -> Row:
    """The record of a row, or why it is none."""
    url = activity.url
    if url is None:
        if activity.details or not wording.tells_of_watching(activity.sentence):
            return Skipped(line=provenance.line, reason="no_video")
        return _view(activity, None, provenance, seen)
    video = video_id(url)
    if video is not None:
        if not activity.is_watching:
            return Skipped(line=provenance.line, reason="other_activity")
        return _view(activity, video, provenance, seen)
    return _search(activity.at, url, provenance, seen)


def channel_follow(channel: str, name: str, provenance: Provenance, seen: Occurrences) -> Follow:
    """That the person follows a channel; no export but the oldest says since when."""
    return Follow(
        iri=record_iri(Follow, SOURCE, UNDATED, (Subject.CHANNEL, channel), seen),
        source=SOURCE,
        at=UNDATED,
        provenance=provenance,
        subject=Subject.CHANNEL,
        name=name,
        target=f"https://www.youtube.com/channel/{channel}",
    )


def _search(at: datetime, url: str, provenance: Provenance, seen: Occurrences) -> Row:
    found = _SEARCH.match(url)
    if found is None:
        return Skipped(line=provenance.line, reason="post" if _POST.match(url) else "no_video")
    text = printable(unquote_plus(found[1]))
    if not text:
        return Skipped(line=provenance.line, reason="no_content")
    iri = record_iri(Search, SOURCE, at, (text,), seen)
    return Search(iri=iri, source=SOURCE, at=at, provenance=provenance, text=text)


def _view(activity: Activity, video: str | None, provenance: Provenance, seen: Occurrences) -> View:
    at, details = activity.at, activity.details
    author, author_url = _author(activity.author, activity.author_url, details)
    return View(
        iri=record_iri(View, SOURCE, at, (video or "",), seen),
        source=SOURCE,
        at=at,
        provenance=provenance,
        title=_title(activity.title, activity.url, video),
        video=None if video is None else f"https://www.youtube.com/watch?v={video}",
        channel=author,
        channel_url=author_url,
        is_ad=bool(details) and (author is None or "Google" in details),
        is_music=activity.is_music,
    )


def _title(title: str | None, url: str | None, video: str | None) -> str | None:
    """A title, None for a video that is gone: it has no link, or its address for a title."""
    if title is None or video is None:
        return None
    title = printable(title)
    if title.startswith("http") and (title == url or video_id(title) == video):
        return None
    return title or None


def _author(name: str | None, url: str | None, details: str) -> tuple[str | None, str | None]:
    """The channel's name and address; below an advertisement stands the time in its place, without a link."""
    name = printable(name) if name else None
    if not name:
        return None, None
    if url is None:
        return (None if details or _CLOCK.search(name) else name), None
    url = printable(url)
    return name, url if url.startswith("https://") else url.replace("http://", "https://", 1)
