"""What an import replaced or made superfluous: ``<id>.before.ttl.gz`` beside its report, so that it can be undone.

Turtle, compressed: the records as they were, by their IRIs.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Mapping
from typing import Final

from pod_agent.errors import PodDamagedError
from pod_agent.ingest.layout import import_path
from vocab import terms

__all__ = ["former_content", "former_path", "read_former"]

_UP: Final = "../../../"
_START: Final = re.compile(r"\n<(?:\.\./)+")
_END: Final = "# end\n"


def former_path(import_id: str) -> str:
    """Path of what an import replaced."""
    return import_path(import_id, "before.ttl.gz")


def former_content(blocks: Mapping[str, str]) -> bytes:
    """The resource with these blocks, by record IRI."""
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in sorted(terms.PREFIXES.items()))
    records = "".join(f"\n<{_UP}{iri}>{blocks[iri]}\n" for iri in sorted(blocks))
    return gzip.compress((prefixes + records + _END).encode(), compresslevel=6, mtime=0)


def read_former(content: bytes, path: str) -> dict[str, str]:
    """The blocks in a resource by record IRI; PodDamagedError where it is cut short."""
    try:
        text = gzip.decompress(content).decode()
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise PodDamagedError(f"{path} is cut short") from error
    if not text.endswith(_END):
        raise PodDamagedError(f"{path} is cut short")
    blocks: dict[str, str] = {}
    for part in _START.split(text.removesuffix(_END))[1:]:
        iri, _, block = part.partition(">")
        blocks[iri] = block.removesuffix("\n")
    return blocks
