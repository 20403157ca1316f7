"""Wording by a language model: the template is the answer, and the model may only put it into another order of words.

It gets the template with a typed placeholder for every figure, name and period, and these are filled in after a check:
each placeholder once, no other figure, name, address or mark, no word whose meaning the template does not have, and
every word that the template's meaning rests on. Nothing is shown before the whole text passed. What fails is thrown
away, and the template stands. Only answers with one figure are reworded: in a comparison the order is the meaning.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import Any, Final

from pod_agent.assistant.language_models.model import LanguageModel, Message, whole
from pod_agent.assistant.language_models.store import ModelStore
from pod_agent.errors import AgentError
from vocab.answer import Answer
from vocab.errors import ProjectError

__all__ = ["Draft", "draft_of", "fault_of", "reworded", "told"]

log = logging.getLogger(__name__)

OPERATIONS: Final = frozenset({"value", "mean"})
LONGEST: Final = 400
"""Letters of a template; longer ones are lists."""
MAX_TOKENS: Final = 64
SECONDS: Final = 20.0
MOST_LETTERS: Final = 80
"""A text may be so much longer than its template."""

BASIS: Final = re.compile(r"(?s)(?P<said>[^.]*(?:\.\d[^.]*)*)(?P<rest>\..*)?")
_DAY: Final = r"\d{1,2} [A-Z][a-z]+ \d{4}"
_NUMBER: Final = r"-?[\d,]*\d(?:\.\d+)?"
_KINDS: Final = {
    "PERIOD": rf"from {_DAY} to {_DAY}|(?:on|until) {_DAY}",
    "AMOUNT": rf"SGD {_NUMBER}|{_NUMBER} ?(?:%|[a-z/]+)?$|{_NUMBER}(?: (?:%|minutes))?",
}
PLACE: Final = re.compile(r"\[(?:NAME|PERIOD|AMOUNT)_\d{1,2}\]")

FREE: Final = frozenset(
    "a an the and of in at on for to with during over you your yours was were is are have has had did that this it"
    " there comes came amounts amounted which made".split()
)
"""Words that may come and go: they carry no meaning of their own."""
ALIKE: Final = tuple(
    frozenset(group.split())
    for group in (
        "spending spent spend",
        "purchases purchase bought",
        "transactions transaction",
        "income earned",
        "salary",
        "withdrawn withdrew",
        "sent send",
        "received",
        "moved",
        "refunds refund refunded",
        "plays play played",
        "listening listened listen time",
        "videos video watched",
        "steps walked",
        "sleep slept",
        "orders order ordered placed",
        "average averaged",
        "per each every",
    )
)
"""Words that stand for one another: where the template has one of a group, a text must have one of it too."""

BINDING: Final = frozenset("over under without between and least most exactly".split())
ORDERED: Final = frozenset("less minus".split())
"""Words between two things that may not change places; a template with one of them is not reworded."""

TASK: Final = (
    "Put the line into one short, friendly English sentence that begins with You or Your. "
    "Keep every word in brackets exactly as it is. Add nothing and leave nothing out."
)
SHOTS: Final = (
    ("Spending at [NAME_1] [PERIOD_1]: [AMOUNT_1]", "You spent [AMOUNT_1] at [NAME_1] [PERIOD_1]."),
    ("Average sleep [PERIOD_1]: [AMOUNT_1]", "Your average sleep [PERIOD_1] was [AMOUNT_1]."),
    ("Purchases on [NAME_1] over [AMOUNT_1] [PERIOD_1]: [AMOUNT_2]",
     "You made [AMOUNT_2] purchases on [NAME_1] over [AMOUNT_1] [PERIOD_1]."),
    ("Plays of [NAME_1]: [AMOUNT_1]", "Your plays of [NAME_1] came to [AMOUNT_1]."),
    ("Spending without [NAME_1] [PERIOD_1]: [AMOUNT_1]", "You spent [AMOUNT_1] without [NAME_1] [PERIOD_1]."),
    ("Spending on [NAME_1] [PERIOD_1], average per month: [AMOUNT_1]",
     "Your average spending on [NAME_1] per month [PERIOD_1] was [AMOUNT_1]."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """A template without figures and names: ``text`` for the model, what stands for what, and the rest as it is."""

    text: str
    filled: Mapping[str, str]
    rest: str

    def fill(self, text: str) -> str:
        """The text with figures and names, and what follows the template's first sentence."""
        return PLACE.sub(lambda found: self.filled[found[0]], text + self.rest)


def told(answer: Answer, model: LanguageModel, *, seconds: float = SECONDS, stop: Event | None = None) -> str | None:
    """The answer's text in other words; None where the template is to be shown. Never an error."""
    draft = draft_of(answer)
    if draft is None:
        return None
    shots = [Message(role, text) for shot in SHOTS for role, text in zip(("user", "assistant"), shot, strict=True)]  # type: ignore[arg-type]
    asked = [Message("system", TASK), *shots, Message("user", draft.text)]
    try:
        text = whole(model, asked, max_tokens=MAX_TOKENS, seconds=seconds, stop=stop)
    except ProjectError as error:
        log.warning("the language model words nothing: %s", error.code)
        return None
    text = " ".join((text or "").split())
    return None if fault_of(text, draft) is not None else draft.fill(text.removesuffix("."))


