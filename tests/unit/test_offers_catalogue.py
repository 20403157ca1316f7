"""Public catalogues: what is sent, what is read, what is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from aggregator.catalogue import CatalogueOffer, InvalidOfferError, catalogue_document, demo_offers
from pod_agent.errors import ServerUnreachableError, UsageError
from pod_agent.offers.catalogue import MAX_BYTES, Catalogue, CatalogueError
from pod_agent.offers.reading import read_offers
from tests.support.serving import served
from vocab.records import Money

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ADDRESS = "https://offers.example/catalogue.jsonld"
NOON = datetime(2026, 11, 15, 12, tzinfo=UTC)
CONTEXT = {"@vocab": "http://schema.org/", "pa": "https://w3id.org/pod-agent#"}
OFFER = {
    "@id": "https://offers.example/c#1",
    "@type": "Offer",
    "name": "8 % off",
    "seller": {"name": "FairPrice"},
    "category": "groceries",
    "pa:discountPercent": "8",
    "validFrom": "2026-11-01",
    "validThrough": "2026-11-30",
}


def document(*offers: dict[str, Any]) -> bytes:
    return json.dumps({"@context": CONTEXT, "@graph": list(offers)}).encode()


def answering(content: bytes, status: int = 200) -> httpx.MockTransport:
    return httpx.MockTransport(lambda _: httpx.Response(status, content=content))


def failing(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no network")


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def test_what_the_aggregator_publishes_is_what_the_agent_reads() -> None:
    published = demo_offers(date(2026, 11, 15))
    offers, faults = read_offers(
        catalogue_document(published, iri="https://offers.example/c", publisher="Demo", published=date(2026, 11, 1))
    )
    assert faults == ()
    assert {offer.iri.partition("#")[2] for offer in offers} == {offer.name for offer in published}
    fairprice = next(offer for offer in offers if offer.seller == "FairPrice")
    assert (fairprice.percent, fairprice.minimum) == (Decimal(8), Money(6000, "SGD"))
    assert (fairprice.valid_from, fairprice.valid_through) == (date(2026, 11, 1), date(2026, 12, 15))
    assert next(offer for offer in offers if offer.seller == "GrabFood").once


def test_the_same_offers_in_another_order_are_the_same_bytes() -> None:
    offers = demo_offers(date(2026, 11, 15))
    texts = {
        catalogue_document(order, iri="https://o.example/c", publisher="Demo", published=date(2026, 11, 1))
        for order in (offers, offers[::-1])
    }
    assert len(texts) == 1


@pytest.mark.parametrize("change", [{"percent": None}, {"valid_through": date(2026, 10, 1)}])
def test_the_aggregator_refuses_an_offer_that_agents_would_leave_out(change: dict[str, Any]) -> None:
    terms: dict[str, Any] = {
        "name": "a", "title": "A", "seller": "S", "category": "health", "percent": "5",
        "valid_from": date(2026, 11, 1), "valid_through": date(2026, 11, 30),
    }  # fmt: skip
    with pytest.raises(InvalidOfferError):
        CatalogueOffer(**{**terms, **change})


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
    assert read_offers(json.dumps(expanded).encode()) == read_offers(document(OFFER))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"validThrough": "2026-10-01"}, "ends before it begins"),
        ({"validFrom": "soon"}, "not a day"),
        ({"pa:discountPercent": None}, "neither a discount nor a price"),
        ({"pa:discountPercent": "140"}, "more than 100"),
        ({"pa:discountPercent": "-3"}, "out of range"),
        ({"pa:discountPercent": "NaN"}, "out of range"),
        ({"pa:discountPercent": "a lot"}, "not a number"),
        ({"seller": {"@id": "https://nobody.example/"}}, "no name"),
        ({"name": ["A", "B"]}, "more than one name"),
        ({"name": "x" * 401}, "too long"),
        ({"name": "a\u202eb"}, "cannot be shown"),
        ({"category": "yachts"}, "no category"),
        ({"price": "1.234", "priceCurrency": "SGD"}, "decimal places"),
        ({"@id": None}, "no IRI"),
    ],
)
def test_an_offer_with_a_fault_is_left_out_with_its_reason_and_the_others_stay(
    change: dict[str, Any], reason: str
) -> None:
    broken = {key: value for key, value in {**OFFER, "@id": "https://offers.example/c#2", **change}.items() if value}
    offers, faults = read_offers(document(OFFER, broken))
    assert [offer.iri for offer in offers] == [OFFER["@id"]]
    assert len(faults) == 1
    assert reason in faults[0].reason


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe binary",
        b"[" * 200_000,
        b'{"@context": "https://schema.org/", "@type": "Offer"}',
        b'{"@context": {"@import": "https://elsewhere.example/context"}}',
        b'{"@type"',
    ],
    ids=["empty", "binary", "deep", "remote context", "imported context", "cut off"],
)
def test_a_document_that_is_no_catalogue_is_refused_whole(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "catalogue.jsonld"
    file.write_bytes(content)
    with pytest.raises(CatalogueError):
        Catalogue(str(file), tmp_path).load()


def test_every_agent_sends_the_same_request(tmp_path: Path) -> None:
    seen: list[tuple[str, str, list[tuple[str, str]], bytes]] = []

    def record(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, str(request.url), sorted(request.headers.multi_items()), request.read()))
        headers = {"set-cookie": f"id={len(seen)}", "etag": f'"{len(seen)}"', "cache-control": "private"}
        return httpx.Response(200, content=document(OFFER), headers=headers)

    transport = httpx.MockTransport(record)
    for person in ("one", "two"):
        home = tmp_path / person
        catalogue = Catalogue(ADDRESS, home, clock=at(NOON), transport=transport)
        catalogue.load()
        catalogue.edition(refresh=True)
    assert len(seen) == 4
    assert all(request == seen[0] for request in seen)
    assert not {name for name, _ in seen[0][2]} & {"cookie", "authorization", "if-none-match", "if-modified-since"}


def test_the_machine_s_own_settings_do_not_change_the_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the environment, with its credentials, is not used: the request goes straight to the publisher."""
    monkeypatch.setenv("HTTP_PROXY", "http://mei:secret@127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    def publisher(_: WSGIEnvironment, start: StartResponse) -> list[bytes]:
        start("200 OK", [("Content-Type", "application/ld+json")])
        return [document(OFFER)]

    with served(lambda _: publisher) as port:
        offers = Catalogue(f"http://127.0.0.1:{port}/catalogue", tmp_path).load()
    assert [offer.iri for offer in offers] == [OFFER["@id"]]


@pytest.mark.parametrize(
    "address",
    [
        "http://offers.example/c",
        "https://mei@offers.example/c",
        "https://offers.example/c?id=17",
        "https://offers.example/c#mei",
        "ftp://offers.example/c",
        "file:///etc/passwd",
        "https://[half",
    ],
)
def test_an_address_that_could_single_out_a_person_is_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        Catalogue(address, tmp_path, transport=answering(document(OFFER))).load()


def test_a_catalogue_is_fetched_once_a_day(tmp_path: Path) -> None:
    calls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(str(request.url))
        return httpx.Response(200, content=document(OFFER))

    for hours in (0, 1, 23, 25, -1):
        moment = NOON + timedelta(hours=hours)
        Catalogue(ADDRESS, tmp_path, clock=at(moment), transport=httpx.MockTransport(answer)).load()
    assert len(calls) == 3  # the first, the one after a day, and the one by a clock that was set back


@pytest.mark.parametrize(
    "transport",
    [httpx.MockTransport(failing), answering(b"", 500), answering(b"", 302), answering(b"[" * 10)],
    ids=["no network", "error", "redirect", "damaged"],
)
def test_without_an_answer_the_kept_catalogue_is_used_and_marked_stale(
    transport: httpx.MockTransport, tmp_path: Path
) -> None:
    Catalogue(ADDRESS, tmp_path, clock=at(NOON), transport=answering(document(OFFER))).load()
    later = Catalogue(ADDRESS, tmp_path, clock=at(NOON + timedelta(days=40)), transport=transport)
    edition = later.edition()
    assert edition.stale
    assert [offer.iri for offer in edition.offers] == [OFFER["@id"]]
    assert edition.fetched_at == NOON


def test_without_an_answer_and_without_a_kept_copy_the_error_says_so(tmp_path: Path) -> None:
    with pytest.raises(ServerUnreachableError):
        Catalogue(ADDRESS, tmp_path, transport=httpx.MockTransport(failing)).load()
    assert list(tmp_path.iterdir()) == []


def test_a_kept_copy_of_another_source_or_a_damaged_one_is_not_used(tmp_path: Path) -> None:
    Catalogue(ADDRESS, tmp_path, clock=at(NOON), transport=answering(document(OFFER))).load()
    other = Catalogue("https://other.example/c", tmp_path, clock=at(NOON), transport=httpx.MockTransport(failing))
    with pytest.raises(ServerUnreachableError):
        other.load()
    (tmp_path / "catalogue.json").write_text('{"source": 3')
    with pytest.raises(ServerUnreachableError):
        Catalogue(ADDRESS, tmp_path, clock=at(NOON), transport=httpx.MockTransport(failing)).load()


def test_a_catalogue_larger_than_the_limit_is_not_read_to_its_end(tmp_path: Path) -> None:
    sent = 0

    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> Any:
            nonlocal sent
            while True:
                sent += 1 << 16
                yield b" " * (1 << 16)

    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Endless()))
    with pytest.raises(CatalogueError):
        Catalogue(ADDRESS, tmp_path, transport=transport).load()
    assert sent <= MAX_BYTES + (2 << 16)


def test_the_kept_copy_is_private(tmp_path: Path) -> None:
    Catalogue(ADDRESS, tmp_path / "home", clock=at(NOON), transport=answering(document(OFFER))).load()
    assert (tmp_path / "home" / "catalogue.json").stat().st_mode & 0o077 == 0
