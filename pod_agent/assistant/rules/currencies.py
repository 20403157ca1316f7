"""Foreign currencies by their names: "in yen" keeps what was paid in yen; the value stays in the home currency."""

from __future__ import annotations

import re

from pod_agent.assistant.plan import Refusal

__all__ = ["take_currency"]

CURRENCIES = {
    "USD": r"us ?dollars?|american dollars?|american money|usd|us \$",
    "JPY": r"(?:japanese )?yen|jpy|japanese money",
    "EUR": r"euros?|eur",
    "GBP": r"british pounds?|pounds? sterling|sterling|gbp|(?<=in )pounds",
    "MYR": r"(?:malaysian )?ringgits?|myr|rm",
    "THB": r"(?:thai )?bahts?|thb",
    "IDR": r"(?:indonesian )?rupiahs?|idr",
    "KRW": r"korean won|krw|(?<=in )won",
    "CNY": r"(?:chinese )?yuan|renminbi|rmb|chinese money",
    "AUD": r"(?:australian|aussie) dollars?|aud",
    "NZD": r"new zealand dollars?|nzd",
    "HKD": r"hong kong dollars?|hkd",
    "TWD": r"taiwan(?:ese)? dollars?|twd|ntd",
    "CAD": r"canadian dollars?|cad",
    "CHF": r"swiss francs?|chf",
    "INR": r"(?:indian )?rupees?|inr",
    "VND": r"(?:vietnamese )?dong|vnd",
    "PHP": r"philippine pesos?|pesos?|php",
    "SEK": r"swedish kron(?:a|or)|sek",
    "AED": r"dirhams?|aed",
}
_NAMED = re.compile(
    r"\b(?:(?:paid |charged |billed |made |done |priced )?(?:in|with|using|of) )?"
     "(?:" + "|".join(f"(?P<{code}>{names})" for code, names in CURRENCIES.items()) + ")"
    + r"(?: (?:currency|transactions?(?= ?$)))?\b"
)  # fmt: skip
_HOME = re.compile(
    r"\b(?:(?:as )?(?:billed|charged|told|converted|given|shown)(?: to me)? )?(?:in(?:to)?"
    r"|to) (?:\$(?! ?\d)|money|singapore dollars|singapore money)"
    r"(?: as billed)?(?= |$)|\bconverted by spending\b|\bas billed\b"
)
"""The value stays in the home currency, whether or not that is said."""
_CONVERTED = re.compile(
    r"\d(?:\.\d+)? ?k? +FOREIGN\b|\b(?:convert(?:ed|ing)?|conversion|exchange rates?|how many FOREIGN"
    r"|(?:be|is|was|equals?|worth) (?:that |it )?FOREIGN)\b"
)
"""Asks for an amount in another currency than the home currency, or sets a limit in one."""


def take_currency(text: str) -> tuple[str, str, Refusal | None]:
    """The text with a role in place of the names of one foreign currency, its code, and the question back, if any."""
    codes = {match.lastgroup or "" for match in _NAMED.finditer(text)}
    if not codes:
        return text, "", None
    text = _HOME.sub(" ", text)
    marked = _NAMED.sub(" FOREIGN ", text)
    if len(codes) > 1 or _CONVERTED.search(marked):
        ways = tuple(f"spending in {code}" for code in sorted(codes))
        said = "I add up what was paid in one currency, in Singapore dollars as billed. Is that what you mean?"
        return text, "", Refusal(status="clarify", text=said, choices=ways)
    return " ".join(marked.split()), codes.pop(), None
