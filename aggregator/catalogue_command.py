"""``pod-aggregator catalogue``; what it needs is imported when it runs."""

# ruff: noqa: PLC0415

from __future__ import annotations

import json
from pathlib import Path

import click

from aggregator.options import as_json, home

__all__ = ["catalogue"]

TEMPLATES = ("discount", "products", "test", "loyalty", "card", "savings", "loan", "plan")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@home
@click.argument("offers", required=False, type=FILE)
@click.option("--demo", is_flag=True, help="Made-up offers, for a demonstration.")
@click.option("--check", is_flag=True, help="Only look whether every agent could read the offers; publish nothing.")
@click.option("--draft", is_flag=True, help="Keep the offers as drafts that only the portal shows.")
@click.option("--template", type=click.Choice(TEMPLATES), help="Print an example of such an offer as TOML.")
@as_json
def catalogue(
    *, home: Path, offers: Path | None, demo: bool, check: bool, draft: bool, template: str | None, as_json: bool
) -> None:
    """Publish the OFFERS of a TOML file as signed linked data, which every agent fetches whole.

    Without offers: what is published now, and how each offer stands.
    """
    from datetime import UTC, datetime

    from aggregator.catalogue import demo_offers, publish, read_offers
    from aggregator.catalogue.examples import template_of
    from aggregator.catalogue.lifecycle import keep_draft, standing
    from aggregator.config import load_leader

    if template is not None:
        click.echo(template_of(template), nl=False)
        return
    if demo and offers is not None:
        raise click.UsageError("give a file of offers, or --demo")
    now = datetime.now(UTC)
    found = demo_offers(now.date()) if demo else None if offers is None else read_offers(offers)
    if found is None and (check or draft):
        raise click.UsageError("give a file of offers, or --demo")
    if found is None:
        states = standing(home, now.date())
        if as_json:
            click.echo(json.dumps([state.to_json() for state in states], ensure_ascii=False))
        for state in [] if as_json else states:
            click.echo(f"{state.state}  {state.offer.name}  {state.offer.title}")
        if not states and not as_json:
            click.echo("No catalogue is published yet. Print an example of an offer with --template.")
        return
    config = load_leader(home)
    counted = f"{len(found)} offer{'' if len(found) == 1 else 's'}"
    if draft or check:
        keep_draft(home, config, found, now, check_only=check)
        told: dict[str, object] = {"offers": len(found), "serial": None, "iri": None}
        sentence = f"{counted} that every agent could read; " + ("nothing was published" if check else "kept as drafts")
    else:
        made = publish(home, config, found, now)
        told = {"offers": len(found), "serial": made.serial, "iri": made.iri}
        sentence = f"{counted} at {made.iri}, number {made.serial}, signed by {config.signer.name}"
    click.echo(json.dumps(told) if as_json else sentence)
