"""Reports of honest agents sum to the plain sum; every other report is refused."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.proofs import KEY, accepted, verify
from tests.support.studies import HELPER_KEY, histogram_study, update_study
from vocab import wire
from vocab.errors import InvalidShareError, VocabularyError
from vocab.study import Study
from vocab.vdaf import sealing
from vocab.vdaf.circuits import Count, Histogram, Measurement, MultihotCountVec, Sum, SumVec, best_chunk
from vocab.vdaf.encoding import decode_total, make_report, prio3_for, randomness_bytes, report_bytes, share_info
from vocab.vdaf.field import FIELD64, FIELD128, Elements, Field
from vocab.vdaf.prio3 import Prio3

STUDY = histogram_study(6)
UPDATE = update_study(length=4, clip=37)


def total(vdaf: Prio3, measurements: Sequence[Measurement]) -> list[int]:
    sums: list[Elements] = [np.zeros(vdaf.circuit.output_length, dtype=object) for _ in range(vdaf.shares)]
    for measurement in measurements:
        nonce = os.urandom(16)
        public, shares = vdaf.shard(measurement, nonce, os.urandom(vdaf.randomness_bytes))
        outputs = verify(vdaf, nonce, public, shares)
        sums = [have + output for have, output in zip(sums, outputs, strict=True)]
    return vdaf.unshard(sums)


@settings(max_examples=15, deadline=None)
@given(st.data(), st.integers(1, 20), st.integers(1, 200), st.integers(2, 3))
def test_the_sum_of_honest_reports_is_the_plain_sum(
    data: st.DataObject, length: int, maximum: int, shares: int
) -> None:
    chunk = data.draw(st.integers(1, length + 2))
    vectors = st.lists(st.integers(0, maximum), min_size=length, max_size=length)
    values = data.draw(st.lists(vectors, min_size=1, max_size=3))
    vdaf = Prio3(SumVec(length=length, maximum=maximum, chunk=chunk), b"context", shares)
    assert total(vdaf, values) == [sum(column) for column in zip(*values, strict=True)]
    cells = data.draw(st.lists(st.integers(0, length - 1), min_size=1, max_size=3))
    vdaf = Prio3(Histogram(length=length, chunk=chunk), b"context", shares)
    assert total(vdaf, cells) == [cells.count(cell) for cell in range(length)]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=4), st.lists(st.booleans(), min_size=1, max_size=4))
def test_counts_sums_and_multihot_vectors_sum_too(numbers: list[int], bits: list[bool]) -> None:
    assert total(Prio3(Sum(maximum=9), b""), numbers) == [sum(numbers)]
    assert total(Prio3(Count(), b""), [int(bit) for bit in bits]) == [sum(bits)]
    vector = [int(bit) for bit in bits]
    multihot = MultihotCountVec(length=len(vector), max_weight=len(vector), chunk=2)
    assert total(Prio3(multihot, b""), [vector, vector]) == [2 * bit for bit in vector]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-3, 3), min_size=5, max_size=5))
def test_only_one_hot_vectors_pass_as_a_histogram(vector: list[int]) -> None:
    valid = sorted(vector) == [0, 0, 0, 0, 1]
    assert accepted(Histogram(length=5, chunk=2), vector) == valid


@pytest.mark.parametrize("vector", [[0, 0, 0, 0, 1], [1, 0, 0, 0, 0]])
def test_one_hot_vectors_of_the_same_client_pass(vector: list[int]) -> None:
    assert accepted(Histogram(length=5, chunk=2), vector)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-2, 2), min_size=6, max_size=6))
def test_only_bits_pass_as_a_vector_of_bounded_integers(bits: list[int]) -> None:
    valid = set(bits) <= {0, 1}
    assert accepted(SumVec(length=2, maximum=5, chunk=3), bits) == valid


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_changed_byte_anywhere_is_refused(data: st.DataObject) -> None:
    vdaf, nonce = prio3_for(STUDY), os.urandom(16)
    public, shares = vdaf.shard(3, nonce, os.urandom(128))
    parts = [public, *shares]
    which = data.draw(st.integers(0, 2))
    place = data.draw(st.integers(0, len(parts[which]) - 1))
    changed = bytearray(parts[which])
    changed[place] ^= data.draw(st.integers(1, 255))
    parts[which] = bytes(changed)
    with pytest.raises(InvalidShareError):
        verify(vdaf, nonce, parts[0], parts[1:])


@pytest.mark.parametrize("shift", [-1, 1])
def test_a_share_of_the_wrong_length_is_refused(shift: int) -> None:
    vdaf, nonce = prio3_for(STUDY), os.urandom(16)
    public, (leader, helper) = vdaf.shard(3, nonce, os.urandom(128))

    def stretch(raw: bytes) -> bytes:
        return raw + b"\0" if shift > 0 else raw[:-1]

    for who, head, share in ((0, stretch(public), leader), (0, public, stretch(leader)), (1, public, stretch(helper))):
        with pytest.raises(InvalidShareError, match="bytes"):
            vdaf.verify_init(KEY, who, nonce, head, share)


def test_a_share_made_under_other_terms_is_refused() -> None:
    other = replace(STUDY, min_batch=STUDY.min_batch + 1)
    nonce = os.urandom(16)
    public, shares = prio3_for(other).shard(3, nonce, os.urandom(128))
    with pytest.raises(InvalidShareError):
        verify(prio3_for(STUDY), nonce, public, shares)
    public, shares = prio3_for(STUDY).shard(3, nonce, os.urandom(128))
    with pytest.raises(InvalidShareError):
        verify(prio3_for(STUDY), os.urandom(16), public, shares)


@pytest.mark.parametrize("measurement", [-1, 7, [1], "1", None, 1.0])
def test_a_cell_outside_the_study_is_not_encoded(measurement: object) -> None:
    with pytest.raises(VocabularyError):
        make_report(STUDY, measurement, secret=bytes(32), randomness=bytes(128))  # type: ignore[arg-type]


@pytest.mark.parametrize("values", [[38, 0, 0, 0], [0, -38, 0, 0], [0, 0, 0], 5])
def test_an_update_beyond_its_clip_or_length_is_not_encoded(values: Measurement) -> None:
    with pytest.raises(VocabularyError):
        make_report(UPDATE, values, secret=bytes(32), randomness=bytes(128))


def opened(study: Study, report: wire.Report) -> list[bytes]:
    info = share_info(report.task_id, report.report_id, report.public_share)
    return [report.leader_share, sealing.open_sealed(report.sealed_share, HELPER_KEY, info)]


@settings(max_examples=10, deadline=None)
@given(st.lists(st.lists(st.integers(-37, 37), min_size=4, max_size=4), min_size=1, max_size=3))
def test_updates_come_back_centred(updates: list[list[int]]) -> None:
    vdaf = prio3_for(UPDATE)
    sums: list[Elements] = [np.zeros(4, dtype=object), np.zeros(4, dtype=object)]
    for update in updates:
        report = make_report(UPDATE, update, secret=os.urandom(32), randomness=os.urandom(randomness_bytes(UPDATE)))
        outputs = verify(vdaf, report.report_id, report.public_share, opened(UPDATE, report))
        sums = [have + output for have, output in zip(sums, outputs, strict=True)]
    expected = [sum(column) for column in zip(*updates, strict=True)]
    assert decode_total(UPDATE, vdaf.unshard(sums), len(updates)) == expected


def test_a_total_below_zero_is_read_as_negative() -> None:
    prime = prio3_for(STUDY).field.prime
    assert decode_total(STUDY, [prime - 5, 0, 7], 3) == [-5, 0, 7]


@pytest.mark.parametrize("study", [STUDY, UPDATE], ids=["histogram", "update"])
def test_every_report_to_a_study_has_one_size(study: Study) -> None:
    measurements: list[Measurement] = [0, 6] if study is STUDY else [[0] * 4, [37, -37, 1, 2]]
    sizes = {
        len(wire.encode(make_report(study, m, secret=os.urandom(32), randomness=os.urandom(128)))) for m in measurements
    }
    assert sizes == {report_bytes(study)}


def test_a_sealed_share_opens_for_its_own_report_only() -> None:
    report = make_report(STUDY, 1, secret=bytes(32), randomness=os.urandom(128))
    assert len(opened(STUDY, report)[1]) == 64
    task, name, public = report.task_id, report.report_id, report.public_share
    for info in (
        share_info(bytes(32), name, public),
        share_info(task, bytes(16), public),
        share_info(task, name, bytes(64)),
    ):
        with pytest.raises(InvalidShareError):
            sealing.open_sealed(report.sealed_share, HELPER_KEY, info)


@pytest.mark.parametrize("key", ["00" * 1215, "ff" * 1216])
def test_a_broken_helper_key_is_named(key: str) -> None:
    with pytest.raises(VocabularyError, match="key"):
        make_report(replace(STUDY, helper_key=key), 1, secret=bytes(32), randomness=bytes(128))


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 100_000))
def test_chunks_fill_a_polynomial(length: int) -> None:
    chunks = -(-length // best_chunk(length))
    assert 1 <= chunks <= max(1, length**0.5)


REPORT = wire.encode(make_report(STUDY, 2, secret=bytes(32), randomness=bytes(128)))
MESSAGES = [wire.Report, wire.Job, wire.JobAnswer, wire.Registration, wire.Collection, wire.AggregateShare]


@pytest.mark.parametrize("kind", MESSAGES)
@settings(max_examples=60, deadline=None)
@given(raw=st.one_of(st.binary(max_size=200), st.recursive(st.none() | st.integers() | st.binary(), st.lists)))
def test_nothing_malformed_is_decoded(kind: type[wire.Report], raw: object) -> None:
    try:
        body = raw if isinstance(raw, bytes) else b"\1" + msgspec.msgpack.encode(raw)
    except (OverflowError, msgspec.MsgspecError):
        return
    try:
        message = wire.decode(body, kind)
    except VocabularyError:
        return
    assert wire.encode(message) == body


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(REPORT) - 1), st.integers(1, 255), st.booleans())
def test_a_report_changed_on_its_way_is_another_report_or_malformed(place: int, change: int, cut: bool) -> None:
    changed = bytearray(REPORT)
    changed[place] ^= change
    raw = bytes(changed[:place]) if cut else bytes(changed)
    try:
        assert wire.encode(wire.decode(raw, wire.Report)) == raw != REPORT
    except VocabularyError:
        return


@pytest.mark.parametrize("raw", [b"", b"\x02" + REPORT[1:], REPORT + b"\0", REPORT[:-1], b"\1\x95"])
def test_other_versions_and_cut_messages_are_refused(raw: bytes) -> None:
    with pytest.raises(VocabularyError):
        wire.decode(raw, wire.Report)


def test_a_second_encoding_of_a_message_is_refused() -> None:
    share = wire.AggregateShare(share=b"abc")
    assert wire.encode(share) == b"\1\x91\xc4\x03abc"
    with pytest.raises(VocabularyError, match="one encoding"):
        wire.decode(b"\1\x91\xc5\0\x03abc", wire.AggregateShare)


@pytest.mark.parametrize("field", [FIELD64, FIELD128], ids=["64", "128"])
def test_a_value_beyond_the_prime_is_refused(field: Field) -> None:
    assert field.decode((field.prime - 1).to_bytes(field.size, "little")) == [field.prime - 1]
    for value in (field.prime, (1 << 8 * field.size) - 1):
        with pytest.raises(InvalidShareError, match="outside the field"):
            field.decode(value.to_bytes(field.size, "little"))
    with pytest.raises(InvalidShareError, match="whole number"):
        field.decode(bytes(field.size + 1))


def test_the_list_of_studies_is_read_strictly() -> None:
    good = msgspec.json.encode(
        wire.StudyList(version=1, studies=(wire.SignedStudy(task="00", manifest={"a": 1}, proof="x"),))
    )
    assert wire.decode_studies(good).studies[0].manifest == {"a": 1}
    for bad in (b"", b"[]", b"{}", good[:-1], good.replace(b'"version":1', b'"version":2'), b"[" * 100_000):
        with pytest.raises(VocabularyError):
            wire.decode_studies(bad)
    with pytest.raises(VocabularyError):
        wire.decode_studies(good.replace(b'"version"', b'"surprise":0,"version"'))
