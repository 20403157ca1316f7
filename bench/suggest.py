"""Suggestions against what people did next: the order that is shipped, and simpler ones, week by week.

Run ``python -m bench.suggest [--people N] [--weeks N] [--exports FOLDER] [--json]``. Made-up people (and the exports in
the folder, if given) are read by the real importers; then the last weeks are hidden one after the other. From what was
known before a week each method names what the person will come back to in it. Peers in the same run:

- ``often``: what was bought or played most often so far;
- ``latest``: what was bought or played last;
- ``plain``: the shipped order without company and old favourites;
- ``clusters``: ``plain``, and each item moved towards the mean of its cluster (k-means on the cosines of what comes in
  one sitting) by as much as the shipped order moves it towards its company.

Figures are means over people and weeks of Recall@K and NDCG@K; the interval is a paired bootstrap over weeks of NDCG
against ``often``: it speaks of other weeks of these people, not of other people. Made-up people buy at random, with a
fixed taste: there ``often`` is the best that can be known, and the table shows what looking at late days costs.
docs/decisions/0029-suggestions.md has figures of receipts that do change.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean

import numpy as np

from pod_agent.agent import Agent
from pod_agent.features.baskets import COLUMNS, Records, counted
from pod_agent.models.likeness import likeness, sittings
from pod_agent.suggesting.buying import DAY, left_out
from pod_agent.suggesting.recommending import Suggestions
from pod_agent.suggesting.returns import COMPANY, chances
from pod_agent.synthetic.exports import write_exports
from pod_agent.synthetic.household import make_household

AT = {"category": 3, "store": 5, "group": 10, "product": 10, "artist": 5, "track": 10, "channel": 5, "video": 10}
"""K of each kind: short where there are few to choose from."""
FIRST, LAST = date(2025, 9, 1), date(2026, 10, 31)
CLUSTERS = 8
DRAWS = 1000
METHODS = ("shipped", "often", "latest", "plain", "clusters")


def orders(agent: Agent, kind: str, day: date) -> dict[str, list[str]]:
    """What each method would have named on a day."""
    records = Records(agent.index, day)
    history = records.history(kind)
    if history is None:
        return {}
    hidden = left_out(kind, records)
    habits = {name: habit for name, habit in history.habits.items() if name not in hidden}
    by_itself = {name: value for name, value in chances(history).items() if name in habits}
    shipped = Suggestions(agent.index, day).recommend([kind], new=False, limit=50, without=["shared", "text"])
    return {
        "shipped": [each.item for each in shipped.suggestions],
        "often": _ordered({name: float(habit.times) for name, habit in habits.items()}),
        "latest": _ordered({name: habit.last + habit.times * 1e-6 for name, habit in habits.items()}),
        "plain": _ordered(by_itself),
        "clusters": _ordered(_clustered(kind, records, by_itself)),
    }


def _ordered(scores: Mapping[str, float]) -> list[str]:
    return sorted(scores, key=lambda name: (-scores[name], name))


def _clustered(kind: str, records: Records, scores: Mapping[str, float]) -> dict[str, float]:
    from sklearn.cluster import KMeans  # noqa: PLC0415 - a second to load

    family, column = COLUMNS[kind]
    events = records.events(family)
    if family == "plays":
        stamped = [(row[2] or 0, row[column]) for row in events.rows if row[6]]
    else:
        stamped = [(day * DAY, item) for _, day, item in counted(events, column)]
    like = likeness(sittings((second, events.texts[item]) for second, item in stamped if item is not None))
    items = [item for item in like.items if item in scores]
    if len(items) <= CLUSTERS:
        return dict(scores)
    table = np.array([[like.of(one, other) for other in items] for one in items]) + np.eye(len(items))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        labels = KMeans(CLUSTERS, n_init=2, random_state=0).fit_predict(table)
    clusters: dict[int, list[float]] = {}
    for item, label in zip(items, labels, strict=True):
        clusters.setdefault(int(label), []).append(scores[item])
    moved = {
        item: scores[item] + COMPANY * (fmean(clusters[int(label)]) - scores[item])
        for item, label in zip(items, labels, strict=True)
    }
    return {**scores, **moved}


def weeks_of(agent: Agent, kind: str, last: date, weeks: int) -> list[dict[str, tuple[float, float]]]:
    """Recall and NDCG of each method in each of the hidden weeks in which anything known came back."""
    whole = Records(agent.index, last).history(kind)
    found = []
    for number in range(1, weeks + 1):
        day = last - timedelta(weeks=number)
        named = orders(agent, kind, day)
        before = Records(agent.index, day).history(kind)
        if whole is None or before is None:
            continue
        start = day.toordinal()
        known = set(named["often"])
        wanted = {name for name, habit in whole.habits.items() if name in known and habit.between(start + 1, start + 7)}
        if wanted:
            found.append({method: _figures(named[method][: AT[kind]], wanted, AT[kind]) for method in METHODS})
    return found


def _figures(named: Sequence[str], wanted: set[str], at: int) -> tuple[float, float]:
    hits = [1 / math.log2(place + 2) for place, name in enumerate(named) if name in wanted]
    best = sum(1 / math.log2(place + 2) for place in range(min(at, len(wanted))))
    return len(hits) / len(wanted), sum(hits) / best


def interval(differences: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the mean of paired differences, one of each week."""
    draw = random.Random(0)
    means = sorted(fmean(draw.choices(differences, k=len(differences))) for _ in range(DRAWS))
    return means[int(DRAWS * 0.025)], means[int(DRAWS * 0.975) - 1]


