"""Tables of the person: what is in them, what they would become, and how they come in; used by ``Agent.tables``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from pod_agent.errors import UnrecognisedExportError, UsageError
from pod_agent.importers.archive import Unopened, export_files
from pod_agent.importers.protocol import ExportFile, Row
from pod_agent.importers.tables.mapping import ColumnMapping, fold_name, header_of
from pod_agent.importers.tables.rows import Table
from pod_agent.importers.tables.source import MappedRows, NamedSource, table_rows
from pod_agent.ingest.mappings import forget_mapping, keep_mapping, read_mappings
from pod_agent.ingest.pipeline import ImportReport, Ingest
from pod_agent.pods.pod import Pod

__all__ = ["Look", "Tables"]

SAMPLE: Final = 200
SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A table as it was found: its mapping, how sure each field is, what is missing, and its first rows as records.

    ``is_confirmed`` says that the mapping is one that the person confirmed before.
    """

    table: str
    columns: tuple[str, ...]
    mapping: ColumnMapping
    confidence: Mapping[str, float]
    missing: str | None
    rows: tuple[Row, ...]
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class Tables:
    """Mappings in one pod, and the sources that are read by them.

    A source is a path, the address of an object in a store, or the address of a database with a query.
    """

    pod: Pod
    ingest: Ingest
    zone: ZoneInfo

    def mappings(self) -> tuple[ColumnMapping, ...]:
        """Every mapping that was confirmed, by name."""
        return read_mappings(self.pod)

    def look(
        self,
        source: str,
        *,
        name: str = "table",
        query: str | None = None,
        table: str | None = None,
        target: str | None = None,
        endpoint: str | None = None,
    ) -> Look:
        """What is in a table and what its first rows would become; UnrecognisedExportError where it is none."""
        from pod_agent.importers.tables.recognition import propose  # noqa: PLC0415 - learns when it is loaded

        found, export = self._open(source, query=query, table=table, endpoint=endpoint)
        known = max(self.mappings(), key=lambda each: each.likeness(found.columns), default=None)
        if known and known.likeness(found.columns) and target is None:
            return self._looked(found, export, known, dict.fromkeys(known.columns, 1.0), None, is_confirmed=True)
        rows = [line.cells for line in islice(found.rows(), SAMPLE) if line.cells is not None]
        proposal = propose(name, found.columns, rows, target)
        return self._looked(found, export, proposal.mapping, proposal.confidence, proposal.missing)

    def confirm(
        self,
        look: Look,
        name: str,
        *,
        columns: Mapping[str, str] | None = None,
        changes: Mapping[str, object] | None = None,
    ) -> ColumnMapping:
        """Keep a mapping under a name, with fields set to other columns (``""`` for none) and other changes."""
        held = dict(look.mapping.columns)
        names = {fold_name(column): column for column in look.columns}
        for field, column in (columns or {}).items():
            if column and fold_name(column) not in names:
                raise UsageError(f"the table has no column {column!r}; it has {', '.join(look.columns)}")
            held = {
                known: place
                for known, place in held.items()
                if known != field and fold_name(place) != fold_name(column)
            }
            if column:
                held[field] = names[fold_name(column)]
        changed = {"name": name, "columns": held, "header": header_of(look.columns), **(changes or {})}
        constants = {**look.mapping.constants, **changed.pop("constants", {})}  # type: ignore[dict-item]
        mapping = replace(look.mapping, constants=constants, **changed)
        keep_mapping(self.pod, mapping)
        return mapping

    def keep(self, mapping: ColumnMapping) -> None:
        """Keep a mapping as it is, as from a TOML file."""
        keep_mapping(self.pod, mapping)

    def remove(self, name: str) -> None:
        """Forget a mapping; its records stay. UsageError where there is none."""
        forget_mapping(self.pod, name)

    def mapping(self, name: str) -> ColumnMapping:
        """The mapping of this name; UsageError where there is none."""
        for each in self.mappings():
            if each.name == name:
                return each
        raise UsageError(f"there is no mapping {name!r}", hint="Run: pod-agent tables list")

    def bring(
        self,
        source: str,
        name: str,
        *,
        query: str | None = None,
        table: str | None = None,
        endpoint: str | None = None,
        dry_run: bool = False,
    ) -> ImportReport:
        """Import what lies behind an address by a mapping; files are imported like any other export."""
        found, export = self._open(source, query=query, table=table, endpoint=endpoint)
        mapping = self.mapping(name)
        if not mapping.likeness(found.columns):
            raise UsageError(f"the columns are not those of the mapping {name!r}: {', '.join(found.columns)}")
        importer = MappedRows("database" if query else "tables", found, mapping, self.zone)
        return self.ingest.run([(importer, export)], dry_run=dry_run)

    def follow(
        self,
        brokers: str,
        topic: str,
        name: str,
        *,
        group: str = "pod-agent",
        seconds: float | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Iterator[ImportReport]:
        """Import a topic batch by batch; offsets are committed after the pod took a batch and its bad rows are kept.

        ``options`` are settings of librdkafka, such as those of a login; they are not kept.
        """
        from pod_agent.importers.tables.stream import batches  # noqa: PLC0415 - opens connections

        mapping = self.mapping(name)
        for batch in batches(brokers, topic, group=group, seconds=seconds, options=options):
            importer = MappedRows("kafka", _complete(batch.table, mapping), mapping, self.zone, batch.keys)
            source = NamedSource(f"kafka:{topic}", batch.span)
            report = self.ingest.run([(importer, source)], keep_rejected=True)
            batch.commit()
            yield report

    def _looked(
        self,
        table: Table,
        export: ExportFile,
        mapping: ColumnMapping,
        confidence: Mapping[str, float],
        missing: str | None,
        *,
        is_confirmed: bool = False,
    ) -> Look:
        rows: tuple[Row, ...] = ()
        if missing is None:
            rows = tuple(row for row, _ in islice(table_rows(table, mapping, self.zone, export), SHOWN))
        return Look(
            table=table.name,
            columns=table.columns,
            mapping=mapping,
            confidence=confidence,
            missing=missing,
            rows=rows,
            is_confirmed=is_confirmed,
        )

    def _open(
        self, source: str, *, query: str | None, table: str | None, endpoint: str | None
    ) -> tuple[Table, ExportFile]:
        if query is not None:
            from pod_agent.importers.tables.database import query_table, shown_address  # noqa: PLC0415 - opens connections

            return query_table(source, query), NamedSource(shown_address(source), query)
        export = _export(source, endpoint)
        found = _tables(export)
        if table is not None:
            found = [each for each in found if each.name == table]
        if not found:
            raise UnrecognisedExportError(f"{export.file} holds no table with named columns")
        if len(found) > 1:
            names = ", ".join(each.name for each in found[:20])
            raise UsageError(f"{export.file} holds several tables: {names}", hint="Name one: --table NAME")
        return found[0], export


def _tables(export: ExportFile) -> Sequence[Table]:
    from pod_agent.importers.tables.opening import tables_of  # noqa: PLC0415 - tables are rare

    return tables_of(export)


def _export(source: str, endpoint: str | None) -> ExportFile:
    from pod_agent.importers.tables.object_store import ObjectFile, is_object  # noqa: PLC0415 - opens connections

    if is_object(source):
        return ObjectFile(source, endpoint)
    if "://" in source:
        raise UsageError("a database needs a query", hint="Give it: --query 'SELECT ...'")
    files = [each for each in export_files(Path(source)) if not isinstance(each, Unopened)]
    if len(files) != 1:
        raise UsageError(f"{source} holds {len(files)} files: name one file")
    return files[0]


def _complete(table: Table, mapping: ColumnMapping) -> Table:
    """The table with every column of the mapping: a batch of messages may lack a field that all others have."""
    there = {fold_name(name) for name in table.columns}
    missing = [column for column in mapping.columns.values() if fold_name(column) not in there]
    return Table(columns=(*table.columns, *missing), rows=table.rows, name=table.name)
