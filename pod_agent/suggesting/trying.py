"""What someone has not bought yet and may like: by the shops' sections, public offers and like names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from pod_agent.enrich.products import group_of
from pod_agent.features.baskets import Habit, History, Records
from pod_agent.features.inputs import SHOP, TEXT
from pod_agent.index.events import Events
from pod_agent.models.returning import chance
from pod_agent.suggesting.candidate import Candidate
from pod_agent.suggesting.words import day_words, kind_title, month_words, quoted, times
from vocab.products import DEPARTMENTS, GROUPS, PUBLIC_GROUPS

__all__ = ["Similar", "Stock", "new_groups", "new_products", "new_stores"]

LEVELS: Final = (0.6, 0.3, 0.1)
"""Weights of the narrowest section, the one above it, and the one above that."""
NEW: Final = 0.5
NEW_BY_NAME: Final = 0.25
"""Something new counts half as much as what it is like, a quarter where only its name is alike."""
FEWEST_PURCHASES: Final = 3
FEWEST_LIKE: Final = 0.55
"""Cosine of two names below which they say nothing about each other."""


class Similar(Protocol):
    """Finds the most alike of some names for each of others."""

    def __call__(self, names: Sequence[str], known: Sequence[str], /) -> dict[str, tuple[str, float]]:
        """For each name the most alike known one, and their cosine."""


class Stock(Protocol):
    """What a public catalogue says of a shop and one of its products: ``product`` is None for the whole shop."""

    @property
    def seller(self) -> str:
        """The shop's name."""

    @property
    def category(self) -> str | None:
        """A name of the public taxonomy."""

    @property
    def product(self) -> str | None:
        """A product's name."""


def new_products(records: Records, stock: Iterable[Stock], similar: Similar | None) -> list[Candidate]:
    """Products of sections and kinds in which the person buys, and products whose names are like those that they buy.

    They come from orders that were never delivered, whose section is known, and from public catalogues.
    """
    bought = records.history("product")
    if bought is None:
        return []
    events = records.events("lines")
    sections = _sections(events)
    found = [_of_section(item, rows, sections, bought) for item, rows in _undelivered(events, bought).items()]
    return [each for each in found if each is not None] + _of_catalogue(
        bought, records.history("group"), stock, similar
    )


def new_stores(records: Records, stock: Iterable[Stock]) -> list[Candidate]:
    """Shops of public catalogues in whose category the person buys, and where they have not bought."""
    stores, categories = records.history("store"), records.history("category")
    if stores is None or categories is None:
        return []
    known = {name.casefold() for name in stores.habits}
    wanted = {each.seller: each.category for each in stock if each.category and each.seller.casefold() not in known}
    curious = _curiosity(records.events("purchases"))
    found = []
    for seller, category in sorted(wanted.items()):
        habit = categories.habits.get(category or "")
        if habit is None or habit.times < FEWEST_PURCHASES:
            continue
        likely = chance(habit.days, categories.first, categories.today).total
        found.append(
            Candidate(
                kind="store",
                item=seller,
                parts={SHOP: likely * curious.get(habit.item, 0.0)},
                reason=f"New to you, from a public catalogue: you bought in {kind_title('category', habit.item)} "
                f"{times(habit.times)} since {month_words(habit.days[0])}, last on {day_words(habit.last)}.",
                novel=True,
                family="purchases",
                rows=habit.rows,
            )
        )
    return found


def new_groups(records: Records) -> list[Candidate]:
    """Kinds of goods that the person never bought, of departments in which they buy; only of the public list."""
    bought = records.history("group")
    if bought is None:
        return []
    departments: dict[str, list[Habit]] = {}
    for name, habit in bought.habits.items():
        if name in GROUPS:
            departments.setdefault(GROUPS[name].department, []).append(habit)
    sizes = Counter(GROUPS[name].department for name in PUBLIC_GROUPS)
    found = []
    for department, habits in departments.items():
        whole = _together(department, habits)
        likely = chance(whole.days, bought.first, bought.today).total * min(1.0, len(habits) / sizes[department])
        found += [
            Candidate(
                kind="group",
                item=name,
                parts={SHOP: NEW * likely},
                reason=f"New to you: of its department, {quoted(DEPARTMENTS[department])}, you bought "
                f"{times(whole.times)}, last on {day_words(whole.last)}.",
                novel=True,
                family=bought.family,
                rows=whole.rows,
            )
            for name in PUBLIC_GROUPS
            if GROUPS[name].department == department and name not in bought.habits
        ]
    return found


