"""YouTube's older JSON, in the shape of its API: histories and playlists before 2018, and ``subscriptions.json``.

Each element is an item of a playlist or a subscription. A history was a playlist then, with an id that begins with HL;
``publishedAt`` is when an item was added. The channel of an item is the owner of the playlist, not that of the video.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Final

from pod_agent.importers.protocol import Issue, Row, Skipped
from pod_agent.importers.reading import printable
from pod_agent.importers.youtube.rows import SOURCE, address, channel_follow
from vocab.records import Occurrences, PlaylistItem, Provenance, Subject, View, record_iri

__all__ = ["item_row"]

_HISTORY: Final = "HL"
_GONE: Final = frozenset({"Deleted video", "Private video"})


def item_row(snippet: Mapping[str, Any], at: datetime, provenance: Provenance, seen: Occurrences) -> Row:
    """A View of an item of a history, a Follow of a subscription, and else an item of a playlist."""
    resource = snippet.get("resourceId")
    resource = resource if isinstance(resource, Mapping) else {}
    title, video, channel = (
        _text(value) for value in (snippet.get("title"), resource.get("videoId"), resource.get("channelId"))
    )
    playlist = _text(snippet.get("playlistId"))
    line = provenance.line
    if video is not None:
        title = None if title in _GONE else title
        if playlist is not None and playlist.startswith(_HISTORY):
            iri = record_iri(View, SOURCE, at, (video,), seen)
            return View(iri=iri, source=SOURCE, at=at, provenance=provenance, title=title, video=address(video))
        name = printable(PurePosixPath((provenance.member or provenance.file).replace("\\", "/")).stem)
        iri = record_iri(PlaylistItem, SOURCE, at, (name, video), seen)
        return PlaylistItem(
            iri=iri,
            source=SOURCE,
            at=at,
            provenance=provenance,
            playlist=name,
            subject=Subject.VIDEO,
            title=title,
            target=address(video),
        )
    if channel is not None:
        return channel_follow(channel, title or channel, provenance, seen)
    if resource:
        return Skipped(line=line, reason="no_video")
    return Issue(line=line, code="no_resource", detail="the item does not say what it is", column="snippet")


def _text(value: object) -> str | None:
    return (printable(value) or None) if isinstance(value, str) else None
