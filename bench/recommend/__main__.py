"""Recommend to every household at one week, or compare all models.

    python -m bench.recommend --week 45 --level category --epsilon 1 --seed 0 --out lists.jsonl
    python -m bench.recommend --compare [--weeks 37 41 47 49] [--level category] [--seeds 5] [--keep FOLDER] [--json]

The first writes one line for each household with a basket up to the week: ``{"household", "next", "novel"}``, ten items
each, ``novel`` none that it ever bought. Later weeks are never looked at. The second measures the recommender and its
peers in the same run. Both need the extra ``bench``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from bench.completejourney import CompleteJourney, load
from bench.recommend.release import Terms
from bench.recommend.report import ALL_PEERS, Plan, full_report, part_of
from bench.recommend.writing import write_lists
from pod_agent.cli.progress import steps
from vocab.errors import ProjectError

__all__ = ["main"]

WEEKS = (37, 41, 47, 49)
"""Weeks that are compared; 37 and 41 were seen when our own constants were chosen (decision 0024), 47 and 49 not."""


def main(arguments: Sequence[str] | None = None, read: Callable[[], CompleteJourney] = load) -> int:
    """Run the benchmark; the exit status."""
    options = _parser().parse_args(arguments)
    try:
        with threadpool_limits(1):  # sums in another order have other last digits
            if options.compare:
                _compare(options, part_of(read(), options.part))
            else:
                terms = Terms(epsilon=options.epsilon, seed=options.seed)
                write_lists(read(), options.week, options.level, terms, options.out)
    except ProjectError as error:
        print(f"{error}\n{error.hint}".strip(), file=sys.stderr)
        return error.exit_status
    return 0


def _compare(options: argparse.Namespace, journey: CompleteJourney) -> None:
    plan = Plan(
        weeks=tuple(options.weeks),
        level=options.level,
        seeds=tuple(range(options.seeds)),
        epsilons=tuple(options.epsilons),
        peers=tuple(options.peers),
        ablations=not options.no_ablations,
        curve=not options.no_curve,
        keep=options.keep,
    )
    with _progress() as done:
        report = full_report(journey, plan, done)
    print(json.dumps(report.values, ensure_ascii=False) if options.json else report.text)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    with steps("Comparing", None) as bar:
        task = bar.task_ids[0]

        def done(what: str) -> None:
            bar.update(task, advance=1, description=what)

        yield done


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.recommend", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--level", choices=("category", "product"), default="category")
    one = parser.add_argument_group("one week")
    one.add_argument("--week", type=_week, default=45, help="the last week that is known, 1 to 53")
    one.add_argument("--epsilon", type=_epsilon, default=1.0, help="privacy loss of one household, or none")
    one.add_argument("--seed", type=int, default=0, help="of the noise")
    one.add_argument("--out", type=Path, help="where the lines go; standard output unless said")
    many = parser.add_argument_group("comparison")
    many.add_argument("--compare", action="store_true", help="measure all models instead")
    many.add_argument("--weeks", type=_week, nargs="+", default=list(WEEKS))
    many.add_argument("--seeds", type=int, default=5, help="seeds of the noise and of the ranker")
    many.add_argument("--epsilons", type=float, nargs="+", default=[8.0, 4.0, 2.0, 1.0, 0.5])
    many.add_argument("--no-curve", action="store_true", help="leave out the curve of epsilon and number of pods")
    many.add_argument("--peers", choices=ALL_PEERS, nargs="*", default=list(ALL_PEERS), metavar="PEER")
    many.add_argument("--no-ablations", action="store_true", help="leave out what remains without parts of ours")
    many.add_argument("--keep", type=Path, help="a folder for what was measured, to go on from another time")
    many.add_argument("--part", type=_part, help="measure one of several random parts of the households, such as 1/2")
    many.add_argument("--json", action="store_true")
    return parser


def _week(text: str) -> int:
    week = int(text)
    if not 1 <= week <= 53:
        raise argparse.ArgumentTypeError("weeks go from 1 to 53")
    return week


def _part(text: str) -> tuple[int, int]:
    number, _, parts = text.partition("/")
    part = int(number), int(parts)
    if not 1 <= part[0] <= part[1]:
        raise argparse.ArgumentTypeError("a part is its number and how many there are, such as 1/2")
    return part


def _epsilon(text: str) -> float | None:
    if text == "none":
        return None
    value = float(text)
    if not 0 < value <= 100:
        raise argparse.ArgumentTypeError("epsilon lies above 0 and is at most 100, or is none")
    return value


if __name__ == "__main__":
    sys.exit(main())
