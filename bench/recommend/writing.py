"""The lists of one week, as JSON lines."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.completejourney import CompleteJourney
from bench.recommend.lists import json_lines, make_lists
from bench.recommend.ours import recommender
from bench.recommend.protocol import Level, had_elsewhere, past
from bench.recommend.release import Terms

__all__ = ["write_lists"]


def write_lists(journey: CompleteJourney, week: int, level: Level, terms: Terms, out: Path | None) -> None:
    """One line for each household with a basket up to ``week``, from what is known then; nothing half-written."""
    known = past(journey, week, level)
    score = recommender(journey, known, terms)
    lists = make_lists(known, score, had_too=had_elsewhere(journey, known))
    text = "".join(f"{line}\n" for line in json_lines(known, lists))
    if out is None:
        sys.stdout.write(text)
        return
    unfinished = out.with_name(out.name + ".part")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(out)
