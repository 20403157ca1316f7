"""The person's pages, on loopback only; sees the agent through ``pod_agent.__all__``.

``security`` guards the door, ``views`` ask the agent and fill templates, ``charts`` draws SVG on this side.
"""
