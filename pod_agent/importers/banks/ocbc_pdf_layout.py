"""The layout of OCBC's PDF statements: from printed lines to rows with a sign and a day. Pure: knows no PDF.

A deposit statement prints the balance before its rows (BALANCE B/F), after each row and after the last (BALANCE C/F);
the difference of two balances tells money out from money in. A card statement has one section for each card, which
begins with LAST MONTH'S BALANCE; what is paid or refunded stands in parentheses. Neither prints the year of a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pod_agent.importers.banks.pdf_words import Line, Word
from pod_agent.importers.faults import RowError
from pod_agent.importers.notation import read_amount, read_day
from pod_agent.importers.protocol import Issue

__all__ = ["Entry", "Section", "read_layout", "statement_day"]

DAY_NAMED = r"\d{1,2} ?(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)"
AMOUNT = re.compile(r"\(?\s*-?(?:\d{1,3}(?:,\d{3})+|\d+)?\.\d\d\s*\)?-?(?:CR|DR)?$")
FULL_DAY = re.compile(rf"\b(?:{DAY_NAMED} ?\d{{4}}|\d{{2}}-\d{{2}}-\d{{4}}|\d{{2}}/\d{{2}}/\d{{4}})\b", re.IGNORECASE)
DEPOSIT_DAYS = re.compile(rf"(?P<day>{DAY_NAMED})(?: \d{{4}})?\s+(?P<value>{DAY_NAMED})(?: \d{{4}})?\b", re.IGNORECASE)
CARD_DAY = re.compile(r"(?P<day>\d{2}/\d{2})\s+(?=\S)")
OPENING = re.compile(r"(?:BALANCE B/F|LAST MONTH'?S BALANCE|BALANCE BROUGHT FORWARD)\b", re.IGNORECASE)
CLOSING = re.compile(r"(?:BALANCE C/F|SUB-?TOTAL|BALANCE CARRIED FORWARD)\b", re.IGNORECASE)
END = re.compile(
    r"(?:TOTAL|Total) |TOTAL AMOUNT DUE|AVERAGE BALANCE|INTEREST PAID|CHECK YOUR STATEMENT|TRANSACTION CODE"
)
HEADER = re.compile(r"\bDESCRIPTION\b.*\b(?:BALANCE|AMOUNT)\b", re.IGNORECASE)
ACCOUNT = re.compile(r"ACCOUNT (?:NO|NUMBER)\.?:?\s*(?P<number>\d[\d -]{6,}\d)", re.IGNORECASE)
CARD_NUMBER = re.compile(
    r"(?P<before>.*?)\s*(?P<number>\d{4}[- ]\d{4}[- ]\d{4}[- ]\d{4}|\d{4}[- ][X*]{4}[- ][X*]{4}[- ]\d{4})"
)
PRODUCT = re.compile(
    r"(?P<product>(?:[A-Z0-9&'°+-]+ )*(?:ACCOUNT|CARD|SAVER|SAVINGS|STATEMENT SAVINGS))$", re.IGNORECASE
)
TITLES = re.compile(r"STATEMENT OF ACCOUNT|TRANSACTION|SUMMARY|DEPOSIT INSURANCE|YOUR ", re.IGNORECASE)
NEAR = 12.0
"""How far, in points, a line that continues a description may begin from where the description began."""

AHEAD = 31
"""Days by which a row may lie after the statement's own day (a value date may)."""


@dataclass(slots=True)
class Entry:
    """A row as it is printed; ``amount`` is signed once the balance or the column has told the sign."""

    line: int
    day: date
    value: date | None
    amount: Decimal
    text: list[str]
    left: float


@dataclass(slots=True)
class Section:
    """One account or card of a statement: balances are what the person owns, so a card's debt is negative."""

    product: str
    number: str
    is_card: bool
    opening: Decimal | None = None
    closing: Decimal | None = None
    rows: list[Entry | Issue] = field(default_factory=list)


