"""The fault of one row: raised while the row is read, and an Issue of the import in its place."""

from __future__ import annotations

from pod_agent.importers.protocol import MAX_RAW, Issue

__all__ = ["RowError"]


class RowError(Exception):
    """One row cannot be read: a code and what is wrong, in words that repeat none of its values.

    ``column`` is the column or field at fault. Raise a new one for each row: an error that is raised again keeps what
    it was raised from before.
    """

    def __init__(self, code: str, detail: str, column: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.column = column

    def issue(self, line: int, raw: str | None = None) -> Issue:
        """The issue to yield for the row that stands on this line; ``raw`` is the row as it stood."""
        raw = None if raw is None else raw[:MAX_RAW]
        return Issue(line=line, code=self.code, detail=str(self), column=self.column, raw=raw)
