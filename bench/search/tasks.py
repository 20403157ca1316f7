"""Documents and questions of the search benchmark.

A: names of product categories of Complete Journey; right are the product types of the category. B: questions about one
month of one category of spending of a made-up household whose exports the importers read; right is that month's summary
and no other. C: the same of a household of Complete Journey and its 170 categories of products. B and C are asked
twice: in the words of the category, and in words that share none with it, which were written before anything was
measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from bench.completejourney import load
from pod_agent.agent import Agent
from pod_agent.assistant.retrieval.document import Document, folded_text
from pod_agent.assistant.retrieval.months import months_of, summary_text
from pod_agent.synthetic.exports import write_exports
from pod_agent.synthetic.household import make_household
from vocab.taxonomy import CATEGORIES

__all__ = ["LAST", "TODAY", "Question", "categories", "months", "products", "summaries", "types"]

TODAY: Final = date(2018, 1, 15)
"""The day on which A and C are asked."""
TYPES_AT_LEAST: Final = 5
QUESTIONS_B: Final = 91
MONTHS_EACH: Final = 3
HOUSEHOLD: Final = 11
FIRST, LAST = date(2026, 1, 1), date(2026, 10, 31)
SPENDING_WORDS: Final = {
    "groceries": "provisions for the kitchen",
    "eating-out": "dining at restaurants",
    "transport": "getting around town by cab",
    "shopping": "new clothes and gadgets",
    "household": "rent and things for the flat",
    "utilities": "power and water bills",
    "telecom": "my mobile plan",
    "health": "doctors and medicine",
    "entertainment": "films and nights out",
    "subscriptions": "streaming services",
    "travel": "flights and hotels",
    "education": "classes and tuition",
    "insurance": "policy premiums",
}
OTHER_WORDS: Final = {
    "BAG SNACKS": "crisps",
    "BAKED BREAD/BUNS/ROLLS": "loaves and toast",
    "BATH TISSUES": "toilet roll",
    "BEEF": "steak and mince",
    "DISHWASH DETERGENTS": "washing-up liquid",
    "LAUNDRY DETERGENTS": "washing powder for clothes",
    "LUNCHMEAT": "ham and cold cuts for sandwiches",
    "PAPER TOWELS": "kitchen roll",
    "POTATOES": "spuds",
    "SHORTENING/OIL": "cooking fat",
    "TROPICAL FRUIT": "bananas and pineapples",
    "CITRUS": "oranges and lemons",
    "SOUP": "broth",
    "SEAFOOD - SHELF STABLE": "tinned tuna",
    "WATER - CARBONATED/FLVRD DRINK": "sparkling mineral",
    "FLUID MILK PRODUCTS": "a pint of semi-skimmed",
    "FD WRAPS/BAGS/TRSH BG": "bin liners and cling film",
    "EGGS": "omelette ingredients",
    "HAIR CARE PRODUCTS": "shampoo and conditioner",
    "SOAP - LIQUID & BAR": "body wash",
    "SOFT DRINKS": "fizzy pop",
    "HOT DOGS": "frankfurters",
    "COLD CEREAL": "cornflakes and muesli",
    "BROOMS AND MOPS": "sweeping tools",
    "AIR CARE": "room fragrance",
    "ORAL HYGIENE PRODUCTS": "toothpaste",
    "STATIONERY & SCHOOL SUPPLIES": "pens and notebooks",
    "ISOTONIC DRINKS": "sports hydration",
    "ICE CREAM/MILK/SHERBTS": "gelato",
    "PORK": "pig meat",
    "DIAPERS & DISPOSABLES": "nappies",
    "ANALGESICS": "painkillers",
    "LIQUOR": "whisky and vodka",
}
NAMED: Final = 8


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the ids of the documents that are right."""

    text: str
    right: frozenset[str]


