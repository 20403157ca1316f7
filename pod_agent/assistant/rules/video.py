"""Rules for questions about videos, YouTube Music and the channels that the person follows."""

from __future__ import annotations

import re

from pod_agent.assistant.plan import Period, Plan, Refusal, Step
from pod_agent.assistant.rules.case import Case, Rule, Unclear, clarify, roles
from pod_agent.assistant.rules.shapes import Shapes, filters_of, step_of
from vocab.query import Filter, QuerySpec

__all__ = ["FOLLOWED", "VIDEO_RULES"]

FOLLOWED = Step(spec=QuerySpec(measures=("videos",)))
"""Stands for the list of channels, about which queries say nothing."""


class Videos(Shapes):
    """Videos, plays in YouTube Music and advertisements, by channel and title."""

    plural = frozenset({"CHANNELS", "VIDEOS", "ARTISTS", "SONGS"})
    things = ("number of videos", "videos of one channel")

    def unit_of(self, case: Case, measure: str) -> str:  # noqa: ARG002 (an override)
        """Everything is counted."""
        return "count"

    def measure_of(self, case: Case) -> str | None:
        """Videos, or what YouTube Music played."""
        return "music_videos" if case.has("YTMUSIC") else "videos"

    def group_of(self, case: Case) -> str | None:
        """Channels, or single videos."""
        if case.has("CHANNEL", "CHANNELS"):
            return "channel"
        if case.has("YTMUSIC"):
            return "video" if case.has("SONG", "SONGS") else None
        return "video" if case.has("VIDEO", "VIDEOS") else None

    def step(
        self,
        case: Case,
        measure: str,
        period: Period | None,
        marks: list[str] | None = None,
        dimensions: tuple[str, ...] = (),
        *,
        order: str | None = None,
    ) -> Step:
        """The step for a measure with all that the question says of rows."""
        wanted = case.wanted if marks is None else marks
        if case.reading.limits:
            raise Unclear(clarify("A limit on what?", "number of videos"))
        filters = [
            *_filters(case, wanted, "in"),
            *_filters(case, case.unwanted, "not_in"),
            *case.row_filters(),
        ]
        if case.has("ADS"):
            filters.append(Filter("kind", "eq", "ad"))
        elif measure in {"distinct", "days"}:
            filters.append(Filter("kind", "eq", "music" if case.has("YTMUSIC") else "video"))
        if measure == "distinct" and dimensions == ("channel",):
            filters.append(Filter("channel", "contains", ""))
        elif measure in {"distinct", "days"}:
            filters.extend(_about_videos(filters))
        return step_of(case, measure, filters, period, wanted, dimensions, order)

    def total(self, case: Case) -> Plan | Refusal | None:
        """How many videos; of YouTube alone it does not follow what is counted."""
        if not case.has("VIDEOS", "VIDEO", "WATCH", "CHANNEL", "YTMUSIC", "ADS", "PLAY") and not case.wanted:
            return clarify("Of YouTube, what?", "how many videos I watched", "what I paid for YouTube Premium")
        said = re.search(r"\b(?:i|WHICH|LIST)\b", case.reading.text) is None and case.has("VIDEOS")
        return super().total(case) if said or case.has("TIMES", "HOWMANY", "TOTAL") else None

    def follows(self, case: Case) -> Plan | Refusal | None:
        """The channels that the person follows: which, how many, or whether one of them is."""
        if case.reading.periods or case.reading.days or case.unwanted:
            return clarify("The list of channel subscriptions has no dates. Do you mean all of them?")
        names = tuple(case.names(case.wanted, "channel"))
        if names and case.yes_no:
            return Plan(operation="follows", steps=(FOLLOWED,), unit=None, ask="any", names=names)
        if names:
            return None
        if case.has("HOWMANY", "TOTAL"):
            return Plan(operation="follows", steps=(FOLLOWED,), unit="count", ask="count")
        if case.has("WHICH", "LIST") or case.reading.text.strip() in {"SUBSCRIPTIONS", "my SUBSCRIPTIONS"}:
            return Plan(operation="follows", steps=(FOLLOWED,), unit="count", ask="list")
        return None


def _about_videos(filters: list[Filter]) -> list[Filter]:
    """A field that only videos have, so that the query is about them; every channel passes."""
    return [] if any(item.field in {"channel", "video"} for item in filters) else [Filter("channel", "ne", "")]


