"""From scores to lists: ten items for the next purchases, and ten that the household never bought."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np

from bench.recommend.metrics import Lists, top
from bench.recommend.peers import Score
from bench.recommend.protocol import Integers, Past

__all__ = ["BLOCK", "json_lines", "make_lists"]

BLOCK = 256
"""People scored at once: with the whole catalogue of products this is 190 MB."""


def make_lists(known: Past, score: Score, *, score_new: Score | None = None) -> Lists:
    """Score everybody, a block at a time; ``score_new`` ranks what is new, if another function should."""
    ever = known.ever()
    parts: list[tuple[Integers, Integers, Integers]] = []
    for start in range(0, len(known.households), BLOCK):
        people = np.arange(start, min(start + BLOCK, len(known.households)))
        scores = np.asarray(score(people), dtype=np.float64)
        novel = scores if score_new is None else np.asarray(score_new(people), dtype=np.float64)
        had = ever[people].toarray() > 0
        parts.append((top(scores), top(np.where(had, scores, -np.inf)), top(np.where(had, -np.inf, novel))))
    every, old, new = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return Lists(all=every, old=old, new=new)


def json_lines(known: Past, lists: Lists) -> Iterator[str]:
    """One line for each household: ``{"household", "next", "novel"}``."""
    for household, following, novel in zip(known.households, lists.all, lists.new, strict=True):
        line = {
            "household": int(household),
            "next": [known.items[number] for number in following if number >= 0],
            "novel": [known.items[number] for number in novel if number >= 0],
        }
        yield json.dumps(line, ensure_ascii=False)
