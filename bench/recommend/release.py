"""What the door would release of all households together: their integer vectors, summed, with both servers' noise.

Encoding and denoising are the software's own (``vocab.item_vectors``, ``aggregator.priors``). The two servers are left
out, since without noise they sum exactly what is added here; a test holds that for real reports.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from aggregator.priors import learn_pairs, learn_prior
from bench.recommend.protocol import Integers, Past
from bench.recommend.seeded_noise import discrete_gaussian
from vocab.item_pairs import DIAGONAL, PAIR, PairVectors, pairs_pay
from vocab.item_vectors import LATELY_WEEKS, ItemEncoding
from vocab.prior import ItemPrior
from vocab.privacy import micro_rho

__all__ = ["DELTA", "FRACTION_OF_PERSON", "Terms", "noisy", "pair_total", "release", "sets", "total", "variance_for"]

DELTA = 1e-5
"""The delta at which this benchmark states epsilon."""

FRACTION_OF_PERSON = 16
"""A study's vector also counts the person, by this part of the norm; the privacy loss counts it too."""

PAIRS_PART = 0.75
"""The part of the privacy loss that a second release of pairs takes, where there is one."""

EXACT_MOST = 400
"""Without noise nobody needs to be scaled down: more items than there are categories."""
EXACT_BITS = 24
"""Without noise pairs are rounded finer: their sum is that of real numbers to 1e-6."""

BLOCK = 256
START = datetime(2017, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a release is made.

    Attributes:
        epsilon: privacy loss of one person at ``DELTA``, by zCDP and one server's noise; None adds no noise.
        seed: of the noise, and of who takes part.
        times: emulates so many times more people: the noise weighs that much less.
        share: of the households take part, drawn by the seed; the others are scored all the same.
        pairs: whether a second release may follow, where it pays.
    """

    epsilon: float | None
    seed: int = 0
    times: float = 1.0
    share: float = 1.0
    pairs: bool = True

    @property
    def encoding(self) -> ItemEncoding:
        """The two weighted sets: bounded against noise, without noise exact shares."""
        return ItemEncoding(ever_most=EXACT_MOST, lately_most=EXACT_MOST) if self.epsilon is None else ItemEncoding()

    def paired(self, items: int) -> PairVectors:
        """The pairs of a second release: of the most usual items against noise, without noise of all."""
        return PairVectors(size=items, fraction_bits=EXACT_BITS) if self.epsilon is None else PairVectors()


def variance_for(epsilon: float, norm_squared: int) -> int:
    """The variance of one server's noise; ``vocab.privacy`` says which zCDP loss this epsilon allows."""
    return -(-norm_squared * 1_000_000 // (2 * micro_rho(epsilon, DELTA)))


def sets(known: Past, people: Integers) -> tuple[Integers, Integers]:
    """(n, I) zeros and ones: what each ever bought, and in the last ``LATELY_WEEKS`` weeks."""
    ever = known.ever()[people].toarray().astype(np.int64)
    lately = known.matrix(which=known.ago < LATELY_WEEKS)[people].toarray() > 0
    return ever, lately.astype(np.int64)


def total(known: Past, encoding: ItemEncoding, people: Integers) -> Integers:
    """(2 I,) the exact sum of these people's vectors, as the two servers come to it."""
    summed = np.zeros(2 * len(known.items), dtype=np.int64)
    for start in range(0, len(people), BLOCK):
        summed += encoding.encode_people(*sets(known, people[start : start + BLOCK])).sum(axis=0)
    return summed


def release(known: Past, terms: Terms, *, exact: Integers | None = None) -> ItemPrior:
    """The model that everyone would download after ``known.week``: counts, and pairs where they pay.

    ``exact`` is the sum without noise of all households by the encoding of these terms, where it is known already.
    """
    generator = np.random.default_rng([terms.seed, known.week])
    people = np.flatnonzero(generator.random(len(known.households)) < terms.share)
    paired = terms.pairs and pairs_pay(terms.epsilon, round(len(people) * terms.times))
    counts_part = 1 - PAIRS_PART if paired else 1.0
    encoding = terms.encoding
    person = (1 << encoding.fraction_bits) // FRACTION_OF_PERSON
    variance = _variance(terms, encoding.norm_squared + person**2, counts_part)
    summed = total(known, encoding, people) if exact is None else exact
    values = noisy(summed, variance, generator)
    prior: ItemPrior = learn_prior(
        encoding,
        values.tolist(),
        dimension=known.level,
        items=tuple(str(item) for item in known.items),
        people=len(people),
        noise_variance=2 * variance,
        epsilon=terms.epsilon,
        delta=DELTA,
        released_at=START + timedelta(weeks=known.week),
        tasks=(_task("counts", terms, known),),
    )
    if not paired:
        return prior
    vectors = terms.paired(len(known.items))
    variance = _variance(terms, DIAGONAL**2 << 4 * vectors.fraction_bits, PAIRS_PART)
    values = noisy(pair_total(known, prior, vectors, people), variance, generator)
    return learn_pairs(
        prior,
        vectors,
        values.tolist(),
        noise_variance=2 * variance,
        epsilon=terms.epsilon,
        task=_task("pairs", terms, known),
    )


def pair_total(known: Past, prior: ItemPrior, vectors: PairVectors, people: Integers) -> Integers:
    """The exact sum of these people's products, as the two servers come to it."""
    ever, _lately = sets(known, people)
    table = np.array([vectors.encode(prior, row) for row in ever])
    both = table.T @ table
    upper = np.triu_indices(len(both), 1)
    return np.concatenate([DIAGONAL * np.diag(both), PAIR * both[upper]])


def _variance(terms: Terms, norm_squared: int, part: float) -> int:
    """Of one server's noise, where a release takes this part of the privacy loss."""
    if terms.epsilon is None:
        return 0
    return round(variance_for(terms.epsilon, norm_squared) / part / terms.times**2)


def noisy(exact: Integers, variance: int, generator: np.random.Generator) -> Integers:
    """The sum as it is released: each of the two servers adds the full noise to its share."""
    values = exact
    for _server in range(2):
        values = values + discrete_gaussian(variance, len(values), generator)
    return values


def _task(what: str, terms: Terms, known: Past) -> str:
    return hashlib.sha256(f"{what} {terms.seed} {known.week}".encode()).hexdigest()
