"""The two kinds of login that an agent can hold, and what keeps one that changes by being used."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

__all__ = ["BrowserLogin", "ClientCredentials", "Keeper", "Login", "login_from_json", "login_to_json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCredentials:
    """What the identity provider gave the agent instead of the person's password; ``client_secret`` is never shown."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserLogin:
    """What the identity provider gave the agent after the person logged in and consented in a browser.

    ``key`` is the private key (JWK as JSON) that all its tokens are bound to. ``refresh_token`` is empty where the
    provider gives no lasting access. Times are seconds since 1970: the access token is replaced at ``renew_at`` and
    dead at ``expires_at``; the login is over at ``ends_at``, None where the provider does not say.
    """

    issuer: str
    client_id: str
    webid: str
    key: str = field(repr=False)
    access_token: str = field(repr=False)
    renew_at: float
    expires_at: float
    refresh_token: str = field(repr=False)
    ends_at: float | None = None


Login = ClientCredentials | BrowserLogin


class Keeper(Protocol):
    """Where one login is kept between programs; tokens that are used up are replaced there before new ones are used."""

    def exclusive(self) -> AbstractContextManager[None]:
        """Held while the login is read, renewed and written; other programs wait."""
        ...

    def read(self) -> Login | None:
        """The login as it is kept now, None where it was forgotten."""
        ...

    def write(self, login: Login) -> None:
        """Keep this login in its place; on disk when this returns."""
        ...


def login_to_json(login: Login) -> dict[str, Any]:
    """Plain values of a login, secrets among them: for sealed places only."""
    kind = "browser" if isinstance(login, BrowserLogin) else "client_credentials"
    return {"kind": kind, **asdict(login)}


def login_from_json(values: dict[str, Any]) -> Login:
    """The login of these values; those without a kind are client credentials."""
    kind = values.get("kind", "client_credentials")
    fields = {name: value for name, value in values.items() if name != "kind"}
    return BrowserLogin(**fields) if kind == "browser" else ClientCredentials(**fields)
