"""YouTube's lists: subscriptions, playlists and comments, new and old, in any language."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pod_agent.errors import RefusedExportError
from pod_agent.importers.protocol import Issue, Row, Skipped
from pod_agent.importers.youtube.tables import YouTubeTables
from tests.support.rows import FIXTURES, BytesExport, found, read_all
from vocab.records import UNDATED, Follow, PlaylistItem, Post, View

YOUTUBE = FIXTURES / "youtube"
SUBSCRIPTIONS = "Channel Id,Channel Url,Channel Title\n"
ITEMS = "Video ID,Playlist Video Creation Timestamp\n"
MINE = "UCmineminemineminemine00"


def read(text: str, member: str | None = None) -> list[Row]:
    return list(YouTubeTables().extract(BytesExport(text.encode(), member=member)))


def test_subscriptions_are_known_by_their_cells_in_any_language() -> None:
    rows = read_all(YOUTUBE / "Abos.csv")
    assert [(row.name, row.target) for row in rows if isinstance(row, Follow)] == [
        ("Auntie's Corner <3", "https://www.youtube.com/channel/UCauntiescornerauntiesc0"),
        ("Harbour Watch, daily", "https://www.youtube.com/channel/UCharbourwatchharbourw01"),
        ("UCsmallkitchensmallkit01", "https://www.youtube.com/channel/UCsmallkitchensmallkit01"),
    ]
    assert len(rows) == 3
    assert {row.at for row in rows if isinstance(row, Follow)} == {UNDATED}


def test_the_older_subscriptions_give_the_same_iris() -> None:
    new, old = read_all(YOUTUBE / "Abos.csv"), read_all(YOUTUBE / "subscriptions.json")
    told = [(row.iri, row.name, row.target) for row in old if isinstance(row, Follow)]
    assert told == [(row.iri, row.name, row.target) for row in new[:2] if isinstance(row, Follow)]
    assert len(told) == 2


def test_a_history_of_before_2018_is_views_at_the_time_they_were_added() -> None:
    rows = read_all(YOUTUBE / "watch-history-2017.json")
    assert [(row.title, row.at, row.channel) for row in rows if isinstance(row, View)] == [
        ("Kaya toast", datetime(2017, 5, 6, 7, 8, 9, tzinfo=UTC), None),
        (None, datetime(2017, 5, 5, 1, 2, 3, tzinfo=UTC), None),
    ]


def test_a_playlist_of_before_2018_is_no_history() -> None:
    (row,) = read_all(YOUTUBE / "likes.json")
    assert isinstance(row, PlaylistItem)
    assert (row.playlist, row.title) == ("likes", "Ship horns, sorted")


def test_a_playlist_has_the_name_of_its_file_or_of_its_block() -> None:
    new = read_all(YOUTUBE / "Sunday cooking-videos.csv")
    old = read_all(YOUTUBE / "Sonntag.csv")
    assert old[0] == Skipped(line=2, reason="playlist_details")
    items = [[(row.iri, row.playlist) for row in rows if isinstance(row, PlaylistItem)] for rows in (new, old)]
    assert items[0] == items[1]
    assert [name for _, name in items[0]] == ["Sunday cooking"] * 2
    assert [row.provenance.line for row in old if isinstance(row, PlaylistItem) and row.provenance] == [6, 7]


@pytest.mark.parametrize(
    ("member", "name"),
    [("p/Watch later-videos.csv", "Watch later"), ("p/Später-Videos.csv", "Später"), ("p/Mix-vidéos.csv", "Mix")],
)
def test_the_word_for_videos_is_no_part_of_the_name(member: str, name: str) -> None:
    (row,) = read(ITEMS + "kAyA_t0ast1,2024-03-04T05:06:07+00:00\n", member)
    assert isinstance(row, PlaylistItem)
    assert row.playlist == name


def test_comments_are_posts_about_their_video_or_post() -> None:
    rows = read_all(YOUTUBE / "comments.csv")
    assert [(row.text, row.about) for row in rows if isinstance(row, Post)] == [
        ("Try it with pandan!", "https://www.youtube.com/watch?v=kAyA_t0ast1"),
        ("plain words, over two lines", "https://www.youtube.com/watch?v=kAyA_t0ast1"),
        ("Cake two", "https://www.youtube.com/post/Ugkxmadeupmadeupmadeupmadeup"),
    ]
    assert len(rows) == 3


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        (SUBSCRIPTIONS + f"{MINE},http://www.youtube.com/channel/UCother0other0other0othe,X\n", 2, "wrong_columns"),
        (SUBSCRIPTIONS + "a,b,c\n", 2, "wrong_columns"),
        (ITEMS + "kAyA_t0ast1,2024-13-04T05:06:07+00:00\n", 2, "bad_time"),
        (ITEMS + "\n\nkAyA_t0ast1,soon\n", 4, "wrong_columns"),
        (
            f"Id,Channel,Time,Price,Video,Text\nUgmadeupcomment000000001,{MINE},2024-06-31T08:09:10+00:00,0,,x\n",
            2,
            "bad_time",
        ),
    ],
)
def test_a_faulty_row_is_an_issue_with_its_line(text: str, line: int, code: str) -> None:
    good = f"{MINE},http://www.youtube.com/channel/{MINE},Me\n"
    first, second = read(text + good)
    assert isinstance(first, Issue)
    assert (first.line, first.code) == (line, code)
    assert isinstance(second, Follow)


def test_lists_without_rows_are_known_by_their_columns() -> None:
    assert YouTubeTables().identify(BytesExport(SUBSCRIPTIONS.encode())).value > 0
    assert read(SUBSCRIPTIONS + "\n\n") == []


def test_the_list_of_playlists_and_other_tables_are_left_alone() -> None:
    playlists = f"Playlist ID,Title\nPLmadeupmadeup,Sunday\n{MINE},x\n"
    for text in (playlists, "Date,Amount\n2024-01-01,5.00\n", "", "a\n"):
        assert YouTubeTables().identify(BytesExport(text.encode())).value == 0


def test_a_quote_that_never_ends_is_refused() -> None:
    with pytest.raises(RefusedExportError, match="never ends"):
        read(SUBSCRIPTIONS + '"' + "x,\n" * 100_000)


def test_a_folder_of_lists_is_read_whole() -> None:
    names = [importer.name for importer, _ in found(YOUTUBE).exports]
    assert sorted(set(names)) == ["youtube-csv", "youtube-html", "youtube-json"]
    assert len(names) == 9
