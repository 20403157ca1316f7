"""A Flower SuperLink as a child process on loopback.

``--isolation process`` keeps the SuperLink from starting programs of its own: nothing can outlive it. Telemetry, update
checks and installing packages at run time are off, and its home is a private folder that goes with it.
This form has no TLS and no node authentication, so it serves this machine alone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from aggregator.errors import SuperLinkError
from aggregator.files import open_log
from aggregator.ports import free_port

__all__ = ["SuperLink", "main"]

HOST = "127.0.0.1"
POLL_SECONDS = 0.05
GRACE_SECONDS = 5.0


class SuperLink:
    """A running SuperLink; a context manager that ends it.

    ``address`` is ``host:port``; ``port`` 0 takes a free one; ``started_in`` is the seconds it took.
    SuperLinkError if it does not answer within ``seconds``.
    """

    def __init__(self, *, port: int = 0, seconds: float = 60.0) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="superlink-")
        self._log = Path(self._home.name) / "superlink.log"
        self.address = f"{HOST}:{port or free_port()}"
        try:
            self._process = self._start()
        except BaseException:
            self._home.cleanup()
            raise
        begun = time.monotonic()
        try:
            self._wait(begun + seconds)
        except BaseException:
            self.close()
            raise
        self.started_in = time.monotonic() - begun

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

    def close(self) -> None:
        """End the child and everything in its group; safe to call twice."""
        if self.running:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        self._home.cleanup()

    def _start(self) -> subprocess.Popen[bytes]:
        host, port = self.address.split(":")
        command = [sys.executable, "-m", "aggregator.superlink", str(os.getpid())]
        options = ["--insecure", "--host", host, "--port", port, "--isolation", "process"]
        with open_log(self._log, fresh=True) as output:
            return subprocess.Popen(  # noqa: S603 (our own program and options)
                [*command, *options, "--disable-runtime-dependency-installation"],
                env=_environment(Path(self._home.name)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _wait(self, end: float) -> None:
        with httpx.Client(base_url=f"http://{self.address}", trust_env=False, timeout=2.0) as client:
            while time.monotonic() < end:
                if not self.running:
                    raise SuperLinkError(f"the SuperLink ended at once: {_last_line(self.log())}")
                with contextlib.suppress(httpx.TransportError):
                    if client.get("/health").is_success:
                        return
                time.sleep(POLL_SECONDS)
        raise SuperLinkError("the SuperLink did not start in time")


def _environment(home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "FLWR_HOME": str(home),
        "FLWR_TELEMETRY_ENABLED": "0",
        "FLWR_DISABLE_UPDATE_CHECK": "1",
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
    }


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "no message"


def main() -> None:
    """The child: stop when the parent is gone, else be Flower's own program with its own options."""
    from flwr.supercore.app_utils import start_parent_process_monitor  # noqa: PLC0415
    from flwr.superlink.cli.flower_superlink import flower_superlink  # noqa: PLC0415

    parent = int(sys.argv.pop(1))
    start_parent_process_monitor(parent)
    flower_superlink()


if __name__ == "__main__":
    main()
