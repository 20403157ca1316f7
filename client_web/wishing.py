"""Suggestions and offers as the pages show them: what each input added, what the person said, what can be said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from client_web.charts import parts_bar
from client_web.errors import BadAddressError
from client_web.formatting import MINUS
from vocab.wording import folded

if TYPE_CHECKING:
    from pod_agent import Agent

__all__ = [
    "INPUT_WORDS", "KIND_WORDS", "OFFER", "Part", "Said", "Verdict", "parts_of", "said_of", "say",
    "score_bar", "verdicts_for",
]  # fmt: skip

OFFER: Final = "offer"
KIND_WORDS: Final = {
    "category": "Categories",
    "group": "Kinds of goods",
    "product": "Products",
    "store": "Stores",
    "artist": "Artists",
    "track": "Songs",
    "channel": "Channels",
    "video": "Videos",
}
INPUT_WORDS: Final = {
    "history": "your purchases",
    "rhythm": "your rhythm",
    "shared": "what many people buy",
    "text": "alike names",
    "shop": "shops and catalogues",
    "listening": "your listening",
    "watching": "your watching",
    "flows": "your accounts",
    "feedback": "what you said",
}
"""Every input in two or three words, for the text beside a bar."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Something that can be said: its word in forms, on the button, and once it is said."""

    word: str
    label: str
    told: str


VERDICTS: Final = (
    Verdict("up", "More like this", "You like it"),
    Verdict("down", "Less like this", "You want less of it"),
    Verdict("not-my-taste", "Not my taste", "It is not your taste"),
    Verdict("bought", "I bought it", "You bought it"),
    Verdict("hide", "Hide it", "You hid it"),
)
USED: Final = Verdict("bought", "I used it", "You bought it")
UNDO: Final = "undo"
GOODS: Final = frozenset({"category", "group", "product", "store", OFFER})
_TOLD: Final = {verdict.word: verdict.told for verdict in VERDICTS}


@dataclass(frozen=True, slots=True)
class Part:
    """What one input added to a score: its name, the words for it, and hundredths as text."""

    name: str
    words: str
    text: str
    share: float


@dataclass(frozen=True, slots=True)
class Said:
    """One thing of which something was said, and what, newest word last."""

    kind: str
    item: str
    title: str
    told: str
    words: tuple[str, ...]


def parts_of(inputs: Iterable[tuple[str, float]]) -> list[Part]:
    """What each input added, the largest first; what adds less than half a hundredth is left out."""
    found = sorted(inputs, key=lambda pair: (-abs(pair[1]), pair[0]))
    largest = max((abs(value) for _, value in found), default=1.0) or 1.0
    return [
        Part(name, INPUT_WORDS.get(name, name), _hundredths(value), abs(value) / largest)
        for name, value in found
        if round(100 * value)
    ]


def score_bar(inputs: Iterable[tuple[str, float]], best: float) -> Markup:
    """The parts of a score as one bar, the largest first; the whole bar is the best score of the list."""
    ordered = sorted(inputs, key=lambda pair: (-abs(pair[1]), pair[0]))
    parts = [(name, round(1000 * value)) for name, value in ordered if value > 0]
    return parts_bar(parts, max(1, round(1000 * best)))


def verdicts_for(kind: str) -> list[Verdict]:
    """What can be said of things of a kind: songs and videos are not bought."""
    spoken = [verdict for verdict in VERDICTS if verdict.word != "bought" or kind in GOODS]
    return [USED if kind == OFFER and verdict.word == "bought" else verdict for verdict in spoken]


def said_of(agent: Agent, kinds: Sequence[str]) -> dict[tuple[str, str], Said]:
    """What the person said of things of these kinds, by kind and name, the newest first."""
    found: dict[tuple[str, str], Said] = {}
    for each in agent.suggestions.feedback.said():
        if each.kind not in kinds:
            continue
        key = (each.kind, folded(each.item))
        words = (*(found.pop(key).words if key in found else ()), str(each.opinion))
        told = "; ".join(dict.fromkeys(_TOLD[word] for word in words))
        found[key] = Said(each.kind, each.item, each.title or each.item, told, words)
    return dict(reversed(found.items()))


def say(agent: Agent, form: Mapping[str, str], kinds: Iterable[str], shown: Iterable[Any] = ()) -> str:
    """Enter what a form says into the pod; the sentence that confirms it. BadAddressError for a form not of ours.

    ``shown`` are the offers at hand: one that is among them need not be matched again.
    """
    kind, item, word = (form.get(name, "") for name in ("kind", "item", "verdict"))
    if kind not in kinds or not item or word not in {UNDO, *_TOLD}:
        raise BadAddressError("that form is none of this page")
    feedback = agent.suggestions.feedback
    if word == UNDO:
        feedback.undo(item, kind=kind)
    elif kind == OFFER:
        found = next((match for match in shown if match.offer.iri == item), None)
        feedback.say(found, word) if found is not None else feedback.of_offer(item, word)
    else:
        feedback.of_suggestion(item, word, kind=kind)
    return "Taken back, as if you had said nothing of it." if word == UNDO else f"{_TOLD[word]}. Kept in your pod."


def _hundredths(value: float) -> str:
    return f"{MINUS if value < 0 else ''}{abs(round(100 * value))}"