def _filters(case: Case, marks: list[str], operator: str) -> list[Filter]:
    pairs: list[tuple[str, list[str]]] = []
    out: list[Filter] = []
    for mark in marks:
        names = case.named(mark)
        if names[0].kind == "words":
            if operator == "not_in" or len(marks) > 1:
                raise Unclear(clarify("Which videos do you mean?"))
            out.append(Filter("video", "contains", names[0].text))
            continue
        kinds = list(dict.fromkeys(name.kind for name in names))
        if len(kinds) > 1:
            said = re.search(rf"\bCHANNELS? {mark}|{mark} CHANNEL|\bVIDEO {mark}", case.reading.text)
            if said is None:
                raise Unclear(clarify(f"The channel or the video {names[0].text}?", "the channel", "the video"))
            kinds = ["video" if said[0].startswith("VIDEO") else "channel"]
        pairs.append((kinds[0], [name.text for name in names if name.kind == kinds[0]]))
    if len({field for field, _ in pairs}) > 1:
        raise Unclear(clarify("Do you mean the channel or the video?"))
    return [*out, *filters_of(pairs, operator)]


_SHAPES = Videos()
SEEN = frozenset("WATCH VIDEOS VIDEO YOUTUBE YTMUSIC PLAY LISTEN SONG SONGS ADS BUY MUSIC ABOUT RECEIVED".split())
ASKED = SEEN | {"CHANNEL", "TIMES", "HOWMANY", "WHICH"}
MOST = roles("TOP", "MOST", "MOSTOFTEN", "MAX")
VIDEO_RULES = (
    Rule(
        _SHAPES.follows,
        some=(roles("SUBSCRIBED", "SUBSCRIPTIONS"),),
        may=roles("WHICH", "LIST", "HOWMANY", "CHANNEL", "CHANNELS", "YOUTUBE", "TOTAL"),
    ),
    Rule(_SHAPES.change, need=roles("PERCENT"), some=(roles("CHANGE", "COMPARE"),), may=ASKED | {"HOW"}),
    Rule(_SHAPES.share, some=(roles("PERCENT", "SHARE"),), may=ASKED),
    Rule(
        _SHAPES.either,
        need=roles("WHICH"),
        some=(roles("MORE", "MOST", "MOSTOFTEN"),),
        may=ASKED | {"COMPARE", "CHANNELS"},
    ),
    Rule(
        _SHAPES.either,
        need=roles("OR"),
        some=(roles("MORE", "LESS", "MOST", "LEAST"), roles("WHICHMONTH", "WHICHDAY", "WHICHWEEKDAY")),
        may=ASKED,
    ),
    Rule(_SHAPES.compare, some=(roles("COMPARE", "MORE", "LESS", "CHANGE"),), may=ASKED | {"THAN", "HOW", "BETWEEN"}),
    Rule(
        _SHAPES.peak,
        some=(roles("WHICHMONTH", "WHICHDAY", "WHICHWEEKDAY", "WHICHHOUR"), MOST | {"LEAST", "MIN"}),
        may=ASKED,
    ),
    Rule(
        _SHAPES.ranking,
        some=(roles("CHANNEL", "CHANNELS", "VIDEO", "VIDEOS", "SONG", "SONGS"), MOST | {"LEAST", "MIN"}),
        may=ASKED | {"LIST", "WHERE"},
    ),
    Rule(_SHAPES.either, need=roles("OR"), some=(roles("MORE", "MOST", "MOSTOFTEN"),), may=ASKED | {"CHANNELS"}),
    Rule(_SHAPES.mean, need=roles("AVERAGE"), may=ASKED | {"PERMONTH", "PERWEEK", "PERDAY"}),
    Rule(_SHAPES.mean, some=(roles("PERWEEK", "PERDAY"),), may=ASKED),
    Rule(_SHAPES.streak, need=roles("STREAK"), may=SEEN | {"HOWMANY", "WHICH", "MANYDAYS", "MAX", "CHANNEL"}),
    Rule(_SHAPES.occasion, some=(roles("LAST", "FIRST"),), may=SEEN | {"CHANNEL", "WHEN", "WHICHDAY"}),
    Rule(_SHAPES.days, need=roles("MANYDAYS"), may=SEEN | {"CHANNEL"}),
    Rule(_SHAPES.distinct, need=roles("DISTINCT"), some=(roles("CHANNELS", "VIDEOS"),), may=SEEN | {"HOWMANY"}),
    Rule(_SHAPES.distinct, need=roles("HOWMANY"), some=(roles("CHANNELS"),), may=SEEN | {"DISTINCT"}),
    Rule(_SHAPES.distinct, need=roles("HOWMANY", "DISTINCT"), some=(roles("VIDEOS", "SONGS"),), may=SEEN),
    Rule(_SHAPES.series, some=(roles("PERMONTH", "TREND"),), may=ASKED | {"LIST", "CHANGE", "HOW"}),
    Rule(_SHAPES.any_row, may=SEEN | {"CHANNEL"}),
    Rule(_SHAPES.total, may=ASKED | {"HOWMUCH"}),
)
"""In order: the first that fits and builds a plan wins."""
