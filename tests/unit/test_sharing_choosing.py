"""What people type after ``--what``, and what becomes of it."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files

import pyoxigraph as ox
import pytest

from consent.direct import INCOME, VIEWING
from consent.purposes import HEALTH, LISTENING, SPENDING
from pod_agent.errors import UsageError
from pod_agent.index.families import table_of
from pod_agent.sharing.choosing import TOPICS, choose, period_of
from pod_agent.sharing.documents import MONTHLY_TOTAL, Total, record_documents, total_document
from tests.support.sharing import payments
from vocab.errors import VocabularyError
from vocab.terms import PA

YEAR = (date(2025, 12, 1), date(2026, 11, 21))


@pytest.mark.parametrize(
    ("words", "topics", "filters", "data"),
    [
        (["groceries"], ["spending"], {"category": ["groceries"]}, SPENDING),
        (["Groceries", "eating-out"], ["spending"], {"category": ["groceries", "eating-out"]}, SPENDING),
        (
            ["merchant=FairPrice", "source=ocbc"],
            ["spending"],
            {"merchant": ["FairPrice"], "source": []},
            SPENDING,
        ),
        (["income"], ["income"], {}, INCOME),
        (["artist=Nina Simone"], ["listening"], {"artist": ["Nina Simone"]}, LISTENING),
        (["channel=A = B"], ["watching"], {"channel": ["A = B"]}, VIEWING),
        (["steps", "sleep"], ["steps", "sleep"], {}, HEALTH),
        (["category=health"], ["spending"], {"category": ["health"]}, SPENDING),
    ],
)
def test_words_become_a_choice(words: list[str], topics: list[str], filters: dict[str, list[str]], data: str) -> None:
    chosen = choose(words, YEAR)
    told = json.loads(chosen.to_text())
    assert (list(chosen.topics), {name: values for name, *values in told["filters"]}) == (topics, filters)
    assert chosen.data == {data}
    assert told["period"] == ["2025-12-01", "2026-11-21"]


def test_a_choice_by_account_names_no_account() -> None:
    chosen = choose(["groceries", "account=360 Account 8001", "source=ocbc"], YEAR)
    assert {each.field: each.value for each in chosen.filters}["account"] == "360 Account 8001"
    assert chosen.title == "spending (account; category: groceries; source)"
    assert "8001" not in chosen.to_text()
    assert "ocbc" not in chosen.to_text()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["everything"], "nothing that can be shared"),
        (["health"], "two things"),
        (["amount=5"], "nothing that can be shared"),
        (["merchant="], "nothing that can be shared"),
        (["source=ocbc"], "say what"),
        (["merchant=a", "artist=b"], "say what"),
    ],
)
def test_words_that_say_too_little_or_nothing_are_refused(words: list[str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        choose(words, YEAR)


def test_fields_and_topics_that_do_not_fit_are_refused() -> None:
    with pytest.raises(VocabularyError):
        table_of(choose(["listening", "merchant=FairPrice"], YEAR).spec("listening"))


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_every_topic_is_a_query(topic: str) -> None:
    assert table_of(choose([topic], YEAR).spec(topic, "month")) == TOPICS[topic].table


def test_months_are_counted_back_from_this_one() -> None:
    assert period_of(1, date(2026, 11, 21))[0] == date(2026, 11, 1)
    assert period_of(12, date(2026, 11, 21))[0] == date(2025, 12, 1)
    assert period_of(11, date(2026, 11, 21))[0] == date(2026, 1, 1)
    for months in (0, 121):
        with pytest.raises(UsageError):
            period_of(months, date(2026, 11, 21))


def test_records_lose_what_is_nobody_elses_business_and_their_names() -> None:
    documents = record_documents(payments())
    text = b"".join(document.content for document in documents).decode()
    assert [document.name for document in documents] == [f"{number:03d}.ttl" for number in range(1, 12)]
    for hidden in ("SECRET", "8001", "REF8842", "secret-file", "data/ocbc", "_:"):
        assert hidden not in text
    assert text.count("FairPrice") == 24  # name and clean text of twelve payments
    assert not any(record.iri.partition("#")[2] in text for record in payments())


def test_the_ontology_describes_exactly_the_own_terms_of_totals() -> None:
    total = Total("2026-10", "spend", "groceries", "12.5", "SGD", 3)
    quads = list(ox.parse(total_document([total]).content, format=ox.RdfFormat.TURTLE, base_iri="http://a.example/"))
    written = {quad.predicate.value for quad in quads} | {MONTHLY_TOTAL}
    content = files("vocab").joinpath("ontology", "sharing.ttl").read_bytes()
    known = files("vocab").joinpath("ontology", "pod-agent.ttl").read_bytes()
    described, elsewhere = (
        {
            quad.subject.value
            for quad in ox.parse(part, format=ox.RdfFormat.TURTLE)
            if isinstance(quad.subject, ox.NamedNode)
        }
        for part in (content, known)
    )
    assert {term for term in written if term.startswith(PA)} - elsewhere == described
