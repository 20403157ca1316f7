"""The SHACL shapes and the checks on every row: good records pass both, planted faults are caught by both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
import rdflib
from msgspec.structs import replace

from pod_agent.enrich.quality_findings import Finding, Severity
from pod_agent.importers.protocol import Issue
from pod_agent.ingest.report import Closing, Counts, FileReport, ImportReport
from pod_agent.ingest.report_turtle import report_from_turtle, report_to_turtle
from tests.support.made_records import SINGAPORE
from vocab.errors import VocabularyError
from vocab.mapping import BASE, to_turtle
from vocab.records import IRI, Listen, Medium, Money, Record, Transaction, TransactionKind
from vocab.shapes import SHAPES, check, shape
from vocab.taxonomy import CATEGORIES

NAME = "abcdefghijklmnopqrstuvwxyz"
TRANSACTION = Transaction(
    iri=IRI(f"data/ocbc/transaction/2026/2026-10.ttl#{NAME}"),
    source="ocbc",
    at=datetime(2026, 10, 6, tzinfo=SINGAPORE),
    account="360 Account 1001",
    amount=Money(-5, "SGD"),
    description="NETS QR",
    merchant="Hup Lee",
    category="eating-out",
    kind=TransactionKind.SPEND,
    value_date=date(2026, 10, 7),
    original=Money(-1530, "JPY"),
)
LISTEN = Listen(
    iri=IRI(f"data/spotify/listen/2026/2026-10.ttl#{NAME}"),
    source="spotify",
    at=datetime(2026, 10, 6, 12, 30, 1, tzinfo=UTC),
    played_ms=208647,
    medium=Medium.PODCAST,
    title="Another Tide",
    artist="Echoes",
    track="spotify:episode:CCI63xBBQRaL9YxlUEVCxB",
    skipped=False,
)
REPORT = ImportReport(
    import_id="20261121t040506z-ab12",
    started=datetime(2026, 11, 21, 4, 5, 6, tzinfo=UTC),
    ended=datetime(2026, 11, 21, 4, 5, 9, tzinfo=UTC),
    files=(
        FileReport(
            file="~/Downloads/ocbc.csv",
            member="a/b.csv",
            importer="ocbc-csv",
            sha256="0" * 64,
            counts=Counts(read=6, written=2, duplicate=1, rejected=1, skipped=2),
            skipped_by={"no_content": 1, "twin": 1},
            issues=(Issue(line=7, code="bad_date", detail='not a "date"'),),
            first=date(2026, 1, 1),
            last=date(2026, 11, 20),
            totals={"SGD": (100, 2000), "JPY": (0, 7)},
            closings=(
                Closing(
                    account="360",
                    balance=Money(5373401, "SGD"),
                    at=TRANSACTION.at,
                    opening=Money(5373001, "SGD"),
                    rows=Money(399, "SGD"),
                    gaps=1,
                ),
                Closing(account="card", balance=Money(-1, "SGD"), at=None),
            ),
            reconciled=False,
            findings=(Finding(code="not_reconciled", severity=Severity.WARNING, text='0.01 "off"', count=1),),
        ),
        FileReport(file="b.json", member=None, importer="spotify-extended", sha256="f" * 64, counts=Counts()),
    ),
    findings=(Finding(code="date_gap", severity=Severity.NOTE, text="No plays in May", count=2),),
)


@pytest.fixture(scope="module")
def conforms() -> Callable[[bytes, str, str], bool]:
    """Whether a document conforms to the shapes of one name."""
    pyshacl = pytest.importorskip("pyshacl", reason="pyshacl is missing: pip install 'pod-agent[shacl]'")
    graphs = {name: rdflib.Graph().parse(data=shape(name), format="turtle") for name in SHAPES}

    def validate(content: bytes, path: str, name: str) -> bool:
        found: Any = pyshacl.validate(
            rdflib.Graph().parse(data=content, format="turtle", publicID=BASE + path), shacl_graph=graphs[name]
        )
        return bool(found[0])

    return validate


FAULTS: dict[str, tuple[Record, str]] = {
    "a currency that is no code": (replace(TRANSACTION, amount=Money(-5, "sgd")), '"sgd"'),
    "an original currency that is no code": (replace(TRANSACTION, original=Money(-5, "S")), '"S"'),
    "an amount out of range": (replace(TRANSACTION, amount=Money(-(10**14), "SGD")), "000.00"),
    "a full account number": (replace(TRANSACTION, account="360 626102298001"), "626102298001"),
    "an account without a label": (replace(TRANSACTION, account=""), "pa:account"),
    "a category outside the list": (replace(TRANSACTION, category="pets"), "category:pets"),
    "a description that never ends": (replace(TRANSACTION, description="x" * 4001), "xxxx"),
    "an empty counterparty": (replace(TRANSACTION, counterparty=""), "pa:counterparty"),
    "a year that no bank knows": (
        replace(TRANSACTION, iri=IRI(TRANSACTION.iri.replace("2026", "1026")), at=TRANSACTION.at.replace(year=1026)),
        "1026-10-06",
    ),
    "a negative play": (replace(LISTEN, played_ms=-1), "-1"),
    "a play longer than numbers go": (replace(LISTEN, played_ms=2**53), "9007199254740992"),
    "a play without a title": (replace(LISTEN, title=""), "pa:title"),
    "an empty artist": (replace(LISTEN, artist=""), "pa:artist"),
    "an empty track": (replace(LISTEN, track=""), "schema:identifier"),
    "a fragment that is no hash": (replace(LISTEN, iri=IRI(LISTEN.iri[:-1])), ""),
}


@pytest.mark.parametrize("record", [TRANSACTION, LISTEN, replace(LISTEN, track="a b", album="x", skipped=None)])
def test_good_records_pass_the_checks_and_the_shapes(
    record: Record, conforms: Callable[[bytes, str, str], bool]
) -> None:
    path = record.iri.partition("#")[0]
    check(record)
    assert conforms(to_turtle([record], path), path, record.type_name)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught_by_the_checks_and_by_the_shapes(
    fault: str, conforms: Callable[[bytes, str, str], bool]
) -> None:
    record, trace = FAULTS[fault]
    path = record.iri.partition("#")[0]
    content = to_turtle([record], path)
    assert trace.encode() in content
    with pytest.raises(VocabularyError):
        check(record)
    assert not conforms(content, path, record.type_name)


@pytest.mark.parametrize(
    "record",
    [
        replace(TRANSACTION, source="dbs"),
        replace(TRANSACTION, at=datetime(2026, 11, 1, tzinfo=SINGAPORE)),
        replace(TRANSACTION, at=datetime(2026, 10, 1, tzinfo=timezone(timedelta(hours=6, minutes=55, seconds=25)))),
        replace(TRANSACTION, iri=IRI("https://pod.example/" + TRANSACTION.iri)),
    ],
    ids=["another source", "another month", "a zone with seconds", "an absolute IRI"],
)
def test_a_record_that_lies_in_the_wrong_place_is_caught(record: Record) -> None:
    with pytest.raises(VocabularyError):
        check(record)


def test_the_shape_lists_the_categories_of_the_taxonomy() -> None:
    text = shape("transaction").decode()
    listed = {part.removeprefix("category:") for part in text.split() if part.startswith("category:")} - {""}
    assert listed == set(CATEGORIES)


def test_a_report_conforms_to_its_shapes_and_comes_back(conforms: Callable[[bytes, str, str], bool]) -> None:
    content = report_to_turtle(REPORT)
    assert conforms(content, "imports/x.ttl", "import-report")
    assert report_from_turtle(content) == REPORT


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("pa:writtenCount 2 ", "pa:writtenCount 7 "),
        ("pa:readCount 6 ", "pa:readCount -6 "),
        ('pa:sha256 "' + "0" * 64, 'pa:sha256 "00'),
        ("prov:used <#file-1>, <#file-2>", "prov:used <#file-9>"),
        ('schema:identifier "20261121t040506z-ab12"', 'schema:identifier "first"'),
        ("  prov:wasAssociatedWith <#agent> ;\n", ""),
        ('pa:severity "warning"', 'pa:severity "loud"'),
        ('pa:code "not_reconciled"', 'pa:code "Not reconciled"'),
        ("pa:findingCount 2 ", "pa:findingCount -2 "),
        ("pa:openingBalance ", 'pa:openingBalance "1" , '),
        ("pa:statementGaps 1 ", "pa:statementGaps 0 "),
    ],
)
def test_a_planted_fault_in_a_report_is_caught(
    before: str, after: str, conforms: Callable[[bytes, str, str], bool]
) -> None:
    content = report_to_turtle(REPORT).decode()
    assert before in content
    assert not conforms(content.replace(before, after).encode(), "imports/x.ttl", "import-report")


@pytest.mark.parametrize("cut", [0, 300, 900])
def test_a_report_that_was_cut_off_is_refused(cut: int) -> None:
    with pytest.raises(VocabularyError):
        report_from_turtle(report_to_turtle(REPORT)[:cut])
