"""The whole comparison: models, ratios, ablations, groups, the curve of epsilon and pods, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from aggregator import priors
from bench.completejourney import CompleteJourney
from bench.recommend import catalogue, ours, peers, release, seeded_noise
from bench.recommend import ranker as trees
from bench.recommend.comparing import BEST, Comparison, Model, group_rows
from bench.recommend.costs import costs
from bench.recommend.keeping import Kept, digest_of_code
from bench.recommend.ours import ABLATIONS, Ours
from bench.recommend.peers import PEERS, Fit, Score
from bench.recommend.protocol import Future, Level, Past, future, past
from bench.recommend.ranker import ranker
from bench.recommend.release import Terms
from bench.recommend.tables import as_json, as_text, group_text, markdown
from pod_agent.models import basket_history, recommend, recommend_parts
from pod_agent.suggesting import seasons
from vocab import item_pairs, item_vectors, prior, privacy

__all__ = ["ALL_PEERS", "OTHERS", "Plan", "Report", "full_report", "name_of", "part_of"]

STACK = "LightGBM, stacked"
"""The same on top of EASE and TIFU-KNN: more than any of the peers alone."""

ALL_PEERS = (*PEERS, BEST, STACK)

OTHERS = ("popularity", "TIFU-KNN", "EASE", BEST)
"""What ours is held against."""

TIMES = (2.0, 4.0, 10.0)
"""So many times more people, emulated by less noise."""
SHARES = (0.5, 0.25)
"""So many of the people, drawn anew by each seed."""
CURVE_EPSILONS = (8.0, 4.0, 1.0)

OUR_CODE = (
    priors,
    catalogue,
    ours,
    release,
    seeded_noise,
    basket_history,
    recommend,
    recommend_parts,
    seasons,
    item_pairs,
    item_vectors,
    prior,
    privacy,
)
"""What our scores come from, save the texts' model, whose files are held to their digests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is compared: peers, of which the rankers take long; ablations; the curve of epsilon and pods.

    In ``keep`` stays what was measured, for another time.
    """

    weeks: tuple[int, ...]
    level: Level
    seeds: tuple[int, ...]
    epsilons: tuple[float, ...]
    peers: tuple[str, ...] = ALL_PEERS
    ablations: bool = True
    curve: bool = True
    keep: Path | None = None


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


def part_of(journey: CompleteJourney, part: tuple[int, int] | None) -> CompleteJourney:
    """The journeys of one of so many random parts of the households, numbered from 1; None is all of them."""
    if part is None:
        return journey
    number, parts = part
    households = np.unique(journey.lines["household_id"])
    drawn = np.random.default_rng(parts).permutation(households)[number - 1 :: parts]
    return replace(journey, lines=journey.lines[journey.lines["household_id"].isin(drawn)])


def full_report(journey: CompleteJourney, plan: Plan, done: Callable[[str], None]) -> Report:
    """Measure everything; ``done`` hears of each step."""
    cuts = [(known, future(journey, known)) for known in (past(journey, week, plan.level) for week in plan.weeks)]
    kept = Kept(folder=plan.keep)
    main = _measured(cuts, lambda known: _models(journey, known, plan), done, kept)
    others = [name for name in (*OTHERS, STACK) if name in main.models]
    names = [name_of(Terms(epsilon=epsilon)) for epsilon in (None, *plan.epsilons)]
    best = names[-1] if 1.0 not in plan.epsilons else name_of(Terms(epsilon=1.0))
    price = costs(journey, cuts[-1][0])
    parts = [as_text(main, names, others)]
    values = {**as_json(main, names, others), "costs": price}
    if plan.ablations:
        ablated = _measured(cuts, lambda known: _ablations(journey, known, plan), done, kept)
        parts += ["What each part earns, at epsilon 1.", as_text(ablated, [], [])]
        values["ablations"] = as_json(ablated, [], [])["models"]
    if BEST in plan.peers:
        groups = group_rows(main, journey, ours=best, exact=names[0])
        parts += [f"Groups of at least 100 households: {best}.", group_text(groups)]
        values["groups"] = [asdict(row) for row in groups]
    if plan.curve:
        curve = _measured(cuts, lambda known: _curve(journey, known, plan), done, kept)
        parts += ["More and fewer pods: more are emulated by less noise, fewer are drawn.", as_text(curve, [], [])]
        values["curve"] = as_json(curve, [], [])["models"]
    parts.append(markdown(["cost", "measured"], [[name, str(cost)] for name, cost in price.items()]))
    return Report(text="\n\n".join(parts), values=values)


def _measured(
    cuts: list[tuple[Past, Future]],
    models: Callable[[Past], Iterator[Model]],
    done: Callable[[str], None],
    kept: Kept,
) -> Comparison:
    compared = Comparison()
    for known, told in cuts:
        compared.add(known, told, models, done, kept)
    return compared


def _models(journey: CompleteJourney, known: Past, plan: Plan) -> Iterator[Model]:
    code, code_of_trees = digest_of_code([peers]), digest_of_code([peers, trees])
    for name in plan.peers:
        if name in PEERS:
            yield Model(name=name, seeds=(0,), fit=_once(PEERS[name], known), code=code)
        elif name == BEST or known.level == "category":  # a table of all pairs with products is too large to stack
            yield Model(name=name, seeds=plan.seeds, fit=_trees(known, stacked=name == STACK), code=code_of_trees)
    yield from _ours(journey, known, plan, [Terms(epsilon=epsilon) for epsilon in (None, *plan.epsilons)])


def _ablations(journey: CompleteJourney, known: Past, plan: Plan) -> Iterator[Model]:
    made = _lazily(journey, known)
    for name, without in ABLATIONS.items():
        yield _model(name, plan.seeds, made, Terms(epsilon=1.0), without)


def _curve(journey: CompleteJourney, known: Past, plan: Plan) -> Iterator[Model]:
    terms = []
    for epsilon in (None, *CURVE_EPSILONS):
        terms += [Terms(epsilon=epsilon, share=share) for share in (*SHARES, 1.0)]
        terms += [Terms(epsilon=epsilon, times=times) for times in (() if epsilon is None else TIMES)]
    yield from _ours(journey, known, plan, terms)


def _ours(journey: CompleteJourney, known: Past, plan: Plan, terms: Sequence[Terms]) -> Iterator[Model]:
    made = _lazily(journey, known)
    for one in terms:
        varies = one.epsilon is not None or one.share < 1
        yield _model(name_of(one), plan.seeds if varies else plan.seeds[:1], made, one)


def _model(
    name: str, seeds: tuple[int, ...], made: Callable[[], Ours], terms: Terms, without: frozenset[str] = frozenset()
) -> Model:
    def fit(missing: Sequence[int]) -> list[Score]:
        return [made().recommender(replace(terms, seed=seed), without) for seed in missing]

    return Model(name=name, seeds=seeds, fit=fit, code=digest_of_code(OUR_CODE))


def _once(fit: Fit, known: Past) -> Callable[[Sequence[int]], list[Score]]:
    return lambda _seeds: [fit(known)]


def _trees(known: Past, *, stacked: bool) -> Callable[[Sequence[int]], list[Score]]:
    return lambda seeds: ranker(known, seeds=seeds, stacked=stacked)


def _lazily(journey: CompleteJourney, known: Past) -> Callable[[], Ours]:
    """Own histories and sums, made when a model needs them first."""
    return cache(lambda: Ours(journey, known))
