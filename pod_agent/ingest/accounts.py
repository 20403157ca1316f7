"""What a file tells of one account: the sum of its rows, and the balances that it prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from pod_agent.importers.protocol import Statement

__all__ = ["AccountRows", "in_order"]


@dataclass(slots=True)
class AccountRows:
    """The rows of one account and currency in a file; ``number`` is the account's within the file.

    Printed balances leave out what is still pending, so rows that are provisional are summed apart. All sums are in
    minor units.
    """

    number: int
    booked: int = 0
    pending: int = 0
    booked_rows: int = 0
    first: datetime | None = None
    """Time of the first row in the order of the file."""
    last: datetime | None = None
    latest: datetime | None = None

    def add(self, at: datetime, minor: int, *, pending: bool) -> None:
        """Take the next row of the file."""
        if self.latest is None or self.first is None:
            self.first = self.latest = at
        elif at > self.latest:
            self.latest = at
        self.last = at
        if pending:
            self.pending += minor
        else:
            self.booked += minor
            self.booked_rows += 1

    @property
    def sum(self) -> int:
        """What the rows add to a printed balance: those of a PDF statement are all provisional, and all booked."""
        return self.booked if self.booked_rows else self.pending

    @property
    def falls(self) -> bool:
        """Whether the file shows the newest row first."""
        return self.first is not None and self.last is not None and self.last < self.first


def in_order(statements: Sequence[Statement], *, falls: bool) -> list[Statement]:
    """The statements of one account, oldest first, as their balances tell it: one opens with what another closes with.

    Where the balances do not tell, the order of the file's rows does.
    """
    forward = list(statements)
    backward = forward[::-1]
    follow, precede = _links(forward), _links(backward)
    if follow == precede:
        return backward if falls else forward
    return forward if follow > precede else backward


def _links(statements: Sequence[Statement]) -> int:
    return sum(one.closing == other.opening for one, other in pairwise(statements))
