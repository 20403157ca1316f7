"""Made-up people written out as the services write their exports: OCBC's CSV of 2026, Spotify's extended history."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from pathlib import Path

from pod_agent.storage import write_private
from pod_agent.synthetic.household import Household
from pod_agent.synthetic.listening import plays
from pod_agent.synthetic.money import Movement, account_movements, card_movements

__all__ = ["account_csv", "card_csv", "history_zip", "write_exports"]

END = "\r\n"
PER_FILE = 2000
"""Plays in one member of the history; Spotify's own files hold more, cut at about 12 MB."""

FOLDER = "Spotify Extended Streaming History"


def write_exports(person: Household, folder: Path, first: date, last: date) -> tuple[Path, ...]:
    """Write the person's account, card and listening history from ``first`` to ``last`` into the folder."""
    exports = {
        folder / "ocbc" / f"TransactionHistory_{last:%Y%m%d}.csv": account_csv(person, first, last),
        folder / "ocbc" / f"TrxHistory_card_{last:%Y%m%d}.csv": card_csv(person, first, last),
        folder / "spotify" / f"{FOLDER}.zip": history_zip(person, first, last),
    }
    for path, content in exports.items():
        write_private(path, content)
    return tuple(exports)


def account_csv(person: Household, first: date, last: date) -> bytes:
    """OCBC's CSV of the account, newest row first; the ledger balance is the one at the end of ``last``."""
    moves = list(account_movements(person, person.opened, last))
    balance = _amount(person.opening + sum(move.cents for move in moves), signed=True)
    lines = [
        f"Account details for:,360 Account {person.account}",
        f'Available Balance,"{balance}"',
        f'Ledger Balance,"{balance}"',
        "",
        "Transaction History",
        "Transaction date,Value date,Description,Withdrawals(SGD),Deposits(SGD)",
    ]
    shown = [move for move in reversed(moves) if move.day >= first]
    lines += [f"{move.day:%d/%m/%Y},{move.day:%d/%m/%Y},{_cell(move)},{_columns(move)}" for move in shown]
    return (END.join(lines) + END).encode()


def card_csv(person: Household, first: date, last: date) -> bytes:
    """OCBC's CSV of the credit card, newest row first; it has no value date and no balance."""
    lines = [
        f"Account details for:,OCBC Rewards Card {person.card}",
        'Credit limit,"SGD 12,000.00"',
        'Credit left,"SGD 10,000.00"',
        "",
        "Transaction history",
        f"Main credit card OCBC Rewards Card {person.card}",
        "Transaction date,Description,Withdrawals (SGD),Deposits (SGD)",
    ]
    moves = list(card_movements(person, first, last))
    lines += [f"{move.day:%d/%m/%Y},{_cell(move)},{_columns(move)}" for move in reversed(moves)]
    return (END.join(lines) + END).encode()


def history_zip(person: Household, first: date, last: date) -> bytes:
    """Spotify's zip: its read-me and the plays in files of ``PER_FILE``, oldest first; the same bytes every time."""
    elements = list(plays(person, first, last))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "ReadMeFirst_ExtendedStreamingHistory.pdf", b"%PDF-1.4\n", last)
        for number, start in enumerate(range(0, max(len(elements), 1), PER_FILE)):
            part = elements[start : start + PER_FILE]
            year = part[0]["ts"][:4] if part else f"{first:%Y}"
            text = json.dumps(part, ensure_ascii=False, indent=1)
            _add(archive, f"Streaming_History_Audio_{year}_{number}.json", text.encode(), last)
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes, day: date) -> None:
    member = zipfile.ZipInfo(f"{FOLDER}/{name}", date_time=(day.year, day.month, day.day, 12, 0, 0))
    member.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(member, content)


def _cell(move: Movement) -> str:
    text = END.join(move.lines)
    return f'"{text}"' if len(move.lines) > 1 or "," in text else text


def _columns(move: Movement) -> str:
    amount = _amount(abs(move.cents))
    return f"{amount}," if move.cents < 0 else f",{amount}"


def _amount(cents: int, *, signed: bool = False) -> str:
    text = f"{abs(cents) // 100:,}.{abs(cents) % 100:02}"
    if signed:
        return f"-{text}" if cents < 0 else text
    return f'"{text}"' if "," in text else text
