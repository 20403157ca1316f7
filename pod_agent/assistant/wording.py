"""Wording: the sentence of an answer, by templates over what was computed; no figure is made here."""

from __future__ import annotations

from datetime import date

from pod_agent.assistant.plan import Period, Plan, Refusal, Step
from pod_agent.assistant.safe_names import safe_name
from vocab.answer import Value
from vocab.query import Filter

__all__ = ["SIGNS", "conditions", "name_of", "period_text", "say", "say_refusal"]

NAMES = {
    "spend": "spending", "purchases": "purchases", "transactions": "transactions", "income": "income",
    "average_purchase": "average purchase", "salary": "salary", "net": "income less spending", "refunds": "refunds",
    "transfers_out": "money sent", "transfers_in": "money received", "cash": "cash withdrawn", "fees": "fees",
    "plays": "plays", "skips": "skipped plays", "listening_minutes": "listening time",
    "podcast_minutes": "podcast listening time", "days": "days", "distinct": "different",
    "videos": "videos", "music_videos": "YouTube Music plays", "orders": "orders", "order_value": "order value",
    "items": "pieces bought", "product_spend": "spending on products", "sleep_minutes": "sleep",
}  # fmt: skip
COUNTED = frozenset({"transfers_out", "transfers_in", "salary"})
SIGNS = {"gt": "over", "ge": "at least", "lt": "under", "le": "at most", "eq": "exactly"}


def say(plan: Plan, value: Value, unit: str | None, records: int) -> str:
    """One or two sentences: the figure, what it is, and on how many records it rests."""
    about = _recurring(plan) if plan.ask else _about(plan.steps[0])
    if plan.operation == "leader" and plan.names:
        about = f"{', '.join(map(safe_name, plan.names))}, first by {about}"
    if plan.operation == "value" and unit == "count" and plan.steps[0].spec.measures[0] in COUNTED:
        about = f"number of times: {about}"
    side = "less" if plan.smallest else "more"
    saying = SAYINGS.get(plan.operation, "{about}").format(about=about, other=_other(plan), per=plan.per, side=side)
    basis = f"From {records:,} record{'' if records == 1 else 's'}."
    if isinstance(value, tuple):
        lines = "; ".join(f"{safe_name(label)}: {_amount(number, unit)}" for label, number in value[:12])
        more = f"; and {len(value) - 12} more" if len(value) > 12 else ""
        return f"{_sentence(saying)}: {lines or 'nothing'}{more}. {basis}"
    return f"{_sentence(saying)}: {_amount(value, unit)}. {basis}"


FOLDS = {
    "mean": "average",
    "last": "latest",
    "change": "change of",
    "largest": "highest",
    "smallest": "lowest",
    "days": "days with",
    "run": "longest run of days with",
}
ASKED = {
    "list": "your subscriptions",
    "count": "number of your subscriptions",
    "lapsed": "subscriptions that have ended",
    "gone": "number of subscriptions that have ended",
    "monthly": "what your monthly subscriptions cost per month",
    "rises": "subscriptions that became dearer, and by how much",
    "dearer": "became dearer",
    "changes": "changes of price",
    "changed": "price changed",
    "active": "paid for now",
    "cost": "what it costs now",
    "top": "your subscriptions by price",
}
FOLLOWED = {"list": "the channels that you follow", "count": "channels that you follow", "any": "followed"}


def _recurring(plan: Plan) -> str:
    """What is asked of subscriptions or followed channels."""
    table = FOLLOWED if plan.operation == "follows" else ASKED
    return f"{', '.join(map(safe_name, plan.names))}, {table[plan.ask]}" if plan.names else table[plan.ask]


SAYINGS = {
    "difference": "{other}, minus {about}",
    "change": "Change from {about} to {other}",
    "share": "Share of {about} in {other}",
    "mean": "{about}, average per {per}",
    "exceeds": "{about}, {side} than {other}",
    "ratio": "{about}, average per {per}",
    "price": "price of one, on the latest of {about}",
    "small_purchases": "What small purchases came to, {about}",
    "unusual": "{about}, by how much it is {side} than in a mean month before",
}


def say_refusal(refusal: Refusal) -> str:
    """The reason, or the question with its choices."""
    left = [choice for choice in refusal.choices if choice not in refusal.text]
    if not left:
        return f"{refusal.text} Ask that if it is what you meant." if refusal.choices else refusal.text
    if all(choice.endswith("?") for choice in left):
        return f"{refusal.text} {'Or' if len(left) < len(refusal.choices) else 'For example'}: {' '.join(left)}"
    return f"{refusal.text} For example: {', '.join(left)}."


def _other(plan: Plan) -> str:
    if len(plan.steps) > 1:
        return _about(plan.steps[1])
    if plan.limit is None:
        return ""
    measure = plan.steps[0].spec.measures[0]
    if plan.steps[0].fold is None:
        return f"SGD {plan.limit:,.2f}"
    return f"{plan.limit / 60:g} hours" if measure == "sleep_minutes" else f"{plan.limit:,g}"


def _about(step: Step) -> str:
    """What a step measures, in words."""
    spec = step.spec
    words = [name_of(spec.measures[0])]
    if step.fold in FOLDS:
        words.insert(0, FOLDS[step.fold])
    if step.bound is not None:
        words.append(f"{SIGNS[step.bound[0]]} {step.bound[1]:,g}{' minutes' if words[-1] == 'sleep' else ''}")
    if spec.measures[0] == "distinct":
        words.append({"merchant": "merchants", "track": "songs"}.get(spec.dimensions[0], f"{spec.dimensions[0]}s"))
    words.extend(conditions(step))
    if spec.period is not None:
        words.append(period_text(spec.period))
    return " ".join(words)


def name_of(measure: str) -> str:
    """A measure in words."""
    return NAMES.get(measure, measure.replace("_", " "))


def conditions(step: Step) -> list[str]:
    """What narrows the rows of a step, in words."""
    words = [_condition(item) for item in step.spec.filters]
    if step.text is not None:
        words.append(f"({safe_name(step.text)})")
    if step.foreign:
        words.append("in foreign currency" if step.foreign == "any" else f"in {step.foreign}, billed in SGD")
    return words


LEADS = {"merchant": "at ", "shop": "at ", "artist": "of ", "track": "of ", "channel": "of ", "podcast": "of "}


def _condition(item: Filter) -> str:
    values = [str(each) for each in (item.value if isinstance(item.value, tuple) else (item.value,))]
    if item.field == "amount":
        values = [f"{float(each):,.2f}" for each in values]
        if item.op == "between":
            return f"between SGD {values[0]} and {values[1]}"
        return f"{SIGNS[item.op]} SGD {values[0]}"
    negated = "without " if item.op in {"ne", "not_in"} else ""
    if item.field == "month":
        values = [f"{date.fromisoformat(f'{each}-01'):%B %Y}" for each in values]
    lead = LEADS.get(item.field, "on ")
    joined = ", ".join(map(safe_name, values))
    return f"{negated or lead}{joined}"


def period_text(period: Period) -> str:
    """Days in words: ``from 1 October 2026 to 31 October 2026``."""
    first, last = period
    if first == last:
        return f"on {_day(first)}"
    if first == date.min:
        return f"until {_day(last)}"
    return f"from {_day(first)} to {_day(last)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _amount(value: Value, unit: str | None) -> str:
    if isinstance(value, float | int):
        if unit == "SGD":
            return f"SGD {value:,.2f}"
        shown = f"{value:,}"
        return {"percent": f"{shown} %", "count": shown}.get(unit or "count", f"{shown} {unit}")
    return safe_name(str(value))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
