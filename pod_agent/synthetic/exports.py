"""Made-up people written out as the services write their exports, one folder for each service."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from pod_agent.storage import make_private_folder, write_private
from pod_agent.synthetic.archives import page, zipped
from pod_agent.synthetic.cards import second_card_csv
from pod_agent.synthetic.health import write_takeout
from pod_agent.synthetic.household import Household
from pod_agent.synthetic.listening import plays
from pod_agent.synthetic.money import Movement, account_movements, card_movements
from pod_agent.synthetic.orders import fairprice_json, lazada_json
from pod_agent.synthetic.videos import takeout_zip

__all__ = ["SERVICES", "account_csv", "card_csv", "history_zip", "write_exports"]

SERVICES: Final = ("ocbc", "dbs", "spotify", "youtube", "google_health", "fairprice", "lazada")
END = "\r\n"
PER_FILE = 2000
"""Plays in one member of the history; Spotify's own files hold more, cut at about 12 MB."""

PULSE = 1800
"""Seconds between two heart rates. A watch writes one every few seconds: real exports are far larger."""

FOLDER = "Spotify Extended Streaming History"
SINGAPORE = ZoneInfo("Asia/Singapore")


def write_exports(
    person: Household, folder: Path, first: date, last: date, *, services: Collection[str] = SERVICES
) -> tuple[Path, ...]:
    """Write what the person can download of these services, from ``first`` to ``last``, into the folder.

    The files come in the order of ``SERVICES``; OCBC's are those of the account and of the card.
    """
    exports = {
        folder / "ocbc" / f"TransactionHistory_{last:%Y%m%d}.csv": account_csv,
        folder / "ocbc" / f"TrxHistory_card_{last:%Y%m%d}.csv": card_csv,
        folder / "dbs" / f"card_{last:%Y%m%d}.csv": second_card_csv,
        folder / "spotify" / f"{FOLDER}.zip": history_zip,
        folder / "youtube" / f"takeout-{last:%Y%m%d}T043012Z-001.zip": takeout_zip,
        folder / "google_health" / f"takeout-{last:%Y%m%d}T051500Z-001.zip": None,
        folder / "fairprice" / "orders.json": fairprice_json,
        folder / "lazada" / "orders.json": lazada_json,
    }
    wanted = {path: write for path, write in exports.items() if path.parent.name in services}
    for path, write in wanted.items():
        if write is None:
            make_private_folder(path.parent)
            write_takeout(person, path, max(first, person.opened), last, SINGAPORE, pulse=PULSE)
        else:
            write_private(path, write(person, first, last))
    return tuple(wanted)


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
    files = {f"{FOLDER}/ReadMeFirst_ExtendedStreamingHistory.pdf": page("Read me first: what the fields mean")}
    for number, start in enumerate(range(0, max(len(elements), 1), PER_FILE)):
        part = elements[start : start + PER_FILE]
        year = part[0]["ts"][:4] if part else f"{first:%Y}"
        text = json.dumps(part, ensure_ascii=False, indent=1)
        files[f"{FOLDER}/Streaming_History_Audio_{year}_{number}.json"] = text.encode()
    return zipped(files, last)


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
