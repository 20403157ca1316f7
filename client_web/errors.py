"""Errors of the pages.

PageError (vocab.errors.ProjectError)
├── BadAddressError    400  an address or form that no page of ours makes
├── NotHeldError       404  a record, offer or request that is not there
├── BusyError          409  the pod is being moved, linked or erased, or other work runs
├── StrangeLoginError  403  an answer to a login that nobody here waits for
└── FaultError         500  a fault of ours
"""

from __future__ import annotations

from vocab.errors import ProjectError

__all__ = ["BadAddressError", "BusyError", "FaultError", "NotHeldError", "PageError", "StrangeLoginError"]


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


class BusyError(PageError):
    """The pod is being moved, linked or erased, or other work runs."""

    code = "busy"
    hint = "Wait until it has ended, then try again."
    http_status = 409


class StrangeLoginError(PageError):
    """An answer to a login that nobody here waits for."""

    code = "strange_login"
    hint = "Begin again on the page Pod if you want to log in."
    http_status = 403


class FaultError(PageError):
    """A fault of ours, of which no more may be told: a message may hold what records say."""

    code = "page_fault"
    hint = "Run: pod-agent doctor"
