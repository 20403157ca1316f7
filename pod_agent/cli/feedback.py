"""``recommend feedback``, ``recommend inputs``, ``offers feedback``: what the person says of suggestions and offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pod_agent.cli.options import Context, common, plain, show_json, show_table

if TYPE_CHECKING:
    from pod_agent.ingest.feedback import Feedback
    from pod_agent.suggesting.desk import SuggestionDesk

__all__ = ["inputs", "offer_feedback", "suggestion_feedback"]

WORDS = ("up", "down", "hide", "not-my-taste", "bought", "undo")
_VERDICT = click.Choice(WORDS)


@click.command("feedback")
@click.argument("item", required=False)
@click.argument("verdict", required=False, type=_VERDICT)
@click.option(
    "--kind", metavar="KIND", help="What ITEM is: category, group, product, store, artist, track, channel, video."
)
@common
def suggestion_feedback(
    context: Context, *, item: str | None, verdict: str | None, kind: str | None, as_json: bool
) -> None:
    """Say what you think of ITEM, as it is named in a suggestion; without ITEM, list what you said.

    VERDICT is up, down, hide (it, and with a store, artist or channel all that is of it), not-my-taste, bought, or undo
    (take back all you said of it). The order changes at once; your words lie in your pod.
    """
    feedback = context.agent().suggestions.feedback
    if item is None or (item == "list" and verdict is None):
        _show_said(context.agent().suggestions, as_json=as_json)
    elif verdict is None:
        raise click.UsageError(f"Missing VERDICT: one of {', '.join(WORDS)}.")
    elif verdict == "undo":
        _tell_undone(len(feedback.undo(item, kind=kind)), as_json=as_json)
    else:
        entry = feedback.of_suggestion(item, verdict, kind=kind)
        _tell(entry, as_json=as_json)
        if not entry.context:
            click.echo(
                "Nothing of that name is suggested now: look whether it is spelled as in your records.", err=True
            )


@click.command("feedback")
@click.argument("offer", required=False)
@click.argument("verdict", required=False, type=_VERDICT)
@click.option("--shop", is_flag=True, help="Of the offer's shop as a whole, not of this offer alone.")
@common
def offer_feedback(context: Context, *, offer: str | None, verdict: str | None, shop: bool, as_json: bool) -> None:
    """Say what you think of OFFER (its name or IRI); without OFFER, list what you said.

    VERDICT is up, down, hide, not-my-taste, bought (you used it), or undo (take back all you said of it). The order
    changes at once; your words lie in your pod, and no shop learns of them.
    """
    feedback = context.agent().suggestions.feedback
    if offer is None or (offer == "list" and verdict is None):
        _show_said(context.agent().suggestions, as_json=as_json)
    elif verdict is None:
        raise click.UsageError(f"Missing VERDICT: one of {', '.join(WORDS)}.")
    elif verdict == "undo":
        gone = feedback.undo_shop(offer) if shop else feedback.undo(offer, kind="offer")
        _tell_undone(len(gone), as_json=as_json)
    else:
        _tell(feedback.of_offer(offer, verdict, shop=shop), as_json=as_json)


@click.command()
@click.option("--off", metavar="NAME", multiple=True, help="Switch an input off for good, on all your devices.")
@click.option("--on", metavar="NAME", multiple=True, help="Switch it on again.")
@click.option("--compare", metavar="NAME", help="Show what you are suggested with an input and without it.")
@common
def inputs(context: Context, *, off: tuple[str, ...], on: tuple[str, ...], compare: str | None, as_json: bool) -> None:
    """What suggestions and offers are computed from; switch any of it off.

    Gender and age are none of it, nor is income, except for offers of banks (flows).
    """
    desk = context.agent().suggestions
    if compare is not None:
        _show_both(desk, compare, as_json=as_json)
        return
    desk.switch(off=off, on=on)
    found = desk.inputs()
    if as_json:
        show_json(found)
        return
    rows = [(each["input"], "on" if each["on"] else "off", each["what"]) for each in found]
    show_table("Computed from", ("input", "", "what it is"), rows)


def _show_both(desk: SuggestionDesk, name: str, *, as_json: bool) -> None:
    having, without = desk.compare(name)
    if as_json:
        show_json({"input": name, "with": having.to_json(), "without": without.to_json()})
        return
    if having.to_json()["suggestions"] == without.to_json()["suggestions"]:
        click.echo(f"Nothing changes without {name}: you would be suggested the same, in the same order.")
        return
    columns = [[f"{each.kind}: {each.title}" for each in found.suggestions] for found in (having, without)]
    rows = [(line, "" if line in columns[1] else "gone") for line in columns[0]] + [
        (line, "new") for line in columns[1] if line not in columns[0]
    ]
    show_table(f"With {name}, and what changes without it", ("suggestion", f"without {name}"), rows)


def _show_said(desk: SuggestionDesk, *, as_json: bool) -> None:
    from pod_agent.suggesting.said import told

    found = [told(each) for each in desk.feedback.said()]
    if as_json:
        show_json(found)
        return
    rows = [(each["at"][:10], each["kind"], each["title"], each["verdict"]) for each in found]
    empty = "You said nothing yet. For example: pod-agent recommend feedback ITEM up"
    show_table("What you said", ("day", "kind", "of", "verdict"), rows, empty=empty)


def _tell(entry: Feedback, *, as_json: bool) -> None:
    from pod_agent.suggesting.said import told

    if as_json:
        show_json(told(entry))
    else:
        click.echo(f"Kept in your pod: {entry.opinion} for {plain(entry.title or entry.item)}. Take it back with undo.")


def _tell_undone(number: int, *, as_json: bool) -> None:
    if as_json:
        show_json({"removed": number})
    else:
        click.echo(f"Taken back: {number} of your words. Suggestions are as if you had not said it.")
