"""Offers: what fits of the public catalogue, why, what it saves, and how far the person is in programmes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, g, render_template, request, url_for
from werkzeug.wrappers import Response

from client_web import charts, wishing
from client_web.errors import BadAddressError, NotHeldError
from client_web.remembering import is_asked_for, is_large, stamp_of
from client_web.rows import held_rows
from client_web.views.common import attempt, go, pages, the_agent
from client_web.views.for_you import SAYING
from client_web.wishing import OFFER
from vocab.wording import folded

if TYPE_CHECKING:
    from pod_agent import Agent

__all__ = ["page"]

page = Blueprint("offers", __name__, url_prefix="/offers")
RECORDS_SHOWN = 200
SHOWN = 6
"""Offers of a list that are open; the rest is behind a click."""
LOANS: Final = "loans"
SORTS: Final = {
    "": "All",
    "discounts": "Discounts",
    "loyalty": "Loyalty",
    "banks": "Banks",
    "plans": "Plans",
    LOANS: "Loans",
}
Found = tuple[list[Any], list[Any]]
"""Offers, and progress in programmes."""
NOTHING: Final[Found] = ([], [])
KINDS: Final = {"discounts": {"discount"}, "loyalty": {"loyalty"}, "banks": {"card", "savings"}, "plans": {"plan"}}
KIND_WORDS: Final = {
    "discount": "Discount",
    "loyalty": "Loyalty",
    "card": "Card",
    "savings": "Savings account",
    "loan": "Loan",
    "plan": "Plan",
}


@page.get("/")
def show() -> str:
    """Every offer of one sort that fits, best first; loans only where they are asked for."""
    return _page(_sort(request.args.get("sort", "")))


@page.post("/say")
def say() -> Response | str:
    """Enter what the person says of an offer, and show the list as it is since."""
    agent, sort = the_agent(), _sort(request.form.get("sort", ""))
    with SAYING:
        shown, _ = pages().remembered.found(_name(sort), stamp_of(agent), NOTHING)
        told = wishing.say(agent, request.form, {OFFER}, shown)
    if request.headers.get("HX-Request"):
        return _page(sort, told)
    return go(url_for("offers.show", sort=sort or None, said="1"))


@page.get("/why")
def why() -> str:
    """Why one offer is shown: its terms, how it was computed, what counted, and the records; also of one that is over.

    UsageError of the agent where there is no such offer.
    """
    agent, wanted = the_agent(), request.args.get("offer", "")
    if not agent.settings.catalogue:
        raise NotHeldError("there is no catalogue of offers")
    told = agent.offer_desk.why(wanted)
    evidence = sorted(told.get("evidence", ()), reverse=True)
    inputs = dict(told.get("inputs", {}))
    return render_template(
        "offer_why.html",
        told=told,
        kind=KIND_WORDS[told["kind"]],
        rows=held_rows(agent, evidence[:RECORDS_SHOWN]),
        count=len(evidence),
        parts=wishing.parts_of(inputs.items()),
        words={entry["input"]: entry["what"] for entry in agent.suggestions.inputs()},
        bar=charts.bar,
        said=wishing.said_of(agent, (OFFER,)).get((OFFER, folded(told["offer"]))),
    )


def _page(sort: str, told: str = "") -> str:
    agent = the_agent()
    slow = agent.settings.catalogue and is_large(agent) and not is_asked_for()
    if slow and not pages().remembered.has(_name(sort), stamp_of(agent)):
        return _frame(agent, sort, waits=True)
    g.told = told or ("Kept in your pod; the list follows it." if request.args.get("said") else "")
    has_catalogue = bool(agent.settings.catalogue)
    matches, progress = _found(agent, sort) if has_catalogue else NOTHING
    known = [match for match in matches if match.known_shop]
    return _frame(
        agent,
        sort,
        held=bool(agent.coverage()),
        kinds=KIND_WORDS,
        shown=SHOWN,
        lists=[
            ("Shops and banks you use", known),
            ("New to you", [match for match in matches if not match.known_shop]),
        ],
        best=max((match.score for match in matches), default=1.0),
        progress=[_row(each) for each in progress],
        bar=charts.bar,
        said=wishing.said_of(agent, (OFFER,)),
        said_words={OFFER: "Offers"},
        verdicts=wishing.verdicts_for(OFFER),
        folded=folded,
        parts_of=wishing.parts_of,
        score_bar=wishing.score_bar,
    )


def _frame(agent: Agent, sort: str, *, waits: bool = False, **filled: Any) -> str:
    """The page, or without ``filled`` its frame, whose list comes as soon as it is computed."""
    edition, _ = attempt(agent.offer_desk.edition)
    return render_template(
        "offers.html",
        catalogue=bool(agent.settings.catalogue),
        edition=edition,
        sorts=SORTS,
        sort=sort,
        waits=waits,
        **filled,
    )


def _found(agent: Agent, sort: str) -> Found:
    """The offers of a sort and the progress in programmes, computed again only where something changed."""

    def compute() -> Found:
        if sort == LOANS:
            return agent.offer_desk.matches(kind="loan"), []
        return agent.offers(), agent.offer_desk.loyalty()

    matches, progress = pages().remembered.of(_name(sort), stamp_of(agent), compute)
    if sort not in KINDS:
        return matches, progress
    return [match for match in matches if match.kind in KINDS[sort]], progress if sort == "loyalty" else []


def _name(sort: str) -> str:
    """The name under which offers are remembered: loans are matched apart."""
    return LOANS if sort == LOANS else "offers"


def _row(progress: Any) -> dict[str, Any]:
    """One programme: how far it is to the next reward, or that the last one is reached, for a bar and in words."""
    following = progress.next_reward
    unit = "stamps" if progress.rule.stamps else "points"
    aim = f"{progress.points:,} of {following.points:,} {unit} for: {following.title}" if following else ""
    return {
        "seller": progress.offer.seller,
        "offer": progress.offer.iri,
        "share": progress.points / following.points if following else 1.0,
        "aim": aim or f"{progress.points:,} {unit}: every reward is reached",
        "sentence": progress.sentence,
        "tier": progress.tier.title if progress.tier else "",
    }


def _sort(name: str) -> str:
    if name not in SORTS:
        raise BadAddressError("there is no such sort of offers")
    return name
