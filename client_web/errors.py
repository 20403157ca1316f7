"""Errors of the pages.

PageError (vocab.errors.ProjectError)
├── BadAddressError    400  an address or form that no page of ours makes
└── NotHeldError       404  a record, offer or request that is not there
"""

from __future__ import annotations

from vocab.errors import ProjectError

__all__ = ["BadAddressError", "NotHeldError", "PageError"]


class PageError(ProjectError):
    """Root of the errors of the pages."""

    code = "page_error"


class BadAddressError(PageError):
    """An address or form that no page of ours makes."""

    code = "bad_address"
    hint = "Go back and choose on the page."
    exit_status = 2
    http_status = 400


class NotHeldError(PageError):
    """A record, offer or request that is not there, or not any more."""

    code = "not_held"
    hint = "It may have been removed since the page was drawn. Go back and reload."
    exit_status = 2
    http_status = 404
