"""What was played, watched, searched for, followed and kept."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from vocab.records.base import Record

__all__ = ["Follow", "Listen", "Medium", "PlaylistItem", "Post", "Search", "Subject", "View"]


class Medium(StrEnum):
    """What was listened to."""

    MUSIC = "music"
    PODCAST = "podcast"
    AUDIOBOOK = "audiobook"


class Subject(StrEnum):
    """What someone follows or keeps."""

    CHANNEL = "channel"
    ARTIST = "artist"
    SHOW = "show"
    TRACK = "track"
    ALBUM = "album"
    EPISODE = "episode"
    AUDIOBOOK = "audiobook"
    VIDEO = "video"
    PERSON = "person"


class Listen(Record, frozen=True, kw_only=True, gc=False):
    """Something that was played: ``at`` is the start (UTC), ``played_ms`` the time it ran.

    For podcasts ``title`` is the episode and ``artist`` the show; ``track`` is the service's own URI.
    """

    type_name: ClassVar[str] = "listen"

    played_ms: int
    medium: Medium
    title: str
    artist: str | None = None
    album: str | None = None
    track: str | None = None
    skipped: bool | None = None


class View(Record, frozen=True, kw_only=True, gc=False):
    """A video that was opened: ``at`` in UTC, whole seconds, because some exports know no finer.

    ``title`` is without the verb of the export's language; None for a removed or private video. ``video`` is its
    address (``https://www.youtube.com/watch?v=...``), None where the export names none. ``is_music`` marks a play in
    YouTube Music, ``is_ad`` an advertisement.
    """

    type_name: ClassVar[str] = "view"

    title: str | None
    video: str | None = None
    channel: str | None = None
    channel_url: str | None = None
    is_ad: bool = False
    is_music: bool = False


class Search(Record, frozen=True, kw_only=True, gc=False):
    """Words that were searched for."""

    type_name: ClassVar[str] = "search"

    text: str


class Follow(Record, frozen=True, kw_only=True, gc=False):
    """A channel, artist, show or person that someone follows; ``at`` is mostly ``UNDATED``."""

    type_name: ClassVar[str] = "follow"

    subject: Subject
    name: str
    target: str | None = None


class PlaylistItem(Record, frozen=True, kw_only=True, gc=False):
    """Something kept in a playlist or library: ``at`` is when it was added, ``UNDATED`` where the export is silent.

    ``target`` is the service's own URI or address of what was kept; ``creator`` its artist, show or channel.
    """

    type_name: ClassVar[str] = "playlist-item"

    playlist: str
    subject: Subject
    title: str | None
    creator: str | None = None
    album: str | None = None
    target: str | None = None


class Post(Record, frozen=True, kw_only=True, gc=False):
    """What the person wrote in public: a comment, a review; ``about`` is the address of what it is on."""

    type_name: ClassVar[str] = "post"

    text: str
    about: str | None = None
