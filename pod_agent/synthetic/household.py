"""A made-up person: what they earn, where they shop, what they watch. The same seed is always the same person."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

__all__ = ["FAIRPRICE", "FAIRPRICE_ONLINE", "LAZADA", "Household", "Shop", "make_household"]


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop as statements print it, its category, and the usual price range in cents."""

    text: str
    category: str
    low: int
    high: int


STALLS = (
    "LUCKY LANTERN KOPI", "BLUE BENCH COFFEE STALL", "AUNTIE POH NOODLES", "TWO UNCLES DUCK RICE", "RED STOOL LAKSA",
    "MERRY PRATA CORNER", "GOLDEN WOK ZI CHAR", "SUNNY CARROT CAKE", "NINE DRAGONS BAK KUT TEH", "PASAR NASI PADANG",
    "HAPPY TAU FOO FOOD STALL", "STARLIGHT SATAY", "OLD WELL CHICKEN RICE", "LITTLE PEPPER MALA HOTPOT",
)  # fmt: skip
FAIRPRICE = Shop("NTUC FP", "groceries", 900, 9000)
FAIRPRICE_ONLINE = Shop("FAIRPRICE ONLINE", "groceries", 4000, 14000)
LAZADA = Shop("LAZADA SINGAPORE PTE LTD", "shopping", 500, 9000)
"""The shops that tell what was in the basket: each charge of theirs is an order too."""

GROCERS = (
    Shop("SHENG SIONG SUPERMARKET", "groceries", 700, 7000),
    Shop("COLD STORAGE", "groceries", 1200, 11000),
    Shop("GIANT SUPER", "groceries", 900, 9000),
    Shop("HAO MART PTE LTD", "groceries", 400, 3500),
)
CARD_SHOPS = (
    Shop("GRAB* RIDE A-{ref}", "transport", 700, 2800),
    Shop("GRABFOOD* A-{ref}", "eating-out", 1100, 4200),
    Shop("FOODPANDA SG* {ref}", "eating-out", 1100, 3900),
    Shop("BUS/MRT {number}", "transport", 109, 247),
    Shop("COMFORT TAXI", "transport", 900, 3000),
    Shop("STARBUCKS COFFEE {branch}", "eating-out", 600, 1500),
    Shop("LUCKIN COFFEE {branch}", "eating-out", 300, 800),
    Shop("MCDONALD'S {branch}", "eating-out", 500, 1800),
    Shop("TOAST BOX {branch}", "eating-out", 400, 1200),
    Shop("DIN TAI FUNG {branch}", "eating-out", 2500, 9500),
    Shop("UNIQLO {branch}", "shopping", 1990, 11900),
    Shop("DECATHLON {branch}", "shopping", 990, 12000),
    Shop("SHOPEE SINGAPORE MP", "shopping", 300, 6000),
    Shop("WATSON'S PERSONAL CARE {branch}", "health", 500, 4500),
    Shop("GUARDIAN HEALTH {branch}", "health", 500, 4500),
    Shop("GREENLIFE DENTAL {branch}", "health", 6000, 24000),
    Shop("IKEA {branch}", "household", 1500, 30000),
    Shop("DAISO {branch}", "shopping", 218, 2500),
    Shop("GOLDEN VILLAGE {branch}", "entertainment", 900, 3600),
    Shop("KLOOK TRAVEL", "travel", 2000, 25000),
    Shop("SHELL {branch}", "transport", 4000, 11000),
)
FOREIGN_SHOPS = (
    Shop("TAOBAO.COM HANGZHOU CHN|CNY|5.3", "shopping", 800, 9000),
    Shop("NINTENDO ESHOP USA|USD|0.74", "entertainment", 1300, 9000),
    Shop("YODOBASHI CAMERA AKIBA JPN|JPY|112", "shopping", 2000, 30000),
)
PLANS = (
    Shop("NETFLIX.COM SINGAPORE", "subscriptions", 1598, 2298),
    Shop("SPOTIFY P{ref}", "subscriptions", 1098, 1098),
    Shop("DISNEY PLUS", "subscriptions", 1198, 1198),
    Shop("APPLE.COM/BILL ICLOUD", "subscriptions", 398, 398),
    Shop("ANYTIME FITNESS", "subscriptions", 8800, 12800),
    Shop("CIRCLES.LIFE {number}", "telecom", 1000, 2800),
    Shop("GOMO {number}", "telecom", 1500, 2500),
)
INSURERS = ("GREAT EASTERN LIFE", "PRUDENTIAL ASSURANCE", "AIA SINGAPORE", "INCOME INSURANCE LTD", "SINGLIFE")
POWER = ("GENECO", "SENOKO ENERGY", "KEPPEL ELECTRIC", "SP SERVICES", "SEMBCORP POWER")
EMPLOYERS = ("NORTHWIND DESIGN PTE LTD", "SEABRIDGE LOGISTICS PTE LTD", "CLEARPATH LABS LLP", "EVERGREEN CARE LTD")
LANDLORDS = ("PALM COURT HOMES PTE LTD", "RIVERSTONE RESIDENCES PTE LTD", "LANTERN CO-LIVING LLP")
FRIENDS = ("TAN JIA HUI", "LIM WEI JIE", "NUR AISYAH", "RAVI KUMAR", "CHEN MEI LING", "FARHAN IDRIS")
BRANCHES = ("NEX", "JEM", "VIVOCITY", "TAMPINES MALL", "PLAZA SING", "JUNCTION 8", "BUGIS JUNCTION")
ADJECTIVES = ("Silver", "Paper", "Midnight", "Gentle", "Neon", "Hollow", "Copper", "Distant", "Velvet", "Monsoon")
NOUNS = ("Harbour", "Foxes", "Signals", "Garden", "Trains", "Mirrors", "Rivers", "Lanterns", "Satellites", "Rooftops")
CHANNELS = (
    "Hawker Diaries", "Slow Train North", "Bench and Plane", "Quiet Water Paddling", "Ten Minute Woks", "Pixel Attic",
    "Corridor Garden", "The Long Run Home", "Ask a Tailor", "Loop Pedal", "Small Flat Big Plans", "Night Markets",
)  # fmt: skip
SHOWS = ("Kopi Break Economics", "The Night Bus", "Small Island Stories", "Two Percent Battery")


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """One made-up person; money in cents of SGD. ``pace`` is the mean number of purchases a day.

    ``opened`` is the day on which the account was opened with ``opening``: nothing happened before. ``shops`` are those
    where they pay with the card, ``second_shops`` those where they pay with the one of the other bank.
    """

    seed: int
    opened: date
    opening: int
    pace: float
    salary: int
    employer: str
    rent: int
    landlord: str
    insurer: str
    power: str
    account: str
    card: str
    second_card: str
    stalls: tuple[str, ...]
    grocers: tuple[Shop, ...]
    shops: tuple[tuple[Shop, float], ...]
    second_shops: tuple[tuple[Shop, float], ...]
    plans: tuple[tuple[Shop, int], ...]
    friends: tuple[str, ...]
    branches: tuple[str, ...]
    artists: tuple[str, ...]
    shows: tuple[str, ...]
    channels: tuple[str, ...]


