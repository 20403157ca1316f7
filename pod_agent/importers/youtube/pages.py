"""YouTube's histories as pages: ``watch-history.html``, which Google Takeout writes where nobody asks for JSON.

The page is a row of cells, scanned as text without a tree of elements: *Watched <link to the video>*, the channel, the
date, and below them the product and details. The words, the order of the date and its zone are those of the account's
language; the links are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from itertools import islice
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

import msgspec

from pod_agent.errors import RefusedExportError
from pod_agent.importers.faults import RowError
from pod_agent.importers.protocol import Confidence, ExportFile, Row, Skipped
from pod_agent.importers.reading import MAX_ELEMENT
from pod_agent.importers.youtube.dates import PageDates
from pod_agent.importers.youtube.rows import MUSIC, Activity, activity_row, is_search, video_id
from pod_agent.importers.youtube.wording import LONGEST, SAMPLE, Wording, learn_from_pairs
from vocab.records import Occurrences, Provenance

__all__ = ["YouTubePages"]

_BLOCK: Final = 1 << 18
_CELL: Final = '<div class="outer-cell'
_CELL_BYTES: Final = _CELL.encode()
_LINK: Final = '<a href="([^"]*)">([^<]*)</a>'
_USUAL: Final = re.compile(
    ' mdl-cell mdl-cell--12-col mdl-shadow--2dp"><div class="mdl-grid">'
    '<div class="header-cell mdl-cell mdl-cell--12-col"><p class="mdl-typography--title">([^<]*)<br></p></div>'
    '<div class="content-cell mdl-cell mdl-cell--6-col mdl-typography--body-1">'
    f"([^<]*){_LINK}([^<]*)<br>{_LINK}<br>([^<]+)(?:<br>)?</div>"
)
"""The entry of a video with its channel, which most entries are."""

_FIRST: Final = re.compile(r'([^<]*)<a href="([^"]*)"[^>]*>([^<]*)</a>([^<]*)')
_TAG: Final = re.compile(r"<[^<>]*>")
_DETAIL_LENGTH: Final = 60
_MAX_CAPTIONS: Final = 1000
_LONGEST_CAPTION: Final = 4000


class _Entry(msgspec.Struct, gc=False):
    """One cell of the page, taken apart: the author stands in the line between the first and the date."""

    header: str
    before: str
    url: str | None
    title: str
    after: str
    author: str | None
    author_url: str | None
    date: str
    caption: str


class YouTubePages:
    """Reads what was watched and searched for from pages; ``zone`` decides what IST or CST means."""

    name: ClassVar[str] = "youtube-html"
    endings: ClassVar[frozenset[str]] = frozenset({".html", ".htm"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of a page of Google's activity whose entries are of YouTube."""
        if b"mdl-" not in export.head and _CELL_BYTES not in export.head:
            return Confidence(0, "it is no page of Google's activity")
        try:
            headers = [entry.header for cell in islice(_cells(export), SAMPLE) if (entry := _entry(cell))]
        except RefusedExportError:
            return Confidence(0, "it has no entries of Google's activity")
        if any(header.startswith("YouTube") for header in headers):
            return Confidence(1, "a page of activities of YouTube")
        if headers:
            return Confidence(0, "it is the activity in another product of Google than YouTube")
        return Confidence(0, "it has no entries of Google's activity")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield one row for every entry of the page."""
        reader = _Reader(export, self._zone)
        for line, cell in enumerate(_cells(export), 1):
            entry = _entry(cell)
            if entry is None:
                yield RowError("no_text", "the entry has no text").issue(line, cell)
                continue
            try:
                yield reader.row(entry, line)
            except RowError as error:
                yield RowError(error.code, str(error), "date").issue(line, entry.date)


class _Reader:
    """Reads the entries of one page."""

    def __init__(self, export: ExportFile, zone: ZoneInfo) -> None:
        self._file, self._member = export.file, export.member
        self._seen = Occurrences()
        self._captions: dict[str, tuple[str, str]] = {}
        self._dates = PageDates(zone, lambda: _dates(export))
        self._wording = _wording(export)

    def row(self, entry: _Entry, line: int) -> Row:
        """The record of an entry, or why it is none; RowError where its date cannot be read."""
        products, details = self._caption(entry.caption)
        if not entry.header.startswith("YouTube") and "YouTube" not in products:
            return Skipped(line=line, reason="other_product")
        at = self._dates.read(entry.date.strip())
        url = entry.url
        return activity_row(
            Activity(
                at=at,
                url=url,
                title=entry.title,
                sentence=entry.before,
                is_watching=url is not None and self._wording.is_watching(entry.before, entry.after),
                author=entry.author,
                author_url=entry.author_url,
                details=details,
                is_music=entry.header == MUSIC
                or MUSIC in products
                or (url is not None and "//music.youtube.com/" in url),
            ),
            self._wording,
            Provenance(file=self._file, member=self._member, line=line),
            self._seen,
        )

    def _caption(self, caption: str) -> tuple[str, str]:
        """Products and details; the captions of a page are few, and each is taken apart once."""
        found = self._captions.get(caption)
        if found is None:
            if len(caption) > _LONGEST_CAPTION:
                return _caption(caption)
            if len(self._captions) >= _MAX_CAPTIONS:
                self._captions.clear()
            found = self._captions[caption] = _caption(caption)
        return found


def _cells(export: ExportFile) -> Iterator[str]:
    """The entries of a page one by one, in constant memory.

    RefusedExportError where an entry, or what stands before the first, is longer than ``MAX_ELEMENT`` bytes.
    """
    with export.open() as stream:
        rest = b""
        is_first = True
        while block := stream.read(_BLOCK):
            rest += block
            end = rest.rfind(_CELL_BYTES)
            if end > 0:
                yield from _split(rest[:end], is_first=is_first)
                rest, is_first = rest[end:], False
            if len(rest) > MAX_ELEMENT:
                raise RefusedExportError(f"an entry of {export.file} is longer than {MAX_ELEMENT:,} bytes")
        yield from _split(rest, is_first=is_first)


def _split(text: bytes, *, is_first: bool) -> Iterator[str]:
    before, *cells = text.decode(errors="replace").split(_CELL)
    if is_first and "--body-1" in before:
        yield before
    yield from cells


def _entry(cell: str) -> _Entry | None:
    usual = _USUAL.match(cell)
    if usual is not None:
        texts = usual.groups()
        if "&" in usual[0]:
            texts = tuple(map(unescape, texts))
        header, before, url, title, after, author_url, author, date = texts
        return _Entry(header, before, url or None, title, after, author, author_url, date, cell[usual.end() :])
    above, body_mark, below = cell.partition('--body-1">')
    if not body_mark:
        return None
    header = above.partition('--title">')[2].partition("<")[0]
    body, _, caption = below.partition("</div>")
    first, *lines = body.split("<br>")
    while lines and not lines[-1].strip():
        lines.pop()
    date = unescape(lines.pop()) if lines else ""
    header = unescape(header)
    author, author_url = _author(lines)
    link = _FIRST.match(first)
    if link is None:
        return _Entry(header, unescape(_TAG.sub("", first)), None, "", "", author, author_url, date, caption)
    before, url, title, after = map(unescape, link.groups())
    return _Entry(header, before, url or None, title, after, author, author_url, date, caption)


def _author(lines: list[str]) -> tuple[str | None, str | None]:
    """The name and address in the line below the title; the name alone where it has no link."""
    if not lines:
        return None, None
    link = _FIRST.match(lines[0])
    if link is None:
        return unescape(_TAG.sub("", lines[0])), None
    return unescape(link[3]), unescape(link[2])


def _caption(caption: str) -> tuple[str, str]:
    """Products and details from the text below an entry: its labels are words, so its parts are told by their shape.

    The first part has the products; the last one says why the entry is there and which settings were on, at length,
    with a link or the name of a setting of YouTube. What else there is in short are details.
    """
    parts = [part.partition("<br>")[2] for part in caption.split("<b>")[1:]]
    products = unescape(_TAG.sub(" ", parts[0])) if parts else ""
    details = [part for part in parts[1:] if "<a " not in part and "YouTube" not in part]
    texts = [unescape(_TAG.sub(" ", part)).strip() for part in details]
    return products, " ".join(text for text in texts if len(text) <= _DETAIL_LENGTH)


def _wording(export: ExportFile) -> Wording:
    """The verb of the page, from its first entries that are about videos."""
    pairs: list[tuple[str, str]] = []
    mixed = False
    for cell in islice(_cells(export), SAMPLE * 5):
        entry = _entry(cell)
        if entry is not None and entry.url is not None:
            if video_id(entry.url) is not None:
                pairs.append((entry.before[:LONGEST], entry.after[:LONGEST]))
                if len(pairs) >= SAMPLE:
                    break
            else:
                mixed = mixed or is_search(entry.url)
    return Wording(learn_from_pairs(pairs), mixed=mixed)


def _dates(export: ExportFile) -> Iterator[str]:
    for cell in _cells(export):
        entry = _entry(cell)
        if entry is not None:
            yield entry.date
