"""What some answers need beside the index: the budgets that the person set, and the desk of offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vocab.records import IRI

if TYPE_CHECKING:
    from pod_agent.ingest.budgets import Budget
    from pod_agent.offers.desk import OfferDesk

__all__ = ["NOTHING", "Beside"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Each is opened when a plan first needs it; ``relative`` takes the address of the pod off an IRI.

    Without a desk there are no offers.
    """

    budgets: Callable[[], tuple[Budget, ...]]
    offers: Callable[[], OfferDesk] | None = None
    relative: Callable[[str], IRI] = IRI


NOTHING = Beside(budgets=tuple)
"""For an index alone."""
