"""OCBC's PDF statements, set as the bank sets them, with rows of the test's choice."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.pdf import SIDE, pdf

__all__ = ["card_statement", "deposit_statement"]

Text = tuple[float, float, str]
DepositRow = tuple[str, str, Sequence[str], str, str, str]
"""Day, value day, lines of the description, withdrawal, deposit, balance."""

ROWS_ON_A_PAGE = 12


def deposit_statement(
    rows: Sequence[DepositRow], *, opening: str, closing: str, number: str = "512345678001", period: str
) -> bytes:
    """A statement of a 360 Account; every page begins with the balance brought forward."""
    pages = [rows[start : start + ROWS_ON_A_PAGE] for start in range(0, len(rows), ROWS_ON_A_PAGE)] or [[]]
    carried, set_pages = opening, list[list[Text]]()
    for index, page in enumerate(pages):
        texts, top = _deposit_head(number, period), 190.0
        texts.append((140, 180, "BALANCE B/F"))
        texts.append((-545, 180, carried))
        for row in page:
            texts += _deposit_row(top, row)
            top += 10 * max(1, len(row[2])) + 2
            carried = row[5] or carried
        if index == len(pages) - 1:
            texts.append((140, top + 5, "BALANCE C/F"))
            texts.append((-545, top + 5, closing))
            texts.append((140, top + 20, "Total Withdrawals/Deposits"))
            texts.append((-380, top + 20, "999.99"))
        texts.append((40, 800, f"Page {index + 1} of {len(pages)}"))
        set_pages.append(texts)
    return pdf(*set_pages)


def _deposit_head(number: str, period: str) -> list[Text]:
    return [
        (40, 40, "OCBC Bank"),
        (40, 60, "MS TAN MEI LING"),
        (40, 70, "BLK 12 ALMOND STREET #03-04"),
        (300, 60, "STATEMENT OF ACCOUNT"),
        (300, 80, "360 ACCOUNT"),
        (300, 95, f"Account No. {number}"),
        (300, 110, period),
        (10, 600, f"{SIDE}CO.REG.NO 1932 STREAM 02 JAN 02 JAN FAKE 9.99 9.99"),
        (40, 150, "Transaction"),
        (95, 150, "Value"),
        (40, 160, "Date"),
        (95, 160, "Date"),
        (140, 160, "Description"),
        (300, 160, "Cheque"),
        (-380, 160, "Withdrawal"),
        (-460, 160, "Deposit"),
        (-545, 160, "Balance"),
    ]


def _deposit_row(top: float, row: DepositRow) -> list[Text]:
    day, value, lines, out, into, balance = row
    texts: list[Text] = [(40, top, day), (95, top, value)]
    texts += [(140, top + 10 * number, line) for number, line in enumerate(lines)]
    texts += [(right, top, money) for right, money in ((-380, out), (-460, into), (-545, balance)) if money]
    return texts


def card_statement(
    cards: Sequence[tuple[str, str, Sequence[tuple[str, str, str]], str]], *, day: str, due: str = "18-02-2026"
) -> bytes:
    """A statement of cards: of each the name, last month's balance, rows (day, text, amount) and what is owed."""
    texts: list[Text] = [
        (40, 40, "OCBC Bank"),
        (40, 60, "MS TAN MEI LING"),
        (40, 100, "STATEMENT DATE"),
        (150, 100, "PAYMENT DUE DATE"),
        (300, 100, "TOTAL CREDIT LIMIT"),
        (40, 110, day),
        (150, 110, due),
        (300, 110, "S$10,000"),
        (40, 140, "TRANSACTION DATE"),
        (140, 140, "DESCRIPTION"),
        (-545, 140, "AMOUNT (SGD)"),
    ]
    top = 160.0
    for index, (name, before, rows, owed) in enumerate(cards):
        texts += [(40, top, name), (40, top + 10, f"TAN MEI LING 5400-1111-2222-{3333 + index}")]
        texts += [(140, top + 20, "LAST MONTH'S BALANCE"), (-545, top + 20, before)]
        top += 30
        for when, text, amount in rows:
            texts += [(40, top, when), (140, top, text), (-545, top, amount)]
            top += 10
        texts += [(140, top, "SUBTOTAL"), (-545, top, owed)]
        top += 20
    texts += [(140, top, "TOTAL AMOUNT DUE"), (-545, top, "1.00")]
    return pdf(texts)