def report(rows: Mapping[str, Sequence[Mapping[str, tuple[float, float]]]], show: Callable[[str], None]) -> None:
    """One table, kinds by methods."""
    show(f"{'kind':10}{'K':>3}{'weeks':>7}  " + "".join(f"{method:>16}" for method in METHODS) + "   NDCG over often")
    for kind, weeks in rows.items():
        cells = "".join(
            f"{fmean(week[method][0] for week in weeks):>9.3f}/{fmean(week[method][1] for week in weeks):.3f}  "
            for method in METHODS
        )
        low, high = interval([week["shipped"][1] - week["often"][1] for week in weeks])
        show(f"{kind:10}{AT[kind]:>3}{len(weeks):>7}  {cells} [{low:+.3f}, {high:+.3f}]")


def main() -> None:
    """Make the people, hide their weeks, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=3)
    parser.add_argument("--weeks", type=int, default=12)
    parser.add_argument("--exports", type=Path, help="exports of one more person")
    parser.add_argument("--last", type=date.fromisoformat, default=LAST, help="last day of those exports")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows: dict[str, list[dict[str, tuple[float, float]]]] = {kind: [] for kind in AT}
    services = ("ocbc", "dbs", "spotify", "youtube", "fairprice", "lazada")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        people: list[tuple[Path, date]] = [] if asked.exports is None else [(asked.exports, asked.last)]
        for seed in range(asked.people):
            write_exports(make_household(seed), Path(folder, f"exports{seed}"), FIRST, LAST, services=services)
            people.append((Path(folder, f"exports{seed}"), LAST))
        for number, (exports, last) in enumerate(people):
            agent = stack.enter_context(Agent.create(Path(folder, f"home{number}")))
            agent.import_paths([exports])
            for kind in AT:
                rows[kind] += weeks_of(agent, kind, last, asked.weeks)
    if asked.json:
        told = {
            kind: {
                method: [round(fmean(week[method][place] for week in weeks), 4) for place in (0, 1)]
                for method in METHODS
            }
            for kind, weeks in rows.items()
        }
        print(json.dumps(told))
    else:
        report(rows, print)


if __name__ == "__main__":
    main()
