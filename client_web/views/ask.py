"""Ask: a question in plain words, the answer with the records and the query behind it, and what was meant.

A question is sent in a form's body, so it stays out of the browser's history. The questions of the conversation lie in
the memory of this server alone; the last that were answered are kept in a file of the home, unless the person says no.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, render_template, request

from client_web.answers import Shown, next_questions, said_of, shown
from client_web.asking import examples
from client_web.charts import bar
from client_web.errors import BadAddressError
from client_web.remembering import is_large
from client_web.talks import Talk
from client_web.views.common import attempt, pages, required, the_agent, the_session
from client_web.views.for_you import SAYING
from vocab.errors import ProjectError

if TYPE_CHECKING:
    from pod_agent import Agent
    from vocab.answer import Answer

__all__ = ["page"]

page = Blueprint("ask", __name__, url_prefix="/ask")
LONGEST = 400
LOOKS_BACK = re.compile(r"\s*(?:and|but|only|same|what about|how about)\b", re.IGNORECASE)
"""How follow-ups begin: what one of them means is not what it means the next time."""
NONE_KEPT = "The questions that were kept are forgotten, and none is kept from now on."


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What was said of a question just now: the sentence, the example it became, or why it could not be kept."""

    told: str
    example: str = ""
    problem: bool = False


@page.get("/")
def show() -> str:
    """The form, with examples."""
    return _page()


@page.post("/")
def answer() -> str:
    """The answer to one question; ``about`` is the question that was asked back, where this is one of its choices.

    That too was asked in the conversation, so a choice of a follow-up may be a follow-up.
    """
    question, about = _text("question"), _text("about")
    return _answered(question, about=about) if question else _page()


@page.post("/confirm")
def confirm() -> str:
    """Keep that a question means what was picked for it, or that it does not."""
    question, meant, said = _required("question"), _required("meant"), required("said")
    if said not in {"yes", "no"}:
        raise BadAddressError("that form is none of this page")
    teaching, today = the_agent().assistant.teaching, the_agent().today()
    try:
        with SAYING:
            kept = teaching.confirm(question, meant, today, yes=said == "yes")
    except ProjectError as error:
        return _answered(meant, taught=Taught(told=f"Not kept: {error}. {error.hint}", problem=True), again=True)
    if said == "no":
        return _page(Taught(told="Noted in your pod: you did not mean that.", example=kept.identifier))
    taught = Taught(told="Kept in your pod: next time this is answered at once.", example=kept.identifier)
    return _answered(meant, taught=taught, again=True)


@page.post("/meant")
def meant() -> str:
    """Keep that a question meant another one, said in other words, and answer that."""
    question, other = _required("question"), _required("meant")
    agent = the_agent()
    try:
        with SAYING:
            kept = agent.assistant.teaching.correct(question, other, agent.today())
    except ProjectError as error:
        told = f"Not kept: {error}. {error.hint}"
        return _answered(question, taught=Taught(told=told, problem=True), again=True)
    told = "Kept in your pod: this is what you meant."
    return _answered(other, taught=Taught(told=told, example=kept.identifier))


@page.post("/undo")
def undo() -> str:
    """Take back what was said of a question."""
    example = required("example")
    with SAYING:
        the_agent().assistant.teaching.forget(example)
    return _page(Taught(told="Taken back: it is no longer kept."))


@page.post("/forget")
def forget() -> str:
    """Forget the questions of this conversation."""
    _talk().forget()
    return _page(Taught(told="Forgotten. The next question stands alone."))


@page.post("/before/forget")
def forget_before() -> str:
    """Forget the questions that are kept on this machine."""
    the_agent().assistant.history.forget()
    return _page(Taught(told="Forgotten: no question is kept."))


@page.post("/before/keep")
def keep_before() -> str:
    """Keep questions on this machine from now on, or keep none and forget those that are."""
    state = required("state")
    if state not in {"on", "off"}:
        raise BadAddressError("that form is none of this page")
    the_agent().assistant.history.switch(on=state == "on")
    return _page(Taught(told="Your questions are kept from now on." if state == "on" else NONE_KEPT))


