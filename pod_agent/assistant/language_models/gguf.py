"""GGUF: what the header of a model's file says, read with bounds, and whether the file is whole.

The form is that of ggml's specification of GGUF, versions 2 and 3, little-endian. Only the header is read.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from pod_agent.errors import ModelFileError

__all__ = ["Header", "read_header"]

MAGIC: Final = b"GGUF"
MOST_KEYS: Final = 10_000
MOST_TENSORS: Final = 100_000
MOST_ITEMS: Final = 4_000_000
LONGEST_TEXT: Final = 1 << 20
_STRING, _ARRAY = 8, 9
_FORMS: Final = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_BLOCKS: Final = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36), 10: (256, 84),
    11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292), 30: (1, 2),
}  # fmt: skip
"""Weights in a block and bytes of it, by the number of the tensor's type; types that are not here count as nothing."""

_Value = int | float | str | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What is known of a model without loading it. ``context`` and the others are in pieces of words and in layers.

    ``chats`` says whether the file has a form for conversations, which base models lack.
    """

    architecture: str
    title: str
    context: int
    layers: int
    width: int
    heads: int
    shared_heads: int
    head_width: int
    vocabulary: int
    chats: bool

    def cache_bytes(self, context: int) -> int:
        """Memory for what was said so far: two halves of 16 bits for each layer, shared head and place."""
        return 2 * 2 * self.layers * self.shared_heads * self.head_width * context


def read_header(path: Path) -> Header:
    """The header of a file; ModelFileError where it is no model, is cut off or says what cannot be."""
    try:
        with path.open("rb") as stream:
            return _Reader(stream, path.stat().st_size).header()
    except OSError as error:
        raise ModelFileError(f"{path.name} cannot be read: {error.strerror}") from error
    except (struct.error, UnicodeDecodeError, OverflowError, MemoryError) as error:
        raise ModelFileError(f"the header of {path.name} cannot be read", hint="Download the file again.") from error


class _Reader:
    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self._size = size

    def header(self) -> Header:
        if self._stream.read(4) != MAGIC:
            raise ModelFileError("this is no GGUF file")
        version, tensors, keys = self._take("I"), self._take("Q"), self._take("Q")
        if version not in {2, 3}:
            raise ModelFileError(f"this is a GGUF file of version {version}, which is not read here")
        if not (0 < tensors <= MOST_TENSORS and 0 < keys <= MOST_KEYS):
            raise ModelFileError("this GGUF file holds no model")
        values: dict[str, _Value] = {}
        lengths: dict[str, int] = {}
        for _ in range(keys):
            key = self._text()
            values[key], lengths[key] = self._value(self._take("I"))
        self._check_whole(tensors, values)
        return _header(values, lengths)

    def _check_whole(self, tensors: int, values: dict[str, _Value]) -> None:
        """ModelFileError where the last byte of a tensor lies beyond the file's end: a download that was cut off."""
        ends = [self._tensor_end() for _ in range(tensors)]
        align = values.get("general.alignment", 32)
        if not isinstance(align, int) or not 0 < align <= 1 << 16:
            raise ModelFileError("the header of this GGUF file makes no sense")
        start = -(-self._stream.tell() // align) * align
        if start + max(ends) > self._size:
            raise ModelFileError("the file ends too early: its download was cut off", hint="Download the file again.")

    def _tensor_end(self) -> int:
        self._text()
        weights = 1
        for _ in range(self._count(4)):
            weights *= self._take("Q")
        block, size = _BLOCKS.get(self._take("I"), (1, 0))
        return self._take("Q") + weights // block * size

    def _value(self, kind: int) -> tuple[_Value, int]:
        """A value and, of an array, how many it holds; arrays themselves are passed over."""
        if kind == _STRING:
            return self._text(), 1
        if kind != _ARRAY:
            return self._number(kind), 1
        inner, items = self._take("I"), self._take("Q")
        if items > MOST_ITEMS:
            raise ModelFileError("the header of this GGUF file is too long")
        if inner == _STRING:
            for _ in range(items):
                self._skip(self._take("Q"))
        elif inner in _FORMS:
            self._skip(items * struct.calcsize(_FORMS[inner]))
        else:
            raise ModelFileError("the header of this GGUF file makes no sense")
        return None, items

    def _number(self, kind: int) -> int | float | bool:
        if kind not in _FORMS:
            raise ModelFileError("the header of this GGUF file makes no sense")
        found: int | float | bool = struct.unpack("<" + _FORMS[kind], self._bytes(struct.calcsize(_FORMS[kind])))[0]
        return found

    def _take(self, form: str) -> int:
        return int(struct.unpack("<" + form, self._bytes(struct.calcsize(form)))[0])

    def _count(self, most: int) -> int:
        count = self._take("I")
        if count > most:
            raise ModelFileError("the header of this GGUF file makes no sense")
        return count

    def _text(self) -> str:
        length = self._take("Q")
        if length > LONGEST_TEXT:
            raise ModelFileError("the header of this GGUF file is too long")
        return self._bytes(length).decode("utf-8")

    def _bytes(self, count: int) -> bytes:
        found = self._stream.read(count)
        if len(found) < count:
            raise ModelFileError("the file ends too early: its download was cut off", hint="Download the file again.")
        return found

    def _skip(self, count: int) -> None:
        if self._stream.seek(count, 1) > self._size:
            raise ModelFileError("the file ends too early: its download was cut off", hint="Download the file again.")


def _header(values: dict[str, _Value], lengths: dict[str, int]) -> Header:
    kind = str(values.get("general.architecture") or "")

    def number(name: str, otherwise: int = 0) -> int:
        found = values.get(f"{kind}.{name}")
        return found if isinstance(found, int) and 0 < found < 1 << 31 else otherwise

    layers, width, heads = number("block_count"), number("embedding_length"), number("attention.head_count", 1)
    if not kind.isprintable() or not kind or not layers or not width:
        raise ModelFileError("this GGUF file holds no language model")
    return Header(
        architecture=kind[:40],
        title=str(values.get("general.name") or "")[:80],
        context=number("context_length", 2048),
        layers=layers,
        width=width,
        heads=heads,
        shared_heads=number("attention.head_count_kv", heads),
        head_width=number("attention.key_length", max(1, width // heads)),
        vocabulary=lengths.get("tokenizer.ggml.tokens", 0),
        chats=bool(values.get("tokenizer.chat_template")),
    )
