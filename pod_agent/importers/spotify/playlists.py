"""Spotify's account data: ``Playlist1.json``, ``YourLibrary.json``, and what is never read.

Playlists hold their items two arrays deep, so the file is read event by event: a library of any size passes through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import IO, Any, ClassVar

import ijson

from pod_agent.errors import RefusedExportError
from pod_agent.importers.faults import RowError
from pod_agent.importers.json_stream import ElementGuard, whole_json
from pod_agent.importers.protocol import Confidence, ExportFile, Row, Skipped
from pod_agent.importers.reading import MAX_ELEMENT, head_text, printable
from vocab.records import UNDATED, Follow, Occurrences, PlaylistItem, Provenance, Record, Subject, record_iri

__all__ = ["SpotifyLibrary"]

SOURCE = "spotify"
LIBRARY = "Your Library"
PRIVATE = frozenset(
    "userdata.json payments.json identity.json identifiers.json inferences.json follow.json duonewfamily.json"
    " marquee.json useraddress.json".split()
)
"""Files about the person as a customer, or about other people."""

ITEMS = (
    ("track", Subject.TRACK, "trackName", "artistName", "albumName", "trackUri"),
    ("episode", Subject.EPISODE, "episodeName", "showName", None, "episodeUri"),
    ("audiobook", Subject.AUDIOBOOK, "audiobookName", "authorName", None, "audiobookUri"),
    ("localTrack", Subject.TRACK, "trackName", "artistName", "albumName", "uri"),
)
"""What an item of a playlist may be: its key, subject, and the fields of its title, creator, album and URI."""

SHELVES: Mapping[str, tuple[Subject, str, str | None, str | None]] = {
    "tracks": (Subject.TRACK, "track", "artist", "album"),
    "albums": (Subject.ALBUM, "album", "artist", None),
    "shows": (Subject.SHOW, "name", "publisher", None),
    "episodes": (Subject.EPISODE, "name", "show", None),
    "artists": (Subject.ARTIST, "name", None, None),
}
"""Arrays of the library: subject, and the fields of the title, the creator and the album."""

ITEM_OF_A_PLAYLIST = "playlists.item.items.item"
FOLLOWED = frozenset({Subject.ARTIST, Subject.SHOW})


class SpotifyLibrary:
    """Reads playlists and the library: a PlaylistItem for what is kept, a Follow for an artist or show."""

    name: ClassVar[str] = "spotify-library"
    endings: ClassVar[frozenset[str]] = frozenset({".json"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def never_opens(self, name: str) -> str | None:
        """Why a member with this name is never read, or None."""
        path = PurePosixPath(name.lower())
        if path.name in PRIVATE and "spotify" in str(path.parent):
            return "it is about the account or about other people: nothing of it is kept"
        return None

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of an object of playlists, or of one with the arrays of a library."""
        head = head_text(export)
        if not head.startswith("{"):
            return Confidence(0, "it is no JSON object")
        if head[1:].lstrip().startswith('"playlists"') and ('"items"' in head or '"lastModifiedDate"' in head):
            return Confidence(1, "an object of playlists")
        if '"tracks"' in head[:200] and "spotify:" in head:
            return Confidence(1, "an object with the arrays of a library")
        return Confidence(0, "it holds no playlists and no library")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield a PlaylistItem, Follow, Skipped or Issue for every item of every playlist or shelf."""
        seen = Occurrences()
        for line, (place, element) in enumerate(_elements(export), 1):
            provenance = Provenance(file=export.file, member=export.member, line=line)
            try:
                yield _row(place, element, provenance, seen)
            except RowError as error:
                yield error.issue(line)


def _elements(export: ExportFile) -> Iterator[tuple[str, Any]]:
    """Every item with the name of its playlist (``playlists/...``) or of its array."""
    with export.open() as stream, whole_json(export.file):
        yield from _walk(stream, export.file)


def _walk(stream: IO[bytes], file: str) -> Iterator[tuple[str, Any]]:
    playlist = ""
    open_item: _OpenItem | None = None
    guard = ElementGuard(stream, file)
    for prefix, event, value in ijson.parse(guard):
        if open_item is not None:
            if open_item.takes_last(prefix, event, value):
                guard.element_ends()
                yield _name(open_item.prefix, playlist), open_item.builder.value
                open_item = None
        elif prefix.startswith("playlists.item") and prefix != ITEM_OF_A_PLAYLIST:
            if prefix in {"playlists.item", "playlists.item.name"} and event in {"start_map", "string"}:
                playlist = value or ""
        elif prefix == ITEM_OF_A_PLAYLIST or (prefix.endswith(".item") and prefix.count(".") == 1):
            if event == "start_map":
                open_item = _OpenItem(prefix, file)
            elif event not in {"start_array", "end_array"}:
                yield _name(prefix, playlist), value


class _OpenItem:
    """An item while its events come in."""

    def __init__(self, prefix: str, file: str) -> None:
        self.prefix = prefix
        self._file = file
        self._size = 0
        self.builder = ijson.ObjectBuilder()
        self.builder.event("start_map", None)

    def takes_last(self, prefix: str, event: str, value: Any) -> bool:
        """Take an event; True for the one that ends the item."""
        self.builder.event(event, value)
        self._size += len(value) if isinstance(value, str) else 8
        if self._size > MAX_ELEMENT:
            raise RefusedExportError(f"an element of {self._file} is longer than {MAX_ELEMENT:,} bytes")
        return prefix == self.prefix and event == "end_map"


def _name(place: str, playlist: str) -> str:
    return f"playlists/{playlist}" if place.startswith("playlists.") else place.partition(".")[0]


def _row(place: str, element: Any, provenance: Provenance, seen: Occurrences) -> Row:
    if not isinstance(element, dict):
        if place in SHELVES or place.startswith("playlists/"):
            raise RowError("bad_element", "the item is not a JSON object")
        return Skipped(line=provenance.line, reason="not_kept")
    if place.startswith("playlists/"):
        return _playlist_item(place.partition("/")[2], element, provenance, seen)
    if place not in SHELVES:
        return Skipped(line=provenance.line, reason="not_kept")
    subject, title_field, creator_field, album_field = SHELVES[place]
    title, target = _text(element, title_field), _text(element, "uri")
    creator = _text(element, creator_field) if creator_field else None
    if title is None:
        return Skipped(line=provenance.line, reason="no_content")
    if subject in FOLLOWED:
        return Follow(
            iri=record_iri(Follow, SOURCE, UNDATED, (subject, target or title), seen),
            source=SOURCE,
            at=UNDATED,
            provenance=provenance,
            subject=subject,
            name=title,
            target=target,
        )
    album = _text(element, album_field) if album_field else None
    return _kept(LIBRARY, UNDATED, (subject, title, creator, album, target), provenance, seen)


def _playlist_item(playlist: str, item: dict[str, Any], provenance: Provenance, seen: Occurrences) -> Row:
    for key, subject, title_field, creator_field, album_field, uri_field in ITEMS:
        content = item.get(key)
        if isinstance(content, dict):
            title, target = _text(content, title_field), _text(content, uri_field)
            if title is None and target is None:
                break
            creator = _text(content, creator_field)
            album = _text(content, album_field) if album_field else None
            at = _day(item.get("addedDate"))
            name = printable(playlist) or "Playlist"
            return _kept(name, at, (subject, title, creator, album, target), provenance, seen)
    return Skipped(line=provenance.line, reason="no_content")


_Kept = tuple[Subject, str | None, str | None, str | None, str | None]


def _kept(playlist: str, at: datetime, what: _Kept, provenance: Provenance, seen: Occurrences) -> Record:
    subject, title, creator, album, target = what
    key = (playlist, subject, target or f"{creator or ''}|{title or ''}")
    return PlaylistItem(
        iri=record_iri(PlaylistItem, SOURCE, at, key, seen),
        source=SOURCE,
        at=at,
        provenance=provenance,
        playlist=playlist,
        subject=subject,
        title=title,
        creator=creator,
        album=album,
        target=target,
    )


def _day(stamp: object) -> datetime:
    """The start of the day that an item was added; UNDATED where the export is silent."""
    if stamp is None:
        return UNDATED
    if not isinstance(stamp, str):
        raise RowError("bad_element", "addedDate is not a text")
    try:
        day = datetime.fromisoformat(stamp)
    except ValueError as error:
        raise RowError("bad_element", "addedDate is not a day such as 2026-01-31") from error
    return day.replace(tzinfo=UTC) if day.tzinfo is None else day.astimezone(UTC)


def _text(element: dict[str, Any], field: str) -> str | None:
    value = element.get(field)
    if value is None:
        return None
    if not isinstance(value, str):
        raise RowError("bad_element", f"{field} is not a text")
    return printable(value) or None
