"""The helper's count of valid reports by the issuer of their tokens: how many, never whose.

The collection is refused where one issuer has more than half. Leaving out its surplus instead would let that operator
choose, by how many people it makes up, whose reports are left out (docs/decisions/0020).
"""

from __future__ import annotations

from collections.abc import Mapping

from aggregator.errors import OneIssuerError
from aggregator.store import Rows
from vocab.study import Study

__all__ = ["add_vouched", "check_vouched"]

ADD = (
    "INSERT INTO vouched VALUES (?, ?, ?)"
    " ON CONFLICT (task, issuer) DO UPDATE SET accepted = vouched.accepted + excluded.accepted"
)


def add_vouched(rows: Rows, task: bytes, counted: Mapping[int, int]) -> None:
    """Count a job's valid reports."""
    for issuer, accepted in sorted(counted.items()):
        rows.execute(ADD, (task, issuer, accepted))


def check_vouched(rows: Rows, study: Study) -> None:
    """OneIssuerError if one issuer vouches for more than half of a study's valid reports."""
    query = "SELECT accepted FROM vouched WHERE task = ?"
    counts = [count for (count,) in rows.execute(query, (study.task_id,)).fetchall()]
    if study.issuers and 2 * max(counts, default=0) > sum(counts):
        raise OneIssuerError("one pod operator vouches for more than half of the valid reports")
