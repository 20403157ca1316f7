"""The bank: skeletons of questions in many voices, each with what it means, drawn from frames and words.

A meaning is a ``Label``: the closed part of a sketch, without its slots. The draw is seeded, so that the same tables
give the same bank.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final

from pod_agent.assistant.classifier.bank_counted import COUNTED
from pod_agent.assistant.classifier.bank_others import MEASURED, OTHERS
from pod_agent.assistant.classifier.frames import FRAMES
from pod_agent.assistant.classifier.words import SPOKEN

__all__ = ["Label", "bank"]

SEED: Final = 20_261_121
OF_VALUE, OF_FRAME, OF_LABEL = 70, 26, 60
"""Sentences drawn for each plain sum, for each other frame of a measure, and for each shape of the bank's own."""
PERIODS: Final = ("last month", "last month", "last month", "", "")
PAIRS: Final = {
    "money": (("August", "September"), ("August", "September"), ("Acme", "Globex"), ("groceries", "transport")),
    "music": (("August", "September"), ("August", "September"), ("Coldplay", "Radiohead")),
    "video": (("August", "September"), ("August", "September"), ("Vsauce", "Veritasium")),
    "shops": (("August", "September"), ("August", "September"), ("Acme", "Globex")),
}
SUMMED: Final = frozenset({"spend", "income", "net", "salary", "refunds", "cash", "purchases"})
TIMES: Final = frozenset({"listening_minutes", "listening_hours", "podcast_minutes", "podcast_hours"})


@dataclass(frozen=True, slots=True, order=True)
class Label:
    """The closed part of a sketch; ``declined`` is the reason of what is never computed, empty for all else."""

    topic: str = ""
    operation: str = ""
    measure: str = ""
    group: str = ""
    low: bool = False
    sign: str = ""
    show: str = "amount"
    per: str = ""
    named: str = ""
    declined: str = ""

    @property
    def shape(self) -> str:
        """What is done, without what it is done with."""
        parts = (self.operation, "low" if self.low else "", self.sign, self.show, self.per, self.named, self.declined)
        return "/".join(parts)

    @property
    def about(self) -> str:
        """What it is done with."""
        return f"{self.topic}/{self.measure}"

    @classmethod
    def from_list(cls, values: list[str]) -> Label:
        """What ``to_list`` gave."""
        names = [item.name for item in fields(cls)]
        given = dict(zip(names, values, strict=True))
        return cls(**{**given, "low": given["low"] == "1"})  # type: ignore[arg-type]

    def to_list(self) -> list[str]:
        """The fields as texts."""
        return [
            {True: "1", False: "0"}[value] if isinstance(value := getattr(self, item.name), bool) else str(value)
            for item in fields(self)
        ]


def bank() -> list[tuple[str, Label]]:
    """All sentences with their labels, each once; the same on every machine."""
    draw = random.Random(SEED)  # noqa: S311 - it draws wordings, no secrets
    out: dict[str, Label] = {}
    for label, frames, number, where in [*_framed(), *_own()]:
        for _ in range(number):
            sentence = _sentence(draw.choice(frames), label, where, draw)
            out.setdefault(sentence, label)
    return sorted(out.items())


def _framed() -> Iterator[tuple[Label, tuple[str, ...], int, str]]:
    """The frames that each measure has."""
    for (topic, measure), spoken in SPOKEN.items():
        for name, frames in FRAMES.items():
            operation, *flags = name.split()
            if not _has(topic, measure, operation, flags):
                continue
            label = Label(
                topic=topic,
                operation=operation,
                measure=measure,
                group=next((flag for flag in flags if flag in {"month", "day", "weekday"}), ""),
                low="least" in flags,
                sign=next((flag for flag in flags if flag in {"more", "less"}), ""),
            )
            filled = tuple(
                frame.replace("{ask}", spoken.ask).replace("{noun}", spoken.noun).replace("{did}", spoken.did)
                for frame in frames
            )
            yield label, filled, OF_VALUE if operation == "value" else OF_FRAME, spoken.where


def _has(topic: str, measure: str, operation: str, flags: list[str]) -> bool:
    if operation == "value":
        return True
    if measure == "days":
        return False
    if operation == "mean":
        return measure in {"spend", "income", "net", "salary", "refunds", "cash"} | TIMES
    if measure in {"transfers_out", "transfers_in", "savings", "average_purchase"}:
        return operation in {"difference", "series"} and not flags
    if operation == "peak" and "least" in flags:
        return measure in SUMMED | {"plays", "listening_minutes", "videos", "orders"}
    return topic in PAIRS


def _own() -> Iterator[tuple[Label, tuple[str, ...], int, str]]:
    """The bank's own shapes."""
    for table in (COUNTED, MEASURED, OTHERS):
        label, lines = Label(), list[str]()
        for line in [*table.strip().splitlines(), "= end end end"]:
            if not line.startswith("= "):
                lines.append(line)
                continue
            if lines:
                yield label, tuple(lines), min(OF_LABEL, 14 * len(lines)), ""
            label, lines = _label(line.removeprefix("= ").split()), []


def _label(words: list[str]) -> Label:
    if words[0] == "declined":
        return Label(operation="declined", declined=words[1])
    given: dict[str, str] = {"topic": words[0], "operation": words[1], "measure": words[2]}
    flags = []
    for word in words[3:]:
        name, equals, value = word.partition("=")
        if equals and name != "top":
            given["named" if name == "conditions" else name] = value
        elif not equals:
            flags.append(word)
    named = next((flag for flag in flags if flag != "low"), given.pop("named", ""))
    return Label(**given, low="low" in flags, named=named)


def _sentence(frame: str, label: Label, where: str, draw: random.Random) -> str:
    """One sentence of a frame: alternatives drawn, placeholders filled."""
    one, two = draw.choice(PAIRS.get(label.topic, PAIRS["music"][:1]))
    narrowed = where if draw.random() < 0.5 else ""
    text = frame.replace("{where}", narrowed).replace("{t}", draw.choice(PERIODS))
    text = _drawn(text.replace("{p}", one).replace("{q}", two), draw)
    if one in {"Acme", "groceries", "Coldplay", "Vsauce"}:
        text = re.sub(rf"\bin (?={one}|{two})", draw.choice(("at ", "on ", "for ")), text)
    return re.sub(r"\s+", " ", text).strip().casefold()


def _drawn(text: str, draw: random.Random) -> str:
    """The text with every ``(a|b)`` and ``[a]`` resolved, the innermost first."""
    while True:
        found = re.search(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]", text)
        if found is None:
            return text
        if found[1] is not None:
            chosen = draw.choice(found[1].split("|"))
        else:
            chosen = draw.choice((*found[2].split("|"), "")) if "|" in found[2] else draw.choice((found[2], ""))
        text = f"{text[: found.start()]}{chosen}{text[found.end() :]}"
