"""How well questions are answered by each reader: right, asked back, declined without need, wrong, by kind.

The answers are judged by the checker that lies beside the pack (``gold.py``), loaded from there; nothing of a pack is
kept here. Of a refusal only its status is judged.
"""

from __future__ import annotations

import importlib.util
import json
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pod_agent import Agent
from pod_agent.assistant.agreement import SHOW_AT, Readers, agree
from pod_agent.assistant.answering import ask, rules_of
from pod_agent.assistant.classifier.reader import classifier
from pod_agent.assistant.plan import Plan, Planner, Refusal
from pod_agent.assistant.rules.lexicon import build_lexicon
from pod_agent.assistant.sketch import SketchError
from pod_agent.embedding import embedder
from pod_agent.index.local import LocalIndex

if TYPE_CHECKING:
    from pod_agent.assistant.language_models.model import LanguageModel

__all__ = ["compare"]

VERDICTS = ("correct", "asked back", "declined", "wrong")
NO_READING = Refusal(status="clarify", text="no reading")
RETRIEVED = 3
"""Records that the plain retrieval shows to a model."""


class _ClassifierAlone:
    """Whatever the classifier thinks likeliest, without the guard and without the rules' word on it."""

    def __init__(self, index: LocalIndex) -> None:
        self._rules = rules_of(index)
        self._reader = classifier(build_lexicon(index), embedder())

    def plan(self, question: str, today: date) -> Plan | Refusal:
        """The plan of the likeliest meaning."""
        found = self._reader.candidates(question, today, 1) if self._reader else []
        if not found or found[0].share < SHOW_AT:
            return NO_READING
        if found[0].declined:
            return Refusal(status="clarify" if found[0].declined == "unclear" else "declined", text=found[0].declined)
        try:
            return self._rules.plan(found[0].sketch.question(), today) if found[0].sketch else NO_READING
        except SketchError:
            return NO_READING


class _Agreement:
    def __init__(self, index: LocalIndex) -> None:
        self._readers = Readers(rules_of(index), classifier(build_lexicon(index), embedder()))

    def plan(self, question: str, today: date) -> Plan | Refusal:
        """What both agree on."""
        return agree(question, today, self._readers)


def compare(
    files: Sequence[Path], pack: Path | None, folder: Path, *, model_home: Path | None = None, plain: int = 0
) -> None:
    """Print the tables for these questions over the exports of a pack."""
    if pack is None:
        raise SystemExit("--questions needs --pack, the folder with the exports that they are about")
    checker = _checker(pack)
    questions = [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines() if line]
    with _imported(pack, folder) as agent:
        index = agent.index
        readers: dict[str, Callable[[str, date], dict[str, Any]]] = {
            name: _answering(index, planner)
            for name, planner in (
                ("rules", rules_of(index)),
                ("classifier", _ClassifierAlone(index)),
                ("agreement", _Agreement(index)),
            )
        }
        model = _model(model_home)
        if model is not None:
            readers[f"with {model.name}"] = lambda text, day: ask(index, text, day, model=model).to_json()
        judge = _Judge(checker, pack)
        for name, answer in readers.items():
            _table(name, questions, answer, judge)
        if model is not None and plain:
            _table(f"plain retrieval, {model.name}", questions[:plain], _plain(agent, model), judge)


def _answering(index: LocalIndex, planner: Planner) -> Callable[[str, date], dict[str, Any]]:
    return lambda text, day: ask(index, text, day, planner=planner).to_json()


def _table(
    name: str, questions: Sequence[dict[str, Any]], answer: Callable[[str, date], dict[str, Any]], judge: _Judge
) -> None:
    found: dict[str, Counter[str]] = {}
    for each in questions:
        verdict = judge(answer(each["question"], date.fromisoformat(each["today"])), each)
        for kind in (each.get("kind", "all"), "all"):
            found.setdefault(kind, Counter())[verdict] += 1
    print(f"\n{name:24}" + "".join(f"{verdict:>12}" for verdict in VERDICTS))
    for kind in sorted(found, key=lambda kind: (kind == "all", kind)):
        print(f"  {kind:22}" + "".join(f"{found[kind][verdict]:>12}" for verdict in VERDICTS))


class _Judge:
    """Judges answers with the checker of a pack, as of the day of each question."""

    def __init__(self, checker: ModuleType, pack: Path) -> None:
        self._checker = checker
        self._pack = pack
        self._truths: dict[str, Any] = {}

    def __call__(self, answer: dict[str, Any], question: dict[str, Any]) -> str:
        """One of ``VERDICTS``."""
        today = question["today"]
        if today not in self._truths:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ResourceWarning)  # the checker leaves its files to the interpreter
                self._truths[today] = self._checker.Gold(str(self._pack), today=today)
        if self._checker.check(answer, question["gold"], self._truths[today]):
            return "correct"
        return {"answered": "wrong", "clarify": "asked back"}.get(answer["status"], "declined")


def _plain(agent: Agent, model: LanguageModel) -> Callable[[str, date], dict[str, Any]]:
    """What most programs do: the nearest records go to the model, and its words are the answer."""
    from pod_agent.assistant.language_models.model import Message, whole  # noqa: PLC0415 - only with a model

    def answer(text: str, day: date) -> dict[str, Any]:
        hits = agent.assistant.search(text, day, limit=RETRIEVED)
        shown = "\n".join(str(hit) for hit in hits)
        asked = "Answer from the records with one number or name. If you cannot, say: no."
        messages = [
            Message(role="system", content=asked),
            Message(role="user", content=f"Today is {day}.\nRecords:\n{shown}\nQuestion: {text}"),
        ]
        told = whole(model, messages, max_tokens=40, seconds=60)
        words = (told or "no").strip().strip(".")
        number = "".join(letter for letter in words if letter.isdigit() or letter in ".-")
        value: Any = float(number) if number.replace(".", "", 1).lstrip("-").isdigit() else words
        status = "declined" if words.casefold().startswith("no") else "answered"
        return {"status": status, "value": value if status == "answered" else None, "unit": None, "text": words}

    return answer


def _model(home: Path | None) -> LanguageModel | None:
    if home is None:
        return None
    from pod_agent.assistant.language_models.chosen import chosen  # noqa: PLC0415 - only with a model

    return chosen(home)


def _checker(pack: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("gold", pack.parent / "gold.py")
    if spec is None or spec.loader is None:
        raise SystemExit(f"there is no gold.py beside {pack}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def _imported(pack: Path, folder: Path) -> Iterator[Agent]:
    with Agent.create(folder / "home") as agent:
        agent.import_paths([pack / "exports"])
        known = pack / "truth" / "merchants.csv"
        if known.exists():
            agent.meanings.import_rules(known.read_text(encoding="utf-8"))
        yield agent
