"""YouTube's histories in JSON, as Google Takeout writes them: what was watched, searched for, and *My Activity*.

File names, folders, titles and settings are in the language of the account, so files are known by what is in them: an
array of objects with ``titleUrl``, ``time`` and ``products``. The query of a search is taken from its address, which
needs no words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any, ClassVar, Final

import msgspec

from pod_agent.importers.faults import RowError
from pod_agent.importers.protocol import Confidence, ExportFile, Row, Skipped
from pod_agent.importers.reading import head_text, json_elements
from pod_agent.importers.youtube.items import item_row
from pod_agent.importers.youtube.rows import MUSIC, Activity, activity_row, is_search, video_id
from pod_agent.importers.youtube.wording import LONGEST, SAMPLE, Wording, learn
from vocab.records import Occurrences, Provenance

__all__ = ["YouTubeHistory"]

_NAME: Final = re.compile(r"(?:watch|search)-history\.json$", re.IGNORECASE)
_PRODUCT: Final = re.compile(r'"products"\s*:\s*\[\s*"((?:[^"\\]|\\.){0,100})"')
_HEADER: Final = re.compile(r'"header"\s*:\s*"((?:[^"\\]|\\.){0,100})"')
_ITEM: Final = re.compile(r'"kind"\s*:\s*"youtube#(?:playlistItem|subscription)"')
_ADDRESS: Final = re.compile(r'"titleUrl"\s*:\s*"https?://(?:www\.|music\.|m\.)?youtube\.com/')
_YOUTUBE: Final = ["YouTube"]
_STAMP: Final = len("2026-01-31T12:00:00.000Z")


class _Element(msgspec.Struct, gc=False):
    """What is read of an element, of whatever JSON type it is."""

    header: object = None
    title: object = None
    titleUrl: object = None  # noqa: N815 - Google's own name
    subtitles: object = None
    time: object = None
    products: object = None
    details: object = None
    snippet: object = None


class YouTubeHistory:
    """Reads what was watched and searched for: a View, Search, Skipped or Issue for every element."""

    name: ClassVar[str] = "youtube-json"
    endings: ClassVar[frozenset[str]] = frozenset({".json"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of an array of activities of YouTube, or of items of YouTube's older shape."""
        head = head_text(export)
        if not head.startswith("["):
            return Confidence(0, "it does not start as a JSON array")
        if _ITEM.search(head):
            return Confidence(1, "an array of YouTube's playlist items or subscriptions")
        if '"time"' in head and '"title"' in head:
            return _whose_activity(head)
        if _NAME.search(export.member or export.file) and not head[1:].strip(" \t\r\n]"):
            return Confidence(0.5, "an empty history, by its name")
        return Confidence(0, "its elements have no titleUrl, time and products")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield one row for every element of the array."""
        wording = _wording(export)
        seen = Occurrences()
        file, member = export.file, export.member
        for line, element in enumerate(json_elements(export, _Element), 1):
            try:
                yield _row(element, wording, Provenance(file=file, member=member, line=line), seen)
            except RowError as error:
                yield error.issue(line, repr(element))


def _whose_activity(head: str) -> Confidence:
    products = _PRODUCT.findall(head) or _HEADER.findall(head)
    if any(product.startswith("YouTube") for product in products):
        return Confidence(1, "an array of activities of YouTube")
    if products:
        return Confidence(0, "it is the activity in another product of Google than YouTube")
    if _ADDRESS.search(head):
        return Confidence(0.9, "an array of activities with addresses of YouTube")
    return Confidence(0, "its elements have no titleUrl, time and products")


def _wording(export: ExportFile) -> Wording:
    """The verb of the file, from its first rows that are about videos."""
    sentences: list[str] = []
    mixed = False
    for element in islice(json_elements(export, _Element), SAMPLE * 5):
        if isinstance(element, _Element) and isinstance(element.titleUrl, str) and isinstance(element.title, str):
            if video_id(element.titleUrl) is not None:
                if len(element.title) <= LONGEST:
                    sentences.append(element.title)
                if len(sentences) >= SAMPLE:
                    break
            else:
                mixed = mixed or is_search(element.titleUrl)
    return Wording(learn(sentences), mixed=mixed)


def _row(element: object, wording: Wording, provenance: Provenance, seen: Occurrences) -> Row:
    if not isinstance(element, _Element):
        raise RowError("not_an_object", "the element is not a JSON object")
    if element.time is None and isinstance(element.snippet, Mapping):
        return item_row(element.snippet, _instant(element.snippet.get("publishedAt"), "publishedAt"), provenance, seen)
    sentence, url, header, products = element.title, element.titleUrl, element.header, element.products
    if products != _YOUTUBE and not _is_youtube(header, products):
        return Skipped(line=provenance.line, reason="other_product")
    at = _instant(element.time, "time")
    if not isinstance(sentence, str):
        raise RowError("bad_text", "title is not a text", "title")
    if url is not None and not isinstance(url, str):
        raise RowError("bad_text", "titleUrl is not a text", "titleUrl")
    title = wording.title(sentence) if url else None
    author, author_url = _author(element.subtitles) if element.subtitles else (None, None)
    return activity_row(
        Activity(
            at=at,
            url=url or None,
            title=title,
            sentence=sentence,
            is_watching=title is not None,
            author=author,
            author_url=author_url,
            details=_details(element.details) if element.details else "",
            is_music=header == MUSIC
            or (products != _YOUTUBE and isinstance(products, list) and MUSIC in products)
            or (url is not None and "//music.youtube.com/" in url),
        ),
        wording,
        provenance,
        seen,
    )


def _is_youtube(header: object, products: object) -> bool:
    """Whether an activity is in a product of YouTube, or does not say in which."""
    names = products if isinstance(products, list) and products else [header]
    told = [name for name in names if isinstance(name, str)]
    return not told or any(name.startswith("YouTube") for name in told)


def _instant(stamp: object, field: str) -> datetime:
    """The second of a time: pages know no finer, and both are to tell of one record."""
    if not isinstance(stamp, str):
        raise RowError("bad_time", f"{field} is not a text", field)
    try:
        if len(stamp) == _STAMP and stamp.endswith("Z"):
            stamp = f"{stamp[:19]}Z"
        at = datetime.fromisoformat(stamp)
        if at.microsecond:
            at = at.replace(microsecond=0)
        if at.tzinfo is UTC:
            return at
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise RowError("bad_time", f"{field} is not a time such as 2026-01-31T12:00:00Z", field) from error


def _author(subtitles: object) -> tuple[str | None, str | None]:
    first: Any = subtitles[0] if isinstance(subtitles, list) else None
    if not isinstance(first, dict):
        raise RowError("bad_text", "subtitles is not a list of objects", "subtitles")
    name, url = first.get("name"), first.get("url")
    if not isinstance(name, str | None) or not isinstance(url, str | None):
        raise RowError("bad_text", "the name or url of a subtitle is not a text", "subtitles")
    return name, url


def _details(details: object) -> str:
    if not isinstance(details, list):
        raise RowError("bad_text", "details is not a list", "details")
    return " ".join(str(entry.get("name", "")) for entry in details if isinstance(entry, dict))
