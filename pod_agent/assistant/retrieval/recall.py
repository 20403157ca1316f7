"""Questions that ask to be reminded of something: where no figure answers them, what search finds is suggested.

A suggestion is never an answer: the status stays what it was, and nothing of it is counted or added up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pod_agent.assistant.offering import NO_CATALOGUE
from vocab.answer import Answer

if TYPE_CHECKING:
    from pod_agent.assistant.retrieval.search import Hit

__all__ = ["is_recall", "with_found"]

_THING: Final = (
    r"(?:videos?|clips?|songs?|tracks?|tunes?|artists?|bands?|singers?|albums?|podcasts?|episodes?|channels?|shops?"
    r"|stores?|places?|restaurants?|caf[eé]s?|stalls?|bakery|clinic|products?|brands?|things?|items?|offers?|deals?|notes?"
    r"|reviews?|comments?|guy|one|spot|joint)"
)
_RECALL: Final = re.compile(
    rf"\b(?:which|what)\s+(?:\w+\s+){{0,2}}{_THING}\b"
    rf"|\bwhat\s+(?:was|is|were|s)\s+(?:the\s+name\s+of\s+)?(?:that|the)\b"
    rf"|\bwhats?\s+(?:that|the\s+name)\b|\bname\s+of\b|\bcalled\b|\bremember\b|\bremind\b"
    rf"|\b(?:find|look\s+for|search)\b|\bthat\s+(?:\w+\s+){{0,3}}{_THING}\b"
    rf"|\bsomething\s+(?:about|with|like)\b|\babout\s+\w+",
    re.IGNORECASE,
)


def is_recall(question: str) -> bool:
    """Whether a question asks for a thing by what it was about, rather than for a figure."""
    return _RECALL.search(question.replace("'", "")) is not None


def with_found(answer: Answer, question: str, find: Callable[[], list[Hit]]) -> Answer:
    """The answer with what search finds as suggestions, where it has none of its own and is asked to remember.

    They stand in ``query["found"]`` like hits of ``pod-agent search``, and in a sentence after the text.
    """
    if answer.status == "answered" or answer.text == NO_CATALOGUE or not is_recall(question):
        return answer
    hits = find()
    if not hits:
        return answer
    named = ", ".join(f"{hit.title} ({hit.kind})" for hit in hits)
    found = [hit.to_json() for hit in hits]
    text = f"{answer.text} Search finds, though it may be something else: {named}."
    return replace(answer, text=text, query={**answer.query, "found": found})
