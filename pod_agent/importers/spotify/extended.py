"""Spotify's extended streaming history: ``Streaming_History_Audio_*.json``, and ``endsong_N.json`` before 2023.

Each file is one JSON array; each element one play, ``ts`` its end (UTC) and ``ms_played`` the time it ran. The start
is the end minus the time played: ``offline_timestamp`` is in milliseconds in old rows, in seconds in new ones, and is
neither always there nor always the start. Addresses, user agents and user names are never copied out of an element.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import msgspec

from pod_agent.importers.faults import RowError
from pod_agent.importers.protocol import Confidence, ExportFile, Row, Skipped, Withheld
from pod_agent.importers.reading import head_text, json_elements, printable
from vocab.records import Listen, Medium, Occurrences, Provenance, record_iri

__all__ = ["SpotifyHistory"]

SOURCE = "spotify"
HISTORY_NAME = re.compile(r"(streaming_history_(audio|video)|endsong|endvideo)[\w-]*\.json$", re.IGNORECASE)
TECHNICAL_LOG = (
    "this is Spotify's technical log, which has no listening history."
    " Ask Spotify for the 'Extended streaming history' on its privacy page"
)
CONTENT = (
    (Medium.MUSIC, "master_metadata_track_name", "master_metadata_album_artist_name", "spotify_track_uri"),
    (Medium.PODCAST, "episode_name", "episode_show_name", "spotify_episode_uri"),
    (Medium.AUDIOBOOK, "audiobook_chapter_title", "audiobook_title", "audiobook_chapter_uri"),
    (Medium.AUDIOBOOK, "audiobook_title", "audiobook_title", "audiobook_uri"),
)
"""Medium, and the fields that hold its title, its artist (show, book) and its URI; the first with a title counts."""


class _Play(msgspec.Struct, gc=False):
    """What is read of an element, of whatever JSON type it is."""

    ts: object = None
    ms_played: object = None
    master_metadata_track_name: object = None
    master_metadata_album_artist_name: object = None
    master_metadata_album_album_name: object = None
    spotify_track_uri: object = None
    episode_name: object = None
    episode_show_name: object = None
    spotify_episode_uri: object = None
    audiobook_title: object = None
    audiobook_uri: object = None
    audiobook_chapter_title: object = None
    audiobook_chapter_uri: object = None
    skipped: object = None
    ip_addr: object = None
    ip_addr_decrypted: object = None
    user_agent_decrypted: object = None
    username: object = None


PRIVATE = frozenset({"ip_addr", "ip_addr_decrypted", "user_agent_decrypted", "username"})


class SpotifyHistory:
    """Reads the extended streaming history; one Listen for each element that names what was played."""

    name: ClassVar[str] = "spotify-extended"
    endings: ClassVar[frozenset[str]] = frozenset({".json"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {"readmefirst_technicalloginformation.pdf": TECHNICAL_LOG}

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of an array whose elements have ``ts`` and ``ms_played``."""
        head = head_text(export)
        if not head.startswith("["):
            return Confidence(0, "it does not start as a JSON array")
        if '"ts"' in head and '"ms_played"' in head:
            return Confidence(1, "an array of plays with ts and ms_played")
        if HISTORY_NAME.search(export.member or export.file) and not head[1:].strip(" \t\r\n]"):
            return Confidence(0.5, "an empty history, by its name")
        return Confidence(0, "its elements have no ts and ms_played")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield a Listen, Skipped (``no_content``) or Issue for every element of the array."""
        seen = Occurrences()
        file, member = export.file, export.member
        addresses = agents = users = 0
        for line, element in enumerate(json_elements(export, _Play), 1):
            try:
                yield _listen(element, Provenance(file=file, member=member, line=line), seen)
            except RowError as error:
                yield error.issue(line, _raw(element))
            if isinstance(element, _Play):
                addresses += bool(element.ip_addr or element.ip_addr_decrypted)
                agents += bool(element.user_agent_decrypted)
                users += bool(element.username)
        for what, count in (("IP addresses", addresses), ("user agents", agents), ("user names", users)):
            if count:
                yield Withheld(what=what, count=count)


def _raw(element: object) -> str:
    """The element as it stood, without what is private or empty."""
    if isinstance(element, _Play):
        values = msgspec.structs.asdict(element).items()
        element = {name: value for name, value in values if value is not None and name not in PRIVATE}
    return json.dumps(element, default=str)


def _listen(play: object, provenance: Provenance, seen: Occurrences) -> Row:
    if not isinstance(play, _Play):
        raise RowError("not_an_object", "the element is not a JSON object")
    for medium, title_field, artist_field, uri_field in CONTENT:  # noqa: B007 - used below
        title = _text(play, title_field)
        if title:
            break
    else:
        return Skipped(line=provenance.line, reason="no_content")
    played_ms = _played(play.ms_played)
    try:
        start = _end(play.ts) - timedelta(0, 0, 0, played_ms)
    except OverflowError as error:
        raise RowError("bad_played_time", "ms_played is longer than the calendar", "ms_played") from error
    artist = _text(play, artist_field)
    uri = _text(play, uri_field)
    key = (uri or f"{artist or ''}|{title}", str(played_ms))
    return Listen(
        iri=record_iri(Listen, SOURCE, start, key, seen),
        source=SOURCE,
        at=start,
        provenance=provenance,
        played_ms=played_ms,
        medium=medium,
        title=title,
        artist=artist,
        album=_text(play, "master_metadata_album_album_name") if medium is Medium.MUSIC else None,
        track=uri,
        skipped=play.skipped if isinstance(play.skipped, bool) else None,
    )


def _end(stamp: object) -> datetime:
    if not isinstance(stamp, str):
        raise RowError("bad_time", "ts is not a text", "ts")
    try:
        end = datetime.fromisoformat(stamp)
        if end.tzinfo is UTC:
            return end
        return (end if end.tzinfo else end.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise RowError("bad_time", "ts is not a time such as 2026-01-31T12:00:00Z", "ts") from error


def _played(played: object) -> int:
    if not isinstance(played, int) or isinstance(played, bool) or played < 0:
        raise RowError("bad_played_time", "ms_played is not a whole number of milliseconds", "ms_played")
    return played


def _text(play: _Play, field: str) -> str | None:
    value = getattr(play, field)
    if value is None:
        return None
    if not isinstance(value, str):
        raise RowError("bad_text", f"{field} is not a text", field)
    return printable(value) or None
