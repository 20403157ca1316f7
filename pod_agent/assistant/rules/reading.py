"""Reading: a question taken apart into names, times, limits and roles; what was not understood stays in ``left``."""

from __future__ import annotations

import re
from datetime import date

from pod_agent.assistant.plan import Refusal
from pod_agent.assistant.rules.bounds import take_bounds
from pod_agent.assistant.rules.common_names import names_a_place
from pod_agent.assistant.rules.currencies import take_currency
from pod_agent.assistant.rules.dates import MONTHS, NUMBERS, WEEKDAYS, Times, read_times
from pod_agent.assistant.rules.early import EARLY
from pod_agent.assistant.rules.harmless import HARMLESS
from pod_agent.assistant.rules.hours import take_hours
from pod_agent.assistant.rules.lexicon import Lexicon, Name
from pod_agent.assistant.rules.life_words import respelt
from pod_agent.assistant.rules.limits import about_amount, take_limits
from pod_agent.assistant.rules.naming import (
    LISTENING,
    MONEY,
    fitting,
    kinds_of,
    near_names,
    put_right,
    runs_of,
    take_names,
)
from pod_agent.assistant.rules.numerals import in_digits
from pod_agent.assistant.rules.parts import Reading
from pod_agent.assistant.rules.phrases import rewritten, rewritten_marks
from pod_agent.assistant.rules.refusals import refuse
from pod_agent.assistant.rules.spelling import POLITE, SHORT
from pod_agent.assistant.rules.spoken import take_corrections
from pod_agent.assistant.rules.text import canonical
from pod_agent.assistant.rules.topic_words import FILLERS, TOPIC_ROLES
from pod_agent.assistant.rules.topics import NAMES_OF, PAID, SOUND, Topic
from pod_agent.assistant.rules.words import BROAD, FILLER, ITEMS, NARROW, ROLES
from vocab.query import Filter

__all__ = ["Reading", "plain", "read"]

EXTREME = r"(?:best|worst|biggest|highest|lowest|longest|shortest|most|fewest|least|busiest|laziest)"
COUNTED = (
    r"(?:\w+ ){0,3}?(?:merchants|shops|stores|places|restaurants|categories|artists|songs|tracks|albums"
    r"|podcasts|purchases|payments|transactions|supermarkets|bands|singers|channels|videos|products|items|orders"
    r"|subscriptions|youtubers|refunds|withdrawals|transfers)"
)

CONTRACTED = (
    (re.compile(r"\bw/o\b", re.IGNORECASE), "without"),
    (re.compile(r"\b(how|where|what|when|who)['\u2019]d\b", re.IGNORECASE), r"\1 did"),
    (re.compile(r"\b(i|we|you)['\u2019]d\b", re.IGNORECASE), r"\1 would"),
    (re.compile(r"\b(i|we|you|it|that)['\u2019]ll\b", re.IGNORECASE), r"\1 will"),
    (re.compile(r"\b(i|we|you|they|how|where|what|who)['\u2019]ve\b", re.IGNORECASE), r"\1 have"),
)
ARTICLES = frozenset("the my a an some any this that these those".split())
NAME_FOLLOWS = frozenset("at from by PLAY LISTEN WATCH BUY ARTIST SONG ALBUM PODCAST CHANNEL SUBSCRIBED SENT".split())
"""After one of these, an article aside, a word that was not understood may be a name."""

ONLY_ONES = {
    "rent": r"rent(?:al|als|s)?(?! (?:a )?car)",
    "bus": r"bus(?:es)?|mrts?|trains?",
    "town council": r"town councils?",
}
"""Words for what is paid to one merchant, where the records have only one."""
PLACES = r"\b(?:restaurants?|eatery|eateries|super ?markets?|grocers?|grocery stores?)\b"
"""Words that name a category and the shops of it at once."""
GREETING = (
    r"^(?:(?:hi|hello|hey|oi|yo|ok|okay|right|alright|listen|look|so|well|dear|good (?:morning|evening|afternoon|day))"
    r"(?: (?:there|everyone|all))? )+(?=(?:i|id|could|can|would|how|what|which|when|where|please|tell|give|show)\b)"
)
"""Said before the question begins."""
MONTH_NAMES = "|".join(sorted(MONTHS, key=len, reverse=True))


