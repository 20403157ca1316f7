"""``pod-aggregator superlink``, ``nodes`` and ``simulate-training``; what they need is imported when they run."""

# ruff: noqa: PLC0415

from __future__ import annotations

import json
import signal
import threading
from contextlib import closing
from pathlib import Path

import click

from aggregator.options import as_json, home, with_parent

__all__ = ["nodes", "simulate_training", "superlink"]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@home
@click.option("--certificate", type=FILE, required=True, help="The server's certificate and chain, PEM.")
@click.option("--key", type=FILE, required=True, help="The certificate's private key, PEM.")
@click.option("--authority", type=FILE, required=True, help="The authority that issued it, PEM; nodes are told of it.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on for nodes.")
@click.option("--port", type=click.IntRange(0, 65535), default=8704, show_default=True, help="Port for nodes; 0: any.")
@click.option("--address", default="", metavar="HOST:PORT", help="What nodes are told, by a name of the certificate.")
@with_parent
def superlink(
    *, home: Path, certificate: Path, key: Path, authority: Path, host: str, port: int, address: str, with_parent: bool
) -> None:
    """Run the training server, a Flower SuperLink whose nodes are those that the leader let in."""
    from aggregator.config import load_leader
    from aggregator.superlink import Tls
    from aggregator.training_server import TrainingServer
    from aggregator.web import follow_input

    load_leader(home)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    if with_parent:
        follow_input(stop=True)
    tls = Tls(certificate=certificate, key=key, authority=authority)
    with TrainingServer(home, tls=tls, address=address, host=host, port=port) as running:
        click.echo(f"training server listens on {running.link.address}; nodes are told {running.address}")
        stop.wait()


@click.group()
def nodes() -> None:
    """Who takes part in training."""


@nodes.command("list")
@home
@as_json
def nodes_list(home: Path, *, as_json: bool) -> None:
    """List the nodes that are let in, with the WebID and the end of the grant of each."""
    from aggregator.registry import Registry

    with closing(Registry(home)) as registry:
        rows = [member.to_json() for member in registry.members()]
    text = "\n".join(f"{row['node'][:16]}  until {row['until']}  {row['webid']}" for row in rows)
    click.echo(json.dumps(rows) if as_json else text or "No node is let in.")


@nodes.command("remove")
@home
@click.argument("node")
@as_json
def nodes_remove(home: Path, node: str, *, as_json: bool) -> None:
    """Take the node out whose name begins with NODE; its next request is refused."""
    from aggregator.errors import UnknownNodeError
    from aggregator.registry import Registry

    with closing(Registry(home)) as registry:
        found = [member for member in registry.members() if node and member.name.hex().startswith(node.lower())]
        if len(found) != 1:
            raise UnknownNodeError(f"{len(found) or 'no'} nodes begin with {node}")
        registry.remove(found[0].name)
    told = found[0].name.hex()
    click.echo(json.dumps({"removed": told}) if as_json else f"Removed {told}.")


@click.command("simulate-training")
@click.option("--pods", type=click.IntRange(1, 100_000), required=True, help="Nodes in the round.")
@click.option("--model", default="weekly-spending-1", show_default=True, help="Whose weights the updates are for.")
@click.option("--epsilon", type=click.FloatRange(0, min_open=True), help="Privacy loss at delta 1e-6; exact if unset.")
@click.option(
    "--drop", type=click.FloatRange(0, 1, max_open=True), default=0.0, help="Share of nodes that keep silent."
)
@click.option("--seed", type=int, required=True, help="What each node learned; shares stay random.")
@as_json
def simulate_training(*, pods: int, model: str, epsilon: float | None, drop: float, seed: int, as_json: bool) -> None:
    """Run one training round with many made-up nodes and compare the model with the plain mean."""
    from aggregator.simulate_training import TrainingSimulation, run_training_simulation

    simulation = TrainingSimulation(pods=pods, model=model, epsilon=epsilon, drop=drop, seed=seed)
    result = run_training_simulation(simulation)
    click.echo(json.dumps(result) if as_json else "\n".join(f"{name:14} {value}" for name, value in result.items()))
