"""Where this home's training server is, for the leader that tells nodes and the command that starts rounds."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from aggregator.errors import TrainingServerAwayError
from aggregator.superlink import Control
from vocab.membership import Welcome

__all__ = ["FILE", "RunningServer", "running_server"]

FILE = "superlink.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningServer:
    """What other processes of the operator must know of a training server; ``pid`` is who runs it."""

    address: str
    authority: str
    control: str
    secret: str
    pid: int

    def welcome(self) -> Welcome:
        """What a node is told."""
        return Welcome(address=self.address, authority=self.authority)

    def orders(self) -> Control:
        """Where a round is started."""
        return Control(self.control, self.secret)


def running_server(home: Path) -> RunningServer:
    """The training server of this home; TrainingServerAwayError where none runs."""
    try:
        found = RunningServer(**json.loads((home / FILE).read_text(encoding="utf-8")))
        os.kill(found.pid, 0)
    except (OSError, ValueError, TypeError) as error:
        raise TrainingServerAwayError("no training server runs here") from error
    return found
