"""What counts: every input of suggestions and offers, the lists with and without one, and the switch to keep it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from client_web.errors import BadAddressError
from client_web.views.common import go, required, the_agent
from client_web.views.for_you import SAYING
from client_web.wishing import INPUT_WORDS, KIND_WORDS

if TYPE_CHECKING:
    from pod_agent import Agent

__all__ = ["page"]

page = Blueprint("inputs", __name__, url_prefix="/for-you/inputs")
SHOPPING: Final = ("product", "group", "store", "category")
EVERYTHING: Final = ("product", "store", "artist", "channel")
KINDS: Final = {
    "history": SHOPPING,
    "rhythm": EVERYTHING,
    "shared": SHOPPING,
    "text": ("product", "group", "track", "video"),
    "shop": SHOPPING,
    "listening": ("artist", "track"),
    "watching": ("channel", "video"),
    "flows": (),
    "feedback": EVERYTHING,
}
"""Of which kinds the lists are compared for an input; for none of them the offers are."""
DONE: Final = {"off": "Switched off, on all your devices.", "on": "Switched on again, on all your devices."}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing in a list, and what becomes of it in the other list, in words; empty where nothing does."""

    title: str
    change: str


@dataclass(frozen=True, slots=True)
class Both:
    """One list with an input and without it."""

    heading: str
    having: list[Line]
    without: list[Line]

    @property
    def differs(self) -> bool:
        """Whether the input makes a difference here."""
        return any(line.change for line in (*self.having, *self.without))


@page.get("")
def show() -> str:
    """Every input, and for the one that the address names both lists; nothing is switched by looking."""
    agent, name = the_agent(), request.args.get("compare", "")
    if name and name not in INPUT_WORDS:
        raise BadAddressError("there is no such input")
    found = agent.suggestions.inputs()
    return render_template(
        "inputs.html",
        inputs=found,
        words=INPUT_WORDS,
        chosen=next((entry for entry in found if entry["input"] == name), None),
        both=_both(agent, name) if name else [],
        done=DONE.get(request.args.get("done", ""), ""),
    )


@page.post("")
def switch() -> Response:
    """Switch one input off or on, for good."""
    name, state = required("input"), required("state")
    if name not in INPUT_WORDS or state not in DONE:
        raise BadAddressError("that form is none of this page")
    with SAYING:
        the_agent().suggestions.switch(**{state: [name]})
    return go(url_for("inputs.show", done=state, compare=name))


def _both(agent: Agent, name: str) -> list[Both]:
    if not KINDS[name]:
        having, without = agent.offer_desk.compare(name)
        named = [[f"{each.offer.seller}: {each.title}" for each in some] for some in (having, without)]
        return [_compared("Offers", *named)]
    found = [each.suggestions for each in agent.suggestions.compare(name, KINDS[name])]
    return [
        _compared(heading, *(_titles(some, kind, novel=novel) for some in found))
        for novel in (False, True)
        for kind in KINDS[name]
        for heading in [KIND_WORDS[kind] + (", new to you" if novel else "")]
    ]


def _titles(suggestions: Sequence[Any], kind: str, *, novel: bool) -> list[str]:
    return [each.title for each in suggestions if each.kind == kind and each.novel is novel]


def _compared(heading: str, having: list[str], without: list[str]) -> Both:
    """Both lists; what moved is told among the things that are in both."""
    before, after = (
        [title for title in one if title in other] for one, other in ((having, without), (without, having))
    )
    moved = {title: before.index(title) - place for place, title in enumerate(after)}
    return Both(
        heading,
        [Line(title, "" if title in moved else "goes") for title in having],
        [Line(title, _moved(moved[title]) if title in moved else "comes in") for title in without],
    )


def _moved(places: int) -> str:
    if not places:
        return ""
    return "moves up" if places > 0 else "moves down"