def plain(question: str) -> str:
    """The question in canonical spelling, without short forms and politeness."""
    question = re.sub(r"[\u2010-\u2015]", "-", question)
    question = re.sub(r"(?<=\d)\s?(?:\.{2,}|\u2026|\u2192|->)\s?(?=\d)", " to ", question)
    question = re.sub(r"(?i)\bno\.? of\b", "number of", question)
    question = re.sub(r"(?i),\s*(?:like|you know|u+m+|u+h+)\s*,", " ", question)
    question = re.sub(r"(?i)\bw/o\b", "without", question)
    question = re.sub(r"(?i)(?<!\w)w/?\s(?=\w)", "with ", question)
    question = re.sub(
        r"(?i)\b(i|we|it|you|that|they) may (?=be|have|get|need|want|not|as well|ask|know)", r"\1 might ", question
    )
    question = re.sub(
        r"(?i)\b((?:have|has|had|i|we) )sat\b(?! \d)|\bsat(?= (?:down|through|with|beside|next)\b)", r"\1sit", question
    )
    question = re.sub(
        r"(?i)\b(?:many|much|with) thanks\b|\bthanks (?:a lot|so much|very much|heaps|a million|again)\b", " ", question
    )
    for short, long in CONTRACTED:
        question = short.sub(long, question)
    question = re.sub(rf"(?i)\b({MONTH_NAMES})\s?-\s?(?={MONTH_NAMES})\b", r"\1 to ", question)
    question = re.sub(rf"(?i)\b({MONTH_NAMES}|q[1-4]) ?['\u2019](\d\d)\b", r"\1 20\2", question)
    text = re.sub(GREETING, "", canonical(question).replace("%", "percent"))
    text = re.sub(
        rf"\b(\d{{1,2}}(?:st|nd|rd|th)? (?:{MONTH_NAMES})) ([12]\d)\b(?! ?(?:times|dollars))", r"\1 20\2", text
    )
    text = re.sub(rf"\b({'|'.join(name for name in MONTHS if len(name) > 4)})s\b", r"\1", text)
    text = " ".join(SHORT.get(word, word) for word in text.split())
    text = " ".join(re.sub(POLITE, " ", text).split())
    for pattern, said in EARLY:
        text = pattern.sub(said, text)
    return " ".join(text.split())


def read(text: str, lexicon: Lexicon, today: date, topic: Topic = "") -> Reading:
    """Take a plain question apart; misspelt words and parts of names are tried only where words were not understood."""
    out = _once(text, lexicon, today, topic)
    if out.refusal or not out.left:
        return out
    extra = near_names(text, out, lexicon)
    if extra:
        found = _once(text, lexicon, today, topic, extra)
        if found.refusal or not found.left:
            return found
    repaired = " ".join(put_right(word, out, lexicon) for word in text.split())
    if repaired != text:
        text, out = repaired, _once(repaired, lexicon, today, topic, extra)
        if out.refusal or not out.left:
            return out
    return _with_parts(text, out, lexicon, today)


