"""From a plan to the answer: figures read off releases, and what follows from them with its interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aggregator.asking import about, pairing
from aggregator.asking.answer import Answer, Figure
from aggregator.asking.holdings import Held, Holdings, Line
from aggregator.asking.intervals import Spread, difference, share_of
from aggregator.asking.periods import period_text
from aggregator.asking.plan import Operation, Pick, Plan
from aggregator.asking.wording import cell_text, figure_text, names_text, origin_text, source_of, unit_of
from vocab.statistics import Histogram, Rfm

__all__ = ["execute"]

Cell = tuple[Held, Line]
DRAWN = "Each person counts once, where one unit drawn at random from the person falls: the numbers are no buyers."
READ = "Read the released number and its interval off the release; nothing was added to it."
APART = "Zero lies outside the interval of the difference, so they differ."
ALIKE = "cannot be told apart: the interval of their difference holds zero"


def execute(plan: Plan, holdings: Holdings) -> Answer:
    """The answer to a plan over the holdings that it was made for."""
    return _EXECUTORS[plan.operation](plan, holdings)


def _figure(plan: Plan, holdings: Holdings) -> Answer:
    held, line = _cell(plan.picks[0], holdings)
    figure = _released(held, line)
    if figure.value is None:
        text = f"{figure.label} is withheld: the cell lies below {held.release.threshold:.0f} and is too small to show."
        return _from(plan, [held], text, (), [READ], status="declined")
    return _from(plan, [held], f"{figure_text(figure)}.", (figure,), [READ])


def _mean(plan: Plan, holdings: Holdings) -> Answer:
    held = holdings.get(plan.picks[0].release)
    mean = held.release.mean
    if mean is None:
        return _from(plan, [held], "The total is withheld, and so is the mean.", (), [], status="declined")
    figure = Figure(label="Mean of one person", value=mean.value, low=mean.low, high=mean.high, unit=unit_of(held))
    if mean.value is not None:
        return _from(plan, [held], f"{figure_text(figure)}.", (figure,), ["The total over the people who answered."])
    text = (
        f"Mean of one person: between {mean.low:,.2f} and {mean.high:,.2f} {figure.unit} at 95 %. How many people"
        " answered is not told exactly, so the mean has no one value."
    )
    return _from(
        plan, [held], text, (figure,), ["The interval of the total over the fewest and most people there can be."]
    )


def _share(plan: Plan, holdings: Holdings) -> Answer:
    if plan.model:
        return about.model_share(plan, holdings)
    held, line = _cell(plan.picks[0], holdings)
    figure, step = share_figure(held, line)
    if figure.value is None:
        text = f"The share of {figure.label} cannot be told: too much of the table is withheld."
        return _from(plan, [held], text, (), [step], status="declined")
    return _from(plan, [held], f"{figure_text(figure)} {_whole_text(held, line)}.", (figure,), [step])


def share_figure(held: Held, line: Line) -> tuple[Figure, str]:
    """The share of a cell, and how it was computed."""
    label, made = cell_text(line.labels, held), held.release
    if made.statistic not in {Histogram.name, Rfm.name}:
        value = None if line.row.value is None or not made.reports else 100 * line.row.value / made.reports
        return Figure(label=label, value=value, low=value, high=value, unit="percent"), "The number over all people."
    spread = share_of(held, line, whole_of(held, line))
    step = "The cell over the sum of the shown cells; its interval by the delta method over noise and draw."
    if spread is None:
        return Figure(label=label, value=None, unit="percent"), step
    return Figure(label=label, value=spread.value, low=spread.low, high=spread.high, unit="percent"), step


def whole_of(held: Held, line: Line) -> list[Line]:
    """What a share is of: the cells of the same dimensions, and of the same month where that is named beside more.

    Of a grid also those with nothing to report, so that the whole is everyone who answered.
    """
    names = [name for name, _ in line.labels]
    month = dict(line.labels).get("month") if len(names) > 1 else None
    alike = [one for one in held.lines if [name for name, _ in one.labels] == names]
    if held.release.statistic == Rfm.name and held.release.nothing is not None:
        return [*alike, Line((), held.release.nothing)]
    return [one for one in alike if month is None or dict(one.labels)["month"] == month]


def _whole_text(held: Held, line: Line) -> str:
    if held.release.statistic not in {Histogram.name, Rfm.name}:
        return "of the people who answered"
    whole = whole_of(held, line)
    hidden = sum(one.row.withheld for one in whole)
    kept = f"; {hidden} withheld cells left out" if hidden else ""
    if held.release.statistic == Rfm.name:
        return f"of all who answered, those without a purchase too{kept}"
    return f"of all that falls into the {len(whole)} cells{kept}"


def _several(plan: Plan, holdings: Holdings) -> Answer:
    held = holdings.get(plan.picks[0].release)
    lines = _lines(held, plan)
    shown = [line for line in lines if not line.row.withheld]
    hidden = len(lines) - len(shown)
    if plan.top:
        shown = sorted(shown, key=lambda line: line.row.value or 0, reverse=not plan.low)[: plan.top]
    chosen = shown if plan.top else lines
    if not shown:
        return _from(
            plan, [held], "All of these cells are withheld: each is too small to show.", (), [], status="declined"
        )
    figures = tuple(share_figure(held, line)[0] if plan.share else _released(held, line) for line in chosen)
    if plan.share and any(
        figure.value is None for figure, line in zip(figures, chosen, strict=True) if not line.row.withheld
    ):
        return _from(
            plan, [held], "Shares cannot be told: too much of the table is withheld.", (), [], status="declined"
        )
    told = "; ".join(map(figure_text, figures[:8])) + ("; and more" if len(figures) > 8 else "")
    notes = [_leading(held, shown, plan)] if plan.top and len(shown) > 1 else []
    if hidden:
        small = "so the smallest ones are not told" if plan.low else "too small to show"
        notes.append(f"{hidden} of {len(lines)} cells are withheld, {small}.")
    order = (
        f"Sorted the shown cells along {plan.dimension}, and took {len(chosen)}."
        if plan.top
        else "Every cell as released."
    )
    return _from(plan, [held], " ".join([f"{told}.", *notes]), figures, [READ, order])


def _lines(held: Held, plan: Plan) -> list[Line]:
    fixed = dict(plan.picks[0].labels)
    names = {*fixed, plan.dimension}
    return [
        line
        for line in held.lines
        if {name for name, _ in line.labels} == names and fixed.items() <= dict(line.labels).items()
    ]


def _leading(held: Held, shown: Sequence[Line], plan: Plan) -> str:
    """Whether the first is surely ahead of the second."""
    first, second = shown[0], shown[1]
    spread = difference((held, first), (held, second))
    names = names_text(cell_text(_own(line, plan), held) for line in (first, second))
    if spread is None or not spread.apart:
        return f"{names} {ALIKE}."
    return f"{cell_text(_own(first, plan), held)} is surely the {'smallest of those shown' if plan.low else 'largest'}."


def _own(line: Line, plan: Plan) -> list[tuple[str, str]]:
    return [pair for pair in line.labels if pair[0] == plan.dimension]


def _compare(plan: Plan, holdings: Holdings) -> Answer:
    first, second = (_cell(pick, holdings) for pick in plan.picks)
    helds = [first[0]] if first[0].release.id == second[0].release.id else [first[0], second[0]]
    figures = [_released(held, line, days=len(helds) > 1) for held, line in (first, second)]
    spread = difference(first, second)
    if spread is None:
        hidden = names_text(figure.label for figure in figures if figure.value is None)
        return _from(plan, helds, f"{hidden} is withheld, so the two cannot be compared.", (), [], status="declined")
    figures.append(_difference("Difference", spread, unit_of(first[0])))
    names = names_text(figure.label for figure in figures[:2])
    verdict = APART if spread.apart else f"{names} {ALIKE}."
    cohorts = ["The people who answered may be others in each release."] if len(helds) > 1 else []
    text = " ".join([*(f"{figure_text(figure)}." for figure in figures), verdict, *cohorts])
    return _from(plan, helds, text, tuple(figures), [READ, _difference_step(helds)])


def _trend(plan: Plan, holdings: Holdings) -> Answer:
    cells = _series(plan, holdings)
    helds = list({held.release.id: held for held, _ in cells}.values())
    figures = [_released(held, line, days=not plan.dimension) for held, line in cells]
    shown = [cell for cell in cells if cell[1].row.value is not None]
    if len(shown) < 2:
        return _from(
            plan, helds, "Fewer than two of the figures are shown, so there is no trend.", (), [], status="declined"
        )
    spread = difference(shown[-1], shown[0])
    notes = []
    if spread is not None:
        figures.append(_difference("Last less first", spread, unit_of(helds[0])))
        verdict = "It rose." if spread.value > 0 else "It fell."
        notes.append(verdict if spread.apart else f"First and last {ALIKE}.")
    cohorts = ["The people who answered may be others in each release."] if len(helds) > 1 else []
    text = " ".join([*(f"{figure_text(figure)}." for figure in figures), *notes, *cohorts])
    return _from(plan, helds, text, tuple(figures), [READ, _difference_step(helds)])


def _series(plan: Plan, holdings: Holdings) -> list[Cell]:
    pick = plan.picks[0]
    held = holdings.get(pick.release)
    if plan.dimension:
        lines = _lines(held, plan)
        return [(held, line) for line in sorted(lines, key=lambda line: dict(line.labels)[plan.dimension])]
    return [_cell(one, holdings) for one in plan.picks]


def _cell(pick: Pick, holdings: Holdings) -> Cell:
    held = holdings.get(pick.release)
    line = held.line(pick.labels)
    if line is None:
        raise LookupError("a plan names a cell that its release lacks")
    return held, line


def _released(held: Held, line: Line, *, days: bool = False) -> Figure:
    """A released number as it stands, named by its days where several releases are side by side."""
    label = cell_text(line.labels, held)
    if days:
        when = period_text(held.period) if held.period else held.release.title
        label = f"{label}, {when}" if line.labels else when
    row = line.row
    return Figure(label=label, value=row.value, low=row.low, high=row.high, unit=unit_of(held))


def _difference(label: str, spread: Spread, unit: str) -> Figure:
    return Figure(
        label=label,
        value=spread.value,
        low=round(spread.low, 1),
        high=round(spread.high, 1),
        unit=unit,
        apart=spread.apart,
    )


def _difference_step(helds: Sequence[Held]) -> str:
    if len(helds) > 1:
        return "The difference of the two numbers; the noise of two releases is independent, so variances add up."
    return "The difference of the two numbers; noise is independent in each cell, and draws exclude each other."


def _from(
    plan: Plan,
    helds: Sequence[Held],
    text: str,
    figures: tuple[Figure, ...],
    steps: Sequence[str],
    *,
    status: str = "answered",
) -> Answer:
    drawn = [DRAWN] if any(held.release.statistic == Histogram.name for held in helds) and figures else []
    whole = "\n".join([text, *drawn, *map(origin_text, helds)])
    return Answer(
        status="answered" if status == "answered" else "declined",
        text=whole,
        figures=figures,
        sources=tuple(map(source_of, helds)),
        steps=tuple(steps),
        plan=plan.to_json(),
    )


_EXECUTORS: dict[Operation, Callable[[Plan, Holdings], Answer]] = {
    Operation.FIGURE: _figure,
    Operation.MEAN: _mean,
    Operation.SHARE: _share,
    Operation.TOP: _several,
    Operation.LIST: _several,
    Operation.COMPARE: _compare,
    Operation.TREND: _trend,
    Operation.TOGETHER: pairing.together,
    Operation.ASKED: about.asked,
    Operation.LOSS: about.loss,
    Operation.COHORT: about.cohort,
    Operation.STUDIES: about.studies,
}
