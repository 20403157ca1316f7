"""Which rows of the truth an expression of the truth's reader used, as facts of the exports.

``recording(gold)`` is the truth's own reader with its selections noted: each row that a sum, count, list or ranking
looked at. It shares nothing with the agent.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.support.plain_exports import Fact

__all__ = ["recording"]

Row = dict[str, Any]
Kept = Callable[[Any, list[Fact], list[Row]], list[Fact]]


def recording(gold: ModuleType, pack: str) -> Any:
    """A reader of the truth; ``used`` holds the facts since ``begin``, ``any_of`` says that one of them is enough."""
    narrowed = {name: _wrapped(gold.Gold, name, keep) for name, keep in KEPT.items()}
    made = type("Recording", (_Noting, gold.Gold), narrowed)(pack)
    with Path(pack, "truth", "steps_by_recorder.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            made.walks.setdefault(row["date"], []).append((-int(row["steps"]), row["recorder"]))
    made.begin()
    return made


class _Noting:
    """Notes what the selections of the truth's reader give."""

    used: list[Fact]
    any_of: bool
    P: list[Row]
    V: list[Row]
    L: list[Row]

    def __init__(self, pack: str) -> None:
        self.walks: dict[str, list[tuple[int, str]]] = {}
        super().__init__(pack)  # type: ignore[call-arg]
        self.days: dict[Fact, str] = {("play", row["end"], row["ms"]): row["d"] for row in self.P}
        self.days |= {("view", row["time"]): row["d"] for row in self.V}
        self.days |= {("line", row["order_id"], row["line_id"]): row["d"] for row in self.L}

    def begin(self) -> None:
        """Forget what was noted."""
        self.used, self.any_of = [], False

    def rows(self) -> Counter[Fact]:
        """What the selections since ``begin`` come to, each row once, as the exports tell it."""
        return Counter(fact[:4] for fact in set(self.used))

    def day_of(self, fact: Fact) -> str:
        """The local day of a row."""
        return fact[1] if fact[0] == "paid" else self.days[fact]

    def note(self, facts: list[Fact]) -> None:
        self.used.extend(facts)

    def tx(self, *args: Any, **named: Any) -> list[Row]:
        rows: list[Row] = super().tx(*args, **named)  # type: ignore[misc]
        self.note([_paid(row) for row in rows])
        return rows

    def _pl(self, *args: Any, **named: Any) -> list[Row]:
        rows: list[Row] = super()._pl(*args, **named)  # type: ignore[misc]
        self.note([("play", row["end"], row["ms"]) for row in rows])
        return rows

    def _vw(self, *args: Any, **named: Any) -> list[Row]:
        rows: list[Row] = super()._vw(*args, **named)  # type: ignore[misc]
        self.note([("view", row["time"]) for row in rows])
        return rows

    def _ln(self, *args: Any, **named: Any) -> list[Row]:
        rows: list[Row] = super()._ln(*args, **named)  # type: ignore[misc]
        self.note([("line", row["order_id"], row["line_id"]) for row in rows])
        return rows

    def _h(self, column: str, *args: Any, **named: Any) -> list[tuple[str, Any]]:
        rows: list[tuple[str, Any]] = super()._h(column, *args, **named)  # type: ignore[misc]
        self.note([(column, day, *self._recorder(column, day)) for day, _ in rows])
        return rows

    def _recorder(self, column: str, day: str) -> tuple[str, ...]:
        """Of steps the recorder that counted most; of equal ones the first by name."""
        return (min(self.walks[day])[1],) if column == "steps" else ()

    def subs(self, *args: Any, **named: Any) -> list[Row]:
        rows: list[Row] = super().subs(*args, **named)  # type: ignore[misc]
        for row in rows:
            charges = super().tx(kinds=("spend",), merchant=row["merchant"])  # type: ignore[misc]
            self.note([_paid(charge) for charge in charges if charge["d"] == row["last_date"]])
        return rows


def _paid(row: Row) -> Fact:
    """With its number in the truth, so that a row that two selections share counts once."""
    return ("paid", row["booking_date"], row["amount"], " ".join(row["raw_description"].split()), row["id"])


def _wrapped(reader: type, name: str, keep: Kept) -> Callable[..., Any]:
    """The reader's function with its rows narrowed to those that its value rests on."""

    def narrowed(self: Any, *args: Any, **named: Any) -> Any:
        place = len(self.used)
        out = getattr(reader, name)(self, *args, **named)
        self.used[place:] = keep(self, self.used[place:], [out, *args, named])
        return out

    return narrowed


def _whole(self: Any, facts: list[Fact], _: list[Any]) -> list[Fact]:
    """Plays, not skips."""
    return [fact for fact in facts if int(fact[2]) >= 30_000]


