"""From a study to its circuit, from a measurement to a report, from a sum back to values.

Both sides must do this alike. The context of every share is the task id, the SHA-256 of the study's manifest: a share
made under other terms cannot be used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

from vocab import statistics
from vocab.errors import VocabularyError
from vocab.statistics import ModelUpdate
from vocab.study import Study
from vocab.vdaf import sealing
from vocab.vdaf.circuits import Circuit, Count, Histogram, Measurement, MultihotCountVec, Sum, SumVec, best_chunk
from vocab.vdaf.co_purchase import CoPurchase
from vocab.vdaf.item_vectors import ItemVectors
from vocab.vdaf.outer_product import OuterProduct
from vocab.vdaf.prio3 import NONCE_BYTES, Prio3
from vocab.wire import Report, encode

__all__ = [
    "SECRET_BYTES",
    "TOKEN_BYTES",
    "decode_total",
    "key_info",
    "make_report",
    "prio3_for",
    "randomness_bytes",
    "report_bytes",
    "report_id",
    "share_info",
    "split_sealed",
    "token_bytes",
]

SECRET_BYTES = 32
TOKEN_BYTES = 1 + 32 + 256
"""A token: the number of its issuer in the study, the message randomizer and the signature (RFC 9474, RSA 2048)."""


@lru_cache(maxsize=32)
def prio3_for(study: Study) -> Prio3:
    """The sum that a study asks for; ``vocab.study`` bounds its size, so that no manifest exhausts memory."""
    return Prio3(_circuit(study), study.task_id)


def randomness_bytes(study: Study) -> int:
    """How many fresh uniform bytes ``make_report`` needs."""
    return prio3_for(study).randomness_bytes


def report_id(secret: bytes) -> bytes:
    """The id of the report that the holder of ``secret`` (``SECRET_BYTES``) can withdraw."""
    if len(secret) != SECRET_BYTES:
        raise VocabularyError(f"a report's secret has {SECRET_BYTES} bytes, not {len(secret)}")
    return hashlib.sha256(secret).digest()[:NONCE_BYTES]


def make_report(
    study: Study, measurement: Measurement, *, secret: bytes, randomness: bytes, token: bytes = b""
) -> Report:
    """Split, prove and seal one measurement.

    For a Histogram and for Rfm the measurement is the index of one cell, the last index meaning nothing to report; for
    a Sum one integer up to its maximum, for a Segment 0 or 1, for ItemCounts and CoPurchase one 0 or 1 for each item,
    for ItemVectors one for each item ever had and then one for each item had lately, for CentredPairs an integer for
    each item (``vectors``); for a ModelUpdate it is ``length`` integers from ``-clip`` to ``clip``. ``secret`` and
    ``randomness`` are fresh and uniform; the secret stays with the agent. ``token`` has ``token_bytes`` bytes. Sealing
    draws randomness of its own: to send the same report again, keep its bytes. Raises VocabularyError for a measurement
    outside the study's terms.
    """
    vdaf, name = prio3_for(study), report_id(secret)
    if len(token) != token_bytes(study):
        raise VocabularyError(f"a report to this study needs a token of {token_bytes(study)} bytes, not {len(token)}")
    public, (leader_share, helper_share) = vdaf.shard(_shifted(study, measurement), name, randomness)
    info = share_info(vdaf.context, name, public)
    sealed = sealing.seal(token + helper_share, bytes.fromhex(study.helper_key), info)
    return Report(
        task_id=vdaf.context, report_id=name, public_share=public, sealed_share=sealed, leader_share=leader_share
    )


def report_bytes(study: Study) -> int:
    """Length of every report to this study, in its byte form."""
    vdaf = prio3_for(study)
    blank = Report(
        task_id=vdaf.context,
        report_id=bytes(NONCE_BYTES),
        public_share=bytes(vdaf.public_share_bytes),
        sealed_share=bytes(token_bytes(study) + vdaf.helper_share_bytes + sealing.SEAL_BYTES),
        leader_share=bytes(vdaf.leader_share_bytes),
    )
    return len(encode(blank))


def token_bytes(study: Study) -> int:
    """Length of the token that every report to this study carries; 0 where the study names no issuers."""
    return TOKEN_BYTES if study.issuers else 0


def split_sealed(study: Study, opened: bytes) -> tuple[bytes, bytes]:
    """The token and the helper's input share of an opened sealed share."""
    return opened[: token_bytes(study)], opened[token_bytes(study) :]


def decode_total(study: Study, total: Sequence[int], reports: int) -> list[int]:
    """Signed values from a sum in the field; noise may have taken it below zero. Model updates are centred again."""
    prime = prio3_for(study).field.prime
    shift = reports * study.statistic.clip if isinstance(study.statistic, ModelUpdate) else 0
    return [(value - shift + prime // 2) % prime - prime // 2 for value in total]


def share_info(task_id: bytes, name: bytes, public_share: bytes) -> bytes:
    """Binds a sealed share to one task, one report and its public share: it opens in no other place.

    The public share passes through the leader. If it could put another one in its place, the helper would check the
    proof under other joint randomness than the client's, and its answer could tell of the measurement. DAP binds the
    same three.
    """
    return b"pod-agent/1 helper share" + task_id + name + public_share


def key_info(task_id: bytes) -> bytes:
    """Binds the sealed key of the proof check to one task."""
    return b"pod-agent/1 verify key" + task_id


def _circuit(study: Study) -> Circuit:
    circuit: Circuit
    match study.statistic:
        case statistics.Histogram(length=length) | statistics.Rfm(length=length):
            circuit = Histogram(length=length, chunk=best_chunk(length))
        case statistics.Sum(maximum=maximum):
            circuit = Sum(maximum)
        case statistics.Segment():
            circuit = Count()
        case statistics.ItemCounts(length=length, max_weight=weight):
            circuit = MultihotCountVec(length=length, max_weight=weight, chunk=best_chunk(length + weight.bit_length()))
        case statistics.ItemVectors(items=items, encoding=encoding, person=person):
            chunk = best_chunk(5 * len(items) + 2, 1)
            circuit = ItemVectors(items=len(items), encoding=encoding, person=person, chunk=chunk)
        case statistics.CoPurchase(items=items, fraction_bits=bits):
            circuit = CoPurchase(items=len(items), fraction_bits=bits, chunk=best_chunk(2 * len(items) + 1, 1))
        case statistics.CentredPairs(items=items, fraction_bits=bits):
            chunk = best_chunk(len(items) * (bits + 1) + 2 * bits + 1, 1)
            circuit = OuterProduct(entries=len(items), fraction_bits=bits, chunk=chunk)
        case statistics.ModelUpdate(length=length, clip=clip):
            checked = length * (2 * clip).bit_length()
            circuit = SumVec(length=length, maximum=2 * clip, chunk=best_chunk(checked))
    return circuit


def _shifted(study: Study, measurement: Measurement) -> Measurement:
    if not isinstance(study.statistic, ModelUpdate):
        return measurement
    if isinstance(measurement, int):
        raise VocabularyError("a model update is a sequence of integers")
    return [int(value) + study.statistic.clip for value in measurement]
