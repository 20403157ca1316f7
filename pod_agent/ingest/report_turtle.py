"""An import's report as Turtle and back: a PROV activity that used files; no blank nodes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import pyoxigraph as ox

from pod_agent.enrich.quality_findings import Finding, Severity
from pod_agent.importers.protocol import Issue
from pod_agent.ingest.report import Closing, Counts, FileReport, ImportReport
from vocab import terms
from vocab.errors import VocabularyError
from vocab.records import Money
from vocab.terms import curie
from vocab.turtle import HEADER, decimal, literal

__all__ = ["MAX_STORED_ISSUES", "report_from_turtle", "report_to_turtle"]

MAX_STORED_ISSUES: Final = 1000
"""Rejected rows per file that the pod's report tells about; more are counted, and shown when the import runs."""

BASE: Final = "http://pod.invalid/report"


def report_to_turtle(report: ImportReport) -> bytes:
    """The report as a PROV activity that used files; no blank nodes."""
    files = ", ".join(f"<#file-{number}>" for number in range(1, len(report.files) + 1))
    activity = (
        f"\n<#import> a {curie(terms.PROV_ACTIVITY)}, {curie(terms.IMPORT_REPORT)} ;\n"
        f"  {curie(terms.IDENTIFIER)} {literal(report.import_id or '')} ;\n"
        f"  {curie(terms.PROV_STARTED)} {_time(report.started)} ;\n"
        f"  {curie(terms.PROV_ENDED)} {_time(report.ended)} ;\n"
        f"  {curie(terms.PROV_ASSOCIATED)} <#agent> ;\n"
        f"  {curie(terms.PROV_USED)} {files} .\n"
        f"\n<#agent> a {curie(terms.PROV_SOFTWARE_AGENT)} ;\n"
        f"  {curie(terms.NAME)} {literal('pod-agent')} ;\n"
        f"  {curie(terms.SOFTWARE_VERSION)} {literal(_version())} .\n"
    )
    parts = [HEADER, activity]
    for number, file in enumerate(report.files, 1):
        parts += _file_to_turtle(f"file-{number}", file)
    parts += _findings_to_turtle("import", report.findings)
    return "".join(parts).encode()


def _file_to_turtle(name: str, file: FileReport) -> Iterator[str]:
    counts = file.counts
    properties = [
        f"{curie(terms.NAME)} {literal(file.file)}",
        f"{curie(terms.IMPORTER)} {literal(file.importer)}",
        f"{curie(terms.SHA256)} {literal(file.sha256)}",
        f"{curie(terms.READ_COUNT)} {counts.read}",
        f"{curie(terms.WRITTEN_COUNT)} {counts.written}",
        f"{curie(terms.CHANGED_COUNT)} {counts.changed}",
        f"{curie(terms.DUPLICATE_COUNT)} {counts.duplicate}",
        f"{curie(terms.REJECTED_COUNT)} {counts.rejected}",
        f"{curie(terms.SKIPPED_COUNT)} {counts.skipped}",
    ]
    if file.member is not None:
        properties.insert(1, f"{curie(terms.MEMBER)} {literal(file.member)}")
    if file.first and file.last:
        properties.append(f'{curie(terms.FIRST_RECORD)} "{file.first}"^^{curie(terms.XSD_DATE)}')
        properties.append(f'{curie(terms.LAST_RECORD)} "{file.last}"^^{curie(terms.XSD_DATE)}')
    if file.reconciled is not None:
        properties.append(f"{curie(terms.RECONCILED)} {str(file.reconciled).lower()}")
    yield _node(name, f"{curie(terms.PROV_ENTITY)}, {curie(terms.IMPORTED_FILE)}", properties)
    part_of = f"{curie(terms.PART_OF)} <#{name}>"
    for number, (currency, (came, went)) in enumerate(sorted(file.totals.items()), 1):
        properties = [part_of, f"{curie(terms.CURRENCY)} {literal(currency)}"]
        properties.append(f"{curie(terms.MONEY_IN)} {_money(Money(came, currency))}")
        properties.append(f"{curie(terms.MONEY_OUT)} {_money(Money(went, currency))}")
        yield _node(f"{name}-total-{number}", curie(terms.MONEY_TOTAL), properties)
    for number, closing in enumerate(file.closings, 1):
        yield _node(f"{name}-balance-{number}", curie(terms.BALANCE), [part_of, *_balance(closing)])
    yield from _findings_to_turtle(name, file.findings)
    yield from _left_to_turtle(name, file)


