"""What a recommendation costs: bytes a pod sends, time to learn and score, memory; and that leaving leaves nothing."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from aggregator.issuing.bulk import make_issuers
from aggregator.priors import learn_pairs
from aggregator.samples import sample_statistic
from bench.completejourney import CompleteJourney
from bench.recommend.ours import Ours
from bench.recommend.protocol import Past
from bench.recommend.release import Terms, pair_total, release, sets, total
from vocab.item_pairs import PairVectors, expected
from vocab.item_vectors import ItemEncoding
from vocab.prior import ItemPrior
from vocab.study import Noise, Study
from vocab.vdaf import sealing
from vocab.vdaf.encoding import report_bytes

__all__ = ["costs", "leaves_nothing", "upload_bytes"]

ROUNDS = 200
TASK = "0" * 64


def costs(journey: CompleteJourney, known: Past) -> dict[str, float | bool]:
    """Figures by what they are; times are those of one processor."""
    ours = Ours(journey, known)
    score = ours.recommender(Terms(epsilon=1.0))
    people = np.arange(min(ROUNDS, len(known.households)))
    each = _seconds(lambda: [score(people[number : number + 1]) for number in range(len(people))]) / len(people)
    found: dict[str, float | bool] = {
        "milliseconds to score all items of a pod": round(1000 * each, 3),
        "a pod that leaves takes exactly its part": leaves_nothing(ours.counted, ItemEncoding(), len(people) // 2),
        "bytes a pod sends about items, with proof and token": upload_bytes("item_vectors", len(ours.counted.items)),
    }
    if known.level == "category":
        prior = release(known, Terms(epsilon=1.0))
        for vectors in (PairVectors(), Terms(epsilon=None).paired(len(known.items))):
            size = len(vectors.places(prior))
            found[f"seconds to solve pairs of {size} items"] = _solving(known, prior, vectors)
        size = len(PairVectors().places(prior))
        found[f"bytes a pod sends about pairs of {size} items, with proof and token"] = upload_bytes(
            "centred_pairs", size
        )
        found["without noise, the shared matrix differs from the central one by"] = shared_from_central(known)
    found["megabytes of memory at the most"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 0)
    return found


def leaves_nothing(known: Past, encoding: ItemEncoding, person: int) -> bool:
    """Whether the sum of all others differs from the sum of all by this person's vector and nothing else."""
    everybody = np.arange(len(known.households))
    alone = encoding.encode_people(*sets(known, np.array([person])))[0]
    others = total(known, encoding, everybody[everybody != person])
    return bool(np.array_equal(total(known, encoding, everybody) - alone, others))


def shared_from_central(known: Past) -> float:
    """How far the pairs summed as whole numbers lie from those of real numbers; of the largest of them.

    What is released without noise, against the matrix that somebody would compute who sees all households.
    """
    terms = Terms(epsilon=None)
    everybody = np.arange(len(known.households))
    prior, vectors = release(known, replace(terms, pairs=False)), terms.paired(len(known.items))
    shared = vectors.matrix(pair_total(known, prior, vectors, everybody), len(known.items))
    ever = sets(known, everybody)[0].astype(np.float64)
    shares = np.clip(np.maximum(ever.sum(axis=0), 0.5) / len(ever), 1e-9, 1.0)
    some = ever[(ever.sum(axis=1) > 0) & (ever.sum(axis=1) < ever.shape[1])]
    beyond = np.array([row - expected(shares, float(row.sum())) for row in some])
    beyond /= np.linalg.norm(beyond, axis=1, keepdims=True)
    central = beyond.T @ beyond
    return float(np.abs(shared - central).max() / np.abs(central).max())


def upload_bytes(statistic: str, items: int) -> int:
    """Length of one report to a study of this statistic over so many items."""
    study = Study(
        title="A benchmark",
        controller="https://shop.example/#us",
        leader_url="http://127.0.0.1/",
        helper="https://pods.example/#us",
        helper_url="http://127.0.0.1/",
        helper_key=sealing.public_key(os.urandom(sealing.PRIVATE_KEY_BYTES)).hex(),
        purpose="https://w3id.org/pod-agent#AggregateReporting",
        data=("https://w3id.org/dpv/pd#PurchasesAndSpendingHabit",),
        statistic=sample_statistic(statistic, items),
        noise=Noise(0),
        min_batch=1,
        issuers=make_issuers(1).issuers,
        opens=datetime(2020, 1, 1, tzinfo=UTC),
        closes=datetime(2100, 1, 1, tzinfo=UTC),
        demo=True,
    )
    return report_bytes(study)


def _solving(known: Past, prior: ItemPrior, vectors: PairVectors) -> float:
    summed = pair_total(known, prior, vectors, np.arange(len(known.households))).tolist()
    return round(_seconds(lambda: learn_pairs(prior, vectors, summed, noise_variance=0, epsilon=None, task=TASK)), 3)


def _seconds(step: Callable[[], object]) -> float:
    step()
    since = time.process_time()
    step()
    return time.process_time() - since