def _once(
    text: str, lexicon: Lexicon, today: date, topic: Topic, extra: dict[str, tuple[Name, ...]] | None = None
) -> Reading:
    text = respelt(text) if topic else text
    if topic == "health" and re.search(r"\b(?:sleep|slept|asleep)\b", text):
        text = re.sub(r"\blast night\b", "today", text)  # a night belongs to the day of waking up
    sound = bool(re.search(SOUND, text))
    out = Reading(f" {text} ", sound, topic, question=text)
    money = bool(re.search(PAID, text))
    kinds = MONEY + LISTENING if sound == money else kinds_of("", sound=sound)
    if topic:
        kinds = NAMES_OF[topic]
    if topic in {"music", "video"}:
        out.text, out.hours = take_hours(out.text)
    named = lexicon.long_sections() if topic == "shops" else {}
    take_names(out, lexicon, kinds, {**named, **(extra or {})}, surely=frozenset(extra or ()))
    out.text = rewritten(in_digits(out.text))
    if topic in {"", "shops"}:
        _take_money(out)
    out.refusal = out.refusal or refuse(out.text.strip(), topic)
    if not out.refusal:
        _take_amounts(out)
    if not out.refusal:
        _take_times(out, read_times(" ".join(out.text.split()), today))
    if out.refusal:
        return out
    _take_days(out)
    if not topic:
        _take_accounts(out)
    _take_top(out)
    if not topic:
        _take_categories(out, lexicon)
    take_corrections(out)
    out.text = rewritten_marks(out.text)
    _take_roles(out)
    out.left = _weighty(out.text.split(), FILLER | FILLERS[topic])
    return out


def _take_money(out: Reading) -> None:
    out.text, out.hours = take_hours(out.text)
    out.text, out.currency, out.refusal = take_currency(out.text)
    if out.topic and out.currency:
        out.refusal = Refusal(status="clarify", text="Orders are told in Singapore dollars only.")


def _take_amounts(out: Reading) -> None:
    if out.topic == "health":
        out.text, out.bounds = take_bounds(out.text)
        return
    out.text, out.limits = take_limits(out.text)
    if amount := about_amount(out.text):
        ways = (f"purchases of ${amount}", f"purchases up to ${amount}")
        out.refusal = Refusal(status="clarify", text=f"Of ${amount} to the cent, or about so much?", choices=ways)


def _take_roles(out: Reading) -> None:
    for pattern, role in (*TOPIC_ROLES[out.topic], *ROLES):
        out.text, changed = pattern.subn(f" {role} ", out.text)
        out.text = " ".join(out.text.split()) if changed else out.text
    out.text = " ".join(out.text.split())


def _weighty(words: list[str], light: frozenset[str]) -> list[str]:
    """The words that were not understood and weigh something: a harmless one does only where a name stands."""
    left: list[str] = []
    for number, word in enumerate(words):
        if re.fullmatch(r"[A-Z]+\d*", word) or word in light:
            continue
        before = next((other for other in words[number - 1 :: -1] if other not in ARTICLES), "") if number else ""
        named = before in NAME_FOLLOWS and not (before == "BUY" and word.endswith(("ed", "ing", "ly")))
        if word not in HARMLESS or named or (left and before == left[-1] and before in HARMLESS):
            left.append(word)
    return left


