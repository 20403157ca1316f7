"""``pod-aggregator issuer``, and how leaders and helpers come to know issuers.

What a command needs is imported when it runs.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path

import click

from aggregator.options import home, with_parent

__all__ = ["add_issuer", "issuer", "trust"]


@click.group()
def issuer() -> None:
    """Vouch for the people of your Solid server: one blind token for each of them and each study."""


@issuer.command("init")
@home
@click.option("--url", required=True, help="Where leaders and your people's agents reach the issuer; ends in /.")
@click.option("--provider", "providers", required=True, multiple=True, help="Your identity provider; ends in /.")
@click.option("--port", default=8703, show_default=True, help="Port on loopback that the issuer listens on.")
def issuer_init(home: Path, url: str, providers: tuple[str, ...], port: int) -> None:
    """Make an issuer's settings and its list of members."""
    from aggregator.issuing.config import MEMBERS, init_issuer

    init_issuer(home, url=url, providers=providers, port=port)
    click.echo(f"Issuer set up in {home}. Write the WebIDs of your people into {home / MEMBERS}, one on each line.")


@issuer.command("invite")
@home
@click.argument("name")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def issuer_invite(home: Path, name: str, file: Path) -> None:
    """Write FILE, an invitation for the leader that you call NAME, and start the issuer anew."""
    from aggregator.errors import ConfigurationError
    from aggregator.issuing.config import invite, write_invitation

    if file.exists() or not file.parent.is_dir():
        problem = "exists already" if file.exists() else "lies in a folder that does not exist"
        raise ConfigurationError(f"{file} {problem}", hint="Choose another name for the file.")
    write_invitation(file, invite(home, name))
    click.echo(f"Send {file} to the leader over a channel that you both trust: whoever has it may ask for keys.")


@issuer.command("run")
@home
@with_parent
def issuer_run(home: Path, *, with_parent: bool) -> None:
    """Run the issuer, beside your Solid server."""
    from aggregator.issuing.config import load_issuer
    from aggregator.issuing.issuer import Issuer, create_issuer_app
    from aggregator.web import serve

    config = load_issuer(home)
    serve(create_issuer_app(Issuer(home, config)), config.host, config.port, with_parent=with_parent)


@issuer.command("demo")
@home
@click.option("--people", type=click.IntRange(1, 10_000), required=True, help="Made-up people of each operator.")
@with_parent
def issuer_demo(home: Path, people: int, *, with_parent: bool) -> None:
    """Run three made-up pod operators whose people anyone can be, and let them invite the leader of the folder."""
    from aggregator.issuing.operator import serve_operators

    serve_operators(home, people, with_parent=with_parent)


@click.command("add-issuer")
@home
@click.argument("invitation", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def add_issuer(home: Path, invitation: Path) -> None:
    """Let the leader publish its studies with the issuer that sent this INVITATION."""
    from aggregator.config import load_leader
    from aggregator.issuing.config import accept_invitation

    load_leader(home)
    click.echo(f"Studies are published with {accept_invitation(home, invitation).url} from now on.")


@click.command()
@home
@click.argument("url")
def trust(home: Path, url: str) -> None:
    """Let the helper take part in studies that count tokens of the issuer at URL."""
    from aggregator.config import load_helper
    from aggregator.issuing.config import trust_issuer

    load_helper(home)
    trust_issuer(home, url)
    click.echo(f"The helper takes {url} for an independent pod operator from now on.")
