"""What a recommendation costs: bytes a pod sends, time to learn and score, memory; and that leaving leaves nothing."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

from aggregator.issuing.bulk import make_issuers
from aggregator.samples import sample_statistic
from bench.completejourney import CompleteJourney
from bench.recommend.ours import recommender
from bench.recommend.protocol import Past
from bench.recommend.release import Terms, release, sets, total
from vocab.item_vectors import ItemVectors
from vocab.study import Noise, Study
from vocab.vdaf import sealing
from vocab.vdaf.encoding import report_bytes

__all__ = ["costs", "leaves_nothing", "upload_bytes"]

ROUNDS = 200


def costs(journey: CompleteJourney, known: Past) -> dict[str, float | bool]:
    """Figures by what they are; seconds are of this processor, one thread."""
    score = recommender(journey, known, Terms(epsilon=1.0))
    people = np.arange(min(ROUNDS, len(known.households)))
    each = _seconds(lambda: [score(people[number : number + 1]) for number in range(len(people))]) / len(people)
    found: dict[str, float | bool] = {
        "milliseconds to score all items of a pod": round(1000 * each, 3),
        "seconds to sum and denoise a release": round(_seconds(lambda: release(known, Terms(epsilon=1.0))), 3),
        "megabytes of memory at the most": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 0),
        "a pod that leaves takes exactly its part": leaves_nothing(known, ItemVectors(), len(people) // 2),
    }
    if known.level == "category":
        found["bytes a pod sends, with its proof and a token"] = upload_bytes(len(known.items))
    return found


def leaves_nothing(known: Past, encoding: ItemVectors, person: int) -> bool:
    """Whether the sum of all others differs from the sum of all by this person's vector and nothing else."""
    everybody = np.arange(len(known.households))
    alone = encoding.encode_people(*sets(known, np.array([person])))[0]
    others = total(known, encoding, everybody[everybody != person])
    return bool(np.array_equal(total(known, encoding, everybody) - alone, others))


def upload_bytes(items: int) -> int:
    """Length of one report to a study of item vectors over so many items."""
    study = Study(
        title="A benchmark",
        controller="https://shop.example/#us",
        leader_url="http://127.0.0.1/",
        helper="https://pods.example/#us",
        helper_url="http://127.0.0.1/",
        helper_key=sealing.public_key(os.urandom(sealing.PRIVATE_KEY_BYTES)).hex(),
        purpose="https://w3id.org/pod-agent#AggregateReporting",
        data=("https://w3id.org/dpv/pd#PurchasesAndSpendingHabit",),
        statistic=sample_statistic("item_vectors", items),
        noise=Noise(0),
        min_batch=1,
        issuers=make_issuers(1).issuers,
        opens=datetime(2020, 1, 1, tzinfo=UTC),
        closes=datetime(2100, 1, 1, tzinfo=UTC),
        demo=True,
    )
    return report_bytes(study)


def _seconds(step: Callable[[], object]) -> float:
    step()
    since = time.process_time()
    step()
    return time.process_time() - since
