"""Parts: the fields of a sketch, as canonical questions are worded from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pod_agent.assistant.plan import Operation

__all__ = ["Parts", "Topic"]

Topic = Literal["money", "music", "video", "health", "shops", "subscriptions", "budget", "offers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a question means.

    ``sign`` belongs to comparisons: ``more`` asks how much more the first named is than the second, ``less`` how much
    less, none is the second minus the first, of two periods the later minus the earlier. ``show`` is what is asked of
    the one row of an extreme, ``per`` what an average or a series goes by. ``low`` asks for the smallest, of an
    occasion for the first. ``periods`` are such as "last month", ``limits`` such as "over $100", ``days`` such as
    "weekends" or "Mondays". In a share ``names`` are the part, ``categories`` the part too, or the whole beside names.
    Of shops ``names`` are shops and ``categories`` products or sections.
    """

    topic: Topic
    operation: Operation
    measure: str
    group: str = ""
    top: int | None = None
    low: bool = False
    sign: Literal["", "more", "less"] = ""
    show: Literal["amount", "merchant", "date"] = "amount"
    per: str = ""
    names: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
