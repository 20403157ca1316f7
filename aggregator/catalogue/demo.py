"""Made-up offers of real chains, and of a bank that does not exist, for the demonstration."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from aggregator.catalogue.tables import offers_of
from vocab.offers import Offer

__all__ = ["demo_offers"]

_WEEK: Final = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]


def demo_offers(today: date) -> list[Offer]:
    """Offers in force from the first of this month for some weeks; loyalty programmes for two years already."""
    begins, ends = today.replace(day=1), today + timedelta(days=30)
    return offers_of(
        [
            {
                "name": name,
                "title": title,
                "seller": seller,
                "category": category,
                "valid_from": begins if "loyalty" not in terms else begins.replace(year=begins.year - 2),
                "valid_through": ends,
                "conditions": "Made up for the demonstration.",
                **terms,
            }
            for name, seller, category, title, terms in _DEMO
        ]
    )


_DEMO: tuple[tuple[str, str, str | None, str, dict[str, Any]], ...] = (
    ("fairprice-8", "FairPrice", "groceries", "8 % off baskets from S$60", {"percent": "8", "minimum": "60"}),
    ("giant-5", "Giant", "groceries", "S$5 off baskets from S$50", {"off": "5", "minimum": "50"}),
    ("sheng-siong-3", "Sheng Siong", "groceries", "3 % off everything", {"percent": "3", "cap": "4"}),
    ("cold-storage-12", "Cold Storage", "groceries", "12 % off, up to S$10", {"percent": "12", "cap": "10"}),
    ("grabfood-20", "GrabFood", "eating-out", "20 % off one order", {"percent": "20", "cap": "8", "once": True}),
    ("foodpanda-4", "foodpanda", "eating-out", "S$4 off orders from S$25", {"off": "4", "minimum": "25"}),
    ("starbucks-15", "Starbucks", "eating-out", "15 % off on weekdays", {"percent": "15", "days": _WEEK}),
    ("toast-box-10", "Toast Box", "eating-out", "10 % off, five times", {"percent": "10", "uses": 5}),
    ("mcdonalds-6", "McDonald's", "eating-out", "S$2 off from S$10", {"off": "2", "minimum": "10"}),
    ("grab-rides-3", "Grab Rides", "transport", "S$3 off rides from S$15", {"off": "3", "minimum": "15"}),
    ("gojek-25", "Gojek", "transport", "25 % off the first ride, up to S$5",
     {"percent": "25", "cap": "5", "first_purchase": True}),
    ("comfortdelgro-2", "ComfortDelGro", "transport", "S$2 off booked rides", {"off": "2", "minimum": "12"}),
    ("shell-7", "Shell", "transport", "7 % off fuel", {"percent": "7", "cap": "9"}),
    ("guardian-10", "Guardian", "health", "10 % off own brand", {"percent": "10", "cap": "12"}),
    ("watsons-6", "Watsons", "health", "S$6 off from S$45, for those who were long away",
     {"off": "6", "minimum": "45", "absent_days": 60}),
    ("uniqlo-10", "UNIQLO", "shopping", "S$10 off from S$80", {"off": "10", "minimum": "80", "once": True}),
    ("lazada-5", "Lazada", "shopping", "5 % off, up to S$15", {"percent": "5", "cap": "15"}),
    ("shopee-6", "Shopee", "shopping", "6 % off, up to S$8", {"percent": "6", "cap": "8"}),
    ("popular-10", "Popular", "education", "10 % off books", {"percent": "10"}),
    ("ikea-20", "IKEA", "household", "S$20 off from S$200", {"off": "20", "minimum": "200", "once": True}),
    ("golden-village-3", "Golden Village", "entertainment", "Weekday tickets at S$9", {"price": "9"}),
    ("scoot-30", "Scoot", "travel", "S$30 off return flights", {"off": "30", "minimum": "250", "once": True}),
    ("klook-8", "Klook", "travel", "8 % off, up to S$25", {"percent": "8", "cap": "25", "code": "SEEMORE8"}),
    ("cold-storage-arm-a", "Cold Storage", "groceries", "S$6 off baskets from S$60",
     {"off": "6", "minimum": "60", "once": True, "code": "CHILL6", "test": "basket", "arm": "amount"}),
    ("cold-storage-arm-b", "Cold Storage", "groceries", "10 % off baskets from S$60",
     {"percent": "10", "minimum": "60", "once": True, "code": "CHILL10", "test": "basket", "arm": "share"}),
    ("fairprice-milk", "FairPrice", "groceries", "S$0.60 off every fresh milk",
     {"off": "0.60", "products": [{"name": "fresh milk"}, {"section": "Dairy"}]}),
    ("sheng-siong-rice", "Sheng Siong", "groceries", "Jasmine rice 5 kg at S$11.90",
     {"price": "11.90", "products": [{"name": "jasmine rice"}]}),
    ("circles-life-1", "Circles.Life", "telecom", "100 GB for S$18 a month", {"plan": {"monthly": "18"}}),
    ("myrepublic-fibre", "MyRepublic", "telecom", "Fibre at S$29.99 a month for two years",
     {"plan": {"monthly": "29.99", "commitment_months": 24, "fee": "56.71"}}),
    ("fairprice-points", "FairPrice", "groceries", "Points on every basket",
     {"loyalty": {"points_per_unit": "1", "expires_months": 12, "expires_month_end": True,
                  "rewards": [{"title": "S$2 off", "points": 400, "worth": "2"},
                              {"title": "S$10 off", "points": 1800, "worth": "10"}],
                  "tiers": [{"title": "Silver", "points": 2500, "multiplier": "1.5"}]}}),
    ("toast-box-stamps", "Toast Box", "eating-out", "The tenth coffee is free",
     {"minimum": "3", "loyalty": {"stamps": True, "expires_months": 6,
                                  "rewards": [{"title": "A coffee", "points": 9, "worth": "2.60"}]}}),
    ("merlion-everyday", "Merlion Bank", None, "Everyday card: 5 % on groceries and eating out",
     {"card": {"annual_fee": "196.20", "first_year_free": True, "base_percent": "0.3", "below_percent": "0.1",
               "minimum_spend": "600", "monthly_cap": "80",
               "cash_back": [{"categories": ["groceries", "eating-out"], "percent": "5", "cap": "40"},
                             {"categories": ["transport"], "percent": "3", "cap": "20"}]}}),
    ("merlion-plain", "Merlion Bank", None, "Plain card: 1.5 % on everything",
     {"card": {"annual_fee": "0", "base_percent": "1.5", "below_percent": "1.5"}}),
    ("merlion-saver", "Merlion Bank", None, "Saver: up to 4.05 % a year",
     {"savings": {"tiers": [{"percent": "0.05"}],
                  "bonuses": [{"condition": "salary", "at_least": "1800", "percent": "2", "up_to": "100000"},
                              {"condition": "spend", "at_least": "500", "percent": "1", "up_to": "100000"},
                              {"condition": "growth", "at_least": "500", "percent": "1", "up_to": "100000"}]}}),
    ("merlion-loan", "Merlion Bank", None, "S$5,000 over two years",
     {"loan": {"amount": "5000", "rate_percent": "3.5", "months": 24, "flat": True, "fee": "100"}}),
)  # fmt: skip
