"""Words that commands offer without loading what knows them: the same words, in the same order."""

from __future__ import annotations

from aggregator.catalogue.examples import EXAMPLES
from aggregator.catalogue_command import TEMPLATES
from pod_agent.cli.feedback import WORDS
from pod_agent.cli.offers import KINDS
from pod_agent.ingest.feedback import Opinion
from vocab.offers import OfferKind


def test_every_example_of_an_offer_is_a_template_and_no_other() -> None:
    assert tuple(EXAMPLES) == TEMPLATES


def test_offers_can_be_listed_by_every_kind_and_no_other() -> None:
    assert tuple(OfferKind) == KINDS


def test_every_opinion_can_be_said_and_taken_back() -> None:
    assert (*Opinion, "undo") == WORDS
