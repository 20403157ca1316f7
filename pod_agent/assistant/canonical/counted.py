"""Canonical questions about what is summed and counted: money, music, videos, orders and products."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from pod_agent.assistant.canonical.phrases import PHRASES, PICKED, PLURALS, Phrase
from pod_agent.assistant.canonical.slots import (
    STATES,
    changed,
    conditions,
    days,
    excluding,
    joined,
    led,
    limits,
    two_of,
    when,
)
from pod_agent.assistant.parts import Parts

__all__ = ["counted"]

CLEARED: Final = {"names": (), "categories": (), "periods": (), "days": (), "limits": (), "conditions": ()}


def counted(sketch: Parts) -> str | None:
    """The question that says the same as the sketch; None where its parts make none."""
    shape = SHAPES.get(sketch.operation)
    return None if shape is None else shape(sketch, _phrase(sketch))


def _phrase(sketch: Parts) -> Phrase:
    """The words of the measure; of days and distinct things those of the topic's first measure."""
    phrases = PHRASES[sketch.topic]
    phrase = phrases.get(sketch.measure) or next(iter(phrases.values()))
    if sketch.topic != "shops":
        return phrase
    states = " ".join(each for each in sketch.conditions if each in STATES)
    if sketch.measure == "items" and (sketch.categories or sketch.operation in {"peak", "exceeds"}):
        thing = f"units of {' and '.join(sketch.categories) or 'products'}"
        return replace(phrase, thing=thing, noun=f"how many {thing} I bought")
    if not states:
        return phrase
    return replace(
        phrase,
        thing=f"{states} {phrase.thing}",
        noun=phrase.noun.replace("orders", f"{states} orders"),
        listed=f"{states} {phrase.listed}",
    )


def _object(sketch: Parts, phrase: Phrase) -> str:
    """What stands right behind the verb: the names, or what the measure is of."""
    if sketch.topic == "music":
        names = joined(sketch.names, "to" if phrase.verb == "listen" else "")
        return names or f" {phrase.obj}"
    if sketch.topic == "shops":
        if sketch.measure == "product_spend":
            return joined(sketch.categories, "on") or f" {phrase.obj}"
        return ""
    return f" {phrase.obj}"


def _names(sketch: Parts, phrase: Phrase) -> str:
    """The names and categories that do not stand behind the verb."""
    if sketch.topic == "music":
        return ""
    if sketch.topic == "shops":
        goods = sketch.categories if sketch.measure in {"days", "distinct"} else ()
        return joined(goods, "of") + joined(sketch.names, "at")
    lead = "from" if sketch.topic == "video" else "at"
    if phrase.verb in {"send", "receive"}:
        lead = "to" if phrase.verb == "send" else "from"
    return joined(sketch.categories, "on") + joined(sketch.names, lead)


def _rows(sketch: Parts, phrase: Phrase) -> str:
    """All that narrows rows, but periods and what stands behind the verb."""
    limited = f" in purchases{limits(sketch)}" if sketch.limits and sketch.measure == "spend" else limits(sketch)
    return f"{_names(sketch, phrase)}{days(sketch)}{conditions(sketch)}{limited}"


def _tail(sketch: Parts, phrase: Phrase) -> str:
    return f"{_object(sketch, phrase)}{_rows(sketch, phrase)}{when(sketch.periods)}{excluding(sketch)}"


def _asked(phrase: Phrase, more: str = "") -> str:
    return f"How {phrase.much} {more} {phrase.thing} did I {phrase.verb}"


def _value(sketch: Parts, phrase: Phrase) -> str | None:
    if sketch.measure == "distinct":
        plural, did = PLURALS.get(sketch.group), PICKED.get((sketch.topic, sketch.group))
        tail = f"{_rows(sketch, phrase)}{when(sketch.periods)}{excluding(sketch)}"
        return f"How many different {plural} {did}{tail}?" if plural and did else None
    if sketch.measure == "days":
        return f"On how many days did I {_done(sketch, phrase)}{when(sketch.periods)}{excluding(sketch)}?"
    if sketch.measure == "average_purchase":
        rest = f"{_rows(sketch, phrase)}{when(sketch.periods)}{excluding(sketch)}"
        return f"What was my average purchase{rest}?"
    if sketch.measure == "order_value":
        return f"What was {phrase.noun}{_tail(sketch, phrase)}?"
    return f"{_asked(phrase)}{_tail(sketch, phrase)}?"


def _done(sketch: Parts, phrase: Phrase) -> str:
    """One thing done, for days on which it was and for the last time of it."""
    rest = _rows(sketch, phrase)
    if sketch.topic == "money":
        verbs = {"cash": "withdraw cash", "income": "have income", "salary": "receive my salary"}
        return f"{verbs.get(sketch.measure, 'buy something')}{rest}"
    if sketch.topic == "music":
        return f"{'listen' if phrase.verb == 'listen' else 'play'}{_object(sketch, phrase)}{rest}"
    if sketch.topic == "video":
        return f"watch videos{rest}"
    goods = joined(sketch.categories)
    return f"buy{goods}{joined(sketch.names, 'at')}{days(sketch)}" if goods else f"place orders{rest}"


