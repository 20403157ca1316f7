"""All server cases, by name; importing their modules enters them."""

from __future__ import annotations

from tests.contract import access, conditions, discovery, notifications, patches, tokens, verbs
from tests.contract.case import CASES, Case

__all__ = ["AREAS", "CASES", "Case"]

AREAS = {
    "Reading, writing, making, removing": verbs,
    "ETags and conditions": conditions,
    "Patches": patches,
    "Access": access,
    "Discovery": discovery,
    "Notifications": notifications,
    "Tokens": tokens,
}
"""Groups of cases, as the reference page has them, and the module of each."""
