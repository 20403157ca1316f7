"""For you: what to buy, hear and watch next, with reasons, what counted, and what the person says of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, g, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from client_web import charts, wishing
from client_web.errors import NotHeldError
from client_web.remembering import is_asked_for
from client_web.rows import held_rows
from client_web.views.common import go, pages, the_agent
from client_web.wishing import KIND_WORDS
from vocab.wording import folded

if TYPE_CHECKING:
    from pod_agent import Agent

__all__ = ["SAYING", "page"]

page = Blueprint("for_you", __name__, url_prefix="/for-you")
SAYING = threading.Lock()
"""One word at a time: the server has several threads."""
MOST = 50
"""Most suggestions of a kind that there are."""


@dataclass(frozen=True, slots=True)
class Part:
    """One tab: its title, the sentence below it, its kinds, and whether it has only new things or known ones."""

    title: str
    words: str
    kinds: tuple[str, ...]
    new: bool | None


GOODS: Final = ("product", "group", "store", "category")
PARTS: Final = {
    "next": Part("What you may buy next", "Ordered by how likely you come back to it within a week.", GOODS, new=False),
    "new": Part("New to you", "Things you never bought that are close to what you buy.", GOODS, new=True),
    "music": Part("Music", "What you come back to, what you forgot, and what is new.", ("artist", "track"), new=None),
    "video": Part("Videos", "Channels and videos you come back to, and new ones.", ("channel", "video"), new=None),
}
SLOW: Final = "new"
"""The tab whose first look compares names by the text model, which takes seconds; later ones are quick."""
WARM: Final = "computed once"


@page.get("/")
def show() -> str:
    """The first tab."""
    return _tab("next", "")


@page.get("/<name>")
def tab(name: str) -> str:
    """One tab; the slow one comes at once, and its list as soon as it is computed."""
    if name not in PARTS:
        raise NotFound
    waits = name == SLOW and not is_asked_for() and not pages().remembered.has(SLOW, WARM)
    return _tab(name, "", waits=waits and bool(the_agent().coverage()))


@page.post("/say")
def say() -> Response | str:
    """Enter what the person says, and show the list as it is since."""
    agent, name = the_agent(), request.form.get("tab", "")
    if name not in PARTS:
        raise NotFound
    with SAYING:
        told = wishing.say(agent, request.form, KIND_WORDS)
    if request.headers.get("HX-Request"):
        return _tab(name, told)
    return go(url_for("for_you.tab", name=name, said="1", now="1"))


@page.get("/why")
def why() -> str:
    """Why one thing is suggested: what counted and how much, and the records behind it."""
    agent, kind, item = the_agent(), request.args.get("kind", ""), request.args.get("item", "")
    if kind in KIND_WORDS:
        found = agent.suggestions.recommend([kind], limit=MOST, today=agent.today())
        for each in found.suggestions:
            if each.item == item:
                return render_template(
                    "for_you_why.html",
                    each=each,
                    kind=KIND_WORDS[kind],
                    tab=_tab_of(kind, novel=each.novel),
                    parts=wishing.parts_of(each.inputs),
                    words={entry["input"]: entry["what"] for entry in agent.suggestions.inputs()},
                    bar=charts.bar,
                    rows=held_rows(agent, each.evidence),
                    **_lent([kind]),
                )
    raise NotHeldError("this is not suggested any more")


def _tab(name: str, told: str, *, waits: bool = False) -> str:
    agent, part = the_agent(), PARTS[name]
    found = None if waits else agent.suggestions.recommend(part.kinds, new=part.new)
    if found is not None:
        pages().remembered.of(name, WARM, lambda: WARM)
    g.told = told or ("Kept in your pod; the list follows it." if request.args.get("said") else "")
    return render_template(
        "for_you.html",
        name=name,
        part=part,
        waits=waits,
        lists=[] if found is None else _lists(part, found.suggestions),
        notes=() if found is None else found.notes,
        off=[entry["input"] for entry in agent.suggestions.inputs() if not entry["on"]],
        input_words=wishing.INPUT_WORDS,
        **_lent(part.kinds),
    )


def _lent(kinds: Any) -> dict[str, Any]:
    """What the templates of things that can be spoken of need."""
    agent: Agent = the_agent()
    return {
        "said": wishing.said_of(agent, kinds),
        "said_words": KIND_WORDS,
        "verdicts_for": wishing.verdicts_for,
        "folded": folded,
        "parts_of": wishing.parts_of,
        "score_bar": wishing.score_bar,
    }


def _lists(part: Part, suggestions: Any) -> list[tuple[str, list[Any], float]]:
    """Heading, suggestions and best score of every list that the tab has, also of empty ones."""
    lists = []
    for novel in (False, True) if part.new is None else (part.new,):
        for kind in part.kinds:
            some = [each for each in suggestions if each.kind == kind and each.novel is novel]
            heading = KIND_WORDS[kind] + (" new to you" if novel and part.new is None else "")
            lists.append((heading, some, max((each.score for each in some), default=1.0)))
    return lists


def _tab_of(kind: str, *, novel: bool) -> str:
    return next(name for name, part in PARTS.items() if kind in part.kinds and part.new in {None, novel})