def _take_times(out: Reading, times: Times) -> None:
    out.text, out.periods, out.ends = f" {times.text} ", times.periods, times.ends
    out.left_out = times.left_out
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
            (
                r"(?:on |at |during |over )?(?:the |a )?week-?ends?(?: days?)?(?: only)?"
                r"|(?:on )?(?:sat(?:urday)?s?|sun(?:day)?s?)"
                r" (?:(?:and|to|plus) )?(?:on )?(?:sun(?:day)?s?|sat(?:urday)?s?)"
            ),
            Filter("weekend", "eq", "weekend"),
        ),
        (
            (
                r"(?:on |during |in )(?:the |an? )?(?:average |typical |normal |usual )?(?:week ?day"
                r"|work(?:ing)? ?day)s?"
                r"(?! (?:do|did|was|is)\b)|weekdays(?! do)"
                r"|(?:on |from )?mondays? (?:to|till|until|through|thru) fridays?"
            ),
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

    out.text = re.sub(rf"\b(?:on |every |each )?({names})s\b|\b(?:every|each|on an?) ({names})\b", weekday, out.text)


def _take_accounts(out: Reading) -> None:
    table = [
        (
            (
                r"(?:on|with|by|using|to|from|via|through) (?:the |my |our )?((?:\w+ ){0,2}?)((?:credit |debit"
                r" )?card|mastercard|visa|amex)(?: card)?"
            ),
            "card",
        ),
        (r"(?:the |my )?((?:\w+ )?)((?:credit |debit )?card) (?:alone|only)", "card"),
        (r"(?:the |my )?((?:\w+ )?)((?:bank )?account) (?:alone|only)", "account"),
        (r"()((?:credit |debit )?card)(?= (?:purchases?|payments?|spending|transactions?|expenses))", "card"),
        (
            r"(?:from|on|in|through|by|via|out of|using|with) (?:the |my |our )?((?:\w+ ){0,2}?)((?:bank )?account)",
            "account",
        ),
        (r"(?:the |my )?()((?:credit |debit )?card)(?! (?:compan|bill|number|repay|holder|provider))", "card"),
        (r"(?:the |my )?()((?:bank |current )account)(?! (?:number|holder|balance))", "account"),
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
    out.text = re.sub(
        rf"\b{number} (?={EXTREME} (?:\w+ )?(?:days|nights)\b|(?:days|nights) (?:with|when|on which"
        rf"|i)\b.* {EXTREME}\b)",
        top,
        out.text,
    )
    if out.top is None:
        out.text = re.sub(rf"(?<!\$)\b(?!one of){number} (?={COUNTED}\b)", top, out.text)


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
    _take_only_ones(out, lexicon)
    for category, pattern in (*NARROW.items(), *((f"{name}*", words) for name, words in ITEMS.items())):
        match = re.search(rf"\b(?:{pattern})\b", out.text)
        if match:
            out.text = re.sub(rf"\b(?:{pattern})\b", f"N{len(out.parts)}", out.text)
            out.parts.append((category, match[0]))


def _with_parts(text: str, out: Reading, lexicon: Lexicon, today: date) -> Reading:
    """Try runs of words that were not understood as parts of names; several that fit are asked back."""
    kinds = kinds_of(out.topic, sound=out.sound)
    extra: dict[str, tuple[Name, ...]] = {}
    for run in runs_of(text, out, lexicon, kinds):
        if names_a_place(run, text):
            continue
        fits = fitting(run, text, out.topic, lexicon, kinds)
        near = lexicon.sections_near(run) if out.topic == "shops" and not fits else ()
        if near:
            out.refusal = Refusal(status="clarify", text=f'Which section do you mean by "{run}"?', choices=near[:3])
            return out
        whole = [name for name in fits if _all_said(name.text, text)]
        fits = (whole[0],) if len(whole) == 1 else fits
        texts = list({name.text.casefold(): name.text for name in fits}.values())
        if len(texts) > 1:
            names = texts[:3]
            out.refusal = Refusal(status="clarify", text=f'Which one do you mean by "{run}"?', choices=tuple(names))
            return out
        if fits:
            extra[run] = fits
    return _once(text, lexicon, today, out.topic, extra) if extra else out


def _take_only_ones(out: Reading, lexicon: Lexicon) -> None:
    """Rent, buses and trains stand for the one merchant of the records that they are paid to."""
    for word, pattern in ONLY_ONES.items():
        found = lexicon.only_one(word)
        if not found or not re.search(rf"\b(?:{pattern})\b", out.text):
            continue
        named = any(found[0] in names for names in out.names)
        mark = "" if named else f"E{len(out.names)}"
        text = re.sub(rf"\b(?:{pattern})\b(?: (?:and|or|AND) (?={pattern}))?", "@", out.text)
        out.text = re.sub(r"@(?: *@)*", f" {mark} ", text)
        if not named:
            out.names.append(found)


def _all_said(name: str, text: str) -> bool:
    """Whether every word of a name is somewhere in the text, in one number or the other: rides with Grab."""
    said = {word.removesuffix("s") for word in text.split()}
    return all(word.removesuffix("s") in said for word in canonical(name).removeprefix("the ").split())
