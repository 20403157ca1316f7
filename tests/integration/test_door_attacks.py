"""What a business that lies tries against the helper and the agents; each was possible once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from aggregator.errors import StudyRefusedError
from aggregator.issuing.bulk import make_issuers
from tests.support.pair import Pair
from tests.support.studies import histogram_study


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path)
    try:
        yield made
    finally:
        made.close()


@pytest.mark.parametrize("part", ["key", "roster", "people"])
def test_a_leader_cannot_put_keys_or_rosters_of_its_own_under_the_names_of_known_issuers(pair: Pair, part: str) -> None:
    """With keys of its own it could sign tokens for a whole batch around one person."""
    real = pair.fitted(histogram_study(variance=9, min_batch=100, demo=False))
    own = make_issuers(630).issuers
    forged = [replace(issuer, **{part: getattr(lie, part)}) for issuer, lie in zip(real.issuers, own, strict=True)]
    if part == "roster":
        forged = [replace(issuer, roster="00" * 32) for issuer in real.issuers]
    for issuers in (forged, (real.issuers[0], *forged[1:])):
        with pytest.raises(StudyRefusedError, match=r"issuer[01]"):
            pair.leader.publish(replace(real, issuers=tuple(issuers)), pair.channel)
    assert pair.leader.open_studies() == []
    assert pair.found("helper", "SELECT task FROM tasks") == []
    pair.leader.publish(real, pair.channel)
