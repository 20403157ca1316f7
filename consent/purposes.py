"""What a grant can be for and what it can cover, each with the words that people read.

IRIs are terms of the Data Privacy Vocabulary (DPV 2.3) and, where DPV has none, our own below a DPV term. They are
matched one by one and never by broader terms: in DPV ``pd:Health`` also lies under ``pd:External``, so a grant on a
broad term would quietly cover health.
"""

from __future__ import annotations

from dataclasses import dataclass

from consent.terms import DPV, PD
from vocab.statistics import ModelUpdate
from vocab.study import Study
from vocab.terms import PA

__all__ = [
    "AGGREGATE_REPORTING",
    "DATA",
    "FEDERATED_TRAINING",
    "GOODS",
    "HEALTH",
    "LISTENING",
    "PRODUCT_RECOMMENDATIONS",
    "PURPOSES",
    "SPENDING",
    "DataTerm",
    "Purpose",
    "purpose_problem",
]

AGGREGATE_REPORTING = PA + "AggregateReporting"
FEDERATED_TRAINING = PA + "FederatedTraining"
PRODUCT_RECOMMENDATIONS = DPV + "ProvideProductRecommendations"
SPENDING = PD + "PurchasesAndSpendingHabit"
GOODS = PD + "Purchase"
LISTENING = PD + "FavouriteMusic"
HEALTH = PD + "PhysicalHealth"


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why something may leave; ``broader`` is the DPV term it lies under (the term itself where DPV has it)."""

    iri: str
    broader: str
    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class DataTerm:
    """A kind of data; special categories (GDPR article 9) never share a grant with other kinds."""

    iri: str
    title: str
    special: bool = False


PURPOSES: dict[str, Purpose] = {
    purpose.iri: purpose
    for purpose in (
        Purpose(
            AGGREGATE_REPORTING,
            DPV + "CommercialResearch",
            "aggregate reporting",
            "learn sums over many people",
        ),
        Purpose(
            FEDERATED_TRAINING,
            DPV + "ServiceOptimisation",
            "federated training",
            "train a shared model from the sum of many people's updates",
        ),
        Purpose(
            PRODUCT_RECOMMENDATIONS,
            PRODUCT_RECOMMENDATIONS,
            "product recommendations",
            "suggest products that fit",
        ),
    )
}
"""Every purpose that a grant can have, by IRI."""

DATA: dict[str, DataTerm] = {
    term.iri: term
    for term in (
        DataTerm(SPENDING, "what you spend, where and when"),
        DataTerm(GOODS, "which kinds of goods you buy"),
        DataTerm(LISTENING, "what you listen to"),
        DataTerm(HEALTH, "steps, sleep and other measures of your body", special=True),
    )
}
"""Every kind of data that a grant can cover, by IRI."""


def purpose_problem(study: Study) -> str | None:
    """Why nobody can allow the purpose or the data of this study, or None; business and agent each ask."""
    if study.purpose not in PURPOSES or not set(study.data) <= DATA.keys():
        return "nobody can allow this purpose or these data"
    if (study.purpose == FEDERATED_TRAINING) != isinstance(study.statistic, ModelUpdate):
        # A grant for rounds covers those to come, each unseen: it must come from a notice that says so.
        return "FederatedTraining is the purpose of ModelUpdate and of nothing else"
    return None
