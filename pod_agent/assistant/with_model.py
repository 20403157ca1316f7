"""with_model: the planner that all readers make, and beyond them a language model where the person chose one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Final, Protocol

from pod_agent.assistant.agreement import is_open, same
from pod_agent.assistant.classifier.reader import Candidate
from pod_agent.assistant.classifier.slots import READ_AS
from pod_agent.assistant.guard import unused
from pod_agent.assistant.language_models.llm_planner import LanguageModelReader, ModelPlanner
from pod_agent.assistant.language_models.model import LanguageModel
from pod_agent.assistant.plan import Plan, Planner, Refusal
from pod_agent.assistant.rules.lexicon import Lexicon
from pod_agent.assistant.rules.reading import plain, read
from pod_agent.assistant.sketch import Sketch, SketchError

__all__ = ["AGREE_AT", "Second", "is_foreign", "with_model"]

AGREE_AT: Final = 0.30
"""Share from which on the second reader's likeliest meaning counts."""


LATIN: Final = 0x2AF
"""The last letter of Latin scripts in Unicode."""
FOREIGN: Final = frozenset(
    # Malay and Indonesian, German, French, Spanish, Portuguese, Italian; none is a word of English or of Singlish
    "berapa saya yang bulan tahun lepas lalu dari untuk paling pada adakah bila bilakah semalam hari ialah kali kedai"
    " ich wie viel habe mein meine meinen meinem der und f\u00fcr pro letzten wann welche welchen soll nicht ist gibt"
    " combien je ai mes mon chez les du des quel quelle dernier derni\u00e8re avec pour dans est tous sont mois"
    " cu\u00e1nto cu\u00e1nta cu\u00e1ntos cu\u00e1ntas cuanto mi mis los las por qu\u00e9 gast\u00e9"
    " pagu\u00e9 en \u00faltimo este esta mes"
    " quanto quanti gastei meu minha meus ho speso nel della mese anno".split()
)
"""Words that questions in other languages are made of."""


class Second(Protocol):
    """A reader of another kind, such as the classifier."""

    def candidates(self, question: str, today: date) -> Sequence[Candidate]:
        """What the question may mean, the likeliest first."""


def with_model(
    planner: Planner, rules: Planner, lexicon: Lexicon, second: Second | None, model: LanguageModel | None
) -> Planner:
    """``planner``, and where it has no reading ``model``; without a model ``planner`` itself.

    ``rules`` plans canonical questions. What the model reads is answered only where the guard lets it pass and the
    likeliest meaning of ``second`` comes to the same plan.
    """
    if model is None:
        return planner

    def agrees(question: str, sketch: Sketch, plan: Plan, today: date) -> bool:
        found = second.candidates(question, today) if second is not None else ()
        if not found or found[0].share < AGREE_AT or found[0].sketch is None:
            return False
        reading = read(plain(question), lexicon, today, READ_AS[sketch.topic])
        if reading.refusal is not None or unused(question, sketch, reading) is not None:
            return False
        try:
            other = rules.plan(found[0].sketch.question(), today)
        except SketchError:
            return False
        return isinstance(other, Plan) and same(other, plan)

    def open_to(question: str, refusal: Refusal) -> bool:
        return is_open(refusal) or is_foreign(question)

    return ModelPlanner(planner, rules, LanguageModelReader(model, lexicon), agrees=agrees, is_open=open_to)


def is_foreign(question: str) -> bool:
    """Whether a question is in another language, so that what the other readers say of its words means little."""
    words = re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", question).casefold())
    return sum(word in FOREIGN for word in words) >= 2 or any(ord(letter) > LATIN for word in words for letter in word)
