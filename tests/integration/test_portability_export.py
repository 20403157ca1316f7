"""Exports: everything once in each format, readable without us, and never half a folder."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pyld.jsonld
import pyoxigraph as ox
import pytest
import rdflib

from pod_agent.agent import Agent
from pod_agent.errors import PodDamagedError, UsageError
from pod_agent.ingest.layout import is_document, read_documents, walk
from pod_agent.ingest.manifest import load_manifest
from pod_agent.pods.embedded import EmbeddedPod
from pod_agent.portability.cells import defused, undefused
from pod_agent.portability.exporting import CONTAINER, Exported, Format, export
from pod_agent.portability.folder import files_of
from pod_agent.portability.graphs import ntriples
from pod_agent.portability.json_ld import Compaction, own_context
from pod_agent.portability.selection import Selection
from tests.support.full_home import FORMULA, fill_home, plays, told_home
from vocab import terms
from vocab.query import QuerySpec
from vocab.records import RECORD_TYPES

BASE = "https://pod.example/me/pod-agent/"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "home"
    fill_home(folder)
    return folder


def written(home: Path, out: Path, form: str, **options: Any) -> Exported:
    with Agent.open(home) as agent:
        return export(agent.pod, agent.index, agent.settings.local_zone, out, Format(form), **options)


def held(home: Path) -> Counter[str]:
    """IRI of every record, with the address that the tests give the pod."""
    pod = EmbeddedPod(home / "pod")
    return Counter(BASE + record.iri for _, records in read_documents(pod) for record in records)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def subjects(lines: list[str]) -> Counter[str]:
    """Names of all records that lines of N-Triples describe, as often as they are said to be records."""
    kinds = {f"<{terms.PA}{kind.__name__}>" for kind in RECORD_TYPES.values()}
    parts = (line.split(" ", 2) for line in lines)
    return Counter(
        subject[1:-1] for subject, predicate, rest in parts if predicate == f"<{terms.TYPE}>" and rest[:-2] in kinds
    )


def test_the_pod_of_these_tests_holds_every_kind_of_record(home: Path) -> None:
    with Agent.open(home) as agent:
        kinds = {path.split("/")[2] for path in walk(agent.pod, "data/") if is_document(path)}
        assert kinds == set(RECORD_TYPES)
        assert all(list(agent.pod.list(container)) for container in ("consent/", "settings/", "corrections/"))


def test_turtle_is_the_pod_byte_for_byte(home: Path, tmp_path: Path) -> None:
    done = written(home, tmp_path / "out", "turtle")
    pod, there = EmbeddedPod(home / "pod"), tmp_path / "out" / CONTAINER
    for path in walk(pod, ""):
        resource = pod.read(path)
        assert resource is not None
        assert (there / path).read_bytes() == resource.content
    assert sum(path.is_file() for path in there.rglob("*")) == len(list(walk(pod, "")))
    assert sum(done.records.values()) == sum(held(home).values())
    assert done.samples == 300


def test_turtle_put_into_an_empty_pod_gives_the_same_manifest_and_index(home: Path, tmp_path: Path) -> None:
    written(home, tmp_path / "out", "turtle")
    with Agent.create(tmp_path / "new") as fresh, Agent.open(home) as agent:
        for path in sorted((tmp_path / "out" / CONTAINER).rglob("*")):
            if path.is_file():
                name = path.relative_to(tmp_path / "out" / CONTAINER).as_posix()
                kind = "text/turtle" if name.endswith(".ttl") else "application/gzip"
                fresh.pod.write(name, path.read_bytes(), media_type=kind, if_match=None)
        fresh.rebuild_index()
        assert load_manifest(fresh.pod).entries == load_manifest(agent.pod).entries
        assert fresh.index.coverage() == agent.index.coverage()
        spec = QuerySpec(measures=("spend",), dimensions=("month", "category", "merchant"))
        assert fresh.query(spec).rows == agent.query(spec).rows
        assert list(fresh.index.transactions()) == list(agent.index.transactions())


def test_ntriples_hold_every_record_once_in_order_and_the_same_each_time(home: Path, tmp_path: Path) -> None:
    written(home, tmp_path / "out", "ntriples", base=BASE)
    text = (tmp_path / "out" / "pod.nt").read_bytes()
    lines = text.decode().splitlines()
    assert lines == sorted(set(lines))
    assert subjects(lines) == held(home)
    assert len(rdflib.Graph().parse(data=text[:200_000].rpartition(b"\n")[0], format="nt")) > 500
    written(home, tmp_path / "again", "ntriples", base=BASE)
    assert (tmp_path / "again" / "pod.nt").read_bytes() == text


def test_jsonld_expands_to_the_very_triples_without_fetching_anything(home: Path, tmp_path: Path) -> None:
    def refuse(address: str, _options: object) -> None:
        raise AssertionError(f"fetched {address}")

    written(home, tmp_path / "out", "jsonld", base=BASE)
    pod, found = EmbeddedPod(home / "pod"), list[str]()
    graphs = [path for path in walk(pod, "") if path.endswith(".ttl") and "superseded" not in path]
    for path in set(graphs) - {"manifest.ttl"}:
        document = json.loads((tmp_path / "out" / CONTAINER / path).with_suffix(".jsonld").read_bytes())
        options = {"documentLoader": refuse, "format": "application/n-quads"}
        lines = sorted(pyld.jsonld.to_rdf(document, options).splitlines())
        resource = pod.read(path)
        assert resource is not None
        expected = [line.decode() for line in ntriples(resource.content, path, BASE)]
        parsed = [list(ox.parse("\n".join(each), format=ox.RdfFormat.N_TRIPLES)) for each in (lines, expected)]
        assert set(parsed[0]) == set(parsed[1])
        found += lines
    assert subjects(found) == held(home)


FOREIGN = b"""
@prefix schema: <http://schema.org/> . @prefix pa: <https://w3id.org/pod-agent#> . @prefix x: <urn:x:> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<#a> a schema:Person, x:Odd ; schema:name "A", "B", "A"@en, "1"^^xsd:integer ; schema:name <http://schema.org/Thing> ;
  pa:category <https://w3id.org/pod-agent/category#groceries>, <https://example.test/c>, "text" ; pa:playedMs 5, "x" ;
  x:json "{}"^^xsd:token ; schema:knows <#b>, <http://schema.org/>, <https://w3id.org/pod-agent#> .
