"""Two servers in this process that sum proved reports without noise, for tests of training rounds."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from aggregator.errors import BatchTooSmallError
from aggregator.training import BatchSum
from vocab.statistics import ModelUpdate
from vocab.study import Noise, Study
from vocab.training import WEEKLY_SPENDING, ModelTerms
from vocab.vdaf import sealing
from vocab.vdaf.encoding import decode_total, make_report, prio3_for, randomness_bytes, share_info
from vocab.wire import Report

HELPER_PRIVATE = bytes(range(sealing.PRIVATE_KEY_BYTES))
CLIP, FRACTION_BITS = 1 << 13, 14


def training_study(
    *,
    min_batch: int = 3,
    clip: int = CLIP,
    title: str = "Weekly spending, round 1",
    model: ModelTerms = WEEKLY_SPENDING,
    norm: int | None = None,
) -> Study:
    """A round's study between two made-up servers, open for an hour."""
    now = datetime.now(UTC).replace(microsecond=0)
    return Study(
        title=title,
        controller="https://shop.example/profile#it",
        leader_url="http://127.0.0.1:1/",
        helper="https://pods.example/profile#it",
        helper_url="http://127.0.0.1:2/",
        helper_key=sealing.public_key(HELPER_PRIVATE).hex(),
        purpose="https://w3id.org/pod-agent#FederatedTraining",
        data=("https://w3id.org/dpv/pd#PurchasesAndSpendingHabit",),
        statistic=ModelUpdate(model=model.name, length=model.length, clip=clip, fraction_bits=FRACTION_BITS, norm=norm),
        noise=Noise(variance=1),
        min_batch=min_batch,
        opens=now,
        closes=now + timedelta(hours=1),
        demo=True,
    )


def report_for(study: Study, update: Sequence[int]) -> Report:
    """A fresh proved report."""
    return make_report(
        study, update, secret=secrets.token_bytes(32), randomness=secrets.token_bytes(randomness_bytes(study))
    )


class TwoServers:
    """Takes uploads and sums exactly the reports it is asked for; the sum is exact because no noise is added."""

    def __init__(self) -> None:
        self.reports: dict[bytes, Report] = {}
        self.key = secrets.token_bytes(32)

    def put(self, report: Report) -> bytes:
        """Store one upload and return its id."""
        self.reports[report.report_id] = report
        return report.report_id

    def collect(self, study: Study, named: Sequence[bytes]) -> BatchSum:
        """Verify the named reports and sum those whose proof holds."""
        vdaf = prio3_for(study)
        sums = [np.zeros(vdaf.circuit.output_length, dtype=object) for _ in range(2)]
        held = [self.reports[name] for name in named if name in self.reports]
        if len(held) < study.min_batch:
            raise BatchTooSmallError(f"{len(held)} reports are held")
        for report in held:
            info = share_info(study.task_id, report.report_id, report.public_share)
            shares = (report.leader_share, sealing.open_sealed(report.sealed_share, HELPER_PRIVATE, info))
            begun = [
                vdaf.verify_init(self.key, who, report.report_id, report.public_share, share)
                for who, share in enumerate(shares)
            ]
            message = vdaf.decide([verifier for _, verifier in begun])
            for who, (state, _) in enumerate(begun):
                sums[who] = sums[who] + vdaf.finish(state, message)
        values = decode_total(study, vdaf.unshard(sums), len(held))
        return BatchSum(values=tuple(values), reports=len(held), people=len(held))
