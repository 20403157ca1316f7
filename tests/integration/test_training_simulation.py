"""Rounds over Flower's Grid in one process: exact without noise, whoever is silent, and noisy with it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping

import pytest
from flwr.app import ConfigRecord, Metadata, RecordDict
from flwr.app.message import make_message

from aggregator.direct import DirectGrid, direct_channel
from aggregator.simulate_training import TrainingSimulation, run_training_simulation
from vocab.training import Scalar

pytestmark = pytest.mark.flower


@pytest.mark.parametrize(("model", "pods"), [("weekly-spending-1", 30), ("weekly-network-1", 4)])
def test_the_model_moves_by_the_mean_of_those_who_replied_to_the_last_bit(model: str, pods: int) -> None:
    told = run_training_simulation(TrainingSimulation(pods=pods, model=model, epsilon=None, drop=0.3, seed=3))
    assert told["exact"] is True
    assert 0 < told["summed"] == told["named"] < told["asked"] == pods


def test_with_noise_the_model_is_not_the_mean() -> None:
    told = run_training_simulation(
        TrainingSimulation(pods=20, model="weekly-spending-1", epsilon=1.0, drop=0.0, seed=3)
    )
    assert told["exact"] is None
    assert 1e-4 < told["error"] < 1.0


def test_nodes_get_what_was_sent_and_silent_ones_count_as_gone() -> None:
    heard: list[dict[str, object]] = []

    def listen(fields: Mapping[str, object]) -> Mapping[str, Scalar]:
        heard.append(dict(fields))
        return {"report": b"r" * 16}

    channel = direct_channel([listen, lambda _: None])
    channel.broadcast(channel.nodes(), {"round": 1, "weights": [0.5]}, 9.0)
    assert heard == [{"round": 1, "weights": [0.5]}]
    assert channel.replies() == [b"r" * 16]
    assert (channel.waiting, channel.replies()) == (0, [])


def test_a_reply_out_of_form_names_no_report() -> None:
    channel = direct_channel([lambda _: {"report": b"short"}, lambda _: {"other": 1}, lambda _: {}])
    channel.broadcast(channel.nodes(), {"round": 1}, 9.0)
    assert channel.replies() == []
    assert channel.waiting == 0


def test_a_message_without_instructions_does_not_reach_the_node() -> None:
    def never(_fields: object) -> None:
        raise AssertionError("the node was asked")

    grid = DirectGrid([never])
    metadata = Metadata(1, "", 1, 1, "", "", time.time(), 60.0, "train")
    message = make_message(metadata=metadata, content=RecordDict({"code": ConfigRecord({"run": "import os"})}))
    [reply] = grid.send_and_receive([message])
    assert reply.has_error()


def test_the_command_tells_how_it_went() -> None:
    command = [sys.executable, "-m", "aggregator", "simulate-training", "--pods", "3", "--seed", "1", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert (told["asked"], told["summed"], told["exact"]) == (3, 3, True)
