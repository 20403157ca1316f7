"""The whole comparison: models, ratios, ablations, groups, the curve of epsilon and pods, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from bench.completejourney import CompleteJourney
from bench.recommend.comparing import BEST, Comparison, group_rows
from bench.recommend.costs import costs
from bench.recommend.ours import ABLATIONS, Ours
from bench.recommend.peers import PEERS, Score
from bench.recommend.protocol import Future, Level, Past, future, past
from bench.recommend.ranker import ranker
from bench.recommend.release import Terms
from bench.recommend.tables import as_json, as_text, group_text, markdown

__all__ = ["OTHERS", "Plan", "Report", "full_report", "name_of"]

STACK = "LightGBM, stacked"
"""The same on top of EASE and TIFU-KNN: more than any of the peers alone."""

OTHERS = ("popularity", "TIFU-KNN", "EASE", BEST)
"""What ours is held against."""

TIMES = (2.0, 4.0, 10.0)
"""So many times more people, emulated by less noise."""
SHARES = (0.5, 0.25)
"""So many of the people, drawn anew by each seed."""
CURVE_EPSILONS = (8.0, 4.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is compared."""

    weeks: tuple[int, ...]
    level: Level
    seeds: tuple[int, ...]
    epsilons: tuple[float, ...]
    curve: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The same as text and as JSON values."""

    text: str
    values: dict[str, Any]


def name_of(terms: Terms) -> str:
    """How our model is called under these terms."""
    noise = "no noise" if terms.epsilon is None else f"epsilon {terms.epsilon:g}"
    pods = "" if terms.times == terms.share == 1 else f", {terms.times * terms.share:g} x pods"
    return f"ours, {noise}{pods}"


def full_report(journey: CompleteJourney, plan: Plan, done: Callable[[str], None]) -> Report:
    """Measure everything; ``done`` hears of each step."""
    cuts = [(known, future(journey, known)) for known in (past(journey, week, plan.level) for week in plan.weeks)]
    main = _measured(cuts, lambda known: _models(journey, known, plan), done)
    others = [*OTHERS, *({STACK} & set(main.models))]
    ours = [name_of(Terms(epsilon=epsilon)) for epsilon in (None, *plan.epsilons)]
    best = ours[-1] if 1.0 not in plan.epsilons else name_of(Terms(epsilon=1.0))
    ablated = _measured(cuts, lambda known: _ablations(journey, known, plan), done)
    groups = group_rows(main, journey, ours=best, exact=ours[0])
    price = costs(journey, cuts[-1][0])
    parts = [
        as_text(main, ours, others),
        "What each part earns, at epsilon 1.",
        as_text(ablated, [], []),
        f"Groups of at least 100 households: {best}.",
        group_text(groups),
    ]
    values = {
        **as_json(main, ours, others),
        "ablations": as_json(ablated, [], [])["models"],
        "groups": [asdict(row) for row in groups],
        "costs": price,
    }
    if plan.curve:
        curve = _measured(cuts, lambda known: _curve(journey, known, plan), done)
        parts += ["More and fewer pods: more are emulated by less noise, fewer are drawn.", as_text(curve, [], [])]
        values["curve"] = as_json(curve, [], [])["models"]
    parts.append(markdown(["cost", "measured"], [[name, str(cost)] for name, cost in price.items()]))
    return Report(text="\n\n".join(parts), values=values)


def _measured(
    cuts: list[tuple[Past, Future]],
    models: Callable[[Past], Iterator[tuple[str, list[Score]]]],
    done: Callable[[str], None],
) -> Comparison:
    compared = Comparison()
    for known, told in cuts:
        compared.add(known, told, models, done)
    return compared


def _models(journey: CompleteJourney, known: Past, plan: Plan) -> Iterator[tuple[str, list[Score]]]:
    for name, fit in PEERS.items():
        yield name, [fit(known)]
    yield BEST, ranker(known, seeds=plan.seeds)
    if known.level == "category":  # a table of all pairs of a household and a product is too large
        yield STACK, ranker(known, seeds=plan.seeds, stacked=True)
    ours = Ours(journey, known)
    for epsilon in (None, *plan.epsilons):
        yield _ours(ours, Terms(epsilon=epsilon), plan)


def _ablations(journey: CompleteJourney, known: Past, plan: Plan) -> Iterator[tuple[str, list[Score]]]:
    ours = Ours(journey, known)
    for name, without in ABLATIONS.items():
        yield name, [ours.recommender(Terms(epsilon=1.0, seed=seed), without) for seed in plan.seeds]


def _curve(journey: CompleteJourney, known: Past, plan: Plan) -> Iterator[tuple[str, list[Score]]]:
    ours = Ours(journey, known)
    for epsilon in (None, *CURVE_EPSILONS):
        for share in (*SHARES, 1.0):
            yield _ours(ours, Terms(epsilon=epsilon, share=share), plan)
        for times in () if epsilon is None else TIMES:
            yield _ours(ours, Terms(epsilon=epsilon, times=times), plan)


def _ours(ours: Ours, terms: Terms, plan: Plan) -> tuple[str, list[Score]]:
    seeds = plan.seeds if terms.epsilon is not None or terms.share < 1 else plan.seeds[:1]
    return name_of(terms), [ours.recommender(replace(terms, seed=seed)) for seed in seeds]
