"""The text of MT940: tags and the lines that continue them, and what stands in the information of a payment (:86:)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pod_agent.importers.banks.interchange import joined
from pod_agent.importers.protocol import ExportFile
from pod_agent.importers.reading import fold, text_lines

__all__ = ["Details", "Tag", "details", "tags"]

TAG = re.compile(r"[ \t]*:(?P<name>\d\d[A-Z]?|NS):(?P<text>.*)$")
BLOCK = re.compile(r"\{1:F\d\d([A-Z]{6}[A-Z0-9]{2})")
ALONE = re.compile(r"([A-Z]{6}[A-Z0-9]{2})([A-Z0-9]{3})?\s*$")
END = re.compile(r"-(\}.*|[A-Z]{3})?\s*$")
FIELD = re.compile(r"^(\d{3})(?P<mark>[?<>|~^])(?=\d\d)")
SEPA = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP|COAM|OAMT|MTLG)[+:]")
CODES = re.compile(
    r"/(TRTP|IBAN|BIC|NAME|EREF|MARF|CSID|REMI|CNTP|ORDP|BENM|ID|PURP|PREF|TRCD|RTRN|ULTC|ULTD|ISDT|SVCL|ADDR)/"
)
MAX_TAG: Final = 20_000
"""Longest tag, in characters: of a longer one the rest is left out."""

MAX_INFORMATION: Final = 200
FULL_LINE: Final = 65
FULL_FIELD: Final = 27
"""Widths at which lines and fields are broken, also within a word."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag with all of its lines; the name ``bank`` stands for the header that names the bank by its BIC."""

    line: int
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What is told of a payment; texts are folded, and empty where nothing is told."""

    text: str
    name: str = ""
    kind: str = ""
    reference: str = ""


def tags(export: ExportFile) -> Iterator[Tag]:
    """The tags in file order, with the number of their first line.

    A bank's code that stands alone on its line is one between statements only: in a text it is a word.
    """
    name, first, parts, length = "", 0, list[str](), 0
    for number, line in text_lines(export):
        found = TAG.match(line)
        bank = None if found else BLOCK.search(line) or (None if name else ALONE.match(line))
        if (found or bank or END.match(line)) and name:
            yield Tag(first, name, "\n".join(parts))
            name = ""
        if bank:
            yield Tag(number, "bank", bank[1])
        elif found:
            name, first, parts, length = found["name"], number, [found["text"]], len(found["text"])
        elif name:
            length += len(line)
            if length <= MAX_TAG:
                parts.append(line)
    if name:
        yield Tag(first, name, "\n".join(parts))


def details(information: Sequence[str], more: str) -> Details:
    """What the :86: of a row and the second line of its :61: (``more``) tell."""
    text = "\n".join(information[:MAX_INFORMATION])
    structured = FIELD.match(text)
    if structured:
        return _from_fields(text, structured["mark"])
    line = _unwrapped(text)
    if len(CODES.findall(f"/{line}" if not line.startswith("/") else line)) > 1:
        return _from_codes(line, more)
    supplement = fold(more)
    return Details(text=line if supplement in line else joined(line, supplement))


def _from_fields(text: str, mark: str) -> Details:
    """Fields ``?00`` to ``?63`` of the German banks; the other side's bank and account (?30, ?31) are left behind."""
    fields: dict[str, str] = {}
    for part in text.replace("\n", "").split(mark)[1:]:
        if part[:2].isdigit():
            fields.setdefault(part[:2], part[2:])
    purpose = _lines([fields[number] for number in sorted(fields) if "20" <= number <= "29" or "60" <= number <= "63"])
    told = _by_code(SEPA, purpose)
    name = fold(fields.get("32", "") + fields.get("33", ""))
    note = told.get("SVWZ") or told.get("MTLG") or (purpose if not told else "")
    kind = fold(fields.get("00", ""))
    reference = told.get("EREF") or told.get("KREF") or ""
    return Details(text=joined(name, note) or kind, name=name, kind=kind, reference=reference)


def _from_codes(text: str, more: str) -> Details:
    """Codes between slashes of the Dutch banks: ``/CNTP/account/bank/name/place/``, ``/REMI/USTD//text/``."""
    told = _by_code(CODES, text)
    other = told.get("CNTP", "").split("/")
    name = fold(told.get("NAME") or (other[2] if len(other) > 2 else ""))
    note = fold(re.sub(r"^/*(USTD|STRD)?/*|/+$", "", told.get("REMI", "")))
    return Details(
        text=joined(name, note) or fold(more) or fold(CODES.sub(" ", text)),
        name=name,
        kind=told.get("TRTP", "").strip("/ "),
        reference=told.get("EREF", "").strip("/ "),
    )


def _by_code(codes: re.Pattern[str], text: str) -> dict[str, str]:
    """The text behind each code, up to the next; what stands before the first has the code ``""``."""
    parts = codes.split(text)
    found: dict[str, str] = {}
    for code, value in zip(parts[1::2], parts[2::2], strict=True):
        if fold(value).strip("/ "):
            found.setdefault(code, fold(value))
    return found


def _lines(parts: list[str]) -> str:
    """Fields as one text: a full one was broken where it was full, others where a word ended."""
    text = ""
    for part in parts:
        text += part if len(part) >= FULL_FIELD else f"{part} "
    return fold(text)


def _unwrapped(text: str) -> str:
    """Lines as one text, by the same rule."""
    joined_lines = ""
    for line in text.split("\n"):
        joined_lines += line if len(line) >= FULL_LINE else f"{line} "
    return fold(joined_lines)
