"""A share before it is given: what is shown, what is in it, and what is refused."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from consent.errors import InvalidGrantError
from consent.grant import DEFAULT_DAYS
from consent.proof import digest
from pod_agent.errors import UsageError
from tests.support.ruled_server import RuledServer
from tests.support.sharing import ALICE, BOB, Home
from vocab.mapping import from_turtle


def home_in(folder: Path) -> Home:
    server = RuledServer(ALICE)
    return Home(folder, server.pod(), server=server)


def test_shared_records_are_records_of_the_vocabulary(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    draft = home.shares().draft(BOB, ["merchant=FairPrice"], "a look at it", months=24)
    read = [
        record for document in draft.documents for record in from_turtle(document.content, _path_of(document.content))
    ]
    assert len(read) == draft.records == 12
    assert {getattr(record, "merchant", "") for record in read} == {"FairPrice"}
    assert {getattr(record, "account", None) for record in read} == {""}
    again = home.shares().draft(BOB, ["merchant=FairPrice"], "a look at it", months=24)
    assert not _names(draft.documents[0].content) & _names(again.documents[0].content)
    home.index.close()


def _path_of(content: bytes) -> str:
    found = re.search(rb'startTime "(\d{4})-(\d{2})', content)
    assert found is not None
    year, month = (part.decode() for part in found.groups())
    return f"data/shared/transaction/{year}/{year}-{month}.ttl"


def _names(content: bytes) -> set[bytes]:
    return set(re.findall(rb"<#([a-z2-7]{26})>", content))


def test_the_person_is_shown_what_the_grant_says(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    draft = home.shares().draft(BOB, ["spending"], "help", months=24, level="monthly")
    shown = "\n".join(draft.lines)
    for told in (BOB, "help", "36, in 1 document of", "1 Dec 2025", "19 Feb 2027", "totals by month", "of your health"):
        assert told in shown
    assert draft.grant.notice == digest(shown.encode())
    assert draft.grant.until - draft.grant.created == timedelta(days=DEFAULT_DAYS)
    narrow = home.shares().draft(BOB, ["groceries"], "help", months=24)
    assert "health" not in "\n".join(narrow.lines)
    assert "FairPrice" in "\n".join(narrow.lines)
    assert home.server is not None
    assert not any("shared" in path for path in home.server.stored)  # nothing is written before the yes
    home.index.close()


def test_what_cannot_be_shared_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    shares, today = home.shares(), home.now.date()
    cases: tuple[tuple[dict[str, Any], type[Exception]], ...] = (
        ({"recipient": ALICE}, InvalidGrantError),
        ({"recipient": "http://ben.example/#me"}, UsageError),
        ({"recipient": "ben"}, UsageError),
        ({"what": ["travel"]}, UsageError),
        ({"what": ["orders"]}, UsageError),
        ({"level": "yearly"}, UsageError),
        ({"what": ["spending", "steps"], "level": "monthly"}, InvalidGrantError),
        ({"until": today - timedelta(days=1)}, InvalidGrantError),
        ({"until": today + timedelta(days=366)}, InvalidGrantError),
        ({"purpose": " "}, InvalidGrantError),
    )
    for refused, error in cases:
        asked: dict[str, Any] = {"recipient": BOB, "what": ["groceries"], "purpose": "help", "months": 24, **refused}
        with pytest.raises(error):
            shares.draft(**asked)
    assert home.server is not None
    assert not any("shared" in path for path in home.server.stored)
    home.index.close()
