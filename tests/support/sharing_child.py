"""A process that gives a share on a real server and kills itself with the n-th request that it sends.

``python -m tests.support.sharing_child HOME RECIPIENT N``: the request N arrives, and then the process is gone.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from pod_agent.agent import Agent
from pod_agent.pods.session import Session
from pod_agent.pods.solid import SolidPod

__all__ = ["main"]


def main(home: Path, recipient: str, number: int) -> None:
    """Give the share and die at request ``number``; 0 lets it live and prints how many requests there were."""
    with Agent.open(home) as agent:
        assert isinstance(agent.pod, SolidPod)
        shares = agent.shares
        draft = shares.draft(recipient, ["spending"], "a look at it", months=120)
        sent = _count_down(agent.pod.session, number)
        shares.give(draft)
        print(len(sent))  # noqa: T201


def _count_down(session: Session, number: int) -> list[str]:
    sent: list[str] = []
    send = session.send

    def counted(
        method: str, address: str, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> httpx.Response:
        answer = send(method, address, headers, content)
        if method in {"PUT", "POST", "DELETE"}:
            sent.append(method)
            if len(sent) == number:
                os.kill(os.getpid(), signal.SIGKILL)
        return answer

    session.send = counted  # type: ignore[method-assign]
    return sent


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
