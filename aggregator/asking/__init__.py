"""Questions in words over what was released: text, a closed plan, and figures that stand in a release.

``reading`` takes the question apart and ``planner`` makes a ``Plan`` of it, or says why not; ``executor`` reads the
figures off releases. Nothing here sees a report or a person: ``Holdings`` has releases, models and public terms alone.
"""

from __future__ import annotations

from aggregator.asking.answer import Answer, Figure, Source
from aggregator.asking.asking import ask, examples
from aggregator.asking.holdings import Holdings

__all__ = ["Answer", "Figure", "Holdings", "Source", "ask", "examples"]
