"""Which vectors are nearest: by ChromaDB where it is installed, by numpy otherwise, in the same order.

ChromaDB gives candidates by its graph (HNSW); their order comes from exact products over the vectors of the store, so
that both ways rank alike. It is given vectors and numbers only, never a text: nothing of it could be read in its files
and it has no reason to fetch a model. A new generation of the store gets a folder of its own, the old one is removed.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from pod_agent.assistant.retrieval.store import SearchStore
from pod_agent.storage import make_private_folder

__all__ = ["ChromaVectors", "Near", "NumpyVectors", "VectorIndex", "forget_folders", "nearest", "vector_index"]

FOLDER: Final = "search"
COLLECTION: Final = "documents"
"""ChromaDB takes names of 3 to 512 characters."""
BATCH: Final = 2_000
SEARCHED: Final = 400
"""How many candidates the graph keeps while it is walked, four times ChromaDB's own: it misses fewer then."""


Near = tuple[int, float]
"""The number of a vector and its cosine with what was asked for."""


class VectorIndex(Protocol):
    """The vectors of a store, brought up to it before they are asked."""

    def nearest(self, vector: NDArray[np.float32], limit: int) -> list[Near]:
        """The nearest vectors, nearest first."""
        ...

    def close(self) -> None:
        """Let go of what is held open."""
        ...


class NumpyVectors:
    """All vectors in memory, every one compared: up to 100,000 of them in some 30 ms."""

    def __init__(self, store: SearchStore) -> None:
        self._numbers, self._values = store.vectors()

    def nearest(self, vector: NDArray[np.float32], limit: int) -> list[Near]:
        """The nearest vectors, nearest first."""
        return nearest(self._numbers, self._values, vector, limit)

    def close(self) -> None:
        """Nothing is open."""


class ChromaVectors:
    """The same in ChromaDB: embedded, in a folder of this home, without telemetry."""

    def __init__(self, home: Path, store: SearchStore) -> None:
        import chromadb  # noqa: PLC0415 - an extra, and a second to load
        from chromadb.config import Settings  # noqa: PLC0415

        generation, _, _ = store.edition()
        folder = _folder(home, generation)
        with _one_at_a_time(home):
            forget_folders(home, generation)
            make_private_folder(folder)
            self._client: Any = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
            self._collection = self._client.get_or_create_collection(
                COLLECTION,
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine", "ef_search": SEARCHED}},
            )
            self._fill(store)
            for path in folder.rglob("*"):
                path.chmod(0o700 if path.is_dir() else 0o600)
        self._numbers, self._values = store.vectors()

    def nearest(self, vector: NDArray[np.float32], limit: int) -> list[Near]:
        """The nearest vectors, nearest first."""
        if not len(self._numbers):
            return []
        wanted = min(2 * limit, len(self._numbers))
        found: Any = self._collection.query(query_embeddings=vector[None, :], n_results=wanted, include=[])
        rows = np.searchsorted(self._numbers, np.array([int(each) for each in found["ids"][0]], dtype=np.int64))
        return nearest(self._numbers[rows], self._values[rows], vector, limit)

    def close(self) -> None:
        """Close the files."""
        self._client.close()

    def _fill(self, store: SearchStore) -> None:
        """Add what the collection lacks; nothing is ever taken out of one."""
        held = {int(each) for each in self._collection.get(include=[])["ids"]}
        numbers, values = store.vectors()
        lacking = [row for row, number in enumerate(numbers) if int(number) not in held]
        for start in range(0, len(lacking), BATCH):
            rows = lacking[start : start + BATCH]
            self._collection.add(ids=[str(numbers[row]) for row in rows], embeddings=values[rows])


def vector_index(home: Path, store: SearchStore) -> VectorIndex:
    """The vectors of the store, in ChromaDB if that is installed; in memory where its files cannot be opened.

    Such files are removed: the next process makes them anew. In this one ChromaDB remembers that they were broken.
    """
    if find_spec("chromadb") is None:
        return NumpyVectors(store)
    from chromadb.errors import ChromaError  # noqa: PLC0415 - an extra, and a second to load

    try:
        return ChromaVectors(home, store)
    except (ChromaError, OSError, ValueError, RuntimeError, AttributeError, sqlite3.Error):
        shutil.rmtree(_folder(home, store.edition()[0]), ignore_errors=True)
        return NumpyVectors(store)


def forget_folders(home: Path, current: str) -> None:
    """Remove the folders of other generations than this one: they may hold vectors of what is gone."""
    for other in (home / FOLDER).glob("chroma-*"):
        if other != _folder(home, current):
            shutil.rmtree(other, ignore_errors=True)


def _folder(home: Path, generation: str) -> Path:
    return home / FOLDER / f"chroma-{generation or 0}"


def nearest(
    numbers: NDArray[np.int64], values: NDArray[np.float32], vector: NDArray[np.float32], limit: int
) -> list[Near]:
    """The rows with the largest product with the vector, a cosine; of equal ones the lowest number first."""
    if not len(numbers):
        return []
    cosines = np.round(values @ vector, 6)
    order = np.lexsort((numbers, -cosines))[:limit]
    return [(int(numbers[row]), float(cosines[row])) for row in order]


@contextlib.contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    """Hold the lock under which the folder of vectors is made; it ends with the process."""
    path = home / FOLDER / "lock.sqlite"
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, isolation_level=None, timeout=60)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        connection.close()
