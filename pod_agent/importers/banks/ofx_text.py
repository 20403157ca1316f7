"""The text of an OFX file: its encoding, its rows as blocks, the elements of a block, escaped values.

SGML need not close an element that holds a value, and banks escape values once, twice or not at all. So a ``<`` that
begins no element belongs to the value it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from typing import Final

from pod_agent.errors import RefusedExportError
from pod_agent.importers.protocol import ExportFile
from pod_agent.importers.reading import MAX_ELEMENT, decode_head, fold, text_blocks

__all__ = ["Mark", "blocks", "declared_encoding", "elements", "pairs", "plain_text"]

ROW: Final = re.compile(r"<(STMTTRNP?|INVTRAN)\s*>", re.IGNORECASE)
NEXT: Final = re.compile(r"\s*<STMTTRN>")
END: Final = re.compile(r"<(/?)(?:STMTTRNP?|BANKTRANLISTP?|STMTRS|CCSTMTRS|OFX)\s*>", re.IGNORECASE)
CLOSED: Final = re.compile(r"</OFX\s*>", re.IGNORECASE)
ENTITY: Final = re.compile(r"<!(ENTITY|DOCTYPE)", re.IGNORECASE)
TAG: Final = re.compile(r"<(/?[A-Za-z][A-Za-z0-9._]*)(?:\s[^<>]*)?/?>")
OPEN: Final = "<STMTTRN"
CLOSE: Final = "</STMTTRN>"
CDATA: Final = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
ESCAPED: Final = re.compile(r"&(amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});", re.IGNORECASE)
CHARACTERS: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " "}
DECLARED: Final = re.compile(
    r"^\s*CHARSET\s*:\s*(?P<page>[\w-]+)|^\s*ENCODING\s*:\s*(?P<name>[\w-]+)|<\?xml[^>]*?encoding\s*=\s*[\"'](?P<xml>[\w-]+)",
    re.IGNORECASE | re.MULTILINE,
)
CODECS: Final = {
    "874": "cp874",
    "932": "cp932",
    "936": "gb18030",
    "949": "cp949",
    "950": "cp950",
    "1250": "cp1250",
    "1251": "cp1251",
    "1253": "cp1253",
    "1254": "cp1254",
    "1255": "cp1255",
    "1256": "cp1256",
    "1257": "cp1257",
    "1258": "cp1258",
    "8859-2": "iso8859-2",
    "8859-15": "iso8859-15",
    "big5": "big5",
    "euc-kr": "euc-kr",
    "gb18030": "gb18030",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift-jis": "cp932",
    "sjis": "cp932",
}
"""Codecs by the names that headers use, where they are neither UTF-8 nor Windows-1252: those two are told by sight."""

KNOWN: Final = frozenset(
    name
    for element in (
        "TRNTYPE DTPOSTED DTUSER DTAVAIL DTTRAN DTEXPIRE TRNAMT FITID CORRECTFITID CORRECTACTION SRVRTID CHECKNUM"
        " REFNUM SIC PAYEEID NAME EXTDNAME PAYEE ADDR1 ADDR2 ADDR3 CITY STATE POSTALCODE COUNTRY PHONE BANKACCTTO"
        " CCACCTTO BANKID BRANCHID ACCTID ACCTTYPE ACCTKEY MEMO IMAGEDATA CURRENCY ORIGCURRENCY"
        " CURRATE CURSYM INV401KSOURCE"
    ).split()
    for name in (element, f"/{element}")
)


class Mark(Enum):
    """What a block is: a row, a row not posted yet, a trade in securities, or what stands between them."""

    ROW = auto()
    PENDING = auto()
    TRADE = auto()
    BETWEEN = auto()


_MARKS: Final = {"STMTTRN": Mark.ROW, "STMTTRNP": Mark.PENDING, "INVTRAN": Mark.TRADE}


def declared_encoding(head: bytes) -> str | None:
    """The codec that the header names, None where it is UTF-8 or Windows-1252 or names none."""
    for found in DECLARED.finditer(decode_head(head[:2000])):
        name = (found["page"] or found["name"] or found["xml"]).lower().replace("_", "-")
        name = re.sub("^(iso-|windows-|cp|ms)", "", name)
        if name in CODECS:
            return CODECS[name]
    return None


def blocks(export: ExportFile) -> Iterator[tuple[Mark, int, str]]:
    """Each block with its line number and its text, in file order, whatever the size of the file.

    Line numbers of rows rise, also where many rows stand on one line. RefusedExportError for a file that is cut off,
    that declares entities, or that holds a row of more than ``MAX_ELEMENT`` characters.
    """
    scan = _Scan(export.file)
    for block in text_blocks(export, declared_encoding(export.head)):
        yield from scan.add(block)
    yield from scan.finish()


class _Scan:
    """The text that was read and not told yet, and the line on which it begins."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._text = ""
        self._line = 1
        self._last_row = 0
        self._closed = False

    def add(self, block: str) -> Iterator[tuple[Mark, int, str]]:
        self._text += block
        place = 0
        while start := NEXT.match(self._text, place) or ROW.search(self._text, place):
            kind = Mark.ROW if start.re is NEXT else _MARKS[start[1].upper()]
            begin = end = start.end()
            if kind is not Mark.TRADE:
                end, following = _end(self._text, begin)
                if end < 0:
                    break
            else:
                following = end
            if start.start() > place:
                yield from self._between(self._text[place : start.start()])
            self._line += self._text.count("\n", start.start(), begin)
            self._last_row = max(self._line, self._last_row + 1)
            yield kind, self._last_row, self._text[begin:end]
            self._line += self._text.count("\n", begin, following)
            place = following
        else:
            whole = self._text.rfind("<", place)
            if whole > place:
                yield from self._between(self._text[place:whole])
                place = whole
        self._text = self._text[place:]
        if len(self._text) > MAX_ELEMENT:
            raise RefusedExportError(f"a row or value of {self._file} is longer than {MAX_ELEMENT:,} characters")

    def finish(self) -> Iterator[tuple[Mark, int, str]]:
        """Tell the rest; RefusedExportError where the file does not end as it should."""
        if not ROW.search(self._text):
            yield from self._between(self._text)
        if not self._closed:
            raise RefusedExportError(f"{self._file} is not whole: it has no end, </OFX>")

    def _between(self, text: str) -> Iterator[tuple[Mark, int, str]]:
        if not text.isspace() and text:
            if ENTITY.search(text):
                raise RefusedExportError(f"{self._file} declares entities, as no bank does")
            self._closed = self._closed or CLOSED.search(text) is not None
            yield Mark.BETWEEN, self._line, text
        self._line += text.count("\n")