def make_household(seed: int, *, pace: float = 2.0, opened: date = date(2025, 1, 1)) -> Household:
    """The person of this seed, who buys ``pace`` things on a mean day."""
    draw = random.Random(f"household {seed}")  # noqa: S311 - made-up people need no secrecy
    salary = draw.randrange(2_800_00, 9_500_00, 50_00)
    liked = tuple((shop, draw.random() ** 2 + 0.05) for shop in draw.sample(CARD_SHOPS, 12))
    names = [f"{adjective} {noun}" for adjective in ADJECTIVES for noun in NOUNS]
    return Household(
        seed=seed,
        opened=opened,
        opening=draw.randrange(1_000_00, 30_000_00),
        pace=pace,
        salary=salary,
        employer=draw.choice(EMPLOYERS),
        rent=draw.choice((0, round(salary * draw.uniform(0.2, 0.35) / 100_00) * 100_00)),
        landlord=draw.choice(LANDLORDS),
        insurer=draw.choice(INSURERS),
        power=draw.choice(POWER),
        account=f"{draw.randrange(500, 700)}-{draw.randrange(10**6):06}-001",
        card=f"5400-{_digits(draw)}",
        second_card=f"5420-{_digits(draw)}",
        stalls=tuple(draw.sample(STALLS, 4)),
        grocers=(FAIRPRICE, draw.choice(GROCERS)),
        shops=liked[:8],
        second_shops=(*liked[8:], (LAZADA, 0.4), (FAIRPRICE_ONLINE, 0.2)),
        plans=tuple((shop, draw.randint(1, 28)) for shop in draw.sample(PLANS, 3)),
        friends=tuple(draw.sample(FRIENDS, 3)),
        branches=tuple(draw.sample(BRANCHES, 3)),
        artists=tuple(draw.sample(names, 14)),
        shows=tuple(draw.sample(SHOWS, 2)),
        channels=tuple(draw.sample(CHANNELS, 7)),
    )


def _digits(draw: random.Random) -> str:
    return "-".join(f"{draw.randrange(10**4):04}" for _ in range(3))