def _balance(closing: Closing) -> Iterator[str]:
    yield f"{curie(terms.ACCOUNT)} {literal(closing.account)}"
    yield f"{curie(terms.CURRENCY)} {literal(closing.balance.currency)}"
    yield f"{curie(terms.CLOSING_BALANCE)} {_money(closing.balance)}"
    if closing.at is not None:
        yield f"{curie(terms.BALANCE_TIME)} {_time(closing.at)}"
    if closing.opening is not None and closing.rows is not None and closing.difference is not None:
        yield f"{curie(terms.OPENING_BALANCE)} {_money(closing.opening)}"
        yield f"{curie(terms.ROWS_SUM)} {_money(closing.rows)}"
        yield f"{curie(terms.DIFFERENCE)} {_money(closing.difference)}"
    if closing.gaps:
        yield f"{curie(terms.STATEMENT_GAPS)} {closing.gaps}"


def _findings_to_turtle(name: str, findings: Iterable[Finding]) -> Iterator[str]:
    for number, finding in enumerate(findings, 1):
        properties = [f"{curie(terms.PART_OF)} <#{name}>", f"{curie(terms.CODE)} {literal(finding.code)}"]
        properties.append(f"{curie(terms.SEVERITY)} {literal(finding.severity.value)}")
        properties.append(f"{curie(terms.DESCRIPTION)} {literal(finding.text)}")
        properties.append(f"{curie(terms.FINDING_COUNT)} {finding.count}")
        yield _node(f"{name}-finding-{number}", curie(terms.FINDING), properties)


def _left_to_turtle(name: str, file: FileReport) -> Iterator[str]:
    """What was left out of a file: rows skipped, values withheld, rows rejected."""
    part_of = f"{curie(terms.PART_OF)} <#{name}>"
    for number, (reason, count) in enumerate(sorted(file.skipped_by.items()), 1):
        properties = [part_of, f"{curie(terms.REASON)} {literal(reason)}", f"{curie(terms.SKIPPED_COUNT)} {count}"]
        yield _node(f"{name}-skipped-{number}", curie(terms.SKIPPED_ROWS), properties)
    for number, (what, count) in enumerate(sorted(file.withheld.items()), 1):
        properties = [part_of, f"{curie(terms.NAME)} {literal(what)}", f"{curie(terms.WITHHELD_COUNT)} {count}"]
        yield _node(f"{name}-withheld-{number}", curie(terms.WITHHELD_VALUES), properties)
    for number, issue in enumerate(file.issues[:MAX_STORED_ISSUES], 1):
        properties = [part_of, f"{curie(terms.LINE)} {issue.line}", f"{curie(terms.CODE)} {literal(issue.code)}"]
        properties.append(f"{curie(terms.DESCRIPTION)} {literal(issue.detail)}")
        if issue.column is not None:
            properties.append(f"{curie(terms.COLUMN)} {literal(issue.column)}")
        yield _node(f"{name}-rejected-{number}", curie(terms.REJECTED_ROW), properties)


def _node(name: str, classes: str, properties: list[str]) -> str:
    return f"\n<#{name}> a {classes} ;\n  " + " ;\n  ".join(properties) + " .\n"


def _time(at: datetime) -> str:
    return f'"{at.isoformat()}"^^{curie(terms.XSD_DATE_TIME)}'


def _money(money: Money) -> str:
    return f'"{decimal(money)}"^^{curie(terms.XSD_DECIMAL)}'


def _version() -> str:
    try:
        return version("pod-agent")
    except PackageNotFoundError:  # a source tree that was not installed
        return "0"


_Nodes = dict[str, dict[str, str]]


def report_from_turtle(content: bytes) -> ImportReport:
    """The report in a document; VocabularyError where it is none, or is cut short."""
    try:
        nodes = _nodes(content)
        activity = nodes["import"]
        names = sorted((name for name in nodes if re.fullmatch(r"file-\d+", name)), key=lambda name: int(name[5:]))
        return ImportReport(
            import_id=activity[terms.IDENTIFIER],
            started=datetime.fromisoformat(activity[terms.PROV_STARTED]),
            ended=datetime.fromisoformat(activity[terms.PROV_ENDED]),
            files=tuple(_file(name, nodes) for name in names),
            findings=tuple(map(_finding, _parts("import", nodes, terms.SEVERITY))),
        )
    except (SyntaxError, KeyError, ValueError) as error:
        raise VocabularyError("the document is cut short or is no report of an import") from error


