"""Rules for questions about orders and the products in them."""

from __future__ import annotations

from pod_agent.assistant.plan import Period, Plan, Refusal, Step
from pod_agent.assistant.rules.case import Case, Rule, Unclear, clarify, roles, single
from pod_agent.assistant.rules.lexicon import Name
from pod_agent.assistant.rules.shapes import Shapes, filters_of, step_of
from vocab.query import Filter

__all__ = ["SHOPPING_RULES"]

STATES = {"CANCELLED": "cancelled", "REFUNDED": "refunded", "DELIVERED": "delivered", "PLACED": "placed"}
ORDERING = frozenset({"ORDER", "ORDERS", "ORDERVALUE"})
PRODUCT = frozenset({"product", "words", "section"})
THINGS = ORDERING | {"PRODUCT", "PRODUCTS", "SECTION", "PACKS", "SHOP", "SHOPS", "WHERE", *STATES}
"""Words of orders and what is in them: without one, and without a product's name, money is meant."""


class Shopping(Shapes):
    """Orders and what they came to; products, how many of them and what they cost."""

    plural = frozenset({"PRODUCTS", "SHOPS", "SECTIONS"})
    things = ("number of pieces", "what they cost")

    def unit_of(self, case: Case, measure: str) -> str:  # noqa: ARG002 (an override)
        """Sums are money, all else is counted."""
        return "SGD" if measure in {"order_value", "product_spend"} else "count"

    def of_orders(self, case: Case) -> bool:
        """Whether whole orders are meant, not what was in them."""
        goods = any(name.kind in PRODUCT for mark in case.wanted + case.unwanted for name in case.named(mark))
        if case.has(*ORDERING) and goods:
            raise Unclear(clarify("Orders, or the product in them?", "how many I bought", "how many orders"))
        return case.has(*ORDERING)

    def measure_of(self, case: Case) -> str | None:
        """The number or the value of orders; the number of pieces or what they cost."""
        if self.of_orders(case):
            return _measure_of_orders(case)
        counted = case.has("HOWMANY", "PACKS")
        if not counted and (case.has("SPEND") or (case.has("SECTION") and case.has("TOTAL", "HOWMUCH"))):
            return "product_spend"
        if counted and not case.has("SPEND", "HOWMUCH"):
            return "items"
        if case.has("SPEND") and case.has("HOWMUCH", "PACKS") and not case.has("HOWMANY"):
            return "product_spend"
        return None

    def counted(self, case: Case) -> str | None:
        """Orders, or lines of them."""
        return "orders" if self.of_orders(case) else "items"

    def group_of(self, case: Case) -> str | None:
        """Products, sections or shops."""
        named = case.names([*case.wanted, *case.unwanted], "section")
        if case.has("SECTION") and not (named and case.has("PRODUCT", "PRODUCTS")):
            return "section"
        if case.has("SHOP", "SHOPS", "WHERE", "MERCHANT", "MERCHANTS"):
            return "shop"
        return None if self.of_orders(case) else "product"

    def ranked_by(self, case: Case, group: str) -> str | None:
        """Orders of shops; products by pieces unless money is asked for."""
        if self.of_orders(case):
            return self.measure_of(case)
        if group == "shop" and not case.wanted and not case.has("SPEND", "PRODUCTS"):
            return "orders" if case.has("BUY", "TIMES", "MOSTOFTEN") else None
        return "product_spend" if case.has("SPEND", "HOWMUCH") else "items"

    def step(
        self,
        case: Case,
        measure: str,
        period: Period | None,
        marks: list[str] | None = None,
        dimensions: tuple[str, ...] = (),
        *,
        order: str | None = None,
    ) -> Step:
        """The step for a measure with all that the question says of rows."""
        wanted = case.wanted if marks is None else marks
        if not case.has(*THINGS) and not any(_names_goods(case, mark) for mark in (*case.wanted, *case.unwanted)):
            raise Unclear(clarify("Spending, or products of an order?", "how much I spent", "which products I bought"))
        if case.reading.limits or case.reading.accounts:
            raise Unclear(clarify("A limit on what?", "what I spent", "how many I bought"))
        filters = [*_filters(case, wanted, "in"), *_filters(case, case.unwanted, "not_in"), *case.row_filters()]
        states = [state for role, state in STATES.items() if case.has(role)]
        if states:
            filters.append(Filter("kind", "in", tuple(states)))
        if measure in {"days", "distinct"} and not {"product", "section"} & {item.field for item in filters}:
            filters.extend(() if dimensions else [Filter("shop", "ne", "")])
        return step_of(case, measure, filters, period, wanted, dimensions, order)

    def average(self, case: Case) -> Plan | Refusal | None:
        """What an order comes to on average."""
        if not self.of_orders(case):
            return None
        period = case.period()
        steps = (self.step(case, "order_value", period), self.step(case, "orders", period))
        return Plan(operation="ratio", steps=steps, unit="SGD", per="order")

    def total(self, case: Case) -> Plan | Refusal | None:
        """How many, how much."""
        if not case.has("HOWMANY", "HOWMUCH", "SPEND", "TOTAL", "PACKS", "ORDERVALUE", "WORTH"):
            return None
        return super().total(case)

    def price(self, case: Case) -> Plan | Refusal | None:
        """What one piece cost the last time."""
        if not case.wanted or case.reading.days or case.has(*STATES) or case.has("MOST"):
            return None
        return single("price", self.step(case, "items", case.period()), "SGD")

    def extreme(self, case: Case) -> Plan | Refusal | None:
        """The biggest or smallest order: its value, its shop or its day."""
        low = case.has("MIN")
        part = self.step(case, "orders", case.period())
        if case.has("WHEN", "WHICHDAY"):
            return single("extreme", part, "date", show="date", smallest=low)
        if case.has("WHERE", "SHOP"):
            return single("extreme", part, None, show="merchant", smallest=low)
        return single("extreme", part, "SGD", smallest=low)

    def listing(self, case: Case) -> Plan | Refusal | None:
        """The orders themselves, newest first."""
        if not self.of_orders(case) or case.has("ORDERVALUE", "TOTAL"):
            return None
        if case.has("LAST") and case.reading.top is None:
            return None
        more = {} if case.reading.top is None else {"limit": float(case.reading.top)}
        return single("orders", self.step(case, "orders", case.period()), "SGD", **more)

    def any_row(self, case: Case) -> Plan | Refusal | None:
        """Did I buy it, was any order cancelled."""
        if not case.yes_no or not (case.wanted or case.has(*STATES)):
            return None
        return single("any", self.step(case, self.counted(case) or "items", case.period()), None)


