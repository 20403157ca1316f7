"""A person at the login pages of Community Solid Server, without a browser: the calls that those pages make."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from tests.support.solid_server import PodOwner

__all__ = ["LinkCommand", "answer_login"]

_JSON = {"accept": "application/json"}


def answer_login(authorization_url: str, owner: PodOwner, *, allow: bool = True, remember: bool = True) -> str:
    """Log in as the owner and consent, or refuse; the address to which the browser is sent back."""
    with httpx.Client(trust_env=False, headers=_JSON, timeout=30) as client:
        page = _follow(client, authorization_url)
        controls = page.json()["controls"]
        login = {"email": owner.email, "password": owner.password}
        page = _follow(client, _posted(client, controls["password"]["login"], login)["location"])
        controls = page.json()["controls"]
        picked = _posted(client, controls["oidc"]["webId"], {"webId": owner.webid, "remember": False})
        page = _follow(client, picked["location"])
        controls = page.json()["controls"]
        if allow:
            consented = _posted(client, controls["oidc"]["consent"], {"remember": remember})
        else:
            consented = _posted(client, controls["oidc"]["cancel"], {})
        return str(_follow(client, consented["location"]).headers["location"])


def _posted(client: httpx.Client, address: str, content: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(address, json=content)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def _follow(client: httpx.Client, address: str) -> httpx.Response:
    """The first answer that is no redirect within the server, or the redirect that leaves it."""
    origin = httpx.URL(address).copy_with(raw_path=b"/")
    while True:
        response = client.get(address)
        if not response.has_redirect_location:
            return response
        address = str(response.url.join(response.headers["location"]))
        if not address.startswith(str(origin)):
            return response


class LinkCommand:
    """``pod-agent pod link`` of a home as a process of its own, waiting for the login; ended with the ``with`` block.

    ``verb`` names another command of ``pod`` that asks for a login. ``address`` is what it tells the person to open.
    There is no keyring.
    """

    def __init__(self, home: Path, *arguments: str, verb: str = "link") -> None:
        command = [sys.executable, "-m", "pod_agent", "--home", str(home), "pod", verb, "--no-browser", *arguments]
        environment = {**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert self._process.stderr is not None
        told = iter(self._process.stderr.readline, "")
        self.told: list[str] = []
        self.address = next((line.strip() for line in told if self._note(line).startswith("http")), "")

    def _note(self, line: str) -> str:
        self.told.append(line)
        return line

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()

    def finish(self, typed: str = "") -> tuple[int, str, str]:
        """Exit status, standard output and the rest of standard error, once it has ended; ``typed`` is given to it."""
        output, errors = self._process.communicate(typed, timeout=60)
        return self._process.returncode, output, errors
