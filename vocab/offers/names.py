"""Names of the catalogue's JSON-LD: each JSON name with its property and the type of its values.

schema.org terms are used where they mean the same; the others are ours (``ontology/offers.ttl``). The whole context
lies in the document, so that nothing is ever fetched for it.
"""

from __future__ import annotations

from typing import Any, Final

from vocab.terms import PA, SCHEMA, XSD

__all__ = ["CONTEXT", "OFFER_PROPERTIES", "iri_of"]

_DECIMALS: Final = (
    "discountPercent discountAmount discountCap pointsPerUnit worth multiplier annualFee basePercent belowPercent"
    " minimumSpend monthlyCap ratePercent upTo atLeast principal monthlyPrice oneTimeFee"
).split()
_INTEGERS: Final = "usesPerPerson absentDays expiresAfterMonths pointsNeeded months serial".split()
_TRUTHS: Final = "newCustomersOnly firstPurchaseOnly stamps expiresAtMonthEnd firstYearFree flatRate".split()
_OTHERS: Final = "code test arm condition section productGroup terms reward tier cashBack bonus".split()

CONTEXT: Final[dict[str, Any]] = {
    "@vocab": SCHEMA,
    "pa": PA,
    "xsd": XSD,
    "validFrom": {"@type": "xsd:date"},
    "validThrough": {"@type": "xsd:date"},
    "dateModified": {"@type": "xsd:date"},
    "price": {"@type": "xsd:decimal"},
    "minPrice": {"@type": "xsd:decimal"},
    "validOnDay": {"@id": "pa:validOnDay", "@type": "@vocab"},
    "proof": None,
    **{name: {"@id": f"pa:{name}", "@type": "xsd:decimal"} for name in _DECIMALS},
    **{name: f"pa:{name}" for name in (*_INTEGERS, *_TRUTHS, *_OTHERS)},
}
"""The context of every catalogue that we write."""

OFFER_PROPERTIES: Final = frozenset(
    {SCHEMA + name for name in (
        "name seller category price priceCurrency validFrom validThrough description eligibleTransactionVolume"
        " availableAtOrFrom itemOffered"
    ).split()}
    | {PA + name for name in (
        "discountPercent discountAmount discountCap usesPerPerson absentDays newCustomersOnly firstPurchaseOnly"
        " validOnDay code test arm terms"
    ).split()}
)  # fmt: skip
"""Properties that an offer itself may have; with any other it is left out, so that none is overlooked."""


def iri_of(name: str) -> str:
    """The property that a JSON name of the context stands for."""
    entry = CONTEXT.get(name)
    named = entry.get("@id") if isinstance(entry, dict) else entry
    return SCHEMA + name if named is None else PA + named.removeprefix("pa:")
