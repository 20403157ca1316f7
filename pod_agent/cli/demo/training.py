"""One training round of the demo's households, each with a Flower node in its own agent."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from pod_agent.agent import Agent
from pod_agent.cli.demo.servers import Business
from pod_agent.errors import AgentError
from pod_agent.federation.consents import Consents
from pod_agent.federation.flower_node import nodes_online
from pod_agent.federation.rounds import round_answer
from pod_agent.federation.training import lessons_of
from pod_agent.pods.hosting.server import free_port

__all__ = ["train_together"]


def train_together(bank: Business, task: str, agents: list[Agent]) -> dict[str, Any]:
    """Every household allows the round and takes part; the outcome as ``pod-aggregator train --json`` prints it."""
    port = free_port()
    with ExitStack() as stack:
        doors = [_door(agent, bank, stack) for agent in agents]
        for door in doors:
            door.give(task)
        training = bank.train(task, port=port, cohort=len(agents))
        answers = [
            round_answer(door, lessons_of(agent.index, agent.today)) for door, agent in zip(doors, agents, strict=True)
        ]
        with nodes_online(f"127.0.0.1:{port}", answers, seconds=60):
            output, _ = training.communicate()
    if training.returncode:
        raise AgentError("the training round failed", hint=f"See {bank.folder / 'train.log'}.")
    outcome: dict[str, Any] = json.loads(output)
    return outcome


def _door(agent: Agent, bank: Business, stack: ExitStack) -> Consents:
    """What this agent may give the bank: its grants, ledger and log are the person's one and only."""
    settings = replace(agent.settings, aggregator=bank.leader_url)
    door = Consents.kept(agent.home, settings, agent.pod, agent.index)
    stack.callback(door.close)
    return door