def types() -> list[Document]:
    """A document for every type of product that is goods: its name, nothing else."""
    goods = load().products.query("goods")
    return [_product(name) for name in sorted(goods["product_type"].dropna().unique())]


def categories(number: int) -> list[Question]:
    """A: the names of categories with at least five types, in the order of the alphabet."""
    goods = load().products.query("goods").dropna(subset=["product_category", "product_type"])
    held = goods.groupby("product_category")["product_type"].agg(lambda column: sorted(set(column)))
    chosen = [(name, names) for name, names in held.items() if len(names) >= TYPES_AT_LEAST][:number]
    return [Question(name.lower(), frozenset(_product(each).id for each in names)) for name, names in chosen]


def summaries() -> tuple[list[Document], list[Question], list[Question]]:
    """C: every month of every category of the household with most lines; exact questions, and in other words."""
    lines = load().lines.query("goods")
    lines = lines[lines["household_id"] == lines["household_id"].value_counts().index[0]]
    cells = lines.assign(month=lines["at"].dt.strftime("%Y-%m")).groupby(["product_category", "month"])
    documents = {
        (category, month): _summary(category, month, cell["product_type"].value_counts().index[:NAMED])
        for (category, month), cell in cells
    }
    exact, other = list[Question](), list[Question]()
    for category, words in OTHER_WORDS.items():
        months = sorted(month for name, month in documents if name == category)
        for month in months[:: max(1, len(months) // MONTHS_EACH)][:MONTHS_EACH]:
            right = frozenset([documents[category, month].id])
            when = f"in {date.fromisoformat(month + '-01'):%B %Y}"
            exact.append(Question(f"how much did I spend on {category.lower()} {when}", right))
            other.append(Question(f"how much did I spend on {words} {when}", right))
    return list(documents.values()), exact[:QUESTIONS_B], other[:QUESTIONS_B]


def months(folder: Path) -> tuple[list[Document], list[Question], list[Question]]:
    """B: all monthly summaries of a made-up household; exact questions, and in other words."""
    exports = write_exports(make_household(HOUSEHOLD), folder / "exports", FIRST, LAST, services=("ocbc", "dbs"))
    with Agent.create(folder / "home") as agent:
        agent.import_paths(exports)
        documents = list(months_of(agent.index))
    exact, other = list[Question](), list[Question]()
    for name, words in SPENDING_WORDS.items():
        label = CATEGORIES[name].label
        held = [each for each in documents if each.family == f"spending {name}"]
        for document in held[: QUESTIONS_B // len(SPENDING_WORDS)]:
            when = f"in {date.fromisoformat(document.months[0] + '-01'):%B}"
            exact.append(Question(f"how much did I spend on {label.lower()} {when}", frozenset([document.id])))
            other.append(Question(f"how much did I spend on {words} {when}", frozenset([document.id])))
    return documents, exact, other


def products(number: int) -> list[Document]:
    """So many different products with brand and section, for costs."""
    table: Any = (
        load()
        .products.query("goods")
        .drop_duplicates(["department", "product_category", "product_type", "brand", "package_size"])
    )
    rows = table[["product_type", "package_size", "product_category", "department", "brand"]].fillna("")
    made = []
    for type_name, size, category, department, brand in rows.head(number).itertuples(index=False):
        title = f"{type_name} {size}".strip().title()
        text = folded_text(title, f"{category}, {department}, {brand}".lower())
        made.append(Document(kind="product", key=f"{title} {category} {department} {brand}", title=title, text=text))
    return made


def _product(name: str) -> Document:
    return Document(kind="product", key=name, title=name.lower(), text=name.lower())


def _summary(category: str, month: str, names: Sequence[str]) -> Document:
    return Document(
        kind="month",
        key=f"{category}\n{month}",
        title=f"{category.lower()}, {date.fromisoformat(month + '-01'):%B %Y}",
        text=summary_text(f"{category.lower()} spending", [name.lower() for name in names]),
        months=(month,),
        family=category,
    )
