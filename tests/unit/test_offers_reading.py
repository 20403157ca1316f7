"""Offers out of JSON-LD: every shape reads the same, every fault leaves one offer out and names its field."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from aggregator.catalogue import catalogue_document, demo_offers
from tests.unit.test_offers_catalogue import CONTEXT, OFFER
from vocab.offers import Loyalty, OfferKind, Product
from vocab.offers.names import CONTEXT as OURS
from vocab.offers.reading import MAX_OFFERS, read_offers
from vocab.records import Money

TODAY = date(2026, 11, 15)
IRI = "https://offers.example/c"


def graph(*offers: dict[str, Any]) -> bytes:
    return json.dumps({"@context": {**CONTEXT, **OURS}, "@graph": list(offers)}).encode()


def test_what_the_aggregator_publishes_is_what_the_agent_reads() -> None:
    published = demo_offers(TODAY)
    offers, faults = read_offers(catalogue_document(published, iri=IRI, publisher="Demo", published=TODAY))
    assert faults == ()
    assert {offer.name for offer in offers} == {offer.name for offer in published}
    assert {offer.kind for offer in offers} == set(OfferKind)
    by_name = {offer.name: offer for offer in offers}
    same = [offer for offer in published if not offer.products and offer.terms is None]
    assert len(same) > 20
    assert all(by_name[offer.name] == replace(offer, iri=f"{IRI}#{offer.name}") for offer in same)
    fairprice = by_name["fairprice-8"]
    assert (fairprice.percent, fairprice.minimum) == (Decimal(8), Money(6000, "SGD"))
    assert (fairprice.valid_from, fairprice.valid_through) == (date(2026, 11, 1), date(2026, 12, 15))
    assert by_name["grabfood-20"].once
    assert by_name["fairprice-milk"].products == (Product(section="Dairy"), Product(name="fresh milk"))
    points = by_name["fairprice-points"].terms
    assert isinstance(points, Loyalty)
    assert [(reward.points, reward.worth) for reward in points.rewards] == [
        (400, Money(200, "SGD")),
        (1800, Money(1000, "SGD")),
    ]


def test_the_same_offers_in_another_order_are_the_same_bytes() -> None:
    offers = demo_offers(TODAY)
    texts = {catalogue_document(order, iri=IRI, publisher="Demo", published=TODAY) for order in (offers, offers[::-1])}
    assert len(texts) == 1


def test_another_json_ld_shape_of_the_same_offer_reads_the_same() -> None:
    expanded = [
        {
            "@id": OFFER["@id"],
            "@type": ["http://schema.org/Offer"],
            "http://schema.org/name": [{"@value": "8 % off"}],
            "http://schema.org/seller": [{"@id": "https://offers.example/c#shop"}],
            "http://schema.org/category": [{"@id": "https://w3id.org/pod-agent/category#groceries"}],
            "https://w3id.org/pod-agent#discountPercent": [{"@value": 8}],
            "http://schema.org/validFrom": [{"@value": "2026-11-01T00:00:00+08:00"}],
            "http://schema.org/validThrough": [{"@value": "2026-11-30"}],
        },
        {"@id": "https://offers.example/c#shop", "http://schema.org/name": [{"@value": "FairPrice"}]},
    ]
    assert read_offers(json.dumps(expanded).encode()) == read_offers(graph(OFFER))


LOAN = {"@type": "pa:Loan", "principal": "5000", "ratePercent": "3", "months": 12}
CARD = {"@type": "pa:Card", "annualFee": "0", "cashBack": {"category": "groceries", "ratePercent": "5"}}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"validThrough": "2026-10-01"}, "valid_through: the offer ends before it begins"),
        ({"validFrom": "soon"}, "valid_from: soon is not a day"),
        ({"pa:discountPercent": None}, "neither a discount nor a price"),
        ({"pa:discountPercent": "140"}, "percent: it is more than 100"),
        ({"pa:discountPercent": "-3"}, "percent: -3 is out of range"),
        ({"pa:discountPercent": "NaN"}, "out of range"),
        ({"pa:discountPercent": "Infinity"}, "out of range"),
        ({"pa:discountPercent": "1e400"}, "out of range"),
        ({"pa:discountPercent": "a lot"}, "not a number"),
        ({"pa:discountPercent": "0.00000001"}, "decimal places"),
        ({"pa:discountAmount": "5"}, "one of a percentage"),
        ({"seller": {"@id": "https://nobody.example/"}}, "seller: there is no seller"),
        ({"name": ["A", "B"]}, "title: there is more than one title"),
        ({"name": "x" * 401}, "too long"),
        ({"name": "a\u202eb"}, "cannot be shown"),
        ({"name": "a\u200bb"}, "cannot be shown"),
        ({"name": "a\x1b[2Jb"}, "cannot be shown"),
        ({"name": "<script>alert(1)</script>"}, "markup"),
        ({"name": "See https://shop.example/me17"}, "address"),
        ({"seller": {"name": "www.shop.example"}}, "address"),
        ({"description": "javascript:alert(1)"}, "address"),
        ({"image": "pixel.png"}, "image is no property of an offer here"),
        ({"url": "https://shop.example/click"}, "url is no property of an offer here"),
        ({"category": "yachts"}, "categories: 'yachts' is no category"),
        ({"pa:discountPercent": None, "price": "1.234"}, "price: an amount of SGD has too many decimal places"),
        ({"priceCurrency": "dollars"}, "currency"),
        ({"eligibleTransactionVolume": {"minPrice": "5", "priceCurrency": "USD"}}, "minimum: it is in USD"),
        ({"validOnDay": "Sunnyday"}, "days"),
        ({"usesPerPerson": "0"}, "uses"),
        ({"usesPerPerson": "1.5"}, "uses: it is not a whole number"),
        ({"firstPurchaseOnly": "yes"}, "first_purchase: it is true or false"),
        ({"code": "save 10"}, "code"),
        ({"code": "A7F3-99B2-C41D"}, "looks like one person's own"),
        ({"code": "1234567890"}, "looks like one person's own"),
        ({"code": "550E8400-E29B-41"}, "looks like one person's own"),
        ({"itemOffered": {"gtin": "8888200602322"}}, "gtin"),
        ({"itemOffered": {"name": "milk", "gtin": "8888200602321"}}, "exactly one"),
        ({"availableAtOrFrom": [{"name": f"Store {n}"} for n in range(51)]}, "more than 50"),
        ({"test": "basket"}, "arm"),
        ({"test": "basket", "arm": "a"}, "2 to 4 arms"),
        ({"pa:discountPercent": None, "terms": {"@type": "pa:Yacht"}}, "terms: their type is one of"),
        ({"pa:discountPercent": None, "terms": {**LOAN, "months": 0}}, "months"),
        ({"pa:discountPercent": None, "terms": {**LOAN, "principal": "0"}}, "amount"),
        ({"pa:discountPercent": None, "terms": {**CARD, "annualFee": "-1"}}, "annual_fee: -1 is out of range"),
        ({"terms": CARD}, "one of a percentage"),
        ({"@id": None}, "no IRI"),
    ],
)
def test_an_offer_with_a_fault_is_left_out_with_its_reason_and_the_others_stay(
    change: dict[str, Any], reason: str
) -> None:
    broken = {key: value for key, value in {**OFFER, "@id": f"{IRI}#2", **change}.items() if value}
    offers, faults = read_offers(graph(OFFER, broken))
    assert [offer.iri for offer in offers] == [OFFER["@id"]]
    assert len(faults) == 1
    assert reason in faults[0].reason


def test_two_offers_of_one_name_are_no_offer_rather_than_a_mixture() -> None:
    offers, faults = read_offers(graph(OFFER, {**OFFER, "name": "80 % off"}))
    assert offers == ()
    assert "more than one title" in faults[0].reason


def test_codes_as_shops_print_them_are_taken() -> None:
    codes = ("SAVE10", "XMAS2026", "FREESHIP", "8OFF", "CNY-88", "WEEKDAY8", "ABC")
    for code in codes:
        offers, faults = read_offers(graph({**OFFER, "code": code}))
        assert ([offer.code for offer in offers], faults) == ([code], ()), code


def test_an_arm_that_cannot_be_read_takes_its_whole_test_with_it() -> None:
    arms = [{**OFFER, "@id": f"{IRI}#{arm}", "test": "basket", "arm": arm} for arm in ("a", "b", "c")]
    assert [offer.arm for offer in read_offers(graph(*arms))[0]] == ["a", "b", "c"]
    offers, faults = read_offers(graph(arms[0], arms[1], {**arms[2], "name": "<b>"}, OFFER))
    assert [offer.iri for offer in offers] == [OFFER["@id"]]
    assert [fault.offer for fault in faults] == [f"{IRI}#a", f"{IRI}#b", f"{IRI}#c"]
    twice = [arms[0], {**arms[1], "arm": "a"}]
    assert read_offers(graph(*twice))[0] == ()


def test_a_catalogue_of_more_offers_than_the_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="more than"):
        read_offers(graph(*({"@id": f"{IRI}#{number}", "@type": "Offer"} for number in range(MAX_OFFERS + 1))))
