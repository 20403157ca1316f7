"""``pod-aggregator`` from set-up to release, and how it refuses."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from aggregator.cli import main
from aggregator.config import HelperConfig, LeaderConfig, load_helper, load_leader
from aggregator.errors import ConfigurationError
from aggregator.ports import free_port
from aggregator.running import ServerProcess
from aggregator.samples import SAMPLES
from tests.support.pair import send, upload
from vocab import wire
from vocab.study import Study

TERMS = """
title = "Spending by category"
purpose = "https://w3id.org/pod-agent#AggregateReporting"
data = ["https://w3id.org/dpv/pd#PurchasesAndSpendingHabit"]
min_batch = 5
opens = 2020-01-01T08:00:00+08:00
closes = 2100-01-01T00:00:00Z
demo = true
noise = {variance = 0}

[statistic]
type = "Histogram"
query = {measures = ["spend"], dimensions = ["month", "category"]}
cells_of = {month = ["2026-01", "2026-02"], category = ["groceries", "transport"]}
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    out, err = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, out, err


CONTROLLER = "--controller=https://shop.example/profile#us"
HELPER = "--helper=https://pods.example/profile#us"


def init(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    ports = [f"--leader-port={free_port()}", f"--helper-port={free_port()}"]
    assert run(capsys, "init", "--home", str(home), CONTROLLER, HELPER, *ports)[0] == 0


def test_from_set_up_to_release(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    init(capsys, tmp_path)
    terms = tmp_path / "study.toml"
    terms.write_text(TERMS)
    helper = ServerProcess("helper", tmp_path)
    leader = ServerProcess("leader", tmp_path)
    try:
        status, out, _ = run(capsys, "--home", str(tmp_path), "publish", str(terms), "--json")
        assert status == 0
        task = json.loads(out)["task"]
        config = load_leader(tmp_path)
        with httpx.Client(base_url=config.url) as agents:
            (listed,) = wire.decode_studies(agents.get("studies").content).studies
            study = Study.from_json(listed.manifest)
            assert listed.task == task == study.task_id.hex()
            for cell in (0, 1, 1, 3, 4, 4):
                assert upload(agents, send(study, cell)) == 201
        status, out, _ = run(capsys, "collect", task, "--home", str(tmp_path), "--json")
        assert status == 0
        release = json.loads(out)
        assert [(row["labels"], row["value"]) for row in release["rows"]] == [
            (["2026-01", "groceries"], 1),
            (["2026-01", "transport"], 2),
            (["2026-02", "groceries"], 0),
            (["2026-02", "transport"], 1),
        ]
        assert release["nothing"]["value"] == 2
        status, out, _ = run(capsys, "release", "list", "--home", str(tmp_path), "--json")
        assert [(one["release"], one["task"]) for one in json.loads(out)] == [(release["id"], task)]
        assert f"\n  task {task}\n" in run(capsys, "release", "list", "--home", str(tmp_path))[1]
        shown = run(capsys, "release", "show", release["id"], "--home", str(tmp_path), "--json")[1]
        assert json.loads(shown) == release
        assert "2026-02 / transport" in run(capsys, "release", "show", release["id"], "--home", str(tmp_path))[1]
        assert run(capsys, "release", "show", "nothing", "--home", str(tmp_path))[0] == 2
    finally:
        leader.stop()
        helper.stop()


def test_a_collection_without_its_helper_ends_with_status_5(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    init(capsys, tmp_path)
    terms = tmp_path / "study.toml"
    terms.write_text(TERMS)
    status, out, err = run(capsys, "publish", str(terms), "--home", str(tmp_path), "--json")
    assert (status, json.loads(out)["error"]["code"]) == (5, "helper_unreachable")
    assert "helper_unreachable" in err


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (("min_batch = 5", 'min_batch = "five"'), 2),
        (("demo = true", "demo = false"), 2),
        (("cells_of = {month", "cells_of = {week"), 2),
        (("noise = {variance = 0}", 'noise = {epsilon = "one"}'), 2),
        (("[statistic]", "[statistic"), 2),
        (("title =", "titel ="), 2),
    ],
)
def test_terms_that_mean_nothing_are_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, change: tuple[str, str], status: int
) -> None:
    init(capsys, tmp_path)
    terms = tmp_path / "study.toml"
    terms.write_text(TERMS.replace(*change))
    assert run(capsys, "publish", str(terms), "--home", str(tmp_path))[0] == status


def test_set_up_never_replaces_keys(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    init(capsys, tmp_path)
    before = (tmp_path / "leader.toml").read_bytes()
    assert run(capsys, "init", "--home", str(tmp_path), CONTROLLER, HELPER)[0] == 2
    assert (tmp_path / "leader.toml").read_bytes() == before


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ([], "--controller"),
        ([CONTROLLER], "--helper"),
        ([HELPER], "--controller"),
        (["--only=helper", CONTROLLER], "--helper"),
    ],
)
def test_nobody_is_set_up_under_a_name_they_did_not_give(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, given: list[str], missing: str
) -> None:
    status, _, err = run(capsys, "init", "--home", str(tmp_path / "home"), *given)
    assert (status, missing in err) == (2, True)
    assert not (tmp_path / "home").exists()


