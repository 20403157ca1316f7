"""Checking the proofs of a lot of reports: the work of both servers that may run in other processes.

A lot goes in as bytes and its outcome comes back as bytes: pickling field vectors costs more than checking them. Of the
output shares only their sum is kept, so a lot takes the memory of one report's vectors besides its own bytes. Nothing
here is remembered between lots; what was asked before is for the server to know.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np

from vocab.errors import InvalidShareError
from vocab.study import Study
from vocab.tokens import check_token
from vocab.vdaf import sealing
from vocab.vdaf.encoding import prio3_for, share_info, split_sealed
from vocab.vdaf.field import Vector
from vocab.vdaf.prio3 import Prio3
from vocab.wire import JobEntry

__all__ = [
    "LOT_REPORTS",
    "HelperLot",
    "HelperOutcome",
    "LeaderLot",
    "LeaderOutcome",
    "LeaderReport",
    "check_helper_lot",
    "check_leader_lot",
    "in_lots",
    "sum_shares",
]

LOT_REPORTS = 16
"""Reports that one process checks at a time: at most 11 MB of them, and a job keeps four processes busy."""

LEADER, HELPER = 0, 1
"""The servers' numbers among the aggregators."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderReport:
    """What the leader checks of one report."""

    report_id: bytes
    public_share: bytes
    leader_share: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderLot:
    """Reports to one study; ``manifest`` is canonical JSON."""

    manifest: bytes
    verify_key: bytes
    reports: tuple[LeaderReport, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderOutcome:
    """In the order of the reports, None where one cannot be read: the share for the helper, and the message to expect.

    ``total`` is the encoded sum of the output shares of all that could be read, accepted or not.
    """

    verifier_shares: tuple[bytes | None, ...]
    messages: tuple[bytes | None, ...]
    total: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class HelperLot:
    """Entries of a job, with what opens and checks them."""

    manifest: bytes
    verify_key: bytes
    private_key: bytes
    entries: tuple[JobEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HelperOutcome:
    """In the order of the entries: the message that ends the check, None where a report is invalid.

    ``vouched`` counts those that hold by the number of the issuer of their token; empty where the study has none.
    ``total`` is the encoded sum of the output shares of those that hold.
    """

    messages: tuple[bytes | None, ...]
    vouched: dict[int, int]
    total: bytes


def check_leader_lot(lot: LeaderLot) -> LeaderOutcome:
    """The leader's half of the proof checks."""
    vdaf = prio3_for(_study(lot.manifest))
    shares: list[bytes | None] = []
    messages: list[bytes | None] = []
    total = _nothing(vdaf)
    for report in lot.reports:
        try:
            state, share = vdaf.verify_init(
                lot.verify_key, LEADER, report.report_id, report.public_share, report.leader_share
            )
        except InvalidShareError:
            shares.append(None)
            messages.append(None)
            continue
        shares.append(share)
        messages.append(state.joint_seed)
        total = total + state.output_share
    return LeaderOutcome(verifier_shares=tuple(shares), messages=tuple(messages), total=total.encode())


def check_helper_lot(lot: HelperLot) -> HelperOutcome:
    """The helper's half, and the end of the proof checks."""
    study = _study(lot.manifest)
    vdaf = prio3_for(study)
    messages: list[bytes | None] = []
    vouched = Counter[int]()
    total = _nothing(vdaf)
    for entry in lot.entries:
        try:
            issuer, message, output = _checked(study, vdaf, lot, entry)
        except InvalidShareError:
            messages.append(None)
            continue
        messages.append(message)
        if issuer is not None:
            vouched[issuer] += 1
        total = total + output
    return HelperOutcome(messages=tuple(messages), vouched=dict(vouched), total=total.encode())


def in_lots(items: Sequence[T]) -> Iterator[tuple[T, ...]]:
    """The items in their order, ``LOT_REPORTS`` at a time."""
    for start in range(0, len(items), LOT_REPORTS):
        yield tuple(items[start : start + LOT_REPORTS])


def sum_shares(vdaf: Prio3, shares: Iterable[bytes]) -> Vector:
    """The sum of encoded output shares; zeros for none."""
    return sum(map(vdaf.field.read, shares), _nothing(vdaf))


def _checked(study: Study, vdaf: Prio3, lot: HelperLot, entry: JobEntry) -> tuple[int | None, bytes, Vector]:
    info = share_info(vdaf.context, entry.report_id, entry.public_share)
    opened = sealing.open_sealed(entry.sealed_share, lot.private_key, info)
    token, share = split_sealed(study, opened)
    issuer = check_token(study, entry.report_id, token) if study.issuers else None
    state, verifier = vdaf.verify_init(lot.verify_key, HELPER, entry.report_id, entry.public_share, share)
    both = [entry.verifier_share, verifier]
    message = vdaf.decide(both)
    vdaf.check_public_share(entry.public_share, both)  # the leader must not refuse what is counted here
    return issuer, message, vdaf.finish(state, message)


@lru_cache(maxsize=8)
def _study(manifest: bytes) -> Study:
    return Study.from_json(json.loads(manifest))  # the server has checked it


def _nothing(vdaf: Prio3) -> Vector:
    return vdaf.field.vector(np.zeros(vdaf.circuit.output_length, dtype=np.int64))
