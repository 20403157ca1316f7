"""A Flower SuperLink as a child process, with TLS and node authentication where it serves more than this machine.

``--isolation process`` keeps the SuperLink from starting programs of its own: nothing can outlive it. Telemetry, update
checks and installing packages at run time are off. Its home is a private folder that goes with it; who its nodes are is
kept in ``database``, if one is given. Nodes reach ``address``; ``control`` is for this program alone and demands
``secret``, which is new at every start (``aggregator.superlink_child``).
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from cryptography import x509

from aggregator.errors import ConfigurationError, SuperLinkError
from aggregator.files import open_log
from aggregator.ports import free_port

__all__ = ["SECRET_HEADER", "SECRET_VARIABLE", "Control", "SuperLink", "Tls"]

SECRET_HEADER = "x-superlink-secret"  # noqa: S105 - a header's name
SECRET_VARIABLE = "POD_AGGREGATOR_SUPERLINK_SECRET"  # noqa: S105 - a variable's name
LOOPBACK = "127.0.0.1"
POLL_SECONDS = 0.05
GRACE_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """PEM files of the operator: the server's certificate chain, its key, and the authority that nodes check it by."""

    certificate: Path
    key: Path
    authority: Path

    def check(self, name: str = "") -> None:
        """ConfigurationError where the files do not belong together, cannot be read or are out of date.

        Or, with a ``name``, where the certificate is for other names than this host's.
        """
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(self.certificate, self.key)
            ssl.create_default_context(cafile=str(self.authority))
            found = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            raise ConfigurationError(
                "certificate, key and authority of the training server cannot be used together",
                hint="Give three PEM files: --certificate, --key of the same pair, --authority that issued it.",
            ) from error
        if not found.not_valid_before_utc <= datetime.now(UTC) < found.not_valid_after_utc:
            raise ConfigurationError("the training server's certificate is out of date", hint="Renew it.")
        if name and not {name, f"*.{name.partition('.')[2]}"} & _names(found):
            raise ConfigurationError(
                f"the training server's certificate is not for {name}",
                hint="Tell nodes a name of the certificate: --address HOST:PORT.",
            )


@dataclass(frozen=True, slots=True)
class Control:
    """Where a running SuperLink takes orders, ``host:port`` of loopback, and the secret that it demands."""

    address: str
    secret: str


class SuperLink:
    """A running SuperLink; a context manager that ends it.

    ``address`` is ``host:port`` for nodes; ``port`` 0 takes a free one; ``started_in`` is the seconds it took. With
    ``tls`` only nodes whose keys were registered are served; without it the host must be loopback and anybody is.
    SuperLinkError if it does not answer within ``seconds``; ConfigurationError for files that cannot be used.
    """

    def __init__(
        self,
        *,
        host: str = LOOPBACK,
        port: int = 0,
        tls: Tls | None = None,
        database: Path | None = None,
        seconds: float = 60.0,
    ) -> None:
        if tls is None and host != LOOPBACK:
            raise ConfigurationError(
                "a training server without TLS serves this machine alone",
                hint="Give --certificate, --key and --authority.",
            )
        if tls is not None:
            tls.check()
        self._tls, self._database = tls, database
        self._home = tempfile.TemporaryDirectory(prefix="superlink-")
        self._log = Path(self._home.name) / "superlink.log"
        self.address = f"{host}:{port or free_port()}"
        self.control = Control(f"{LOOPBACK}:{free_port()}", secrets.token_hex(32))
        try:
            self._process = self._start()
        except BaseException:
            self._home.cleanup()
            raise
        try:
            self._await(seconds)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """Process id of the child, which leads a process group of its own."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the child is alive."""
        return self._process.poll() is None

    def log(self) -> str:
        """What the SuperLink wrote so far; every request to it has a line with its path."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def restart(self, seconds: float = 60.0) -> None:
        """Start the child again where it ended, at the same addresses and with the same database."""
        self._process = self._start()
        try:
            self._await(seconds)
        except BaseException:
            self._end()
            raise

    def close(self) -> None:
        """End the child and everything in its group; safe to call twice."""
        self._end()
        self._home.cleanup()

    def _end(self) -> None:
        if self.running:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def _await(self, seconds: float) -> None:
        begun = time.monotonic()
        self._wait(begun + seconds)
        self.started_in = time.monotonic() - begun

    def _start(self) -> subprocess.Popen[bytes]:
        host, _, port = self.address.rpartition(":")
        private = self.control.address.rpartition(":")[2]
        command = [sys.executable, "-m", "aggregator.superlink_child", str(os.getpid()), private]
        options = [
            "--host",
            host,
            "--port",
            port,
            "--isolation",
            "process",
            "--disable-runtime-dependency-installation",
        ]
        with open_log(self._log) as output:
            return subprocess.Popen(  # noqa: S603 (our own program and options)
                [*command, *options, *self._security()],
                env=_environment(Path(self._home.name), self.control.secret),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _security(self) -> list[str]:
        kept = [] if self._database is None else ["--database", str(self._database)]
        if self._tls is None:
            return ["--insecure", *kept]
        files = {"certfile": self._tls.certificate, "keyfile": self._tls.key, "ca-certfile": self._tls.authority}
        named = [part for name, path in files.items() for part in (f"--ssl-{name}", str(path))]
        return ["--enable-supernode-auth", *named, *kept]

    def _wait(self, end: float) -> None:
        with httpx.Client(base_url=f"http://{self.control.address}", trust_env=False, timeout=2.0) as client:
            while time.monotonic() < end:
                if not self.running:
                    raise SuperLinkError(f"the SuperLink ended at once: {_last_line(self.log())}")
                with contextlib.suppress(httpx.TransportError):
                    if client.get("/health").is_success and self._listens():
                        return
                time.sleep(POLL_SECONDS)
        raise SuperLinkError("the SuperLink did not start in time")

    def _listens(self) -> bool:
        """Whether the nodes' door is open too; its certificate may be for another name than loopback."""
        scheme = "http" if self._tls is None else "https"
        host, _, port = self.address.rpartition(":")
        near = LOOPBACK if host in {"0.0.0.0", ""} else host  # noqa: S104 - it is where the server was told to listen
        with httpx.Client(trust_env=False, timeout=2.0, verify=False) as client:  # noqa: S501 - a look at our own child
            return client.get(f"{scheme}://{near}:{port}/health").is_success


def _names(certificate: x509.Certificate) -> set[str]:
    """The hosts that a certificate is for."""
    try:
        told = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    addresses = {str(one) for one in told.get_values_for_type(x509.IPAddress)}
    return {*told.get_values_for_type(x509.DNSName), *addresses}


def _environment(home: Path, secret: str) -> dict[str, str]:
    return {
        **os.environ,
        "FLWR_HOME": str(home),
        "FLWR_TELEMETRY_ENABLED": "0",
        "FLWR_DISABLE_UPDATE_CHECK": "1",
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        SECRET_VARIABLE: secret,
    }


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "no message"
