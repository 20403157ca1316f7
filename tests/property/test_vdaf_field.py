"""Packed vectors compute like Python's integers modulo the prime, at both ends of the field as in between."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.proofs import verify
from tests.support.studies import histogram_study, update_study
from vocab.errors import InvalidShareError
from vocab.vdaf.circuits import Count, Histogram, Sum, SumVec
from vocab.vdaf.encoding import decode_total, prio3_for
from vocab.vdaf.field import FIELD64, FIELD128, Field, elements
from vocab.vdaf.prio3 import Prio3, VerifierState
from vocab.vdaf.xof import XofTurboShake128

FIELDS = [FIELD64, FIELD128]


def near(field: Field) -> st.SearchStrategy[int]:
    """Any element, more often one at an end of the field, of a word or of a limb."""
    edges = [0, 1, 2, 1 << 16, 1 << 63, (1 << 64) - 1, 1 << 64, field.prime >> 1, field.prime - (1 << 16), field.prime]
    close = st.builds(lambda edge, step: (edge + step) % field.prime, st.sampled_from(edges), st.integers(-2, 2))
    return st.one_of(close, st.integers(0, field.prime - 1))


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(FIELDS), st.integers(0, 8))
def test_vectors_add_subtract_and_travel_as_integers_do(data: st.DataObject, field: Field, length: int) -> None:
    numbers = st.lists(near(field), min_size=length, max_size=length)
    left, right = data.draw(numbers), data.draw(numbers)
    one, other = field.vector(elements(left)), field.vector(elements(right))
    assert (one + other).elements.tolist() == [(a + b) % field.prime for a, b in zip(left, right, strict=True)]
    assert (one - other).elements.tolist() == [(a - b) % field.prime for a, b in zip(left, right, strict=True)]
    raw = b"".join(value.to_bytes(field.size, "little") for value in left)
    assert one.encode() == field.encode(elements(left)) == raw
    assert field.read(raw).elements.tolist() == field.decode(raw).tolist() == left
    assert field.read((one + other).encode()).encode() == (one + other).encode()  # reduced, so it may be sent
    assert (np.zeros(length, dtype=object) + one).tolist() == left
    assert [len(one), one[1:3].elements.tolist()] == [length, left[1:3]]
    assert pickle.loads(pickle.dumps(one)).elements.tolist() == left  # noqa: S301


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(FIELDS), st.integers(1, 3), st.integers(1, 9))
def test_sums_of_products_by_limbs_are_exact(data: st.DataObject, field: Field, rows: int, length: int) -> None:
    numbers = st.lists(near(field), min_size=length, max_size=length)
    left = data.draw(st.lists(numbers, min_size=rows, max_size=rows))
    right = data.draw(numbers)
    limbs = field.limbs(field.vector(elements(right)).packed)
    products = np.stack([field.limbs(field.vector(elements(row)).packed).T @ limbs for row in left])
    expected = [sum(a * b for a, b in zip(row, right, strict=True)) % field.prime for row in left]
    assert field.join(products).tolist() == expected


@pytest.mark.parametrize("field", FIELDS, ids=["64", "128"])
def test_the_longest_sum_of_products_of_the_greatest_limbs_is_exact(field: Field) -> None:
    greatest = field.vector(np.full(1 << 18, field.prime - 1, dtype=object))
    limbs = field.limbs(greatest.packed)
    assert field.join((limbs.T @ limbs)[np.newaxis]).tolist() == [(1 << 18) % field.prime]


@pytest.mark.parametrize("field", FIELDS, ids=["64", "128"])
def test_small_integers_are_packed_without_python_s(field: Field) -> None:
    assert field.vector(np.array([0, 1, (1 << 62)])).elements.tolist() == [0, 1, 1 << 62]


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(FIELDS))
def test_elements_from_the_prime_on_are_refused_anywhere(data: st.DataObject, field: Field) -> None:
    numbers = data.draw(st.lists(near(field), min_size=1, max_size=6))
    place = data.draw(st.integers(0, len(numbers) - 1))
    numbers[place] = data.draw(st.integers(field.prime, (1 << 8 * field.size) - 1))
    with pytest.raises(InvalidShareError, match="outside the field"):
        field.read(b"".join(value.to_bytes(field.size, "little") for value in numbers))


class Words(XofTurboShake128):
    """A stream of given words, to see what is skipped."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def read(self, length: int) -> bytes:
        head, self.raw = self.raw[:length], self.raw[length:]
        return head


