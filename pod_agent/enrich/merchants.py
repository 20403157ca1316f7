"""Clean names: a table of chains in Singapore, and rules for the many that no table knows.

``merchants.csv`` lists real chains with the words their statements start with. For the rest the text is stripped of
what names no shop (terminal and order numbers, country, place, branch, legal form) and written as people write it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType

__all__ = [
    "Merchant",
    "chains",
    "clean_name",
    "core_words",
    "known_merchant",
    "known_pattern",
    "phrase_table",
    "public_chains",
    "starts_with",
    "title",
    "tokens",
]


@dataclass(frozen=True, slots=True)
class Merchant:
    """A merchant as people write it, and its category."""

    name: str
    category: str


_APOSTROPHE = re.compile(r"['`\u2019]")
_TOKEN = re.compile(r"[^\W_]+|&")
_PAYMENT_BRAND = re.compile(
    r"^(?:SQ|SP|PP|PAYPAL|TST|SUMUP|ZLR|IZ|ADYEN|STRIPE|HITPAY|FOMO(?: PAY)?|QASHIER|2C2P|QFPAY|KPAY|PADDLE\.NET|WWW)"
    r"\s*[*.]\s*",
    re.IGNORECASE,
)
_SHOPIFY = re.compile(r"^SP (?=\S+ )", re.IGNORECASE)
"""What Shopify's payments put before a shop's name; companies called SP are in the table."""
_BILLER = re.compile(r"^AXS(?: PTE\.?(?: LTD)?| PAYMENTS?)?\s*[-*:/]\s*(?=\w)", re.IGNORECASE)
"""A machine where bills are paid; the company that is paid follows."""
_CARD_TAIL = re.compile(r"\s*(?:[X*\u2022]{2,4}[- ]?){1,4}\d{4}$", re.IGNORECASE)
_JOINED_PLACE = re.compile(r"(?<=[A-Z0-9])Singapore(?=\s|$)")
_REFERENCE = re.compile(
    r"(?=.*\d)(?:\W{0,3}\w?\W{0,3}\d{3,}\w*|[A-Z0-9]{6,}|[A-Z]{1,3}-[A-Z0-9]{5,}|TX-\S+|#\S*|\d{2}-\d+)$"
)
_LONG_NUMBER = re.compile(r"\d{4}|^TX-")
_LEGAL_FORMS = frozenset(
    "PTE LTD PTELTD LIMITED PRIVATE LLP LLC LP INC CORP CORPORATION CO COMPANY SDN BHD PTY GMBH AG SA SARL BV KK PLC"
    " (S) S (SG) (SINGAPORE) P/L".split()
)
_COUNTRIES = frozenset(
    "SG SGP AUS AUT BEL BGD BRN BRA CAN CHE CHN CYP CZE DEU DNK ESP EST FIN FRA GBR GRC HKG HUN IDN IND IRL ISL ISR ITA"
    " JPN KHM KOR LAO LKA LTU LUX LVA MAC MEX MMR MYS NLD NOR NPL NZL PHL POL PRT QAT ROU RUS SAU SWE THA TUR TWN UAE"
    " UKR USA VNM ZAF".split()
)
_COUNTRY_LETTERS = frozenset("AE AU CA CH CN DE DK ES FR GB HK IE JP KR LU MY NL NZ PH SE TH TW UK US VN".split())
"""Two letters that some issuers print; those that are words as well are left out."""
_HOME = frozenset({"SG", "SGP"})
_TAILS = (
    "COURSE FEE", "COURSE FEES", "TUITION FEE", "TUITION FEES", "SCHOOL FEE", "SCHOOL FEES", "MEMBERSHIP",
    "SUBSCRIPTION", "RESERVATION", "BOOKING", "ONLINE", "PURCHASE",
)  # fmt: skip
"""Ends that say what was bought, not where."""

_SMALL_WORDS = frozenset("of and the de for in by at on to la du".split())
_CAPITALS = frozenset(
    "SG NTUC NUS NTU SMU SUSS NIE ITE DBS OCBC UOB HSBC AIA KTV KFC USA UK TCM BBQ IT AMK HDB JB MRT".split()
)


@lru_cache(maxsize=20_000)
def tokens(text: str) -> tuple[str, ...]:
    """Upper-case words of a text; apostrophes join and other punctuation parts, so that spellings agree."""
    return tuple(_TOKEN.findall(_APOSTROPHE.sub("", text.upper())))


def known_merchant(text: str) -> Merchant | None:
    """The chain whose longest pattern the text starts with, or None."""
    found = _known(text)
    return found[1] if found else None


def chains() -> frozenset[Merchant]:
    """Every chain of the table."""
    return frozenset(Merchant(name, category) for name, category, _ in _rows("merchants.csv"))


@cache
def public_chains() -> Mapping[str, str]:
    """Category of each chain whose name may be in a study, a public list or a count, by that name.

    Chains of the category health are left out: their name alone tells of a person's health.
    """
    return MappingProxyType({chain.name: chain.category for chain in chains() if chain.category != "health"})


def known_pattern(text: str) -> str | None:
    """The words by which the table knows the chain that the text starts with; None for one it does not know.

    The last may end in ``*``.
    """
    found = _known(text)
    return " ".join(found[0]) if found else None


def _known(text: str) -> tuple[tuple[str, ...], Merchant] | None:
    if _BILLER.match(text):
        return _longest(_BILLER.sub("", text))
    return next((found for found in map(_longest, (text, *_behind_prefix(text))) if found), None)


def _longest(text: str) -> tuple[tuple[str, ...], Merchant] | None:
    words = tokens(text)
    longest: tuple[tuple[str, ...], Merchant] | None = None
    for pattern, merchant in _chains().get(words[0], ()) if words else ():
        if (longest is None or len(pattern) > len(longest[0])) and starts_with(words, pattern):
            longest = (pattern, merchant)
    return longest


def clean_name(text: str) -> str:
    """The name of a merchant that no table knows, as people write it; empty only for an empty text."""
    kept = core_words(text)
    return title(" ".join(kept).strip(" -*,./"))


def core_words(text: str) -> list[str]:
    """The words of a statement's text that name the shop, as the statement writes them; none only for an empty text."""
    text = _JOINED_PLACE.sub(" SINGAPORE", _CARD_TAIL.sub("", text)) or text
    brand, _, rest = next(iter(_behind_prefix(text)), text).partition("*")
    words = brand.split() or rest.split()
    if not words:
        return []
    kept = [word for word in words if not _LONG_NUMBER.search(word)] or words
    kept = _without_place(kept)
    while len(kept) > 1 and (_is_legal_form(kept) or _REFERENCE.match(kept[-1]) or not tokens(kept[-1])):
        kept = _without_place(kept[:-1])
    for tail in _TAILS:
        size = len(tail.split())
        if len(kept) > size and tokens(" ".join(kept[-size:])) == tuple(tail.split()):
            kept = kept[:-size]
    if len(kept) > 2 and kept[-1].upper() in {"SERVICE", "SERVICES"}:
        kept = kept[:-1]
    return kept


