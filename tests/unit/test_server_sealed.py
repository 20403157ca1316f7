"""Sealed streams: what goes in comes out, and nothing that was changed, cut or moved does."""

from __future__ import annotations

import io
import itertools

import pytest

from pod_agent.errors import PassphraseError, UsageError
from pod_agent.pods.hosting.sealed import MAGIC, SealedReader, SealedWriter

CHUNK = 1 << 20
SEALED_CHUNK = CHUNK + 16
HEADER = len(MAGIC) + 16 + 7
PASSPHRASE = "a passphrase"


@pytest.fixture(autouse=True)
def _quick_guesses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pod_agent.sealing._COST", 2)


def seal(content: bytes, piece: int = 300_000) -> bytes:
    target = io.BytesIO()
    with SealedWriter(target, PASSPHRASE) as sealing:
        for start in range(0, len(content), piece):
            sealing.write(content[start : start + piece])
    return target.getvalue()


def unseal(sealed: bytes, passphrase: str = PASSPHRASE) -> bytes:
    return io.BufferedReader(SealedReader(io.BytesIO(sealed), passphrase)).read()


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK - 7])
def test_what_was_sealed_is_opened(length: int) -> None:
    content = bytes(itertools.islice(itertools.cycle(range(251)), length))
    sealed = seal(content)
    assert unseal(sealed) == content
    assert content[:1000] not in sealed or length < 30


def test_two_seals_of_the_same_have_nothing_in_common() -> None:
    one, other = seal(b"the same"), seal(b"the same")
    assert one[len(MAGIC) :][:23] != other[len(MAGIC) :][:23]
    assert one[-16:] != other[-16:]


def test_another_passphrase_opens_nothing() -> None:
    with pytest.raises(PassphraseError):
        unseal(seal(b"rows"), "another")


@pytest.mark.parametrize("place", [len(MAGIC), HEADER - 1, HEADER, HEADER + CHUNK, -1])
def test_a_changed_byte_is_found(place: int) -> None:
    sealed = bytearray(seal(b"x" * (CHUNK + 50)))
    sealed[place] ^= 1
    with pytest.raises(PassphraseError):
        unseal(bytes(sealed))


def test_chunks_that_are_cut_off_repeated_or_moved_are_found() -> None:
    sealed = seal(b"".join(bytes([number]) * CHUNK for number in range(3)) + b"end")
    head, body = sealed[:HEADER], sealed[HEADER:]
    chunks = [body[start : start + SEALED_CHUNK] for start in range(0, len(body), SEALED_CHUNK)]
    assert len(chunks) == 4
    for wrong in (chunks[:3], chunks[:2], [], [chunks[1], chunks[0], *chunks[2:]], [*chunks, chunks[3]], chunks[1:]):
        with pytest.raises(PassphraseError):
            unseal(head + b"".join(wrong))
    with pytest.raises(PassphraseError):
        unseal(sealed[:-1])


def test_something_else_is_no_sealed_file() -> None:
    with pytest.raises(UsageError):
        SealedReader(io.BytesIO(b"\x1f\x8b something else that is long enough for a header of ours"), "a passphrase")
