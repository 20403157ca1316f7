"""The ``categories`` commands on a home with made-up records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pod_agent.agent import Agent
from pod_agent.cli.main import cli, main
from tests.support.rows import FIXTURES


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    with Agent.create(home) as agent:
        agent.import_paths([FIXTURES / "ocbc"])
    return home


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["categories", *arguments, "--home", str(home)], catch_exceptions=False)


def as_json(home: Path, *arguments: str) -> Any:
    return json.loads(run(home, *arguments, "--json").stdout)


def rules_file(folder: Path, *lines: str) -> str:
    file = folder / "rules.csv"
    file.write_text("\n".join(("pattern,name,category", *lines, "")), encoding="utf-8")
    return str(file)


def test_rules_are_imported_listed_exported_and_removed(home: Path, tmp_path: Path) -> None:
    file = rules_file(tmp_path, "RED STOOL,Red Stool,groceries", "BLUE,Blue,nonsense")
    done = as_json(home, "import", file)
    assert (done["added"], done["replaced"], done["unchanged"]) == (1, 0, 0)
    assert [row["line"] for row in done["rejected"]] == [3]
    again = as_json(home, "import", file)
    assert (again["added"], again["unchanged"], again["changed"]) == (0, 1, 0)
    assert as_json(home, "list") == [{"pattern": "RED STOOL", "name": "Red Stool", "category": "groceries"}]
    assert run(home, "export").stdout == "pattern,name,category\nRED STOOL,Red Stool,groceries\n"
    run(home, "export", str(tmp_path / "out.csv"))
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == run(home, "export").stdout
    assert as_json(home, "remove", "red stool")["changed"] == done["changed"]
    assert as_json(home, "list") == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_rules_are_read_in_the_codes_that_spreadsheets_write(home: Path, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "rules.csv"
    file.write_bytes("pattern,name,category\nCAF\u00c9 BLEU,Caf\u00e9 Bleu,eating-out\n".encode(encoding))
    assert as_json(home, "import", str(file))["rejected"] == []
    assert [rule["name"] for rule in as_json(home, "list")] == ["Caf\u00e9 Bleu"]


def test_a_file_without_a_usable_rule_is_told_by_the_exit_status(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["categories", "import", rules_file(tmp_path, "BLUE,Blue,nonsense"), "--home", str(home)])
    assert left.value.code == 3
    assert "line 2" in capsys.readouterr().out


def test_a_correction_is_made_for_all_alike_or_for_one(home: Path) -> None:
    with Agent.open(home) as agent:
        row = next(row for row in agent.index.transactions() if row.kind == "spend" and row.merchant)
        iri = agent.pod.root + row.iri
    alone = as_json(home, "set", iri, "travel", "--merchant", "Elsewhere", "--only-this")
    assert alone == {"pattern": None, "changed": 1}
    done = as_json(home, "set", iri, "health")
    assert done["pattern"]
    assert done["changed"] >= 1
    assert run(home, "set", iri, "travel").stdout.startswith("Rule made")
    with Agent.open(home) as agent:
        assert agent.show([iri])[0]["fields"]["category"] == "travel"


def test_nothing_is_asked_where_nothing_is_unsure(home: Path) -> None:
    assert as_json(home, "ask") == []
    assert run(home, "ask").exit_code == 0