def _sides(sketch: Parts, phrase: Phrase) -> tuple[str, str, str] | None:
    """The two things that are compared, with their prepositions, and all the rest."""
    found = two_of(sketch)
    if found is None or (sketch.measure == "items" and found[0] == "categories"):
        return None
    slot, first, second = found
    rest = changed(sketch, **{slot: ()})
    if slot == "periods":
        return led(first), led(second), f"{_rows(rest, phrase)}{excluding(rest)}"
    tail = f"{_rows(rest, phrase)}{when(rest.periods)}{excluding(rest)}"
    return _side(sketch, slot, first, phrase), _side(sketch, slot, second, phrase), tail


def _side(sketch: Parts, slot: str, text: str, phrase: Phrase) -> str:
    alone = changed(sketch, **{**CLEARED, slot: (text,)})
    behind = _object(alone, phrase) if slot in {"names", "categories"} and sketch.topic in {"music", "shops"} else ""
    return (behind + _names(alone, phrase) + days(alone)).strip()


def _shared_object(sketch: Parts, phrase: Phrase) -> str:
    """What stands behind the verb where it is not what is compared."""
    found = two_of(sketch)
    if found is not None and found[0] in {"names", "categories"} and sketch.topic in {"music", "shops"}:
        return ""
    return _object(sketch, phrase)


def _under_one(first: str, second: str) -> str:
    """A and B under one preposition, where both have the same."""
    lead = first.split(maxsplit=1)[0]
    same = second.startswith(f"{lead} ") and lead in {"in", "at", "of", "from"}
    return f"{first} and {second.removeprefix(lead).strip() if same else second}"


def _difference(sketch: Parts, phrase: Phrase) -> str | None:
    sides = _sides(sketch, phrase)
    if sides is None:
        return None
    first, second, rest = sides
    shared = _shared_object(sketch, phrase)
    if not sketch.sign:
        return f"Compare {phrase.noun}{shared}{_rest_first(sketch, rest, _under_one(first, second))}"
    if not phrase.verb:
        return None
    return f"{_asked(phrase, sketch.sign)}{shared}{_rest_first(sketch, rest, f'{first} than {second}')}?"


def _rest_first(sketch: Parts, rest: str, pair: str) -> str:
    """Periods stand last, all else that is compared before what narrows it."""
    found = two_of(sketch)
    return f"{rest} {pair}" if found is not None and found[0] == "periods" else f" {pair}{rest}"


def _exceeds(sketch: Parts, phrase: Phrase) -> str | None:
    sides = _sides(sketch, phrase)
    if sides is None:
        rest = f"{_names(sketch, phrase)}{days(sketch)}{conditions(sketch)}{when(sketch.periods)}{excluding(sketch)}"
        one = len(sketch.limits) == 1 and sketch.measure == "spend"
        limit = limits(sketch).strip().replace("over", "more than").replace("under", "less than")
        return f"Did I spend {limit}{rest}?" if one else None
    first, second, rest = sides
    more = sketch.sign or "more"
    if not phrase.verb:
        return None
    if sketch.topic == "music" or sketch.measure == "music_videos":
        shared = _shared_object(sketch, phrase)
        if shared:
            return f"Did I {phrase.verb}{shared} {more} {first} than {second}{rest}?"
        return f"Did I {phrase.verb} {first} {more} than {second}{rest}?"
    return f"Did I {phrase.verb} {more} {phrase.thing}{_rest_first(sketch, rest, f'{first} than {second}')}?"


def _change(sketch: Parts, phrase: Phrase) -> str | None:
    periods = sketch.periods
    nouns = {"listen": "my listening", "play": "my plays", "skip": "my skips"}
    noun = nouns.get(phrase.verb, phrase.noun) if sketch.topic == "music" else phrase.noun
    if sketch.topic == "music" and phrase.verb == "play":
        noun = f"{noun}{joined(sketch.names, 'of')}"
    else:
        noun = f"{noun}{_object(sketch, phrase)}"
    rest = f"{_rows(sketch, phrase)}{excluding(sketch)}"
    if len(periods) == 1 and "from" in periods[0].lower().split():
        return f"By what percentage did {noun}{rest} change {periods[0]}?"
    pair = f"from {_bare(periods[0])} to {_bare(periods[1])}" if len(periods) > 1 else ""
    return f"By what percentage did {noun}{rest} change {pair}?" if pair else None


