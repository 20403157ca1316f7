"""From what a person types to what the agent needs: their WebID, its identity providers and its storages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from pod_agent.errors import AgentError, ChoiceNeededError, PodError
from pod_agent.pods.addresses import origin, require_safe
from pod_agent.pods.links import STORAGE_DESCRIPTION, STORAGE_TYPE, TYPE, link_targets, parent
from pod_agent.pods.webid.profile import ACCEPT, ISSUER, STORAGE, ProfileDocument, is_linked_data, linked_documents
from pod_agent.pods.webid.public import Page, PublicReader, is_public, trusted
from pod_agent.pods.webid.typed import as_address

__all__ = ["Profile", "Provider", "choose_storage", "discover", "is_public", "resolve"]

_MAX_FURTHER = 5
_CONVENTION = "profile/card"  # where most servers keep the profile of the owner of a storage


@dataclass(frozen=True, slots=True)
class Profile:
    """What a WebID says in public; ``issuers`` and ``storages`` hold at least one IRI each, storages end in ``/``."""

    webid: str
    issuers: tuple[str, ...]
    storages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider, and no more: who the person is comes out when they log in there, then ``discover`` it."""

    issuer: str


def resolve(text: str, *, storage: str | None = None) -> Profile | Provider:
    """What a person typed or pasted: a WebID, its document, a domain, a storage, or their identity provider.

    ``storage`` is the person's own choice and is taken instead of what the profile names; so is a storage's address
    that they typed. UsageError where the text is no safe address; ChoiceNeededError, which lists them, where a document
    is about several people; PodUnreachableError where nobody answers; PodError, whose hint says who has to add what,
    where nothing of use is there.
    """
    address = as_address(text)
    if urlsplit(address).fragment:
        return discover(address, storage=storage)
    with PublicReader(address) as reader:
        place, people = _people(reader, address)
        if not people:
            return _provider(reader, address)
        if len(people) > 1:
            raise ChoiceNeededError(
                f"{address} is about several people: {', '.join(people)}",
                hint="Give the one that is you.",
                choices=tuple(people),
            )
        typed = _as_container(address) if _as_container(address) in _above(reader, place) else None
    return _discover(people[0], storage, typed)


def discover(webid: str, *, storage: str | None = None) -> Profile:
    """Read this WebID's profile.

    Identity providers are taken from the WebID's own document alone. Storages come from it; where it names none, from
    the documents that it calls further parts of the profile, as far as they are public; where these name none, from
    the nearest storage above it. ``storage`` is taken instead of all that. UsageError where the WebID is no safe
    address, PodUnreachableError where nobody answers, PodError (its hint says who has to add which line) where there
    is no profile, no identity provider or no storage.
    """
    return _discover(webid, storage, None)


def _discover(webid: str, storage: str | None, typed: str | None) -> Profile:
    """``discover``, where the person typed the address of a storage: it counts among those that the profile names."""
    require_safe(webid, "the WebID")
    if storage is not None:
        require_safe(storage, "the storage")
    with PublicReader(webid) as reader:
        page, document = _profile(reader, webid)
        issuers = document.named_by(webid, ISSUER)
        if not issuers:
            raise _no_issuer(webid, document)
        safe_issuers = tuple(trusted(issuer, "identity provider", told_by=page.address) for issuer in issuers)
        if storage is not None:
            return Profile(webid, safe_issuers, (_as_container(storage),))
        storages = _chosen(list(_stated(reader, webid, document)), typed) or list(_above(reader, document.address))
    if not storages:
        raise PodError(
            f"{webid} names no storage, and none lies above it",
            hint=f"Add a pim:storage to {document.address}, or let your provider add it: <{webid}> <{STORAGE}> "
            "<https://ADDRESS-OF-YOUR-STORAGE/> . Or give the address: pod-agent pod link WEBID --storage IRI",
        )
    return Profile(webid, safe_issuers, tuple(dict.fromkeys(storages)))


def choose_storage(profile: Profile, wanted: str | None = None) -> str:
    """The storage to use, with ``/`` at its end: the one the person wants, or the only one.

    ChoiceNeededError, which lists them, where there are several and none was chosen.
    """
    if wanted is not None:
        return _as_container(require_safe(wanted, "the storage"))
    if len(profile.storages) > 1:
        raise ChoiceNeededError(
            f"{profile.webid} has several storages: {', '.join(profile.storages)}",
            hint="Say which one: pod-agent pod link WEBID --storage IRI",
            choices=profile.storages,
        )
    return profile.storages[0]


def _chosen(named: list[str], typed: str | None) -> list[str]:
    if typed is None:
        return named
    return [typed] if typed in named else [typed, *named]


