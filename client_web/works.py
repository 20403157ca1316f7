"""Work that takes longer than a page may: one at a time, in a thread, with progress to look at."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from client_web.errors import FaultError
from vocab.errors import ProjectError

__all__ = ["Work", "Works"]

LOGGER = logging.getLogger(__name__)


@dataclass(slots=True)
class Work:
    """One piece of work: its kind, how it is called on the page, and the address to go on at when it is done.

    ``step`` is what is being done, ``done`` of ``total`` (0: nobody knows). Once it ``is_over`` there is a ``result``
    or a ``problem``.
    """

    kind: str
    title: str
    then: str
    step: str = "Starting"
    done: int = 0
    total: int = 0
    is_over: bool = False
    result: Any = None
    problem: ProjectError | None = None
    ended: datetime | None = None
    finished: threading.Event = field(default_factory=threading.Event, repr=False)

    def tell(self, step: str, done: int = 0, total: int = 0) -> None:
        """Note how far it is."""
        self.step, self.done, self.total = step, done, total


class Works:
    """The work of one server. ``last`` holds the newest of each kind, for the pages that tell what it did."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.current: Work | None = None
        self.last: dict[str, Work] = {}

    def start(self, work: Work, run: Callable[[Work], Any]) -> bool:
        """Begin; False, and nothing is begun, while other work runs: so a second click does nothing."""
        with self._lock:
            if self.is_running:
                return False
            self.current = self.last[work.kind] = work
        threading.Thread(target=self._run, args=(work, run), daemon=True).start()
        return True

    @property
    def is_running(self) -> bool:
        """Whether something is being done now."""
        return self.current is not None and not self.current.is_over

    def _run(self, work: Work, run: Callable[[Work], Any]) -> None:
        try:
            work.result = run(work)
        except ProjectError as error:
            work.problem = error
        except Exception as error:  # noqa: BLE001 (nobody above would see it); the message may hold what records say
            last = traceback.extract_tb(error.__traceback__)[-1]
            LOGGER.error("%s in %s, line %s, while working", type(error).__name__, last.name, last.lineno)  # noqa: TRY400
            work.problem = FaultError("something went wrong here")
        finally:
            work.ended = datetime.now(UTC)
            work.is_over = True
            work.finished.set()