@page.post("/reworded")
def reworded() -> str:
    """The sentence of an answer in the words of the language model, once it is checked; else as it was."""
    name, talk = required("name"), _talk()
    waiting = talk.pending(name)
    if waiting is None:
        return render_template("ask_said.html", said="", name="")
    found = the_agent().assistant.reworded(waiting.answer, waiting.stop)
    talk.done(name)
    changed = found.text != waiting.answer.text
    said = found.text if changed else said_of(found, the_agent().assistant.safe_name)
    return render_template("ask_said.html", said=said, name="", changed=changed)


@page.post("/stop")
def stop() -> tuple[str, int]:
    """Let the language model write no more; the sentence that stands is the answer."""
    waiting = _talk().pending(required("name"))
    if waiting is not None:
        waiting.stop.set()
    return "", 204


def _answered(question: str, *, about: str = "", taught: Taught | None = None, again: bool = False) -> str:
    """The answer to a question, which may follow from the conversation; one that is shown ``again`` stands alone."""
    agent, talk = the_agent(), _talk()
    before = () if again else talk.asked
    found = agent.assistant.ask(question, after=before)
    alone = not before or agent.assistant.stands_alone(question, after=before)
    unkept = None
    if found.status == "answered" and not again:
        unkept = _kept(agent, question, alone=alone)
        talk.add(str(found.query.get("learnt", {}).get("read_as") or question))
    choices = tuple(each.question for each in agent.assistant.choices(question, found, after=before))
    return _page(
        taught,
        question=question,
        about=about,
        alone=alone,
        teachable=alone or not LOOKS_BACK.match(question),
        shown=shown(agent, found, without_choices=not choices),
        choices=choices,
        following=_following(agent, found, talk) if not again else (),
        waiting=_waiting(agent, found, talk),
        unkept=unkept,
    )


def _kept(agent: Agent, question: str, *, alone: bool) -> ProjectError | None:
    """Keep a question that makes sense by itself when it is asked again; why it could not be kept, else None."""
    assistant = agent.assistant
    if not assistant.history.is_on or not alone:
        return None
    return attempt(lambda: assistant.history.add(question))[1]


def _following(agent: Agent, found: Answer, talk: Talk) -> tuple[str, ...]:
    """What to ask next, as far as it is answered; where answers take long it is not tried out, and not offered."""
    if found.status != "answered" or is_large(agent):
        return ()
    after = talk.asked
    return tuple(each for each in next_questions(found) if agent.assistant.ask(each, after=after).status == "answered")


def _waiting(agent: Agent, found: Answer, talk: Talk) -> str:
    """The name under which a language model's wording of the answer may be asked for; empty where there is none."""
    if found.status != "answered" or isinstance(found.value, tuple) or not agent.assistant.words_answers():
        return ""
    return talk.wait(found)


def _page(taught: Taught | None = None, **found: Any) -> str:
    agent = the_agent()
    g.by_button = "HX-Request" in request.headers and request.form.get("typed") is None
    answered: Shown | None = found.get("shown")
    history = agent.assistant.history
    before = history.remembered()
    return render_template(
        "ask.html",
        taught=taught,
        asked=_talk().asked,
        keeps=history.is_on,
        bar=bar,
        before=before,
        examples=() if answered else tuple(each for each in _examples(agent) if each not in before),
        **found,
    )


def _examples(agent: Agent) -> tuple[str, ...]:
    stamp = agent.index.edition, agent.today(), agent.assistant.sources.off()
    return pages().remembered.of("asking", stamp, lambda: examples(agent))


def _talk() -> Talk:
    return pages().talks.of(the_session().csrf)


def _text(name: str) -> str:
    return " ".join(request.form.get(name, "").split())[:LONGEST]


def _required(name: str) -> str:
    required(name)
    return _text(name)
