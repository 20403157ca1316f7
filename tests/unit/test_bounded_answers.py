"""Answers that never end, and servers that never answer, hold nobody up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pod_agent.resting import PAUSE, Rest
from vocab.bounded import read_bounded

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def endless(taken: list[int]) -> Iterator[bytes]:
    while True:
        taken.append(1)
        yield b"ab"


def test_an_answer_of_just_the_allowed_length_is_read_whole() -> None:
    assert read_bounded([b"ab", b"", b"cd"], most=4, seconds=60) == b"abcd"
    assert read_bounded([], most=0, seconds=60) == b""


def test_no_part_is_taken_after_the_one_that_is_too_many() -> None:
    taken: list[int] = []
    with pytest.raises(ValueError, match="longer than 5 bytes"):
        read_bounded(endless(taken), most=5, seconds=60)
    assert len(taken) == 3


def test_an_answer_that_comes_too_slowly_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    hours = iter(range(0, 36_000, 3600))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(hours)))
    taken: list[int] = []
    with pytest.raises(TimeoutError, match="longer than 7200 seconds"):
        read_bounded(endless(taken), most=1_000_000, seconds=7200)
    assert len(taken) == 3


def test_a_server_rests_for_an_hour_after_a_failure(tmp_path: Path) -> None:
    rest = Rest(tmp_path / "failed")
    assert not rest.lasts(NOW)
    rest.begin(NOW)
    assert rest.lasts(NOW)
    assert rest.lasts(NOW + PAUSE - timedelta(seconds=1))
    assert not rest.lasts(NOW + PAUSE)
    assert not rest.lasts(NOW - timedelta(seconds=1))


@pytest.mark.parametrize("note", [b"", b"yesterday", b"2026-11-21T08:00:00", b"\xff"])
def test_a_note_that_cannot_be_read_is_none(tmp_path: Path, note: bytes) -> None:
    (tmp_path / "failed").write_bytes(note)
    assert not Rest(tmp_path / "failed").lasts(NOW)
