"""Prio3 against the public test vectors of draft-irtf-cfrg-vdaf-18, good ones bit for bit and bad ones refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.shared import shared
from vocab.errors import InvalidShareError
from vocab.vdaf.circuits import Circuit, Count, Histogram, MultihotCountVec, Sum, SumVec
from vocab.vdaf.prio3 import Prio3, VerifierState
from vocab.vdaf.xof import XofTurboShake128

GOOD = ["Count_0", "Count_1", "Count_2", "Histogram_0", "Histogram_1", "Histogram_2", "MultihotCountVec_0"]
GOOD += ["MultihotCountVec_1", "MultihotCountVec_2", "SumVec_0", "SumVec_1", "Sum_0", "Sum_1", "Sum_2"]
BAD = [f"Count_bad_{name}" for name in ("gadget_poly", "helper_seed", "meas_share", "wire_seed")]
BAD += [f"Histogram_bad_{n}" for n in ("helper_jr_blind", "leader_jr_blind", "public_share", "verifier_message")]


def load(name: str) -> Any:
    return json.loads((shared("vectors") / f"{name}.json").read_text())


def circuit(name: str, vector: Any) -> Circuit:
    match name.split("_", maxsplit=1)[0]:
        case "Count":
            return Count()
        case "Sum":
            return Sum(maximum=vector["max_measurement"])
        case "SumVec":
            return SumVec(length=vector["length"], maximum=vector["max_measurement"], chunk=vector["chunk_length"])
        case "Histogram":
            return Histogram(length=vector["length"], chunk=vector["chunk_length"])
        case _:
            return MultihotCountVec(
                length=vector["length"], max_weight=vector["max_weight"], chunk=vector["chunk_length"]
            )


def prio3(name: str, vector: Any) -> Prio3:
    return Prio3(circuit(name, vector), bytes.fromhex(vector["ctx"]), vector["shares"])


def test_every_vector_file_is_used() -> None:
    """All but that of XofFixedKeyAes128, a stream for Poplar1, which is no part of this project."""
    found = {path.stem for path in shared("vectors").glob("*.json")}
    assert found == {*(f"Prio3{name}" for name in GOOD + BAD), "XofTurboShake128", "XofFixedKeyAes128"}


def verify(vdaf: Prio3, vector: Any, report: Any) -> tuple[list[VerifierState], list[bytes]]:
    key, nonce = bytes.fromhex(vector["verify_key"]), bytes.fromhex(report["nonce"])
    public = bytes.fromhex(report["public_share"])
    shares = [bytes.fromhex(share) for share in report["input_shares"]]
    pairs = [vdaf.verify_init(key, who, nonce, public, share) for who, share in enumerate(shares)]
    return [state for state, _ in pairs], [share for _, share in pairs]


@pytest.mark.parametrize("name", GOOD)
def test_good_vectors_match_bit_for_bit(name: str) -> None:
    vector = load(f"Prio3{name}")
    vdaf = prio3(name, vector)
    totals = [vdaf.field.vector(np.zeros(vdaf.circuit.output_length, dtype=np.int64))] * vector["shares"]
    for report in vector["reports"]:
        public, shares = vdaf.shard(
            report["measurement"], bytes.fromhex(report["nonce"]), bytes.fromhex(report["rand"])
        )
        assert public.hex() == report["public_share"]
        assert [share.hex() for share in shares] == report["input_shares"]
        states, verifier_shares = verify(vdaf, vector, report)
        assert [[share.hex() for share in verifier_shares]] == report["verifier_shares"]
        message = vdaf.decide(verifier_shares)
        assert [message.hex()] == report["verifier_messages"]
        outputs = [vdaf.finish(state, message) for state in states]
        assert [output.encode().hex() for output in outputs] == [as_text(share) for share in report["out_shares"]]
        totals = [total + output for total, output in zip(totals, outputs, strict=True)]
    assert [total.encode().hex() for total in totals] == vector["agg_shares"]
    result = vector["agg_result"]
    assert vdaf.unshard([total.elements for total in totals]) == (result if isinstance(result, list) else [result])


def as_text(share: str | list[str]) -> str:
    return share if isinstance(share, str) else "".join(share)


@pytest.mark.parametrize("name", BAD)
def test_bad_vectors_are_refused_at_the_stage_they_name(name: str) -> None:
    vector = load(f"Prio3{name}")
    vdaf, report = prio3(name, vector), vector["reports"][0]
    failing = next(step["operation"] for step in vector["operations"] if not step["success"])
    states, verifier_shares = verify(vdaf, vector, report)
    if failing == "verifier_shares_to_message":
        assert [[share.hex() for share in verifier_shares]] == report["verifier_shares"]
        with pytest.raises(InvalidShareError):
            vdaf.decide(verifier_shares)
        return
    assert failing == "verify_next"
    vdaf.decide(verifier_shares)
    message = bytes.fromhex(report["verifier_messages"][0])
    with pytest.raises(InvalidShareError, match="joint randomness"):
        vdaf.finish(states[0], message)


def test_the_stream_of_bytes_and_of_field_elements_match() -> None:
    vector = json.loads(Path(shared("vectors") / "XofTurboShake128.json").read_text())
    seed, tag, binder = (bytes.fromhex(vector[name]) for name in ("seed", "dst", "binder"))
    assert XofTurboShake128(seed, tag, binder).seed().hex() == vector["derived_seed"]
    field = circuit("Histogram", {"length": 1, "chunk_length": 1}).field
    stream = XofTurboShake128(seed, tag, binder).vector(field, vector["length"])
    assert stream.encode().hex() == vector["expanded_vec_field128"]