def test_keys_are_readable_by_their_owner_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    init(capsys, tmp_path / "home")
    for path in (tmp_path / "home").glob("*.toml"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_leader_and_helper_are_set_up_apart(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(capsys, "init", "--only", "leader", CONTROLLER, "--home", str(tmp_path / "shop"))[0] == 2
    assert run(capsys, "init", "--only", "helper", HELPER, "--home", str(tmp_path / "pods"))[0] == 0
    invitation = tmp_path / "pods" / "invitation.toml"
    arguments = ["init", "--only", "leader", "--invitation", str(invitation), "--home", str(tmp_path / "shop")]
    assert run(capsys, *arguments)[0] == 2
    assert run(capsys, *arguments, CONTROLLER)[0] == 0
    leader, helper = load_leader(tmp_path / "shop"), load_helper(tmp_path / "pods")
    assert (leader.helper_key, leader.channel_key) == (helper.public_key, helper.channel_key)
    assert (leader.controller, leader.helper) == (CONTROLLER.partition("=")[2], HELPER.partition("=")[2])
    assert helper.sealing_key not in (tmp_path / "shop" / "leader.toml").read_text()


@pytest.mark.parametrize(
    "content", ["", "port = 'x'", "surprise = 1\n", "[", "port = true\n"], ids=["empty", "type", "name", "toml", "bool"]
)
def test_broken_settings_are_named(tmp_path: Path, content: str) -> None:
    for name, load in (("leader", load_leader), ("helper", load_helper)):
        (tmp_path / f"{name}.toml").write_text(content)
        with pytest.raises(ConfigurationError):
            load(tmp_path)


def test_a_folder_without_settings_says_what_to_run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, _, err = run(capsys, "release", "list", "--home", str(tmp_path))
    assert status == 2
    assert "pod-aggregator init" in err


KEYS = """pods dropped accepted rejected exact seconds seconds_uploading bytes_per_pod cpu_ms_agent cpu_ms_leader
cpu_ms_helper rss_mb_leader rss_mb_helper noise_std noise_std_expected""".split()


def simulate(capsys: pytest.CaptureFixture[str], **options: object) -> dict[str, Any]:
    arguments = [f"--{name}={value}" for name, value in options.items()]
    status, out, _ = run(capsys, "simulate", "--json", *arguments)
    assert status == 0
    result = json.loads(out)
    assert set(result) == set(KEYS)
    return dict(result)


def test_a_simulation_is_exact_and_refuses_exactly_the_malicious(capsys: pytest.CaptureFixture[str]) -> None:
    found = simulate(
        capsys, pods=30, statistic="histogram", size=5, epsilon="none", transport="inprocess", malicious=6, seed=1
    )
    assert (found["accepted"], found["rejected"], found["exact"]) == (24, 6, True)


def test_a_simulation_with_noise_has_the_noise_that_it_claims(capsys: pytest.CaptureFixture[str]) -> None:
    """Over 1,000 cells the standard error is 2.2 per cent: within twelve."""
    found = simulate(
        capsys, pods=8, statistic="histogram", size=1000, epsilon=0.5, transport="inprocess", malicious=0, seed=1
    )
    assert found["exact"] is None
    assert found["noise_std"] / found["noise_std_expected"] == pytest.approx(1, abs=0.12)
    assert found["noise_std_expected"] == pytest.approx(2**0.5 * 8.68, abs=0.1)


def test_a_simulation_over_processes_is_exact(capsys: pytest.CaptureFixture[str]) -> None:
    found = simulate(
        capsys, pods=25, statistic="histogram", size=5, epsilon="none", transport="http", malicious=1, seed=2
    )
    assert (found["accepted"], found["rejected"], found["exact"]) == (24, 1, True)
    assert min(found["cpu_ms_leader"], found["cpu_ms_helper"], found["rss_mb_helper"]) > 0


@pytest.mark.parametrize("statistic", SAMPLES)
def test_every_statistic_is_summed_exactly_with_tokens_and_whoever_drops_out(
    capsys: pytest.CaptureFixture[str], statistic: str
) -> None:
    command = f"simulate --json --statistic={statistic} --pods=40 --size=9 --epsilon=none --transport=inprocess"
    status, out, _ = run(capsys, *command.split(), "--malicious=4", "--drop=0.2", "--seed=3", "--tokens")
    found = json.loads(out)
    assert (status, found["dropped"], found["accepted"], found["rejected"], found["exact"]) == (0, 8, 28, 4, True)


def test_a_simulation_needs_somebody_honest(capsys: pytest.CaptureFixture[str]) -> None:
    options = "--pods=5 --statistic=sum --size=5 --epsilon=none --transport=inprocess --seed=1 --json --malicious=4"
    status, out, _ = run(capsys, "simulate", *options.split(), "--drop=0.5")
    assert (status, json.loads(out)["error"]["code"]) == (1, "aggregator_error")


def test_help_loads_nothing_heavy() -> None:
    heavy = {"numpy", "flask", "httpx", "opendp", "flwr", "cryptography"}
    script = (
        "import sys; from aggregator.cli import cli; cli(['--help'], standalone_mode=False);"
        f"print(sorted({heavy} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_settings_have_no_default_secrets(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    init(capsys, tmp_path / "a")
    init(capsys, tmp_path / "b")
    one: tuple[LeaderConfig, HelperConfig] = load_leader(tmp_path / "a"), load_helper(tmp_path / "a")
    two: tuple[LeaderConfig, HelperConfig] = load_leader(tmp_path / "b"), load_helper(tmp_path / "b")
    assert one[0].signing_key != two[0].signing_key
    assert one[0].channel_key != two[0].channel_key
    assert one[1].sealing_key != two[1].sealing_key
