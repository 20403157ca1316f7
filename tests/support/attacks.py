"""Reports that cheat in ways only one of the two servers can see."""

from __future__ import annotations

import os

import numpy as np

from vocab.statistics import ModelUpdate
from vocab.study import Study
from vocab.vdaf import sealing
from vocab.vdaf.encoding import prio3_for, report_id, share_info
from vocab.vdaf.prio3 import Prio3
from vocab.wire import Report

__all__ = ["report_that_only_the_leader_refuses"]


def report_that_only_the_leader_refuses(study: Study) -> Report:
    """The greatest update, proved under two different joint randomnesses: the public share lies to the leader.

    All bits are 1, so every checked product is 0 whatever the randomness; the proof is made for the sum of both
    servers' wires. The helper finds nothing wrong with it, the leader ends with another seed than the helper.
    """
    assert isinstance(study.statistic, ModelUpdate)
    vdaf, name = prio3_for(study), report_id(os.urandom(32))
    public, leader, helper = _shard(vdaf, [2 * study.statistic.clip] * study.statistic.length, name)
    sealed = sealing.seal(helper, bytes.fromhex(study.helper_key), share_info(vdaf.context, name, public))
    return Report(task_id=vdaf.context, report_id=name, public_share=public, sealed_share=sealed, leader_share=leader)


def _shard(vdaf: Prio3, measurement: list[int], nonce: bytes) -> tuple[bytes, bytes, bytes]:
    circuit, p = vdaf.circuit, vdaf.field.prime
    seed, helper_blind, leader_blind, lie = (os.urandom(32) for _ in range(4))
    helper_x, helper_proof = vdaf._expand(seed, 1)
    leader_x = vdaf.field.vector(circuit.encode(measurement)) - helper_x
    encoded = leader_x.encode()
    parts = [
        vdaf._joint_part(leader_blind, 0, nonce, encoded),
        vdaf._joint_part(helper_blind, 1, nonce, helper_x.encode()),
    ]
    leader_wires = circuit.wires(leader_x, vdaf._joint([parts[0], lie])[1], 2)
    wires = leader_wires + circuit.wires(helper_x, vdaf._joint(parts)[1], 2)
    table = np.zeros((circuit.arity, circuit.points), dtype=object)
    table[:, 1 : circuit.calls + 1] = wires % p
    products = circuit.gadget(vdaf.field.double(table)) % p
    proof = np.concatenate([table[:, 0], products[:-1]])
    share = encoded + vdaf.field.encode((proof - helper_proof) % p) + leader_blind
    return parts[0] + lie, share, seed + helper_blind
