"""What all transactions mean together: the person's word over the rows' own, transfers, refunds, orders paid.

The pod's documents keep what the source said and how the shipped tables read it; nothing here changes them. The
meaning is worked out anew as a whole whenever records, rules or corrections changed, and laid over the index, so that
it depends on what is held and on nothing else: not on the order of imports, nor on when a rule was made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from pod_agent.enrich.matching import match_orders
from pod_agent.enrich.overlay import Correction, Overlay, pattern_of
from pod_agent.enrich.refunds import find_refunds
from pod_agent.enrich.rules import BadRule, Rule, Rulebook, fault_of, read_rules, write_rules
from pod_agent.enrich.transactions import settle
from pod_agent.enrich.transfers import find_transfers
from pod_agent.errors import UnknownRecordError, UsageError
from pod_agent.index.local import LocalIndex
from pod_agent.index.meaning import Link
from pod_agent.ingest.layout import DATA
from pod_agent.ingest.manifest import digest
from pod_agent.ingest.word import change_corrections, change_rules, read_corrections, read_rulebook, word_digests
from pod_agent.pods.pod import Pod
from vocab.query import QuerySpec
from vocab.records import IRI, Order, Transaction
from vocab.taxonomy import category as checked_category

__all__ = ["ChangedRules", "Corrected", "Meanings"]

TABLE_FILES: Final = ("codes.csv", "guesses.csv", "hints.csv", "merchants.csv", "places.csv", "words.csv")
ORDERS: Final = QuerySpec(measures=("orders",))
TABLES: Final = "enrich"
"""Under this name and those of the documents the index notes from what it was last worked out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedRules:
    """What a file of rules did: how many were new, replaced another, were there already; rows that cannot be used."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    bad: tuple[BadRule, ...] = ()
    transactions: int = 0
    """How many transactions mean something else since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """What a correction did: the rule it became, if any, and how many transactions mean something else since."""

    rule: Rule | None
    transactions: int


@dataclass(slots=True)
class Meanings:
    """Rules, corrections and what follows from them, for the records of one pod and its index."""

    pod: Pod
    index: LocalIndex
    zone: ZoneInfo
    unsure: tuple[IRI, ...] = field(default=())
    """Transfers with several equally good other sides, found by the last ``refresh``: for the person to look at."""

    def is_stale(self) -> bool:
        """Whether rules, corrections or the shipped tables are others than those the index was worked out from."""
        held = {path: digest for path, digest in self.index.documents().items() if not path.startswith(DATA)}
        return held != self._sources()

    def refresh(self) -> int:
        """Work out the meaning of everything and lay it over the index; how many transactions changed."""
        sources = self._sources()
        overlay = Overlay(read_rulebook(self.pod), read_corrections(self.pod))
        told: list[Transaction] = []
        for row in self.index.transactions():
            found = overlay.meaning(row)
            told.append(
                replace(
                    row,
                    merchant=found.merchant,
                    category=found.category,
                    kind=found.kind,
                    counterparty=found.counterparty,
                )
            )
        changed = self.index.restate(
            {row.iri: (row.merchant, row.category, row.kind, row.counterparty) for row in told}
        )
        self.index.relink(self._links(told))
        old = [path for path in self.index.documents() if not path.startswith(DATA) and path not in sources]
        self.index.forget_documents(old)
        self.index.note_documents(sources)
        return changed

    def ask(self) -> tuple[Transaction, ...]:
        """Transfers whose other side is not sure: several rows fit equally well. For the person to look at."""
        self.refresh()
        return tuple(row for row in self.index.get(self.unsure) if isinstance(row, Transaction))

    def rules(self) -> Rulebook:
        """The person's rules."""
        return read_rulebook(self.pod)

    def export_rules(self) -> str:
        """The person's rules as CSV."""
        return write_rules(self.rules().rules)

    def import_rules(self, text: str) -> ChangedRules:
        """Add the rules of a CSV file; one with the pattern of an old rule takes its place."""
        rules, bad = read_rules(text)
        before, after = change_rules(self.pod, lambda held: held.with_rules(rules))
        held = [before.get(rule.pattern) for rule in rules]
        unchanged = sum(old == rule for old, rule in zip(held, rules, strict=True))
        added = sum(old is None for old in held)
        return ChangedRules(
            added=added,
            replaced=len(rules) - added - unchanged,
            unchanged=unchanged,
            bad=tuple(bad),
            transactions=self.refresh() if before.rules != after.rules else 0,
        )

    def remove_rule(self, pattern: str) -> int:
        """Take a rule back; how many transactions changed. UsageError where there is none with this pattern."""
        before, after = change_rules(self.pod, lambda held: held.without(pattern))
        if before.rules == after.rules:
            raise UsageError(f"there is no rule {pattern!r}", hint="pod-agent categories list shows them all.")
        return self.refresh()

    def correct(self, iri: IRI, category: str, *, merchant: str | None = None, only_this: bool = False) -> Corrected:
        """Say what a transaction is, for it and all alike: the correction becomes a rule.

        ``only_this`` leaves all others as they are. So does a text that names nobody. UnknownRecordError where there
        is no such transaction, UsageError where the category is none or cannot be that of the sign.
        """
        checked_category(category)
        row = next((row for row in self.index.get([iri]) if isinstance(row, Transaction)), None)
        if row is None:
            raise UnknownRecordError(f"there is no transaction {iri}")
        name = row.merchant or row.counterparty or "" if merchant is None else merchant
        if settle(category, name, incoming=row.amount.minor > 0) is None:
            way = "came in" if row.amount.minor > 0 else "went out"
            raise UsageError(f"{category} cannot be money that {way}")
        fault = fault_of(Rule("X", name, category))
        if fault is not None:
            raise UsageError(fault)
        rule = Rule("" if only_this else pattern_of(row), name, category)
        if fault_of(rule) is not None:  # it is to stay alone, or its text names nobody
            change_corrections(self.pod, {iri: Correction(iri=iri, category=category, merchant=merchant)})
            return Corrected(rule=None, transactions=self.refresh())
        change_rules(self.pod, lambda held: held.with_rules([rule]))
        change_corrections(self.pod, {iri: None})
        changed = self.refresh()
        if not self._holds(iri, category, name):  # a longer rule holds for this row
            change_corrections(self.pod, {iri: Correction(iri=iri, category=category, merchant=merchant)})
            changed += self.refresh()
        return Corrected(rule=rule, transactions=changed)

    def _holds(self, iri: IRI, category: str, name: str) -> bool:
        (row,) = self.index.get([iri])
        return (
            isinstance(row, Transaction) and row.category == category and name in {row.merchant, row.counterparty or ""}
        )

    def _sources(self) -> dict[str, str]:
        """Digests of what, beside the records, the meaning is made from."""
        tables = [files("pod_agent.enrich").joinpath(name).read_bytes() for name in TABLE_FILES]
        return {TABLES: digest(b"\0".join(tables)), **word_digests(self.pod)}

    def _links(self, told: list[Transaction]) -> list[Link]:
        transfers = find_transfers(told)
        self.unsure = transfers.unsure
        orders = [record for record in self.index.records(ORDERS) if isinstance(record, Order)]
        found = (*transfers.links, *find_refunds(told), *match_orders(orders, told, self.zone))
        return [Link(link.iri, link.relation.value, link.other) for link in sorted(found)]
