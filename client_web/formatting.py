"""Figures, days and names as people read them; the filters of the templates."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from flask import Flask

from client_web.links import link
from vocab import wording
from vocab.taxonomy import CATEGORIES

__all__ = ["add_filters", "amount_text", "day_text", "minutes_text", "money", "month_text", "number_text"]

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"
WORDS = {"q": "Name", "iri": "Address"}


def money(amount: float | None, *, cents: bool = True) -> str:
    """An amount in SGD: ``S$1,234.50``, with a real minus sign; a dash where there is none."""
    if amount is None:
        return NOTHING
    text = f"{abs(amount):,.2f}" if cents else f"{abs(amount):,.0f}"
    sign = MINUS if amount < 0 and float(text.replace(",", "")) else ""
    return f"{sign}S${text}"


def amount_text(amount: str | None) -> str:
    """An amount without its currency, with a real minus sign; a dash where there is none."""
    return NOTHING if amount is None else f"{Decimal(amount):,}".replace("-", MINUS)


def number_text(number: float | None) -> str:
    """A count with thousands separated."""
    return NOTHING if number is None else f"{number:,.0f}".replace("-", MINUS)


def minutes_text(minutes: float | None) -> str:
    """Minutes as hours and minutes: ``12 h 5 min``."""
    if minutes is None:
        return NOTHING
    hours, rest = divmod(round(minutes), 60)
    return f"{hours:,} h {rest} min" if hours else f"{rest} min"


def day_text(day: date | str) -> str:
    """``5 Oct 2026``."""
    return wording.day_text(date.fromisoformat(day[:10]) if isinstance(day, str) else day)


def month_text(month: str) -> str:
    """``2026-10`` as ``October 2026``."""
    return f"{date.fromisoformat(month + '-01'):%B %Y}"


def name_text(name: str) -> str:
    """A name of a closed set (``eating-out``) as people write it."""
    if name in CATEGORIES:
        return CATEGORIES[name].label
    return WORDS.get(name, name.replace("-", " ").replace("_", " ").capitalize())


def term_text(iri: str) -> str:
    """The last part of a term's IRI as words: ``https://w3id.org/pod-agent#AggregateReporting``."""
    name = re.split(r"[/#]", iri.rstrip("/#"))[-1]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()


def party_text(webid: str) -> str:
    """The host of a WebID, as the short name of a business."""
    return urlsplit(webid).hostname or webid


def file_text(path: str) -> str:
    """The name of a file, or of the member of a zip, without its folders."""
    return path.rsplit("/", 1)[-1].rsplit("\\", 1)[-1]


def folder_text(address: str) -> str:
    """The folder behind a ``file:`` address."""
    return unquote(urlsplit(address).path)


def time_text(at: datetime | str, zone: ZoneInfo | None = None) -> str:
    """``5 Oct 2026, 14:03`` in this zone, or in the one that the value carries."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return wording.time_text(moment.astimezone(zone) if zone else moment)


def size_text(size: int) -> str:
    """Bytes as people read them."""
    for unit, factor in (("MB", 1_000_000), ("KB", 1_000)):
        if size >= factor:
            return f"{size / factor:,.1f} {unit}"
    return f"{size:,} bytes"


def add_filters(app: Flask, zone: ZoneInfo) -> None:
    """Make the functions above known to the templates; times are shown in the person's zone."""
    app.jinja_env.filters.update(
        money=money,
        amount=amount_text,
        number=number_text,
        minutes=minutes_text,
        day=day_text,
        month=month_text,
        name=name_text,
        time=partial(time_text, zone=zone),
        size=size_text,
        part=wording.part_text,
        term=term_text,
        party=party_text,
        file=file_text,
        folder=folder_text,
    )
    app.jinja_env.globals.update(link=link)
