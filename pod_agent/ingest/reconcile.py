"""Whether the rows of a bank's file add up to the balance that it prints, and by how much they do not.

Where a file prints the balance before its rows as well, opening + rows = closing must hold to the cent, and each
statement of a chain must open with what the one before closed with. Where it prints the last balance alone, as OCBC
does, the first file of an account proves nothing. From then on the closing balance of an earlier file serves as the
opening one: what is new in this file must lead from that balance to the one printed here. Nothing is claimed where the
file ends before the earlier one, or brings rows of days before the earlier file's newest row: these may or may not be
in its balance. Nor where both print one balance although all rows of this file are new: it is that of the day on which
the person downloaded one period after the other.

Balances are those that the bank has booked: pending rows are left out of the sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from pod_agent.enrich.quality_findings import Finding, Severity, plural
from pod_agent.importers.protocol import Statement
from pod_agent.ingest.accounts import AccountRows, in_order
from pod_agent.ingest.report import Closing
from pod_agent.ingest.tally import FileTally
from vocab.records import Money
from vocab.turtle import decimal

__all__ = ["Balances", "later", "misses", "reconcile", "verdict"]

Balances = Mapping[tuple[str, str], Closing]
"""The latest known closing by account and currency."""


def reconcile(tally: FileTally, known: Balances) -> tuple[Closing, ...]:
    """One balance for each account that the file prints one for, with the opening and the rows that lead to it."""
    statements: dict[tuple[str, str], list[Statement]] = {}
    for statement in tally.statements:
        statements.setdefault((statement.account, statement.currency), []).append(statement)
    return tuple(_closing(key, found, tally, known.get(key)) for key, found in statements.items())


def verdict(closings: Sequence[Closing]) -> bool | None:
    """True where every balance printed is reached, False where one is missed, None where it cannot be told."""
    results = [closing.holds for closing in closings]
    if False in results:
        return False
    return True if results and None not in results else None


def misses(closings: Sequence[Closing], rejected: int) -> Iterator[Finding]:
    """What to tell of balances that are missed; ``rejected`` is how many rows of the file could not be read."""
    for closing in closings:
        if closing.holds is not False:
            continue
        cause = " The file may lack rows." if not closing.gaps else ""
        if rejected:
            has = "is" if rejected == 1 else "are"
            cause = f" {plural(rejected, 'row')} of the file that could not be read {has} the likely cause."
        gaps = f" {plural(closing.gaps, 'statement does', 'statements do')} not open with what the one before closed "
        yield Finding(
            code="not_reconciled",
            severity=Severity.WARNING,
            text=f"{closing.account}: {_sum(closing)}.{f'{gaps}with: one may lie between.' if closing.gaps else ''}"
            f"{cause}",
            count=max(closing.gaps, 1),
        )


def later(known: Balances, closings: tuple[Closing, ...]) -> dict[tuple[str, str], Closing]:
    """The known balances with those of one more file; of two for one account that with the newer row stays."""
    latest = dict(known)
    for closing in closings:
        held = latest.get(_key(closing))
        if closing.at is not None and (held is None or held.at is None or closing.at >= held.at):
            latest[_key(closing)] = closing
    return latest


def _closing(
    key: tuple[str, str], statements: Sequence[Statement], tally: FileTally, earlier: Closing | None
) -> Closing:
    account, currency = key
    rows = tally.accounts.get(key)
    ordered = in_order(statements, falls=rows is not None and rows.falls)
    closing = _money(ordered[-1].closing, currency)
    at = rows.latest if rows else None
    openings = [statement.opening for statement in ordered]
    if openings[0] is not None:
        links = zip(ordered, openings[1:], strict=False)
        return Closing(
            account=account,
            balance=closing,
            at=at,
            opening=_money(openings[0], currency),
            rows=Money(rows.sum if rows else 0, currency),
            gaps=sum(opening is not None and opening != before.closing for before, opening in links),
        )
    added = _new_rows(at, rows, earlier, tally)
    is_one_download = earlier is not None and rows is not None and earlier.balance == closing and added == rows.sum != 0
    if earlier is None or added is None or is_one_download:
        return Closing(account=account, balance=closing, at=at)
    return Closing(account=account, balance=closing, at=at, opening=earlier.balance, rows=Money(added, currency))


def _new_rows(at: datetime | None, rows: AccountRows | None, earlier: Closing | None, tally: FileTally) -> int | None:
    """What the new rows add to an earlier balance; None where that cannot be told."""
    if earlier is None or earlier.at is None or rows is None or at is None or at < earlier.at:
        return None
    since = earlier.at.toordinal()
    if tally.new_days.get(rows.number, since) < since:
        return None
    return tally.new_sums[rows.number]


def _sum(closing: Closing) -> str:
    if closing.opening is None or closing.rows is None or closing.difference is None:
        return "the rows do not lead to the balance that the bank printed"
    lacks = closing.difference.minor
    off = Money(abs(lacks), closing.difference.currency)
    what = f"{_text(off)} {off.currency} {'is missing' if lacks > 0 else 'is too much'}"
    return (
        f"{_text(closing.opening)} before and {_text(closing.rows)} of rows do not make the {_text(closing.balance)} "
        f"that the bank printed: {what if lacks else 'a statement is missing'}"
    )


def _text(money: Money) -> str:
    return f"{Decimal(decimal(money)):,}"


def _money(amount: Decimal, currency: str) -> Money:
    return Money.of(amount, currency)


def _key(closing: Closing) -> tuple[str, str]:
    return closing.account, closing.balance.currency
