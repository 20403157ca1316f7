"""Names that exports give to their columns, by meaning and language, from which recognition learns.

``words.txt`` has a line for each meaning: its name, then its names in each language, parted by ``|`` and ``/``.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Final

__all__ = ["LANGUAGES", "WORDS"]

LANGUAGES: Final = ("en", "de", "fr", "es", "it", "pt", "nl", "id", "ms", "zh", "ja")


def _words() -> dict[str, dict[str, tuple[str, ...]]]:
    text = files("pod_agent.importers.tables").joinpath("words.txt").read_text(encoding="utf-8")
    found = {}
    for line in text.splitlines():
        meaning, *languages = line.split("|")
        found[meaning] = {
            language: tuple(names.split("/")) for language, names in zip(LANGUAGES, languages, strict=True)
        }
    return found


WORDS: Final = _words()
"""Names by meaning and language."""