def statement_day(lines: Iterable[Line]) -> date | None:
    """The day of the statement: the latest full date above the first row, which is the end of a period."""
    found: list[date] = []
    for line in lines:
        if OPENING.search(line.text) or (found and HEADER.search(line.text) and " BALANCE" in line.text.upper()):
            break
        for match in FULL_DAY.finditer(line.text):
            try:
                found.append(read_day(match[0], "dmy"))
            except RowError:
                continue
        if found and "STATEMENT DATE" not in line.text.upper() and re.fullmatch(r"\d\d-\d\d-\d{4}.*", line.text):
            return found[0]  # a card's statement day stands first, its day of payment beside it
    return max(found, default=None)


def read_layout(lines: list[Line], ends: date) -> list[Section]:
    """The accounts and cards of a statement with their rows."""
    reader = _Reader(ends)
    for number, line in enumerate(lines, 1):
        reader.take(number, line)
    return [section for section in reader.sections if section.rows or section.opening is not None]


class _Reader:
    """Where in a statement we are."""

    def __init__(self, ends: date) -> None:
        self._ends = ends
        self.sections: list[Section] = []
        self._product = ""
        self._columns: dict[str, float] = {}
        self._balance: Decimal | None = None
        self._open: Entry | None = None

    def take(self, number: int, line: Line) -> None:
        text = line.text
        section = self.sections[-1] if self.sections else None
        if HEADER.search(text):
            self._columns, self._open = _columns(line), None
        elif section and (opening := OPENING.search(text)):
            self._take_opening(section, text[opening.end() :])
        elif section and (closing := CLOSING.search(text)):
            section.closing = _signed_balance(text[closing.end() :], is_card=section.is_card) or section.closing
            self._open = None
        elif section and self._take_row(section, number, line):
            pass
        elif END.match(text) or self._names_owner(text):
            self._open = None
        else:
            self._continue(line)

    def _names_owner(self, text: str) -> bool:
        """Take a product's name or an account's number, which open a section; anything else is left alone."""
        if account := ACCOUNT.search(text):
            self._section(account["number"], is_card=False)
        elif (card := CARD_NUMBER.search(text)) and not AMOUNT.search(text):
            before = PRODUCT.search(card["before"])
            self._product = before["product"] if before else self._product
            self._section(card["number"], is_card=True)
        elif self._open is None and (product := PRODUCT.fullmatch(text)) and not TITLES.search(text):
            self._product = product["product"]
        else:
            return False
        return True

    def _section(self, number: str, *, is_card: bool) -> None:
        digits = re.sub(r"[^\dX*]", "", number)
        for section in self.sections:
            if section.number == digits:
                if section is not self.sections[-1]:
                    self.sections.remove(section)
                    self.sections.append(section)
                return
        self.sections.append(Section(product=self._product, number=digits, is_card=is_card))
        self._balance = None

    def _take_opening(self, section: Section, text: str) -> None:
        """Take the balance before the rows; on later pages of one account it is only repeated."""
        balance = _signed_balance(text, is_card=section.is_card)
        if section.opening is None:
            section.opening = balance
        self._balance, self._open = balance, None

    def _take_row(self, section: Section, number: int, line: Line) -> bool:
        text = line.text
        found = (CARD_DAY if section.is_card else DEPOSIT_DAYS).match(text)
        if not found:
            return False
        self._open = None
        try:
            self._open = self._entry(section, number, line, found)
        except RowError as error:
            section.rows.append(error.issue(number, text))
        else:
            section.rows.append(self._open)
        return True

    def _entry(self, section: Section, number: int, line: Line, found: re.Match[str]) -> Entry:
        day = self._dated(found["day"], self._ends)
        value = None if section.is_card else self._dated(found["value"], day, ahead=AHEAD)
        words = _after(line.words, found.end())
        numbers = _numbers_at_end(words)
        texts = words[: len(words) - sum(count for count, _ in numbers)]
        if not texts or not numbers:
            raise RowError("no_amount", "the row has no text or no amount")
        card = -read_amount(numbers[-1][1], ".").number
        amount = card if section.is_card else self._signed(words, numbers)
        return Entry(number, day, value, amount, [" ".join(word.text for word in texts)], texts[0].left)

    def _signed(self, words: list[Word], numbers: list[tuple[int, str]]) -> Decimal:
        """The amount by the difference of the balances; by its column where no balance is printed beside it."""
        if len(numbers) > 1:
            amount = read_amount(numbers[-2][1], ".").number
            balance, before = read_amount(numbers[-1][1], ".").number, self._balance
            self._balance = balance
            if before is not None and abs(balance - before) == amount:
                return balance - before
            right = words[-1 - numbers[-1][0]].right
            if before is not None:
                raise RowError("wrong_balance", "the balance beside the row does not follow from the one before it")
        else:
            amount, right = read_amount(numbers[-1][1], ".").number, words[-1].right
        sign = self._sign_by_column(right)
        if len(numbers) == 1 and self._balance is not None:
            self._balance += sign * amount
        return sign * amount

    def _sign_by_column(self, right: float) -> int:
        out, into = self._columns.get("WITHDRAWAL"), self._columns.get("DEPOSIT")
        if out is None or into is None:
            raise RowError("no_amount", "neither a balance nor a column tells money out from money in")
        return -1 if abs(right - out) < abs(right - into) else 1

    def _dated(self, text: str, latest: date, ahead: int = 0) -> date:
        """The day in the latest year in which it does not lie after ``latest`` (and ``ahead`` days more)."""
        for year in range(latest.year + bool(ahead), latest.year - 5, -1):
            try:
                day = read_day(f"{text}/{year}" if "/" in text else f"{text} {year}", "dmy")
            except RowError:
                continue  # the 29th of February, in a year without one
            if (day - latest).days <= ahead:
                return day
        raise RowError("bad_date", "a date is not a day of the calendar")

    def _continue(self, line: Line) -> None:
        """Add a line that begins where the description of the row above it began."""
        entry = self._open
        if entry is None or not line.words or abs(line.words[0].left - entry.left) > NEAR:
            self._open = None
        else:
            entry.text.append(line.text)


