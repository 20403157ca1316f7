"""What everyone knows of the items that a shared model names: their department and a text that describes them.

From the lists that ship with the agent alone, so that likeness by text tells nothing of anyone. It is computed on this
machine, and the vectors are kept in its home.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from pod_agent.enrich.merchants import public_chains
from vocab.errors import UnknownNameError, VocabularyError
from vocab.products import DEPARTMENTS, GROUPS, PUBLIC_GROUPS
from vocab.taxonomy import CATEGORIES, SPENDING_CATEGORIES

if TYPE_CHECKING:
    from pod_agent.embedding import Embedder

__all__ = ["PublicItems", "alike", "public_items"]

CATEGORY_TEXTS: Final = {
    "groceries": "food and household goods of supermarkets, wet markets and convenience stores",
    "eating-out": "meals and drinks of restaurants, hawker stalls, cafes and food delivery",
    "transport": "buses, trains, taxis, petrol, parking and car repair",
    "shopping": "clothes, shoes, electronics, books, gifts and online marketplaces",
    "household": "furniture, appliances, rent, repairs, cleaning and laundry for the home",
    "utilities": "electricity, gas, water and town council bills",
    "telecom": "mobile plans, broadband and phone bills",
    "health": "clinics, dentists, pharmacies and opticians",
    "entertainment": "cinemas, concerts, games, parks and museums",
    "subscriptions": "streaming, software, news, gyms and memberships paid every month",
    "travel": "flights, hotels, tours and luggage",
    "education": "schools, courses, tuition and exams",
    "insurance": "insurance premiums",
    "fees": "bank charges, interest and fines",
    "cash": "cash taken from machines",
    "income": "salary, interest and other money received",
    "transfers": "money moved between accounts and people",
    "other": "hairdressers, donations, services and all else",
}
"""What each category is, in a few words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicItems:
    """Items by ``names``, each with its department and a text, in the same order."""

    dimension: str
    names: tuple[str, ...]
    departments: tuple[str, ...]
    texts: tuple[str, ...]


def public_items(dimension: str, names: Sequence[str] | None = None) -> PublicItems:
    """The public items of ``category``, ``group`` or ``merchant``, or those of ``names``, in their order.

    VocabularyError for another dimension, UnknownNameError for a name that is not in the public list.
    """
    known = _known(dimension)
    chosen = tuple(known if names is None else names)
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise UnknownNameError(f"{len(unknown)} names are no public {dimension}: the first is {unknown[0][:60]!r}")
    return PublicItems(
        dimension=dimension,
        names=chosen,
        departments=tuple(known[name][0] for name in chosen),
        texts=tuple(known[name][1] for name in chosen),
    )


def alike(texts: Sequence[str], embedder: Embedder) -> NDArray[np.float64]:
    """How alike two different texts are, from 0 to 1; 0 for a text and itself: (texts x texts)."""
    vectors = embedder.embed(texts).astype(np.float64)
    cosines = np.clip(vectors @ vectors.T, 0.0, 1.0)
    np.fill_diagonal(cosines, 0.0)
    return cosines


def _known(dimension: str) -> dict[str, tuple[str, str]]:
    if dimension == "category":
        texts = {name: f"{CATEGORIES[name].label}: {CATEGORY_TEXTS[name]}" for name in SPENDING_CATEGORIES}
        return {name: (CATEGORIES[name].coicop[0], text) for name, text in texts.items()}
    if dimension == "group":
        public = {name: GROUPS[name] for name in PUBLIC_GROUPS}
        return {
            name: (each.department, f"{each.label}. Department: {DEPARTMENTS[each.department]}. {each.text}")
            for name, each in public.items()
        }
    if dimension == "merchant":
        shops = sorted(public_chains().items())
        return {name: (kind, f"{name}. {CATEGORIES[kind].label}: {CATEGORY_TEXTS[kind]}") for name, kind in shops}
    raise VocabularyError(f"{dimension!r} has no public list of items")
