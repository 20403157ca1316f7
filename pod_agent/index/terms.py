"""Every distinct text of a dimension once, by number."""

from __future__ import annotations

import sqlite3

__all__ = ["Terms"]


class Terms:
    """Numbers of the texts that dimensions hold; new texts are added as they come."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._numbers: dict[str, int] = {}

    def number(self, text: str | None) -> int | None:
        """The text's number; None for no text or an empty one."""
        return self.required(text) if text else None

    def required(self, text: str) -> int:
        """The text's number, also for an empty text."""
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = self._look_up(text)
        return number

    def _look_up(self, text: str) -> int:
        row = self._connection.execute("SELECT id FROM term WHERE text = ?", (text,)).fetchone()
        if row is not None:
            return int(row[0])
        cursor = self._connection.execute("INSERT INTO term (text, folded) VALUES (?, ?)", (text, text.casefold()))
        return int(cursor.lastrowid or 0)
