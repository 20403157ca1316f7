"""What statements on a store look like, whichever database runs them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

__all__ = ["Cursor", "Rows"]


class Cursor(Protocol):
    """What a statement found or did; rows are tuples, binary values ``bytes``."""

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        ...

    def fetchone(self) -> Any:
        """The next row, None after the last."""
        ...

    def fetchall(self) -> list[Any]:
        """The rows that are left."""
        ...

    def __iter__(self) -> Iterator[Any]: ...


class Rows(Protocol):
    """A connection inside a transaction."""

    def execute(self, query: str, parameters: Sequence[object] = ..., /) -> Cursor:
        """Run a statement."""
        ...

    def executemany(self, query: str, parameters: Iterable[Sequence[object]], /) -> object:
        """Run a statement for each set of parameters."""
        ...
