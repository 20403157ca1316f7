"""Being let in to training: the gate's rule, the registry, and the words of both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import structs

from aggregator.errors import AdmissionRefusedError, UnknownNodeError
from aggregator.registry import Registry
from consent.codec import encode_event, encode_grant
from consent.errors import BudgetExhaustedError, UnknownStatisticError, WrongPurposeError
from consent.grant import Event, Grant, Status
from consent.policy import NODE
from consent.proof import key_name
from consent.purposes import AGGREGATE_REPORTING, FEDERATED_TRAINING
from tests.support.consents import Key, given, grant_for, question
from vocab.errors import VocabularyError
from vocab.membership import (
    Admission,
    Welcome,
    decode_document,
    encode_document,
    node_name,
    public_pem,
    sign_leave,
    verify_leave,
)

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SIGNER = Key(5)


def node_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP384R1())


def training_grant(**changes: Any) -> Grant:
    grant = grant_for(purpose=FEDERATED_TRAINING)
    return replace(grant, **{"created": NOW, "until": NOW + timedelta(days=30), **changes})


def config_of(grant: Grant) -> Any:
    """The settings of the leader that the grant is for."""
    return SimpleNamespace(
        controller=grant.controller, helper=grant.helper, signer=SimpleNamespace(name=grant.controller_key)
    )


def admission(grant: Grant, key: ec.EllipticCurvePrivateKey, signer: Key = SIGNER) -> Admission:
    return Admission(
        key=public_pem(key.public_key()).decode(),
        grant=encode_grant(grant, signer).decode(),
        grant_key=key_name(SIGNER.public_key),
    )


class Clock:
    def __init__(self) -> None:
        self.now = NOW + timedelta(hours=1)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registry(tmp_path: Path, clock: Clock) -> Iterator[Registry]:
    made = Registry(tmp_path, clock=clock)
    yield made
    made.close()


def test_being_let_in_costs_nothing_and_nothing_else_is_free() -> None:
    machine = given()
    free = machine.gate.permit(question(statistic=NODE, micro_rho=0))
    assert free.disclosure.micro_rho == 0
    for statistic, cost in ((NODE, 1), ("histogram", 0)):
        with pytest.raises(BudgetExhaustedError):
            given().gate.permit(question(statistic=statistic, micro_rho=cost))
    with pytest.raises(UnknownStatisticError):
        given().gate.permit(question(statistic="nodes", micro_rho=0))


def test_being_let_in_needs_a_grant_for_the_purpose() -> None:
    machine = given(purpose=AGGREGATE_REPORTING)
    with pytest.raises(WrongPurposeError):
        machine.gate.permit(question(statistic=NODE, micro_rho=0, purpose=FEDERATED_TRAINING))


def test_a_person_has_one_node_until_the_grant_ends(registry: Registry, clock: Clock) -> None:
    grant = training_grant()
    first, second = node_key(), node_key()
    registry.admit(grant.subject, admission(grant, first), config_of(grant))
    member = registry.admit(grant.subject, admission(grant, second), config_of(grant))
    assert registry.members() == [member]
    assert member.key == public_pem(second.public_key())
    clock.now = grant.until - timedelta(seconds=1)
    assert registry.members() == [member]
    clock.now = grant.until
    assert registry.members() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": AGGREGATE_REPORTING},
        {"controller": "https://another.example/#it"},
        {"controller_key": "z6MkAnother"},
        {"helper": "https://another-helper.example/#it"},
        {"subject": "https://another.example/#me"},
        {"created": NOW + timedelta(hours=2)},
        {"until": NOW + timedelta(minutes=30)},
    ],
)
def test_a_grant_that_does_not_fit_lets_nobody_in(registry: Registry, changes: dict[str, Any]) -> None:
    grant = training_grant()
    with pytest.raises(AdmissionRefusedError):
        registry.admit(grant.subject, admission(training_grant(**changes), node_key()), config_of(grant))
    assert registry.members() == []


def renewal_of(renewed: Grant, /, **changes: Any) -> Event:
    known = {"at": NOW + timedelta(minutes=5), "until": NOW + timedelta(days=90), "status": Status.RENEWED}
    fields = {
        "grant": renewed.identifier,
        "sequence": 2,
        "by": renewed.subject,
        "previous": "0" * 64,
        "notice": "1" * 64,
    }
    return Event(**{**fields, **known, **changes})


def test_a_renewal_that_is_shown_gives_the_end(registry: Registry, clock: Clock) -> None:
    grant = training_grant()
    clock.now = grant.until + timedelta(days=1)
    shown = admission(grant, node_key())
    with pytest.raises(AdmissionRefusedError, match="not in force"):
        registry.admit(grant.subject, shown, config_of(grant))
    renewal = renewal_of(grant)
    renewed = structs.replace(shown, renewal=encode_event(renewal, SIGNER).decode())
    member = registry.admit(grant.subject, renewed, config_of(grant))
    assert member.until == renewal.until
    assert registry.members() == [member]


@pytest.mark.parametrize(
    ("changes", "signer"),
    [
        ({"grant": "11111111-2222-4333-8444-555555555555"}, SIGNER),
        ({"at": NOW + timedelta(days=40)}, SIGNER),
        ({"status": Status.GIVEN, "until": None, "notice": ""}, SIGNER),
        ({}, Key(6)),
    ],
    ids=["of another grant", "of tomorrow", "no renewal", "signed by another"],
)
def test_a_renewal_that_does_not_fit_prolongs_nothing(
    registry: Registry, clock: Clock, changes: dict[str, Any], signer: Key
) -> None:
    grant = training_grant()
    clock.now = grant.until + timedelta(days=1)
    renewal = encode_event(renewal_of(grant, **changes), signer).decode()
    shown = structs.replace(admission(grant, node_key()), renewal=renewal)
    with pytest.raises(AdmissionRefusedError):
        registry.admit(grant.subject, shown, config_of(grant))
    assert registry.members() == []


def test_a_grant_that_somebody_else_signed_lets_nobody_in(registry: Registry) -> None:
    grant = training_grant()
    with pytest.raises(AdmissionRefusedError, match="signed"):
        registry.admit(grant.subject, admission(grant, node_key(), Key(6)), config_of(grant))


def test_a_key_of_one_person_is_no_other_persons(registry: Registry) -> None:
    grant, other, key = training_grant(), training_grant(subject="https://another.example/#me"), node_key()
    registry.admit(grant.subject, admission(grant, key), config_of(grant))
    with pytest.raises(AdmissionRefusedError, match="another node"):
        registry.admit(other.subject, admission(other, key), config_of(grant))
    assert [member.webid for member in registry.members()] == [grant.subject]


def test_only_the_key_itself_or_the_operator_takes_a_node_out(registry: Registry) -> None:
    grant, key = training_grant(), node_key()
    member = registry.admit(grant.subject, admission(grant, key), config_of(grant))
    with pytest.raises(VocabularyError):
        registry.leave(member.name, sign_leave(member.name, node_key()))
    assert registry.members() == [member]
    registry.leave(member.name, sign_leave(member.name, key))
    registry.leave(member.name, b"")
    assert registry.members() == []
    with pytest.raises(UnknownNodeError):
        registry.remove(member.name)


def test_a_goodbye_is_for_one_node_alone() -> None:
    key = node_key()
    name = node_name(public_pem(key.public_key()))
    verify_leave(name, sign_leave(name, key), public_pem(key.public_key()))
    with pytest.raises(VocabularyError):
        verify_leave(bytes(32), sign_leave(name, key), public_pem(key.public_key()))


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP521R1()])
def test_a_key_on_another_curve_names_no_node(curve: ec.EllipticCurve) -> None:
    with pytest.raises(VocabularyError, match="P-384"):
        node_name(public_pem(ec.generate_private_key(curve).public_key()))


@pytest.mark.parametrize("change", [b"", b"no key", b" "])
def test_a_key_in_another_form_names_no_node(change: bytes) -> None:
    whole = public_pem(node_key().public_key())
    with pytest.raises(VocabularyError):
        node_name(change if change.strip() else change + whole + b"\n")


@pytest.mark.parametrize("address", ["", "host", "http://host:1", "user@host:1", "host:1/path", "a b:1"])
def test_a_training_server_is_a_host_and_a_port(address: str) -> None:
    with pytest.raises(VocabularyError):
        Welcome(address=address).check()
    Welcome(address="train.shop.example:443").check()


@pytest.mark.parametrize("raw", [b"", b"[]", b'{"address": "a:1", "more": 1}', b"x" * 70_000, b"[" * 9_000])
def test_a_welcome_of_another_form_is_refused(raw: bytes) -> None:
    with pytest.raises(VocabularyError):
        decode_document(raw, Welcome)
    welcome = Welcome(address="a:1", authority="PEM")
    assert decode_document(encode_document(welcome), Welcome) == welcome
