"""What a node and whoever answers for a person have in common; needs neither Flower nor a pod."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vocab.training import RoundInstructions

__all__ = ["Answer", "Answered"]


@dataclass(frozen=True, slots=True)
class Answered:
    """A report was uploaded: its id, and the check to make once more before the reply (it raises ConsentError)."""

    report_id: bytes
    check: Callable[[], None]


Answer = Callable[[RoundInstructions], Answered]
"""Uploads a report for the instructions, or raises: ConsentError if it may not, another ProjectError if it cannot."""