def _together(name: str, habits: Sequence[Habit]) -> Habit:
    """Several habits as one."""
    days: dict[int, list[int]] = {}
    for habit in habits:
        place = 0
        for day, count in zip(habit.days, habit.counts, strict=True):
            days.setdefault(day, []).extend(habit.rows[place : place + count])
            place += count
    ordered = sorted(days)
    return Habit(name, ordered, [len(days[day]) for day in ordered], [row for day in ordered for row in days[day]])


def _sections(events: Events) -> Mapping[str, Habit]:
    """The habits of every section at every level; a section is named by its path."""
    days: dict[str, dict[int, list[int]]] = {}
    for number, day, _, path, _, delivered, *_ in events.rows:
        if not delivered or path is None or number is None or day is None:
            continue
        levels = events.texts[path].split("\n")
        for depth in range(1, len(levels) + 1):
            days.setdefault("\n".join(levels[:depth]), {}).setdefault(day, []).append(number)
    return {
        path: Habit(
            path,
            tuple(found),
            tuple(len(rows) for rows in found.values()),
            tuple(row for rows in found.values() for row in rows),
        )
        for path, found in days.items()
    }


def _undelivered(events: Events, bought: History) -> dict[tuple[str, str], list[int]]:
    """Rows of products that were ordered and never delivered, by name and path; what is on its way is left out."""
    found: dict[tuple[str, str], list[int]] = {}
    coming = set[str]()
    for number, _, product, path, _, _, placed, _ in events.rows:
        name = events.texts.get(product, "")
        if placed:
            coming.add(name)
        elif name and name not in bought.habits and number is not None:
            found.setdefault((name, events.texts.get(path, "")), []).append(number)
    return {item: rows for item, rows in found.items() if item[0] not in coming}


def _of_section(
    item: tuple[str, str], rows: list[int], sections: Mapping[str, Habit], bought: History
) -> Candidate | None:
    name, path = item
    levels = path.split("\n") if path else []
    paths = ["\n".join(levels[:depth]) for depth in range(len(levels), 0, -1)]
    scored = [
        (weight * chance(sections[each].days, bought.first, bought.today).total, sections[each])
        for weight, each in zip(LEVELS, paths, strict=False)
        if each in sections
    ]
    if not scored:
        return None
    section = scored[0][1]
    return Candidate(
        kind="product",
        item=name,
        parts={SHOP: NEW * sum(score for score, _ in scored)},
        reason=f"You ordered this and it was not delivered; of the section {quoted(section.item.split(chr(10))[-1])} "
        f"you bought {times(section.times)}, last on {day_words(section.last)}.",
        novel=True,
        family=bought.family,
        rows=[*section.rows, *rows],
    )


def _of_catalogue(
    bought: History, groups: History | None, stock: Iterable[Stock], similar: Similar | None
) -> list[Candidate]:
    """Products on offer of a kind that the person buys, told by their names; and those with names like bought ones."""
    known = {name.casefold() for name in bought.habits}
    offered = {each.product: each.seller for each in stock if each.product and each.product.casefold() not in known}
    alike = similar(sorted(offered), sorted(bought.habits)) if offered and similar is not None else {}
    found = []
    for name, seller in sorted(offered.items()):
        group = group_of(name, ())
        habit = groups.habits.get(group or "") if groups is not None else None
        near, cosine = alike.get(name, ("", 0.0))
        parts = {}
        if habit is not None:
            parts[SHOP] = NEW * chance(habit.days, bought.first, bought.today).total
        if cosine >= FEWEST_LIKE:
            nearest = bought.habits[near]
            parts[TEXT] = NEW_BY_NAME * cosine * chance(nearest.days, bought.first, bought.today).total
        if not parts:
            continue
        behind = habit or bought.habits[near]
        why = f"of the kind {quoted(kind_title('group', habit.item))}" if habit else f"like {quoted(near)} by its name"
        found.append(
            Candidate(
                kind="product",
                item=name,
                parts=parts,
                reason=f"New to you, in the public catalogue of {quoted(seller)}: {why}, which you bought "
                f"{times(behind.times)}, last on {day_words(behind.last)}.",
                novel=True,
                family=bought.family,
                rows=behind.rows,
            )
        )
    return found


def _curiosity(events: Events) -> dict[str, float]:
    """For each category the share of purchases in the last year that were the first ones at a shop."""
    if not events.rows:
        return {}
    start = (events.rows[-1][1] or 0) - 365
    seen: set[int | None] = set()
    bought, first = Counter[str](), Counter[str]()
    for _, day, merchant, category in events.rows:
        if category is not None and (day or 0) >= start:
            bought[events.texts[category]] += 1
            first[events.texts[category]] += merchant not in seen
        seen.add(merchant)
    return {name: (first[name] + 1) / (number + 4) for name, number in bought.items()}
