"""Subscriptions and channels computed: what is charged again and again, and whom the person follows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction

from pod_agent.assistant.figures import Outcome
from pod_agent.assistant.plan import Plan
from pod_agent.index.local import LocalIndex
from pod_agent.index.results import round_half_away
from pod_agent.models.subscriptions import Subscription, find_subscriptions
from vocab.records import IRI, Follow, Subject, Transaction

__all__ = ["followed", "subscriptions"]

NONE = Outcome(None, (), None, "Your records hold no such subscription.")


def followed(index: LocalIndex, plan: Plan) -> Outcome:
    """The channels that the person follows, how many they are, or whether these are among them."""
    held = [record for record in index.kept(Follow) if record.subject is Subject.CHANNEL]
    if plan.ask == "count":
        return Outcome(len(held), tuple(record.iri for record in held), "count")
    if plan.ask == "list":
        value = tuple((record.name, 1) for record in sorted(held, key=lambda record: record.name.casefold()))
        return Outcome(value, tuple(record.iri for record in held), "count")
    wanted = {name.casefold() for name in plan.names}
    found = [record for record in held if record.name.casefold() in wanted]
    yes = {record.name.casefold() for record in found} == wanted
    return Outcome("yes" if yes else "no", tuple(record.iri for record in found), None)


def subscriptions(index: LocalIndex, plan: Plan) -> Outcome:
    """What a plan asks of the subscriptions as they stand on its day."""
    rows = {row.iri: row for row in index.records(plan.steps[0].spec) if isinstance(row, Transaction)}
    found = find_subscriptions(rows.values(), plan.today or date.max)
    if plan.names:
        wanted = {name.casefold() for name in plan.names}
        found = [each for each in found if each.merchant.casefold() in wanted]
        if not found:
            return NONE
    return _ANSWERS[plan.ask](found, plan, rows)


Rows = dict[IRI, Transaction]


def _active(found: list[Subscription], plan: Plan) -> list[Subscription]:
    return [each for each in found if each.active and (not plan.per or each.cadence == plan.per)]


def _latest(found: Iterable[Subscription]) -> tuple[IRI, ...]:
    return tuple(each.charges[-1] for each in found)


def _sgd(each: Subscription) -> float | int:
    return round_half_away(Fraction(each.amount.amount), "SGD")


def _list(found: list[Subscription], plan: Plan, _: Rows) -> Outcome:
    active = _active(found, plan)
    return Outcome(tuple((each.merchant, _sgd(each)) for each in active), _latest(active), "SGD")


def _lapsed(found: list[Subscription], _: Plan, __: Rows) -> Outcome:
    gone = [each for each in found if not each.active]
    return Outcome(tuple((each.merchant, _sgd(each)) for each in gone), _latest(gone), "SGD")


def _gone(found: list[Subscription], _: Plan, __: Rows) -> Outcome:
    gone = [each for each in found if not each.active]
    return Outcome(len(gone), _latest(gone), "count")


def _count(found: list[Subscription], plan: Plan, _: Rows) -> Outcome:
    active = _active(found, plan)
    return Outcome(len(active), _latest(active), "count")


def _monthly(found: list[Subscription], plan: Plan, _: Rows) -> Outcome:
    active = [each for each in _active(found, plan) if each.cadence == "monthly"]
    total = sum((Fraction(each.amount.amount) for each in active), Fraction(0))
    return Outcome(round_half_away(total, "SGD"), _latest(active), "SGD")


def _cost(found: list[Subscription], plan: Plan, _: Rows) -> Outcome:
    active = [each for each in found if each.active]
    if len(active) != 1:
        return Outcome(None, (), None, f"You do not pay for {', '.join(plan.names)} any more.")
    if plan.per and active[0].cadence != plan.per:
        return Outcome(None, (), None, f"{active[0].merchant} is charged {active[0].cadence}, not {plan.per}.")
    return Outcome(_sgd(active[0]), _latest(active), "SGD")


def _is_active(found: list[Subscription], _: Plan, __: Rows) -> Outcome:
    active = [each for each in found if each.active]
    return Outcome("yes" if active else "no", _latest(active or found), None)


def _top(found: list[Subscription], plan: Plan, _: Rows) -> Outcome:
    sign = 1 if plan.smallest else -1
    ranked = sorted(_active(found, plan), key=lambda each: (sign * each.amount.minor, each.merchant.casefold()))
    if not ranked:
        return NONE
    if plan.limit is not None:
        chosen = ranked[: int(plan.limit)]
        return Outcome(tuple((each.merchant, _sgd(each)) for each in chosen), _latest(chosen), "SGD")
    return Outcome(ranked[0].merchant, _latest(ranked[:1]), None)


def _moved(each: Subscription, rows: Rows, *, up: bool) -> tuple[Fraction, tuple[IRI, ...]] | None:
    """How much dearer than before its changes, in what was billed, and the first charge at each new price."""
    changes = [change for change in each.price_changes if not up or change.after.minor > change.before.minor]
    if not changes:
        return None
    total, used = Fraction(0), list[IRI]()
    for change in changes:
        place = next(n for n, iri in enumerate(each.charges) if n and rows[iri].at.date() == change.day)
        pair = each.charges[place - 1 : place + 1]
        total += Fraction(rows[pair[0]].amount.amount) - Fraction(rows[pair[1]].amount.amount)
        used.append(pair[1])
    return total, tuple(used)


def _rises(found: list[Subscription], plan: Plan, rows: Rows) -> Outcome:
    up = plan.ask == "rises"
    moved = [(each.merchant, result) for each in found if (result := _moved(each, rows, up=up)) is not None]
    value = tuple((name, round_half_away(total, "SGD")) for name, (total, _) in moved)
    citations = tuple(iri for _, (_, iris) in moved for iri in iris)
    if plan.names and len(value) == 1 and len(plan.names) == 1:
        return Outcome(value[0][1], citations, "SGD")
    if plan.names and not value:
        return Outcome(0, _latest(found), "SGD")
    return Outcome(value, citations, "SGD")


def _dearer(found: list[Subscription], _: Plan, rows: Rows) -> Outcome:
    moved = [result for each in found if (result := _moved(each, rows, up=True)) is not None]
    return Outcome("yes" if moved else "no", tuple(iri for _, iris in moved for iri in iris) or _latest(found), None)


def _changed(found: list[Subscription], _: Plan, rows: Rows) -> Outcome:
    moved = [result for each in found if (result := _moved(each, rows, up=False)) is not None]
    return Outcome("yes" if moved else "no", tuple(iri for _, iris in moved for iri in iris) or _latest(found), None)


_ANSWERS: dict[str, Callable[[list[Subscription], Plan, Rows], Outcome]] = {
    "list": _list,
    "count": _count,
    "lapsed": _lapsed,
    "gone": _gone,
    "monthly": _monthly,
    "rises": _rises,
    "changes": _rises,
    "changed": _changed,
    "dearer": _dearer,
    "active": _is_active,
    "cost": _cost,
    "top": _top,
}
