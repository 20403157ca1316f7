"""One made-up person with records of every kind, for tests of how questions are read."""

from __future__ import annotations

from datetime import date

from tests.support.households import RecordMaker
from tests.support.whole_life import whole_life
from vocab.records import Record

__all__ = ["TODAY", "household"]

TODAY = date(2026, 5, 20)


def household() -> list[Record]:
    """The life of ``whole_life`` with more shops, transfers, music and podcasts."""
    make = RecordMaker()
    card = {"account": "World Card -9754", "source": "dbs"}
    out: list[Record] = [
        make.paid("2026-03-10", 80, "Fresh Mart", "groceries"),
        make.paid("2026-03-14", 20, "Corner Greens", "groceries"),
        make.paid("2026-04-11", 50, "Fresh Mart", "groceries"),
        make.paid("2026-04-20", -10, "Fresh Mart", "groceries", kind="refund"),
        make.paid("2026-05-18", 30, "Corner Greens", "groceries"),
        make.paid("2026-04-04", 12, "Noodle House", "eating-out", **card),  # type: ignore[arg-type]
        make.paid("2026-04-07", 15, "Zoom Rides", "transport", **card),  # type: ignore[arg-type]
        make.paid("2026-05-19", 25, "Zoom Rides", "transport", **card),  # type: ignore[arg-type]
        make.paid("2026-04-01", 900, "Maple Homes", "household"),
        make.paid("2026-04-25", -3000, "Makers", "income", kind="income", description="GIRO - SALARY MAKERS"),
        make.paid("2026-04-12", 100, "", "cash", kind="cash", description="CASH WITHDRAWAL ATM"),
        make.paid(
            "2026-04-13",
            70,
            "",
            "transfers",
            kind="transfer",
            description="PAY to LIM MEI via PayNow-Mobile",
            counterparty="Lim Mei",
        ),
        make.paid("2026-04-16", 200, "", "transfers", kind="transfer", description="TOP UP to OWN ACCOUNT"),
        make.played("2026-03-04T09:00:00", 200, "Tides", "Blue Kites", album="First Light"),
        make.played("2026-03-05T08:00:00", 1800, "Episode 0", "Slow News", medium="podcast"),
        make.played("2026-04-04T09:00:00", 240, "Tides", "Blue Kites", album="First Light"),
        make.played("2026-04-05T09:00:00", 240, "Tides", "Blue Kites", album="First Light"),
        make.played("2026-04-06T09:00:00", 300, "Avenue", "Tin Parade"),
        make.played("2026-05-02T10:00:00", 180, "Embers", "Tin Parade"),
        make.played("2026-04-08T08:00:00", 3600, "Episode 1", "Slow News", medium="podcast"),
    ]
    return [*whole_life(), *out]
