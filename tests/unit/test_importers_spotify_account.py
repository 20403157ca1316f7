"""Spotify's account data: plays to the minute, searches, playlists and the library."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pod_agent.errors import RefusedExportError
from pod_agent.importers.protocol import Issue, Row, Skipped, Withheld
from pod_agent.importers.spotify.account import SpotifyAccount, SpotifySearches
from pod_agent.importers.spotify.playlists import LIBRARY, SpotifyLibrary
from tests.support.rows import BytesExport, found, read_all, records
from tests.support.shared import shared
from vocab.records import UNDATED, Follow, Listen, Medium, PlaylistItem, Search, Subject

PLAY: dict[str, Any] = {
    "endTime": "2026-03-01 12:00",
    "artistName": "Paper Foxes",
    "trackName": "Ghost 2",
    "msPlayed": 61_000,
}
EPISODE: dict[str, Any] = {
    "endTime": "2026-03-01 12:00",
    "podcastName": "The Kopi Hour",
    "episodeName": "Ep 1",
    "msPlayed": 1,
}
TRACK = {"trackName": "Ghost 2", "artistName": "Paper Foxes", "albumName": "Loud", "trackUri": "spotify:track:A"}


def rows_of(content: object, importer: SpotifyAccount | SpotifySearches | SpotifyLibrary) -> list[Row]:
    return list(importer.extract(BytesExport(json.dumps(content).encode())))


def test_a_play_ends_at_its_minute_in_utc_and_yields_to_a_better_record() -> None:
    (row,) = records(rows_of([PLAY], SpotifyAccount()))
    assert isinstance(row, Listen)
    assert row.at == datetime(2026, 3, 1, 11, 58, 59, tzinfo=UTC)
    assert row.provisional
    assert (row.title, row.artist, row.track, row.medium) == ("Ghost 2", "Paper Foxes", None, Medium.MUSIC)


def test_an_episode_is_a_podcast() -> None:
    (row,) = records(rows_of([EPISODE], SpotifyAccount()))
    assert isinstance(row, Listen)
    assert (row.medium, row.title, row.artist) == (Medium.PODCAST, "Ep 1", "The Kopi Hour")


def test_two_equal_plays_in_one_minute_stay_two() -> None:
    assert len({row.iri for row in records(rows_of([PLAY, PLAY], SpotifyAccount()))}) == 2


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        ({"endTime": None}, "bad_time", "endTime"),
        ({"endTime": "yesterday"}, "bad_time", "endTime"),
        ({"msPlayed": "61000"}, "bad_played_time", "msPlayed"),
        ({"msPlayed": -1}, "bad_played_time", "msPlayed"),
        ({"msPlayed": 10**30}, "bad_played_time", "msPlayed"),
        ({"trackName": 7}, "bad_text", "trackName"),
    ],
)
def test_a_bad_element_names_its_field_and_the_next_is_read(change: dict[str, object], code: str, column: str) -> None:
    first, second = rows_of([PLAY | change, PLAY], SpotifyAccount())
    assert isinstance(first, Issue)
    assert (first.line, first.code, first.column) == (1, code, column)
    assert isinstance(second, Listen)


def test_an_element_without_a_title_is_skipped() -> None:
    assert rows_of([PLAY | {"trackName": ""}, 3], SpotifyAccount()) == [
        Skipped(line=1, reason="no_content"),
        Issue(line=2, code="not_an_object", detail="the element is not a JSON object"),
    ]


def test_a_search_is_read_although_its_time_names_its_zone_twice() -> None:
    query = {"platform": "PHONE", "searchTime": "2026-01-05T14:23:11.123Z[UTC]", "searchQuery": "kopi"}
    row, withheld = rows_of([query], SpotifySearches())
    assert isinstance(row, Search)
    assert (row.at, row.text) == (datetime(2026, 1, 5, 14, 23, 11, 123000, tzinfo=UTC), "kopi")
    assert withheld == Withheld(what="devices", count=1)


def test_every_item_of_every_playlist_is_kept_with_its_day() -> None:
    items = [
        {"track": TRACK, "episode": None, "localTrack": None, "addedDate": "2026-01-02"},
        {"track": None, "episode": {"episodeName": "Ep 1", "showName": "The Kopi Hour", "episodeUri": "spotify:e:1"}},
        {"track": None, "episode": None, "localTrack": None, "addedDate": "2026-01-02"},
        {"track": TRACK, "addedDate": "someday"},
        "odd",
    ]
    lists = {"playlists": [{"items": [], "name": "Empty"}, {"name": "Run", "items": items}]}
    first, second, empty, bad, odd = rows_of(lists, SpotifyLibrary())
    assert isinstance(first, PlaylistItem)
    assert (first.playlist, first.title, first.creator, first.album) == ("Run", "Ghost 2", "Paper Foxes", "Loud")
    assert first.at == datetime(2026, 1, 2, tzinfo=UTC)
    assert isinstance(second, PlaylistItem)
    assert (second.subject, second.at) == (Subject.EPISODE, UNDATED)
    assert empty == Skipped(line=3, reason="no_content")
    assert isinstance(bad, Issue)
    assert isinstance(odd, Issue)


def test_the_library_tells_what_is_kept_and_who_is_followed() -> None:
    library = {
        "tracks": [{"artist": "Paper Foxes", "album": "Loud", "track": "Ghost 2", "uri": "spotify:track:A"}],
        "albums": [],
        "shows": [{"name": "The Kopi Hour", "publisher": "A", "uri": "spotify:show:B"}],
        "artists": [{"name": "Paper Foxes", "uri": "spotify:artist:C"}],
        "bannedTracks": [{"track": "Never", "uri": "spotify:track:D"}],
        "other": ["spotify:x"],
    }
    track, show, artist, banned, other = rows_of(library, SpotifyLibrary())
    assert isinstance(track, PlaylistItem)
    assert (track.playlist, track.at) == (LIBRARY, UNDATED)
    assert isinstance(show, Follow)
    assert isinstance(artist, Follow)
    assert (show.subject, artist.subject, artist.name) == (Subject.SHOW, Subject.ARTIST, "Paper Foxes")
    assert banned == Skipped(line=4, reason="not_kept")
    assert other == Skipped(line=5, reason="not_kept")


@pytest.mark.parametrize(
    "content", [b'{"playlists": [{"name": "Run", "items": [', b'{"playlists": nonsense}', b'{"a": \xff']
)
def test_a_broken_library_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedExportError):
        list(SpotifyLibrary().extract(BytesExport(content)))


def test_an_endless_item_is_refused_before_it_fills_the_memory() -> None:
    content = b'{"playlists": [{"name": "x", "items": [{"track": {' + b'"a": "' + b"x" * 1000 + b'",'
    with pytest.raises(RefusedExportError, match="longer"):
        list(
            SpotifyLibrary().extract(
                BytesExport(content.replace(b'"a": ', b",".join([b'"a": "' + b"y" * 1000 + b'"'] * 2000) + b',"a": '))
            )
        )


def test_what_is_about_the_account_or_about_others_is_never_opened() -> None:
    importer = SpotifyLibrary()
    assert importer.never_opens("Spotify Account Data/Userdata.json")
    assert importer.never_opens("Spotify Account Data/Payments.json")
    assert importer.never_opens("Spotify Account Data/Playlist1.json") is None
    assert importer.never_opens("shop/payments.json") is None


def test_every_file_of_the_account_data_finds_its_importer(tmp_path: Path) -> None:
    files = {
        "StreamingHistory_music_0.json": [PLAY],
        "StreamingHistory_podcast_0.json": [EPISODE],
        "StreamingHistory0.json": [],
        "SearchQueries.json": [{"searchTime": "2026-01-05T14:23:11Z[UTC]", "searchQuery": "kopi"}],
        "Playlist1.json": {"playlists": [{"name": "Run", "lastModifiedDate": "2026-01-02", "items": []}]},
        "YourLibrary.json": {"tracks": [{"track": "Ghost 2", "uri": "spotify:track:A"}]},
    }
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content))
    assert [importer.name for importer, _ in found(tmp_path).exports] == [
        "spotify-library",
        "spotify-searches",
        "spotify-account",
        "spotify-account",
        "spotify-account",
        "spotify-library",
    ]


def test_the_other_layout_of_the_same_plays_reads_whole() -> None:
    rows = read_all(shared("qa/dev/exports_alt/spotify/Spotify Account Data.zip"))
    assert len(rows) == len(records(rows)) > 5000