def _people(reader: PublicReader, address: str) -> tuple[str, list[str]]:
    """WebIDs that an address without a fragment may stand for, and where: its document, or where servers keep it."""
    folder = _as_container(address)
    for place in dict.fromkeys([address, folder, folder + _CONVENTION]):
        try:
            page = _linked_data(reader, reader.get(place, ACCEPT))
            people = ProfileDocument(page).people() if page.found and is_linked_data(page) else []
        except PodError:
            if place == address:
                raise
            continue  # only a guess: a server may fail on an address that it does not know
        if people:
            return place, people
    return address, []


def _linked_data(reader: PublicReader, page: Page) -> Page:
    """The page, or the linked data that a page for people names as its other form."""
    if page.found and not is_linked_data(page):
        for other in linked_documents(page)[:_MAX_FURTHER]:
            found = reader.get(trusted(other, "linked document", told_by=page.address), ACCEPT)
            if found.found and is_linked_data(found):
                return found
    return page


def _profile(reader: PublicReader, webid: str) -> tuple[Page, ProfileDocument]:
    page = reader.get(webid, ACCEPT)
    if not page.found:
        raise PodError(f"there is no public profile at {page.address} ({page.status})", hint="Check the WebID.")
    page = _linked_data(reader, page)
    return page, ProfileDocument(page)


def _no_issuer(webid: str, document: ProfileDocument) -> AgentError:
    people = [iri for iri in document.people() if iri != webid and document.named_by(iri, ISSUER)]
    if people:
        return ChoiceNeededError(
            f"{document.address} tells nothing of {webid}, but of: {', '.join(people)}",
            hint="Give that WebID if it is yours.",
            choices=tuple(people),
        )
    return PodError(
        f"{webid} names no identity provider",
        hint=f"Add a solid:oidcIssuer to {document.address}, or let your provider add it: <{webid}> <{ISSUER}> "
        "<https://ADDRESS-OF-YOUR-PROVIDER/> .",
    )


def _stated(reader: PublicReader, webid: str, document: ProfileDocument) -> Iterator[str]:
    """Storages that the profile names; its further documents are asked only where the first names none."""
    named = document.named_by(webid, STORAGE)
    if not named:
        for further in document.further(webid)[:_MAX_FURTHER]:
            named += _stated_elsewhere(reader, webid, trusted(further, "further document", told_by=document.address))
    for iri in named:
        yield _as_container(trusted(iri, "storage", told_by=document.address))


def _stated_elsewhere(reader: PublicReader, webid: str, address: str) -> list[str]:
    """Storages that a further document names; none where it is private, missing or unreadable: it is no duty."""
    try:
        page = reader.get(address, ACCEPT)
        return ProfileDocument(page).named_by(webid, STORAGE) if page.found else []
    except PodError:
        return []


def _above(reader: PublicReader, address: str) -> Iterator[str]:
    """The storage that holds the address: what its description says, or the nearest container that calls itself one.

    Many servers tell strangers nothing of a private container, but something of a public document in it.
    """
    place: str | None = address
    while place is not None:
        links = reader.head(place).links
        if STORAGE_TYPE in link_targets(links, TYPE, place):
            yield place
            return
        described = [iri for iri in link_targets(links, STORAGE_DESCRIPTION, place) if origin(iri) == origin(place)]
        found = [iri for description in described for iri in _described(reader, description) if place.startswith(iri)]
        if found:
            yield max(found, key=len)
            return
        place = parent(place)


def _described(reader: PublicReader, address: str) -> list[str]:
    """Storages that a storage's description names; none where it cannot be read."""
    try:
        page = reader.get(address)
        return ProfileDocument(page).of_type(STORAGE_TYPE) if page.found else []
    except PodError:
        return []


def _provider(reader: PublicReader, address: str) -> Provider:
    """The identity provider at this address or at its server's root (OpenID Connect Discovery section 4)."""
    for base in dict.fromkeys([address.rstrip("/"), origin(address)]):
        page = reader.get(f"{base}/.well-known/openid-configuration", "application/json")
        try:
            answer = json.loads(page.content) if page.found else None
        except ValueError:
            continue
        issuer = answer.get("issuer") if isinstance(answer, dict) else None
        if isinstance(issuer, str) and issuer.rstrip("/") == base:
            return Provider(issuer)
    raise PodError(
        f"there is no profile and no identity provider at {address}",
        hint="Give your WebID: the address that your pod's provider shows on your account page.",
    )


def _as_container(iri: str) -> str:
    return iri if iri.endswith("/") else iri + "/"
