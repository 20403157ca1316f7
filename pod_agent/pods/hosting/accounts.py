"""Accounts on a Community Solid Server, by its JSON API."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import httpx

from pod_agent.errors import PodAccessError, PodError, PodUnreachableError
from pod_agent.pods.addresses import origin, require_safe
from pod_agent.pods.login.auth import ClientCredentials
from pod_agent.pods.session import open_client

__all__ = ["Account"]


class Account:
    """An account on a Community Solid Server, by its JSON API (version 0.5). Use it in a ``with`` block.

    The password goes to the server's own address only and is not kept. ``client`` stands for the usual way there;
    ``sign_up`` is the address for new accounts where the server names none, as on a closed one.
    """

    def __init__(self, address: str, client: httpx.Client | None = None, *, sign_up: str = "") -> None:
        self._address = require_safe(address, "the server")
        self._client = client or open_client(address)
        self._sign_up = sign_up

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def register(self, email: str, password: str) -> None:
        """Make a new account and log in to it; PodAccessError where the address is that of an account already."""
        self._log_in(self._ask("POST", self._sign_up, {}) if self._sign_up else self._post("account", "create", {}))
        try:
            self._post("password", "create", {"email": email, "password": password})
        except PodAccessError as error:  # CSS removes an account that never got a password
            hint = "It may belong to an account already, or be none at all: give another."
            raise PodAccessError(f"{self._address} does not take this e-mail address", hint=hint) from error

    def log_in(self, email: str, password: str) -> None:
        """Log in; PodAccessError where the server refuses."""
        self._log_in(self._post("password", "login", {"email": email, "password": password}))

    def create_pod(self, name: str) -> tuple[str, str]:
        """Make a pod whose profile names its storage; its WebID and its root."""
        made = self._post("account", "pod", {"name": name, "settings": {"linkStorage": True}})
        return str(made["webId"]), str(made["pod"])

    def create_credentials(self, name: str, webid: str) -> ClientCredentials:
        """Let a program act as this WebID; it is listed under ``name`` in the account and can be deleted there."""
        made = self._post("account", "clientCredentials", {"name": name, "webId": webid})
        return ClientCredentials(issuer=self._address, client_id=str(made["id"]), client_secret=str(made["secret"]))

    def _log_in(self, answer: dict[str, Any]) -> None:
        self._client.headers["authorization"] = f"CSS-Account-Token {answer['authorization']}"

    def _post(self, group: str, name: str, content: dict[str, Any]) -> dict[str, Any]:
        controls = self._ask("GET", f"{self._address.rstrip('/')}/.account/", None).get("controls", {})
        address = controls.get(group, {}).get(name)
        if address is None or origin(address) != origin(self._address):
            raise PodError(
                f"{self._address} offers no accounts that a program can use",
                hint="It is no Community Solid Server, or a closed one: its operator makes the accounts.",
            )
        return self._ask("POST", address, content)

    def _ask(self, method: str, address: str, content: dict[str, Any] | None) -> dict[str, Any]:
        with _account_errors(self._address):
            response = self._client.request(method, address, json=content, headers={"accept": "application/json"})
        if response.is_server_error:
            raise PodUnreachableError(f"{self._address} answers with {response.status_code}")
        with contextlib.suppress(json.JSONDecodeError):
            answer = response.json()
            if response.is_success and isinstance(answer, dict):
                return answer
        raise PodAccessError(
            f"{self._address} does not do what the account asks ({response.status_code})",
            hint="Check the e-mail address and the password.",
        )


@contextlib.contextmanager
def _account_errors(address: str) -> Iterator[None]:
    try:
        yield
    except httpx.HTTPError as error:
        raise PodUnreachableError(f"{address} cannot be reached ({type(error).__name__})") from error
