"""Every file that the agent makes in its home, so that all of these are removed and no other."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from pod_agent.portability.folder import files_of
from pod_agent.portability.removing import Removed
from pod_agent.storage import remove_private

__all__ = ["FOR_REPEATING", "exports_in", "remove_exports", "remove_home", "what_stays"]

_SQLITE: Final = r"\.sqlite(?:-wal|-shm|-journal)?"
_FILES: Final = {
    "index": rf"index{_SQLITE}",
    "copy of the pod": rf"ingest/mirror{_SQLITE}",
    "journal": rf"ingest/(?:journal|lock){_SQLITE}",
    "rows of an import": r"ingest/staging-[^/]+",
    "rejected rows": r"ingest/rejected/[^/]+\.jsonl",
    "refused documents": r"ingest/refused/[^/]+",
    "offers": r"catalogue/(?:(?:catalogue|seen|reasons)\.json|device|failed)",
    "shared models": r"models/(?:shared\.json|failed)",
    "fine-tuned weights": r"models/tuned/(?:adapter_model\.safetensors|adapter_config\.json|report\.json)",
    "language models": r"models/language\.json",
    "vectors": r"vectors/.+",
    "store of search": r"search/.+",
    "lists that were shown": r"shown/\d{4}-\d{2}-\d{2}\.jsonl",
    "questions asked": r"asked/(?:questions\.json|off|lock)",
    "keys": r"keys/(?:signing|draws|making/lock)",
    "marks of withdrawals": r"consent/(?:head\.json|lock|withdrawn/[^/]+)",
    "reports of studies": r"outbox/[0-9a-f]+",
    "tokens of studies": r"tokens/(?:[0-9a-f]+|asking/lock)",
    "node of training": r"federation/node\.json",
    "notes of shares": r"sharing/(?:lock|(?:making|live)/[^/]+)",
    "logins": r"(?:moving/)?logins\.(?:json|sealed|key|lock)",
    "notes of moves": r"copies\.json|erasing\.json|moving/settings\.toml",
    "settings": r"settings\.toml",
    "unfinished writes": r"(?:[^/]+/)*\.tmp-[^/]+(?:/.+)?",
}
_PATTERNS: Final = {kind: re.compile(pattern) for kind, pattern in _FILES.items()}

FOR_REPEATING: Final = frozenset(
    {"keys", "marks of withdrawals", "reports of studies", "tokens of studies", "notes of shares", "logins"}
    | {"node of training", "notes of moves", "settings"}
)
"""Kinds of files without which a server cannot be told later what it could not be told now."""

_POD: Final = "pod"


def remove_home(home: Path, *, keep: Collection[str] = ()) -> Removed:
    """Remove the agent's own files from its home but those of the kinds to ``keep``, and folders that are empty then.

    Links are not followed and stay, like all that is not the agent's.
    """
    done = Removed(str(home))
    for path in list(_files(home)):
        kind = _kind(path.relative_to(home).as_posix())
        if kind is not None and kind not in keep and not path.is_symlink() and remove_private(path):
            done.removed[kind] += 1
    _remove_empty(home)
    return done


def exports_in(home: Path) -> list[Path]:
    """Folders right in the home that hold an export of the pod and nothing else, sorted."""
    there = sorted(home.iterdir()) if home.is_dir() else []
    folders = (each for each in there if each.is_dir() and not each.is_symlink())
    return [folder for folder in folders if files_of(folder) is not None]


def remove_exports(home: Path) -> Counter[str]:
    """Remove exports of the pod that lie in the home, if nothing was added to them; files by export."""
    removed: Counter[str] = Counter()
    for folder in exports_in(home):
        for path in list(_files(folder)):
            removed[folder.name] += remove_private(path)
        _remove_empty(folder)
    return removed


def what_stays(home: Path) -> tuple[list[str], list[str]]:
    """What is in the home now, as paths below it: files of the agent's, and all others with links of any kind."""
    ours, others = list[str](), list[str]()
    for path in _files(home):
        name = path.relative_to(home).as_posix()
        (others if path.is_symlink() or _kind(name) is None else ours).append(name)
    return ours, others


def _kind(path: str) -> str | None:
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.fullmatch(path)), None)


def _files(home: Path) -> Iterator[Path]:
    """Files and links below the home, of the pod's folder as well; links are not followed."""
    for parent, folders, files in os.walk(home):
        names = [*files, *(name for name in folders if Path(parent, name).is_symlink())]
        yield from (Path(parent, name) for name in sorted(names))


def _remove_empty(home: Path) -> None:
    for parent, _, _ in os.walk(home, topdown=False):
        path = Path(parent)
        if not path.is_symlink() and not any(path.iterdir()):
            path.rmdir()
