"""Made-up people: always the same for a seed, and read by the importers as they were meant."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pod_agent.enrich.transactions import classify
from pod_agent.importers.ocbc import OcbcCsv
from pod_agent.importers.protocol import Issue, Statement
from pod_agent.importers.spotify import SpotifyHistory
from pod_agent.synthetic.exports import account_csv, card_csv, history_zip, write_exports
from pod_agent.synthetic.household import make_household
from pod_agent.synthetic.listening import large_history, plays
from pod_agent.synthetic.money import account_movements, card_movements
from tests.support.rows import BytesExport, found, read_all, records
from vocab.records import Listen, Transaction

FIRST, LAST = date(2026, 8, 1), date(2026, 10, 31)


def test_a_seed_always_gives_the_same_bytes() -> None:
    one, same, other = (make_household(seed, opened=FIRST) for seed in (1, 1, 2))
    for write in (account_csv, card_csv, history_zip):
        assert write(one, FIRST, LAST) == write(same, FIRST, LAST)
        assert write(one, FIRST, LAST) != write(other, FIRST, LAST)


@pytest.mark.parametrize("seed", range(4))
def test_importers_read_what_was_meant(tmp_path: Path, seed: int) -> None:
    person = make_household(seed, opened=date(2026, 6, 1))
    account, card, history = write_exports(person, tmp_path, FIRST, LAST)
    for path, moves in ((account, account_movements), (card, card_movements)):
        read = [classify(row) for row in read_all(path) if isinstance(row, Transaction)]
        meant = [
            (move.day, move.cents, move.kind, move.category) for move in reversed(list(moves(person, FIRST, LAST)))
        ]
        assert [(row.at.date(), row.amount.minor, row.kind, row.category) for row in read] == meant
        assert len(meant) > 60
    listens = [row for row in read_all(history) if isinstance(row, Listen)]
    assert len(listens) == len(list(plays(person, FIRST, LAST))) > 100
    assert not [row for row in read_all(account, card, history) if isinstance(row, Issue)]


def test_the_account_reconciles_with_the_balance_that_it_prints() -> None:
    person = make_household(3, opened=FIRST)
    rows = list(find_rows(account_csv(person, FIRST, LAST)))
    closing = next(row.closing for row in rows if isinstance(row, Statement))
    moved = sum((row.amount.amount for row in rows if isinstance(row, Transaction)), Decimal(0))
    assert Decimal(person.opening) / 100 + moved == closing


def find_rows(content: bytes) -> list[object]:
    return list(OcbcCsv().extract(BytesExport(content)))


def test_exports_of_overlapping_periods_share_their_records() -> None:
    person = make_household(5, opened=FIRST)
    middle = FIRST + timedelta(days=45)
    early, late, whole = (
        {row.iri for row in find_rows(account_csv(person, *period)) if isinstance(row, Transaction)}
        for period in ((FIRST, middle), (middle - timedelta(days=10), LAST), (FIRST, LAST))
    )
    assert early | late == whole
    assert early & late


def test_the_card_bill_on_the_account_pays_the_card() -> None:
    person = make_household(6, opened=FIRST)
    paid = [-move.cents for move in account_movements(person, FIRST, LAST) if "OCBC CARDS" in "".join(move.lines)]
    received = [move.cents for move in card_movements(person, FIRST, LAST) if move.lines == ("PAYMENT BY INTERNET",)]
    assert paid == received
    assert len(paid) == 2


def test_every_export_of_a_folder_is_recognised(tmp_path: Path) -> None:
    write_exports(make_household(7, opened=FIRST), tmp_path, FIRST, LAST)
    results = found(tmp_path)
    assert sorted(importer.name for importer, _ in results.exports) == ["ocbc-csv", "ocbc-csv", "spotify-extended"]
    assert [entry.reason for entry in results.unopened] == ["no importer reads .pdf files"]


def test_a_large_history_is_one_json_array_of_plays() -> None:
    content = b"".join(large_history(300, seed=1))
    assert len(json.loads(content)) == 300
    assert len({row.iri for row in records(SpotifyHistory().extract(BytesExport(content)))}) == 300
