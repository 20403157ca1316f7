"""Taking part in training rounds as the person sees it: in, out, and how it stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from consent.purposes import FEDERATED_TRAINING
from pod_agent.errors import MissingExtraError, NotInitialisedError
from pod_agent.federation.consents import Consents
from pod_agent.federation.membership import in_force
from pod_agent.federation.node_file import NodeFile, leave
from pod_agent.federation.send import open_client

if TYPE_CHECKING:
    from pod_agent.federation.joining import Joined
    from pod_agent.federation.training import Lessons

__all__ = ["Training"]

MOST_BYTES = 1 << 20
"""Of one answer of the business or the identity provider."""


class Training:
    """One person's part in training.

    ``login`` is the login of the person's pod, None where they have none. ``lessons`` gives what a model learns
    from. ``client`` replaces the network in tests.
    """

    def __init__(
        self,
        *,
        home: Path,
        consents: Consents,
        login: Callable[[], httpx.Auth | None],
        lessons: Lessons,
        client: httpx.Client | None = None,
    ) -> None:
        self._kept = NodeFile(home)
        self._consents = consents
        self._login = login
        self._lessons = lessons
        self._client = client

    def join(self, *, superlink: str = "", seconds: float | None = None) -> Joined:
        """Take part until told to stop, or for so many seconds (see ``joining.join_business``).

        With ``superlink`` (``host:port``), at a server that lets anybody in, such as a demonstration's. MissingExtra-
        Error without Flower, NotInitialisedError without a WebID whose login is kept here.
        """
        try:
            from pod_agent.federation.joining import join_business, join_rounds  # noqa: PLC0415 - Flower is optional
        except ImportError as error:
            hint = "Run: pip install 'pod-agent[federation]'"
            raise MissingExtraError("taking part in training rounds needs Flower", hint=hint) from error
        if superlink:
            return join_rounds(self._consents, superlink, self._lessons, seconds=seconds)
        auth = self._login()
        if auth is None:
            raise NotInitialisedError(
                "taking part in training needs a WebID with a login, so that a person takes part once",
                hint="Run: pod-agent pod link WEBID",
            )
        with self._client or open_client(most=MOST_BYTES) as client:
            return join_business(self._consents, self._kept, auth, self._lessons, client=client, seconds=seconds)

    def leave(self) -> bool:
        """Take this node out; grants stay as they are. False where the business could not be told, to try again."""
        with self._client or open_client(most=MOST_BYTES) as client:
            return leave(self._kept, client=client)

    def status(self) -> dict[str, Any]:
        """How it stands, as ``pod-agent federation status --json`` prints it; asks nobody but the pod."""
        held = self._kept.read()
        now = self._consents.gate.now()
        states = self._consents.gate.states().states
        allowed = [
            state.grant.identifier
            for state in states
            if state.grant.purpose == FEDERATED_TRAINING and state.status(now) == "given"
        ]
        entered = held is not None and bool(held.address)
        return {
            "state": ("joined" if entered else "joining") if held is not None else "not joined",
            "in_force": held is not None and in_force(self._consents, held.grant),
            "membership": None if held is None else held.to_json(),
            "grants": allowed,
        }
