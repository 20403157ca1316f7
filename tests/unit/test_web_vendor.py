"""Files of others are exactly those that the manifest names."""

from __future__ import annotations

import base64
import hashlib
import tomllib
from pathlib import Path

import client_web

STATIC = Path(client_web.__file__).parent / "static"
VENDOR = STATIC / "vendor"
MANIFEST = tomllib.loads((VENDOR / "vendor.toml").read_text(encoding="utf-8"))["file"]


def test_every_vendored_file_has_the_hash_of_the_manifest() -> None:
    for entry in MANIFEST:
        assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"], entry["file"]


def test_no_file_lies_there_that_the_manifest_does_not_name() -> None:
    assert {path.name for path in VENDOR.iterdir()} == {"vendor.toml", "LICENSES.txt", *(e["file"] for e in MANIFEST)}


def test_every_entry_names_its_origin_and_its_licence_is_there() -> None:
    licences = (VENDOR / "LICENSES.txt").read_text(encoding="utf-8")
    for entry in MANIFEST:
        assert set(entry) == {"file", "package", "version", "path", "integrity", "sha256", "licence"}
        algorithm, _, digest = entry["integrity"].partition("-")
        assert (algorithm, len(base64.b64decode(digest))) == ("sha512", 64)
        assert entry["file"] in licences


def test_the_first_visit_is_small() -> None:
    total = sum(path.stat().st_size for path in STATIC.rglob("*") if path.suffix in {".js", ".css"})
    assert total < 150_000