def _measure_of_orders(case: Case) -> str:
    """The value of orders where it is named or they "come to" something; else how many."""
    if case.has("ORDERVALUE", "WORTH") or (
        case.has("TOTAL") and case.has("WHICH") and not case.has("SPEND", "HOWMANY")
    ):
        return "order_value"
    if case.has("SPEND", "HOWMUCH"):
        raise Unclear(clarify("The value of the orders, or the money spent at the shop?", "order value"))
    if case.has("TOTAL") and not case.has("HOWMANY"):
        raise Unclear(clarify("How many orders, or what they came to?", "how many orders", "order value"))
    return "orders"


def _names_goods(case: Case, mark: str) -> bool:
    return mark[0] == "E" and any(name.kind in PRODUCT for name in case.named(mark))


def _filters(case: Case, marks: list[str], operator: str) -> list[Filter]:
    pairs: list[tuple[str, list[str]]] = []
    goods: list[Name] = []
    for mark in marks:
        if mark[0] != "E":
            raise Unclear(clarify("Do you mean the product or the category of spending?", "the product"))
        names = case.named(mark)
        kinds = {name.kind for name in names}
        if kinds & {"product", "words"}:
            goods.extend(name for name in names if name.kind in {"product", "words"})
        else:
            pairs.append((names[0].kind, [names[0].text]))
    if goods and any(field == "section" for field, _ in pairs):
        raise Unclear(clarify("The section or the product?", "the section", "the product"))
    return [*_of_goods(case, goods, operator), *filters_of(pairs, operator)]


def _of_goods(case: Case, goods: list[Name], operator: str) -> list[Filter]:
    """One word of products by its beginning; several, or full names, by the products that they select."""
    if not goods:
        return []
    if len(goods) == 1 and goods[0].kind == "words" and operator == "in":
        return [Filter("product", "contains", goods[0].text)]
    chosen: list[str] = []
    for name in goods:
        chosen.extend([name.text] if name.kind == "product" else case.lexicon.products_with(name.text))
    return [Filter("product", operator, tuple(dict.fromkeys(chosen)))]


