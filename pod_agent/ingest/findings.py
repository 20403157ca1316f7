"""Everything the checks say of a file: of its balances, of the rows it rejected and skipped, of its records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from pod_agent.enrich.quality_findings import Finding, Severity
from pod_agent.enrich.quality_rows import IMPOSSIBLE, MARKS, find_impossible, find_rejected
from pod_agent.ingest.reconcile import misses
from pod_agent.ingest.report import Closing
from pod_agent.ingest.tally import FileTally

__all__ = ["file_findings"]


def file_findings(tally: FileTally, closings: Sequence[Closing], checked: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings of a file, warnings first; ``checked`` are those about its records."""
    found = [*_of_counts(tally, closings), *checked]
    return tuple(sorted(found, key=lambda finding: finding.severity is not Severity.WARNING))


def _of_counts(tally: FileTally, closings: Sequence[Closing]) -> Iterator[Finding]:
    impossible = sum(issue.code == "impossible_value" or IMPOSSIBLE in issue.detail for issue in tally.issues)
    codes = Counter("impossible_value" if IMPOSSIBLE in issue.detail else issue.code for issue in tally.issues)
    yield from misses(closings, tally.rejected)
    yield from find_rejected(tally.read, tally.rejected, codes)
    yield from find_impossible(impossible, sum(tally.skipped_by[reason] for reason in MARKS))
