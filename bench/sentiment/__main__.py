"""Accuracy of sentiment, and the head that is shipped.

Run ``python -m bench.sentiment [--cache FOLDER] [--json] [--write]``. For each set: VADER (the sign of its compound
score), and MiniLM with a logistic head in 5-fold cross-validation; then a head that was trained on the other domains of
reviews. ``--write`` trains on all reviews and writes ``pod_agent/models/heads/sentiment.json``.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from bench.sentiment.sets import DOMAINS, Labelled, labelled
from pod_agent.embedding import KeptEmbedder, MiniLM
from pod_agent.models.sentiment import LexiconSentiment
from pod_agent.models.text_head import HEADS, TextHead

CACHE: Final = Path.home() / ".cache" / "pod-agent-bench" / "sentiment"
FOLDS: Final = 5
SOURCE: Final = {
    "texts": "amazon, imdb and yelp of npm sentiment 5.0.2, test/fixtures: 3,000 sentences",
    "licence": "MIT (the package), CC BY 4.0 (the sentences)",
    "by": "D. Kotzias et al.: From Group to Individual Labels Using Deep Features, KDD 2015",
    "made": "python -m bench.sentiment --write",
}

Vectors = NDArray[np.float32]


def right(head: TextHead, vectors: Vectors, labels: list[str]) -> float:
    """The share of texts whose likelier kind is the label."""
    likeliest = head.chances(vectors).argmax(axis=1)
    return float(np.mean([head.classes_[place] == label for place, label in zip(likeliest, labels, strict=True)]))


def across_folds(vectors: Vectors, labels: list[str]) -> float:
    """The mean over folds of what a head of the others gets right."""
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(vectors, labels)
    return float(
        np.mean(
            [
                right(
                    TextHead().fit(vectors[train], [labels[i] for i in train]), vectors[test], [labels[i] for i in test]
                )
                for train, test in folds
            ]
        )
    )


def by_lexicon(texts: list[str], labels: list[str]) -> float:
    """What VADER gets right, without meaning counted as negative."""
    scores = LexiconSentiment().scores(texts)
    return float(np.mean([(score > 0) == (label == "positive") for score, label in zip(scores, labels, strict=True)]))


def main() -> None:
    """Print the table; write the head where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the labelled texts and vectors are kept")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true", help="train on all reviews, and write the head that is shipped")
    given = parser.parse_args()
    sets: dict[str, Labelled] = {name: labelled(name, given.cache) for name in (*DOMAINS, "tweets")}
    maker = KeptEmbedder(MiniLM(), given.cache / "vectors.npz")
    vectors = {name: maker.embed(texts) for name, (texts, _) in sets.items()}
    rows = []
    for name, (texts, labels) in sets.items():
        row = {"set": name, "texts": len(texts), "vader": by_lexicon(texts, labels)}
        row["head"] = across_folds(vectors[name], labels)
        others = [each for each in DOMAINS if each != name]
        taught = TextHead().fit(
            np.concatenate([vectors[each] for each in others]), [label for each in others for label in sets[each][1]]
        )
        row["across"] = right(taught, vectors[name], labels)
        rows.append(row)
    if given.json:
        print(json.dumps(rows))
    else:
        for row in rows:
            print(" ".join(f"{value:.3f}" if isinstance(value, float) else f"{value:>7}" for value in row.values()))
    if given.write:
        write(np.concatenate([vectors[name] for name in DOMAINS]), [each for name in DOMAINS for each in sets[name][1]])


def write(vectors: Vectors, labels: list[str]) -> None:
    """Train on everything and write the file that is shipped."""
    head = TextHead().fit(vectors, labels)
    told = {"vectors": MiniLM.name, **SOURCE, "head": head.to_json()}
    path = Path(__file__).parents[2] / "pod_agent" / "models" / HEADS / "sentiment.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(told, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
