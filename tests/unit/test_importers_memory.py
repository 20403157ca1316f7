"""Memory does not grow with the file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pod_agent.synthetic.listening import large_history

CHILD = """
import resource, sys
from pathlib import Path
from zoneinfo import ZoneInfo
from pod_agent.importers.built_in import built_in
from pod_agent.importers.detect import find_exports
from vocab.records import Record
found = find_exports([Path(sys.argv[1])], built_in(ZoneInfo("Asia/Singapore")))
count = sum(isinstance(row, Record) for importer, export in found.exports for row in importer.extract(export))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
MIB = 1 << 20


def _rows_and_peak(path: Path) -> tuple[int, int]:
    child = subprocess.run([sys.executable, "-c", CHILD, path], check=True, capture_output=True, text=True)
    rows, kilobytes = child.stdout.split()
    return int(rows), int(kilobytes) * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is counted in kilobytes on Linux alone")
def test_a_history_of_50_mb_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    block = b"".join(large_history(1000))[1:-1]
    copies = 50 * MIB // len(block) + 1
    small, large = tmp_path / "small.json", tmp_path / "large.json"
    small.write_bytes(b"[" + block + b"]")
    large.write_bytes(b"[" + b",".join([block] * copies) + b"]")
    (few, base), (many, peak) = _rows_and_peak(small), _rows_and_peak(large)
    assert (few, many) == (1000, 1000 * copies)
    assert peak - base < 32 * MIB
