"""Rejected rows as they stood in their files: on this machine only, never in the pod and never in a report.

They hold what the person must see to mend a file and nobody else may: one JSON object a line in
``<home>/ingest/rejected/<import>.jsonl``. What no record may hold is taken out of them as well: card numbers but for
their last four digits, and network addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec

from pod_agent.importers.numbers import mask_numbers
from pod_agent.importers.protocol import MAX_RAW
from pod_agent.ingest.privacy import mask_addresses
from pod_agent.ingest.tally import FileTally
from pod_agent.storage import remove_private, write_private

__all__ = ["forget_rejected", "read_rejected", "write_rejected"]

_ID: Final = re.compile(r"[0-9tz]+-[0-9a-f]{4}")
_CUT_NUMBER: Final = re.compile(r"\d(?:[ -]?\d){7,}$")
"""Digits at the end of a text that was cut there: perhaps most of a card's number."""


def write_rejected(folder: Path, import_id: str | None, tallies: Iterable[FileTally]) -> None:
    """Keep the rejected rows of an import; nothing where it wrote nothing or rejected none."""
    lines = [
        msgspec.json.encode(
            {
                "file": tally.file,
                "member": tally.member,
                "line": issue.line,
                "column": issue.column,
                "code": issue.code,
                "detail": issue.detail,
                "raw": _without_private(issue.raw),
            }
        )
        for tally in tallies
        for issue in tally.issues
    ]
    if import_id is not None and lines:
        write_private(_path(folder, import_id), b"\n".join(lines) + b"\n")


def read_rejected(folder: Path, import_id: str) -> list[dict[str, Any]]:
    """The rejected rows of an import, none where none are kept on this machine."""
    try:
        content = _path(folder, import_id).read_bytes() if _ID.fullmatch(import_id) else b""
    except FileNotFoundError:
        return []
    return [msgspec.json.decode(line) for line in content.splitlines()]


def forget_rejected(folder: Path, import_id: str) -> None:
    """Remove the rejected rows of an import."""
    if _ID.fullmatch(import_id):
        remove_private(_path(folder, import_id))


def _without_private(raw: str | None) -> str | None:
    if raw is None:
        return None
    text = mask_addresses(mask_numbers(raw)[0])[0]
    return _CUT_NUMBER.sub("...", text) if len(raw) >= MAX_RAW else text


def _path(folder: Path, import_id: str) -> Path:
    return folder / "rejected" / f"{import_id}.jsonl"
