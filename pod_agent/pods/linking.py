"""Linking a home with a pod on a server, by a login in the browser or by credentials; how it stands; undoing it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pod_agent.config import Settings, load_settings, save_settings
from pod_agent.errors import NotInitialisedError, PodError, UsageError
from pod_agent.pods.login.logins import BrowserLogin, ClientCredentials, Login
from pod_agent.pods.login.oidc import PendingLogin, begin_login, finish_login, revoke_login
from pod_agent.pods.login.secrets import Keyring, SecretStore
from pod_agent.pods.opening import EMBEDDED, link, open_pod
from pod_agent.pods.webid.discovery import Profile, choose_storage, discover, resolve
from pod_agent.storage import make_private_folder

__all__ = [
    "LinkState",
    "Linking",
    "Unlinked",
    "begin_link",
    "finish_link",
    "link_state",
    "link_with_secret",
    "login_ends",
    "unlink",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Linking:
    """A link that waits for the person to log in at ``authorization_url``; it lives in memory only."""

    home: Path
    profile: Profile | None
    storage: str | None
    pending: PendingLogin = field(repr=False)

    @property
    def authorization_url(self) -> str:
        """The address to open in the person's browser."""
        return self.pending.authorization_url

    @property
    def state(self) -> str:
        """The value of ``state`` in the answer that belongs to this login."""
        return self.pending.state


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """How a home and its pod stand; ``until`` is when the login ends in seconds since 1970, None where nobody knows.

    ``login`` is ``browser``, ``client_credentials``, ``none`` for a pod on this machine, or ``missing``. ``problem`` is
    what the pod answered where it ``answers`` not.
    """

    pod: str
    webid: str
    issuer: str
    login: str
    until: float | None
    answers: bool
    problem: str
    hint: str


@dataclass(frozen=True, slots=True)
class Unlinked:
    """What was undone: the pod, whose it is, and whether the identity provider ended the login."""

    pod: str
    webid: str
    revoked: bool


def begin_link(home: Path, address: str, redirect_uri: str, *, storage: str | None = None, client: str = "") -> Linking:
    """Find out whose pod ``address`` means and where they log in; see ``resolve`` and ``begin_login``.

    ``storage`` chooses among several; ``client`` is the address of a client-ID document.
    UsageError where this home has a pod of its own.
    """
    _require_no_folder_pod(home)
    found = resolve(address, storage=storage)
    if isinstance(found, Profile):
        chosen = choose_storage(found, storage)
        pending = begin_login(found.issuers[0], redirect_uri, webid=found.webid, client=client)
        return Linking(home=home, profile=found, storage=chosen, pending=pending)
    pending = begin_login(found.issuer, redirect_uri, client=client)
    return Linking(home=home, profile=None, storage=storage, pending=pending)


def finish_link(linking: Linking, answer: str, keyring: Keyring | None) -> Settings:
    """Take the answer that the browser brought, try the login out and keep it; see ``finish_login`` and ``link``."""
    former = _kept_login(linking.home, keyring)  # first, so that no login is spent on a passphrase that is wrong
    login = finish_login(linking.pending, answer)
    try:
        profile = linking.profile or discover(login.webid, storage=linking.storage)
        return _take_the_place(former, profile, login, home=linking.home, keyring=keyring, storage=linking.storage)
    except BaseException:
        _end(login, unless_shared_with=former)  # nothing was kept, so nobody needs it
        raise


def link_with_secret(
    home: Path, address: str, client_id: str, client_secret: str, *, keyring: Keyring | None, storage: str | None = None
) -> Settings:
    """Link by client credentials that the server gave the person."""
    _require_no_folder_pod(home)
    profile = resolve(address, storage=storage)
    if not isinstance(profile, Profile):
        raise UsageError(
            f"{address} does not say who you are", hint="Client credentials need your WebID: pod-agent pod link WEBID"
        )
    credentials = ClientCredentials(issuer=profile.issuers[0], client_id=client_id, client_secret=client_secret)
    former = _kept_login(home, keyring)
    return _take_the_place(former, profile, credentials, home=home, keyring=keyring, storage=storage)


def link_state(home: Path, keyring: Keyring | None) -> LinkState:
    """How this home is linked, and whether its pod answers; NotInitialisedError where there is no pod."""
    settings = load_settings(home)
    if not settings.pod:
        raise NotInitialisedError("there is no pod yet", hint="Run: pod-agent init, or: pod-agent pod link WEBID")
    login = None if settings.pod == EMBEDDED else SecretStore(home, keyring).find(settings.webid)
    problem, hint, root = "", "", settings.pod
    try:
        pod = open_pod(settings, home, keyring)
        try:
            root = pod.root
            pod.read("manifest.ttl")
        finally:
            pod.close()
    except PodError as error:
        problem, hint = str(error), error.hint
    return LinkState(
        pod=root,
        webid=settings.webid,
        issuer=settings.issuer,
        login="none" if settings.pod == EMBEDDED else _kind(login),
        until=_until(login),
        answers=not problem,
        problem=problem,
        hint=hint,
    )


def unlink(home: Path, keyring: Keyring | None) -> Unlinked:
    """End the login at the identity provider as far as it can be, and forget it; the records stay in the pod.

    UsageError where the home is not linked. Works without a network: then the login ends by itself.
    """
    settings = load_settings(home)
    if settings.pod in {"", EMBEDDED}:
        raise UsageError("this home is not linked to a server", hint="Run: pod-agent pod status")
    store = SecretStore(home, keyring)
    with store.exclusive():
        login = store.find(settings.webid)
        revoked = isinstance(login, BrowserLogin) and revoke_login(login)
        store.forget(settings.webid)
    save_settings(home, pod="", webid="", issuer="")
    return Unlinked(settings.pod, settings.webid, revoked)


def login_ends(home: Path, webid: str, keyring: Keyring | None) -> float | None:
    """When the login of this WebID ends, in seconds since 1970; None where nobody knows."""
    return _until(SecretStore(home, keyring).find(webid))


def _kept_login(home: Path, keyring: Keyring | None) -> Login | None:
    """The login that this home is linked with."""
    webid = load_settings(home).webid
    return SecretStore(home, keyring).find(webid) if webid else None


def _take_the_place(
    former: Login | None, profile: Profile, login: Login, *, home: Path, keyring: Keyring | None, storage: str | None
) -> Settings:
    """Link; then end and forget the login that the home had before, since nobody would later."""
    before = load_settings(home).webid
    settings = link(profile, login, home=home, keyring=keyring, storage=storage)
    if before not in {"", settings.webid}:
        SecretStore(home, keyring).forget(before)
    _end(former, unless_shared_with=login)
    return settings


def _end(login: Login | None, *, unless_shared_with: Login | None) -> None:
    """End a login in the browser; not where another is of the same program, which a provider may end with it."""
    shared = unless_shared_with is not None and login is not None and unless_shared_with.client_id == login.client_id
    if isinstance(login, BrowserLogin) and not shared:
        revoke_login(login)


def _require_no_folder_pod(home: Path) -> None:
    if load_settings(make_private_folder(home)).pod == EMBEDDED:
        raise UsageError(
            "this home has a pod on this machine already",
            hint="Move it to the server: pod-agent pod move --to ADDRESS; or use another --home.",
        )


def _kind(login: Login | None) -> str:
    if login is None:
        return "missing"
    return "browser" if isinstance(login, BrowserLogin) else "client_credentials"


def _until(login: Login | None) -> float | None:
    if not isinstance(login, BrowserLogin):
        return None
    return login.ends_at if login.refresh_token else login.expires_at
