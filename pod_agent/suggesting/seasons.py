"""What the coming weeks ask for, by the date and public names alone: Halloween in October, ice cream in July.

No purchases are looked at. The words are those of a household in the United States; elsewhere other feasts are kept
and the seasons may be turned around, so that whoever asks must say where they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pod_agent.embedding import Embedder

__all__ = ["DAYS_AHEAD", "kept_in", "season"]

DAYS_AHEAD: Final = 28
POWER: Final = 4
"""Of the cosine: only names that nearly say the word count."""

MONTHS: Final = tuple(
    tuple(words.split(", "))
    for words in (
        "New Year, winter, snow, cold and flu, healthy eating, diet, exercise, cleaning, storage",
        "Valentine's Day, chocolate, candy, flowers, football party snacks, winter, cold and flu, soup",
        "spring, St. Patrick's Day, Lent, fish, seafood, spring cleaning, seeds, garden",
        "Easter, eggs, ham, candy, baskets, spring, lawn and garden, allergies",
        "Mother's Day, Memorial Day, barbecue, grilling, garden, flowers, picnic, sun care, insect repellent",
        "summer, Father's Day, grilling, ice cream, cold drinks, berries, melons, sun care, insect repellent",
        "Independence Day, fireworks, barbecue, hot dogs, ice, ice cream, cold drinks, summer fruit, picnic",
        "back to school, school supplies, office supplies, lunch boxes, summer fruit, corn, picnic",
        "Labor Day, autumn, back to school, lunch, apples, pears, football party snacks, canning",
        "Halloween, candy, costumes, pumpkins, autumn, apples, pears, cold and flu, soup, hot drinks",
        "Thanksgiving, turkey, stuffing, pie, baking, cranberries, sweet potatoes, autumn, cold and flu, hot drinks",
        "Christmas, decorations, gifts, wrapping, cards, holiday baking, cookies, candy, ham, winter, cold and flu",
    )
)
"""Feasts and seasons by month, and what goes with them."""

CITIES: Final = "New_York Detroit Chicago Menominee Denver Boise Phoenix Los_Angeles Anchorage Juneau Sitka Nome Adak"
AMERICAN: Final = frozenset(f"America/{city}" for city in CITIES.split())
STATES: Final = ("America/Indiana/", "America/Kentucky/", "America/North_Dakota/", "US/")


def kept_in(zone: str) -> bool:
    """Whether the words are those of people in this time zone."""
    return zone in AMERICAN or zone.startswith(STATES)


def season(names: Sequence[str], embedder: Embedder, today: date) -> NDArray[np.float64]:
    """(items,) how much nearer a name is to a word of the ``DAYS_AHEAD`` days from ``today`` than over the whole year.

    From -1 to 1, and 0 over the mean of the months: what is always near to some word gains nothing.
    """
    vectors = embedder.embed(names).astype(np.float64)
    near = np.stack(
        [
            (np.clip(vectors @ embedder.embed(words).astype(np.float64).T, 0.0, 1.0) ** POWER).max(axis=1)
            for words in MONTHS
        ],
        axis=1,
    )
    ahead = [(today + timedelta(days=day)).month - 1 for day in range(DAYS_AHEAD)]
    share = np.bincount(ahead, minlength=12) / DAYS_AHEAD
    return np.asarray(near @ share - near.mean(axis=1))
