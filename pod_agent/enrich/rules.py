"""The person's own rules: a text that statements hold, the merchant's name, its category.

A pattern is compared word by word, without regard to case and punctuation, with the text of a row. It may stand
anywhere in the text, begins where a word begins and ends where a word ends, or inside a reference: *SPOTIFY P* is
found in *SPOTIFY P1A2B3C4*. ``*`` stands for anything, also for nothing. Of several rules that fit the most specific
one, with the most letters, holds.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pod_agent.enrich.merchants import tokens
from vocab.taxonomy import CATEGORIES

__all__ = ["COLUMNS", "MAX_LETTERS", "BadRule", "Rule", "Rulebook", "fault_of", "fold", "read_rules", "write_rules"]

COLUMNS = ("pattern", "name", "category")
MAX_LETTERS = 200
"""Longest pattern and name."""

_KEY = 2
"""Letters by which rules are found."""
_Parts = tuple[re.Pattern[str], ...]
_FORMULA = ("=", "+", "-", "@")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """Rows that hold ``pattern`` are of the merchant ``name`` (empty: as told without the rule) and of ``category``."""

    pattern: str
    name: str
    category: str


@dataclass(frozen=True, slots=True)
class BadRule:
    """A row of a file of rules that cannot be used: its line, from 1, and why."""

    line: int
    reason: str


def fold(pattern: str) -> str:
    """The pattern as it is compared: words in capitals, single spaces, ``*`` kept. Empty where it says nothing."""
    parts = [" ".join(tokens(part)) for part in pattern.split("*")]
    if not any(parts):
        return ""
    starts = [part[:1].isspace() for part in pattern.split("*")]
    folded = parts[0]
    for part, spaced in zip(parts[1:], starts[1:], strict=True):
        folded += "* " + part if spaced and part else "*" + part
    return re.sub(r"\*[\s*]*\*", "*", folded).strip()


class Rulebook:
    """Rules, ready to be asked which one holds for a text; the order in which they were given does not matter."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        found: dict[str, Rule] = {}
        for rule in sorted(rules):
            found[fold(rule.pattern)] = rule
        self._rules = {folded: found[folded] for folded in sorted(found) if folded}

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules in the order of their patterns."""
        return tuple(self._rules.values())

    def __len__(self) -> int:
        return len(self._rules)

    def get(self, pattern: str) -> Rule | None:
        """The rule with this pattern, however it is written."""
        return self._rules.get(fold(pattern))

    def with_rules(self, rules: Iterable[Rule]) -> Rulebook:
        """These rules added; one with the pattern of an old one takes its place."""
        merged = dict(self._rules)
        merged.update({fold(rule.pattern): rule for rule in rules})
        return Rulebook(merged.values())

    def without(self, pattern: str) -> Rulebook:
        """The rules without that of this pattern."""
        return Rulebook(rule for folded, rule in self._rules.items() if folded != fold(pattern))

    def find(self, text: str, *, only_at_start: bool = False) -> Rule | None:
        """The most specific rule whose pattern the text holds; None where none does.

        ``only_at_start`` asks for rules whose pattern the text begins with.
        """
        words = " ".join(tokens(text))
        best: tuple[tuple[int, bool, str], Rule] | None = None
        for folded, parts in self._candidates(words):
            start = _place(parts, words, only_at_start=only_at_start)
            if start is not None:
                rank = (len(folded.replace("*", "")), start == 0, folded)
                if best is None or rank > best[0]:
                    best = rank, self._rules[folded]
        return best[1] if best else None

    def _candidates(self, words: str) -> Iterator[tuple[str, _Parts]]:
        """Rules that can fit: those that start as one of the words does, and those without a start."""
        keys = {words[found.start() : found.start() + _KEY] for found in _WORD_START.finditer(words)} | {""}
        for key in sorted(keys):
            yield from self._by_start.get(key, ())

    @cached_property
    def _by_start(self) -> dict[str, list[tuple[str, _Parts]]]:
        starts: dict[str, list[tuple[str, _Parts]]] = {}
        for folded in self._rules:
            literal = folded.partition("*")[0]
            key = literal[:_KEY] if len(literal) >= _KEY and not literal[:_KEY].endswith(" ") else ""
            starts.setdefault(key, []).append((folded, _parts(folded)))
        return starts


_UNSPACED = "\u0e00-\u0eff\u2e80-\ud7ff\uf900-\ufaff"
"""Letters of scripts that put no spaces between words."""
_START = rf"(?:(?<![^ ])|(?=[{_UNSPACED}]))"
_END = rf"(?:(?![^ ])|(?<=[{_UNSPACED}]))"
_WORD_START = re.compile(_START)


def _parts(folded: str) -> _Parts:
    """What must follow one another in a text, with anything between: what stands between the stars."""
    last = folded.rpartition("*")[2]
    if not last:
        end = ""
    elif last[-1].isdigit():
        end = r"(?!\d)"
    elif " " in last and len(last.rpartition(" ")[2]) <= 2:
        end = r"\w*"  # the first letters of a reference that differs from row to row
    else:
        end = rf"(?:{_END}|(?=[^ ]*\d))"
    parts = [re.escape(part) for part in folded.strip("*").split("*")]
    parts[0] = ("" if folded.startswith("*") else _START) + parts[0]
    parts[-1] += end
    return tuple(re.compile(part) for part in parts)


def _place(parts: _Parts, words: str, *, only_at_start: bool) -> int | None:
    """Where the parts begin in the text; None where it does not hold them. In linear time, however many stars."""
    found = parts[0].match(words) or (None if only_at_start else parts[0].search(words))
    if found is None:
        return None
    start, end = found.start(), found.end()
    for part in parts[1:]:
        found = part.search(words, end)
        if found is None:
            return None
        end = found.end()
    return start


def read_rules(text: str) -> tuple[list[Rule], list[BadRule]]:
    """The rules of a CSV file with the columns pattern, name, category, and its rows that cannot be used.

    Other columns are passed over. Of two rows with one pattern the later one stays.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    rules: dict[str, Rule] = {}
    bad: list[BadRule] = []
    places: dict[str, int] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if places is None:
                places = {cell.strip().lower(): position for position, cell in enumerate(cells)}
                missing = [name for name in ("pattern", "category") if name not in places]
                if missing:
                    return [], [BadRule(reader.line_num, f"the header names no column {missing[0]!r}")]
                continue
            row = {name: _cell(cells, places.get(name)) for name in COLUMNS}
            found = _checked(row, reader.line_num)
            if isinstance(found, Rule):
                rules[fold(found.pattern)] = found
            else:
                bad.append(found)
    except csv.Error:
        bad.append(BadRule(reader.line_num, "the line is not CSV"))
    return sorted(rules.values()), bad


def write_rules(rules: Iterable[Rule]) -> str:
    """The rules as CSV; a cell that a spreadsheet would take for a formula gets an apostrophe, which reading drops."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for rule in sorted(rules):
        writer.writerow(
            f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in (rule.pattern, rule.name, rule.category)
        )
    return stream.getvalue()


def _cell(cells: list[str], place: int | None) -> str:
    text = cells[place].strip() if place is not None and place < len(cells) else ""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def _checked(row: dict[str, str], line: int) -> Rule | BadRule:
    rule = Rule(row["pattern"], row["name"], row["category"].lower())
    fault = fault_of(rule)
    return rule if fault is None else BadRule(line, fault)


def fault_of(rule: Rule) -> str | None:
    """Why a rule cannot be used, or None where it can."""
    if not fold(rule.pattern):
        return "the pattern holds no word"
    if max(len(rule.pattern), len(rule.name)) > MAX_LETTERS:
        return f"the pattern or the name has more than {MAX_LETTERS} letters"
    if _CONTROL.search(rule.pattern + rule.name):
        return "a control character in the pattern or the name"
    if rule.category not in CATEGORIES:
        return "the category is none of: " + ", ".join(CATEGORIES)
    return None