_SHAPES = Shopping()
STATE = frozenset(STATES)
GOODS = roles("BUY", "PACKS", "PRODUCT", "PRODUCTS", "SPEND", "PURCHASES", "PURCHASE")
ASKED = GOODS | ORDERING | STATE | {"HOWMANY", "HOWMUCH", "WHICH", "WORTH", "SECTION"}
MOST = roles("TOP", "MOST", "MOSTOFTEN", "MAX")
SHOPPING_RULES = (
    Rule(
        _SHAPES.price,
        some=(roles("PRICE"),),
        may=roles("LAST", "BUY", "NOW", "WHICH", "SPEND", "PACKS", "EACHPIECE", "HOWMUCH", "WHEN"),
    ),
    Rule(
        _SHAPES.price,
        need=roles("SPEND", "LAST"),
        some=(roles("WHICH", "HOWMUCH"),),
        may=roles("PACKS", "BUY", "WHEN", "EACHPIECE"),
    ),
    Rule(_SHAPES.change, need=roles("PERCENT"), some=(roles("CHANGE", "COMPARE"),), may=ASKED),
    Rule(_SHAPES.share, some=(roles("PERCENT", "SHARE"),), may=ASKED),
    Rule(_SHAPES.either, need=roles("OR"), some=(roles("MORE", "MOST", "MOSTOFTEN"),), may=ASKED | {"WHERE", "SHOP"}),
    Rule(_SHAPES.compare, some=(roles("COMPARE", "MORE", "LESS", "CHANGE"),), may=ASKED | {"THAN", "HOW", "BETWEEN"}),
    Rule(
        _SHAPES.average,
        need=roles("AVERAGE"),
        some=(ORDERING | {"PERITEM"},),
        may=ASKED | {"PERITEM"},
    ),
    Rule(_SHAPES.average, need=roles("ORDERVALUE", "AVERAGE"), may=ASKED),
    Rule(
        _SHAPES.peak,
        some=(roles("WHICHMONTH", "WHICHDAY", "WHICHWEEKDAY"), MOST | {"LEAST", "MIN"}),
        may=ASKED,
    ),
    Rule(
        _SHAPES.extreme,
        need=roles("ORDER"),
        some=(roles("MAX", "MIN"),),
        may=roles("WHICH", "HOWMUCH", "WHEN", "WHICHDAY", "WHERE", "SHOP", "BUY", "WORTH"),
    ),
    Rule(
        _SHAPES.ranking,
        some=(roles("PRODUCT", "PRODUCTS", "SHOP", "SHOPS", "WHERE", "SECTION", "WHICH"), MOST),
        may=ASKED | {"LIST", "TIMES", "QUANTITY", "PRODUCTS"},
    ),
    Rule(
        _SHAPES.occasion,
        some=(roles("LAST", "FIRST"),),
        may=GOODS | ORDERING | STATE | {"WHEN", "WHICHDAY", "SECTION"},
    ),
    Rule(
        _SHAPES.mean,
        need=roles("AVERAGE"),
        some=(roles("PERMONTH", "PERWEEK"), ORDERING | {"TIMES", "HOWMANY"}),
        may=ASKED | {"TIMES"},
    ),
    Rule(_SHAPES.days, need=roles("MANYDAYS"), may=GOODS | ORDERING),
    Rule(_SHAPES.distinct, need=roles("HOWMANY", "DISTINCT"), some=(roles("PRODUCTS"),), may=GOODS | {"SECTION"}),
    Rule(_SHAPES.series, some=(roles("PERMONTH", "TREND"),), may=ASKED | {"LIST", "CHANGE", "HOW"}),
    Rule(_SHAPES.listing, need=roles("ORDERS"), some=(roles("LIST", "WHICH", "LAST"),), may=STATE | {"BUY", "WHERE"}),
    Rule(_SHAPES.listing, need=roles("ORDER"), some=(STATE, roles("LIST", "WHICH")), may=roles("BUY")),
    Rule(_SHAPES.any_row, may=GOODS | ORDERING | STATE),
    Rule(_SHAPES.total, may=ASKED),
)
"""In order: the first that fits and builds a plan wins."""
