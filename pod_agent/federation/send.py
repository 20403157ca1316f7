"""The door: ``send`` is the only function that brings something about the person to a leader, and it takes a permit."""

from __future__ import annotations

import time

import httpx

from consent.gate import Permit
from pod_agent.errors import ServerRefusedError, ServerUnreachableError
from pod_agent.federation.report import SealedReport

__all__ = ["PAUSE_SECONDS", "open_client", "send", "withdraw_report"]

ATTEMPTS = 4
PAUSE_SECONDS = 0.5
WITHDRAW_SECONDS = 3.0


def open_client() -> httpx.Client:
    """A client whose requests are the same for every agent: no cookies, no proxy from the environment, no redirects."""
    return httpx.Client(
        headers={"User-Agent": "pod-agent", "Accept-Encoding": "identity"},
        timeout=httpx.Timeout(30.0, connect=10.0),
        follow_redirects=False,
        trust_env=False,
    )


def send(report: SealedReport, permit: Permit, *, client: httpx.Client, pause: float = PAUSE_SECONDS) -> None:
    """PUT the report to its leader; when this returns, the leader has it.

    The same PUT may be repeated: the leader keeps one copy. The permit is checked before every attempt and between
    the pieces of the body. Raises a ConsentError the moment it does not hold, ServerRefusedError where the leader does
    not take the report, ServerUnreachableError where it does not answer after all attempts.
    """
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(pause * 2 ** (attempt - 1))
        try:
            answer = _put(report, permit, client)
        except httpx.TransportError:
            continue
        if answer.status_code in {200, 201, 204}:
            return
        if answer.status_code < 500 and answer.status_code != 429:
            raise ServerRefusedError(
                f"the leader refused the report (HTTP {answer.status_code})", hint="The study may be over."
            )
    raise ServerUnreachableError("the leader does not answer", hint="The same report is sent again at the next try.")


def withdraw_report(report: SealedReport, *, client: httpx.Client) -> bool:
    """Take back a report that was not summed yet, by showing its secret to both servers.

    True where a server confirms; one suffices. False where both are away or the sum is made: it may hold the report.
    """
    confirmed = False
    for address in report.withdraw_at:
        try:
            answer = client.request("DELETE", address, content=report.secret, timeout=WITHDRAW_SECONDS)
        except httpx.TransportError:
            continue
        confirmed = confirmed or answer.status_code in {200, 202, 204}
    return confirmed


def _put(report: SealedReport, permit: Permit, client: httpx.Client) -> httpx.Response:
    with permit.sending(report.address, report.body) as pieces:
        return client.put(
            report.address,
            content=pieces,
            headers={"Content-Type": "application/octet-stream", "Content-Length": str(len(report.body))},
        )
