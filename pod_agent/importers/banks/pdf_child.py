"""Reads a PDF from standard input in a process of its own, and writes its words as one JSON line for each page.

It runs as a script, apart from the agent, so that a PDF that never ends or explodes takes only this process with it.
It imports nothing of the agent. Exit status: 0 done, 3 locked by a password, 4 damaged, 5 too long.
"""

from __future__ import annotations

import io
import json
import sys

__all__: list[str] = []

MEMORY = 512 << 20
CPU_SECONDS = 20
"""A statement of 50 pages as full as print can be takes 10 seconds and 63 MiB."""

MAX_PAGES = 200
MAX_CHARACTERS = 8_000_000
LOCKED, DAMAGED, TOO_LONG = 3, 4, 5


def _limit() -> None:
    """Bound memory and time, on systems that can."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):
            continue  # this system knows no such limit; the parent's clock still holds


def _words(content: bytes) -> int:
    """Write ``[[text, x0, x1, top], ...]`` for each page."""
    import pdfplumber  # noqa: PLC0415 - after the limits are set

    count = 0
    with pdfplumber.open(io.BytesIO(content)) as document:
        for number, page in enumerate(document.pages):
            if number >= MAX_PAGES or count > MAX_CHARACTERS:
                return TOO_LONG
            # Text that stands upright on its side runs along the margin of a statement: it belongs to no row.
            upright = page.filter(lambda item: item.get("object_type") != "char" or item.get("upright", True))
            words = upright.extract_words(x_tolerance=2, y_tolerance=2, keep_blank_chars=False)
            count += sum(len(word["text"]) + 40 for word in words)
            row = [[word["text"], round(word["x0"], 1), round(word["x1"], 1), round(word["top"], 1)] for word in words]
            sys.stdout.write(json.dumps(row) + "\n")
            page.close()
    return 0


def _main() -> int:
    _limit()
    content = sys.stdin.buffer.read()
    try:
        return _words(content)
    except Exception as error:  # noqa: BLE001 - whatever a strange PDF sets off ends this process with a status
        names = {type(each).__name__ for each in (error, error.__cause__, error.__context__, *error.args)}
        return LOCKED if names & {"PDFPasswordIncorrect", "PDFEncryptionError"} else DAMAGED


if __name__ == "__main__":
    sys.exit(_main())
