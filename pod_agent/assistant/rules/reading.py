"""Reading: a question taken apart into names, times, limits and roles; what was not understood stays in ``left``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from pod_agent.assistant.plan import Period, Refusal
from pod_agent.assistant.rules.bounds import Bound, take_bounds
from pod_agent.assistant.rules.dates import MONTHS, NUMBERS, WEEKDAYS, Times, read_times
from pod_agent.assistant.rules.hours import take_hours
from pod_agent.assistant.rules.lexicon import Kind, Lexicon, Name
from pod_agent.assistant.rules.limits import take_limits
from pod_agent.assistant.rules.refusals import refuse
from pod_agent.assistant.rules.text import canonical, nearest
from pod_agent.assistant.rules.topic_words import FILLERS, TOPIC_ROLES
from pod_agent.assistant.rules.topics import NAMES_OF, PAID, SOUND, Topic
from pod_agent.assistant.rules.words import BROAD, FILLER, ITEMS, NARROW, POLITE, ROLES, SHORT, SPELLABLE
from vocab.query import Filter

__all__ = ["Reading", "plain", "read"]

MONEY: tuple[Kind, ...] = ("merchant", "person")
LISTENING: tuple[Kind, ...] = ("artist", "track", "album", "podcast")
COUNTED = (
    r"(?:\w+ ){0,2}?(?:merchants|shops|stores|places|restaurants|categories|artists|songs|tracks|albums"
    r"|podcasts|purchases|payments|transactions|supermarkets|bands|singers|channels|videos|products|items|orders"
    r"|subscriptions|youtubers)"
)

PLACES = r"\b(?:restaurants?|eatery|eateries|super ?markets?|grocers?|grocery stores?)\b"
"""Words that name a category and the shops of it at once."""
COMMON_NAME = (
    r"(?:(?<= by )|(?<= play )|(?<= played )|(?<= artist )|(?<= song )|(?<= listen to )|(?<= listened to )){}(?= )"
)
"""Where a name that is also a common word, such as a month, is a name: as what was played."""


@dataclass(slots=True)
class Reading:
    """The parts of a question.

    ``text`` holds roles and marks: P a period, E a name, C a category, N a part of one, A a limit, D days of the week,
    K an account, B a bound of health, H hours of the day; the number after the letter is the place in the list.
    ``question`` is what was read, with misspelt words put right.
    """

    text: str
    sound: bool
    topic: Topic = ""
    names: list[tuple[Name, ...]] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    ends: list[tuple[Period, Period] | None] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    parts: list[tuple[str, str]] = field(default_factory=list)
    limits: list[Filter] = field(default_factory=list)
    days: list[Filter] = field(default_factory=list)
    accounts: list[tuple[str, str]] = field(default_factory=list)
    bounds: list[Bound] = field(default_factory=list)
    hours: list[Filter] = field(default_factory=list)
    top: int | None = None
    left: list[str] = field(default_factory=list)
    refusal: Refusal | None = None
    question: str = ""

    @property
    def roles(self) -> set[str]:
        """The roles that occur."""
        return set(re.findall(r"\b[A-Z]{2,}\b", self.text))

    def marks(self, letters: str) -> list[str]:
        """Marks of these letters, in the order of the text."""
        return re.findall(rf"\b[{letters}]\d+\b", self.text)


def plain(question: str) -> str:
    """The question in canonical spelling, without short forms and politeness."""
    text = " ".join(SHORT.get(word, word) for word in canonical(question).split())
    return " ".join(re.sub(POLITE, " ", text).split())


def read(text: str, lexicon: Lexicon, today: date, topic: Topic = "") -> Reading:
    """Take a plain question apart; misspelt words and parts of names are tried only where words were not understood."""
    out = _once(text, lexicon, today, topic)
    if out.refusal or not out.left:
        return out
    repaired = " ".join(_repaired(word, out, lexicon) for word in text.split())
    if repaired != text:
        text, out = repaired, _once(repaired, lexicon, today, topic)
        if out.refusal or not out.left:
            return out
    return _with_parts(text, out, lexicon, today)


def _kinds(topic: Topic, *, sound: bool) -> tuple[Kind, ...]:
    """What a name that is only nearly given may be."""
    return NAMES_OF[topic] if topic else LISTENING if sound else MONEY


def _once(
    text: str, lexicon: Lexicon, today: date, topic: Topic, extra: dict[str, tuple[Name, ...]] | None = None
) -> Reading:
    if topic == "health" and re.search(r"\b(?:sleep|slept|asleep)\b", text):
        text = re.sub(r"\blast night\b", "today", text)  # a night belongs to the day of waking up
    sound = bool(re.search(SOUND, text))
    out = Reading(f" {text} ", sound, topic, question=text)
    money = bool(re.search(PAID, text))
    kinds = MONEY + LISTENING if sound == money else _kinds("", sound=sound)
    if topic:
        kinds = NAMES_OF[topic]
    named = lexicon.long_sections() if topic == "shops" else {}
    _take_names(out, {**lexicon.spellings(kinds), **named, **(extra or {})}, surely=frozenset(extra or ()))
    if topic not in {"health", "subscriptions"}:
        out.text, out.hours = take_hours(out.text)
    out.refusal = refuse(out.text.strip(), topic)
    if out.refusal:
        return out
    if topic == "health":
        out.text, out.bounds = take_bounds(out.text)
    else:
        out.text, out.limits = take_limits(out.text)
    _take_times(out, read_times(" ".join(out.text.split()), today))
    if out.refusal:
        return out
    _take_days(out)
    if not topic:
        _take_accounts(out)
    _take_top(out)
    if not topic:
        _take_categories(out, lexicon)
    for pattern, role in (*TOPIC_ROLES[topic], *ROLES):
        out.text = pattern.sub(f" {role} ", out.text)
    out.text = " ".join(out.text.split())
    words = [word for word in out.text.split() if not re.fullmatch(r"[A-Z]+\d*", word)]
    out.left = [word for word in words if word not in FILLER and word not in FILLERS[topic]]
    return out


def _take_names(out: Reading, spellings: dict[str, tuple[Name, ...]], *, surely: frozenset[str]) -> None:
    """Replace full names by marks, the longest first; a common word that is none of ``surely`` where it must be one."""
    for key in sorted((key for key in spellings if f" {key.removesuffix('s')}" in out.text), key=len, reverse=True):
        for spelling in dict.fromkeys((key, f"{key}s", key.removesuffix("s"))):
            pattern = rf"(?<= ){re.escape(spelling)}(?= )"
            if spelling not in surely and _is_common(spelling):
                pattern = COMMON_NAME.format(re.escape(spelling)) if out.sound else "(?!)"
            if len(spelling) > 2 and re.search(pattern, out.text):
                out.text = re.sub(pattern, f"E{len(out.names)}", out.text)
                out.names.append(spellings[key])


def _is_common(name: str) -> bool:
    if " " in name:
        return all(_is_common(word) for word in name.split())
    if name in FILLER or name in MONTHS or name in WEEKDAYS or name.isdigit():
        return True
    tables = [*BROAD.values(), *NARROW.values()]
    return any(pattern.fullmatch(name) for pattern, _ in ROLES) or any(re.fullmatch(each, name) for each in tables)


def _take_times(out: Reading, times: Times) -> None:
    out.text, out.periods, out.ends = f" {times.text} ", times.periods, times.ends
    if times.vague is not None:
        out.refusal = Refusal(
            status="clarify",
            text=f'Which days do you mean by "{times.vague}"?',
            choices=("the past 30 days", "last month", "this year"),
        )
    elif times.broken is not None:
        out.refusal = Refusal(status="clarify", text="That date does not exist. Which day do you mean?")


def _take_days(out: Reading) -> None:
    names = "|".join(name for name in WEEKDAYS if len(name) > 5)
    table = [
        (
            r"(?:on |at |during |over )?(?:the |a )?week-?ends?(?: only)?|(?:on )?saturdays? (?:and|or) sundays?",
            Filter("weekend", "eq", "weekend"),
        ),
        (
            r"(?:on |during |in )(?:the )?(?:weekdays|week days|working days)|weekdays(?! do)",
            Filter("weekend", "eq", "weekday"),
        ),
    ]
    for pattern, item in table:
        if re.search(rf"\b(?:{pattern})\b", out.text):
            out.text = re.sub(rf"\b(?:{pattern})\b", f" D{len(out.days)} ", out.text)
            out.days.append(item)

    def weekday(match: re.Match[str]) -> str:
        out.days.append(Filter("weekday", "eq", (match[1] or match[2]).capitalize()))
        return f" D{len(out.days) - 1} "

    out.text = re.sub(rf"\b(?:on |every |each )?({names})s\b|\b(?:every|each) ({names})\b", weekday, out.text)


def _take_accounts(out: Reading) -> None:
    table = [
        (
            (
                r"(?:on|with|by|using|to|from|via|through) (?:the |my |our )?((?:\w+ ){0,2}?)((?:credit |debit"
                r" )?card|mastercard|visa|amex)(?: card)?"
            ),
            "card",
        ),
        (r"()((?:credit |debit )?card)(?= (?:purchases?|payments?|spending|transactions?|expenses))", "card"),
        (
            r"(?:from|on|in|through|by|via|out of|using|with) (?:the |my |our )?((?:\w+ ){0,2}?)((?:bank )?account)",
            "account",
        ),
    ]
    for pattern, kind in table:

        def account(match: re.Match[str], kind: str = kind) -> str:
            out.accounts.append((kind, f"{match[1]}{match[2]}"))
            return f" K{len(out.accounts) - 1} "

        out.text = re.sub(rf"\b{pattern}\b(?! fees| charges)", account, out.text)


def _take_top(out: Reading) -> None:
    number = rf"(\d{{1,2}}|{'|'.join(NUMBERS)})"

    def top(match: re.Match[str]) -> str:
        out.top = NUMBERS.get(match[1]) or int(match[1])
        return " TOP " if match[0].strip().startswith("top") else " "

    out.text = re.sub(rf"\btop {number}\b", top, out.text)
    if out.top is None:
        out.text = re.sub(rf"\b{number} (?={COUNTED}\b)", top, out.text)


def _take_categories(out: Reading, lexicon: Lexicon) -> None:
    own = {category for found in lexicon.categories.values() for category in found}
    table = dict(BROAD)
    for category in own - set(BROAD) - {"cash", "income", "transfers"}:
        table[category] = re.escape(canonical(category).replace("-", " "))
    for category, pattern in table.items():
        if re.search(rf"\b{pattern}\b", out.text):
            places = re.search(PLACES, out.text) is not None
            out.text = re.sub(rf"\b{pattern}\b", f"C{len(out.categories)}{' PLACES' if places else ''}", out.text)
            out.categories.append(category)
    for category, pattern in (*NARROW.items(), *((f"{name}*", words) for name, words in ITEMS.items())):
        match = re.search(rf"\b(?:{pattern})\b", out.text)
        if match:
            out.text = re.sub(rf"\b(?:{pattern})\b", f"N{len(out.parts)}", out.text)
            out.parts.append((category, match[0]))


def _repaired(word: str, out: Reading, lexicon: Lexicon) -> str:
    """The word that a word which was not understood comes close to; unknown names at a shop are left as they are."""
    if word not in out.left:
        return word
    kinds = _kinds(out.topic, sound=out.sound)
    if out.topic == "shops" and not lexicon.goods(word):
        near = nearest(word, (each for own in lexicon.products.values() for each in own), shortest=6)
        if near:
            return near
    name = lexicon.misspelt(word, kinds)
    named = re.search(rf"\b(?:at|by) {re.escape(word)}\b", out.text) is not None
    return name or (None if named else nearest(word, SPELLABLE, shortest=4)) or word


def _with_parts(text: str, out: Reading, lexicon: Lexicon, today: date) -> Reading:
    """Try runs of words that were not understood as parts of names; several that fit are asked back."""
    kinds = _kinds(out.topic, sound=out.sound)
    extra: dict[str, tuple[Name, ...]] = {}
    for run in _runs(text, out.left):
        fits = _fitting(run, text, out.topic, lexicon, kinds)
        near = lexicon.sections_near(run) if out.topic == "shops" and not fits else ()
        if near:
            out.refusal = Refusal(status="clarify", text=f'Which section do you mean by "{run}"?', choices=near[:3])
            return out
        if len(fits) > 1:
            names = [name.text for name in fits][:3]
            out.refusal = Refusal(status="clarify", text=f'Which one do you mean by "{run}"?', choices=tuple(names))
            return out
        if fits:
            extra[run] = fits
    return _once(text, lexicon, today, out.topic, extra) if extra else out


def _fitting(run: str, text: str, topic: Topic, lexicon: Lexicon, kinds: tuple[Kind, ...]) -> tuple[Name, ...]:
    """The names that a run of words may mean: products and sections by their words, videos by words of their title."""
    sections_first = re.search(r"\b(?:section|aisle|department)s?\b", text) is not None
    goods = lexicon.goods(run, sections_first=sections_first) if topic == "shops" else ()
    if goods:
        return goods
    near = lexicon.misspelt(run, kinds)
    if near:
        return lexicon.spellings(kinds)[near]
    if topic != "video":
        return lexicon.partly(run, kinds)
    asked = re.search(rf"\b(?:about|called|titled|named) (?:the )?{re.escape(run)}\b", text)
    titles = asked and any(run in key for key in lexicon.spellings(("video",)))
    return lexicon.partly(run, ("channel",)) or ((Name("words", run),) if titles else ())


def _runs(text: str, left: list[str]) -> list[str]:
    runs: list[list[str]] = [[]]
    for word in text.split():
        if word in left:
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    return [" ".join(run) for run in runs if run]
