"""Rules for questions about music and podcasts: which roles together mean which plan."""

from __future__ import annotations

import re

from pod_agent.assistant.plan import Period, Plan, Refusal, Step
from pod_agent.assistant.rules.case import Case, Rule, Unclear, clarify, query, roles
from pod_agent.assistant.rules.shapes import RATES, Shapes, filters_of, step_of
from vocab.query import Filter

__all__ = ["LISTENING_RULES"]

GROUPS = {
    "ARTIST": "artist", "ARTISTS": "artist", "SONG": "track", "SONGS": "track", "ALBUM": "album", "ALBUMS": "album",
    "PODCAST": "podcast", "PODCASTS": "podcast",
}  # fmt: skip
TIME = frozenset({"HOURS", "MINUTES", "HOWLONG", "LISTENTIME"})
SOUND = frozenset(
    {"PLAY", "LISTEN", "MUSIC", "PODCAST", "PODCASTS", "EPISODES", "SONG", "SONGS", "ARTIST", "ALBUM", "SPEND", "BUY"}
)
"""Words that say what is meant and change no figure beyond what ``step`` takes from them."""


class Listening(Shapes):
    """Plays, skips and time of songs and podcasts."""

    plural = frozenset({"ARTISTS", "SONGS", "ALBUMS", "PODCASTS"})
    things = ("number of plays", "listening time")

    def unit_of(self, case: Case, measure: str) -> str:
        """Hours where hours were asked for, else what the measure is counted in."""
        if measure in {"plays", "skips", "distinct", "days"}:
            return "count"
        return "hours" if case.has("HOURS") and not case.has("MINUTES") else "minutes"

    def measure_of(self, case: Case) -> str | None:
        """Plays, skips or time."""
        if case.has("SKIP"):
            return "skips"
        if case.has(*TIME):
            return _time(case)
        if case.has("TIMES", "PLAY", "EPISODES", "HOWMANY") or (case.has("SONGS") and case.has("AVERAGE", *RATES)):
            return "plays"
        return _time(case) if case.has("LISTEN", "HOWMUCH") else None

    def counted(self, case: Case) -> str | None:  # noqa: ARG002 (an override)
        """Plays."""
        return "plays"

    def group_of(self, case: Case) -> str | None:
        """Artists, songs, albums or podcasts; a podcast named beside one of these narrows nothing."""
        groups = {GROUPS[role] for role in GROUPS if case.has(role)}
        if len(groups) > 1 and not case.has("PODCASTS"):
            groups -= {"podcast"}
        return groups.pop() if len(groups) == 1 else None

    def ranked_by(self, case: Case, group: str) -> str | None:
        """Plays; minutes where time is asked for, and of podcasts unless times are; skips where they are."""
        if case.has("SKIP"):
            return "skips"
        if case.has(*TIME) or (group == "podcast" and not case.has("TIMES", "PLAY")):
            return "podcast_minutes" if group == "podcast" else "listening_minutes"
        return "plays"

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
        """The step for a measure with all that the question says of rows; ``marks`` replaces the wanted names."""
        wanted = case.wanted if marks is None else marks
        if case.reading.limits or case.reading.accounts or any(mark[0] in "CN" for mark in case.wanted + case.unwanted):
            raise Unclear(clarify("Do you mean money or listening?", "spending", "listening"))
        filters = [
            *filters_of([_resolved(case, mark) for mark in wanted], "in"),
            *filters_of([_resolved(case, mark) for mark in case.unwanted], "not_in"),
            *case.row_filters(),
        ]
        if measure in {"plays", "skips", "days"} and _about_podcasts(case) and "podcast" not in dimensions:
            filters.append(Filter("kind", "eq", "podcast"))
        if measure == "listening_minutes" and case.has("MUSIC", "SONG", "SONGS") and not case.has("ALLSOUND"):
            filters.append(Filter("kind", "eq", "music"))
        return step_of(case, measure, filters, period, wanted, dimensions, order)

    def share(self, case: Case) -> Plan | Refusal | None:
        """What share of listening went to X, or to podcasts."""
        measure = self.measure_of(case) or "listening_minutes"
        period = case.period()
        if measure == "podcast_minutes" and not case.wanted and not case.reading.days:
            whole = Step(spec=query("listening_minutes", case.row_filters(), period))
            return Plan(operation="share", steps=(self.step(case, measure, period), whole), unit="percent")
        if measure == "skips" or case.has("DISTINCT"):
            return clarify("A share of what?")
        return self.share_of(case, measure)

    def sides(self, case: Case, measure: str) -> tuple[Step, Step] | None:
        """Music and podcasts may be set against each other, too."""
        both = re.findall(r"\b(?:MUSIC|SONGS?|PODCASTS?|EPISODES)\b", case.reading.text)
        kinds = list(dict.fromkeys("music" if word[0] in "MS" else "podcast" for word in both))
        if len(kinds) < 2 or case.wanted or case.pair() is not None:
            return super().sides(case, measure)
        if measure not in {"listening_minutes", "podcast_minutes", "plays"}:
            raise Unclear(clarify("What should I compare?", "listening time", "number of plays"))
        chosen = "plays" if measure == "plays" else "listening_minutes"
        filters = case.row_filters()
        left, right = (
            Step(spec=query(chosen, (*filters, Filter("kind", "eq", kind)), case.period()), name=kind) for kind in kinds
        )
        return left, right

    def total(self, case: Case) -> Plan | Refusal | None:
        """How many plays, how much time."""
        asked = case.has("TIMES", "HOWMANY", "HOWMUCH", "SKIP", "EPISODES", *TIME)
        if not case.wanted and not case.has("SKIP", "LISTENTIME", *(SOUND - {"SPEND", "BUY"})):
            return None
        asked = asked or (case.has("TOTAL") and case.has("LISTEN", "PLAY"))
        counted = case.has("SONGS") and case.has("PLAY") and not re.search(r"\b(?:i|WHICH|LIST)\b", case.reading.text)
        if not asked and not counted:
            return None
        if case.has("HOWMANY") and self.plural & case.roles == {"PODCASTS"} and not case.has("PLAY", "LISTEN", *TIME):
            return None
        return super().total(case)


