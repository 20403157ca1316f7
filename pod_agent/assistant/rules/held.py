"""What the records hold: which kind a question needs, over which days there are records of it, which accounts."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from pod_agent.assistant.plan import Period
from pod_agent.assistant.rules.case import Account, Rule
from pod_agent.assistant.rules.health import HEALTH_RULES
from pod_agent.assistant.rules.listening import LISTENING_RULES
from pod_agent.assistant.rules.money_rules import MONEY_RULES
from pod_agent.assistant.rules.reading import Reading
from pod_agent.assistant.rules.recurring import RECURRING_RULES
from pod_agent.assistant.rules.shopping import SHOPPING_RULES
from pod_agent.assistant.rules.topic_words import MEASURED
from pod_agent.assistant.rules.video import VIDEO_RULES
from pod_agent.index.local import LocalIndex
from pod_agent.index.remembering import coverage_of
from vocab.query import Filter, QuerySpec
from vocab.records import Transaction

__all__ = ["RULES", "accounts_of", "held_by_kind", "kind_family", "kind_of"]

Family = Literal["transaction", "listen", "view", "order", "subscription", "health"]

RULES: dict[Family, tuple[Rule, ...]] = {
    "transaction": MONEY_RULES,
    "listen": LISTENING_RULES,
    "view": VIDEO_RULES,
    "order": SHOPPING_RULES,
    "subscription": RECURRING_RULES,
    "health": HEALTH_RULES,
}
"""The rules of each family of questions."""

HEARD = frozenset(
    "PLAY LISTEN MUSIC SKIP PODCAST PODCASTS SONG SONGS ARTIST ARTISTS ALBUM ALBUMS EPISODES LISTENTIME".split()
)
CARD = re.compile(r"card|visa|master|amex|credit|platinum", re.IGNORECASE)
"""What the label of a card says where the source does not mark its rows."""
UNDATED = date.min
"""First and last day of a list that has no dates."""
ORDERED = frozenset({"ORDER", "ORDERS", "ORDERVALUE"})


def kind_of(reading: Reading) -> str:
    """The kind of record that a question is about; of health the measure, ``health`` where none is named."""
    if reading.topic == "health":
        return next((MEASURED[role][0] for role in MEASURED if role in reading.roles), "health")
    if reading.topic == "video":
        channels = {"SUBSCRIBED", "SUBSCRIPTIONS"} & reading.roles
        return "follow" if channels else "view"
    if reading.topic == "music":
        return "listen"
    if reading.topic == "shops":
        return "order" if reading.roles & ORDERED else "order-line"
    if reading.topic == "subscriptions":
        return "subscription"
    return "listen" if _is_listening(reading) else "transaction"


def kind_family(kind: str) -> Family:
    """Whose rules answer questions about this kind."""
    families: dict[str, Family] = {
        "transaction": "transaction",
        "listen": "listen",
        "view": "view",
        "follow": "view",
        "order": "order",
        "order-line": "order",
        "subscription": "subscription",
    }
    return families.get(kind, "health")


def _is_listening(reading: Reading) -> bool:
    kinds = {name.kind for names in reading.names for name in names}
    if any(not {"merchant", "person"} & {name.kind for name in names} for names in reading.names):
        return True
    return bool(reading.roles & HEARD) and not kinds & {"person"}


def held_by_kind(index: LocalIndex) -> dict[str, Period]:
    """First and last day by kind of record, of health by measure as well."""
    held: dict[str, Period] = {}
    for item in coverage_of(index):
        begin, end = item.first or UNDATED, item.last or UNDATED
        for kind in _kinds(item.type_name, item.measure):
            first, last = held.get(kind, (begin, end))
            held[kind] = (min(first, begin), max(last, end))
    return held


def _kinds(type_name: str, measure: str | None) -> tuple[str, ...]:
    if type_name == "sleep":
        return ("sleep_minutes", "health")
    if measure is not None:
        return (measure, "health")
    return (type_name, "subscription") if type_name == "transaction" else (type_name,)


def accounts_of(index: LocalIndex) -> tuple[Account, ...]:
    """The accounts and cards of the transactions."""
    sources: dict[str, list[str]] = {}
    spec = QuerySpec(measures=("transactions",), dimensions=("account", "source"))
    for account, source, _ in index.run(spec, evidence=False).rows:
        sources.setdefault(str(account), []).append(str(source))
    out = []
    for name, own in sources.items():
        rows = QuerySpec(measures=("transactions",), filters=(Filter("account", "eq", name),))
        newest = index.records(rows, order="newest", limit=1)
        is_card = CARD.search(name) is not None or any(isinstance(row, Transaction) and row.card for row in newest)
        out.append(Account(name, tuple(own), is_card))
    return tuple(out)
