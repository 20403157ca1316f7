"""Renewing: only while a grant lives, only by a notice that was shown, a year at the most; receipts of all that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from consent.errors import (
    BadSignatureError,
    ExpiredError,
    InvalidGrantError,
    LogDamagedError,
    NoGrantError,
    NotYetValidError,
    WithdrawnError,
)
from consent.gate import Gate
from consent.grant import Event, Status
from consent.grants import MEMBERS
from consent.receipt import RECEIPTS, Receipt, decode_receipt, encode_receipt
from consent.stores import Head
from tests.support.consents import START, Machine, given, grant_for, pieces, question, refused

DAY = timedelta(days=1)
NOTICE = "sha-256:" + "12" * 32


def only(machine: Machine) -> str:
    [state] = machine.gate.states().states
    return state.grant.identifier


def renewed(machine: Machine, days: int = 180) -> Receipt:
    return machine.gate.renew(only(machine), START + days * DAY, NOTICE)


def test_a_renewed_grant_lasts_until_its_new_end_and_not_a_second_longer() -> None:
    machine = given()
    machine.now = START + 80 * DAY
    renewed(machine)
    machine.now = START + 120 * DAY
    machine.gate.permit(question())
    machine.now = START + 180 * DAY - timedelta(seconds=1)
    machine.gate.permit(question(b"last"))
    machine.now = START + 180 * DAY
    assert refused(machine) == "expired"
    assert machine.gate.states().states[0].status(machine.now) == "expired"


def test_a_renewal_changes_nothing_but_the_end() -> None:
    machine = given()
    before = machine.gate.states().states[0].grant
    renewed(machine)
    assert machine.gate.states().states[0].grant == before
    assert refused(machine, micro_rho=10_001) == "budget_exhausted"


def test_an_upload_under_a_renewed_grant_ends_with_the_new_end() -> None:
    machine = given()
    renewed(machine)
    machine.now = START + 100 * DAY
    body = bytes(100_000)
    parts = pieces(machine.gate.permit(question(body)), body)
    next(parts)
    machine.now = START + 180 * DAY - timedelta(seconds=1)
    next(parts)
    machine.now = START + 180 * DAY
    with pytest.raises(ExpiredError):
        next(parts)


def test_what_is_over_is_not_renewed() -> None:
    machine = given()
    machine.gate.withdraw(only(machine))
    with pytest.raises(WithdrawnError):
        renewed(machine)
    machine = given()
    machine.now = START + 90 * DAY
    with pytest.raises(ExpiredError):
        renewed(machine)
    assert refused(machine) == "expired"  # which tells it in the pod
    with pytest.raises(ExpiredError):
        renewed(machine)
    with pytest.raises(NoGrantError):
        machine.gate.renew("11111111-2222-4333-8444-555555555555", START + 100 * DAY, NOTICE)
    machine = given()
    del machine.documents.files[f"consent/grants/{only(machine)}/events/0001.ttl"]
    with pytest.raises(NotYetValidError):
        renewed(machine)
    assert [entry.action for entry in machine.gate.entries()] == ["give"]


def test_withdrawing_ends_a_renewed_grant() -> None:
    machine = given()
    renewed(machine)
    machine.gate.withdraw(only(machine))
    assert refused(machine) == "withdrawn"
    machine.now = START + 100 * DAY
    assert refused(machine) == "withdrawn"


@pytest.mark.parametrize(
    ("until", "notice"),
    [
        (START + 90 * DAY, NOTICE),
        (START + 89 * DAY, NOTICE),
        (START, NOTICE),
        (START + 365 * DAY + timedelta(seconds=1), NOTICE),
        (START + timedelta(days=120, microseconds=1), NOTICE),
        (START + 120 * DAY, ""),
        (START + 120 * DAY, "sha-256:short"),
    ],
    ids=["no later", "earlier", "now", "over a year", "fraction", "nothing shown", "no digest"],
)
def test_a_renewal_that_may_not_be_is_refused_and_writes_nothing(until: object, notice: str) -> None:
    machine = given()
    files = dict(machine.documents.files)
    with pytest.raises(InvalidGrantError):
        machine.gate.renew(only(machine), until, notice)  # type: ignore[arg-type]
    assert machine.documents.files == files


def test_a_year_is_the_most_each_time() -> None:
    machine = given()
    renewed(machine, 365)
    machine.now = START + 200 * DAY
    renewed(machine, 565)
    assert machine.gate.states().states[0].ends(machine.now) == START + 565 * DAY
    assert [event.status for event in machine.gate.states().states[0].events] == [
        Status.GIVEN,
        Status.RENEWED,
        Status.RENEWED,
    ]


def test_a_renewal_told_after_the_end_revives_nothing() -> None:
    machine = given()
    state = machine.gate.states().states[0]
    machine.now = START + 91 * DAY
    machine.gate._grants.tell(only(machine), Status.RENEWED, machine.now, until=START + 200 * DAY, notice=NOTICE)
    assert machine.gate.one(state.grant.identifier).ends(machine.now) == START + 90 * DAY
    assert refused(machine) == "expired"


def test_a_renewal_dated_ahead_counts_when_its_time_has_come() -> None:
    machine = given()
    machine.gate._grants.tell(only(machine), Status.RENEWED, START + 80 * DAY, until=START + 200 * DAY, notice=NOTICE)
    state = machine.gate.one(only(machine))
    assert state.ends(START + 80 * DAY - timedelta(seconds=1)) == START + 90 * DAY
    assert state.ends(START + 80 * DAY) == START + 200 * DAY


@pytest.mark.parametrize(
    "changes",
    [
        {"until": None},
        {"notice": ""},
        {"status": Status.GIVEN},
        {"until": START},
        {"until": START + 366 * DAY},
    ],
)
def test_an_event_that_may_not_be_is_refused(changes: dict[str, object]) -> None:
    values: dict[str, object] = {
        "grant": "11111111-2222-4333-8444-555555555555",
        "sequence": 2,
        "status": Status.RENEWED,
        "at": START,
        "by": "https://alice.pod.example/profile/card#me",
        "previous": NOTICE,
        "until": START + DAY,
        "notice": NOTICE,
    }
    Event(**values)  # type: ignore[arg-type]
    Event(**{**values, "until": START + 365 * DAY})  # type: ignore[arg-type]
    with pytest.raises(InvalidGrantError):
        Event(**{**values, **changes})  # type: ignore[arg-type]


def test_a_clock_that_was_set_back_renews_nothing() -> None:
    machine = given()
    machine.now = START - timedelta(minutes=6)
    with pytest.raises(Exception, match="clock"):
        renewed(machine)


def test_a_full_container_of_receipts_stops_renewals_and_no_withdrawal() -> None:
    machine = given()
    for number in range(MEMBERS - 1):
        machine.documents.files[f"{RECEIPTS}{number}.ttl"] = b""
    with pytest.raises(InvalidGrantError, match="receipts"):
        renewed(machine)
    assert machine.gate.withdraw(only(machine))


def test_every_yes_renewal_and_withdrawal_has_a_receipt_that_follows_from_log_and_grant() -> None:
    machine = given()
    renewed(machine)
    renewed(machine, 200)
    machine.gate.withdraw(only(machine))
    receipts = machine.gate.receipts()
    entries = machine.gate.entries()
    assert sorted(receipt.head.sequence for receipt in receipts) == [1, 2, 3, 4]
    for receipt in receipts:
        entry = entries[receipt.head.sequence - 1]
        made = Receipt(
            grant=entry.grant,
            record=receipt.record,
            at=entry.at,
            head=Head(entry.sequence, entry.digest),
            status=receipt.status,
        )
        assert encode_receipt(made, machine.key) == machine.documents.files[receipt.path]
        assert decode_receipt(machine.documents.files[receipt.path], machine.key.name) == receipt


def cut_the_log(machine: Machine, path: str) -> None:
    for entry in machine.log_paths()[1:]:
        del machine.documents.files[entry]


def rename(machine: Machine, path: str) -> None:
    machine.documents.files[path.replace("-withdrawn", "")] = machine.documents.files.pop(path)


def edit(machine: Machine, path: str) -> None:
    machine.documents.files[path] = machine.documents.files[path].replace(b"logSequence 2", b"logSequence 1")


def other_record(machine: Machine, path: str) -> None:
    receipt = decode_receipt(machine.documents.files[path], machine.key.name)
    made = Receipt(grant=receipt.grant, record=NOTICE, at=receipt.at, head=receipt.head, status=receipt.status)
    machine.documents.files[path] = encode_receipt(made, machine.key)


def other_time(machine: Machine, path: str) -> None:
    receipt = decode_receipt(machine.documents.files[path], machine.key.name)
    made = Receipt(
        grant=receipt.grant, record=receipt.record, at=receipt.at + DAY, head=receipt.head, status=receipt.status
    )
    machine.documents.files[path] = encode_receipt(made, machine.key)


@pytest.mark.parametrize("tamper", [cut_the_log, rename, edit, other_record, other_time])
def test_a_receipt_that_does_not_fit_is_found(tamper: Callable[[Machine, str], None]) -> None:
    machine = given()
    machine.gate.withdraw(only(machine))
    path = f"{RECEIPTS}{only(machine)}-withdrawn.ttl"
    assert len(Machine(documents=machine.documents).gate.receipts()) == 2
    tamper(machine, path)
    elsewhere: Gate = Machine(documents=machine.documents).gate  # a machine that remembers no head of the log
    with pytest.raises((LogDamagedError, BadSignatureError)):
        elsewhere.receipts()


def test_a_receipt_of_an_expiry_is_none() -> None:
    machine = given()
    receipt = machine.gate.receipts()[0]
    made = Receipt(grant=receipt.grant, record=receipt.record, at=receipt.at, head=receipt.head, status=Status.EXPIRED)
    with pytest.raises(BadSignatureError, match="has none"):
        decode_receipt(encode_receipt(made, machine.key), machine.key.name)


def test_a_grant_pins_the_country_and_the_request() -> None:
    for changes in ({"jurisdiction": "Singapore"}, {"jurisdiction": "sg"}, {"request": "ef"}, {"request": ""}):
        with pytest.raises(InvalidGrantError):
            grant_for(**changes)
    assert given(jurisdiction="DE").gate.states().states[0].grant.jurisdiction == "DE"