def _bare(period: str) -> str:
    return " ".join(period.split()[1:]) if period.lower().startswith(("in ", "on ", "from ")) else period


def _share(sketch: Parts, phrase: Phrase) -> str | None:
    """The part stands last; a category beside a name is the whole that the name is a part of."""
    if sketch.topic == "money":
        whole = "purchases" if sketch.measure == "purchases" else "spending"
        names = sketch.names
        if names and sketch.categories:
            whole = f"{' and '.join(sketch.categories)} {whole}"
        narrowed = f"{days(sketch)}{conditions(sketch)}" if names or sketch.categories else ""
        part = joined(names, "to") or joined(sketch.categories, "to")
        verb = "went" if whole.endswith("spending") else "were"
        if verb == "were":
            part = part.replace(" to ", " at " if names else " on ", 1)
            part += limits(sketch)
        if not part:
            verb, part = ("was" if verb == "went" else "were"), f"{days(sketch)}{conditions(sketch)}{limits(sketch)}"
        return f"What share of my {whole}{narrowed}{when(sketch.periods)} {verb}{part}{excluding(sketch)}?"
    rest = f"{days(sketch)}{when(sketch.periods)}"
    if sketch.topic == "music":
        if sketch.measure.startswith("podcast") and not sketch.names:
            return f"What share of my listening{rest} went to podcasts?"
        noun, verb = ("plays", "were of") if phrase.verb == "play" else ("listening", "went to")
        return f"What share of my {noun}{rest} {verb}{joined(sketch.names)}?" if sketch.names else None
    if sketch.topic == "shops" and sketch.measure == "product_spend":
        shops = joined(sketch.names, "at")
        return f"What share of my spending on products{shops}{rest} went{joined(sketch.categories, 'to')}?"
    lead = "from" if sketch.topic == "video" else "at"
    return f"What share of my {phrase.thing}{rest} were{joined(sketch.names, lead)}?" if sketch.names else None


def _mean(sketch: Parts, phrase: Phrase) -> str | None:
    tail = f"{_rows(sketch, phrase)}{when(sketch.periods)}{excluding(sketch)}"
    return f"{_asked(phrase)}{_object(sketch, phrase)} on average per {sketch.per or 'month'}{tail}?"


def _series(sketch: Parts, phrase: Phrase) -> str | None:
    tail = f"{_rows(sketch, phrase)}{when(sketch.periods)}{excluding(sketch)}"
    if not phrase.verb:
        return f"What was {phrase.noun} per month{tail}?"
    return f"{_asked(phrase)}{_object(sketch, phrase)} per month{tail}?"


BY: Final = {
    "spend": "by spending", "purchases": "by number of purchases", "plays": "by number of plays",
    "listening_minutes": "by listening time", "listening_hours": "by listening time",
    "podcast_minutes": "by listening time", "podcast_hours": "by listening time",
    "videos": "by number of videos", "items": "by quantity", "product_spend": "by spending",
    "orders": "by number of orders", "music_videos": "on YouTube Music",
}  # fmt: skip
"""What a ranking goes by."""


def _ranking(sketch: Parts, phrase: Phrase) -> str | None:
    plural, by = PLURALS.get(sketch.group), BY.get(sketch.measure)
    if (sketch.group, sketch.measure) == ("section", "items"):
        by = "by number of products"
    if plural is None or by is None:
        return None
    names = joined(sketch.names, "by") if sketch.topic == "music" else _names(sketch, phrase)
    if sketch.topic == "shops" and sketch.categories:
        names = joined(sketch.categories, "of") + joined(sketch.names, "at")
    tail = f"{names}{days(sketch)}{conditions(sketch)}{limits(sketch)}{when(sketch.periods)}{excluding(sketch)}"
    if sketch.low:
        least = by.removeprefix("by ").removeprefix("number of ")
        return f"What were my {sketch.top or 5} {plural} with the least {least}{tail}?"
    return f"What were my top {sketch.top or 5} {plural} {by}{tail}?"


LEADERS: Final = {
    ("money", "merchant", "spend"): "did I spend the {} at",
    ("money", "merchant", "purchases"): "did I buy at {} often",
    ("money", "category", "spend"): "did I spend the {} on",
    ("money", "category", "purchases"): "did I buy {} often",
    ("shops", "product", "product_spend"): "did I spend the {} on",
    ("shops", "product", "items"): "did I buy {} often",
    ("shops", "section", "product_spend"): "did I spend the {} on",
    ("shops", "section", "items"): "did I buy {} often",
    ("shops", "shop", "orders"): "did I order from {} often",
    ("video", "channel", "videos"): "did I watch the {}",
    ("video", "video", "videos"): "did I watch {} often",
    ("video", "song", "music_videos"): "did I play {} often on YouTube Music",
}
"""How the first of a ranking is asked for."""