def _behind_prefix(text: str) -> list[str]:
    """What follows the name of a payment service, if the text starts with one."""
    found = (prefix.sub("", text) for prefix in (_PAYMENT_BRAND, _BILLER, _SHOPIFY))
    return [rest for rest in found if rest and rest != text][:1]


def title(name: str, *, plain: bool = False) -> str:
    """A name in capitals as people write it: *Ministry of Finance*; with ``plain`` every word alike."""
    words = name.split()
    if plain:
        return " ".join(word.capitalize() for word in words)
    return " ".join(_written(word, first=position == 0) for position, word in enumerate(words))


def phrase_table(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Rows of a two-column resource: the first column, and each phrase of the second as its words."""
    for first, phrases in _rows(name):
        for phrase in phrases.split("|"):
            yield first, _pattern(phrase)


def _written(word: str, *, first: bool) -> str:
    if word != word.upper():
        return word
    if word.lower() in _SMALL_WORDS and not first:
        return word.lower()
    letters = re.sub(r"[^A-Z]", "", word)
    if word in _CAPITALS or (1 < len(letters) <= 4 and not re.search("[AEIOUY]", letters)):
        return word
    return re.sub(r"[^\W\d_]+('[^\W\d_]+)?", lambda part: part[0].capitalize(), word)


def _is_legal_form(words: list[str]) -> bool:
    """Whether the last word is a legal form, or what is left of one where the statement cuts the text."""
    word = words[-1].upper().rstrip(".,")
    return word in _LEGAL_FORMS or (word in {"L", "LT"} and words[-2].upper().rstrip(".,") == "PTE")


def _without_place(words: list[str]) -> list[str]:
    """The words without country, city and branch at their end; at least one word stays."""
    country = words[-1].upper()
    if len(words) > 1 and (country in _COUNTRIES or (len(words) > 2 and country in _COUNTRY_LETTERS)):
        words = words[:-1]
        city = _place_at_end(words, "city")
        if city:
            words = words[:-city]
        elif country not in _HOME and len(words) > 2:
            words = words[:-1]  # a statement prints name, city, country
    while len(words) > 1 and (size := _place_at_end(words, "city") or _place_at_end(words, "branch")):
        words = words[:-size]
    if len(words) > 0 and "-" in words[-1]:
        name, _, branch = words[-1].rpartition("-")
        if name and tokens(branch) in _places()["branch"]:
            words = [*words[:-1], name]
    return words


def _place_at_end(words: list[str], kind: str) -> int:
    """How many words at the end name a place of this kind, leaving at least one word; 0 where none do."""
    places = _places()[kind]
    return next((size for size in range(min(4, len(words) - 1), 0, -1) if tokens(" ".join(words[-size:])) in places), 0)


def starts_with(words: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """True where the words start with the pattern, whose last word may end in ``*`` for any ending."""
    *whole, last = pattern
    size = len(whole)
    if len(words) <= size or list(words[:size]) != whole:
        return False
    return words[size].startswith(last[:-1]) if last.endswith("*") else words[size] == last


def _pattern(phrase: str) -> tuple[str, ...]:
    words = tokens(phrase)
    return (*words[:-1], words[-1] + "*") if phrase.endswith("*") else words


@cache
def _chains() -> dict[str, list[tuple[tuple[str, ...], Merchant]]]:
    chains: dict[str, list[tuple[tuple[str, ...], Merchant]]] = {}
    for name, category, patterns in _rows("merchants.csv"):
        for phrase in patterns.split("|"):
            pattern = _pattern(phrase)
            chains.setdefault(pattern[0].rstrip("*"), []).append((pattern, Merchant(name, category)))
    return chains


@cache
def _places() -> dict[str, frozenset[tuple[str, ...]]]:
    found: dict[str, set[tuple[str, ...]]] = {}
    for kind, words in phrase_table("places.csv"):
        found.setdefault(kind, set()).add(words)
    return {kind: frozenset(words) for kind, words in found.items()}


def _rows(name: str) -> Iterable[list[str]]:
    text = files("pod_agent.enrich").joinpath(name).read_text(encoding="utf-8")
    return list(csv.reader(text.splitlines()))[1:]
