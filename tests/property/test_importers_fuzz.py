"""Whatever bytes an importer is asked to read: rows, or a typed error, in bounded time. ``bench.fuzz`` runs longer."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.fuzz import IMPORTERS, BytesFile, ask, ingest, seeds
from bench.mutations import LARGEST, NASTY, damaged

SEEDS = seeds()
BY_CHILD = {"ocbc-pdf"}
"""Importers that start a process for a file; they have tests of their own."""

ASKED = [importer for importer in IMPORTERS if importer.name not in BY_CHILD]

GUARDED = '{"playlists":[{"items":[{"track":'
FOUND = {
    "a header cell of brackets took the square of its length": ("bank.csv", b"Datum;Betrag;" + b"[" * 13_000 + b"\n"),
    "a number of thousands of digits ended the process": ("Playlist1.json", (GUARDED + "9" * 5000 + "}]}]}").encode()),
    "brackets nested deep in a library": ("YourLibrary.json", (GUARDED + "[" * 60_000).encode()),
    "maps nested deep in a library": ("YourLibrary.json", (GUARDED + '{"a":' * 12_000).encode()),
}
"""What runs of the fuzzer found, as files."""


@pytest.mark.parametrize("name", FOUND)
def test_what_the_fuzzer_found_stays_mended(name: str) -> None:
    file, content = FOUND[name]
    for importer in ASKED:
        assert ask(importer, BytesFile(file, content)) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1 << 40))
@example(651)
def test_damaged_files_give_rows_or_typed_errors_from_every_importer(number: int) -> None:
    name, content = damaged(Random(number), SEEDS)
    for importer in ASKED:
        assert ask(importer, BytesFile(name, content)) is None


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1 << 40))
def test_damaged_files_are_accounted_for_and_imported_once(number: int) -> None:
    name, content = damaged(Random(number), [seed for seed in SEEDS if not seed[0].endswith(".pdf")])
    assert ingest(BytesFile(name, content)) is None


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SEEDS), st.sampled_from(NASTY), st.floats(0, 1))
def test_a_nasty_text_anywhere_gives_rows_or_typed_errors(seed: tuple[str, bytes], token: bytes, place: float) -> None:
    name, content = seed
    cut = int(len(content) * place)
    for importer in ASKED:
        assert ask(importer, BytesFile(name, (content[:cut] + token + content[cut:])[:LARGEST])) is None


def test_a_fault_would_be_seen() -> None:
    class Wrong:
        name = "wrong"

        def identify(self, _export: object) -> float:
            return 1.0

    fault = ask(Wrong(), BytesFile("a", b""))  # type: ignore[arg-type]
    assert fault is not None
    assert fault.kind == "opinion"
