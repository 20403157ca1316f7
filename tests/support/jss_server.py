"""A second kind of Solid server for tests, JavaScript Solid Server, and fresh pods on it.

AGPL-3.0-only: installed from ``jss/package-lock.json`` for tests alone, never shipped. Started when the first test
asks for it, on 127.0.0.1, and ended with the run. It allows one address 60 writes a minute and one new pod a day; it
believes ``X-Forwarded-For``, by which every request here comes from an address of its own. It counts the bytes of a
pod in a file that two writers at once may spoil, and then refuses every write until its operator takes the file away.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from pod_agent.pods.hosting.installing import find_node, resource
from pod_agent.pods.hosting.server import free_port
from pod_agent.pods.session import Session, open_client
from pod_agent.pods.solid import SolidPod

__all__ = ["JssAuth", "JssOwner", "JssServer", "fresh_jss_owner", "jss_modules", "jss_server"]

LOCK = Path(__file__).parent / "jss"
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "jss"
PASSWORD = "correct horse"
_NPM = ("ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
_START_SECONDS = 60.0


@functools.cache
def jss_modules() -> Path:
    """The installed server, in a folder of the repository that git ignores; npm runs once per clone."""
    node = find_node()
    if node is None:
        pytest.skip("node and npm are missing")
    target = CACHE / hashlib.sha256((LOCK / "package-lock.json").read_bytes()).hexdigest()[:16]
    if not target.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="installing-", dir=CACHE, ignore_cleanup_errors=True) as aside:
            folder = Path(aside) / "server"
            shutil.copytree(LOCK, folder)
            subprocess.run([*node.npm, *_NPM], cwd=folder, check=True, stdin=subprocess.DEVNULL, timeout=600)
            try:
                folder.rename(target)
            except OSError as error:  # another process was quicker: FileExistsError or ENOTEMPTY, as systems differ
                if not target.is_dir():
                    raise LookupError("the server was not installed") from error
    return target / "node_modules"


class JssServer:
    """One server with its data in ``folder``, as a process of its own."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.address = f"http://localhost:{port}/"
        self._folder = folder
        self._arguments = ["start", "--host", "127.0.0.1", "--port", str(port), "--root", str(folder / "data")]
        self._arguments += ["--idp", "--idp-issuer", self.address, "--conneg", "--notifications", "--quiet"]

    def start(self) -> JssServer:
        """Start and wait until it answers."""
        node = find_node()
        assert node is not None
        preload = self._folder / "loopback.cjs"  # ours: it listens on this machine only and ends with its parent
        preload.write_bytes(resource("loopback.cjs"))
        (self._folder / "data").mkdir()
        program = jss_modules() / "javascript-solid-server" / "bin" / "jss.js"
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*node.node, "--require", str(preload), str(program), *self._arguments],
                cwd=self._folder,
                env={**os.environ, "TOKEN_SECRET": secrets.token_hex(32)},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        atexit.register(self.stop)
        self._wait()
        return self

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait(15)
        if self._process.stdin is not None:
            self._process.stdin.close()

    def mend_quotas(self) -> None:
        """Take the files of quotas away that are no JSON any more; the server makes them anew."""
        for file in (self._folder / "data").glob("*/.quota.json"):
            try:
                json.loads(file.read_bytes())
            except ValueError:
                file.unlink(missing_ok=True)

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        with open_client(self.address, timeout=httpx.Timeout(5.0)) as client:
            while time.monotonic() < deadline:
                assert self._process.poll() is None, (self._folder / "server.log").read_text()
                with contextlib.suppress(httpx.HTTPError):
                    if client.get(f"{self.address}.well-known/openid-configuration").is_success:
                        return
                time.sleep(0.05)
        raise AssertionError("JavaScript Solid Server did not start")


def jss_server() -> JssServer:
    """The run's server; it ends with the run."""
    jss_modules()  # skips, which must not be cached as a result
    return _started()


@functools.cache
def _started() -> JssServer:
    folder = tempfile.mkdtemp(prefix="jss-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return JssServer(Path(folder)).start()


class JssAuth(httpx.Auth):
    """A login by e-mail address and password (``POST /idp/credentials``), which only this server knows, then DPoP.

    ``verbatim`` sends documents as bytes of no known type: only so does this server keep them as they are, and it
    still serves them with the type that their name says.
    """

    def __init__(self, token: str, key: ECKey, *, verbatim: bool) -> None:
        self._token = token
        self._key = key
        self._verbatim = verbatim

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send with token and proof."""
        request.headers["authorization"] = f"DPoP {self._token}"
        request.headers["dpop"] = _proof(self._key, request.method, str(request.url))
        request.headers["x-forwarded-for"] = any_address()
        if self._verbatim and request.method == "PUT":
            request.headers["content-type"] = "application/octet-stream"
        yield request


@dataclass(frozen=True)
class JssOwner:
    """A made-up person with a pod on JavaScript Solid Server, who logged in once: the token is good for an hour.

    (Several logins of one person at the same moment spoil the server's file of accounts.)
    """

    email: str
    password: str
    webid: str
    storage: str
    server: str
    token: str = field(repr=False)
    key: ECKey = field(repr=False)

    def auth(self, *, verbatim: bool = False) -> JssAuth:
        """The login, for a client."""
        return JssAuth(self.token, self.key, verbatim=verbatim)

    def open(self) -> SolidPod:
        """A new handle on a private container in this pod, which keeps bytes; the caller closes it."""
        root = self.storage + "private/pod-agent/"
        return SolidPod(root, Session(open_client(root, self.auth(verbatim=True))))


def fresh_jss_owner() -> JssOwner:
    """A new account with an empty pod."""
    server, name, key = jss_server().address, f"person-{secrets.token_hex(5)}", ECKey.generate_key("P-256")
    account = {"name": name, "email": f"{name}@example.test", "password": PASSWORD}
    login = f"{server}idp/credentials"
    with open_client(server) as client:
        made = client.post(f"{server}.pods", json=account, headers={"x-forwarded-for": any_address()})
        headers = {"x-forwarded-for": any_address(), "dpop": _proof(key, "POST", login)}
        token = client.post(login, json=account, headers=headers).raise_for_status().json()["access_token"]
    pod = made.raise_for_status().json()
    return JssOwner(account["email"], PASSWORD, pod["webId"], pod["podUri"], server, token, key)


def _proof(key: ECKey, method: str, address: str) -> str:
    target = urlunsplit((*urlsplit(address)[:3], "", ""))
    claims = {"htm": method, "htu": target, "jti": secrets.token_urlsafe(16), "iat": int(time.time())}
    return jwt.encode({"alg": "ES256", "typ": "dpop+jwt", "jwk": key.as_dict(private=False)}, claims, key)


def any_address() -> str:
    """An address for ``X-Forwarded-For`` that no other request has."""
    return ".".join(["10", *(str(byte) for byte in secrets.token_bytes(3))])
