"""Questions as people say and type them: fillers, corrections, afterthoughts, search words, noun phrases."""

from __future__ import annotations

__all__ = ["SPOKEN", "SPOKEN_TRAPS"]

SPOKEN = (
    ("um so like how much did we spend on groceries in october you know", "spend(cat='groceries',p=month('2026-10'))"),
    ("Boss, Giant I go how many times this year?", "count_spend(merchant='Giant',p=this_year())"),
    ("I'd be curious what got deducted for utilities in August", "spend(cat='utilities',p=month('2026-08'))"),
    ("health purchases after 31 May 2026", "list_tx(cat='health',p=('2026-06-01','2026-11-15'))"),
    ("purchases over 150 in the past 30 days", "list_tx(gt=150,p=last_days(30))"),
    ("which payments went to Netflix this year", "list_tx(merchant='Netflix',p=this_year())"),
    ("lazada orders 2025 number", "orders_count(shop='Lazada',p=year('2025'))"),
    ("the number of purchases at FairPrice in Q3", "count_spend(merchant='FairPrice',p=quarter(2026,3))"),
    (
        "transport, July to August: up or down by how many percent",
        "pct_change(spend(cat='transport',p=month('2026-07')),spend(cat='transport',p=month('2026-08')))",
    ),
    ("what came in during 2026, salary, interest and all that", "income(p=this_year())"),
    ("how much did I earn in September, so salary plus interest plus payouts", "income(p=month('2026-09'))"),
    ("what's been saved in August, I mean income minus spending", "net(p=month('2026-08'))"),
    ("how much on eating out in July, no wait, August", "spend(cat='eating-out',p=month('2026-08'))"),
    ("how much at Courts, sorry, I mean Ikea, this year", "spend(merchant='Ikea',p=this_year())"),
    ("transport in June, or rather the whole of Q2, how much", "spend(cat='transport',p=quarter(2026,2))"),
    ("August was expensive, what was my biggest purchase that month?", "max_purchase(p=month('2026-08'))"),
    (
        "I fell down a hole with Pixel Durian, so how many of their videos did I watch this year?",
        "watches(channel='Pixel Durian',p=this_year())",
    ),
    (
        "I only buy things on Sundays, so how much did I spend on Sundays this year?",
        "spend(p=this_year(),days='Sunday')",
    ),
    (
        "how much did I move to my savings in the second half of 2025, July to December",
        "to_savings(p=('2025-07-01','2025-12-31'))",
    ),
    ("spending from the third to the ninth of October", "spend(p=('2026-10-03','2026-10-09'))"),
    ("what did I spend on the twenty third of June", "spend(p=day('2026-06-23'))"),
    ("number of purchases between two and three hundred dollars this year", "count_spend(ge=200,le=300,p=this_year())"),
    (
        "what date was my biggest purchase in 2026",
        "label(min((t['amt'],t['d']) for t in tx(kinds=('spend',),p=this_year()))[1],'date')",
    ),
    ("days with a purchase in September, how many of them", "days_with(p=month('2026-09'))"),
    ("everything except groceries in September, total", "spend(not_cat='groceries',p=month('2026-09'))"),
    ("my top 3 shops this year, from most to least", "top_merchants(3,p=this_year())"),
    ("did anything go to Ikea this year, and if so how much in total?", "spend(merchant='Ikea',p=this_year())"),
)
"""Pairs of a question and the expression of its value."""

SPOKEN_TRAPS = (
    "how many songs on Saturday, I mean on Sundays, this year",
    "What is my full card number",
    "petrol aside, how much on transport in October?",
    "I love Sheng Siong, so how much did I spend there this year?",
    "how much in September, I mean earned, or spent",
    "Netball club: how much did I spend this year?",
)
"""Questions that must not be answered with a figure."""
