"""Ways to damage a file that programs stumble over: every one is a function of the file and of the dice alone."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

__all__ = ["LARGEST", "NASTY", "Seed", "damaged"]

LARGEST: Final = 1 << 16
"""Cases are cut to this many bytes: time is measured against it."""

Seed = tuple[str, bytes]
"""Name and content of a file."""

NASTY: Final = tuple(
    text.encode("utf-8", "surrogatepass")
    for text in (
        *(
            "",
            " ",
            "-",
            "+",
            ".",
            ",",
            ";",
            "\t",
            '"',
            "'",
            "\\",
            "/",
            "&",
            "<",
            ">",
            "<!--",
            "]]>",
            "{",
            "}",
            "[",
            "]",
        ),
        *(
            "NaN",
            "Infinity",
            "-inf",
            "1e999999999",
            "-1e-999999999",
            "-0",
            "0x10",
            "1_000",
            "٣٤",
            "²",
            "½",
            "\uff10\uff11",
        ),
        *("9" * 20, "9" * 400, "9" * 5000, "0" * 5000, "-" * 300, "1." + "0" * 3000 + "1", "1,2,3.4.5", "(1.00)"),
        *("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2026-02-30", "29/02/2026", "24:00:00", "00000000"),
        *("2026-01-01T00:00:00+99:99", "-0001-01-01", "99991231235959.999[-99:XX]", "253402300800000", "1e18"),
        *("31 Dec 9999", "1 Jan 0001", "Jan 1, 1 AD", "12:60:61 AM GMT+25:00", "2026-10-25T01:30:00[Europe/Nowhere]"),
        *("null", "true", "[]", "{}", '[[{"a":[null]}]]', '"\\ud800"', '"\\u0000"', '""', "[1,", '{"a":', "-1", "1e5"),
        *(
            "\0",
            "\ud800",
            "\u202eevil\u202c",
            "\x1b]0;title\x07",
            "\x1b[2J",
            "\x85",
            "\u2028",
            "\ufeff",
            "\r",
            "\r\n\r\n",
        ),
        *("é" * 300, "a" * 3000, "a" * 70_000, "\n" * 500, " " * 5000, '"' * 999, "<" * 3000, "(" * 3000, ":" * 3000),
        *(
            "<!DOCTYPE a [<!ENTITY b 'c'>]>",
            "&b;",
            "&#0;",
            "&#x110000;",
            "&#xD800;",
            "<![CDATA[",
            "<?xml encoding='x'?>",
        ),
        *("=cmd|'/c calc'!A1", "@SUM(1)", "../../etc/passwd", "%s%n", "${a}", "XAU", "SGD", "sgd", "ZZZ", "US$", "€"),
    )
)
"""Texts that end up where a number, a day, a name or nothing at all was expected."""

_VALUE: Final = re.compile(
    rb'(?<=[:\[,])\s*(?:"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)|(?<=>)[^<\n]+|(?<=[,;\t"])[^,;\t"\n]+|\d+'
)
_LINE: Final = re.compile(rb"[^\n]*\n?")
_ENCODINGS: Final = ("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-7", "cp1252", "utf-32")

Change = Callable[[Random, bytes], bytes]


def damaged(dice: Random, seeds: Sequence[Seed]) -> Seed:
    """One of the seeds after one to five changes, at times under another one's name."""
    name, content = seeds[dice.randrange(len(seeds))]
    for _ in range(dice.choice((1, 1, 1, 2, 3, 5))):
        if dice.random() < 0.1:
            content = _spliced(dice, content, dice.choice(seeds)[1])
        else:
            content = dice.choice(_CHANGES)(dice, content)[:LARGEST]
    if dice.random() < 0.05:
        name = dice.choice(seeds)[0]
    return name, content[:LARGEST]


def _cut(dice: Random, content: bytes) -> tuple[int, int]:
    """A range of the content, mostly a short one."""
    start = dice.randrange(len(content) + 1)
    length = dice.choice((1, 2, 8, 64, 1024, len(content)))
    return start, min(len(content), start + dice.randrange(length + 1))


