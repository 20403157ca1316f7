"""docs/reference/servers.md says what each Solid server does otherwise. ``UPDATE_DOCS=1`` writes it anew."""

from __future__ import annotations

import os
from pathlib import Path

from pod_agent.testing import POD_CHECKS
from tests.contract.cases import AREAS, CASES
from tests.contract.differences import CHECK_DIFFERENCES, DIFFERENCES
from tests.contract.naming import ACP, EMBEDDED, JSS, PODS, SERVERS, TITLES, WAC

ROOT = Path(__file__).resolve().parents[2]

HEAD = """# Solid servers

The agent works with any Solid server. Every change to it is tried on these pods:

{pods}

JavaScript Solid Server is licensed AGPL-3.0-only. It is installed for tests alone and is no part of the wheel, of an
extra or of `pod-agent server install`.

{checks} checks of storage run on every pod, {cases} cases of the Solid protocols on every server. The tables below are
made from what the tests assert: what is expected, and what a server does otherwise. A server that changes its ways
makes a test fail.

## What that means for your pod

- On JavaScript Solid Server a document comes back rewritten, and a price such as 12.00 comes back as 12. The agent's
  documents are kept there only when they are sent as bytes of no type, as the tests do. Two programs that write at
  once can overwrite each other. It allows 60 writes a minute. Use it to look at, not to keep your records.
- On every server a subscription to notifications goes on after access is withdrawn, so the agent shares by fresh
  containers that are removed in the end.
- Community Solid Server takes a change of a document that was just removed for a new document. The agent notices and
  takes it back.

## Storage

What a check says that does not hold. Pods that are not named pass.

| check | pod | does not hold | why |
|---|---|---|---|
"""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _pods() -> str:
    notes = {
        EMBEDDED: "a folder of your machine",
        WAC: "what `pod-agent server start` runs",
        ACP: "the same with `--access acp`",
        JSS: "another maker's, in tests only",
    }
    return "\n".join(f"- {TITLES[pod]}: {notes[pod]}" for pod in PODS)


def _checks() -> list[str]:
    return [
        f"| {name.replace('_', ' ')} | {TITLES[pod]} | {known.outcome} | {known.why} |"
        for name in POD_CHECKS
        for pod, known in CHECK_DIFFERENCES.get(name, {}).items()
    ]


def _area(module: str) -> list[str]:
    short = {WAC: "CSS, WAC", ACP: "CSS, ACP", JSS: "JSS"}
    rows = ["| case | expected | otherwise |", "|---|---|---|"]
    for name, case in CASES.items():
        if case.observe.__module__ != module:
            continue
        known = DIFFERENCES.get(name, {})
        said: dict[tuple[str, str], list[str]] = {}
        for server in SERVERS:
            if server in known:
                said.setdefault((known[server].outcome, known[server].why), []).append(short[server])
        other = "; ".join(f"{' and '.join(who)}: {outcome} ({why})" for (outcome, why), who in said.items())
        rows.append(f"| {_cell(case.fact)} | {_cell(case.expects)} | {_cell(other)} |")
    return rows


def rendered() -> str:
    parts = [HEAD.format(pods=_pods(), checks=len(POD_CHECKS), cases=len(CASES)) + "\n".join(_checks())]
    parts += [f"## {title}\n\n" + "\n".join(_area(module.__name__)) for title, module in AREAS.items()]
    return "\n\n".join(parts) + "\n"


def test_the_page_tells_what_the_contract_asserts() -> None:
    page = ROOT / "docs" / "reference" / "servers.md"
    if os.environ.get("UPDATE_DOCS"):
        page.write_text(rendered(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == rendered()
