"""Chance that this agent alone knows: functions of its secret and of what they are for.

The same study gives the same draw, so the preview shows exactly what is sent and asking again changes nothing; nobody
else can tell or steer it. HMAC-SHA-256 gives 256 uniform bits, so the chance of every outcome is right to 2**-190.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from vocab.study import Study

__all__ = ["RETRY", "Moment", "drawn_below", "moment_after", "moment_of", "picked"]

Moment = Callable[[Study, bytes], datetime]
"""When a report to a study is sent, given the agent's secret."""
RETRY = timedelta(hours=24)
"""The end of a study that no moment falls in, for another try; a tenth of the study where that is less."""


def drawn_below(limit: int, secret: bytes, study: Study) -> int:
    """A uniform whole number from 0 to ``limit - 1``, far below 2**64."""
    return _bits(secret, b"pod-agent draw", study, b"") * limit >> 256


def picked(names: Iterable[str], count: int, secret: bytes, study: Study) -> frozenset[str]:
    """``count`` of the names, or all if there are no more; every choice of so many is as likely."""
    ranked = sorted(names, key=lambda name: _bits(secret, b"pod-agent item", study, name.encode()))
    return frozenset(ranked[:count])


def moment_of(study: Study, secret: bytes) -> datetime:
    """When this agent sends: uniform over the study's window in whole seconds, but for its end.

    So the time of an upload tells nothing of when a person allowed the study or looked at it, and servers are not
    asked by everyone at once.
    """
    window = study.closes - study.opens
    seconds = int((window - min(RETRY, window / 10)).total_seconds())
    return study.opens + timedelta(seconds=_bits(secret, b"pod-agent moment", study, b"") * max(1, seconds) >> 256)


def moment_after(given: datetime, study: Study, secret: bytes, moment: Moment = moment_of) -> datetime:
    """When this agent sends what was allowed at ``given``: the study's moment, or another in what is left of it.

    Sent at once, a report that was allowed after its moment would tell when that was, and the pod's operator knows who
    asked for a token just then.
    """
    due = moment(study, secret)
    return moment(replace(study, opens=given), secret) if due < given < study.closes else due


def _bits(secret: bytes, purpose: bytes, study: Study, what: bytes) -> int:
    return int.from_bytes(hmac.digest(secret, purpose + study.task_id + what, hashlib.sha256), "big")
