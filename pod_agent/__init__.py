"""The person's agent: exports in, a Solid pod filled, and what can be computed from it on this machine.

What programs may rely on is what ``__all__`` lists.
"""

from pod_agent.agent import Agent

__all__ = ["Agent"]
