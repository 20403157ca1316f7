"""The words of a PDF with their places, read by a child process that has little time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pod_agent.errors import MissingExtraError, RefusedExportError
from pod_agent.importers.protocol import ExportFile

__all__ = ["INSTALL", "NO_READER", "PDF", "Line", "Word", "is_readable", "pdf_lines"]

PDF = b"%PDF-"
MAX_BYTES = 32 << 20
MAX_OUTPUT = 64 << 20
SECONDS = 60
"""The child's own limit is of processor time; this one holds where it waits, or where a system knows no limits."""

CHILD = Path(__file__).with_name("pdf_child.py")
LOCKED, TOO_LONG = 3, 5
NO_READER = "PDF statements are read by pdfplumber, which is not installed"
INSTALL = "pip install 'pod-agent[documents]'"
UNLOCK = "Open the PDF with its password, print it to a new PDF without one, and import that."
SAME_LINE = 3.0
"""Words whose tops differ by less, in points, stand on one line."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word and where it stands: left and right edge in points."""

    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Line:
    """The words of one printed line from left to right; ``page`` counts from 1."""

    page: int
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The line as text."""
        return " ".join(word.text for word in self.words)


def is_readable() -> bool:
    """Whether the package that reads PDFs is installed."""
    return find_spec("pdfplumber") is not None


def pdf_lines(export: ExportFile, *, seconds: float = SECONDS) -> list[Line]:
    """The printed lines of all pages, from top to bottom.

    RefusedExportError where it needs a password, is damaged or too large, or takes too long; MissingExtraError where
    pdfplumber is not installed.
    """
    if not is_readable():
        raise MissingExtraError(NO_READER, hint=INSTALL)
    with export.open() as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise RefusedExportError(f"{export.file} is larger than {MAX_BYTES >> 20} MiB: no statement is")
    # -P: nothing that lies beside the script can stand in for a module of the standard library.
    command = [sys.executable, "-P", str(CHILD)]
    try:
        child = subprocess.run(command, input=content, capture_output=True, timeout=seconds, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise RefusedExportError(f"{export.file} was not read within {seconds:g} seconds: it may never end") from error
    if child.returncode == LOCKED:
        raise RefusedExportError(f"{export.file} is locked by a password", hint=UNLOCK)
    if child.returncode == TOO_LONG or len(child.stdout) > MAX_OUTPUT:
        raise RefusedExportError(f"{export.file} has more pages or words than a statement")
    if child.returncode:
        raise RefusedExportError(f"{export.file} is a PDF that is damaged, or needs more time or memory than allowed")
    return [line for number, row in enumerate(child.stdout.splitlines(), 1) for line in _lines(number, json.loads(row))]


def _lines(page: int, row: list[tuple[str, float, float, float]]) -> list[Line]:
    """The words of a page, put together line by line."""
    groups: list[tuple[float, list[Word]]] = []
    for text, left, right, top in sorted(row, key=lambda word: (word[3], word[1])):
        word = Word(text, left, right)
        if groups and top - groups[-1][0] < SAME_LINE:
            groups[-1][1].append(word)
        else:
            groups.append((top, [word]))
    return [Line(page, tuple(sorted(words, key=lambda word: word.left))) for _, words in groups]
