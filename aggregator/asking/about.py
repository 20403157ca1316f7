"""Answers about whole releases, studies and models: what was asked, of how many, and at which privacy loss."""

from __future__ import annotations

from aggregator.asking.answer import Answer, Figure
from aggregator.asking.holdings import Held, Holdings
from aggregator.asking.names import label_text
from aggregator.asking.periods import period_text
from aggregator.asking.plan import Plan
from aggregator.asking.referring import reference
from aggregator.asking.wording import figure_text, loss_text, number_text, origin_text, source_of, title_text
from vocab.privacy import DELTA, epsilon

__all__ = ["asked", "cohort", "loss", "model_share", "studies"]

STATES = {"running": "open now", "waiting": "closed, not summed yet", "released": "released", "abandoned": "given up"}


def asked(plan: Plan, holdings: Holdings) -> Answer:
    """What a study asked, in the words of its terms."""
    held = holdings.get(plan.releases[0])
    cells = f" Its cells go by {' and '.join(held.release.dimensions)}." if held.release.dimensions else ""
    return _whole(plan, held, f"{title_text(held)} asked {held.release.asked}.{cells}", ())


def cohort(plan: Plan, holdings: Holdings) -> Answer:
    """How many people answered, as far as it is told."""
    held = holdings.get(plan.releases[0])
    made = held.release
    if made.reports is not None:
        figure = Figure(label="People who answered", value=made.reports, low=made.reports, high=made.reports)
        return _whole(plan, held, f"{figure_text(figure)}.", (figure,))
    figure = Figure(label="People who answered, at least", value=made.batch_floor, low=made.batch_floor)
    text = f"{made.batch} people answered: at least {made.batch_floor:,}, the minimum of the study. No more is told."
    return _whole(plan, held, text, (figure,))


def loss(plan: Plan, holdings: Holdings) -> Answer:
    """What one person lost at most, of each release, or of all together as zCDP adds up."""
    helds = [holdings.get(release) for release in plan.releases]
    sources = tuple(map(source_of, helds))
    bounded = [held for held in helds if held.release.epsilon is not None]
    exact = [f"{title_text(held)} added no noise, so its loss has no bound." for held in helds if held not in bounded]
    if plan.total and exact:
        return Answer(status="declined", text=" ".join(exact), sources=sources, plan=plan.to_json())
    if plan.total:
        rho = sum(held.release.micro_rho or 0 for held in bounded)
        figure = Figure(label=f"All {len(bounded)} releases together", value=epsilon(rho), unit="epsilon")
        text = f"{figure.label}: {loss_text(figure.value, DELTA)}, for somebody who answered every one of them."
        step = "Added up the losses in zCDP (micro-rho), where they add, and told the sum as epsilon."
        return Answer(
            status="answered", text=text, figures=(figure,), sources=sources, steps=(step,), plan=plan.to_json()
        )
    figures = tuple(Figure(label=held.release.title, value=held.release.epsilon, unit="epsilon") for held in bounded)
    noise = [
        f"{held.release.title}: {loss_text(held.release.epsilon, held.release.delta)}, by noise of both servers of"
        f" \N{GREEK SMALL LETTER SIGMA} {number_text(round(held.release.noise_variance**0.5, 1), '')}."
        for held in bounded
    ]
    text = " ".join([*noise, *exact, "It bounds what one person lost if one of both servers is honest."])
    return Answer(
        status="answered",
        text=text,
        figures=figures,
        sources=sources,
        steps=("As published with each release.",),
        plan=plan.to_json(),
    )


def studies(plan: Plan, holdings: Holdings) -> Answer:
    """Which studies there are and how far each is; or those releases that a name or days lead to."""
    if plan.releases:
        helds = [holdings.get(release) for release in plan.releases]
        lines = [f"{title_text(held)} ({period_text(held.period) if held.period else 'released'})" for held in helds]
    else:
        found = [one for one in holdings.studies if plan.state in {"", one.state}]
        known = {one.study.task_id.hex() for one in holdings.studies}
        helds = [
            held
            for held in holdings.held
            if plan.state in {"", "released"} and (held.release.lineage.task not in known or _is_in(held, found))
        ]
        lines = [
            f"\N{LEFT DOUBLE QUOTATION MARK}{one.study.title}\N{RIGHT DOUBLE QUOTATION MARK} ({STATES[one.state]})"
            for one in found
        ]
        lines += [f"{title_text(held)} (released)" for held in helds if held.release.lineage.task not in known]
    count = len(lines)
    text = (
        f"{count} {'study' if count == 1 else 'studies'}: {'; '.join(lines)}." if lines else "There is no such study."
    )
    choices = tuple(f"What did {reference(holdings, held.release.id)} ask?" for held in reversed(helds))[:4]
    return Answer(
        status="answered", text=text, sources=tuple(map(source_of, helds)), choices=choices, plan=plan.to_json(),
        steps=("Listed the studies and releases of this leader.",),
    )  # fmt: skip


def model_share(plan: Plan, holdings: Holdings) -> Answer:
    """The share of people who have an item, by a shared model."""
    model = next(one for one in holdings.models if one.dimension == plan.model)
    prior, item = model.prior, plan.picks[0].labels[0][1]
    share = (prior.lately if plan.lately else prior.ever)[prior.items.index(item)]
    figure = Figure(label=label_text(item), value=100 * share, unit="percent")
    when = "lately" if plan.lately else "in the whole period"
    helds = [held for held in holdings.held if held.release.lineage.task in prior.tasks]
    text = (
        f"{figure_text(figure)} of people had it {when}, by the shared model of {model.dimension}: an estimate from"
        f" about {prior.people:,} people, {loss_text(prior.epsilon, prior.delta)}. The model publishes no interval."
    )
    step = "Read the share off the shared model, which was made from the release with its noise taken out."
    return Answer(
        status="answered",
        text=text,
        figures=(figure,),
        sources=tuple(map(source_of, helds)),
        steps=(step,),
        plan=plan.to_json(),
    )


def _whole(plan: Plan, held: Held, text: str, figures: tuple[Figure, ...]) -> Answer:
    return Answer(
        status="answered",
        text=f"{text}\n{origin_text(held)}",
        figures=figures,
        sources=(source_of(held),),
        steps=("As published with the release.",),
        plan=plan.to_json(),
    )


def _is_in(held: Held, found: object) -> bool:
    return isinstance(found, list) and any(one.study.task_id.hex() == held.release.lineage.task for one in found)
