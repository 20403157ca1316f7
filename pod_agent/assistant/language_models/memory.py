"""Memory that a model needs and that this machine has free."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from pod_agent.assistant.language_models.gguf import Header

__all__ = ["CONTEXT", "context_of", "free_bytes", "needed_bytes"]

CONTEXT: Final = 4096
"""Pieces of words that are in view: a planner's examples and its answer fill half of it."""
OVERHEAD: Final = 160 << 20
"""Of the library itself, its buffers and the process."""
KEPT: Final = 0.05
"""Part of the free memory that is left alone."""


def context_of(header: Header) -> int:
    """As many pieces of words as are in view: ``CONTEXT``, or fewer where the model was made for fewer."""
    return min(CONTEXT, header.context)


def needed_bytes(header: Header, file_bytes: int) -> int:
    """What a process with this model takes: the weights, what was said, the next word's scores, and the library."""
    scores = 4 * header.vocabulary * 128
    return file_bytes + header.cache_bytes(context_of(header)) + scores + OVERHEAD


def free_bytes() -> int | None:
    """What a new process could take now, within the limit of this one's control group; None where nobody says."""
    free = _meminfo()
    limits = [value for value in (free, _group_left()) if value is not None]
    return int(min(limits) * (1 - KEPT)) if limits else None


def _meminfo() -> int | None:
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    with suppress(OSError, ValueError):  # macOS and others: what is there, whoever uses it
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return None


def _group_left() -> int | None:
    """Linux control groups, version 2."""
    folder = Path("/sys/fs/cgroup")
    with suppress(OSError, ValueError):
        limit = int((folder / "memory.max").read_text(encoding="ascii"))
        return max(0, limit - int((folder / "memory.current").read_text(encoding="ascii")))
    return None
