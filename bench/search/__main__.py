"""Search against its parts, and what it costs.

Run ``OMP_NUM_THREADS=1 python -m bench.search [--categories 150] [--documents 10000] [--json]`` (extras ``bench`` and
``assistant``). One line for each way of searching: nDCG@10 and hit@3 of A, hit@3 of B and C in exact and in other words
(``tasks.py`` says what these are); then CPU seconds to index so many documents on one core, latency of a query, and
time to open the index again in a new process. The ways: ``words`` (FTS5), ``meaning`` (int8 MiniLM), ``equal`` (both
fused with equal weights), all three over the bare question; ``shipped``: as the agent does, with times, names and kinds
read out of the question.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from statistics import fmean, quantiles
from typing import Any

from bench.search.tasks import LAST, TODAY, Question, categories, months, products, summaries, types
from pod_agent.assistant.retrieval.document import Document
from pod_agent.assistant.retrieval.querying import Query, read_query
from pod_agent.assistant.retrieval.ranking import Ranking, Weights
from pod_agent.assistant.retrieval.store import Condition, SearchStore
from pod_agent.assistant.rules.text import canonical
from pod_agent.embedding import embedder

WAYS = {
    "words": Weights(words=1, every_word=0, meaning=0, name=0, name_lift=0, kind_lift=0),
    "meaning": Weights(words=0, every_word=0, meaning=1, name=0, name_lift=0, kind_lift=0),
    "equal": Weights(words=1, every_word=0, meaning=1, name=0, name_lift=0, kind_lift=0),
    "shipped": Weights(),
}
REOPENING = """
import sys, time
from pathlib import Path
start = time.perf_counter()
from pod_agent.assistant.retrieval.querying import Query
from pod_agent.assistant.retrieval.ranking import Ranking
from pod_agent.assistant.retrieval.store import SearchStore
from pod_agent.embedding import embedder
home = Path(sys.argv[1])
with SearchStore(home) as store:
    query = Query(text="orange juice", words=("orange", "juice"), names={}, periods=(), kinds=frozenset())
    assert Ranking(home, embedder()).ranked(store, query)
print(time.perf_counter() - start)
"""
Order = Callable[[str], list[str]]
Figure = Callable[[Sequence[str], frozenset[str]], float]


def bare(text: str) -> Query:
    """The question as it stands: every word counts, and no time is read out of it."""
    plain = canonical(text)
    return Query(text=plain, words=tuple(plain.split()), names={}, periods=(), kinds=frozenset())


def orders(home: Path, documents: Sequence[Document], store: SearchStore, today: date) -> dict[str, Order]:
    """Each way of searching these documents: a question to the ids of the first ten."""
    store.replace(documents, "bench")
    ids = {store.by_id(document.id): document.id for document in documents}
    Ranking(home, embedder()).embed(store)

    def order(way: str) -> Order:
        ranking = Ranking(home, embedder(), WAYS[way])

        def ordered(text: str) -> list[str]:
            known = read_query(text, today, lambda names: store.by_names(names, Condition()).values())
            query = known if way == "shipped" else bare(text)
            return [ids[found.number] for found in ranking.ranked(store, query) if found.score > 0][:10]

        return ordered

    return {way: order(way) for way in WAYS}


def ndcg(order: Sequence[str], right: frozenset[str]) -> float:
    """nDCG@10 with gains of 0 and 1."""
    gained = sum(1 / math.log2(place + 2) for place, each in enumerate(order[:10]) if each in right)
    return gained / sum(1 / math.log2(place + 2) for place in range(min(10, len(right))))


def hit(order: Sequence[str], right: frozenset[str]) -> float:
    """Whether a right one is among the first three."""
    return float(any(each in right for each in order[:3]))


def mean(
    order: Order, questions: Sequence[Question], figure: Callable[[Sequence[str], frozenset[str]], float]
) -> float:
    """The mean of a figure over questions."""
    return fmean(figure(order(question.text), question.right) for question in questions)


def compared(number: int) -> dict[str, dict[str, float]]:
    """The figures of every way."""
    with tempfile.TemporaryDirectory() as folder, SearchStore(Path(folder)) as store:
        questions = categories(number)
        ways = orders(Path(folder), types(), store, TODAY)
        found = {
            way: {"ndcg10_a": mean(order, questions, ndcg), "hit3_a": mean(order, questions, hit)}
            for way, order in ways.items()
        }
    with tempfile.TemporaryDirectory() as folder, SearchStore(Path(folder)) as store:
        documents, exact, other = months(Path(folder))
        for way, order in orders(Path(folder), documents, store, LAST).items():
            found[way] |= {"hit3_b_exact": mean(order, exact, hit), "hit3_b_other": mean(order, other, hit)}
    with tempfile.TemporaryDirectory() as folder, SearchStore(Path(folder)) as store:
        documents, exact, other = summaries()
        for way, order in orders(Path(folder), documents, store, TODAY).items():
            found[way] |= {"hit3_c_exact": mean(order, exact, hit), "hit3_c_other": mean(order, other, hit)}
    return found


def costs(number: int) -> dict[str, float]:
    """What so many documents cost to index, to search and to open again."""
    documents = products(number)
    questions = [question.text for question in categories(100)]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with SearchStore(home) as store:
            ranking = Ranking(home, embedder())
            start = time.process_time()
            store.replace(documents, "bench")
            ranking.embed(store)
            ranking.ranked(store, bare("milk"))
            indexed = time.process_time() - start
            times = []
            for text in questions:
                start = time.perf_counter()
                ranking.ranked(
                    store, read_query(text, TODAY, lambda names: store.by_names(names, Condition()).values())
                )
                times.append(1000 * (time.perf_counter() - start))
            ranking.close()
        done = subprocess.run(
            [sys.executable, "-c", REOPENING, str(home)], check=True, capture_output=True, text=True
        ).stdout
    cut = quantiles(times, n=20)
    return {
        "documents": len(documents),
        "index_cpu_s": indexed,
        "query_ms_median": cut[9],
        "query_ms_p95": cut[18],
        "reopen_s": float(done),
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--categories", type=int, default=150)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures: dict[str, Any] = {"ways": compared(options.categories), "costs": costs(options.documents)}
    if options.json:
        print(json.dumps(figures))
        return
    print(
        "".join(f"{name:<12}" for name in ("way", "A nDCG@10", "A hit@3", "B exact", "B other", "C exact", "C other"))
    )
    for way, row in figures["ways"].items():
        print(f"{way:<12}" + "".join(f"{value:<12.3f}" for value in row.values()))
    print(", ".join(f"{name} {value:.2f}" for name, value in figures["costs"].items()))


if __name__ == "__main__":
    main()
