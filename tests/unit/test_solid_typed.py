"""What people type for a WebID, and which addresses of a profile are not followed."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod_agent.errors import PodAccessError, PodError, UsageError
from pod_agent.pods.addresses import require_safe
from pod_agent.pods.links import link_targets, parent
from pod_agent.pods.webid.profile import ProfileDocument, is_linked_data, linked_documents
from pod_agent.pods.webid.public import Page, trusted
from pod_agent.pods.webid.typed import as_address

WEBID = "https://alice.example/profile/card#me"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (WEBID, WEBID),
        (f"  <{WEBID}>.\n", WEBID),
        (f"\u201c{WEBID}\u201d,", WEBID),
        ("alice.example/profile/card#me", WEBID),
        ("HTTPS://Alice.Example/profile/card#me", WEBID),
        ("alice.example", "https://alice.example/"),
        ("alice.example.", "https://alice.example/"),
        ("pods.example.org/alice", "https://pods.example.org/alice"),
        ("pods.example.org/Alice/", "https://pods.example.org/Alice/"),
        ("pods.example.org:8443/alice", "https://pods.example.org:8443/alice"),
        ("https://b\u00fccher.example/", "https://b\u00fccher.example/"),
        ("localhost:3000/alice/", "http://localhost:3000/alice/"),
        ("[::1]:3000/alice/", "http://[::1]:3000/alice/"),
        ("127.0.0.1", "http://127.0.0.1/"),
    ],
)
def test_what_is_typed_becomes_an_address(text: str, address: str) -> None:
    assert as_address(text) == address


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no WebID"),
        (" <> ", "no WebID"),
        ("alice", "no address on the web"),
        ("alice bob", "no spaces"),
        ("alice@alice.example", "e-mail"),
        ("@alice@social.example", "e-mail"),
        ("mailto:alice@alice.example", "e-mail"),
        ("did:web:alice.example", "not a web address"),
        ("ftp://alice.example/", "not a web address"),
        ("http://alice.example/card#me", "without encryption"),
        ("https://u:p@alice.example/card#me", "user name"),
        ("https://alice.example:99999/", "not a web address"),
        ("https:///card", "not a web address"),
        ("https://alice..example/", "not a web address"),
        (f"https://{'a' * 64}.example/", "not a web address"),
        ("https://alice.example/\x00", "not a web address"),
    ],
)
def test_what_is_no_address_is_said(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        as_address(text)
    assert caught.value.hint


@given(st.text(max_size=60))
def test_any_text_is_a_safe_address_or_a_usage_error(text: str) -> None:
    try:
        address = as_address(text)
    except UsageError:
        return
    assert require_safe(address, "it") == as_address(address)


@pytest.mark.parametrize(
    ("address", "told_by", "is_followed"),
    [
        ("https://pod.example/", WEBID, True),
        ("https://8.8.8.8/", WEBID, True),
        ("http://pod.example/", WEBID, False),
        ("http://localhost:8080/", WEBID, False),
        ("https://127.0.0.1/", WEBID, False),
        ("https://192.168.1.1/", WEBID, False),
        ("https://10.0.0.1/", WEBID, False),
        ("https://169.254.169.254/latest", WEBID, False),
        ("https://[fe80::1]/", WEBID, False),
        ("https://[::ffff:127.0.0.1]/", WEBID, False),
        ("https://localhost./", WEBID, False),
        ("https://127.1/", WEBID, False),
        ("https://2130706433/", WEBID, False),
        ("https://0x7f.0.0.1/", WEBID, False),
        ("http://localhost:8080/", "http://localhost:3000/card", True),
        ("https://192.168.1.1/", "https://192.168.1.2/card", True),
    ],
)
def test_a_public_address_leads_to_no_private_one(address: str, told_by: str, *, is_followed: bool) -> None:
    if is_followed:
        assert trusted(address, "storage", told_by=told_by) == address
    else:
        with pytest.raises(PodAccessError):
            trusted(address, "storage", told_by=told_by)


def test_links_are_told_by_relation_and_not_by_what_stands_in_a_title() -> None:
    headers = [
        '<a>; rel="acl"; title="x; rel=type"',
        '</b>;rel=TYPE, <c,d>; foo; rel="first type" ; rel=acl',
        '<e>; title="\\"; rel=type"; rel=describedby',
        '<f>; rel=type; anchor="#x", <g>',
        "no link",
    ]
    assert link_targets(headers, "type", "https://h/x/y") == ("https://h/b", "https://h/x/c,d")
    assert link_targets(headers, "acl", "https://h/x/y") == ("https://h/x/a",)


def test_links_to_what_is_no_address_are_left_out() -> None:
    headers = ["<http://[x>; rel=acl, <b>; rel=acl, <"]
    assert link_targets(headers, "acl", "https://h/a") == ("https://h/b",)
    page = Page("https://h/", 200, "text/html", b"<link rel=alternate type=text/turtle href='http://[x'>", ())
    assert linked_documents(page) == []


def test_a_link_begins_at_its_last_bracket_so_that_reading_never_starts_over() -> None:
    assert link_targets(["<" * 1000 + "a>; rel=acl"], "acl", "https://h/") == ("https://h/a",)


@given(st.lists(st.text(max_size=80), max_size=4))
def test_any_link_header_is_read(headers: list[str]) -> None:
    link_targets(headers, "type", "https://h/")


@pytest.mark.parametrize(
    ("address", "above"),
    [
        ("https://h/a/b", "https://h/a/"),
        ("https://h/a/b/?q#f", "https://h/a/"),
        ("https://h/a", "https://h/"),
        ("https://h/", None),
        ("https://h", None),
    ],
)
def test_the_container_above_a_resource(address: str, above: str | None) -> None:
    assert parent(address) == above


@given(st.binary(max_size=200), st.sampled_from(["text/turtle", "application/ld+json", "application/n-triples"]))
def test_any_document_is_a_profile_or_an_error(content: bytes, media_type: str) -> None:
    page = Page("https://h/card", 200, media_type, content, ())
    assert is_linked_data(page)
    with contextlib.suppress(PodError):
        ProfileDocument(page).people()


@given(st.text(max_size=200))
def test_any_page_is_looked_through_for_links(text: str) -> None:
    page = Page("https://h/", 200, "text/html", f"<link rel=alternate type=text/turtle href=a>{text}".encode(), ())
    assert linked_documents(page)[0] == "https://h/a"
