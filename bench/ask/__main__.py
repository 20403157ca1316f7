"""Run ``python -m bench.ask [--questions FILE ... --pack FOLDER]``.

Without options: how long an answer takes over a household of 100,000 records, by a mix of questions, warm and on first
use, beside the limits of the project. With a pack of exports and questions over it: how many answers are right, asked
back, declined without need and wrong, by kind, for the rules, the classifier and both; with ``--model`` (the model that
the home in POD_AGENT_HOME has chosen) also for the three together and for a plain retrieval of three records.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from bench.ask.quality import compare
from bench.ask.speed import speed


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.ask")
    parser.add_argument("--questions", nargs="*", type=Path, default=[], help="files of questions, one JSON a line")
    parser.add_argument("--pack", type=Path, help="the folder with exports/, truth/ and, above it, gold.py")
    parser.add_argument("--model", type=Path, help="a home whose language model reads too")
    parser.add_argument("--plain", type=int, default=0, help="questions that plain retrieval answers, slow")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if chosen.questions:
            compare(chosen.questions, chosen.pack, Path(folder), model_home=chosen.model, plain=chosen.plain)
        else:
            speed(Path(folder))


if __name__ == "__main__":
    main()