def _short(self: Any, facts: list[Fact], _: list[Any]) -> list[Fact]:
    return [fact for fact in facts if int(fact[2]) < 30_000]


def _ranked(self: Any, facts: list[Fact], call: list[Any]) -> list[Fact]:
    """A ranking by plays looks at plays, one by time at all."""
    return facts if call[-1].get("by") == "minutes" or "minutes" in call else _whole(self, facts, call)


def _with_channel(self: Any, facts: list[Fact], _: list[Any]) -> list[Fact]:
    known = {view["time"] for view in self.V if view["channel"]}
    return [fact for fact in facts if fact[1] in known]


def _occasion(self: Any, facts: list[Fact], call: list[Any]) -> list[Fact]:
    """One of the rows of the day that is the answer."""
    self.any_of = True
    day = call[0]["value"]
    return [fact for fact in facts if self.day_of(fact) == day]


def _played_on(self: Any, facts: list[Fact], call: list[Any]) -> list[Fact]:
    return _occasion(self, _whole(self, facts, call), call)


def _last(self: Any, facts: list[Fact], _: list[Any]) -> list[Fact]:
    return facts[-1:]


def _ends(self: Any, facts: list[Fact], _: list[Any]) -> list[Fact]:
    return [facts[0], facts[-1]]


def _extreme(self: Any, facts: list[Fact], call: list[Any]) -> list[Fact]:
    """The first row with the amount or of the shop that is the answer."""
    paid = [(-float(fact[2]), fact) for fact in facts]
    value = call[0]["value"]
    best = value if isinstance(value, float) else max(amount for amount, _ in paid)
    return [fact for amount, fact in paid if amount == best][:1]


def _days(sign: str) -> Kept:
    def passing(self: Any, facts: list[Fact], call: list[Any]) -> list[Fact]:
        bound = call[1] * (60 if facts[0][0] == "minutes_asleep" else 1)
        values = {row["d"]: float(row[facts[0][0]]) for row in self.H if row[facts[0][0]]}
        test = {">": float.__gt__, ">=": float.__ge__, "<": float.__lt__}[sign]
        return [fact for fact in facts if test(values[fact[1]], float(bound))]

    return passing


def _peak(self: Any, facts: list[Fact], call: list[Any]) -> list[Fact]:
    values = {row["d"]: row[facts[0][0]] for row in self.H}
    best = max(facts, key=lambda fact: (float(values[fact[1]]), -int(fact[1].replace("-", ""))))
    return [best]


def _orders(self: Any, facts: list[Fact], call: list[Any]) -> list[Fact]:
    """The selection of orders has no function of its own: the same, from its arguments."""
    named = call[-1]
    shop, period, status = named.get("shop"), named.get("p"), named.get("status")
    chosen = [
        order
        for order in self.O
        if (not shop or order["shop"] == shop)
        and (period is None or period[0] <= order["d"] <= period[1])
        and (order["status"] == status if status else order["status"] != "cancelled")
    ]
    return [("order", order["order_id"]) for order in chosen]


def _rises(self: Any, facts: list[Fact], _: list[Any]) -> list[Fact]:
    """The first charge at the new price."""
    out = []
    for each in self.S:
        for change in re.findall(r"(\d{4}-\d\d-\d\d):", each["price_changes"]):
            charges = [row for row in self.T if row["merchant"] == each["merchant"] and row["d"] == change]
            out += [_paid(row) for row in charges]
    return out


def _follows(self: Any, facts: list[Fact], _: list[Any]) -> list[Fact]:
    return [("follow", channel["channel_id"]) for channel in self.CH]


KEPT: dict[str, Kept] = {
    **dict.fromkeys(("plays", "distinct_artists", "distinct_tracks", "plays_by_month"), _whole),
    "skips": _short,
    **dict.fromkeys(("top_artists", "top_tracks", "top_shows"), _ranked),
    **dict.fromkeys(("top_channels", "distinct_channels"), _with_channel),
    **dict.fromkeys(("first_play", "last_play"), _played_on),
    **dict.fromkeys(("last_date", "first_date", "last_watch", "product_last"), _occasion),
    **dict.fromkeys(("max_purchase", "min_purchase", "max_purchase_merchant"), _extreme),
    **dict.fromkeys(("weight", "product_price"), _last),
    "weight_change": _ends,
    "days_steps_over": _days(">"),
    "days_steps_at_least": _days(">="),
    "nights_under": _days("<"),
    **dict.fromkeys(("max_steps", "max_rhr"), _peak),
    **dict.fromkeys(("orders_count", "avg_order", "list_orders"), _orders),
    "price_rises": _rises,
    "channel_subscriptions": _follows,
}
