"""A small real HTTP server on loopback: resources in memory, a strict login by DPoP, and faults on demand."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

__all__ = ["Answer", "Fault", "StrictServer", "thumbprint_of"]

TOLERANCE = 120


Answer = tuple[int, dict[str, Any]]
"""Status and JSON object; a ``location`` in the object is where a redirect leads."""


@dataclass(frozen=True)
class Fault:
    """What happens to a request: a status, or a connection that breaks in one of several ways.

    ``closed`` before anything is done, ``lost`` after it was done, ``stalled`` without an end, ``truncated`` in the
    middle of the body. None in a list of faults lets a request pass.
    """

    kind: Literal["status", "closed", "lost", "stalled", "truncated"] = "status"
    status: int = 500
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class StrictServer:
    """Use it in a ``with`` block. ``login`` demands proofs and tokens; ``clock_offset`` is how far its clock is off.

    A token is taken ``uses`` times if that is set. ``routes`` and ``grants`` are further paths and grant types.
    """

    login: bool = False
    nonces: bool = False
    rotates_nonces: bool = False
    clock_offset: float = 0.0
    lifetime: float = 600.0
    token_type: str = "DPoP"
    gives_etags: bool = True
    token_faults: list[Fault | None] = field(default_factory=list)
    faults: list[Fault | None] = field(default_factory=list)
    stored: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    configuration: dict[str, Any] = field(default_factory=dict)
    routes: dict[str, Callable[[str, bytes], Answer]] = field(default_factory=dict)
    grants: dict[str, Callable[[dict[str, str], str], Answer]] = field(default_factory=dict)
    public: set[str] = field(default_factory=set)
    uses: int | None = None
    headers: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    proofs: list[str] = field(default_factory=list)
    replays: int = 0
    tokens: dict[str, float] = field(default_factory=dict)
    bound: dict[str, str] = field(default_factory=dict)
    issued: int = 0
    client: tuple[str, str] = ("agent", "s3cr3t/+ %")

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self.used: dict[str, int] = {}
        self.released = threading.Event()
        self.nonce = secrets.token_hex(4)
        self.token_nonce = secrets.token_hex(4)
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"owner": self}))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def address(self) -> str:
        """Base address, with ``/`` at its end."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def now(self) -> float:
        """The time by this server's clock."""
        return time.time() + self.clock_offset

    def challenge(self) -> list[tuple[str, str]]:
        """The header with which a resource asks for a nonce; the token endpoint has a nonce of its own."""
        if self.rotates_nonces:
            self.nonce = secrets.token_hex(4)
        return [("dpop-nonce", self.nonce)] if self.nonces else []

    def issue(self, thumbprint: str) -> dict[str, Any]:
        """A new access token, bound to the key of this thumbprint."""
        token = secrets.token_hex(8)
        with self.lock:
            self.issued += 1
            self.tokens[token] = self.now() + self.lifetime
            self.bound[token] = thumbprint
        return {"access_token": token, "token_type": self.token_type, "expires_in": self.lifetime}

    def use(self, token: str, proof: str) -> bool:
        """Whether the token is alive and its key the proof's; it is counted as used."""
        with self.lock:
            if self.uses is not None and self.used.get(token, 0) >= self.uses:
                return False
            self.used[token] = self.used.get(token, 0) + 1
            return self.tokens.get(token, 0.0) >= self.now() and self.bound[token] == thumbprint_of(proof)

    def check_proof(self, proof: str, method: str, url: str, token: str | None) -> str | None:
        """The error that a strict server answers with, None where the proof is right."""
        try:
            header = json.loads(base64.urlsafe_b64decode(proof.split(".", maxsplit=1)[0] + "=="))
            claims = jwt.decode(proof, ECKey.import_key(header["jwk"]), algorithms=["ES256"]).claims
        except (JoseError, ValueError, KeyError):
            return "invalid_dpop_proof"
        expected = {"htm": method, "htu": url}
        if token is not None:
            digest = hashlib.sha256(token.encode()).digest()
            expected["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        with self.lock:
            if claims["jti"] in self.proofs:
                self.replays += 1
                return "invalid_dpop_proof"
            self.proofs.append(claims["jti"])
        if "d" in header["jwk"] or header["typ"] != "dpop+jwt":
            return "invalid_dpop_proof"
        if abs(claims["iat"] - self.now()) > TOLERANCE or any(claims.get(k) != v for k, v in expected.items()):
            return "invalid_dpop_proof"
        nonce = self.token_nonce if token is None else self.nonce
        return "use_dpop_nonce" if self.nonces and claims.get("nonce") != nonce else None


def thumbprint_of(proof: str) -> str:
    """The thumbprint (RFC 7638) of the key in a proof."""
    header = json.loads(base64.urlsafe_b64decode(proof.split(".", maxsplit=1)[0] + "=="))
    return ECKey.import_key(header["jwk"]).thumbprint()


class _Handler(BaseHTTPRequestHandler):
    owner: StrictServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._handle()

    def do_HEAD(self) -> None:
        self._handle()

    def do_PUT(self) -> None:
        self._handle()

    def do_DELETE(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Keep the test's output clean."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(self.owner.now() if timestamp is None else timestamp)

    def _handle(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("content-length", "0")))
        owner = self.owner
        with owner.lock:
            owner.requests.append((self.command, self.path))
            owner.accepted.append(self.headers.get("accept", ""))
        if self.path == "/.well-known/openid-configuration":
            found = {"issuer": owner.address, "token_endpoint": f"{owner.address}token", **owner.configuration}
            self._answer(200, json.dumps(found).encode(), "application/json")
        elif self.path in owner.redirects:
            self._answer(303, extra=[("location", owner.redirects[self.path])])
        elif self.path.partition("?")[0] in owner.routes:
            self._give(*owner.routes[self.path.partition("?")[0]](self.path, self.body))
        elif self.path == "/token":
            self._with_fault(owner.token_faults, self._token)
        else:
            self._with_fault(owner.faults, self._resource)

    def _with_fault(self, faults: list[Fault | None], act: Any) -> None:
        with self.owner.lock:
            fault = faults.pop(0) if faults else None
        if fault is None:
            act()
        elif fault.kind == "status":
            self._answer(fault.status, b"no", extra=[("location", "https://elsewhere.example/"), *fault.headers])
        elif fault.kind == "truncated":
            self.send_response(200)
            self.send_header("content-type", "text/turtle")
            self.send_header("content-length", "1000")
            self.end_headers()
            self.wfile.write(b"<#a> <#b> <#c> .")
            self.close_connection = True
        else:
            if fault.kind == "stalled":
                self.owner.released.wait(20)
            elif fault.kind == "lost":
                self.wfile, kept = open("/dev/null", "wb"), self.wfile  # noqa: SIM115,PTH123 - closed below
                act()
                self.wfile.close()
                self.wfile = kept
            self.close_connection = True

    def _token(self) -> None:
        owner = self.owner
        proof = self.headers.get("dpop", "")
        error = owner.check_proof(proof, "POST", f"{owner.address}token", None)
        form = {name: values[0] for name, values in parse_qs(self.body.decode()).items()}
        if error is not None:
            extra = [("dpop-nonce", owner.token_nonce)] if owner.nonces else []
            self._answer(400, json.dumps({"error": error}).encode(), "application/json", extra)
        elif form["grant_type"] in owner.grants:
            self._give(*owner.grants[form["grant_type"]](form, thumbprint_of(proof)))
        elif self.headers.get("authorization", "") != "Basic " + base64.b64encode(b"agent:s3cr3t%2F%2B%20%25").decode():
            self._give(401, {"error": "invalid_client"})
        else:
            self._give(200, owner.issue(thumbprint_of(proof)))

    def _give(self, status: int, found: dict[str, Any]) -> None:
        extra = [("location", found["location"])] if "location" in found else []
        self._answer(status, json.dumps(found).encode(), "application/json", extra)

    def _resource(self) -> None:
        owner = self.owner
        if owner.login and self.path not in owner.public:
            token = self.headers.get("authorization", "").removeprefix("DPoP ")
            url = owner.address.rstrip("/") + self.path
            proof = self.headers.get("dpop", "")
            error = owner.check_proof(proof, self.command, url, token)
            if error is None and not owner.use(token, proof):
                error = "invalid_token"
            if error is not None:
                extra = owner.challenge()
                self._answer(401, b"", extra=[*extra, ("www-authenticate", f'DPoP error="{error}"')])
                return
        with owner.lock:
            self._store()

    def _store(self) -> None:
        found = self.owner.stored.get(self.path)
        etag = None if found is None else f'"{hashlib.sha256(found[0]).hexdigest()[:8]}"'
        wanted = self.headers.get("if-match")
        if (wanted is not None and wanted != etag) or (self.headers.get("if-none-match") == "*" and etag):
            self._answer(412)
        elif self.command == "PUT":
            self.owner.stored[self.path] = (self.body, self.headers["content-type"])
            self._answer(205 if found else 201)
        elif found is None:
            self._answer(404)
        elif self.command == "DELETE":
            del self.owner.stored[self.path]
            self._answer(205)
        else:
            extra = [("etag", etag or "")] if self.owner.gives_etags else []
            self._answer(200, found[0], found[1], extra)

    def _answer(
        self, status: int, body: bytes = b"", media_type: str = "text/plain", extra: list[tuple[str, str]] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in [*(extra or []), *self.owner.headers.get(self.path, [])]:
            self.send_header(name, value)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
