"""YouTube's history in JSON and as pages: the same records from both, in any language."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pod_agent.errors import RefusedExportError
from pod_agent.importers.protocol import Importer, Issue, Row, Skipped
from pod_agent.importers.youtube.histories import YouTubeHistory
from pod_agent.importers.youtube.pages import YouTubePages
from tests.support.rows import FIXTURES, SINGAPORE, BytesExport, check_golden, found, read_all
from tests.support.shared import shared
from tests.support.youtube import ENGLISH, LANGUAGES, Fact, Language, as_json, as_page
from vocab.records import Record, Search, View

YOUTUBE = FIXTURES / "youtube"
NOON = datetime(2026, 3, 7, 12, tzinfo=UTC)
AD = "From Google Ads"


def read(content: bytes, importer: Importer | None = None) -> list[Row]:
    return list((importer or YouTubeHistory()).extract(BytesExport(content)))


def page(content: bytes) -> list[Row]:
    return read(content, YouTubePages(SINGAPORE))


def bare(rows: list[Row]) -> list[object]:
    """Rows without where they stand."""
    names = [name for name in View.__struct_fields__ if name != "provenance"]
    return [[getattr(row, name, None) for name in names] if isinstance(row, Record) else row for row in rows]


def both(facts: list[Fact], language: Language = ENGLISH) -> list[Row]:
    """The rows of the facts, once it is clear that both formats tell the same."""
    rows = read(as_json(facts, language))
    assert bare(rows) == bare(page(as_page(facts, language)))
    return rows


def one(fact: Fact) -> Row:
    (row,) = both([fact])
    return row


def view(fact: Fact) -> View:
    row = one(fact)
    assert isinstance(row, View)
    return row


def evenings(count: int) -> list[Fact]:
    """Views of several days, with titles that begin and end differently."""
    words = "sea wind rice moon iron glass tea road lamp bird".split()
    return [
        Fact(
            at=NOON - timedelta(hours=7 * number),
            title=f"{words[number % 10]} {words[number // 10 % 10]} {number}{words[-number % 10]}",
            url=f"https://www.youtube.com/watch?v=evening{number:04d}",
        )
        for number in range(count)
    ]


def test_every_element_of_a_history_reads_as_its_golden_file() -> None:
    check_golden(read_all(YOUTUBE / "watch-history.json"), YOUTUBE / "watch-history.expected.json")


def test_the_page_of_the_same_history_gives_the_same_records() -> None:
    assert bare(read_all(YOUTUBE / "watch-history.json")) == bare(read_all(YOUTUBE / "Wiedergabeverlauf.html"))


@pytest.mark.parametrize(
    ("language", "count"),
    [(language, count) for language in LANGUAGES for count in (3, 40) if (language, count) != ("unknown", 3)],
)
def test_titles_are_without_the_verb_in_any_language(language: str, count: int) -> None:
    facts = evenings(count)
    rows = both(facts, LANGUAGES[language])
    assert [row.title for row in rows if isinstance(row, View)] == [fact.title for fact in facts]
    assert [row.at for row in rows if isinstance(row, View)] == [fact.at.replace(microsecond=0) for fact in facts]


def test_a_few_titles_in_an_unknown_language_stand_whole_with_the_same_iris() -> None:
    facts = evenings(3)
    rows = read(as_json(facts, LANGUAGES["unknown"]))
    assert [row.iri for row in rows if isinstance(row, View)] == [
        row.iri for row in both(facts) if isinstance(row, View)
    ]
    assert [row.title for row in rows if isinstance(row, View)] == [
        f"Ag féachaint ar {fact.title} anois" for fact in facts
    ]


def test_a_letter_that_many_titles_begin_with_is_no_part_of_the_verb() -> None:
    facts = [replace(fact, title=f"T{fact.title}") for fact in evenings(40)]
    rows = both(facts, LANGUAGES["unknown"])
    assert [row.title for row in rows if isinstance(row, View)] == [fact.title for fact in facts]


def test_other_activities_around_videos_are_no_views() -> None:
    liked = Fact(verb=("Liked ", ""), channel=None)
    for count in (2, 40):
        rows = both([*evenings(count), liked])
        assert rows[-1] == Skipped(line=count + 1, reason="other_activity")


def test_other_activities_are_told_apart_in_an_unknown_language() -> None:
    liked = Fact(verb=("Is maith liom ", ""))
    rows = both([*evenings(40), *[liked] * 20], LANGUAGES["unknown"])
    assert rows[40:] == [Skipped(line=line, reason="other_activity") for line in range(41, 61)]
    assert all(isinstance(row, View) for row in rows[:40])


def test_a_person_who_watches_one_series_keeps_its_name_in_the_titles() -> None:
    facts = [Fact(title=f"Iron Kettle, part {number}", at=NOON - timedelta(days=number)) for number in range(30)]
    for language in ("en", "de", "nl"):
        rows = both(facts, LANGUAGES[language])
        assert [row.title for row in rows if isinstance(row, View)] == [fact.title for fact in facts]


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/watch?v=Lk5a_10min0",
        "https://www.youtube.com/shorts/Lk5a_10min0",
        "https://youtu.be/Lk5a_10min0",
        "https://m.youtube.com/watch?app=desktop&v=Lk5a_10min0&t=3s",
        "https://music.youtube.com/watch?v=Lk5a_10min0",
        "https://www.youtube.com/live/Lk5a_10min0?feature=share",
    ],
)
def test_every_address_of_a_video_becomes_the_same_one(url: str) -> None:
    row = view(Fact(url=url))
    assert row.video == "https://www.youtube.com/watch?v=Lk5a_10min0"
    assert row.iri == view(Fact()).iri
    assert row.is_music == ("music" in url)


def test_a_play_in_youtube_music_is_marked_by_its_header() -> None:
    assert view(Fact(header="YouTube Music")).is_music


@pytest.mark.parametrize("details", [AD, "Von Google Ads", "Google 広告から"])
@pytest.mark.parametrize("channel", [None, "Watched at 11:42\u202fPM"])
def test_an_advertisement_has_no_channel_whatever_stands_in_its_place(details: str, channel: str | None) -> None:
    row = view(Fact(details=details, channel=channel, channel_url=None))
    assert row.is_ad
    assert (row.channel, row.channel_url) == (None, None)


def test_an_advertisement_of_a_channel_keeps_the_channel() -> None:
    row = view(Fact(details=AD))
    assert (row.is_ad, row.channel) == (True, "Katong Kitchen")


def test_a_removed_video_is_a_view_without_title_video_and_channel() -> None:
    row = view(Fact(title="Watched a video that has been removed", url=None, channel=None))
    assert (row.title, row.video, row.channel) == (None, None, None)


def test_a_removed_video_in_other_words_is_a_view_unless_the_file_holds_other_activities_too() -> None:
    removed = Fact(title="Een video die er niet meer is", url=None, channel=None)
    search = Fact(url="https://www.youtube.com/results?search_query=x", verb=("Gezocht naar ", ""), channel=None)
    assert isinstance(both([*evenings(3), removed], LANGUAGES["nl"])[-1], View)
    assert both([*evenings(3), search, removed], LANGUAGES["nl"])[-1] == Skipped(line=5, reason="no_video")


@pytest.mark.parametrize("why", ["YouTube 观看记录", "设置 <a href='https://myaccount.google.com/'>Google</a>"])
def test_a_short_note_on_why_an_entry_is_there_makes_no_advertisement(why: str) -> None:
    content = as_page([Fact(channel=None)]).decode()
    (row,) = page(f"{content.partition('<b>Why')[0]}<b>?</b><br>{why}</div></div></div>".encode())
    assert isinstance(row, View)
    assert not row.is_ad


@pytest.mark.parametrize(
    "stamp", ["2026-03-07T13:05:09.876543Z", "2026-03-07T21:05:09.876+08:00", "2026-03-07T13:05:09"]
)
def test_a_time_is_its_second_in_utc_however_it_is_written(stamp: str) -> None:
    elements = json.loads(as_json([Fact()]))
    elements[0]["time"] = stamp
    assert bare(read(json.dumps(elements).encode())) == bare(read(as_json([Fact()])))


def test_a_private_video_has_its_address_for_a_title_and_so_none() -> None:
    url = "https://www.youtube.com/watch?v=private0000"
    row = view(Fact(title=url, url=url, channel=None))
    assert (row.title, row.video) == (None, url)


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (Fact(title="Viewed Ads On YouTube Homepage", url=None, channel=None, details=AD), "no_video"),
        (Fact(title="Anuncios en la portada", url=None, channel=None, details=AD), "no_video"),
        (Fact(title="Used YouTube", url=None, channel=None), "no_video"),
        (Fact(title="a post", url="https://www.youtube.com/post/Ugkxabcdefghijklmnop"), "post"),
        (Fact(title="Katong Kitchen", url="https://www.youtube.com/channel/UCkatongkitchen000000001"), "no_video"),
        (Fact(url="https://www.youtube.com/results?search_query="), "no_content"),
        (Fact(url="https://www.youtube.com/watch?v="), "no_video"),
        (Fact(url="https://youtube.example/watch?v=Lk5a_10min0"), "no_video"),
    ],
)
def test_rows_that_are_no_video_are_left_out_by_name(fact: Fact, reason: str) -> None:
    rows = both([*evenings(3), fact])
    assert rows[-1] == Skipped(line=4, reason=reason)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/results?search_query=caf%C3%A9+%26+kopi",
        "https://music.youtube.com/search?q=caf%C3%A9%20%26%20kopi",
        "https://www.youtube.com/results?sp=mAEB&search_query=caf%C3%A9+%26+kopi",
    ],
)
def test_a_search_is_read_from_its_address_in_any_language(url: str) -> None:
    row = one(Fact(title="café & kopi", url=url, verb=("Cerca di ", ""), channel=None))
    assert isinstance(row, Search)
    assert row.text == "café & kopi"


def test_a_video_opened_twice_in_one_second_is_two_views() -> None:
    rows = both([Fact(), Fact()])
    assert len({row.iri for row in rows if isinstance(row, View)}) == 2


def test_the_history_and_my_activity_tell_of_one_view_with_one_iri() -> None:
    activity = json.loads(as_json([Fact()]))
    activity[0]["time"] = "2026-03-07T13:05:09Z"
    activity[0]["products"] = ["YouTube", "Web & App Activity"]
    assert bare(read(json.dumps(activity).encode())) == bare(read(as_json([Fact()])))


def test_rows_of_another_product_are_left_out() -> None:
    elements = json.loads(as_json([Fact()]))
    elements[0] |= {"header": "Chrome", "products": ["Chrome"]}
    assert read(json.dumps(elements).encode()) == [Skipped(line=1, reason="other_product")]


@pytest.mark.parametrize("name", ["My Activity.json", "MeineAktivitäten.json", "whatever.json"])
def test_files_are_known_by_content_under_any_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "YouTube und YouTube Music" / "Verlauf" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(as_json([Fact()]))
    page_path = path.with_suffix(".html")
    page_path.write_bytes(as_page([Fact()]))
    assert [importer.name for importer, _ in found(tmp_path).exports] == ["youtube-html", "youtube-json"]


def test_the_activity_in_another_product_is_not_taken_and_the_reason_is_told() -> None:
    search = [Fact(header="Search", url="https://www.google.com/search?q=x", title="x", verb=("Searched for ", ""))]
    elements = json.loads(as_json(search))
    elements[0]["products"] = ["Search"]
    opinions = [
        YouTubeHistory().identify(BytesExport(json.dumps(elements).encode())),
        YouTubePages(SINGAPORE).identify(BytesExport(as_page(search))),
    ]
    assert [opinion.value for opinion in opinions] == [0, 0]
    assert all("another product of Google" in opinion.why for opinion in opinions)


def test_a_page_is_known_behind_a_long_style_sheet() -> None:
    content = as_page([Fact()]).replace(b"<style>", b"<style>" + b".mdl-x{}" * 20_000)
    assert YouTubePages(SINGAPORE).identify(BytesExport(content)).value == 1
    assert len(page(content)) == 1


def test_a_page_that_begins_within_an_entry_keeps_that_entry() -> None:
    content = as_page([Fact(), Fact(title="Second")]).partition(b'mdl-shadow--2dp">')[2]
    assert [row.title for row in page(content) if isinstance(row, View)] == ["Ten minute laksa", "Second"]


def test_entries_are_whole_across_the_blocks_of_a_large_page() -> None:
    facts = evenings(1500)
    rows = both(facts)
    assert [row.title for row in rows if isinstance(row, View)] == [fact.title for fact in facts]


def test_an_entry_without_end_is_refused() -> None:
    content = as_page([Fact()]).replace(b"Ten minute laksa", b"x" * (3 << 20))
    with pytest.raises(RefusedExportError, match="longer than"):
        page(content)


def test_a_history_that_was_cut_off_is_refused() -> None:
    with pytest.raises(RefusedExportError):
        read(as_json(evenings(5))[:-40])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"time": "yesterday"}, "bad_time"),
        ({"time": None}, "bad_time"),
        ({"time": 1772888709}, "bad_time"),
        ({"title": None}, "bad_text"),
        ({"titleUrl": 7}, "bad_text"),
        ({"subtitles": ["x"]}, "bad_text"),
        ({"subtitles": [{"name": 5}]}, "bad_text"),
        ({"details": "x"}, "bad_text"),
    ],
)
def test_a_faulty_element_is_an_issue_that_repeats_no_value(change: dict[str, object], code: str) -> None:
    elements = json.loads(as_json([Fact(title="SECRET"), Fact()]))
    elements[0] |= change
    first, second = read(json.dumps(elements).encode())
    assert isinstance(first, Issue)
    assert (first.line, first.code) == (1, code)
    assert "SECRET" not in first.detail
    assert isinstance(second, View)


def test_an_entry_without_a_readable_date_is_an_issue() -> None:
    content = as_page([Fact(), Fact()]).replace(b"Mar 7", b"Someday 7", 1)
    first, second = page(content)
    assert isinstance(first, Issue)
    assert (first.line, first.code, first.column) == (1, "bad_date", "date")
    assert isinstance(second, View)


@pytest.mark.parametrize("folder", ["exports", "exports_alt"])
def test_every_view_of_the_reference_person_is_read_from_json_and_from_the_page(folder: str) -> None:
    rows = read_all(shared(f"qa/dev/{folder}/youtube"))
    with shared("qa/dev/truth/views.csv").open(encoding="utf-8", newline="") as stream:
        truth = [
            (
                row["time"][:19],
                row["video_id"],
                row["title"],
                row["channel"],
                row["is_ad"] == "1",
                row["is_music"] == "1",
            )
            for row in csv.DictReader(stream)
        ]
    views = [row for row in rows if isinstance(row, View)]
    read_views = [
        (
            f"{row.at:%Y-%m-%dT%H:%M:%S}",
            (row.video or "").rpartition("=")[2],
            row.title or "",
            row.channel or "",
            row.is_ad,
            row.is_music,
        )
        for row in views
    ]
    assert Counter(read_views) == Counter(truth)
    assert len({row.iri for row in views}) == len(truth)
