"""``pod-aggregator``: for businesses and pod operators.

What a command needs is imported when it runs, so that ``--help`` stays quick.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

import click

from aggregator.ask_command import ask
from aggregator.catalogue_command import catalogue
from aggregator.issuing.command import add_issuer, issuer, trust
from aggregator.node_commands import nodes, simulate_training, superlink
from aggregator.options import as_json, task_named, verified, with_parent
from aggregator.options import home as _home
from aggregator.prior_commands import prior
from vocab.errors import ProjectError, VocabularyError

__all__ = ["cli", "main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--home", type=click.Path(file_okay=False, path_type=Path), help="Folder of the servers' keys and stores."
)
@click.version_option(package_name="pod-agent")
def cli(home: Path | None) -> None:  # noqa: ARG001 - read by _chosen_home
    """Ask many people at once and see none of them: two servers, proofs, noise."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for talkative in ("alembic", "httpx"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


@cli.command()
@_home
@click.option("--only", type=click.Choice(["leader", "helper"]), help="Set up one server; the other is elsewhere.")
@click.option("--invitation", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="From the helper.")
@click.option("--controller", help="WebID of the business; a leader needs it.")
@click.option("--helper", help="WebID of the helper's operator; a helper needs it.")
@click.option("--leader-url", help="Where agents reach the leader.")
@click.option("--helper-url", help="Where the leader and agents reach the helper.")
@click.option("--leader-port", default=8701, show_default=True, help="Port on loopback that the leader listens on.")
@click.option("--helper-port", default=8702, show_default=True, help="Port on loopback that the helper listens on.")
def init(
    *,
    home: Path,
    only: str | None,
    invitation: Path | None,
    controller: str | None,
    helper: str | None,
    leader_url: str | None,
    helper_url: str | None,
    leader_port: int,
    helper_port: int,
) -> None:
    """Make keys and settings for the leader, the helper, or both."""
    from aggregator.config import init_helper, init_leader, load_helper, read_invitation

    if only == "leader" and invitation is None:
        raise click.UsageError("a leader alone needs --invitation, the file that the helper's operator sent")
    if only != "helper" and controller is None:
        raise click.UsageError("a leader needs --controller, the WebID of the business that asks")
    if only != "leader" and helper is None:
        raise click.UsageError("a helper needs --helper, the WebID of its operator")
    if helper is not None and only != "leader":
        url = helper_url or f"http://127.0.0.1:{helper_port}/"
        made = init_helper(home, url=url, helper=helper, port=helper_port)
        click.echo(f"Helper set up in {home}. Its invitation for the leader: {home / 'invitation.toml'}")
        click.echo(f"Sealing key: {load_helper(home).public_key[:32]}...")
    if controller is not None and only != "helper":
        invited = read_invitation(invitation) if invitation is not None else made
        url = leader_url or f"http://127.0.0.1:{leader_port}/"
        config = init_leader(home, invited, url=url, controller=controller, port=leader_port)
        click.echo(f"Leader set up in {home}. Key that signs studies: {config.signer.name}")


@cli.command()
@_home
@with_parent
def leader(home: Path, *, with_parent: bool) -> None:
    """Run the leader, which takes reports."""
    from aggregator.config import load_leader
    from aggregator.leader import Leader, create_leader_app
    from aggregator.web import serve

    config = load_leader(home)
    serve(create_leader_app(Leader(home, config)), config.host, config.port, with_parent=with_parent)


@cli.command()
@_home
@verified
@with_parent
def helper(home: Path, *, verify: str | None, workers: int | None, ray: str | None, with_parent: bool) -> None:
    """Run the helper, the second server, for somebody else's leader."""
    from contextlib import closing

    from aggregator.config import load_helper
    from aggregator.helper import Helper, create_helper_app
    from aggregator.web import serve

    config = load_helper(home).verified(verify, workers, ray)
    with closing(Helper(home, config)) as rules:
        serve(create_helper_app(rules), config.host, config.port, with_parent=with_parent)


