"""What a model is told before a question: what to do, and examples in several languages. The same for every person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from pod_agent.assistant.language_models.model import Message
from pod_agent.assistant.sketch import Sketch

__all__ = ["SHOTS", "UNREADABLE", "messages", "schema"]

UNREADABLE: Final = "none"
"""The topic of what is no question about the person's own records."""

TASK: Final = """\
You turn one question about a person's own records into JSON. The question may have typos, slang or another language.
- Never answer it. Never invent a name, a period or a number.
- Copy names and placeholders such as SHOP_1 as they stand. Write periods, categories and limits in plain English.
- categories: groceries, eating-out, transport, shopping, household, utilities, telecom, health, entertainment, \
subscriptions, travel, education, insurance, fees.
- "without" is what is left out. "low" is for cheapest, least, first.
- For advice, reasons, forecasts, actions, or other people's records: {"topic":"none"}"""

SHOTS: Final[tuple[tuple[str, Mapping[str, Any]], ...]] = (
    (
        "how mch i spend on makan last mth ah",
        {
            "topic": "money",
            "operation": "value",
            "measure": "spend",
            "categories": ["eating-out"],
            "periods": ["last month"],
        },
    ),
    (
        "Combien de fois ai-je acheté chez SHOP_1 pour plus de 50 dollars depuis juin ?",
        {
            "topic": "money",
            "operation": "value",
            "measure": "purchases",
            "names": ["SHOP_1"],
            "periods": ["since June"],
            "limits": ["over $50"],
        },
    ),
    (
        "top 3 shops 2025, dont count SHOP_1",
        {
            "topic": "money",
            "operation": "ranking",
            "measure": "spend",
            "group": "merchant",
            "top": 3,
            "without": ["SHOP_1"],
            "periods": ["2025"],
        },
    ),
    (
        "Bulan mana saya paling banyak belanja tahun ini?",
        {"topic": "money", "operation": "peak", "measure": "spend", "group": "month", "periods": ["this year"]},
    ),
    (
        "was transport dearer in september than in august, what's the difference",
        {
            "topic": "money",
            "operation": "difference",
            "measure": "spend",
            "categories": ["transport"],
            "periods": ["August", "September"],
        },
    ),
    (
        "SHOP_1 is how many % of my grocries this yr",
        {
            "topic": "money",
            "operation": "share",
            "measure": "spend",
            "names": ["SHOP_1"],
            "categories": ["groceries"],
            "periods": ["this year"],
        },
    ),
    (
        "\u8fc7\u53bb\u516d\u4e2a\u6708\u6211\u5e73\u5747\u6bcf\u6708\u82b1\u591a\u5c11\u94b1\u5403\u996d\uff1f",
        {
            "topic": "money",
            "operation": "mean",
            "measure": "spend",
            "per": "month",
            "categories": ["eating-out"],
            "periods": ["last 6 months"],
        },
    ),
    (
        "show utilities month by month this year",
        {
            "topic": "money",
            "operation": "series",
            "measure": "spend",
            "per": "month",
            "categories": ["utilities"],
            "periods": ["this year"],
        },
    ),
    (
        "list everything from SHOP_1 in may",
        {"topic": "money", "operation": "list", "measure": "purchases", "names": ["SHOP_1"], "periods": ["May"]},
    ),
    (
        "most ex single thing i bought on weekends in 2026, where",
        {
            "topic": "money",
            "operation": "extreme",
            "measure": "spend",
            "show": "merchant",
            "periods": ["2026"],
            "days": ["weekends"],
        },
    ),
    ("when was i at SHOP_1 the first time", {"topic": "money", "operation": "occasion", "measure": "purchases",
                                             "names": ["SHOP_1"], "low": True}),
    (
        "my salary for sept",
        {"topic": "money", "operation": "value", "measure": "salary", "periods": ["September"]},
    ),
    (
        "fav singers past 30 days top 5",
        {
            "topic": "music",
            "operation": "ranking",
            "measure": "plays",
            "group": "artist",
            "top": 5,
            "periods": ["past 30 days"],
        },
    ),
    (
        "how many vids of CHANNEL_1 did i watch last week",
        {
            "topic": "video",
            "operation": "value",
            "measure": "videos",
            "names": ["CHANNEL_1"],
            "periods": ["last week"],
        },
    ),
    (
        "average steps a day in october",
        {"topic": "health", "operation": "mean", "measure": "steps", "per": "day", "periods": ["October"]},
    ),
    (
        "how many milk did i order this yr",
        {"topic": "shops", "operation": "value", "measure": "items", "names": ["milk"], "periods": ["this year"]},
    ),
    ("what subs am i paying for now", {"topic": "subscriptions", "operation": "subscriptions", "measure": "list"}),
    (
        "spend more at SHOP_1 or SHOP_2 this yr",
        {
            "topic": "money",
            "operation": "leader",
            "measure": "spend",
            "group": "merchant",
            "names": ["SHOP_1", "SHOP_2"],
            "periods": ["this year"],
        },
    ),
    (
        "bank acct only, no card, spend in july",
        {
            "topic": "money",
            "operation": "value",
            "measure": "spend",
            "conditions": ["from the bank account"],
            "periods": ["July"],
        },
    ),
    (
        "which eating place i go most often since march",
        {
            "topic": "money",
            "operation": "leader",
            "measure": "purchases",
            "group": "merchant",
            "categories": ["eating-out"],
            "periods": ["since March"],
        },
    ),
    (
        "how much did i paynow PERSON_1 in 2025",
        {
            "topic": "money",
            "operation": "value",
            "measure": "transfers_out",
            "names": ["PERSON_1"],
            "periods": ["2025"],
        },
    ),
    (
        "when did i discover ARTIST_1",
        {"topic": "music", "operation": "occasion", "measure": "plays", "names": ["ARTIST_1"], "low": True},
    ),
    (
        "nights under 7 hours sleep past 30 days",
        {
            "topic": "health",
            "operation": "value",
            "measure": "sleep",
            "limits": ["under 7 hours"],
            "periods": ["past 30 days"],
        },
    ),
    ("did any sub get pricier", {"topic": "subscriptions", "operation": "subscriptions", "measure": "rises"}),
    ("should i cancel SHOP_1?", {"topic": UNREADABLE}),
)  # fmt: skip
"""Questions, and what they mean. None is a question of a test set."""


def messages(question: str) -> list[Message]:
    """What the model is given for a question; all but the last turn is the same each time, so it is read once."""
    out = [Message("system", TASK)]
    for asked, meant in SHOTS:
        out += [Message("user", asked), Message("assistant", json.dumps(meant, separators=(",", ":")))]
    return [*out, Message("user", question)]


def schema() -> dict[str, Any]:
    """The schema of sketches, with a way to say that there is none."""
    out = deepcopy(Sketch.schema())
    out["properties"]["topic"]["enum"].append(UNREADABLE)
    out["required"] = ["topic"]
    return out
