"""From scores to lists: ten items for the next purchases, and ten that the household never bought."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.recommend.metrics import LENGTH, NOTHING, Lists, top
from bench.recommend.peers import Score
from bench.recommend.protocol import Integers, Past

__all__ = ["BLOCK", "json_lines", "make_lists"]

BLOCK = 256
"""People scored at once: with the whole catalogue of products this is 190 MB."""


def make_lists(known: Past, score: Score, people: Integers | None = None, *, had_too: Any | None = None) -> Lists:
    """Lists for these people, or for everybody, a block at a time; the others' stay empty.

    ``had_too`` is a sparse (U, I) of what is new to nobody who has it there, though it is not in ``known``.
    """
    everybody = np.arange(len(known.households)) if people is None else people
    ever = known.ever()
    made = Lists(**{name: np.full((len(known.households), LENGTH), NOTHING) for name in ("all", "old", "new")})
    for start in range(0, len(everybody), BLOCK):
        block = everybody[start : start + BLOCK]
        scores = np.asarray(score(block), dtype=np.float64)
        had = ever[block].toarray() > 0
        made.all[block] = top(scores)
        made.old[block] = top(np.where(had, scores, -np.inf))
        if had_too is not None:
            had |= had_too[block].toarray() > 0
        made.new[block] = top(np.where(had, -np.inf, scores))
    return made


def json_lines(known: Past, lists: Lists) -> Iterator[str]:
    """One line for each household: ``{"household", "next", "novel"}``."""
    for household, following, novel in zip(known.households, lists.all, lists.new, strict=True):
        line = {
            "household": int(household),
            "next": [known.items[number] for number in following if number >= 0],
            "novel": [known.items[number] for number in novel if number >= 0],
        }
        yield json.dumps(line, ensure_ascii=False)
