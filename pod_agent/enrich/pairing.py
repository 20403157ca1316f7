"""One-to-one pairs by nearness: the same from any order of the rows, and none where two choices are equally good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

__all__ = ["Choice", "Pairs", "pair_nearest"]


@dataclass(frozen=True, slots=True, order=True)
class Choice:
    """A pair that could be: how far apart its sides are, and the sides."""

    distance: int
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """``pairs``: left to right. ``unsure``: sides with several equally near partners, left unpaired."""

    pairs: Mapping[str, str]
    unsure: frozenset[str]


def pair_nearest(choices: Iterable[Choice], alike: Mapping[str, Hashable]) -> Pairs:
    """Pair the nearest first, one to one.

    Where several choices of one distance exclude one another they are made only if it does not matter: if the sides
    are ``alike`` (equal values), they are paired in the order of their names; else none of them is.
    """
    levels: dict[int, list[Choice]] = defaultdict(list)
    for choice in choices:
        levels[choice.distance].append(choice)
    pairs: dict[str, str] = {}
    taken: set[str] = set()
    unsure: set[str] = set()
    for distance in sorted(levels):
        free = [each for each in levels[distance] if not {each.left, each.right} & (taken | unsure)]
        for lefts, rights, size in _groups(free):
            if size == len(lefts) * len(rights) and len(lefts) == len(rights) and _equal(lefts, rights, alike):
                pairs.update(zip(lefts, rights, strict=True))
                taken.update(lefts, rights)
            else:
                unsure.update(lefts, rights)
    return Pairs(pairs, frozenset(unsure))


def _equal(lefts: list[str], rights: list[str], alike: Mapping[str, Hashable]) -> bool:
    return len({alike[name] for name in lefts}) == 1 and len({alike[name] for name in rights}) == 1


def _groups(choices: Iterable[Choice]) -> list[tuple[list[str], list[str], int]]:
    """Choices that share sides, together: left names, right names, number of choices."""
    root: dict[tuple[str, str], tuple[str, str]] = {}

    def find(node: tuple[str, str]) -> tuple[str, str]:
        while root.setdefault(node, node) != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    edges = sorted(set(choices))
    for edge in edges:
        root[find(("left", edge.left))] = find(("right", edge.right))
    groups: dict[tuple[str, str], tuple[set[str], set[str], list[Choice]]] = {}
    for edge in edges:
        lefts, rights, members = groups.setdefault(find(("left", edge.left)), (set(), set(), []))
        lefts.add(edge.left)
        rights.add(edge.right)
        members.append(edge)
    return [(sorted(lefts), sorted(rights), len(members)) for lefts, rights, members in groups.values()]
