"""All benchmarks, one after the other: ``python -m bench``."""

from __future__ import annotations

import subprocess
import sys

NAMES = ("startup", "imports", "interchange", "queries", "door", "pods", "audit")

if __name__ == "__main__":
    for name in NAMES:
        print(f"\nbench.{name}", flush=True)
        subprocess.run([sys.executable, "-m", f"bench.{name}"], check=True)
