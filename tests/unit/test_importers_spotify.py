"""Spotify's extended streaming history."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pod_agent.errors import RefusedExportError
from pod_agent.importers.json_stream import BLOCK
from pod_agent.importers.protocol import Issue, Row, Skipped
from pod_agent.importers.spotify.extended import SpotifyHistory
from tests.support.rows import FIXTURES, BytesExport, check_golden, plain, read_all, records
from tests.support.shared import shared
from vocab.records import Listen, Medium

SPOTIFY = FIXTURES / "spotify"
PLAY: dict[str, Any] = {
    "ts": "2026-03-01T12:00:00Z",
    "ms_played": 61_000,
    "ip_addr": "192.0.2.1",
    "master_metadata_track_name": "Ghost 2",
    "master_metadata_album_artist_name": "Paper Foxes",
    "spotify_track_uri": "spotify:track:A",
}


def read(*elements: object) -> list[Row]:
    return list(SpotifyHistory().extract(BytesExport(json.dumps(elements).encode())))


def listens(rows: list[Row]) -> list[Listen]:
    return [row for row in rows if isinstance(row, Listen)]


def test_every_element_reads_as_its_golden_file() -> None:
    rows = read_all(SPOTIFY / "Streaming_History_Audio_2026_0.json")
    check_golden(rows, SPOTIFY / "Streaming_History_Audio_2026_0.expected.json")


def test_a_play_starts_its_played_time_before_its_end() -> None:
    (row,) = listens(read(PLAY))
    assert row.at == datetime(2026, 3, 1, 11, 58, 59, tzinfo=UTC)


@pytest.mark.parametrize("stamp", [1772366339, 1772366339000, 0, None, -1, "x"])
def test_the_offline_time_stamp_changes_nothing(stamp: object) -> None:
    assert listens(read(PLAY | {"offline_timestamp": stamp})) == listens(read(PLAY))


def test_addresses_agents_and_user_names_are_in_no_record() -> None:
    secrets = {"ip_addr": "198.51.100.9", "user_agent_decrypted": "agent-secret", "username": "user-secret"}
    rows = read(PLAY | secrets | {"ip_addr_decrypted": "198.51.100.9"})
    told = json.dumps([plain(row) for row in rows])
    assert not [value for value in secrets.values() if value in told]
    assert listens(rows)[0].iri == listens(read(PLAY))[0].iri


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ts": None}, "bad_time"),
        ({"ts": "soon"}, "bad_time"),
        ({"ts": 1772366339}, "bad_time"),
        ({"ts": "0001-01-01T00:00:00+14:00"}, "bad_time"),
        ({"ms_played": None}, "bad_played_time"),
        ({"ms_played": "61000"}, "bad_played_time"),
        ({"ms_played": -1}, "bad_played_time"),
        ({"ms_played": True}, "bad_played_time"),
        ({"ms_played": 1.5}, "bad_played_time"),
        ({"ms_played": 10**30}, "bad_played_time"),
        ({"master_metadata_track_name": ["x"]}, "bad_text"),
        ({"spotify_track_uri": 7}, "bad_text"),
    ],
)
def test_a_bad_element_is_reported_and_the_next_one_is_read(change: dict[str, object], code: str) -> None:
    rows = read(PLAY | change, PLAY)
    assert [(row.line, row.code) for row in rows if isinstance(row, Issue)] == [(1, code)]
    assert len(listens(rows)) == 1


def test_an_element_without_content_is_skipped_by_rule() -> None:
    assert read(PLAY | {"master_metadata_track_name": None}, 5)[:1] == [Skipped(line=1, reason="no_content")]


def test_fields_that_are_missing_or_null_are_none() -> None:
    (row,) = listens(read({"ts": PLAY["ts"], "ms_played": 1, "master_metadata_track_name": "Ghost", "skipped": None}))
    assert (row.artist, row.album, row.track, row.skipped) == (None, None, None, None)


def test_a_play_without_track_id_is_told_by_artist_and_title() -> None:
    bare = PLAY | {"spotify_track_uri": None}
    other = bare | {"master_metadata_album_artist_name": "Others"}
    first, second = listens(read(bare, other))
    assert first.iri != second.iri


def test_podcasts_and_audiobooks_are_told_apart() -> None:
    book = {"audiobook_title": "A Long Walk", "audiobook_chapter_title": "Chapter 1"}
    show = {"episode_name": "Episode 3", "episode_show_name": "The Night Bus"}
    rows = listens(read(*({"ts": PLAY["ts"], "ms_played": 9} | fields for fields in (show, book))))
    assert [(row.medium, row.title, row.artist) for row in rows] == [
        (Medium.PODCAST, "Episode 3", "The Night Bus"),
        (Medium.AUDIOBOOK, "Chapter 1", "A Long Walk"),
    ]


@pytest.mark.parametrize("cut", [1, 30, 200])
def test_a_history_that_was_cut_off_is_refused(cut: int) -> None:
    text = json.dumps([PLAY] * 5).encode()
    with pytest.raises(RefusedExportError, match="cut off"):
        list(SpotifyHistory().extract(BytesExport(text[:-cut])))


@pytest.mark.parametrize("tail", ["", ',"x":"' + "a" * (1 << 21) + '"', ',"x":[' + "1," * (1 << 20) + "1]"])
def test_an_element_of_any_shape_that_is_too_long_is_refused(tail: str) -> None:
    text = f'[{{"ts":"2026-03-01T12:00:00Z","ms_played":1{tail}}}]'
    rows = SpotifyHistory().extract(BytesExport(text.encode()))
    if tail:
        with pytest.raises(RefusedExportError, match="longer than"):
            list(rows)
    else:
        assert list(rows) == [Skipped(line=1, reason="no_content")]


def _long_history(**odd: object) -> list[dict[str, Any]]:
    """Plays of some blocks of text; one in the middle is odd."""
    plays = [PLAY | {"ms_played": number, "episode_name": "x},{y"} for number in range(3000)]
    plays[1500] |= odd
    return plays


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (" ,\n", " : ")])
@pytest.mark.parametrize(
    "odd", [{}, {"x": [{"a": 1}, {"b": 2}] * 9000}, {"x": "},{" * 40_000}, {"episode_name": "\ud800"}]
)
def test_every_element_of_a_long_history_is_read_in_order(odd: dict[str, object], separators: tuple[str, str]) -> None:
    text = json.dumps(_long_history(**odd), separators=separators)
    rows = listens(list(SpotifyHistory().extract(BytesExport(text.encode()))))
    assert [row.played_ms for row in rows] == list(range(3000))
    assert [row.provenance.line for row in rows if row.provenance] == list(range(1, 3001))


@pytest.mark.parametrize(("place", "code"), [(0, "not_an_object"), (1500, "not_an_object"), (2999, "not_an_object")])
def test_an_element_that_is_no_object_is_reported_wherever_it_stands(place: int, code: str) -> None:
    plays: list[object] = [*_long_history()]
    plays[place] = "},{"
    rows = read(*plays)
    assert [(row.line, row.code) for row in rows if isinstance(row, Issue)] == [(place + 1, code)]
    assert len(listens(rows)) == 2999


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"}]", b"},]"),
        (b"}]", b"}]x"),
        (b"}]", b"}"),
        (b'"ms_played": 1500,', b'"ms_played": 01500,'),
        (b'"ms_played": 1500,', b'"ms_played": 1500, "x": "\xff",'),
        (b'"ms_played": 1500,', b'"ms_played": 1500, "x": "\n",'),
        (b'"ms_played": 1500,', b'"ms_played": 1500}, "ms_played": 1,'),
    ],
)
def test_a_long_history_that_is_broken_anywhere_is_refused(old: bytes, new: bytes) -> None:
    text = json.dumps(_long_history()).encode()
    assert text.count(old) == 1
    with pytest.raises(RefusedExportError, match="not whole"):
        list(SpotifyHistory().extract(BytesExport(text.replace(old, new))))


def test_a_file_without_a_byte_is_refused() -> None:
    with pytest.raises(RefusedExportError, match="not whole"):
        list(SpotifyHistory().extract(BytesExport(b"")))


def test_a_trailing_comma_at_the_end_of_a_block_is_refused() -> None:
    play = json.dumps(PLAY).encode()
    text = b"[" + play + b"," + play + b"," + b" " * (BLOCK * 2) + b"]"
    with pytest.raises(RefusedExportError, match="not whole"):
        list(SpotifyHistory().extract(BytesExport(text)))


def test_a_byte_order_mark_before_the_array_is_no_fault() -> None:
    export = BytesExport(b"\xef\xbb\xbf" + json.dumps([PLAY]).encode())
    assert SpotifyHistory().identify(export).value == 1
    assert len(records(SpotifyHistory().extract(export))) == 1


def test_an_empty_history_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "Streaming_History_Audio_2026_0.json"
    path.write_text("[]")
    assert read_all(path) == []


def test_every_play_equals_the_truth() -> None:
    rows = listens(read_all(shared("qa/dev/exports/spotify")))
    with shared("qa/dev/truth/plays.csv").open(encoding="utf-8") as stream:
        truth = sorted(
            (play["start"], int(play["ms"]), play["track"], play["artist"], play["album"], play["kind"])
            for play in csv.DictReader(stream)
        )
    read_plays = sorted(
        (
            row.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            row.played_ms,
            row.title,
            row.artist or "",
            row.album or "",
            row.medium.value,
        )
        for row in rows
    )
    assert read_plays == truth
    assert len({row.iri for row in records(rows)}) == len(truth)


def test_open_brackets_in_titles_are_no_nesting_however_many_titles_hold_one() -> None:
    rows = read(3, *[PLAY | {"master_metadata_track_name": "Live ["}] * 3000)
    assert len(listens(rows)) == 3000