def _time(case: Case) -> str:
    return "podcast_minutes" if _about_podcasts(case) and not case.has("ALLSOUND") else "listening_minutes"


def _about_podcasts(case: Case) -> bool:
    return case.has("PODCAST", "PODCASTS", "EPISODES") or bool(case.names(case.wanted, "podcast"))


def _resolved(case: Case, mark: str) -> tuple[str, list[str]]:
    """The field and the names that a mark stands for; a name of an artist and a song is asked back."""
    names = [name for name in case.named(mark) if name.kind in {"artist", "track", "album", "podcast"}]
    said = {GROUPS[role] for role in case.roles if role in GROUPS}
    kinds = list(dict.fromkeys(name.kind for name in names))
    if len(kinds) > 1 and "album" not in said:
        kinds = [kind for kind in kinds if kind != "album"]
    if len(kinds) > 1:
        kinds = [kind for kind in kinds if kind in said] or kinds
    if len(kinds) != 1:
        raise Unclear(clarify(f"Which {names[0].text} do you mean?", *kinds) if names else clarify("Which one?"))
    return kinds[0], [name.text for name in names if name.kind == kinds[0]]


ASKED = SOUND | TIME | {"RECEIVED", "TIMES", "HOWMANY", "HOWMUCH", "WHICH", "SKIP", "SONGS", "ALLSOUND"}
MOST = roles("TOP", "MOST", "MOSTOFTEN", "MAX")
_SHAPES = Listening()
LISTENING_RULES = (
    Rule(_SHAPES.change, need=roles("PERCENT"), some=(roles("CHANGE", "COMPARE"),), may=ASKED | {"HOW"}),
    Rule(_SHAPES.share, some=(roles("PERCENT", "SHARE"),), may=ASKED),
    Rule(_SHAPES.either, need=roles("WHICH"), some=(roles("MORE", "MOST", "MOSTOFTEN"),), may=ASKED | {"COMPARE"}),
    Rule(
        _SHAPES.either,
        need=roles("OR"),
        some=(roles("MORE", "LESS", "MOST", "LEAST"), roles("WHICHMONTH", "WHICHDAY", "WHICHWEEKDAY")),
        may=ASKED,
    ),
    Rule(_SHAPES.compare, some=(roles("COMPARE", "MORE", "LESS", "CHANGE"),), may=ASKED | {"THAN", "HOW", "BETWEEN"}),
    Rule(_SHAPES.either, need=roles("OR"), some=(roles("MORE", "MOST", "MOSTOFTEN"),), may=ASKED),
    Rule(_SHAPES.mean, need=roles("AVERAGE"), may=ASKED | {"PERMONTH", "PERWEEK", "PERDAY"}),
    Rule(_SHAPES.mean, some=(roles("PERWEEK", "PERDAY"),), may=ASKED),
    Rule(_SHAPES.streak, need=roles("STREAK"), may=SOUND | {"HOWMANY", "WHICH", "MANYDAYS", "MAX"}),
    Rule(
        _SHAPES.peak,
        some=(roles("WHICHMONTH", "WHICHDAY", "WHICHWEEKDAY", "WHICHHOUR"), MOST | {"LEAST", "MIN"}),
        may=ASKED,
    ),
    Rule(_SHAPES.ranking, some=(frozenset(GROUPS), MOST | {"LEAST", "MIN"}), may=ASKED | {"LIST"}),
    Rule(_SHAPES.occasion, some=(roles("LAST", "FIRST"),), may=SOUND | {"WHEN", "WHICHDAY"}),
    Rule(_SHAPES.days, need=roles("MANYDAYS"), may=SOUND),
    Rule(_SHAPES.distinct, need=roles("DISTINCT"), some=(Listening.plural,), may=SOUND | {"HOWMANY"}),
    Rule(_SHAPES.distinct, need=roles("HOWMANY"), some=(Listening.plural,), may=SOUND | {"DISTINCT"}),
    Rule(_SHAPES.series, some=(roles("PERMONTH", "TREND"),), may=ASKED | {"LIST", "CHANGE", "HOW"}),
    Rule(_SHAPES.any_row, may=SOUND),
    Rule(_SHAPES.total, may=ASKED | {"LIST"}),
)
"""In order: the first that fits and builds a plan wins."""
