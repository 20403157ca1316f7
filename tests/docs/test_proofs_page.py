"""docs/reference/proofs.md gives the sizes that the circuits have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vocab.item_vectors import ItemEncoding
from vocab.vdaf.circuits import Circuit, Count, Histogram, MultihotCountVec, Sum, SumVec, best_chunk
from vocab.vdaf.co_purchase import CoPurchase
from vocab.vdaf.item_vectors import ItemVectors
from vocab.vdaf.outer_product import OuterProduct
from vocab.vdaf.prio3 import Prio3

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "proofs.md").read_text(encoding="utf-8")
KINDS: dict[str, type[Circuit]] = {
    kind.__name__: kind
    for kind in (Count, Sum, SumVec, Histogram, MultihotCountVec, ItemVectors, CoPurchase, OuterProduct)
}
SIZES = re.findall(r"^\| (\w+) \| ([^|]*)\| ([^|]*)\| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|$", PAGE, re.MULTILINE)


def number(text: str) -> int:
    return int(text.replace(",", ""))


def circuit(name: str, parameters: str, chunk: str) -> Circuit:
    given = {word: number(value) for word, value in re.findall(r"(\w+) ([\d,]*\d)", parameters)}
    given |= {"chunk": int(chunk)} if chunk.strip() else {}
    if name == ItemVectors.__name__:
        bits = given.pop("fraction_bits")
        return ItemVectors(**given, encoding=ItemEncoding(fraction_bits=bits), person=1 << bits - 4)
    return KINDS[name](**given)


@pytest.mark.parametrize("row", SIZES, ids=lambda row: f"{row[0]} {row[1]}")
def test_the_sizes_are_those_of_the_code(row: tuple[str, ...]) -> None:
    vdaf = Prio3(circuit(*row[:3]), b"")
    sizes = (vdaf.leader_share_bytes, vdaf.helper_share_bytes, vdaf.verifier_share_bytes)
    assert sizes == tuple(map(number, row[3:]))


def test_every_circuit_has_its_id_and_a_size() -> None:
    ids = dict(re.findall(r"^\| (\w+) \| (0x\w+|\d+) \| (?:64|128) bits", PAGE, re.MULTILINE))
    assert {name: int(text, 0) for name, text in ids.items()} == {name: k.algorithm for name, k in KINDS.items()}
    assert {row[0] for row in SIZES} == set(KINDS)


@pytest.mark.parametrize(
    ("bits", "more", "kind"),
    [
        (1000, 0, "Histogram"),
        (5 * 300 + 2, 1, "ItemVectors"),
        (2 * 288 + 1, 1, "CoPurchase"),
        (128 * 11 + 21, 1, "OuterProduct"),
    ],
)
def test_the_chunk_is_that_of_the_rule(bits: int, more: int, kind: str) -> None:
    assert str(best_chunk(bits, more)) in {row[2].strip() for row in SIZES if row[0] == kind}
