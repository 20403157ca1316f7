"""Models of sentence-transformers that the person has in a folder: one for vectors, one that compares pairs of texts.

Only local files are read, none of their code is run, and weights that are pickles, which could run some, are refused.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pod_agent.errors import DamagedModelError, MissingExtraError

__all__ = ["PairModel", "SentenceModel"]

INSTALL: Final = "pip install 'pod-agent[sentence-transformers]'"
SAVED: Final = "Name a folder that sentence-transformers saved, or take what came with the agent: built-in."
LONGEST: Final = 8_192
OFFLINE: Final = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
"""Read by the libraries when they are imported; without them a missing file would be asked for on the network."""


class SentenceModel:
    """A model that makes vectors of texts; read from ``folder`` by the first call. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = _folder(folder)
        self.name = _name(self.folder)
        self._lock = Lock()
        self._loaded: Any = None

    def tried(self) -> Path:
        """The folder, once the model in it has made a vector; errors as ``embed``."""
        rows = self.embed(["a shop that sells bread"])
        if not (rows.shape[1] and np.isfinite(rows).all()):
            raise DamagedModelError(f"{self.folder.name} makes no vectors", hint=SAVED)
        return self.folder

    @property
    def size(self) -> int:
        """Numbers in one vector."""
        return int(self._ready().get_embedding_dimension())

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row of length 1 for each text, in their order.

        MissingExtraError without the extra ``sentence-transformers``, DamagedModelError where the folder is no model.
        """
        readable = [_readable(text) for text in texts]
        model = self._ready()
        try:
            rows = model.encode(readable, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False)
        except (ValueError, LookupError, RuntimeError, TypeError, AttributeError) as error:
            raise DamagedModelError(f"{self.folder.name} makes no vectors of texts", hint=SAVED) from error
        return np.asarray(rows, dtype=np.float32).reshape(len(texts), -1)

    def _ready(self) -> Any:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load("SentenceTransformer", self.folder)
            return self._loaded


class PairModel:
    """A cross-encoder: says how well a text answers a question. Read from ``folder`` by the first call."""

    def __init__(self, folder: Path) -> None:
        self.folder = _folder(folder)
        self._lock = Lock()
        self._loaded: Any = None

    def tried(self) -> Path:
        """The folder, once the model in it has compared two texts; errors as ``scores``."""
        [score] = self.scores("bread", ["a shop that sells bread"])
        if not np.isfinite(score):
            raise DamagedModelError(f"{self.folder.name} gives no number for a pair of texts", hint=SAVED)
        return self.folder

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """One number for each text, larger where it fits better; errors as ``SentenceModel.embed``."""
        if not texts:
            return []
        with self._lock:
            if self._loaded is None:
                self._loaded = _load("CrossEncoder", self.folder)
        pairs = [(_readable(question), _readable(text)) for text in texts]
        try:
            found = np.asarray(self._loaded.predict(pairs, show_progress_bar=False), dtype=np.float64)
        except (ValueError, LookupError, RuntimeError, TypeError, AttributeError) as error:
            raise DamagedModelError(f"{self.folder.name} compares no texts", hint=SAVED) from error
        if found.shape != (len(texts),):
            raise DamagedModelError(
                "the model gives no single number for a pair of texts", hint="Choose a cross-encoder."
            )
        return [float(number) for number in found]


def _folder(folder: Path) -> Path:
    folder = folder.expanduser().resolve()
    described = [folder / name for name in ("modules.json", "config.json") if (folder / name).is_file()]
    if not (described and all(map(_is_json, described))):
        raise DamagedModelError(f"{folder.name} is no folder of a sentence-transformers model", hint=SAVED)
    if not any(folder.rglob("*.safetensors")):
        raise DamagedModelError(f"{folder.name} holds no weights as .safetensors", hint=SAVED)
    return folder


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return True


def _name(folder: Path) -> str:
    """The folder's name with a digest of what lies in it, by name, size and time of change."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    told = [f"{path.relative_to(folder)}\0{path.stat().st_size}\0{path.stat().st_mtime_ns}" for path in files]
    return f"{folder.name}-{hashlib.blake2b(chr(10).join(told).encode(), digest_size=8).hexdigest()}"


def _load(kind: str, folder: Path) -> Any:
    os.environ.update(OFFLINE)
    try:
        import sentence_transformers  # noqa: PLC0415 - an extra, and seconds to load
    except ImportError as error:
        raise MissingExtraError("a model of your own needs sentence-transformers", hint=INSTALL) from error
    options: dict[str, Any] = {"device": "cpu", "local_files_only": True, "model_kwargs": {"use_safetensors": True}}
    try:
        return getattr(sentence_transformers, kind)(str(folder), **options)
    except Exception as error:  # whatever a strange file makes the libraries raise
        raise DamagedModelError(f"{folder.name} cannot be read as a model", hint=SAVED) from error


def _readable(text: str) -> str:
    return text[:LONGEST].encode("utf-8", "replace").decode()
