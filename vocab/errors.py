"""The root of every error that this project raises on purpose.

    ProjectError
    ├── vocab.errors.VocabularyError     a name, record or message that the vocabulary does not allow
    ├── consent.errors.ConsentError      a disclosure that no live grant permits
    ├── pod_agent.errors.AgentError      the person's side
    └── aggregator.errors.AggregatorError  the businesses' side

One class per failure. The class carries its code, its next step and how it ends: ``cli`` turns
``exit_status`` into the exit status and the web applications turn ``http_status`` into the response.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = ["InvalidShareError", "InvalidTokenError", "ProjectError", "UnknownNameError", "VocabularyError"]


class ProjectError(Exception):
    """Root of every error raised on purpose; ``str(error)`` says what happened, ``hint`` what to do next."""

    code: ClassVar[str] = "project_error"
    hint: str = ""
    exit_status: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class VocabularyError(ProjectError):
    """A value that the vocabulary does not allow."""

    code = "invalid_value"
    hint = "See docs/reference for the names and values that are allowed."
    exit_status = 2
    http_status = 400


class UnknownNameError(VocabularyError):
    """A name outside one of the closed sets of the vocabulary."""

    code = "unknown_name"


class InvalidShareError(VocabularyError):
    """A share, proof or sealed message that does not hold; the report it belongs to is left out of the sum."""

    code = "invalid_share"
    hint = "The report was made wrongly or was changed on its way; the others are not touched by it."


class InvalidTokenError(InvalidShareError):
    """A report whose token was made for another, or by nobody of the study's issuers."""

    code = "invalid_token"
    hint = "Only a report counts that carries a token of one of the study's issuers for this report."
