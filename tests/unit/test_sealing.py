"""Sealed files: nothing readable without the key, and a clear word where the key is missing or wrong."""

from __future__ import annotations

import getpass
import stat
from pathlib import Path

import pytest

from pod_agent import sealing
from pod_agent.errors import LocalStateError, PassphraseError
from pod_agent.sealing import PASSPHRASE, SealedFile, forget_passphrase

CONTENT = b"canary-secret" * 3


@pytest.fixture(autouse=True)
def no_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PASSPHRASE, raising=False)
    monkeypatch.setattr(sealing, "_COST", 2)  # guesses are quick
    forget_passphrase()


@pytest.fixture
def sealed(tmp_path: Path) -> SealedFile:
    return SealedFile(tmp_path / "a.sealed", tmp_path / "a.key")


def type_in(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Let a person at a terminal give these answers; the questions that were asked."""
    asked: list[str] = []
    left = list(answers)

    def answer(question: str) -> str:
        asked.append(question)
        return left.pop(0)

    monkeypatch.setattr(sealing, "_on_terminal", lambda: True)
    monkeypatch.setattr(getpass, "getpass", answer)
    return asked


def test_without_a_passphrase_a_key_of_its_own_seals_the_file(sealed: SealedFile, tmp_path: Path) -> None:
    assert sealed.read() is None
    sealed.write(CONTENT)
    assert sealed.read() == CONTENT
    assert CONTENT not in (tmp_path / "a.sealed").read_bytes()
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    assert "beside it" in sealed.place()


def test_a_passphrase_of_the_environment_seals_the_file(
    sealed: SealedFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSPHRASE, "open sesame")
    sealed.write(CONTENT)
    assert sealed.read() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["a.sealed"]
    assert "your passphrase" in sealed.place()
    monkeypatch.setenv(PASSPHRASE, "open barley")
    with pytest.raises(PassphraseError, match="does not open") as caught:
        sealed.read()
    assert "barley" not in f"{caught.value} {caught.value.hint}"
    monkeypatch.delenv(PASSPHRASE)
    with pytest.raises(PassphraseError, match="none was given"):
        sealed.read()


def test_writing_twice_never_uses_the_same_nonce(
    sealed: SealedFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSPHRASE, "open sesame")
    written = set()
    for _ in range(3):
        sealed.write(CONTENT)
        written.add((tmp_path / "a.sealed").read_bytes()[-len(CONTENT) - 16 :])
    assert len(written) == 3


def test_a_passphrase_that_is_set_later_replaces_the_key(
    sealed: SealedFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed.write(CONTENT)
    monkeypatch.setenv(PASSPHRASE, "open sesame")
    assert sealed.read() == CONTENT
    sealed.write(CONTENT + b"!")
    assert sealed.read() == CONTENT + b"!"
    assert not (tmp_path / "a.key").exists()


def test_a_terminal_is_asked_once(sealed: SealedFile, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(asked := type_in(monkeypatch, "open sesame", "open sesame")) == 0
    sealed.write(CONTENT)
    assert sealed.read() == CONTENT
    assert len(asked) == 2
    forget_passphrase()
    asked = type_in(monkeypatch, "open barley", "open sesame")
    with pytest.raises(PassphraseError, match="does not open"):
        sealed.read()
    assert sealed.read() == CONTENT
    sealed.write(CONTENT)
    assert len(asked) == 2


def test_a_child_process_gets_the_passphrase_that_was_typed(
    sealed: SealedFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sealed.environment() == {}
    type_in(monkeypatch, "open sesame", "open sesame")
    sealed.write(CONTENT)
    assert sealed.environment() == {PASSPHRASE: "open sesame"}
    forget_passphrase()
    assert len(type_in(monkeypatch, "open sesame")) == 0
    assert sealed.environment() == {PASSPHRASE: "open sesame"}
    monkeypatch.setenv(PASSPHRASE, "open sesame")
    assert sealed.environment() == {}


def test_a_passphrase_that_was_mistyped_seals_nothing(
    sealed: SealedFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, *("open sesame", "open sesane") * 3)
    with pytest.raises(PassphraseError, match="differ"):
        sealed.write(CONTENT)
    assert list(tmp_path.iterdir()) == []


def test_a_passphrase_that_was_mistyped_is_asked_for_again(sealed: SealedFile, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, "open sesame", "open sesane", "open sesame", "open sesame")
    sealed.write(CONTENT)
    assert "your passphrase" in sealed.place()
    assert sealed.read() == CONTENT


def test_an_empty_passphrase_means_a_key_in_a_file(sealed: SealedFile, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, "")
    sealed.write(CONTENT)
    assert "beside it" in sealed.place()
    assert sealed.read() == CONTENT


@pytest.mark.parametrize("place", [0, 25, 40, 60, -1])
def test_a_changed_byte_is_found(sealed: SealedFile, tmp_path: Path, place: int) -> None:
    sealed.write(CONTENT)
    content = bytearray((tmp_path / "a.sealed").read_bytes())
    content[place] ^= 1
    (tmp_path / "a.sealed").write_bytes(content)
    with pytest.raises(LocalStateError):
        sealed.read()


@pytest.mark.parametrize("key", [None, b"", b"short", b"x" * 32])
def test_a_missing_or_foreign_key_is_told(sealed: SealedFile, tmp_path: Path, key: bytes | None) -> None:
    sealed.write(CONTENT)
    (tmp_path / "a.key").unlink()
    if key is not None:
        (tmp_path / "a.key").write_bytes(key)
    with pytest.raises(LocalStateError, match=r"a\.key") as caught:
        sealed.read()
    assert "pod link" in caught.value.hint


def test_a_truncated_file_is_told(sealed: SealedFile, tmp_path: Path) -> None:
    sealed.write(CONTENT)
    (tmp_path / "a.sealed").write_bytes((tmp_path / "a.sealed").read_bytes()[:50])
    with pytest.raises(LocalStateError, match="damaged"):
        sealed.read()


def test_removing_takes_the_key_along(sealed: SealedFile, tmp_path: Path) -> None:
    sealed.write(CONTENT)
    assert sealed.remove()
    assert not sealed.remove()
    assert list(tmp_path.iterdir()) == []
