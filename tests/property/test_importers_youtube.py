"""Any history gives the same records from JSON and from a page, and nothing but a refusal stops a file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pod_agent.errors import RefusedExportError
from pod_agent.importers.faults import RowError
from pod_agent.importers.protocol import Issue, Row, Skipped
from pod_agent.importers.youtube.dates import PageDates
from pod_agent.importers.youtube.histories import YouTubeHistory
from pod_agent.importers.youtube.pages import YouTubePages
from pod_agent.importers.youtube.tables import YouTubeTables
from tests.support.rows import SINGAPORE, BytesExport
from tests.support.youtube import LANGUAGES, Fact, as_json, as_page
from vocab.records import Record, View

titles = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="\ufffd"), min_size=1, max_size=30
)
ids = st.text("abcXYZ019_-", min_size=11, max_size=11)
urls = st.one_of(
    ids.map("https://www.youtube.com/watch?v={}".format),
    ids.map("https://music.youtube.com/watch?v={}".format),
    ids.map("https://www.youtube.com/shorts/{}".format),
    titles.map("https://www.youtube.com/results?search_query={}".format),
    st.sampled_from(["https://www.youtube.com/post/Ugkx", "https://www.youtube.com/"]),
)
facts = st.builds(
    Fact,
    at=st.integers(1_136_073_600_000, 2_050_000_000_000).map(lambda ms: datetime.fromtimestamp(ms / 1000, UTC)),
    title=titles,
    url=urls,
    channel=st.none() | titles,
    details=st.none() | st.just("From Google Ads"),
    header=st.sampled_from(["YouTube", "YouTube Music"]),
)
languages = st.sampled_from([name for name in LANGUAGES if name != "unknown"])


def rows_of(importer: YouTubeHistory | YouTubePages | YouTubeTables, content: bytes) -> list[Row]:
    return list(importer.extract(BytesExport(content)))


def bare(rows: list[Row]) -> list[object]:
    names = [name for name in View.__struct_fields__ if name != "provenance"]
    return [[getattr(row, name, None) for name in names] if isinstance(row, Record) else row for row in rows]


def line(row: Row) -> int:
    if isinstance(row, Issue | Skipped):
        return row.line
    assert isinstance(row, Record)
    assert row.provenance is not None
    return row.provenance.line


@settings(max_examples=80, deadline=None)
@given(st.lists(facts, max_size=30), languages)
def test_json_and_page_of_any_history_give_the_same_records(history: list[Fact], name: str) -> None:
    language = LANGUAGES[name]
    as_elements = rows_of(YouTubeHistory(), as_json(history, language))
    as_entries = rows_of(YouTubePages(SINGAPORE), as_page(history, language))
    assert bare(as_elements) == bare(as_entries)
    assert [line(row) for row in as_entries] == list(range(1, len(history) + 1))


@settings(max_examples=40, deadline=None)
@given(st.lists(facts, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_record(history: list[Fact], random: Any) -> None:
    shuffled = sorted(history, key=lambda _: random.random())
    found = [
        {row.iri for row in rows_of(YouTubeHistory(), as_json(each)) if isinstance(row, Record)}
        for each in (history, shuffled)
    ]
    assert found[0] == found[1]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "url", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
snippets = st.fixed_dictionaries(
    {},
    optional={
        "publishedAt": st.sampled_from(["2017-01-01T00:00:00Z", "2017-13-01T00:00:00Z"]) | values,
        "title": values,
        "playlistId": st.sampled_from(["HLx", "LLx"]) | values,
        "resourceId": st.fixed_dictionaries({}, optional={"videoId": values, "channelId": values}) | values,
    },
)
elements = st.fixed_dictionaries(
    {},
    optional={
        "header": st.sampled_from(["YouTube", "Chrome"]) | values,
        "title": st.sampled_from(["Watched x", "Watched \ud800"]) | values,
        "titleUrl": urls | values,
        "time": st.sampled_from(["2026-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00"])
        | values,
        "subtitles": values,
        "products": st.sampled_from([["YouTube"], ["Chrome"]]) | values,
        "details": values,
        "snippet": snippets | values,
    },
)


@settings(max_examples=150, deadline=None)
@given(st.lists(elements | values, max_size=6))
def test_every_element_is_accounted_for_in_its_place(history: list[Any]) -> None:
    rows = rows_of(YouTubeHistory(), json.dumps(history).encode())
    assert [line(row) for row in rows] == list(range(1, len(history) + 1))


PIECES = [
    '<div class="outer-cell">',
    '<p class="mdl-typography--title">YouTube<br>',
    '--body-1">',
    "</div>",
    "<br>",
    '<a href="https://www.youtube.com/watch?v=abcdefghijk">',
    "</a>",
    "<b>",
    "&nbsp;&#55296;",
    "Jul 6, 2026, 9:20:14 PM GMT+08:00",
    "Watched ",
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=30), st.binary(max_size=20))
def test_nothing_stops_a_page_and_every_cell_is_accounted_for(pieces: list[str], junk: bytes) -> None:
    content = "".join(pieces).encode(errors="replace") + junk
    YouTubePages(SINGAPORE).identify(BytesExport(content))
    rows = rows_of(YouTubePages(SINGAPORE), content)
    assert len(rows) - content.count(b'<div class="outer-cell') in {0, 1}
    assert [line(row) for row in rows] == list(range(1, len(rows) + 1))


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from('UC0aA_-,"\n/:T. Zhttps'), max_size=120), st.binary(max_size=20))
def test_nothing_but_a_refusal_stops_a_table(text: str, junk: bytes) -> None:
    content = text.encode() + junk
    YouTubeTables().identify(BytesExport(content))
    try:
        rows = rows_of(YouTubeTables(), content)
    except RefusedExportError:
        return
    lines = [line(row) for row in rows]
    assert lines == sorted(set(lines))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["1", "12", "31", "2024", ":", ".", "/", "-", " ", ",", "PM", "Mar", "lis", "年", "月", "GMT+8", "٣", "²"]
        ),
        max_size=14,
    ).map("".join)
    | st.text(max_size=40)
)
def test_any_text_is_a_date_or_an_error(text: str) -> None:
    try:
        at = PageDates(SINGAPORE, lambda: [text]).read(text)
    except RowError:
        return
    assert at.tzinfo is UTC
