"""Rules for questions about music and podcasts: which roles together mean which plan."""

from __future__ import annotations

from fractions import Fraction

from pod_agent.assistant.case import Case, Rule, Unclear, clarify, query, roles, single, spans_days, spans_months
from pod_agent.assistant.plan import Period, Plan, Refusal, Step
from vocab.query import Filter

__all__ = ["LISTENING_RULES"]

GROUPS = {
    "ARTIST": "artist", "ARTISTS": "artist", "SONG": "track", "SONGS": "track", "ALBUM": "album", "ALBUMS": "album",
    "PODCAST": "podcast", "PODCASTS": "podcast",
}  # fmt: skip
PLURAL = frozenset({"ARTISTS", "SONGS", "ALBUMS", "PODCASTS"})
TIME = frozenset({"HOURS", "MINUTES", "HOWLONG", "LISTENTIME"})
SOUND = frozenset(
    {"PLAY", "LISTEN", "MUSIC", "PODCAST", "PODCASTS", "EPISODES", "SONG", "SONGS", "ARTIST", "ALBUM", "SPEND"}
)
"""Words that say what is meant and change no figure beyond what ``step`` takes from them."""


def unit_of(case: Case, measure: str) -> str:
    """Hours where hours were asked for, else what the measure is counted in."""
    if measure in {"plays", "skips", "distinct", "days"}:
        return "count"
    return "hours" if case.has("HOURS") else "minutes"


def measure_of(case: Case) -> str | None:
    """Plays, skips or time."""
    if case.has("SKIP"):
        return "skips"
    if case.has(*TIME):
        return _time(case)
    if case.has("TIMES", "PLAY", "EPISODES", "HOWMANY"):
        return "plays"
    return _time(case) if case.has("LISTEN", "HOWMUCH") else None


def _time(case: Case) -> str:
    return "podcast_minutes" if _about_podcasts(case) else "listening_minutes"


def _about_podcasts(case: Case) -> bool:
    return case.has("PODCAST", "PODCASTS", "EPISODES") or bool(case.names(case.wanted, "podcast"))


