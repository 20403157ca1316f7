"""Days and amounts in the notations of banks, shops and people, and account numbers cut to their last four digits."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from pod_agent.importers.faults import RowError
from vocab.errors import VocabularyError
from vocab.records import Money
from vocab.records.base import MINOR_DIGITS
from vocab.shapes import MAX_MINOR

__all__ = [
    "Amount",
    "account_and_number",
    "day_order",
    "midnight",
    "money",
    "plain_money",
    "read_amount",
    "read_day",
]

ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$", re.ASCII)
NUMERIC = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})$", re.ASCII)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})$", re.ASCII)
DAY_MONTH_NAME = re.compile(r"(\d{1,2})(?:\.|st|nd|rd|th)?[-/. ]*([^\W\d_]{3,12})[-/., ]*(\d{4}|\d{2})$", re.IGNORECASE)
MONTH_NAME_DAY = re.compile(r"([^\W\d_]{3,12})[. ]+(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})$", re.IGNORECASE)
TIME = re.compile(r"[T ,]+\d{1,2}[:.]\d{2}([:.]\d{2}(\.\d+)?)?( ?[AP]M)?( ?(Z|UTC|[+-]\d\d:?\d\d))?$", re.IGNORECASE)

# English, German, French, Spanish, Italian, Dutch, Portuguese, Malay and Indonesian, without accents.
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan ene gen",
            "feb fev peb",
            "mar mrt mac mae",
            "apr avr abr",
            "may mai mei mag",
            "jun juin giu",
            "jul juil lug",
            "aug aou ago agu ogo",
            "sep set",
            "oct okt out ott",
            "nov",
            "dec dez dic des dis",
        ),
        1,
    )
    for name in names.split()
}

MARKS = re.compile(r"(?P<rest>.*?)\s*(?P<mark>CR|DR|DB)\.?$", re.IGNORECASE)
MONEY_SIGN = re.compile(r"(?P<before>[-+(\s]*)(?P<code>[A-Z]{3})?\s*(?:[A-Z]{0,3}[$€£¥₩₹])?\s*(?P<rest>.*)$")
CODE_AFTER = re.compile(r"(?P<rest>.*?)\s*(?P<code>[A-Z]{3}|[$€£¥₩₹])$")
SPACES = re.compile(r"(?<=\d)[\s'\u2019](?=\d{3})")
DOT_DECIMAL = re.compile(r"(\d{1,3}(,\d{2,3})*,\d{3}|\d+)(\.\d*)?$|\.\d+$", re.ASCII)
CENTS = re.compile(r"-?\d{1,11}\.\d\d", re.ASCII)
PLAIN = re.compile(r"-?\d{1,15}(\.\d{1,2})?$", re.ASCII)
NUMBER = re.compile(r"(?P<name>.*?)\s*(?P<number>[\d*Xx•][\dXx•* -]{5,})$")
HOLDER = re.compile(r"(?<=\d{4})[\s,:/-][^\d*•]*$")
"""What stands behind the number of an account: the holder's name, which nobody needs."""

