"""Tokens, rosters and the terms about issuers, without a server."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from consent.errors import InvalidStudyError
from pod_agent.federation.checking import check_study
from tests.support.door import category_study
from tests.support.studies import histogram_study
from tests.support.tokens import issuers_for, made_issuers, pooled_key, token_for
from vocab.blindrsa import key_to_der
from vocab.errors import InvalidTokenError, VocabularyError
from vocab.study import Study, TokenIssuer
from vocab.tokens import (
    OPENING_BYTES,
    check_token,
    commitment,
    issuers_problem,
    make_token,
    roster_bytes,
    roster_digest,
    roster_lines,
    token_message,
)
from vocab.vdaf import sealing
from vocab.vdaf.encoding import TOKEN_BYTES, report_id

SECRET = bytes(range(32))
SHORT = key_to_der(generate_private_key(public_exponent=65537, key_size=1024).public_key()).hex()  # noqa: S505


def counted() -> Study:
    return issuers_for(histogram_study())


def test_a_token_names_the_issuer_that_signed_it() -> None:
    study = counted()
    for number in range(3):
        token = token_for(study, SECRET, number)
        assert len(token) == TOKEN_BYTES
        assert check_token(study, report_id(SECRET), token) == number


def test_a_token_fits_one_report_of_one_study_only() -> None:
    study, other = counted(), counted()
    token = token_for(study, SECRET)
    assert check_token(study, report_id(SECRET), token) == 0
    for elsewhere, name in ((study, report_id(bytes(32))), (other, report_id(SECRET))):
        with pytest.raises(InvalidTokenError):
            check_token(elsewhere, name, token)


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:0],
        lambda token: token[:-1],
        lambda token: token + b"\x00",
        lambda token: bytes(len(token)),
        lambda token: b"\x01" + token[1:],
        lambda token: b"\x03" + token[1:],
        lambda token: b"\xff" + token[1:],
        lambda token: token[:1] + bytes(32) + token[33:],
    ],
    ids=["none", "short", "long", "zeros", "another issuer", "no issuer", "last issuer", "another randomizer"],
)
def test_a_changed_token_is_none(change: Callable[[bytes], bytes]) -> None:
    study = counted()
    with pytest.raises(InvalidTokenError):
        check_token(study, report_id(SECRET), change(token_for(study, SECRET, 0)))


def test_tokens_in_bulk_hold_like_those_made_one_by_one() -> None:
    study, secrets = counted(), [os.urandom(32) for _ in range(70)]
    with ThreadPoolExecutor(2) as executor:
        lots = (made_issuers().tokens(study, secrets), made_issuers().tokens(study, secrets, executor))
    for tokens in lots:
        held = [check_token(study, report_id(secret), token) for secret, token in zip(secrets, tokens, strict=True)]
        assert held == [number % 3 for number in range(70)]


def test_what_a_token_is_made_of_has_fixed_lengths() -> None:
    for task, name in ((bytes(31), bytes(16)), (bytes(32), bytes(15)), (bytes(48), b"")):
        with pytest.raises(VocabularyError):
            token_message(task, name)
    with pytest.raises(VocabularyError):
        make_token(0, bytes(80), bytes(255))


def with_people(*people: int) -> Study:
    study = counted()
    issuers = [replace(one, people=count) for one, count in zip(study.issuers, people, strict=False)]
    return replace(study, issuers=tuple(issuers), demo=False)


def with_key(key: str) -> Study:
    study = counted()
    return replace(study, issuers=(*study.issuers[:2], replace(study.issuers[2], key=key)))


def test_three_issuers_none_of_whom_has_more_than_half_vouch_for_a_study() -> None:
    assert issuers_problem(with_people(50, 25, 25)) is None
    assert issuers_problem(with_people(1, 1, 1)) is None
    assert issuers_problem(histogram_study()) is None


@pytest.mark.parametrize(
    ("study", "told"),
    [
        (replace(histogram_study(), demo=False), "0 issuers"),
        (with_people(50, 50), "2 issuers"),
        (replace(with_people(50, 50), demo=True), "2 issuers"),
        (with_people(51, 25, 25), "more than half"),
        (with_people(10, 10, 60), "more than half"),
        (with_key(made_issuers().issuers[0].key), "one key"),
        (with_key("ab" * 20), "cannot be read"),
        (with_key(SHORT), "1024"),
    ],
)
def test_other_issuers_do_not(study: Study, told: str) -> None:
    problem = issuers_problem(study)
    assert problem is not None
    assert told in problem


def real_study(*urls: str, **changes: object) -> Study:
    issuers = [replace(one, url=url) for one, url in zip(made_issuers().issuers, urls, strict=True)]
    key = sealing.public_key(bytes(96)).hex()
    return replace(category_study(helper_key=key, **changes), issuers=tuple(issuers))


SITES = ("https://one.example/", "https://two.example/tokens/", "https://three.example/")


def test_an_agent_answers_a_study_whose_issuers_lie_with_different_parties() -> None:
    check_study(real_study(*SITES))


@pytest.mark.parametrize(
    ("study", "told"),
    [
        (real_study(SITES[0], "https://a.two.example/", "https://b.two.example/"), "one party"),
        (real_study(SITES[0], SITES[1], "https://ONE.example:444/"), "one party"),
        (real_study(SITES[0], SITES[1], "http://three.example/"), "https"),
        (real_study("http://127.0.0.1:7001/tokens/", *SITES[1:]), "one with the business"),
        (replace(real_study(*SITES), issuers=()), "0 issuers"),
        (replace(real_study(*SITES), issuers=real_study(*SITES).issuers[:2]), "2 issuers"),
    ],
)
def test_an_agent_answers_no_study_of_issuers_that_may_be_one(study: Study, told: str) -> None:
    with pytest.raises(InvalidStudyError, match=told):
        check_study(study)


def roster_of(count: int) -> tuple[TokenIssuer, bytes]:
    roster = roster_bytes(
        {commitment(bytes([number]) * OPENING_BYTES, "https://a.example/#me") for number in range(count)}
    )
    key = key_to_der(pooled_key(0).public_key()).hex()
    return TokenIssuer(url="https://one.example/", key=key, roster=roster_digest(roster), people=count), roster


def test_a_roster_shows_who_is_on_it_to_whoever_can_open_a_line() -> None:
    issuer, roster = roster_of(5)
    lines = roster_lines(issuer, roster)
    assert commitment(b"\x03" * OPENING_BYTES, "https://a.example/#me") in lines
    assert commitment(b"\x03" * OPENING_BYTES, "https://b.example/#me") not in lines
    assert commitment(b"\x09" * OPENING_BYTES, "https://a.example/#me") not in lines
    with pytest.raises(VocabularyError):
        commitment(b"short", "https://a.example/#me")


def test_a_roster_of_another_digest_number_or_order_is_refused() -> None:
    issuer, roster = roster_of(5)
    backwards = b"".join(roster[start : start + 32] for start in range(128, -1, -32))
    twice = roster[:32] + roster[:128]
    wrong = [(issuer, roster[32:]), (issuer, roster + bytes(32)), (replace(issuer, people=6), roster)]
    wrong += [(replace(issuer, roster=roster_digest(other)), other) for other in (backwards, twice)]
    wrong += [(replace(issuer, roster=roster_digest(roster[:-1])), roster[:-1])]
    for named, shown in wrong:
        with pytest.raises(VocabularyError):
            roster_lines(named, shown)
