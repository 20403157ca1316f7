"""What is sent instead of records, and the words that show it to the person first.

What each statistic is computed from, drawn by and told as lies in ``measuring``; what every study has in common is said
here. The preview shows exactly what is sent, and asking again changes nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from consent.budget import Limits
from consent.proof import digest
from consent.purposes import DATA, PURPOSES
from pod_agent.federation.checking import cost
from pod_agent.federation.measuring.computing import Answer
from pod_agent.federation.measuring.words import told
from vocab.privacy import DELTA, epsilon
from vocab.study import Study
from vocab.vdaf.encoding import report_bytes
from vocab.wording import time_text

__all__ = ["Preview", "preview"]

MAX_TELLING = 10.0
"""Above this epsilon the preview no longer gives a ratio of chances, which would be above 20,000."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly what would leave for one study, and what it means; ``answer`` is what the report says.

    ``answer`` is one number (of a cell counted from 0, the last one "none of these"), or one 0 or 1 for each item (of
    centred pairs: one whole number); None in a training round. ``label`` has the labels of the person's cell, or the
    names of the items told. ``numbers`` counts what is summed. ``epsilon`` is at delta 1e-6, infinite where the study
    adds no noise.
    """

    lines: tuple[str, ...]
    answer: Answer | None
    label: tuple[str, ...]
    numbers: int
    size: int
    micro_rho: int
    epsilon: float

    @property
    def digest(self) -> str:
        """Digest of the text: what a grant keeps of what was shown, and how a later yes names what it is a yes to."""
        return digest("\n".join(self.lines).encode())

    def to_json(self) -> dict[str, Any]:
        """The preview as plain values; an infinite epsilon is None."""
        return {
            "lines": list(self.lines),
            "notice": self.digest,
            "answer": list(self.answer) if isinstance(self.answer, tuple) else self.answer,
            "label": list(self.label),
            "numbers": self.numbers,
            "bytes": self.size,
            "micro_rho": self.micro_rho,
            "epsilon": round(self.epsilon, 4) if math.isfinite(self.epsilon) else None,
        }


def preview(study: Study, answer: Answer | None, limits: Limits) -> Preview:
    """What would leave for this study, in plain words and exact numbers; ``limits`` are the person's.

    ``answer`` is what ``measuring.computing.measure`` gave: None for a training round.
    """
    said = told(study.statistic, answer)
    size, charge = report_bytes(study), cost(study, limits)
    loss = epsilon(charge) if study.noise.variance else math.inf
    kinds = ", ".join(DATA[term].title for term in study.data)
    parts = f"one for {study.controller}, one sealed for {study.helper}"
    lines = (
        f"Asked by {study.controller}, to {PURPOSES[study.purpose].sentence}. Uses {kinds}.",
        *said.lines,
        f"These numbers leave as two parts that look random: {parts}. Only together could they read yours.",
        f"They may publish only the sum over at least {study.min_batch} people{_noise(study)}.",
        _meaning(loss),
        f"{size:,} bytes leave, the same for everyone who takes part, whatever their records say.",
        *(() if answer is None else ("Your agent sends its answer at a time that it picks by chance.",)),
        f"You can answer until {time_text(study.closes)} UTC and withdraw at any time; what is published stays.",
    )
    return Preview(lines, answer, said.label, study.statistic.length, size, charge, loss)


def _noise(study: Study) -> str:
    if study.noise.variance == 0:
        return ", without noise"
    return f", with noise added to every number (standard deviation {math.sqrt(2 * study.noise.variance):,.1f})"


def _meaning(loss: float) -> str:
    if math.isinf(loss):
        return "Nothing bounds what the sum can tell about one person: this study is for made-up people."
    if loss > MAX_TELLING:
        return f"Epsilon {loss:,.0f}: the noise is too small to hide anything about you."
    return (
        f"Epsilon {loss:.2f}: whatever anyone concludes about you from the result is at most {math.exp(loss):.2f} times"
        f" as likely as if you had not taken part, but for a chance of one in {1 / DELTA:,.0f}."
    )
