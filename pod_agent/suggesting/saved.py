"""What someone kept, follows or left half heard, and has not played or watched yet.

These are the novel things that their own records know of: no catalogue of the world's music or videos is held or asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from pod_agent.features.baskets import History, Records
from pod_agent.features.inputs import LISTENING, TEXT, WATCHING
from pod_agent.suggesting.candidate import Candidate
from pod_agent.suggesting.returns import chances
from pod_agent.suggesting.words import day_words, quoted, times
from vocab.records import IRI, UNDATED, Follow, PlaylistItem, Subject

__all__ = ["Likes", "kept_items", "subscribed", "unfinished"]

PLAIN: Final = 0.15
LATE: Final = 0.15
MAKER: Final = 0.3
ALIKE: Final = 0.2
"""What is kept at all counts, more where it was kept lately, where its maker is liked, and where its name is alike."""
LATE_DAYS: Final = 60
FEWEST_SONGS: Final = 4
QUIET_DAYS: Final = 60

Likes = Callable[[list[str]], dict[str, float]]
"""How alike each of these names is to what was heard or watched lately, from 0 to 1; none without a text model."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """Which kept things become suggestions of a kind."""

    input: str
    follows: Subject | None
    keeps: Subject
    by_maker: bool
    verb: str


KINDS: Final = {
    "artist": _Kind(LISTENING, Subject.ARTIST, Subject.TRACK, True, "played"),  # noqa: FBT003 - a table
    "track": _Kind(LISTENING, None, Subject.TRACK, False, "played"),  # noqa: FBT003
    "channel": _Kind(WATCHING, Subject.CHANNEL, Subject.VIDEO, True, "watched"),  # noqa: FBT003
    "video": _Kind(WATCHING, None, Subject.VIDEO, False, "watched"),  # noqa: FBT003
}
MAKERS: Final = {"artist": "artist", "track": "artist", "channel": "channel", "video": "channel"}


def kept_items(
    kind: str,
    records: Records,
    follows: Iterable[Follow],
    playlists: Iterable[PlaylistItem],
    likes: Likes | None = None,
) -> list[Candidate]:
    """What the person follows or keeps of this kind and has not played or watched yet."""
    rule = KINDS[kind]
    known = _folded(records.history(kind))
    found: dict[str, list[Follow | PlaylistItem]] = {}
    for follow in follows:
        if follow.subject is rule.follows:
            found.setdefault(follow.name, []).append(follow)
    for item in playlists:
        name = _name(rule, kind, item)
        if item.subject is rule.keeps and name:
            found.setdefault(name, []).append(item)
    unknown = {name: items for name, items in found.items() if name.casefold() not in known}
    makers = chances(records.history(MAKERS[kind]))
    alike = likes(sorted(unknown)) if likes is not None and unknown else {}
    today = records.today
    return [_kept(kind, name, items, today, (makers, alike.get(name, 0.0))) for name, items in unknown.items()]


def subscribed(records: Records, follows: Iterable[Follow]) -> list[Candidate]:
    """Channels that the person subscribed to and has not watched for a while."""
    history = records.history("channel")
    if history is None:
        return []
    names = {name.casefold(): habit for name, habit in history.habits.items()}
    found = []
    for follow in follows:
        habit = names.get(follow.name.casefold())
        if follow.subject is Subject.CHANNEL and habit and history.today - habit.last >= QUIET_DAYS:
            found.append(
                Candidate(
                    kind="channel",
                    item=habit.item,
                    parts={WATCHING: PLAIN + MAKER * min(1.0, habit.times / 20)},
                    reason=f"You subscribe to this channel and watched it {times(habit.times)}, "
                    f"last on {day_words(habit.last)}.",
                    family=history.family,
                    rows=habit.rows,
                    iris=(follow.iri,),
                    context={"forgotten": 1.0},
                )
            )
    return found


def unfinished(records: Records) -> list[Candidate]:
    """Songs of albums that the person otherwise played, which they only ever skipped."""
    events, history = records.events("plays"), records.history("artist")
    if history is None:
        return []
    played = {row[5] for row in events.rows if row[6]}
    albums: dict[tuple[int | None, int | None], dict[int, list[int]]] = {}
    for number, _, _, artist, album, track, _ in events.rows:
        if album is not None and track is not None and number is not None:
            skipped = albums.setdefault((artist, album), {}).setdefault(track, [])
            if track not in played:
                skipped.append(number)
    makers, found = chances(history), []
    for (artist, album), songs in albums.items():
        heard = sum(track in played for track in songs)
        if len(songs) < FEWEST_SONGS or 2 * heard < len(songs):
            continue
        liked = makers.get(events.texts.get(artist, ""), 0.0) * heard / len(songs)
        for track, rows in songs.items():
            if track not in played:
                reason = (
                    f"You played {heard} of the {len(songs)} songs in your records of the album "
                    f"{quoted(events.texts[album])}, and skipped this one {times(len(rows))}."
                )
                found.append(
                    Candidate(
                        kind="track",
                        item=events.texts[track],
                        parts={LISTENING: MAKER * liked},
                        reason=reason,
                        novel=True,
                        family="plays",
                        rows=rows,
                    )
                )
    return found


def _name(rule: _Kind, kind: str, item: PlaylistItem) -> str | None:
    if rule.by_maker:
        return item.creator
    if kind == "track" and item.title and item.creator:
        return f"{item.title} \u2013 {item.creator}"
    return item.title


def _kept(
    kind: str, name: str, items: list[Follow | PlaylistItem], today: date, liked: tuple[Mapping[str, float], float]
) -> Candidate:
    """``liked`` holds how likely each maker is heard or watched, and how alike the name is to what was lately."""
    rule, (makers, alike) = KINDS[kind], liked
    newest = sorted(items, key=lambda item: (item.at, item.iri), reverse=True)
    at = None if newest[0].at == UNDATED else newest[0].at.date()
    late = 0.0 if at is None else 0.5 ** (max(0, (today - at).days) / LATE_DAYS)
    creator = next((item.creator for item in newest if isinstance(item, PlaylistItem) and item.creator), name)
    parts = {rule.input: PLAIN + LATE * late + MAKER * makers.get(creator, 0.0)}
    if alike:
        parts[TEXT] = ALIKE * alike
    return Candidate(
        kind=kind,
        item=name,
        parts=parts,
        reason=f"You {_told(kind, newest, at)}, and your records have no day on which you {rule.verb} it.",
        novel=True,
        iris=tuple(IRI(item.iri) for item in newest),
        context={"recent": late},
    )


def _told(kind: str, items: list[Follow | PlaylistItem], at: date | None) -> str:
    when = "" if at is None else f" on {day_words(at.toordinal())}"
    if any(isinstance(item, Follow) for item in items):
        return "subscribe to this channel" if kind == "channel" else "follow this artist"
    places = sorted({item.playlist for item in items if isinstance(item, PlaylistItem)})
    if kind in {"artist", "channel"}:
        what = "song" if kind == "artist" else "video"
        number = f"{len(items)} {what}s" if len(items) > 1 else f"a {what}"
        return f"kept {number} of this {kind}" + (f", the latest{when}" if when and len(items) > 1 else when)
    return f"kept this in {quoted(places[0])}{when}"


def _folded(history: History | None) -> Collection[str]:
    return set() if history is None else {name.casefold() for name in history.habits}
