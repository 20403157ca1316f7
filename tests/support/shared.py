"""Where the reference material lies that is not part of the repository."""

from pathlib import Path

import pytest

__all__ = ["shared"]


def shared(path: str) -> Path:
    """A file or folder of ``../shared``; the calling test is skipped where the folder is missing."""
    root = Path(__file__).resolve().parents[2].parent / "shared"
    if not root.is_dir():
        pytest.skip("../shared is missing")
    return root / path
