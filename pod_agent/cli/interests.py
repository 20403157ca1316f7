"""``interests``: what the person's own searches and posts say, read on this machine, with the texts behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pod_agent.cli.options import Context, common, plain, show_json, show_table

if TYPE_CHECKING:
    from pod_agent.suggesting.desk import SuggestionDesk

__all__ = ["COMMANDS"]

SHOWN = 5


@click.command()
@click.option("--opinions", is_flag=True, help="How each of your texts speaks of things, and the words that say so.")
@click.option("--off", is_flag=True, help="Switch it off for good, on all your devices: your texts are not read.")
@click.option("--on", is_flag=True, help="Switch it on again.")
@common
def interests(context: Context, *, opinions: bool, off: bool, on: bool, as_json: bool) -> None:
    """What you look for (loans, saving, cards, travel ...), by your own searches and posts.

    It is read on this machine and stays there. Offers of banks, insurance and travel that fit you come a little higher
    where you look for such; a shop of which you spoke ill comes lower.
    """
    desk, name = context.agent().suggestions, "opinions" if opinions else "interests"
    if off and on:
        raise click.UsageError("Either --off or --on.")
    desk.switch(off=[name] if off else [], on=[name] if on else [])
    if opinions:
        _show_opinions(desk, as_json=as_json)
    else:
        _show_interests(desk, as_json=as_json)


def _show_interests(desk: SuggestionDesk, *, as_json: bool) -> None:
    found = [each.to_json(desk.absolute) for each in desk.interests.interests()]
    if as_json:
        show_json({"on": desk.interests.is_on, "able": desk.interests.is_able, "interests": found})
        return
    if not desk.interests.is_on:
        click.echo("Switched off: your texts are not read. To switch it on: pod-agent interests --on")
    elif not desk.interests.is_able:
        click.echo("This needs the text model: pip install 'pod-agent[text]'")
    elif not found:
        click.echo("Nothing in your searches and posts of the last year tells of money or journeys.")
    for each in found:
        click.echo(click.style(f"{each['what']}  ({each['strength']:.2f})", bold=True))
        for text in each["texts"][:SHOWN]:
            click.echo(plain(f"  {text['day']}  {text['text']}"))
        if len(each["texts"]) > SHOWN:
            click.echo(f"  and {len(each['texts']) - SHOWN} more; see them with --json")


def _show_opinions(desk: SuggestionDesk, *, as_json: bool) -> None:
    found = desk.interests.opinions()
    if as_json:
        show_json({"method": desk.interests.method, "texts": found})
        return
    rows = [(each["day"], each["speaks"], each["score"], each["text"][:60], ", ".join(each["words"])) for each in found]
    empty = "No searches or posts of the last year."
    if any(each["input"] == "opinions" and not each["on"] for each in desk.inputs()):
        empty = "Switched off: your texts are not read. To switch it on: pod-agent interests --opinions --on"
    show_table("How you speak", ("day", "speaks", "score", "text", "words"), rows, numbers=(2,), empty=empty)


COMMANDS: tuple[click.Command, ...] = (interests,)