@pytest.mark.parametrize("field", FIELDS, ids=["64", "128"])
def test_a_stream_skips_words_from_the_prime_on(field: Field) -> None:
    top = (1 << 8 * field.size) - 1
    words = [field.prime, 5, top, field.prime - 1, field.prime + 1, 7, 9]
    stream = Words(b"".join(word.to_bytes(field.size, "little") for word in words))
    assert stream.vector(field, 3).elements.tolist() == [5, field.prime - 1, 7]
    assert stream.vector(field, 1).elements.tolist() == [9]


@pytest.mark.parametrize(
    "vdaf",
    [Prio3(Histogram(length=2, chunk=2), b""), Prio3(Count(), b""), Prio3(SumVec(length=2, maximum=5, chunk=3), b"")],
    ids=["histogram", "count", "vector"],
)
def test_sums_wrap_around_at_the_end_of_the_field_and_nowhere_else(vdaf: Prio3) -> None:
    """Shares reach the ends of the field with every report; what they stand for must not."""
    p, length = vdaf.field.prime, vdaf.circuit.output_length
    high = vdaf.field.vector(np.full(length, p - 1, dtype=object))
    one = vdaf.field.vector(np.ones(length, dtype=np.int64))
    assert (high + one).elements.tolist() == [0] * length
    assert vdaf.unshard([high.elements, one.elements]) == [0] * length
    assert vdaf.unshard([high.elements, high.elements]) == [p - 2] * length
    assert vdaf.unshard([np.full(length, p - 1, dtype=object), np.zeros(length, dtype=object)]) == [p - 1] * length


@pytest.mark.parametrize("maximum", [1, (1 << 62) - 1, 1 << 62, (1 << 63) - 1, 1 << 63, FIELD64.prime - 1])
def test_a_sum_as_great_as_the_field_allows_is_exact(maximum: int) -> None:
    vdaf = Prio3(Sum(maximum), b"")
    nonce, randomness = bytes(16), bytes(range(64))
    for measurement in {0, 1, maximum - 1, maximum}:
        public, shares = vdaf.shard(measurement, nonce, randomness)
        assert vdaf.unshard(verify(vdaf, nonce, public, shares)) == [measurement]


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(0, 10**9))
def test_totals_are_read_as_signed_up_to_half_the_field(data: st.DataObject, reports: int) -> None:
    """Noise may take a total below zero; half the field is further than any study's sum and noise go."""
    for study in (histogram_study(6), update_study(length=4, clip=2**31)):
        half = prio3_for(study).field.prime // 2
        shift = 0 if study.statistic.__class__.__name__ == "Histogram" else reports * 2**31
        ends = [half, half - 1, 0, 1, -1, -half + 1, -half]
        true = [*ends, data.draw(st.integers(-half, half))]
        prime = prio3_for(study).field.prime
        assert decode_total(study, [(value + shift) % prime for value in true], reports) == true


def test_what_a_job_of_64_keeps_is_about_the_bytes_of_its_output_shares() -> None:
    vdaf = Prio3(Histogram(length=1000, chunk=67), b"")
    public, (leader, _) = vdaf.shard(3, bytes(16), bytes(128))
    state, _ = vdaf.verify_init(bytes(32), 0, bytes(16), public, leader)
    assert isinstance(state, VerifierState)
    assert len(pickle.dumps(state.output_share.packed)) < 16 * 1000 + 500
    assert not state.output_share.packed.flags.owndata  # a view of the report that was read
