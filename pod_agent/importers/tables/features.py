"""What can be seen of a column: the letters of its name and the shapes of its values, as numbers for a model."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from math import log10
from typing import Final

from pod_agent.importers.faults import RowError
from pod_agent.importers.tables.cells import is_empty, number_of

__all__ = ["NAME_PLACES", "features", "name_features", "value_features"]

NAME_PLACES: Final = 1024
"""How many places the parts of a name are spread over."""

DATE: Final = re.compile(r"^\d{1,4}[-/. ]\w{1,9}[-/. ]\d{2,4}")
CLOCK: Final = re.compile(r"\d{1,2}:\d{2}")
CODE: Final = re.compile(r"[A-Z]{3}$")
IDENTITY: Final = re.compile(r"(?=\S*\d)[\w-]{6,}$")
LINK: Final = re.compile(r"(https?:|www\.|\w+:\w+:)")
DIGITS: Final = re.compile(r"\d+$")


def features(name: str, cells: Sequence[object]) -> list[float]:
    """Everything seen of one column."""
    return [*name_features(name), *value_features(cells)]


def name_features(name: str) -> list[float]:
    """Parts of two to four letters of the name, and its words, hashed; accents are as if not there."""
    places = [0.0] * NAME_PLACES
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    words = re.findall(r"[^\W_]+|%", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain))
    parts = {f" {word} " for word in words}
    for word in [*words, "".join(words)]:
        edged = f" {word} "
        parts |= {edged[at : at + size] for size in (2, 3, 4) for at in range(max(len(edged) - size + 1, 0))}
    weight = 1 / max(len(parts), 1) ** 0.5
    for part in parts:
        places[zlib.crc32(part.encode()) % NAME_PLACES] += weight * (2 if part[0] == part[-1] == " " else 1)
    return places


def value_features(cells: Sequence[object]) -> list[float]:
    """Shares of cells of each shape, and how large, different and ordered the values are."""
    told = [cell for cell in cells if not is_empty(cell)]
    count = max(len(told), 1)
    texts = [str(cell).strip() for cell in told]
    numbers = [number for cell in told if (number := _number(cell)) is not None]

    def share(hits: Sequence[object]) -> float:
        return len(hits) / count

    sizes = sorted(abs(float(number)) for number in numbers)
    middle = sizes[len(sizes) // 2] if sizes else 0.0
    return [
        1 - len(told) / max(len(cells), 1),
        share([cell for cell, text in zip(told, texts, strict=True) if isinstance(cell, date) or DATE.match(text)]),
        share([text for text in texts if CLOCK.search(text)]),
        share(numbers),
        share([number for number in numbers if number < 0]),
        share([number for number in numbers if number != number.to_integral_value()]),
        share([number for number in numbers if number == number.to_integral_value()]),
        log10(1 + middle) / 6,
        log10(1 + sizes[-1]) / 6 if sizes else 0.0,
        len(set(texts)) / count,
        min(sum(map(len, texts)) / count / 40, 2.0),
        share([text for text in texts if " " in text]),
        share([text for text in texts if CODE.match(text)]),
        share([text for text in texts if IDENTITY.match(text)]),
        share([text for text in texts if LINK.match(text)]),
        share([text for text in texts if len(text) == 4 and DIGITS.match(text)]),
        share([text for text in texts if 8 <= len(text) <= 14 and DIGITS.match(text)]),
        share([text for text in texts if len(text) <= 2]),
        share([number for number in numbers if 0 <= number <= 100]),
        float(bool(told) and len(set(texts)) == 1),
        float(bool(told) and len(set(texts)) <= 8),
    ]


def _number(cell: object) -> Decimal | None:
    try:
        text = cell.strip().strip("$€£ ") if isinstance(cell, str) else cell
        comma = isinstance(text, str) and re.search(r",\d{1,2}$", text)
        return number_of(text, "," if comma else ".")
    except RowError:
        return None
