"""``pod-agent demo`` from start to Ctrl-C, as a new user runs it: told with figures, pages that open, nothing left."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import psutil
import pytest

SECONDS = 600


def run_until_pages(folder: Path) -> tuple[subprocess.Popen[str], list[str]]:
    """The demo as a child, and what it has told until the pages are up."""
    command = [sys.executable, "-m", "pod_agent", "demo", "--people", "100"]
    child = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "TMPDIR": str(folder)},
        start_new_session=True,
    )
    watchdog = threading.Timer(SECONDS, child.kill)
    watchdog.start()
    told: list[str] = []
    assert child.stdout
    for line in child.stdout:
        told.append(line.rstrip())
        if "Ctrl-C" in line:
            break
    watchdog.cancel()
    return child, told


@pytest.mark.timeout(SECONDS + 60)
def test_the_demo_tells_its_story_opens_its_pages_and_leaves_nothing(tmp_path: Path) -> None:
    child, told = run_until_pages(tmp_path)
    text = "\n".join(told)
    try:
        assert "Ctrl-C" in text, text
        started = psutil.Process(child.pid).children(recursive=True)
        assert len(started) >= 4, "leader, helper, pages, portal"
        for link in re.findall(r"http://\S+login\S+", text):
            answer = httpx.get(link, follow_redirects=True, timeout=30)
            assert answer.status_code == 200, link
    finally:
        os.killpg(child.pid, signal.SIGINT)
        rest, _ = child.communicate(timeout=180)
    assert "Traceback" not in text + rest
    assert child.returncode == 0
    _, alive = psutil.wait_procs(started, timeout=60)
    assert alive == []
    assert list(tmp_path.iterdir()) == [], "the demo's folder is removed"
    assert len(re.findall(r"Household \d: \d+ files of 7 services, [\d,]+ rows read", text)) == 3
    assert re.search(r"[1-9]\d+ shop orders tell what was bought", text)
    assert re.search(r"Next (product|artist), suggested on the device: .+\d+ times", text)
    assert "For you has suggestions and the shop's signed offers" in text
    assert re.search(r"3 of 3 households, one round", text)
    assert re.search(r"100 simulated people .* 2,207 bytes each", text)
    assert "its grant is withdrawn. The two servers say of its report: removed and removed." in text
    assert re.search(r"sum 100\+ reports", text)