def _leader(sketch: Parts, phrase: Phrase) -> str | None:
    group = PLURALS.get(sketch.group)
    if group is None:
        return None
    one = "category" if group == "categories" else group.removesuffix("s")
    names = joined(sketch.names, "by") if sketch.topic == "music" else _names(sketch, phrase)
    if sketch.topic == "shops" and sketch.categories:
        names = joined(sketch.categories, "of") + joined(sketch.names, "at")
    tail = f"{names}{days(sketch)}{conditions(sketch)}{when(sketch.periods)}{excluding(sketch)}"
    if sketch.topic == "music":
        verb = "play" if sketch.measure == "plays" else "listen to"
        timed = "" if verb == "play" or sketch.group == "podcast" else " by listening time"
        return f"Which {one} did I {verb} the most{timed}{tail}?"
    did = LEADERS.get((sketch.topic, sketch.group, sketch.measure))
    if did is None:
        return None
    return f"Which {one} {did.format('least' if sketch.low else 'most')}{tail}?"


def _peak(sketch: Parts, phrase: Phrase) -> str | None:
    opening = {
        "month": "In which month", "day": "On which day", "weekday": "On which weekday",
        "hour": "At which hour of the day",
    }.get(sketch.group)  # fmt: skip
    if opening is None or not phrase.verb:
        return None
    much = "least" if sketch.low else "most"
    tail = f"{_rows(sketch, phrase)}{when(sketch.periods)}{excluding(sketch)}"
    if sketch.topic == "music":
        return f"{opening} did I {phrase.verb}{_object(sketch, phrase)} the {much}{tail}?"
    return f"{opening} did I {phrase.verb} the {much} {phrase.thing}{_object(sketch, phrase)}{tail}?"


def _list(sketch: Parts, phrase: Phrase) -> str | None:
    if not phrase.listed:
        return None
    top = f"last {sketch.top} " if sketch.top else ""
    rest = changed(sketch, measure="purchases") if sketch.topic == "money" else sketch
    return f"List my {top}{phrase.listed}{_rows(rest, phrase)}{when(sketch.periods)}{excluding(sketch)}"


def _extreme(sketch: Parts, phrase: Phrase) -> str | None:
    thing = "order" if sketch.topic == "shops" else "purchase"
    size = "smallest" if sketch.low else "biggest"
    rest = changed(sketch, measure="purchases" if sketch.topic == "money" else "orders")
    tail = f"{_rows(rest, phrase)}{when(sketch.periods)}{excluding(sketch)}"
    if sketch.topic not in {"money", "shops"}:
        return None
    if sketch.top and sketch.top > 1:
        return f"What were my {sketch.top} {size} {thing}s{tail}?" if thing == "purchase" else None
    did = "place" if thing == "order" else "make"
    opening = {"amount": "What was my", "merchant": f"Where did I {did} my", "date": f"When did I {did} my"}[
        sketch.show
    ]
    return f"{opening} {size} {thing}{tail}?"


def _occasion(sketch: Parts, phrase: Phrase) -> str | None:
    which = "first" if sketch.low else "last"
    if sketch.topic == "shops" and not sketch.categories:
        return f"When did I place my {which} order{_rows(sketch, phrase)}{when(sketch.periods)}{excluding(sketch)}?"
    return f"When did I {which} {_done(sketch, phrase)}{when(sketch.periods)}{excluding(sketch)}?"


def _any(sketch: Parts, phrase: Phrase) -> str | None:
    done = _done(sketch, phrase).replace("buy something", "buy anything").replace("watch videos", "watch any videos")
    states = [each for each in sketch.conditions if each in STATES]
    if sketch.topic == "shops" and states:
        return f"Was any of my orders{joined(sketch.names, 'at')} {states[0]}{when(sketch.periods)}?"
    return f"Did I {done}{when(sketch.periods)}{excluding(sketch)}?"


def _ratio(sketch: Parts, phrase: Phrase) -> str | None:
    if sketch.topic != "shops":
        return None
    return f"What was my average order value{_names(sketch, phrase)}{days(sketch)}{when(sketch.periods)}?"


def _price(sketch: Parts, phrase: Phrase) -> str | None:  # noqa: ARG001 (a shape like the others)
    at = joined(sketch.names, "at")
    return f"What was the last price of {' '.join(sketch.categories)}{at}?" if sketch.categories else None


SHAPES: Final[Mapping[str, Callable[[Parts, Phrase], str | None]]] = {
    "value": _value, "difference": _difference, "exceeds": _exceeds, "change": _change, "share": _share, "mean": _mean,
    "series": _series, "ranking": _ranking, "leader": _leader, "peak": _peak, "list": _list, "orders": _list,
    "extreme": _extreme, "occasion": _occasion, "any": _any, "ratio": _ratio, "price": _price,
}  # fmt: skip
"""By operation."""
