"""What the head of financial intent tells of wordings it never saw, and the head that is shipped.

Run ``python -m bench.intent [--json] [--write]``. For each kind: how much is shown, and how much of it is right (a kind
whose chance is at least the threshold that is shipped). ``--write`` writes ``pod_agent/models/heads/intent.json``.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Final

from bench.intent.bank import digest, rows
from bench.intent.unseen import UNSEEN
from pod_agent.embedding import MiniLM
from pod_agent.models.intent import NONE, SURE, trained
from pod_agent.models.text_head import HEADS

SOURCE: Final = {
    "texts": "the bank of templates of bench/intent/bank.py, of this project's own",
    "licence": "Apache-2.0",
    "made": "python -m bench.intent --write",
}


def counted(kind: str, pairs: list[tuple[str, str]]) -> tuple[str, dict[str, int]]:
    """How often a kind is shown, rightly shown, and there is: ``pairs`` are of the truth and what is shown."""
    shown = [truth for truth, found in pairs if found == kind]
    return kind, {"shown": len(shown), "right": shown.count(kind), "of": sum(truth == kind for truth, _ in pairs)}


def main() -> None:
    """Print precision and recall; write the head where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true", help="write the head that is shipped")
    parser.add_argument("--sure", type=float, default=SURE, help="the threshold that is measured")
    given = parser.parse_args()
    maker = MiniLM()
    texts, kinds = rows()
    head = trained(maker.embed(texts), kinds)
    asked = [(kind, text) for kind, wordings in UNSEEN.items() for text in wordings]
    chances = head.chances(maker.embed([text for _, text in asked]))
    shown = []
    for row in chances:
        best = head.classes_[int(row.argmax())]
        shown.append(best if best != NONE and row.max() >= given.sure else NONE)
    pairs = [(kind, told) for (kind, _), told in zip(asked, shown, strict=True)]
    out = [counted(kind, pairs) for kind in sorted(UNSEEN.keys() - {NONE})]
    whole = {key: sum(each[1][key] for each in out) for key in ("shown", "right", "of")}
    out.append(("all", whole))
    if given.json:
        print(json.dumps([{"kind": kind, **counts} for kind, counts in out]))
    else:
        print(f"{len(texts)} rows in the bank, {len(asked)} unseen wordings, shown from {given.sure}")
        for kind, counts in out:
            print(f"{kind:10} shown {counts['shown']:3} right {counts['right']:3} of {counts['of']:3}")
        for (kind, text), found in zip(asked, shown, strict=True):
            if found not in {kind, NONE}:
                print(f"  wrong: {text!r} is {kind}, shown as {found}")
    if given.write:
        path = Path(__file__).parents[2] / "pod_agent" / "models" / HEADS / "intent.json"
        path.write_text(json.dumps({"vectors": MiniLM.name, **SOURCE, "bank": digest(), "head": head.to_json()}) + "\n")


if __name__ == "__main__":
    main()
