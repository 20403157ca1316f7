"""``offers``: what fits of the public catalogue, why, and how far the person is in loyalty programmes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from pod_agent.cli.feedback import offer_feedback
from pod_agent.cli.options import Context, common, plain, show_json, show_table
from vocab.wording import day_text

if TYPE_CHECKING:
    from pod_agent.offers.catalogue import Edition
    from pod_agent.offers.desk import OfferDesk
    from pod_agent.offers.match import OfferMatch
    from vocab.offers import Offer

__all__ = ["COMMANDS", "offers"]

KINDS = ("discount", "loyalty", "card", "savings", "loan", "plan")
FAULTS_SHOWN = 5
COMPARED = 32
"""Hexadecimal digits of a catalogue's digest that people compare: nobody makes two catalogues that share them."""


@click.group(invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="Also those that do not fit, each with why.")
@click.option("--kind", type=click.Choice(KINDS), help="Only offers of this kind; loans are shown only so.")
@click.option(
    "--without",
    multiple=True,
    metavar="INPUT",
    help="Leave an input out: history, rhythm, shop, flows, interests or opinions.",
)
@common
def offers(context: Context, *, everything: bool, kind: str | None, without: tuple[str, ...], as_json: bool) -> None:
    """Offers of the public catalogue that fit what you buy, matched on this machine."""
    from pod_agent.features.inputs import switched_off

    if click.get_current_context().invoked_subcommand is not None:
        return
    desk, off = context.agent().offer_desk, switched_off(without)
    found = desk.matches(kind=kind, without=off)
    unfit = desk.unfit(kind=kind, without=off) if everything else []
    if as_json:
        rest = [
            {"offer": one.offer.iri, "title": one.offer.title, "score": 0.0, "reason": one.reason}
            | {"saving": None, "evidence": []}
            for one in unfit
        ]
        show_json([match.to_json() for match in found] + rest)
        return
    rows = [(match.offer.name, _of_whom(match.offer), _saving(match), _why(match)) for match in found]
    show_table("Offers for you", ("name", "offer", "saving", "why"), rows, numbers=(2,), empty=_empty(desk))
    if unfit:
        others = [(one.offer.name, _of_whom(one.offer), one.reason) for one in unfit]
        show_table("Not for you", ("name", "offer", "why not"), others)
    _tell_edition(desk.edition())


@offers.command()
@click.argument("offer")
@common
def show(context: Context, offer: str, *, as_json: bool) -> None:
    """Why you get OFFER (its name or IRI): the reason, how it was computed, and the records."""
    told = context.agent().offer_desk.why(offer)
    if as_json:
        show_json(told)
        return
    click.echo(
        click.style(plain(told["title"]), bold=True) + (f", {plain(told['seller'])}" if "seller" in told else "")
    )
    for line in _lines(told):
        click.echo(f"  {plain(line)}")


@offers.command()
@common
def loyalty(context: Context, *, as_json: bool) -> None:
    """Points and stamps so far by the published rules, from your own purchases."""
    found = context.agent().offer_desk.loyalty()
    if as_json:
        show_json([each.to_json() for each in found])
        return
    rows = [(each.offer.seller, each.points, each.sentence) for each in found]
    empty = "No programme of the catalogue is of a shop where you bought something."
    show_table("Loyalty programmes", ("shop", "so far", ""), rows, numbers=(1,), empty=empty)


def _of_whom(offer: Offer) -> str:
    return f"{offer.title} ({offer.seller})"


def _saving(match: OfferMatch) -> str:
    return "" if match.saving is None else f"{match.saving.amount:,.2f}"


def _why(match: OfferMatch) -> str:
    """The reason, and over what the saving was computed where the reason does not say it."""
    if match.kind.value not in {"discount", "loyalty"} or match.saving is None:
        return match.reason
    return f"{match.reason} {match.saving_basis[:1].upper()}{match.saving_basis[1:]}."


def _empty(desk: OfferDesk) -> str:
    if desk.edition() is None:
        return "There is no catalogue yet. Set its address or file with POD_AGENT_CATALOGUE."
    return "No offer fits. Import more, or look at all of them with --all."


def _lines(told: dict[str, Any]) -> list[str]:
    lines = [told["reason"]] if "reason" in told else []
    if told.get("saving") is not None:
        lines.append(f"S${told['saving']:,.2f}: {told['saving_basis']}.")
    elif told.get("saving_basis"):
        lines.append(f"{told['saving_basis'].capitalize()}.")
    lines += told.get("steps", [])
    if told.get("code"):
        lines.append(f"Code, the same for everyone: {told['code']}")
    if told.get("arm"):
        lines.append(f"A test of the shop: this machine shows its arm {told['arm']}, by chance.")
    if told.get("valid_through"):
        lines.append(
            f"Until {day_text(date.fromisoformat(told['valid_through']))}. {told.get('conditions', '')}".strip()
        )
    if told.get("inputs"):
        parts = ", ".join(f"{name} {value:.2f}" for name, value in told["inputs"].items())
        lines.append(f"Its place in the list comes from: {parts}.")
    if told.get("evidence"):
        lines.append(f"From {len(told['evidence'])} records; see them with --json.")
    if not told["fits"]:
        before = f"Shown to you on {day_text(date.fromisoformat(told['shown'][:10]))}. " if told["shown"] else ""
        lines.append(f"{before}It does not fit now: {told['now']}")
    return lines


def _tell_edition(edition: Edition | None) -> None:
    """What a person should know of the catalogue itself, on standard error."""
    if edition is None:
        return
    if edition.key is None:
        click.echo("This catalogue is not signed: anyone could have written the file.", err=True)
    else:
        digest = edition.digest[:COMPARED]
        click.echo(f"Catalogue number {edition.serial}, {digest}: others who use it see the same two.", err=True)
    if edition.stale:
        click.echo(f"The publisher cannot be asked now: this is the copy of {edition.fetched_at:%Y-%m-%d}.", err=True)
    for fault in edition.faults[:FAULTS_SHOWN]:
        click.echo(plain(f"Left out: {fault.offer}: {fault.reason}"), err=True)
    if len(edition.faults) > FAULTS_SHOWN:
        click.echo(f"Left out: {len(edition.faults) - FAULTS_SHOWN} more", err=True)


offers.add_command(offer_feedback)

COMMANDS: tuple[click.Command, ...] = (offers,)
