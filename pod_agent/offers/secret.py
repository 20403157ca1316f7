"""The secret of this device: which arm of a test it sees, and when in the night it fetches. Nobody else ever sees it.

It is drawn at random and has nothing to do with the person: another device of the same person draws another one.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from pod_agent.storage import write_private
from vocab.offers import Offer

__all__ = ["arms_seen", "device_secret", "due_since"]

SECRET_BYTES: Final = 32
FIRST_HOUR: Final = time(18, tzinfo=UTC)
SPREAD: Final = timedelta(hours=6)


def device_secret(folder: Path) -> bytes:
    """The secret that lies in ``folder``, drawn when first needed."""
    path = folder / "device"
    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        secret = b""
    if len(secret) != SECRET_BYTES:
        secret = secrets.token_bytes(SECRET_BYTES)
        write_private(path, secret)
    return secret


def due_since(now: datetime, secret: bytes) -> datetime:
    """The latest moment up to ``now`` at which every agent wants a new edition: daily, spread over six hours.

    From 18:00 UTC on, later by a keyed hash of the day: the servers are not asked by all at once, and the moment says
    nothing about the person.
    """
    moments = (_moment(now.astimezone(UTC).date() - timedelta(days=back), secret) for back in range(3))
    return next(moment for moment in moments if moment <= now)


def arms_seen(offers: Iterable[Offer], secret: bytes) -> list[Offer]:
    """The offers without the arms of tests that this device does not see.

    The arm is a keyed hash of the test's name in its catalogue: the same every day, and each as likely as the others.
    """
    tests = defaultdict[str, list[Offer]](list)
    seen = []
    for offer in offers:
        if offer.test is None:
            seen.append(offer)
        else:
            tests[f"{offer.iri.partition('#')[0]}#{offer.test}"].append(offer)
    for test, arms in tests.items():
        ordered = sorted(arms, key=lambda arm: arm.arm or "")
        seen.append(ordered[_below(len(ordered), secret, f"arm {test}")])
    return seen


def _moment(day: date, secret: bytes) -> datetime:
    seconds = _below(int(SPREAD.total_seconds()), secret, f"fetch {day.isoformat()}")
    return datetime.combine(day, FIRST_HOUR) + timedelta(seconds=seconds)


def _below(limit: int, secret: bytes, what: str) -> int:
    """A whole number below ``limit`` that the secret and the words decide; 256 bits make every one as likely."""
    return int.from_bytes(hmac.digest(secret, f"pod-agent offers {what}".encode(), hashlib.sha256)) * limit >> 256
