"""Whether the rows of a bank's file add up to the balance that it prints, as far as that can be checked.

OCBC prints only the balance after the newest row. Opening + rows = closing needs an opening balance, so the first file
of an account proves nothing: ``None``. From then on the closing balance of an earlier file serves as the opening one:
what is new in this file must lead from that balance to the one printed here, to the cent. ``None`` again where the
file ends before the earlier one, or brings rows of days before the earlier file's newest row: these may or may not be
in its balance.
"""

from __future__ import annotations

from collections.abc import Mapping

from pod_agent.ingest.report import Closing
from pod_agent.ingest.tally import FileTally

__all__ = ["Balances", "later", "reconcile"]

Balances = Mapping[tuple[str, str], Closing]
"""The latest known closing by account and currency."""


def reconcile(tally: FileTally, known: Balances) -> bool | None:
    """True where every balance printed is reached, False where one is missed, None where it cannot be told."""
    results = [_check(closing, known.get(_key(closing)), tally) for closing in tally.closings]
    if False in results:
        return False
    return True if results and None not in results else None


def later(known: Balances, closings: tuple[Closing, ...]) -> dict[tuple[str, str], Closing]:
    """The known balances with those of one more file; of two for one account that with the newer row stays."""
    latest = dict(known)
    for closing in closings:
        held = latest.get(_key(closing))
        if closing.at is not None and (held is None or held.at is None or closing.at >= held.at):
            latest[_key(closing)] = closing
    return latest


def _check(closing: Closing, earlier: Closing | None, tally: FileTally) -> bool | None:
    if earlier is None or earlier.at is None or closing.at is None or closing.at < earlier.at:
        return None
    if _key(closing) not in tally.accounts:
        return None
    account = tally.accounts.index(_key(closing))
    if tally.new_days.get(account, earlier.at.toordinal()) < earlier.at.toordinal():
        return None
    return earlier.balance.minor + tally.new_sums[account] == closing.balance.minor


def _key(closing: Closing) -> tuple[str, str]:
    return closing.account, closing.balance.currency
