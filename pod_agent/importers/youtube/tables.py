"""YouTube's tables, known by what their cells hold in any language: subscriptions, playlists and comments.

Each row tells its kind: a channel's id and address, a video's id and a time, or a comment's id, its writer's channel
and a time. Files of playlists from before 2022 have a block about the playlist above the rows.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import ClassVar, Final

import msgspec

from pod_agent.errors import RefusedExportError
from pod_agent.importers.faults import RowError
from pod_agent.importers.protocol import Confidence, ExportFile, Row, Skipped
from pod_agent.importers.reading import decode_head, printable, text_lines
from pod_agent.importers.youtube.rows import SOURCE, address, channel_follow
from vocab.records import Occurrences, PlaylistItem, Post, Provenance, Subject, record_iri

__all__ = ["YouTubeTables"]

_CHANNEL: Final = re.compile(r"UC[A-Za-z0-9_-]{22}")
_CHANNEL_ADDRESS: Final = re.compile(r"https?://(?:www\.)?youtube\.com/channel/(UC[A-Za-z0-9_-]{22})")
_VIDEO: Final = re.compile(r"[A-Za-z0-9_-]{11}")
_COMMENT: Final = re.compile(r"Ug[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]+)?")
_POST: Final = re.compile(r"Ug[kw][A-Za-z0-9_-]{20,}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| UTC|[+-]\d\d:\d\d)?")
_SUFFIX: Final = re.compile(
    r"-(?:\S*vid\S*|\S*wide\S*|\S*βίντεο|\S*видео|\S*відео|動画|视频|影片|동영상)$", re.IGNORECASE
)
_HEADERS: Final = frozenset(
    {
        ("channel id", "channel url", "channel title"),
        ("video id", "playlist video creation timestamp"),
        ("video id", "time added"),
    }
)
_LOOKED_AT: Final = 50

Cells = list[str]


class YouTubeTables:
    """Reads lists of subscriptions, playlists and comments: Follow, PlaylistItem and Post."""

    name: ClassVar[str] = "youtube-csv"
    endings: ClassVar[frozenset[str]] = frozenset({".csv"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of rows with ids of YouTube's channels or comments; fairly so of ids of videos."""
        try:
            rows = list(csv.reader(io.StringIO(decode_head(export.head).lstrip("\ufeff"), newline="")))
        except csv.Error:
            return Confidence(0, "it is no table")
        for cells in rows[:_LOOKED_AT]:
            kind = next((kind for fits, kind in _KINDS if fits(cells)), None)
            if kind is not None:
                return Confidence(1, f"a table of {kind} of YouTube")
            if _is_item(cells):
                named = "youtube" in (export.member or export.file).lower() or "video" in "".join(rows[0]).lower()
                return Confidence(0.9 if named else 0.4, "a table of videos and times")
        if rows and tuple(cell.strip().lower() for cell in rows[0]) in _HEADERS:
            return Confidence(0.9, "an empty table, by its columns")
        return Confidence(0, "its rows have no ids of channels, videos or comments of YouTube")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield one row for every row below the names of the columns."""
        reader = _Reader(export)
        may_be_names = True
        for line, cells in _rows(export):
            row = reader.row(cells, line)
            if row is not None:
                yield row
            elif not may_be_names:
                fault = RowError("wrong_columns", "the row is not like those of such a table")
                yield fault.issue(line, ",".join(cells))
            may_be_names = _is_playlist(cells)


class _Reader:
    """Reads the rows of one file."""

    def __init__(self, export: ExportFile) -> None:
        self._file, self._member = export.file, export.member
        self._seen = Occurrences()
        path = PurePosixPath((export.member or export.file).replace("\\", "/"))
        self._playlist = printable(_SUFFIX.sub("", path.stem)) or "playlist"

    def row(self, cells: Cells, line: int) -> Row | None:
        """What a row tells, None where it is of no known kind."""
        provenance = Provenance(file=self._file, member=self._member, line=line)
        if _is_subscription(cells):
            return channel_follow(cells[0], printable(cells[2]) or cells[0], provenance, self._seen)
        if _is_comment(cells):
            return self._comment(cells, provenance)
        if _is_playlist(cells):
            self._playlist = printable(cells[4]) or self._playlist
            return Skipped(line=line, reason="playlist_details")
        if _is_item(cells):
            return self._item(cells, provenance)
        return None

    def _item(self, cells: Cells, provenance: Provenance) -> Row:
        video = cells[0].strip()
        at = _instant(cells[1])
        if at is None:
            return RowError("bad_time", "there is no such time").issue(provenance.line, cells[1])
        return PlaylistItem(
            iri=record_iri(PlaylistItem, SOURCE, at, (self._playlist, video), self._seen),
            source=SOURCE,
            at=at,
            provenance=provenance,
            playlist=self._playlist,
            subject=Subject.VIDEO,
            title=None,
            target=address(video),
        )

    def _comment(self, cells: Cells, provenance: Provenance) -> Row:
        at = _instant(cells[2])
        if at is None:
            return RowError("bad_time", "there is no such time").issue(provenance.line, cells[2])
        about, text = _about_and_text(cells[3:])
        if not text:
            return Skipped(line=provenance.line, reason="no_content")
        iri = record_iri(Post, SOURCE, at, (cells[0],), self._seen)
        return Post(iri=iri, source=SOURCE, at=at, provenance=provenance, text=text, about=about)


def _rows(export: ExportFile) -> Iterator[tuple[int, Cells]]:
    """Rows that are not blank, with their first lines."""
    reader = csv.reader(f"{line}\n" for _, line in text_lines(export))
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise RefusedExportError(f"{export.file} is no table: a quoted text in it never ends") from error


def _is_subscription(cells: Cells) -> bool:
    if len(cells) < 3:
        return False
    found = _CHANNEL_ADDRESS.fullmatch(cells[1].strip())
    return found is not None and found[1] == cells[0]


def _is_item(cells: Cells) -> bool:
    return len(cells) == 2 and bool(_VIDEO.fullmatch(cells[0].strip()) and _TIME.fullmatch(cells[1].strip()))


def _is_playlist(cells: Cells) -> bool:
    return (
        len(cells) >= 5 and bool(_CHANNEL.fullmatch(cells[1]) and _TIME.fullmatch(cells[2])) and not _is_comment(cells)
    )


def _is_comment(cells: Cells) -> bool:
    if len(cells) < 6:
        return False
    return bool(_COMMENT.fullmatch(cells[0]) and _CHANNEL.fullmatch(cells[1]) and _TIME.fullmatch(cells[2]))


_KINDS: Final = ((_is_subscription, "channels"), (_is_comment, "comments"), (_is_playlist, "a playlist"))


def _instant(stamp: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(stamp.strip().removesuffix(" UTC")).replace(microsecond=0)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _about_and_text(cells: Cells) -> tuple[str | None, str]:
    """What a comment is on, and its text: the cell in Google's JSON, or else the one after the video or post."""
    about, after = None, len(cells)
    for number, cell in enumerate(cells):
        if _VIDEO.fullmatch(cell):
            about, after = address(cell), number + 1
            break
        if _POST.fullmatch(cell):
            about, after = f"https://www.youtube.com/post/{cell}", number + 1
    coded = next((cell for cell in cells if cell.startswith('{"')), None)
    if coded is None:
        rest = [cell for cell in cells[after:] if cell.strip() and not _COMMENT.fullmatch(cell)]
        return about, printable(rest[0]) if rest else ""
    try:
        parts = msgspec.json.decode(f"[{coded}]", type=list[dict[str, object]])
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return about, printable(coded)
    return about, printable("".join(str(part.get("text", "")) for part in parts))
