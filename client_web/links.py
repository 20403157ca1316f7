"""Addresses on these pages."""

from __future__ import annotations

from urllib.parse import urlencode

from client_web.periods import Period

__all__ = ["link", "records_link"]


def link(path: str, **arguments: str | int | None) -> str:
    """An address; arguments that are empty are left out, and ``from_`` stands for ``from``."""
    query = urlencode({name.rstrip("_"): value for name, value in arguments.items() if value})
    return f"{path}?{query}" if query else path


def records_link(measure: str, period: Period | None, **filters: str | None) -> str:
    """Address of the records behind one figure: its measure, its period and its filters."""
    days = {"from_": period.first.isoformat(), "to": period.last.isoformat()} if period else {"period": "all"}
    return link("/records", measure=measure, **days, **filters)