def reworded(
    home: Path, answer: Answer, model: Callable[[], LanguageModel | None], stop: Event | None = None
) -> Answer:
    """The answer with its text in other words, where the person of this home wants that; else as it is."""
    try:
        if not ModelStore(home).words_answers:
            return answer
    except AgentError:
        return answer
    used = model()
    text = None if used is None else told(answer, used, stop=stop)
    return answer if text is None else replace(answer, text=text)


def draft_of(answer: Answer) -> Draft | None:
    """What the model would get for this answer; None where it is not to be reworded."""
    if answer.status != "answered" or answer.query.get("operation") not in OPERATIONS or len(answer.text) > LONGEST:
        return None
    if len(answer.query.get("steps", ())) != 1 or isinstance(answer.value, tuple):
        return None
    filled: dict[str, str] = {}
    names = sorted(set(_names(answer.query)), key=len, reverse=True)
    whole_text = _placed(answer.text, {"NAME": "|".join(rf"(?<!\w){re.escape(each)}(?!\w)" for each in names)}, filled)
    found = BASIS.fullmatch(whole_text)
    if found is None:
        return None
    text = _placed(found["said"], _KINDS, filled)
    bare = PLACE.sub("", text)
    figures = {place for place in filled if "AMOUNT" in place} - {place for _, place in _bound(text)}
    if not re.fullmatch(r"[A-Za-z ,:'-]*", bare) or ORDERED & _words(bare) or len(figures) != 1:
        return None
    return Draft(text, filled, found["rest"] or "")


def _placed(text: str, kinds: Mapping[str, str], filled: dict[str, str]) -> str:
    """The text with a placeholder for each match, noted in ``filled``."""

    def place(match: re.Match[str]) -> str:
        kind = str(match.lastgroup)
        number = 1 + sum(name.startswith(f"[{kind}_") for name in filled)
        filled[f"[{kind}_{number}]"] = match[0]
        return f"[{kind}_{number}]"

    pattern = "|".join(f"(?P<{kind}>{each})" for kind, each in kinds.items() if each)
    return re.sub(rf"\[(?:NAME|PERIOD|AMOUNT)_\d+\]|{pattern}", lambda m: place(m) if m.lastgroup else m[0], text)


def fault_of(text: str, draft: Draft) -> str | None:
    """Why a text may not be shown; None where it says what the template says and nothing else."""
    return _fault_of_form(text, draft) or _fault_of_words(text, draft)


def _fault_of_form(text: str, draft: Draft) -> str | None:
    places, bare = PLACE.findall(text), PLACE.sub("", text)
    if len(text) > len(draft.text) + MOST_LETTERS:
        return "too long"
    if sorted(places) != sorted(PLACE.findall(draft.text)):
        return "a figure or a name is missing, or there is one more"
    if not re.fullmatch(r"[A-Za-z ,:'-]*\.?", bare):
        return "it holds more than plain words"
    if _bound(text) != _bound(draft.text) or _in_order(places) != _in_order(PLACE.findall(draft.text)):
        return "a limit or a name stands elsewhere"
    return None


def _fault_of_words(text: str, draft: Draft) -> str | None:
    words, meant = _words(PLACE.sub(" ", text)), _words(PLACE.sub(" ", draft.text))
    allowed = FREE | meant | frozenset[str]().union(*(group for group in ALIKE if group & meant))
    if added := sorted(words - allowed):
        return f"it adds {added[0]}"
    for word in sorted(meant - FREE):
        if not next((each for each in ALIKE if word in each), frozenset({word})) & words:
            return f"it leaves out {word}"
    return None


def _bound(text: str) -> frozenset[tuple[str, str]]:
    """Placeholders with the word before them that they are one thing with: a limit is not the figure."""
    pairs = re.findall(r"(\w+) (\[\w+\])", text)
    return frozenset((word.lower(), place) for word, place in pairs if word.lower() in BINDING)


def _in_order(places: Iterable[str]) -> list[str]:
    """Names and periods in their order: a song of an artist is not an artist of a song."""
    return [place for place in places if "AMOUNT" not in place]


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+(?:-[a-z]+)?", text.lower()))


def _names(query: Mapping[str, Any]) -> Iterable[str]:
    """The values that the steps are narrowed to: shops, categories, artists, days of the week, phrases."""
    for step in query.get("steps", ()):
        for item in step.get("filters", ()):
            values = item["value"] if isinstance(item["value"], list | tuple) else [item["value"]]
            yield from (value for value in values if isinstance(value, str) and value)
        if step.get("text"):
            yield str(step["text"])