def step(
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
    filters = [*_filters(case, wanted, "in"), *_filters(case, case.unwanted, "not_in"), *case.row_filters()]
    if measure in {"plays", "skips", "days"} and _about_podcasts(case) and "podcast" not in dimensions:
        filters.append(Filter("kind", "eq", "podcast"))
    if measure == "listening_minutes" and case.has("MUSIC", "SONG", "SONGS"):
        filters.append(Filter("kind", "eq", "music"))
    return Step(
        spec=query(measure, tuple(filters), period, dimensions, order=order),
        name=", ".join(case.named(mark)[0].text for mark in wanted),
    )


def _filters(case: Case, marks: list[str], operator: str) -> list[Filter]:
    chosen: dict[str, list[str]] = {}
    for mark in marks:
        kind, names = _resolved(case, mark)
        chosen.setdefault(kind, []).extend(names)
    return [Filter(kind, operator, tuple(names)) for kind, names in chosen.items()]


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


def change(case: Case) -> Plan | Refusal | None:
    """By what percentage did listening change from A to B."""
    pair, measure = case.pair(), measure_of(case)
    if pair is None or measure is None:
        return clarify("A change between which two periods?")
    early, late = sorted(pair)
    return Plan(operation="change", steps=(step(case, measure, early), step(case, measure, late)), unit="percent")


def share(case: Case) -> Plan | Refusal | None:
    """What share of listening went to X."""
    measure = measure_of(case) or "listening_minutes"
    period = case.period()
    if measure == "podcast_minutes" and not case.wanted:
        whole = Step(spec=query("listening_minutes", case.row_filters(), period))
        return Plan(operation="share", steps=(step(case, measure, period), whole), unit="percent")
    if not case.wanted:
        return clarify("A share of what?")
    return Plan(operation="share", steps=(step(case, measure, period), step(case, measure, period, [])), unit="percent")


def compare(case: Case) -> Plan | Refusal | None:
    """Compare two periods or two names."""
    measure = measure_of(case)
    pair = case.pair()
    if measure is None:
        return None
    if pair is not None:
        sides = (step(case, measure, pair[0]), step(case, measure, pair[1]))
    elif len(case.wanted) == 2:
        sides = tuple(step(case, measure, case.period(), [mark]) for mark in case.wanted)  # type: ignore[assignment]
    else:
        return clarify("What should I compare?")
    if case.has("MORE", "LESS"):
        if not case.has("THAN"):
            return None
        first_is_more = case.has("MORE")
        if case.yes_no:
            return Plan(operation="exceeds", steps=sides if first_is_more else sides[::-1], unit=None)
        return Plan(operation="difference", steps=sides[::-1] if first_is_more else sides, unit=unit_of(case, measure))
    if pair is not None and pair[0][0] > pair[1][0]:
        sides = (sides[1], sides[0])
    return Plan(operation="difference", steps=sides, unit=unit_of(case, measure))


def mean(case: Case) -> Plan | Refusal | None:
    """Average listening per month, week or day."""
    measure = measure_of(case)
    if measure is None or unit_of(case, measure) == "count":
        return None
    period = case.whole()
    number = spans_days(period)
    table = {
        "PERMONTH": (Fraction(spans_months(period, case.facts.held)), "month"),
        "PERWEEK": (Fraction(number, 7), "week"),
        "PERDAY": (Fraction(number), "day"),
    }
    rates = [value for role, value in table.items() if case.has(role)]
    if len(rates) != 1:
        return None
    return single("mean", step(case, measure, period), unit_of(case, measure), divisor=rates[0][0], per=rates[0][1])


def peak(case: Case) -> Plan | Refusal | None:
    """In which month, on which day or weekday did I listen most."""
    measure = measure_of(case)
    if measure is None:
        return clarify("By plays or by time?", "number of plays", "listening time")
    group = "month" if case.has("WHICHMONTH") else "weekday" if case.has("WHICHWEEKDAY") else "day"
    part = step(case, measure, case.whole(), dimensions=(group,))
    return single("peak", part, "date" if group == "day" else None, smallest=case.has("LEAST", "MIN"))


def ranking(case: Case) -> Plan | Refusal | None:
    """Top artists, songs and albums by plays, top podcasts by minutes."""
    said = [role for role in GROUPS if case.has(role)]
    groups = {GROUPS[role] for role in said}
    if len(groups) > 1:
        groups -= {"podcast"} if not case.has("PODCASTS") else set()
    if len(groups) != 1:
        return clarify("Top what?", "artists", "songs", "podcasts")
    group = groups.pop()
    by_time = case.has(*TIME) or (group == "podcast" and not case.has("TIMES", "PLAY"))
    measure = ("podcast_minutes" if group == "podcast" else "listening_minutes") if by_time else "plays"
    plural = bool(PLURAL & case.roles) or case.reading.top is not None
    part = step(case, measure, case.period(), dimensions=(group,), order=f"-{measure}")
    if not plural:
        return single("leader", part, None)
    return single("ranking", part, unit_of(case, measure), limit=float(case.reading.top or 5))


def occasion(case: Case) -> Plan | Refusal | None:
    """When did I first, or last, play X."""
    if case.has("LAST") == case.has("FIRST"):
        return None
    return single("occasion", step(case, "plays", case.period()), "date", smallest=case.has("FIRST"))


def distinct(case: Case) -> Plan | Refusal | None:
    """How many different artists, songs, albums or podcasts."""
    groups = [GROUPS[role] for role in ("ARTISTS", "SONGS", "ALBUMS", "PODCASTS") if case.has(role)]
    if len(groups) != 1 or (groups[0] == "track" and not case.has("DISTINCT")):
        return None
    return single("value", step(case, "distinct", case.period(), dimensions=(groups[0],)), "count")


def series(case: Case) -> Plan | Refusal | None:
    """A figure per month."""
    measure = measure_of(case)
    if measure is None:
        return clarify("Plays or time per month?", "number of plays", "listening time")
    return single("series", step(case, measure, case.whole(), dimensions=("month",)), unit_of(case, measure))


def days(case: Case) -> Plan | Refusal | None:
    """On how many days did I play X."""
    return single("value", step(case, "days", case.period()), "count")


def any_row(case: Case) -> Plan | Refusal | None:
    """Did I play X."""
    if not case.yes_no or not case.wanted:
        return None
    return single("any", step(case, "plays", case.period()), None)


def total(case: Case) -> Plan | Refusal | None:
    """How many plays, how much time."""
    measure = measure_of(case)
    if measure is None or case.yes_no or not case.has("TIMES", "HOWMANY", "HOWMUCH", "SKIP", *TIME):
        return None
    steps = tuple(step(case, measure, period) for period in case.reading.periods or (None,))
    return Plan(operation="value", steps=steps, unit=unit_of(case, measure))


ASKED = SOUND | TIME | {"RECEIVED", "TIMES", "HOWMANY", "HOWMUCH", "WHICH", "SKIP", "SONGS"}
MOST = roles("TOP", "MOST", "MOSTOFTEN", "MAX")
LISTENING_RULES = (
    Rule(change, need=roles("PERCENT"), some=(roles("CHANGE", "COMPARE"),), may=ASKED),
    Rule(share, some=(roles("PERCENT", "SHARE"),), may=ASKED),
    Rule(compare, some=(roles("COMPARE", "MORE", "LESS", "CHANGE"),), may=ASKED | {"THAN", "HOW", "BETWEEN"}),
    Rule(mean, need=roles("AVERAGE"), some=(roles("PERMONTH", "PERWEEK", "PERDAY"),), may=ASKED),
    Rule(peak, some=(roles("WHICHMONTH", "WHICHDAY", "WHICHWEEKDAY"), MOST | {"LEAST", "MIN"}), may=ASKED),
    Rule(ranking, some=(frozenset(GROUPS), MOST), may=ASKED | {"LIST"}),
    Rule(occasion, some=(roles("WHEN", "WHICHDAY"), roles("LAST", "FIRST")), may=SOUND),
    Rule(days, need=roles("MANYDAYS"), may=SOUND),
    Rule(distinct, need=roles("HOWMANY"), some=(PLURAL,), may=SOUND | {"DISTINCT"}),
    Rule(series, some=(roles("PERMONTH", "TREND"),), may=ASKED | {"LIST", "CHANGE", "HOW"}),
    Rule(any_row, may=SOUND),
    Rule(total, may=ASKED | {"LIST"}),
)
"""In order: the first that fits and builds a plan wins."""
