"""Rules for questions about money: which roles together mean which plan."""

from __future__ import annotations

from pod_agent.assistant.rules import money, money_counts, money_sides
from pod_agent.assistant.rules.case import Rule, roles
from pod_agent.assistant.rules.money_steps import FLOWS

__all__ = ["MONEY_RULES"]

SUMS = FLOWS | {"SPEND", "HOWMUCH", "WHICH", "HOW"}
BUYING = frozenset({"BUY", "PURCHASES", "PURCHASE", "SPEND"})

MONEY_RULES = (
    Rule(
        money.change,
        need=roles("PERCENT"),
        some=(roles("CHANGE", "COMPARE", "MORE", "LESS"),),
        may=SUMS | {"THAN", "TIMES", "TRANSACTIONS", "PURCHASES", "BUY", "HOWMANY", "TREND", "PERMONTH"},
    ),
    Rule(
        money.share,
        some=(roles("PERCENT", "SHARE"),),
        may=roles("SPEND", "WHICH", "HOWMUCH", "HOWMANY", "PURCHASES", "CATEGORY", "BUY", "LIST"),
    ),
    Rule(money.exceeds_limit, need=roles("SPEND")),
    Rule(
        money_sides.either_month,
        need=roles("OR"),
        some=(roles("MORE", "LESS", "MOST", "LEAST", "MAX", "MIN"),),
        may=SUMS | BUYING | {"WHICHMONTH", "WHEN", "TIMES"},
    ),
    Rule(
        money.compare,
        some=(roles("COMPARE", "MORE", "LESS", "CHANGE"),),
        may=SUMS | {"THAN", "BETWEEN", "TIMES", "HOWMANY", "PURCHASES", "TRANSACTIONS", "BUY", "LIST", "WHERE"},
    ),
    Rule(money.compare, need=roles("OR", "MOST"), some=(roles("SPEND", "BUY"),), may=SUMS | {"BUY", "WHERE"}),
    Rule(money.mean, need=roles("AVERAGE"), some=(roles("PERMONTH", "PERWEEK", "PERDAY"),), may=SUMS | {"BUY"}),
    Rule(money.mean_a_day, need=roles("HOWMUCH"), some=(roles("PERWEEK", "PERDAY"),), may=SUMS | {"BUY"}),
    Rule(money.average_purchase, some=(roles("PERITEM", "AVERAGE"),), may=BUYING | {"HOWMUCH", "WHICH"}),
    Rule(
        money.peak,
        some=(roles("WHICHMONTH", "WHICHDAY", "WHICHWEEKDAY"), roles("MOST", "MAX", "LEAST", "MIN", "MOSTOFTEN")),
        may=BUYING | {"WHICH", "HOWMUCH", "INCOME", "TIMES"},
    ),
    Rule(
        money.extreme,
        need=roles("PURCHASE"),
        some=(roles("MAX", "MIN"),),
        may=roles("WHICH", "WHERE", "WHEN", "MERCHANT", "HOWMUCH", "WHICHDAY", "BUY", "SPEND"),
    ),
    Rule(money.extreme, need=roles("PURCHASES"), some=(roles("MAX", "MIN"),), may=roles("WHICH", "LIST", "BUY", "TOP")),
    Rule(
        money.extreme_at,
        some=(roles("MAX", "MIN"),),
        may=roles("WHICH", "WHERE", "WHEN", "HOWMUCH", "WHICHDAY", "BUY", "SPEND"),
    ),
    Rule(
        money.extreme,
        some=(roles("MAX", "MIN"), FLOWS - {"NET", "INCOME", "SAVINGS"}),
        may=FLOWS | roles("WHICH", "WHERE", "WHEN", "MERCHANT", "HOWMUCH", "WHICHDAY", "BUY", "LIST", "SPEND"),
    ),
    Rule(money.extreme, need=roles("BUY"), some=(roles("MAX", "MIN"),), may=roles("WHICH", "HOWMUCH")),
    Rule(
        money.ranking,
        some=(
            roles("MERCHANT", "MERCHANTS", "CATEGORY", "CATEGORIES", "WHERE", "PLACES"),
            roles("TOP", "MOST", "MOSTOFTEN", "MAX", "LEAST", "MIN"),
        ),
        may=BUYING | {"LIST", "WHICH", "HOWMANY", "TIMES", "HOWMUCH", "REFUNDS"},
    ),
    Rule(
        money.ranking, need=roles("MOSTOFTEN"), some=(roles("WHICH", "LIST", "TOP"),), may=BUYING | {"HOWMANY", "TIMES"}
    ),
    Rule(
        money.occasion,
        some=(roles("WHEN", "WHICHDAY"), roles("LAST", "FIRST")),
        may=BUYING | {"CASH", "SALARY", "INCOME", "RECEIVED", "REFUNDS", "SENT"},
    ),
    Rule(money_counts.days, need=roles("MANYDAYS"), may=BUYING | {"RECEIVED"}),
    Rule(
        money_counts.distinct,
        need=roles("HOWMANY"),
        some=(roles("MERCHANTS", "CATEGORIES", "PLACES"),),
        may=roles("DISTINCT", "BUY", "SPEND", "WHERE", "WHICH"),
    ),
    Rule(
        money.series,
        some=(roles("PERMONTH", "TREND"),),
        may=SUMS | BUYING | {"LIST", "TIMES", "HOWMANY", "TRANSACTIONS", "CHANGE"},
    ),
    Rule(money.listing, some=(roles("LIST", "WHICH", "LAST"),), may=BUYING | FLOWS | {"TRANSACTIONS", "WHERE"}),
    Rule(money_counts.count, some=(roles("TIMES", "HOWMANY"),), may=BUYING | FLOWS | {"TRANSACTIONS"}),
    Rule(money.any_row, may=BUYING | {"REFUNDS", "RECEIVED", "CASH", "SALARY"}),
    Rule(money.total, may=(SUMS | BUYING | {"LIST"}) - {"HOW"}),
)
"""In order: the first that fits and builds a plan wins."""
