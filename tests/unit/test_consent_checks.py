"""One fact for each check of the gate, at its edge; found by weakening every check (bench/weakened.py)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from consent.budget import PERIOD, Charge, Limits, spent, within
from consent.errors import AlreadyAnsweredError, ConsentError, NoGrantError, UnknownStatisticError, WithdrawnError
from consent.grant import Disclosure
from consent.policy import NODE, choose, refusal, repeated
from consent.purposes import FEDERATED_TRAINING, LISTENING
from tests.support.consents import START, given, grant_for, question, refused

SECOND = timedelta(seconds=1)


def charge(**changes: object) -> Charge:
    values: dict[str, object] = {
        "study": "ab" * 32,
        "grant": "11111111-2222-4333-8444-555555555555",
        "controller": "https://shop.example/profile#us",
        "micro_rho": 10,
        "at": START,
        "sha256": "cd" * 32,
        "question": "how much",
    }
    return Charge(**{**values, **changes})  # type: ignore[arg-type]


def test_one_question_of_one_business_is_answered_once_in_28_days() -> None:
    machine = given(max_micro_rho_period=20_000)
    machine.gate.permit(question(b"1", question="how much", micro_rho=1))
    with pytest.raises(AlreadyAnsweredError, match="28 days"):
        machine.gate.permit(question(b"2", question="how much", micro_rho=1))
    machine.gate.permit(question(b"3", question="how often", micro_rho=1))
    machine.gate.permit(question(b"4", micro_rho=1))
    machine.gate.permit(question(b"5", micro_rho=1))  # training asks no question
    machine.now = START + PERIOD
    machine.gate.permit(question(b"6", question="how much", micro_rho=1))


def test_a_question_is_repeated_for_its_business_and_its_words_alone() -> None:
    shop, other = charge(), charge(controller="https://b.example/#us", question="other")
    for known in ([shop, other], [other, shop]):
        assert repeated(shop.controller, "how much", START + PERIOD - SECOND, known)
        assert not repeated(shop.controller, "how much", START + PERIOD, known)
        assert not repeated(shop.controller, "other", START, known)
        assert not repeated("https://b.example/#us", "how much", START, known)
    assert repeated(shop.controller, "how much", START - timedelta(days=400), [shop])  # a clock set back frees nothing
    assert not repeated(shop.controller, "", START, [charge(question="")])


def test_the_nearest_refusal_is_told_whatever_the_order_of_grants() -> None:
    machine = given(purpose=FEDERATED_TRAINING)
    machine.gate.give(grant_for(data=frozenset({LISTENING})))
    machine.gate.give(grant_for(purpose=FEDERATED_TRAINING))
    assert refused(machine) == "wrong_data"


def test_only_known_statistics_reach_a_grant() -> None:
    [state] = given().gate.states().states
    for name in ("raw_records", "", "Histogram"):
        asked: Disclosure = question(statistic=name)
        assert refusal(state, asked, START) is UnknownStatisticError
        with pytest.raises(UnknownStatisticError):
            choose([state], asked, START, [], Limits())


def test_being_let_in_as_a_node_costs_nothing_and_needs_a_grant_like_all_else() -> None:
    [state] = given().gate.states().states
    assert refusal(state, question(statistic=NODE, micro_rho=0), START) is None
    for micro_rho in (1, 5_000):
        assert refusal(state, question(statistic=NODE, micro_rho=micro_rho), START) is not None
    assert refusal(state, question(statistic="histogram", micro_rho=0), START) is not None
    assert refusal(state, question(statistic="histogram", micro_rho=1), START) is None
    assert refusal(state, question(statistic=NODE, micro_rho=0, min_batch=99), START) is not None


@pytest.mark.parametrize("limit", ["business_period", "period", "year"])
def test_a_limit_is_kept_to_the_last_micro_rho(limit: str) -> None:
    limits, known = Limits(**{limit: 15}), [charge()]
    shop = known[0].controller
    assert within(known, limits, shop, 5, START)
    assert not within(known, limits, shop, 6, START)
    window = timedelta(days=365 if limit == "year" else 28)
    assert not within(known, limits, shop, 6, START + window - SECOND)
    assert within(known, limits, shop, 6, START + window)
    assert within(known, limits, "https://b.example/#us", 6, START) is (limit == "business_period")


def test_what_was_spent_is_counted_by_business_and_by_grant() -> None:
    known = [charge(), charge(controller="https://b.example/#us", grant="x", micro_rho=7)]
    assert spent(known, START, PERIOD) == 17
    assert spent(known, START, PERIOD, controller=known[0].controller) == 10
    assert spent(known, START, PERIOD, grant="x") == 7
    assert spent(known, START, PERIOD, controller=known[0].controller, grant="x") == 0
    assert spent(known, START - timedelta(days=400), PERIOD) == 17


def test_the_defaults_are_the_most() -> None:
    assert Limits() == Limits(business_period=24_356, period=185_070, year=1_000_000)
    assert Limits(business_period=0, period=0, year=0).year == 0
    for limits in ({"business_period": 24_357}, {"period": 185_071}, {"year": 1_000_001}, {"year": -1}):
        with pytest.raises(ConsentError):
            Limits(**limits)
    assert Limits.from_epsilons(business="1", total="3", year="7.7").period == 185_070
    with pytest.raises(ConsentError):
        Limits.from_epsilons(year="8")


def test_a_person_who_lowers_the_budget_is_obeyed_under_grants_given_before() -> None:
    machine = given()
    machine.gate.permit(question(b"1", micro_rho=10))
    machine.gate.limits = Limits(business_period=10)
    assert refused(machine, micro_rho=1) == "budget_exhausted"
    machine.gate.limits = Limits(business_period=11)
    machine.gate.permit(question(b"2", micro_rho=1))


def test_between_the_messages_of_a_round_the_grant_is_looked_at_again() -> None:
    machine = given()
    permit = machine.gate.permit(question())
    permit.check()
    machine.gate.record(permit)
    permit.check()
    machine.gate.withdraw(permit.grant.identifier)
    with pytest.raises(WithdrawnError):
        permit.check()


def test_what_the_pod_does_not_know_yet_is_named_until_it_does() -> None:
    machine = given()
    [state] = machine.gate.states().states
    machine.documents.offline = True
    machine.gate.withdraw(state.grant.identifier)
    assert machine.gate.sync() == [state.grant.identifier]
    machine.documents.offline = False
    assert machine.gate.sync() == []


def test_a_name_that_is_no_grants_leaves_no_mark() -> None:
    machine = given()
    for name in ("../head.json", "", "x"):
        with pytest.raises(NoGrantError):
            machine.gate.withdraw(name)
    assert machine.marks.all_withdrawn() == {}


def test_a_refusal_in_the_log_tells_of_no_bytes() -> None:
    machine = given()
    refused(machine, min_batch=1)
    last = machine.gate.entries()[-1]
    assert (last.size, last.sha256, last.micro_rho, last.grant) == (0, "", 0, "")


def test_the_same_refusal_of_a_study_is_logged_once_whatever_came_between() -> None:
    machine = given()
    for body in (b"a", b"b", b"a", b"b"):
        with pytest.raises(ConsentError):
            machine.gate.permit(question(body, min_batch=1))
    assert [entry.action for entry in machine.gate.entries()] == ["give", "deny", "deny"]
