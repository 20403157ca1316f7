"""YouTube histories for tests: the same facts as JSON and as pages, in several languages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from typing import Any

__all__ = ["ENGLISH", "LANGUAGES", "Fact", "Language", "as_json", "as_page"]

SINGAPORE = timezone(timedelta(hours=8))
WHY = "This activity was saved because the following settings were on:&nbsp;YouTube watch history."


@dataclass(frozen=True, slots=True)
class Language:
    """The verb around a title and how a date is printed, with its zone."""

    before: str
    after: str
    date: Callable[[datetime], str]
    zone: timezone = SINGAPORE


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One row of a history; without ``url`` the title is the whole text of the row."""

    at: datetime = datetime(2026, 3, 7, 13, 5, 9, 876000, tzinfo=UTC)
    title: str = "Ten minute laksa"
    url: str | None = "https://www.youtube.com/watch?v=Lk5a_10min0"
    channel: str | None = "Katong Kitchen"
    channel_url: str | None = "https://www.youtube.com/channel/UCkatongkitchen000000001"
    header: str = "YouTube"
    details: str | None = None
    verb: tuple[str, str] | None = None


def _twelve_hours(at: datetime, half: tuple[str, str], gap: str) -> str:
    return f"{at.hour % 12 or 12}:{at:%M:%S}{gap}{half[at.hour >= 12]}"


MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
GERMAN = timezone(timedelta(hours=2))

ENGLISH = Language(
    "Watched ",
    "",
    lambda at: f"{MONTHS[at.month - 1]} {at.day}, {at.year}, {_twelve_hours(at, ('AM', 'PM'), chr(0x202F))} GMT+08:00",
)

LANGUAGES = {
    "en": ENGLISH,
    "en-GB": Language("Watched ", "", lambda at: f"{at.day} {MONTHS[at.month - 1]} {at.year}, {at:%H:%M:%S} SGT"),
    "de": Language("", " angesehen", lambda at: f"{at:%d.%m.%Y, %H:%M:%S} MESZ", GERMAN),
    "nl": Language(
        "Je hebt naar ",
        " gekeken",
        lambda at: (
            f"{at.day} {'jan feb mrt apr mei jun jul aug sep okt nov dec'.split()[at.month - 1]} {at.year},"
            f" {at:%H:%M:%S} CEST"
        ),
        GERMAN,
    ),
    "ja": Language("", " を視聴しました", lambda at: f"{at:%Y/%m/%d %H:%M:%S} JST", timezone(timedelta(hours=9))),
    "ko": Language(
        "",
        " 을(를) 시청했습니다.",
        lambda at: (
            f"{at.year}. {at.month}. {at.day}. {'오전' if at.hour < 12 else '오후'}"
            f" {_twelve_hours(at, ('', ''), '')} KST"
        ),
        timezone(timedelta(hours=9)),
    ),
    "unknown": Language("Ag féachaint ar ", " anois", lambda at: f"{at:%Y-%m-%d %H:%M:%S} GMT+8"),
}
"""What Google prints for some accounts, and a language that nobody taught the agent."""


def as_json(facts: Iterable[Fact], language: Language = ENGLISH) -> bytes:
    """The facts as Takeout writes them in JSON."""
    return json.dumps([_element(fact, language) for fact in facts], ensure_ascii=False).replace("=", "\\u003d").encode()


def as_page(facts: Iterable[Fact], language: Language = ENGLISH) -> bytes:
    """The facts as Takeout writes them in a page."""
    entries = "".join(_entry(fact, language) for fact in facts)
    style = "<style>.mdl-grid{display:flex}</style>"
    return f'<html><head>{style}</head><body><div class="mdl-grid">{entries}</div></body></html>'.encode()


def _verb(fact: Fact, language: Language) -> tuple[str, str]:
    if fact.url is None:
        return "", ""
    return fact.verb or (language.before, language.after)


def _element(fact: Fact, language: Language) -> dict[str, Any]:
    before, after = _verb(fact, language)
    element: dict[str, Any] = {
        "header": fact.header,
        "title": f"{before}{fact.title}{after}",
        "time": fact.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "products": ["YouTube"],
        "activityControls": ["YouTube watch history"],
    }
    if fact.url is not None:
        element["titleUrl"] = fact.url
    if fact.channel is not None:
        element["subtitles"] = [{"name": fact.channel} | ({"url": fact.channel_url} if fact.channel_url else {})]
    if fact.details is not None:
        element["details"] = [{"name": fact.details}]
    return element


def _entry(fact: Fact, language: Language) -> str:
    before, after = (escape(text).replace(" ", "&nbsp;") for text in _verb(fact, language))
    title = escape(fact.title)
    lines = [title if fact.url is None else f'{before}<a href="{escape(fact.url)}">{title}</a>{after}']
    if fact.channel is not None:
        name = escape(fact.channel)
        lines.append(f'<a href="{escape(fact.channel_url)}">{name}</a>' if fact.channel_url else name)
    lines.append(language.date(fact.at.astimezone(language.zone)))
    details = f"<b>Details:</b><br>&emsp;{escape(fact.details)}<br>" if fact.details is not None else ""
    cell = "content-cell mdl-cell mdl-cell--6-col mdl-typography--body-1"
    return (
        '<div class="outer-cell mdl-cell mdl-cell--12-col mdl-shadow--2dp"><div class="mdl-grid">'
        '<div class="header-cell mdl-cell mdl-cell--12-col">'
        f'<p class="mdl-typography--title">{fact.header}<br></p></div>'
        f'<div class="{cell}">{"<br>".join(lines)}<br></div><div class="{cell} mdl-typography--text-right"></div>'
        '<div class="content-cell mdl-cell mdl-cell--12-col mdl-typography--caption">'
        f"<b>Products:</b><br>&emsp;YouTube<br>{details}<b>Why is this here?</b><br>&emsp;{WHY}</div></div></div>"
    )
