"""Examples of offers as TOML, one for each kind, which the tests publish as they are."""

from __future__ import annotations

from typing import Final

__all__ = ["EXAMPLES", "template_of"]

_HEAD: Final = """[[offer]]
name = "{name}"                    # its path in the catalogue: small letters, digits, dashes
title = "{title}"
seller = "{seller}"
valid_from = 2026-11-01
valid_through = 2026-11-30          # included
"""

EXAMPLES: Final = {
    "discount": _HEAD.format(name="weekday-8", title="8 % off baskets from S$60", seller="FairPrice")
    + """category = "groceries"              # where people who do not know the shop would use it
percent = 8                         # or: off = 5, or: price = 9.90
minimum = 60
cap = 10
days = ["Monday", "Tuesday"]        # leave out for all days
uses = 3                            # how often one person can use it
absent_days = 30                    # only after so many days without a purchase; or first_purchase, new_customers
stores = ["Clementi Mall"]
code = "WEEKDAY8"                   # the same for everyone
conditions = "Not with other offers."
""",
    "products": _HEAD.format(name="milk", title="S$0.60 off every fresh milk", seller="FairPrice")
    + """off = 0.60
products = [{ name = "fresh milk" }, { section = "Dairy" }, { gtin = "8888200602321" }]
""",
    "test": _HEAD.format(name="basket-a", title="S$6 off baskets from S$60", seller="FairPrice")
    + """category = "groceries"
off = 6
minimum = 60
code = "SIXOFF"
test = "basket"                     # each device sees one arm, drawn by chance on the device
arm = "amount"

"""
    + _HEAD.format(name="basket-b", title="10 % off baskets from S$60", seller="FairPrice")
    + """category = "groceries"
percent = 10
minimum = 60
code = "TENOFF"
test = "basket"
arm = "share"
""",
    "loyalty": _HEAD.format(name="points", title="Points on every basket", seller="FairPrice")
    + """
[offer.loyalty]
points_per_unit = 1                 # or: stamps = true
expires_months = 12                 # leave out if points stay
expires_month_end = true
rewards = [{ title = "S$2 off", points = 400, worth = 2 }]
tiers = [{ title = "Silver", points = 2500, multiplier = 1.5 }]
""",
    "card": _HEAD.format(name="card", title="Everyday card", seller="Example Bank")
    + """
[offer.card]
annual_fee = 196.20
first_year_free = true
base_percent = 0.3                  # everything without a rate of its own
below_percent = 0.1                 # everything, in months below minimum_spend
minimum_spend = 600
monthly_cap = 80
cash_back = [{ categories = ["groceries", "eating-out"], percent = 5, cap = 40 }]
""",
    "savings": _HEAD.format(name="saver", title="Saver account", seller="Example Bank")
    + """
[offer.savings]
tiers = [{ percent = 0.05, up_to = 50000 }, { percent = 0.1 }]
bonuses = [{ condition = "salary", at_least = 1800, percent = 2, up_to = 100000 }]   # or spend, growth
""",
    "loan": _HEAD.format(name="loan", title="S$5,000 over two years", seller="Example Bank")
    + """
[offer.loan]
amount = 5000
rate_percent = 3.5                  # a year, of what is still owed; of the whole sum if flat
months = 24
flat = true
fee = 100
""",
    "plan": _HEAD.format(name="mobile", title="100 GB for S$18 a month", seller="Example Mobile")
    + """category = "telecom"

[offer.plan]
monthly = 18
commitment_months = 12
fee = 10
""",
}
"""An example of each kind by its name."""


def template_of(kind: str) -> str:
    """The example of this kind."""
    return EXAMPLES[kind]
