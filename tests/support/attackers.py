"""What servers that cheat can see, on top of the real pair: exact shares, and the noise of each server by itself."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import httpx
import numpy as np
from numpy.typing import NDArray

from aggregator.channel import HelperChannel
from aggregator.collection import collect
from aggregator.helper import create_helper_app
from aggregator.releases import Release
from tests.support.pair import Pair, send, upload
from tests.support.studies import update_study
from vocab import wire
from vocab.study import Study
from vocab.vdaf import sealing
from vocab.vdaf.encoding import decode_total, prio3_for, share_info, split_sealed
from vocab.vdaf.field import Elements

__all__ = ["Ears", "Seen", "bits", "exact_shares", "listen", "signed_study", "watch"]

Numbers = NDArray[np.int64]


class Ears(httpx.BaseTransport):
    """Passes the leader's requests on to the helper and keeps every answer by its address."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self.answers: dict[str, bytes] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        self.answers[request.url.path.strip("/")] = response.read()
        return response


@dataclass
class Seen:
    """One collection as a cheating party knows it; all values are signed and in the study's units.

    ``exact`` is the sum without noise, ``leader_noise`` and ``helper_noise`` what each server added; ``answer`` is the
    helper's share as it came over the wire, ``names`` are the reports that were sent.
    """

    study: Study
    release: Release
    exact: Numbers
    leader_noise: Numbers
    helper_noise: Numbers
    names: tuple[bytes, ...]
    answer: bytes

    @property
    def published(self) -> Numbers:
        """What a buyer sees."""
        return self.exact + self.leader_noise + self.helper_noise

    @property
    def of_leader(self) -> Numbers:
        """What a leader sees that adds no noise of its own."""
        return self.exact + self.helper_noise

    @property
    def of_helper(self) -> Numbers:
        """What is published where the helper adds no noise."""
        return self.exact + self.leader_noise


def listen(pair: Pair) -> tuple[HelperChannel, Ears]:
    """A channel to the pair's helper, and what is heard on it."""
    ears = Ears(httpx.WSGITransport(app=create_helper_app(pair.helper)))
    config = pair.leader.config
    return HelperChannel(config.helper_url, bytes.fromhex(config.channel_key), transport=ears), ears


def signed_study(pair: Pair, length: int, *, variance: int, min_batch: int = 1) -> Study:
    """A published study of ``length`` values of -1, 0 or 1 for each person."""
    study = pair.fitted(update_study(length, 1, variance=variance, min_batch=min_batch))
    pair.leader.publish(study, pair.channel)
    return study


def bits(length: int) -> Numbers:
    """As many values, each -1 or 1 by a coin."""
    return 2 * (np.frombuffer(os.urandom(length), dtype=np.uint8).astype(np.int64) & 1) - 1


def exact_shares(pair: Pair, study: Study, reports: Sequence[wire.Report]) -> list[Elements]:
    """Both servers' sums before any noise, as they would come to them; needs the keys of both."""
    vdaf, key = prio3_for(study), pair.leader.study(study.task_id).verify_key
    private = bytes.fromhex(pair.helper.config.sealing_key)
    sums = [np.zeros(vdaf.circuit.output_length, dtype=object) for _ in range(2)]
    for report in reports:
        name = report.report_id
        opened = sealing.open_sealed(report.sealed_share, private, share_info(study.task_id, name, report.public_share))
        shares = (report.leader_share, split_sealed(study, opened)[1])
        begun = [vdaf.verify_init(key, who, name, report.public_share, share) for who, share in enumerate(shares)]
        message = vdaf.decide([verifier for _, verifier in begun])
        for who, (state, _) in enumerate(begun):
            sums[who] = (sums[who] + vdaf.finish(state, message)) % vdaf.field.prime
    return sums


def watch(pair: Pair, study: Study, updates: Sequence[Sequence[int] | Numbers]) -> Seen:
    """Let people answer, collect, and tell the noises apart."""
    reports = [send(study, [int(value) for value in update]) for update in updates]
    assert [upload(pair.agents, report) for report in reports] == [201] * len(reports)
    channel, ears = listen(pair)
    with channel:
        release = collect(pair.leader, study.task_id, channel)
    leader, helper = exact_shares(pair, study, reports)
    vdaf = prio3_for(study)
    answer = ears.answers[wire.collection_path(study.task_id).strip("/")]
    heard = vdaf.field.decode(wire.decode(answer, wire.AggregateShare).share)
    exact = np.array(decode_total(study, vdaf.unshard([leader, helper]), len(reports)), dtype=np.int64)
    of_leader = np.array(decode_total(study, vdaf.unshard([leader, heard]), len(reports)), dtype=np.int64)
    published = np.array(release.values, dtype=np.int64)
    return Seen(
        study=study,
        release=release,
        exact=exact,
        leader_noise=published - of_leader,
        helper_noise=of_leader - exact,
        names=tuple(report.report_id for report in reports),
        answer=answer,
    )
