"""A Ray cluster of one node on loopback, started and ended by the test that needs it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aggregator.ports import free_port

__all__ = ["ray_cluster"]


@contextmanager
def ray_cluster(cores: int = 2) -> Iterator[str]:
    """The address of a cluster that ends with the block."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as folder:
        command = [
            str(Path(sys.executable).with_name("ray")),
            "start",
            "--head",
            "--block",  # all its processes end with this one
            "--node-ip-address=127.0.0.1",
            f"--port={port}",
            f"--num-cpus={cores}",
            f"--temp-dir={folder}",
            "--object-store-memory=100000000",
            "--include-dashboard=false",
            "--disable-usage-stats",
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            assert process.stdout is not None
            try:
                told = ""
                for line in process.stdout:
                    told += line
                    if "Ray runtime started" in line:
                        break
                else:
                    raise AssertionError(told)
                yield f"127.0.0.1:{port}"
            finally:
                process.terminate()
