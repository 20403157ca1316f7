"""The distinct things that the records are about, as documents: each name once, however many rows it has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any, Final

from pod_agent.assistant.retrieval.document import Document, Kind, folded_text
from pod_agent.index.local import LocalIndex
from vocab.query import Filter, QuerySpec
from vocab.records import IRI, UNDATED, Follow, Listen, OrderLine, PlaylistItem, Post, Record, Search, Subject, Workout

__all__ = ["CATEGORY_WORDS", "STATUSES", "WATCHED", "things_of"]

CATEGORY_WORDS: Final = {
    "groceries": "groceries, supermarket, food and drinks for home",
    "eating-out": "eating out, restaurants, hawker food, meals, coffee, food delivery",
    "transport": "transport, taxi and rides, bus and train, petrol, car sharing",
    "shopping": "shopping, clothes, electronics, gifts",
    "household": "household, rent, furniture, cleaning, repairs",
    "utilities": "utilities, electricity, water and gas bills",
    "telecom": "phone and internet, mobile plan, broadband",
    "health": "health, doctor, dentist, pharmacy, medicine",
    "entertainment": "entertainment, cinema, concerts, games, going out",
    "subscriptions": "subscriptions, streaming, gym, cloud storage, news, apps",
    "travel": "travel, flights, hotels, holidays, trips",
    "education": "education, courses, school, books",
    "insurance": "insurance, premiums, cover",
    "fees": "fees, bank and card charges",
    "cash": "cash, ATM withdrawals",
    "income": "income, salary, interest, money earned",
    "transfers": "transfers, money sent and received",
    "other": "other",
}
"""Each category in the words people have for it; what is in it is said in ``docs/reference/query.md``."""
STATUSES: Final = Filter("kind", "in", ("placed", "delivered", "cancelled", "refunded"))
WATCHED: Final = Filter("kind", "in", ("video", "music"))
_REFERENCE: Final = re.compile(r"\S*\d\S*")
LABEL: Final = " \N{EN DASH} "
"""Between title and artist in the label of a song."""
PLACES: Final = 4
"""Texts of the bank that a merchant's document holds: they name branches, streets and towns."""


class _Thing:
    """Where a name occurs: its sources, its months, and other words that belong to it, in the order they came."""

    def __init__(self) -> None:
        self.sources: set[str] = set()
        self.months: set[str] = set()
        self.words: dict[str, None] = {}

    def add(self, source: object, month: object, *words: object) -> None:
        self.sources.add(str(source))
        if month:
            self.months.add(str(month))
        self.words.update(dict.fromkeys(str(word) for word in words if word))

    def document(self, kind: Kind, key: str, title: str, *parts: str, query: QuerySpec | None, **more: Any) -> Document:
        return Document(
            kind=kind,
            key=key,
            title=title,
            text=folded_text(title, *parts),
            sources=tuple(sorted(self.sources)),
            months=tuple(sorted(self.months)),
            query=query,
            **more,
        )


def things_of(index: LocalIndex) -> Iterator[Document]:
    """A document for every distinct thing."""
    for maker in (_merchants, _music, _episodes, _videos, _goods, _written):
        yield from maker(index)


def _rows(index: LocalIndex, measure: str, *dimensions: str, only: Filter | None = None) -> Iterable[tuple[Any, ...]]:
    spec = QuerySpec(measures=(measure,), dimensions=dimensions, filters=() if only is None else (only,))
    return index.run(spec, evidence=False).rows


def _merchants(index: LocalIndex) -> Iterator[Document]:
    found: dict[str, _Thing] = {}
    for name, category, kind, source, month, _ in _rows(
        index, "transactions", "merchant", "category", "kind", "source", "month"
    ):
        if name and kind not in {"transfer", "cash"}:
            found.setdefault(str(name), _Thing()).add(source, month, category)
    descriptions = index.descriptions()
    for name, thing in found.items():
        about = "; ".join(CATEGORY_WORDS.get(word, word) for word in thing.words)
        places = dict.fromkeys(_bare(text) for text in descriptions.get(name, ())[:20])
        query = QuerySpec(measures=("transactions",), filters=(Filter("merchant", "eq", name),))
        yield thing.document("merchant", name, name, about, *list(places)[:PLACES], query=query)


def _bare(description: str) -> str:
    """The bank's text without references and numbers, in small letters: a vector reads those better."""
    return " ".join(_REFERENCE.sub(" ", description).split()).lower()


def _music(index: LocalIndex) -> Iterator[Document]:
    artists: dict[str, _Thing] = {}
    albums: dict[tuple[str, str], _Thing] = {}
    tracks: dict[str, _Thing] = {}
    for artist, album, track, source, month, _ in _rows(
        index, "listening_minutes", "artist", "album", "track", "source", "month"
    ):
        if artist:
            artists.setdefault(str(artist), _Thing()).add(source, month, track)
        if artist and album:
            albums.setdefault((str(album), str(artist)), _Thing()).add(source, month, track)
        if track:
            tracks.setdefault(str(track), _Thing()).add(source, month, album)
    for name, thing in artists.items():
        songs = ", ".join(label.partition(LABEL)[0] for label in list(thing.words)[:8])
        yield thing.document("artist", name, name, f"music artist, songs: {songs}", query=_heard(artist=name))
    for (album, artist), thing in albums.items():
        query = _heard(album=album, artist=artist)
        yield thing.document("album", f"{album}\n{artist}", album, f"music album by {artist}", query=query)
    for label, thing in tracks.items():
        title, _, artist = label.partition(LABEL)
        on = ", ".join(list(thing.words)[:2])
        about = f"song by {artist}" + (f", on {on}" if on else "")
        yield thing.document("track", label, title, about, query=_heard(track=label))


