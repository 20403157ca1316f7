"""Why an offer was shown: kept on this machine when it is shown, so that it can be asked for later.

The newest reason of each offer stays, of the newest few hundred offers; a file that is damaged counts as empty, for all
of it can be computed again while the offer runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pod_agent.offers.match import OfferMatch
from pod_agent.storage import write_private

__all__ = ["Reasons"]

FILE: Final = "reasons.json"
MAX_KEPT: Final = 300
MAX_EVIDENCE: Final = 200


class Reasons:
    """The reasons kept in ``folder``; record IRIs are kept as they are given."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def keep(self, matches: Iterable[OfferMatch], at: datetime) -> None:
        """Keep why these offers are shown; nothing is written where all of it was kept before."""
        kept = self._kept()
        before = {name: {**entry, "at": ""} for name, entry in kept.items()}
        now = at.isoformat(timespec="seconds")
        changed = False
        for match in matches:
            entry = {
                **match.explained(),
                "categories": list(match.offer.categories),
                "evidence": list(match.evidence[-MAX_EVIDENCE:]),
                "first": kept.get(match.offer.iri, {}).get("first", now),
                "at": "",
            }
            if before.get(match.offer.iri) != json.loads(json.dumps(entry)):
                kept[match.offer.iri] = {**entry, "at": now}
                changed = True
        if changed:
            newest = sorted(kept.items(), key=lambda pair: (pair[1]["at"], pair[0]), reverse=True)[:MAX_KEPT]
            write_private(self._path, json.dumps(dict(newest)).encode())

    def of(self, offer: str) -> dict[str, Any] | None:
        """Why this offer was last shown, and when; None where it never was."""
        return self._kept().get(offer)

    def shown(self) -> list[dict[str, Any]]:
        """Every reason that is kept: ``first`` is when its offer was first shown, ``at`` when this reason was."""
        return list(self._kept().values())

    def _kept(self) -> dict[str, dict[str, Any]]:
        try:
            kept = json.loads(self._path.read_bytes())
        except (OSError, ValueError):
            return {}
        if not isinstance(kept, dict):
            return {}
        return {
            name: entry for name, entry in kept.items() if isinstance(entry, dict) and {"at", "first"} <= entry.keys()
        }
