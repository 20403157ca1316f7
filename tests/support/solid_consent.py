"""A person at the login pages of Community Solid Server, without a browser: the calls that those pages make."""

from __future__ import annotations

from typing import Any

import httpx

from tests.support.solid_server import PodOwner

__all__ = ["answer_login"]

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
