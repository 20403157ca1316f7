"""Prio3: sums of secret-shared vectors with a proof that each is well formed (draft-irtf-cfrg-vdaf-18, section 7).

The client splits its encoded measurement between aggregators and adds a zero-knowledge proof, split in the same way.
The aggregators exchange one short message each and learn only whether the measurement obeys its circuit.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from vocab.errors import InvalidShareError, VocabularyError
from vocab.vdaf.circuits import Circuit, Measurement
from vocab.vdaf.field import Elements, Field, Vector
from vocab.vdaf.xof import SEED_BYTES, XofTurboShake128

__all__ = ["NONCE_BYTES", "VERIFY_KEY_BYTES", "Prio3", "VerifierState"]

NONCE_BYTES = 16
VERIFY_KEY_BYTES = 32
_VERSION = 18
_MEASUREMENT_SHARE, _PROOF_SHARE, _JOINT, _PROVE, _QUERY, _JOINT_SEED, _JOINT_PART = range(1, 8)
_ONE_PROOF = b"\1"


@dataclass(frozen=True, slots=True)
class VerifierState:
    """What an aggregator keeps of a report until the other's answer comes: about the bytes of the output share."""

    output_share: Vector
    joint_seed: bytes


@dataclass(frozen=True)
class Prio3:
    """One circuit, one application context and two or more aggregators, of which number 0 is the leader."""

    circuit: Circuit
    context: bytes
    shares: int = 2

    @property
    def field(self) -> Field:
        """The field of all shares."""
        return self.circuit.field

    @property
    def seeds_per_share(self) -> int:
        """Seeds that stand for one share: a second one blinds the joint randomness."""
        return 2 if self.circuit.uses_joint_randomness else 1

    @property
    def randomness_bytes(self) -> int:
        """Fresh uniform bytes that ``shard`` consumes."""
        return SEED_BYTES * self.seeds_per_share * self.shares

    @property
    def public_share_bytes(self) -> int:
        """Length of the public share."""
        return SEED_BYTES * self.shares if self.circuit.uses_joint_randomness else 0

    @property
    def leader_share_bytes(self) -> int:
        """Length of the leader's input share."""
        size = self.field.size * (self.circuit.input_length + self.circuit.proof_length)
        return size + SEED_BYTES * (self.seeds_per_share - 1)

    @property
    def helper_share_bytes(self) -> int:
        """Length of every other input share."""
        return SEED_BYTES * self.seeds_per_share

    @property
    def verifier_share_bytes(self) -> int:
        """Length of the message each aggregator sends about one report."""
        return self._verifier_bytes + (SEED_BYTES if self.circuit.uses_joint_randomness else 0)

    @property
    def _verifier_bytes(self) -> int:
        return self.field.size * (2 + self.circuit.arity)

    def shard(self, measurement: Measurement, nonce: bytes, randomness: bytes) -> tuple[bytes, list[bytes]]:
        """The public share and one input share for each aggregator.

        Raises VocabularyError for a measurement that the circuit does not allow.
        """
        _expect(nonce, NONCE_BYTES, "nonce", VocabularyError)
        _expect(randomness, self.randomness_bytes, "randomness", VocabularyError)
        circuit, p = self.circuit, self.field.prime
        seeds = (randomness[i : i + SEED_BYTES] for i in range(0, len(randomness), SEED_BYTES))
        x = self.field.vector(circuit.encode(measurement))
        rest, proof_rest = x, np.zeros(circuit.proof_length, dtype=object)
        parts, helpers = [b""], []
        for who in range(1, self.shares):
            seed, blind = next(seeds), self._blind(seeds)
            share, proof_share = self._expand(seed, who)
            rest, proof_rest = rest - share, proof_rest + proof_share
            parts.append(self._joint_part(blind, who, nonce, share.encode()))
            helpers.append(seed + blind)
        blind, encoded = self._blind(seeds), rest.encode()
        parts[0] = self._joint_part(blind, 0, nonce, encoded)
        prove = self._xof(_PROVE, next(seeds), _ONE_PROOF).vector(self.field, circuit.arity).elements
        proof = (self._prove(x, prove, self._joint(parts)[1]) - proof_rest) % p
        public = b"".join(parts) if circuit.uses_joint_randomness else b""
        return public, [encoded + self.field.encode(proof) + blind, *helpers]

    def verify_init(
        self, key: bytes, who: int, nonce: bytes, public_share: bytes, input_share: bytes
    ) -> tuple[VerifierState, bytes]:
        """This aggregator's state and its message to the others about one report.

        Raises InvalidShareError if the share cannot be read.
        """
        _expect(public_share, self.public_share_bytes, "public share")
        x, proof, blind, encoded = self._read(who, input_share)
        parts = [public_share[i : i + SEED_BYTES] for i in range(0, SEED_BYTES * self.shares, SEED_BYTES)]
        part = parts[who] = self._joint_part(blind, who, nonce, encoded)
        seed, joint = self._joint(parts)
        verifier = self._query(x, proof, joint, self._query_randomness(key, nonce))
        return VerifierState(self.circuit.truncate(x), seed), self.field.encode(verifier) + part

    def decide(self, verifier_shares: Sequence[bytes]) -> bytes:
        """The message that ends the check of one report; InvalidShareError if the proof does not hold."""
        for share in verifier_shares:
            _expect(share, self.verifier_share_bytes, "verifier share")
        split, p = self._verifier_bytes, self.field.prime
        verifier = np.sum([self.field.decode(share[:split]) for share in verifier_shares], axis=0) % p
        answer = self.circuit.gadget(verifier[1:-1].reshape(-1, 1))[0]
        if verifier[0] or (answer - verifier[-1]) % p:
            raise InvalidShareError("the proof does not hold")
        if not self.circuit.uses_joint_randomness:
            return b""
        return self._joint([share[split:] for share in verifier_shares])[0]

    def check_public_share(self, public_share: bytes, verifier_shares: Sequence[bytes]) -> None:
        """InvalidShareError unless ``finish`` will come out alike for every aggregator.

        Each aggregator trusts the public share for the others' parts of the joint randomness. A client that lies to one
        of them can pass with the rest; whoever counts a report before the others have finished checks all parts here.
        """
        parts = b"".join(share[self._verifier_bytes :] for share in verifier_shares)
        if not hmac.compare_digest(public_share, parts):
            raise InvalidShareError("the public share differs from the aggregators' parts")

    def finish(self, state: VerifierState, message: bytes) -> Vector:
        """The output share of a report whose proof has held; InvalidShareError if the joint randomness was forged."""
        if not hmac.compare_digest(state.joint_seed, message):
            raise InvalidShareError("the joint randomness differs")
        return state.output_share

    def unshard(self, aggregate_shares: Sequence[Elements]) -> list[int]:
        """The sum of all measurements, from the sums of each aggregator's output shares."""
        return [int(value) for value in np.sum(list(aggregate_shares), axis=0) % self.field.prime]

    def _xof(self, usage: int, seed: bytes, *binder: bytes) -> XofTurboShake128:
        tag = bytes([_VERSION, 0]) + self.circuit.algorithm.to_bytes(4, "big") + usage.to_bytes(2, "big")
        return XofTurboShake128(seed, tag + self.context, *binder)

    def _blind(self, seeds: Iterator[bytes]) -> bytes:
        return next(seeds) if self.circuit.uses_joint_randomness else b""

    def _joint_part(self, blind: bytes, who: int, nonce: bytes, encoded_share: bytes) -> bytes:
        if not self.circuit.uses_joint_randomness:
            return b""
        return self._xof(_JOINT_PART, blind, bytes([who]), nonce, encoded_share).seed()

    def _joint(self, parts: Sequence[bytes]) -> tuple[bytes, Elements]:
        """The seed that all parties must agree on, and the joint randomness drawn from it."""
        if not self.circuit.uses_joint_randomness:
            return b"", np.empty(0, dtype=object)
        seed = self._xof(_JOINT_SEED, bytes(SEED_BYTES), *parts).seed()
        return seed, self._xof(_JOINT, seed, _ONE_PROOF).vector(self.field, self.circuit.joint_length).elements

    def _expand(self, seed: bytes, who: int) -> tuple[Vector, Elements]:
        circuit = self.circuit
        share = self._xof(_MEASUREMENT_SHARE, seed, bytes([who])).vector(self.field, circuit.input_length)
        proof = self._xof(_PROOF_SHARE, seed, _ONE_PROOF, bytes([who])).vector(self.field, circuit.proof_length)
        return share, proof.elements

    def _read(self, who: int, input_share: bytes) -> tuple[Vector, Elements, bytes, bytes]:
        """Measurement share, proof share, blind, and the measurement share's bytes."""
        _expect(input_share, self.helper_share_bytes if who else self.leader_share_bytes, "input share")
        if who:
            x, proof = self._expand(input_share[:SEED_BYTES], who)
            return x, proof, input_share[SEED_BYTES:], x.encode()
        length, size = self.circuit.input_length, self.field.size
        split = size * (length + self.circuit.proof_length)
        vector = self.field.read(input_share[:split])
        return vector[:length], vector[length:].elements, input_share[split:], input_share[: size * length]

    def _wire_table(self, x: Vector, seeds: Elements, joint: Elements, shares: int) -> Elements:
        table = np.zeros((self.circuit.arity, self.circuit.points), dtype=object)
        table[:, 0] = seeds
        table[:, 1 : self.circuit.calls + 1] = self.circuit.wires(x, joint, shares)
        return table

    def _prove(self, x: Vector, seeds: Elements, joint: Elements) -> Elements:
        doubled = self.field.double(self._wire_table(x, seeds, joint, 1))
        products = self.circuit.gadget(doubled) % self.field.prime
        return np.concatenate([seeds, products[:-1]])

    def _query_randomness(self, key: bytes, nonce: bytes) -> tuple[list[int], int]:
        """Factors that combine the checks into one, and the point at which polynomials are compared."""
        count = self.circuit.check_count
        *factors, point = (
            self._xof(_QUERY, key, _ONE_PROOF, nonce).vector(self.field, 1 + (count if count > 1 else 0)).elements
        )
        if pow(point, self.circuit.points, self.field.prime) == 1:
            raise InvalidShareError("the query point is a root of unity")
        return factors or [1], point

    def _query(self, x: Vector, proof: Elements, joint: Elements, randomness: tuple[list[int], int]) -> Elements:
        """The combined check, the value of every wire and of the gadget polynomial at the random point."""
        circuit, p = self.circuit, self.field.prime
        factors, point = randomness
        seeds, values = proof[: circuit.arity], proof[circuit.arity :]
        roots = self.field.roots(2 * circuit.points)
        # The polynomial's degree is below 2 * points - 1, so its last value follows from the others.
        last = -int(values.dot(roots[:-1])) * pow(int(roots[-1]), -1, p) % p
        polynomial = np.append(values, last)
        checks = circuit.checks(x, polynomial[2 : 2 * circuit.calls + 1 : 2], joint, self.shares)
        check = sum(factor * value for factor, value in zip(factors, checks, strict=True)) % p
        table = self._wire_table(x, seeds, joint, self.shares)
        wires = table.dot(self.field.lagrange(circuit.points, point)) % p
        gadget = polynomial.dot(self.field.lagrange(2 * circuit.points, point)) % p
        return np.concatenate([[check], wires, [gadget]]).astype(object)


def _expect(raw: bytes, length: int, what: str, error: type[VocabularyError] = InvalidShareError) -> None:
    if len(raw) != length:
        raise error(f"the {what} has {len(raw)} bytes, not {length}")
