"""Documents as triples: N-Triples in order on disk, and JSON-LD.

Names are absolute here: ``base`` is the address of the agent's container, and what a document calls ``<#name>`` is
``base``, its path and ``#name``. Blank nodes, which only other programs write, get names by their document and their
place in the graph, so that the same pod gives the same bytes.
"""

from __future__ import annotations

import hashlib
import heapq
from pathlib import Path
from typing import IO, Any, Final

import pyoxigraph as ox

from pod_agent.errors import PodDamagedError, UsageError
from pod_agent.portability.json_ld import Compaction

__all__ = ["SortedLines", "json_ld", "ntriples"]

_BATCH: Final = 16 << 20
"""So many bytes of lines are sorted in memory at a time."""


def ntriples(content: bytes, path: str, base: str) -> list[bytes]:
    """The document's triples as lines of N-Triples, without line ends; PodDamagedError where it is not Turtle."""
    return ox_lines(_quads(content, path, base))


def ox_lines(quads: list[ox.Quad]) -> list[bytes]:
    """Lines of N-Triples."""
    return (ox.serialize(quads, format=ox.RdfFormat.N_TRIPLES) or b"").splitlines()


class SortedLines:
    """Lines in order, without doubles, however many: sorted in batches on disk, then merged."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: list[bytes] = []
        self._size = 0
        self._runs: list[Path] = []

    def add(self, lines: list[bytes]) -> None:
        """Take lines that do not end in a line end."""
        self._lines += lines
        self._size += sum(map(len, lines))
        if self._size > _BATCH:
            self._spill()

    def write(self, stream: IO[bytes]) -> int:
        """Write all lines; how many there are."""
        self._spill()
        number, last = 0, None
        opened = [path.open("rb") for path in self._runs]
        try:
            for line in heapq.merge(*opened):
                if line != last:
                    stream.write(line)
                    number += 1
                last = line
        finally:
            for run in opened:
                run.close()
        return number

    def _spill(self) -> None:
        self._lines.sort()
        path = self._folder / f"run-{len(self._runs)}"
        path.write_bytes(b"".join([line + b"\n" for line in self._lines]))
        self._runs.append(path)
        self._lines, self._size = [], 0


def json_ld(content: bytes, path: str, base: str, compaction: Compaction) -> bytes:
    """The document as JSON-LD; PodDamagedError where it is not Turtle."""
    return compaction.document(_quads(content, path, base))


def _quads(content: bytes, path: str, base: str) -> list[ox.Quad]:
    try:
        quads = list(ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=base + path))
    except SyntaxError as error:
        raise PodDamagedError(f"{path} is not Turtle") from error
    except ValueError as error:
        raise UsageError(f"{base} is no base for names: {error}", hint="Give an absolute IRI that ends in /") from error
    if not any(_blank(term) for quad in quads for term in (quad.subject, quad.object)):
        return quads
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    mark = "d" + hashlib.sha256(path.encode()).hexdigest()[:12]
    return [ox.Quad(_named(quad.subject, mark), quad.predicate, _named(quad.object, mark)) for quad in dataset]


def _blank(term: object) -> bool:
    return isinstance(term, ox.BlankNode)


def _named(term: Any, mark: str) -> Any:
    return ox.BlankNode(mark + term.value) if isinstance(term, ox.BlankNode) else term
