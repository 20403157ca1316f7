"""What is derived from the index is made once for all readers of questions, and anew after a change."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from weakref import ref

import pytest
from msgspec.structs import replace

from pod_agent.assistant.plan import Plan
from pod_agent.assistant.rules.lexicon import Name, build_lexicon, lexicon_of
from pod_agent.assistant.rules.planner import planner_of
from pod_agent.index.local import LocalIndex
from pod_agent.index.remembering import coverage_of, remembered
from tests.support.households import SINGAPORE, RecordMaker
from vocab.records import TransactionKind

TODAY = date(2026, 11, 15)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LocalIndex]:
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as opened:
        yield opened


def test_all_readers_share_one_lexicon_until_the_records_change(index: LocalIndex) -> None:
    maker = RecordMaker()
    index.upsert([maker.paid("2026-10-02", 12.5, "Toast Corner", "eating-out")])
    before, planner = lexicon_of(index), planner_of(index)
    assert lexicon_of(index) is before
    assert planner_of(index) is planner
    index.upsert([maker.paid("2026-10-03", 80.0, "Green Leaf", "groceries")])
    assert "green leaf" in lexicon_of(index).names
    assert "green leaf" not in before.names
    assert isinstance(planner_of(index).plan("How much did I spend at Green Leaf this year?", TODAY), Plan)


def test_a_change_by_another_process_is_seen(index: LocalIndex, tmp_path: Path) -> None:
    maker = RecordMaker()
    index.upsert([maker.paid("2026-10-02", 12.5, "Toast Corner", "eating-out")])
    [held] = coverage_of(index)
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as other:
        other.upsert([maker.paid("2026-10-03", 80.0, "Green Leaf", "groceries")])
    [now] = coverage_of(index)
    assert (held.records, now.records) == (1, 2)


def test_what_is_remembered_does_not_keep_an_index_alive(tmp_path: Path) -> None:
    opened = LocalIndex(tmp_path / "other.sqlite", SINGAPORE)
    planner_of(opened)
    coverage_of(opened)
    assert remembered(opened, LocalIndex.count) == 0
    opened.close()
    alive = ref(opened)
    del opened
    gc.collect()
    assert alive() is None


def test_names_in_the_texts_of_transfers_and_of_rent_are_found_in_letters_of_any_case(index: LocalIndex) -> None:
    maker = RecordMaker()
    transfer = replace(maker.paid("2026-10-02", 12.5, "", ""), kind=TransactionKind.TRANSFER)
    paid = maker.paid("2026-10-03", 80.0, "Green Leaf", "groceries")
    index.upsert(
        [
            replace(transfer, description="Transfer to MEI LIN via PAYNOW QR"),
            replace(paid, description="to Tan Ah Kow via PayNow"),
            replace(maker.paid("2026-10-04", 900.0, "Home Trust", "household"), description="MONTHLY RENT"),
            replace(maker.paid("2026-10-05", 50.0, "Bulb Shop", "household"), description="CURRENT ACCOUNT"),
        ]
    )
    lexicon = build_lexicon(index)
    assert lexicon.names["mei lin"] == (Name("person", "MEI LIN"),)
    assert "tan ah kow" not in lexicon.names
    assert lexicon.landlords == ("Home Trust",)


def test_names_within_a_text_are_whole_words_of_it_however_long(index: LocalIndex) -> None:
    maker = RecordMaker()
    many = " ".join("abcdefghijklmnopqrstuvwxyzabcd")
    names = ("Toast", "Toast Corner", "Corner", "No", many)
    index.upsert([maker.paid("2026-10-02", 1.0, name, "groceries") for name in names])
    found = build_lexicon(index).within(f"at toast corner no corners {many}", shortest=3)
    assert sorted(found) == sorted(["toast", "toast corner", "corner", many])
