"""A person at the login pages of JavaScript Solid Server, without a browser: the calls that those pages make."""

from __future__ import annotations

import httpx

from tests.support.jss_server import JssOwner, any_address

__all__ = ["answer_jss_login"]


def answer_jss_login(authorization_url: str, owner: JssOwner) -> str:
    """Log in as the owner and consent; the address to which the browser is sent back."""
    headers = {"accept": "application/json", "x-forwarded-for": any_address()}
    with httpx.Client(base_url=owner.server, trust_env=False, headers=headers, timeout=30) as client:
        page = client.get(authorization_url).headers["location"]
        login = {"username": owner.email, "password": owner.password}
        consent = client.get(client.post(page, json=login).json()["location"]).headers["location"]
        last = client.post(f"{consent}/confirm").headers["location"]
        return str(client.get(last).headers["location"])
