"""Linking a pod once, and opening the linked pod from then on."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pod_agent.config import Settings, save_settings
from pod_agent.errors import (
    LoginEndedError,
    LoginFailedError,
    NotInitialisedError,
    PodAccessError,
    PodError,
    UsageError,
)
from pod_agent.pods.embedded import EmbeddedPod
from pod_agent.pods.login.secrets import Keyring, SecretStore
from pod_agent.pods.pod import Pod

if TYPE_CHECKING:
    from pod_agent.pods.login.logins import Keeper, Login
    from pod_agent.pods.solid import SolidPod
    from pod_agent.pods.webid.discovery import Profile

__all__ = ["EMBEDDED", "embedded_folder", "link", "open_pod", "open_solid"]

EMBEDDED = "embedded"
_CONTAINER = "pod-agent/"
_PROBE = """@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<#a> <http://schema.org/name> "NAME" , "kopi"@ms ;
    <http://schema.org/price> 12.00 , 3 ;
    <http://schema.org/orderDate> "2026-10-31T23:59:59.125+08:00"^^xsd:dateTime .
"""  # some servers keep triples of their own making: 12 for 12.00


def embedded_folder(home: Path) -> Path:
    """The folder of the embedded pod."""
    return home / "pod"


def open_pod(settings: Settings, home: Path, keyring: Keyring | None) -> Pod:
    """The pod that the settings name.

    NotInitialisedError where they name none, PodAccessError where the login of a served pod is not kept here.
    """
    if not settings.pod:
        raise NotInitialisedError("there is no pod yet")
    if settings.pod == EMBEDDED:
        return EmbeddedPod(embedded_folder(home))
    store = SecretStore(home, keyring)
    login = store.find(settings.webid)
    if login is None:
        raise PodAccessError(f"no login for {settings.webid} is kept on this machine")
    return open_solid(settings.pod, login, store.kept(settings.webid))


def open_solid(root: str, login: Login, keeper: Keeper | None = None) -> SolidPod:
    """The container on its server, with this login; ``keeper`` is where the login is kept, if it is."""
    from pod_agent.pods.login.auth import DPoPAuth  # noqa: PLC0415 - slow, and needed only where a pod is served
    from pod_agent.pods.session import Session, open_client  # noqa: PLC0415
    from pod_agent.pods.solid import SolidPod  # noqa: PLC0415

    return SolidPod(root, Session(open_client(root, DPoPAuth(login, keeper=keeper))))


def link(
    profile: Profile, login: Login, *, home: Path, keyring: Keyring | None, storage: str | None = None
) -> Settings:
    """Make the agent's container in this storage the pod of this home, and keep the login.

    ``profile`` comes from ``discover``; ``storage`` chooses among several. Nothing is kept unless the login can write
    a document there conditionally, read it back saying the same and remove it, and unless the container is closed to
    the public.
    """
    from pod_agent.pods.login.auth import DPoPAuth  # noqa: PLC0415 - slow, as above
    from pod_agent.pods.session import Session, open_client  # noqa: PLC0415
    from pod_agent.pods.solid import SolidPod  # noqa: PLC0415
    from pod_agent.pods.webid.discovery import choose_storage  # noqa: PLC0415

    if login.issuer.rstrip("/") not in {issuer.rstrip("/") for issuer in profile.issuers}:
        raise UsageError(
            f"{profile.webid} does not name {login.issuer} as its identity provider",
            hint=f"Use a login of: {', '.join(profile.issuers)}",
        )
    root = choose_storage(profile, storage) + _CONTAINER
    auth = DPoPAuth(login)
    pod = SolidPod(root, Session(open_client(root, auth)))
    try:
        _try_out(pod)
    finally:
        pod.close()
    SecretStore(home, keyring).keep(profile.webid, auth.login)
    return save_settings(home, pod=root, webid=profile.webid, issuer=login.issuer)


def _try_out(pod: Pod) -> None:
    from pod_agent.pods.webid.discovery import is_public  # noqa: PLC0415 - slow, as above

    path = f"link-{secrets.token_hex(8)}.ttl"
    content = _PROBE.replace("NAME", path).encode()
    try:
        etag = pod.write(path, content, if_match=None)
    except PodAccessError as error:
        if isinstance(error, (LoginFailedError, LoginEndedError)):
            raise
        hint = "Choose a storage of your own: pod-agent pod link WEBID --storage IRI"
        raise PodAccessError(f"this login may not write to {pod.root}", hint=hint) from error
    try:
        found = pod.read(path)
        if found is None or found.etag != etag:
            raise PodAccessError("the pod does not give back what was written to it")
        if found.content != content and _triples(found.content, pod.root + path) != _triples(content, pod.root + path):
            raise PodError(
                "the pod's server changes what documents say, so records would not survive there",
                hint="Choose a server that keeps documents as they are, for example Community Solid Server.",
            )
        if is_public(pod.root):
            raise PodAccessError(
                f"anyone may read {pod.root}", hint="Make the container private at the pod's provider, then link again."
            )
    finally:
        pod.remove(path)


def _triples(content: bytes, address: str) -> set[ox.Quad] | None:
    try:
        return set(ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=address))
    except SyntaxError:
        return None
