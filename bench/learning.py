"""What corrections are worth: a simulated person corrects a part of what is asked back, and the rest is asked again.

Run ``python -m bench.learning --home HOME --questions FILE [--part N] [--seeds N] [--json]``. ``FILE`` has one JSON
object a line: ``question``, ``today`` and ``meant``, the plain question that the person would pick, or null where there
is no answer. A question counts as ``right`` where it is planned as what is meant is planned (or, without a meaning, is
not planned at all), as ``wrong`` where it is planned otherwise, and as ``asked`` where it is asked back or declined
though it has an answer. The home is only read: examples are kept in memory. Figures are sums over seeds, each of which
draws other corrections; those that were corrected are not counted.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pod_agent.agent import Agent
from pod_agent.assistant.examples import Examples
from pod_agent.assistant.learnt_words import learn_words
from pod_agent.assistant.plan import Plan, Planner, Refusal
from pod_agent.assistant.rules.lexicon import Lexicon, build_lexicon
from pod_agent.assistant.rules.planner import RulePlanner
from pod_agent.assistant.rules.text import canonical
from pod_agent.embedding import embedder
from pod_agent.ingest.examples import Example

AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Asked:
    """One question of the file, with the plan of what is meant by it."""

    question: str
    today: date
    meant: str | None
    wanted: Plan | None


@dataclass(frozen=True)
class Setting:
    """What reads the questions."""

    planner: Planner
    lexicon: Lexicon

    def outcome(self, asked: Asked, plan: Plan | Refusal) -> str:
        """Right, wrong, or asked back."""
        if isinstance(plan, Refusal):
            return "asked" if asked.wanted is not None else "right"
        return "right" if plan == asked.wanted else "wrong"

    def taught(self, rows: Iterable[Asked]) -> list[Example]:
        """The examples of these corrections."""
        found = []
        for row in rows:
            words = learn_words(self.planner, self.lexicon, row.question, row.meant or "", row.today)
            example = Example(
                question=canonical(row.question),
                meant=canonical(row.meant or ""),
                at=AT,
                words=tuple(sorted(words.items())),
            )
            found.append(example)
        return found

    def read(self, row: Asked, examples: list[Example]) -> tuple[Plan | Refusal, str]:
        """The plan of a question with the help of examples, and what helped; as ``Teaching.reading`` decides."""
        plain = self.planner.plan(row.question, row.today)
        learnt = Examples(examples, self.lexicon, row.today).learnt(row.question)
        if learnt is None or (learnt.how == "words" and isinstance(plain, Plan)):
            return plain, ""
        plan = self.planner.plan(learnt.question, row.today)
        return (plan, learnt.how) if isinstance(plan, Plan) else (plain, "")


def simulate(setting: Setting, rows: list[Asked], *, part: int, seed: int) -> dict[str, Counter[str]]:
    """Correct every ``part``-th of what is asked back; how the rest fares before and after, and what helped."""
    before = [(row, setting.outcome(row, setting.planner.plan(row.question, row.today))) for row in rows]
    asked = [row for row, outcome in before if outcome == "asked"]
    random.Random(seed).shuffle(asked)
    corrected = asked[: len(asked) // part]
    examples, maker = setting.taught(corrected), embedder()
    counts: dict[str, Counter[str]] = {"before": Counter(), "after": Counter(), "helped": Counter()}
    for row, outcome in before:
        if row in corrected:
            continue
        plan, how = setting.read(row, examples)
        after = setting.outcome(row, plan)
        counts["before"][outcome] += 1
        counts["after"][after] += 1
        if how and after != outcome:
            counts["helped"][f"{how}: {after}"] += 1
        if after == "asked":
            choices = Examples(examples, setting.lexicon, row.today).near(row.question, maker)
            counts["helped"]["offered"] += bool(choices)
            counts["helped"]["offered: right"] += any(
                setting.planner.plan(each, row.today) == row.wanted for each in choices
            )
    counts["helped"]["corrected"] = len(corrected)
    return counts


def main() -> None:
    """Print what was before and after."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True, help="a home with the records that are asked about")
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--part", type=int, default=3, help="one in so many of what is asked back is corrected")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with Agent.open(given.home) as agent:
        setting = Setting(RulePlanner(agent.index), build_lexicon(agent.index))
        rows = [row for line in given.questions.read_text().splitlines() if (row := read(setting, json.loads(line)))]
        sums: dict[str, Counter[str]] = {"before": Counter(), "after": Counter(), "helped": Counter()}
        for seed in range(given.seeds):
            for name, counts in simulate(setting, rows, part=given.part, seed=seed).items():
                sums[name] += counts
    if given.json:
        print(json.dumps({"questions": len(rows), **sums}))
        return
    print(f"{len(rows)} questions, {given.seeds} draws")
    for name, counts in sums.items():
        print(f"{name:7} " + ", ".join(f"{key} {count}" for key, count in sorted(counts.items())))


def read(setting: Setting, told: dict[str, str | None]) -> Asked | None:
    """A question of the file; None where what is meant has no plan today, so that nobody could pick it."""
    today = date.fromisoformat(str(told["today"]))
    meant = told["meant"]
    plan = setting.planner.plan(meant, today) if meant else None
    if isinstance(plan, Refusal):
        return None
    return Asked(str(told["question"]), today, meant, plan)


if __name__ == "__main__":
    main()