def _heard(**names: str) -> QuerySpec:
    filters = tuple(Filter(field, "eq", name) for field, name in names.items())
    return QuerySpec(measures=("listening_minutes",), filters=filters)


def _episodes(index: LocalIndex) -> Iterator[Document]:
    shows: dict[str, _Thing] = {}
    episodes: dict[tuple[str, str], _Thing] = {}
    played: dict[tuple[str, str], list[IRI]] = {}
    for record in index.records(QuerySpec(measures=("podcast_minutes",))):
        if not isinstance(record, Listen) or not record.artist:
            continue
        month = f"{index.local_day(record.at):%Y-%m}"
        shows.setdefault(record.artist, _Thing()).add(record.source, month, record.title)
        if record.title:
            key = (record.title, record.artist)
            episodes.setdefault(key, _Thing()).add(record.source, month)
            played.setdefault(key, []).append(record.iri)
    for name, thing in shows.items():
        query = QuerySpec(measures=("podcast_minutes",), filters=(Filter("podcast", "eq", name),))
        yield thing.document("podcast", name, name, "podcast, " + ", ".join(list(thing.words)[:6]), query=query)
    for (title, show), thing in episodes.items():
        iris = tuple(reversed(played[title, show]))
        about = f"episode of the podcast {show}"
        yield thing.document("episode", f"{title}\n{show}", title, about, query=None, iris=iris)


def _videos(index: LocalIndex) -> Iterator[Document]:
    videos: dict[str, _Thing] = {}
    channels: dict[str, _Thing] = {}
    for video, channel, source, month, _ in _rows(index, "videos", "video", "channel", "source", "month", only=WATCHED):
        if video:
            videos.setdefault(str(video), _Thing()).add(source, month, channel)
        if channel:
            channels.setdefault(str(channel), _Thing()).add(source, month, video)
    for title, thing in videos.items():
        by = ", ".join(list(thing.words)[:2])
        query = QuerySpec(measures=("videos",), filters=(Filter("video", "eq", title), WATCHED))
        yield thing.document("video", title, title, f"video by {by}" if by else "video", query=query)
    followed = {each.name: each for each in index.kept(Follow) if each.subject is Subject.CHANNEL}
    for name, follow in followed.items():
        channels.setdefault(name, _Thing()).sources.add(follow.source)
    for name, thing in channels.items():
        query = QuerySpec(measures=("videos",), filters=(Filter("channel", "eq", name), WATCHED))
        about = "channel, videos: " + ", ".join(list(thing.words)[:5])
        if thing.months:
            yield thing.document("channel", name, name, about, query=query)
        else:
            yield thing.document("channel", name, name, "channel you follow", query=None, iris=(followed[name].iri,))


def _goods(index: LocalIndex) -> Iterator[Document]:
    products: dict[str, _Thing] = {}
    sections: dict[str, _Thing] = {}
    for record in index.records(QuerySpec(measures=("items",), filters=(STATUSES,))):
        if not isinstance(record, OrderLine):
            continue
        path = [" ".join(level.split()) for level in record.section]
        products.setdefault(record.product, _Thing()).add(
            record.source, f"{record.at:%Y-%m}", *reversed(path), record.brand, record.shop
        )
        for level in filter(None, path):
            sections.setdefault(level, _Thing()).add(record.source, f"{record.at:%Y-%m}", record.product)
    for name, thing in products.items():
        query = QuerySpec(measures=("items",), filters=(Filter("product", "eq", name), STATUSES))
        yield thing.document("product", name, name, ", ".join(list(thing.words)[:6]), query=query)
    for name, thing in sections.items():
        query = QuerySpec(measures=("items",), filters=(Filter("section", "eq", name), STATUSES))
        about = "section of a shop: " + ", ".join(list(thing.words)[:6])
        yield thing.document("section", name, name, about, query=query)


def _written(index: LocalIndex) -> Iterator[Document]:
    """What the person wrote, searched for, keeps and did: each distinct text once, with its records."""
    found: dict[tuple[Kind, str], tuple[_Thing, list[Record], str]] = {}

    def add(kind: Kind, record: Record, title: str | None, about: str = "") -> None:
        if title and title.strip():
            thing, records, _ = found.setdefault((kind, title), (_Thing(), [], about))
            thing.add(record.source, None if record.at == UNDATED else f"{index.local_day(record.at):%Y-%m}")
            records.append(record)

    for search in index.kept(Search):
        add("search", search, search.text, "searched for")
    for post in index.kept(Post):
        add("post", post, post.text, "review, comment or note")
    for item in index.kept(PlaylistItem):
        add("kept", item, item.title, f"{item.subject.value} by {item.creator or 'unknown'}, in {item.playlist}")
    for follow in index.kept(Follow):
        if follow.subject is not Subject.CHANNEL:
            add("kept", follow, follow.name, f"{follow.subject.value} you follow")
    for workout in index.kept(Workout):
        add("workout", workout, workout.activity, "workout, exercise, sport")
    for (kind, title), (thing, records, about) in found.items():
        newest = sorted(records, key=attrgetter("at", "iri"), reverse=True)
        yield thing.document(kind, title, title, about, query=None, iris=tuple(each.iri for each in newest))