def _end(text: str, begin: int) -> tuple[int, int]:
    """Where a row ends and where to go on: a row that is not closed ends with the next, or with its list."""
    end = text.find(CLOSE, begin)
    if end >= 0 and text.find(OPEN, begin, end) < 0:
        return end, end + len(CLOSE)
    stop = END.search(text, begin)
    if stop is None:
        return -1, -1
    return stop.start(), stop.end() if stop[1] and "STMTTRN" in stop[0].upper() else stop.start()


def elements(text: str) -> dict[str, str]:
    """The elements of a row with their values as they stand, names in capitals; of two alike the first counts."""
    plain = text.split("<")
    try:
        fields = dict([part.split(">", 1) for part in plain[1:]])
    except ValueError:  # an element that is not closed: it belongs to a value
        fields = {}
    if len(fields) == len(plain) - 1 and fields.keys() <= KNOWN:
        return fields
    parts = TAG.split(text if "<!" not in text else _without_sections(text))
    return _one_by_one(parts[1::2], parts[2::2])


def pairs(text: str) -> Iterable[tuple[str, str]]:
    """Names in capitals and values of what stands between rows, in order; a closing tag is ``/NAME``."""
    parts = TAG.split(text if "<!" not in text else _without_sections(text))
    return zip([name.upper() for name in parts[1::2]], parts[2::2], strict=True)


def plain_text(value: str) -> str:
    """A value as people read it: unescaped, twice where it was escaped twice, white space folded."""
    value = value.strip()
    if value.isprintable() and "&" not in value and "  " not in value:
        return value
    if "&" in value:
        value = ESCAPED.sub(_character, ESCAPED.sub(_character, value))
    return fold(value)


def _one_by_one(names: list[str], values: list[str]) -> dict[str, str]:
    """Elements of a row with names that the format does not have: of another program, or part of a value."""
    closed = {name[1:] for name in names if name.startswith("/")}
    fields: dict[str, str] = {}
    last = ""
    for name, value in zip(names, values, strict=True):
        upper = name.upper()
        if upper not in KNOWN and "." not in upper and name not in closed and not name.startswith("/"):
            fields[last] = f"{fields.get(last, '').rstrip()} <{name}>{value}" if last else ""
        elif upper not in fields:
            last = upper
            fields[upper] = value
    return fields


def _without_sections(text: str) -> str:
    """The text without comments, and with what stands in CDATA sections escaped."""
    return CDATA.sub(lambda found: found[1].replace("&", "&amp;").replace("<", "&lt;"), COMMENT.sub("", text))


def _character(found: re.Match[str]) -> str:
    name = found[1].lower()
    if name.startswith("#"):
        code = int(f"0{name[1:]}", 0) if name[1] == "x" else int(name[1:])
        return chr(code) if code < 0x110000 else " "
    return CHARACTERS[name]