def _flipped(dice: Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(min(len(changed), dice.choice((1, 1, 4, 32)))):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def _truncated(dice: Random, content: bytes) -> bytes:
    return content[: dice.randrange(len(content) + 1)]


def _shortened(dice: Random, content: bytes) -> bytes:
    start, end = _cut(dice, content)
    return content[:start] + content[end:]


def _repeated(dice: Random, content: bytes) -> bytes:
    start, end = _cut(dice, content)
    return content[:end] + content[start:end] * dice.choice((1, 1, 2, 50)) + content[end:]


def _spliced(dice: Random, content: bytes, other: bytes) -> bytes:
    start, end = _cut(dice, other)
    place = dice.randrange(len(content) + 1)
    return content[:place] + other[start:end] + content[place:]


def _with_token(dice: Random, content: bytes) -> bytes:
    place = dice.randrange(len(content) + 1)
    return content[:place] + dice.choice(NASTY) + content[place:]


def _with_other_value(dice: Random, content: bytes) -> bytes:
    """A value of JSON, XML or CSV, a number or a tag's text made nasty; all that are alike at times."""
    values = list(_VALUE.finditer(content))
    if not values:
        return _with_token(dice, content)
    value, token = dice.choice(values), dice.choice(NASTY)
    if value[0].lstrip().startswith(b'"') and dice.random() < 0.5:
        token = b'"' + token + b'"'
    if dice.random() < 0.1 and value[0].strip():
        return content.replace(value[0], token)
    return content[: value.start()] + token + content[value.end() :]


def _with_other_lines(dice: Random, content: bytes) -> bytes:
    """A line gone, told twice, or in another place."""
    lines = _LINE.findall(content)
    first, second = dice.randrange(len(lines)), dice.randrange(len(lines))
    choice = dice.randrange(4)
    if choice == 0:
        del lines[first]
    elif choice == 1:
        lines[first:first] = [lines[first]] * dice.choice((1, 2, 200))
    elif choice == 2:
        lines[first], lines[second] = lines[second], lines[first]
    else:
        dice.shuffle(lines)
    return b"".join(lines)


def _nested(dice: Random, content: bytes) -> bytes:
    opened, closed = dice.choice(((b"[", b"]"), (b'{"a":', b"}"), (b"<a>", b"</a>"), (b"<STMTTRN>", b"</STMTTRN>")))
    depth = dice.choice((1, 2, 30, 600, 8000))
    value = dice.choice(list(_VALUE.finditer(content)) or [None])
    start, end = value.span() if value else (0, len(content))
    closing = closed * depth if dice.random() < 0.7 else b""
    return content[:start] + opened * depth + content[start:end] + closing + content[end:]


def _encoded(dice: Random, content: bytes) -> bytes:
    text = content.decode("utf-8", "replace")
    return text.encode(dice.choice(_ENCODINGS), "replace")


def _with_mark(dice: Random, content: bytes) -> bytes:
    return dice.choice((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"\0", b"\n\n", b"%PDF-")) + content


def _with_other_json(dice: Random, content: bytes) -> bytes:
    """An element or field of JSON gone, told twice or of another kind."""
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError):
        return _with_other_value(dice, content)
    for _ in range(dice.choice((1, 1, 3))):
        whole = _other(dice, whole, 12)
    return json.dumps(whole, ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")


def _other(dice: Random, value: object, depth: int) -> object:
    """The value with one thing in it changed."""
    if depth and isinstance(value, list) and value and dice.random() < 0.95:
        place = dice.randrange(len(value))
        choice = dice.randrange(8)
        changed = [_other(dice, value[place], depth - 1)] if choice > 1 else [value[place]] * 2 * choice
        return [*value[:place], *changed, *value[place + 1 :]]
    if depth and isinstance(value, dict) and value and dice.random() < 0.95:
        name = dice.choice(list(value))
        if dice.random() < 0.1:
            return {each: held for each, held in value.items() if each != name}
        return {**value, name: _other(dice, value[name], depth - 1)}
    strange: list[object] = [None, True, -1, 0, 0.5, 1e308, 10**30, "", " ", [], {}, [None], {"": {}}, [[]], value]
    strange.append(dice.choice(NASTY)[:500].decode("utf-8", "surrogatepass"))
    return dice.choice(strange)


_CHANGES: Final[tuple[Change, ...]] = (
    *(_with_other_value,) * 5,
    *(_with_other_json,) * 4,
    *(_with_token,) * 2,
    *(_with_other_lines,) * 2,
    *(_flipped, _truncated, _shortened, _repeated, _nested, _encoded, _with_mark),
)
