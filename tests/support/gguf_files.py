"""Small GGUF files: a header as ggml's specification has it, and tensors of zeros."""

from __future__ import annotations

import struct
from collections.abc import Mapping

__all__ = ["gguf"]

CHAT = {"tokenizer.chat_template": "{{ messages }}"}


def gguf(
    values: Mapping[str, str | int | list[str]] | None = None,
    *,
    version: int = 3,
    tensors: tuple[tuple[str, int], ...] = (("a", 64), ("b", 32)),
    cut: int = 0,
) -> bytes:
    """The file's bytes; ``cut`` leaves out so many at the end. Without ``values`` those of a small chat model."""
    given = {
        "general.architecture": "llama",
        "general.name": "Tiny",
        "llama.block_count": 2,
        "llama.embedding_length": 64,
        "llama.context_length": 512,
        "llama.attention.head_count": 4,
        "llama.attention.head_count_kv": 2,
        "tokenizer.ggml.tokens": ["a", "b", "c"],
        **CHAT,
        **(values or {}),
    }
    out = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(given))
    for key, value in given.items():
        out += _text(key) + _value(value)
    offset = 0
    for name, weights in tensors:
        out += _text(name) + struct.pack("<IQIQ", 1, weights, 0, offset)
        offset += weights * 4
    out += b"\0" * (-len(out) % 32)
    return (out + b"\0" * offset)[: -cut or None]


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def _value(value: str | int | list[str]) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", 8) + _text(value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(_text, value))
