"""Public catalogues: what is sent, who signed, what is kept and never taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from aggregator.config import SigningKey
from consent.proof import sign_json
from pod_agent.errors import ServerUnreachableError, UsageError
from pod_agent.offers.catalogue import Catalogue, CatalogueError
from pod_agent.offers.secret import SPREAD, device_secret, due_since
from tests.support.serving import served
from vocab.offers.reading import MAX_BYTES

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ADDRESS = "https://offers.example/catalogue.jsonld"
NOON = datetime(2026, 11, 15, 12, tzinfo=UTC)
CONTEXT = {"@vocab": "http://schema.org/", "pa": "https://w3id.org/pod-agent#", "serial": "pa:serial", "proof": None}
PUBLISHER, STRANGER = SigningKey(bytes(32)), SigningKey(bytes([1] * 32))
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


def document(*offers: dict[str, Any], serial: int = 1, signer: SigningKey | None = PUBLISHER) -> bytes:
    made: dict[str, Any] = {"@context": CONTEXT, "@id": "https://offers.example/c", "serial": serial}
    made["itemListElement"] = list(offers or (OFFER,))
    if signer is not None:
        made["proof"] = json.loads(sign_json(made, signer, NOON))
    return json.dumps(made).encode()


def answering(content: bytes, status: int = 200) -> httpx.MockTransport:
    return httpx.MockTransport(lambda _: httpx.Response(status, content=content))


def failing(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no network")


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def fetched(folder: Path, content: bytes, *, key: str = "", days: int = 0) -> Catalogue:
    """A catalogue whose publisher gives these bytes now, so many days after the first."""
    return Catalogue(ADDRESS, folder, key=key, clock=at(NOON + timedelta(days=days)), transport=answering(content))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe binary",
        b"[" * 200_000,
        b'{"@context": ' * 100_000,
        json.dumps({"a": json.loads("[" * 40 + "]" * 40)}).encode(),
        b'{"@context": "https://schema.org/", "@type": "Offer"}',
        b'{"@context": ["https://schema.org/"], "@type": "Offer"}',
        b'{"@graph": [{"@context": "https://schema.org/", "@type": "Offer"}]}',
        b'{"@context": {"@import": "https://elsewhere.example/context"}}',
        b'{"@type": "Offer", "@type": "Offer"}',
        b'{"@type": NaN}',
        b'{"@type"',
    ],
    ids=[
        "empty", "binary", "deep lists", "deep contexts", "nested", "remote context", "listed context",
        "inner remote context", "imported context", "said twice", "no number", "cut off",
    ],
)  # fmt: skip
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
        return httpx.Response(200, content=document(), headers=headers)

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
        return [document()]

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
        Catalogue(address, tmp_path, transport=answering(document())).load()


def test_a_catalogue_is_fetched_once_after_each_daily_moment(tmp_path: Path) -> None:
    calls: list[datetime] = []
    now = NOON

    def answer(_: httpx.Request) -> httpx.Response:
        calls.append(now)
        return httpx.Response(200, content=document())

    transport = httpx.MockTransport(answer)
    moments = [NOON + timedelta(minutes=20 * step) for step in range(3 * 72)]
    for now in moments:
        Catalogue(ADDRESS, tmp_path, clock=at(now), transport=transport).load()
    due = {due_since(moment, device_secret(tmp_path)) for moment in moments[1:]} - {
        due_since(moments[0], device_secret(tmp_path))
    }
    assert calls == [NOON, *(min(moment for moment in moments if moment >= each) for each in sorted(due))]
    assert len(due) == 3
    now = NOON - timedelta(days=1)  # a clock that was set back
    Catalogue(ADDRESS, tmp_path, clock=at(now), transport=transport).load()
    assert calls[-1] == now


def test_daily_moments_lie_in_the_same_hours_for_everyone_and_are_spread_over_them() -> None:
    moments = [due_since(NOON, number.to_bytes(32)) for number in range(600)]
    begin = datetime(2026, 11, 14, 18, tzinfo=UTC)
    parts = [0, 0, 0]
    for moment in moments:
        assert begin <= moment < begin + SPREAD
        parts[int((moment - begin) / SPREAD * 3)] += 1
    assert min(parts) > 150
    assert due_since(NOON, bytes(32)) == due_since(NOON + timedelta(minutes=5), bytes(32))


def test_a_publisher_that_fails_is_asked_once_an_hour_and_not_at_every_look(tmp_path: Path) -> None:
    fetched(tmp_path, document()).load()
    asked: list[datetime] = []

    def away(_: httpx.Request) -> httpx.Response:
        asked.append(moment)
        return httpx.Response(503)

    start = NOON + timedelta(days=1)
    for minutes in (0, 1, 59, 61, 62):
        moment = start + timedelta(minutes=minutes)
        catalogue = Catalogue(ADDRESS, tmp_path, clock=at(moment), transport=httpx.MockTransport(away))
        assert catalogue.edition().stale
    assert asked == [start, start + timedelta(minutes=61)]
    assert catalogue.edition(refresh=True).stale
    assert len(asked) == 3
    assert not fetched(tmp_path, document(serial=2), days=2).edition().stale


def test_an_address_that_has_no_catalogue_is_to_be_corrected_and_one_that_fails_tried_again(tmp_path: Path) -> None:
    for status, next_step in ((404, "POD_AGENT_CATALOGUE"), (503, "Try again later")):
        with pytest.raises(ServerUnreachableError, match=f"answered {status}") as caught:
            Catalogue(ADDRESS, tmp_path / str(status), clock=at(NOON), transport=answering(b"", status)).edition()
        assert next_step in caught.value.hint


@pytest.mark.parametrize(
    "transport",
    [
        httpx.MockTransport(failing),
        answering(b"", 500),
        answering(b"", 302),
        answering(b"[" * 10),
        answering(document(signer=None)),
        answering(document(signer=STRANGER)),
        answering(document(serial=4)),
        answering(document({**OFFER, "name": "9 % off"}, serial=5)),
        answering(document(serial=6).replace(b"8 % off", b"9 % off")),
    ],
    ids=[
        "no network", "error", "redirect", "damaged", "unsigned", "another key", "an older one",
        "another of the same number", "changed on the way",
    ],
)  # fmt: skip
def test_without_a_usable_answer_the_kept_catalogue_is_used_and_marked_stale(
    transport: httpx.MockTransport, tmp_path: Path
) -> None:
    fetched(tmp_path, document(serial=5)).load()
    later = Catalogue(ADDRESS, tmp_path, clock=at(NOON + timedelta(days=40)), transport=transport)
    edition = later.edition()
    assert edition.stale
    assert [offer.title for offer in edition.offers] == ["8 % off"]
    assert (edition.fetched_at, edition.serial) == (NOON, 5)


def test_an_older_catalogue_is_refused_even_after_the_kept_copy_is_gone(tmp_path: Path) -> None:
    fetched(tmp_path, document(serial=5)).load()
    (tmp_path / "catalogue.json").unlink()
    with pytest.raises(CatalogueError, match="older"):
        fetched(tmp_path, document(serial=4), days=1).load()
    assert fetched(tmp_path, document(serial=6), days=1).edition().serial == 6


def test_the_first_key_stays_and_another_is_taken_only_where_the_person_sets_it(tmp_path: Path) -> None:
    fetched(tmp_path, document(serial=5)).load()
    (tmp_path / "catalogue.json").unlink()
    with pytest.raises(CatalogueError, match="another key"):
        fetched(tmp_path, document(serial=9, signer=STRANGER), days=1).load()
    edition = fetched(tmp_path, document(serial=1, signer=STRANGER), key=STRANGER.name, days=1).edition()
    assert (edition.key, edition.serial) == (STRANGER.name, 1)
    with pytest.raises(CatalogueError, match="another key"):
        fetched(tmp_path / "new", document(), key=STRANGER.name).load()


def test_a_kept_copy_of_another_key_than_the_set_one_is_not_used(tmp_path: Path) -> None:
    fetched(tmp_path, document()).load()
    offline = Catalogue(ADDRESS, tmp_path, key=STRANGER.name, clock=at(NOON), transport=httpx.MockTransport(failing))
    with pytest.raises(ServerUnreachableError):
        offline.load()


def test_what_was_seen_of_one_publisher_stays_while_another_is_looked_at(tmp_path: Path) -> None:
    fetched(tmp_path, document(serial=5)).load()
    Catalogue("https://other.example/c", tmp_path, clock=at(NOON), transport=answering(document(serial=2))).load()
    with pytest.raises(CatalogueError, match="older"):
        fetched(tmp_path, document(serial=4), days=1).load()


def test_a_damaged_note_of_what_was_seen_is_not_taken_for_none(tmp_path: Path) -> None:
    fetched(tmp_path, document(serial=5)).load()
    (tmp_path / "catalogue.json").unlink()
    for note in ("", "[]", '{"https://offers.example/catalogue.jsonld": {"key": 3}}'):
        (tmp_path / "seen.json").write_text(note)
        with pytest.raises(CatalogueError, match="cannot be read"):
            fetched(tmp_path, document(serial=4), days=1).load()


def test_an_unsigned_catalogue_is_used_from_a_file_only_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.jsonld"
    file.write_bytes(document(signer=None))
    edition = Catalogue(str(file), tmp_path).edition()
    assert (edition.key, len(edition.offers)) == (None, 1)
    with pytest.raises(CatalogueError, match="not signed"):
        fetched(tmp_path / "home", document(signer=None)).load()


def test_a_signed_catalogue_needs_a_number(tmp_path: Path) -> None:
    for serial in (0, -1, True, "3", 2**60):
        with pytest.raises(CatalogueError):
            fetched(tmp_path, document(serial=serial)).load()  # type: ignore[arg-type]


def test_without_an_answer_and_without_a_kept_copy_the_error_says_so(tmp_path: Path) -> None:
    with pytest.raises(ServerUnreachableError):
        Catalogue(ADDRESS, tmp_path, transport=httpx.MockTransport(failing)).load()
    assert list(tmp_path.iterdir()) == []


def test_a_kept_copy_of_another_source_or_a_damaged_one_is_not_used(tmp_path: Path) -> None:
    fetched(tmp_path, document()).load()
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


def test_the_kept_copy_and_the_secret_of_the_device_are_private(tmp_path: Path) -> None:
    fetched(tmp_path / "home", document()).load()
    device_secret(tmp_path / "home")
    kept = sorted((tmp_path / "home").iterdir())
    assert [path.name for path in kept] == ["catalogue.json", "device", "seen.json"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in kept)
