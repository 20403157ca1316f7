"""The person's agent: exports in, a Solid pod filled, and what can be computed from it on this machine.

What programs may rely on is what ``__all__`` lists. It is loaded when it is first used, so that ``pod-agent --help``
loads no more than it shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pod_agent.agent import Agent
    from pod_agent.home import Home

__all__ = ["Agent", "Home"]


def __getattr__(name: str) -> object:
    if name == "Agent":
        from pod_agent.agent import Agent

        return Agent
    if name == "Home":
        from pod_agent.home import Home

        return Home
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