def _columns(line: Line) -> dict[str, float]:
    """Right edges of the columns of money."""
    return {word.text.upper().rstrip("S"): word.right for word in line.words}


def _after(words: Iterable[Word], characters: int) -> list[Word]:
    """The words after the first so many characters of the line."""
    rest: list[Word] = []
    position = 0
    for word in words:
        if position >= characters:
            rest.append(word)
        position += len(word.text) + 1
    return rest


def _numbers_at_end(words: list[Word]) -> list[tuple[int, str]]:
    """Amounts at the end of a row, the last one last: how many words each is made of (``( 1.23 )`` is three)."""
    return list(reversed(list(_numbers_backwards([word.text for word in words]))))


def _numbers_backwards(texts: list[str]) -> Iterator[tuple[int, str]]:
    end = len(texts)
    for _ in range(2):
        for size in (3, 2, 1):
            candidate = "".join(texts[end - size : end]) if end >= size else ""
            if candidate and AMOUNT.fullmatch(candidate) and (size == 1 or texts[end - size] in {"(", "-", "SGD"}):
                yield size, candidate
                end -= size
                break
        else:
            return


def _signed_balance(text: str, *, is_card: bool) -> Decimal | None:
    """The printed balance as the person's own; None where there is none."""
    numbers = re.findall(r"\(?\s*-?[\d,]*\.\d\d\s*\)?-?\s*(?:CR|DR)?", text)
    if not numbers:
        return None
    try:
        amount = read_amount(numbers[-1].replace(" ", ""), ".")
    except RowError:
        return None
    if is_card:
        return abs(amount.number) if amount.mark == "CR" else -amount.number
    return -abs(amount.number) if amount.mark == "DR" else amount.number
