"""Choosing: the choices of a question back as whole questions, and which of them a short reply picks.

"GrabFood", "the second one", "2" and "yes" are replies; a question of its own is none, and what names something else is
put into the question that was asked back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from pod_agent.assistant.rules.dates import read_times
from pod_agent.assistant.rules.text import canonical
from vocab.answer import Answer

__all__ = ["Choice", "Picked", "filled", "has_reading", "is_naming", "picked", "whole_choices"]

_READ_AS: Final = "I read this as"
_WHICH_DAYS: Final = "Which days"
_WHICH_FIGURE: Final = "What should I work out"

LONGEST_REPLY: Final = 6
"""Words of a reply that names a part of a choice, at most."""
_UNCLEAR: Final = re.compile(r'"([^"]+)"')
_AROUND: Final = re.compile(
    r"^(?:(?:i (?:mean|meant|want|choose|pick)|its|it is|that is|thats|make it|take|pick|choose|please|ok|okay|yes|no"
    r"|sorry|oh|ah|um|the|with|just|only)\b ?)+|\b ?(?:please|pls|thanks|thank you|one|lah)$"
)
"""What people say around the choice that they name."""
_PLACE: Final = re.compile(
    r"^(?:(?:number|no|nr|option|choice|answer)\b ?)?(\d{1,2})(?:st|nd|rd|th)?(?: one| choice| option)?$"
)
_ORDINALS: Final = {
    "first": 0, "1st": 0, "former": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3,
    "fifth": 4, "5th": 4, "last": -1, "latter": -1,
}  # fmt: skip
_ORDINAL: Final = re.compile(rf"^(?:{'|'.join(_ORDINALS)})(?: one| choice| option| of them| of the two)?$")
_YES: Final = frozenset("yes y ya yah yeah yep yup ok okay sure correct right exactly".split()) | {
    "yes please",
    "thats it",
    "thats right",
    "that one",
}
_NO: Final = frozenset(
    ("no", "n", "nope", "none", "neither", "none of them", "none of these", "neither of them", "no thanks")
)
_ASKS: Final = frozenset(
    "how what which when where who why did do does is was were are have has had can could list show and compare tell"
    " give find".split()
)
"""Words that begin a question, which no part of a choice does."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice as it is shown, and the whole question that it stands for."""

    label: str
    question: str


Picked = int | Literal["none", "which"] | None
"""The place of the choice, from 0; that it is none of them; that it may be several; None for no reply to a question."""


def has_reading(answer: Answer) -> bool:
    """Whether a question was asked back with what it was read as; that is then the first choice."""
    return answer.status == "clarify" and _refusal(answer).startswith(_READ_AS)


def is_naming(reply: str) -> bool:
    """Whether a reply may be the name or the time that a question lacked, rather than a question."""
    words = canonical(reply).split()
    return 0 < len(words) <= LONGEST_REPLY and words[0] not in _ASKS and not reply.rstrip().endswith("?")


def whole_choices(ask: Callable[[str], Answer], question: str, answer: Answer) -> tuple[Choice, ...]:
    """The choices of a question back that lead on, each with the whole question; ``ask`` answers a question."""
    if answer.status != "clarify":
        return ()
    labels = answer.query.get("choices", ())
    found = [Choice(label, _whole(ask, question, _refusal(answer), label)) for label in labels]
    return tuple({each.question: each for each in reversed(found) if each.question}.values())[::-1]


def filled(ask: Callable[[str], Answer], question: str, answer: Answer, named: str, today: date) -> str:
    """The question that was asked back with what a reply names in its place; empty where it leads nowhere.

    A time is added to a question that lacks a name, and the name is asked for again.
    """
    refusal, is_time = _refusal(answer), bool(read_times(canonical(named), today).periods)
    for each in _put_in(question, refusal, named, anywhere=is_time == refusal.startswith(_WHICH_DAYS)):
        found = ask(each)
        if _leads_on(found) or (is_time and found.status == "clarify" and _refusal(found) == refusal):
            return each
    return ""


def _whole(ask: Callable[[str], Answer], question: str, refusal: str, label: str) -> str:
    """The choice itself where it is a whole question, else the question with it in place of what is unclear."""
    if label.endswith("?") and ask(label).status == "answered":
        return label
    figure_lacks = refusal.startswith(_WHICH_FIGURE)
    for each in _put_in(question, refusal, label, anywhere=True):
        found = ask(each)
        if _leads_on(found) or (figure_lacks and _asks_for_another(found, refusal)):
            return each
    return label if not figure_lacks and ask(label).status == "answered" else ""


def _asks_for_another(answer: Answer, refusal: str) -> bool:
    """Whether another part is left to pick, by name; a bare figure would lose what it was asked of."""
    asked = _refusal(answer)
    return asked != refusal and _UNCLEAR.search(asked) is not None and bool(answer.query.get("choices"))


def _put_in(question: str, refusal: str, named: str, *, anywhere: bool) -> Iterator[str]:
    unclear, said = _UNCLEAR.search(refusal), canonical(question)
    if said and canonical(named).startswith(f"{said} "):
        yield named  # it says the question again, and more
    if anywhere and unclear is not None and re.search(re.escape(unclear[1]), question, re.IGNORECASE):
        yield re.sub(re.escape(unclear[1]), lambda _: named, question, count=1, flags=re.IGNORECASE)
    yield f"{question.rstrip(' ?!.')} {named}"


def _refusal(answer: Answer) -> str:
    return str(answer.query.get("refusal", ""))


def _leads_on(answer: Answer) -> bool:
    return answer.status == "answered" or has_reading(answer)


def picked(reply: str, labels: Sequence[str], *, has_reading: bool) -> Picked:
    """Which of the choices a reply picks; ``has_reading``: the first is what the question was read as."""
    said = canonical(reply)
    bare = _AROUND.sub("", _AROUND.sub("", said)).strip() or said
    names = [canonical(label) for label in labels]
    for way in (said, bare):
        same = [place for place, name in enumerate(names) if _run(name) == _run(way)]
        if same:
            return same[0]
    if said in _NO:
        return "none"
    if said in _YES:
        return 0 if has_reading or len(labels) == 1 else "which"
    return _by_place(bare, len(labels), said) if _is_place(bare, said) else _by_part(bare, names)


def _is_place(bare: str, said: str) -> bool:
    return any(_PLACE.match(way) or _ORDINAL.match(way) for way in (bare, said))


def _by_place(bare: str, number: int, said: str) -> Picked:
    place = _PLACE.match(bare) or _PLACE.match(said)
    ordinal = _ORDINAL.match(bare) or _ORDINAL.match(said)
    wanted = int(place[1]) - 1 if place else _ORDINALS[ordinal[0].split()[0]] if ordinal else 0
    return wanted % number if -number <= wanted < number and (wanted >= 0 or not place) else "which"


def _by_part(bare: str, names: Sequence[str]) -> Picked:
    """The one choice that holds every word of the reply; "food" is in "grabfood"."""
    words = bare.split()
    if not 0 < len(words) <= LONGEST_REPLY or words[0] in _ASKS or len(_run(bare)) < 3:
        return None
    holding = [place for place, name in enumerate(names) if all(word in _run(name) for word in words)]
    if len(holding) > 1:
        return "which"
    return holding[0] if holding else None


def _run(text: str) -> str:
    return text.replace(" ", "")
