"""What goes together: pairs of a co-purchase release, the strongest or those of named items."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

from aggregator.asking.answer import Answer, Figure
from aggregator.asking.holdings import Held, Holdings
from aggregator.asking.names import label_text
from aggregator.asking.plan import Plan
from aggregator.asking.wording import figure_text, origin_text, source_of
from aggregator.releasing.items import item_labels
from aggregator.releasing.rows import FALSE_PUBLICATION, TWO_SIDED

__all__ = ["together"]

WEIGHTS = "They are weights, not people: somebody with many items adds less to each pair."


def together(plan: Plan, holdings: Holdings) -> Answer:
    """The strongest pairs, those of one item, or the pair of two."""
    pick = plan.picks[0]
    held, items = holdings.get(pick.release), [label for _, label in pick.labels]
    pairs = [(pair, value) for pair, value in _pairs(held) if set(items) <= set(pair)]
    if len(items) < 2:
        least = _least(held)
        pairs = sorted((entry for entry in pairs if entry[1] > least), key=lambda entry: -entry[1])[: plan.top]
    if not pairs:
        return _answer(plan, held, "Nothing stands out from the noise here.", ())
    figures = tuple(_figure(held, pair, value) for pair, value in pairs)
    text = "; ".join(map(figure_text, figures)) + "."
    if len(items) == 2:
        apart = (figures[0].low or 0) > 0
        text += " The pair stands out from the noise." if apart else " The pair does not stand out from the noise."
    elif len(pairs) > 1 and pairs[0][1] - pairs[1][1] <= TWO_SIDED * math.sqrt(2 * held.release.noise_variance):
        text += " The first two cannot be told apart: the interval of their difference holds zero."
    return _answer(plan, held, f"{text} {WEIGHTS}", figures)


def _pairs(held: Held) -> list[tuple[tuple[str, str], int]]:
    named = zip(item_labels(held.release), held.release.values, strict=True)
    return [((first, second), value) for (part, first, second), value in named if part == "pair"]


def _least(held: Held) -> float:
    """What noise alone exceeds in no pair of the release at 95 %."""
    made = held.release
    return math.sqrt(made.noise_variance) * NormalDist().inv_cdf(1 - FALSE_PUBLICATION / len(made.values))


def _figure(held: Held, pair: Sequence[str], value: int) -> Figure:
    half = TWO_SIDED * math.sqrt(held.release.noise_variance)
    label = " and ".join(map(label_text, pair))
    return Figure(label=label, value=value, low=round(value - half, 1), high=round(value + half, 1), unit="weight")


def _answer(plan: Plan, held: Held, text: str, figures: tuple[Figure, ...]) -> Answer:
    steps = (
        f"Read the pairs off the release in units of 2**-{held.release.fraction_bits}, as they stand there.",
        "Left out what noise alone would make.",
    )
    return Answer(
        status="answered",
        text=f"{text}\n{origin_text(held)}",
        figures=figures,
        sources=(source_of(held),),
        steps=steps[:1] if len(plan.picks[0].labels) == 2 else steps,
        plan=plan.to_json(),
    )
