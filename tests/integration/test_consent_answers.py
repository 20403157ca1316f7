"""Refusing, putting off, renewing and erasing, at real servers: what the person says is what happens on the wire."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from consent.errors import ConsentError, RefusedError, RequestSettledError
from consent.rights import Right
from pod_agent.cli.main import main
from pod_agent.cli.options import show_table
from pod_agent.config import load_settings
from pod_agent.errors import NoticeChangedError
from tests.support.door import HELPER, LEADER, Door, doors

SPENDING = {"groceries": 60.0, "eating-out": 30.0, "transport": 10.0}
BUSINESS = "https://shop.example/profile#us"


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    yield from doors(tmp_path)


def test_a_refused_study_is_never_open_again_and_its_business_sees_what_it_sees_of_everyone(door: Door) -> None:
    task = door.publish(door.study())
    consents, wire = door.person(SPENDING)
    assert consents.requests()[0].status == "open"
    consents.defer(task)
    assert consents.requests()[0].status == "deferred"
    consents.refuse(task)
    with pytest.raises(RefusedError):
        consents.give(task)
    consents.catch_up()
    assert consents.answer_studies() == []
    [request] = consents.requests()
    assert (request.status, request.shown) == ("refused", None)
    assert "refused" in request.preview[0]
    assert {(method, address) for method, address, _ in wire.requests} == {("GET", LEADER + "studies")}
    assert [row["action"] for row in consents.audit()] == ["defer", "refuse"]


def test_a_yes_keeps_the_study_as_it_was_signed_and_names_it_in_the_grant(door: Door) -> None:
    task = door.publish(door.study())
    consents, _ = door.person(SPENDING)
    grant = consents.give(task)
    assert consents.gate.one(grant).grant.request == task
    with pytest.raises(RequestSettledError):
        consents.refuse(task)
    consents.withdraw(grant)
    assert {receipt.status.value for receipt in consents.receipts()} == {"given", "withdrawn"}


def test_a_grant_is_renewed_by_a_yes_to_what_was_shown(door: Door) -> None:
    task = door.publish(door.study())
    consents, _ = door.person(SPENDING)
    grant = consents.give(task, until=datetime.now(UTC).date() + timedelta(days=20))
    later = datetime.now(UTC).date() + timedelta(days=200)
    shown = consents.renewal(grant, later)
    assert any(f"{later.day} " in line and str(later.year) in line for line in shown.lines)
    consents.answer_studies()  # which costs privacy, and the notice tells what was spent
    with pytest.raises(NoticeChangedError):
        consents.renew(grant, later, shown.notice)
    again = consents.renewal(grant, later)
    assert consents.renew(grant, later, again.notice) == again.until
    assert consents.grants()[0]["until"] == f"{again.until:%Y-%m-%dT%H:%M:%SZ}"
    with pytest.raises(ConsentError):
        consents.renewal(grant, later)
    consents.withdraw(grant)
    with pytest.raises(ConsentError):
        consents.renewal(grant)


def test_a_grant_of_today_can_be_renewed_without_naming_a_day(door: Door) -> None:
    consents, _ = door.person(SPENDING)
    grant = consents.give(door.publish(door.study()))
    shown = consents.renewal(grant)
    before = consents.gate.states().states[0].grant.until
    assert timedelta(days=85) < shown.until - before <= timedelta(days=91)
    assert consents.renew(grant, notice=shown.notice) == shown.until


def test_an_erasure_withdraws_takes_back_and_is_fulfilled_when_both_servers_answered(door: Door) -> None:
    study = door.study()
    door.publish(study)
    consents, wire = door.person(SPENDING)
    consents.give(study.task_id.hex())
    assert [outcome.outcome for outcome in consents.answer_studies()] == ["sent"]
    wire.away = {LEADER}
    request = consents.exercise(Right.ERASURE, BUSINESS)
    assert consents.rights.one(request.identifier).status == "acknowledged"
    assert not consents.catch_up()
    wire.away = False
    assert consents.catch_up()
    assert consents.rights.one(request.identifier).status == "fulfilled"
    assert door.held(study.task_id) == 0
    assert [
        (address.partition("tasks/")[0], len(body)) for method, address, body in wire.requests if method == "DELETE"
    ] == [
        (HELPER, 32),
        (LEADER, 32),
    ]
    access = consents.exercise(Right.ACCESS, BUSINESS)
    before = len(wire.requests)
    assert consents.catch_up()
    assert len(wire.requests) == before  # a letter is the person's to send
    assert consents.rights.one(access.identifier).status == "initiated"


def run(home: Path, *arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, object]:
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--home", str(home), "--json"])
    return int(str(ended.value.code)), json.load(io.StringIO(capsys.readouterr().out))


def test_the_command_line_lowers_the_budget_and_never_raises_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    run(home, "init", capsys=capsys)
    status, limits = run(home, "budget", "set", "--business", "0.5", "--everyone", "1", capsys=capsys)
    assert (status, limits) == (0, {"business": 6_642, "everyone": 24_356, "year": 1_000_000})
    status, shown = run(home, "budget", "show", capsys=capsys)
    assert status == 0
    assert isinstance(shown, list)
    assert [(each["limit_micro_rho"], each["left_micro_rho"], each["days"]) for each in shown] == [
        (24_356, 24_356, 28),
        (1_000_000, 1_000_000, 365),
    ]
    for wrong in (("--business", "2"), ("--year", "8"), ("--everyone", "much"), ()):
        status, _ = run(home, "budget", "set", *wrong, capsys=capsys)
        assert status != 0
    run(home, "budget", "set", "--business", "default", capsys=capsys)
    assert (load_settings(home).max_epsilon, load_settings(home).max_epsilon_all) == ("", "1")


def told(home: Path, *arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit):
        main([*arguments, "--home", str(home)])
    return " ".join(capsys.readouterr().out.split())


def test_the_command_line_speaks_in_epsilons_and_says_when_there_is_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    run(home, "init", capsys=capsys)
    assert "Nobody can ask you yet" in told(home, "requests", "list", capsys=capsys)
    assert told(home, "grants", "list", capsys=capsys) == "You allowed nothing so far."
    limits = told(home, "budget", "set", "--business", "0.5", "--year", "7.7", capsys=capsys)
    assert "At most epsilon 0.5 for one business and 3 for all in 28 days, 7.7 for all in a year." in limits
    assert "all together 28 days 3 0 % 100 % 27" in told(home, "budget", "show", capsys=capsys)
    defaults = told(home, "budget", "set", "--business", "default", "--year", "default", capsys=capsys)
    assert "epsilon 1 for one business and 3 for all in 28 days, 7.76 for all in a year" in defaults
    assert "epsilon 1 for one" in told(home, "budget", "set", "--business", "1", "--year", "7.76", capsys=capsys)


def test_names_to_copy_stand_on_one_line_of_a_narrow_table(capsys: pytest.CaptureFixture[str]) -> None:
    name = "6f1c9f6e-4b3a-4d83-9a57-0c7f3a1a2b4c"
    show_table("Grants", ("grant", "recipient"), [(name, "a business with a long name " * 4)], whole=(0,))
    assert name in capsys.readouterr().out


def test_the_command_line_writes_a_letter_and_notes_the_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    run(home, "init", capsys=capsys)
    _, asked = run(home, "rights", "ask", "access", BUSINESS, capsys=capsys)
    assert isinstance(asked, dict)
    assert "article 15" in asked["letter"]
    assert str(date.today().year) in asked["letter"]  # noqa: DTZ011
    name = asked["right"]
    _, noted = run(home, "rights", "note", name, "rejected", "--because", "Nothing was found.", capsys=capsys)
    assert noted == {"right": name, "noted": True, "status": "rejected"}
    _, listed = run(home, "rights", "list", capsys=capsys)
    assert isinstance(listed, list)
    assert [(each["status"], each["reason"]) for each in listed] == [("rejected", "Nothing was found.")]
    _, receipts = run(home, "grants", "receipts", capsys=capsys)
    assert receipts == []
