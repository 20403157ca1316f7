"""The one form of a moment in every document of ours: UTC, whole seconds, ``Z`` (RFC 3339)."""

from __future__ import annotations

from datetime import UTC, datetime

from vocab.errors import VocabularyError

__all__ = ["utc_moment", "utc_text"]

FORM = "%Y-%m-%dT%H:%M:%SZ"


def utc_text(moment: datetime) -> str:
    """``2026-11-21T08:00:00Z``, of a moment in UTC."""
    return moment.strftime(FORM)


def utc_moment(text: str) -> datetime:
    """The moment of a text in exactly this form; VocabularyError for any other."""
    try:
        moment = datetime.strptime(text, FORM).replace(tzinfo=UTC)
    except ValueError as error:
        raise VocabularyError(f"a time is written like 2026-11-21T08:00:00Z, not {text[:40]!r}") from error
    if utc_text(moment) != text:  # strptime takes 2026-1-1 too
        raise VocabularyError(f"a time is written like 2026-11-21T08:00:00Z, not {text[:40]!r}")
    return moment
