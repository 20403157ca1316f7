"""Signatures checked by other people's code: Digital Bazaar's cryptosuites for Node, from ``oracle/package-lock.json``.

BSD-3-Clause: installed for tests alone, never shipped. Nothing is fetched while it checks.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import RdfFormat, parse, serialize

from pod_agent.pods.hosting.installing import find_node

__all__ = ["in_json", "in_rdf", "verified"]

LOCK = Path(__file__).parent / "oracle"
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "oracle"
_NPM = ("ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")


@functools.cache
def _installed() -> tuple[tuple[str, ...], Path]:
    """Node, and the installed oracle in a folder of the repository that git ignores; npm runs once per clone."""
    node = find_node()
    if node is None:
        pytest.skip("node and npm are missing")
    digest = hashlib.sha256(b"".join((LOCK / name).read_bytes() for name in ("package-lock.json", "verify.mjs")))
    target = CACHE / digest.hexdigest()[:16]
    if not target.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="installing-", dir=CACHE, ignore_cleanup_errors=True) as aside:
            folder = Path(aside) / "oracle"
            shutil.copytree(LOCK, folder)
            subprocess.run([*node.npm, *_NPM], cwd=folder, check=True, stdin=subprocess.DEVNULL, timeout=600)
            with contextlib.suppress(FileExistsError):
                folder.rename(target)
    return node.node, target


def in_rdf(content: bytes) -> dict[str, Any]:
    """A signed Turtle document as the oracle reads it."""
    triples = [quad.triple for quad in parse(content, format=RdfFormat.TURTLE)]
    return {"nquads": (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode()}


def in_json(document: dict[str, Any], proof: str) -> dict[str, Any]:
    """A signed JSON document as the oracle reads it."""
    return {"json": {**document, "proof": json.loads(proof)}}


def verified(documents: Sequence[dict[str, Any]]) -> list[bool]:
    """What the oracle says of each document's signature."""
    node, folder = _installed()
    done = subprocess.run(
        [*node, "verify.mjs"], cwd=folder, input=json.dumps(documents), capture_output=True, text=True, check=True
    )
    return [verdict["verified"] for verdict in json.loads(done.stdout)]
