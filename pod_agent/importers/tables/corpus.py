"""Made-up columns to learn from: names of many languages over values as exports write them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

__all__ = ["Example", "examples"]

ROWS: Final = 30
WORDS: Final = (
    "market cafe north lamp river star blue metro green house corner bakery cloud super garden mobile city light sun"
    " kopi toko bäckerei tienda negozio loja winkel kedai maison"
).split()


class Example(NamedTuple):
    """A column and what it means."""

    meaning: str
    name: str
    cells: Sequence[object]


def examples(words: Mapping[str, Mapping[str, Sequence[str]]], seed: int = 7, each: int = 2) -> Iterator[Example]:
    """``each`` columns for every name in ``words``; the same seed gives the same columns."""
    chance = random.Random(seed)  # noqa: S311 - made-up values
    for meaning, languages in words.items():
        for names in languages.values():
            for name in names:
                for _ in range(each):
                    yield Example(meaning, _written(name, chance), _cells(meaning, chance))


def _written(name: str, chance: random.Random) -> str:
    """The name as some program writes it."""
    ways: tuple[Callable[[str], str], ...] = (
        str,
        str,
        str.upper,
        str.lower,
        lambda text: text.lower().replace(" ", "_"),
        lambda text: text.title().replace(" ", ""),
    )
    return chance.choice(ways)(name)


def _cells(meaning: str, chance: random.Random) -> list[object]:
    make = _MAKERS.get(meaning, _phrase)(chance)
    empty = {"debit": 0.5, "credit": 0.5, "discount": 0.4, "value_date": 0.1}.get(meaning, chance.choice((0, 0, 0.1)))
    return ["" if chance.random() < empty else make() for _ in range(ROWS)]


_Maker = Callable[[], object]


def _days(chance: random.Random) -> _Maker:
    shape = chance.choice(("{y}-{m:02}-{d:02}", "{d:02}/{m:02}/{y}", "{m}/{d}/{y}", "{d:02}.{m:02}.{y}", "{d} Mar {y}"))
    clock = chance.choice(("", "", " {h:02}:{n:02}", "T{h:02}:{n:02}:00Z"))
    return lambda: (shape + clock).format(
        y=chance.randint(2018, 2026), m=chance.randint(1, 12), d=chance.randint(1, 28), h=chance.randint(0, 23), n=7
    )


def _number(low: float, high: float, places: int = 0, sign: float = 0.0) -> Callable[[random.Random], _Maker]:
    def maker(chance: random.Random) -> _Maker:
        comma, plain = chance.random() < 0.3, chance.random() < 0.2
        minus = chance.choice((0.0, sign, sign))

        def make() -> object:
            number = chance.uniform(low, high) * (-1 if chance.random() < minus else 1)
            if plain:
                return round(number, places) if places else round(number)
            text = f"{number:.{places}f}"
            return text.replace(".", ",") if comma else text

        return make

    return maker


def _phrase(chance: random.Random) -> _Maker:
    return lambda: (
        " ".join(chance.choices(WORDS, k=chance.randint(2, 5))) + chance.choice(("", f" {chance.randint(1, 999)}"))
    )


def _name(chance: random.Random) -> _Maker:
    return lambda: " ".join(chance.choices(WORDS, k=chance.randint(1, 2))).title()


def _of(*choices: str) -> Callable[[random.Random], _Maker]:
    def maker(chance: random.Random) -> _Maker:
        few = chance.sample(choices, k=max(1, len(choices) * 2 // 3))
        return lambda: chance.choice(few)

    return maker


def _identity(chance: random.Random) -> _Maker:
    start = chance.choice(("", "TX", "A-", "ord_"))
    return lambda: f"{start}{chance.randrange(10**8, 10**11)}"


def _digits(low: int, high: int) -> Callable[[random.Random], _Maker]:
    return lambda chance: lambda: str(chance.randrange(low, high))


def _duration(chance: random.Random) -> _Maker:
    if chance.random() < 0.5:
        return lambda: f"{chance.randint(0, 2)}:{chance.randint(0, 59):02}:{chance.randint(0, 59):02}"
    return lambda: chance.randint(5, 7200)


_MONEY: Final = _number(1, 300, 2)
_MINUTES: Final = _number(5, 200)
_MAKERS: Final[dict[str, Callable[[random.Random], _Maker]]] = {
    "date": _days,
    "value_date": _days,
    "end": _days,
    "description": _phrase,
    "counterparty": _name,
    "amount": _number(1, 900, 2, 0.7),
    "debit": _MONEY,
    "credit": _MONEY,
    "balance": _number(100, 20_000, 2, 0.05),
    "currency": _of("EUR", "USD", "SGD", "GBP", "JPY"),
    "account": _of("Main 1234", "****9876", "Card 5511", "Savings"),
    "id": _identity,
    "category": _of("Food", "Travel", "Home", "Fun", "Health", "Other"),
    "direction": _of("D", "C", "DR", "CR", "Debit", "Credit", "S", "H"),
    "mcc": _digits(1000, 9999),
    "number": _identity,
    "product": _phrase,
    "quantity": _number(1, 6),
    "unit_price": _number(0.5, 90, 2),
    "total": _number(2, 400, 2),
    "shop": _name,
    "status": _of("delivered", "completed", "cancelled", "shipped", "refunded"),
    "brand": _name,
    "gtin": _digits(10**12, 10**13),
    "sku": _identity,
    "shipping": _number(0, 12, 2),
    "discount": _number(0, 20, 2),
    "title": _phrase,
    "artist": _name,
    "album": _name,
    "played": _number(5_000, 400_000),
    "url": lambda chance: lambda: f"https://example.org/{chance.randrange(10**6)}",
    "channel": _name,
    "text": _phrase,
    "measure": _of("steps", "weight", "heart_rate", "distance"),
    "value": _number(1, 200, 1),
    "recorder": _of("Watch", "Phone", "Scale", "Band 4"),
    "steps": _number(0, 22_000),
    "distance": _number(0.1, 30, 2),
    "floors": _number(0, 30),
    "energy_burned": _number(100, 3_500),
    "heart_rate": _number(50, 170),
    "resting_heart_rate": _number(45, 80),
    "weight": _number(50, 110, 1),
    "body_fat": _number(8, 40, 1),
    "oxygen_saturation": _number(90, 100),
    "asleep": _number(200, 560),
    "deep": _MINUTES,
    "light": _MINUTES,
    "rem": _MINUTES,
    "awake": _number(3, 90),
    "score": _number(40, 100),
    "activity": _of("Run", "Walk", "Swim", "Yoga", "Bike"),
    "duration": _duration,
}
