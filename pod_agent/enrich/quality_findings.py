"""What a check of an import says: a finding in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

__all__ = ["Finding", "Severity", "day_text", "month_text", "plural", "share_text"]


class Severity(StrEnum):
    """Whether a finding is worth knowing, or worth doing something about."""

    NOTE = "note"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found: ``code`` names the check (``docs/reference/importers.md``), ``count`` what it counted.

    ``text`` is for the person and may hold amounts: it is kept in their pod and never logged.
    """

    code: str
    severity: Severity
    text: str
    count: int

    def to_json(self) -> dict[str, Any]:
        """The finding in the document of ``pod-agent import --json``."""
        return {"code": self.code, "severity": self.severity.value, "text": self.text, "count": self.count}


def plural(number: int, one: str, many: str = "") -> str:
    """``1 row``, ``1,200 rows``."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def share_text(part: int, whole: int) -> str:
    """``12 %``; never 0 % where there is one, never 100 % where one lacks."""
    percent = round(100 * part / whole)
    if percent == 0 and part:
        return "less than 1 %"
    return "more than 99 %" if percent == 100 and part < whole else f"{percent} %"


def day_text(day: int) -> str:
    """The day with this ordinal as people write it: ``5 Oct 2026``."""
    found = date.fromordinal(day)
    return f"{found.day} {found:%b %Y}"


def month_text(month: int) -> str:
    """The month with this number (year times 12 plus month less 1): ``October 2026``."""
    return f"{date(month // 12, month % 12 + 1, 1):%B %Y}"
