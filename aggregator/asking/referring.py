"""Whole questions for a plan: each is read back as the same plan, so it can be shown, clicked and asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from aggregator.asking.holdings import Holdings
from aggregator.asking.names import label_text
from aggregator.asking.plan import Operation, Pick, Plan

__all__ = ["question_of", "reference"]


def reference(holdings: Holdings, release: str) -> str:
    """How a question names a release: by its title where that is the only one, else by its id."""
    titles = Counter(held.release.title.casefold().strip() for held in holdings.held)
    title = holdings.get(release).release.title
    plain = '"' not in title and title.isprintable() and len(title) <= 80
    return f'"{title}"' if plain and titles[title.casefold().strip()] == 1 else f'"{release}"'


def question_of(holdings: Holdings, plan: Plan) -> str:
    """The plan as a question."""
    refer = {release: reference(holdings, release) for release in _releases(plan)}
    named = [_named(pick) for pick in plan.picks]
    where = f" in {next(iter(refer.values()))}" if refer else ""
    return _WORDED.get(plan.operation, _several)(holdings, plan, named, where)


def _studies(_holdings: Holdings, plan: Plan, _named_picks: list[str], _where: str) -> str:
    state = {"": "", "running": " open"}.get(plan.state, f" {plan.state}")
    return "" if plan.releases else f"Which{state} studies are there?"


def _about(holdings: Holdings, plan: Plan, _named_picks: list[str], _where: str) -> str:
    release = reference(holdings, plan.releases[0])
    if plan.operation is Operation.ASKED:
        return f"What did {release} ask?"
    if plan.operation is Operation.COHORT:
        return f"How many people answered {release}?"
    asked = "total privacy loss" if plan.total else "privacy loss"
    return f"What is the {asked} of {release}?" if len(plan.releases) == 1 else f"What is the {asked}?"


def _single(_holdings: Holdings, plan: Plan, named: list[str], where: str) -> str:
    if plan.operation is Operation.MEAN:
        return f"What is the average per person{where}?"
    return f"What is the figure{f' for {named[0]}' if named[0] else ''}{where}?"


def _trend(holdings: Holdings, plan: Plan, named: list[str], _where: str) -> str:
    return f"What is the trend{f' of {named[0]}' if named[0] else ''}{_last(holdings, plan)}?"


def _together(_holdings: Holdings, plan: Plan, named: list[str], where: str) -> str:
    beside = f" with {named[0]}" if any(named) else ""
    return (
        f"What are the {plan.top} strongest pairs{beside}{where}?"
        if plan.top
        else f"What goes together{beside}{where}?"
    )


def _last(holdings: Holdings, plan: Plan) -> str:
    """The newest release of a trend, and the days of all of them."""
    where = f" in {reference(holdings, plan.picks[-1].release)}"
    periods = [holdings.get(pick.release).period for pick in plan.picks]
    days = [day for period in periods if period is not None for day in period]
    return f"{where} from {min(days).isoformat()} to {max(days).isoformat()}" if len(plan.picks) > 1 else where


def _several(_holdings: Holdings, plan: Plan, named: list[str], where: str) -> str:
    beside = f" for {named[0]}" if named and named[0] else ""
    axis = f" by {plan.dimension}" if plan.dimension else ""
    shares = "shares of " if plan.share else ""
    if plan.operation is Operation.LIST:
        return f"What are {'the ' if shares else ''}{shares}all cells{axis}{beside}{where}?"
    order = "smallest" if plan.low else "largest"
    return f"What are the {shares}the {plan.top} {order}{axis}{beside}{where}?".replace("the the", "the")


def _share(_holdings: Holdings, plan: Plan, named: list[str], where: str) -> str:
    if plan.model:
        return f"What share of people {'lately' if plan.lately else 'ever'} had {named[0]}?"
    return f"What is the share of {named[0]}{where}?"


def _compare(holdings: Holdings, plan: Plan, named: list[str], _where: str) -> str:
    refer = {release: reference(holdings, release) for release in _releases(plan)}
    if len(refer) == 1:
        second = dict(plan.picks[1].labels)
        common = tuple(pair for pair in plan.picks[0].labels if second.get(pair[0]) == pair[1])
        apart = [_named(Pick("", tuple(pair for pair in pick.labels if pair not in common))) for pick in plan.picks]
        beside = f" for {_named(Pick('', common))}" if common else ""
        return f"Compare {apart[0]} with {apart[1]}{beside} in {next(iter(refer.values()))}."
    one, two = (refer[pick.release] for pick in plan.picks)
    return f"Compare {f'{named[0]} in ' if named[0] else ''}{one} with {two}."


def _releases(plan: Plan) -> list[str]:
    return list(dict.fromkeys([*(pick.release for pick in plan.picks if pick.release), *plan.releases]))


def _named(pick: Pick) -> str:
    return " ".join(_quoted(name, label) for name, label in pick.labels)


def _quoted(dimension: str, label: str) -> str:
    return label if dimension == "month" else f'"{label_text(label)}"'


_WORDED: dict[Operation, Callable[[Holdings, Plan, list[str], str], str]] = {
    Operation.STUDIES: _studies,
    Operation.ASKED: _about,
    Operation.COHORT: _about,
    Operation.LOSS: _about,
    Operation.MEAN: _single,
    Operation.FIGURE: _single,
    Operation.SHARE: _share,
    Operation.COMPARE: _compare,
    Operation.TREND: _trend,
    Operation.TOGETHER: _together,
}