MAX_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with the sign it has in print; ``mark`` is ``CR`` or ``DR`` where the bank adds one."""

    number: Decimal
    mark: str | None = None
    currency: str | None = None

    @property
    def is_signed(self) -> bool:
        """True where print says which way the money went."""
        return self.mark is not None or self.number < 0


@lru_cache(maxsize=4096)
def read_day(text: str, order: str) -> date:
    """The day; ``order`` (``dmy``, ``mdy`` or ``ymd``) decides where numbers alone do not. RowError otherwise."""
    day = " ".join(text.split())
    day = day if len(day) < 11 else TIME.sub("", day)
    try:
        if parts := ISO.match(day) or (COMPACT.match(day) if order == "ymd" else None):
            return date(int(parts[1]), int(parts[2]), int(parts[3]))
        if parts := NUMERIC.match(day):
            first, second = int(parts[1]), int(parts[2])
            if order == "ymd":
                first, second = 0, 0
            return date(_year(parts[3]), *((first, second) if order == "mdy" else (second, first)))
        if parts := DAY_MONTH_NAME.match(day):
            return date(_year(parts[3]), _month(parts[2]), int(parts[1]))
        if parts := MONTH_NAME_DAY.match(day):
            return date(int(parts[3]), _month(parts[1]), int(parts[2]))
    except ValueError as error:
        raise RowError("bad_date", "a date is not a day of the calendar") from error
    raise RowError("bad_date", "a date is not a day as the profile writes it")


def day_order(text: str) -> str | None:
    """What this text proves of the order of day and month: ``dmy``, ``mdy``, ``either``, or None (nothing)."""
    parts = NUMERIC.match(text if len(text) < 11 else TIME.sub("", text))
    if not parts:
        return None
    first, second = int(parts[1]), int(parts[2])
    if first > 12 >= second:
        return "dmy"
    if second > 12 >= first:
        return "mdy"
    return "either" if max(first, second) <= 12 else None


@lru_cache(maxsize=4096)
def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The start of a day in a zone: one object for all rows of the day, so that its text is worked out once."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def read_amount(text: str, decimal: str) -> Amount:
    """The amount; ``decimal`` is ``.``, ``,`` or ``auto``: then one sign before three digits groups thousands."""
    if PLAIN.match(text):
        return Amount(Decimal(text))
    found = text.replace("\u2212", "-").strip()
    mark = None
    if marked := MARKS.match(found):
        found, mark = marked["rest"], "CR" if marked["mark"].upper() == "CR" else "DR"
    negative = found.startswith("(") and found.endswith(")")
    if negative:
        found = found[1:-1].strip()
    opening = MONEY_SIGN.match(found)
    found, code = (opening["before"].strip() + opening["rest"], opening["code"]) if opening else (found, None)
    if ending := CODE_AFTER.match(found):
        found, code = ending["rest"], ending["code"] if len(ending["code"]) == 3 else code
    if found.endswith("-"):
        found = f"-{found[:-1]}"
    negative ^= found.startswith("-")
    number = _number(SPACES.sub("", found.lstrip("+-").strip()), decimal)
    return Amount(-number if negative else number, mark, code)


def money(number: Decimal, currency: str, column: str | None = None) -> Money:
    """Money of a currency; RowError where the code is none, or the amount is too large or too fine for it."""
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha() and currency.isupper()):
        raise RowError("bad_currency", "the currency is no code of three letters", column)
    if number.adjusted() > MAX_DIGITS:
        raise RowError("bad_amount", "the amount is larger than any payment", column)
    try:
        amount = Money.of(number, currency)
    except VocabularyError as error:
        raise RowError("bad_amount", "the amount has too many decimal places", column) from error
    if abs(amount.minor) >= MAX_MINOR:
        raise RowError("bad_amount", "the amount is larger than any payment", column)
    return amount


def plain_money(text: str, currency: str) -> Money | None:
    """What ``money`` gives for an amount like 1234.50, in a third of the time; None for any other text or currency."""
    if CENTS.fullmatch(text) and _has_cents(currency):
        return Money(int(text.replace(".", "")), currency)
    return None


@lru_cache(maxsize=64)
def _has_cents(currency: str) -> bool:
    return re.fullmatch("[A-Z]{3}", currency) is not None and MINOR_DIGITS.get(currency, 2) == 2


def _number(text: str, decimal: str) -> Decimal:
    if decimal == "," or (decimal == "auto" and _has_comma_decimal(text)):
        text = text.translate({ord(","): ".", ord("."): ","})
    if decimal == "auto" and re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", text):
        text = text.replace(".", "")
    if not DOT_DECIMAL.match(text) or sum(map(str.isdigit, text)) > MAX_DIGITS:
        raise RowError("bad_amount", "an amount is not a number")
    return Decimal(text.replace(",", ""))


def _has_comma_decimal(text: str) -> bool:
    """True for 1.234,56 and 12,5; a comma before exactly three digits groups thousands."""
    dot, comma = text.rfind("."), text.rfind(",")
    if dot >= 0 and comma >= 0:
        return comma > dot
    if comma >= 0:
        return text.count(",") == 1 and len(text) - comma != 4
    return text.count(".") > 1


def account_and_number(account: str, product: str) -> tuple[str, str]:
    """What people may see of an account (product and last four digits), and its number for the record's key.

    ``product`` names it where the text holds a number alone. A name behind the number, such as that of the holder of a
    supplementary card, is left out.
    """
    parts = NUMBER.match(account) or NUMBER.match(HOLDER.sub("", account))
    if not parts:
        return re.sub(r"\d+(?=\d{4})", "", account) or product, account
    number = re.sub(r"[^\dXx*•]", "", parts["number"])
    return f"{parts['name'] or product} {number[-4:]}".strip(), number


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _month(name: str) -> int:
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    month = MONTHS.get(plain[:4]) or MONTHS.get(plain[:3])
    if month is None:
        raise RowError("bad_date", "a date names no month that is known")
    return month