<http://schema.org/Place> x:p true . <urn:x:p> x:p <urn:x:p>, <urn:x:p>, "2026-01-01"^^xsd:date .
"""


@pytest.mark.parametrize(
    "more", [b"", b"<#c> x:list (1 2), () .", b"<#c> x:nil () .", b"_:b x:p [] .", b'<#c> x:p "[1]"^^rdf:JSON .']
)
def test_jsonld_is_what_pyld_makes_of_the_whole_document(more: bytes, home: Path) -> None:
    compaction = Compaction(own_context())
    pod = EmbeddedPod(home / "pod")
    graphs = [path for path in walk(pod, "") if path.endswith(".ttl") and "superseded" not in path]
    contents = [FOREIGN + more, *((home / "pod" / path).read_bytes() for path in graphs if not more)]
    for content in contents:
        quads = set(ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=BASE + "data/a.ttl"))
        assert _any_order(json.loads(compaction.document(quads))) == _any_order(compaction.by_pyld(quads))


def _any_order(value: Any) -> Any:
    """The same for documents that differ in the order of values alone."""
    if isinstance(value, dict):
        return {key: _any_order(each) for key, each in value.items() if key != "@context"}
    return sorted(map(_any_order, value), key=repr) if isinstance(value, list) else value


def test_names_in_jsonld_are_short_where_our_context_has_them(home: Path, tmp_path: Path) -> None:
    written(home, tmp_path / "out", "jsonld", base=BASE)
    path = tmp_path / "out" / CONTAINER / "data/ocbc/transaction/2026/2026-02.jsonld"
    payment = next(each for each in json.loads(path.read_bytes())["@graph"] if each.get("description") == FORMULA)
    assert (payment["amount"], payment["currency"]) == ("-3.50", "SGD")


def test_csv_holds_every_record_once_as_the_person_sees_it(home: Path, tmp_path: Path) -> None:
    written(home, tmp_path / "out", "csv", base=BASE)
    out = tmp_path / "out"
    tables = {kind: rows_of(out / f"{kind}.csv") for kind in RECORD_TYPES}
    assert Counter(row["iri"] for rows in tables.values() for row in rows) == held(home)
    gym = next(row for row in tables["transaction"] if row["description"] == "IRON GYM")
    assert (gym["category"], gym["merchant"]) == ("health", "'-Iron Club")
    assert (gym["amount"], gym["currency"], gym["date"]) == ("-50.00", "SGD", "2026-01-02")
    assert (gym["file"], gym["file_line"].isdigit()) == ("bank.told", True)
    play = next(row for row in tables["listen"] if row["title"] == "First")
    assert play["time"] == "2026-01-05T08:00:00+08:00"
    line = tables["order-line"][0]
    assert line["order"] in {row["iri"] for row in tables["order"]}
    assert tables["follow"][0]["date"] == ""
    assert rows_of(out / "corrections.csv")[0]["merchant"] == "'@Kopi"
    assert rows_of(out / "rules.csv")[0]["name"] == "'-Iron Club"
    assert len(rows_of(out / "imports.csv")) == 5
    assert (out / CONTAINER / "consent").is_dir()


def test_a_spreadsheet_opens_the_tables_and_runs_no_cell(home: Path, tmp_path: Path) -> None:
    written(home, tmp_path / "out", "csv")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for path in sorted((tmp_path / "out").rglob("*.csv")):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        for row in rows_of(path):
            sheet.append(list(row.values()))
    assert sheet.max_row > 300
    assert not [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    [payment] = [row for row in rows_of(tmp_path / "out" / "transaction.csv") if "HYPERLINK" in row["description"]]
    assert undefused(payment["description"]) == FORMULA


@pytest.mark.parametrize(
    "text", ["=1+1", "+65 6123", "-5", "@SUM", "\t=1", "\r=1", "'=1", "''+1", "\uff1d1", "\uff20x", "\n@"]
)
def test_a_text_that_would_be_run_gets_one_mark_that_can_be_taken_away(text: str) -> None:
    assert defused(text) == "'" + text
    assert undefused(defused(text)) == text


@pytest.mark.parametrize("text", ["", "kopi", "'n Sync", "a=b", "3-in-1", "''"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert defused(text) == text == undefused(text)


def test_series_come_with_the_tables(home: Path, tmp_path: Path) -> None:
    written(home, tmp_path / "out", "csv")
    rows = rows_of(tmp_path / "out" / "series" / "watch.heart_rate.csv")
    assert len(rows) == 300
    assert {row["recorder"] for row in rows} == {"'=Watch", "Phone"}
    assert rows[0]["time"].endswith("Z")


@pytest.mark.parametrize("form", list(Format))
def test_the_manifest_of_an_export_lists_every_file_with_its_hash(form: Format, home: Path, tmp_path: Path) -> None:
    written(home, tmp_path / "out", form)
    files = files_of(tmp_path / "out")
    assert files is not None
    for file in files:
        content = (tmp_path / "out" / file.path).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (file.sha256, file.size)
    assert "README.txt" in {file.path for file in files}
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "out").rglob("*")} == {0}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_selection_holds_the_records_of_its_sources_and_months_alone(home: Path, tmp_path: Path) -> None:
    wanted = Selection(sources=frozenset({"ocbc"}), first="2026-02", last="2026-03")
    done = written(home, tmp_path / "out", "csv", selection=wanted)
    rows = rows_of(tmp_path / "out" / "transaction.csv")
    assert {row["date"][:7] for row in rows} == {"2026-02", "2026-03"}
    assert done.records == {"transaction": len(rows)}
    assert not (tmp_path / "out" / CONTAINER).exists()
    with pytest.raises(UsageError, match="nothing from moon"):
        written(home, tmp_path / "none", "csv", selection=Selection(sources=frozenset({"moon"})))
    with pytest.raises(UsageError, match="not a month"):
        Selection(first="2026-13")


def test_a_folder_that_holds_something_is_left_alone(home: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    for over in (False, True):
        with pytest.raises(UsageError, match="not empty"):
            written(home, tmp_path / "out", "csv", over=over)
    assert (tmp_path / "out" / "mine.txt").read_text() == "keep"


def test_an_earlier_export_is_replaced_only_when_asked_and_only_if_nothing_was_added(
    home: Path, tmp_path: Path
) -> None:
    written(home, tmp_path / "out", "csv")
    with pytest.raises(UsageError, match="not empty"):
        written(home, tmp_path / "out", "turtle")
    written(home, tmp_path / "out", "turtle", over=True)
    assert not (tmp_path / "out" / "transaction.csv").exists()
    (tmp_path / "out" / CONTAINER / "mine.txt").write_text("keep")
    with pytest.raises(UsageError, match="not empty"):
        written(home, tmp_path / "out", "csv", over=True)
    assert (tmp_path / "out" / CONTAINER / "mine.txt").exists()


@pytest.mark.parametrize("form", list(Format))
def test_a_damaged_document_stops_the_export_and_nothing_is_written(form: Format, tmp_path: Path) -> None:
    fill = tmp_path / "home"
    told_home(fill, ("spotify", plays("First", "Second", "Third")))
    document = fill / "pod" / "data/spotify/listen/2026/2026-01.ttl"
    content = document.read_bytes()
    with Agent.open(fill) as agent:
        document.write_bytes(content[: len(content) // 2])
        with pytest.raises(PodDamagedError):
            export(agent.pod, agent.index, agent.settings.local_zone, tmp_path / "out", form)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home"]


def test_what_another_program_wrote_goes_along_with_names_for_its_blank_nodes(tmp_path: Path) -> None:
    told_home(tmp_path / "home", ("spotify", plays("First")))
    document = tmp_path / "home" / "pod" / "data/spotify/listen/2026/2026-01.ttl"
    note = b'\n<> <http://www.w3.org/2000/01/rdf-schema#comment> [ <http://schema.org/text> "lovely" ] .\n'
    document.write_bytes(document.read_bytes() + note)
    for name in ("one", "two"):
        written(tmp_path / "home", tmp_path / name, "ntriples", base=BASE)
    first = (tmp_path / "one" / "pod.nt").read_bytes()
    assert b'"lovely"' in first
    assert first == (tmp_path / "two" / "pod.nt").read_bytes()
    written(tmp_path / "home", tmp_path / "three", "jsonld", base=BASE)


def test_the_command_says_what_it_wrote(home: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pod_agent", "--home", str(home), "export", "--out", str(tmp_path / "out")]
    done = subprocess.run([*command, "--format", "csv", "--json"], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told["total"] == sum(held(home).values()) == sum(told["records"].values())
    again = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
    assert again.returncode == 2
    assert json.loads(again.stdout)["error"]["code"] == "usage"