@cli.command()
@_home
@click.argument("terms", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
def publish(home: Path, terms: Path, *, as_json: bool) -> None:
    """Sign the study described in TERMS (TOML or JSON), with keys of all issuers, and open it at both servers."""
    from datetime import UTC, datetime

    from aggregator.config import load_leader
    from aggregator.issuing.asking import complete
    from aggregator.leader import Leader
    from aggregator.studies import check_answerable, make_study, read_terms

    config = load_leader(home)
    study = make_study(read_terms(terms), config)
    check_answerable(study, datetime.now(UTC))
    study = complete(study, home)
    with _channel(config) as channel:
        task = Leader(home, config).publish(study, channel).hex()
    _show({"task": task, "title": study.title}, f"Published {study.title!r} as task {task}", as_json=as_json)


@cli.command()
@_home
@click.argument("task")
@verified
@as_json
def collect(home: Path, task: str, *, verify: str | None, workers: int | None, ray: str | None, as_json: bool) -> None:
    """Close the study TASK, sum its reports with the helper and release the result."""
    from contextlib import closing

    from aggregator.collection import collect as collect_study
    from aggregator.config import load_leader
    from aggregator.leader import Leader

    config = load_leader(home).verified(verify, workers, ray)
    with _channel(config) as channel, closing(Leader(home, config)) as rules:
        release = collect_study(rules, task_named(task), channel)
    _show_release(release, as_json=as_json)


@cli.group()
def release() -> None:
    """See what was released."""


@release.command("list")
@_home
@as_json
def release_list(home: Path, *, as_json: bool) -> None:
    """List releases, newest last, each with the task of its study."""
    releases = _leader(home).releases()
    rows = [
        {"release": one.id, "title": one.title, "published": one.published, "batch": one.batch}
        | {"task": one.lineage.task}
        for one in releases
    ]
    text = "\n".join(
        f"{row['release']}  {row['published']}  {row['batch']:>8}  {row['title']}\n  task {row['task']}" for row in rows
    )
    _show(rows, text or "Nothing is released yet.", as_json=as_json)


@release.command("show")
@_home
@click.argument("identifier")
@as_json
def release_show(home: Path, identifier: str, *, as_json: bool) -> None:
    """Show one release."""
    from aggregator.errors import UnknownReleaseError

    found = [one for one in _leader(home).releases() if one.id == identifier]
    if not found:
        raise UnknownReleaseError(f"no release is called {identifier}")
    _show_release(found[0], as_json=as_json)


@cli.command()
@_home
@click.argument("task")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of Flower's server on loopback; 0: any.")
@click.option("--cohort", type=click.IntRange(1), required=True, help="Nodes to wait for before anything is sent.")
@click.option("--deadline", type=click.FloatRange(1), default=60.0, show_default=True, help="Seconds until it ends.")
@as_json
def train(*, home: Path, task: str, port: int, cohort: int, deadline: float, as_json: bool) -> None:
    """Run the training round TASK, a published study, with the nodes that are there."""
    from aggregator.training_command import run_training

    run_training(home, task, port=port, cohort=cohort, deadline=deadline, as_json=as_json)


@cli.command()
@_home
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on loopback; 0: any.")
@with_parent
def portal(*, home: Path, port: int, with_parent: bool) -> None:
    """Serve the pages with studies and releases; prints a sign-in link."""
    from aggregator.portal.serving import serve_portal

    serve_portal(_leader(home), port, with_parent=with_parent)


@cli.command()
@click.option("--pods", type=click.IntRange(1, 1_000_000), required=True, help="All pods: honest, malicious, dropped.")
@click.option(
    "--statistic",
    type=click.Choice(
        ["histogram", "sum", "segment", "rfm", "item_counts", "item_vectors", "co_purchase", "centred_pairs", "update"]
    ),
    required=True,
    help="What is summed.",
)
@click.option("--size", type=click.IntRange(1, 100_000), required=True, help="Cells, items, parameters, or the most.")
@click.option("--epsilon", required=True, help="Privacy loss at delta 1e-6, or none for exact sums.")
@click.option(
    "--transport",
    type=click.Choice(["inprocess", "http"]),
    required=True,
    help="One process, or two servers over HTTP.",
)
@click.option("--malicious", type=click.IntRange(0), default=0, help="Pods that send reports which prove nothing.")
@click.option("--drop", type=click.FloatRange(0, 1, max_open=True), default=0.0, help="Share of pods that drop out.")
@click.option("--tokens", is_flag=True, help="With tokens of three made-up issuers, made before the clock starts.")
@click.option("--store", default="", help="URL of an empty PostgreSQL database for both servers.")
@click.option("--seed", type=int, required=True, help="What each pod answers; shares stay random.")
@as_json
def simulate(*, epsilon: str, as_json: bool, **options: Any) -> None:
    """Run many made-up pods against both servers and compare with the plain sum."""
    from aggregator.simulate import Simulation, run_simulation

    limit = None if epsilon == "none" else _epsilon(epsilon)
    result = run_simulation(Simulation(epsilon=limit, **options))
    _show(result, "\n".join(f"{name:20} {value}" for name, value in result.items()), as_json=as_json)


for command in (add_issuer, ask, catalogue, issuer, nodes, prior, simulate_training, superlink, trust):
    cli.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit status."""
    try:
        status = cli.main(arguments, prog_name="pod-aggregator", standalone_mode=False)
    except ProjectError as error:
        _tell(error, as_json="--json" in (sys.argv if arguments is None else arguments))
        status = error.exit_status
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        status = 130
    sys.exit(status if isinstance(status, int) else 0)


def _tell(error: ProjectError, *, as_json: bool) -> None:
    """The error for people on standard error; with ``--json`` the same as the one document on standard output."""
    if as_json:
        told = {"code": error.code, "message": str(error), "hint": error.hint}
        click.echo(json.dumps({"error": told}, ensure_ascii=False))
    click.echo(f"{click.style('Error', fg='red', bold=True)} [{error.code}]: {error}", err=True)
    if error.hint:
        click.echo(f"  {error.hint}", err=True)


def _leader(home: Path) -> Any:
    from aggregator.config import load_leader
    from aggregator.leader import Leader

    return Leader(home, load_leader(home))


def _channel(config: Any) -> Any:
    from aggregator.channel import HelperChannel

    return HelperChannel(config.helper_url, bytes.fromhex(config.channel_key))


def _epsilon(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise VocabularyError(f"epsilon is a number or none, not {text!r}") from error


def _show(value: object, text: str, *, as_json: bool) -> None:
    click.echo(json.dumps(value, ensure_ascii=False) if as_json else text)


def _show_release(release: Any, *, as_json: bool) -> None:
    from aggregator.releases import encode_release
    from aggregator.wording import describe

    click.echo(encode_release(release) if as_json else describe(release))
