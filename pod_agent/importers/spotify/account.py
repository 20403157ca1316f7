"""Spotify's account data, the quick download: a year of plays without seconds or track ids, and what was searched for.

``StreamingHistory_music_N.json`` and ``StreamingHistory_podcast_N.json`` (``StreamingHistoryN.json`` before 2024) are
JSON arrays of ``endTime`` (UTC, to the minute), ``msPlayed`` and names. The extended streaming history tells the same
plays better, so these are provisional. ``SearchQueries.json`` is an array of ``searchTime`` and ``searchQuery``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import msgspec

from pod_agent.importers.faults import RowError
from pod_agent.importers.protocol import Confidence, ExportFile, Row, Skipped, Withheld
from pod_agent.importers.reading import head_text, json_elements, printable
from vocab.records import Listen, Medium, Occurrences, Provenance, Search, record_iri

__all__ = ["SpotifyAccount", "SpotifySearches"]

SOURCE = "spotify"
HISTORY_NAME = re.compile(r"streaminghistory(_(music|podcast|audiobook)_)?\d*\.json$", re.IGNORECASE)
SEARCH_NAME = re.compile(r"searchqueries\.json$", re.IGNORECASE)
ZONE_NAME = re.compile(r"\[[A-Za-z/_]+\]$")


class _Play(msgspec.Struct, gc=False):
    endTime: object = None  # noqa: N815 - the names of the export
    msPlayed: object = None  # noqa: N815
    artistName: object = None  # noqa: N815
    trackName: object = None  # noqa: N815
    podcastName: object = None  # noqa: N815
    episodeName: object = None  # noqa: N815


class _Query(msgspec.Struct, gc=False):
    searchTime: object = None  # noqa: N815
    searchQuery: object = None  # noqa: N815
    searchInteractionURIs: object = None  # noqa: N815
    platform: object = None


class SpotifyAccount:
    """Reads the account's streaming history; one provisional Listen for each element that names what was played."""

    name: ClassVar[str] = "spotify-account"
    endings: ClassVar[frozenset[str]] = frozenset({".json"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of an array whose elements have ``endTime`` and ``msPlayed``."""
        head = head_text(export)
        if not head.startswith("["):
            return Confidence(0, "it does not start as a JSON array")
        if '"endTime"' in head and '"msPlayed"' in head:
            return Confidence(1, "an array of plays with endTime and msPlayed")
        if HISTORY_NAME.search(export.member or export.file) and not head[1:].strip(" \t\r\n]"):
            return Confidence(0.5, "an empty history, by its name")
        return Confidence(0, "its elements have no endTime and msPlayed")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield a Listen, Skipped (``no_content``) or Issue for every element of the array."""
        seen = Occurrences()
        for line, element in enumerate(json_elements(export, _Play), 1):
            try:
                yield _listen(element, Provenance(file=export.file, member=export.member, line=line), seen)
            except RowError as error:
                yield error.issue(line)


class SpotifySearches:
    """Reads what was searched for on Spotify; one Search for each element with words in it."""

    name: ClassVar[str] = "spotify-searches"
    endings: ClassVar[frozenset[str]] = frozenset({".json"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of an array whose elements have ``searchTime`` and ``searchQuery``."""
        head = head_text(export)
        if head.startswith("[") and '"searchTime"' in head and '"searchQuery"' in head:
            return Confidence(1, "an array of searches with searchTime and searchQuery")
        if SEARCH_NAME.search(export.member or export.file) and head.startswith("[") and not head[1:].strip(" \t\r\n]"):
            return Confidence(0.5, "an empty list of searches, by its name")
        return Confidence(0, "it is no array of searches")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield a Search, Skipped (``no_content``) or Issue for every element of the array."""
        seen = Occurrences()
        devices = 0
        for line, element in enumerate(json_elements(export, _Query), 1):
            try:
                yield _search(element, Provenance(file=export.file, member=export.member, line=line), seen)
                devices += bool(getattr(element, "platform", None))
            except RowError as error:
                yield error.issue(line)
        if devices:
            yield Withheld(what="devices", count=devices)


def _listen(play: object, provenance: Provenance, seen: Occurrences) -> Row:
    if not isinstance(play, _Play):
        raise RowError("not_an_object", "the element is not a JSON object")
    is_podcast = play.episodeName is not None or play.podcastName is not None
    title = _text(play, "episodeName" if is_podcast else "trackName")
    artist = _text(play, "podcastName" if is_podcast else "artistName")
    if title is None or title == "Unknown Track":
        return Skipped(line=provenance.line, reason="no_content")
    end, played_ms = _end(play.endTime), _played(play.msPlayed)
    try:
        start = end - timedelta(0, 0, 0, played_ms)
    except OverflowError as error:
        raise RowError("bad_played_time", "msPlayed is longer than the calendar", "msPlayed") from error
    key = ("account", f"{artist or ''}|{title}", str(played_ms))
    return Listen(
        iri=record_iri(Listen, SOURCE, start, key, seen),
        source=SOURCE,
        at=start,
        provenance=provenance,
        provisional=True,
        played_ms=played_ms,
        medium=Medium.PODCAST if is_podcast else Medium.MUSIC,
        title=title,
        artist=artist,
    )


def _search(query: object, provenance: Provenance, seen: Occurrences) -> Row:
    if not isinstance(query, _Query):
        raise RowError("not_an_object", "the element is not a JSON object")
    text = _text(query, "searchQuery")
    if text is None:
        return Skipped(line=provenance.line, reason="no_content")
    at = _end(ZONE_NAME.sub("", query.searchTime) if isinstance(query.searchTime, str) else None, "searchTime")
    return Search(
        iri=record_iri(Search, SOURCE, at, (text,), seen),
        source=SOURCE,
        at=at,
        provenance=provenance,
        text=text,
    )


def _end(stamp: object, field: str = "endTime") -> datetime:
    """The time in a stamp such as ``2026-01-31 12:00`` (UTC)."""
    if not isinstance(stamp, str):
        raise RowError("bad_time", f"{field} is not a text", field)
    try:
        end = datetime.fromisoformat(stamp)
        return (end if end.tzinfo else end.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise RowError("bad_time", f"{field} is not a time such as 2026-01-31 12:00", field) from error


def _played(played: object) -> int:
    if not isinstance(played, int) or isinstance(played, bool) or played < 0:
        raise RowError("bad_played_time", "msPlayed is not a whole number of milliseconds", "msPlayed")
    return played


def _text(element: msgspec.Struct, field: str) -> str | None:
    value = getattr(element, field)
    if value is None:
        return None
    if not isinstance(value, str):
        raise RowError("bad_text", f"{field} is not a text", field)
    return printable(value) or None
