"""How often a column's meaning is recognised from names never seen, against a dictionary of the names that were.

Run: python -m bench.columns
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence

from pod_agent.importers.tables.corpus import examples
from pod_agent.importers.tables.mapping import fold_name
from pod_agent.importers.tables.recognition import Model
from pod_agent.importers.tables.words import LANGUAGES, WORDS

Words = Mapping[str, Mapping[str, Sequence[str]]]


def by_dictionary(words: Words, name: str) -> str | None:
    """The meaning of a known name, or of the longest known name within this one."""
    known = {fold_name(each): meaning for meaning, by in words.items() for names in by.values() for each in names}
    folded = fold_name(name).replace("_", " ")
    within = [each for each in known if each in folded]
    return known.get(folded) or (known[max(within, key=len)] if within else None)


def accuracy(seen: Words, held: Words) -> tuple[int, int, int]:
    model = Model(seen)
    made = list(examples(held, seed=99, each=1))
    chances = model.meaning([(each.name, each.cells) for each in made])
    learned = [model.meanings[place] for place in chances.argmax(axis=1)]
    right = sum(found == each.meaning for found, each in zip(learned, made, strict=True))
    plain = sum(by_dictionary(seen, each.name) == each.meaning for each in made)
    return len(made), right, plain


def show(title: str, seen: Words, held: Words) -> tuple[int, int, int]:
    total, right, plain = accuracy(seen, held)
    print(f"{title:28} columns {total:4}  learned {right / total:.3f}  dictionary {plain / total:.3f}")
    return total, right, plain


def main() -> None:
    began = time.process_time()
    Model()
    print(f"training: {time.process_time() - began:.2f} s of CPU")
    chance = random.Random(3)
    seen: dict[str, dict[str, list[str]]] = {}
    held: dict[str, dict[str, list[str]]] = {}
    for meaning, by in WORDS.items():
        for language, names in by.items():
            for name in names:
                part = held if chance.random() < 0.25 else seen
                part.setdefault(meaning, {}).setdefault(language, []).append(name)
    show("a quarter of the names", seen, held)
    sums = [0, 0, 0]
    for left in LANGUAGES:
        others = {m: {lang: names for lang, names in by.items() if lang != left} for m, by in WORDS.items()}
        found = show(f"all names in {left}", others, {m: {left: by[left]} for m, by in WORDS.items()})
        sums = [a + b for a, b in zip(sums, found, strict=True)]
    print(f"languages together: learned {sums[1] / sums[0]:.3f}, dictionary {sums[2] / sums[0]:.3f}")


if __name__ == "__main__":
    main()
