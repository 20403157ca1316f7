"""What an operator does wrong on the first day, and what each command says to it."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from aggregator.config import load_leader
from aggregator.issuing.config import load_issuer
from aggregator.running import ServerProcess
from pod_agent.cli.main import main as agent_main
from pod_agent.config import save_settings
from tests.integration.test_servers_cli import CONTROLLER, HELPER, TERMS, init, run

REAL = TERMS.replace("demo = true", "").replace("{variance = 0}", "{epsilon = 1.0}").replace("= 5", "= 100")
QUERY = 'dimensions = ["month", "category"]'


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("min_batch = 100", ""), "the terms lack min_batch"),
        (("min_batch = 100", 'min_batch = 100\ncolour = "red"'), "what no study has: colour"),
        (("2100-01-01T00:00:00Z", "2100-01-01"), "closes = 2100-01-01T00:00:00Z"),
        (("2100-01-01T00:00:00Z", "2020-02-01T00:00:00Z"), "has ended already"),
        (("AggregateReporting", "Advertising"), "nobody can allow this purpose"),
        (("AggregateReporting", "FederatedTraining"), "of ModelUpdate and of nothing else"),
        (("pd#PurchasesAndSpendingHabit", "pd#Diary"), "nobody can allow this purpose or these data"),
        (("epsilon = 1.0", "epsilon = 5.0"), "nobody spends more than 1 on one business"),
        (("groceries", "grocery"), "'grocery' is not a category"),
        ((QUERY, f'{QUERY}, period = ["2026-02-01", "2026-02-28"]'), "the month 2026-01 lies outside"),
    ],
)
def test_terms_that_nobody_can_answer_are_not_published(
    change: tuple[str, str], told: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    init(capsys, tmp_path)
    assert change[0] in REAL
    terms = tmp_path / "study.toml"
    terms.write_text(REAL.replace(*change))
    status, out, err = run(capsys, "publish", str(terms), "--home", str(tmp_path))
    assert (status, out) == (2, "")
    assert told in err


def test_a_taken_port_is_named_with_the_next_step(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    init(capsys, tmp_path)
    port = load_leader(tmp_path).port
    with socket.create_server(("127.0.0.1", port)):
        status, _, err = run(capsys, "leader", "--home", str(tmp_path))
    assert status == 1
    assert f"[server_start]: the leader cannot listen on 127.0.0.1:{port}" in err
    assert "another port" in err


@pytest.mark.parametrize(
    "wrong",
    [
        [HELPER, "--controller=shop"],
        [CONTROLLER, "--helper=pods.example"],
        [CONTROLLER, HELPER, "--helper-url=https://pods.example/?x"],
    ],
)
def test_names_that_every_agent_would_refuse_set_nothing_up(
    wrong: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status, _, err = run(capsys, "init", "--home", str(tmp_path / "new"), *wrong)
    assert (status, "[configuration]" in err) == (2, True)
    assert not (tmp_path / "new" / "leader.toml").exists()


def test_a_task_that_is_none_is_told_as_such(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    init(capsys, tmp_path)
    status, _, err = run(capsys, "collect", "12ab", "--home", str(tmp_path))
    assert (status, "'12ab' is no task" in err, "Publish the same terms again" in err) == (2, True, True)


def test_an_invitation_that_cannot_be_written_gives_no_key_away(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    home = ["--home", str(tmp_path / "issuer")]
    assert run(capsys, "issuer", "init", *home, "--url=http://127.0.0.1:1/", "--provider=https://id.example/")[0] == 0
    status, _, err = run(capsys, "issuer", "invite", *home, "shop", str(tmp_path / "nowhere" / "shop.toml"))
    assert (status, "a folder that does not exist" in err) == (2, True)
    assert load_issuer(tmp_path / "issuer").leaders == {}
    assert run(capsys, "issuer", "invite", *home, "shop", str(tmp_path / "shop.toml"))[0] == 0


def test_commands_of_another_server_make_no_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    nowhere, invitation = tmp_path / "nowhere", tmp_path / "invitation.toml"
    invitation.write_text(f'url = "http://127.0.0.1:1/"\nchannel_key = "{"0" * 64}"\n')
    for command in (["add-issuer", str(invitation)], ["trust", "http://127.0.0.1:1/"]):
        status, _, err = run(capsys, *command, "--home", str(nowhere))
        assert (status, "is missing" in err) == (2, True)
    status, _, err = run(capsys, "issuer", "run", "--home", str(nowhere))
    assert (status, "pod-aggregator issuer init" in err) == (2, True)
    assert not nowhere.exists()


def test_a_person_is_offered_to_allow_only_what_can_be_allowed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shop, home, terms = tmp_path / "shop", tmp_path / "home", tmp_path / "study.toml"
    init(capsys, shop)
    asked = TERMS.replace(QUERY, f'{QUERY}, period = ["2026-01-01", "2026-02-28"]')
    terms.write_text(asked.replace("{variance = 0}", "{epsilon = 0.5}"))
    helper, leader = ServerProcess("helper", shop), ServerProcess("leader", shop)
    try:
        task = json.loads(run(capsys, "publish", str(terms), "--home", str(shop), "--json")[1])["task"]
        with pytest.raises(SystemExit):
            agent_main(["init", "--home", str(home)])
        save_settings(home, aggregator=load_leader(shop).url)
        show = ["requests", "show", task[:8], "--home", str(home)]
        for simulated, said in (("", "It cannot be allowed now: invalid_study."), ("yes", "Allow it with:")):
            save_settings(home, simulated=simulated)
            with pytest.raises(SystemExit):
                agent_main(show)
            out = capsys.readouterr().out
            assert (said in out, "Allow it with:" in out) == (True, simulated == "yes")
        assert "It costs 27 % of what you allow this business; 100 % is left." in out
    finally:
        leader.stop()
        helper.stop()
