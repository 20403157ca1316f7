"""A reverse proxy that does TLS on 127.0.0.1, as nginx or Caddy do before a server."""

from __future__ import annotations

import http.client
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from tests.support.certificates import Certificates

__all__ = ["TlsProxy"]

_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "proxy-connection"}


class TlsProxy:
    """Takes https requests and hands them on to ``target``, a port of 127.0.0.1; use it in a ``with`` block."""

    def __init__(self, certificates: Certificates, target: int = 0) -> None:
        self.target = target
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

            def __getattr__(self, name: str) -> object:
                if name.startswith("do_"):
                    return self._forward
                raise AttributeError(name)

            def _forward(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
                headers["X-Forwarded-Proto"] = "https"
                headers["X-Forwarded-Host"] = self.headers["Host"]
                link = http.client.HTTPConnection("127.0.0.1", proxy.target, timeout=60)
                try:
                    link.request(self.command, self.path, body, headers)
                    response = link.getresponse()
                    content = response.read()
                finally:
                    link.close()
                self.send_response_only(response.status)
                for name, value in response.getheaders():
                    if name.lower() not in _HOP | {"content-length"}:
                        self.send_header(name, value)
                length = response.getheader("content-length", "0") if self.command == "HEAD" else str(len(content))
                self.send_header("Content-Length", length)
                self.end_headers()
                self.wfile.write(content)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.certificate, certificates.key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        """Its address, with ``/`` at its end."""
        return f"https://localhost:{self._server.server_address[1]}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
