"""Make the model that guesses categories, and measure it on names held out.

    python -m bench.merchant_names NSI.json          # the figures
    python -m bench.merchant_names NSI.json --write  # and pod_agent/enrich/guesses.csv

``NSI.json`` is ``dist/json/nsi.min.json`` of the npm package name-suggestion-index (BSD-3-Clause): brands as
OpenStreetMap knows them. Held out are a fifth of its brands, and apart from them the chains of ``merchants.csv``.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from importlib.resources import files
from math import sqrt
from pathlib import Path

from pod_agent.enrich.categories import category_of
from pod_agent.enrich.guesses import SURE, forms
from pod_agent.enrich.merchants import tokens

TAGS = {
    "groceries": "shop: supermarket convenience butcher greengrocer deli dairy frozen_food seafood cheese spices nuts"
    " wine alcohol beverages health_food wholesale chocolate confectionery tea coffee",
    "eating-out": "amenity: fast_food restaurant cafe ice_cream pub bar food_court biergarten shop: bakery pastry",
    "transport": "amenity: fuel bicycle_rental charging_station car_rental car_sharing parking car_wash taxi"
    " vehicle_inspection motorcycle_rental man_made: charge_point shop: car_repair tyres car_parts motorcycle_repair"
    " bicycle motorcycle car",
    "health": "amenity: pharmacy dentist clinic doctors hospital shop: chemist optician hearing_aids medical_supply"
    " nutrition_supplements healthcare: laboratory sample_collection physiotherapist dialysis audiologist"
    " rehabilitation",
    "shopping": "shop: clothes shoes electronics books jewelry department_store variety_store cosmetics sports pet toys"
    " outdoor stationery gift perfumery watches baby_goods florist computer fashion_accessories bag second_hand photo"
    " craft video_games musical_instrument music leather hifi games camera mall general anime fabric art appliance"
    " mobile_phone charity",
    "household": "shop: furniture doityourself houseware bed hardware kitchen interior_decoration garden_centre paint"
    " dry_cleaning laundry tiles household_linen bathroom_furnishing flooring window_blind carpet lighting curtain"
    " storage_rental locksmith trade pest_control craft: cleaning plumber electrician office: moving_company"
    " estate_agent",
    "telecom": "shop: telecommunication office: telecommunication",
    "insurance": "office: insurance",
    "subscriptions": "leisure: fitness_centre",
    "entertainment": "amenity: cinema karaoke_box casino nightclub leisure: amusement_arcade bowling_alley"
    " trampoline_park indoor_play escape_game tourism: theme_park zoo shop: lottery bookmaker ticket",
    "travel": "tourism: hotel hostel motel caravan_site shop: travel_agency",
    "education": "amenity: prep_school kindergarten language_school school childcare university training music_school"
    " college driving_school",
    "other": "shop: hairdresser beauty massage tattoo funeral_directors amenity: post_office veterinary",
}
"""The tags of OpenStreetMap in which a category of ours is sold."""

Words = tuple[str, ...]


def main() -> None:
    """Read the names, print the figures, write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    brands = read_brands(options.names)
    own = {tokens(_plain(name)): category for name, category, _ in _own_chains()}
    names = {words: category for words, (category, _) in brands.items() if words not in own}
    print(f"{len(brands)} brands; {len(own.keys() & brands.keys())} of our chains among them, same category:", end=" ")
    print(f"{sum(brands[words][0] == own[words] for words in own.keys() & brands.keys())}")
    held = {words for words in sorted(names) if random.Random(" ".join(words)).random() < 0.2}
    known = learn({words: category for words, category in names.items() if words not in held})
    print(measure("brands held out", {words: names[words] for words in held}, known))
    print(measure("our chains", own, known))
    if options.write:
        folder = Path(str(files("pod_agent.enrich")))
        whole = {words: category for words, (category, _) in brands.items()} | own
        _write(folder / "guesses.csv", ("form", "category", "sure"), _rows(learn(whole)))


def read_brands(path: Path) -> dict[Words, tuple[str, str]]:
    """Category and name of every brand whose name is written in Latin letters and stands for one category alone."""
    sections = json.loads(path.read_text(encoding="utf-8"))["nsi"]
    found: dict[Words, dict[str, str]] = defaultdict(dict)
    for category, section in _sections():
        for item in sections.get(section, {"items": ()})["items"]:
            tags = item["tags"]
            here = {"sg", "001"} & {str(place) for place in item["locationSet"]["include"]}
            for tag in ("name", "name:en", "brand", "brand:en"):
                name = str(tags.get(tag, "")).split("(")[0].strip()
                words = tokens(_plain(name))
                if "".join(words).isascii() and sum(map(len, words)) >= (3 if here else 4) and "|" not in name:
                    found[words].setdefault(category, name)
    return {words: next(iter(kinds.items())) for words, kinds in sorted(found.items()) if len(kinds) == 1}


def learn(names: dict[Words, str]) -> dict[str, tuple[str, float]]:
    """Forms that tell a category, and how sure it then is: the lower bound of the share among the names with it."""
    shares = Counter(names.values())
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for words, category in names.items():
        for form in {form for word in words for form in forms(word)}:
            counts[form][category] += 1
    told: dict[str, tuple[str, float]] = {}
    for form, count in counts.items():
        total = count.total()
        category, most = min(count.items(), key=lambda item: (-item[1], item[0]))
        share = (most + shares[category] / len(names)) / (total + 1)
        told[form] = category, share - sqrt(share * (1 - share) / total + 0.25 / total**2)
    return told


def measure(title: str, names: dict[Words, str], known: dict[str, tuple[str, float]]) -> str:
    """How many of the names that no word tells the model tells, and how many of these rightly."""
    unknown = {words: category for words, category in names.items() if category_of(" ".join(words)) == "other"}
    lines = []
    for limit in (0.95, 0.9, SURE, 0.8, 0.7):
        told = [(_best(words, known, limit), category) for words, category in unknown.items()]
        said = [(guess, category) for guess, category in told if guess]
        right = sum(guess == category for guess, category in said)
        lines.append(f"  from {limit:.2f}: {len(said)} of {len(unknown)} told, {right / max(1, len(said)):.3f} right")
    return "\n".join((f"{title}:", *lines))


def _best(words: Words, known: dict[str, tuple[str, float]], limit: float) -> str | None:
    told = [known[form] for word in words for form in forms(word) if form in known]
    sure, category = max(((sure, category) for category, sure in told), default=(0.0, ""))
    return category if sure >= limit else None


def _sections() -> Iterable[tuple[str, str]]:
    for category, tags in TAGS.items():
        key = ""
        for word in tags.split():
            if word.endswith(":"):
                key = word[:-1]
            else:
                yield category, f"brands/{key}/{word}"


def _rows(known: dict[str, tuple[str, float]]) -> list[tuple[str, str, str]]:
    rows = [(form, category, f"{sure:.3f}") for form, (category, sure) in known.items() if sure >= SURE]
    return sorted(row for row in rows if row[1] != "other")


def _own_chains() -> list[list[str]]:
    text = files("pod_agent.enrich").joinpath("merchants.csv").read_text(encoding="utf-8")
    return [row for row in list(csv.reader(text.splitlines()))[1:] if row[1] not in {"income", "transfers"}]


def _plain(name: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
