"""Mappings of columns: proposed, shown, confirmed, kept in the pod, used again, and forgotten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pod_agent.agent import Agent
from pod_agent.cli.main import cli
from pod_agent.errors import PodDamagedError, UsageError
from pod_agent.importers.tables.mapping import ColumnMapping, from_toml, header_of, to_toml
from pod_agent.importers.tables.recognition import propose
from pod_agent.ingest.mappings import MAPPINGS, forget_mapping, keep_mapping, read_mappings
from tests.support.memory_pod import MemoryPod

MAPPING = ColumnMapping(
    name="ledger",
    target="transaction",
    columns={"date": "Wann", "amount": 'Wie "viel"', "description": "Wofür"},
    constants={"currency": "EUR"},
    units={},
    header=header_of(["Wann", 'Wie "viel"', "Wofür"]),
    order="dmy",
    decimal=",",
    zone="Europe/Berlin",
)
TABLE = "Datum;Betrag EUR;Verwendungszweck\n" + "".join(
    f"{day:02}.03.2024;-{day},50;Laden {day} Hauptstrasse\n" for day in range(1, 25)
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    Agent.create(tmp_path / "home").close()
    (tmp_path / "ledger.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path / "home"


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "--home", str(home)])


def as_json(home: Path, *arguments: str) -> Any:
    done = run(home, *arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_mapping_reads_back_from_the_pod_and_from_toml() -> None:
    pod = MemoryPod()
    keep_mapping(pod, MAPPING)
    keep_mapping(pod, MAPPING)
    assert pod.writes == [f"{MAPPINGS}ledger.ttl"]
    assert read_mappings(pod) == (MAPPING,)
    assert from_toml(to_toml(MAPPING)) == MAPPING
    forget_mapping(pod, "ledger")
    assert read_mappings(pod) == ()
    with pytest.raises(UsageError):
        forget_mapping(pod, "../../data/x")


def test_a_document_that_is_cut_short_is_refused_not_half_read() -> None:
    pod = MemoryPod()
    keep_mapping(pod, MAPPING)
    path = f"{MAPPINGS}ledger.ttl"
    whole = pod.resources[path].content
    pod.put(path, whole[: whole.rindex(b"\n<#")])
    with pytest.raises(PodDamagedError):
        read_mappings(pod)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name = 3", "no mapping"),
        ('name = "a"\ntarget = "nothing"\n[columns]', "no type"),
        ('name = "a"\ntarget = "search"\n[columns]\ndate = "D"', "no column is known"),
        ('name = "a"\ntarget = "transaction"\n[columns]\ndate = "D"\namount = "A"', "currency"),
        ('name = "../a"\ntarget = "search"\n[columns]\ndate = "D"\ntext = "T"', "letters"),
    ],
)
def test_a_mapping_that_cannot_work_says_what_to_add(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        from_toml(text)


def test_a_mapping_fits_tables_with_its_columns_only() -> None:
    names = ["Wofür", "WANN ", 'Wie "viel"']
    assert MAPPING.likeness(names) == 1
    assert MAPPING.likeness([*names, "Neu"]) == 0
    assert MAPPING.likeness(["Wann", "Wofür"]) == 0
    assert MAPPING.likeness([*names, "Wann"]) == 0


def test_a_german_statement_is_recognised_with_its_marks() -> None:
    header, *lines = TABLE.splitlines()
    found = propose("x", header.split(";"), [line.split(";") for line in lines])
    mapping = found.mapping
    assert found.missing is None
    assert mapping.target == "transaction"
    assert mapping.columns == {"date": "Datum", "amount": "Betrag EUR", "description": "Verwendungszweck"}
    assert (mapping.order, mapping.decimal, mapping.spend, mapping.constants) == (
        "dmy",
        ",",
        "negative",
        {"currency": "EUR"},
    )


def test_a_tracker_table_is_recognised_as_days_of_measures() -> None:
    rows = [[f"2024-01-{day:02}", 5000 + 97 * day, round(70 + day / 10, 1)] for day in range(1, 20)]
    found = propose("x", ["Date", "Step count", "Body weight"], rows)
    assert found.mapping.target in {"daily-measure", "measurement"}
    assert found.mapping.columns == {"date": "Date", "steps": "Step count", "weight": "Body weight"}


def test_a_table_is_looked_at_confirmed_and_then_imported_like_any_export(home: Path) -> None:
    file = str(home.parent / "ledger.csv")
    (home.parent / "more").mkdir()
    (home.parent / "more" / "april.csv").write_text(TABLE.replace(".03.", ".04."), encoding="utf-8")
    seen = as_json(home, "tables", "look", file)
    assert len(seen["rows"]) == 20
    assert not seen["confirmed"]
    assert as_json(home, "tables", "list") == []
    as_json(home, "tables", "confirm", file, "--as", "ledger")
    assert as_json(home, "tables", "look", file)["confirmed"]
    report = as_json(home, "import", file, str(home.parent / "more"))
    assert [entry["written"] for entry in report["files"]] == [24, 24]
    assert as_json(home, "import", file)["import_id"] is None
    assert run(home, "tables", "look", file).exit_code == 0
    as_json(home, "tables", "remove", "ledger")
    assert as_json(home, "tables", "list") == []


def test_an_unknown_table_ends_with_the_command_to_run(home: Path) -> None:
    odd = home.parent / "odd.csv"
    odd.write_text("when,gizmo,zork\n2024-01-02,7,blue\n2024-01-03,8,red\n", encoding="utf-8")
    done = run(home, "import", str(odd), "--json")
    assert done.exit_code != 0
    assert done.exception is not None
    assert getattr(done.exception, "code", "") == "needs_mapping"
    assert "tables look" in str(getattr(done.exception, "hint", ""))


def test_fields_can_be_set_by_hand_and_a_wrong_column_is_told(home: Path) -> None:
    file = str(home.parent / "ledger.csv")
    told = as_json(home, "tables", "confirm", file, "--as", "l2", "--set", "counterparty=verwendungszweck")
    assert told["columns"]["counterparty"] == "Verwendungszweck"
    assert "description" not in told["columns"]
    assert isinstance(run(home, "tables", "confirm", file, "--as", "l3", "--set", "date=Nope").exception, UsageError)
    toml = home.parent / "l2.toml"
    toml.write_text(run(home, "tables", "export", "l2").stdout, encoding="utf-8")
    as_json(home, "tables", "remove", "l2")
    assert as_json(home, "tables", "add", str(toml))["name"] == "l2"
