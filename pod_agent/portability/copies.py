"""Which other copies of the pod this home knows of: ``copies.json``.

A copy is *copying* while a move fills it, and *left* where a move came from and nothing was removed. Only what is noted
here is ever written over or removed as an old copy.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

from pod_agent.errors import LocalStateError
from pod_agent.storage import remove_private, write_private

__all__ = ["FILE", "Copy", "forget_copy", "note_copy", "read_copies"]

FILE: Final = "copies.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy of the pod: where, whose login opens it (empty for this machine), and how it stands.

    ``fingerprint`` is that of what was left there, empty while it is being filled.
    """

    root: str
    webid: str
    state: Literal["copying", "left"]
    fingerprint: str = ""


def read_copies(home: Path) -> list[Copy]:
    """All copies that are noted; LocalStateError where the note cannot be read."""
    path = home / FILE
    try:
        return [Copy(**each) for each in json.loads(path.read_bytes())]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError) as error:
        raise LocalStateError(f"{path} cannot be read", hint="Restore it from a backup, or remove it.") from error


def note_copy(home: Path, copy: Copy) -> None:
    """Note a copy in place of what was noted of the same address."""
    _write(home, [*(each for each in read_copies(home) if each.root != copy.root), copy])


def forget_copy(home: Path, root: str) -> None:
    """Forget a copy that is no more."""
    _write(home, [each for each in read_copies(home) if each.root != root])


def _write(home: Path, copies: list[Copy]) -> None:
    if copies:
        write_private(home / FILE, json.dumps([asdict(each) for each in copies], indent=1).encode())
    else:
        remove_private(home / FILE)
