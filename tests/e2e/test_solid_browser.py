"""A person with a real browser: e-mail and password typed, access allowed, the pod linked and filled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pod_agent.synthetic.exports import write_exports
from pod_agent.synthetic.household import make_household
from tests.support.browser import audit, chromium, watched
from tests.support.solid_consent import LinkCommand
from tests.support.solid_server import fresh_owner

ENVIRONMENT = {**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}


def pod_agent(home: Path, *arguments: str) -> Any:
    command = [sys.executable, "-m", "pod_agent", "--home", str(home), *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.browser
@pytest.mark.solid
def test_a_person_logs_in_with_a_browser_and_imports(tmp_path: Path) -> None:
    owner, home = fresh_owner(), tmp_path / "home"
    exports = write_exports(make_household(5), tmp_path / "exports", date(2026, 10, 1), date(2026, 10, 31))
    with LinkCommand(home, owner.webid) as command:
        with chromium() as browser, watched(browser) as seen:
            seen.page.goto(command.address)
            seen.page.fill("input[name=email]", owner.email)
            seen.page.fill("input[name=password]", owner.password)
            seen.page.click("button[type=submit]")
            seen.page.wait_for_selector("#authorize:not([disabled])")
            assert "pod-agent" in seen.page.inner_text("body")
            seen.page.click("#authorize")
            seen.page.wait_for_selector("text=You can close this page")
            assert seen.page.url.startswith("http://127.0.0.1:")
            assert audit(seen.page) == []
        status, output, errors = command.finish()
    assert status == 0, errors
    assert f"{owner.storage}pod-agent/" in output
    report = pod_agent(home, "import", *map(str, exports))
    assert report["totals"]["written"] > 100
    state = pod_agent(home, "pod", "status")
    assert (state["login"], state["answers"], state["webid"]) == ("browser", True, owner.webid)
