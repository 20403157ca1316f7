"""Reading: a question taken apart into names, times, limits and roles; what was not understood stays in ``left``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from pod_agent.assistant.dates import MONTHS, NUMBERS, WEEKDAYS, Times, read_times
from pod_agent.assistant.lexicon import Kind, Lexicon, Name
from pod_agent.assistant.plan import Period, Refusal
from pod_agent.assistant.refusals import refuse
from pod_agent.assistant.text import canonical, nearest
from pod_agent.assistant.words import BROAD, FILLER, ITEMS, NARROW, POLITE, ROLES, SHORT, SPELLABLE
from vocab.query import Filter

__all__ = ["Reading", "read"]

MONEY: tuple[Kind, ...] = ("merchant", "person")
LISTENING: tuple[Kind, ...] = ("artist", "track", "album", "podcast")
SOUND = (
    r"\b(?:play(?:s|ed|ing)?|listen(?:s|ed|ing)?|songs?|tracks?|artists?|albums?|podcasts?|episodes?|music"
    r"|skip(?:s|ped)?"
    r"|singers?|bands?|heard|tunes?|stream(?:ed|s)?)\b"
)
PAID = (
    r"\b(?:spen[dt]|spending|pay|paid|cost|costs|bill|bought|buy|money|purchases?|payments?|transactions?"
    r"|sgd|charged?)\b"
)
AMOUNT = (
    r"\$? ?(\d+(?:\.\d+)?)(?: ?(?:\$|dollars|bucks))?(?! (?:times|days|months|weeks|minutes|hours|plays"
    r"|purchases))(?![\d./-])"
)
LIMITS = (
    (r"(?:over|above|more than|exceeding|greater than|bigger than|larger than|higher than|costing more than)", "gt"),
    (r"(?:at least|no less than|not less than|minimum of)", "ge"),
    (r"(?:under|below|less than|cheaper than|smaller than|lower than)", "lt"),
    (r"(?:at most|no more than|not more than|up to|maximum of)", "le"),
)
COUNTED = (
    r"(?:\w+ ){0,2}?(?:merchants|shops|stores|places|restaurants|categories|artists|songs|tracks|albums"
    r"|podcasts|purchases|payments|transactions|supermarkets|bands|singers)"
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
    K an account; the number after the letter is the place in the list.
    """

    text: str
    sound: bool
    names: list[tuple[Name, ...]] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    ends: list[tuple[Period, Period] | None] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    parts: list[tuple[str, str]] = field(default_factory=list)
    limits: list[Filter] = field(default_factory=list)
    days: list[Filter] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)
    top: int | None = None
    left: list[str] = field(default_factory=list)
    refusal: Refusal | None = None

    @property
    def roles(self) -> set[str]:
        """The roles that occur."""
        return set(re.findall(r"\b[A-Z]{2,}\b", self.text))

    def marks(self, letters: str) -> list[str]:
        """Marks of these letters, in the order of the text."""
        return re.findall(rf"\b[{letters}]\d+\b", self.text)


def read(question: str, lexicon: Lexicon, today: date) -> Reading:
    """Take a question apart; misspelt words and parts of names are tried only where words were not understood."""
    text = " ".join(SHORT.get(word, word) for word in canonical(question).split())
    text = re.sub(POLITE, " ", text)
    out = _once(text, lexicon, today)
    if out.refusal or not out.left:
        return out
    repaired = " ".join(_repaired(word, out, lexicon) for word in text.split())
    if repaired != text:
        text, out = repaired, _once(repaired, lexicon, today)
        if out.refusal or not out.left:
            return out
    return _with_parts(text, out, lexicon, today)


def _once(text: str, lexicon: Lexicon, today: date, extra: dict[str, tuple[Name, ...]] | None = None) -> Reading:
    sound = bool(re.search(SOUND, text))
    out = Reading(f" {text} ", sound)
    money = bool(re.search(PAID, text))
    kinds = LISTENING if sound and not money else MONEY if money and not sound else MONEY + LISTENING
    _take_names(out, {**lexicon.spellings(kinds), **(extra or {})})
    out.refusal = refuse(out.text.strip())
    if out.refusal:
        return out
    _take_limits(out)
    _take_times(out, read_times(" ".join(out.text.split()), today))
    if out.refusal:
        return out
    _take_days(out)
    _take_accounts(out)
    _take_top(out)
    _take_categories(out, lexicon)
    for pattern, role in ROLES:
        out.text = pattern.sub(f" {role} ", out.text)
    out.text = " ".join(out.text.split())
    words = [word for word in out.text.split() if not re.fullmatch(r"[A-Z]+\d*", word)]
    out.left = [word for word in words if word not in FILLER]
    return out


def _take_names(out: Reading, spellings: dict[str, tuple[Name, ...]]) -> None:
    """Replace full names by marks, the longest first; a name that is a common word only where it must be one."""
    for key in sorted((key for key in spellings if f" {key.removesuffix('s')}" in out.text), key=len, reverse=True):
        for spelling in dict.fromkeys((key, f"{key}s", key.removesuffix("s"))):
            pattern = rf"(?<= ){re.escape(spelling)}(?= )"
            if _is_common(spelling):
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


def _take_limits(out: Reading) -> None:
    def between(match: re.Match[str]) -> str:
        out.limits.append(Filter("amount", "between", (float(match[1]), float(match[2]))))
        return f" A{len(out.limits) - 1} "

    out.text = re.sub(rf"\bbetween \$(\d+(?:\.\d+)?) and {AMOUNT}", between, out.text)
    for words, operator in LIMITS:

        def limit(match: re.Match[str], operator: str = operator) -> str:
            out.limits.append(Filter("amount", operator, float(match[1])))
            return f" A{len(out.limits) - 1} "

        out.text = re.sub(rf"\b{words} {AMOUNT}", limit, out.text)


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
        (r"(?:on|with|by|using|to) (?:the |my )?(?:\w+ )?(?:credit card|mastercard|visa|card)", "card"),
        (r"(?:from|on|in|through|by|via|out of) (?:the |my )?(?:ocbc |dbs )?(?:bank )?account", "account"),
    ]
    for pattern, name in table:
        if re.search(rf"\b{pattern}\b", out.text):
            out.text = re.sub(rf"\b{pattern}\b", f" K{len(out.accounts)} ", out.text)
            out.accounts.append(name)


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
    kinds = LISTENING if out.sound else MONEY
    name = lexicon.misspelt(word, kinds)
    named = re.search(rf"\b(?:at|by) {re.escape(word)}\b", out.text) is not None
    return name or (None if named else nearest(word, SPELLABLE, shortest=4)) or word


def _with_parts(text: str, out: Reading, lexicon: Lexicon, today: date) -> Reading:
    """Try runs of words that were not understood as parts of names; several that fit are asked back."""
    kinds = LISTENING if out.sound else MONEY
    extra: dict[str, tuple[Name, ...]] = {}
    for run in _runs(text, out.left):
        near = lexicon.misspelt(run, kinds)
        fits = lexicon.spellings(kinds)[near] if near else lexicon.partly(run, kinds)
        if len(fits) > 1:
            names = [name.text for name in fits][:3]
            out.refusal = Refusal(status="clarify", text=f'Which one do you mean by "{run}"?', choices=tuple(names))
            return out
        if fits:
            extra[run] = fits
    return _once(text, lexicon, today, extra) if extra else out


def _runs(text: str, left: list[str]) -> list[str]:
    runs: list[list[str]] = [[]]
    for word in text.split():
        if word in left:
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    return [" ".join(run) for run in runs if run]
