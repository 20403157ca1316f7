"""Visiting the pages as a browser would, for their tests."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

__all__ = ["OURS", "PAGES", "PORT", "get", "path_of", "token"]

PORT = 51234
OURS = f"http://127.0.0.1:{PORT}"
PAGES = ("/", "/records", "/offers/", "/ask/", "/sharing/", "/sharing/requests/", "/sharing/log/", "/imports/", "/pod/")


def path_of(link: str) -> str:
    return link.removeprefix(OURS)


def get(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    return client.get(path, base_url=OURS, headers={name.replace("_", "-"): text for name, text in headers.items()})


def token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', get(client, "/sharing/").text)
    assert found
    return found[1]