def _nodes(content: bytes) -> _Nodes:
    """Every subject's values by predicate, both short: these documents say each thing once."""
    nodes: _Nodes = {}
    for quad in ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=BASE):
        if isinstance(quad.subject, ox.NamedNode) and not isinstance(quad.object, ox.BlankNode | ox.Triple):
            nodes.setdefault(quad.subject.value.rpartition("#")[2], {})[quad.predicate.value] = quad.object.value
    return nodes


def _file(name: str, nodes: _Nodes) -> FileReport:
    node = nodes[name]
    parts = _parts(name, nodes)
    counts = Counts(
        read=int(node[terms.READ_COUNT]),
        written=int(node[terms.WRITTEN_COUNT]),
        changed=int(node.get(terms.CHANGED_COUNT, "0")),
        duplicate=int(node[terms.DUPLICATE_COUNT]),
        rejected=int(node[terms.REJECTED_COUNT]),
        skipped=int(node[terms.SKIPPED_COUNT]),
    )
    return FileReport(
        file=node[terms.NAME],
        member=node.get(terms.MEMBER),
        importer=node[terms.IMPORTER],
        sha256=node[terms.SHA256],
        counts=counts,
        skipped_by={part[terms.REASON]: int(part[terms.SKIPPED_COUNT]) for part in parts if terms.REASON in part},
        withheld={part[terms.NAME]: int(part[terms.WITHHELD_COUNT]) for part in parts if terms.WITHHELD_COUNT in part},
        issues=tuple(
            Issue(
                line=int(part[terms.LINE]),
                code=part[terms.CODE],
                detail=part[terms.DESCRIPTION],
                column=part.get(terms.COLUMN),
            )
            for part in parts
            if terms.LINE in part
        ),
        first=date.fromisoformat(node[terms.FIRST_RECORD]) if terms.FIRST_RECORD in node else None,
        last=date.fromisoformat(node[terms.LAST_RECORD]) if terms.LAST_RECORD in node else None,
        totals={part[terms.CURRENCY]: _total(part) for part in parts if terms.MONEY_IN in part},
        closings=tuple(_closing(part) for part in parts if terms.CLOSING_BALANCE in part),
        reconciled=node[terms.RECONCILED] == "true" if terms.RECONCILED in node else None,
        findings=tuple(_finding(part) for part in parts if terms.SEVERITY in part),
    )


def _parts(name: str, nodes: _Nodes, having: str = terms.PART_OF) -> list[dict[str, str]]:
    """What is part of a node and has a property, in the order of the document."""
    return [other for other in nodes.values() if other.get(terms.PART_OF) == f"{BASE}#{name}" and having in other]


def _finding(part: dict[str, str]) -> Finding:
    return Finding(
        code=part[terms.CODE],
        severity=Severity(part[terms.SEVERITY]),
        text=part[terms.DESCRIPTION],
        count=int(part[terms.FINDING_COUNT]),
    )


def _total(part: dict[str, str]) -> tuple[int, int]:
    currency = part[terms.CURRENCY]
    came, went = (Money.of(Decimal(part[name]), currency).minor for name in (terms.MONEY_IN, terms.MONEY_OUT))
    return came, went


def _closing(part: dict[str, str]) -> Closing:
    def money(name: str) -> Money | None:
        return Money.of(Decimal(part[name]), part[terms.CURRENCY]) if name in part else None

    return Closing(
        account=part[terms.ACCOUNT],
        balance=Money.of(Decimal(part[terms.CLOSING_BALANCE]), part[terms.CURRENCY]),
        at=datetime.fromisoformat(part[terms.BALANCE_TIME]) if terms.BALANCE_TIME in part else None,
        opening=money(terms.OPENING_BALANCE),
        rows=money(terms.ROWS_SUM),
        gaps=int(part.get(terms.STATEMENT_GAPS, "0")),
    )
